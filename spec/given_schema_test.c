#include "spec/given_schema.h"

#include "spec/fixture_test.h"

#define RECORD(fields)                                                                             \
    "{\"type\": \"record\", \"name\": \"Order\", \"namespace\": \"com.shop\", "                    \
    "\"fields\": [" fields "]}"
#define ENUM                                                                                       \
    "{\"type\": \"enum\", \"name\": \"Kind\", "                                                    \
    "\"symbols\": [\"A\", \"B\", \"C\"]}"
#define LOGICAL(type, logical) "{\"type\": \"" type "\", \"logicalType\": \"" logical "\"}"
#define FIELD(name, type)      "{\"name\": \"" name "\", \"type\": " type "}"

#define ARRAY(items) "{\"type\": \"array\", \"items\": " items "}"
#define MAP(values)  "{\"type\": \"map\", \"values\": " values "}"
#define INNER                                                                                      \
    "{\"type\": \"record\", \"name\": \"Inner\", "                                                 \
    "\"fields\": [" FIELD("y", "\"int\"") "]}"

static const char head[] = "lockstep: 1\n"
                           "domain: shop\n"
                           "seed: 1\n"
                           "start: 2026-01-01\n"
                           "arrival: [{rate: 9/s}]\n"
                           "entities: {one: {count: 9, id: \"O{n}\"}}\n"
                           "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n"
                           "event_types:\n"
                           "  - name: order\n"
                           "    weight: 1\n"
                           "    entity: one\n"
                           "    schema: order.avsc\n"; /* line 12 */

static int load_given(struct fixture *f, const char *schema, const char *hints)
{
    char text[4096];
    assert_int_equal(ls_file_replace("order.avsc", schema, strlen(schema), &f->err), 0);
    snprintf(text, sizeof text, "%s%s", head, hints);
    return load_text(f, text, NULL);
}

static void give_fine(struct fixture *f, const char *schema, const char *hints)
{
    if (load_given(f, schema, hints) < 0) {
        fail_msg("%s\n%.*s", f->err.text, (int)f->report.size, (const char *)f->report.data);
    }
}

/* ---- what becomes of each type */

static void each_type_has_its_field(void **state)
{
    static const struct {
        const char *avro;
        enum ls_field_type type;
        const struct ls_member *source;
    } cases[] = {
        {"\"boolean\"", LS_FIELD_BOOLEAN, &ls_member_bernoulli},
        {"\"int\"", LS_FIELD_INT, &ls_member_uniform},
        {"\"long\"", LS_FIELD_LONG, &ls_member_uniform},
        {"\"string\"", LS_FIELD_STRING, &ls_member_pattern},
        {ENUM, LS_FIELD_ENUM, &ls_member_choice},
        {LOGICAL("int", "date"), LS_FIELD_DATE, &ls_member_uniform},
        {LOGICAL("long", "timestamp-millis"), LS_FIELD_TIMESTAMP, &ls_member_expr},
        {LOGICAL("long", "local-timestamp-millis"), LS_FIELD_LOCAL_TIMESTAMP, &ls_member_uniform},
        {LOGICAL("string", "uuid"), LS_FIELD_UUID, &ls_member_uuid},
        {"\"float\"", LS_FIELD_FLOAT, &ls_member_uniform},
        {"\"double\"", LS_FIELD_DOUBLE, &ls_member_uniform},
        {"\"bytes\"", LS_FIELD_BYTES, &ls_member_pattern},
        {"{\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": 9, \"scale\": 4}",
         LS_FIELD_DECIMAL, &ls_member_uniform},
    };
    struct fixture *f = *state;
    for (size_t k = 0; k < 2 * sizeof cases / sizeof *cases; k++) {
        char schema[1024];
        bool nullable = k % 2;
        snprintf(schema, sizeof schema, RECORD("{\"name\": \"x\", \"type\": %s%s%s}"),
                 nullable ? "[\"null\", " : "", cases[k / 2].avro, nullable ? "]" : "");
        give_fine(f, schema, "");
        const struct ls_spec_event_type *type = ls_spec_event_type_at(f->spec, 0);
        assert_int_equal(type->field_count, 1);
        assert_string_equal(type->fields[0]->name, "x");
        assert_int_equal(type->fields[0]->type, cases[k / 2].type);
        assert_true(type->fields[0]->source.member == cases[k / 2].source);
        assert_int_equal(type->fields[0]->is_nullable, nullable);
    }
}

