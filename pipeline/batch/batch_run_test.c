#include "pipeline/batch/batch_run.h"

#include "core/base/file_system.h"
#include "pipeline/hostile_test.h"
#include "pipeline/kinds_test.h"

#include <errno.h>

#include <signal.h>
#include <sys/resource.h>

struct calls {
    uint64_t last, total;
    unsigned stop; /* refuse this call; 0: none */
    unsigned count;
};

static int note_progress(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct calls *calls = context;
    assert_true(done >= calls->last && done <= total);
    calls->last = done;
    calls->total = total;
    calls->count++;
    return calls->count == calls->stop ? ls_error_set(err, LS_E_INTERRUPTED, "stopped by the test")
                                       : 0;
}

static int run(struct pipe *p, const char *to, unsigned workers, size_t memory, struct calls *calls,
               struct ls_batch_result *result)
{
    const struct ls_batch_job job = {.plan = p->plan,
                                     .views = p->views,
                                     .from = "log:log",
                                     .to = to,
                                     .workers = workers,
                                     .memory = memory,
                                     .progress = calls ? note_progress : NULL,
                                     .context = calls};
    return ls_batch_run(&job, result, &p->base.err);
}

static int setup(void **state)
{
    if (pipe_setup(state) < 0) {
        return -1;
    }
    struct draws d = {ls_stream_key(1, "batch run test"), 0};
    write_log(*state, &d, 3, false);
    return 0;
}

#define BATCH_TEST(test) cmocka_unit_test_setup_teardown(test, setup, pipe_teardown)

static void test_workers_and_memory(void **state)
{
    struct pipe *p = *state;
    struct draws d = {ls_stream_key(2, "batch run test"), 0};
    struct ls_batch_result first;
    FINE(p, ls_tree_remove("log", &p->base.err));
    write_log(p, &d, 4, true);
    FINE(p, run(p, "one", 1, (size_t)1 << 26, NULL, &first));
    assert_int_equal(first.spilled_runs, 0);
    assert_true(first.records > 0);
    static const unsigned workers[] = {1, 2, 3, 8, LS_BATCH_WORKERS_MAX};
    for (size_t i = 0; i < sizeof workers / sizeof *workers; i++) {
        struct ls_batch_result result;
        struct calls calls = {0};
        FINE(p, run(p, "many", workers[i], 1, &calls, &result));
        assert_string_equal(difference(p, "one/datasets", "many/datasets"), "");
        assert_int_equal(result.records, first.records);
        assert_true(result.spilled_runs > 0 || workers[i] > 3);
        assert_int_equal(calls.last, calls.total);
        assert_int_equal(calls.total, 2 * first.records); /* each is read twice */
        assert_false(ls_path_exists("many/sort.tmp"));
    }
}

/* Whatever was there before: another run's files, of more partitions. */
static void test_nothing_old_is_left(void **state)
{
    struct pipe *p = *state;
    struct ls_batch_result result;
    FINE(p, run(p, "new", 1, 1, NULL, &result));
    FINE(p, ls_folder_make("old/datasets/normalized/raw.demo.sale", &p->base.err));
    FINE(p, ls_folder_make("old/sort.tmp", &p->base.err));
    FINE(p, ls_file_replace("old/datasets/normalized/raw.demo.sale/9.avro", "x", 1, &p->base.err));
    FINE(p, ls_file_replace("old/sort.tmp/sort-1-0.tmp", "x", 1, &p->base.err));
    FINE(p, run(p, "old", 1, 1, NULL, &result));
    assert_string_equal(difference(p, "new/datasets", "old/datasets"), "");
    assert_false(ls_path_exists("old/sort.tmp"));
}

/* A folder that says nothing of a run: neither of this one, which failed, nor of the one before. */
static void check_incomplete(const char *folder)
{
    static const char *const names[] = {"datasets/SHA256SUMS", "manifest.json", "summary.json",
                                        "sort.tmp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (ls_path_exists(path)) {
            fail_msg("%s is there after a run that failed", path);
        }
    }
}

