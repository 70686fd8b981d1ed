#include "core/avro/schema.h"

#include "core/avro/random_test.h"

#define FIXED(name, more) "{\"type\":\"fixed\",\"size\":1,\"name\":\"" name "\"" more "}"

/* Names and namespaces as specification 1.11, "Names", has them. */
static void names_are_made_full(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name; /* NULL: refused */
    } cases[] = {
        {FIXED("F", ""), "F"},
        {FIXED("F", ",\"namespace\":\"a.b\""), "a.b.F"},
        {FIXED("a.b.F", ""), "a.b.F"},
        {FIXED("c.F", ",\"namespace\":\"a.b\""), "c.F"},
        {FIXED("F", ",\"namespace\":\"\""), "F"},
        {FIXED("array", ""), "array"},
        {FIXED("", ""), NULL},
        {FIXED(".F", ""), NULL},
        {FIXED("a.", ""), NULL},
        {FIXED("a..F", ""), NULL},
        {FIXED("9", ""), NULL},
        {FIXED("a-b", ""), NULL},
        {FIXED("\\u00e9", ""), NULL},
        {FIXED("F\\u0000", ""), NULL},
        {FIXED("F", ",\"namespace\":\"a..b\""), NULL},
        {FIXED("F", ",\"namespace\":\"a b\""), NULL},
        {FIXED("F", ",\"namespace\":null"), NULL},
        {FIXED("int", ""), NULL},
        {FIXED("int", ",\"namespace\":\"a\""), NULL},
        {FIXED("a.string", ""), NULL},
        {"{\"type\":\"fixed\",\"size\":1}", NULL},
        {"{\"type\":\"fixed\",\"size\":1,\"name\":7}", NULL},
        {FIXED("F", ",\"aliases\":\"G\""), NULL},
        {FIXED("F", ",\"aliases\":[7]"), NULL},
        {FIXED("F", ",\"aliases\":[\"a b\"]"), NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_schema *schema;
        struct ls_error err = {0};
        int rc = ls_schema_parse(cases[i].text, strlen(cases[i].text), &schema, &err);
        assert_int_equal(rc, cases[i].name ? 0 : LS_E_DATA);
        if (cases[i].name) {
            assert_string_equal(schema->root->name, cases[i].name);
        }
        ls_schema_free(schema);
    }
}

#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define FIELD(type)          "{\"name\":\"f\",\"type\":" type "}"
#define FIELDS(a, b)         "{\"name\":\"f\",\"type\":" a "},{\"name\":\"g\",\"type\":" b "}"

/* What the reference in field g means. */
static void references_find_their_type(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name; /* NULL: refused */
    } cases[] = {
        {RECORD("R", FIELDS(FIXED("F", ""), "\"F\"")), "F"},
        {RECORD("a.R", FIELDS(FIXED("F", ""), "\"F\"")), "a.F"},
        {RECORD("a.R", FIELDS(FIXED("F", ""), "\"a.F\"")), "a.F"},
        {RECORD("a.R", FIELDS(FIXED("F", ""), "\"b.F\"")), NULL},
        {RECORD("a.R", FIELDS(FIXED("b.F", ""), "\"F\"")), NULL},
        {RECORD("a.R", FIELDS(FIXED("F", ",\"namespace\":\"\""), "\"F\"")), "F"},
        {RECORD("a.R", FIELDS(RECORD("b.S", FIELD(FIXED("F", ""))), "\"b.F\"")), "b.F"},
        {RECORD("R", FIELDS("\"int\"", "{\"type\":\"array\",\"items\":\"R\"}")), NULL},
        {RECORD("R", FIELDS(FIXED("F", ""), "{\"type\":\"F\"}")), "F"},
        {RECORD("R", FIELDS("\"G\"", FIXED("G", ""))), NULL}, /* before it is defined */
        {RECORD("R", FIELDS(FIXED("F", ",\"aliases\":[\"G\"]"), "\"G\"")), NULL},
        {RECORD("R", FIELDS(FIXED("array", ""), "\"array\"")), "array"},
        {RECORD("R", FIELDS("\"int\"", "\"a..b\"")), NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_schema *schema;
        struct ls_error err = {0};
        int rc = ls_schema_parse(cases[i].text, strlen(cases[i].text), &schema, &err);
        const char *name = rc == 0 ? schema->root->fields[1].type->name : NULL;
        if ((name == NULL) != (cases[i].name == NULL) ||
            (name && strcmp(name, cases[i].name) != 0)) {
            fail_msg("%s: %s", cases[i].text, rc ? err.text : name);
        }
        ls_schema_free(schema);
    }
}

/* Of two types that a reference may mean, the one in the enclosing namespace. */
static void the_enclosing_namespace_comes_first(void **state)
{
    (void)state;
    static const char text[] = "[" FIXED("F", "") "," FIXED("a.F", "") "," //
        RECORD("a.R", FIELD("\"F\"")) "]";
    struct ls_schema *schema;
    struct ls_error err = {0};
    assert_int_equal(ls_schema_parse(text, sizeof text - 1, &schema, &err), 0);
    assert_string_equal(schema->root->children[2]->fields[0].type->name, "a.F");
    ls_schema_free(schema);
}

static void parts_of_names_have_a_limit(void **state)
{
    (void)state;
    for (int size = 200; size <= 201; size++) {
        char text[400];
        struct ls_schema *schema;
        struct ls_error err = {0};
        int length = snprintf(text, sizeof text,
                              "{\"type\":\"fixed\",\"size\":1,\"name\":\"a.%0*d\"}", size, 0);
        text[strlen("{\"type\":\"fixed\",\"size\":1,\"name\":\"a.")] = 'x';
        assert_int_equal(ls_schema_parse(text, (size_t)length, &schema, &err),
                         size == 200 ? 0 : LS_E_DATA);
        ls_schema_free(schema);
    }
}

/* Of the place of a mistake the beginning is told, and then the mistake. */
static void a_deep_place_is_cut(void **state)
{
    enum { DEPTH = 45 };
    (void)state;
    struct ls_schema *schema;
    struct ls_error err = {0};
    struct ls_buf text;
    ls_buf_init(&text, "schema", 1U << 16);
    for (int i = 0; i < DEPTH; i++) {
        assert_int_equal(ls_buf_appendf(&text, &err,
                                        "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":["
                                        "{\"name\":\"f\",\"type\":",
                                        i),
                         0);
    }
    assert_int_equal(ls_buf_append_text(&text, "\"nothing\"", &err), 0);
    for (int i = 0; i < DEPTH; i++) {
        assert_int_equal(ls_buf_append_text(&text, "}]}", &err), 0);
    }
    assert_int_equal(ls_schema_parse((const char *)text.data, text.size, &schema, &err), LS_E_DATA);
    assert_int_equal(strncmp(err.text, "schema: at fields[0]", 20), 0);
    assert_non_null(strstr(err.text, "nothing"));
    ls_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_made_full),
        cmocka_unit_test(references_find_their_type),
        cmocka_unit_test(the_enclosing_namespace_comes_first),
        cmocka_unit_test(parts_of_names_have_a_limit),
        cmocka_unit_test(a_deep_place_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
