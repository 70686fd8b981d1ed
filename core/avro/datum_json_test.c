#include "core/avro/decode.h"

#include "core/avro/random_test.h"
#include "core/base/mem.h"

#include <locale.h>

static struct ls_schema *parse(const char *text)
{
    struct ls_schema *schema;
    struct ls_error err = {0};
    if (ls_schema_parse(text, strlen(text), &schema, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return schema;
}

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1
#define DECIMAL_38  "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":38,\"scale\":2}"
#define LOGICAL(type, logical)                                                                     \
    "{\"type\":\"" type "\",\"logicalType\":\"" logical "\",\"precision\":9,\"scale\":2}"

static const struct {
    const char *schema;
    const uint8_t *bytes;
    size_t size;
    const char *plain;
    const char *readable; /* NULL: the same */
} values[] = {
    {"\"null\"", BYTES(""), "null", NULL},
    {"\"boolean\"", BYTES("\x00"), "false", NULL},
    {"\"boolean\"", BYTES("\x01"), "true", NULL},
    {"\"int\"", BYTES("\xff\xff\xff\xff\x0f"), "-2147483648", NULL},
    {"\"long\"", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "-9223372036854775808", NULL},
    {"\"float\"", BYTES("\xcd\xcc\xcc\x3d"), "0.1", NULL},
    {"\"float\"", BYTES("\xff\xff\x7f\x7f"), "3.4028235e+38", NULL},
    {"\"float\"", BYTES("\x01\x00\x00\x00"), "1e-45", NULL},
    {"\"float\"", BYTES("\x00\x00\x00\x80"), "-0", NULL},
    {"\"float\"", BYTES("\x00\x00\x80\x7f"), "\"Infinity\"", NULL},
    {"\"float\"", BYTES("\x00\x00\x80\xff"), "\"-Infinity\"", NULL},
    {"\"float\"", BYTES("\x01\x00\x80\xff"), "\"NaN\"", NULL},
    {"\"double\"", BYTES("\x9a\x99\x99\x99\x99\x99\xb9\x3f"), "0.1", NULL},
    {"\"double\"", BYTES("\x9b\x99\x99\x99\x99\x99\xb9\x3f"), "0.10000000000000002", NULL},
    {"\"double\"", BYTES("\xff\xff\xff\xff\xff\xff\xef\x7f"), "1.7976931348623157e+308", NULL},
    {"\"double\"", BYTES("\x01\x00\x00\x00\x00\x00\x00\x00"), "5e-324", NULL},
    {"\"double\"", BYTES("\x00\x00\x00\x00\x00\x00\xf0\x7f"), "\"Infinity\"", NULL},
    {"\"double\"", BYTES("\x00\x00\x00\x00\x00\x00\xf0\xff"), "\"-Infinity\"", NULL},
    {"\"double\"", BYTES("\x00\x00\x00\x00\x00\x00\xf8\x7f"), "\"NaN\"", NULL},
    {"\"string\"", BYTES("\x18q\"b\\n\n\x00\x1f\xe2\x82\xac\x7f"),
     "\"q\\\"b\\\\n\\u000a\\u0000\\u001f\xe2\x82\xac\\u007f\"", NULL},
    {"\"bytes\"",
     BYTES("\x0c"
           "a\"\x00\x7f\x80\xff"),
     "\"a\\\"\\u0000\\u007f\\u0080\\u00ff\"", NULL},
    {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", BYTES("\x01z"), "\"\\u0001z\"", NULL},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", BYTES("\x02"), "\"B\"", NULL},
    {"[\"null\",\"int\"]", BYTES("\x00"), "null", NULL},
    {"[\"null\",\"int\"]", BYTES("\x02\x0e"), "7", NULL},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x00"), "[]", NULL},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x02\x02\x03\x04\x04\x06\x00"), "[1,2,3]",
     NULL},
    {"{\"type\":\"array\",\"items\":\"null\"}", BYTES("\x06\x00"), "[null,null,null]", NULL},
    {"{\"type\":\"map\",\"values\":\"int\"}",
     BYTES("\x04\x02"
           "b\x02\x02"
           "a\x04\x00"),
     "{\"b\":1,\"a\":2}", NULL},
    {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
     "{\"name\":\"b\",\"type\":[\"null\",\"R\"]}]}",
     BYTES("\x02\x02\x04\x00"), "{\"a\":1,\"b\":{\"a\":2,\"b\":null}}", NULL},
    {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}", BYTES(""), "{}", NULL},
    {LOGICAL("int", "date"), BYTES("\x01"), "-1", "\"1969-12-31\""},
    {LOGICAL("int", "date"), BYTES("\xfe\xff\xff\xff\x0f"), "2147483647", NULL},
    {LOGICAL("long", "timestamp-millis"), BYTES("\x01"), "-1", "\"1969-12-31T23:59:59.999Z\""},
    {LOGICAL("long", "timestamp-millis"), BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
     "-9223372036854775808", NULL},
    {LOGICAL("long", "timestamp-micros"), BYTES("\x01"), "-1", "\"1969-12-31T23:59:59.999999Z\""},
    {LOGICAL("long", "timestamp-micros"), BYTES("\xd0\x0f"), "1000",
     "\"1970-01-01T00:00:00.001000Z\""},
    {LOGICAL("long", "timestamp-micros"), BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
     "-9223372036854775808", NULL},
    {LOGICAL("long", "local-timestamp-millis"), BYTES("\x00"), "0", "\"1970-01-01T00:00:00.000\""},
    {LOGICAL("long", "local-timestamp-micros"), BYTES("\x00"), "0",
     "\"1970-01-01T00:00:00.000000\""},
    {LOGICAL("int", "time-millis"), BYTES("\x02"), "1", NULL},
    {DECIMAL_38, BYTES("\x00"), "\"0.00\"", NULL},
    {DECIMAL_38, BYTES("\x02\xff"), "\"-0.01\"", NULL},
    {DECIMAL_38, BYTES("\x04\x04\xd2"), "\"12.34\"", NULL},
    {DECIMAL_38, BYTES("\x08\xff\xff\xfb\x2e"), "\"-12.34\"", NULL},
    {DECIMAL_38, BYTES("\x20\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     "\"-1701411834604692317316873037158841057.28\"", NULL},
    {DECIMAL_38, BYTES("\x22\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a"),
     "\"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"
     "\\u0000\\u0000\\u0000\\u0000a\"",
     NULL},
    {"{\"type\":\"fixed\",\"name\":\"D\",\"size\":12,\"logicalType\":\"duration\"}",
     BYTES("abcdefghijkl"), "\"abcdefghijkl\"", NULL},
    {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":3}", BYTES("\x02\x9c"),
     "\"-100\"", NULL},
};

