#include "pipeline/view/aggregate.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define VALUES_MAX 6

static const struct {
    const char *name;
    size_t count;
    int64_t values[VALUES_MAX];
    int64_t sum, least, greatest;
    unsigned scale;
    int64_t average; /* at the scale */
} cases[] = {
    {"one", 1, {7}, 7, 7, 7, 0, 7},
    {"zero counts", 1, {0}, 0, 0, 0, 2, 0},
    {"negative", 2, {-3, -9}, -12, -9, -3, 0, -6},
    {"a half, to even below", 2, {2, 3}, 5, 2, 3, 0, 2},
    {"a half, to even above", 2, {3, 4}, 7, 3, 4, 0, 4},
    {"a negative half, to even", 2, {-2, -3}, -5, -3, -2, 0, -2},
    {"a negative half, to even below", 2, {-3, -4}, -7, -4, -3, 0, -4},
    {"no half when there is a place", 2, {2, 3}, 5, 2, 3, 1, 25},
    {"a third", 3, {1, 0, 0}, 1, 0, 1, 4, 3333},
    {"two thirds", 3, {1, 1, 0}, 2, 0, 1, 4, 6667},
    {"minus two thirds", 3, {-1, -1, 0}, -2, -1, 0, 4, -6667},
    {"a half at the last place", 4, {1, 0, 0, 0}, 1, 0, 1, 1, 2},
    {"another half at the last place", 4, {3, 0, 0, 0}, 3, 0, 3, 1, 8},
    {"the first is neither least nor greatest", 3, {5, -5, 50}, 50, -5, 50, 0, 17},
    {"nine places", 3, {1, 1, 0}, 2, 0, 1, 9, 666666667},
    {"the ends cancel", 2, {INT64_MAX, INT64_MIN}, -1, INT64_MIN, INT64_MAX, 0, 0},
};

static void check(const char *name, enum ls_aggregate_kind kind, const struct ls_aggregate *a,
                  unsigned scale, ls_i128 expected)
{
    struct ls_aggregate_result result = ls_aggregate_result(kind, a, scale);
    if (result.is_null || result.overflows || result.number != expected) {
        fail_msg("%s: aggregate %d is wrong", name, (int)kind);
    }
}

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_aggregate a = {0};
        for (size_t k = 0; k < cases[i].count; k++) {
            assert_true(ls_aggregate_add(&a, cases[i].values[k]));
        }
        check(cases[i].name, LS_AGGREGATE_COUNT, &a, 0, (ls_i128)cases[i].count);
        check(cases[i].name, LS_AGGREGATE_SUM, &a, 0, cases[i].sum);
        check(cases[i].name, LS_AGGREGATE_MIN, &a, 0, cases[i].least);
        check(cases[i].name, LS_AGGREGATE_MAX, &a, 0, cases[i].greatest);
        check(cases[i].name, LS_AGGREGATE_AVG, &a, cases[i].scale, cases[i].average);
    }
}

static void test_nothing(void **state)
{
    (void)state;
    const struct ls_aggregate none = {0};
    check("nothing", LS_AGGREGATE_COUNT, &none, 0, 0);
    static const enum ls_aggregate_kind others[] = {LS_AGGREGATE_SUM, LS_AGGREGATE_MIN,
                                                    LS_AGGREGATE_MAX, LS_AGGREGATE_AVG};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(ls_aggregate_result(others[i], &none, 9).is_null);
    }
}

/* Merging parts in any order is adding all of their values. */
static void test_merge(void **state)
{
    (void)state;
    uint64_t key = ls_stream_key(1, "merge");
    for (uint64_t round = 0; round < 200; round++) {
        struct ls_aggregate whole = {0};
        struct ls_aggregate parts[3] = {{0}};
        for (uint64_t i = 0; i < round % 9; i++) {
            int64_t value = (int64_t)ls_word(key, round, i) >> (round % 60);
            assert_true(ls_aggregate_add(&whole, value));
            assert_true(ls_aggregate_add(&parts[ls_below(ls_word(key, i, round), 3)], value));
        }
        for (size_t first = 0; first < 3; first++) {
            struct ls_aggregate merged = {0};
            for (size_t k = 0; k < 3; k++) {
                assert_true(ls_aggregate_merge(&merged, &parts[(first + k) % 3]));
            }
            assert_int_equal(merged.count, whole.count);
            assert_true(merged.sum == whole.sum);
            assert_int_equal(merged.least, whole.least);
            assert_int_equal(merged.greatest, whole.greatest);
        }
    }
}

