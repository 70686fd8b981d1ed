#include "core/avro/container.h"

#include "core/base/file_system.h"
#include "core/base/mem.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ls_container_XXXXXX";
static char path[64];
static char other_path[64];
static struct ls_error err;

static const char schema_text[] = "\"string\"";

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/a.avro", folder);
    snprintf(other_path, sizeof other_path, "%s/b.avro", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return ls_tree_remove(folder, &err);
}

static struct ls_container_writer *create(const char *where, unsigned records_per_block)
{
    struct ls_container_writer *writer;
    if (ls_container_create(where, "views/a", schema_text, records_per_block, &writer, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return writer;
}

#define RECORD_MAX 8

/* Record `i` of every test file: a string of i % 7 letters. Returns its size. */
static size_t make_record(unsigned i, uint8_t record[RECORD_MAX])
{
    record[0] = (uint8_t)(2 * (i % 7));
    memset(record + 1, 'a' + (int)(i % 26), 7);
    return 1 + i % 7;
}

static void append(struct ls_container_writer *writer, unsigned i)
{
    uint8_t record[RECORD_MAX];
    size_t size = make_record(i, record);
    if (i % 2) {
        assert_int_equal(ls_container_append(writer, record, size, &err), 0);
        return;
    }
    uint8_t *room;
    assert_int_equal(ls_container_reserve(writer, 100, &room, &err), 0);
    memcpy(room, record, size);
    assert_int_equal(ls_container_commit(writer, size, &err), 0);
}

/* A whole file of records 0 .. records - 1. */
static void write_whole(const char *where, unsigned records_per_block, unsigned records)
{
    struct ls_container_writer *writer = create(where, records_per_block);
    for (unsigned i = 0; i < records; i++) {
        append(writer, i);
    }
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
}

static void assert_file(const char *where, const void *bytes, size_t size)
{
    struct ls_buf found;
    ls_buf_init(&found, "file", 1 << 27);
    assert_int_equal(ls_file_read(where, &found, &err), 0);
    assert_int_equal(found.size, size);
    assert_memory_equal(found.data, bytes, size);
    ls_buf_clear(&found);
}

static void assert_same_files(void)
{
    struct ls_buf expected;
    ls_buf_init(&expected, "file", 1 << 27);
    assert_int_equal(ls_file_read(path, &expected, &err), 0);
    assert_file(other_path, expected.data, expected.size);
    ls_buf_clear(&expected);
}

/* The sync marker is the beginning of: printf 'lockstep container 1\nviews/a\n"string"' |
 * sha256sum */
#define HEADER                                                                                     \
    "Obj\x01\x04\x14"                                                                              \
    "avro.codec\x08null\x16"                                                                       \
    "avro.schema\x10\"string\"\x00"
#define SYNC "\x9b\x42\x46\xcf\x36\x7d\xa5\x4d\x36\x08\xb7\x50\x5b\x68\xa2\x0c"

static void bytes_are_a_function_of_the_content(void **state)
{
    (void)state;
    struct ls_container_writer *writer = create(path, 2);
    for (unsigned i = 1; i <= 3; i++) {
        append(writer, i);
    }
    assert_int_equal(ls_container_finish(writer, true, &err), 0);
    ls_container_writer_free(writer);
    static const char expected[] = HEADER SYNC "\x04\x0a\x02"
                                               "b\x04"
                                               "cc" SYNC "\x02\x08\x06"
                                               "ddd" SYNC;
    assert_file(path, expected, sizeof expected - 1);
}

/* And replaces what was there. */
static void a_file_without_records_is_its_header(void **state)
{
    (void)state;
    write_whole(path, 1, 1);
    write_whole(path, 1, 0);
    assert_file(path, HEADER SYNC, sizeof HEADER SYNC - 1);
}

static void flushes_do_not_move_blocks(void **state)
{
    (void)state;
    struct ls_container_writer *flushed = create(other_path, 10);
    for (unsigned i = 0; i < 1234; i++) {
        struct ls_container_state at;
        append(flushed, i);
        if (i % 3 == 0) {
            assert_int_equal(ls_container_flush(flushed, false, &at, &err), 0);
            assert_int_equal(at.records, (i + 1) / 10 * 10);
            assert_int_equal(at.pending_count, (i + 1) % 10);
        }
    }
    assert_int_equal(ls_container_finish(flushed, false, &err), 0);
    ls_container_writer_free(flushed);
    write_whole(path, 10, 1234);
    assert_same_files();
}

/* What a crash leaves: a file cut or with more behind it, and a state kept elsewhere. */
static void a_crash_leaves_no_trace(void **state)
{
    (void)state;
    const unsigned records = 57;
    struct ls_container_writer *writer;
    write_whole(path, 5, records);
    for (unsigned kept = 0; kept <= records; kept++) {
        struct ls_container_state at;
        uint8_t pending[100];
        writer = create(other_path, 5);
        for (unsigned i = 0; i < kept; i++) {
            append(writer, i);
        }
        assert_int_equal(ls_container_flush(writer, true, &at, &err), 0);
        memcpy(pending, at.pending ? (const void *)at.pending : "", at.pending_size);
        at.pending = pending;
        for (unsigned i = kept; i < kept + kept % 13; i++) {
            append(writer, 1000 + i); /* never seen again */
        }
        if (kept % 2) {
            assert_int_equal(ls_container_finish(writer, false, &err), 0);
        }
        ls_container_writer_free(writer);
        assert_int_equal(
            ls_container_resume(other_path, "views/a", schema_text, 5, &at, &writer, &err), 0);
        for (unsigned i = kept; i < records; i++) {
            append(writer, i);
        }
        assert_int_equal(ls_container_finish(writer, false, &err), 0);
        ls_container_writer_free(writer);
        assert_same_files();
    }
}

static void a_finish_can_be_taken_back(void **state)
{
    (void)state;
    struct ls_container_writer *once = create(path, 4);
    struct ls_container_writer *often = create(other_path, 4);
    for (unsigned i = 0; i < 30; i++) {
        append(once, i);
        append(often, i);
        assert_int_equal(ls_container_finish(often, i % 2, &err), 0);
        assert_int_equal(ls_container_reopen(often, &err), 0);
        struct stat status;
        struct ls_container_state at;
        assert_int_equal(ls_container_flush(often, false, &at, &err), 0);
        assert_int_equal(at.records + at.pending_count, i + 1);
        assert_int_equal(stat(other_path, &status), 0);
        assert_int_equal(status.st_size, at.file_size); /* the short block is gone */
    }
    assert_int_equal(ls_container_finish(once, false, &err), 0);
    assert_int_equal(ls_container_finish(often, false, &err), 0);
    ls_container_writer_free(once);
    ls_container_writer_free(often);
    assert_same_files();
}

/* The sum made while the file is written is the one of the file that is there. */
static void a_sum_is_that_of_the_file(void **state)
{
    (void)state;
    for (unsigned records = 0; records < 30; records++) {
        struct ls_container_writer *writer = create(path, 4);
        struct ls_container_state at;
        struct ls_sha256 made;
        struct ls_sha256 read;
        uint64_t size;
        uint64_t read_size;
        static const uint8_t large[20000];
        assert_int_equal(ls_container_sum(writer, &err), 0);
        for (unsigned i = 0; i < records; i++) {
            append(writer, i);
            if (i % 5 == 0) { /* some blocks of 64 KiB */
                assert_int_equal(ls_container_append(writer, large, sizeof large, &err), 0);
            }
            if (i % 3 == 0) {
                assert_int_equal(ls_container_flush(writer, false, &at, &err), 0);
            }
        }
        assert_false(ls_container_sum_of(writer, &made, &size));
        assert_int_equal(ls_container_finish(writer, false, &err), 0);
        assert_true(ls_container_sum_of(writer, &made, &size));
        assert_int_equal(ls_file_sha256(path, &read, &read_size, &err), 0);
        assert_memory_equal(&made, &read, sizeof made);
        assert_int_equal(size, read_size);
        assert_int_equal(ls_container_reopen(writer, &err), 0);
        append(writer, 1);
        assert_int_equal(ls_container_finish(writer, false, &err), 0);
        assert_false(ls_container_sum_of(writer, &made, &size)); /* another file by now */
        ls_container_writer_free(writer);
    }
}

/* Blocks of 64 KiB and more go to the file without a copy, whole or as the short one at the end. */
static void large_blocks_are_the_same_bytes(void **state)
{
    (void)state;
    enum { RECORD = 30000, RECORDS = 11 }; /* blocks of four: the last of three */
    struct ls_container_writer *once = create(path, 4);
    struct ls_container_writer *often = create(other_path, 4);
    uint8_t *record = calloc(1, RECORD);
    assert_non_null(record);
    for (unsigned i = 0; i < RECORDS; i++) {
        size_t size = i % 3 ? RECORD : 10; /* small blocks among the large */
        memset(record, (int)i, RECORD);
        assert_int_equal(ls_container_append(once, record, size, &err), 0);
        assert_int_equal(ls_container_append(often, record, size, &err), 0);
        assert_int_equal(ls_container_finish(often, false, &err), 0);
        assert_int_equal(ls_container_reopen(often, &err), 0);
        struct ls_container_state at;
        struct stat status;
        assert_int_equal(ls_container_flush(often, false, &at, &err), 0);
        assert_int_equal(at.records, i + 1 - (i + 1) % 4);
        assert_int_equal(stat(other_path, &status), 0);
        assert_int_equal(status.st_size, at.file_size);
    }
    assert_int_equal(ls_container_finish(once, false, &err), 0);
    assert_int_equal(ls_container_finish(often, false, &err), 0);
    ls_container_writer_free(once);
    ls_container_writer_free(often);
    assert_same_files();
    struct ls_container_reader *reader;
    struct ls_block block;
    uint64_t records = 0;
    assert_int_equal(ls_container_open(path, &reader, &err), 0);
    while (ls_container_next(reader, &block, &err) > 0) {
        records += block.count;
    }
    ls_container_reader_free(reader);
    assert_int_equal(records, RECORDS);
    free(record);
}

static void large_blocks_are_closed_early(void **state)
{
    (void)state;
    struct ls_container_writer *writer = create(path, 1000);
    struct ls_container_state at;
    uint8_t *record = calloc(1, LS_CONTAINER_RECORD_MAX);
    assert_non_null(record);
    static const struct {
        size_t size;
        uint64_t records; /* in full blocks, after it */
    } steps[] = {
        {LS_CONTAINER_RECORD_MAX, 0}, {LS_CONTAINER_RECORD_MAX, 0}, {0, 0}, {1, 3},
        {LS_CONTAINER_RECORD_MAX, 3}, {LS_CONTAINER_RECORD_MAX, 5},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        memset(record, (int)i, steps[i].size);
        assert_int_equal(ls_container_append(writer, record, steps[i].size, &err), 0);
        assert_int_equal(ls_container_flush(writer, false, &at, &err), 0);
        assert_int_equal(at.records, steps[i].records);
        assert_int_equal(at.records + at.pending_count, i + 1);
        assert_true(steps[i].size == 0 || at.pending[at.pending_size - steps[i].size] == i);
    }
    assert_int_equal(ls_container_append(writer, record, LS_CONTAINER_RECORD_MAX + 1, &err),
                     LS_E_DATA);
    assert_int_equal(ls_container_append(writer, record, 1, &err), 0); /* and life goes on */
    ls_container_writer_free(writer);
    free(record);
}

static void resume_refuses(void **state)
{
    (void)state;
    struct ls_container_writer *writer = create(path, 5);
    struct ls_container_state at;
    for (unsigned i = 0; i < 12; i++) {
        append(writer, i);
    }
    assert_int_equal(ls_container_flush(writer, false, &at, &err), 0);
    uint8_t pending[100];
    memcpy(pending, at.pending, at.pending_size);
    at.pending = pending;
    ls_container_writer_free(writer);
    const struct {
        const char *path;
        const char *name;
        const char *schema;
        uint64_t file_size;
        uint32_t pending_count;
        int code;
        const char *message;
    } cases[] = {
        {other_path, "views/a", schema_text, at.file_size, 2, LS_E_NOINPUT, "is missing"},
        {path, "views/b", schema_text, at.file_size, 2, LS_E_DATA, "another dataset"},
        {path, "views/a", "\"bytes\"", at.file_size, 2, LS_E_DATA, "another dataset"},
        {path, "views/a", schema_text, at.file_size + 1, 2, LS_E_DATA, "were expected"},
        {path, "views/a", schema_text, 10, 2, LS_E_DATA, "were expected"},
        {path, "views/a", schema_text, at.file_size, 5, LS_E_DATA, "5 pending records"},
        {path, "views/a", schema_text, at.file_size, 2, 0, NULL},
    };
    assert_int_equal(ls_tree_remove(other_path, &err), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_container_state changed = at;
        changed.file_size = cases[i].file_size;
        changed.pending_count = cases[i].pending_count;
        assert_int_equal(ls_container_resume(cases[i].path, cases[i].name, cases[i].schema, 5,
                                             &changed, &writer, &err),
                         cases[i].code);
        assert_int_equal(writer == NULL, cases[i].code != 0);
        if (cases[i].message && !strstr(err.text, cases[i].message)) {
            fail_msg("case %zu: %s", i, err.text);
        }
        ls_container_writer_free(writer);
    }
}

/* A file system that takes so many bytes and no more. */
static void limit_file_size(rlim_t size)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A file of `records` made once more, of which the first `size` bytes are there. */
static int retrace(unsigned records)
{
    struct ls_container_writer *writer;
    int rc = ls_container_retrace(other_path, "views/a", schema_text, 5, &writer, &err);
    if (rc < 0) {
        assert_null(writer);
        return rc;
    }
    for (unsigned i = 0; i < records; i++) {
        append(writer, i);
    }
    rc = ls_container_finish(writer, false, &err);
    ls_container_writer_free(writer);
    return rc;
}

static void put_file(const uint8_t *bytes, size_t size)
{
    assert_int_equal(ls_file_replace(other_path, bytes, size, &err), 0);
}

static void a_file_is_made_once_more(void **state)
{
    (void)state;
    struct ls_buf whole;
    char place[64];
    ls_buf_init(&whole, "file", 1 << 20);
    write_whole(path, 5, 23);
    assert_int_equal(ls_file_read(path, &whole, &err), 0);
    for (size_t size = 0; size <= whole.size; size++) {
        put_file(whole.data, size);
        assert_int_equal(retrace(23), 0);
        assert_same_files();
        if (size < whole.size) { /* and one byte of what is there is another */
            whole.data[size] ^= 1;
            put_file(whole.data, size + 1 + (whole.size - size - 1) / 2);
            whole.data[size] ^= 1;
            assert_int_equal(retrace(23), LS_E_DATA);
            snprintf(place, sizeof place, "at byte %zu:", size);
            if (!strstr(err.text, place)) {
                fail_msg("`%s` does not say `%s`", err.text, place);
            }
        }
    }
    assert_int_equal(ls_buf_append(&whole, "more", 4, &err), 0);
    put_file(whole.data, whole.size);
    assert_int_equal(retrace(23), LS_E_DATA);
    assert_non_null(strstr(err.text, "holds 4 bytes more"));
    ls_buf_clear(&whole);
}

static void a_failed_write_is_final(void **state)
{
    (void)state;
    static const uint8_t record[5000];
    struct ls_container_state before = {0};
    struct ls_container_state after;
    struct ls_container_writer *writer = create(path, 3);
    signal(SIGXFSZ, SIG_IGN);
    for (unsigned i = 0; i < 7; i++) {
        append(writer, i);
    }
    assert_int_equal(ls_container_flush(writer, false, &before, &err), 0);
    uint8_t pending[100];
    memcpy(pending, before.pending, before.pending_size);
    before.pending = pending;
    limit_file_size(100000);
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < 100000; i++) {
        rc = ls_container_append(writer, record, sizeof record, &err);
    }
    limit_file_size(RLIM_INFINITY);
    assert_int_equal(rc, LS_E_IO);
    char first[LS_ERROR_TEXT_MAX];
    memcpy(first, err.text, sizeof first);
    assert_non_null(strstr(first, path));
    for (int i = 0; i < 4; i++) {
        uint8_t *room;
        memset(&err, 0, sizeof err);
        memset(&after, 0xee, sizeof after);
        rc = i == 0   ? ls_container_append(writer, record, sizeof record, &err)
             : i == 1 ? ls_container_flush(writer, false, &after, &err)
             : i == 2 ? ls_container_finish(writer, false, &err)
                      : ls_container_reserve(writer, 1, &room, &err);
        assert_int_equal(rc, LS_E_IO);
        assert_string_equal(err.text, first);
    }
    ls_container_writer_free(writer);
    /* What was flushed before can be gone on with. */
    assert_int_equal(ls_container_resume(path, "views/a", schema_text, 3, &before, &writer, &err),
                     0);
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
    write_whole(other_path, 3, 7);
    assert_same_files();
}

static void a_full_disk_is_said_at_once(void **state)
{
    (void)state;
    struct ls_container_writer *writer;
    assert_int_equal(ls_container_create("/dev/full", "views/a", schema_text, 3, &writer, &err),
                     LS_E_IO);
    assert_null(writer);
    assert_non_null(strstr(err.text, "/dev/full"));
}

/* ---- calls of the system that fail */

static unsigned long failing; /* how many calls until one fails; 0: none does */

static int next_fails(void)
{
    errno = EIO;
    return failing > 0 && --failing == 0;
}

static ssize_t failing_write(int fd, const void *bytes, size_t size)
{
    return next_fails() ? -1 : ls_system_files.write(fd, bytes, size);
}

static ssize_t failing_write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
    return next_fails() ? -1 : ls_system_files.write_at(fd, bytes, size, offset);
}

