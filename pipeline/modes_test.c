/* The ways to run a stream over a log that grows: whatever was read how often, the datasets are the
 * batch run's over what the log then holds. */
#include "pipeline/growing_test.h"

#define LOGS 8UL

static struct ls_stream_job job_of(struct pipe *p, struct draws *d, enum ls_stream_mode mode)
{
    struct ls_stream_job job = random_job(p, d);
    job.from = "log:growing";
    job.mode = mode;
    job.poll_ms = 1;
    return job;
}

static void begin(struct growing *g, struct pipe *p, struct draws *d, uint64_t seed)
{
    *d = (struct draws){ls_stream_key(seed, "modes"), 0};
    uint32_t partitions = 1 + (uint32_t)below(d, GROWING_PARTITIONS_MAX);
    FINE(p, ls_tree_remove("stream", &p->base.err));
    FINE(p, ls_tree_remove("log", &p->base.err));
    write_log(p, d, partitions, false);
    begin_growing(g, p, d, partitions);
}

static void check_whole(struct growing *g, uint64_t seed)
{
    run_batch_of_growing(g);
    const char *different = difference(g->p, "stream/datasets", "batch/datasets");
    if (different[0]) {
        fail_msg("seed %llu: stream and batch differ in %s", (unsigned long long)seed, different);
    }
}

/* ---- --once */

static void test_once_at_each_step(void **state)
{
    struct pipe *p = *state;
    struct growing g;
    struct draws d;
    uint64_t restarts = 0;
    for (uint64_t seed = 0; seed < LOGS; seed++) {
        struct ls_stream_result result;
        struct ls_stream_job job;
        uint64_t read = 0;
        begin(&g, p, &d, seed);
        do {
            grow(&g);
            job = job_of(p, &d, LS_STREAM_ONCE);
            FINE(p, ls_stream_run(&job, &result, &p->base.err));
            assert_false(result.stopped);
            read += result.records;
            if (one_in(&d, 4)) {
                check_whole(&g, seed);
            }
        } while (!g.finished);
        restarts += result.facts.restarts;
        uint64_t all = 0;
        for (uint32_t i = 0; i < TOPICS * g.partitions; i++) {
            all += g.all[i / g.partitions][i % g.partitions];
        }
        assert_int_equal(read, all); /* each record once */
        check_whole(&g, seed);
    }
    assert_true(restarts > 3 * LOGS);
}

static void test_growing_logs_are_asked_for(void **state)
{
    struct pipe *p = *state;
    struct growing g;
    struct draws d;
    struct ls_stream_result result;
    begin(&g, p, &d, 1);
    grow(&g);
    struct ls_stream_job job = job_of(p, &d, LS_STREAM_BOUNDED);
    assert_int_equal(ls_stream_run(&job, &result, &p->base.err), LS_E_DATA);
    assert_non_null(strstr(p->base.err.text, "`run stream --once` or `--follow`"));
}

/* ---- --follow */

struct follower {
    struct growing *g;
    unsigned calls, stop_after; /* 0: never */
    int code;                   /* that stops it */
    bool still;                 /* the log does not grow: stopped when all is read */
    uint64_t seen;              /* records when the log grew last */
};

static int on_round(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct follower *f = context;
    assert_true(done <= total);
    if (f->still) {
        return done == total ? ls_error_set(err, LS_E_INTERRUPTED, "stopped by the test") : 0;
    }
    if (!f->g->finished && one_in(f->g->d, 3)) {
        grow(f->g);
    }
    return f->stop_after && ++f->calls >= f->stop_after
               ? ls_error_set(err, f->code, "stopped by the test")
               : 0;
}

static int follow(struct growing *g, struct follower *f, struct ls_stream_result *result)
{
    struct ls_stream_job job = job_of(g->p, g->d, LS_STREAM_FOLLOW);
    job.progress = on_round;
    job.context = f;
    return ls_stream_run(&job, result, &g->p->base.err);
}

static void test_follow_to_the_end(void **state)
{
    struct pipe *p = *state;
    struct growing g;
    struct draws d;
    uint64_t stops = 0;
    uint64_t by_watermark = 0;
    for (uint64_t seed = 100; seed < 100 + LOGS; seed++) {
        struct ls_stream_result result;
        begin(&g, p, &d, seed);
        for (bool ended = false; !ended;) {
            struct follower f = {
                .g = &g,
                .stop_after = one_in(&d, 3) ? 0 : 1 + (unsigned)below(&d, 6),
                .code = one_in(&d, 2) ? LS_E_INTERRUPTED : LS_E_IO, /* told to stop, killed */
            };
            int rc = follow(&g, &f, &result);
            ended = rc == 0 && !result.stopped;
            stops += rc == 0 && result.stopped;
            if (rc < 0 && strcmp(p->base.err.text, "stopped by the test") != 0) {
                fail_msg("%s", p->base.err.text);
            }
            assert_true(rc == 0 || f.code == LS_E_IO);
        }
        assert_true(g.finished);
        by_watermark += result.facts.emitted_by_watermark;
        check_whole(&g, seed);
    }
    assert_in_range(stops, LOGS / 2, 100 * LOGS);
    assert_in_range(by_watermark, LOGS, 100 * LOGS);
}

