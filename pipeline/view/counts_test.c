#include "pipeline/view/counts.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;

static void add(struct ls_counts *counts, const char *value, uint64_t count, ls_i128 sum)
{
    assert_int_equal(ls_counts_add(counts, value, strlen(value), count, sum, &err), 0);
}

static const struct ls_count *slot_of(const struct ls_counts *counts, const void *value,
                                      size_t size)
{
    for (size_t i = 0; i < counts->slot_count; i++) {
        const struct ls_count *slot = &counts->slots[i];
        if (slot->count && slot->size == size &&
            (size == 0 || memcmp(ls_count_value(slot), value, size) == 0)) {
            return slot;
        }
    }
    return NULL;
}

static void check(const struct ls_counts *counts, const char *value, uint64_t count, ls_i128 sum)
{
    const struct ls_count *slot = slot_of(counts, value, strlen(value));
    assert_int_equal(slot ? slot->count : 0, count);
    assert_true(!slot || slot->sum == sum);
}

/* ---- values */

static void test_values(void **state)
{
    static const char longer[] = "a value that is longer than sixteen bytes";
    static const char other[] = "a value that is longer than sixteen bytez";
    struct ls_counts counts = {0};
    (void)state;
    add(&counts, "a", 1, 5);
    add(&counts, "b", 2, -3);
    add(&counts, "", 1, 0); /* a value as any other */
    add(&counts, "a", 1, -7);
    add(&counts, longer, 1, 1);
    add(&counts, longer, 1, 1);
    add(&counts, other, 1, 9);
    add(&counts, "sixteen bytes are", 1, 2); /* one more than fits in place */
    add(&counts, "sixteen bytes ar", 1, 4);
    check(&counts, "a", 2, -2);
    check(&counts, "b", 2, -3);
    check(&counts, "", 1, 0);
    check(&counts, longer, 2, 2);
    check(&counts, other, 1, 9);
    check(&counts, "sixteen bytes are", 1, 2);
    check(&counts, "sixteen bytes ar", 1, 4);
    assert_int_equal(counts.live, 7);
    assert_int_equal(counts.total, 10);
    ls_counts_remove(&counts, "a", 1, 5);
    check(&counts, "a", 1, -7);
    assert_int_equal(counts.live, 7);
    ls_counts_remove(&counts, "a", 1, -7);
    ls_counts_remove(&counts, longer, strlen(longer), 1);
    ls_counts_remove(&counts, longer, strlen(longer), 1);
    assert_int_equal(counts.live, 5);
    assert_int_equal(counts.total, 6);
    check(&counts, "a", 0, 0);
    check(&counts, longer, 0, 0);
    add(&counts, "a", 1, 11); /* it comes again */
    check(&counts, "a", 1, 11);
    assert_int_equal(counts.live, 6);
    ls_counts_clear(&counts);
    assert_int_equal(counts.total, 0);
    add(&counts, "a", 1, 1);
    check(&counts, "a", 1, 1);
    ls_counts_clear(&counts);
}

/* Random additions and removals, of values short and long, against plain arrays. */
static void test_against_arrays(void **state)
{
    enum { VALUES = 300, STEPS = 20000 };
    static uint64_t expected[VALUES];
    static ls_i128 sums[VALUES];
    struct ls_counts counts = {0};
    uint64_t key = ls_stream_key(1, "counts");
    (void)state;
    for (uint64_t i = 0; i < STEPS; i++) {
        uint64_t value = ls_below(ls_word(key, i, 0), i < STEPS / 2 ? VALUES : 20);
        char text[48];
        int size = snprintf(text, sizeof text, "%s%llu", value % 3 ? "" : "a text of some length ",
                            (unsigned long long)value);
        ls_i128 amount = (ls_i128)value - 100; /* what goes is what came */
        if (ls_word(key, i, 1) % 5 < (i < STEPS / 2 ? 3U : 2U)) {
            assert_int_equal(ls_counts_add(&counts, text, (size_t)size, 1, amount, &err), 0);
            expected[value]++;
            sums[value] += amount;
        } else if (expected[value]) {
            ls_counts_remove(&counts, text, (size_t)size, amount);
            expected[value]--;
            sums[value] -= amount;
        }
    }
    size_t live = 0;
    uint64_t total = 0;
    for (uint64_t value = 0; value < VALUES; value++) {
        char text[48];
        snprintf(text, sizeof text, "%s%llu", value % 3 ? "" : "a text of some length ",
                 (unsigned long long)value);
        check(&counts, text, expected[value], sums[value]);
        live += expected[value] > 0;
        total += expected[value];
    }
    assert_true(live > 50 && live < VALUES);
    assert_int_equal(counts.live, live);
    assert_int_equal(counts.total, total);
    ls_counts_clear(&counts);
}

