#include "pipeline/record/record.h"

#include "core/base/civil.h"
#include "pipeline/fixture_test.h"
#include "spec/heartbeat.h"

#define NOW INT64_C(1767225600123) /* 2026-01-01T00:00:00.123Z */

static struct ls_record record; /* large */

static void examine(const struct pipe *p, const struct message *m)
{
    memset(&record, 0xa5, sizeof record);
    ls_record_examine(p->plan, &p->plan->topics[m->topic], &m->raw, &record);
}

/* The reason and the whole detail of what was examined. */
static void check(const char *name, enum ls_reason reason, const char *detail, bool clock_sane)
{
    if (record.reason != reason || strcmp(record.detail, detail) != 0 ||
        record.clock_sane != clock_sane) {
        fail_msg("%s: expected %s `%s`, clock %d, got %s `%s`, clock %d", name,
                 ls_reasons[reason].name, detail, clock_sane,
                 record.reason < LS_REASON_COUNT ? ls_reasons[record.reason].name : "?",
                 record.detail, record.clock_sane);
    }
}

static void test_admitted(void **state)
{
    struct pipe *p = *state;
    struct message m;
    begin_message(p, &m, SALE, 1, NOW);
    m.cells[LS_COLUMN_EVENT_TIME].number = NOW - 500;
    encode(p, &m);
    examine(p, &m);
    check("a sale", LS_ADMITTED, "", true);
    assert_int_equal(record.clock, NOW);
    assert_int_equal(record.event_time, NOW - 500);
    pipe_plan(p, pipe_spec, SETS("pipeline.clock=event_time"));
    examine(p, &m);
    assert_int_equal(record.clock, NOW - 500);
}

/* ---- one cell is changed */

struct cell_case {
    const char *name;
    size_t column;
    struct ls_cell cell;
    enum ls_reason reason;
    const char *detail;
};

#define NUMBER(value)                                                                              \
    {                                                                                              \
        .number = (value)                                                                          \
    }
#define TEXT(value)                                                                                \
    {                                                                                              \
        .bytes = (const uint8_t *)(value), .size = sizeof(value) - 1                               \
    }
#define NO_VALUE                                                                                   \
    {                                                                                              \
        .is_null = true                                                                            \
    }

static const struct cell_case cell_cases[] = {
    {"an empty id", LS_COLUMN_EVENT_ID, TEXT(""), LS_REASON_ENVELOPE_INVALID, "event_id is empty"},
    {"another version", LS_COLUMN_SCHEMA_VERSION, NUMBER(1), LS_REASON_ENVELOPE_INVALID,
     "schema_version is not that of the schema"},
    {"ahead by as much as may be", LS_COLUMN_EVENT_TIME, NUMBER(NOW + 3000), LS_ADMITTED, ""},
    {"ahead by more", LS_COLUMN_EVENT_TIME, NUMBER(NOW + 3001), LS_REASON_CLOCK_AHEAD,
     "event_time is 3001 ms ahead of ingest_time"},
    {"ahead by more than 64 bits", LS_COLUMN_EVENT_TIME, NUMBER(INT64_MAX), LS_REASON_CLOCK_AHEAD,
     "event_time is 9223370269629175684 ms ahead of ingest_time"},
    {"ingested before its timestamp", LS_COLUMN_INGEST_TIME, NUMBER(NOW - 10000),
     LS_REASON_CLOCK_AHEAD, "event_time is 10000 ms ahead of ingest_time"},
    {"skewed by more", LS_COLUMN_INGEST_TIME, NUMBER(NOW - 10001), LS_REASON_CLOCK_SKEW,
     "ingest_time is 10001 ms from the record's timestamp"},
    {"skewed as much as may be", LS_COLUMN_INGEST_TIME, NUMBER(NOW + 10000), LS_ADMITTED, ""},
    {"skewed by more, upwards", LS_COLUMN_INGEST_TIME, NUMBER(NOW + 10001), LS_REASON_CLOCK_SKEW,
     "ingest_time is 10001 ms from the record's timestamp"},
    {"skewed by more than 64 bits", LS_COLUMN_INGEST_TIME, NUMBER(INT64_MIN), LS_REASON_CLOCK_SKEW,
     "ingest_time is 9223373804080375931 ms from the record's timestamp"},
    {"year 1", LS_COLUMN_EVENT_TIME, NUMBER(LS_TIME_MIN_MS), LS_ADMITTED, ""},
    {"before year 1", LS_COLUMN_EVENT_TIME, NUMBER(LS_TIME_MIN_MS - 1), LS_REASON_TIME_RANGE, ""},
    {"null where it may not be", ITEM, NO_VALUE, LS_REASON_NOT_NULL, "item"},
    {"empty is not null", ITEM, TEXT(""), LS_ADMITTED, ""},
    {"null passes the other checks", AMOUNT, NO_VALUE, LS_ADMITTED, ""},
    {"the least amount", AMOUNT, NUMBER(-500), LS_ADMITTED, ""},
    {"less", AMOUNT, NUMBER(-501), LS_REASON_RANGE, "amount is -5.01"},
    {"the greatest amount", AMOUNT, NUMBER(100000), LS_ADMITTED, ""},
    {"more", AMOUNT, NUMBER(100001), LS_REASON_RANGE, "amount is 1000.01"},
    {"out of a range that is open above", UNITS, NUMBER(-1), LS_REASON_RANGE, "units is -1"},
    {"in it", UNITS, NUMBER(INT32_MAX), LS_ADMITTED, ""},
    {"no such shop", SHOP, TEXT("S9"), LS_REASON_REFERENCE_UNKNOWN, "shop is not in shops"},
    {"no name of a shop", SHOP, TEXT("s9"), LS_REASON_PATTERN, "shop is \"s9\""},
    {"a shop without a name", SHOP, TEXT(""), LS_ADMITTED, ""},
    {"no shop", SHOP, NO_VALUE, LS_ADMITTED, ""},
    {"a division by zero", UNITS, NUMBER(0), LS_REASON_NORMALIZE_FAILED, "each has no value"},
};

