#include "core/avro/row.h"

#include "core/avro/random_test.h"
#include "core/base/mem.h"

static const char order_text[] =
    "{\"type\":\"record\",\"name\":\"Order\",\"fields\":["
    "{\"name\":\"id\",\"type\":\"string\"},"
    "{\"name\":\"position\",\"type\":\"long\",\"lockstep.physical\":true},"
    "{\"name\":\"payload\",\"type\":{\"type\":\"record\",\"name\":\"Payload\",\"fields\":["
    "{\"name\":\"amount\",\"type\":[\"null\",\"int\"]},"
    "{\"name\":\"note\",\"type\":[\"string\",\"null\"]},"
    "{\"name\":\"side\",\"type\":{\"type\":\"enum\",\"name\":\"Side\","
    "\"symbols\":[\"BUY\",\"SELL\"]}},"
    "{\"name\":\"tags\",\"type\":{\"type\":\"map\",\"values\":\"string\"}}]}},"
    "{\"name\":\"where\",\"lockstep.physical\":true,\"type\":{\"type\":\"record\","
    "\"name\":\"Where\",\"fields\":[{\"name\":\"part\",\"type\":\"int\"},"
    "{\"name\":\"id\",\"type\":\"int\"}]}},"
    "{\"name\":\"any\",\"type\":[\"null\",\"int\",\"string\"]},"
    "{\"name\":\"last\",\"type\":[\"null\",\"Where\"]},"
    "{\"name\":\"raw\",\"type\":{\"type\":\"fixed\",\"name\":\"Raw\",\"size\":2}},"
    "{\"name\":\"price\",\"type\":\"double\"},"
    "{\"name\":\"rate\",\"type\":\"float\"},"
    "{\"name\":\"good\",\"type\":\"boolean\"},"
    "{\"name\":\"none\",\"type\":\"null\"}]}";

