#include "generator/walk.h"

#include "generator/statistics_test.h"

#include <stdio.h>
#include <stdlib.h>

#define ONE INT64_C(2147483648) /* what a noise of 1 is */

static const struct ls_walk walks[] = {
    {.start_ms = 0, .over_ms = 1000, .octaves = 1, .within = 1000, .tick = 1},
    {.start_ms = INT64_C(1767225600000),
     .over_ms = 21600000,
     .octaves = 8,
     .within = 50000,
     .tick = 5},
    {.start_ms = -5000,
     .over_ms = INT64_C(31536000000),
     .octaves = 16,
     .within = INT64_C(1) << 52,
     .tick = 1},
    {.start_ms = 0,
     .over_ms = 60000,
     .octaves = 5,
     .within = (INT64_C(1) << 32) / 20 + 1,
     .is_share = true,
     .tick = 1},
    {.start_ms = 77, .over_ms = 65536, .octaves = 3, .within = 7, .tick = 100},
    {.start_ms = 0, .over_ms = 3600000, .octaves = 4, .within = 0, .tick = 10},
};
enum { WALKS = sizeof walks / sizeof *walks };

static struct ls_walk walk_of(size_t k)
{
    struct ls_walk walk = walks[k];
    ls_walk_finish(&walk);
    return walk;
}

/* One octave alone, as high as it is. */
static struct ls_walk octave_of(size_t k, unsigned octave)
{
    struct ls_walk walk = walk_of(k);
    for (unsigned o = 0; o < walk.octaves; o++) {
        walk.heights[o] = o == octave ? walk.heights[o] : 0;
    }
    return walk;
}

/* ---- bounds */

static void each_value_is_within(void **state)
{
    static const int64_t middles[] = {0, 1, 20, -20, 123456, -123456789, 200000000};
    (void)state;
    for (size_t k = 0; k < WALKS; k++) {
        struct ls_walk walk = walk_of(k);
        for (uint64_t i = 0; i < 70000; i++) {
            int64_t middle = middles[i % 7];
            int64_t time = walk.start_ms + ((int64_t)i - 35000) * walk.over_ms / 999;
            int64_t noise = ls_walk_noise(&walk, i % 13, time);
            assert_true(noise >= -ONE && noise < ONE);
            int64_t value = ls_walk_at(&walk, i % 13, time, middle);
            int64_t within = walk.is_share ? llabs(middle) / 20 : walk.within;
            assert_true(value >= ls_walk_tick(&walk, middle - within));
            assert_true(value <= ls_walk_tick(&walk, middle + within));
            assert_true(value % walk.tick == 0);
        }
    }
}

static void a_tick_is_the_nearest(void **state)
{
    static const struct {
        int64_t tick, value, nearest;
    } cases[] = {{5, 0, 0},    {5, 2, 0},   {5, 3, 5},   {5, -2, 0},  {5, -3, -5},   {5, -7, -5},
                 {5, -8, -10}, {10, 5, 10}, {10, 4, 0},  {10, -5, 0}, {10, -6, -10}, {1, -7, -7},
                 {100, 49, 0}, {2, -1, 0},  {2, -3, -2}, {2, 1, 2}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_walk walk = {.tick = cases[k].tick};
        assert_int_equal(ls_walk_tick(&walk, cases[k].value), cases[k].nearest);
    }
}

