#include "core/log/compare.h"

#include "core/base/file.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct ls_error err;

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lockstep-compare-XXXXXX");
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

static const struct ls_log_topic two[] = {{.name = "order", .partitions = 2},
                                          {.name = "visit", .partitions = 1}};
static const struct ls_log_topic turned[] = {{.name = "visit", .partitions = 1},
                                             {.name = "order", .partitions = 2}};
static const struct ls_log_topic wider[] = {{.name = "order", .partitions = 3},
                                            {.name = "visit", .partitions = 1}};

/* Thirty records in order/1, the k-th of them other than it should be. */
static struct ls_log *make(const char *uri, const struct ls_log_topic *topics, size_t count,
                           size_t topic, int records, int k, const struct ls_log_record *other)
{
    static const struct ls_log_identity identity = {"shop", "00", 1, 0, NULL, {0, 0}, NULL};
    struct ls_log *log;
    check(ls_log_create(uri, topics, count, &identity, LS_LOG_FRESH, &log, &err));
    for (int i = 0; i < records; i++) {
        char key[16];
        struct ls_log_record record = {.timestamp_ms = i,
                                       .key = (const uint8_t *)key,
                                       .key_size = (size_t)snprintf(key, sizeof key, "k%d", i),
                                       .value = (const uint8_t *)"value",
                                       .value_size = 5};
        check(ls_log_append(log, (uint32_t)topic, 1, i == k ? other : &record, &err));
    }
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check(ls_log_open(uri, false, &log, &err));
    return log;
}

static struct ls_log_compared compare(struct ls_log *a, struct ls_log *b)
{
    struct ls_log_compared out;
    const struct ls_log_compare job = {.a = a, .b = b};
    check(ls_log_compare(&job, &out, &err));
    ls_log_close(a);
    ls_log_close(b);
    return out;
}

/* Each part of a record counts; of topics the names and how many partitions, and not their order.
 */
static void what_differs_is_named(void **state)
{
    static const uint8_t bytes[] = "k7value";
    static const uint8_t headers[] = {2, 2, 'h', 0, 0};
#define RECORD(ms, k, k_size, h, h_size, v, v_size)                                                \
    {                                                                                              \
        .timestamp_ms = (ms), .key = (k), .key_size = (k_size), .headers = (h),                    \
        .headers_size = (h_size), .value = (v), .value_size = (v_size)                             \
    }
    static const struct {
        struct ls_log_record record;
        const char *difference;
    } cases[] = {
        {RECORD(7, bytes, 2, NULL, 0, bytes + 2, 5), NULL},
        {RECORD(8, bytes, 2, NULL, 0, bytes + 2, 5), "record 7 of order/1 has another timestamp"},
        {RECORD(7, bytes, 1, NULL, 0, bytes + 2, 5), "record 7 of order/1 has another key"},
        {RECORD(7, bytes, 0, NULL, 0, bytes + 2, 5), "record 7 of order/1 has another key"},
        {RECORD(7, NULL, 0, NULL, 0, bytes + 2, 5), "record 7 of order/1 has another key"},
        {RECORD(7, bytes, 2, headers, 5, bytes + 2, 5), "record 7 of order/1 has other headers"},
        {RECORD(7, bytes, 2, NULL, 0, bytes + 2, 4), "record 7 of order/1 has another value"},
        {RECORD(7, bytes, 2, NULL, 0, NULL, 0), "record 7 of order/1 has another value"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char uri[2][16];
        snprintf(uri[0], sizeof uri[0], "log:a%zu", i);
        snprintf(uri[1], sizeof uri[1], "log:b%zu", i);
        struct ls_log_compared found = compare(make(uri[0], two, 2, 0, 30, -1, NULL),
                                               make(uri[1], turned, 2, 1, 30, 7, &cases[i].record));
        assert_int_equal(found.differ, cases[i].difference != NULL);
        assert_string_equal(found.difference, cases[i].difference ? cases[i].difference : "");
        assert_int_equal(found.records, cases[i].difference ? 7 : 30);
        assert_int_equal(found.partitions, cases[i].difference ? 1 : 3);
    }
}

static void what_is_in_one_alone(void **state)
{
    static const struct {
        const struct ls_log_topic *topics;
        size_t count;
        int records;
        const char *difference;
    } cases[] = {
        {two, 2, 29, "record 29 of order/1 is in the first log alone"},
        {two, 2, 31, "record 30 of order/1 is in the second log alone"},
        {two, 1, 30, "the second log has no topic visit"},
        {wider, 2, 30, "the second log has other partitions of the topic order"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char uri[2][16];
        snprintf(uri[0], sizeof uri[0], "log:a%zu", i);
        snprintf(uri[1], sizeof uri[1], "log:b%zu", i);
        struct ls_log_compared found = compare(
            make(uri[0], two, 2, 0, 30, -1, NULL),
            make(uri[1], cases[i].topics, cases[i].count, 0, cases[i].records, -1, NULL));
        assert_true(found.differ);
        assert_string_equal(found.difference, cases[i].difference);
    }
    struct ls_log_compared found = compare(make("log:c", two, 1, 0, 30, -1, NULL),
                                           make("log:d", two, 2, 0, 30, -1, NULL));
    assert_string_equal(found.difference, "the first log has no topic visit");
}

static int stop(void *context, uint64_t done, struct ls_error *e)
{
    *(uint64_t *)context = done;
    return ls_error_set(e, LS_E_INTERRUPTED, "stopped");
}

static void whoever_waits_may_stop_it(void **state)
{
    struct ls_log_compared out;
    uint64_t done = 0;
    struct ls_log *a = make("log:a", two, 2, 0, 3000, -1, NULL);
    const struct ls_log_compare job = {a, a, stop, &done};
    (void)state;
    assert_int_equal(ls_log_compare(&job, &out, &err), LS_E_INTERRUPTED);
    assert_true(done > 0 && done < 3000);
    ls_log_close(a);
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(what_differs_is_named),
        FOLDER_TEST(what_is_in_one_alone),
        FOLDER_TEST(whoever_waits_may_stop_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