static struct ls_schema *parse(const char *text)
{
    struct ls_schema *schema;
    struct ls_error err = {0};
    if (ls_schema_parse(text, strlen(text), &schema, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return schema;
}

static struct ls_layout *lay_out(const struct ls_schema *schema)
{
    struct ls_layout *layout;
    struct ls_error err = {0};
    if (ls_layout_new(schema, &layout, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return layout;
}

static void columns_are_leaves(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *name;
        enum ls_avro_type type;
        bool nullable;
        uint8_t null_branch;
        bool physical;
    } columns[] = {
        {"id", "id", LS_AVRO_STRING, false, 0, false},
        {"position", "position", LS_AVRO_LONG, false, 0, true},
        {"payload.amount", "amount", LS_AVRO_INT, true, 0, false},
        {"payload.note", "note", LS_AVRO_STRING, true, 1, false},
        {"payload.side", "side", LS_AVRO_ENUM, false, 0, false},
        {"payload.tags", "tags", LS_AVRO_MAP, false, 0, false},
        {"where.part", "part", LS_AVRO_INT, false, 0, true},
        {"where.id", "id", LS_AVRO_INT, false, 0, true},
        {"any", "any", LS_AVRO_UNION, false, 0, false},
        {"last", "last", LS_AVRO_RECORD, true, 0, false},
        {"raw", "raw", LS_AVRO_FIXED, false, 0, false},
        {"price", "price", LS_AVRO_DOUBLE, false, 0, false},
        {"rate", "rate", LS_AVRO_FLOAT, false, 0, false},
        {"good", "good", LS_AVRO_BOOLEAN, false, 0, false},
        {"none", "none", LS_AVRO_NULL, false, 0, false},
    };
    struct ls_schema *schema = parse(order_text);
    struct ls_layout *layout = lay_out(schema);
    assert_int_equal(layout->count, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < layout->count; i++) {
        const struct ls_column *column = &layout->columns[i];
        assert_string_equal(column->path, columns[i].path);
        assert_string_equal(column->name, columns[i].name);
        assert_string_equal(column->field->name, columns[i].name);
        assert_int_equal(column->node->type, columns[i].type);
        assert_int_equal(column->nullable, columns[i].nullable);
        assert_int_equal(column->null_branch, columns[i].null_branch);
        assert_int_equal(column->physical, columns[i].physical);
    }
    assert_int_equal(ls_layout_find(layout, "payload.amount"), 2);
    assert_int_equal(ls_layout_find(layout, "amount"), 2);
    assert_int_equal(ls_layout_find(layout, "id"), 0); /* a path before a name */
    assert_int_equal(ls_layout_find(layout, "where.id"), 7);
    assert_int_equal(ls_layout_find(layout, "payload"), -1);
    assert_int_equal(ls_layout_find(layout, ""), -1);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

/* What is in a physical record is physical, at any depth. */
static void physical_records_are_so_throughout(void **state)
{
    (void)state;
    struct ls_schema *schema = parse(
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
        "{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"S\",\"fields\":["
        "{\"name\":\"b\",\"type\":{\"type\":\"record\",\"name\":\"T\",\"fields\":["
        "{\"name\":\"x\",\"type\":\"int\"}]}}]},\"lockstep.physical\":true},"
        "{\"name\":\"c\",\"type\":\"S\"}]}");
    struct ls_layout *layout = lay_out(schema);
    assert_int_equal(layout->count, 2);
    assert_string_equal(layout->columns[0].path, "a.b.x");
    assert_true(layout->columns[0].physical);
    assert_string_equal(layout->columns[1].path, "c.b.x");
    assert_false(layout->columns[1].physical);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

static void a_name_of_two_columns_finds_neither(void **state)
{
    (void)state;
    struct ls_schema *schema = parse(
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
        "{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"S\",\"fields\":["
        "{\"name\":\"x\",\"type\":\"int\"}]}},{\"name\":\"b\",\"type\":\"S\"}]}");
    struct ls_layout *layout = lay_out(schema);
    assert_int_equal(ls_layout_find(layout, "x"), -1);
    assert_int_equal(ls_layout_find(layout, "b.x"), 1);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

static void some_schemas_have_no_rows(void **state)
{
    (void)state;
    static const struct {
        const char *schema;
        const char *message;
    } cases[] = {
        {"\"int\"", "of type int"},
        {"[\"null\",{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}]", "of type union"},
        {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}",
         "nested more than 64 deep"},
        {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":["
         "{\"type\":\"record\",\"name\":\"S\",\"fields\":["
         "{\"name\":\"a\",\"type\":\"S\"},{\"name\":\"b\",\"type\":\"S\"}]}]},"
         "{\"name\":\"s\",\"type\":\"S\"}]}",
         "nested more than 64 deep"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_schema *schema = parse(cases[i].schema);
        struct ls_layout *layout;
        struct ls_error err = {0};
        assert_int_equal(ls_layout_new(schema, &layout, &err), LS_E_DATA);
        assert_null(layout);
        if (!strstr(err.text, cases[i].message)) {
            fail_msg("%s", err.text);
        }
        ls_schema_free(schema);
    }
}

/* 2^12 leaves from twelve records. */
static void wide_schemas_have_a_limit(void **state)
{
    (void)state;
    struct ls_error err = {0};
    struct ls_layout *layout;
    struct ls_buf text;
    ls_buf_init(&text, "schema", LS_SCHEMA_TEXT_MAX);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(ls_buf_appendf(&text, &err,
                                        "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":["
                                        "{\"name\":\"a\",\"type\":",
                                        i),
                         0);
    }
    assert_int_equal(
        ls_buf_append_text(&text, "\"int\"},{\"name\":\"b\",\"type\":\"int\"}]}", &err), 0);
    for (int i = 11; i > 0; i--) {
        assert_int_equal(ls_buf_appendf(&text, &err, "},{\"name\":\"b\",\"type\":\"R%d\"}]}", i),
                         0);
    }
    struct ls_schema *schema = parse(ls_buf_text(&text, &err));
    assert_int_equal(ls_layout_new(schema, &layout, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "more than 4096 fields"));
    ls_schema_free(schema);
    ls_buf_clear(&text);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    struct ls_schema *schema = parse(order_text);
    struct ls_layout *layout = NULL;
    struct ls_error err = {0};
    unsigned long nth = 0;
    int rc;
    do {
        ls_mem_refuse(++nth);
        rc = ls_layout_new(schema, &layout, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && !layout));
    } while (rc < 0);
    assert_true(nth > 2);
    ls_layout_free(layout);
    ls_layout_free(NULL);
    ls_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_leaves),
        cmocka_unit_test(physical_records_are_so_throughout),
        cmocka_unit_test(a_name_of_two_columns_finds_neither),
        cmocka_unit_test(some_schemas_have_no_rows),
        cmocka_unit_test(wide_schemas_have_a_limit),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