static size_t rows_of(struct pipe *p, const char *path)
{
    uint64_t records;
    uint64_t size;
    FINE(p, ls_container_measure(path, &records, &size, &p->base.err));
    return (size_t)records;
}

/* Told to stop, a run has written what was final, and nothing that was open; nothing says that its
 * datasets are those of an input. */
static void test_a_stop_flushes_nothing(void **state)
{
    struct pipe *p = *state;
    struct growing g;
    struct draws d;
    struct ls_stream_result result;
    uint64_t open = 0;
    for (uint64_t seed = 200; seed < 200 + LOGS; seed++) {
        begin(&g, p, &d, seed);
        do {
            grow(&g);
        } while (!g.finished);
        g.finished = false;
        write_manifest_of(&g);
        struct follower f = {.g = &g, .still = true};
        FINE(p, follow(&g, &f, &result));
        assert_true(result.stopped && result.facts.stopped);
        assert_int_equal(result.facts.emitted_by_flush, 0);
        assert_true(ls_path_exists("stream/summary.json"));
        assert_false(ls_path_exists("stream/manifest.json"));
        assert_false(ls_path_exists("stream/datasets/SHA256SUMS"));
        size_t rows = 0;
        for (size_t v = 0; v < p->views->count; v++) {
            char path[256];
            snprintf(path, sizeof path, "stream/datasets/views/%s.avro",
                     p->views->views[v].spec->name);
            rows += rows_of(p, path);
        }
        assert_int_equal(rows, result.facts.emitted_by_watermark);
        g.finished = true;
        write_manifest_of(&g);
        FINE(p, follow(&g, &(struct follower){.g = &g}, &result));
        open += result.facts.emitted_by_flush;
        check_whole(&g, seed);
    }
    assert_true(open > LOGS);
}

/* ---- how long alerts are in coming */

enum { MINUTE = 60000, BEAT = 10000, LASTS = 8 * MINUTE, STEP = 4000 };

/* Sales in two partitions of three, and heartbeats in all. */
static void write_plant(struct pipe *p)
{
    struct message m;
    uint8_t value[LS_HEARTBEAT_SIZE_MAX];
    FINE(p, ls_tree_remove("log", &p->base.err));
    struct ls_log *log = begin_log(p, "log:log", 3);
    for (int64_t time_ms = 500; time_ms < LASTS; time_ms += 500) {
        for (uint32_t k = 0; time_ms % BEAT == 0 && k < 3 * TOPICS; k++) {
            struct ls_log_record beat = {.timestamp_ms = time_ms, .value = value};
            beat.value_size = ls_heartbeat_write(time_ms, value);
            FINE(p, ls_log_append(log, k / 3, k % 3, &beat, &p->base.err));
        }
        begin_message(p, &m, SALE, (int)(time_ms / 500), time_ms);
        m.cells[AMOUNT] = number_of(time_ms % 3 ? 90000 : 100);
        m.partition = (uint32_t)(time_ms / 500 % 2);
        encode(p, &m);
        put(p, log, &m);
    }
    end_log(p, log);
}

static int a_step_on(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct follower *f = context;
    (void)err;
    if (done == total && total != f->seen && !f->g->finished) {
        f->seen = total; /* which is another one when the run has looked again */
        f->g->finished = !grow_until(f->g, (int64_t)STEP * ++f->calls);
        write_manifest_of(f->g);
    }
    return 0;
}

static json_int_t fact(const char *rule, const char *name)
{
    json_t *summary = json_load_file("stream/summary.json", 0, NULL);
    const json_t *run = json_object_get(summary, "run");
    const json_t *delay = json_object_get(json_object_get(run, "alert_delay_ms"), rule);
    json_int_t value = json_integer_value(json_object_get(delay, name));
    json_decref(summary);
    return value;
}

