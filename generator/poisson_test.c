#include "generator/poisson.h"

#include "core/base/draw.h"
#include "core/base/mem.h"
#include "generator/statistics_test.h"

#include <stdio.h>
#include <stdlib.h>

static struct ls_error err;

/* The language's least and greatest mean among them; modes of 0, below and at the mean. */
static const double means[] = {0.001, 0.01, 1, 1.6, 30, 1000, 9999.5, 10000};
enum { MEANS = sizeof means / sizeof *means };

struct made {
    struct ls_arena arena;
    struct ls_poisson *poisson;
};

static struct made poisson_of(double mean)
{
    struct made m;
    ls_arena_init(&m.arena, "test poisson", 1U << 20);
    assert_int_equal(ls_poisson_new((uint64_t)(mean * 4294967296.0), &m.arena, &m.poisson, &err),
                     0);
    return m;
}

static double probability(double mean, uint64_t count)
{
    double k = (double)count;
    return exp(k * log(mean) - mean - lgamma(k + 1));
}

/* The share of each count up to a rounding error of its exact probability; what is cut off at both
 * ends is less than that. */
static void limits_are_the_exact_sums(void **state)
{
    (void)state;
    for (size_t l = 0; l < MEANS; l++) {
        struct made m = poisson_of(means[l]);
        const struct ls_poisson *p = m.poisson;
        double sum = 0;
        assert_true(p->first == 0 || probability(means[l], p->first - 1) < 1e-12);
        assert_true(probability(means[l], p->first + p->count) < 1e-12);
        for (size_t k = 0; k + 1 < p->count; k++) {
            double share = (double)p->limits[k] / 18446744073709551616.0;
            sum += probability(means[l], p->first + k);
            if (fabs(share - sum) > 1e-9) {
                fail_msg("mean %g: up to %llu %.12f instead of %.12f", means[l],
                         (unsigned long long)(p->first + k), share, sum);
            }
            assert_true(k == 0 || p->limits[k] >= p->limits[k - 1]);
        }
        ls_arena_clear(&m.arena);
    }
}

static void a_word_finds_its_count(void **state)
{
    (void)state;
    for (size_t l = 0; l < MEANS; l++) {
        struct made m = poisson_of(means[l]);
        const struct ls_poisson *p = m.poisson;
        assert_int_equal(ls_poisson_at(p, 0), p->first);
        assert_int_equal(ls_poisson_at(p, UINT64_MAX), p->first + p->count - 1);
        for (size_t k = 0; k + 1 < p->count; k++) {
            assert_true(ls_poisson_at(p, p->limits[k]) > p->first + k);
            assert_true(p->limits[k] == 0 || ls_poisson_at(p, p->limits[k] - 1) <= p->first + k);
        }
        ls_arena_clear(&m.arena);
    }
}

static void draws_follow_the_law(void **state)
{
    enum { DRAWS = 200000, COUNTS = 11000 };
    static unsigned counts[COUNTS];
    static double shares[COUNTS];
    (void)state;
    for (size_t l = 0; l < MEANS; l++) {
        struct made m = poisson_of(means[l]);
        uint64_t key = ls_stream_key(l, "poisson_test");
        char what[32];
        for (uint64_t k = 0; k < COUNTS; k++) {
            counts[k] = 0;
            shares[k] = probability(means[l], k);
        }
        for (uint64_t i = 0; i < DRAWS; i++) {
            uint64_t count = ls_poisson_at(m.poisson, ls_word(key, i, 0));
            assert_in_range(count, 0, COUNTS - 1);
            counts[count]++;
        }
        snprintf(what, sizeof what, "mean %g", means[l]);
        check_shares(what, counts, shares, COUNTS);
        ls_arena_clear(&m.arena);
    }
}

/* The format's bits. */
static void draws_are_pinned(void **state)
{
    static const struct {
        uint64_t mean_q32;
        uint64_t draws[6], limits, digest;
    } pins[] = {
        {42949672, {0, 0, 0, 0, 0, 0}, UINT64_C(0x4a4314edfea8e1c1), UINT64_C(0xdbd579577640df0e)},
        {UINT64_C(6871947673),
         {3, 1, 3, 0, 1, 3},
         UINT64_C(0xf06417b8ad99bd66),
         UINT64_C(0x88f71c7e50710481)},
        {UINT64_C(128849018880),
         {34, 29, 35, 25, 28, 37},
         UINT64_C(0x701b8a0213226ba4),
         UINT64_C(0xe42d0c3425568a6d)},
        {UINT64_C(42949672960000),
         {10082, 9976, 10100, 9915, 9957, 10133},
         UINT64_C(0x12b1ff43c3106ebe),
         UINT64_C(0x52ea1af09d059ec2)},
    };
    (void)state;
    for (size_t k = 0; k < sizeof pins / sizeof *pins; k++) {
        struct ls_arena arena;
        struct ls_poisson *poisson;
        uint64_t key = ls_stream_key(7, "pin");
        uint64_t limits = 0;
        uint64_t digest = 0;
        uint64_t first[6];
        ls_arena_init(&arena, "test poisson", 1U << 20);
        assert_int_equal(ls_poisson_new(pins[k].mean_q32, &arena, &poisson, &err), 0);
        for (size_t l = 0; l + 1 < poisson->count; l++) {
            limits = ls_mix(limits ^ poisson->limits[l]);
        }
        for (uint64_t i = 0; i < 20000; i++) {
            uint64_t count = ls_poisson_at(poisson, ls_word(key, i, 0));
            digest = ls_mix(digest ^ count);
            first[i < 6 ? i : 5] = i < 6 ? count : first[5];
        }
        for (size_t i = 0; i < 6; i++) {
            assert_int_equal(first[i], pins[k].draws[i]);
        }
        assert_true(limits == pins[k].limits);
        assert_true(digest == pins[k].digest);
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
        struct ls_poisson *poisson;
        ls_arena_init(&arena, "test poisson", 1U << 20);
        ls_mem_refuse(++refused);
        rc = ls_poisson_new(UINT64_C(10000) << 32, &arena, &poisson, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_arena_clear(&arena);
    } while (rc != 0);
    assert_true(refused > 1);
    struct ls_arena small;
    struct ls_poisson *poisson;
    ls_arena_init(&small, "small", 1000);
    assert_int_equal(ls_poisson_new(UINT64_C(10000) << 32, &small, &poisson, &err), LS_E_DATA);
    ls_arena_clear(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_the_exact_sums),  cmocka_unit_test(a_word_finds_its_count),
        cmocka_unit_test(draws_follow_the_law),       cmocka_unit_test(draws_are_pinned),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
