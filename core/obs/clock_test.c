#include "core/obs/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_clocks_move_on(void **state)
{
    (void)state;
    uint64_t before = ls_clock_ns();
    int64_t wall = ls_clock_wall_ms();
    ls_clock_sleep_ms(5);
    assert_true(ls_clock_ns() - before >= 5000000);
    assert_true(ls_clock_wall_ms() >= wall);
    assert_true(wall > 1500000000000);
}

static void test_sleeps_end_at_their_moment(void **state)
{
    (void)state;
    uint64_t moment = ls_clock_ns() + 5000000;
    ls_clock_sleep_until(moment);
    assert_true(ls_clock_ns() >= moment);
    ls_clock_sleep_until(moment); /* over: at once */
    ls_clock_sleep_until(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_clocks_move_on),
                                       cmocka_unit_test(test_sleeps_end_at_their_moment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
