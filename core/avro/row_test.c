#include "core/avro/row.h"

#include "core/avro/random_test.h"

#define CELLS_MAX 4096

static struct ls_cell cells[CELLS_MAX];

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

#define ORDER                                                                                      \
    "\x04o1"                                   /* id */                                            \
    "\x54"                                     /* position */                                      \
    "\x02\x07\x00\x04hi\x02\x02\x02k\x02v\x00" /* payload */                                       \
    "\x06\x08"                                 /* where */                                         \
    "\x04\x02x"                                /* any */                                           \
    "\x02\x0a\x0c"                             /* last */                                          \
    "\xab\xcd"                                 /* raw */                                           \
    "\x00\x00\x00\x00\x00\x00\xf8\x3f"         /* price: 1.5 */                                    \
    "\x00\x00\xc0\xff"                         /* rate: a NaN */                                   \
    "\x01"                                     /* good */

static void cells_hold_what_was_read(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        const char *bytes;
        uint32_t size;
        bool is_null;
    } expected[] = {
        {0, "o1", 2, false},
        {42, NULL, 0, false},
        {-4, NULL, 0, false},
        {0, "hi", 2, false},
        {1, "SELL", 4, false},
        {0, "\x02\x02k\x02v\x00", 6, false},
        {3, NULL, 0, false},
        {4, NULL, 0, false},
        {0, "\x04\x02x", 3, false},
        {0, "\x0a\x0c", 2, false},
        {0, "\xab\xcd", 2, false},
        {INT64_C(0x3ff8000000000000), NULL, 0, false},
        {INT64_C(0xffc00000), NULL, 0, false},
        {1, NULL, 0, false},
        {0, NULL, 0, true},
    };
    static const uint8_t bytes[] = ORDER;
    struct ls_schema *schema = parse(order_text);
    struct ls_layout *layout = lay_out(schema);
    memset(cells, 0xee, sizeof cells);
    assert_int_equal(ls_row_decode(layout, bytes, sizeof bytes - 1, cells, NULL, NULL),
                     LS_DECODE_OK);
    for (size_t i = 0; i < layout->count; i++) {
        assert_int_equal(cells[i].number, expected[i].number);
        assert_int_equal(cells[i].size, expected[i].size);
        assert_int_equal(cells[i].is_null, expected[i].is_null);
        assert_int_equal(cells[i].bytes != NULL, expected[i].bytes != NULL);
        if (expected[i].bytes) {
            assert_memory_equal(cells[i].bytes, expected[i].bytes, expected[i].size);
        }
    }
    uint8_t again[sizeof bytes + 200];
    assert_true(ls_row_size_max(layout, cells) <= sizeof again);
    assert_int_equal(ls_row_encode(layout, cells, again) - again, sizeof bytes - 1);
    assert_memory_equal(again, bytes, sizeof bytes - 1);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

static void nulls_are_cells(void **state)
{
    (void)state;
    struct ls_schema *schema = parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                                     "{\"name\":\"a\",\"type\":[\"null\",\"long\"]},"
                                     "{\"name\":\"b\",\"type\":[\"string\",\"null\"]}]}");
    struct ls_layout *layout = lay_out(schema);
    static const uint8_t bytes[] = {0x00, 0x02};
    memset(cells, 0xee, sizeof cells);
    assert_int_equal(ls_row_decode(layout, bytes, 2, cells, NULL, NULL), LS_DECODE_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_true(cells[i].is_null);
        assert_null(cells[i].bytes);
        assert_int_equal(cells[i].number, 0);
        assert_int_equal(cells[i].size, 0);
    }
    uint8_t again[20];
    assert_int_equal(ls_row_encode(layout, cells, again) - again, 2);
    assert_memory_equal(again, bytes, 2);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

