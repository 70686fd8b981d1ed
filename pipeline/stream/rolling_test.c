#include "pipeline/stream/emission_fixture_test.h"

static void test_to_the_millisecond(void **state)
{
    CHECK_OPERATORS(*state, span_scenarios, "views");
}

static void test_panes(void **state)
{
    CHECK_OPERATORS(*state, panes_scenarios, "views");
}

static void test_alerts(void **state)
{
    CHECK_OPERATORS(*state, alerts_scenarios, "alerts");
}

static void test_refused_memory(void **state)
{
    check_refused_memory(*state, &span_scenarios[4], "views");
    check_refused_memory(*state, &panes_scenarios[4], "views");
    check_refused_memory(*state, &alerts_scenarios[6], "alerts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_to_the_millisecond),
        PIPE_TEST(test_panes),
        PIPE_TEST(test_alerts),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
