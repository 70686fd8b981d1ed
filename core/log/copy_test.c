#include "core/log/copy.h"

#include "core/base/file.h"
#include "core/log/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct ls_error err;
static const struct ls_log_topic topics[] = {{.name = "order", .partitions = 2},
                                             {.name = "visit", .partitions = 1}};

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lockstep-copy-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 && ls_tree_remove(folder, &err) == 0 ? 0 : -1;
}

static void check(int rc)
{
    if (rc < 0) {
        fail_msg("%s", err.text);
    }
}

static void make(const char *uri, const char *domain, int records)
{
    const struct ls_log_identity identity = {domain, "00", 1, 0, NULL, {0, 0}, NULL};
    struct ls_log *log;
    check(ls_log_create(uri, topics, 2, &identity, LS_LOG_FRESH, &log, &err));
    for (int i = 0; i < records; i++) {
        char text[24];
        const struct ls_log_record record = {
            .timestamp_ms = i,
            .value = (const uint8_t *)text,
            .value_size = (size_t)snprintf(text, sizeof text, "record %d", i)};
        check(ls_log_append(log, i % 3 == 2, (uint32_t)(i % 3) % 2, &record, &err));
    }
    check(ls_log_complete(log, &err));
    ls_log_close(log);
}

static void check_same(const char *a, const char *b, uint64_t records)
{
    struct ls_log_compared found;
    struct ls_log *logs[2];
    check(ls_log_open(a, false, &logs[0], &err));
    check(ls_log_open(b, false, &logs[1], &err));
    const struct ls_log_compare job = {.a = logs[0], .b = logs[1]};
    check(ls_log_compare(&job, &found, &err));
    assert_string_equal(found.difference, "");
    assert_int_equal(found.records, records);
    ls_log_close(logs[0]);
    ls_log_close(logs[1]);
}

static void a_copy_is_the_same(void **state)
{
    (void)state;
    make("log:a", "shop", 5000);
    check(ls_log_copy("log:a", "log:b", NULL, NULL, &err));
    check_same("log:a", "log:b", 5000);
    check(ls_log_copy("log:a", "log:b", NULL, NULL, &err)); /* which is finished */
    check_same("log:a", "log:b", 5000);
}

static int stop(void *context, uint64_t done, uint64_t total, struct ls_error *e)
{
    assert_true(done <= total);
    return done < *(uint64_t *)context ? 0 : ls_error_set(e, LS_E_INTERRUPTED, "stopped");
}

static void a_copy_that_was_stopped_goes_on(void **state)
{
    uint64_t limit = 2500;
    (void)state;
    make("log:a", "shop", 5000);
    assert_int_equal(ls_log_copy("log:a", "log:b", stop, &limit, &err), LS_E_INTERRUPTED);
    check(ls_log_copy("log:a", "log:b", NULL, NULL, &err));
    check_same("log:a", "log:b", 5000);
}

static void what_is_refused(void **state)
{
    (void)state;
    make("log:a", "shop", 10);
    make("log:other", "bank", 10);
    assert_int_equal(ls_log_copy("log:a", "log:other", NULL, NULL, &err), LS_E_DATA);
    assert_int_equal(ls_log_copy("log:none", "log:b", NULL, NULL, &err), LS_E_NOINPUT);
    assert_int_equal(ls_log_copy("log:a", "nowhere", NULL, NULL, &err), LS_E_USAGE);
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_copy_is_the_same),
        FOLDER_TEST(a_copy_that_was_stopped_goes_on),
        FOLDER_TEST(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