static void test_reasons_of_cells(void **state)
{
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cell_cases / sizeof *cell_cases; i++) {
        const struct cell_case *c = &cell_cases[i];
        struct message m;
        begin_message(p, &m, SALE, 1, NOW);
        m.cells[c->column] = c->cell;
        encode(p, &m);
        examine(p, &m);
        check(c->name, c->reason, c->detail,
              c->reason == LS_ADMITTED || c->reason > LS_REASON_TIME_RANGE);
    }
}

/* Sets and patterns; what a detail shows of a text. */
static void test_reasons_of_values(void **state)
{
    static const char spec_checks[] =
        "quality:\n"
        "  - {check: set, field: item, values: [pen, p\xc3\xa9n, '']}\n"
        "  - {check: set, field: score, values: [-4, 9223372036854775807]}\n"
        "  - {check: set, field: amount, values: [12.50, 0]}\n"
        "  - {check: set, field: kind, values: [good, odd]}\n";
    static const struct cell_case cases[] = {
        {"as it is", SCORE, NUMBER(-4), LS_ADMITTED, ""},
        {"the empty text", ITEM, TEXT(""), LS_ADMITTED, ""},
        {"not ASCII", ITEM, TEXT("p\xc3\xa9n"), LS_ADMITTED, ""},
        {"the beginning of one", ITEM, TEXT("pe"), LS_REASON_SET, "item is \"pe\""},
        {"more than one", ITEM, TEXT("pens"), LS_REASON_SET, "item is \"pens\""},
        {"other case", ITEM, TEXT("Pen"), LS_REASON_SET, "item is \"Pen\""},
        {"more than is shown", ITEM,
         TEXT("0123456789012345678901234567890123456789012345678901234567890"), LS_REASON_SET,
         "item is \"012345678901234567890123456789012345678901234567890123456789\"..."},
        {"whole characters are shown", ITEM,
         TEXT("01234567890123456789012345678901234567890123456789012345678\xc3\xa9"), LS_REASON_SET,
         "item is \"01234567890123456789012345678901234567890123456789012345678\"..."},
        {"the greatest number", SCORE, NUMBER(INT64_MAX), LS_ADMITTED, ""},
        {"another number", SCORE, NUMBER(4), LS_REASON_SET, "score is 4"},
        {"money in cents", AMOUNT, NUMBER(0), LS_ADMITTED, ""},
        {"other money", AMOUNT, NUMBER(1251), LS_REASON_SET, "amount is 12.51"},
        {"no money", AMOUNT, NO_VALUE, LS_ADMITTED, ""},
        {"a symbol", KIND, NUMBER(ODD), LS_ADMITTED, ""},
        {"another symbol", KIND, NUMBER(BAD), LS_REASON_SET, "kind is \"bad\""},
    };
    struct pipe *p = *state;
    char *text = changed(pipe_spec, "quality:\n", spec_checks);
    pipe_plan(p, text, NULL);
    free(text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, NOW);
        m.cells[cases[i].column] = cases[i].cell;
        encode(p, &m);
        examine(p, &m);
        check(cases[i].name, cases[i].reason, cases[i].detail, true);
    }
}

