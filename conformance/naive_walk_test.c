#include "conformance/naive_fixture_test.h"
#include "core/base/text.h"

enum { TEXT, WHOLE, LARGE, MAYBE, SYMBOL, COLUMNS };
static const char *const symbols[] = {"red", "green", "blue"};
static struct naive_column items[COLUMNS] = {
    [TEXT] = {.name = "text", .type = NAIVE_STRING},
    [WHOLE] = {.name = "whole", .type = NAIVE_INT},
    [LARGE] = {.name = "large", .type = NAIVE_LONG},
    [MAYBE] = {.name = "maybe", .type = NAIVE_BOOLEAN, .nullable = true},
    [SYMBOL] = {.name = "symbol", .type = NAIVE_ENUM, .symbols = symbols, .symbol_count = 3}};
static const struct naive_columns columns = {items, COLUMNS};

#define FINE      LS_ADMITTED
#define TRUNCATED LS_REASON_DECODE_TRUNCATED
#define INVALID   LS_REASON_DECODE_INVALID

static const struct {
    const char *bytes;
    size_t size;
    enum ls_reason reason;
} data[] = {
#define DATUM(bytes, reason)                                                                       \
    {                                                                                              \
        bytes, sizeof(bytes) - 1, reason                                                           \
    }
    /* text, int, long, union of null and boolean, enum */
    DATUM("\x04hi\x06\x01\x02\x01\x04", FINE),
    DATUM("\x00\x00\x00\x00\x00", FINE),
    DATUM("\x02\x00\x00\x00\x00\x00", FINE), /* a text of one NUL */
    DATUM("", TRUNCATED),
    DATUM("\x04h", TRUNCATED),
    DATUM("\x01h\x00\x00\x00\x00", INVALID),                /* a length of -1 */
    DATUM("\x82\x80\x80\x10h", INVALID),                    /* of 16 MiB + 1 */
    DATUM("\x80\x80\x80\x10h", TRUNCATED),                  /* of 16 MiB */
    DATUM("\x02\x80\x00\x00\x00\x00", INVALID),             /* no UTF-8 */
    DATUM("\x06\xed\xa0\x80\x00\x00\x00\x00", INVALID),     /* a surrogate */
    DATUM("\x02\x80", INVALID),                             /* wrong before it ends */
    DATUM("\x00\xfe\xff\xff\xff\x0f\x00\x00\x00", FINE),    /* 2^31 - 1 */
    DATUM("\x00\xff\xff\xff\xff\x0f\x00\x00\x00", FINE),    /* -2^31 */
    DATUM("\x00\x80\x80\x80\x80\x10\x00\x00\x00", INVALID), /* 2^31 */
    DATUM("\x00\x82\x80\x80\x80\x00\x00\x00\x00", FINE),    /* 1 in five bytes */
    DATUM("\x00\x82\x80\x80\x80\x80\x00\x00\x00\x00", INVALID),
    DATUM("\x00\x80\x80\x80\x80\x80", INVALID), /* five bytes, and more to come */
    DATUM("\x00\x80\x80\x80\x80", TRUNCATED),
    DATUM("\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00", FINE),    /* -2^63 */
    DATUM("\x00\x00\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x00\x00", FINE),    /* 0 in ten bytes */
    DATUM("\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\x00\x00", INVALID), /* a 65th bit */
    DATUM("\x00\x00\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", INVALID),
    DATUM("\x00\x00\x80\x80\x80\x80\x80\x80\x80\x80\x80", TRUNCATED),
    DATUM("\x00\x00\x00\x01\x00", INVALID), /* branch -1 */
    DATUM("\x00\x00\x00\x04\x00", INVALID), /* branch 2 */
    DATUM("\x00\x00\x00\x02", TRUNCATED),
    DATUM("\x00\x00\x00\x02\x02\x00", INVALID), /* a boolean of 2 */
    DATUM("\x00\x00\x00\x02\xff\x00", INVALID),
    DATUM("\x00\x00\x00\x00\x01", INVALID), /* symbol -1 */
    DATUM("\x00\x00\x00\x00\x06", INVALID), /* symbol 3 */
    DATUM("\x00\x00\x00\x00", TRUNCATED),
    DATUM("\x00\x00\x00\x00\x00\x00", INVALID), /* a byte behind the datum */
};

