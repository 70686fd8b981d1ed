#include "simulation/schedule.h"

#include "pipeline/hostile_test.h"

#define SEEDS 40

/* How often the runs of all seeds did what a schedule may do. */
struct seen {
    uint64_t rounds, checkpoints, without;
};

static void one_seed(struct pipe *p, uint64_t seed, struct seen *seen, struct ls_id *history)
{
    struct ls_sim sim;
    struct ls_sim_schedule schedule = {.sim = &sim};
    struct ls_stream_result result;
    ls_sim_begin(&sim, seed);
    sim.on = true;
    ls_sim_schedule_begin(&schedule);
    const struct ls_stream_scheduler scheduler = ls_sim_scheduler(&schedule);
    const struct ls_stream_job job = {
        .plan = p->plan,
        .views = p->views,
        .from = "log:log",
        .to = "out",
        .state = "out/state",
        .workers = 1 + (unsigned)(seed % 4),
        .ahead_ms = seed % 3 ? 0 : 500,
    };
    FINE(p, ls_tree_remove("out", &p->base.err));
    FINE(p, ls_stream_run_by(&job, &scheduler, &result, &p->base.err));
    const char *different = difference(p, "out/datasets", "whole/datasets");
    if (different[0]) {
        fail_msg("seed %llu: %s differs", (unsigned long long)seed, different);
    }
    seen->rounds += schedule.rounds;
    seen->checkpoints += result.facts.checkpoints - 1; /* one at the end */
    seen->without += result.facts.checkpoints == 1;
    assert_int_equal(result.facts.elapsed_us, schedule.now_ns / 1000);
    *history = sim.history;
}

static void test_whatever_the_schedule(void **state)
{
    struct pipe *p = *state;
    struct draws d = {ls_stream_key(3, "schedules"), 0};
    struct ls_stream_result result;
    struct seen seen = {0};
    const struct ls_stream_job plain = {.plan = p->plan,
                                        .views = p->views,
                                        .from = "log:log",
                                        .to = "whole",
                                        .state = "whole/state",
                                        .workers = 1,
                                        .batch = 100};
    write_log(p, &d, 3, false);
    FINE(p, ls_stream_run(&plain, &result, &p->base.err));
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct ls_id history;
        struct ls_id again;
        one_seed(p, seed, &seen, &history);
        one_seed(p, seed, &seen, &again);
        assert_true(ls_id_equal(history, again));
    }
    assert_true(seen.rounds > (uint64_t)2 * SEEDS);
    assert_true(seen.checkpoints > SEEDS);
    assert_true(seen.without > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PIPE_TEST(test_whatever_the_schedule)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
