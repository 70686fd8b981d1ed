#include "core/config/option_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define OK    LS_READING_OK
#define WRONG LS_READING_WRONG
#define RANGE LS_READING_RANGE

struct integer_case {
    const char *text;
    enum ls_reading reading;
    int64_t value;
};

static void check_integers(enum ls_reading (*read)(const char *, int64_t *),
                           const struct integer_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = 0;
        enum ls_reading reading = read(cases[i].text, &value);
        if (reading != cases[i].reading || (reading == OK && value != cases[i].value)) {
            fail_msg("%s: %d, %lld", cases[i].text, (int)reading, (long long)value);
        }
    }
}

static void integers(void **state)
{
    static const struct integer_case cases[] = {
        {"0", OK, 0},
        {"-0", OK, 0},
        {"+7", OK, 7},
        {"007", OK, 7},
        {"200_000", OK, 200000},
        {"1_2_3", OK, 123},
        {"-3", OK, -3},
        {"9223372036854775807", OK, INT64_MAX},
        {"-9223372036854775808", OK, INT64_MIN},
        {"9223372036854775808", RANGE, 0},
        {"-9223372036854775809", RANGE, 0},
        {"99999999999999999999999999999999999999999999999999", RANGE, 0},
        {"0x1F", OK, 31},
        {"0o17", OK, 15},
        {"0x7fffffffffffffff", OK, INT64_MAX},
        {"0x8000000000000000", RANGE, 0},
        {"0xffffffffffffffffffffffffffffffffffffffffff", RANGE, 0},
        {"", WRONG, 0},
        {"-", WRONG, 0},
        {"_1", WRONG, 0},
        {"1_", WRONG, 0},
        {"1__0", WRONG, 0},
        {"1_000_", WRONG, 0},
        {"1.0", WRONG, 0},
        {"1e3", WRONG, 0},
        {" 1", WRONG, 0},
        {"1 ", WRONG, 0},
        {"0x", WRONG, 0},
        {"0o", WRONG, 0},
        {"0o8", WRONG, 0},
        {"0xg", WRONG, 0},
        {"0x1_0", WRONG, 0},
        {"-0x1", WRONG, 0},
    };
    (void)state;
    check_integers(ls_reading_integer, cases, sizeof cases / sizeof *cases);
}

static void durations(void **state)
{
    static const struct integer_case cases[] = {
        {"300ms", OK, 300},
        {"20s", OK, 20000},
        {"1h30m", OK, 5400000},
        {"7d", OK, 604800000},
        {"1d2h3m4s5ms", OK, 93784005},
        {"1.5s", OK, 1500},
        {"0.001s", OK, 1},
        {"1.50000h", OK, 5400000},
        {"1_000ms", OK, 1000},
        {"0", OK, 0},
        {"0s", OK, 0},
        {"-2h", OK, -7200000},
        {"-0", OK, 0},
        {"00", OK, 0},
        {"1m1m", OK, 120000},
        {"106751991167d", OK, INT64_C(106751991167) * 86400000},
        {"106751991168d", RANGE, 0},
        {"106751991167d106751991167d", RANGE, 0},
        {"99999999999999999999999999999999999999999999ms", RANGE, 0},
        {"9223372036854775807ms1ms1ms", RANGE, 0},
        {"0.0005s", RANGE, 0},
        {"1.5ms", RANGE, 0},
        {"", WRONG, 0},
        {"-", WRONG, 0},
        {"12", WRONG, 0},
        {"0.5", WRONG, 0},
        {"1h30", WRONG, 0},
        {"s", WRONG, 0},
        {"5 s", WRONG, 0},
        {"5s ", WRONG, 0},
        {"5S", WRONG, 0},
        {"5us", WRONG, 0},
        {"1.s", WRONG, 0},
        {".5s", WRONG, 0},
        {"1_s", WRONG, 0},
        {"+5s", WRONG, 0},
        {"1h-30m", WRONG, 0},
    };
    (void)state;
    check_integers(ls_reading_duration, cases, sizeof cases / sizeof *cases);
}

static void sizes(void **state)
{
    static const struct integer_case cases[] = {
        {"0", OK, 0},
        {"512", OK, 512},
        {"512B", OK, 512},
        {"64KiB", OK, 65536},
        {"1GiB", OK, 1073741824},
        {"2MiB", OK, 2097152},
        {"1TiB", OK, INT64_C(1) << 40},
        {"1kB", OK, 1000},
        {"1MB", OK, 1000000},
        {"1_000GB", OK, INT64_C(1000000000000)},
        {"1.5KiB", OK, 1536},
        {"8388607TiB", OK, INT64_C(8388607) << 40},
        {"8388608TiB", RANGE, 0},
        {"1.5", RANGE, 0},
        {"0.1KiB", RANGE, 0},
        {"", WRONG, 0},
        {"-1", WRONG, 0},
        {"1KB", WRONG, 0},
        {"1kib", WRONG, 0},
        {"1 KiB", WRONG, 0},
        {"1KiBB", WRONG, 0},
        {"KiB", WRONG, 0},
    };
    (void)state;
    check_integers(ls_reading_size, cases, sizeof cases / sizeof *cases);
}

