#include "generator/arrival.h"

#include "core/base/civil.h"
#include "core/base/draw.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PHASES_MAX = 8 };

struct schedule {
    struct ls_arena arena;
    struct ls_spec_phase phases[PHASES_MAX];
    struct ls_spec spec;
    struct ls_arrival arrival;
    struct ls_error err;
};

/* Phases of (count, per ms, length in ms). */
struct given {
    uint64_t count, per_ms;
    int64_t length_ms;
};

static void compile(struct schedule *s, int64_t start_ms, const struct given *phases, size_t count)
{
    memset(s, 0, sizeof *s);
    ls_arena_init(&s->arena, "test arrival", 1U << 20);
    for (size_t i = 0; i < count; i++) {
        s->phases[i].rate = (struct ls_rate){phases[i].count, phases[i].per_ms};
        s->phases[i].length_ms = phases[i].length_ms;
    }
    s->spec.arrival = (struct ls_items){count, s->phases, NULL};
    s->spec.start_ms = start_ms;
    assert_int_equal(ls_arrival_compile(&s->spec, &s->arena, &s->arrival, &s->err), 0);
}

/* How many events come before a time is the exact inverse of when event i comes: events below the
 * answer come before, the others do not. */
static void check_before(const struct ls_arrival *a, int64_t time_ms)
{
    uint64_t before = ls_arrival_before(a, time_ms);
    assert_true(before <= a->total);
    assert_true(before == 0 || ls_arrival_time(a, before - 1) < time_ms);
    assert_true(before == a->total || ls_arrival_time(a, before) >= time_ms);
}

/* The first `events` events, one by one. */
static void check_events(const struct ls_arrival *a, uint64_t events)
{
    int64_t last = INT64_MIN;
    for (uint64_t i = 0; i < events && i < a->total; i++) {
        int64_t time = ls_arrival_time(a, i);
        assert_true(time >= last);
        last = time;
        check_before(a, time);
        check_before(a, time + 1);
    }
}

static void phases_hold_the_floor_of_their_rate(void **state)
{
    static const struct {
        struct given phase;
        uint64_t count;
    } cases[] = {
        {{90, 1000, 1800000}, 162000},
        {{1, 1000, 999}, 0},
        {{1, 1000, 1000}, 1},
        {{1, 1000, 1999}, 1},
        {{1, 3, 10}, 3},
        {{7, 3, 10}, 23},
        {{333, 1000, 1500}, 499},
        {{1, 86400000, 86399999}, 0},
        {{10000, 1, 5}, 50000},
        {{0, 1000, 5000}, 0},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct schedule s;
        compile(&s, 1000, &cases[k].phase, 1);
        assert_true(s.arrival.total == cases[k].count);
        assert_true(s.arrival.phases[0].count == cases[k].count);
        for (uint64_t i = 0; i < cases[k].count; i++) {
            int64_t time = ls_arrival_time(&s.arrival, i);
            assert_true(time >= 1000 && time < 1000 + cases[k].phase.length_ms);
        }
        check_before(&s.arrival, 1000 + cases[k].phase.length_ms);
        ls_arena_clear(&s.arena);
    }
}

static void events_are_spread_evenly(void **state)
{
    static const struct given phases[] = {{3, 10, 100}, {1, 7, 22}, {2, 1, 0}};
    static const int64_t times[] = {0,   3,   6,   10,  13, 16, 20, 23, 26, 30,
                                    33,  36,  40,  43,  46, 50, 53, 56, 60, 63,
                                    66,  70,  73,  76,  80, 83, 86, 90, 93, 96, /* 30 */
                                    100, 107, 114,                              /* 3 */
                                    122, 122, 123, 123, 124};
    struct schedule s;
    (void)state;
    compile(&s, -50, phases, 3);
    assert_int_equal(s.arrival.phases[1].first, 30);
    assert_int_equal(s.arrival.phases[1].start_ms, 50);
    assert_int_equal(s.arrival.phases[2].first, 33);
    assert_int_equal(s.arrival.phases[2].start_ms, 72);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        assert_int_equal(ls_arrival_time(&s.arrival, i), times[i] - 50);
    }
    ls_arena_clear(&s.arena);
}

static void before_is_the_inverse_of_time(void **state)
{
    uint64_t key = ls_stream_key(1, "arrival_test");
    (void)state;
    for (uint64_t k = 0; k < 300; k++) {
        struct given phases[PHASES_MAX];
        size_t count = 1 + ls_below(ls_word(key, k, 0), PHASES_MAX);
        for (size_t p = 0; p < count; p++) {
            uint64_t length = ls_below(ls_word(key, k, 10 + p), 2000);
            phases[p] = (struct given){1 + ls_below(ls_word(key, k, 20 + p), 50),
                                       1 + ls_below(ls_word(key, k, 30 + p), 3000),
                                       1 + (int64_t)length};
        }
        if (k % 2) {
            phases[count - 1].length_ms = 0; /* endless */
        }
        struct schedule s;
        int64_t start = (int64_t)ls_below(ls_word(key, k, 1), 4000) - 2000;
        compile(&s, start, phases, count);
        check_events(&s.arrival, 3000);
        for (int64_t time = start - 5; time < start + 20000; time += 1 + (int64_t)(k % 13)) {
            check_before(&s.arrival, time);
        }
        ls_arena_clear(&s.arena);
    }
}

