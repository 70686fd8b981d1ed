#include "generator/zipf.h"

#include "core/base/mem.h"
#include "generator/statistics_test.h"

#include <stdio.h>
#include <stdlib.h>

static struct ls_error err;

struct zipf {
    struct ls_arena arena;
    struct ls_zipf *made;
};

static struct zipf zipf_of(uint64_t n, double s)
{
    struct zipf z;
    ls_arena_init(&z.arena, "test zipf", 1U << 28);
    assert_int_equal(ls_zipf_new(n, (uint64_t)llround(s * 4294967296.0), &z.arena, &z.made, &err),
                     0);
    return z;
}

static const struct {
    uint64_t n;
    double s;
} laws[] = {{1, .5},    {1, 2},    {2, .5},      {2, 1.05},      {2, 2},      {20, .5},
            {20, 2},    {20, 10},  {129, .5},    {1000, 1.05},   {1000, .01}, {1000, 2},
            {1000, 10}, {4097, 1}, {200000, .5}, {200000, 1.05}, {200000, 2}};
enum { LAWS = sizeof laws / sizeof *laws };

/* Buckets cover 1 .. n without a gap, thresholds rise to the top. */
static void buckets_cover_all_ranks(void **state)
{
    (void)state;
    for (size_t k = 0; k < LAWS; k++) {
        struct zipf z = zipf_of(laws[k].n, laws[k].s);
        uint64_t next = 1;
        uint64_t threshold = 0;
        for (size_t b = 0; b < z.made->count; b++) {
            const struct ls_zipf_bucket *bucket = &z.made->buckets[b];
            assert_int_equal(bucket->first, next);
            uint64_t width = ls_zipf_width(z.made, bucket);
            assert_true(width >= 1 && width <= 1 + bucket->first / 64);
            assert_true(bucket->first >= 128 || width == 1);
            assert_true(bucket->threshold >= threshold);
            threshold = bucket->threshold;
            next += width;
        }
        assert_true(next == laws[k].n + 1);
        assert_true(threshold == UINT64_MAX);
        ls_arena_clear(&z.arena);
    }
}

static double weight(double s, uint64_t rank)
{
    return pow((double)rank, -s);
}

/* The share of each bucket is that of its ranks' weights. */
static void thresholds_are_the_exact_shares(void **state)
{
    (void)state;
    for (size_t k = 0; k < LAWS; k++) {
        struct zipf z = zipf_of(laws[k].n, laws[k].s);
        double total = 0;
        for (uint64_t rank = laws[k].n; rank >= 1; rank--) {
            total += weight(laws[k].s, rank);
        }
        double sum = 0;
        uint64_t rank = 1;
        for (size_t b = 0; b + 1 < z.made->count; b++) {
            const struct ls_zipf_bucket *bucket = &z.made->buckets[b];
            uint64_t width = ls_zipf_width(z.made, bucket);
            for (; rank < bucket->first + width; rank++) {
                sum += weight(laws[k].s, rank);
            }
            double share = (double)bucket->threshold / 18446744073709551616.0;
            if (fabs(share - sum / total) > 1e-8) {
                fail_msg("n %llu, s %g, bucket %zu: %.12f instead of %.12f",
                         (unsigned long long)laws[k].n, laws[k].s, b, share, sum / total);
            }
            double least = weight(laws[k].s, bucket->first + width - 1) /
                           weight(laws[k].s, bucket->first);
            assert_true(bucket->sure <= 65536 * least + 1e-3);
            assert_true(bucket->sure >= 65536 * least - 1.001);
        }
        ls_arena_clear(&z.arena);
    }
}

/* Searching from the guide's bucket finds what a search from the first one does. */
static void the_guide_skips_nothing(void **state)
{
    (void)state;
    for (size_t k = 0; k < LAWS; k++) {
        struct zipf z = zipf_of(laws[k].n, laws[k].s);
        const struct ls_zipf *zipf = z.made;
        for (uint64_t g = 0; g < LS_ZIPF_GUIDE; g++) {
            const uint64_t cell = UINT64_C(1) << (64 - LS_ZIPF_GUIDE_BITS);
            const uint64_t words[] = {g * cell, g * cell + 1, g * cell + cell / 2,
                                      g * cell + (cell - 1)};
            for (size_t w = 0; w < 4; w++) {
                size_t b = 0;
                while (b + 1 < zipf->count && words[w] >= zipf->buckets[b].threshold) {
                    b++;
                }
                assert_true(zipf->guide[g] <= b);
                assert_true(w > 0 || zipf->guide[g] == b);
            }
        }
        ls_arena_clear(&z.arena);
    }
}

