/* Stream and batch over many small logs of hostile records: the same bytes, whatever the batch
 * sizes, workers, interleavings, checkpoints, kills and memory; and the rows that the naive
 * recomputation finds. A failure names its seed. */
#include "pipeline/kinds_test.h"
#include "pipeline/runs_test.h"

#include "conformance/naive_internal.h"

#define LOGS            240
#define LARGE_EVERY     60 /* one log of so many makes the sorters spill */
#define WITH_HEARTBEATS 40
#define OF_VERSIONS     24 /* logs of each spec with a schema change */

/* What a run says of itself must add up (P1), and be what the other says. */
static void check_summary(struct pipe *p, struct seen *seen)
{
    json_error_t problem;
    json_t *root = json_load_file("batch/summary.json", 0, &problem);
    json_t *other = json_load_file("stream/summary.json", 0, &problem);
    assert_non_null(root);
    assert_true(json_equal(json_object_get(root, "topics"), json_object_get(other, "topics")));
    json_decref(other);
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(root, "topics"), name, value)
    {
        json_int_t all = json_integer_value(json_object_get(value, "normalized"));
        seen->by_reason[LS_ADMITTED] += (uint64_t)all;
        all += json_integer_value(json_object_get(value, "heartbeats"));
        seen->heartbeats += (uint64_t)json_integer_value(json_object_get(value, "heartbeats"));
        const char *reason;
        json_t *count;
        json_object_foreach(json_object_get(value, "quarantined"), reason, count)
        {
            seen->by_reason[ls_reason_of(reason, strlen(reason))] += (uint64_t)json_integer_value(
                count);
            all += json_integer_value(count);
        }
        assert_int_equal(all, json_integer_value(json_object_get(value, "raw")));
    }
    json_object_foreach(json_object_get(root, "views"), name, value)
    {
        seen->late += (uint64_t)json_integer_value(json_object_get(value, "late"));
    }
    json_decref(root);
    (void)p;
}

/* The inputs of the manifests: records, heartbeats, digests by partition. */
static void check_inputs(void)
{
    json_t *streamed = json_load_file("stream/manifest.json", 0, NULL);
    json_t *batched = json_load_file("batch/manifest.json", 0, NULL);
    assert_non_null(json_object_get(batched, "inputs"));
    assert_true(
        json_equal(json_object_get(streamed, "inputs"), json_object_get(batched, "inputs")));
    json_decref(streamed);
    json_decref(batched);
}

static void one_log(struct pipe *p, uint64_t seed, struct seen *seen)
{
    struct draws d = {ls_stream_key(seed, "differential test"), 0};
    FINE(p, ls_tree_remove("log", &p->base.err));
    FINE(p, ls_tree_remove("stream", &p->base.err));
    FINE(p, ls_tree_remove("batch", &p->base.err));
    uint32_t partitions = 1 + (uint32_t)below(&d, 4);
    seen->empty += write_log(p, &d, partitions, seed % LARGE_EVERY == LARGE_EVERY - 1);
    run_stream(p, &d, seen);
    run_batch(p, &d, seen);
    const char *different = difference(p, "stream/datasets", "batch/datasets");
    if (different[0]) {
        fail_msg("seed %llu: stream and batch differ in %s", (unsigned long long)seed, different);
    }
    check_summary(p, seen);
    check_inputs();
    check_naive(p, seed);
}

static void test_stream_and_batch(void **state)
{
    static const char *const variants[][4] = {
        {NULL},
        {"pipeline.clock=event_time"},
        {"pipeline.dedupe.horizon=0s", "pipeline.watermark.delay=0s"},
        {"pipeline.dedupe.horizon=40s", "pipeline.clock=event_time", "pipeline.max_ahead=30s"},
    };
    enum { VARIANTS = sizeof variants / sizeof *variants };
    struct pipe *p = *state;
    struct seen seen = {0};
    for (uint64_t v = 0; v < VARIANTS; v++) {
        pipe_plan(p, pipe_spec, variants[v]);
        for (uint64_t seed = v * (LOGS / VARIANTS); seed < (v + 1) * (LOGS / VARIANTS); seed++) {
            one_log(p, seed, &seen);
        }
    }
    for (int r = 0; r < LS_REASON_COUNT; r++) {
        if (seen.by_reason[r] == 0) {
            fail_msg("no record was %s", ls_reasons[r].name);
        }
    }
    assert_true(seen.late > 0);
    assert_true(seen.by_watermark > 0);
    assert_true(seen.spilled > 0);
    assert_true(seen.restarts > 0);
    assert_true(seen.empty > 0);
}

