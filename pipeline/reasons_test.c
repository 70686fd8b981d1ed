/* Each reason (P1), made for one record: by the per-record function, and through whole runs, whose
 * quarantine has to hold the record as it was. A reason without a case fails. */
#include "pipeline/fixture_test.h"

#include "conformance/naive.h"
#include "core/base/civil.h"
#include "pipeline/batch/batch_run.h"
#include "pipeline/stream/stream_run.h"

#define NOW INT64_C(1767225600123) /* 2026-01-01T00:00:00.123Z */

/* What a case begins with: a sale or a visit that passes every check, number 7 at NOW. In its
 * partition record number 1, at NOW too, was admitted before. */
struct reason_case {
    uint32_t topic;
    void (*make)(const struct pipe *p, struct message *m); /* NULL: nothing is done to it */
    const char *detail;                                    /* how it begins; NULL: there is none */
    bool by_memory;                                        /* the record alone does not show it */
    bool known;
};

static void set(const struct pipe *p, struct message *m, size_t column, struct ls_cell cell)
{
    m->cells[column] = cell;
    encode(p, m);
}

static void break_frame(const struct pipe *p, struct message *m)
{
    (void)p;
    m->value[0] = 0;
}

static void break_fingerprint(const struct pipe *p, struct message *m)
{
    (void)p;
    m->value[2] ^= 1;
}

static void cut(const struct pipe *p, struct message *m)
{
    (void)p;
    m->raw.value_size--;
}

static void go_on(const struct pipe *p, struct message *m)
{
    (void)p;
    m->value[m->raw.value_size++] = 0;
}

static void change_key(const struct pipe *p, struct message *m)
{
    (void)p;
    m->raw.key = (const uint8_t *)"S2";
}

static void move_timestamp(const struct pipe *p, struct message *m)
{
    m->raw.timestamp_ms -= p->plan->spec->pipeline->max_skew_ms + 1;
}

static void happen_ahead(const struct pipe *p, struct message *m)
{
    set(p, m, LS_COLUMN_EVENT_TIME, number_of(NOW + p->plan->spec->pipeline->max_ahead_ms + 1));
}

static void happen_before_christ(const struct pipe *p, struct message *m)
{
    set(p, m, LS_COLUMN_EVENT_TIME, number_of(LS_TIME_MIN_MS - 1));
}

static void lose_item(const struct pipe *p, struct message *m)
{
    set(p, m, ITEM, null_of());
}

static void lower_units(const struct pipe *p, struct message *m)
{
    set(p, m, UNITS, number_of(-1));
}

static void raise_pages(const struct pipe *p, struct message *m)
{
    set(p, m, PAGES, number_of(8));
}

static void misspell_shop(const struct pipe *p, struct message *m)
{
    set(p, m, SHOP, text_of("s1"));
}

static void invent_shop(const struct pipe *p, struct message *m)
{
    set(p, m, SHOP, text_of("S9"));
}

static void sell_nothing(const struct pipe *p, struct message *m)
{
    set(p, m, UNITS, number_of(0));
}

static void happen_long_ago(const struct pipe *p, struct message *m)
{
    int64_t horizon = p->plan->spec->pipeline->dedupe->horizon_ms;
    int64_t floor = NOW - p->plan->topics[m->topic].watermark_delay_ms - horizon;
    set(p, m, LS_COLUMN_EVENT_TIME, number_of(floor - 1));
}

static void repeat(const struct pipe *p, struct message *m)
{
    begin_message(p, m, m->topic, 1, NOW);
}

static void contradict(const struct pipe *p, struct message *m)
{
    begin_message(p, m, m->topic, 1, NOW);
    set(p, m, PAGES, number_of(4));
}

#define BY_RECORD(topic, make, detail)                                                             \
    {                                                                                              \
        topic, make, detail, false, true                                                           \
    }
#define BY_MEMORY(topic, make, detail)                                                             \
    {                                                                                              \
        topic, make, detail, true, true                                                            \
    }