/* They reach what is allowed: bounds that were far too wide would hold too. */
static void values_reach_far(void **state)
{
    (void)state;
    struct ls_walk walk = walk_of(0); /* one octave: evenly spread at the grid's times */
    int64_t least = 0;
    int64_t most = 0;
    for (int64_t c = 0; c < 2000; c++) {
        int64_t value = ls_walk_at(&walk, 5, c * walk.over_ms, 0);
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    assert_in_range(most, 995, 1000);
    assert_in_range(-least, 995, 1000);
}

/* ---- shape */

/* Neighbouring milliseconds differ by no more than the slopes of all octaves together: before the
 * start, across it, and where cells of every octave meet. */
static void walks_are_continuous(void **state)
{
    (void)state;
    for (size_t k = 0; k < WALKS; k++) {
        struct ls_walk walk = walk_of(k);
        double slope = 0;
        double rounding = (2 + (double)walk.over_ms / 4294967296.) / 4294967296.; /* of a cell */
        for (unsigned o = 0; o < walk.octaves; o++) {
            double cell = (double)walk.over_ms / (double)(UINT64_C(1) << o);
            slope += 2. * walk.heights[o] * fmin(1, 1 / cell); /* from one end to the other */
            slope += 2 + 2 * walk.heights[o] * rounding * (double)(UINT64_C(1) << o);
        }
        for (int64_t c = -5; c < 6; c++) {
            for (int64_t part = 0; part < 32; part++) {
                int64_t begin = walk.start_ms + c * walk.over_ms + part * walk.over_ms / 32 - 20;
                int64_t before = ls_walk_noise(&walk, k, begin);
                for (int64_t ms = 1; ms < 40; ms++) {
                    int64_t now = ls_walk_noise(&walk, k, begin + ms);
                    if (fabs((double)(now - before)) > slope) {
                        fail_msg("walk %zu, %lld ms after the start: %lld to %lld", k,
                                 (long long)(begin + ms - walk.start_ms), (long long)before,
                                 (long long)now);
                    }
                    before = now;
                }
            }
        }
    }
}

/* As the format has it. */
static double grid_value(uint64_t key, unsigned octave, int64_t at)
{
    int64_t word_at = octave % 2 ? ls_floor_div(at, 2) : at;
    uint64_t word = ls_mix(key + 8 * (uint64_t)word_at + octave / 2);
    unsigned low = octave % 2 == 0 ? 0 : at % 2 == 0 ? 21 : 42;
    double value = (double)(word >> low & 0x1fffff);
    return 2048 * (value < 0x100000 ? value : value - 0x200000);
}

/* At a grid's times an octave has its random values, whatever side of the start they are on; in
 * between it is a straight line. */
static void an_octave_is_a_line_between_its_points(void **state)
{
    (void)state;
    for (size_t k = 0; k < WALKS; k++) {
        for (unsigned o = 0; o < walks[k].octaves; o++) {
            struct ls_walk walk = octave_of(k, o);
            const int64_t cell = 8000;
            walk.over_ms = cell << o;
            walk.reciprocal = UINT64_MAX / (uint64_t)walk.over_ms;
            double error = 4 + (double)walk.heights[o] / 65536; /* of the reciprocal */
            for (int64_t c = -20; c < 20; c++) {
                double ends[2];
                for (int64_t e = 0; e < 2; e++) {
                    ends[e] = grid_value(99, o, c + e) / (double)ONE * walk.heights[o];
                }
                for (int64_t eighth = 0; eighth < 8; eighth++) {
                    int64_t time = walk.start_ms + c * cell + eighth * cell / 8;
                    double noise = (double)ls_walk_noise(&walk, 99, time);
                    double line = ends[0] + (ends[1] - ends[0]) * (double)eighth / 8;
                    assert_true(fabs(noise - line) <= error);
                }
            }
        }
    }
}

/* Half as far apart and 1/sqrt(2) as high: the variance of each octave is half that of the one
 * before, and that of a line between two even draws. */
static void variances_halve_by_octave(void **state)
{
    enum { TIMES = 40000 };
    (void)state;
    for (size_t k = 1; k < 4; k++) {
        double whole = 0;
        for (unsigned o = 0; o < walks[k].octaves; o++) {
            whole += pow(.5, o / 2.);
        }
        for (unsigned o = 0; o < walks[k].octaves; o++) {
            struct ls_walk walk = octave_of(k, o);
            double sum = 0;
            double squares = 0;
            for (uint64_t i = 0; i < TIMES; i++) { /* a cell of its own for each, at any place */
                int64_t time = walk.start_ms + (int64_t)i * walk.over_ms +
                               (int64_t)ls_below(ls_mix(i), (uint64_t)walk.over_ms);
                double noise = (double)ls_walk_noise(&walk, k, time) / (double)ONE;
                sum += noise;
                squares += noise * noise;
            }
            double variance = pow(.5, o) / whole / whole / 3 * 2 / 3;
            double found = squares / TIMES - sum / TIMES * sum / TIMES;
            if (fabs(found / variance - 1) > .03) { /* five deviations */
                fail_msg("walk %zu, octave %u: variance %g, not %g", k, o, found, variance);
            }
            assert_true(fabs(sum / TIMES) < DEVIATIONS_MAX * sqrt(variance / TIMES) * 1.5);
        }
    }
}

static void heights_are_the_whole(void **state)
{
    (void)state;
    for (unsigned octaves = 1; octaves <= LS_WALK_OCTAVES_MAX; octaves++) {
        struct ls_walk walk = {.over_ms = 1000, .octaves = octaves};
        uint64_t sum = 0;
        ls_walk_finish(&walk);
        for (unsigned o = 0; o < octaves; o++) {
            sum += walk.heights[o];
        }
        assert_in_range(sum, ONE - octaves, ONE);
    }
}

/* ---- draws */

/* Of neighbouring entities, of neighbouring fields, and of cells that lie side by side. */
static void walks_are_unrelated(void **state)
{
    enum { TIMES = 20000 };
    static double values[4][TIMES];
    struct ls_walk walk = walk_of(1);
    const uint64_t key = ls_stream_key(7, "walk_test");
    (void)state;
    for (int64_t i = 0; i < TIMES; i++) {
        int64_t time = walk.start_ms + 2 * (i - TIMES / 2) * walk.over_ms;
        values[0][i] = (double)ls_walk_noise(&walk, ls_mix(key + 5), time);
        values[1][i] = (double)ls_walk_noise(&walk, ls_mix(key + 6), time);
        values[2][i] = (double)ls_walk_noise(&walk, ls_mix(key + 5), time + walk.over_ms);
        values[3][i] = (double)ls_walk_noise(&walk, ls_mix(key + 1 + 5), time + walk.over_ms);
    }
    check_unrelated("entities", values[0], values[1], TIMES);
    check_unrelated("cells", values[0], values[2], TIMES);
    check_unrelated("entities and cells", values[0], values[3], TIMES);
    check_unrelated("times", values[0], values[0] + 1, TIMES - 1);
}

/* The format's bits; as tests/model/values_model.py has them too. */
static void values_are_pinned(void **state)
{
    static const int64_t first[3][5] = {{-339, 353, -74, 306, 478},
                                        {-6230, -6105, 3840, -7665, 10120},
                                        {INT64_C(-461394201804800), INT64_C(-500225735131116),
                                         INT64_C(239855520972840), INT64_C(-665071992700868),
                                         INT64_C(872526573994064)}};
    static const uint64_t digests[] = {UINT64_C(0xf0db21f384dcbf44), UINT64_C(0xc383bc0597d6c595),
                                       UINT64_C(0x91c0394ecdef2456), UINT64_C(0x04666c26d1d29af7)};
    uint64_t key = ls_stream_key(7, "pin");
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct ls_walk walk = walk_of(k);
        uint64_t digest = 0;
        for (int64_t i = 0; i < 20000; i++) {
            int64_t time = walk.is_share
                               ? (i - 3000) * 911
                               : walk.start_ms + ls_floor_div((i - 3000) * walk.over_ms, 700);
            int64_t middle = walk.is_share ? i * i % 100000 - 50000 : 20 * i % 1000;
            int64_t value = ls_walk_at(&walk, ls_mix(key + (uint64_t)i % 7), time, middle);
            digest = ls_mix(digest ^ (uint64_t)value);
            assert_true(k > 2 || i >= 5 || value == first[k][i]);
        }
        assert_true(digest == digests[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_within),
        cmocka_unit_test(a_tick_is_the_nearest),
        cmocka_unit_test(values_reach_far),
        cmocka_unit_test(walks_are_continuous),
        cmocka_unit_test(an_octave_is_a_line_between_its_points),
        cmocka_unit_test(variances_halve_by_octave),
        cmocka_unit_test(heights_are_the_whole),
        cmocka_unit_test(walks_are_unrelated),
        cmocka_unit_test(values_are_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
