#include "spec/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Whole lines, none too long, one paragraph at least. */
static void check_text(const char *name, const char *text)
{
    size_t size = strlen(text);
    assert_in_range(size, 60, 1000);
    assert_int_equal(text[size - 1], '\n');
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        if (end - line > 100) {
            fail_msg("%s: a line of %d columns", name, (int)(end - line));
        }
        line = end + 1;
    }
}

/* P1 has the order of the stages, and each stage its reasons. */
static void stages_are_those_of_the_contract(void **state)
{
    static const char *const stages[] = {"",          "frame",  "schema",   "decode",
                                         "envelope",  "clock",  "quality",  "reference",
                                         "normalize", "expiry", "duplicate"};
    size_t at = 0;
    (void)state;
    for (int i = 0; i < LS_REASON_COUNT; i++) {
        if (strcmp(ls_reasons[i].stage, stages[at]) != 0) {
            at++;
            assert_true(at < sizeof stages / sizeof *stages);
        }
        assert_string_equal(ls_reasons[i].stage, stages[at]);
    }
    assert_int_equal(at, sizeof stages / sizeof *stages - 1);
}

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
        check_text(names[i], ls_reasons[i].text);
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
        cmocka_unit_test(stages_are_those_of_the_contract),
        cmocka_unit_test(other_names_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
