#include "generator/interleave.h"

#include "core/base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LAG_MAX ((INT64_C(1) << 40) - 1)

struct kit {
    struct ls_arena arena;
    struct ls_error err;
    int64_t wished[LS_LAGS];
    const int64_t *lags;
};

static int setup(void **state)
{
    struct kit *kit = calloc(1, sizeof *kit);
    *state = kit;
    if (!kit) {
        return -1;
    }
    ls_arena_init(&kit->arena, "test lags", 1U << 30);
    return 0;
}

static int teardown(void **state)
{
    struct kit *kit = *state;
    ls_arena_clear(&kit->arena);
    free(kit);
    return 0;
}

/* ---- wishes */

static double exponential_at(double q, double mean)
{
    return -log(1 - q) * mean;
}

/* By bisection; precise enough for a table of 4096. */
static double normal_at(double q)
{
    double low = -9;
    double high = 9;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (erfc(-middle / sqrt(2)) / 2 < q) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

static double lognormal_at(double q, double median)
{
    return median * exp(.8 * normal_at(q));
}

static double uniform_at(double q, double mean)
{
    return 2 * q * mean;
}

static double exponential_below(double x, double mean)
{
    return 1 - exp(-x / mean);
}

static double lognormal_below(double x, double median)
{
    return erfc(-log(x / median) / .8 / sqrt(2)) / 2;
}

static double uniform_below(double x, double mean)
{
    return fmin(1, x / mean / 2);
}

static const struct kind {
    const char *name;
    double (*at)(double q, double scale);
    double (*below)(double x, double scale);
} kinds[] = {
    {"exponential", exponential_at, exponential_below},
    {"lognormal", lognormal_at, lognormal_below},
    {"uniform", uniform_at, uniform_below},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Rising, or falling as the product's exponential is. */
static void wish(struct kit *kit, const struct kind *kind, double scale, bool falling)
{
    for (int k = 0; k < LS_LAGS; k++) {
        double x = floor(kind->at((k + .5) / LS_LAGS, scale) + .5);
        kit->wished[falling ? LS_LAGS - 1 - k : k] = x < (double)LAG_MAX ? (int64_t)x : LAG_MAX;
    }
}

/* ---- what has to hold */

static void interleave(struct kit *kit, int64_t least, uint64_t key)
{
    if (ls_interleave(kit->wished, least, ls_mix(key), &kit->arena, &kit->lags, &kit->err) < 0) {
        fail_msg("%s", kit->err.text);
    }
}

/* Each number of the step before has one slot, and none is nearer than the least. */
static void check_lags(const struct kit *kit, int64_t least)
{
    bool taken[LS_LAGS] = {false};
    for (int64_t k = 0; k < LS_LAGS; k++) {
        int64_t n = ((k - kit->lags[k]) % LS_LAGS + LS_LAGS) % LS_LAGS;
        assert_true(kit->lags[k] >= least);
        assert_false(taken[n]);
        taken[n] = true;
    }
}

/* Of the lags, less that of the wishes that can be had, over all. */
static int64_t surplus(const struct kit *kit, int64_t least)
{
    int64_t sum = 0;
    for (int k = 0; k < LS_LAGS; k++) {
        int64_t wished = kit->wished[k];
        sum += kit->lags[k] - (wished > least ? wished : least);
    }
    return sum;
}

static void each_number_has_one_slot(void **state)
{
    static const double scales[] = {.3, 3, 40, 700, 1e4, 1e8, 1e12};
    static const int64_t leasts[] = {1, 2, 30, 4095, 4097, 1 << 20};
    struct kit *kit = *state;
    uint64_t key = 0;
    for (size_t k = 0; k < KINDS; k++) {
        for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
            for (size_t l = 0; l < sizeof leasts / sizeof *leasts; l++) {
                wish(kit, &kinds[k], scales[s], key % 2);
                interleave(kit, leasts[l], key++);
                check_lags(kit, leasts[l]);
                assert_true(surplus(kit, leasts[l]) >= -LS_LAGS / 2);
                ls_arena_clear(&kit->arena);
            }
        }
    }
}

/* Nothing but rounding moves the mean, where lags are longer than the least. */
static void the_mean_is_kept(void **state)
{
    struct kit *kit = *state;
    for (size_t k = 0; k < KINDS; k++) {
        for (uint64_t key = 0; key < 20; key++) {
            wish(kit, &kinds[k], 20 + 400 * (double)key, key % 2);
            interleave(kit, 3, key);
            check_lags(kit, 3);
            assert_in_range(surplus(kit, 3) + LS_LAGS / 2, 0, LS_LAGS);
            ls_arena_clear(&kit->arena);
        }
    }
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov's distance from the distribution that was wished for. */
static double distance(const struct kit *kit, const struct kind *kind, double scale)
{
    int64_t sorted[LS_LAGS];
    double most = 0;
    memcpy(sorted, kit->lags, sizeof sorted);
    qsort(sorted, LS_LAGS, sizeof *sorted, compare);
    for (int k = 0; k < LS_LAGS; k++) {
        double below = kind->below((double)sorted[k], scale);
        most = fmax(most,
                    fmax(fabs((k + 1.) / LS_LAGS - below), fabs((double)k / LS_LAGS - below)));
    }
    return most;
}

/* The longer they are, the less matters what sorting moves. (4096 independent draws would be .021
 * off one time in twenty.) */
static void lags_are_distributed_as_wished(void **state)
{
    static const struct {
        double scale, bound;
    } cases[] = {{160, .03}, {1000, .01}, {20000, .002}, {1e7, .0003}};
    struct kit *kit = *state;
    for (size_t k = 0; k < KINDS; k++) {
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            for (uint64_t key = 1; key <= 3; key++) {
                wish(kit, &kinds[k], cases[c].scale, key % 2);
                interleave(kit, 4, key);
                double d = distance(kit, &kinds[k], cases[c].scale);
                if (d > cases[c].bound) {
                    fail_msg("%s of %g: %f off", kinds[k].name, cases[c].scale, d);
                }
                ls_arena_clear(&kit->arena);
            }
        }
    }
}

/* Long and short ones alternate as in a shuffled deck, and differently with each key. */
static void they_come_in_no_order(void **state)
{
    struct kit *kit = *state;
    const int64_t *before = NULL;
    for (uint64_t key = 0; key < 4; key++) {
        int turns = 0;
        int equal = 0;
        wish(kit, &kinds[2], 1e5, false);
        interleave(kit, 4, key);
        for (int k = 1; k + 1 < LS_LAGS; k++) {
            turns += (kit->lags[k] > kit->lags[k - 1]) == (kit->lags[k] > kit->lags[k + 1]);
            equal += before && kit->lags[k] == before[k];
        }
        /* two thirds of the places are higher or lower than both neighbours, +- 5 deviations */
        assert_in_range(turns, LS_LAGS * 2 / 3 - 140, LS_LAGS * 2 / 3 + 140);
        assert_in_range(equal, 0, 20);
        before = kit->lags;
    }
    const int64_t *again = kit->lags;
    interleave(kit, 4, 3);
    assert_memory_equal(again, kit->lags, LS_LAGS * sizeof *again);
}

static void equal_wishes_are_kept_to_the_letter(void **state)
{
    static const struct {
        int64_t wished, least, lag;
    } cases[] = {
        {0, 1, 1},          {0, 1 << 20, 1 << 20},       {7, 7, 7},
        {4096, 1, 4096},    {LAG_MAX, 1, LAG_MAX},       {LAG_MAX, 1 << 20, LAG_MAX},
        {4095, 4096, 4096}, {1 << 20, 1 << 20, 1 << 20}, {(1 << 20) - 1, 1 << 20, 1 << 20},
    };
    struct kit *kit = *state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (int k = 0; k < LS_LAGS; k++) {
            kit->wished[k] = cases[c].wished;
        }
        interleave(kit, cases[c].least, c);
        for (int k = 0; k < LS_LAGS; k++) {
            assert_true(kit->lags[k] == cases[c].lag);
        }
    }
}

