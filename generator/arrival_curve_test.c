#include "generator/arrival_fixture_test.h"

/* ---- each curve against its own integral, written out */

/* What is due in the first t ms of a ramp, in parts of 1 / (2 per L). */
static ls_u128 ramp_due(const struct given *g, uint64_t t)
{
    ls_u128 length = (ls_u128)g->length_ms;
    ls_u128 at_first = 2 * length * g->count * t;
    return g->rate.count >= g->count ? at_first + (ls_u128)(g->rate.count - g->count) * t * t
                                     : at_first - (ls_u128)(g->count - g->rate.count) * t * t;
}

/* Event k is at the last ms at which no more than k events are due. */
static void check_ramp(const struct given *g)
{
    struct schedule s;
    compile(&s, 0, g, 1);
    ls_u128 event = (ls_u128)2 * g->per_ms * (ls_u128)g->length_ms;
    uint64_t count = s.arrival.total;
    assert_true(count == (uint64_t)(ramp_due(g, (uint64_t)g->length_ms) / event));
    uint64_t step = count / 2000 + 1;
    for (uint64_t k = 0; k < count; k += step) {
        uint64_t t = (uint64_t)ls_arrival_time(&s.arrival, k);
        assert_true(ramp_due(g, t) <= k * event && ramp_due(g, t + 1) > k * event);
    }
    check_ends(&s.arrival, 50);
    ls_arena_clear(&s.arena);
}

static void ramps_follow_their_integral(void **state)
{
    static const struct given cases[] = {
        RAMP(90, 1000, 140, 1800000),
        RAMP(140, 1000, 90, 1800000),
        RAMP(0, 1000, 7, 100000),
        RAMP(7, 1000, 0, 100000),
        RAMP(5, 3, 5, 1000),
        RAMP(0, 86400000, 1, 2147483647),
        RAMP(10000, 1, 0, 3),
        RAMP(1, 1000000000, 999999999, 5000),
        RAMP(3, 1, 10000, 360000000000),
        RAMP(1, 1000, 2, 1),
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        check_ramp(&cases[k]);
    }
    /* from 0/s to 2/s in 4 s: t^2 / 4 events after t seconds */
    static const int64_t times[] = {0, 2000, 2828, 3464};
    static const struct given small = RAMP(0, 1000, 2, 4000);
    struct schedule s;
    compile(&s, 0, &small, 1);
    assert_int_equal(s.arrival.total, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ls_arrival_time(&s.arrival, i), times[i]);
    }
    ls_arena_clear(&s.arena);
}

/* In a burst phase calm and burst alternate, the burst last. */
static void bursts_come_at_the_end_of_each_cycle(void **state)
{
    static const struct given phases[] = {BURST(1, 10, 1, 40, 10, 100), BURST(0, 10, 10, 40, 3, 0)};
    static const struct given plain = EVEN(1, 10, 100);
    static const int64_t times[] = {137, 138, 139, 177, 178, 179, 217};
    struct schedule s;
    struct schedule even;
    (void)state;
    compile(&s, 0, phases, 2);
    compile(&even, 0, &plain, 1);
    assert_int_equal(s.arrival.phases[0].count, 10);
    for (uint64_t i = 0; i < 10; i++) { /* a burst of the same rate is none */
        assert_int_equal(ls_arrival_time(&s.arrival, i), ls_arrival_time(&even.arrival, i));
    }
    for (uint64_t i = 0; i < sizeof times / sizeof *times; i++) {
        assert_int_equal(ls_arrival_time(&s.arrival, 10 + i), times[i]);
    }
    check_ends(&s.arrival, 300);
    ls_arena_clear(&s.arena);
    ls_arena_clear(&even.arena);
}

static void bursts_hold_their_share(void **state)
{
    static const struct given phase = BURST(40, 1000, 400, 600000, 30000, 3600000);
    struct schedule s;
    (void)state;
    compile(&s, 0, &phase, 1);
    assert_int_equal(s.arrival.total, 6 * (40 * 570 + 400 * 30));
    for (int64_t cycle = 0; cycle < 6; cycle++) {
        int64_t from = cycle * 600000;
        uint64_t before = ls_arrival_before(&s.arrival, from);
        uint64_t burst = ls_arrival_before(&s.arrival, from + 570000);
        assert_int_equal(burst - before, 40 * 570);
        assert_int_equal(ls_arrival_before(&s.arrival, from + 600000) - burst, 400 * 30);
    }
    ls_arena_clear(&s.arena);
}

/* ---- diurnal */

/* The rate at a knot, in events/ms, from the model's numbers: 1 + swing * cosine of the mean. */
static double knot_rate(const struct given *g, unsigned knot)
{
    double ratio = (double)g->ratio / 100;
    double swing = floor(1e4 * (ratio - 1) / (ratio + 1) + .5);
    double share = 1e4 + round(swing * cos(knot * 2 * acos(-1) / 96));
    return (double)g->rate.count / (double)g->rate.per_ms * share / 1e4;
}

/* The area under the straight lines between the knots, from the peak to `ms` behind it. */
static double area(const struct given *g, double ms)
{
    double period = (double)g->every_ms;
    double cycles = floor(ms / period);
    double width = period / 96;
    double knots = (ms - cycles * period) / width;
    double mean = (double)g->rate.count / (double)g->rate.per_ms;
    double sum = cycles * period * mean;
    unsigned knot = 0;
    for (; knot + 1 <= knots; knot++) {
        sum += (knot_rate(g, knot) + knot_rate(g, knot + 1)) / 2 * width;
    }
    double part = knots - knot;
    double slope = knot_rate(g, knot + 1) - knot_rate(g, knot);
    return sum + (knot_rate(g, knot) + slope * part / 2) * part * width;
}

