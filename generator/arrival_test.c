#include "generator/arrival_fixture_test.h"
#include "generator/arrival_vectors_test.h"

static void phases_hold_the_floor_of_their_rate(void **state)
{
    static const struct {
        struct given phase;
        uint64_t count;
    } cases[] = {
        {EVEN(90, 1000, 1800000), 162000},
        {EVEN(1, 1000, 999), 0},
        {EVEN(1, 1000, 1000), 1},
        {EVEN(1, 1000, 1999), 1},
        {EVEN(1, 3, 10), 3},
        {EVEN(7, 3, 10), 23},
        {EVEN(333, 1000, 1500), 499},
        {EVEN(1, 86400000, 86399999), 0},
        {EVEN(10000, 1, 5), 50000},
        {EVEN(0, 1000, 5000), 0},
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
    static const struct given phases[] = {EVEN(3, 10, 100), EVEN(1, 7, 22), EVEN(2, 1, 0)};
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
            phases[p] = (struct given)EVEN(1 + ls_below(ls_word(key, k, 20 + p), 50),
                                           1 + ls_below(ls_word(key, k, 30 + p), 3000),
                                           1 + (int64_t)length);
        }
        if (k % 2) {
            phases[count - 1].length_ms = 0; /* endless */
        }
        struct schedule s;
        int64_t start = (int64_t)ls_below(ls_word(key, k, 1), 4000) - 2000;
        compile(&s, start, phases, count);
        check_events(&s.arrival, 0, 3000);
        for (int64_t time = start - 5; time < start + 20000; time += 1 + (int64_t)(k % 13)) {
            check_before(&s.arrival, time);
        }
        ls_arena_clear(&s.arena);
    }
}

/* Phases without an event are passed over, wherever they stand. */
static void empty_phases_hold_nothing(void **state)
{
    static const struct given phases[] = {EVEN(1, 1000, 10),  EVEN(1, 1000, 10), EVEN(1, 5, 20),
                                          EVEN(1, 1000, 999), EVEN(1, 5, 20),    EVEN(1, 1000, 10)};
    struct schedule s;
    (void)state;
    compile(&s, 0, phases, 6);
    static const int64_t times[] = {20, 25, 30, 35, 1039, 1044, 1049, 1054};
    assert_int_equal(s.arrival.total, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(ls_arrival_time(&s.arrival, i), times[i]);
    }
    check_events(&s.arrival, 0, 8);
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
    static const struct given phases[] = {EVEN(10000, 1, century), EVEN(10000, 1, century),
                                          EVEN(9999, 1000, 0)};
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
    static const struct given fast[] = {EVEN(10000000, 1, 0)};
    compile(&s, 0, fast, 1);
    assert_true(ls_arrival_before(&s.arrival, INT64_MAX) == UINT64_MAX);
    ls_arena_clear(&s.arena);
    static const struct given faster[] = {EVEN(10000, 1, 5), EVEN(10000000, 1, 0)};
    compile(&s, 0, faster, 2);
    assert_true(ls_arrival_before(&s.arrival, INT64_MAX) == UINT64_MAX);
    ls_arena_clear(&s.arena);
    /* one event a century */
    static const struct given slow[] = {EVEN(1, (uint64_t)36500 * 86400000, 0)};
    compile(&s, 0, slow, 1);
    assert_true(ls_arrival_time(&s.arrival, 1000) == 1000 * century);
    check_before(&s.arrival, 1000 * century);
    ls_arena_clear(&s.arena);
}

/* ---- schedules of all kinds */

static const struct given mixed[] = {
    EVEN(90, 1000, 5000),
    RAMP(90, 1000, 140, 7777),
    SILENCE(90, 1000, 3000, 3500),
    POISSON(900, 1000, 20000),
    SILENCE(90, 1000, 2000, 2000),
    BURST(4, 1000, 400, 600, 31, 10000),
    EVEN(1, 1000, 10),
    DIURNAL(9, 100, 400, 60000, 21000, 0),
};
enum { MIXED = sizeof mixed / sizeof *mixed };

static void phases_of_all_kinds_follow_each_other(void **state)
{
    static const uint64_t counts[] = {450, 894, 315, 18000, 180, 236, 0, UINT64_MAX};
    struct schedule s;
    uint64_t first = 0;
    (void)state;
    compile(&s, -12345, mixed, MIXED);
    for (size_t p = 0; p < MIXED; p++) {
        assert_true(s.arrival.phases[p].first == first);
        assert_true(s.arrival.phases[p].count == counts[p]);
        first += counts[p];
    }
    check_ends(&s.arrival, 2000);
    ls_arena_clear(&s.arena);
}

