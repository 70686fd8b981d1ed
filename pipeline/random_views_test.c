/* Views and alert rules of every kind, as draws write them, over hostile logs: stream and batch
 * give the same bytes, through every interleaving, kill, restart and range that grows, and the rows
 * that the naive recomputation finds (contract P5 to P8, P10, C7). A failure names its seed. */
#include "pipeline/random_views_test.h"

#include "pipeline/runs_test.h"

#include <jansson.h>

#define SPECS       60
#define LOGS        3  /* of each spec */
#define LARGE_EVERY 15 /* one spec of so many has a log that makes sorters spill and chains end */

/* What all of it must have shown (contract C3), by the first letter of the view's name. */
struct shown {
    uint64_t rows[128], late[128];
};

static void count_rows(struct shown *shown)
{
    const char *name;
    json_t *value;
    json_t *root = json_load_file("batch/summary.json", 0, NULL);
    json_object_foreach(json_object_get(root, "views"), name, value)
    {
        size_t kind = (size_t)name[0];
        shown->rows[kind] += (uint64_t)json_integer_value(json_object_get(value, "rows"));
        shown->late[kind] += (uint64_t)json_integer_value(json_object_get(value, "late"));
    }
    json_decref(root);
}

static void one_log(struct pipe *p, struct draws *d, bool large, struct seen *seen,
                    struct shown *shown)
{
    FINE(p, ls_tree_remove("log", &p->base.err));
    FINE(p, ls_tree_remove("stream", &p->base.err));
    FINE(p, ls_tree_remove("batch", &p->base.err));
    uint32_t partitions = 1 + (uint32_t)below(d, 4);
    seen->empty += write_log(p, d, partitions, large);
    if (one_in(d, 3)) {
        write_shorter(p, d, partitions);
        run_shorter(p, d);
    }
    run_stream(p, d, seen);
    run_batch(p, d, seen);
    count_rows(shown);
}

/* Settings that decide what is late and when rows come out. */
static void plan_at_random(struct pipe *p, struct author *a)
{
    static const char *const sets[][4] = {
        {NULL},
        {"pipeline.clock=event_time"},
        {"pipeline.watermark.delay=0s", "pipeline.watermark.topics.visit.delay=3s"},
        {"pipeline.watermark.delay=5s", "pipeline.dedupe.horizon=1m"},
        {"pipeline.watermark.delay=0s", "pipeline.watermark.topics.visit.delay=0s",
         "pipeline.dedupe.horizon=20s"},
    };
    plan_kinds(p, ls_buf_text(&a->text, &a->err), CHOOSE(a->d, sets));
}

static void one_spec(struct pipe *p, uint64_t seed, struct seen *seen, struct shown *shown)
{
    struct draws d = {ls_stream_key(seed, "random views"), 0};
    struct author a;
    write_views(&a, &d);
    plan_at_random(p, &a);
    for (int i = 0; i < LOGS; i++) {
        one_log(p, &d, i == 0 && seed % LARGE_EVERY == LARGE_EVERY - 1, seen, shown);
        const char *different = difference(p, "stream/datasets", "batch/datasets");
        if (different[0]) {
            fail_msg("seed %llu: stream and batch differ in %s of\n%s", (unsigned long long)seed,
                     different, ls_buf_text(&a.text, &a.err));
        }
        check_naive(p, seed);
    }
    ls_buf_clear(&a.text);
}

static void test_stream_and_batch(void **state)
{
    struct pipe *p = *state;
    struct seen seen = {0};
    struct shown shown = {{0}, {0}};
    for (uint64_t seed = 0; seed < SPECS; seed++) {
        one_spec(p, seed, &seen, &shown);
    }
    for (const char *kind = "wrja"; *kind; kind++) {
        assert_true(shown.rows[(size_t)*kind] > 100 && shown.late[(size_t)*kind] > 100);
    }
    assert_true(seen.by_watermark > 1000);
    assert_true(seen.restarts > 10);
    assert_true(seen.empty > 0);
    assert_true(seen.spilled > 0);
}

/* Memory refused at any moment ends a run with that error; the stream goes on from what it has
 * saved. */
static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    struct draws d = {ls_stream_key(7, "refused"), 0};
    struct seen seen = {0};
    plan_kinds(p, kinds_views, NULL);
    write_log(p, &d, 2, false);
    run_batch(p, &d, &seen);
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused += 17) {
        struct ls_stream_result result;
        struct ls_stream_job job = random_job(p, &d);
        job.checkpoint_records = 30;
        job.workers = 1;
        if (refused % 2) {
            FINE(p, ls_tree_remove("stream", &p->base.err));
        }
        ls_mem_refuse(refused + 1);
        rc = ls_stream_run(&job, &result, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
    }
    assert_string_equal(difference(p, "stream/datasets", "batch/datasets"), "");
    refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused += 17) {
        struct ls_batch_result result;
        const struct ls_batch_job job = {.plan = p->plan,
                                         .views = p->views,
                                         .from = "log:log",
                                         .to = "batch",
                                         .workers = 1,
                                         .memory = 1};
        ls_mem_refuse(refused + 1);
        rc = ls_batch_run(&job, &result, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
    }
    assert_string_equal(difference(p, "stream/datasets", "batch/datasets"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_stream_and_batch),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