static void values_have_a_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof values / sizeof *values; i++) {
        size_t which = i / 2;
        bool readable = i % 2;
        const char *expected = readable && values[which].readable ? values[which].readable
                                                                  : values[which].plain;
        struct ls_schema *schema = parse(values[which].schema);
        struct ls_span span = {values[which].bytes, values[which].bytes + values[which].size};
        struct ls_error err = {0};
        struct ls_buf out;
        int rc = -1;
        ls_buf_init(&out, "json", 1000);
        assert_int_equal(ls_datum_json(schema->root, &span, readable, &out, &rc, &err),
                         LS_DECODE_OK);
        assert_int_equal(rc, 0);
        assert_ptr_equal(span.at, span.end);
        assert_string_equal(ls_buf_text(&out, &err), expected);
        ls_buf_clear(&out);
        ls_schema_free(schema);
    }
}

/* Whatever the datum, the text is JSON. */
static void texts_are_json(void **state)
{
    (void)state;
    struct ls_error err = {0};
    struct ls_buf datum;
    struct ls_buf out;
    ls_buf_init(&datum, "datum", 1 << 26);
    ls_buf_init(&out, "json", 1 << 28);
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct rng rng = rng_of(seed);
        struct ls_schema *schema = random_schema(&rng, seed % 2, seed % 3 == 0);
        int rc;
        datum.size = 0;
        out.size = 0;
        random_value(&rng, RANDOM_STRANGE, schema->root, 0, &datum);
        struct ls_span span = {datum.data, datum.data + datum.size};
        assert_int_equal(ls_datum_json(schema->root, &span, seed % 2, &out, &rc, &err),
                         LS_DECODE_OK);
        assert_int_equal(rc, 0);
        json_t *json = json_loadb((const char *)out.data, out.size,
                                  JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        if (!json) {
            fail_msg("seed %llu: %.*s", (unsigned long long)seed, (int)out.size,
                     (const char *)out.data);
        }
        json_decref(json);
        ls_schema_free(schema);
    }
    ls_buf_clear(&datum);
    ls_buf_clear(&out);
}

