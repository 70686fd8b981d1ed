#include "generator/heartbeat.h"

#include "core/avro/container.h"
#include "core/avro/row.h"
#include "core/base/civil.h"
#include "core/log/log.h"
#include "generator/generate_fixture_test.h"
#include "spec/heartbeat.h"

enum { TYPES = 3, PARTITIONS = 3 };

/* ---- when there are any */

struct taken {
    char text[2000]; /* "T0/2@10 ": type, partition, seconds from the start */
    int64_t start_ms;
    int left; /* taken before an error; negative: no error */
};

static int take(void *context, uint32_t type, uint32_t partition, int64_t time_ms,
                struct ls_error *err)
{
    struct taken *taken = context;
    if (taken->left-- == 0) {
        return ls_error_set(err, LS_E_IO, "enough");
    }
    size_t size = strlen(taken->text);
    snprintf(taken->text + size, sizeof taken->text - size, "%u/%u@%lld ", type, partition,
             (long long)(time_ms - taken->start_ms));
    return 0;
}

static void heartbeats_come_in_steps(void **state)
{
    static const struct {
        const char *sets[3];
        int64_t until[3]; /* ms from the start */
        const char *taken;
    } cases[] = {
        {{"topics.partitions=1"}, {INT32_MAX, 0, 0}, ""},
        {{"topics={partitions: 1, heartbeat: 10s}"}, {9999, 0, -1}, ""},
        {{"topics={partitions: 1, heartbeat: 10s}"},
         {10000, 19999, 20000},
         "0/0@10000 1/0@10000 2/0@10000 0/0@20000 1/0@20000 2/0@20000 "},
        {{"topics={partitions: 2, heartbeat: 7ms}"},
         {14, 14, 13},
         "0/0@7 0/1@7 1/0@7 1/1@7 2/0@7 2/1@7 0/0@14 0/1@14 1/0@14 1/1@14 2/0@14 2/1@14 "},
        /* an outage holds its begin, not its end */
        {{"topics={partitions: 2, heartbeat: 10s}",
          "faults.outage={at: 10s, for: 20s, partition: 1}"},
         {30000, 0, 0},
         "0/0@10000 1/0@10000 2/0@10000 0/0@20000 1/0@20000 2/0@20000 "
         "0/0@30000 0/1@30000 1/0@30000 1/1@30000 2/0@30000 2/1@30000 "},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        plan_fine(m, sample_spec, cases[k].sets);
        struct ls_heartbeats heartbeats;
        struct taken taken = {.start_ms = m->base.spec->start_ms, .left = -1};
        ls_heartbeats_begin(&heartbeats, m->plan);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(ls_heartbeats_until(&heartbeats, taken.start_ms + cases[k].until[i],
                                                 take, &taken, &m->base.err),
                             0);
        }
        assert_string_equal(taken.text, cases[k].taken);
    }
}

static void an_error_ends_them(void **state)
{
    struct maker *m = *state;
    struct ls_heartbeats heartbeats;
    plan_fine(m, sample_spec, SETS("topics={partitions: 2, heartbeat: 1s}"));
    for (int left = 0; left < 8; left++) {
        struct taken taken = {.left = left};
        ls_heartbeats_begin(&heartbeats, m->plan);
        assert_int_equal(ls_heartbeats_until(&heartbeats, m->base.spec->start_ms + 9000, take,
                                             &taken, &m->base.err),
                         LS_E_IO);
        assert_int_equal(taken.left, -1);
    }
}

/* ---- in the log, among the events */

/* What a partition of the log should hold: events and heartbeats by their order (G10). */
struct wanted {
    const struct ls_event *event; /* NULL: a heartbeat */
    int64_t time_ms;              /* of the record */
};

static size_t list_wanted(const struct maker *m, uint32_t type, uint32_t partition,
                          int64_t until_ms, struct wanted *out)
{
    const struct ls_spec_outage *outage = m->base.spec->faults->outage;
    int64_t start = m->base.spec->start_ms;
    int64_t step = m->base.spec->topics->heartbeat_ms;
    int64_t beat = start + step;
    size_t count = 0;
    for (size_t i = 0; i <= m->run.count; i++) {
        const struct ls_event *e = i < m->run.count ? &m->run.events[i] : NULL;
        int64_t to = e ? e->scheduled_ms : until_ms;
        for (; beat <= to; beat += step) {
            bool out_of_order = outage && outage->partition == partition &&
                                beat - start >= outage->at_ms &&
                                beat - start < outage->at_ms + outage->for_ms;
            if (!out_of_order) {
                out[count++] = (struct wanted){NULL, beat};
            }
        }
        if (e && e->type == type && e->partition == partition) {
            out[count++] = (struct wanted){e, e->timestamp_ms};
        }
    }
    return count;
}

