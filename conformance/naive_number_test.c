#include "conformance/naive_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void quotients_are_rounded_half_to_even(void **state)
{
    (void)state;
    static const struct {
        int64_t a, b, wanted;
    } cases[] = {{0, 3, 0},     {1, 3, 0},    {2, 3, 1},   {1, 2, 0},   {3, 2, 2},   {5, 2, 2},
                 {7, 2, 4},     {-1, 2, 0},   {-3, 2, -2}, {-5, 2, -2}, {-7, 2, -4}, {1, -2, 0},
                 {3, -2, -2},   {-3, -2, 2},  {-5, -2, 2}, {-1, 3, 0},  {-2, 3, -1}, {-4, 3, -1},
                 {-5, 3, -2},   {6, 3, 2},    {-6, 3, -2}, {25, 10, 2}, {35, 10, 4}, {26, 10, 3},
                 {-25, 10, -2}, {-26, 10, -3}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        ls_i128 is;
        assert_true(ls_naive_divide(cases[i].a, cases[i].b, &is));
        if (is != cases[i].wanted) {
            fail_msg("%d / %d is %d, should be %d", (int)cases[i].a, (int)cases[i].b, (int)is,
                     (int)cases[i].wanted);
        }
    }
    ls_i128 is;
    assert_true(ls_naive_divide(LS_I128_MAX, LS_I128_MAX, &is) && is == 1);
    assert_true(ls_naive_divide(LS_I128_MIN, LS_I128_MAX, &is) && is == -1);
    assert_true(ls_naive_divide(LS_I128_MAX - 1, LS_I128_MAX, &is) && is == 1);
    assert_true(ls_naive_divide(1, LS_I128_MAX, &is) && is == 0);
    assert_false(ls_naive_divide(LS_I128_MIN, -1, &is));
}

/* Exact with what stands between, which may be wider than what comes of it. */
static void quotients_have_the_places_that_are_wanted(void **state)
{
    (void)state;
    static const struct {
        int64_t a, b;
        int shift;
        int64_t wanted;
    } cases[] = {{1, 3, 4, 3333},
                 {2, 3, 4, 6667},
                 {-2, 3, 4, -6667},
                 {1, 8, 2, 12},
                 {3, 8, 2, 38},
                 {-1, 8, 2, -12},
                 {-3, 8, 2, -38},
                 {1, 8, 3, 125},
                 {5, 2, 0, 2},
                 {7, 2, 0, 4},
                 {-5, 2, 0, -2},
                 {5, -2, 0, -2},
                 {-7, -2, 0, 4},
                 {125, 1, -1, 12},
                 {135, 1, -1, 14},
                 {1250, 1, -2, 12},
                 {1251, 1, -2, 13},
                 {2501, 2, -2, 13},
                 {2500, 2, -2, 12},
                 {2499, 2, -2, 12},
                 {1, 3, -1, 0},
                 {149, 1, -2, 1},
                 {150, 1, -2, 2},
                 {250, 1, -2, 2},
                 {9999, 1, -4, 1},
                 {49999, 1, -5, 0},
                 {50000, 1, -5, 0},
                 {50001, 1, -5, 1},
                 {0, -7, 3, 0},
                 {INT64_MAX, 1, 0, INT64_MAX},
                 {INT64_MIN, 1, 0, INT64_MIN}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        ls_i128 is;
        assert_true(ls_naive_quotient(cases[i].a, cases[i].b, cases[i].shift, &is));
        if (is != cases[i].wanted) {
            fail_msg("%d / %d by 10^%d is %d, should be %d", (int)cases[i].a, (int)cases[i].b,
                     cases[i].shift, (int)is, (int)cases[i].wanted);
        }
    }
    ls_i128 is;
    ls_i128 wide = (ls_i128)1 << 100;
    assert_true(ls_naive_quotient(wide, wide, 27, &is) && is == ls_pow10(27));
    assert_true(ls_naive_quotient(7 * wide, 2 * wide, 18, &is) && is == 7 * ls_pow10(18) / 2);
    assert_true(ls_naive_quotient(wide, 1, -18, &is) && is == wide / ls_pow10(18));
    assert_false(ls_naive_quotient(wide, 1, 9, &is));
    assert_false(ls_naive_quotient(LS_I128_MAX - 1, LS_I128_MAX, 1, &is));
    assert_false(ls_naive_quotient(LS_I128_MIN, 1, 0, &is));
}

static void products_that_do_not_fit_are_noticed(void **state)
{
    (void)state;
    ls_i128 is;
    ls_i128 big = (ls_i128)1 << 100;
    assert_true(ls_naive_multiply(big, 1 << 26, &is) && is == (ls_i128)1 << 126);
    assert_true(ls_naive_multiply(big, -(1 << 26), &is) && is == -((ls_i128)1 << 126));
    assert_true(ls_naive_multiply(-big, -(1 << 26), &is) && is == (ls_i128)1 << 126);
    assert_false(ls_naive_multiply(big, 1 << 27, &is));
    assert_false(ls_naive_multiply(-big, 1 << 27, &is)); /* the least number counts as too large */
    assert_true(ls_naive_multiply(0, LS_I128_MAX, &is) && is == 0);
    assert_true(ls_naive_multiply(-7, 6, &is) && is == -42);
    assert_true(ls_naive_times_ten(17, 37, &is));
    assert_false(ls_naive_times_ten(18, 37, &is));
    assert_true(ls_naive_times_ten(0, 60, &is) && is == 0);
}