/* The same with heartbeats among the records, sane ones and others. */
static void test_heartbeats(void **state)
{
    static const char *const variants[][3] = {
        {"topics.heartbeat=1s"},
        {"topics.heartbeat=1s", "pipeline.clock=event_time"},
    };
    struct pipe *p = *state;
    for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
        struct seen seen = {0};
        pipe_plan(p, pipe_spec, variants[v]);
        for (uint64_t seed = 0; seed < WITH_HEARTBEATS; seed++) {
            one_log(p, seed, &seen);
        }
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            if (seen.by_reason[r] == 0) {
                fail_msg("no record was %s", ls_reasons[r].name);
            }
        }
        assert_true(seen.heartbeats > 1000);
        assert_true(seen.late > 0);
        assert_true(seen.by_watermark > 0);
        assert_true(seen.restarts > 0);
    }
}

/* How the records that a version of sales wrote end; those that do not decode are of none. */
static void count_fates(struct pipe *p, uint64_t counts[LS_SPEC_VERSIONS_MAX][LS_REASON_COUNT])
{
    const struct ls_naive naive = {p->base.spec, "log", "tables", "batch/datasets", false};
    struct naive_world world;
    FINE(p, ls_naive_world_load(&naive, &world, &p->base.err));
    const struct naive_topic *sales = &world.topics[SALE];
    for (size_t i = 0; i < sales->partition_count; i++) {
        for (size_t k = 0; k < sales->partitions[i].count; k++) {
            const struct naive_record *record = &sales->partitions[i].records[k];
            if (record->version) {
                counts[record->version - sales->versions][record->outcome]++;
            }
        }
    }
    ls_arena_clear(&world.arena);
}

/* The same over two versions of a schema: fields added, removed, both. */
static void test_versions(void **state)
{
    static const struct {
        bool adds, removes;
    } variants[] = {{true, false}, {false, true}, {true, true}};
    static const enum ls_reason wanted[] = {LS_ADMITTED,
                                            LS_REASON_ENVELOPE_INVALID,
                                            LS_REASON_CLOCK_SKEW,
                                            LS_REASON_NOT_NULL,
                                            LS_REASON_RANGE,
                                            LS_REASON_REFERENCE_UNKNOWN,
                                            LS_REASON_NORMALIZE_FAILED,
                                            LS_REASON_EXPIRED,
                                            LS_REASON_DUPLICATE,
                                            LS_REASON_DUPLICATE_CONFLICT};
    struct pipe *p = *state;
    struct seen seen = {0};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        uint64_t counts[LS_SPEC_VERSIONS_MAX][LS_REASON_COUNT] = {{0}};
        char *text = spec_of_versions(variants[i].adds, variants[i].removes);
        pipe_plan(p, text, NULL);
        free(text);
        for (uint64_t seed = 0; seed < OF_VERSIONS; seed++) {
            one_log(p, seed, &seen);
            count_fates(p, counts);
        }
        for (size_t r = 0; r < sizeof wanted / sizeof *wanted; r++) {
            bool lacks = variants[i].adds && wanted[r] == LS_REASON_NORMALIZE_FAILED; /* null */
            if (!counts[1][wanted[r]] || (!counts[0][wanted[r]] && !lacks)) {
                fail_msg("no record of one of the versions was %s", ls_reasons[wanted[r]].name);
            }
        }
    }
}

