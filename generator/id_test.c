#include "generator/id.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* As a text, and as a string of Avro. */
static void check_id(const struct ls_id_template *t, uint64_t n, const char *text)
{
    uint8_t out[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    uint8_t expected[LS_ID_TEXT_MAX + LS_AVRO_LONG_MAX];
    size_t size = ls_id_write(t, n, out);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(out, text, size);
    assert_true(size <= ls_id_text_max(t));
    size_t encoded = (size_t)(ls_put_bytes(expected, text, size) - expected);
    size = 0;
    assert_int_equal(ls_id_put(t, n, out, &size) - out, encoded);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(out, expected, encoded);
}

static void ids_are_written_from_their_template(void **state)
{
    static const struct {
        const char *before;
        unsigned width;
        const char *behind;
        uint64_t n;
        const char *text;
    } cases[] = {
        {"C", 8, "", 17, "C00000017"},
        {"", 0, "", 0, "0"},
        {"", 0, "", 10, "10"},
        {"a-", 1, "-b", 7, "a-7-b"},
        {"", 3, "", 1234, "1234"}, /* wider than its width */
        {"", 20, "", 5, "00000000000000000005"},
        {"x", 0, "y", UINT64_MAX, "x18446744073709551615y"},
        {"fifteen-bytes--", 4, "", 33, "fifteen-bytes--0033"},
        {"sixteen-bytes---", 4, "", 33, "sixteen-bytes---0033"},
        {"sixty-three-bytes-are-the-most-whose-length-takes-one-byte-----", 1, "", 3,
         "sixty-three-bytes-are-the-most-whose-length-takes-one-byte-----3"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_id_template t = ls_id_template_of(cases[k].before, strlen(cases[k].before),
                                                          cases[k].width, cases[k].behind,
                                                          strlen(cases[k].behind));
        check_id(&t, cases[k].n, cases[k].text);
    }
}

/* Against the C library, around every power of ten and over all eight-digit halves. */
static void ids_have_the_digits_of_their_number(void **state)
{
    static const unsigned widths[] = {1, 7, 8, 9, 12, 16, 17, 20};
    uint8_t out[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    char expected[64];
    (void)state;
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        const struct ls_id_template t = ls_id_template_of("", 0, widths[w], "", 0);
        for (uint64_t power = 1, k = 0; k < 20; k++, power *= 10) {
            const uint64_t numbers[] = {
                power - 1, power, power + 1, 9 * power, ls_mix(k) % power, ls_mix(k + w * 100)};
            for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
                snprintf(expected, sizeof expected, "%0*llu", (int)widths[w],
                         (unsigned long long)numbers[i]);
                check_id(&t, numbers[i], expected);
            }
        }
    }
    const struct ls_id_template eight = ls_id_template_of("", 0, 8, "", 0);
    for (uint64_t half = 0; half < 10000; half++) { /* each pair of halves, the rest by carry */
        uint64_t n = half * 10000 + (9999 - half);
        ls_id_write(&eight, n, out);
        for (int place = 7; place >= 0; place--, n /= 10) {
            assert_int_equal(out[place], '0' + (int)(n % 10));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_written_from_their_template),
        cmocka_unit_test(ids_have_the_digits_of_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
