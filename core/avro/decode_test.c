#include "core/avro/decode.h"

#include "core/avro/random_test.h"

#include <string.h>

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

static void longs_are_read(void **state)
{
    (void)state;
    static const struct {
        const uint8_t *bytes;
        size_t size;
        enum ls_decode_status status;
        int64_t value;
    } cases[] = {
        {BYTES(""), LS_DECODE_TRUNCATED, 0},
        {BYTES("\x00"), LS_DECODE_OK, 0},
        {BYTES("\x01"), LS_DECODE_OK, -1},
        {BYTES("\x02"), LS_DECODE_OK, 1},
        {BYTES("\x7f"), LS_DECODE_OK, -64},
        {BYTES("\x80\x01"), LS_DECODE_OK, 64},
        {BYTES("\x80"), LS_DECODE_TRUNCATED, 0},
        {BYTES("\x80\x00"), LS_DECODE_OK, 0},
        {BYTES("\xff\xff\xff\xff\x0f"), LS_DECODE_OK, INT32_MIN},
        {BYTES("\xfe\xff\xff\xff\xff\xff\xff\x7f"), LS_DECODE_OK, (INT64_C(1) << 55) - 1},
        {BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"), LS_DECODE_OK, (INT64_C(1) << 62) - 1},
        {BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"), LS_DECODE_OK, INT64_MAX},
        {BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), LS_DECODE_OK, INT64_MIN},
        {BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff"), LS_DECODE_TRUNCATED, 0},
        {BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), LS_DECODE_VARINT, 0},
        {BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81"), LS_DECODE_VARINT, 0},
        {BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"), LS_DECODE_VARINT, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t behind = 0; behind <= 8; behind += 8) { /* the last bytes are read otherwise */
            uint8_t bytes[32] = {0};
            memcpy(bytes, cases[i].bytes, cases[i].size);
            size_t more = cases[i].status == LS_DECODE_TRUNCATED ? 0 : behind;
            struct ls_span span = {bytes, bytes + cases[i].size + more};
            int64_t value = 0;
            assert_int_equal(ls_get_long(&span, &value), cases[i].status);
            assert_int_equal(value, cases[i].value);
            size_t used = cases[i].status ? 0 : cases[i].size;
            assert_int_equal(span.at - bytes, used);
        }
    }
}

static void ints_are_read(void **state)
{
    (void)state;
    static const struct {
        const uint8_t *bytes;
        size_t size;
        enum ls_decode_status status;
        int32_t value;
    } cases[] = {
        {BYTES("\x01"), LS_DECODE_OK, -1},
        {BYTES("\xfe\xff\xff\xff\x0f"), LS_DECODE_OK, INT32_MAX},
        {BYTES("\xff\xff\xff\xff\x0f"), LS_DECODE_OK, INT32_MIN},
        {BYTES("\x82\x00"), LS_DECODE_OK, 1},
        {BYTES("\x80\x80\x80\x80\x10"), LS_DECODE_VARINT, 0},
        {BYTES("\x80\x80\x80\x80\x80\x00"), LS_DECODE_VARINT, 0},
        {BYTES("\x80\x80\x80\x80"), LS_DECODE_TRUNCATED, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t behind = 0; behind <= 8; behind += 8) {
            uint8_t bytes[32] = {0};
            memcpy(bytes, cases[i].bytes, cases[i].size);
            size_t more = cases[i].status == LS_DECODE_TRUNCATED ? 0 : behind;
            struct ls_span span = {bytes, bytes + cases[i].size + more};
            int32_t value = 0;
            assert_int_equal(ls_get_int(&span, &value), cases[i].status);
            assert_int_equal(value, cases[i].value);
            assert_int_equal(span.at - bytes, cases[i].status ? 0 : cases[i].size);
        }
    }
}

static const struct {
    const char *schema;
    const uint8_t *bytes;
    size_t size;
    enum ls_decode_status status;
    size_t at;
} data[] = {
    {"\"null\"", BYTES(""), LS_DECODE_OK, 0},
    {"\"boolean\"", BYTES("\x01"), LS_DECODE_OK, 1},
    {"\"boolean\"", BYTES("\x02"), LS_DECODE_BOOLEAN, 0},
    {"\"boolean\"", BYTES(""), LS_DECODE_TRUNCATED, 0},
    {"\"int\"", BYTES("\x80\x80\x80\x80\x10"), LS_DECODE_VARINT, 0},
    {"\"long\"", BYTES("\x80\x80\x80\x80\x10"), LS_DECODE_OK, 5},
    {"\"float\"", BYTES("\x00\x00\x00"), LS_DECODE_TRUNCATED, 0},
    {"\"double\"", BYTES("\x00\x00\x00\x00\x00\x00\x00"), LS_DECODE_TRUNCATED, 0},
    {"\"bytes\"", BYTES("\x04\xff\xfe"), LS_DECODE_OK, 3},
    {"\"bytes\"", BYTES("\x06\xff\xfe"), LS_DECODE_TRUNCATED, 0},
    {"\"bytes\"", BYTES("\x01"), LS_DECODE_LENGTH, 0},
    {"\"bytes\"", BYTES("\x80\x80\x80\x10"), LS_DECODE_TRUNCATED, 0}, /* 16 MiB */
    {"\"bytes\"", BYTES("\x82\x80\x80\x10"), LS_DECODE_LENGTH, 0},    /* and a byte */
    {"\"string\"", BYTES("\x04\xc3\xa9"), LS_DECODE_OK, 3},
    {"\"string\"", BYTES("\x04\xc3\x28"), LS_DECODE_UTF8, 0},
    {"\"string\"", BYTES("\x06\xed\xa0\x80"), LS_DECODE_UTF8, 0}, /* a surrogate */
    {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}", BYTES("ab"), LS_DECODE_TRUNCATED, 0},
    {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":0}", BYTES(""), LS_DECODE_OK, 0},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", BYTES("\x02"), LS_DECODE_OK,
     1},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", BYTES("\x04"), LS_DECODE_ENUM,
     0},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", BYTES("\x01"), LS_DECODE_ENUM,
     0},
    {"[\"null\",\"int\"]", BYTES("\x00"), LS_DECODE_OK, 1},
    {"[\"null\",\"int\"]", BYTES("\x02"), LS_DECODE_TRUNCATED, 1},
    {"[\"null\",\"int\"]", BYTES("\x04"), LS_DECODE_BRANCH, 0},
    {"[\"null\",\"int\"]", BYTES("\x03"), LS_DECODE_BRANCH, 0},
    {"[]", BYTES("\x00"), LS_DECODE_BRANCH, 0},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x00"), LS_DECODE_OK, 1},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x04\x02\x04\x02\x06\x00"), LS_DECODE_OK, 6},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x03\x04\x02\x04\x00"), LS_DECODE_OK, 5},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x03\x06\x02\x04\x00"), LS_DECODE_LENGTH, 0},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x03\x02\x02\x04\x00"), LS_DECODE_LENGTH, 0},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x03\x01\x02\x04\x00"), LS_DECODE_LENGTH, 0},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x03\x82\x80\x80\x10"), LS_DECODE_LENGTH, 0},
    {"{\"type\":\"array\",\"items\":\"int\"}",
     BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"), LS_DECODE_LENGTH, 0},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x04\x02\x04"), LS_DECODE_TRUNCATED, 3},
    {"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\xfe\xff\xff\xff\x0f\x02"),
     LS_DECODE_TRUNCATED, 6},
    {"{\"type\":\"map\",\"values\":\"int\"}", BYTES("\x02\x02k\x06\x00"), LS_DECODE_OK, 5},
    {"{\"type\":\"map\",\"values\":\"int\"}", BYTES("\x02\x02\xff\x06\x00"), LS_DECODE_UTF8, 1},
    {"{\"type\":\"map\",\"values\":\"null\"}", BYTES("\x02\x02k\x00"), LS_DECODE_OK, 4},
    {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
     "{\"name\":\"b\",\"type\":\"boolean\"}]}",
     BYTES("\x02\x05"), LS_DECODE_BOOLEAN, 1},
    {"{\"type\":\"array\",\"items\":\"null\"}", BYTES("\x80\xa8\xd6\xb9\x07\x00"), LS_DECODE_ITEMS,
     0}, /* 10^9 nulls */
    {"{\"type\":\"array\",\"items\":\"null\"}", BYTES("\x80\x89\x7a\x00"), LS_DECODE_OK, 4},
    {"{\"type\":\"array\",\"items\":\"null\"}", BYTES("\x80\x89\x7a\x02\x00"), LS_DECODE_ITEMS, 3},
    {"{\"type\":\"array\",\"items\":\"null\"}", BYTES("\x03\x02\x00"), LS_DECODE_LENGTH, 0},
};