/* The first check that fails names the reason (P1): each case breaks what the ones before it break
 * too. */
static void test_order_of_checks(void **state)
{
    struct pipe *p = *state;
    struct message m;
    begin_message(p, &m, SALE, 1, NOW);
    m.cells[UNITS] = number_of(0);
    encode(p, &m);
    examine(p, &m);
    check("normalize", LS_REASON_NORMALIZE_FAILED, "each has no value", true);
    m.cells[SHOP] = text_of("S9");
    encode(p, &m);
    examine(p, &m);
    check("reference before it", LS_REASON_REFERENCE_UNKNOWN, "shop is not in shops", true);
    m.cells[SHOP] = text_of("nowhere");
    encode(p, &m);
    examine(p, &m);
    check("quality before it", LS_REASON_PATTERN, "shop is \"nowhere\"", true);
    m.cells[UNITS] = number_of(-3); /* stands behind the reference check in the spec */
    encode(p, &m);
    examine(p, &m);
    check("quality in the spec's order", LS_REASON_RANGE, "units is -3", true);
    m.cells[ITEM] = null_of();
    encode(p, &m);
    examine(p, &m);
    check("the first of all", LS_REASON_NOT_NULL, "item", true);
    m.cells[LS_COLUMN_EVENT_TIME] = number_of(LS_TIME_MIN_MS - 1);
    encode(p, &m);
    examine(p, &m);
    check("clock before it", LS_REASON_TIME_RANGE, "", false);
    m.raw.timestamp_ms = NOW + 20000;
    examine(p, &m);
    check("skew before it", LS_REASON_CLOCK_SKEW,
          "ingest_time is 20000 ms from the record's timestamp", false);
    m.raw.key_size = 0;
    examine(p, &m);
    check("envelope before it", LS_REASON_ENVELOPE_INVALID, "entity_id is not the record's key",
          false);
    m.raw.value_size--;
    examine(p, &m);
    check("decode before it", LS_REASON_DECODE_TRUNCATED,
          "payload.score, at byte 44: the bytes end inside the datum", false);
    m.value[2] ^= 1;
    examine(p, &m);
    assert_int_equal(record.reason, LS_REASON_SCHEMA_UNKNOWN);
    m.value[0] ^= 1;
    examine(p, &m);
    check("frame before it", LS_REASON_FRAME_INVALID, "", false);
}

/* ---- the bytes are changed */

static void test_every_truncation(void **state)
{
    struct pipe *p = *state;
    struct message m;
    begin_message(p, &m, SALE, 1, NOW);
    size_t whole = m.raw.value_size;
    for (size_t size = 0; size < whole; size++) {
        m.raw.value_size = size;
        examine(p, &m);
        assert_int_equal(record.reason, size < LS_SINGLE_OBJECT_SIZE ? LS_REASON_FRAME_INVALID
                                                                     : LS_REASON_DECODE_TRUNCATED);
        assert_false(record.clock_sane);
    }
}

static void no_value(struct message *m)
{
    m->raw.value = NULL;
    m->raw.value_size = 0;
}

static void confluent(struct message *m)
{
    m->value[0] = 0;
}

static void unknown_schema(struct message *m)
{
    ls_put_u64(m->value + 2, UINT64_C(0x0123456789abcdef));
}

static void trailing(struct message *m)
{
    m->value[m->raw.value_size++] = 0;
}

/* The last field is a long of one byte: the same number, with needless bytes. */
static void padded(struct message *m)
{
    m->value[m->raw.value_size - 1] |= 0x80;
    m->value[m->raw.value_size++] = 0x80;
    m->value[m->raw.value_size++] = 0;
}

static void padded_too_long(struct message *m)
{
    m->value[m->raw.value_size - 1] |= 0x80;
    for (int i = 0; i < 9; i++) {
        m->value[m->raw.value_size++] = 0x80;
    }
    m->value[m->raw.value_size++] = 0;
}

/* Where the encoding of these bytes begins. */
static uint8_t *find(struct message *m, const char *bytes)
{
    uint8_t *at = memmem(m->value, m->raw.value_size, bytes, strlen(bytes));
    assert_non_null(at);
    return at;
}

static void bad_utf8(struct message *m)
{
    find(m, "pen")[1] = 0xff;
}

static void negative_length(struct message *m)
{
    find(m, "pen")[-1] = 1;
}

static void bad_branch(struct message *m)
{
    find(m, "pen")[-2] = 4;
}