/* Values that went leave no memory behind for ever: the table grows with those that live. */
static void test_values_that_went(void **state)
{
    struct ls_counts counts = {0};
    (void)state;
    for (int i = 0; i < 5000; i++) {
        char text[40];
        int size = snprintf(text, sizeof text, "one of many longer values %d", i);
        assert_int_equal(ls_counts_add(&counts, text, (size_t)size, 1, 0, &err), 0);
        ls_counts_remove(&counts, text, (size_t)size, 0);
    }
    assert_int_equal(counts.live, 0);
    assert_true(counts.slot_count <= 16);
    ls_counts_clear(&counts);
}

/* Parts merged in any order are all of it. */
static void test_merge(void **state)
{
    uint64_t key = ls_stream_key(2, "counts");
    (void)state;
    for (size_t first = 0; first < 3; first++) {
        struct ls_counts whole = {0};
        struct ls_counts parts[3] = {{0}};
        struct ls_counts merged = {0};
        for (uint64_t i = 0; i < 500; i++) {
            char text[24];
            snprintf(text, sizeof text, "%llu",
                     (unsigned long long)ls_below(ls_word(key, i, 0), 90));
            ls_i128 amount = (int64_t)(ls_word(key, i, 1) >> 2);
            add(&whole, text, 1, amount);
            add(&parts[i % 3], text, 1, amount);
        }
        add(&parts[0], "gone", 1, 0);
        ls_counts_remove(&parts[0], "gone", 4, 0);
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(ls_counts_merge(&merged, &parts[(first + k) % 3], &err), 0);
            ls_counts_clear(&parts[(first + k) % 3]);
        }
        assert_int_equal(merged.live, whole.live);
        assert_int_equal(merged.total, whole.total);
        for (size_t i = 0; i < whole.slot_count; i++) {
            const struct ls_count *slot = &whole.slots[i];
            const struct ls_count *other = slot->count
                                               ? slot_of(&merged, ls_count_value(slot), slot->size)
                                               : NULL;
            assert_true(!slot->count ||
                        (other && other->count == slot->count && other->sum == slot->sum));
        }
        ls_counts_clear(&whole);
        ls_counts_clear(&merged);
    }
}

static void test_overflow(void **state)
{
    struct ls_counts counts = {0};
    (void)state;
    add(&counts, "a", 1, LS_I128_MAX - 1);
    add(&counts, "a", 1, 1);
    assert_int_equal(ls_counts_add(&counts, "a", 1, 1, 1, &err), LS_E_DATA);
    add(&counts, "b", 1, LS_I128_MIN);
    assert_int_equal(ls_counts_add(&counts, "b", 1, 1, -1, &err), LS_E_DATA);
    ls_counts_clear(&counts);
    struct ls_counts other = {0};
    add(&counts, "a", 1, LS_I128_MAX);
    add(&other, "a", 1, 1);
    assert_int_equal(ls_counts_merge(&counts, &other, &err), LS_E_DATA);
    ls_counts_clear(&counts);
    ls_counts_clear(&other);
}

/* ---- quantiles */

/* Bytewise order is the order of the numbers. */
static void test_buckets(void **state)
{
    static const int64_t bounds[] = {INT64_MIN, INT64_MIN + 1, -256, -1, 0, 1, 255, INT64_MAX};
    enum { BOUNDS = sizeof bounds / sizeof *bounds };
    uint8_t bytes[BOUNDS][LS_BUCKET_SIZE];
    (void)state;
    for (int i = 0; i < BOUNDS; i++) {
        ls_bucket_put(bounds[i], bytes[i]);
        assert_int_equal(ls_bucket_get(bytes[i]), bounds[i]);
        assert_true(i == 0 || memcmp(bytes[i - 1], bytes[i], LS_BUCKET_SIZE) < 0);
    }
}