static int failing_sync(int fd)
{
    return next_fails() ? -1 : ls_system_files.sync(fd);
}

static int failing_cut(int fd, uint64_t size)
{
    return next_fails() ? -1 : ls_system_files.cut(fd, size);
}

static void mount_failing_files(void)
{
    static struct ls_file_system files;
    files = ls_system_files;
    files.write = failing_write;
    files.write_at = failing_write_at;
    files.sync = failing_sync;
    files.cut = failing_cut;
    ls_files = &files;
}

/* Small blocks and large ones, finished twice; the file can be read to its end where that is fine.
 */
static int write_with_failures(struct ls_container_writer *writer)
{
    static const uint8_t large[70000];
    struct ls_container_state at;
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < 8; i++) {
        rc = ls_container_append(writer, large, i < 4 ? 10 : sizeof large, &err);
        rc = rc < 0 ? rc : ls_container_end_block(writer, &err);
        rc = rc < 0 || i % 2 ? rc : ls_container_flush(writer, i == 6, &at, &err);
    }
    rc = rc < 0 ? rc : ls_container_finish(writer, true, &err);
    rc = rc < 0 ? rc : ls_container_reopen(writer, &err);
    rc = rc < 0 ? rc : ls_container_append(writer, large, 1, &err);
    return rc < 0 ? rc : ls_container_finish(writer, true, &err);
}