/* The payload of the derived schema has the given one's names, types and order. */
static void the_payload_is_the_given_record(void **state)
{
    struct fixture *f = *state;
    give_fine(f,
              RECORD(FIELD("kind", ENUM) "," FIELD("amount_cents",
                                                   "\"long\"") "," FIELD("also", "\"Kind\"")),
              "    fields:\n"
              "      kind: {choice: {B: 3, C: 1}}\n"
              "      amount_cents: {type: money, uniform: [1.50, 9.50]}\n");
    const struct ls_spec_event_type *type = ls_spec_event_type_at(f->spec, 0);
    const struct ls_node *payload = type->schema->root->fields[6].type;
    assert_string_equal(payload->name, "shop.Order");
    assert_int_equal(payload->count, 3);
    assert_string_equal(payload->fields[0].type->name, "shop.Kind");
    assert_int_equal(payload->fields[0].type->count, 3);
    assert_string_equal(payload->fields[0].type->symbols[0], "A");
    assert_string_equal(payload->fields[1].name, "amount_cents");
    assert_string_equal(payload->fields[2].type->name, "shop.order_also");
    const struct ls_source_choice *choice = type->fields[0]->source.settings;
    assert_int_equal(choice->weights.count, 3);
    assert_int_equal(choice->weights.weights[0], 0);
    assert_int_equal(choice->weights.weights[1], 3);
    assert_string_equal(type->fields[1]->name, "amount");
    assert_int_equal(type->fields[1]->type, LS_FIELD_MONEY);
}

/* Records keep their names, what is in them has hints by its path; arrays and maps have items. */
static void nested_fields_have_hints(void **state)
{
    struct fixture *f = *state;
    give_fine(f,
              RECORD(FIELD("r", INNER) "," FIELD("tags", ARRAY("\"string\"")) "," FIELD(
                  "limits", MAP("\"long\"")) "," FIELD("kinds", "[\"null\", " ARRAY(ENUM) "]")),
              "    fields:\n"
              "      r.y: {uniform: [3, 4]}\n"
              "      tags: {least: 1, most: 2, items: {choice: [new, sale]}}\n"
              "      limits: {keys: [low, high]}\n");
    const struct ls_spec_event_type *type = ls_spec_event_type_at(f->spec, 0);
    const struct ls_node *payload = type->schema->root->fields[6].type;
    assert_string_equal(payload->fields[0].type->name, "shop.Inner");
    assert_string_equal(type->fields[0]->name, "y");
    assert_true(type->fields[0]->source.member == &ls_member_uniform);
    assert_int_equal(type->fields[1]->most, 2);
    assert_true(ls_spec_item(type->fields[1])->source.member == &ls_member_choice);
    assert_int_equal(type->fields[2]->keys.count, 2);
    assert_true(ls_spec_item(type->fields[2])->source.member == &ls_member_uniform);
    assert_int_equal(ls_spec_item(type->fields[3])->symbol_count, 3);
    assert_true(type->fields[3]->is_nullable);
}

static void a_hint_says_how_often_it_is_null(void **state)
{
    struct fixture *f = *state;
    const char *schema = RECORD(FIELD("x", "[\"null\", \"int\"]"));
    give_fine(f, schema, "    fields: {x: {nullable: 1/2}}\n");
    assert_int_equal(ls_spec_event_type_at(f->spec, 0)->fields[0]->nullable.whole, 2);
    give_fine(f, schema, "    fields: {x: {null: never, uniform: [3, 3]}}\n");
    assert_int_equal(ls_spec_event_type_at(f->spec, 0)->fields[0]->nullable.part, 0);
}

/* ---- problems */