/* Ranks are drawn as often as their weights say: chi-square over cells of at least 20 expected. */
static void draws_follow_the_law(void **state)
{
    enum { DRAWS = 400000 };
    (void)state;
    for (size_t k = 0; k < LAWS; k++) {
        uint64_t n = laws[k].n;
        struct zipf z = zipf_of(n, laws[k].s);
        uint64_t key = ls_stream_key(k, "zipf_test");
        unsigned *counts = calloc(n + 1, sizeof *counts);
        assert_non_null(counts);
        for (uint64_t i = 0; i < DRAWS; i++) {
            uint64_t rank = ls_zipf_draw(z.made, key, i);
            assert_in_range(rank, 1, n);
            counts[rank]++;
        }
        double *shares = calloc(n + 1, sizeof *shares);
        double total = 0;
        assert_non_null(shares);
        for (uint64_t rank = n; rank >= 1; rank--) {
            total += weight(laws[k].s, rank);
        }
        for (uint64_t rank = 1; rank <= n; rank++) {
            shares[rank] = weight(laws[k].s, rank) / total;
        }
        char what[64];
        snprintf(what, sizeof what, "n %llu, s %g", (unsigned long long)n, laws[k].s);
        check_shares(what, counts, shares, n + 1);
        assert_true(n > 1 || counts[1] == DRAWS);
        free(shares);
        free(counts);
        ls_arena_clear(&z.arena);
    }
}

/* The format's bits: a changed one changes the output of every spec with a zipf in it. */
static void draws_are_pinned(void **state)
{
    static const struct {
        uint64_t n, exponent_q32, draws[6], thresholds, ranks;
    } pins[] = {
        {2,
         UINT64_C(2147483648),
         {2, 1, 2, 1, 1, 2},
         UINT64_C(0x6691b7b3f3b97fcb),
         UINT64_C(0xc2e9083c82b4f5b1)},
        {20,
         UINT64_C(6871947674),
         {4, 1, 6, 1, 1, 9},
         UINT64_C(0xd030165be8bc6e61),
         UINT64_C(0xdf0aefbd8a67fda5)},
        {1000,
         UINT64_C(8589934592),
         {3, 1, 4, 1, 1, 7},
         UINT64_C(0x7e24d530351e41a3),
         UINT64_C(0x9ba5366e7a37c60f)},
        {20000,
         UINT64_C(5153960755),
         {220, 5, 453, 1, 3, 1611},
         UINT64_C(0x540f6499c56cd007),
         UINT64_C(0x01635852f55324b0)},
        {200000,
         UINT64_C(4509715661),
         {6784, 40, 13881, 4, 18, 41338},
         UINT64_C(0x251943ecec84394d),
         UINT64_C(0x4e75bb803383ed12)},
    };
    (void)state;
    for (size_t k = 0; k < sizeof pins / sizeof *pins; k++) {
        struct ls_arena arena;
        struct ls_zipf *zipf;
        uint64_t key = ls_stream_key(7, "pin");
        uint64_t thresholds = 0;
        uint64_t ranks = 0;
        ls_arena_init(&arena, "test zipf", 1U << 28);
        assert_int_equal(ls_zipf_new(pins[k].n, pins[k].exponent_q32, &arena, &zipf, &err), 0);
        for (size_t b = 0; b < zipf->count; b++) {
            thresholds = ls_mix(thresholds ^ zipf->buckets[b].threshold);
        }
        for (uint64_t i = 0; i < 20000; i++) {
            uint64_t rank = ls_zipf_draw(zipf, key, i);
            ranks = ls_mix(ranks ^ rank);
            assert_true(i >= 6 || rank == pins[k].draws[i]);
        }
        assert_true(thresholds == pins[k].thresholds);
        assert_true(ranks == pins[k].ranks);
        ls_arena_clear(&arena);
    }
}

static void refused_memory_is_an_error(void **state)
{
    unsigned refused = 0;
    int rc;
    (void)state;
    do {
        struct ls_arena arena;
        struct ls_zipf *zipf;
        ls_arena_init(&arena, "test zipf", 1U << 20);
        ls_mem_refuse(++refused);
        rc = ls_zipf_new(1000, UINT64_C(1) << 32, &arena, &zipf, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_arena_clear(&arena);
    } while (rc != 0);
    assert_true(refused > 1);
    struct ls_arena small;
    struct ls_zipf *zipf;
    ls_arena_init(&small, "small", 1000);
    assert_int_equal(ls_zipf_new(1000, UINT64_C(1) << 32, &small, &zipf, &err), LS_E_DATA);
    ls_arena_clear(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_cover_all_ranks),
        cmocka_unit_test(thresholds_are_the_exact_shares),
        cmocka_unit_test(the_guide_skips_nothing),
        cmocka_unit_test(draws_follow_the_law),
        cmocka_unit_test(draws_are_pinned),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
