#include "generator/arrival_fixture_test.h"
#include "generator/arrival_vectors_test.h"

/* The largest distance of two distribution functions at which a sample of n passes: p = 10^-5. */
static double distance_of(size_t n)
{
    return 2.47 / sqrt((double)n);
}

static double exponential_cdf(double x)
{
    return 1 - exp(-x);
}

static double uniform_cdf(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static double distance(double *values, size_t n, double (*cdf)(double))
{
    double most = 0;
    qsort(values, n, sizeof *values, compare_times);
    for (size_t k = 0; k < n; k++) {
        double p = cdf(values[k]);
        most = fmax(most, fmax((double)(k + 1) / (double)n - p, p - (double)k / (double)n));
    }
    return most;
}

static void times_are_those_of_the_model(void **state)
{
    static const struct given endless = POISSON(9, 100, 0);
    static const struct given minute = POISSON(9, 100, 60000);
    static const uint64_t indexes[] = {0, 1, 2, 3, 4, 5, 6, 7, 4095, 4096, 1000000000, 4096, 5399};
    enum { OF_MINUTE = 11, COUNT = sizeof indexes / sizeof *indexes };
    struct schedule a;
    struct schedule b;
    (void)state;
    assert_int_equal(sizeof poisson_times_of_the_model / sizeof *poisson_times_of_the_model, COUNT);
    compile_seeded(&a, 7, 0, &endless, 1);
    compile_seeded(&b, 7, 0, &minute, 1);
    assert_int_equal(b.arrival.total, 5400);
    for (size_t k = 0; k < COUNT; k++) {
        int64_t time = ls_arrival_time(k < OF_MINUTE ? &a.arrival : &b.arrival, indexes[k]);
        assert_int_equal(time, poisson_times_of_the_model[k]);
    }
    for (uint64_t i = 0; i < LS_ARRIVAL_ERA;
         i++) { /* what is no part of the last era is the same */
        assert_int_equal(ls_arrival_time(&a.arrival, i), ls_arrival_time(&b.arrival, i));
    }
    ls_arena_clear(&a.arena);
    ls_arena_clear(&b.arena);
}

enum { GAPS = 16 * LS_ARRIVAL_ERA, SEEDS = 10 };

/* The rate is so low that a millisecond is nothing beside a gap. */
static const struct given slow = POISSON(1, 100000, 0);

static void gaps_are_exponential(void **state)
{
    static double gaps[GAPS];
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct schedule s;
        struct ls_arrival_cursor cursor = {0};
        int64_t last = 0;
        compile_seeded(&s, seed, 0, &slow, 1);
        for (uint64_t i = 0; i <= GAPS; i++) {
            int64_t time = ls_arrival_next_time(&s.arrival, &cursor, i);
            if (i > 0) {
                gaps[i - 1] = (double)(time - last) / 100000;
            }
            last = time;
        }
        double found = distance(gaps, GAPS, exponential_cdf);
        if (found > distance_of(GAPS)) {
            fail_msg("seed %llu: D = %.5f", (unsigned long long)seed, found);
        }
        ls_arena_clear(&s.arena);
    }
}

/* Gaps have no memory: neither neighbours nor their squares are related. */
static void gaps_are_independent(void **state)
{
    struct schedule s;
    struct ls_arrival_cursor cursor = {0};
    double sums[2] = {0, 0};
    double last_gap = 0;
    int64_t last = 0;
    (void)state;
    compile_seeded(&s, 1, 0, &slow, 1);
    for (uint64_t i = 0; i < GAPS; i++) {
        int64_t time = ls_arrival_next_time(&s.arrival, &cursor, i);
        double gap = (double)(time - last) / 100000 - 1;
        sums[0] += gap * last_gap;
        sums[1] += (gap * gap - 1) * (last_gap * last_gap - 1);
        last = time;
        last_gap = gap;
    }
    assert_true(fabs(sums[0]) < 4.5 * sqrt(GAPS));
    assert_true(fabs(sums[1]) < 4.5 * 8 * sqrt(GAPS)); /* the variance of (x - 1)^2 is 8 */
    ls_arena_clear(&s.arena);
}

static void count_bins(uint64_t seed, const struct given *g, int64_t width, double *bins,
                       size_t count)
{
    struct schedule s;
    struct ls_arrival_cursor cursor = {0};
    compile_seeded(&s, seed, 0, g, 1);
    memset(bins, 0, count * sizeof *bins);
    for (uint64_t i = 0;; i++) {
        int64_t bin = ls_arrival_next_time(&s.arrival, &cursor, i) / width;
        if (bin >= (int64_t)count) {
            break;
        }
        bins[bin]++;
    }
    ls_arena_clear(&s.arena);
}

/* Counts in windows far shorter than an era are Poisson: the variance is the mean. */
static void counts_are_poisson(void **state)
{
    enum { BINS = 20000 };
    static const struct given phase = POISSON(5, 1, 0); /* 4096 in 819.2 ms */
    static double bins[BINS];
    double mean = 0;
    double square = 0;
    (void)state;
    count_bins(3, &phase, 2, bins, BINS);
    for (size_t k = 0; k < BINS; k++) {
        mean += bins[k] / BINS;
        square += bins[k] * bins[k] / BINS;
    }
    assert_true(fabs(mean - 10) < .1);
    double wanted = 10 * (1 - 10. / 4096); /* an era's total is fixed */
    assert_true(fabs((square - mean * mean) / wanted - 1) < 5 * sqrt(2. / BINS));
}