static void data_are_classified(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(data); i++) {
        struct naive_value values[COLUMNS];
        const uint8_t *bytes = (const uint8_t *)data[i].bytes;
        struct naive_span span = {bytes, bytes + data[i].size};
        enum ls_reason reason = ls_naive_walk(&columns, span, values);
        if (reason != data[i].reason) {
            fail_msg("datum %zu is %s, should be %s", i, ls_reasons[reason].name,
                     ls_reasons[data[i].reason].name);
        }
    }
}

/* bytes, decimal, float, double, as numbers or as bits */
static void other_scalars_are_read(void **state)
{
    static struct naive_column of_each[] = {{.name = "b", .type = NAIVE_BYTES},
                                            {.name = "d", .type = NAIVE_SCALED, .precision = 3},
                                            {.name = "f", .type = NAIVE_FLOAT},
                                            {.name = "g", .type = NAIVE_DOUBLE}};
    static const struct naive_columns all = {of_each, 4};
    static const char sound[] = "\x02\xff\x04\xff\x80\x01\x02\x03\x84\1\2\3\4\5\6\7\x88";
    struct naive_value values[4];
    struct naive_span span = {(const uint8_t *)sound, (const uint8_t *)sound + sizeof sound - 1};
    (void)state;
    assert_int_equal(ls_naive_walk(&all, span, values), FINE);
    assert_true(values[0].size == 1 && values[0].bytes[0] == 0xff);
    assert_true(values[1].number == -128 && !values[1].bytes);
    assert_int_equal(values[2].number, INT64_C(0x84030201));
    assert_int_equal((uint64_t)values[3].number, UINT64_C(0x8807060504030201));
    for (size_t size = 0; size < sizeof sound - 1; size++) {
        span.end = span.at + size;
        assert_int_equal(ls_naive_walk(&all, span, values), TRUNCATED);
    }
    static const char wrong[] = "\x00\x04\x03\xe8";
    span = (struct naive_span){(const uint8_t *)wrong, (const uint8_t *)wrong + sizeof wrong - 1};
    assert_int_equal(ls_naive_walk(&all, span, values), INVALID);
}

static void every_prefix_of_a_sound_datum_is_truncated(void **state)
{
    (void)state;
    static const uint8_t bytes[] = "\x06\xe2\x82\xac\xfe\xff\xff\xff\x0f\xff\xff\xff\xff\xff\xff"
                                   "\xff\xff\xff\x01\x02\x01\x04";
    struct naive_value values[COLUMNS];
    for (size_t size = 0; size < sizeof bytes - 1; size++) {
        struct naive_span span = {bytes, bytes + size};
        assert_int_equal(ls_naive_walk(&columns, span, values), TRUNCATED);
    }
    struct naive_span span = {bytes, bytes + sizeof bytes - 1};
    assert_int_equal(ls_naive_walk(&columns, span, values), FINE);
    assert_int_equal(values[TEXT].size, 3);
    assert_true(values[WHOLE].number == INT32_MAX && values[LARGE].number == INT64_MIN);
    assert_true(!values[MAYBE].is_null && values[MAYBE].number == 1);
    assert_int_equal(values[SYMBOL].number, 2);
    assert_memory_equal(values[SYMBOL].bytes, "blue", 4);
}