static void bad_enum(struct message *m)
{
    find(m, "S1")[2] = 6; /* of good, bad, odd */
}

static void bad_boolean(struct message *m)
{
    find(m, "S1")[4] = 2; /* behind kind and the null of seen */
}

static void no_key(struct message *m)
{
    m->raw.key = NULL;
    m->raw.key_size = 0;
}

static void other_key(struct message *m)
{
    m->raw.key = (const uint8_t *)"S1";
}

static void longer_key(struct message *m)
{
    m->raw.key = (const uint8_t *)"S00";
    m->raw.key_size = 3;
}

static void no_timestamp(struct message *m)
{
    m->raw.timestamp_ms = -1;
}

static void test_reasons_of_bytes(void **state)
{
    static const struct {
        const char *name;
        void (*change)(struct message *m);
        enum ls_reason reason;
        const char *detail;
    } cases[] = {
        {"a tombstone", no_value, LS_REASON_FRAME_INVALID, ""},
        {"Confluent's frame", confluent, LS_REASON_FRAME_INVALID, ""},
        {"an unknown schema", unknown_schema, LS_REASON_SCHEMA_UNKNOWN,
         "schema fingerprint 0123456789abcdef"},
        {"bytes behind the value", trailing, LS_REASON_DECODE_INVALID,
         "behind the last field, at byte 43: bytes follow the datum"},
        {"needless bytes of a number", padded, LS_ADMITTED, ""},
        {"more of them than 64 bits have", padded_too_long, LS_REASON_DECODE_INVALID,
         "payload.score, at byte 42: an int or long has more bits than its type"},
        {"bad UTF-8", bad_utf8, LS_REASON_DECODE_INVALID,
         "payload.item, at byte 27: a string is not UTF-8"},
        {"a negative length", negative_length, LS_REASON_DECODE_INVALID,
         "payload.item, at byte 27: a length is negative, above the limit, or not what the block "
         "holds"},
        {"no such branch", bad_branch, LS_REASON_DECODE_INVALID,
         "payload.item, at byte 26: a union has no branch with this index"},
        {"no such symbol", bad_enum, LS_REASON_DECODE_INVALID,
         "payload.kind, at byte 35: an enum has no symbol with this index"},
        {"a boolean of 2", bad_boolean, LS_REASON_DECODE_INVALID,
         "payload.vip, at byte 37: a boolean is neither 0 nor 1"},
        {"no key", no_key, LS_REASON_ENVELOPE_INVALID, "entity_id is not the record's key"},
        {"another key", other_key, LS_REASON_ENVELOPE_INVALID, "entity_id is not the record's key"},
        {"a longer key", longer_key, LS_REASON_ENVELOPE_INVALID,
         "entity_id is not the record's key"},
        {"no timestamp to compare with", no_timestamp, LS_ADMITTED, ""},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, NOW);
        cases[i].change(&m);
        examine(p, &m);
        check(cases[i].name, cases[i].reason, cases[i].detail, cases[i].reason == LS_ADMITTED);
    }
}

/* ---- ids and payloads */

static struct ls_id payload_of(const struct pipe *p, unsigned topic)
{
    return ls_record_payload(&p->plan->topics[topic], &record);
}

static void test_ids_and_payloads(void **state)
{
    struct pipe *p = *state;
    struct message m;
    begin_message(p, &m, SALE, 1, NOW);
    examine(p, &m);
    struct ls_id id = record.id;
    struct ls_id payload = payload_of(p, SALE);
    assert_true(ls_id_equal(id, ls_id_of("id-1", 4)));
    /* the envelope is not the payload, nor is the way a number is written */
    m.cells[LS_COLUMN_EVENT_TIME].number -= 100;
    m.cells[LS_COLUMN_SOURCE] = text_of("another");
    encode(p, &m);
    padded(&m);
    examine(p, &m);
    assert_int_equal(record.reason, LS_ADMITTED);
    assert_true(ls_id_equal(id, record.id) && ls_id_equal(payload, payload_of(p, SALE)));
    /* every field of the payload counts, a dropped one too, and null is not 0 */
    static const struct ls_cell others[SALE_COLUMNS] = {
        [ITEM] = TEXT("pens"), [SHOP] = TEXT("S0"),     [KIND] = NUMBER(BAD), [SEEN] = NUMBER(0),
        [VIP] = NUMBER(0),     [AMOUNT] = NUMBER(1251), [UNITS] = NUMBER(3),  [SCORE] = NUMBER(-5),
    };
    for (size_t c = LS_COLUMN_PAYLOAD; c < SALE_COLUMNS; c++) {
        begin_message(p, &m, SALE, 1, NOW);
        m.cells[c] = others[c];
        encode(p, &m);
        examine(p, &m);
        assert_int_equal(record.reason, LS_ADMITTED);
        assert_true(ls_id_equal(id, record.id));
        assert_false(ls_id_equal(payload, payload_of(p, SALE)));
    }
    /* a value does not pass for that of another field where one of them is null */
    begin_message(p, &m, SALE, 1, NOW);
    m.cells[SEEN] = number_of(1);
    m.cells[AMOUNT] = null_of();
    encode(p, &m);
    examine(p, &m);
    payload = payload_of(p, SALE);
    m.cells[SEEN] = null_of(); /* between them stands `vip`, which is 1 */
    m.cells[AMOUNT] = number_of(1);
    encode(p, &m);
    examine(p, &m);
    assert_false(ls_id_equal(payload, payload_of(p, SALE)));
}