static void check_record(const struct ls_log_record *r, const struct wanted *w)
{
    uint8_t value[LS_HEARTBEAT_SIZE_MAX];
    size_t size = ls_heartbeat_write(w->time_ms, value);
    assert_int_equal(r->timestamp_ms, w->time_ms);
    assert_null(r->headers);
    if (w->event) {
        assert_int_equal(r->key_size, w->event->key_size);
        assert_memory_equal(r->key, w->event->key, r->key_size);
        assert_int_equal(r->value_size, w->event->value_size);
        assert_true(!r->value_size || memcmp(r->value, w->event->value, r->value_size) == 0);
    } else {
        assert_null(r->key);
        assert_int_equal(r->value_size, size);
        assert_memory_equal(r->value, value, size);
    }
}

/* The log in a/log; returns how many heartbeats there are in all. */
static uint64_t check_log(struct maker *m, int64_t until_ms, const struct ls_generated *made)
{
    struct wanted *wanted = calloc(m->run.count + 20000, sizeof *wanted);
    struct ls_log *log;
    uint64_t heartbeats = 0;
    assert_non_null(wanted);
    assert_int_equal(ls_log_open("log:a/log", false, &log, &m->base.err), 0);
    for (uint32_t t = 0; t < TYPES; t++) {
        uint64_t beats = 0;
        uint64_t raw = 0;
        for (uint32_t p = 0; p < PARTITIONS; p++) {
            struct ls_log_reader *reader;
            const struct ls_log_record *records;
            size_t count = 1;
            size_t at = 0;
            size_t total = list_wanted(m, t, p, until_ms, wanted);
            int64_t last = INT64_MIN;
            assert_int_equal(ls_log_count(log, t, p), total);
            assert_int_equal(ls_log_reader_new(log, t, p, 0, &reader, &m->base.err), 0);
            while (count) {
                assert_int_equal(ls_log_read(reader, 500, &records, &count, &m->base.err), 0);
                for (size_t i = 0; i < count; i++, at++) {
                    check_record(&records[i], &wanted[at]);
                    assert_true(records[i].timestamp_ms >= last); /* never back (G4) */
                    last = records[i].timestamp_ms;
                    beats += !wanted[at].event;
                }
            }
            raw += total;
            ls_log_reader_free(reader);
        }
        assert_int_equal(made->totals[t].raw, raw);
        assert_int_equal(made->totals[t].heartbeats, beats);
        heartbeats += beats;
    }
    ls_log_close(log);
    free(wanted);
    return heartbeats;
}

static void they_stand_before_the_events_of_their_time(void **state)
{
    static const struct {
        const char *sets[3];
        uint64_t events;
        int64_t for_ms; /* 0: not bounded by a time */
        int64_t wanted; /* heartbeats of each partition without an outage */
    } cases[] = {
        /* the sample has 100 events a second: at each second there is one */
        {{"topics.heartbeat=1s"}, 1201, 0, 12},
        {{"topics.heartbeat=1s"}, 1200, 0, 11},
        {{"topics.heartbeat=1s"}, UINT64_MAX, 12000, 11},
        {{"topics.heartbeat=1s"}, UINT64_MAX, 12001, 12},
        {{"topics.heartbeat=1s"}, 500, 12001, 12}, /* on to the time, though events end before */
        {{"topics.heartbeat=7s"}, 0, 21001, 3},
        {{"topics.heartbeat=30ms"}, 1201, 0, 400},
        {{"topics.heartbeat=1s", "arrival=[{rate: 10/s, for: 5s}, {rate: 10/s, silence: 1h, for: "
                                 "2h}, {rate: 1/s}]"},
         60,
         0,
         3605}, /* in a silence too */
        {{"topics.heartbeat=1s", "faults.outage={at: 3s, for: 4s, partition: 1}"}, 1201, 0, 12},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct place place;
        plan_fine(m, sample_spec, cases[k].sets);
        struct ls_generate job = job_at(m, "log", "a", &place);
        job.events = cases[k].events;
        job.until_ms = cases[k].for_ms ? m->base.spec->start_ms + cases[k].for_ms : INT64_MAX;
        struct ls_generated made = generate(m, &job);
        make_run(m, made.events);
        uint64_t heartbeats = check_log(m, cases[k].for_ms ? job.until_ms - 1 : INT64_MIN, &made);
        uint64_t lost = m->plan->outage.present ? 4 * TYPES : 0; /* 3 to 6 s, of one partition */
        assert_int_equal(heartbeats + lost, cases[k].wanted * TYPES * PARTITIONS);
        forget(&m->run);
        remove_folder(m, "a");
    }
}

