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
    struct ls_aggregate_result result;
    assert_true(ls_aggregate_result(kind, a, scale, &result));
    if (result.is_null || result.number != expected) {
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
        check(cases[i].name, LS_AGGREGATE_DISTINCT, &a, 0, (ls_i128)cases[i].count);
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
    struct ls_aggregate_result result;
    check("nothing", LS_AGGREGATE_COUNT, &none, 0, 0);
    check("nothing", LS_AGGREGATE_DISTINCT, &none, 0, 0);
    static const enum ls_aggregate_kind others[] = {LS_AGGREGATE_SUM, LS_AGGREGATE_MIN,
                                                    LS_AGGREGATE_MAX, LS_AGGREGATE_AVG};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(ls_aggregate_result(others[i], &none, 9, &result));
        assert_true(result.is_null);
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
    struct ls_aggregate_result result;
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
    assert_true(ls_aggregate_result(LS_AGGREGATE_AVG, &a, 3, &result));
    assert_true(result.number == LS_I128_MAX / 1000 * 1000);
    a.sum++;
    assert_false(ls_aggregate_result(LS_AGGREGATE_AVG, &a, 3, &result));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
