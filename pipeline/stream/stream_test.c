#include "pipeline/stream/stream.h"

#include "pipeline/fixture_test.h"
#include "spec/heartbeat.h"

/* A stream that is fed by hand; of each topic two partitions. */
struct lab {
    struct pipe *p;
    struct ls_stream *stream;
    int next_id;
};

enum { PARTITIONS = 2, SALE_0 = 0, SALE_1, VISIT_0, VISIT_1 };

static void open_lab(struct lab *lab, struct pipe *p, unsigned workers)
{
    *lab = (struct lab){.p = p};
    FINE(p, ls_stream_new(p->plan, p->views, PARTITIONS, workers, &lab->stream, &p->base.err));
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &lab->stream->outputs,
                            &p->base.err));
}

static void close_lab(struct lab *lab)
{
    ls_outputs_free(lab->stream->outputs);
    ls_stream_free(lab->stream);
}

static void take(struct lab *lab, size_t part, const struct message *m)
{
    FINE(lab->p, ls_stream_take(lab->stream, (unsigned)part % lab->stream->worker_count, part,
                                &m->raw, 1, &lab->p->base.err));
}

/* A record of these times, with an id that is new. */
static void feed(struct lab *lab, size_t part, int64_t event_time, int64_t ingest_time)
{
    struct message m;
    begin_message(lab->p, &m, (uint32_t)part / PARTITIONS, lab->next_id++, ingest_time);
    m.cells[LS_COLUMN_EVENT_TIME].number = event_time;
    encode(lab->p, &m);
    take(lab, part, &m);
}

static uint64_t emitted(struct lab *lab)
{
    FINE(lab->p, ls_stream_emit(lab->stream, &lab->p->base.err));
    return lab->stream->emitted_by_watermark;
}

/* Rows in the dataset number `set` so far. */
static uint64_t rows(const struct lab *lab, size_t set)
{
    return lab->stream->outputs->sets[set].digest.records;
}

enum { ALL, SHIFTED, VISITS, LATE = 3 + 2 * TOPICS * PARTITIONS }; /* datasets; LATE: of `all` */

/* Visits: windows of 2 s, delay 1 s. A window is emitted when the low watermark has reached its
 * end: at equality, and not before every partition has a clock (P6). */
static void test_emission(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    open_lab(&lab, p, 1);
    feed(&lab, VISIT_0, 100, 100);
    feed(&lab, VISIT_0, 9000, 9000);
    assert_int_equal(emitted(&lab), 0); /* the other partition has said nothing */
    feed(&lab, VISIT_1, 2999, 2999);
    assert_int_equal(emitted(&lab), 0); /* its watermark is 1999 */
    feed(&lab, VISIT_1, 3000, 3000);
    assert_int_equal(emitted(&lab), 1); /* 2000: the window [0, 2000) */
    assert_int_equal(emitted(&lab), 1);
    feed(&lab, VISIT_1, 2500, 2500); /* a clock that goes back moves nothing */
    assert_int_equal(emitted(&lab), 1);
    feed(&lab, VISIT_1, 5000, 5000); /* 4000: [2000, 4000) */
    assert_int_equal(emitted(&lab), 2);
    assert_int_equal(rows(&lab, VISITS), 2);
    FINE(p, ls_stream_flush(lab.stream, &p->base.err)); /* [4000, 6000) and [8000, 10000) */
    assert_int_equal(lab.stream->emitted_by_flush, 2);
    assert_int_equal(rows(&lab, VISITS), 4);
    assert_int_equal(rows(&lab, ALL), 0);
    close_lab(&lab);
}

static void beat(struct lab *lab, size_t part, int64_t time_ms, int64_t timestamp_ms)
{
    struct message m;
    m.raw = (struct ls_log_record){.timestamp_ms = timestamp_ms,
                                   .value = m.value,
                                   .value_size = ls_heartbeat_write(time_ms, m.value)};
    take(lab, part, &m);
}