/* Each call in turn: an error, and the writer is of no use any more. */
static void a_failed_call_is_final(void **state)
{
    (void)state;
    mount_failing_files();
    unsigned long nth = 1;
    for (int rc = LS_E_IO; rc == LS_E_IO; nth++) {
        struct ls_container_writer *writer = create(path, 100);
        failing = nth;
        rc = write_with_failures(writer);
        failing = 0;
        assert_true(rc == 0 || rc == LS_E_IO);
        ls_container_writer_free(writer);
    }
    assert_true(nth > 10);
    /* where a record was begun, or a file finished, before */
    struct ls_container_writer *writer = create(path, 100);
    struct ls_container_state at;
    uint8_t *room;
    append(writer, 1);
    assert_int_equal(ls_container_end_block(writer, &err), 0);
    assert_int_equal(ls_container_reserve(writer, 1, &room, &err), 0);
    failing = 1;
    assert_int_equal(ls_container_flush(writer, false, &at, &err), LS_E_IO);
    assert_int_equal(ls_container_commit(writer, 1, &err), LS_E_IO);
    ls_container_writer_free(writer);
    writer = create(path, 100);
    append(writer, 1);
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    failing = 1;
    assert_int_equal(ls_container_reopen(writer, &err), LS_E_IO);
    assert_int_equal(ls_container_reopen(writer, &err), LS_E_IO);
    ls_container_writer_free(writer);
    ls_files = &ls_system_files;
}