/* ---- normalize: a set, two look-ups, a drop */

static const struct ls_cell *normal(const struct pipe *p, const char *name)
{
    const struct ls_normal_column *column = ls_normal_column(&p->plan->topics[SALE], name);
    return column ? &record.normal[column - p->plan->topics[SALE].columns] : NULL;
}

static void normalize(const struct pipe *p, struct message *m, int64_t watermark)
{
    encode(p, m);
    examine(p, m);
    assert_int_equal(record.reason, LS_ADMITTED);
    ls_record_normalize(&p->plan->topics[SALE], 3, 77, watermark, &record);
}

static void check_text(const struct ls_cell *cell, const char *expected)
{
    assert_false(cell->is_null);
    assert_int_equal(cell->size, strlen(expected));
    assert_memory_equal(cell->bytes, expected, cell->size);
}

static void test_normalize(void **state)
{
    struct pipe *p = *state;
    struct message m;
    begin_message(p, &m, SALE, 1, NOW);
    normalize(p, &m, NOW - 2000);
    check_text(normal(p, "event_id"), "id-1");
    check_text(normal(p, "item"), "pen");
    check_text(normal(p, "city"), "Ulm"); /* an enum of the table is a text here */
    assert_int_equal(normal(p, "fee")->number, -7);
    assert_int_equal(normal(p, "each")->number, 625);
    assert_null(normal(p, "vip"));
    assert_int_equal(normal(p, "score")->number, -4);
    assert_int_equal(normal(p, "partition")->number, 3);
    assert_int_equal(normal(p, "position")->number, 77);
    assert_int_equal(normal(p, "watermark")->number, NOW - 2000); /* as given, not the clock */
    m.cells[SHOP] = null_of();
    m.cells[AMOUNT] = null_of();
    m.cells[UNITS] = number_of(0);
    normalize(p, &m, 0);
    assert_true(normal(p, "city")->is_null);
    assert_true(normal(p, "fee")->is_null);
    assert_true(normal(p, "each")->is_null); /* null by zero is null */
}

/* each > 100.00 and kind != 'odd': what is unknown is not flagged. */
static void test_flags_by_condition(void **state)
{
    static const struct {
        struct ls_cell amount;
        int64_t units, kind, flag;
    } cases[] = {
        {NUMBER(10001), 1, GOOD, 1}, {NUMBER(10000), 1, GOOD, 0}, {NUMBER(20002), 2, BAD, 1},
        {NUMBER(10001), 1, ODD, 0},  {NO_VALUE, 1, GOOD, 0},      {NO_VALUE, 1, ODD, 0},
    };
    struct pipe *p = *state;
    const struct ls_topic_plan *sale = &p->plan->topics[SALE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, NOW);
        m.cells[AMOUNT] = cases[i].amount;
        m.cells[UNITS] = number_of(cases[i].units);
        m.cells[KIND] = number_of(cases[i].kind);
        encode(p, &m);
        examine(p, &m);
        clear_flags(sale, &record);
        record.cells[sale->flags[2].cell] = number_of(1); /* `fell`, as its keeper has it */
        ls_record_normalize(sale, 0, 0, 0, &record);
        assert_false(normal(p, "dear")->is_null);
        assert_int_equal(normal(p, "dear")->number, cases[i].flag);
        assert_int_equal(normal(p, "fell")->number, 1);
        assert_int_equal(normal(p, "dip")->number, 0);
    }
}

