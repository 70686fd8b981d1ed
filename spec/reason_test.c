#include "spec/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Names stand in rows, truth files and summaries: another name or order is another format. */
static void reasons_have_their_names_in_the_order_of_the_checks(void **state)
{
    static const char *const names[] = {"ADMITTED",
                                        "FRAME_INVALID",
                                        "SCHEMA_UNKNOWN",
                                        "DECODE_TRUNCATED",
                                        "DECODE_INVALID",
                                        "ENVELOPE_INVALID",
                                        "CLOCK_SKEW",
                                        "CLOCK_AHEAD",
                                        "TIME_RANGE",
                                        "NOT_NULL",
                                        "RANGE",
                                        "SET",
                                        "PATTERN",
                                        "REFERENCE_UNKNOWN",
                                        "NORMALIZE_FAILED",
                                        "EXPIRED",
                                        "DUPLICATE",
                                        "DUPLICATE_CONFLICT"};
    (void)state;
    assert_int_equal(sizeof names / sizeof *names, LS_REASON_COUNT);
    for (int i = 0; i < LS_REASON_COUNT; i++) {
        assert_string_equal(ls_reasons[i].name, names[i]);
        assert_int_equal(ls_reason_of(names[i], strlen(names[i])), i);
        size_t size = strlen(ls_reasons[i].title);
        assert_in_range(size, 20, 160);
        assert_int_equal(ls_reasons[i].title[size - 1], '.');
        assert_null(strchr(ls_reasons[i].title, '\n'));
    }
}

static void other_names_are_none(void **state)
{
    static const char *const names[] = {"", "RANG", "RANGES", "range", "DUPLICATE_", "OK"};
    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        assert_int_equal(ls_reason_of(names[k], strlen(names[k])), LS_REASON_COUNT);
    }
    assert_int_equal(ls_reason_of("RANGES", 5), LS_REASON_RANGE); /* the size counts, not the NUL */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_have_their_names_in_the_order_of_the_checks),
        cmocka_unit_test(other_names_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
