#include "core/sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void each_mishap_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        assert_non_null(ls_mishaps[i].name);
        assert_non_null(ls_mishaps[i].text);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(ls_mishaps[i].name, ls_mishaps[k].name);
        }
    }
}

/* Asks for every kind of mishap so often. */
static void ask(struct ls_sim *sim, int times)
{
    for (int t = 0; t < times; t++) {
        for (int i = 0; i < LS_MISHAP_COUNT; i++) {
            (void)ls_sim_strikes(sim, (enum ls_mishap)i);
        }
    }
}

static void the_same_seed_is_the_same_run(void **state)
{
    struct ls_sim one;
    struct ls_sim again;
    struct ls_sim other;
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        ls_sim_begin(&one, seed);
        ls_sim_begin(&again, seed);
        ls_sim_begin(&other, seed + 1);
        one.on = again.on = other.on = true;
        ask(&one, 100);
        ask(&again, 100);
        ask(&other, 100);
        assert_memory_equal(&one.history, &again.history, sizeof one.history);
        assert_memory_equal(one.fired, again.fired, sizeof one.fired);
        assert_memory_not_equal(&one.history, &other.history, sizeof one.history);
    }
}

static void every_fact_is_in_the_history(void **state)
{
    struct ls_sim one;
    struct ls_sim other;
    (void)state;
    for (int changed = 0; changed < 5; changed++) {
        ls_sim_begin(&one, 1);
        ls_sim_begin(&other, 1);
        one.on = other.on = true;
        ls_sim_note(&one, 1, 2, 3, 4);
        ls_sim_note(&other, 1 + (changed == 1), 2 + (changed == 2), 3 + (changed == 3),
                    4 + (changed == 4));
        assert_int_equal(ls_id_equal(one.history, other.history), changed == 0);
        assert_int_equal(one.steps, 1);
    }
}

static void nothing_happens_while_it_is_off(void **state)
{
    static const uint64_t none[LS_MISHAP_COUNT];
    struct ls_sim sim;
    (void)state;
    ls_sim_begin(&sim, 7);
    ask(&sim, 10000);
    ls_sim_note(&sim, 1, 2, 3, 4);
    assert_memory_equal(sim.fired, none, sizeof none);
    assert_int_equal(sim.steps, 0);
    assert_true(ls_id_equal(sim.history, (struct ls_id){0, 0}));
}

/* Hard mishaps are numbered, so that a simulation comes to its end; the others go on. */
static void hard_mishaps_come_to_an_end(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct ls_sim sim;
        ls_sim_begin(&sim, seed);
        sim.on = true;
        uint64_t hard_max = sim.hard_max;
        ask(&sim, 20000);
        uint64_t hard = 0;
        for (int i = 0; i < LS_MISHAP_COUNT; i++) {
            hard += ls_mishaps[i].hard ? sim.fired[i] : 0;
        }
        assert_int_equal(hard, hard_max - sim.hard_max);
    }
}

/* While it is calm, the others strike alone; then hard ones do again. */
static void hard_mishaps_wait(void **state)
{
    struct ls_sim sim;
    (void)state;
    ls_sim_begin(&sim, 7);
    sim.on = true;
    sim.hard_max = 1000;
    sim.chances[LS_MISHAP_KILLED] = sim.chances[LS_MISHAP_SHORT_READ] = ls_chance_of(
        (struct ls_ratio){1, 2});
    ls_sim_calm(&sim, 300);
    uint64_t until = sim.steps + 300;
    while (sim.steps < until) {
        assert_false(ls_sim_strikes(&sim, LS_MISHAP_KILLED));
        (void)ls_sim_strikes(&sim, LS_MISHAP_SHORT_READ);
        ls_sim_note(&sim, 1, 2, 3, 4);
    }
    assert_true(sim.fired[LS_MISHAP_SHORT_READ] > 0);
    for (int i = 0; i < 100; i++) {
        (void)ls_sim_strikes(&sim, LS_MISHAP_KILLED);
    }
    assert_in_range(sim.fired[LS_MISHAP_KILLED], 20, 80);
}

/* Each kind of mishap is off in some runs and frequent in others; none is certain. */
static void a_seed_sets_the_odds(void **state)
{
    enum { SEEDS = 100, TIMES = 2000 };
    unsigned without[LS_MISHAP_COUNT] = {0};
    unsigned with[LS_MISHAP_COUNT] = {0};
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct ls_sim sim;
        ls_sim_begin(&sim, seed);
        sim.on = true;
        for (int i = 0; i < LS_MISHAP_COUNT; i++) {
            sim.hard_max = TIMES + 1;
            for (int t = 0; t < TIMES; t++) {
                (void)ls_sim_strikes(&sim, (enum ls_mishap)i);
            }
            with[i] += sim.fired[i] > 0;
            without[i] += sim.fired[i] == 0;
            assert_true(sim.fired[i] < TIMES * 2 / 3);
        }
    }
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        if (without[i] < SEEDS / 10 || (ls_mishaps[i].one_in && with[i] < SEEDS / 4)) {
            fail_msg("%s: in %u runs of %d", ls_mishaps[i].name, with[i], SEEDS);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mishap_has_a_name_of_its_own),
        cmocka_unit_test(the_same_seed_is_the_same_run),
        cmocka_unit_test(every_fact_is_in_the_history),
        cmocka_unit_test(nothing_happens_while_it_is_off),
        cmocka_unit_test(hard_mishaps_come_to_an_end),
        cmocka_unit_test(hard_mishaps_wait),
        cmocka_unit_test(a_seed_sets_the_odds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