static void places_are_added_and_taken(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        unsigned from, to;
        int64_t wanted;
    } cases[] = {{5, 0, 2, 500},      {1250, 2, 2, 1250}, {1250, 2, 0, 12},  {1350, 2, 0, 14},
                 {-1250, 2, 1, -125}, {125, 2, 1, 12},    {-135, 2, 1, -14}, {0, 9, 0, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        ls_i128 is;
        assert_true(ls_naive_rescale(cases[i].value, cases[i].from, cases[i].to, &is));
        assert_true(is == cases[i].wanted);
    }
}

static void windows_are_aligned_by_floor_division(void **state)
{
    (void)state;
    static const int64_t cases[][4] = {
        /* time, size, offset, start */
        {0, 10, 0, 0},     {9, 10, 0, 0},   {10, 10, 0, 10},  {-1, 10, 0, -10}, {-10, 10, 0, -10},
        {-11, 10, 0, -20}, {0, 10, 3, -7},  {2, 10, 3, -7},   {3, 10, 3, 3},    {12, 10, 3, 3},
        {13, 10, 3, 13},   {-7, 10, 3, -7}, {-8, 10, 3, -17}, {5, 10, 23, 3},   {5, 1, 0, 5}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t is = ls_naive_window_start(cases[i][0], cases[i][1], cases[i][2]);
        if (is != cases[i][3]) {
            fail_msg("%d in windows of %d + %d starts at %d, should at %d", (int)cases[i][0],
                     (int)cases[i][1], (int)cases[i][2], (int)is, (int)cases[i][3]);
        }
    }
}

static void decimals_have_no_needless_byte(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *bytes;
        size_t size;
    } cases[] = {{0, "\0", 1},           {1, "\1", 1},
                 {127, "\x7f", 1},       {128, "\0\x80", 2},
                 {255, "\0\xff", 2},     {256, "\1\0", 2},
                 {-1, "\xff", 1},        {-128, "\x80", 1},
                 {-129, "\xff\x7f", 2},  {-256, "\xff\0", 2},
                 {32767, "\x7f\xff", 2}, {32768, "\0\x80\0", 3},
                 {-32768, "\x80\0", 2},  {INT64_MAX, "\x7f\xff\xff\xff\xff\xff\xff\xff", 8}};
    uint8_t is[16];
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ls_naive_decimal_bytes(cases[i].value, is), cases[i].size);
        assert_memory_equal(is, cases[i].bytes, cases[i].size);
    }
    assert_int_equal(ls_naive_decimal_bytes(LS_I128_MAX, is), 16);
    assert_int_equal(is[0], 0x7f);
    assert_int_equal(ls_naive_decimal_bytes(LS_I128_MIN, is), 16);
    assert_int_equal(is[0], 0x80);
}

static void decimals_are_read_with_needless_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        unsigned precision;
        bool fits;
        int64_t value;
    } cases[] = {
        {"", 0, 18, false, 0},
        {"\0", 1, 1, true, 0},
        {"\x09", 1, 1, true, 9},
        {"\x0a", 1, 1, false, 0},
        {"\xf7", 1, 1, true, -9},
        {"\xf6", 1, 1, false, 0},
        {"\0\x80", 2, 3, true, 128},
        {"\xff\x80", 2, 3, true, -128},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", 16, 1, true, -2},
        {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16, 1, true, 2},
        {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 17, 1, false, 0},
        {"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16, 18, false, 0},
        {"\x0d\xe0\xb6\xb3\xa7\x63\xff\xff", 8, 18, true, INT64_C(999999999999999999)},
        {"\x0d\xe0\xb6\xb3\xa7\x64\0\0", 8, 18, false, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t is = 0;
        bool fits = ls_naive_decimal_of((const uint8_t *)cases[i].bytes, cases[i].size,
                                        cases[i].precision, &is);
        if (fits != cases[i].fits || (fits && is != cases[i].value)) {
            fail_msg("case %zu: %d, %lld", i, fits, (long long)is);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotients_are_rounded_half_to_even),
        cmocka_unit_test(quotients_have_the_places_that_are_wanted),
        cmocka_unit_test(products_that_do_not_fit_are_noticed),
        cmocka_unit_test(places_are_added_and_taken),
        cmocka_unit_test(windows_are_aligned_by_floor_division),
        cmocka_unit_test(decimals_have_no_needless_byte),
        cmocka_unit_test(decimals_are_read_with_needless_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
