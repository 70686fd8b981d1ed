#include "pipeline/stream/delays.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct ls_error err;

static void the_most_and_a_quantile_are_told(void **state)
{
    (void)state;
    static const struct {
        int64_t ms[4];
        int count;
        int64_t p99, most;
    } cases[] = {
        {{0}, 0, 0, 0},
        {{7}, 1, 7, 7},
        {{100, 3, 255, 9}, 4, 255, 255},
        {{-5, -9}, 2, -5, -5},                 /* the first counts, whatever it is */
        {{100000, 1, 1, 1}, 4, 99840, 100000}, /* a bucket's bound */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_delays delays = {0};
        struct ls_alert_delay sum = {0};
        for (int k = 0; k < cases[i].count; k++) {
            assert_int_equal(ls_delays_add(&delays, cases[i].ms[k], &err), 0);
        }
        assert_int_equal(ls_delays_sum(&delays, &sum, &err), 0);
        assert_int_equal(sum.rows, cases[i].count);
        assert_int_equal(sum.p99_ms, cases[i].p99);
        assert_int_equal(sum.most_ms, cases[i].most);
        ls_delays_clear(&delays);
    }
}

static void one_in_a_hundred_is_left_out(void **state)
{
    (void)state;
    struct ls_delays delays = {0};
    struct ls_alert_delay sum;
    for (int k = 0; k < 100; k++) {
        assert_int_equal(ls_delays_add(&delays, k == 50 ? 3600000 : 20, &err), 0);
    }
    assert_int_equal(ls_delays_sum(&delays, &sum, &err), 0);
    assert_int_equal(sum.p99_ms, 20);
    assert_int_equal(sum.most_ms, 3600000);
    ls_delays_clear(&delays);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    int rc = LS_E_NOMEM;
    for (unsigned long n = 1; rc < 0; n++) {
        struct ls_delays delays = {0};
        struct ls_alert_delay sum;
        ls_mem_refuse(n);
        rc = ls_delays_add(&delays, 5, &err);
        rc = rc < 0 ? rc : ls_delays_sum(&delays, &sum, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_delays_clear(&delays);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_and_a_quantile_are_told),
        cmocka_unit_test(one_in_a_hundred_is_left_out),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
