#include "core/base/wide.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Numbers of all sizes and both signs, edges among them. */
static ls_i128 any_i128(uint64_t n)
{
    static const ls_i128 edges[] = {0,
                                    1,
                                    -1,
                                    2,
                                    -2,
                                    INT64_MAX,
                                    INT64_MIN,
                                    (ls_i128)UINT64_MAX,
                                    LS_I128_MAX,
                                    LS_I128_MIN,
                                    LS_I128_MAX - 1,
                                    LS_I128_MIN + 1};
    if (n % 8 == 0) {
        return edges[n / 8 % COUNT(edges)];
    }
    ls_u128 bits = (ls_u128)ls_mix(n) << 64 | ls_mix(~n);
    return (ls_i128)bits >> (ls_mix(n + 1) % 128);
}

/* Division by shift and subtract, then the rounding by its definition: the nearest quotient, the
 * even one of two. */
static ls_i128 slow_half_even(ls_i128 value, ls_i128 divisor)
{
    ls_u128 n = value < 0 ? 0 - (ls_u128)value : (ls_u128)value;
    ls_u128 d = divisor < 0 ? 0 - (ls_u128)divisor : (ls_u128)divisor;
    ls_u128 quotient = 0;
    ls_u128 rest = 0;
    for (int bit = 127; bit >= 0; bit--) {
        bool carry = rest >> 127;
        rest = rest << 1 | (n >> bit & 1);
        quotient <<= 1;
        if (carry || rest >= d) {
            rest -= d;
            quotient |= 1;
        }
    }
    bool above = rest > d / 2 || (rest == d / 2 && d % 2 == 0 && (quotient & 1));
    quotient += above;
    return (ls_i128)((value < 0) != (divisor < 0) ? 0 - quotient : quotient);
}

static void half_even_table(void **state)
{
    static const struct {
        ls_i128 value;
        ls_i128 divisor;
        ls_i128 quotient;
    } cases[] = {
        {0, 7, 0},
        {1, 2, 0},
        {3, 2, 2},
        {5, 2, 2},
        {7, 2, 4},
        {-1, 2, 0},
        {-3, 2, -2},
        {-5, 2, -2},
        {1, -2, 0},
        {3, -2, -2},
        {-3, -2, 2},
        {-5, -2, 2},
        {1, 3, 0},
        {2, 3, 1},
        {-2, 3, -1},
        {4, 3, 1},
        {5, 3, 2},
        {10, 4, 2},
        {14, 4, 4},
        {25, 10, 2},
        {35, 10, 4},
        {26, 10, 3},
        {-25, 10, -2},
        {-35, 10, -4},
        {100, 1, 100},
        {LS_I128_MAX, 1, LS_I128_MAX},
        {LS_I128_MIN, 1, LS_I128_MIN},
        {LS_I128_MAX, -1, -LS_I128_MAX},
        {LS_I128_MAX, LS_I128_MAX, 1},
        {LS_I128_MIN, LS_I128_MIN, 1},
        {LS_I128_MIN, LS_I128_MAX, -1},
        {LS_I128_MAX / 2, LS_I128_MAX, 0},
        {LS_I128_MAX / 2 + 1, LS_I128_MAX, 1},
        {LS_I128_MIN / 2, LS_I128_MIN, 0},
        {LS_I128_MIN / 2 - 1, LS_I128_MIN, 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(ls_div_half_even(cases[i].value, cases[i].divisor) == cases[i].quotient);
    }
}

static void half_even_agrees_with_the_slow_way(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 100000; n++) {
        ls_i128 value = any_i128(n);
        ls_i128 divisor = any_i128(ls_mix(n));
        if (n % 5 == 0 && divisor != 0) { /* a tie, or next to one */
            value = divisor / 2 + (ls_i128)(n % 3) - 1;
        }
        if (divisor == 0 || (value == LS_I128_MIN && divisor == -1)) {
            continue;
        }
        assert_true(ls_div_half_even(value, divisor) == slow_half_even(value, divisor));
    }
    for (int value = -300; value <= 300; value++) {
        for (int divisor = -20; divisor <= 20; divisor++) {
            assert_true(divisor == 0 ||
                        ls_div_half_even(value, divisor) == slow_half_even(value, divisor));
        }
    }
}