/* What is refused, as what, and where. */
static void damage_has_its_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        struct ls_schema *schema = parse(data[i].schema);
        struct ls_span span = {data[i].bytes, data[i].bytes + data[i].size};
        enum ls_decode_status status = ls_datum_skip(schema->root, &span);
        if (status != data[i].status || span.at != data[i].bytes + data[i].at) {
            fail_msg("case %zu (%s): %s at %td", i, data[i].schema, ls_decode_status_text(status),
                     span.at - data[i].bytes);
        }
        ls_schema_free(schema);
    }
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    struct ls_schema *list = parse("{\"type\":\"record\",\"name\":\"L\",\"fields\":["
                                   "{\"name\":\"next\",\"type\":[\"null\",\"L\"]}]}");
    uint8_t bytes[LS_DECODE_DEPTH_MAX];
    memset(bytes, 0x02, sizeof bytes);
    size_t most = LS_DECODE_DEPTH_MAX / 2 - 2; /* a record and a union a link; at last a null */
    for (size_t links = most; links <= most + 1; links++) {
        bytes[links] = 0x00;
        struct ls_span span = {bytes, bytes + links + 1};
        assert_int_equal(ls_datum_skip(list->root, &span),
                         links == most ? LS_DECODE_OK : LS_DECODE_DEPTH);
        bytes[links] = 0x02;
    }
    ls_schema_free(list);
    struct ls_schema *endless = parse("{\"type\":\"record\",\"name\":\"E\",\"fields\":["
                                      "{\"name\":\"a\",\"type\":\"E\"},"
                                      "{\"name\":\"b\",\"type\":\"E\"}]}");
    struct ls_span nothing = {bytes, bytes};
    assert_int_equal(ls_datum_skip(endless->root, &nothing), LS_DECODE_DEPTH);
    ls_schema_free(endless);
}

