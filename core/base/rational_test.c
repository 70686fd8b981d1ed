#include "core/base/rational.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct factor {
    int64_t numerator, denominator;
};

static const struct {
    int64_t start;
    struct factor factors[6]; /* to the first 0/0 */
    int64_t numerator, denominator, rounded;
} products[] = {
    {7, {{0, 0}}, 7, 1, 7},
    {1000, {{1, 2}}, 500, 1, 500},
    {1000, {{1, 3}}, 1000, 3, 333},
    {1000, {{1, 3}, {3, 1}}, 1000, 1, 1000}, /* nothing is lost on the way */
    {5, {{1, 2}}, 5, 2, 2},                  /* half to even */
    {7, {{1, 2}}, 7, 2, 4},
    {-5, {{1, 2}}, -5, 2, -2},
    {-7, {{1, 2}}, -7, 2, -4},
    {5, {{1, -2}}, -5, 2, -2},
    {5, {{-1, -2}}, 5, 2, 2},
    {0, {{1, 3}, {7, 2}}, 0, 1, 0},
    {9, {{0, 7}}, 0, 1, 0},
    {9, {{0, -7}, {3, 5}}, 0, 1, 0},
    {6, {{10, 4}, {2, 30}}, 1, 1, 1},
    {1, {{INT64_MIN, 1}}, INT64_MIN, 1, INT64_MIN},
    {1, {{INT64_MIN, INT64_MIN}}, 1, 1, 1},
    {INT64_MAX, {{1, INT64_MAX}}, 1, 1, 1},
    {INT64_MAX, {{INT64_MAX, 1}, {1, INT64_MAX}, {1, INT64_MAX}}, 1, 1, 1},
};

static void products_in_lowest_terms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(products); i++) {
        struct ls_rational r = {products[i].start, 1};
        for (const struct factor *f = products[i].factors; f->denominator; f++) {
            assert_true(ls_rational_multiply(&r, f->numerator, f->denominator));
        }
        assert_true(r.numerator == products[i].numerator);
        assert_true(r.denominator == products[i].denominator);
        assert_true(ls_rational_round(&r) == products[i].rounded);
    }
}

/* 2^127 is one too many, and so is -2^127. */
static void what_does_not_fit_is_told(void **state)
{
    const int64_t half = INT64_C(1) << 62;
    struct ls_rational r = {1, 1};
    (void)state;
    assert_true(ls_rational_multiply(&r, half, 1) && ls_rational_multiply(&r, half, 1));
    assert_false(ls_rational_multiply(&r, 8, 1));
    assert_false(ls_rational_multiply(&r, 8, 3)); /* a denominator of its own does not help */
    assert_true(r.numerator == (ls_i128)1 << 124);
    assert_true(ls_rational_multiply(&r, 8, 2));
    assert_true(r.numerator == (ls_i128)1 << 126);
    assert_false(ls_rational_multiply(&r, -2, 1));
    assert_true(ls_rational_multiply(&r, 1, INT64_MIN));
    assert_true(r.numerator == -((ls_i128)1 << 63) && r.denominator == 1);
    r = (struct ls_rational){1, 1};
    assert_true(ls_rational_multiply(&r, 1, half) && ls_rational_multiply(&r, 1, half));
    assert_false(ls_rational_multiply(&r, 1, 8));
    assert_true(r.numerator == 1 && r.denominator == (ls_i128)1 << 124);
}

/* Many factors and then all their inverses, shuffled by nothing: back where it began. */
static void inverses_cancel(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 200; round++) {
        int64_t start = (int64_t)ls_below(ls_word(1, round, 0), 2000001) - 1000000;
        struct ls_rational r = {start, 1};
        struct factor factors[8];
        for (size_t i = 0; i < COUNT(factors); i++) {
            factors[i].numerator = 1 + (int64_t)ls_below(ls_word(2, round, i), 1000);
            factors[i].denominator = 1 + (int64_t)ls_below(ls_word(3, round, i), 1000);
            assert_true(ls_rational_multiply(&r, factors[i].numerator, -factors[i].denominator));
        }
        for (size_t i = 0; i < COUNT(factors); i++) {
            assert_true(ls_rational_multiply(&r, factors[i].denominator, -factors[i].numerator));
        }
        assert_true(r.numerator == start && r.denominator == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_in_lowest_terms),
        cmocka_unit_test(what_does_not_fit_is_told),
        cmocka_unit_test(inverses_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