static const struct reason_case cases[LS_REASON_COUNT] = {
    [LS_ADMITTED] = BY_RECORD(SALE, NULL, NULL),
    [LS_REASON_FRAME_INVALID] = BY_RECORD(SALE, break_frame, NULL),
    [LS_REASON_SCHEMA_UNKNOWN] = BY_RECORD(SALE, break_fingerprint, "schema fingerprint "),
    [LS_REASON_DECODE_TRUNCATED] = BY_RECORD(SALE, cut, "payload.score, at byte "),
    [LS_REASON_DECODE_INVALID] = BY_RECORD(VISIT, go_on, "behind the last field, at byte "),
    [LS_REASON_ENVELOPE_INVALID] = BY_RECORD(SALE, change_key, "entity_id is not the record's key"),
    [LS_REASON_CLOCK_SKEW] = BY_RECORD(SALE, move_timestamp, "ingest_time is 10001 ms from "),
    [LS_REASON_CLOCK_AHEAD] = BY_RECORD(SALE, happen_ahead, "event_time is 3001 ms ahead of "),
    [LS_REASON_TIME_RANGE] = BY_RECORD(SALE, happen_before_christ, NULL),
    [LS_REASON_NOT_NULL] = BY_RECORD(SALE, lose_item, "item"),
    [LS_REASON_RANGE] = BY_RECORD(SALE, lower_units, "units is -1"),
    [LS_REASON_SET] = BY_RECORD(VISIT, raise_pages, "pages is 8"),
    [LS_REASON_PATTERN] = BY_RECORD(SALE, misspell_shop, "shop is \"s1\""),
    [LS_REASON_REFERENCE_UNKNOWN] = BY_RECORD(SALE, invent_shop, "shop is not in shops"),
    [LS_REASON_NORMALIZE_FAILED] = BY_RECORD(SALE, sell_nothing, "each has no value"),
    [LS_REASON_EXPIRED] = BY_MEMORY(SALE, happen_long_ago,
                                    "event_time 2025-12-31T23:59:53.122Z is before 2025-12-31T"),
    [LS_REASON_DUPLICATE] = BY_MEMORY(SALE, repeat, NULL),
    [LS_REASON_DUPLICATE_CONFLICT] = BY_MEMORY(VISIT, contradict, NULL),
};

static void make_case(const struct pipe *p, int reason, struct message *m)
{
    static const uint8_t headers[] = {2, 2, 'h', 2, 2, 'v', 0}; /* h = v */
    const struct reason_case *c = &cases[reason];
    if (!c->known) {
        fail_msg("%s has no case: add one", ls_reasons[reason].name);
    }
    begin_message(p, m, c->topic, 7, NOW);
    if (c->make) {
        c->make(p, m);
    }
    m->partition = 1;
    m->raw.headers = headers;
    m->raw.headers_size = sizeof headers;
}

static void check_detail(int reason, const uint8_t *detail, size_t size)
{
    const char *expected = cases[reason].detail;
    size_t least = expected ? strlen(expected) : 0;
    if (size < least || (size > 0) != (expected != NULL) ||
        (least && memcmp(detail, expected, least) != 0)) {
        fail_msg("%s: the detail is `%.*s`", ls_reasons[reason].name, (int)size,
                 (const char *)detail);
    }
}

static void test_the_record_alone(void **state)
{
    static struct ls_record record; /* large */
    struct pipe *p = *state;
    for (int r = 0; r < LS_REASON_COUNT; r++) {
        struct message m;
        make_case(p, r, &m);
        ls_record_examine(p->plan, &p->plan->topics[m.topic], &m.raw, &record);
        int expected = cases[r].by_memory ? LS_ADMITTED : r;
        if ((int)record.reason != expected) {
            fail_msg("the record of %s is %s", ls_reasons[r].name, ls_reasons[record.reason].name);
        }
        if (!cases[r].by_memory) {
            check_detail(r, (const uint8_t *)record.detail, strlen(record.detail));
        }
    }
}

/* ---- through whole runs */

static void write_case(struct pipe *p, const struct message *m)
{
    struct message first;
    struct ls_log *log = begin_log(p, "log:log", 2);
    begin_message(p, &first, m->topic, 1, NOW);
    first.partition = 1;
    put(p, log, &first);
    put(p, log, m);
    end_log(p, log);
}

