#include "core/avro/container.h"

#include "core/avro/decode.h"
#include "core/avro/encode.h"
#include "core/base/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ls_container_XXXXXX";
static char path[64];
static struct ls_error err;

#define SYNC "0123456789abcdef"
#define HEAD                                                                                       \
    "Obj\x01\x02\x16"                                                                              \
    "avro.schema\x0a\"int\"\x00" SYNC
#define BLOCK(count, size, records) count size records SYNC
#define BYTES(text)                 (const uint8_t *)(text), sizeof(text) - 1

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/a.avro", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return ls_tree_remove(folder, &err);
}

static void put_file(const void *bytes, size_t size)
{
    int fd = ls_file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666, &err);
    assert_true(fd >= 0);
    assert_int_equal(ls_file_write(fd, bytes, size, path, &err), 0);
    close(fd);
}

static struct ls_container_reader *open_file(void)
{
    struct ls_container_reader *reader;
    if (ls_container_open(path, &reader, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return reader;
}

static const struct {
    const uint8_t *bytes;
    size_t size;
    const char *message; /* NULL: sound */
    bool torn;
} blocks_checked[] = {
    {BYTES(BLOCK("\x04", "\x04", "ab")), NULL, false},
    {BYTES(BLOCK("\x00", "\x00", "")), NULL, false},
    {BYTES(BLOCK("\x02", "\x00", "")), NULL, false},
    {BYTES(BLOCK("\x80\x89\x7a", "\x00", "")), NULL, false}, /* 10^6 records of no size */
    {BYTES(BLOCK("\x82\x89\x7a", "\x00", "")), "impossible count", false},
    {BYTES(BLOCK("\x06", "\x04", "ab")), "impossible count", false},
    {BYTES(BLOCK("\x00", "\x04", "ab")), "impossible count", false},
    {BYTES(BLOCK("\x01", "\x04", "ab")), "impossible count", false},
    {BYTES(BLOCK("\x04", "\x03", "ab")), "impossible size", false},
    {BYTES(BLOCK("\x04", "\x82\x80\x80\x40", "ab")), "impossible size", false},
    {BYTES(BLOCK("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "\x04", "ab")), "impossible size",
     false},
    {BYTES(BLOCK("\x04", "\x80\x80\x80\x40", "ab")), "cut off", true}, /* 64 MiB */
    {BYTES(BLOCK("\x04", "\x06", "ab")), "cut off", true},
    {BYTES(BLOCK("\x02", "\x02", "ab")), "sync marker", false},
    {BYTES("\x04\x04"
           "ab0123456789abcdeF"),
     "sync marker", false},
    {BYTES("\x04\x04"
           "ab0123456789abcde"),
     "cut off", true},
    {BYTES("\x04\x04"
           "a"),
     "cut off", true},
    {BYTES("\x04"), "cut off", true},
    {BYTES("\x84"), "cut off", true},
};

/* The second block of each file, read both ways. */
static void blocks_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof blocks_checked / sizeof *blocks_checked; i++) {
        bool skip = i % 2;
        size_t which = i / 2;
        static const char before[] = HEAD BLOCK("\x02", "\x02", "z");
        uint8_t file[200];
        memcpy(file, before, sizeof before - 1);
        memcpy(file + sizeof before - 1, blocks_checked[which].bytes, blocks_checked[which].size);
        put_file(file, sizeof before - 1 + blocks_checked[which].size);
        struct ls_container_reader *reader = open_file();
        struct ls_block block;
        uint64_t whole;
        memset(&err, 0, sizeof err);
        assert_int_equal((skip ? ls_container_next_skip : ls_container_next)(reader, &block, &err),
                         1);
        assert_int_equal(block.offset, sizeof HEAD - 1);
        int rc = (skip ? ls_container_next_skip : ls_container_next)(reader, &block, &err);
        if (rc != (blocks_checked[which].message ? LS_E_DATA : 1) ||
            (blocks_checked[which].message && !strstr(err.text, blocks_checked[which].message)) ||
            ls_container_torn(reader, &whole) != blocks_checked[which].torn) {
            fail_msg("case %zu: %d, %s", which, rc, err.text);
        }
        if (rc == 1) {
            assert_int_equal(block.first_record, 1);
            assert_int_equal(block.offset, sizeof before - 1);
            assert_int_equal(block.bytes == NULL, skip);
            assert_int_equal(ls_container_next(reader, &block, &err), 0);
        } else {
            assert_int_equal(whole, sizeof before - 1);
        }
        ls_container_reader_free(reader);
    }
}

/* A file written by the writer, with blocks of all sizes up to 3 MiB; record i is i % 997 bytes, or
 * more, of the byte i. */
static void write_blocks(unsigned records, unsigned records_per_block)
{
    struct ls_container_writer *writer;
    uint8_t *record = malloc(4 << 20);
    assert_non_null(record);
    assert_int_equal(ls_container_create(path, "a", "\"bytes\"", records_per_block, &writer, &err),
                     0);
    for (unsigned i = 0; i < records; i++) {
        size_t size = i % 997 + (i % 300 == 299 ? 3 << 20 : 0);
        uint8_t *at = ls_put_long(record, (int64_t)size);
        memset(at, (int)(i & 0xff), size);
        assert_int_equal(ls_container_append(writer, record, (size_t)(at - record) + size, &err),
                         0);
    }
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
    free(record);
}

static void assert_records(const struct ls_block *block)
{
    struct ls_span span = {block->bytes, block->bytes + block->size};
    for (uint64_t i = block->first_record; i < block->first_record + block->count; i++) {
        const uint8_t *bytes;
        size_t size;
        assert_int_equal(ls_get_bytes(&span, &bytes, &size), LS_DECODE_OK);
        assert_int_equal(size, i % 997 + (i % 300 == 299 ? 3 << 20 : 0));
        assert_true(size == 0 || (bytes[0] == (i & 0xff) && bytes[size - 1] == (i & 0xff)));
    }
    assert_ptr_equal(span.at, span.end);
}

#define BLOCKS_MAX 1000

static void both_ways_see_the_same_blocks(void **state)
{
    (void)state;
    static const unsigned per_block[] = {3, 40, 1000};
    for (size_t round = 0; round < 3; round++) {
        static struct ls_block blocks[BLOCKS_MAX];
        struct ls_block block;
        size_t count = 0;
        write_blocks(1501, per_block[round]);
        struct ls_container_reader *reader = open_file();
        while (ls_container_next(reader, &block, &err) == 1) {
            assert_true(count < BLOCKS_MAX);
            assert_records(&block);
            blocks[count++] = block;
        }
        assert_int_equal(count, (1501 + per_block[round] - 1) / per_block[round]);
        ls_container_reader_free(reader);
        reader = open_file();
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(ls_container_next_skip(reader, &block, &err), 1);
            assert_null(block.bytes);
            assert_int_equal(block.offset, blocks[i].offset);
            assert_int_equal(block.first_record, blocks[i].first_record);
            assert_int_equal(block.count, blocks[i].count);
            assert_int_equal(block.size, blocks[i].size);
        }
        assert_int_equal(ls_container_next_skip(reader, &block, &err), 0);
        for (size_t i = 0; i < count; i++) { /* any order, either way */
            size_t which = i * 7919 % count;
            ls_container_seek(reader, blocks[which].offset, blocks[which].first_record);
            assert_int_equal(
                (i % 3 ? ls_container_next : ls_container_next_skip)(reader, &block, &err), 1);
            assert_int_equal(block.first_record, blocks[which].first_record);
            if (block.bytes) {
                assert_records(&block);
            }
            if (which + 1 < count) {
                assert_int_equal(ls_container_next(reader, &block, &err), 1);
                assert_records(&block);
            }
        }
        ls_container_reader_free(reader);
    }
}

/* A file that grows, byte by byte, under its reader. */
static void a_growing_file_is_followed(void **state)
{
    (void)state;
    static const char file[] = HEAD BLOCK("\x04", "\x04", "ab") BLOCK("\x02", "\x06", "cde");
    static const size_t ends[] = {sizeof HEAD - 1, sizeof HEAD - 1 + 20, sizeof file - 1};
    put_file(file, ends[0]);
    struct ls_container_reader *reader = open_file();
    struct ls_block block;
    uint64_t whole;
    int fd = ls_file_open(path, O_WRONLY, 0, &err);
    assert_true(fd >= 0);
    for (size_t size = ends[0]; size <= ends[2]; size++) {
        assert_int_equal(ls_file_write_at(fd, file + size - 1, 1, size - 1, path, &err), 0);
        int rc = ls_container_next(reader, &block, &err);
        if (size == ends[1] || size == ends[2]) {
            assert_int_equal(rc, 1);
            assert_memory_equal(block.bytes, size == ends[1] ? "ab" : "cde", block.size);
            rc = ls_container_next(reader, &block, &err);
        }
        bool between = size == ends[0] || size == ends[1] || size == ends[2];
        assert_int_equal(rc, between ? 0 : LS_E_DATA);
        assert_int_equal(ls_container_torn(reader, &whole), !between);
        assert_int_equal(whole, size >= ends[2] ? ends[2] : size >= ends[1] ? ends[1] : ends[0]);
    }
    close(fd);
    ls_container_reader_free(reader);
}

/* A torn block that is cut off and written anew, as a resumed writer does it. */
static void a_torn_end_is_read_again(void **state)
{
    (void)state;
    static const char torn[] = HEAD BLOCK("\x02", "\x02", "z") "\x04\x10old";
    static const char sound[] = HEAD BLOCK("\x02", "\x02", "z") BLOCK("\x02", "\x06", "new");
    struct ls_block block;
    put_file(torn, sizeof torn - 1);
    struct ls_container_reader *reader = open_file();
    assert_int_equal(ls_container_next(reader, &block, &err), 1);
    assert_int_equal(ls_container_next(reader, &block, &err), LS_E_DATA);
    put_file(sound, sizeof sound - 1);
    assert_int_equal(ls_container_next(reader, &block, &err), 1);
    assert_memory_equal(block.bytes, "new", 3);
    ls_container_reader_free(reader);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    write_blocks(700, 350);
    bool refused = true;
    for (unsigned long nth = 1; refused; nth++) {
        struct ls_container_reader *reader;
        struct ls_block block;
        uint64_t records = 0;
        int rc;
        refused = false;
        ls_mem_refuse(nth);
        while (ls_container_open(path, &reader, &err) < 0) {
            assert_int_equal(err.code, LS_E_NOMEM);
            assert_null(reader);
            refused = true;
        }
        while ((rc = ls_container_next(reader, &block, &err)) != 0) {
            if (rc < 0) {
                assert_int_equal(rc, LS_E_NOMEM);
                refused = true;
                continue; /* and the same block can be asked for again */
            }
            assert_records(&block);
            records += block.count;
        }
        ls_mem_refuse(0);
        assert_int_equal(records, 700);
        ls_container_reader_free(reader);
    }
    ls_container_reader_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_checked),
        cmocka_unit_test(both_ways_see_the_same_blocks),
        cmocka_unit_test(a_growing_file_is_followed),
        cmocka_unit_test(a_torn_end_is_read_again),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