/* One byte of ORDER changed or the end moved: what, where, in which column. */
static void damage_has_its_place(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
        enum ls_decode_status status;
        size_t offset;
        const char *path;
    } cases[] = {
        {0, 0x01, LS_DECODE_LENGTH, 0, "id"},
        {1, 0xff, LS_DECODE_UTF8, 0, "id"},
        {4, 0x04, LS_DECODE_BRANCH, 4, "payload.amount"},
        {6, 0x03, LS_DECODE_BRANCH, 6, "payload.note"},
        {8, 0xff, LS_DECODE_UTF8, 7, "payload.note"},
        {10, 0x04, LS_DECODE_ENUM, 10, "payload.side"},
        {13, 0xff, LS_DECODE_UTF8, 12, "payload.tags"},
        {19, 0x06, LS_DECODE_BRANCH, 19, "any"},
        {39, 0x02, LS_DECODE_BOOLEAN, 39, "good"},
    };
    struct ls_schema *schema = parse(order_text);
    struct ls_layout *layout = lay_out(schema);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[] = ORDER;
        size_t offset = 0;
        size_t column = 0;
        bytes[cases[i].at] = cases[i].byte;
        enum ls_decode_status status = ls_row_decode(layout, bytes, sizeof bytes - 1, cells,
                                                     &offset, &column);
        if (status != cases[i].status || offset != cases[i].offset || column >= layout->count ||
            strcmp(layout->columns[column].path, cases[i].path) != 0) {
            fail_msg("case %zu: %s at %zu in column %zu", i, ls_decode_status_text(status), offset,
                     column);
        }
    }
    static const uint8_t whole[] = ORDER; /* and its NUL */
    size_t offset = 0;
    size_t column = 0;
    assert_int_equal(ls_row_decode(layout, whole, sizeof whole, cells, &offset, &column),
                     LS_DECODE_TRAILING);
    assert_int_equal(offset, sizeof whole - 1);
    assert_int_equal(column, layout->count);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

/* The limits of a datum count what lies flat in the row too, as ls_datum_skip counts it. */
static void limits_are_those_of_the_datum(void **state)
{
    (void)state;
    static const char list_text[] =
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"next\",\"type\":"
        "[\"null\",{\"type\":\"record\",\"name\":\"L\",\"fields\":["
        "{\"name\":\"next\",\"type\":[\"null\",\"L\"]}]}]}]}";
    static const char nulls_text[] =
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
        "{\"name\":\"e\",\"type\":{\"type\":\"record\",\"name\":\"E\",\"fields\":["
        "{\"name\":\"x\",\"type\":\"null\"}]}},{\"name\":\"f\",\"type\":\"E\"},"
        "{\"name\":\"n\",\"type\":{\"type\":\"array\",\"items\":\"null\"}}]}";
    for (int i = 0; i < 2; i++) {
        struct ls_schema *schema = parse(i ? nulls_text : list_text);
        struct ls_layout *layout = lay_out(schema);
        unsigned taken = 0;
        for (int64_t j = 0; j < 10; j++) {
            uint8_t bytes[100] = {0};
            size_t links = 25 + (size_t)j;
            memset(bytes, 0x02, links);
            size_t size = links + 1;
            if (i) {
                size = (size_t)(ls_put_long(bytes, LS_DECODE_ITEMS_MAX - 5 + j) - bytes);
                bytes[size++] = 0;
            }
            struct ls_span span = {bytes, bytes + size};
            enum ls_decode_status status = ls_datum_skip(schema->root, &span);
            assert_int_equal(ls_row_decode(layout, bytes, size, cells, NULL, NULL), status);
            taken += !status;
        }
        assert_int_equal(taken, i ? 4 : 6); /* two empty records; 30 links */
        ls_layout_free(layout);
        ls_schema_free(schema);
    }
}

/* A layout of a random schema, or NULL where it has too many fields. */
static struct ls_layout *random_layout(struct rng *rng, uint64_t seed, struct ls_schema **schema)
{
    struct ls_layout *layout;
    struct ls_error err = {0};
    *schema = random_schema(rng, true, seed % 3 == 0);
    if (ls_layout_new(*schema, &layout, &err) < 0) {
        assert_int_equal(err.code, LS_E_DATA);
        ls_schema_free(*schema);
    }
    return layout;
}

static void plain_rows_survive_a_round_trip(void **state)
{
    (void)state;
    struct ls_buf datum;
    ls_buf_init(&datum, "datum", 1 << 26);
    unsigned rows = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct rng rng = rng_of(seed);
        struct ls_schema *schema;
        struct ls_layout *layout = random_layout(&rng, seed, &schema);
        for (int value = 0; layout && value < 6; value++) {
            datum.size = 0;
            random_value(&rng, RANDOM_PLAIN, schema->root, 0, &datum);
            size_t offset = 0;
            memset(cells, 0xee, sizeof cells);
            enum ls_decode_status status = ls_row_decode(layout, datum.data, datum.size, cells,
                                                         &offset, NULL);
            if (status) {
                fail_msg("seed %llu: %s at %zu", (unsigned long long)seed,
                         ls_decode_status_text(status), offset);
            }
            size_t room = ls_row_size_max(layout, cells);
            uint8_t *again = malloc(room + 1);
            assert_non_null(again);
            assert_int_equal(ls_row_encode(layout, cells, again) - again, datum.size);
            assert_memory_equal(again, datum.data, datum.size);
            free(again);
            rows++;
        }
        if (layout) {
            ls_layout_free(layout);
            ls_schema_free(schema);
        }
    }
    assert_true(rows > 2000);
    ls_buf_clear(&datum);
}