static void what_cannot_be_made_is_refused(void **state)
{
    static const struct {
        const char *schema, *hints;
        int line;
        const char *part;
    } cases[] = {
        {RECORD(FIELD("x", LOGICAL("long", "timestamp-micros"))), "", 12,
         "timestamp-micros (of long)"},
        {RECORD(FIELD("x", LOGICAL("string", "iban"))), "", 12, "iban (of string)"},
        {RECORD(FIELD("x", "{\"type\": \"fixed\", \"name\": \"F\", \"size\": 4}")), "", 12,
         "fixed"},
        {RECORD(FIELD("x", "[\"int\", \"string\"]")), "", 12, "not generated: union"},
        {RECORD(FIELD("x", "\"null\"")), "", 12, "not generated: null"},
        {RECORD(FIELD("x", ARRAY(ARRAY("\"int\"")))), "", 12, "`x.items` is of a type"},
        {RECORD(FIELD("x", ARRAY(ENUM))), "    fields: {x: {items: {choice: [A]}}}\n", 13,
         "the symbols of `x.items`"},
        {RECORD(FIELD("r", INNER)), "    fields: {r: {uniform: [1, 9]}}\n", 13, "`r` is a record"},
        {RECORD(FIELD("r", INNER)), "    fields: {r.z: {uniform: [1, 9]}}\n", 13, "no field `r.z`"},
        {RECORD(FIELD("r", "[\"null\", " INNER "]")), "", 12, "not generated: record"},
        {RECORD("{\"name\": \"x\", \"type\": {\"type\": \"bytes\", \"logicalType\": \"decimal\", "
                "\"precision\": 20}}"),
         "", 12, "of 20 digits"},
        {"\"string\"", "", 12, "of the type string"},
        {"{", "", 12, "cannot be used"},
        {RECORD(FIELD("x", "\"int\"")), "    fields: {y: {uniform: [1, 9]}}\n", 13, "no field `y`"},
        {RECORD(FIELD("x", "\"int\"")), "    fields: {x: 5}\n", 13, "a hint is a map"},
        {RECORD(FIELD("x", "\"int\"")), "    fields: [x]\n", 13, "`fields` is a map"},
        {RECORD(FIELD("x", "\"int\"")), "    fields: {x: {type: string}}\n", 13, "says the type"},
        {RECORD(FIELD("x", "\"long\"")), "    fields: {x: {type: money}}\n", 13, "NAME_cents"},
        {RECORD(FIELD("x_cents", "\"int\"")), "    fields: {x_cents: {type: money}}\n", 13, "type"},
        {RECORD(FIELD("x", "\"int\"")), "    fields: {x: {name: z}}\n", 13, "what the schema says"},
        {RECORD(FIELD("x", ENUM)), "    fields: {x: {choice: [A, D]}}\n", 13,
         "none of the symbols"},
        {RECORD(FIELD("x", "\"int\"")), "    metrics: []\n", 13, "stands beside `schema`"},
    };
    struct fixture *f = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        assert_int_equal(load_given(f, cases[k].schema, cases[k].hints), LS_E_DATA);
        check_report(f, k == 20 ? "LS2006" : "LS2032", cases[k].line, cases[k].part);
    }
}

static void refused_memory_is_an_error(void **state)
{
    struct fixture *f = *state;
    const char *schema = RECORD(FIELD("kind", ENUM) "," FIELD("x", "\"int\""));
    unsigned refused = 0;
    int rc;
    give_fine(f, schema, "    fields: {x: {uniform: [1, 9]}}\n");
    do {
        ls_mem_refuse(++refused);
        const struct ls_layers layers = {.spec_path = "spec.yaml", .config_root = "."};
        ls_spec_free(f->spec);
        rc = ls_spec_load(&layers, &f->spec, &f->report, &f->err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    } while (rc == LS_E_NOMEM);
    assert_true(refused > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(each_type_has_its_field),
        FIXTURE_TEST(the_payload_is_the_given_record),
        FIXTURE_TEST(nested_fields_have_hints),
        FIXTURE_TEST(a_hint_says_how_often_it_is_null),
        FIXTURE_TEST(what_cannot_be_made_is_refused),
        FIXTURE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