static void test_stopped(void **state)
{
    struct pipe *p = *state;
    struct ls_batch_result result;
    unsigned stop = 1;
    for (int rc = LS_E_INTERRUPTED; rc != 0; stop++) {
        for (unsigned workers = 1; workers <= 2; workers++) {
            struct calls calls = {.stop = stop};
            FINE(p, run(p, "out", workers, 1, NULL, &result)); /* there is a whole run already */
            rc = run(p, "out", workers, 1, &calls, &result);
            if (rc < 0) {
                assert_int_equal(rc, LS_E_INTERRUPTED);
                assert_string_equal(p->base.err.text, "stopped by the test");
                check_incomplete("out");
            }
        }
    }
    assert_true(stop > 6);
}

static void test_full_disk(void **state)
{
    struct pipe *p = *state;
    struct rlimit before;
    struct ls_batch_result result;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    unsigned failed = 0;
    for (rlim_t limit = 300; limit < 20000;
         limit += 700) { /* headers alone are larger than the first */
        const struct rlimit small = {limit, before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        int rc = run(p, "out", 1, 1, NULL, &result);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        if (rc < 0) {
            assert_int_equal(rc, LS_E_IO);
            assert_non_null(strstr(p->base.err.text, "out/"));
            failed++;
            assert_false(ls_path_exists("out/summary.json"));
        }
    }
    signal(SIGXFSZ, handler);
    assert_true(failed > 2);
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_batch_result result;
        ls_mem_refuse(refused + 1);
        rc = run(p, "out", 1, 1, NULL, &result);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        if (rc < 0 && ls_path_exists("out/datasets")) {
            assert_false(ls_path_exists("out/summary.json"));
        }
        FINE(p, rc ? ls_tree_remove("out", &p->base.err) : 0);
    }
    assert_true(refused > 50);
    struct ls_batch_result result;
    FINE(p, run(p, "whole", 1, 1, NULL, &result));
    assert_string_equal(difference(p, "out/datasets", "whole/datasets"), "");
}

/* Views of every kind over more than the sorts hold, so that runs of them are read back. */
static void prepare_kinds(struct pipe *p)
{
    struct draws d = {ls_stream_key(3, "batch run test"), 0};
    plan_kinds(p, kinds_views, NULL);
    FINE(p, ls_tree_remove("log", &p->base.err));
    write_log(p, &d, 1, true);
}

static unsigned long reads, failing; /* so many were asked for; the one of this number fails */

static ssize_t failing_read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
    if (++reads == failing) {
        errno = EIO;
        return -1;
    }
    return ls_system_files.read_at(fd, bytes, size, offset);
}

/* Some of all reads, and refusals of memory. */
static void test_failures_in_kinds(void **state)
{
    enum { TRIES = 40 };
    struct pipe *p = *state;
    struct ls_batch_result result;
    struct ls_file_system files = ls_system_files;
    prepare_kinds(p);
    files.read_at = failing_read_at;
    ls_files = &files;
    unsigned long before = ls_mem_count();
    FINE(p, run(p, "out", 1, 1, NULL, &result));
    assert_true(result.spilled_runs > 10);
    unsigned long total = reads;
    unsigned long allocations = ls_mem_count() - before;
    for (unsigned long i = 0; i < TRIES; i++) {
        reads = 0;
        failing = i % 2 ? 0 : 1 + i * total / TRIES;
        ls_mem_refuse(i % 2 ? 1 + i * allocations / TRIES : 0);
        int rc = run(p, "out", 1, 1, NULL, &result);
        ls_mem_refuse(0);
        assert_true(rc == LS_E_IO || rc == LS_E_NOMEM);
    }
    ls_files = &ls_system_files;
}

static void test_no_log(void **state)
{
    struct pipe *p = *state;
    struct ls_batch_result result;
    FINE(p, run(p, "out", 1, 1, NULL, &result));
    FINE(p, ls_tree_remove("log", &p->base.err));
    assert_int_equal(run(p, "out", 1, 1, NULL, &result), LS_E_NOINPUT);
    assert_true(ls_path_exists("out/summary.json")); /* nothing was begun, nothing is lost */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BATCH_TEST(test_workers_and_memory),
        BATCH_TEST(test_nothing_old_is_left),
        BATCH_TEST(test_stopped),
        BATCH_TEST(test_full_disk),
        BATCH_TEST(test_refused_memory),
        BATCH_TEST(test_failures_in_kinds),
        BATCH_TEST(test_no_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