/* Records of no size inside each other: 2^40 of them, of no byte. */
static void records_of_no_size_have_a_limit(void **state)
{
    (void)state;
    struct ls_error err;
    struct ls_buf text;
    ls_buf_init(&text, "schema", LS_SCHEMA_TEXT_MAX);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(ls_buf_appendf(&text, &err,
                                        "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":["
                                        "{\"name\":\"a\",\"type\":",
                                        i),
                         0);
    }
    assert_int_equal(ls_buf_append_text(&text, "\"null\"", &err), 0);
    for (int i = 39; i >= 0; i--) {
        if (i < 39) {
            assert_int_equal(
                ls_buf_appendf(&text, &err, "},{\"name\":\"b\",\"type\":\"R%d\"", i + 1), 0);
        }
        assert_int_equal(ls_buf_append_text(&text, "}]}", &err), 0);
    }
    struct ls_schema *schema = parse(ls_buf_text(&text, &err));
    struct ls_span nothing = {text.data, text.data};
    assert_int_equal(ls_datum_skip(schema->root, &nothing), LS_DECODE_ITEMS);
    ls_schema_free(schema);
    ls_buf_clear(&text);
}

/* Every sound datum is walked over to its end, and every strict prefix of it is TRUNCATED. */
static void prefixes_are_truncated(void **state)
{
    (void)state;
    struct ls_buf datum;
    ls_buf_init(&datum, "datum", 1 << 26);
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct rng rng = rng_of(seed);
        struct ls_schema *schema = random_schema(&rng, seed % 2, seed % 3 == 0);
        for (int value = 0; value < 6; value++) {
            datum.size = 0;
            random_value(&rng, value % 2 ? RANDOM_STRANGE : RANDOM_PLAIN, schema->root, 0, &datum);
            struct ls_span span = {datum.data, datum.data + datum.size};
            if (ls_datum_skip(schema->root, &span) || span.at != span.end) {
                fail_msg("seed %llu: %s", (unsigned long long)seed, schema->text);
            }
            size_t step = 1 + datum.size / 2000;
            for (size_t size = 0; size < datum.size; size += step) {
                uint8_t *copy = malloc(size + 1); /* of its own, so that reading on is seen */
                assert_non_null(copy);
                memcpy(copy + 1, datum.data, size);
                struct ls_span prefix = {copy + 1, copy + 1 + size};
                enum ls_decode_status status = ls_datum_skip(schema->root, &prefix);
                if (status != LS_DECODE_TRUNCATED) {
                    fail_msg("seed %llu, %zu of %zu bytes: %s\n%s", (unsigned long long)seed, size,
                             datum.size, ls_decode_status_text(status), schema->text);
                }
                free(copy);
            }
        }
        ls_schema_free(schema);
    }
    ls_buf_clear(&datum);
}

/* Times have a shorter way to the bytes of any long. */
static void times_are_longs(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift < 63; shift++) {
        const int64_t power = (int64_t)(UINT64_C(1) << shift);
        const int64_t times[] = {power - 1,  power,         power / 3,
                                 -power / 3, power / 2 - 1, -(power / 2)};
        for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
            uint8_t a[2 * LS_AVRO_LONG_MAX] = {0};
            uint8_t b[2 * LS_AVRO_LONG_MAX] = {0};
            ptrdiff_t size = ls_put_long(a, times[i]) - a;
            assert_int_equal(ls_put_time(b, times[i]) - b, size);
            assert_memory_equal(a, b, (size_t)size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longs_are_read),
        cmocka_unit_test(ints_are_read),
        cmocka_unit_test(damage_has_its_status),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(records_of_no_size_have_a_limit),
        cmocka_unit_test(prefixes_are_truncated),
        cmocka_unit_test(times_are_longs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