static const struct given days[] = {
    DIURNAL(9, 100, 400, 86400000, 64800000, 3 * LS_DAY_MS),
    DIURNAL(9, 100, 400, 86400000, 0, LS_DAY_MS),
    DIURNAL(1, 1, 100, 86400000, 43200000, LS_DAY_MS / 2),
    DIURNAL(7, 3000, 100000, 86400000, 86399999, 2 * LS_DAY_MS),
    DIURNAL(100, 1, 250, 7200000, 1, LS_DAY_MS / 4),
    DIURNAL(1, 1000, 301, 31 * LS_DAY_MS, 3600000, 100 * LS_DAY_MS),
    DIURNAL(3, 7, 999, 1001, 500, 100000),
};
enum { DAYS = sizeof days / sizeof *days };

/* Counts in each of a thousand bins are those of the integral, within one event. */
static void diurnal_counts_are_those_of_the_integral(void **state)
{
    static const int64_t start = 1767225600000 + 12345678; /* of no beginning of a day */
    (void)state;
    for (size_t d = 0; d < DAYS; d++) {
        const struct given *g = &days[d];
        struct schedule s;
        compile(&s, start, g, 1);
        int64_t behind = (12345678 - g->part_ms) % g->every_ms;
        double begin = (double)(behind < 0 ? behind + g->every_ms : behind);
        for (int bin = 0; bin <= 1000; bin++) {
            int64_t ms = g->length_ms / 1000 * bin;
            double due = area(g, begin + (double)ms) - area(g, begin);
            double before = (double)ls_arrival_before(&s.arrival, start + ms);
            if (fabs(before - due) > 1.001) {
                fail_msg("case %zu: %.0f events before %lld ms, due %.3f", d, before, (long long)ms,
                         due);
            }
        }
        check_ends(&s.arrival, 300);
        ls_arena_clear(&s.arena);
    }
}

/* Against the cosine that it stands for: peak, trough and mean. */
static void diurnal_looks_like_a_day(void **state)
{
    static const struct given day = DIURNAL(9, 100, 400, 86400000, 64800000, 0);
    static const int64_t minutes = 60000;
    const double turn = 2 * acos(-1);
    struct schedule s;
    (void)state;
    compile(&s, 1767225600000, &day, 1);
    for (int64_t at = 0; at < 2 * LS_DAY_MS; at += 10 * minutes) {
        uint64_t first = ls_arrival_before(&s.arrival, 1767225600000 + at);
        uint64_t end = ls_arrival_before(&s.arrival, 1767225600000 + at + 10 * minutes);
        double middle = (double)(at + 5 * minutes - 64800000) / (double)LS_DAY_MS;
        double wanted = 54000 * (1 + .6 * cos(turn * middle));
        assert_true(fabs((double)(end - first) / wanted - 1) < .002);
    }
    for (int64_t at = 0; at < 5 * LS_DAY_MS; at += 7 * minutes) { /* a day from anywhere */
        uint64_t first = ls_arrival_before(&s.arrival, 1767225600000 + at);
        uint64_t end = ls_arrival_before(&s.arrival, 1767225600000 + at + LS_DAY_MS);
        assert_in_range(end - first, 90 * 86400 - 1, 90 * 86400 + 1);
    }
    ls_arena_clear(&s.arena);
}

/* The rate at every knot is the cosine's, rounded to a ten-thousandth of the mean. */
static void knots_lie_on_the_cosine(void **state)
{
    unsigned checked = 0;
    (void)state;
    for (int64_t ratio = 100; ratio <= 100000; ratio += 37) {
        const struct given day = DIURNAL(1, 1, ratio, 86400000, 0, 0);
        struct schedule s;
        compile(&s, 0, &day, 1);
        const struct ls_arrival_curve *curve = s.arrival.phases->curve;
        double swing = floor(1e4 * (double)(ratio - 100) / (double)(ratio + 100) + .5);
        for (unsigned knot = 0; knot < 96; knot++) {
            double by = swing * cos(knot * 2 * acos(-1) / 96);
            uint64_t share = (uint64_t)(curve->pieces[knot].level / 2 / LS_DAY_MS);
            if (fabs(fabs(by - trunc(by)) - .5) > 1e-5) {
                assert_true((double)share == 1e4 + round(by));
                checked++;
            }
        }
        ls_arena_clear(&s.arena);
    }
    assert_true(checked > 250000);
}

/* A peak_to_trough of 1 is a constant rate. */
static void flat_days_are_constant(void **state)
{
    static const struct given flat = DIURNAL(7, 3, 100, 86400000, 5000, 0);
    static const struct given even = EVEN(7, 3, 0);
    struct schedule a;
    struct schedule b;
    (void)state;
    compile(&a, 77, &flat, 1);
    compile(&b, 77, &even, 1);
    for (uint64_t i = 0; i < 3000; i++) {
        uint64_t at = i < 1000 ? i : i * 1234567;
        assert_true(ls_arrival_time(&a.arrival, at) == ls_arrival_time(&b.arrival, at));
    }
    ls_arena_clear(&a.arena);
    ls_arena_clear(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramps_follow_their_integral),
        cmocka_unit_test(bursts_come_at_the_end_of_each_cycle),
        cmocka_unit_test(bursts_hold_their_share),
        cmocka_unit_test(diurnal_counts_are_those_of_the_integral),
        cmocka_unit_test(diurnal_looks_like_a_day),
        cmocka_unit_test(knots_lie_on_the_cosine),
        cmocka_unit_test(flat_days_are_constant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