static void test_alerts_come_in_time(void **state)
{
    struct pipe *p = *state;
    struct growing g;
    struct draws d = {1, 0};
    struct ls_stream_result result;
    char text[sizeof pipe_spec + 256];
    snprintf(text, sizeof text,
             "%s  alerts:\n    - {name: dear, from: sale, by: [kind], when: \"amount > 500.00\", "
             "severity: INFO}\n",
             pipe_spec);
    pipe_plan(p, text,
              SETS("topics.heartbeat=10s", "pipeline.watermark.topics={sale: {delay: 30s}}"));
    write_plant(p);
    begin_growing(&g, p, &d, 3);
    struct follower f = {.g = &g, .seen = UINT64_MAX};
    struct ls_stream_job job = job_of(p, &d, LS_STREAM_FOLLOW);
    job.progress = a_step_on;
    job.context = &f;
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    check_whole(&g, 0);
    assert_in_range(fact("dear", "rows"), 400, LASTS / 500);
    assert_in_range(fact("dear", "most"), 30000 + 1, 30000 + BEAT + STEP);
    assert_in_range(fact("dear", "p99"), 30000 + 1, fact("dear", "most"));
}

/* ---- --final */

static void refuse(struct pipe *p, const struct ls_stream_job *job, const char *part)
{
    struct ls_stream_result result;
    assert_int_equal(ls_stream_run(job, &result, &p->base.err), LS_E_DATA);
    if (!strstr(p->base.err.text, part)) {
        fail_msg("expected `%s`, got: %s", part, p->base.err.text);
    }
}

static void test_a_final_state_goes_no_further(void **state)
{
    struct pipe *p = *state;
    struct growing g;
    struct draws d;
    struct ls_stream_result result;
    static const enum ls_stream_mode modes[] = {LS_STREAM_ONCE, LS_STREAM_FOLLOW};
    begin(&g, p, &d, 300);
    for (int i = 0; i < 6; i++) {
        grow(&g);
    }
    assert_false(g.finished);
    struct ls_stream_job job = job_of(p, &d, LS_STREAM_ONCE);
    job.final = true;
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    check_whole(&g, 300);
    for (size_t i = 0; i < 2; i++) { /* the same end once more, even where one waits for more */
        job = job_of(p, &d, modes[i]);
        FINE(p, ls_stream_run(&job, &result, &p->base.err));
        assert_int_equal(result.records, 0);
        assert_string_equal(difference(p, "stream/datasets", "batch/datasets"), "");
    }
    uint64_t before = g.there[SALE][0];
    while (g.there[SALE][0] == before) {
        grow(&g);
    }
    for (size_t i = 0; i < 2; i++) {
        job = job_of(p, &d, modes[i]);
        refuse(p, &job, "the state in stream/state was ended with --final, and the log has ");
        assert_string_equal(difference(p, "stream/datasets", "batch/datasets"), "");
    }
}

/* A run that was to be the last and was told to stop was not the last. */
static void test_a_stop_is_not_final(void **state)
{
    struct pipe *p = *state;
    struct growing g;
    struct draws d;
    struct ls_stream_result result;
    begin(&g, p, &d, 400);
    struct follower f = {.g = &g, .stop_after = 4, .code = LS_E_INTERRUPTED};
    struct ls_stream_job job = job_of(p, &d, LS_STREAM_FOLLOW);
    job.final = true;
    job.progress = on_round;
    job.context = &f;
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    assert_true(result.stopped);
    f.stop_after = 0;
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    assert_true(!result.stopped && g.finished);
    check_whole(&g, 400);
}

/* ---- one state, one run */

static int run_beside(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct growing *g = context;
    struct ls_stream_result result;
    struct ls_error other;
    struct ls_stream_job job = job_of(g->p, g->d, LS_STREAM_ONCE);
    (void)done;
    (void)total;
    assert_int_equal(ls_stream_run(&job, &result, &other), LS_E_DATA);
    assert_string_equal(other.text, "another run is working with the state in stream/state");
    return ls_error_set(err, LS_E_INTERRUPTED, "enough");
}

static void test_a_second_run_of_a_state_is_refused(void **state)
{
    struct pipe *p = *state;
    struct growing g;
    struct draws d;
    struct ls_stream_result result;
    begin(&g, p, &d, 500);
    struct ls_stream_job job = job_of(p, &d, LS_STREAM_FOLLOW);
    job.progress = run_beside;
    job.context = &g;
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    assert_true(result.stopped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_once_at_each_step),   PIPE_TEST(test_growing_logs_are_asked_for),
        PIPE_TEST(test_follow_to_the_end),   PIPE_TEST(test_a_stop_flushes_nothing),
        PIPE_TEST(test_alerts_come_in_time), PIPE_TEST(test_a_final_state_goes_no_further),
        PIPE_TEST(test_a_stop_is_not_final), PIPE_TEST(test_a_second_run_of_a_state_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