static void a_slice_has_none(void **state)
{
    struct maker *m = *state;
    struct place place;
    struct ls_log *log;
    plan_fine(m, sample_spec, SETS("topics.heartbeat=10ms"));
    struct ls_generate job = job_at(m, "log", "a", &place);
    job.slice = true;
    job.first = 100;
    job.end = 900;
    job.until_ms = m->base.spec->start_ms + 60000;
    uint64_t count = 0;
    generate(m, &job);
    assert_int_equal(ls_log_open("log:a/log", false, &log, &m->base.err), 0);
    for (uint32_t k = 0; k < TYPES * PARTITIONS; k++) {
        count += ls_log_count(log, k / PARTITIONS, k % PARTITIONS);
    }
    assert_int_equal(count, 800);
    ls_log_close(log);
}

static void threads_and_interrupts_change_nothing(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec, SETS("topics.heartbeat=200ms"));
    generate_whole_at(m, "log", "a");
    struct ls_generate job = job_at(m, "log", "b", &place);
    job.threads = 3;
    generate(m, &job);
    check_same_folders(m, "a", "b");
    remove_folder(m, "b");
    interrupt_at(m, "log", "b", 5000);
    job.resume = true;
    generate(m, &job);
    check_same_folders(m, "a", "b");
}

/* A silence of a year, a heartbeat every millisecond: whoever has enough of it is heard. */
static void an_interrupt_is_heeded_between_events(void **state)
{
    struct maker *m = *state;
    struct place place;
    struct stop stop = {0, 100};
    plan_fine(m, sample_spec,
              SETS("topics.heartbeat=1ms", "arrival=[{rate: 1/s, for: 2s}, {rate: 1/s, silence: "
                                           "300d, for: 365d}]"));
    struct ls_generate job = job_at(m, "null", "a", &place);
    job.to = "null:";
    job.truth_folder = NULL;
    job.reference_folder = NULL;
    job.events = 100;
    job.progress = stop_there;
    job.context = &stop;
    check_refused(m, &job, LS_E_INTERRUPTED, "stopped");
}

/* ---- in the truth */

/* Rows of the truth name positions of the log, heartbeats counted. */
static void the_truth_counts_their_positions(void **state)
{
    struct maker *m = *state;
    struct ls_schema *schema;
    struct ls_layout *layout;
    struct ls_log *log;
    size_t copies = 0;
    plan_fine(m, sample_spec, SETS("topics.heartbeat=50ms"));
    generate_whole_at(m, "log", "a");
    assert_int_equal(
        ls_schema_parse(ls_truth_schema, strlen(ls_truth_schema), &schema, &m->base.err), 0);
    assert_int_equal(ls_layout_new(schema, &layout, &m->base.err), 0);
    assert_int_equal(ls_log_open("log:a/log", false, &log, &m->base.err), 0);
    struct ls_container_reader *reader;
    struct ls_block block;
    assert_int_equal(ls_container_open("a/truth/raw.shop.order/1.avro", &reader, &m->base.err), 0);
    while (ls_container_next(reader, &block, &m->base.err) == 1) {
        struct ls_span rest = {block.bytes, block.bytes + block.size};
        for (uint64_t k = 0; k < block.count; k++) {
            const uint8_t *row = rest.at;
            struct ls_cell cells[4];
            assert_int_equal(ls_datum_skip(schema->root, &rest), LS_DECODE_OK);
            assert_int_equal(ls_row_decode(layout, row, (size_t)(rest.at - row), cells, NULL, NULL),
                             LS_DECODE_OK);
            if (cells[3].size != strlen("DUPLICATE")) {
                continue;
            }
            struct ls_log_reader *records;
            const struct ls_log_record *r;
            size_t count;
            assert_int_equal(
                ls_log_reader_new(log, 0, 1, (uint64_t)cells[0].number, &records, &m->base.err), 0);
            assert_int_equal(ls_log_read(records, 1, &r, &count, &m->base.err), 0);
            assert_memory_equal(r->value + LS_SINGLE_OBJECT_SIZE + 1, cells[1].bytes,
                                LS_EVENT_ID_SIZE);
            ls_log_reader_free(records);
            copies++;
        }
    }
    assert_true(copies > 10);
    ls_container_reader_free(reader);
    ls_log_close(log);
    ls_layout_free(layout);
    ls_schema_free(schema);
}

