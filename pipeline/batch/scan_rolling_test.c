#include "pipeline/batch/scan_fixture_test.h"

static void test_to_the_millisecond(void **state)
{
    CHECK_SCANS(*state, span_scenarios, "views");
}

static void test_panes(void **state)
{
    CHECK_SCANS(*state, panes_scenarios, "views");
}

static void test_alerts(void **state)
{
    CHECK_SCANS(*state, alerts_scenarios, "alerts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_to_the_millisecond),
        PIPE_TEST(test_panes),
        PIPE_TEST(test_alerts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