/* Phases without an event are passed over, wherever they stand. */
static void empty_phases_hold_nothing(void **state)
{
    static const struct given phases[] = {{1, 1000, 10},  {1, 1000, 10}, {1, 5, 20},
                                          {1, 1000, 999}, {1, 5, 20},    {1, 1000, 10}};
    struct schedule s;
    (void)state;
    compile(&s, 0, phases, 6);
    static const int64_t times[] = {20, 25, 30, 35, 1039, 1044, 1049, 1054};
    assert_int_equal(s.arrival.total, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(ls_arrival_time(&s.arrival, i), times[i]);
    }
    check_events(&s.arrival, 8);
    assert_int_equal(ls_arrival_before(&s.arrival, 20), 0);
    assert_int_equal(ls_arrival_before(&s.arrival, 21), 1);
    assert_int_equal(ls_arrival_before(&s.arrival, 1039), 4);
    assert_int_equal(ls_arrival_before(&s.arrival, INT64_MAX), 8);
    ls_arena_clear(&s.arena);
    compile(&s, 0, phases, 2);
    assert_int_equal(s.arrival.total, 0);
    assert_int_equal(ls_arrival_before(&s.arrival, INT64_MAX), 0);
    ls_arena_clear(&s.arena);
}

static void large_numbers_keep_exact(void **state)
{
    static const int64_t century = INT64_C(36500) * 86400000;
    static const struct given phases[] = {
        {10000, 1, century}, {10000, 1, century}, {9999, 1000, 0}};
    struct schedule s;
    uint64_t held = UINT64_C(10000) * (uint64_t)century;
    (void)state;
    compile(&s, LS_TIME_MIN_MS, phases, 3);
    assert_true(s.arrival.phases[2].first == 2 * held);
    assert_true(s.arrival.total == UINT64_MAX);
    assert_true(ls_arrival_time(&s.arrival, held - 1) == LS_TIME_MIN_MS + century - 1);
    assert_true(ls_arrival_time(&s.arrival, held) == LS_TIME_MIN_MS + century);
    assert_true(ls_arrival_time(&s.arrival, 2 * held + 9999000) ==
                LS_TIME_MIN_MS + 2 * century + 1000000);
    for (int64_t by = -3; by <= 3; by++) {
        check_before(&s.arrival, LS_TIME_MIN_MS + by);
        check_before(&s.arrival, LS_TIME_MIN_MS + century + by);
        check_before(&s.arrival, LS_TIME_MIN_MS + 2 * century + by);
        check_before(&s.arrival, LS_TIME_MAX_MS + by);
    }
    assert_int_equal(ls_arrival_before(&s.arrival, INT64_MIN), 0);
    assert_true(ls_arrival_before(&s.arrival, INT64_MAX - 1) > held);
    ls_arena_clear(&s.arena);
    /* more than a word holds: all there can be */
    static const struct given fast[] = {{10000000, 1, 0}};
    compile(&s, 0, fast, 1);
    assert_true(ls_arrival_before(&s.arrival, INT64_MAX) == UINT64_MAX);
    ls_arena_clear(&s.arena);
    static const struct given faster[] = {{10000, 1, 5}, {10000000, 1, 0}};
    compile(&s, 0, faster, 2);
    assert_true(ls_arrival_before(&s.arrival, INT64_MAX) == UINT64_MAX);
    ls_arena_clear(&s.arena);
    /* one event a century */
    static const struct given slow[] = {{1, (uint64_t)36500 * 86400000, 0}};
    compile(&s, 0, slow, 1);
    assert_true(ls_arrival_time(&s.arrival, 1000) == 1000 * century);
    check_before(&s.arrival, 1000 * century);
    ls_arena_clear(&s.arena);
}

static void refused_memory_is_an_error(void **state)
{
    struct schedule s;
    static const struct given one = {1, 1, 0};
    (void)state;
    compile(&s, 0, &one, 1);
    ls_arena_clear(&s.arena);
    ls_mem_refuse(1);
    assert_int_equal(ls_arrival_compile(&s.spec, &s.arena, &s.arrival, &s.err), LS_E_NOMEM);
    ls_mem_refuse(0);
    ls_arena_clear(&s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases_hold_the_floor_of_their_rate),
        cmocka_unit_test(events_are_spread_evenly),
        cmocka_unit_test(before_is_the_inverse_of_time),
        cmocka_unit_test(empty_phases_hold_nothing),
        cmocka_unit_test(large_numbers_keep_exact),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