/* They move the highest clock: an event that is late behind one has expired. */
static void the_truth_has_their_clock(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("topics.heartbeat=1s", "pipeline.clock=event_time"));
    for (int with = 0; with < 2; with++) {
        struct ls_truth *truth;
        struct ls_error *err = &m->base.err;
        assert_int_equal(ls_truth_new(m->plan, NULL, &truth, err), 0);
        struct ls_event e = make(m, 0);
        e.fault = LS_FAULT_NONE;
        assert_int_equal(ls_truth_take(truth, &e, err), 0);
        if (with) { /* 20 s of horizon, 2 s at most of delay */
            ls_truth_heartbeat(truth, e.type, e.partition, e.event_time + 22001);
        }
        assert_int_equal(ls_truth_take(truth, &e, err), 0);
        const struct ls_truth_totals *totals = ls_truth_totals(truth, e.type);
        assert_int_equal(totals->raw, 2 + with);
        assert_int_equal(totals->heartbeats, with);
        assert_int_equal(totals->by_outcome[LS_REASON_EXPIRED], with);
        ls_truth_free(truth);
    }
}

static char *totals_of(struct maker *m, const char *path)
{
    struct ls_buf text;
    ls_buf_init(&text, "file", 64U << 20);
    assert_int_equal(ls_file_read(path, &text, &m->base.err), 0);
    char *copy = strdup(ls_buf_text(&text, &m->base.err));
    ls_buf_clear(&text);
    return copy;
}

static void totals_tell_of_them_where_there_are_any(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("topics.heartbeat=1s"));
    generate_whole_at(m, "log", "a");
    char *totals = totals_of(m, "a/truth/totals.json");
    if (!strstr(totals, ", \"heartbeats\": 633, \"late\": ")) { /* 211 s, 3 partitions */
        fail_msg("%s", totals);
    }
    free(totals);
    plan_fine(m, sample_spec, NULL);
    generate_whole_at(m, "log", "b");
    totals = totals_of(m, "b/truth/totals.json");
    assert_null(strstr(totals, "heartbeats"));
    free(totals);
}

/* Files of events hold none; their truth is that of the log. */
static void files_of_events_leave_them_out(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("topics.heartbeat=1s"));
    generate_whole_at(m, "log", "a");
    generate_whole_at(m, "jsonl", "b");
    check_same_folders(m, "a/truth", "b/truth");
    plan_fine(m, sample_spec, NULL);
    generate_whole_at(m, "jsonl", "c");
    char *with = totals_of(m, "b/jsonl/order.jsonl");
    char *without = totals_of(m, "c/jsonl/order.jsonl");
    assert_string_equal(with, without);
    free(with);
    free(without);
}

static void their_times_stay_within_four_digits_of_years(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec,
              SETS("start=9999-12-31T23:59:00Z", "arrival=[{rate: 1/s, for: 10s}]",
                   "topics.heartbeat=1s"));
    struct ls_generate job = job_at(m, "log", "a", &place);
    job.events = UINT64_MAX;
    job.until_ms = LS_TIME_MAX_MS + 1;
    struct ls_generated made = generate(m, &job);
    assert_int_equal(made.totals[0].heartbeats, 59 * PARTITIONS);
    remove_folder(m, "a");
    job.until_ms++;
    check_refused(m, &job, LS_E_DATA, "heartbeats would go on behind the year 9999");
    plan_fine(m, sample_spec,
              SETS("start=9999-12-31T23:59:00Z", "arrival=[{rate: 1/s, for: 10s}]"));
    job.plan = m->plan;
    generate(m, &job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(heartbeats_come_in_steps),
        MAKER_TEST(an_error_ends_them),
        MAKER_TEST(they_stand_before_the_events_of_their_time),
        MAKER_TEST(a_slice_has_none),
        MAKER_TEST(threads_and_interrupts_change_nothing),
        MAKER_TEST(an_interrupt_is_heeded_between_events),
        MAKER_TEST(the_truth_counts_their_positions),
        MAKER_TEST(the_truth_has_their_clock),
        MAKER_TEST(totals_tell_of_them_where_there_are_any),
        MAKER_TEST(files_of_events_leave_them_out),
        MAKER_TEST(their_times_stay_within_four_digits_of_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