/* What was due in the silence and after it comes after it, evenly; at the end when that is all. */
static void silence_is_caught_up(void **state)
{
    static const struct given phases[] = {SILENCE(1, 10, 60, 100), SILENCE(1, 10, 50, 50),
                                          SILENCE(1, 10, 5, 9), EVEN(1, 10, 0)};
    static const int64_t times[] = {60,  64,  68,  72,  76,  80, 84, 88, 92, 96, /* 10 */
                                    150, 150, 150, 150, 150,                     /* 5 */
                                    159, 169};
    struct schedule s;
    (void)state;
    compile(&s, 0, phases, 4);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        assert_int_equal(ls_arrival_time(&s.arrival, i), times[i]);
    }
    assert_int_equal(ls_arrival_before(&s.arrival, 60), 0);
    assert_int_equal(ls_arrival_before(&s.arrival, 61), 1);
    assert_int_equal(ls_arrival_before(&s.arrival, 100), 10);
    assert_int_equal(ls_arrival_before(&s.arrival, 150), 10);
    assert_int_equal(ls_arrival_before(&s.arrival, 151), 15);
    assert_int_equal(ls_arrival_before(&s.arrival, 160), 16);
    check_ends(&s.arrival, 100);
    ls_arena_clear(&s.arena);
    compile(&s, 0, phases + 1, 1); /* the last event is at the end, and that is behind `--until` */
    check_before(&s.arrival, 50);
    check_before(&s.arrival, 51);
    ls_arena_clear(&s.arena);
}

/* In any order, with any steps, the cursor says what is said without it. */
static void the_cursor_agrees_in_any_order(void **state)
{
    struct schedule s;
    struct ls_arrival_cursor cursor = {0};
    uint64_t key = ls_stream_key(2, "arrival_test");
    uint64_t i = 0;
    (void)state;
    compile(&s, 0, mixed, MIXED);
    for (uint64_t n = 0; n < 40000; n++) {
        uint64_t word = ls_word(key, n, 0);
        uint64_t by = ls_below(ls_word(key, n, 1), UINT64_C(1) << word % 14);
        switch (word >> 60) {
        case 0:
            i = ls_below(ls_word(key, n, 2), 40000);
            break;
        case 1:
        case 2:
            i = by < i ? i - by : 0;
            break;
        case 3:
        case 4:
            i += by;
            break;
        default:
            i++;
        }
        assert_true(ls_arrival_next_time(&s.arrival, &cursor, i) == ls_arrival_time(&s.arrival, i));
    }
    ls_arena_clear(&s.arena);
}

/* ---- random schedules: what holds for all of them, and what the model says */

/* The draws of one schedule, in the order of tests/model/arrival_model.py. */
struct draws {
    uint64_t key, which, number;
};

static uint64_t draw(struct draws *d, uint64_t n)
{
    return ls_below(ls_word(d->key, d->which, ++d->number), n);
}

static void random_phase(struct draws *d, bool endless, struct given *g)
{
    static const uint64_t pers[] = {1, 7, 1000, 60000, 86400000, 1000000};
    static const uint64_t lengths[] = {50, 5000, 600000, 3 * LS_DAY_MS};
    static const uint64_t periods[] = {5000, LS_DAY_MS, 31 * LS_DAY_MS - 1000};
    static const uint64_t factors[] = {1, 20, 10000};
    static const uint64_t divisors[] = {1, 100, 1000};
    uint64_t kind = draw(d, 6);
    int64_t length = 1 + (int64_t)draw(d, lengths[draw(d, 4)]);
    uint64_t per = pers[draw(d, 6)];
    uint64_t most = per * factors[draw(d, 3)];
    most = most / divisors[draw(d, 3)] + 1;
    struct ls_rate rate = {1 + draw(d, most), per};
    struct ls_rate other = {draw(d, most), per};
    int64_t part = 1 + (int64_t)draw(d, (uint64_t)length);
    *g = (struct given){.count = rate.count, .per_ms = per, .length_ms = length, .part_ms = part};
    g->ratio = 100 + (int64_t)draw(d, 9900);
    int64_t period = 1000 + (int64_t)draw(d, periods[draw(d, 3)]);
    int64_t peak_at = (int64_t)draw(d, LS_DAY_MS);
    if (kind == 1) {
        bool up = draw(d, 2);
        g->course = &ls_member_to;
        g->count = up ? other.count : rate.count;
        g->rate = up ? rate : other;
    } else if (kind == 2) {
        g->course = &ls_member_burst;
        g->every_ms = part + 1 + (int64_t)draw(d, (uint64_t)length);
        g->count = other.count;
        g->rate = rate;
    } else if (kind == 3) {
        g->course = &ls_member_silence;
    } else if (kind > 3) {
        g->course = kind == 4 ? &ls_member_arrival_poisson : &ls_member_diurnal;
        g->rate = rate;
        g->every_ms = period;
        g->part_ms = peak_at;
    }
    if (endless && kind != 1 && kind != 3) {
        g->length_ms = 0;
    }
}

