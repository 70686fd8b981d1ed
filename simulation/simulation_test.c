#include "simulation/simulation.h"

#include "core/base/file_system.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SPEC  LS_SOURCE_DIR "/tests/simulate/stall.yaml"
#define FILES LS_SOURCE_DIR "/tests/reference/market.yaml"

static int simulate(const char *path, uint64_t seed, uint64_t events,
                    struct ls_simulation_result *out, struct ls_error *err)
{
    const struct ls_layers layers = {.spec_path = path};
    struct ls_spec *spec;
    struct ls_buf report;
    ls_buf_init(&report, "diagnostics", 1U << 20);
    assert_int_equal(ls_spec_load(&layers, &spec, &report, err), 0);
    ls_buf_clear(&report);
    const struct ls_simulation_job job = {.spec = spec, .seed = seed, .events = events};
    int rc = ls_simulate(&job, out, err);
    ls_spec_free(spec);
    assert_ptr_equal(ls_files, &ls_system_files); /* nothing is left behind */
    return rc;
}

static struct ls_simulation_result fine(uint64_t seed, uint64_t events)
{
    struct ls_simulation_result result;
    struct ls_error err;
    if (simulate(SPEC, seed, events, &result, &err) < 0) {
        fail_msg("seed %llu: %s", (unsigned long long)seed, err.text);
    }
    if (result.failed) {
        fail_msg("seed %llu: %s", (unsigned long long)seed, result.text);
    }
    return result;
}

static void every_seed_comes_to_the_batch_runs_bytes(void **state)
{
    uint64_t fired[LS_MISHAP_COUNT] = {0};
    uint64_t runs = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct ls_simulation_result result = fine(seed, 400);
        runs += result.runs;
        assert_true(result.steps > 100);
        for (int i = 0; i < LS_MISHAP_COUNT; i++) {
            fired[i] += result.fired[i];
        }
    }
    assert_true(runs > 60);
    assert_true(fired[LS_MISHAP_KILLED] > 10);
    assert_true(fired[LS_MISHAP_POWER_LOST] > 10);
    assert_true(fired[LS_MISHAP_OTHER_WORKERS] > 10);
}

/* The same seed is the same run, to the step. */
static void a_seed_repeats(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct ls_simulation_result one = fine(seed, 300);
        struct ls_simulation_result again = fine(seed, 300);
        struct ls_simulation_result other = fine(seed + 100, 300);
        assert_memory_equal(&one, &again, sizeof one);
        assert_false(ls_id_equal(one.history, other.history));
    }
}

/* Reference tables that are files of the machine's. */
static void files_of_a_spec_are_on_the_disk(void **state)
{
    struct ls_simulation_result result;
    struct ls_error err;
    (void)state;
    if (simulate(FILES, 1, 300, &result, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_false(result.failed);
}

/* What a simulation makes before anything may go wrong is the simulation's own error. */
static void refused_memory_is_an_error(void **state)
{
    static const unsigned long nths[] = {1, 2, 3, 5, 10, 30, 100, 300};
    (void)state;
    for (size_t i = 0; i < sizeof nths / sizeof *nths; i++) {
        const struct ls_layers layers = {.spec_path = SPEC};
        struct ls_simulation_result result;
        struct ls_spec *spec;
        struct ls_buf report;
        struct ls_error err;
        ls_buf_init(&report, "diagnostics", 1U << 20);
        assert_int_equal(ls_spec_load(&layers, &spec, &report, &err), 0);
        ls_buf_clear(&report);
        const struct ls_simulation_job job = {.spec = spec, .seed = 1, .events = 50};
        ls_mem_refuse(nths[i]);
        int rc = ls_simulate(&job, &result, &err);
        ls_mem_refuse(0);
        assert_true(rc == LS_E_NOMEM || rc == LS_E_IO);
        assert_ptr_equal(ls_files, &ls_system_files);
        ls_spec_free(spec);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_seed_comes_to_the_batch_runs_bytes),
        cmocka_unit_test(a_seed_repeats),
        cmocka_unit_test(files_of_a_spec_are_on_the_disk),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