static void extremes_lie_side_by_side(void **state)
{
    static const int64_t leasts[] = {1, 100, 5000, 1 << 20};
    struct kit *kit = *state;
    for (size_t l = 0; l < sizeof leasts / sizeof *leasts; l++) {
        for (int longs = 1; longs < LS_LAGS; longs += longs < 8 ? 1 : 1000) {
            for (int k = 0; k < LS_LAGS; k++) {
                kit->wished[k] = k < longs ? 0 : LAG_MAX;
            }
            interleave(kit, leasts[l], (uint64_t)longs);
            check_lags(kit, leasts[l]);
            assert_true(llabs(surplus(kit, leasts[l])) <= LS_LAGS);
            ls_arena_clear(&kit->arena);
        }
    }
}

/* Where nearly all lags are the least, sorting makes some too short, and there are no longer ones
 * near: then all are made longer. */
static void lags_grow_where_the_least_is_large(void **state)
{
    static const int64_t leasts[] = {1, 3, 700, 5000};
    struct kit *kit = *state;
    for (size_t l = 0; l < sizeof leasts / sizeof *leasts; l++) {
        int grown = 0;
        for (uint64_t key = 0; key < 40; key++) {
            wish(kit, &kinds[0], 1 + (double)key / 20, false);
            for (int k = 0; k < LS_LAGS; k++) {
                kit->wished[k] += leasts[l] - 1;
            }
            interleave(kit, leasts[l], key);
            check_lags(kit, leasts[l]);
            grown += surplus(kit, leasts[l]) > LS_LAGS / 2;
            assert_true(surplus(kit, leasts[l]) <= 4L * LS_LAGS);
            ls_arena_clear(&kit->arena);
        }
        assert_true(grown > 3);
    }
}

static void refused_memory_is_an_error(void **state)
{
    struct kit *kit = *state;
    unsigned refused = 0;
    int rc;
    wish(kit, &kinds[0], 1000, false);
    do {
        ls_mem_refuse(++refused);
        rc = ls_interleave(kit->wished, 4, 1, &kit->arena, &kit->lags, &kit->err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_arena_clear(&kit->arena);
    } while (rc != 0);
    assert_int_equal(refused, 4);
}

#define KIT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(each_number_has_one_slot),
        KIT_TEST(the_mean_is_kept),
        KIT_TEST(lags_are_distributed_as_wished),
        KIT_TEST(they_come_in_no_order),
        KIT_TEST(equal_wishes_are_kept_to_the_letter),
        KIT_TEST(extremes_lie_side_by_side),
        KIT_TEST(lags_grow_where_the_least_is_large),
        KIT_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