/* A row is read exactly where ls_datum_skip walks to the end, whatever the bytes. */
static void rows_are_taken_as_skip_takes_them(void **state)
{
    (void)state;
    struct ls_buf datum;
    unsigned taken = 0;
    unsigned refused = 0;
    ls_buf_init(&datum, "datum", 1 << 26);
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct rng rng = rng_of(seed);
        struct ls_schema *schema;
        struct ls_layout *layout = random_layout(&rng, seed, &schema);
        for (int value = 0; layout && value < 40; value++) {
            datum.size = 0;
            random_value(&rng, RANDOM_STRANGE, schema->root, 0, &datum);
            for (uint64_t damage = rng_below(&rng, 3); damage && datum.size; damage--) {
                datum.data[rng_below(&rng, datum.size)] ^= (uint8_t)(1U << rng_below(&rng, 8));
            }
            if (rng_below(&rng, 4) == 0) {
                datum.size = rng_below(&rng, datum.size + 1);
            }
            struct ls_span span = {datum.data, datum.data + datum.size};
            size_t offset = 0;
            enum ls_decode_status expected = ls_datum_skip(schema->root, &span);
            if (!expected && span.at != span.end) {
                expected = LS_DECODE_TRAILING;
            }
            enum ls_decode_status status = ls_row_decode(layout, datum.data, datum.size, cells,
                                                         &offset, NULL);
            if (status != expected || (status && offset != (size_t)(span.at - datum.data))) {
                fail_msg("seed %llu: %s at %zu, but skip says %s at %td", (unsigned long long)seed,
                         ls_decode_status_text(status), offset, ls_decode_status_text(expected),
                         span.at - datum.data);
            }
            taken += !status;
            refused += status != LS_DECODE_OK;
        }
        if (layout) {
            ls_layout_free(layout);
            ls_schema_free(schema);
        }
    }
    assert_true(taken > 2000 && refused > 2000);
    ls_buf_clear(&datum);
}

/* ---- decimals */

#define DECIMAL_OF(precision)                                                                      \
    "{\"type\":\"record\",\"name\":\"D\",\"fields\":[{\"name\":\"d\",\"type\":{\"type\":"          \
    "\"bytes\",\"logicalType\":\"decimal\",\"precision\":" #precision ",\"scale\":2}}]}"

