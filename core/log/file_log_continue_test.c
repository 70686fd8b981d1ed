/* A log whose writer keeps for itself how far it is, and comes back to that. */
#include "core/log/file_log.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TOPICS = 2, PARTS = 3, RECORDS = 2100 };

static char folder[64];
static struct ls_error err;
static const struct ls_log_topic topics[TOPICS] = {{.name = "alerts.hot", .partitions = 1},
                                                   {.name = "normalized.sale", .partitions = 2}};
static const uint32_t topic_of[PARTS] = {0, 1, 1};
static const uint32_t partition_of[PARTS] = {0, 0, 1};
static const struct ls_log_identity identity = {"shop.outputs", "0123", UINT64_MAX, INT64_MAX,
                                                NULL,           {0, 0}, "me"};

static void check(int rc)
{
    if (rc < 0) {
        fail_msg("%s", err.text);
    }
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lockstep-continue-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return chdir("/") == 0 && ls_tree_remove(folder, &err) == 0 ? 0 : -1;
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static struct ls_log *go_on(const struct ls_log_end *ends)
{
    struct ls_log *log;
    const struct ls_log_past past = {ends, 0, true};
    check(ls_log_continue("log:out", topics, TOPICS, &identity, ends ? &past : NULL, &log, &err));
    assert_false(ls_log_is_complete(log));
    return log;
}

static void append(struct ls_log *log, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++) {
        for (size_t k = 0; k < PARTS; k++) {
            struct ls_log_record record = {.timestamp_ms = (int64_t)(PARTS * i + k)};
            check(ls_log_append(log, topic_of[k], partition_of[k], &record, &err));
        }
    }
}

static void flush(struct ls_log *log, struct ls_log_end ends[PARTS])
{
    for (size_t k = 0; k < PARTS; k++) {
        check(ls_log_flush(log, topic_of[k], partition_of[k], true, &ends[k], &err));
    }
}

/* The log holds just the first `count` records of each partition. */
static void check_log(uint64_t count)
{
    struct ls_log *log;
    check(ls_log_open("log:out", true, &log, &err));
    for (size_t k = 0; k < PARTS; k++) {
        struct ls_log_reader *reader;
        const struct ls_log_record *records;
        size_t got = 1;
        assert_int_equal(ls_log_count(log, topic_of[k], partition_of[k]), count);
        check(ls_log_reader_new(log, topic_of[k], partition_of[k], 0, &reader, &err));
        for (uint64_t i = 0; i < count; i += got) {
            check(ls_log_read(reader, SIZE_MAX, &records, &got, &err));
            for (size_t n = 0; n < got; n++) {
                assert_int_equal(records[n].timestamp_ms, PARTS * (i + n) + k);
            }
        }
        ls_log_reader_free(reader);
    }
    ls_log_close(log);
}

/* What was flushed stays, what came behind it comes again: in other blocks, as the same records. */
static void a_writer_comes_back_to_where_it_was(void **state)
{
    (void)state;
    static const uint64_t stops[] = {0, 1, 700, 700, 1024, 2048, RECORDS};
    struct ls_log_end ends[PARTS];
    struct ls_log *log = go_on(NULL);
    uint64_t before = 0;
    for (size_t s = 0; s < sizeof stops / sizeof *stops; s++) {
        append(log, before, stops[s]);
        flush(log, ends);
        check_log(stops[s]);
        append(log, stops[s], stops[s] + 1500); /* of which a block reaches the file */
        ls_log_close(log);
        log = go_on(ends);
        check_log(stops[s]);
        for (size_t k = 0; k < PARTS; k++) {
            assert_int_equal(ends[k].records, stops[s]);
        }
        before = stops[s];
    }
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check_log(RECORDS);
    check(ls_log_open("log:out", false, &log, &err)); /* it is finished */
    ls_log_close(log);
    log = go_on(ends); /* and is not any more */
    append(log, RECORDS, RECORDS + 1);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check_log(RECORDS + 1);
    ls_log_close(go_on(ends));
    log = go_on(NULL); /* from nothing */
    ls_log_close(log);
    check_log(0);
}