/* Nothing of a null; names tell values of `per` apart, and one flag from another. */
static void test_what_monotonic_flags_see(void **state)
{
    enum { UNORDERED = 1, FELL, UNSEEN, DIP };
    struct pipe *p = *state;
    const struct ls_topic_plan *sale = &p->plan->topics[SALE];
    struct message m;
    struct ls_id of[2];
    int64_t value = 0;
    begin_message(p, &m, SALE, 1, NOW);
    m.cells[SEEN] = number_of(-7);
    m.cells[LS_COLUMN_EVENT_TIME] = number_of(NOW - 3);
    encode(p, &m);
    examine(p, &m);
    assert_true(ls_record_observe(sale, UNORDERED, &record, &of[0], &value));
    assert_int_equal(value, NOW - 3);
    assert_true(ls_record_observe(sale, FELL, &record, &of[0], &value));
    assert_int_equal(value, -4);
    assert_true(ls_record_observe(sale, UNSEEN, &record, &of[1], &value));
    assert_int_equal(value, -7);
    assert_true(ls_record_observe(sale, DIP, &record, &of[1], &value));
    assert_int_equal(value, 1250);
    m.cells[SHOP] = text_of("S0");
    m.cells[UNITS] = number_of(3);
    m.cells[SEEN] = m.cells[AMOUNT] = null_of();
    encode(p, &m);
    examine(p, &m);
    struct ls_id other;
    assert_true(ls_record_observe(sale, FELL, &record, &other, &value)); /* S0 is not S1 */
    assert_false(ls_id_equal(other, of[0]));
    assert_true(ls_record_observe(sale, UNORDERED, &record, &of[0], &value)); /* of S0 too */
    assert_false(ls_id_equal(other, of[0]));
    assert_false(ls_record_observe(sale, UNSEEN, &record, &other, &value));
    assert_false(ls_record_observe(sale, DIP, &record, &other, &value));
    m.cells[SHOP] = null_of();
    m.cells[AMOUNT] = number_of(1);
    encode(p, &m);
    examine(p, &m);
    assert_false(ls_record_observe(sale, FELL, &record, &other, &value)); /* null in `per` */
    assert_true(ls_record_observe(sale, DIP, &record, &other, &value));
    assert_false(ls_id_equal(other, of[1])); /* 3 is not 2 */
    m.cells[UNITS] = number_of(2);
    encode(p, &m);
    examine(p, &m);
    assert_true(ls_record_observe(sale, DIP, &record, &other, &value));
    assert_true(ls_id_equal(other, of[1]));
}

/* amount / units at two places, half to even. */
static void test_rounding(void **state)
{
    static const struct {
        int64_t amount, units, each;
    } cases[] = {{101, 2, 50}, {103, 2, 52},   {-101, 2, -50}, {-103, 2, -52}, {100, 3, 33},
                 {200, 3, 67}, {-100, 3, -33}, {-200, 3, -67}, {5, 10, 0},     {15, 10, 2},
                 {25, 10, 2},  {-5, 10, 0},    {-15, 10, -2},  {0, 7, 0},      {100000, 1, 100000}};
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, NOW);
        m.cells[AMOUNT] = number_of(cases[i].amount);
        m.cells[UNITS] = number_of(cases[i].units);
        normalize(p, &m, 0);
        assert_int_equal(normal(p, "each")->number, cases[i].each);
    }
}

/* A result that is too large for its column has no value. */
static void test_overflow_of_a_step(void **state)
{
    static const struct {
        int64_t score;
        enum ls_reason reason;
    } cases[] = {{INT64_MAX / 3, LS_ADMITTED},
                 {INT64_MAX / 3 + 1, LS_REASON_NORMALIZE_FAILED},
                 {INT64_MIN / 3, LS_ADMITTED},
                 {INT64_MIN / 3 - 1, LS_REASON_NORMALIZE_FAILED}};
    struct pipe *p = *state;
    char *text = changed(pipe_spec, "    - {drop: vip}\n", "    - {set: score, expr: score * 3}\n");
    pipe_plan(p, text, NULL);
    free(text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, NOW);
        m.cells[SCORE] = number_of(cases[i].score);
        encode(p, &m);
        examine(p, &m);
        check("score * 3", cases[i].reason,
              cases[i].reason == LS_ADMITTED ? "" : "score has no value", true);
    }
}

/* ---- versions of a schema */

/* The value as its writer wrote it, in the readers' columns; the envelope says which version it is.
 */