static void random_schedule(struct draws *d, struct schedule *s)
{
    struct given phases[PHASES_MAX];
    int64_t start = (int64_t)draw(d, 400 * LS_DAY_MS) - 200 * LS_DAY_MS;
    size_t count = 1 + draw(d, 6);
    for (size_t p = 0; p < count; p++) {
        random_phase(d, p + 1 == count && d->which % 2, &phases[p]);
    }
    compile_seeded(s, 20260101 + d->which, start, phases, count);
}

enum { SCHEDULES = sizeof digests_of_the_model / sizeof *digests_of_the_model };

/* Totals and times of hundreds of schedules, computed in exact fractions by the model. */
static void random_schedules_are_those_of_the_model(void **state)
{
    (void)state;
    for (uint64_t which = 0; which < SCHEDULES; which++) {
        struct draws d = {.key = ls_stream_key(20260101, "schedules"), .which = which};
        struct schedule s;
        random_schedule(&d, &s);
        uint64_t digest = ls_mix(s.arrival.total);
        for (size_t n = 0; n < 16; n++) {
            uint64_t i = draw(&d, s.arrival.total == UINT64_MAX ? 100000
                                  : s.arrival.total             ? s.arrival.total
                                                                : 1);
            if (i < s.arrival.total) {
                digest = ls_mix(digest ^ (uint64_t)ls_arrival_time(&s.arrival, i));
            }
        }
        if (digest != digests_of_the_model[which]) {
            fail_msg("schedule %llu is not that of the model", (unsigned long long)which);
        }
        ls_arena_clear(&s.arena);
    }
}

static void random_schedules_hold_what_is_promised(void **state)
{
    (void)state;
    for (uint64_t which = 0; which < UINT64_C(2) * SCHEDULES; which++) {
        struct draws d = {.key = ls_stream_key(20260101, "schedules"), .which = which};
        struct schedule s;
        random_schedule(&d, &s);
        check_ends(&s.arrival, 40);
        for (uint64_t n = 0; n < 20 && s.arrival.total; n++) {
            uint64_t most = s.arrival.total < 1000000000 ? s.arrival.total : 1000000000;
            check_events(&s.arrival, draw(&d, most), 3);
            check_before(&s.arrival, (int64_t)draw(&d, 600 * LS_DAY_MS) - 300 * LS_DAY_MS);
        }
        ls_arena_clear(&s.arena);
    }
}

/* ---- limits, the mean rate */

static void times_stop_behind_all_years(void **state)
{
    static const struct given slow[] = {
        EVEN(1, (uint64_t)36500 * 86400000, 0), POISSON(1, 1000000000, 0),
        BURST(0, 1000000000, 1, INT64_C(365) * 86400000, 1, 0),
        DIURNAL(1, 1000000000, 100000, INT64_C(31) * 86400000, 0, 0), EVEN(1, UINT64_MAX, 0)};
    (void)state;
    for (size_t k = 0; k < sizeof slow / sizeof *slow; k++) {
        struct schedule s;
        struct ls_arrival_cursor cursor = {0};
        compile(&s, LS_TIME_MAX_MS, &slow[k], 1);
        int64_t end = LS_TIME_MAX_MS + (int64_t)LS_ARRIVAL_MS_MAX;
        for (uint64_t back = 4; back > 0; back--) {
            assert_true(ls_arrival_time(&s.arrival, UINT64_MAX - back) == end);
            assert_true(ls_arrival_next_time(&s.arrival, &cursor, UINT64_MAX - back) == end);
        }
        assert_true(ls_arrival_before(&s.arrival, end) < UINT64_MAX);
        assert_true(ls_arrival_before(&s.arrival, end + 1) == UINT64_MAX);
        check_before(&s.arrival, end);
        check_before(&s.arrival, end - 1);
        ls_arena_clear(&s.arena);
    }
}

/* The longest phases with the highest rates and the finest denominators: the product of all limits
 * still fits. Each alone, as the model has them, and all in a row. */
