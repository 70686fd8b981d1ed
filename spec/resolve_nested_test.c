#include "spec/fixture_test.h"
#include "spec/resolve.h"

static const char spec_text[] =
    "lockstep: 1\ndomain: nested\nseed: 5\nstart: 2026-01-01T00:00:00Z\narrival: [{rate: 10/s}]\n"
    "entities: {user: {count: 3, id: \"U{n}\"}}\n"
    "event_types:\n"
    "  - name: made\n"
    "    weight: 1\n"
    "    entity: user\n"
    "    attributes:\n"
    "      - {name: first, type: int, const: 1}\n"
    "      - name: outer\n"
    "        type: record\n"
    "        fields:\n"
    "          - {name: street, type: string, const: Elm}\n"
    "          - name: inner\n"
    "            type: record\n"
    "            fields:\n"
    "              - {name: floor, type: int, const: 2, since: 2, null: never}\n"
    "              - {name: price, type: money, const: 2}\n"
    "          - {name: tags, type: array, most: 4, items: {type: string, const: a}}\n"
    "    metrics:\n"
    "      - {name: labels, type: map, keys: [a, b], present: 1/2, values: {type: int, const: 1}}\n"
    "      - name: empty\n"
    "        type: record\n"
    "        fields:\n"
    "          - {name: last, type: int, const: 3}\n"
    "topics: {partitions: 1}\n"
    "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n";

/* Fields stand in order, those of records in their place, each with what it lies in. */
static void fields_of_records_are_the_event_types(void **state)
{
    static const struct {
        const char *name, *record;
        enum ls_field_role role;
    } should[] = {{"first", NULL, LS_ROLE_ATTRIBUTE},    {"street", "outer", LS_ROLE_ATTRIBUTE},
                  {"floor", "inner", LS_ROLE_ATTRIBUTE}, {"price", "inner", LS_ROLE_ATTRIBUTE},
                  {"tags", "outer", LS_ROLE_ATTRIBUTE},  {"labels", NULL, LS_ROLE_METRIC},
                  {"last", "empty", LS_ROLE_METRIC}};
    struct fixture *f = *state;
    const struct ls_spec *spec = load_fine(f, spec_text, NULL);
    const struct ls_spec_event_type *type = ls_spec_event_type_at(spec, 0);
    assert_int_equal(type->every_count, sizeof should / sizeof *should);
    for (size_t i = 0; i < type->every_count; i++) {
        const struct ls_spec_field *field = type->every[i];
        assert_string_equal(field->name, should[i].name);
        assert_int_equal(field->role, should[i].role);
        if (should[i].record) {
            assert_string_equal(field->record->name, should[i].record);
        } else {
            assert_null(field->record);
        }
    }
    assert_string_equal(type->every[2]->record->record->name, "outer");
    assert_string_equal(type->last_record->name, "empty");
    assert_string_equal(type->last_record->before->name, "inner");
    assert_string_equal(type->last_record->before->before->name, "outer");
    assert_null(type->last_record->before->before->before);
    /* of version 1, and by name */
    assert_int_equal(type->field_count, 6);
    assert_null(ls_spec_field(type, "floor"));
    assert_ptr_equal(ls_spec_field(type, "price"), type->every[3]);
    assert_string_equal(type->layout->columns[LS_COLUMN_PAYLOAD + 2].path,
                        "payload.outer.inner.price_cents");
    assert_string_equal(type->layout->columns[LS_COLUMN_PAYLOAD + 5].path, "payload.empty.last");
    const struct ls_spec_field *item = ls_spec_item(type->every[4]);
    assert_true(item && item->is_item);
    assert_string_equal(item->name, "tags");
    assert_null(ls_spec_item(type->every[0]));
    assert_non_null(
        strstr(type->schema->text,
               "{\"name\":\"inner\",\"type\":{\"type\":\"record\",\"name\":\"made_inner\""));
    assert_non_null(strstr(type->schema->text, "{\"type\":\"array\",\"items\":\"string\"}"));
    assert_non_null(strstr(type->schema->text, "{\"type\":\"map\",\"values\":\"int\"}"));
}

static void records_and_items_fit(void **state)
{
    static const struct mistake cases[] = {
        {"name: inner\n", "name: outer\n", "LS2001", NULL, "there is a field `outer` already"},
        {"name: inner\n", "name: last\n", "LS2001", NULL, "there is a field `last` already"},
        {"name: inner\n", "name: price_cents\n", "LS2001", NULL, "already"},
        {"name: inner\n", "name: payload\n", "LS2001", NULL, "is a field of the envelope"},
        {"name: empty\n", "name: outer\n", "LS2001", NULL, "there is a field `outer` already"},
        {"name: last,", "name: street,", "LS2001", NULL, "there is a field `street` already"},
        {"const: 3}", "const: 3, since: 2}", "LS2030", "name: empty",
         "the record `empty` has no field in version 1"},
        {"name: empty\n", "name: empty\n        since: 2\n", "LS2030", "since: 2\n",
         "a record has no `since`"},
        {"name: empty\n", "name: empty\n        null: never\n", "LS2030", "null: never\n",
         "a record has no `null`"},
        {"most: 4", "least: 5, most: 4", "LS2031", NULL, "`least` is above `most`"},
        {"most: 4, ", "", "LS2031", "name: tags", "an array needs `most`"},
        {"keys: [a, b]", "keys: []", "LS2031", "name: labels", "a map has 1 to 64 `keys`"},
        {"keys: [a, b]", "keys: [a, a]", "LS2031", NULL, "`a` is among the `keys` already"},
        {"const: 1}\n      - name: outer", "const: 1, most: 3}\n      - name: outer", "LS2031",
         "name: first", "`most` belongs to array"},
        {"items: {type: string, const: a}", "items: {type: string, ref: user.id}", "LS2005", NULL,
         "an item of an array or a map cannot be made by `ref`"},
        {"items: {type: string, const: a}", "items: {type: decimal, const: 1}", "LS2029", NULL,
         "a decimal needs a `precision`"},
    };
    struct fixture *f = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = changed(spec_text, cases[k].find, cases[k].replacement);
        assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
        check_report(f, cases[k].rule,
                     cases[k].at ? line_of(text, cases[k].at) : line_of(spec_text, cases[k].find),
                     cases[k].part);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(fields_of_records_are_the_event_types),
        FIXTURE_TEST(records_and_items_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