static void test_older_version(void **state)
{
    struct pipe *p = *state;
    struct message m;
    char *text = spec_of_versions(true, true);
    pipe_plan(p, text, NULL);
    free(text);
    begin_message(p, &m, SALE, 1, NOW);
    m.cells[SEEN] = number_of(7);
    normalize(p, &m, 0);
    assert_int_equal(normal(p, "schema_version")->number, 3);
    assert_int_equal(normal(p, "seen")->number, 7);
    assert_int_equal(normal(p, "amount")->number, 1250);
    struct ls_id payload = payload_of(p, SALE);
    set_version(p, &m, 0);
    normalize(p, &m, 0);
    assert_int_equal(normal(p, "schema_version")->number, 2);
    assert_null(normal(p, "till"));
    check_text(normal(p, "item"), "pen");
    check_text(normal(p, "shop"), "S1");
    assert_true(normal(p, "seen")->is_null);
    assert_true(normal(p, "amount")->is_null);
    assert_true(normal(p, "each")->is_null);
    assert_int_equal(normal(p, "units")->number, 2);
    assert_int_equal(normal(p, "score")->number, -4);
    assert_false(ls_id_equal(payload, payload_of(p, SALE)));
    payload = payload_of(p, SALE);
    m.till = "at another time"; /* which no reader sees */
    normalize(p, &m, 0);
    assert_true(ls_id_equal(payload, payload_of(p, SALE)));
    set_version(p, &m, 1);
    m.cells[SEEN] = m.cells[AMOUNT] = null_of();
    normalize(p, &m, 0);
    assert_true(ls_id_equal(payload, payload_of(p, SALE)));
}

static void test_troubles_of_versions(void **state)
{
    struct pipe *p = *state;
    struct message m;
    char *text = spec_of_versions(false, true);
    pipe_plan(p, text, NULL);
    free(text);
    begin_message(p, &m, SALE, 1, NOW);
    for (size_t version = 0; version < 2; version++) {
        set_version(p, &m, version);
        m.cells[LS_COLUMN_SCHEMA_VERSION].number ^= 1; /* 2 says 3, 3 says 2 */
        encode(p, &m);
        examine(p, &m);
        check("the other version", LS_REASON_ENVELOPE_INVALID,
              "schema_version is not that of the schema", false);
    }
    set_version(p, &m, 0);
    encode(p, &m);
    find(&m, "then")[-1] = 1;
    examine(p, &m);
    check("where the writer's field stands", LS_REASON_DECODE_INVALID,
          "payload.till, at byte 26: a length is negative, above the limit, or not what the block "
          "holds",
          false);
    encode(p, &m);
    m.raw.value_size--;
    examine(p, &m);
    check("one byte short", LS_REASON_DECODE_TRUNCATED,
          "payload.score, at byte 47: the bytes end inside the datum", false);
    /* another type's version is none of this one's */
    ls_put_single_object(m.value, p->plan->topics[VISIT].type->schema->crc64);
    examine(p, &m);
    assert_int_equal(record.reason, LS_REASON_SCHEMA_UNKNOWN);
}

/* ---- heartbeats */

/* They take the checks of any record, as far as they have what is checked (G10, P1). */
static void test_heartbeats(void **state)
{
    static const struct {
        int64_t time_ms, timestamp_ms;
        const char *key;
        int longer; /* bytes */
        enum ls_reason reason;
        const char *detail;
    } cases[] = {
        {NOW, NOW, NULL, 0, LS_ADMITTED, ""},
        {NOW + 10000, NOW, NULL, 0, LS_ADMITTED, ""},
        {NOW - 10000, NOW, NULL, 0, LS_ADMITTED, ""},
        {NOW + 10001, NOW, NULL, 0, LS_REASON_CLOCK_SKEW,
         "the heartbeat is 10001 ms from the record's timestamp"},
        {NOW - 10001, NOW, NULL, 0, LS_REASON_CLOCK_SKEW,
         "the heartbeat is 10001 ms from the record's timestamp"},
        {INT64_MIN, NOW, NULL, 0, LS_REASON_CLOCK_SKEW,
         "the heartbeat is 9223373804080375931 ms from the record's timestamp"},
        {NOW + 99999, -1, NULL, 0, LS_ADMITTED, ""},
        {LS_TIME_MAX_MS, -1, NULL, 0, LS_ADMITTED, ""},
        {LS_TIME_MAX_MS + 1, -1, NULL, 0, LS_REASON_TIME_RANGE, ""},
        {LS_TIME_MIN_MS - 1, LS_TIME_MIN_MS, NULL, 0, LS_REASON_TIME_RANGE, ""},
        {NOW, NOW, "", 0, LS_REASON_ENVELOPE_INVALID, "a heartbeat has no key"},
        {INT64_MAX, NOW, "S0", 0, LS_REASON_ENVELOPE_INVALID, "a heartbeat has no key"},
        {NOW, NOW, "S0", -1, LS_REASON_DECODE_TRUNCATED,
         "heartbeat: the bytes end inside the datum"},
        {NOW, NOW, "S0", 1, LS_REASON_DECODE_INVALID, "heartbeat: bytes follow the datum"},
    };
    struct pipe *p = *state;
    for (int with = 0; with < 2; with++) {
        pipe_plan(p, pipe_spec, with ? SETS("topics.heartbeat=1s") : NULL);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct message m = {.topic = SALE};
            m.raw = (struct ls_log_record){
                .timestamp_ms = cases[i].timestamp_ms,
                .key = (const uint8_t *)cases[i].key,
                .key_size = cases[i].key ? strlen(cases[i].key) : 0,
                .value = m.value,
                .value_size = ls_heartbeat_write(cases[i].time_ms, m.value) +
                              (size_t)cases[i].longer};
            examine(p, &m);
            bool sane = with && cases[i].reason == LS_ADMITTED;
            check("a heartbeat", with ? cases[i].reason : LS_REASON_SCHEMA_UNKNOWN,
                  with ? cases[i].detail : "schema fingerprint f145ac1741212295", sane);
            assert_int_equal(record.is_heartbeat, sane);
            if (sane) {
                assert_int_equal(record.clock, cases[i].time_ms);
            }
        }
    }
    struct message m;
    begin_message(p, &m, SALE, 1, NOW); /* an event is none */
    examine(p, &m);
    check("a sale", LS_ADMITTED, "", true);
    assert_false(record.is_heartbeat);
}

