#include "core/avro/schema.h"

#include "core/avro/random_test.h"

#define FIXED "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}"
#define ENUM  "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}"
#define RECORD                                                                                     \
    "{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"           \
    "{\"name\":\"b\",\"type\":\"string\",\"default\":\"\"}]}"

/* Type, default, and the message when it is refused. */
static const struct {
    const char *type;
    const char *value;
    const char *message; /* NULL: fits */
} fits[] = {
    {"\"null\"", "null", NULL},
    {"\"null\"", "0", "the default, a number, does not fit the type null"},
    {"\"boolean\"", "true", NULL},
    {"\"boolean\"", "1", "does not fit the type boolean"},
    {"\"int\"", "-2147483648", NULL},
    {"\"int\"", "2147483647", NULL},
    {"\"int\"", "2147483648", "does not fit the type int"},
    {"\"int\"", "-2147483649", "does not fit the type int"},
    {"\"int\"", "1.0", "does not fit the type int"},
    {"\"int\"", "\"1\"", "the default, a string, does not fit the type int"},
    {"\"int\"", "null", "the default, null, does not fit the type int"},
    {"\"long\"", "9223372036854775807", NULL},
    {"\"long\"", "9223372036854775808", "no sound JSON"},
    {"\"long\"", "1e3", "does not fit the type long"},
    {"\"float\"", "1", NULL},
    {"\"float\"", "-1.5e3", NULL},
    {"\"double\"", "1.5", NULL},
    {"\"double\"", "\"NaN\"", "does not fit the type double"},
    {"\"string\"", "\"\\u20ac\\u0000\"", NULL},
    {"\"string\"", "{}", "the default, an object, does not fit the type string"},
    {"\"bytes\"", "\"\\u00ff\\u0000\"", NULL},
    {"\"bytes\"", "\"\\u0100\"", "does not fit the type bytes"},
    {"\"bytes\"", "\"\\u20ac\"", "does not fit the type bytes"},
    {FIXED, "\"\\u00ff\\u0080\"", NULL},
    {FIXED, "\"a\"", "does not fit the type F"},
    {FIXED, "\"abc\"", "does not fit the type F"},
    {FIXED, "\"a\\u0100\"", "does not fit the type F"},
    {ENUM, "\"B\"", NULL},
    {ENUM, "\"C\"", "does not fit the type E"},
    {ENUM, "\"B\\u0000\"", "does not fit the type E"},
    {ENUM, "1", "does not fit the type E"},
    {"{\"type\":\"array\",\"items\":\"int\"}", "[]", NULL},
    {"{\"type\":\"array\",\"items\":\"int\"}", "[1,2]", NULL},
    {"{\"type\":\"array\",\"items\":\"int\"}", "[1,\"2\"]",
     "schema: at fields[0].default[1]: the default, a string, does not fit the type int"},
    {"{\"type\":\"array\",\"items\":\"int\"}", "{}", "an object, does not fit the type array"},
    {"{\"type\":\"map\",\"values\":\"int\"}", "{\"k\":1}", NULL},
    {"{\"type\":\"map\",\"values\":\"int\"}", "{\"k\":true}", "at fields[0].default.k:"},
    {"{\"type\":\"map\",\"values\":\"int\"}", "[]", "an array, does not fit the type map"},
    {RECORD, "{\"a\":1}", NULL},
    {RECORD, "{\"b\":\"x\",\"a\":1}", NULL},
    {RECORD, "{\"b\":\"x\"}", "lacks the field \"a\" of S"},
    {RECORD, "{\"a\":\"x\"}", "at fields[0].default.a: the default, a string"},
    {RECORD, "{\"a\":1,\"c\":1}", "a member that is no field of S"},
    {RECORD, "null", "does not fit the type S"},
    {"[\"null\",\"int\"]", "null", NULL},
    {"[\"null\",\"int\"]", "1", "does not fit the type null"}, /* the first branch alone */
    {"[\"int\",\"null\"]", "1", NULL},
    {"[]", "null", "does not fit the type union"},
};

