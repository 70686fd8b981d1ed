#include "pipeline/batch/scan_fixture_test.h"

static void test_rows(void **state)
{
    CHECK_SCANS(*state, windows_scenarios, "views");
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
