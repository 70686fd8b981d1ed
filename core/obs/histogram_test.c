#include "core/obs/histogram.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ls_histogram histogram;

static void begin(void)
{
    memset(&histogram, 0, sizeof histogram);
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void nothing_counted_is_zero(void **state)
{
    (void)state;
    begin();
    assert_int_equal(ls_histogram_quantile(&histogram, 1, 2), 0);
    assert_int_equal(ls_histogram_quantile(&histogram, 1, 1), 0);
}

static void short_spans_are_exact(void **state)
{
    (void)state;
    begin();
    for (uint64_t ns = 0; ns < 2048; ns++) {
        ls_histogram_add(&histogram, ns);
    }
    for (uint64_t rank = 1; rank <= 2048; rank++) {
        assert_int_equal(ls_histogram_quantile(&histogram, rank, 2048), rank - 1);
    }
}

/* Alone in a histogram with a longer one, a span is told to a thousandth, and never as shorter. */
static void spans_are_told_to_three_digits(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 42; bits++) {
        for (int off = -1; off <= 1; off++) {
            uint64_t ns = (UINT64_C(1) << bits) + (uint64_t)off;
            if (ns >= LS_HISTOGRAM_NS_MAX) {
                continue;
            }
            begin();
            ls_histogram_add(&histogram, ns);
            ls_histogram_add(&histogram, 2 * LS_HISTOGRAM_NS_MAX);
            uint64_t told = ls_histogram_quantile(&histogram, 1, 2);
            assert_true(told >= ns && told - ns <= ns / 1024);
        }
    }
}

static void what_is_longer_than_an_hour_counts_as_that(void **state)
{
    (void)state;
    begin();
    ls_histogram_add(&histogram, UINT64_MAX);
    ls_histogram_add(&histogram, LS_HISTOGRAM_NS_MAX + 1);
    assert_int_equal(histogram.max, UINT64_MAX);
    uint64_t told = ls_histogram_quantile(&histogram, 1, 1);
    assert_true(told >= LS_HISTOGRAM_NS_MAX && told < LS_HISTOGRAM_NS_MAX / 1000 * 1001);
    assert_int_equal(histogram.buckets[LS_HISTOGRAM_BUCKETS - 1], 0); /* there is room */
}

static void quantiles_are_those_of_the_sorted_spans(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static uint64_t spans[COUNT];
    static const uint64_t parts[] = {1, 5000, 9900, 9990, 10000};
    begin();
    for (size_t i = 0; i < COUNT; i++) { /* as many of each size in bits */
        spans[i] = ls_word(7, i, 0) >> (22 + ls_below(ls_word(7, i, 1), 42));
        ls_histogram_add(&histogram, spans[i]);
    }
    qsort(spans, COUNT, sizeof *spans, by_size);
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        uint64_t want = spans[(COUNT * parts[k] + 9999) / 10000 - 1];
        uint64_t told = ls_histogram_quantile(&histogram, parts[k], 10000);
        want = want < LS_HISTOGRAM_NS_MAX ? want : LS_HISTOGRAM_NS_MAX;
        assert_true(told >= want && told - want <= want / 1024);
    }
    assert_int_equal(histogram.max, spans[COUNT - 1]);
    assert_int_equal(histogram.count, COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_counted_is_zero),
        cmocka_unit_test(short_spans_are_exact),
        cmocka_unit_test(spans_are_told_to_three_digits),
        cmocka_unit_test(what_is_longer_than_an_hour_counts_as_that),
        cmocka_unit_test(quantiles_are_those_of_the_sorted_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
