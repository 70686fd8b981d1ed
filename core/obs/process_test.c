#include "core/obs/process.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SIZE ((size_t)32 << 20)

static void usage_follows_what_is_used(void **state)
{
    (void)state;
    struct ls_error err;
    struct ls_process_usage before;
    struct ls_process_usage with;
    ls_process_usage(&before);
    char *memory = ls_mem_new(1, SIZE, &err);
    assert_non_null(memory);
    memset(memory, 1, SIZE);
    ls_process_usage(&with);
    assert_true(with.memory_max_bytes >= before.memory_max_bytes);
    assert_true(with.memory_max_bytes > SIZE);
    assert_true(with.cpu_ms >= before.cpu_ms && with.cpu_ms < 600000);
    if (before.memory_bytes) { /* a system without /proc does not say */
        assert_true(with.memory_bytes > SIZE);
        assert_true(with.memory_bytes < before.memory_bytes + 4 * SIZE);
    }
    ls_mem_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(usage_follows_what_is_used)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