static void test_overflow(void **state)
{
    (void)state;
    struct ls_aggregate a = {.count = 1, .sum = LS_I128_MAX - 5, .least = 0, .greatest = 5};
    assert_true(ls_aggregate_add(&a, 5));
    assert_false(ls_aggregate_add(&a, 1));
    struct ls_aggregate low = {.count = 1, .sum = LS_I128_MIN + 5};
    assert_true(ls_aggregate_add(&low, -5));
    assert_false(ls_aggregate_add(&low, -1));
    a = (struct ls_aggregate){.count = 1, .sum = LS_I128_MAX};
    const struct ls_aggregate one = {.count = 1, .sum = 1};
    assert_false(ls_aggregate_merge(&a, &one));
    /* a sum that fits may not do so times 10^scale */
    a = (struct ls_aggregate){.count = 1, .sum = LS_I128_MAX / 1000};
    check("as large as may be", LS_AGGREGATE_AVG, &a, 3, LS_I128_MAX / 1000 * 1000);
    a.sum++;
    assert_true(ls_aggregate_result(LS_AGGREGATE_AVG, &a, 3).overflows);
}

static void test_digits(void **state)
{
    const ls_i128 limit = ls_pow10(LS_AGGREGATE_DIGITS);
    (void)state;
    assert_true(ls_fits_decimal(0) && ls_fits_decimal(limit - 1) && ls_fits_decimal(1 - limit));
    assert_false(ls_fits_decimal(limit) || ls_fits_decimal(-limit));
    assert_false(ls_fits_decimal(LS_I128_MAX) || ls_fits_decimal(LS_I128_MIN));
}

/* ---- ratios */

#define E18 ((ls_i128)1000000000000000000)