/* A block that is closed early, for a record that does not fit any more. */
static void a_block_that_cannot_be_closed_early(void **state)
{
    (void)state;
    struct ls_container_writer *writer = create(path, 1000);
    uint8_t *record = calloc(1, LS_CONTAINER_RECORD_MAX);
    assert_non_null(record);
    mount_failing_files();
    for (size_t size = 0; size + LS_CONTAINER_RECORD_MAX <= LS_CONTAINER_BLOCK_MAX / 2;
         size += LS_CONTAINER_RECORD_MAX) {
        assert_int_equal(ls_container_append(writer, record, LS_CONTAINER_RECORD_MAX, &err), 0);
    }
    failing = 1;
    assert_int_equal(ls_container_append(writer, record, 1, &err), LS_E_IO);
    ls_files = &ls_system_files;
    ls_container_writer_free(writer);
    free(record);
}

static void resumed_without_memory(void **state)
{
    (void)state;
    uint8_t pending[100];
    struct ls_container_writer *writer = create(path, 5);
    struct ls_container_state at;
    unsigned long refused = 0;
    for (unsigned i = 0; i < 12; i++) {
        append(writer, i);
    }
    assert_int_equal(ls_container_flush(writer, false, &at, &err), 0);
    memcpy(pending, at.pending, at.pending_size);
    at.pending = pending;
    ls_container_writer_free(writer);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_mem_refuse(refused + 1);
        rc = ls_container_resume(path, "views/a", schema_text, 5, &at, &writer, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    }
    assert_true(refused > 3);
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
    write_whole(other_path, 5, 12);
    assert_same_files();
}

