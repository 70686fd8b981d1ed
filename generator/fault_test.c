#include "generator/fault.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct ls_ratio always = {1, 1};

static struct ls_plan_fault fault_of(struct ls_ratio rate, uint64_t types)
{
    return (struct ls_plan_fault){.chance = ls_chance_of(rate),
                                  .key = ls_mix(1),
                                  .types = types,
                                  .to_ms = INT64_MAX,
                                  .entities = ls_chance_of(always),
                                  .entity_key = ls_mix(2)};
}

static void faults_have_names(void **state)
{
    (void)state;
    for (int a = 0; a < LS_FAULT_COUNT; a++) {
        const char *name = ls_fault_name((enum ls_fault)a);
        assert_true(name && *name);
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(name, ls_fault_name((enum ls_fault)b));
        }
    }
    assert_string_equal(ls_fault_name(LS_FAULT_NONE), "none");
    assert_string_equal(ls_fault_name(LS_FAULT_CLOCK_AHEAD), "clock_ahead");
    assert_string_equal(ls_fault_name(LS_FAULT_UNKNOWN_REFERENCE), "unknown_reference");
    assert_string_equal(ls_fault_name(LS_FAULT_CONFLICT), "conflict");
}

static void copies_are_no_damage(void **state)
{
    (void)state;
    for (int f = 0; f < LS_FAULT_COUNT; f++) {
        bool other = f == LS_FAULT_NONE || f == LS_FAULT_DUPLICATE || f == LS_FAULT_CONFLICT;
        assert_true(ls_fault_damages((enum ls_fault)f) == !other);
    }
}

/* Of the first 100,000 events of a type. */
static size_t struck(const struct ls_plan_fault *fault, struct ls_struck e)
{
    size_t count = 0;
    for (e.index = 0; e.index < 100000; e.index++) {
        count += ls_fault_strikes(fault, &e);
    }
    return count;
}

static void check_rate(size_t count, double p)
{
    double bound = 5 * sqrt(100000 * p * (1 - p));
    if (fabs((double)count - 100000 * p) > bound) {
        fail_msg("%zu of 100000, expected %.1f +- %.1f", count, 100000 * p, bound);
    }
}

static void they_strike_at_their_rate(void **state)
{
    static const struct ls_ratio rates[] = {{0, 1}, {1, 1000}, {1, 7}, {2, 3}, {1, 1}};
    (void)state;
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct ls_plan_fault fault = fault_of(rates[k], UINT64_MAX);
        size_t count = struck(&fault, (struct ls_struck){0});
        check_rate(count, (double)rates[k].part / (double)rates[k].whole);
        fault.narrow = true; /* by nothing: the same ones */
        assert_int_equal(struck(&fault, (struct ls_struck){0}), count);
        for (uint64_t i = 0; i < 1000; i++) {
            const struct ls_struck e = {i, 5, 77, 9};
            assert_int_equal(ls_fault_strikes(&fault, &e),
                             ls_hit(ls_word(fault.key, i, 0), rates[k]));
        }
    }
}

static void the_last_word_that_hits_strikes(void **state)
{
    struct ls_plan_fault fault = fault_of(always, 1);
    const struct ls_struck e = {.index = 12};
    (void)state;
    fault.chance.last = ls_word(fault.key, 12, 0);
    assert_true(ls_fault_strikes(&fault, &e));
    fault.chance.possible = false;
    assert_false(ls_fault_strikes(&fault, &e));
    fault.chance = (struct ls_chance){true, fault.chance.last - 1};
    assert_false(ls_fault_strikes(&fault, &e));
}

static void they_strike_their_event_types_alone(void **state)
{
    static const struct {
        uint64_t types;
        unsigned type;
        bool strikes;
    } cases[] = {
        {0, 0, false},          {1, 0, true},
        {1, 1, false},          {UINT64_C(1) << 63, 63, true},
        {UINT64_MAX, 63, true}, {UINT64_MAX >> 1, 63, false},
        {6, 2, true},           {6, 3, false},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_plan_fault fault = fault_of(always, cases[k].types);
        const struct ls_struck e = {3, cases[k].type, 0, 0};
        assert_int_equal(ls_fault_strikes(&fault, &e), cases[k].strikes);
    }
}

static void they_strike_at_their_time_alone(void **state)
{
    static const struct {
        int64_t from_ms, to_ms, scheduled_ms;
        bool strikes;
    } cases[] = {
        {1000, 2000, 999, false},      {1000, 2000, 1000, true},
        {1000, 2000, 1999, true},      {1000, 2000, 2000, false},
        {1000, INT64_MAX, 999, false}, {1000, INT64_MAX, INT64_C(1) << 60, true},
        {-500, -400, -450, true},      {-500, -400, 0, false},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct ls_plan_fault fault = fault_of(always, UINT64_MAX);
        fault.narrow = true;
        fault.from_ms = cases[k].from_ms;
        fault.to_ms = cases[k].to_ms;
        const struct ls_struck e = {3, 0, cases[k].scheduled_ms, 0};
        assert_int_equal(ls_fault_strikes(&fault, &e), cases[k].strikes);
    }
}

/* A share of them, at the same rate as all would be; which ones is no matter of the event. */
static void they_strike_some_entities_alone(void **state)
{
    struct ls_plan_fault fault = fault_of((struct ls_ratio){1, 4}, UINT64_MAX);
    size_t victims = 0;
    (void)state;
    fault.narrow = true;
    fault.entities = ls_chance_of((struct ls_ratio){1, 20});
    for (uint64_t n = 0; n < 2000; n++) {
        size_t count = 0;
        for (uint64_t i = 0; i < 100; i++) {
            const struct ls_struck e = {1000 * n + i, 0, 0, n};
            count += ls_fault_strikes(&fault, &e);
        }
        assert_true(count == 0 || (count > 3 && count < 60));
        victims += count > 0;
    }
    assert_in_range(victims, 100 - 49, 100 + 49);
    for (uint64_t n = 0; n < 2000; n++) {
        if (ls_strikes(fault.entities, ls_word(fault.entity_key, n, 0))) {
            check_rate(struck(&fault, (struct ls_struck){0, 0, 0, n}), .25);
            return;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_have_names),
        cmocka_unit_test(copies_are_no_damage),
        cmocka_unit_test(they_strike_at_their_rate),
        cmocka_unit_test(the_last_word_that_hits_strikes),
        cmocka_unit_test(they_strike_their_event_types_alone),
        cmocka_unit_test(they_strike_at_their_time_alone),
        cmocka_unit_test(they_strike_some_entities_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
