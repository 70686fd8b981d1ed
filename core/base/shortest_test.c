#include "core/base/shortest.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void numbers_are_laid_out(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1, "-1"},
        {10, "10"},
        {0.1, "0.1"},
        {-12.5, "-12.5"},
        {123000, "123000"},
        {0.000001, "0.000001"},
        {0.0000012345, "0.0000012345"},
        {0.0000001, "1e-7"},
        {0.00000012345, "1.2345e-7"},
        {12345678901234568.0, "12345678901234568"},
        {99999999999999984.0, "99999999999999980"},
        {1e17, "1e+17"},
        {123456789012345680000.0, "1.2345678901234568e+20"},
        {1.5e300, "1.5e+300"},
        {1e23, "1e+23"}, /* which is not its value, but reads back */
        {1.0000000000000001e23, "1.0000000000000001e+23"},
        {0.30000000000000004, "0.30000000000000004"},
        {9007199254740993.0, "9007199254740992"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"}, /* the smallest normal one */
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {9.5367431640625e-7, "9.5367431640625e-7"}, /* 2^-20: its lower neighbour is nearer */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[LS_SHORTEST_TEXT_MAX];
        size_t size = ls_shortest_64(bits_of(cases[i].value), text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(size, strlen(text));
    }
    static const struct {
        float value;
        const char *text;
    } singles[] = {{0, "0"},
                   {0.1F, "0.1"},
                   {16777216, "16777216"},
                   {1e-45F, "1e-45"},
                   {3.4028235e38F, "3.4028235e+38"}};
    for (size_t i = 0; i < COUNT(singles); i++) {
        char text[LS_SHORTEST_TEXT_MAX];
        ls_shortest_32(bits_of_float(singles[i].value), text);
        assert_string_equal(text, singles[i].text);
    }
}

/* The significant digits of a text, and the power of ten behind the last; "1200" is 12, 2. */
static size_t digits_of(const char *text, char digits[40], int *power)
{
    size_t count = 0;
    bool point = false;
    *power = 0;
    for (; *text && *text != 'e'; text++) {
        point |= *text == '.';
        if (*text >= '0' && *text <= '9' && (count || *text != '0')) {
            digits[count++] = *text;
        }
        *power -= point && *text != '.';
    }
    *power += *text ? (int)strtol(text + 1, NULL, 10) : 0;
    for (; count && digits[count - 1] == '0'; count--) {
        ++*power;
    }
    digits[count] = '\0';
    return count;
}

static bool reads_back(const char *text, uint64_t bits, bool is_double)
{
    return is_double ? bits_of(strtod(text, NULL)) == bits
                     : bits_of_float(strtof(text, NULL)) == bits;
}

/* No text of `count` digits reads back: neither the value cut behind them nor the next one up. */
static void check_none_so_short(uint64_t bits, bool is_double, double value, int count)
{
    char exact[1200];
    char text[40];
    int size = snprintf(exact, sizeof exact, "%.1100e", value); /* all digits there are */
    assert_in_range(size, 1, sizeof exact - 1);
    const char *exponent = strchr(exact, 'e');
    const char *first = exact + (exact[0] == '-');
    uint64_t digits = (uint64_t)(first[0] - '0');
    for (int i = 1; i < count; i++) {
        digits = digits * 10 + (uint64_t)(first[1 + i] - '0');
    }
    for (uint64_t up = 0; count > 0 && up < 2; up++) {
        snprintf(text, sizeof text, "%s%llue%d", value < 0 ? "-" : "",
                 (unsigned long long)(digits + up),
                 (int)strtol(exponent + 1, NULL, 10) - count + 1);
        if (reads_back(text, bits, is_double)) {
            fail_msg("%016llx: %s reads back", (unsigned long long)bits, text);
        }
    }
}

/* The C library's exact conversions say the same. Of the texts of this length it knows the nearest
 * one; next to a power of two that may not read back, where another one does. */
static void check_against_library(uint64_t bits, bool is_double)
{
    char text[LS_SHORTEST_TEXT_MAX];
    char nearest[64];
    char digits[2][40];
    int powers[2];
    double value = is_double ? double_of(bits) : (double)float_of((uint32_t)bits);
    if (is_double) {
        ls_shortest_64(bits, text);
    } else {
        ls_shortest_32((uint32_t)bits, text);
    }
    assert_true(reads_back(text, bits, is_double));
    int count = (int)digits_of(text, digits[0], &powers[0]);
    check_none_so_short(bits, is_double, value, count - 1);
    snprintf(nearest, sizeof nearest, "%.*e", count ? count - 1 : 0, value);
    digits_of(nearest, digits[1], &powers[1]);
    bool same = powers[0] == powers[1] && strcmp(digits[0], digits[1]) == 0;
    if (!same && reads_back(nearest, bits, is_double)) {
        fail_msg("%016llx: %s, the C library says %s", (unsigned long long)bits, text, nearest);
    }
}

static void any_number_is_the_shortest_text(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 8000; n++) {
        uint64_t word = ls_mix(n);
        uint64_t ordinary = bits_of((double)(int64_t)(word >> 20) / (double)(1 + word % 1000));
        const uint64_t kinds[] = {word, ordinary, word & ~(UINT64_MAX >> 12), word >> 12 | 1};
        uint64_t bits = kinds[n % COUNT(kinds)];
        if ((bits >> 52 & 0x7ff) != 0x7ff) {
            check_against_library(bits, true);
        }
        uint32_t narrow = (uint32_t)(n % 3 ? word : word & 0xff800000);
        if ((narrow >> 23 & 0xff) != 0xff) {
            check_against_library(narrow, false);
        }
    }
}

/* Each power of two, whose lower neighbour is nearer than its upper one, and both neighbours. */
static void powers_of_two_are_the_shortest_text(void **state)
{
    (void)state;
    for (uint64_t exponent = 1; exponent < 0x7ff; exponent++) {
        for (uint64_t more = 0; more < 3; more++) {
            check_against_library((exponent << 52) + more - 1, true);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_laid_out),
        cmocka_unit_test(any_number_is_the_shortest_text),
        cmocka_unit_test(powers_of_two_are_the_shortest_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