/* Copies on either side of the change: payloads are compared as the readers' version has them. */
static void test_copies_across_versions(void **state)
{
    static const struct {
        size_t version; /* the readers' is 1 */
        int id;
        int64_t claimed, seen, units; /* schema_version, or 0; NO: null */
        const char *till;
        enum ls_reason reason;
    } sales[] = {
#define NO INT64_MIN
        {0, 1, 0, NO, 2, "then", LS_ADMITTED},
        {0, 1, 0, NO, 2, "then", LS_REASON_DUPLICATE},
        {0, 1, 0, NO, 3, "then", LS_REASON_DUPLICATE_CONFLICT},
        {0, 1, 0, NO, 2, "now", LS_REASON_DUPLICATE}, /* nobody reads what differs */
        {1, 1, 0, NO, 2, "", LS_REASON_DUPLICATE},
        {1, 1, 0, 5, 2, "", LS_REASON_DUPLICATE_CONFLICT},
        {0, 2, 3, NO, 2, "then", LS_REASON_ENVELOPE_INVALID},
        {1, 2, 2, NO, 2, "", LS_REASON_ENVELOPE_INVALID},
        {1, 2, 0, 5, 2, "", LS_ADMITTED}, /* those before it were not */
        {0, 2, 0, NO, 2, "then", LS_REASON_DUPLICATE_CONFLICT},
        {1, 3, 0, NO, 2, "", LS_ADMITTED},
        {0, 3, 0, NO, 2, "then", LS_REASON_DUPLICATE},
    };
    enum { SALES = sizeof sales / sizeof *sales };
    struct pipe *p = *state;
    struct draws d = {ls_stream_key(1, "versions"), 0};
    struct seen seen = {0};
    struct naive_world world;
    char *text = spec_of_versions(true, true);
    pipe_plan(p, text, NULL);
    free(text);
    struct ls_log *log = begin_log(p, "log:log", 1);
    for (int i = 0; i < SALES; i++) {
        struct message m;
        begin_message(p, &m, SALE, sales[i].id, i);
        set_version(p, &m, sales[i].version);
        m.cells[LS_COLUMN_SCHEMA_VERSION].number = sales[i].claimed ? sales[i].claimed
                                                                    : 2 + (int)sales[i].version;
        m.cells[SEEN] = sales[i].seen == NO ? null_of() : number_of(sales[i].seen);
        m.cells[AMOUNT] = null_of();
        m.cells[UNITS] = number_of(sales[i].units);
        m.till = sales[i].till;
        encode(p, &m);
        put(p, log, &m);
    }
    end_log(p, log);
    run_stream(p, &d, &seen);
    run_batch(p, &d, &seen);
    assert_string_equal(difference(p, "stream/datasets", "batch/datasets"), "");
    check_naive(p, 0);
    const struct ls_naive naive = {p->base.spec, "log", "tables", "batch/datasets", false};
    FINE(p, ls_naive_world_load(&naive, &world, &p->base.err));
    for (int i = 0; i < SALES; i++) {
        enum ls_reason reason = world.topics[SALE].partitions[0].records[i].outcome;
        if (reason != sales[i].reason) {
            fail_msg("sale %d is %s, should be %s", i, ls_reasons[reason].name,
                     ls_reasons[sales[i].reason].name);
        }
    }
    ls_arena_clear(&world.arena);
}

/* Stream and batch over the log end with these words. */
static void check_both_say(struct pipe *p, unsigned workers, const char *expected)
{
    struct ls_stream_result streamed;
    const struct ls_stream_job stream = {.plan = p->plan,
                                         .views = p->views,
                                         .from = "log:log",
                                         .to = "stream",
                                         .state = "stream/state",
                                         .workers = workers,
                                         .batch = 1};
    assert_int_equal(ls_stream_run(&stream, &streamed, &p->base.err), LS_E_DATA);
    assert_string_equal(p->base.err.text, expected);
    struct ls_batch_result batched;
    const struct ls_batch_job batch = {.plan = p->plan,
                                       .views = p->views,
                                       .from = "log:log",
                                       .to = "batch",
                                       .workers = workers,
                                       .memory = 1};
    assert_int_equal(ls_batch_run(&batch, &batched, &p->base.err), LS_E_DATA);
    assert_string_equal(p->base.err.text, expected);
}

/* A value that does not fit its column ends both runs with the same words (P8). */
static void test_same_error(void **state)
{
    static const char expected[] =
        "view shifted: column total of the window from 1969-12-31T23:59:57.700Z, key 00 (Avro, "
        "hex), does not fit its type";
    struct pipe *p = *state;
    struct ls_log *log = begin_log(p, "log:log", 2);
    for (int i = 0; i < 2; i++) {
        struct message m;
        begin_message(p, &m, SALE, i, i);
        m.partition = (uint32_t)i; /* each alone fits */
        m.cells[SCORE] = number_of(INT64_MAX - 1 + i);
        encode(p, &m);
        put(p, log, &m);
    }
    end_log(p, log);
    check_both_say(p, 2, expected);
}