static void greatest_common_divisors(void **state)
{
    static const struct {
        ls_u128 a, b, divisor;
    } cases[] = {
        {0, 0, 0},
        {0, 5, 5},
        {5, 0, 5},
        {1, 1, 1},
        {12, 18, 6},
        {18, 12, 6},
        {17, 1000, 1},
        {1000, 17, 1},
        {86400000, 1000, 1000},
        {~(ls_u128)0, 3, 3},
        {(ls_u128)1 << 127, (ls_u128)3 << 100, (ls_u128)1 << 100},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(ls_gcd(cases[i].a, cases[i].b) == cases[i].divisor);
    }
}

static void floor_division(void **state)
{
    static const struct {
        int64_t value;
        int64_t divisor;
        int64_t quotient;
    } cases[] = {
        {0, 5, 0},
        {4, 5, 0},
        {5, 5, 1},
        {-1, 5, -1},
        {-5, 5, -1},
        {-6, 5, -2},
        {INT64_MIN, 1, INT64_MIN},
        {INT64_MAX, 1, INT64_MAX},
        {INT64_MIN, INT64_MAX, -2},
        {INT64_MAX, INT64_MAX, 1},
        {INT64_MIN, 86400000, -106751991168},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ls_floor_div(cases[i].value, cases[i].divisor), cases[i].quotient);
    }
}

