#include "generator/pace.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

static struct ls_error err;

static struct ls_pace pace_of(const char *text)
{
    struct ls_pace pace;
    if (ls_pace_read(text, &pace, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return pace;
}

static uint64_t nth(const char *text, uint64_t number)
{
    struct ls_pace pace = pace_of(text);
    return ls_pace_due_ns(&pace, number, 0, 0);
}

static uint64_t at(const char *text, int64_t start_ms, int64_t time_ms)
{
    struct ls_pace pace = pace_of(text);
    return ls_pace_due_ns(&pace, 12345, start_ms, time_ms);
}

static void paces_are_read_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool by_rate;
        uint64_t ns, per;
    } cases[] = {
        {"real", false, 1000000, 1},
        {"x1", false, 1000000, 1},
        {"x60", false, 50000, 3},
        {"x0.5", false, 2000000, 1},
        {"x2.50", false, 400000, 1},
        {"x0.001", false, 1000000000, 1},
        {"x1000000", false, 1, 1},
        {"x1_000", false, 1000, 1},
        {"x0.333333333333", false, 1000000000000000000, 333333333333},
        {"50000/s", true, 20000, 1},
        {"50_000/s", true, 20000, 1},
        {"3/s", true, 1000000000, 3},
        {"0.5/s", true, 2000000000, 1},
        {"1000000000/s", true, 1, 1},
        {"7/m", true, 60000000000, 7},
        {"1/d", true, 86400000000000, 1},
        {"1.0001/d", true, 864000000000000000, 10001},
        {"1000000/ms", true, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_pace pace;
        if (ls_pace_read(cases[i].text, &pace, &err) < 0 || pace.by_rate != cases[i].by_rate ||
            pace.ns != cases[i].ns || pace.per != cases[i].per) {
            fail_msg("%s", cases[i].text);
        }
    }
}

static void what_is_no_pace_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "Real",
                                        "60",
                                        "60x",
                                        "x",
                                        "x0",
                                        "x-1",

                                        "x1/2",
                                        "x60 ",
                                        "x1e3",
                                        "x1000001",
                                        "x0.0009",
                                        "50000",
                                        "0/s",
                                        "-1/s",
                                        "/s",
                                        "1/x",
                                        "1/",
                                        "1000000001/s",
                                        "0.5/d",
                                        "1/s/s",
                                        "1000001/ms",
                                        "x0.1234567890123",
                                        "0.1234567891/s"};
    struct ls_pace pace;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        err.text[0] = '\0';
        if (ls_pace_read(wrong[i], &pace, &err) != LS_E_USAGE) {
            fail_msg("`%s` is taken", wrong[i]);
        }
        assert_non_null(strstr(err.text, "write `real`, xN as in x60"));
    }
}

static void a_rate_keeps_its_distance(void **state)
{
    (void)state;
    assert_int_equal(nth("50000/s", 0), 0);
    assert_int_equal(nth("50000/s", 1), 20000);
    assert_int_equal(nth("50000/s", 50000), SECOND);
    assert_int_equal(nth("1/d", 2), SECOND * 2 * 86400);
}

/* What is cut from one event's moment is not lost for the next: after each second all is exact. */
static void a_rate_that_does_not_divide_a_second_stays_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t rate;
    } cases[] = {{"3/s", 3}, {"7/s", 7}, {"48000/s", 48000}, {"999999937/s", 999999937}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t rate = cases[i].rate;
        uint64_t far = UINT64_C(250) * 365 * 86400; /* seconds */
        assert_int_equal(nth(cases[i].text, rate), SECOND);
        assert_int_equal(nth(cases[i].text, rate * 86400), 86400 * SECOND);
        assert_int_equal(nth(cases[i].text, rate * far), far * SECOND);
        uint64_t before = 0;
        for (uint64_t n = 1; n < 1000; n++) { /* distances differ by a nanosecond at most */
            uint64_t due = nth(cases[i].text, n);
            assert_true(due == SECOND * n / rate);
            assert_true(due - before - SECOND / rate <= 1);
            before = due;
        }
    }
    assert_int_equal(nth("3/s", 1), 333333333);
    assert_int_equal(nth("3/s", 2), 666666666);
}

