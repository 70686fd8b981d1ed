#include "conformance/naive_fixture_test.h"
#include "core/base/draw.h"

static const char *const symbols[] = {"red", "green"};
static const struct naive_column text = {.name = "i", .written = "i", .type = NAIVE_STRING};
static const struct naive_column whole = {.name = "i", .written = "i", .type = NAIVE_INT};
static const struct naive_column scaled = {
    .name = "i", .written = "i", .type = NAIVE_SCALED, .precision = 4};
static const struct naive_column narrow = {.name = "i", .written = "i", .type = NAIVE_FLOAT};
static const struct naive_column truth = {.name = "i", .written = "i", .type = NAIVE_BOOLEAN};
static const struct naive_column symbol = {
    .name = "i", .written = "i", .type = NAIVE_ENUM, .symbols = symbols, .symbol_count = 2};

#define FINE      LS_ADMITTED
#define TRUNCATED LS_REASON_DECODE_TRUNCATED
#define INVALID   LS_REASON_DECODE_INVALID

static const struct {
    enum naive_type type;
    const struct naive_column *items;
    const char *schema, *bytes;
    size_t size;
    enum ls_reason reason;
    const char *canonical; /* NULL: as it is */
    size_t canonical_size;
} cases[] = {
#define ARRAY(item) "{\"type\":\"array\",\"items\":" item "}"
#define MAP(item)   "{\"type\":\"map\",\"values\":" item "}"
#define ROW(type, items, schema, bytes, reason)                                                    \
    {                                                                                              \
        type, &items, schema, bytes, sizeof(bytes) - 1, reason, NULL, 0                            \
    }
#define TO(type, items, schema, bytes, canonical)                                                  \
    {                                                                                              \
        type, &items, schema, bytes, sizeof(bytes) - 1, FINE, canonical, sizeof(canonical) - 1     \
    }
    ROW(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x00", FINE),
    ROW(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x04\x02\x03\x00", FINE),
    TO(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x02\x02\x02\x03\x00", "\x04\x02\x03\x00"),
    TO(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x03\x04\x02\x03\x00", "\x04\x02\x03\x00"),
    TO(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x84\x00\x82\x00\x03\x80\x00", "\x04\x02\x03\x00"),
    ROW(NAIVE_ARRAY, whole, ARRAY("\"int\""), "", TRUNCATED),
    ROW(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x04\x02", TRUNCATED),
    ROW(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x04\x02\x03", TRUNCATED),
    ROW(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x03\x06\x02\x03\x00", INVALID), /* of 3 bytes */
    ROW(NAIVE_ARRAY, whole, ARRAY("\"int\""), "\x03\x05\x02\x03\x00", INVALID), /* of -3 */
    ROW(NAIVE_ARRAY, text, ARRAY("\"string\""),
        "\x04\x02"
        "a\x00\x00",
        FINE),
    ROW(NAIVE_ARRAY, text, ARRAY("\"string\""), "\x02\x01\x00", INVALID),
    ROW(NAIVE_ARRAY, text, ARRAY("\"string\""), "\x02\x02\xff\x00", INVALID),
    TO(NAIVE_ARRAY, scaled,
       ARRAY("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4}"),
       "\x04\x04\x00\x05\x06\xff\xff\x80\x00", "\x04\x02\x05\x02\x80\x00"),
    ROW(NAIVE_ARRAY, scaled,
        ARRAY("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4}"),
        "\x02\x04\x27\x10\x00", INVALID), /* 10,000 */
    ROW(NAIVE_ARRAY, narrow, ARRAY("\"float\""), "\x02\x01\x02\x03\x04\x00", FINE),
    ROW(NAIVE_ARRAY, truth, ARRAY("\"boolean\""), "\x04\x01\x00\x00", FINE),
    ROW(NAIVE_ARRAY, truth, ARRAY("\"boolean\""), "\x02\x02\x00", INVALID),
    ROW(NAIVE_ARRAY, symbol,
        ARRAY("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"red\",\"green\"]}"),
        "\x04\x02\x00\x00", FINE),
    ROW(NAIVE_ARRAY, symbol,
        ARRAY("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"red\",\"green\"]}"), "\x02\x04\x00",
        INVALID),
    ROW(NAIVE_MAP, whole, MAP("\"int\""), "\x00", FINE),
    ROW(NAIVE_MAP, whole, MAP("\"int\""),
        "\x04\x02"
        "b\x02\x02"
        "a\x04\x00",
        FINE),
    TO(NAIVE_MAP, whole, MAP("\"int\""),
       "\x02\x02"
       "b\x02\x02\x82\x00"
       "a\x04\x00",
       "\x04\x02"
       "b\x02\x02"
       "a\x04\x00"),
    ROW(NAIVE_MAP, whole, MAP("\"int\""), "\x02\x02\xff\x02\x00", INVALID),
    ROW(NAIVE_MAP, whole, MAP("\"int\""),
        "\x02\x02"
        "a",
        TRUNCATED),
};

/* libavro's reading of the same bytes, in our form. */
static void check_libavro(size_t i, const struct naive_column *column,
                          const struct naive_value *value, struct ls_arena *arena)
{
    avro_schema_t schema;
    avro_value_t read;
    struct naive_value other;
    struct ls_error err;
    assert_int_equal(
        avro_schema_from_json_length(cases[i].schema, strlen(cases[i].schema), &schema), 0);
    avro_value_iface_t *iface = avro_generic_class_from_schema(schema);
    assert_non_null(iface);
    assert_int_equal(avro_generic_value_new(iface, &read), 0);
    avro_reader_t reader = avro_reader_memory(cases[i].bytes, (int64_t)cases[i].size);
    assert_int_equal(avro_value_read(reader, &read), 0);
    assert_int_equal(ls_naive_value_of(&read, column, arena, &other, &err), 0);
    assert_int_equal(ls_naive_value_order(value, &other), 0);
    avro_reader_free(reader);
    avro_value_decref(&read);
    avro_value_iface_decref(iface);
    avro_schema_decref(schema);
}

static void nested_values_have_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct naive_column column = {
            .name = "n", .written = "n", .type = cases[i].type, .items = cases[i].items};
        const uint8_t *bytes = (const uint8_t *)cases[i].bytes;
        struct naive_span span = {bytes, bytes + cases[i].size};
        struct naive_value value = {0};
        struct ls_arena arena;
        struct ls_error err;
        ls_arena_init(&arena, "nested values", 1U << 20);
        enum ls_reason reason = ls_naive_take_nested(&column, &span, &value);
        if (reason != cases[i].reason) {
            fail_msg("case %zu: %d", i, reason);
        }
        if (reason == LS_ADMITTED) {
            const char *should = cases[i].canonical ? cases[i].canonical : cases[i].bytes;
            size_t size = cases[i].canonical ? cases[i].canonical_size : cases[i].size;
            assert_ptr_equal(span.at, span.end);
            assert_int_equal(value.size, cases[i].size);
            assert_int_equal(ls_naive_nested_canonical(&column, &value, &arena, &err), 0);
            assert_int_equal(value.size, size);
            assert_memory_equal(value.bytes, should, size);
            check_libavro(i, &column, &value, &arena);
        }
        ls_arena_clear(&arena);
    }
}

/* Damaged bytes: both decoders of the program come to the same answer, and to the same arrays. */
static void damage_is_judged_as_core_judges_it(void **state)
{
    static const char schema_text[] =
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":"
        "\"array\","
        "\"items\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4}}},{\"name\":"
        "\"m\","
        "\"type\":{\"type\":\"map\",\"values\":\"int\"}},{\"name\":\"t\",\"type\":[\"null\",{"
        "\"type\":"
        "\"array\",\"items\":\"string\"}]},{\"name\":\"d\",\"type\":{\"type\":\"bytes\","
        "\"logicalType\":\"decimal\",\"precision\":4}},{\"name\":\"f\",\"type\":\"double\"}]}";
    static struct naive_column of_each[] = {
        {.name = "a", .written = "a", .type = NAIVE_ARRAY, .items = &scaled},
        {.name = "m", .written = "m", .type = NAIVE_MAP, .items = &whole},
        {.name = "t", .written = "t", .type = NAIVE_ARRAY, .items = &text, .nullable = true},
        {.name = "d", .written = "d", .type = NAIVE_SCALED, .precision = 4},
        {.name = "f", .written = "f", .type = NAIVE_DOUBLE}};
    static const struct naive_columns columns = {of_each, 5};
    static const uint8_t sound[] = "\x04\x02\x05\x04\xff\x80\x00\x03\x0c\x02"
                                   "a\x02\x02"
                                   "b\x0e\x00\x02\x04\x04hi\x00\x00\x06\x00\x01\x02"
                                   "\1\2\3\4\5\6\7\x08";
    struct ls_schema *schema;
    struct ls_layout *layout;
    struct ls_error err;
    size_t counts[3] = {0};
    (void)state;
    assert_int_equal(ls_schema_parse(schema_text, strlen(schema_text), &schema, &err), 0);
    assert_int_equal(ls_layout_new(schema, &layout, &err), 0);
    for (uint64_t i = 0; i < 60000; i++) {
        uint8_t bytes[sizeof sound - 1];
        struct ls_cell cells[5];
        struct naive_value values[5];
        memcpy(bytes, sound, sizeof bytes);
        for (uint64_t k = 0; k < i % 4; k++) {
            uint64_t word = ls_mix(4 * i + k);
            uint8_t *at = &bytes[word % sizeof bytes];
            *at = word >> 40 & 1 ? (uint8_t)(word >> 32) : (uint8_t)(*at ^ 1 << (word >> 32) % 8);
        }
        struct naive_span span = {bytes, bytes + sizeof bytes};
        enum ls_decode_status status = ls_row_decode(layout, bytes, sizeof bytes, cells, NULL,
                                                     NULL);
        enum ls_reason reason = ls_naive_walk(&columns, span, values);
        enum ls_reason should = status == LS_DECODE_OK          ? FINE
                                : status == LS_DECODE_TRUNCATED ? TRUNCATED
                                                                : INVALID;
        if (reason != should) {
            fail_msg("%llu: %s, and %d", (unsigned long long)i, ls_decode_status_text(status),
                     reason);
        }
        counts[status == LS_DECODE_OK ? 0 : status == LS_DECODE_TRUNCATED ? 1 : 2]++;
        for (size_t c = 0; status == LS_DECODE_OK && c < 5; c++) {
            assert_int_equal(cells[c].is_null, values[c].is_null);
            assert_true(cells[c].number == values[c].number && cells[c].size == values[c].size);
        }
    }
    assert_true(counts[0] > 20000 && counts[1] > 5000 && counts[2] > 20000);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damage_is_judged_as_core_judges_it),
        cmocka_unit_test(nested_values_have_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