static void refused(const struct ls_log_identity *as, const struct ls_log_end *ends, int code,
                    const char *part)
{
    struct ls_log *log;
    const struct ls_log_past past = {ends, 0, false};
    assert_int_equal(
        ls_log_continue("log:out", topics, TOPICS, as, ends ? &past : NULL, &log, &err), code);
    if (!strstr(err.text, part)) {
        fail_msg("`%s` does not say `%s`", err.text, part);
    }
}

static void what_is_not_its_own_is_refused(void **state)
{
    (void)state;
    static const char path[] = "out/alerts.hot/0.avro";
    struct ls_log_identity other = identity;
    struct ls_log_end ends[PARTS] = {{0, 0}};
    refused(&identity, ends, LS_E_NOINPUT, "out/manifest.json");
    struct ls_log *log = go_on(NULL);
    append(log, 0, 10);
    flush(log, ends);
    ls_log_close(log);
    other.spec_sha256 = "4567";
    refused(&other, ends, LS_E_DATA, "there is another log in out");
    refused(&other, NULL, LS_E_DATA, "there is another log in out");
    check_log(10);
    ends[0].bytes++;
    refused(&identity, ends, LS_E_DATA, "it was changed since the checkpoint");
    ends[0].bytes -= 2;
    refused(&identity, ends, LS_E_DATA, "it was changed since the checkpoint");
    ends[0].bytes++;
    ends[2].records--;
    refused(&identity, ends, LS_E_DATA, "out/normalized.sale/1.avro has no end of a block");
    ends[2].records++;
    check_log(10);
    check(ls_tree_remove(path, &err));
    refused(&identity, ends, LS_E_NOINPUT, path);
    struct ls_log_topic wrong = {.name = "a/b", .partitions = 1};
    assert_int_equal(ls_log_continue("log:out", &wrong, 1, &identity, NULL, &log, &err), LS_E_DATA);
    assert_int_equal(ls_log_continue("out", topics, TOPICS, &identity, NULL, &log, &err),
                     LS_E_USAGE);
}

/* A log has one writer: no other's is cut, and none that it has finished and forgotten. */
static void a_log_has_one_writer(void **state)
{
    (void)state;
    struct ls_log_identity other = identity;
    struct ls_log_end ends[PARTS];
    struct ls_log *log = go_on(NULL);
    append(log, 0, 10);
    flush(log, ends);
    refused(&identity, ends, LS_E_DATA, "another run is writing the log in out");
    refused(&identity, NULL, LS_E_DATA, "another run is writing the log in out");
    ls_log_close(log);
    static const char *const writers[] = {NULL, "", "mf"};
    for (size_t k = 0; k < sizeof writers / sizeof *writers; k++) {
        other.writer = writers[k];
        refused(&other, ends, LS_E_DATA, "is written with another state");
        refused(&other, NULL, LS_E_DATA, "is written with another state");
    }
    log = go_on(ends);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    refused(&identity, ends, LS_E_DATA, "is finished, and the state is from before that");
    refused(&identity, NULL, LS_E_DATA, "is finished, and the state is from before that");
    check(ls_log_open("log:out", false, &log, &err));
    ls_log_close(log);
    check_log(10);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    int rc = LS_E_NOMEM;
    for (unsigned long n = 1; rc < 0; n++) {
        struct ls_log *log = NULL;
        struct ls_log_end end;
        ls_mem_refuse(n);
        rc = ls_log_continue("log:out", topics, TOPICS, &identity, NULL, &log, &err);
        rc = rc < 0 ? rc : ls_log_flush(log, 0, 0, true, &end, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_log_close(log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_writer_comes_back_to_where_it_was),
        FOLDER_TEST(what_is_not_its_own_is_refused),
        FOLDER_TEST(a_log_has_one_writer),
        FOLDER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