static void the_largest_phases_keep_exact(void **state)
{
    enum { COUNT = sizeof largest_of_the_model / sizeof *largest_of_the_model };
    static const int64_t century = 36500 * LS_DAY_MS;
    static const uint64_t fine = 1000000000;
    static const uint64_t most = UINT64_C(10000000000000);
    const struct given phases[COUNT] = {
        RAMP(most, fine, 0, century),
        RAMP(most - 1, fine, most, century),
        BURST(most, fine, most - 1, 365 * LS_DAY_MS, 364 * LS_DAY_MS, century),
        POISSON(most - 1, fine, century),
        SILENCE(most - 1, fine, century - 1, century),
        DIURNAL(most - 1, fine, 100000, 31 * LS_DAY_MS, 64800000, century),
        DIURNAL(most, fine, 100000, 31 * LS_DAY_MS, 64800001, 0)};
    uint64_t key = ls_stream_key(20260101, "largest");
    struct schedule s;
    (void)state;
    for (size_t p = 0; p < COUNT; p++) {
        compile(&s, LS_TIME_MIN_MS, &phases[p], 1);
        uint64_t count = s.arrival.total == UINT64_MAX ? UINT64_C(1) << 62 : s.arrival.total;
        uint64_t digest = ls_mix(count);
        for (uint64_t n = 0; n <= 100; n++) {
            uint64_t i = n < 100 ? ls_below(ls_word(key, p, n), count) : count - 1;
            digest = ls_mix(digest ^ (uint64_t)ls_arrival_time(&s.arrival, i));
            check_events(&s.arrival, i, 3);
        }
        assert_true(digest == largest_of_the_model[p]);
        ls_arena_clear(&s.arena);
    }
    compile(&s, LS_TIME_MIN_MS, phases, COUNT);
    check_ends(&s.arrival, 100);
    ls_arena_clear(&s.arena);
}

static void the_mean_rate(void **state)
{
    static const struct {
        struct given phases[3];
        size_t count;
        struct ls_rate mean;
    } cases[] = {
        {{EVEN(90, 1000, 0)}, 1, {9, 100}},
        {{EVEN(90, 1000, 1000)}, 1, {9, 100}},
        {{EVEN(1, 1000, 999)}, 1, {0, 1}},
        {{EVEN(90, 1000, 1000), EVEN(30, 1000, 2000)}, 2, {1, 20}},
        {{EVEN(90, 1000, 1000), EVEN(30, 1000, 0)}, 2, {3, 100}},
        {{RAMP(0, 1000, 100, 2000)}, 1, {1, 20}},
        {{SILENCE(90, 1000, 2000, 3000)}, 1, {9, 100}},
        {{POISSON(90, 1000, 0)}, 1, {9, 100}},
        {{POISSON(90, 1000, 99)}, 1, {8, 99}},
        {{EVEN(7, 1, 5), BURST(40, 1000, 400, 600000, 30000, 0)}, 2, {29, 500}},
        {{BURST(0, 1000, 1, 600000, 30000, 600000)}, 1, {1, 20000}},
        {{DIURNAL(9, 100, 400, 86400000, 1, 0)}, 1, {9, 100}},
        {{DIURNAL(9, 100, 400, 86400000, 1, 86400000)}, 1, {9, 100}},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct schedule s;
        struct ls_rate mean;
        compile(&s, 0, cases[k].phases, cases[k].count);
        ls_arrival_mean_rate(&s.arrival, &mean);
        assert_int_equal(mean.count, cases[k].mean.count);
        assert_int_equal(mean.per_ms, cases[k].mean.per_ms);
        ls_arena_clear(&s.arena);
    }
    /* lowest terms that do not fit are rounded */
    static const struct given wide = BURST(UINT64_C(9999999999999), UINT64_C(1000000000), 7,
                                           INT64_C(31535999999), 13, 0);
    struct schedule s;
    struct ls_rate mean;
    compile(&s, 0, &wide, 1);
    ls_arrival_mean_rate(&s.arrival, &mean);
    double rate = 9999.999999999 * (31535999999. - 13) / 31535999999.;
    assert_true(fabs((double)mean.count / (double)mean.per_ms / rate - 1) < 1e-9);
    ls_arena_clear(&s.arena);
}

static void refused_memory_is_an_error(void **state)
{
    struct schedule s;
    int rc = LS_E_NOMEM;
    (void)state;
    for (unsigned refused = 1; rc != 0; refused++) {
        compile(&s, 0, mixed, MIXED);
        ls_arena_clear(&s.arena);
        ls_mem_refuse(refused);
        rc = ls_arrival_compile(&s.spec, &s.arena, &s.arrival, &s.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_arena_clear(&s.arena);
    }
    compile(&s, 0, mixed, MIXED);
    for (size_t size = 1; size < 12000; size += 500) {
        struct ls_arena small;
        ls_arena_init(&small, "small", size);
        rc = ls_arrival_compile(&s.spec, &small, &s.arrival, &s.err);
        assert_true(rc == LS_E_DATA || (rc == 0 && size > 6000));
        ls_arena_clear(&small);
    }
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
        cmocka_unit_test(phases_of_all_kinds_follow_each_other),
        cmocka_unit_test(silence_is_caught_up),
        cmocka_unit_test(the_cursor_agrees_in_any_order),
        cmocka_unit_test(random_schedules_are_those_of_the_model),
        cmocka_unit_test(random_schedules_hold_what_is_promised),
        cmocka_unit_test(times_stop_behind_all_years),
        cmocka_unit_test(the_largest_phases_keep_exact),
        cmocka_unit_test(the_mean_rate),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