static double correlation(const double *a, const double *b, size_t n, double mean)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        sum += (a[k] - mean) * (b[k] - mean) / mean;
    }
    return sum / (double)n;
}

static void neighbouring_seeds_are_unrelated(void **state)
{
    enum { BINS = 20000 };
    static double bins[2][BINS];
    static const struct given phase = POISSON(5, 1, 0);
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        count_bins(seed, &phase, 2, bins[0], BINS);
        count_bins(seed + 1, &phase, 2, bins[1], BINS);
        assert_true(fabs(correlation(bins[0], bins[1], BINS, 10)) < 4.5 / sqrt(BINS));
        count_bins(seed ^ 1, &phase, 2, bins[1], BINS);
        assert_true(fabs(correlation(bins[0], bins[1], BINS, 10)) < 4.5 / sqrt(BINS));
    }
}

/* Two phases of one schedule are, too. */
static void phases_are_unrelated(void **state)
{
    static const struct given phases[] = {POISSON(5, 1, 8192), POISSON(5, 1, 8192)};
    struct schedule s;
    unsigned same = 0;
    (void)state;
    compile(&s, 0, phases, 2);
    uint64_t count = s.arrival.phases[0].count;
    for (uint64_t i = 0; i < count; i++) {
        same += ls_arrival_time(&s.arrival, i) + 8192 == ls_arrival_time(&s.arrival, count + i);
    }
    assert_in_range(same, 1, count / 8); /* the two are some milliseconds apart */
    ls_arena_clear(&s.arena);
}

/* An era holds 4096 arrivals, exactly within its bounds. */
static void eras_are_exact(void **state)
{
    static const struct given phase = POISSON(7, 3, 0);
    struct schedule s;
    (void)state;
    compile(&s, -5, &phase, 1);
    for (uint64_t era = 1; era < 40; era++) {
        uint64_t first = era * LS_ARRIVAL_ERA;
        int64_t begin = (int64_t)(first * 3 / 7) - 5;
        assert_true(ls_arrival_time(&s.arrival, first - 1) <= begin);
        assert_true(ls_arrival_time(&s.arrival, first) >= begin);
        assert_in_range(ls_arrival_before(&s.arrival, begin + 1), first, first + 20);
    }
    check_events(&s.arrival, 3 * LS_ARRIVAL_ERA - 100, 200);
    check_events(&s.arrival, UINT64_C(1) << 61, 200);
    ls_arena_clear(&s.arena);
}

/* The last era of a phase is what is left of it: its arrivals are spread evenly up to the end of
 * the phase, as many as the rate says, and none is behind it. */
static void the_last_era_ends_with_its_phase(void **state)
{
    static double places[SEEDS * 3000];
    size_t n = 0;
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        static const struct given phases[] = {POISSON(5, 1, 1419), EVEN(1, 1000, 0)};
        struct schedule s;
        compile_seeded(&s, seed, 100, phases, 2);
        uint64_t count = s.arrival.phases[0].count;
        assert_int_equal(count, 7095);
        for (uint64_t i = LS_ARRIVAL_ERA; i < count; i++) {
            double ms = (double)(ls_arrival_time(&s.arrival, i) - 100);
            assert_true(ms >= 819 && ms < 1419);
            /* ms are whole: anywhere in it */
            double anywhere = (double)(ls_mix(seed << 32 | i) >> 11) / 9007199254740992.;
            places[n++] = (ms + anywhere - 819.2) / (1419 - 819.2);
        }
        check_ends(&s.arrival, 300);
        ls_arena_clear(&s.arena);
    }
    assert_true(distance(places, n, uniform_cdf) < distance_of(n));
    for (int64_t length = 1; length < 300; length++) {
        struct schedule s;
        struct given phase = POISSON(7, 3, length);
        compile(&s, 0, &phase, 1);
        assert_int_equal(s.arrival.total, length * 7 / 3);
        check_events(&s.arrival, 0, 1000);
        ls_arena_clear(&s.arena);
    }
}

/* Two arrivals at one of an era's 2^32 places, which takes an era of a century to be seen. */
static void places_can_be_shared(void **state)
{
    enum { ERA = 1187, J = 1140 };
    struct ls_arrival_phase phase = {.count = UINT64_MAX,
                                     .length_ms = UINT64_MAX,
                                     .rate = {1, 1000000000},
                                     .key = ls_stream_key(1, "shared")};
    struct ls_arrival_era at;
    (void)state;
    for (uint64_t j = 0; j < 3; j++) {
        struct ls_arrival_era fresh;
        uint64_t k = ERA * LS_ARRIVAL_ERA + J + j;
        uint64_t ms = ls_arrival_poisson_ms(&phase, &at, k, j);
        assert_true(ms == (uint64_t)shared_place_of_the_model[j]);
        assert_true(ls_arrival_poisson_ms(&phase, &fresh, k, 0) == ms);
        for (uint64_t next = j + 1; next < 3; next++) { /* going on from there */
            ms = ls_arrival_poisson_ms(&phase, &fresh, k - j + next, next - j);
            assert_true(ms == (uint64_t)shared_place_of_the_model[next]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_those_of_the_model),
        cmocka_unit_test(gaps_are_exponential),
        cmocka_unit_test(gaps_are_independent),
        cmocka_unit_test(counts_are_poisson),
        cmocka_unit_test(neighbouring_seeds_are_unrelated),
        cmocka_unit_test(phases_are_unrelated),
        cmocka_unit_test(eras_are_exact),
        cmocka_unit_test(the_last_era_ends_with_its_phase),
        cmocka_unit_test(places_can_be_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