/* An idle partition's heartbeats move emission as its events would, and leave no row (G10, P6). */
static void test_heartbeats(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    pipe_plan(p, pipe_spec, SETS("topics.heartbeat=1s"));
    open_lab(&lab, p, 1);
    const struct ls_stream_partition *idle = &lab.stream->parts[VISIT_1];
    feed(&lab, VISIT_0, 100, 100);
    feed(&lab, VISIT_0, 9000, 9000);
    beat(&lab, VISIT_1, 2999, 2999);
    assert_int_equal(emitted(&lab), 0);
    beat(&lab, VISIT_1, 3000, 3000);
    assert_int_equal(emitted(&lab), 1); /* 2000: the window [0, 2000) */
    beat(&lab, VISIT_1, 30000, 5000);   /* its clock is wrong: quarantined, and moves nothing */
    beat(&lab, VISIT_1, 2000, 2000);    /* nor does one that goes back */
    assert_int_equal(emitted(&lab), 1);
    assert_int_equal(idle->highest, 3000);
    assert_int_equal(idle->position, 4);
    assert_int_equal(idle->counts.raw, 4);
    assert_int_equal(idle->counts.heartbeats, 3);
    assert_int_equal(idle->counts.by_reason[LS_REASON_CLOCK_SKEW], 1);
    assert_int_equal(idle->counts.by_reason[LS_ADMITTED], 0);
    feed(&lab, VISIT_1, 1999, 4000); /* late behind them */
    assert_int_equal(idle->counts.by_reason[LS_ADMITTED], 1);
    assert_int_equal(rows(&lab, LATE + 2 * PARTITIONS + 1), 1);
    close_lab(&lab);
}

/* A record counts in a window iff its end is above the record's own watermark: that of its
 * partition, itself included (P2, P5). */
static void test_lateness(void **state)
{
    static const struct {
        int64_t event_time; /* of a sale whose partition has seen 10 s: the watermark is 8 s */
        bool late;
    } cases[] = {{8999, false}, {8000, false}, {7999, true}, {7000, true}, {6999, true}};
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lab lab;
        open_lab(&lab, p, 1);
        feed(&lab, SALE_1, 90000, 90000); /* another partition's clock is nothing to this one */
        feed(&lab, SALE_0, 10000, 10000);
        feed(&lab, SALE_0, cases[i].event_time, 9500);
        assert_int_equal(rows(&lab, LATE), cases[i].late);
        assert_int_equal(lab.stream->parts[SALE_0].counts.by_reason[LS_ADMITTED], 2);
        close_lab(&lab);
    }
    /* the record that moves the clock is judged by where it moves it */
    struct lab lab;
    open_lab(&lab, p, 1);
    feed(&lab, SALE_0, 7000, 10000);
    assert_int_equal(rows(&lab, LATE), 1);
    close_lab(&lab);
}

/* Clock-sane records move the watermark whatever else is wrong with them; others never (P2, P3). */
static void test_what_moves_the_clock(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    struct message m;
    open_lab(&lab, p, 1);
    const struct ls_stream_partition *part = &lab.stream->parts[SALE_0];
    begin_message(p, &m, SALE, 1, 5000);
    m.raw.timestamp_ms = 50000; /* skewed */
    take(&lab, SALE_0, &m);
    assert_false(part->has_clock);
    m.raw.value_size--;
    take(&lab, SALE_0, &m);
    assert_false(part->has_clock);
    begin_message(p, &m, SALE, 2, 5000);
    m.cells[ITEM] = null_of();
    encode(p, &m);
    take(&lab, SALE_0, &m);
    assert_true(part->has_clock);
    assert_int_equal(part->highest, 5000);
    feed(&lab, SALE_0, -9000, 6000); /* expired */
    assert_int_equal(part->highest, 6000);
    assert_int_equal(part->counts.by_reason[LS_REASON_EXPIRED], 1);
    assert_int_equal(part->counts.raw, 4);
    assert_int_equal(part->position, 4);
    close_lab(&lab);
}