static void times_are_those_of_the_events(void **state)
{
    (void)state;
    const int64_t start = INT64_C(1767225600000);
    assert_int_equal(at("real", start, start), 0);
    assert_int_equal(at("real", start, start + 1), 1000000);
    assert_int_equal(at("real", start, start + 3600000), 3600 * SECOND);
    assert_int_equal(at("x60", start, start + 3600000), 60 * SECOND);
    assert_int_equal(at("x60", start, start + 1), 16666);
    assert_int_equal(at("x60", start, start + 2), 33333);
    assert_int_equal(at("x60", start, start + 3), 50000);
    assert_int_equal(at("x0.5", start, start + 250), SECOND / 2);
    assert_int_equal(at("x2.5", start, start + 10000), 4 * SECOND);
    assert_int_equal(at("x1000000", start, start + 86400000), 86400000);
}

/* Its moment lies before that of the event in front of it, and no other moves. */
static void times_that_go_back_are_due_when_they_come(void **state)
{
    (void)state;
    const int64_t times[] = {100, 90, 99, 100, 250, 180, 251};
    uint64_t highest = 0;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        uint64_t due = at("x2", 0, times[i]);
        assert_int_equal(due, (uint64_t)times[i] * 500000);
        highest = due > highest ? due : highest;
    }
    assert_int_equal(highest, 251 * 500000);
    assert_int_equal(at("real", 100, 99), 0);
    assert_int_equal(at("real", 100, INT64_MIN), 0);
}

static void nothing_wraps(void **state)
{
    (void)state;
    assert_true(at("real", INT64_MIN, INT64_MAX) == LS_PACE_NEVER_NS);
    assert_true(at("x0.001", 0, INT64_MAX) == LS_PACE_NEVER_NS);
    assert_true(at("x1000000", INT64_MIN, INT64_MAX) == LS_PACE_NEVER_NS);
    assert_true(at("x1000000", -1, INT64_MAX - 1) == LS_PACE_NEVER_NS);
    assert_true(at("x1000000", -1, INT64_MAX - 2) == LS_PACE_NEVER_NS - 1);
    assert_true(nth("1/d", UINT64_MAX) == LS_PACE_NEVER_NS);
    assert_true(nth("1000000000/s", UINT64_MAX) == LS_PACE_NEVER_NS);
    assert_true(nth("1000000000/s", INT64_MAX - 1) == LS_PACE_NEVER_NS - 1);
}

/* Whatever the pace, the schedule is a * ns / per rounded down, and never falls. */
static void schedules_are_the_exact_fraction(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t limit = UINT64_C(1) << (1 + i % 59);
        struct ls_pace pace = {i & 1, 1 + ls_below(ls_mix(3 * i), limit),
                               1 + ls_below(ls_mix(3 * i + 1), limit)};
        uint64_t steps = ls_mix(3 * i + 2) >> (4 + i % 60); /* times are signed */
        uint64_t due = ls_pace_due_ns(&pace, steps, 0, (int64_t)steps);
        __extension__ unsigned __int128 product = (unsigned __int128)steps * pace.ns;
        bool never = product / pace.per >= LS_PACE_NEVER_NS;
        assert_true(due == (never ? LS_PACE_NEVER_NS : (uint64_t)(product / pace.per)));
        assert_true(ls_pace_due_ns(&pace, steps + 1, 0, (int64_t)steps + 1) >= due);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paces_are_read_exactly),
        cmocka_unit_test(what_is_no_pace_is_refused),
        cmocka_unit_test(a_rate_keeps_its_distance),
        cmocka_unit_test(a_rate_that_does_not_divide_a_second_stays_exact),
        cmocka_unit_test(times_are_those_of_the_events),
        cmocka_unit_test(times_that_go_back_are_due_when_they_come),
        cmocka_unit_test(nothing_wraps),
        cmocka_unit_test(schedules_are_the_exact_fraction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
