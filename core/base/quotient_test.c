#include "core/base/quotient.h"

#include "core/base/draw.h"
#include "core/base/shortest.h"
#include "core/base/wide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void known_values(void **state)
{
    static const struct {
        int64_t number;
        unsigned places;
        uint64_t wide;
        uint32_t narrow;
    } cases[] = {
        {0, 0, 0, 0},
        {0, 6, 0, 0},
        {1, 0, UINT64_C(0x3ff0000000000000), UINT32_C(0x3f800000)},
        {-1, 0, UINT64_C(0xbff0000000000000), UINT32_C(0xbf800000)},
        {1, 1, UINT64_C(0x3fb999999999999a), UINT32_C(0x3dcccccd)},
        {-250, 2, UINT64_C(0xc004000000000000), UINT32_C(0xc0200000)},
        {314159, 5, UINT64_C(0x400921f9f01b866e), UINT32_C(0x40490fd0)},
        {1, 6, UINT64_C(0x3eb0c6f7a0b5ed8d), UINT32_C(0x358637bd)},
        /* ties: to the even neighbour, downwards and upwards */
        {INT64_C(9007199254740993), 0, UINT64_C(0x4340000000000000), UINT32_C(0x5a000000)},
        {INT64_C(9007199254740995), 0, UINT64_C(0x4340000000000002), UINT32_C(0x5a000000)},
        {16777217, 0, UINT64_C(0x4170000010000000), UINT32_C(0x4b800000)},
        {16777219, 0, UINT64_C(0x4170000030000000), UINT32_C(0x4b800002)},
        /* a carry into the exponent */
        {INT64_MAX, 0, UINT64_C(0x43e0000000000000), UINT32_C(0x5f000000)},
        {INT64_MIN, 0, UINT64_C(0xc3e0000000000000), UINT32_C(0xdf000000)},
        {1, 18, UINT64_C(0x3c32725dd1d243ac), UINT32_C(0x219392ef)},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        assert_int_equal(ls_quotient_64(cases[k].number, cases[k].places), cases[k].wide);
        assert_int_equal(ls_quotient_32(cases[k].number, cases[k].places), cases[k].narrow);
    }
}

/* Both operands are exact: a division by the machine is rounded once, as IEEE 754 says. */
static void as_the_machine_divides(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        unsigned places = (unsigned)(i % 7);
        uint64_t word = ls_mix(i);
        int64_t number = (int64_t)(word >> (11 + word % 50)) * (i & 1 ? -1 : 1);
        double wide = (double)number / (double)(int64_t)ls_pow10(places);
        float narrow = (float)(number >> 29) / (float)(int64_t)ls_pow10(places);
        uint64_t wide_bits;
        uint32_t narrow_bits;
        memcpy(&wide_bits, &wide, sizeof wide_bits);
        memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
        wide_bits = number ? wide_bits : 0;
        if (ls_quotient_64(number, places) != wide_bits ||
            ls_quotient_32(number >> 29, places) != narrow_bits) {
            fail_msg("%lld / 10^%u", (long long)number, places);
        }
    }
}

/* The shortest decimal that reads back to the bits is the one that they were made from: 15 digits
 * survive a binary64, 6 a binary32. */
static void decimals_come_back(void **state)
{
    static const struct {
        int64_t digits_max;
        bool narrow;
    } kinds[] = {{INT64_C(1000000000000000), false}, {1000000, true}};
    (void)state;
    for (uint64_t i = 0; i < 40000; i++) {
        unsigned places = (unsigned)(i % 7);
        for (size_t k = 0; k < 2; k++) {
            char text[LS_SHORTEST_TEXT_MAX];
            int64_t number = (int64_t)(ls_mix(i) >> (ls_mix(i) % 60)) % kinds[k].digits_max;
            ls_i128 back;
            if (kinds[k].narrow) {
                ls_shortest_32(ls_quotient_32(number, places), text);
            } else {
                ls_shortest_64(ls_quotient_64(number, places), text);
            }
            assert_null(strchr(text, 'e'));
            assert_true(ls_decimal_parse(text, strlen(text), places, &back));
            assert_true(back == number);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(as_the_machine_divides),
        cmocka_unit_test(decimals_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