static void checked_arithmetic(void **state)
{
    static const struct {
        ls_i128 a;
        ls_i128 b;
        bool add;
        bool subtract;
        bool multiply;
    } cases[] = {
        {1, 1, false, false, false},
        {LS_I128_MAX, 0, false, false, false},
        {LS_I128_MAX, 1, true, false, false},
        {LS_I128_MAX, -1, false, true, false},
        {LS_I128_MIN, -1, true, false, true},
        {LS_I128_MIN, 1, false, true, false},
        {LS_I128_MIN, 2, false, true, true},
        {(ls_i128)1 << 63, (ls_i128)1 << 63, false, false, false},
        {(ls_i128)1 << 63, (ls_i128)1 << 64, false, false, true},
        {(ls_i128)1 << 63, -((ls_i128)1 << 64), false, false, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        ls_i128 sum;
        ls_i128 difference;
        ls_i128 product;
        assert_int_equal(ls_add_overflows(cases[i].a, cases[i].b, &sum), cases[i].add);
        assert_true(cases[i].add || sum - cases[i].b == cases[i].a);
        assert_int_equal(ls_sub_overflows(cases[i].a, cases[i].b, &difference), cases[i].subtract);
        assert_true(cases[i].subtract || difference + cases[i].b == cases[i].a);
        assert_int_equal(ls_mul_overflows(cases[i].a, cases[i].b, &product), cases[i].multiply);
        assert_true(cases[i].multiply || cases[i].b == 0 || product / cases[i].b == cases[i].a);
    }
    assert_true(ls_fits_i64(INT64_MAX) && ls_fits_i64(INT64_MIN));
    assert_false(ls_fits_i64((ls_i128)INT64_MAX + 1) || ls_fits_i64((ls_i128)INT64_MIN - 1));
    assert_int_equal(ls_mul_high(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    assert_int_equal(ls_mul_high(UINT64_C(1) << 32, UINT64_C(1) << 32), 1);
    assert_true(ls_pow10(0) == 1 && ls_pow10(19) == (ls_i128)10000000000000000000U);
    assert_true(ls_pow10(38) / ls_pow10(19) == ls_pow10(19) && LS_I128_MAX / ls_pow10(38) == 1);
}

static void decimal_formats(void **state)
{
    static const struct {
        ls_i128 value;
        unsigned scale;
        const char *text;
    } cases[] = {
        {0, 0, "0"},
        {0, 2, "0.00"},
        {5, 2, "0.05"},
        {-5, 2, "-0.05"},
        {50, 2, "0.50"},
        {500, 2, "5.00"},
        {-12345, 3, "-12.345"},
        {7, 0, "7"},
        {10, 1, "1.0"},
        {1, 38, "0.00000000000000000000000000000000000001"},
        {LS_I128_MAX, 0, "170141183460469231731687303715884105727"},
        {LS_I128_MIN, 0, "-170141183460469231731687303715884105728"},
        {LS_I128_MAX, 38, "1.70141183460469231731687303715884105727"},
        {LS_I128_MIN, 38, "-1.70141183460469231731687303715884105728"},
        {LS_I128_MIN, 19, "-17014118346046923173.1687303715884105728"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[LS_I128_TEXT_MAX];
        size_t length = ls_decimal_format(cases[i].value, cases[i].scale, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(length, strlen(text));
    }
}

static void decimal_round_trips(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 20000; n++) {
        ls_i128 value = any_i128(n);
        unsigned scale = (unsigned)(ls_mix(n + 5) % 39);
        char text[LS_I128_TEXT_MAX];
        size_t length = ls_decimal_format(value, scale, text);
        ls_i128 back = 1;
        assert_true(ls_decimal_parse(text, length, scale, &back));
        assert_true(back == value);
    }
}

static void decimal_accepts(void **state)
{
    static const struct {
        const char *text;
        unsigned scale;
        ls_i128 value;
    } cases[] = {
        {"0", 0, 0},
        {"-0", 2, 0},
        {"+0.0", 0, 0},
        {"1", 2, 100},
        {"+1.5", 2, 150},
        {"1.50", 1, 15},
        {"1.5000000000000000000000000000000000000000000000", 1, 15},
        {"1.000", 0, 1},
        {"007", 0, 7},
        {"-12.34", 2, -1234},
        {"170141183460469231731687303715884105727", 0, LS_I128_MAX},
        {"-170141183460469231731687303715884105728", 0, LS_I128_MIN},
        {"-1.70141183460469231731687303715884105728", 38, LS_I128_MIN},
        {"-170141183460469231731687303715884105728.000", 0, LS_I128_MIN},
        {"000000000000000000000000000000000000000000000000001", 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        ls_i128 value = 99;
        assert_true(ls_decimal_parse(cases[i].text, strlen(cases[i].text), cases[i].scale, &value));
        assert_true(value == cases[i].value);
    }
}

static void decimal_rejects(void **state)
{
    static const struct {
        const char *text;
        unsigned scale;
    } cases[] = {
        {"", 2},
        {"-", 2},
        {"+", 2},
        {".", 2},
        {"1.", 2},
        {".5", 2},
        {"-.5", 2},
        {"--1", 2},
        {"+-1", 2},
        {"1-", 2},
        {"1.2.3", 2},
        {"1..2", 2},
        {"1,5", 2},
        {" 1", 2},
        {"1 ", 2},
        {"1e3", 2},
        {"0x1", 2},
        {"1_000", 2},
        {"nan", 2},
        {"inf", 2},
        {"1.005", 2},
        {"1.5", 0},
        {"0.001", 2},
        {"1.50 ", 2},
        {"170141183460469231731687303715884105728", 0},
        {"-170141183460469231731687303715884105729", 0},
        {"1.70141183460469231731687303715884105728", 38},
        {"999999999999999999999999999999999999999", 0},
        {"9999999999999999999999999999999999999999", 0},
        {"2", 38},
        {"1.8", 38},
        {"17014118346046923173168730371588410573", 1},
        {"1.", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        ls_i128 value;
        assert_false(
            ls_decimal_parse(cases[i].text, strlen(cases[i].text), cases[i].scale, &value));
    }
}

/* The size bounds what is read, not a NUL. */
static void decimal_reads_size_bytes(void **state)
{
    ls_i128 value;
    (void)state;
    assert_true(ls_decimal_parse("12.5x", 4, 1, &value) && value == 125);
    assert_true(ls_decimal_parse("125", 2, 0, &value) && value == 12);
    assert_false(ls_decimal_parse("12\0", 3, 0, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_even_table),
        cmocka_unit_test(half_even_agrees_with_the_slow_way),
        cmocka_unit_test(greatest_common_divisors),
        cmocka_unit_test(floor_division),
        cmocka_unit_test(checked_arithmetic),
        cmocka_unit_test(decimal_formats),
        cmocka_unit_test(decimal_round_trips),
        cmocka_unit_test(decimal_accepts),
        cmocka_unit_test(decimal_rejects),
        cmocka_unit_test(decimal_reads_size_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