static void check_bytes(const char *what, const struct ls_cell *cell, const void *bytes,
                        size_t size)
{
    if (cell->is_null || cell->size != size || memcmp(cell->bytes, bytes, size) != 0) {
        fail_msg("the %s of the quarantined record is another", what);
    }
}

/* The rows of a file are this one, or none. */
static void check_quarantine(struct pipe *p, const char *folder, int reason,
                             const struct message *m)
{
    const char *topic = p->plan->topics[m->topic].type->topic;
    struct ls_container_reader *reader;
    struct ls_schema *schema;
    struct ls_layout *layout;
    struct ls_block block;
    struct ls_cell c[16];
    char path[256];
    size_t size;
    snprintf(path, sizeof path, "%s/datasets/quarantine/%s/1.avro", folder, topic);
    FINE(p, ls_container_open(path, &reader, &p->base.err));
    int rc = ls_container_next(reader, &block, &p->base.err);
    assert_int_equal(rc, reason == LS_ADMITTED ? 0 : 1);
    if (rc > 0) {
        const char *text = ls_container_schema(reader, &size);
        FINE(p, ls_schema_parse(text, size, &schema, &p->base.err));
        FINE(p, ls_layout_new(schema, &layout, &p->base.err));
        assert_int_equal(block.count, 1);
        assert_int_equal(ls_row_decode(layout, block.bytes, block.size, c, NULL, NULL),
                         LS_DECODE_OK);
        check_bytes("reason", &c[0], ls_reasons[reason].name, strlen(ls_reasons[reason].name));
        check_detail(reason, c[1].bytes, c[1].size);
        check_bytes("topic", &c[2], topic, strlen(topic));
        assert_int_equal(c[3].number, m->raw.timestamp_ms);
        check_bytes("key", &c[4], m->raw.key, m->raw.key_size);
        check_bytes("headers", &c[5], m->raw.headers, m->raw.headers_size);
        check_bytes("value", &c[6], m->raw.value, m->raw.value_size);
        assert_int_equal(c[7].number, 1); /* partition */
        assert_int_equal(c[8].number, 1); /* position */
        ls_layout_free(layout);
        ls_schema_free(schema);
    }
    ls_container_reader_free(reader);
}

static void run_both(struct pipe *p)
{
    struct ls_stream_result streamed;
    struct ls_batch_result batched;
    struct ls_naive_counts counts;
    const struct ls_stream_job stream = {.plan = p->plan,
                                         .views = p->views,
                                         .from = "log:log",
                                         .to = "stream",
                                         .state = "stream/state",
                                         .workers = 1,
                                         .batch = 1};
    const struct ls_batch_job batch = {.plan = p->plan,
                                       .views = p->views,
                                       .from = "log:log",
                                       .to = "batch",
                                       .workers = 1,
                                       .memory = 1};
    const struct ls_naive naive = {p->base.spec, "log", "tables", "batch/datasets", false};
    FINE(p, ls_stream_run(&stream, &streamed, &p->base.err));
    FINE(p, ls_batch_run(&batch, &batched, &p->base.err));
    assert_string_equal(difference(p, "stream/datasets", "batch/datasets"), "");
    p->base.report.size = 0;
    if (ls_naive_check(&naive, &counts, &p->base.report, &p->base.err) != 0) {
        fail_msg("%s", ls_buf_text(&p->base.report, &p->base.err));
    }
}

static void test_through_whole_runs(void **state)
{
    struct pipe *p = *state;
    for (int r = 0; r < LS_REASON_COUNT; r++) {
        struct message m;
        make_case(p, r, &m);
        FINE(p, ls_tree_remove("log", &p->base.err));
        FINE(p, ls_tree_remove("stream", &p->base.err));
        FINE(p, ls_tree_remove("batch", &p->base.err));
        write_case(p, &m);
        run_both(p);
        check_quarantine(p, "stream", r, &m);
        check_quarantine(p, "batch", r, &m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_the_record_alone),
        PIPE_TEST(test_through_whole_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
