#include "core/base/normal.h"

#include "core/base/draw.h"
#include "core/base/fixed.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Words of every size, near either end and in the middle. */
static uint64_t any_word(uint64_t n)
{
    uint64_t word = ls_mix(n) >> ls_mix(~n) % 64;
    return n % 2 ? word : ~word;
}

/* No quantile is computed to compare with: the distribution function has to be on either side of
 * the probability a tolerance to either side of the answer. */
static void quantiles_are_accurate(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 300000; n++) {
        uint64_t word = any_word(n);
        bool low = word >> 63 == 0;
        long double tail = ((long double)(low ? word : ~word) + 0.5L) / 0x1p64L;
        long double z = (long double)ls_normal_draw(word) / 0x1p32L;
        z = low ? -z : z;
        long double tolerance = 0x1p-17L * fmaxl(1, fabsl(z));
        assert_true(erfcl((z + tolerance) / sqrtl(2)) / 2 <= tail);
        assert_true(erfcl((z - tolerance) / sqrtl(2)) / 2 >= tail);
    }
}

static void both_sides_are_alike(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 10000; n++) {
        assert_true(ls_normal_draw(any_word(n)) == -ls_normal_draw(~any_word(n)));
    }
}

/* Where lines meet, and inside them: in every octave of either side. */
static void quantiles_do_not_decrease(void **state)
{
    (void)state;
    for (unsigned s = 8; s < 64; s++) {
        for (uint64_t line = 0; line < LS_NORMAL_LINES; line++) {
            uint64_t meet = (LS_NORMAL_LINES + line) << (s - 8);
            uint64_t step = (UINT64_C(1) << (s - 8)) / 7 + 1;
            for (unsigned side = 0; side < 2; side++) {
                uint64_t word = (side ? ~meet : meet) - 3 * step;
                int64_t before = ls_normal_draw(word);
                for (unsigned k = 0; k < 12 && (word += step) >= step; k++) {
                    int64_t now = ls_normal_draw(word);
                    assert_true(now >= before);
                    before = now;
                }
            }
        }
    }
    for (uint64_t word = 0; word < 5000; word++) {
        assert_true(ls_normal_draw(word) <= ls_normal_draw(word + 1));
        assert_true(ls_normal_draw(~word) >= ls_normal_draw(~word - 1));
    }
}

static void lines_meet_at_quantiles(void **state)
{
    (void)state;
    for (unsigned s = 0; s < 63; s++) {
        for (uint64_t line = 0; line < LS_NORMAL_LINES; line++) {
            uint64_t parts = (LS_NORMAL_LINES + line) << s;
            uint64_t word = (s > LS_NORMAL_BITS ? (LS_NORMAL_LINES + line) << (s - LS_NORMAL_BITS)
                                                : parts >> LS_NORMAL_BITS) -
                            1;
            assert_true(ls_normal_draw(word) == ls_normal_q32(word));
        }
    }
    assert_true(ls_normal_draw((UINT64_C(1) << 63) - 1) == ls_normal_q32((UINT64_C(1) << 63) - 1));
}

/* The format's bits; as tests/model/values_model.py has them too. */
static void draws_are_pinned(void **state)
{
    uint64_t digest = 0;
    (void)state;
    for (uint64_t n = 0; n < 100000; n++) {
        digest = ls_mix(digest ^ (uint64_t)ls_normal_draw(any_word(n)));
    }
    assert_true(digest == UINT64_C(0x9fb1764001bebbc8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_accurate),    cmocka_unit_test(both_sides_are_alike),
        cmocka_unit_test(quantiles_do_not_decrease), cmocka_unit_test(lines_meet_at_quantiles),
        cmocka_unit_test(draws_are_pinned),
    };
    ls_normal_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