/* Damage, a full buffer and refused memory leave what was there. */
static void failures_append_nothing(void **state)
{
    static const struct {
        const char *schema;
        const uint8_t *bytes;
        size_t size, text_size;
    } cases[] = {
        {"{\"type\":\"map\",\"values\":\"string\"}", BYTES("\x02\x02k\x04hi\x02\x02l\x04hi\x00"),
         19},
        {DECIMAL_38, BYTES("\x08\xff\xff\xfb\x2e"), 8}, /* "-12.34" */
    };
    (void)state;
    struct ls_error err = {0};
    for (size_t i = 0; i < 40 * sizeof cases / sizeof *cases; i++) {
        size_t which = i / 40;
        size_t size_max = i % 40;
        struct ls_schema *schema = parse(cases[which].schema);
        for (int torn = 0; torn < 2; torn++) {
            struct ls_buf out;
            int rc = -1;
            const uint8_t *bytes = cases[which].bytes;
            struct ls_span span = {bytes, bytes + cases[which].size - (size_t)torn};
            ls_buf_init(&out, "json", 5 + size_max);
            assert_int_equal(ls_buf_append_text(&out, "here:", &err), 0);
            enum ls_decode_status status = ls_datum_json(schema->root, &span, true, &out, &rc,
                                                         &err);
            assert_int_equal(status, torn ? LS_DECODE_TRUNCATED : LS_DECODE_OK);
            assert_int_equal(rc, torn || size_max >= cases[which].text_size ? 0 : LS_E_DATA);
            assert_int_equal(out.size, torn || rc ? 5 : 5 + cases[which].text_size);
            assert_memory_equal(out.data, "here:", 5);
            ls_buf_clear(&out);
        }
        struct ls_buf out;
        int rc = 0;
        struct ls_span span = {cases[which].bytes, cases[which].bytes + cases[which].size};
        ls_buf_init(&out, "json", 1000);
        ls_mem_refuse(1);
        assert_int_equal(ls_datum_json(schema->root, &span, false, &out, &rc, &err), LS_DECODE_OK);
        ls_mem_refuse(0);
        assert_int_equal(rc, LS_E_NOMEM);
        assert_int_equal(out.size, 0);
        ls_buf_clear(&out);
        ls_schema_free(schema);
    }
}

static void the_locale_does_not_matter(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "ru_RU.UTF-8"};
    const char *found = NULL;
    for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++) {
        found = setlocale(LC_NUMERIC, names[i]);
    }
    if (!found) {
        skip(); /* no locale here has a decimal comma */
    }
    struct ls_schema *schema = parse("\"double\"");
    static const uint8_t bytes[] = "\x9a\x99\x99\x99\x99\x99\xb9\x3f";
    struct ls_span span = {bytes, bytes + 8};
    struct ls_error err;
    struct ls_buf out;
    int rc;
    ls_buf_init(&out, "json", 100);
    assert_int_equal(ls_datum_json(schema->root, &span, false, &out, &rc, &err), LS_DECODE_OK);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(ls_buf_text(&out, &err), "0.1");
    ls_buf_clear(&out);
    ls_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_a_text),
        cmocka_unit_test(texts_are_json),
        cmocka_unit_test(failures_append_nothing),
        cmocka_unit_test(the_locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