/* Horizon 5 s, delay 2 s: what the ids of one partition come to (P4). */
static void test_duplicates(void **state)
{
    static const struct {
        int id;
        int64_t event_time, ingest_time;
        int64_t score;
        enum ls_reason reason;
    } steps[] = {
        {1, 10000, 10000, 0, LS_ADMITTED},
        {1, 10000, 10100, 0, LS_REASON_DUPLICATE},
        {1, 10000, 10200, 1, LS_REASON_DUPLICATE_CONFLICT},
        {2, 3200, 10200, 0, LS_ADMITTED}, /* the floor: 10200 - 7000 */
        {3, 3199, 10200, 0, LS_REASON_EXPIRED},
        {3, 3300, 10200, 0, LS_ADMITTED}, /* what expired was not remembered */
        {2, 9000, 10200, 0, LS_REASON_DUPLICATE},
        {2, 9000, 10201, 1, LS_ADMITTED}, /* the first is behind the floor: forgotten */
        {1, 10000, 17000, 0, LS_REASON_DUPLICATE},
        {1, 12000, 17001, 5, LS_ADMITTED},
        {1, 12000, 17001, 0, LS_REASON_DUPLICATE_CONFLICT}, /* with the one that is remembered */
    };
    struct pipe *p = *state;
    struct lab lab;
    open_lab(&lab, p, 1);
    uint64_t counts[LS_REASON_COUNT] = {0};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct message m;
        begin_message(p, &m, SALE, steps[i].id, steps[i].ingest_time);
        m.cells[LS_COLUMN_EVENT_TIME].number = steps[i].event_time;
        m.cells[SCORE].number = steps[i].score;
        encode(p, &m);
        take(&lab, SALE_0, &m);
        counts[steps[i].reason]++;
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            if (lab.stream->parts[SALE_0].counts.by_reason[r] != counts[r]) {
                fail_msg("step %zu should be %s", i, ls_reasons[steps[i].reason].name);
            }
        }
    }
    /* another partition, and another topic, remember for themselves */
    feed(&lab, SALE_1, 10000, 10000);
    struct message m;
    begin_message(p, &m, SALE, 1, 12000);
    take(&lab, SALE_1, &m);
    begin_message(p, &m, VISIT, 1, 12000);
    take(&lab, VISIT_0, &m);
    assert_int_equal(lab.stream->parts[SALE_1].counts.by_reason[LS_ADMITTED], 2);
    assert_int_equal(lab.stream->parts[VISIT_0].counts.by_reason[LS_ADMITTED], 1);
    close_lab(&lab);
}

/* What several workers have of one group becomes one row. */
static void test_workers_are_merged(void **state)
{
    struct pipe *p = *state;
    for (unsigned workers = 1; workers <= 4; workers++) {
        struct lab lab;
        open_lab(&lab, p, workers);
        for (int i = 0; i < 6; i++) {
            feed(&lab, i % 2 ? VISIT_1 : VISIT_0, INT64_C(100) * i, INT64_C(100) * i);
        }
        FINE(p, ls_stream_flush(lab.stream, &p->base.err));
        assert_int_equal(rows(&lab, VISITS), 1);
        static const struct ls_partition_counts none[TOPICS * PARTITIONS];
        const struct ls_run_facts facts = {.mode = "stream"};
        FINE(p, ls_outputs_finish(lab.stream->outputs, none, &facts, &p->base.err));
        close_lab(&lab);
        struct ls_container_reader *reader;
        struct ls_block block;
        struct ls_cell cells[8];
        FINE(p, ls_container_open("out/datasets/views/visits.avro", &reader, &p->base.err));
        assert_int_equal(ls_container_next(reader, &block, &p->base.err), 1);
        assert_int_equal(ls_row_decode(p->views->views[VISITS].layout, block.bytes, block.size,
                                       cells, NULL, NULL),
                         LS_DECODE_OK);
        assert_int_equal(cells[0].number, 0);
        assert_int_equal(cells[1].number, 2000);
        assert_int_equal(cells[2].number, 6);  /* n */
        assert_int_equal(cells[3].number, 18); /* pages */
        assert_int_equal(cells[4].number, 1);  /* who */
        ls_container_reader_free(reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_emission),
        PIPE_TEST(test_heartbeats),
        PIPE_TEST(test_lateness),
        PIPE_TEST(test_duplicates),
        PIPE_TEST(test_what_moves_the_clock),
        PIPE_TEST(test_workers_are_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