static void add_bucket(struct ls_counts *counts, int64_t value)
{
    uint8_t bytes[LS_BUCKET_SIZE];
    ls_bucket_put(ls_quantile_bound(value), bytes);
    assert_int_equal(ls_counts_add(counts, bytes, sizeof bytes, 1, 0, &err), 0);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Number ceil(q * n) of the values ascending, its bound. */
static void test_quantiles(void **state)
{
    static const struct ls_ratio ratios[] = {{1, 2}, {1, 1000}, {1, 1}, {95, 100}, {1, 3}};
    uint64_t key = ls_stream_key(3, "counts");
    (void)state;
    for (uint64_t round = 0; round < 300; round++) {
        int64_t values[40];
        size_t count = 1 + ls_below(ls_word(key, round, 0), 40);
        struct ls_counts counts = {0};
        for (size_t i = 0; i < count; i++) {
            values[i] = (int64_t)ls_word(key, round, i + 1) >> (round % 64);
            add_bucket(&counts, values[i]);
        }
        qsort(values, count, sizeof *values, ascending);
        for (size_t k = 0; k < sizeof ratios / sizeof *ratios; k++) {
            struct ls_aggregate_result result;
            size_t rank = (size_t)(((uint64_t)count * ratios[k].part + ratios[k].whole - 1) /
                                   ratios[k].whole);
            assert_int_equal(ls_counts_quantile(&counts, ratios[k], &result, &err), 0);
            assert_false(result.is_null);
            assert_true(result.number == ls_quantile_bound(values[rank - 1]));
        }
        ls_counts_clear(&counts);
    }
}

static void test_quantile_of_nothing(void **state)
{
    struct ls_counts counts = {0};
    struct ls_aggregate_result result;
    (void)state;
    assert_int_equal(ls_counts_quantile(&counts, (struct ls_ratio){1, 2}, &result, &err), 0);
    assert_true(result.is_null);
    uint8_t bytes[LS_BUCKET_SIZE];
    ls_bucket_put(4, bytes);
    add_bucket(&counts, 4);
    ls_counts_remove(&counts, bytes, sizeof bytes, 0);
    assert_int_equal(ls_counts_quantile(&counts, (struct ls_ratio){1, 2}, &result, &err), 0);
    assert_true(result.is_null);
    ls_counts_clear(&counts);
}

/* ---- tops */

static void check_top(const struct ls_counts *counts, bool by_sum, const char *bytes, size_t size)
{
    struct ls_top top;
    struct ls_buf out;
    ls_buf_init(&out, "top", 1U << 16);
    assert_int_equal(ls_top_new(2, &top, &err), 0);
    assert_int_equal(ls_counts_top(counts, by_sum, &top, &err), 0);
    assert_int_equal(ls_top_put(&top, false, &out, &err), 0);
    assert_int_equal(out.size, size);
    assert_memory_equal(out.data, bytes, size);
    ls_buf_clear(&out);
    ls_top_clear(&top);
}

/* By their counts, or by their sums; values that went are none. */
static void test_tops(void **state)
{
    struct ls_counts counts = {0};
    (void)state;
    add(&counts, "\2a", 3, -5);
    add(&counts, "\2b", 1, 60);
    add(&counts, "\2c", 2, 0);
    add(&counts, "\2d", 9, 99);
    for (int i = 0; i < 9; i++) {
        ls_counts_remove(&counts, "\2d", 2, 11);
    }
    check_top(&counts, false, "\4\2a\6\2c\4\0", 8);
    check_top(&counts, true, "\4\2b\x78\2c\0\0", 8);
    ls_counts_clear(&counts);
}

static void test_refused_memory(void **state)
{
    unsigned long refused = 0;
    (void)state;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_counts counts = {0};
        struct ls_aggregate_result result;
        ls_mem_refuse(refused + 1);
        rc = 0;
        for (int i = 0; rc == 0 && i < 40; i++) {
            char text[40];
            int size = snprintf(text, sizeof text, "a value of some length %d", i);
            rc = ls_counts_add(&counts, text, (size_t)size, 1, 0, &err);
            if (rc == 0 && i % 2) {
                ls_counts_remove(&counts, text, (size_t)size, 0);
            }
        }
        struct ls_top top = {0};
        rc = rc < 0 ? rc : ls_counts_quantile(&counts, (struct ls_ratio){1, 2}, &result, &err);
        rc = rc < 0 ? rc : ls_top_new(5, &top, &err);
        rc = rc < 0 ? rc : ls_counts_top(&counts, false, &top, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && err.code == LS_E_NOMEM));
        ls_top_clear(&top);
        ls_counts_clear(&counts);
    }
    assert_true(refused > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_against_arrays),
        cmocka_unit_test(test_values_that_went),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_quantile_of_nothing),
        cmocka_unit_test(test_tops),
        cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
