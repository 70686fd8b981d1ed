#include "core/avro/row.h"

#include "core/avro/random_test.h"
#include "core/base/mem.h"

#define CELLS_MAX 4096

static struct ls_cell cells[CELLS_MAX];

static struct ls_schema *parse(const char *text)
{
    struct ls_schema *schema;
    struct ls_error err = {0};
    if (ls_schema_parse(text, strlen(text), &schema, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return schema;
}

/* The canonical form of an encoded row, behind `out`. */
static void canonical(const struct ls_layout *layout, const uint8_t *bytes, size_t size,
                      struct ls_buf *out)
{
    struct ls_error err = {0};
    assert_int_equal(ls_row_decode(layout, bytes, size, cells, NULL, NULL), LS_DECODE_OK);
    if (ls_row_canonical(layout, cells, out, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1
#define ARRAY       "{\"type\":\"array\",\"items\":\"int\"}"
#define MAP         "{\"type\":\"map\",\"values\":\"int\"}"
#define NAN_DOUBLE  "\x00\x00\x00\x00\x00\x00\xf8\x7f"

static const struct {
    const char *type;
    const uint8_t *bytes;
    size_t size;
    const uint8_t *expected;
    size_t expected_size;
} forms[] = {
    {"\"long\"", BYTES("\x82\x80\x00"), BYTES("\x02")},
    {"\"string\"", BYTES("\x84\x00hi"), BYTES("\x04hi")},
    {"\"double\"", BYTES(NAN_DOUBLE), BYTES(NAN_DOUBLE)},
    {"\"double\"", BYTES("\x01\x00\x00\x00\x00\x00\xf0\xff"), BYTES(NAN_DOUBLE)},
    {"\"double\"", BYTES("\x00\x00\x00\x00\x00\x00\xf0\xff"),
     BYTES("\x00\x00\x00\x00\x00\x00\xf0\xff")},
    {"\"double\"", BYTES("\x00\x00\x00\x00\x00\x00\x00\x80"),
     BYTES("\x00\x00\x00\x00\x00\x00\x00\x80")},
    {"\"float\"", BYTES("\x01\x00\x80\xff"), BYTES("\x00\x00\xc0\x7f")},
    {"\"float\"", BYTES("\x00\x00\x80\xff"), BYTES("\x00\x00\x80\xff")},
    {"[\"null\",\"double\"]", BYTES("\x02\x01\x00\x00\x00\x00\x00\xf0\xff"),
     BYTES("\x02" NAN_DOUBLE)},
    {"[\"double\",\"null\"]", BYTES("\x82\x00"), BYTES("\x02")},
    {"[\"int\",\"double\",\"null\"]", BYTES("\x02\x01\x00\x00\x00\x00\x00\xf0\xff"),
     BYTES("\x02" NAN_DOUBLE)},
    {ARRAY, BYTES("\x00"), BYTES("\x00")},
    {ARRAY, BYTES("\x04\x02\x04\x00"), BYTES("\x04\x02\x04\x00")},
    {ARRAY, BYTES("\x02\x02\x01\x02\x04\x02\x86\x00\x00"), BYTES("\x06\x02\x04\x06\x00")},
    {"{\"type\":\"array\",\"items\":\"null\"}", BYTES("\x02\x03\x00\x04\x00"), BYTES("\x0a\x00")},
    {"{\"type\":\"array\",\"items\":" ARRAY "}", BYTES("\x01\x0a\x02\x08\x02\x0a\x00\x02\x00\x00"),
     BYTES("\x04\x04\x08\x0a\x00\x00\x00")},
    {MAP, BYTES("\x00"), BYTES("\x00")},
    {MAP,
     BYTES("\x06\x02"
           "b\x02\x02"
           "a\x04\x00\x06\x00"),
     BYTES("\x06\x00\x06\x02"
           "a\x04\x02"
           "b\x02\x00")},
    {MAP,
     BYTES("\x02\x04"
           "ab\x02\x03\x0e\x04\xc3\xa9\x06\x02"
           "a\x04\x00"),
     BYTES("\x06\x02"
           "a\x04\x04"
           "ab\x02\x04\xc3\xa9\x06\x00")},
    {MAP,
     BYTES("\x08\x02"
           "k\x08\x02"
           "k\x06\x02"
           "j\x00\x02"
           "k\x04\x00"),
     BYTES("\x08\x02"
           "j\x00\x02"
           "k\x08\x02"
           "k\x06\x02"
           "k\x04\x00")},
    {"[\"null\"," MAP "]",
     BYTES("\x02\x02\x02z\x02\x02\x02"
           "a\x04\x00"),
     BYTES("\x02\x04\x02"
           "a\x04\x02z\x02\x00")},
    {"[\"null\"," MAP "]", BYTES("\x00"), BYTES("\x00")},
    {"{\"type\":\"array\",\"items\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
     "\"precision\":5}}",
     BYTES("\x06\x06\x00\x00\x80\x04\xff\xff\x02\x05\x00"),
     BYTES("\x06\x04\x00\x80\x02\xff\x02\x05\x00")},
    {"[\"null\",{\"type\":\"record\",\"name\":\"S\",\"fields\":["
     "{\"name\":\"m\",\"type\":" MAP "},{\"name\":\"e\",\"type\":{\"type\":\"enum\","
     "\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}},{\"name\":\"b\",\"type\":\"boolean\"},"
     "{\"name\":\"f\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}},"
     "{\"name\":\"y\",\"type\":\"bytes\"},{\"name\":\"n\",\"type\":\"null\"},"
     "{\"name\":\"d\",\"type\":\"float\"}]}]",
     BYTES("\x02\x04\x02z\x02\x02"
           "a\x04\x00\x82\x00\x01\xff\xfe\x82\x00y\x01\x00\x80\x7f"),
     BYTES("\x02\x04\x02"
           "a\x04\x02z\x02\x00\x02\x01\xff\xfe\x02y\x00\x00\xc0\x7f")},
};

/* One field of a type, beside a physical one. */
static void one_form_for_each_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char text[800];
        uint8_t row[100] = {0x54}; /* the physical field */
        struct ls_error err = {0};
        struct ls_layout *layout;
        struct ls_buf out;
        snprintf(text, sizeof text,
                 "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                 "{\"name\":\"position\",\"type\":\"long\",\"lockstep.physical\":true},"
                 "{\"name\":\"f\",\"type\":%s}]}",
                 forms[i].type);
        struct ls_schema *schema = parse(text);
        assert_int_equal(ls_layout_new(schema, &layout, &err), 0);
        ls_buf_init(&out, "canonical", 1000);
        assert_int_equal(ls_buf_append_text(&out, "here", &err), 0);
        memcpy(row + 1, forms[i].bytes, forms[i].size);
        canonical(layout, row, 1 + forms[i].size, &out);
        if (out.size != 4 + forms[i].expected_size ||
            memcmp(out.data + 4, forms[i].expected, forms[i].expected_size) != 0) {
            fail_msg("case %zu: %s", i, forms[i].type);
        }
        ls_buf_clear(&out);
        ls_layout_free(layout);
        ls_schema_free(schema);
    }
}

/* As JSON, where the order of entries does not count and all NaNs are one. */
static json_t *json_of(const struct ls_schema *schema, const struct ls_buf *datum)
{
    struct ls_span span = {datum->data, datum->data + datum->size};
    struct ls_error err = {0};
    struct ls_buf text;
    int rc;
    ls_buf_init(&text, "json", 1 << 28);
    assert_int_equal(ls_datum_json(schema->root, &span, false, &text, &rc, &err), LS_DECODE_OK);
    assert_int_equal(rc, 0);
    json_t *json = json_loadb((const char *)text.data, text.size, JSON_ALLOW_NUL, NULL);
    assert_non_null(json);
    ls_buf_clear(&text);
    return json;
}

/* However a value is encoded, its form is the same value, and its own form. */
static void encodings_do_not_matter(void **state)
{
    (void)state;
    struct ls_buf datum;
    struct ls_buf first;
    struct ls_buf second;
    ls_buf_init(&datum, "datum", 1 << 26);
    ls_buf_init(&first, "canonical", 1 << 26);
    ls_buf_init(&second, "canonical", 1 << 26);
    unsigned rows = 0;
    unsigned changed = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct rng rng = rng_of(seed);
        struct ls_error err = {0};
        struct ls_layout *layout;
        struct ls_schema *schema = random_schema(&rng, true, seed % 3 == 0);
        if (ls_layout_new(schema, &layout, &err) < 0) {
            ls_schema_free(schema);
            continue;
        }
        for (int value = 0; value < 6; value++) {
            datum.size = first.size = second.size = 0;
            random_value(&rng, RANDOM_STRANGE, schema->root, 0, &datum);
            canonical(layout, datum.data, datum.size, &first);
            canonical(layout, first.data, first.size, &second);
            json_t *json = json_of(schema, &datum);
            json_t *json_first = json_of(schema, &first);
            assert_true(json_equal(json, json_first));
            json_decref(json);
            json_decref(json_first);
            assert_true(first.size <= datum.size);
            assert_int_equal(first.size, second.size);
            assert_memory_equal(first.data, second.data, first.size);
            changed += first.size != datum.size || memcmp(first.data, datum.data, first.size) != 0;
            rows++;
        }
        ls_layout_free(layout);
        ls_schema_free(schema);
    }
    assert_true(rows > 2000 && changed > 500);
    ls_buf_clear(&datum);
    ls_buf_clear(&first);
    ls_buf_clear(&second);
}

static void unsound_spans_are_bugs(void **state)
{
    (void)state;
    static const char text[] = "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                               "{\"name\":\"id\",\"type\":\"string\"},"
                               "{\"name\":\"list\",\"type\":" ARRAY "}]}";
    static const struct {
        const char *bytes;
        uint32_t size;
        int code;
    } cases[] = {
        {"\x02\x02\x00", 3, 0},
        {"\x02\x02\x00", 2, LS_E_BUG},
        {"\x02\x02\x00\x00", 4, LS_E_BUG},
        {"", 0, LS_E_BUG},
    };
    struct ls_error err = {0};
    struct ls_layout *layout;
    struct ls_schema *schema = parse(text);
    assert_int_equal(ls_layout_new(schema, &layout, &err), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_cell row[] = {
            {.bytes = (const uint8_t *)"id", .size = 2},
            {.bytes = (const uint8_t *)cases[i].bytes, .size = cases[i].size},
        };
        struct ls_buf out;
        ls_buf_init(&out, "canonical", 1000);
        assert_int_equal(ls_buf_append_text(&out, "here", &err), 0);
        assert_int_equal(ls_row_canonical(layout, row, &out, &err), cases[i].code);
        assert_int_equal(out.size, cases[i].code ? 4 : 10);
        if (cases[i].code) {
            assert_non_null(strstr(err.text, "the cell of list"));
        }
        ls_buf_clear(&out);
    }
    ls_layout_free(layout);
    ls_schema_free(schema);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    static const uint8_t row[] = "\x04\x02"
                                 "b\x02\x02"
                                 "a\x04\x00"
                                 "\x02\x02\x02" /* an item of branch 1 */
                                 "x\x00"
                                 "\x02\x02\x06\x00" /* branch 1: an array of 3 */
                                 "\x02\x02\x02"
                                 "k\x02\x00\x00"; /* a map in an array */
    struct ls_error err = {0};
    struct ls_layout *layout;
    struct ls_schema *schema = parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                                     "{\"name\":\"map\",\"type\":" MAP "},"
                                     "{\"name\":\"list\",\"type\":{\"type\":\"array\","
                                     "\"items\":[\"null\",\"string\"]}},"
                                     "{\"name\":\"perhaps\",\"type\":[\"null\","
                                     "{\"type\":\"array\",\"items\":\"int\"}]},"
                                     "{\"name\":\"maps\",\"type\":{\"type\":\"array\","
                                     "\"items\":" MAP "}}]}");
    struct ls_buf out;
    ls_buf_init(&out, "canonical", 1000);
    assert_int_equal(ls_layout_new(schema, &layout, &err), 0);
    assert_int_equal(ls_row_decode(layout, row, sizeof row - 1, cells, NULL, NULL), LS_DECODE_OK);
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_buf_clear(&out);
        ls_mem_refuse(refused + 1);
        rc = ls_row_canonical(layout, cells, &out, &err);
        ls_mem_refuse(0);
        assert_true(rc == LS_E_NOMEM || rc == 0);
        assert_int_equal(out.size, rc == 0 ? sizeof row - 1 : 0);
    }
    assert_true(refused > 2);
    ls_buf_clear(&out);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_form_for_each_value),
        cmocka_unit_test(encodings_do_not_matter),
        cmocka_unit_test(unsound_spans_are_bugs),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
