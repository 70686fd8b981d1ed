#include "pipeline/stream/emission_fixture_test.h"

static void test_rows(void **state)
{
    CHECK_OPERATORS(*state, join_scenarios, "views");
}

static void test_refused_memory(void **state)
{
    check_refused_memory(*state, &join_scenarios[6], "views");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_rows),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