static void test_ratios(void **state)
{
    static const struct {
        const char *name;
        uint64_t count, to_count; /* values that were not null */
        ls_i128 of, to;
        unsigned of_scale, to_scale, scale;
        bool is_null, overflows;
        ls_i128 expected;
    } ratios[] = {
        {"a third", 1, 1, 1, 3, 0, 0, 4, false, false, 3333},
        {"two thirds", 1, 1, 2, 3, 0, 0, 4, false, false, 6667},
        {"a half, to even below", 1, 1, 5, 2, 0, 0, 0, false, false, 2},
        {"a half, to even above", 1, 1, 7, 2, 0, 0, 0, false, false, 4},
        {"a negative half", 1, 1, -5, 2, 0, 0, 0, false, false, -2},
        {"a negative divisor", 1, 1, 7, -2, 0, 0, 0, false, false, -4},
        {"both negative", 1, 1, -7, -2, 0, 0, 0, false, false, 4},
        {"0 divided", 1, 1, 0, 5, 0, 0, 3, false, false, 0},
        {"money by a number", 2, 2, 1234, 5, 2, 0, 2, false, false, 247}, /* 12.34 / 5 */
        {"a number by money", 1, 1, 5, 250, 0, 2, 1, false, false, 20},   /* 5 / 2.50 */
        {"money by money", 1, 1, 100, 300, 2, 2, 3, false, false, 333},
        {"fewer places than the operand", 1, 1, 123456, 1, 4, 0, 0, false, false, 12},
        {"a half by the operand's places", 1, 1, 25, 1, 1, 0, 0, false, false, 2},
        {"nothing to divide", 0, 3, 0, 5, 0, 0, 2, true, false, 0},
        {"a sum of 0 to divide by", 3, 3, 5, 0, 0, 0, 2, true, false, 0},
        {"nothing to divide by", 3, 0, 5, 0, 0, 0, 2, true, false, 0},
        {"of nothing", 0, 0, 0, 0, 0, 0, 2, true, false, 0},
        {"as large as may be", 1, 1, LS_I128_MAX / 100, 1, 0, 0, 2, false, false,
         LS_I128_MAX / 100 * 100},
        {"one more", 1, 1, LS_I128_MAX / 100 + 1, 1, 0, 0, 2, false, true, 0},
        {"a wide divisor", 1, 1, 1, LS_I128_MAX / 10, 2, 0, 0, false, false, 0},
        {"what has no negative", 1, 1, LS_I128_MIN, -1, 0, 0, 0, false, true, 0},
        {"what has no positive", 1, 1, LS_I128_MIN, 1, 0, 0, 0, false, true, 0},
        {"by what has no negative", 1, 1, 1, LS_I128_MIN, 0, 0, 0, false, false, 0},
        /* 10^12 / 0.5 at 9 places: 10^39 on the way */
        {"wider on the way", 1, 1, 1000000000000, E18 / 2, 0, 18, 9, false, false, 2000 * E18},
        {"wider below", 1, 1, 7 * E18 * E18, E18 * E18, 18, 0, 0, false, false, 0},
        {"a half after both", 1, 1, 5 * E18, 2, 18, 0, 0, false, false, 2},
        {"more than a half after both", 1, 1, 5 * E18 + 1, 2, 18, 0, 0, false, false, 3},
        {"less than a half after both", 1, 1, 7 * E18 - 1, 2, 18, 0, 0, false, false, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        const struct ls_aggregate of = {.count = ratios[i].count, .sum = ratios[i].of};
        const struct ls_aggregate to = {.count = ratios[i].to_count, .sum = ratios[i].to};
        struct ls_aggregate_result result = ls_ratio_result(&of, ratios[i].of_scale, &to,
                                                            ratios[i].to_scale, ratios[i].scale);
        if (result.is_null != ratios[i].is_null || result.overflows != ratios[i].overflows ||
            (!result.is_null && !result.overflows && result.number != ratios[i].expected)) {
            fail_msg("%s: %lld%s%s", ratios[i].name, (long long)result.number,
                     result.is_null ? ", null" : "", result.overflows ? ", overflows" : "");
        }
    }
}

/* ---- quantiles */

/* All bits of the magnitude but the eight highest are 0, and the sign stays. */
static void test_bounds(void **state)
{
    static const struct {
        int64_t value, bound;
    } bounds[] = {
        {0, 0},
        {1, 1},
        {255, 255},
        {256, 256},
        {257, 256},
        {258, 258},
        {511, 510},
        {512, 512},
        {515, 512},
        {516, 516},
        {1000, 1000}, /* 0x3e8: ten bits */
        {1003, 1000},
        {65535, 65280},
        {INT64_MAX, INT64_C(0x7f80000000000000)},
        {INT64_MIN + 1, -INT64_C(0x7f80000000000000)},
        {INT64_MIN, INT64_MIN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        assert_int_equal(ls_quantile_bound(bounds[i].value), bounds[i].bound);
        if (bounds[i].value > 0) {
            assert_int_equal(ls_quantile_bound(-bounds[i].value), -bounds[i].bound);
        }
    }
}

/* Values keep their order; a bound is its own, nearer to zero, and less than 1/128 off. */
static void test_bounds_of_all_sizes(void **state)
{
    (void)state;
    uint64_t key = ls_stream_key(1, "bounds");
    for (uint64_t i = 0; i < 20000; i++) {
        int64_t value = (int64_t)ls_word(key, i, 0) >> (i % 64);
        int64_t next = value == INT64_MAX ? value : value + 1 + (int64_t)(ls_word(key, i, 1) % 3);
        int64_t bound = ls_quantile_bound(value);
        next = next < value ? INT64_MAX : next;
        assert_true(ls_quantile_bound(next) >= bound);
        assert_int_equal(ls_quantile_bound(bound), bound);
        ls_i128 off = value < 0 ? (ls_i128)bound - value : (ls_i128)value - bound;
        ls_i128 size = value < 0 ? -(ls_i128)value : value;
        assert_true(off >= 0 && (off == 0 || off * 128 < size));
        int length = 64 - __builtin_clzll((uint64_t)size | 1);
        ls_i128 low = length > 8 ? (ls_i128)1 << (length - 8) : 1;
        assert_true((bound < 0 ? -(ls_i128)bound : bound) % low == 0);
    }
}

/* Number ceil(q * n), from 1. */
static void test_ranks(void **state)
{
    static const struct {
        struct ls_ratio q;
        uint64_t count, rank;
    } ranks[] = {
        {{1, 2}, 1, 1},
        {{1, 2}, 2, 1},
        {{1, 2}, 3, 2},
        {{1, 2}, 4, 2},
        {{95, 100}, 20, 19},
        {{95, 100}, 21, 20}, /* 19.95 */
        {{1, 100}, 100, 1},
        {{1, 100}, 101, 2},
        {{1, 1}, 7, 7},
        {{1, 1000000}, 1, 1},
        {{UINT64_MAX, UINT64_MAX}, UINT64_MAX, UINT64_MAX},
        {{UINT64_MAX - 1, UINT64_MAX}, UINT64_MAX, UINT64_MAX - 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        assert_int_equal(ls_quantile_rank(ranks[i].q, ranks[i].count), ranks[i].rank);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_merge),  cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_digits), cmocka_unit_test(test_ratios),
        cmocka_unit_test(test_bounds), cmocka_unit_test(test_bounds_of_all_sizes),
        cmocka_unit_test(test_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