static void rates(void **state)
{
    static const struct {
        const char *text;
        enum ls_reading reading;
        uint64_t count, per_ms;
    } cases[] = {
        {"90/s", OK, 9, 100},
        {"5/m", OK, 1, 12000},
        {"200_000/h", OK, 1, 18},
        {"0.5/s", OK, 1, 2000},
        {"2.50/ms", OK, 5, 2},
        {"1/d", OK, 1, 86400000},
        {"0/s", OK, 0, 1},
        {"18446744073709551615/ms", OK, UINT64_MAX, 1},
        {"18446744073709551616/ms", RANGE, 0, 0},
        {"0.000000000000000001/d", RANGE, 0, 0},
        {"0.0000000000000000001/s", RANGE, 0, 0},
        {"", WRONG, 0, 0},
        {"90", WRONG, 0, 0},
        {"90/", WRONG, 0, 0},
        {"/s", WRONG, 0, 0},
        {"-1/s", WRONG, 0, 0},
        {"90/10s", WRONG, 0, 0},
        {"90 / s", WRONG, 0, 0},
        {"90/s/s", WRONG, 0, 0},
        {"90ps", WRONG, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_rate rate = {0, 0};
        enum ls_reading reading = ls_reading_rate(cases[i].text, &rate);
        if (reading != cases[i].reading ||
            (reading == OK && (rate.count != cases[i].count || rate.per_ms != cases[i].per_ms))) {
            fail_msg("%s", cases[i].text);
        }
    }
}

static void ratios(void **state)
{
    static const struct {
        const char *text;
        enum ls_reading reading;
        uint64_t part, whole;
    } cases[] = {
        {"1/200", OK, 1, 200},
        {"96/100", OK, 24, 25},
        {"0.5", OK, 1, 2},
        {"0.005", OK, 1, 200},
        {"1", OK, 1, 1},
        {"1.000", OK, 1, 1},
        {"0", OK, 0, 1},
        {"0/7", OK, 0, 1},
        {"1/1_000_000", OK, 1, 1000000},
        {"18446744073709551615/18446744073709551615", OK, 1, 1},
        {"1/18446744073709551615", OK, 1, UINT64_MAX},
        {"1/18446744073709551616", RANGE, 0, 0},
        {"3/2", RANGE, 0, 0},
        {"1.5", RANGE, 0, 0},
        {"2", RANGE, 0, 0},
        {"0/0", RANGE, 0, 0},
        {"1/0", RANGE, 0, 0},
        {"0.00000000000000000001", RANGE, 0, 0},
        {"1/99999999999999999999999999999999999999999", RANGE, 0, 0},
        {"99999999999999999999999999999999999999999/1", RANGE, 0, 0},
        {"", WRONG, 0, 0},
        {"-1/2", WRONG, 0, 0},
        {"-0.5", WRONG, 0, 0},
        {"1/", WRONG, 0, 0},
        {"/2", WRONG, 0, 0},
        {"0.5/2", WRONG, 0, 0},
        {"1/2.5", WRONG, 0, 0},
        {"50%", WRONG, 0, 0},
        {"1:2", WRONG, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_ratio ratio = {0, 0};
        enum ls_reading reading = ls_reading_ratio(cases[i].text, &ratio);
        if (reading != cases[i].reading ||
            (reading == OK && (ratio.part != cases[i].part || ratio.whole != cases[i].whole))) {
            fail_msg("%s", cases[i].text);
        }
    }
}

static void decimals(void **state)
{
    static const struct {
        const char *text;
        enum ls_reading reading;
        int64_t value;
        unsigned scale;
    } cases[] = {
        {"24.90", OK, 2490, 2},
        {"-1", OK, -1, 0},
        {"+1", OK, 1, 0},
        {"1_000.5", OK, 10005, 1},
        {"0.000_1", OK, 1, 4},
        {"0.000000000000000001", OK, 1, 18},
        {"9.000000000000000000", OK, INT64_C(9000000000000000000), 18},
        {"0.0000000000000000001", RANGE, 0, 0},
        {"170141183460469231732", RANGE, 0, 0},
        {"9999999999999999999999999999999999999999999", RANGE, 0, 0},
        {"", WRONG, 0, 0},
        {"-", WRONG, 0, 0},
        {".5", WRONG, 0, 0},
        {"5.", WRONG, 0, 0},
        {"1e3", WRONG, 0, 0},
        {".inf", WRONG, 0, 0},
        {"1,5", WRONG, 0, 0},
        {"1._5", WRONG, 0, 0},
        {"1_.5", WRONG, 0, 0},
        {"0x10", WRONG, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_decimal decimal = {0, 0};
        enum ls_reading reading = ls_reading_decimal(cases[i].text, &decimal);
        if (reading != cases[i].reading || (reading == OK && (decimal.value != cases[i].value ||
                                                              decimal.scale != cases[i].scale))) {
            fail_msg("%s", cases[i].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers), cmocka_unit_test(durations), cmocka_unit_test(sizes),
        cmocka_unit_test(rates),    cmocka_unit_test(ratios),    cmocka_unit_test(decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
