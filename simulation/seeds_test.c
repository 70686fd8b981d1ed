#include "simulation/seeds.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What becomes of seeds. */
struct world {
    uint64_t fails_from, fails_to; /* these fail; 0: none */
    uint64_t dies, refused;        /* this one's process dies; this one cannot be simulated */
    uint64_t calls;                /* of progress */
    uint64_t stop_at;              /* the call of progress that ends it; 0: none */
};

static int simulate(void *context, uint64_t seed, struct ls_simulation_result *out,
                    struct ls_error *err)
{
    const struct world *w = context;
    memset(out, 0, sizeof *out);
    if (seed == w->dies) {
        signal(SIGTERM, SIG_DFL);
        raise(SIGTERM);
    }
    if (seed == w->refused) {
        return ls_error_set(err, LS_E_DATA, "seed %llu is none", (unsigned long long)seed);
    }
    out->failed = w->fails_from && seed >= w->fails_from && seed <= w->fails_to;
    out->runs = seed;
    out->records = 10;
    out->steps = 2 * seed;
    out->history = (struct ls_id){ls_mix(seed), seed};
    out->fired[seed % LS_MISHAP_COUNT] = 1;
    return 0;
}

static int progress(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct world *w = context;
    assert_true(done <= total);
    return ++w->calls == w->stop_at ? ls_error_set(err, LS_E_INTERRUPTED, "stopped") : 0;
}

static int run(struct world *w, uint64_t first, uint64_t last, unsigned jobs,
               struct ls_seeds_result *out, struct ls_error *err)
{
    const struct ls_seeds_job job = {first, last, jobs, simulate, progress, w};
    return ls_simulate_seeds(&job, out, err);
}

/* Whatever the number of processes. */
static void sums_are_the_same(void **state)
{
    struct ls_seeds_result alone;
    struct ls_error err;
    (void)state;
    assert_int_equal(run(&(struct world){0}, 5, 104, 1, &alone, &err), 0);
    assert_false(alone.failed);
    assert_int_equal(alone.seeds, 100);
    assert_int_equal(alone.runs, (5 + 104) * 50);
    assert_int_equal(alone.records, 1000);
    assert_int_equal(alone.steps, 2 * alone.runs);
    assert_true(alone.fired[0] >= 3);
    for (unsigned jobs = 2; jobs <= 7; jobs++) {
        struct ls_seeds_result others;
        assert_int_equal(run(&(struct world){0}, 5, 104, jobs, &others, &err), 0);
        assert_memory_equal(&alone, &others, sizeof alone);
    }
    struct ls_seeds_result other;
    assert_int_equal(run(&(struct world){0}, 6, 105, 1, &other, &err), 0);
    assert_false(ls_id_equal(alone.history, other.history));
}

static void more_processes_than_seeds(void **state)
{
    struct ls_seeds_result result;
    struct ls_error err;
    (void)state;
    assert_int_equal(run(&(struct world){0}, 3, 4, LS_SEEDS_JOBS_MAX, &result, &err), 0);
    assert_int_equal(result.seeds, 2);
}

static void the_first_failure_is_told(void **state)
{
    static const struct {
        struct world world;
        uint64_t seed;
        int died_of;
    } cases[] = {
        {{.fails_from = 40, .fails_to = 60}, 40, 0},
        {{.fails_from = 1, .fails_to = 100}, 1, 0},
        {{.fails_from = 100, .fails_to = 100}, 100, 0},
        {{.dies = 31}, 31, SIGTERM},
        {{.dies = 31, .fails_from = 30, .fails_to = 30}, 30, 0},
        {{.dies = 31, .fails_from = 32, .fails_to = 90}, 31, SIGTERM},
        {{.refused = 50, .fails_from = 49, .fails_to = 49}, 49, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (unsigned jobs = 1; jobs <= 4; jobs++) {
            struct world world = cases[i].world;
            struct ls_seeds_result result;
            struct ls_error err;
            assert_int_equal(run(&world, 1, 100, jobs, &result, &err), 0);
            assert_true(result.failed);
            assert_int_equal(result.failed_seed, cases[i].seed);
            assert_int_equal(result.died_of, cases[i].died_of);
        }
    }
}

static void a_seed_that_is_none_is_an_error(void **state)
{
    (void)state;
    for (unsigned jobs = 1; jobs <= 4; jobs++) {
        struct world world = {.refused = 50, .fails_from = 51, .fails_to = 90};
        struct ls_seeds_result result;
        struct ls_error err;
        assert_int_equal(run(&world, 1, 100, jobs, &result, &err), LS_E_DATA);
        assert_string_equal(err.text, "seed 50 is none");
    }
}

static int for_ever(void *context, uint64_t seed, struct ls_simulation_result *out,
                    struct ls_error *err)
{
    static volatile bool ever = true;
    (void)context;
    (void)seed;
    (void)out;
    (void)err;
    while (ever) {
    }
    return 0;
}

static void progress_ends_it(void **state)
{
    struct world world = {.stop_at = 2};
    struct ls_seeds_result result;
    struct ls_error err;
    const struct ls_seeds_job job = {1, 100, 3, for_ever, progress, &world};
    (void)state;
    assert_int_equal(ls_simulate_seeds(&job, &result, &err), LS_E_INTERRUPTED);
    assert_string_equal(err.text, "stopped");
    assert_int_equal(world.calls, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_the_same),
        cmocka_unit_test(more_processes_than_seeds),
        cmocka_unit_test(the_first_failure_is_told),
        cmocka_unit_test(a_seed_that_is_none_is_an_error),
        cmocka_unit_test(progress_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