static void a_short_decimal_is_a_number(void **state)
{
    static const struct {
        const char *schema, *bytes;
        size_t size;
        enum ls_decode_status status;
        int64_t number;
        const char *again; /* or NULL: the same bytes */
    } cases[] = {
#define DATUM(schema, bytes, ...) {schema, bytes, sizeof(bytes) - 1, __VA_ARGS__}
        DATUM(DECIMAL_OF(3), "\x02\x00", LS_DECODE_OK, 0, NULL),
        DATUM(DECIMAL_OF(3), "\x02\x7f", LS_DECODE_OK, 127, NULL),
        DATUM(DECIMAL_OF(3), "\x02\x80", LS_DECODE_OK, -128, NULL),
        DATUM(DECIMAL_OF(3), "\x04\x00\x80", LS_DECODE_OK, 128, NULL),
        DATUM(DECIMAL_OF(3), "\x04\x03\xe7", LS_DECODE_OK, 999, NULL),
        DATUM(DECIMAL_OF(3), "\x04\x03\xe8", LS_DECODE_DECIMAL, 0, NULL),
        DATUM(DECIMAL_OF(3), "\x04\xfc\x19", LS_DECODE_OK, -999, NULL),
        DATUM(DECIMAL_OF(3), "\x04\xfc\x18", LS_DECODE_DECIMAL, 0, NULL),
        DATUM(DECIMAL_OF(3), "\x00", LS_DECODE_DECIMAL, 0, NULL),
        DATUM(DECIMAL_OF(3), "\x04\xff\xff", LS_DECODE_OK, -1, "\x02\xff"),
        DATUM(DECIMAL_OF(3), "\x84\x00\x00\x05", LS_DECODE_OK, 5, "\x02\x05"),
        DATUM(DECIMAL_OF(3), "\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x09", LS_DECODE_OK, 9, "\x02\x09"),
        DATUM(DECIMAL_OF(3), "\x22\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x09", LS_DECODE_DECIMAL, 0,
              NULL),
        DATUM(DECIMAL_OF(3), "\x06\x01\x00", LS_DECODE_TRUNCATED, 0, NULL),
        DATUM(DECIMAL_OF(3), "\x01\x00", LS_DECODE_LENGTH, 0, NULL),
        DATUM(DECIMAL_OF(18), "\x10\x0d\xe0\xb6\xb3\xa7\x63\xff\xff", LS_DECODE_OK,
              INT64_C(999999999999999999), NULL),
        DATUM(DECIMAL_OF(18), "\x10\x0d\xe0\xb6\xb3\xa7\x64\x00\x00", LS_DECODE_DECIMAL, 0, NULL),
        DATUM(DECIMAL_OF(18), "\x10\xf2\x1f\x49\x4c\x58\x9c\x00\x01", LS_DECODE_OK,
              INT64_C(-999999999999999999), NULL),
#undef DATUM
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_schema *schema = parse(cases[i].schema);
        struct ls_layout *layout = lay_out(schema);
        struct ls_cell cell;
        struct ls_error err;
        size_t offset = 99;
        enum ls_decode_status status = ls_row_decode(layout, (const uint8_t *)cases[i].bytes,
                                                     cases[i].size, &cell, &offset, NULL);
        struct ls_span span = {(const uint8_t *)cases[i].bytes,
                               (const uint8_t *)cases[i].bytes + cases[i].size};
        assert_int_equal(ls_datum_skip(schema->root, &span), cases[i].status);
        if (status != cases[i].status || (status && offset != 0)) {
            fail_msg("case %zu: %s, at %zu", i, ls_decode_status_text(status), offset);
        }
        if (status == LS_DECODE_OK) {
            const char *should = cases[i].again ? cases[i].again : cases[i].bytes;
            size_t size = cases[i].again ? strlen(should) : cases[i].size;
            struct ls_buf canonical;
            uint8_t again[64];
            assert_true(cell.number == cases[i].number && !cell.bytes && !cell.size);
            assert_true(ls_row_size_max(layout, &cell) >= size);
            assert_int_equal(ls_row_encode(layout, &cell, again) - again, size);
            assert_memory_equal(again, should, size);
            ls_buf_init(&canonical, "canonical", 100);
            assert_int_equal(ls_row_canonical(layout, &cell, &canonical, &err), 0);
            assert_int_equal(canonical.size, size);
            assert_memory_equal(canonical.data, should, size);
            ls_buf_clear(&canonical);
        }
        ls_layout_free(layout);
        ls_schema_free(schema);
    }
}

/* Of more digits than a number of 64 bits has, and in a fixed, it is the bytes it is. */
static void a_long_decimal_is_bytes(void **state)
{
    static const uint8_t bytes[] = {0x04, 0x00, 0x05};
    struct ls_schema *schema = parse(DECIMAL_OF(19));
    struct ls_layout *layout = lay_out(schema);
    struct ls_cell cell;
    uint8_t again[32];
    (void)state;
    assert_false(ls_node_is_decimal(layout->columns[0].node));
    assert_int_equal(ls_row_decode(layout, bytes, sizeof bytes, &cell, NULL, NULL), LS_DECODE_OK);
    assert_true(cell.number == 0 && cell.size == 2);
    assert_int_equal(ls_row_encode(layout, &cell, again) - again, sizeof bytes);
    assert_memory_equal(again, bytes, sizeof bytes);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_decimal_is_a_number),
        cmocka_unit_test(a_long_decimal_is_bytes),
        cmocka_unit_test(cells_hold_what_was_read),
        cmocka_unit_test(nulls_are_cells),
        cmocka_unit_test(damage_has_its_place),
        cmocka_unit_test(limits_are_those_of_the_datum),
        cmocka_unit_test(plain_rows_survive_a_round_trip),
        cmocka_unit_test(rows_are_taken_as_skip_takes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