static void defaults_fit_their_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        char text[600];
        struct ls_schema *schema;
        struct ls_error err = {0};
        int size = snprintf(text, sizeof text,
                            "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                            "{\"name\":\"f\",\"type\":%s,\"default\":%s}]}",
                            fits[i].type, fits[i].value);
        int rc = ls_schema_parse(text, (size_t)size, &schema, &err);
        if (rc != (fits[i].message ? LS_E_DATA : 0) || (rc && !strstr(err.text, fits[i].message))) {
            fail_msg("%s: %s", text, err.text);
        }
        ls_schema_free(schema);
    }
}

/* Wherever the field is. */
static void defaults_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text; /* the type of a field */
        const char *place;
    } cases[] = {
        {"[\"null\",{\"type\":\"record\",\"name\":\"S\",\"fields\":["
         "{\"name\":\"x\",\"type\":\"int\",\"default\":\"\"}]}]",
         "at fields[0].type[1].fields[0].default:"},
        {"{\"type\":\"array\",\"items\":{\"type\":\"map\",\"values\":{\"type\":\"record\","
         "\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":\"int\",\"default\":\"\"}]}}}",
         "at fields[0].type.items.values.fields[0].default:"},
        /* a default that needs the outer record's fields, which come later */
        {"{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":"
         "{\"type\":\"array\",\"items\":\"R\"},\"default\":[{\"f\":{\"x\":[]},\"g\":false}]}]}",
         "at fields[0].type.fields[0].default[0].g:"},
        {"{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":"
         "{\"type\":\"array\",\"items\":\"R\"},\"default\":[{\"f\":{\"x\":[]},\"g\":1}]}]}",
         NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[600];
        struct ls_schema *schema;
        struct ls_error err = {0};
        int size = snprintf(text, sizeof text,
                            "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                            "{\"name\":\"f\",\"type\":%s},{\"name\":\"g\",\"type\":\"int\"}]}",
                            cases[i].text);
        int rc = ls_schema_parse(text, (size_t)size, &schema, &err);
        if (rc != (cases[i].place ? LS_E_DATA : 0) || (rc && !strstr(err.text, cases[i].place))) {
            fail_msg("%s: %s", text, err.text);
        }
        ls_schema_free(schema);
    }
}

/* Records whose default takes the defaults of their own fields, and so on. */
static void defaults_end(void **state)
{
    (void)state;
    struct ls_error err = {0};
    struct ls_schema *schema;
    static const char endless[] = "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                                  "{\"name\":\"a\",\"type\":\"R\",\"default\":{}},"
                                  "{\"name\":\"b\",\"type\":\"R\",\"default\":{}}]}";
    assert_int_equal(ls_schema_parse(endless, sizeof endless - 1, &schema, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "nested more than 64 deep"));
    struct ls_buf text; /* 2^30 values, thirty deep */
    ls_buf_init(&text, "schema", LS_SCHEMA_TEXT_MAX);
    assert_int_equal(
        ls_buf_append_text(&text, "[{\"type\":\"fixed\",\"name\":\"R0\",\"size\":0}", &err), 0);
    for (int i = 1; i <= 30; i++) {
        const char *value = i == 1 ? "\"\"" : "{}";
        assert_int_equal(ls_buf_appendf(&text, &err,
                                        ",{\"type\":\"record\",\"name\":\"R%d\",\"fields\":["
                                        "{\"name\":\"a\",\"type\":\"R%d\",\"default\":%s},"
                                        "{\"name\":\"b\",\"type\":\"R%d\",\"default\":%s}]}",
                                        i, i - 1, value, i - 1, value),
                         0);
    }
    assert_int_equal(ls_buf_append_text(&text, "]", &err), 0);
    assert_int_equal(ls_schema_parse((const char *)text.data, text.size, &schema, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "more than 1000000 values"));
    ls_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_fit_their_type),
        cmocka_unit_test(defaults_are_found),
        cmocka_unit_test(defaults_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
