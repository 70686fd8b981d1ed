#include "core/base/exp2.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void check(uint64_t base, int64_t x)
{
    uint64_t wanted = ls_scale_exp2(base, x);
    uint64_t value = ls_exp2_scale(base, x);
    if (value != wanted) {
        fail_msg("%llu * 2^(%lld / 2^32) is %llu, not %llu", (unsigned long long)base, (long long)x,
                 (unsigned long long)wanted, (unsigned long long)value);
    }
}

/* Bases and powers of every size, as distributions have them and beyond. */
static void any_power_is_that_of_the_formula(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 2000000; n++) {
        uint64_t word = ls_mix(n);
        check(ls_mix(~n) >> word % 64,
              (int64_t)(word & ((UINT64_C(1) << 36) - 1)) - (INT64_C(1) << 35));
    }
    static const int64_t far[] = {INT64_MIN, INT64_MIN / 2, -(INT64_C(200) << 32),
                                  INT64_C(70) << 32, INT64_MAX};
    for (size_t k = 0; k < sizeof far / sizeof *far; k++) {
        check(0, far[k]);
        check(1, far[k]);
        check(UINT64_MAX, far[k]);
    }
}

/* Where a line is farthest from the curve, and where lines meet. */
static void the_middle_and_the_ends_of_each_line(void **state)
{
    const int64_t line = INT64_C(1) << (32 - LS_EXP2_BITS);
    (void)state;
    for (int64_t k = -(8 << LS_EXP2_BITS); k < 8 << LS_EXP2_BITS; k++) {
        for (uint64_t n = 0; n < 20; n++) {
            uint64_t base = (ls_mix((uint64_t)k + n) >> (20 + n)) + 1;
            check(base, k * line);
            check(base, k * line - 1);
            check(base, k * line + line / 2);
        }
    }
}

/* Values that the curve brings close to a whole number, from either side. */
static void near_whole_numbers(void **state)
{
    uint64_t asked = 0;
    (void)state;
    for (uint64_t n = 0; n < 200000; n++) {
        uint64_t base = 1 + ls_mix(n) % 100000;
        int64_t low = 0;
        int64_t high = INT64_C(4) << 32;
        uint64_t wanted = base + ls_mix(~n) % (15 * base);
        while (low < high) { /* the first x with this value */
            int64_t middle = low + (high - low) / 2;
            if (ls_scale_exp2(base, middle) >= wanted) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        for (int64_t x = low - 40; x < low + 40; x += 13) {
            check(base, x);
            asked++;
        }
        check(base, low);
        check(base, low - 1);
    }
    assert_true(asked > 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_power_is_that_of_the_formula),
        cmocka_unit_test(the_middle_and_the_ends_of_each_line),
        cmocka_unit_test(near_whole_numbers),
    };
    ls_exp2_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