/* Every allocation refused in turn: an error, and the file as if nothing had been tried. */
static void refused_memory_is_an_error(void **state)
{
    (void)state;
    write_whole(path, 3, 500);
    bool refused = true;
    for (unsigned long nth = 1; refused; nth++) {
        struct ls_container_writer *writer = NULL;
        refused = false;
        ls_mem_refuse(nth);
        while (ls_container_create(other_path, "views/a", schema_text, 3, &writer, &err) < 0) {
            assert_int_equal(err.code, LS_E_NOMEM);
            refused = true;
        }
        for (unsigned i = 0; i < 500; i++) {
            uint8_t record[RECORD_MAX];
            size_t size = make_record(i, record);
            while (ls_container_append(writer, record, size, &err) < 0) {
                assert_int_equal(err.code, LS_E_NOMEM);
                refused = true;
            }
        }
        while (ls_container_finish(writer, false, &err) < 0) {
            assert_int_equal(err.code, LS_E_NOMEM);
            refused = true;
        }
        ls_mem_refuse(0);
        ls_container_writer_free(writer);
        assert_same_files();
    }
    ls_container_writer_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_a_function_of_the_content),
        cmocka_unit_test(a_file_without_records_is_its_header),
        cmocka_unit_test(flushes_do_not_move_blocks),
        cmocka_unit_test(a_crash_leaves_no_trace),
        cmocka_unit_test(a_finish_can_be_taken_back),
        cmocka_unit_test(a_sum_is_that_of_the_file),
        cmocka_unit_test(large_blocks_are_the_same_bytes),
        cmocka_unit_test(large_blocks_are_closed_early),
        cmocka_unit_test(resume_refuses),
        cmocka_unit_test(a_file_is_made_once_more),
        cmocka_unit_test(a_failed_write_is_final),
        cmocka_unit_test(a_full_disk_is_said_at_once),
        cmocka_unit_test(refused_memory_is_an_error),
        cmocka_unit_test(a_failed_call_is_final),
        cmocka_unit_test(a_block_that_cannot_be_closed_early),
        cmocka_unit_test(resumed_without_memory),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
