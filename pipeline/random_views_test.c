/* Views and alert rules of every kind, as draws write them, over hostile logs: stream and batch
 * give the same bytes, through every interleaving, kill, restart and range that grows (contract P5
 * to P8, P10). A failure names its seed and shows the views. */
#include "pipeline/random_views_test.h"

#include "pipeline/runs_test.h"

#define SPECS 60
#define LOGS  3 /* of each spec */

static void one_log(struct pipe *p, struct draws *d, struct seen *seen)
{
    FINE(p, ls_tree_remove("log", &p->base.err));
    FINE(p, ls_tree_remove("stream", &p->base.err));
    FINE(p, ls_tree_remove("batch", &p->base.err));
    uint32_t partitions = 1 + (uint32_t)below(d, 4);
    seen->empty += write_log(p, d, partitions, false);
    if (one_in(d, 3)) {
        write_shorter(p, d, partitions);
        run_shorter(p, d);
    }
    run_stream(p, d, seen);
    run_batch(p, d, seen);
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

static void test_stream_and_batch(void **state)
{
    struct pipe *p = *state;
    struct seen seen = {0};
    const char *from = getenv("LS_SEED");
    uint64_t begin = from ? strtoull(from, NULL, 10) : 0;
    uint64_t end = begin + (getenv("LS_SEEDS") ? strtoull(getenv("LS_SEEDS"), NULL, 10) : SPECS);
    for (uint64_t seed = begin; seed < end; seed++) {
        struct draws d = {ls_stream_key(seed, "random views"), 0};
        struct author a;
        write_views(&a, &d);
        plan_at_random(p, &a);
        for (int i = 0; i < LOGS; i++) {
            one_log(p, &d, &seen);
            const char *different = difference(p, "stream/datasets", "batch/datasets");
            if (different[0]) {
                fail_msg("seed %llu: stream and batch differ in %s of\n%s",
                         (unsigned long long)seed, different, ls_buf_text(&a.text, &a.err));
            }
        }
        ls_buf_clear(&a.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_stream_and_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
