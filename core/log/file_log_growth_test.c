/* A log that is read while its writer goes on: its files at any lengths, torn ends among them. */
#include "core/log/file_log.h"

#include "core/base/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PARTITIONS = 2, TOPICS = 2 };

static char folder[64];
static struct ls_error err;
static const struct ls_log_topic topics[TOPICS] = {{.name = "other", .partitions = 1},
                                                   {.name = "raw.sale", .partitions = PARTITIONS}};
static const struct ls_log_identity identity = {"shop", "0123", 9000, INT64_MAX,
                                                NULL,   {0, 0}, NULL};
static const uint64_t records_of[PARTITIONS] = {3 * UINT64_C(1024) + 70, 2 * UINT64_C(1024)};

static void check(int rc)
{
    if (rc < 0) {
        fail_msg("%s", err.text);
    }
}

/* The finished log in `whole`, whose files the growing one's are the beginnings of. */
static void write_whole(void)
{
    struct ls_log *log;
    check(ls_log_create("log:whole", topics, TOPICS, &identity, LS_LOG_FRESH, &log, &err));
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        for (uint64_t i = 0; i < records_of[p]; i++) {
            struct ls_log_record record = {.timestamp_ms = (int64_t)(10 * i + p)};
            check(ls_log_append(log, 1, p, &record, &err));
        }
    }
    check(ls_log_complete(log, &err));
    ls_log_close(log);
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lockstep-growth-XXXXXX");
    if (!mkdtemp(folder) || chdir(folder) < 0) {
        return -1;
    }
    write_whole();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return chdir("/") == 0 && ls_tree_remove(folder, &err) == 0 ? 0 : -1;
}

#define GROWTH_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* Into the file that is there. */
static void copy(const char *from, const char *to, size_t size_max)
{
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file", 64U << 20);
    check(ls_file_read(from, &bytes, &err));
    check(ls_folder_make_above(to, &err));
    int fd = ls_file_open(to, O_WRONLY | O_CREAT, 0666, &err);
    size_t size = bytes.size < size_max ? bytes.size : size_max;
    assert_true(fd >= 0);
    check(ls_file_write_at(fd, bytes.data, size, 0, to, &err));
    ls_file_close(fd);
    ls_buf_clear(&bytes);
}

static uint64_t size_of(const char *path)
{
    uint64_t size;
    check(ls_path_size(path, &size, &err));
    return size;
}

/* The first `per_mille` of each partition's file. */
static void grow(const char *to, uint64_t per_mille)
{
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        char paths[2][64];
        snprintf(paths[0], sizeof *paths, "whole/raw.sale/%u.avro", p);
        snprintf(paths[1], sizeof *paths, "%s/raw.sale/%u.avro", to, p);
        copy(paths[0], paths[1], size_of(paths[0]) * per_mille / 1000);
    }
}

static struct ls_log *open_growing(const char *name)
{
    static const char *const names[] = {"raw.sale"};
    char uri[64];
    struct ls_log *log;
    check(ls_folder_make(name, &err));
    check(ls_file_manifest_write(name, false, &identity, topics, TOPICS, NULL, &err));
    snprintf(uri, sizeof uri, "log:%s", name);
    check(ls_log_open(uri, true, &log, &err));
    check(ls_log_select(log, names, 1, &err)); /* which puts topics into another order */
    assert_false(ls_log_is_complete(log));
    return log;
}

/* Reads what there is: each record once, in order. */
static void read_on(struct ls_log_reader *reader, uint32_t partition, uint64_t end)
{
    const struct ls_log_record *records;
    uint64_t position = ls_log_reader_position(reader);
    size_t count;
    do {
        check(ls_log_read(reader, 700, &records, &count, &err));
        for (size_t k = 0; k < count; k++, position++) {
            assert_int_equal(records[k].offset, position);
            assert_int_equal(records[k].timestamp_ms, 10 * position + partition);
        }
    } while (count);
    assert_int_equal(position, end);
    assert_int_equal(ls_log_reader_position(reader), end);
}