static void frames_are_single_object_encoding(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        enum ls_reason reason;
    } cases[] = {
        {"\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01", 10, LS_ADMITTED},
        {"\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01zz", 12, LS_ADMITTED},
        {"\xc3\x01\x08\x07\x06\x05\x04\x03\x02", 9, LS_REASON_FRAME_INVALID},
        {"", 0, LS_REASON_FRAME_INVALID},
        {"\xc3\x00\x08\x07\x06\x05\x04\x03\x02\x01", 10, LS_REASON_FRAME_INVALID},
        {"\x00\x01\x08\x07\x06\x05\x04\x03\x02\x01", 10, LS_REASON_FRAME_INVALID},
        {"\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08", 10, LS_REASON_SCHEMA_UNKNOWN},
        {"\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x00", 10, LS_REASON_SCHEMA_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct naive_span datum;
        struct naive_value value = {.bytes = (const uint8_t *)cases[i].bytes,
                                    .size = cases[i].size};
        enum ls_reason reason = ls_naive_unframe(&value, UINT64_C(0x0102030405060708), &datum);
        assert_int_equal(reason, cases[i].reason);
        if (reason == LS_ADMITTED) {
            assert_int_equal(datum.end - datum.at, cases[i].size - 10);
        }
    }
    struct naive_span datum;
    struct naive_value none = {.is_null = true};
    assert_int_equal(ls_naive_unframe(&none, 0, &datum), LS_REASON_FRAME_INVALID);
}

/* Two readings of one table of the Unicode standard: all texts of up to three bytes, and what four
 * bytes begin with. */
static void utf8_is_read_as_core_reads_it(void **state)
{
    (void)state;
    uint8_t text[4];
    for (uint32_t bits = 0; bits < 1U << 24; bits++) {
        for (size_t i = 0; i < 3; i++) {
            text[i] = (uint8_t)(bits >> (8 * (2 - i)));
        }
        size_t size = bits < 0x100 ? 1 : bits < 0x10000 ? 2 : 3;
        const uint8_t *at = text + 3 - size;
        if (ls_naive_utf8(at, size) != ls_utf8_valid(at, size)) {
            fail_msg("bytes %06x", (unsigned)bits);
        }
    }
    for (uint32_t bits = 0; bits < 1U << 16; bits++) {
        text[0] = (uint8_t)(0xf0 | (bits >> 12 & 0xf));
        text[1] = (uint8_t)(bits >> 4);
        text[2] = (uint8_t)(bits & 1 ? 0x80 : 0xbf);
        text[3] = (uint8_t)(bits & 2 ? 0x80 : 0xc0);
        assert_int_equal(ls_naive_utf8(text, 4), ls_utf8_valid(text, 4));
    }
}

static void a_schema_has_its_canonical_form_and_fingerprint(void **state)
{
    struct naive_shop *s = *state;
    uint64_t crc64;
    int rc = ls_naive_schema(s->spec, s->topic->type, &s->topic->event, &s->out, &crc64, &s->err);
    assert_int_equal(rc, 0);
    static const char wanted[] =
        "{\"name\":\"shop.sale\",\"type\":\"record\",\"fields\":["
        "{\"name\":\"event_id\",\"type\":\"string\"},{\"name\":\"event_time\",\"type\":\"long\"},"
        "{\"name\":\"ingest_time\",\"type\":\"long\"},{\"name\":\"source\",\"type\":\"string\"},"
        "{\"name\":\"schema_version\",\"type\":\"int\"},"
        "{\"name\":\"entity_id\",\"type\":\"string\"},"
        "{\"name\":\"payload\",\"type\":{\"name\":\"shop.sale_payload\",\"type\":\"record\","
        "\"fields\":[{\"name\":\"country\",\"type\":[\"null\",\"string\"]},"
        "{\"name\":\"method\",\"type\":{\"name\":\"shop.sale_method\",\"type\":\"enum\","
        "\"symbols\":[\"cash\",\"card\",\"bill\"]}},"
        "{\"name\":\"amount_cents\",\"type\":[\"null\",\"long\"]},"
        "{\"name\":\"quantity\",\"type\":\"int\"}]}}]}";
    assert_string_equal(ls_buf_text(&s->out, &s->err), wanted);
    /* and as the program's own reader of schemas sees it */
    assert_string_equal(s->topic->type->schema->canonical, wanted);
    assert_true(crc64 == s->topic->type->schema->crc64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_are_classified),
        cmocka_unit_test(other_scalars_are_read),
        cmocka_unit_test(every_prefix_of_a_sound_datum_is_truncated),
        cmocka_unit_test(frames_are_single_object_encoding),
        cmocka_unit_test(utf8_is_read_as_core_reads_it),
        SHOP_TEST(a_schema_has_its_canonical_form_and_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
