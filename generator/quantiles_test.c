#include "generator/quantiles.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t ascending(uint64_t i)
{
    return (int64_t)i;
}
static int64_t descending(uint64_t i)
{
    return -(int64_t)i;
}
static int64_t scattered(uint64_t i)
{
    return (int64_t)ls_mix(i);
}
static int64_t in_turn(uint64_t i) /* as devices report that take turns */
{
    return (int64_t)(i % 100);
}
static int64_t all_alike(uint64_t i)
{
    (void)i;
    return 7;
}
static int64_t with_a_tail(uint64_t i)
{
    return (int64_t)(UINT64_C(1) << (ls_mix(i) & 31)) + (int64_t)(i & 3);
}

static int64_t (*const shapes[])(uint64_t i) = {ascending, descending, scattered,
                                                in_turn,   all_alike,  with_a_tail};

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void fill(struct ls_quantiles *q, int64_t (*shape)(uint64_t i), uint64_t count)
{
    struct ls_error err;
    memset(q, 0, sizeof *q);
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(ls_quantiles_add(q, shape(i), &err), 0);
    }
    assert_int_equal(ls_quantiles_close(q, &err), 0);
}

/* How many of the sorted values are below one, and how many at most that. */
static void ranks_of(const int64_t *sorted, size_t count, int64_t value, uint64_t *below,
                     uint64_t *upto)
{
    *below = *upto = 0;
    for (size_t i = 0; i < count; i++) {
        *below += sorted[i] < value;
        *upto += sorted[i] <= value;
    }
}

/* The promise of the header. */
static uint64_t error_max(uint64_t count)
{
    uint64_t levels = 0;
    while ((uint64_t)LS_QUANTILES_EXACT << levels < count) {
        levels++;
    }
    return levels * count / LS_QUANTILES_EXACT;
}

static void check_ranks(const struct ls_quantiles *q, const int64_t *sorted, size_t count)
{
    uint64_t most = error_max(count);
    for (uint64_t part = 0; part <= 100; part++) {
        int64_t value = ls_quantiles_at(q, (struct ls_ratio){part, 100});
        uint64_t wanted = (count * part + 99) / 100;
        uint64_t below;
        uint64_t upto;
        wanted = wanted ? wanted : 1;
        ranks_of(sorted, count, value, &below, &upto);
        if (upto == below || below + 1 > wanted + most || upto + most < wanted) {
            fail_msg("of %zu values %lld has ranks %llu .. %llu, and is said to be at %llu", count,
                     (long long)value, (unsigned long long)below + 1, (unsigned long long)upto,
                     (unsigned long long)wanted);
        }
        uint64_t told = ls_quantiles_upto(q, value);
        assert_true(told <= upto + most && upto <= told + most);
    }
}

static void ranks_are_as_near_as_is_said(void **state)
{
    static const size_t counts[] = {1, 2, 99, 4095, 4096, 4097, 8192, 8193, 50000, 100000};
    int64_t *sorted = calloc(100000, sizeof *sorted);
    (void)state;
    assert_non_null(sorted);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
            struct ls_quantiles q;
            ls_i128 sum = 0;
            fill(&q, shapes[s], counts[k]);
            for (size_t i = 0; i < counts[k]; i++) {
                sorted[i] = shapes[s](i);
                sum += sorted[i];
            }
            qsort(sorted, counts[k], sizeof *sorted, by_number);
            assert_int_equal(q.count, counts[k]);
            assert_true(q.least == sorted[0] && q.greatest == sorted[counts[k] - 1]);
            assert_true(q.sum == sum);
            check_ranks(&q, sorted, counts[k]);
            ls_quantiles_clear(&q);
        }
    }
    free(sorted);
}

static void few_values_are_exact(void **state)
{
    struct ls_quantiles q;
    (void)state;
    fill(&q, descending, LS_QUANTILES_EXACT); /* -4095 .. 0 */
    assert_int_equal(ls_quantiles_at(&q, (struct ls_ratio){0, 1}), -4095);
    assert_int_equal(ls_quantiles_at(&q, (struct ls_ratio){1, 4096}), -4095);
    assert_int_equal(ls_quantiles_at(&q, (struct ls_ratio){1, 2}), -2048);
    assert_int_equal(ls_quantiles_at(&q, (struct ls_ratio){4095, 4096}), -1);
    assert_int_equal(ls_quantiles_at(&q, (struct ls_ratio){1, 1}), 0);
    assert_int_equal(ls_quantiles_upto(&q, -4096), 0);
    assert_int_equal(ls_quantiles_upto(&q, -4095), 1);
    assert_int_equal(ls_quantiles_upto(&q, -2048), 2048);
    assert_int_equal(ls_quantiles_upto(&q, 5), 4096);
    ls_quantiles_clear(&q);
}

static void means_are_rounded_half_to_even(void **state)
{
    struct ls_quantiles q;
    (void)state;
    fill(&q, ascending, 4); /* 1.5 */
    assert_true(ls_quantiles_mean(&q, 0) == 2);
    assert_true(ls_quantiles_mean(&q, 2) == 150);
    ls_quantiles_clear(&q);
    fill(&q, ascending, 2); /* 0.5 */
    assert_true(ls_quantiles_mean(&q, 0) == 0);
    ls_quantiles_clear(&q);
    fill(&q, ascending, 0);
    assert_int_equal(ls_quantiles_upto(&q, 0), 0);
    ls_quantiles_clear(&q);
}

static void memory_does_not_grow_with_the_values(void **state)
{
    struct ls_quantiles q = {0};
    struct ls_error err;
    (void)state;
    for (uint64_t i = 0; i < 1000000; i++) {
        assert_int_equal(ls_quantiles_add(&q, (int64_t)i, &err), 0);
    }
    assert_true(q.level_count == 8); /* 4096 * (2^8 - 1) is room enough */
    ls_quantiles_clear(&q);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n++) {
        struct ls_quantiles q = {0};
        struct ls_error err;
        int rc = 0;
        ls_mem_refuse(n);
        for (uint64_t i = 0; rc == 0 && i < UINT64_C(3) * LS_QUANTILES_EXACT; i++) {
            rc = ls_quantiles_add(&q, (int64_t)i, &err);
        }
        rc = rc < 0 ? rc : ls_quantiles_close(&q, &err);
        ls_mem_refuse(0);
        ls_quantiles_clear(&q);
        if (rc == 0) {
            assert_true(n > 3);
            return;
        }
        assert_int_equal(rc, LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_as_near_as_is_said),
        cmocka_unit_test(few_values_are_exact),
        cmocka_unit_test(means_are_rounded_half_to_even),
        cmocka_unit_test(memory_does_not_grow_with_the_values),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