static void readers_see_a_log_grow(void **state)
{
    (void)state;
    struct ls_log_reader *readers[PARTITIONS];
    struct ls_log *log = open_growing("grown");
    for (uint32_t p = 0; p < PARTITIONS; p++) { /* before there is a file */
        assert_int_equal(ls_log_count(log, 0, p), 0);
        check(ls_log_reader_new(log, 0, p, 0, &readers[p], &err));
        read_on(readers[p], p, 0);
    }
    uint64_t blocks = 0;
    for (uint64_t per_mille = 0; per_mille <= 1000; per_mille += 9) {
        grow("grown", per_mille);
        check(ls_log_refresh(log, &err));
        for (uint32_t p = 0; p < PARTITIONS; p++) {
            uint64_t count = ls_log_count(log, 0, p);
            assert_true(count % 1024 == 0 && count <= records_of[p]);
            blocks += count > ls_log_reader_position(readers[p]);
            read_on(readers[p], p, count);
        }
    }
    assert_int_equal(blocks, 4); /* the last of each comes with the end */
    grow("grown", 1000);
    check(ls_log_refresh(log, &err));
    assert_int_equal(ls_log_count(log, 0, 0), records_of[0]);
    assert_false(ls_log_is_complete(log));
    check(ls_tree_remove("grown/manifest.json", &err));
    copy("whole/manifest.json", "grown/manifest.json", SIZE_MAX);
    check(ls_log_refresh(log, &err));
    assert_true(ls_log_is_complete(log));
    check(ls_log_refresh(log, &err)); /* which changes nothing any more */
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        read_on(readers[p], p, records_of[p]);
        ls_log_reader_free(readers[p]);
    }
    ls_log_close(log);
}

/* A reader that begins at the end of what there is begins with what comes next. */
static void a_reader_waits_at_the_end(void **state)
{
    (void)state;
    struct ls_log_reader *reader;
    struct ls_log *log = open_growing("grown");
    grow("grown", 500);
    check(ls_log_refresh(log, &err));
    uint64_t count = ls_log_count(log, 0, 0);
    assert_true(count > 0 && count < records_of[0]);
    check(ls_log_reader_new(log, 0, 0, count, &reader, &err));
    read_on(reader, 0, count);
    grow("grown", 1000);
    check(ls_log_refresh(log, &err));
    read_on(reader, 0, records_of[0]);
    ls_log_reader_free(reader);
    ls_log_close(log);
}

static void another_log_in_its_place_is_noticed(void **state)
{
    (void)state;
    struct ls_log *log = open_growing("grown");
    uint64_t ends[TOPICS][PARTITIONS] = {{0, 0}, {1024, 0}};
    uint64_t *const counts[TOPICS] = {ends[0], ends[1]};
    grow("grown", 1000);
    check(ls_log_refresh(log, &err));
    check(ls_file_manifest_write("grown", true, &identity, topics, TOPICS, counts, &err));
    assert_int_equal(ls_log_refresh(log, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "the log in grown is another than it was"));
    check(ls_tree_remove("grown/manifest.json", &err));
    assert_int_equal(ls_log_refresh(log, &err), LS_E_NOINPUT);
    ls_log_close(log);
}

static void damage_in_front_of_the_end_is_an_error(void **state)
{
    (void)state;
    struct ls_log *log = open_growing("grown");
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file", 64U << 20);
    check(ls_file_read("whole/raw.sale/0.avro", &bytes, &err));
    bytes.data[bytes.size - 1] ^= 1; /* the last sync marker */
    check(ls_folder_make("grown/raw.sale", &err));
    check(ls_file_replace("grown/raw.sale/0.avro", bytes.data, bytes.size, &err));
    ls_buf_clear(&bytes);
    assert_int_equal(ls_log_refresh(log, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "sync marker"));
    ls_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GROWTH_TEST(readers_see_a_log_grow),
        GROWTH_TEST(a_reader_waits_at_the_end),
        GROWTH_TEST(another_log_in_its_place_is_noticed),
        GROWTH_TEST(damage_in_front_of_the_end_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
