#include "spec/fixture_test.h"
#include "spec/sample_test.h"

#define TIME "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"

static const char envelope[] =
    "{\"name\":\"event_id\",\"type\":\"string\"},{\"name\":\"event_time\",\"type\":" TIME "},"
    "{\"name\":\"ingest_time\",\"type\":" TIME "},{\"name\":\"source\",\"type\":\"string\"},"
    "{\"name\":\"schema_version\",\"type\":\"int\"},{\"name\":\"entity_id\",\"type\":\"string\"},";

static const char all_types[] = "      - {name: b, type: boolean, const: true}\n"
                                "      - {name: e, type: enum, choice: [x, y]}\n"
                                "      - {name: i, type: int, const: 1}\n"
                                "      - {name: l, type: long, const: 1, since: 2}\n"
                                "      - {name: m, type: money, const: 1, nullable: 1/2}\n"
                                "      - {name: s, type: string, const: x, null: never}\n"
                                "      - {name: t, type: timestamp, const: 2026-01-01, until: 2}\n"
                                "    dimensions: [{name: d, type: string, const: x}]\n"
                                "    metrics: [{name: k, type: int, const: 1}]\n";

/* A field for each of them. */
static const struct {
    const char *name, *type, *word, *role;
    int since, until;
} fields[] = {
    {"b", "\"boolean\"", "boolean", "attribute", 1, 9},
    {"e", "{\"type\":\"enum\",\"name\":\"visit_e\",\"symbols\":[\"x\",\"y\"]}", "enum", "attribute",
     1, 9},
    {"i", "\"int\"", "int", "attribute", 1, 9},
    {"l", "\"long\"", "long", "attribute", 2, 9},
    {"m_cents", "[\"null\",\"long\"],\"default\":null", "money", "attribute", 1, 9},
    {"s", "[\"null\",\"string\"],\"default\":null", "string", "attribute", 1, 9},
    {"t", TIME, "timestamp", "attribute", 1, 2},
    {"d", "\"string\"", "string", "dimension", 1, 9},
    {"k", "\"int\"", "int", "metric", 1, 9},
};

/* The text is part of the format: it is hashed, framed and written into files. */
static void expect(int version, struct ls_buf *out, struct ls_error *err)
{
    const char *comma = "";
    ls_buf_appendf(out, err,
                   "{\"type\":\"record\",\"name\":\"visit\",\"namespace\":\"shop\",\"fields\":["
                   "%s{\"name\":\"payload\",\"type\":{\"type\":\"record\",\"name\":"
                   "\"visit_payload\",\"fields\":[",
                   envelope);
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
        if (version >= fields[k].since && version < fields[k].until) {
            ls_buf_appendf(out, err,
                           "%s{\"name\":\"%s\",\"type\":%s,\"lockstep.type\":\"%s\","
                           "\"lockstep.role\":\"%s\"}",
                           comma, fields[k].name, fields[k].type, fields[k].word, fields[k].role);
            comma = ",";
        }
    }
    assert_int_equal(ls_buf_append_text(out, "]}}]}", err), 0);
}

static void a_schema_has_the_fields_of_its_version(void **state)
{
    struct fixture *f = *state;
    char *spec_text = changed(sample_spec, "      - {name: page, type: string, const: home}\n",
                              all_types);
    const struct ls_spec *spec = load_fine(f, spec_text, NULL);
    const struct ls_spec_event_type *visit = ls_spec_event_type(spec, "visit");
    for (int version = 1; version <= 3; version++) {
        struct ls_buf text;
        struct ls_buf expected;
        ls_buf_init(&text, "schema", 1U << 16);
        ls_buf_init(&expected, "expected schema", 1U << 16);
        expect(version, &expected, &f->err);
        assert_int_equal(ls_spec_derive(spec, visit, version, &text, &f->err), 0);
        assert_string_equal(ls_buf_text(&text, &f->err), ls_buf_text(&expected, &f->err));
        if (version == 1) { /* what was resolved is this one */
            assert_int_equal(visit->schema->text_size, text.size);
            assert_memory_equal(visit->schema->text, text.data, text.size);
        }
        ls_buf_clear(&text);
        ls_buf_clear(&expected);
    }
    free(spec_text);
}