static void test_expired(void **state)
{
    (void)state;
    record.event_time = -1;
    ls_record_expired(&record, 0);
    check("expired", LS_REASON_EXPIRED,
          "event_time 1969-12-31T23:59:59.999Z is before 1970-01-01T00:00:00.000Z",
          record.clock_sane);
}

/* As many steps and flags as a topic takes: the physical columns come behind all of them. */
static void test_the_widest_topic(void **state)
{
    enum { FLAGS = 2, STEPS = LS_RECORD_CELLS_MAX - VISIT_COLUMNS - FLAGS };
    static char spec[64 + STEPS * 32] = "normalize:\n  visit:\n";
    struct pipe *p = *state;
    struct message m;
    char hint[LS_SUGGEST_MAX];
    for (int k = 0; k < STEPS; k++) {
        size_t at = strlen(spec);
        snprintf(spec + at, sizeof spec - at, "    - {set: f%d, expr: pages}\n", k);
    }
    char *text = changed(pipe_spec, "normalize:\n", spec);
    pipe_plan(p, text, NULL);
    free(text);
    const struct ls_topic_plan *visit = &p->plan->topics[VISIT];
    assert_int_equal(visit->column_count, LS_RECORD_CELLS_MAX + LS_PHYSICAL_COLUMNS);
    assert_true(sizeof record.normal / sizeof *record.normal >= visit->column_count);
    begin_message(p, &m, VISIT, 1, NOW);
    examine(p, &m);
    check("a visit", LS_ADMITTED, "", true);
    clear_flags(visit, &record);
    ls_record_normalize(visit, 3, 77, NOW - 1, &record);
    assert_int_equal(record.normal[LS_RECORD_CELLS_MAX - FLAGS - 1].number, 3); /* pages */
    assert_int_equal(record.normal[LS_RECORD_CELLS_MAX].number, 3);             /* partition */
    assert_int_equal(record.normal[LS_RECORD_CELLS_MAX + 1].number, 77);
    assert_int_equal(record.normal[LS_RECORD_CELLS_MAX + 2].number, NOW - 1);
    assert_non_null(ls_normal_suggest(visit, "nothing like it", hint));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_admitted),
        PIPE_TEST(test_reasons_of_cells),
        PIPE_TEST(test_reasons_of_values),
        PIPE_TEST(test_the_widest_topic),
        PIPE_TEST(test_flags_by_condition),
        PIPE_TEST(test_what_monotonic_flags_see),
        PIPE_TEST(test_order_of_checks),
        PIPE_TEST(test_every_truncation),
        PIPE_TEST(test_reasons_of_bytes),
        PIPE_TEST(test_ids_and_payloads),
        PIPE_TEST(test_normalize),
        PIPE_TEST(test_rounding),
        PIPE_TEST(test_overflow_of_a_step),
        PIPE_TEST(test_older_version),
        PIPE_TEST(test_troubles_of_versions),
        PIPE_TEST(test_heartbeats),
        PIPE_TEST(test_expired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