/* Both runs over two sales of the same entity, with the largest score, end with these words. */
static void check_same_error(struct pipe *p, const char *views, const char *expected)
{
    plan_kinds(p, views, NULL);
    FINE(p, ls_tree_remove("log", &p->base.err));
    FINE(p, ls_tree_remove("stream", &p->base.err));
    struct ls_log *log = begin_log(p, "log:log", 1);
    for (int i = 0; i < 2; i++) {
        struct message m;
        begin_message(p, &m, SALE, i, i);
        m.cells[SCORE] = number_of(INT64_MAX);
        encode(p, &m);
        put(p, log, &m);
    }
    end_log(p, log);
    check_both_say(p, 1, expected);
}

#define CUBE(s) s " * " s " * " s
#define ALERT   "  alerts: [{name: v, from: sale, rolling: {over: 1s}, select: {n: count}, "
#define TOO_LARGE                                                                                  \
    "view v: column x of the window from 1970-01-01T00:00:00.000Z, key  (Avro, hex), does not "    \
    "fit its type"
#define VIEW(of) "  views: [{name: v, " of "}]\n"

/* Of each kind of views, and of each place where a number can be too large. */
static void test_same_errors(void **state)
{
    static const struct {
        const char *views, *expected;
    } cases[] = {
        {ALERT "when: " CUBE("score") " > 1, severity: INFO}]\n",
         "view v: a condition leaves 128 bits at the record with event_id id-0"},
        {ALERT "when: score > 1, clear: " CUBE("score") " < 1, severity: INFO}]\n",
         "view v: a condition leaves 128 bits at the record with event_id id-1"},
        {VIEW("from: sale, rolling: {over: 1s}, select: {x: {expr: " CUBE("score") "}}"),
         "view v: x leaves 128 bits at the record with event_id id-0"},
        {VIEW("join: {left: sale, right: visit, within: 1s, keep: left}, select: {x: {expr: " CUBE(
             "left.score") "}}"),
         "view v: x leaves 128 bits at the record with event_id id-0"},
        {VIEW("from: sale, window: {session: 1s}, select: {x: {sum: score}}"), TOO_LARGE},
        {VIEW("from: sale, window: {tumbling: 1s}, select: {x: {sum: score}}"), TOO_LARGE},
        {VIEW("from: sale, window: {hopping: {size: 2s, every: 1s}}, select: {x: {top: {of: kind, "
              "by: score}}}"),
         "view v: column x: an amount of a top does not fit its type"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_same_error(*state, cases[i].views, cases[i].expected);
    }
}

/* Memory refused to any of several workers ends the run with that error, and no thread is left
 * behind. */
static void test_refused_memory_of_workers(void **state)
{
    struct pipe *p = *state;
    struct draws d = {ls_stream_key(4, "restarts"), 0};
    write_log(p, &d, 2, false);
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused += 7) {
        struct ls_stream_result result;
        const struct ls_stream_job job = {.plan = p->plan,
                                          .views = p->views,
                                          .from = "log:log",
                                          .to = "stream",
                                          .state = "stream/state",
                                          .workers = 3,
                                          .batch = 16};
        FINE(p, ls_tree_remove("stream", &p->base.err));
        ls_mem_refuse(refused + 1);
        rc = ls_stream_run(&job, &result, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        assert_int_equal(ls_path_exists("stream/summary.json"), rc == 0);
    }
    refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused += 7) {
        struct ls_batch_result result;
        const struct ls_batch_job job = {.plan = p->plan,
                                         .views = p->views,
                                         .from = "log:log",
                                         .to = "batch",
                                         .workers = 3,
                                         .memory = 1};
        ls_mem_refuse(refused + 1);
        rc = ls_batch_run(&job, &result, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        assert_int_equal(ls_path_exists("batch/summary.json"), rc == 0);
    }
    assert_string_equal(difference(p, "stream/datasets", "batch/datasets"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_stream_and_batch),
        PIPE_TEST(test_heartbeats),
        PIPE_TEST(test_versions),
        PIPE_TEST(test_copies_across_versions),
        PIPE_TEST(test_same_error),
        PIPE_TEST(test_same_errors),
        PIPE_TEST(test_refused_memory_of_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