static void every_version_parses(void **state)
{
    struct fixture *f = *state;
    const struct ls_spec *spec = load_fine(f, sample_spec, NULL);
    uint64_t prints[2] = {0, 0};
    for (size_t t = 0; t < spec->event_types.count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(spec, t);
        for (int64_t version = 1; version <= 3; version++) {
            struct ls_buf text;
            struct ls_schema *schema;
            ls_buf_init(&text, "schema", 1U << 16);
            assert_int_equal(ls_spec_derive(spec, type, version, &text, &f->err), 0);
            assert_int_equal(ls_schema_parse((const char *)text.data, text.size, &schema, &f->err),
                             0);
            if (version == type->schema_version) {
                assert_true(schema->crc64 == type->schema->crc64);
            }
            if (t == 0 && version < 3) {
                prints[version - 1] = schema->crc64;
            }
            ls_schema_free(schema);
            ls_buf_clear(&text);
        }
    }
    assert_true(prints[0] != prints[1]);
}

static void a_reference_table_has_its_key_and_the_attributes(void **state)
{
    struct fixture *f = *state;
    struct ls_buf text;
    const struct ls_spec *spec = load_fine(f, sample_spec, NULL);
    ls_buf_init(&text, "schema", 1U << 16);
    assert_int_equal(
        ls_spec_derive_reference(spec, ls_spec_reference(spec, "customers"), &text, &f->err), 0);
    assert_string_equal(
        ls_buf_text(&text, &f->err),
        "{\"type\":\"record\",\"name\":\"customers\",\"namespace\":\"shop.reference\",\"fields\":["
        "{\"name\":\"id\",\"type\":\"string\"},"
        "{\"name\":\"country\",\"type\":\"string\",\"lockstep.type\":\"string\"},"
        "{\"name\":\"tier\",\"type\":{\"type\":\"enum\",\"name\":\"customers_tier\",\"symbols\":["
        "\"basic\",\"plus\",\"pro\"]},\"lockstep.type\":\"enum\"},"
        "{\"name\":\"since\",\"type\":" TIME ",\"lockstep.type\":\"timestamp\"},"
        "{\"name\":\"limit_cents\",\"type\":\"long\",\"lockstep.type\":\"money\"}]}");
    ls_buf_clear(&text);
}

static void a_full_buffer_is_an_error(void **state)
{
    struct fixture *f = *state;
    const struct ls_spec *spec = load_fine(f, sample_spec, NULL);
    const struct ls_spec_event_type *order = ls_spec_event_type(spec, "order");
    struct ls_buf whole;
    ls_buf_init(&whole, "schema", 1U << 16);
    assert_int_equal(ls_spec_derive(spec, order, 2, &whole, &f->err), 0);
    for (size_t size = 0; size < whole.size; size += 37) {
        struct ls_buf text;
        ls_buf_init(&text, "schema", size);
        assert_int_equal(ls_spec_derive(spec, order, 2, &text, &f->err), LS_E_DATA);
        text.size = 0;
        if (size < 300) {
            assert_int_equal(ls_spec_derive_reference(spec, ls_spec_reference(spec, "customers"),
                                                      &text, &f->err),
                             LS_E_DATA);
        }
        ls_buf_clear(&text);
    }
    ls_buf_clear(&whole);
}

/* One fingerprint a topic; a list where the schema changes, the readers' last. */
static void manifests_name_the_schemas_that_are_written(void **state)
{
    struct fixture *f = *state;
    static const char *const sets[][2] = {
        {NULL}, {"faults.schema_change={at: 1s, event: order, to: 9}", NULL}};
    for (int changes = 0; changes < 2; changes++) {
        char first[80];
        char expected[250];
        struct ls_buf text;
        char *spec_text = changed(sample_spec, "since: 2}", "since: 2, until: 9}");
        const struct ls_spec *spec = load_fine(f, spec_text, sets[changes]);
        free(spec_text);
        const struct ls_spec_event_type *types = ls_spec_event_type_at(spec, 0);
        unsigned long long then = types[0].versions[0].schema->crc64;
        unsigned long long now = types[0].schema->crc64;
        if (changes) {
            snprintf(first, sizeof first, "[\"%016llx\", \"%016llx\"]", then, now);
        } else {
            snprintf(first, sizeof first, "\"%016llx\"", now);
        }
        snprintf(expected, sizeof expected,
                 "\"raw.shop.order\": %s, \"raw.shop.payment\": \"%016llx\", "
                 "\"raw.shop.visit\": \"%016llx\"",
                 first, (unsigned long long)types[1].schema->crc64,
                 (unsigned long long)types[2].schema->crc64);
        ls_buf_init(&text, "schemas", 1U << 16);
        assert_int_equal(ls_spec_schemas_json(spec, &text, &f->err), 0);
        assert_string_equal(ls_buf_text(&text, &f->err), expected);
        ls_buf_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(a_schema_has_the_fields_of_its_version),
        FIXTURE_TEST(every_version_parses),
        FIXTURE_TEST(a_reference_table_has_its_key_and_the_attributes),
        FIXTURE_TEST(a_full_buffer_is_an_error),
        FIXTURE_TEST(manifests_name_the_schemas_that_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
