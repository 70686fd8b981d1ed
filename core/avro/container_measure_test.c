#include "core/avro/container.h"

#include "core/base/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ls_container_XXXXXX";
static char path[64];
static struct ls_error err;

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

/* Seven records in blocks of three, and the file cut at every byte. */
static void whole_blocks_are_measured(void **state)
{
    (void)state;
    struct ls_container_writer *writer;
    struct ls_container_state at;
    uint64_t ends[4] = {0}; /* of the header and of each block */
    uint64_t records;
    uint64_t whole;
    assert_int_equal(ls_container_create(path, "a", "\"int\"", 3, &writer, &err), 0);
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(ls_container_flush(writer, false, &at, &err), 0);
        ends[at.records / 3] = at.file_size;
        assert_int_equal(ls_container_append(writer, "\x02", 1, &err), 0);
    }
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
    assert_int_equal(ls_container_measure(path, &records, &ends[3], &err), 0);
    assert_int_equal(records, 7);
    for (uint64_t size = ends[3]; size >= ends[0]; size--) {
        assert_int_equal(truncate(path, (off_t)size), 0);
        assert_int_equal(ls_container_measure(path, &records, &whole, &err), 0);
        size_t blocks = size == ends[3] ? 3 : size >= ends[2] ? 2 : size >= ends[1] ? 1 : 0;
        assert_int_equal(whole, ends[blocks]);
        assert_int_equal(records, blocks == 3 ? 7 : 3 * blocks);
    }
    assert_int_equal(truncate(path, (off_t)ends[0] - 1), 0);
    assert_int_equal(ls_container_measure(path, &records, &whole, &err), LS_E_DATA);
}

/* Byte by byte: what is added is what a whole measure finds. */
static void a_file_that_grows_is_measured_on(void **state)
{
    (void)state;
    struct ls_container_writer *writer;
    struct ls_buf bytes;
    uint64_t on[2] = {0, 0};
    uint64_t anew[2];
    assert_int_equal(ls_container_create(path, "a", "\"int\"", 2, &writer, &err), 0);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(ls_container_append(writer, "\x02", 1, &err), 0);
    }
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
    ls_buf_init(&bytes, "file", 1U << 20);
    assert_int_equal(ls_file_read(path, &bytes, &err), 0);
    int fd = ls_file_open(path, O_WRONLY | O_TRUNC, 0, &err);
    assert_true(fd >= 0);
    for (size_t size = 0; size < bytes.size; size++) {
        int rc = ls_container_measure(path, &anew[0], &anew[1], &err);
        assert_int_equal(ls_container_measure_on(path, &on[0], &on[1], &err), rc);
        assert_true(on[0] == anew[0] && on[1] == anew[1]);
        assert_true(rc == (on[1] ? 0 : LS_E_DATA));
        assert_int_equal(ls_file_write_at(fd, bytes.data + size, 1, size, path, &err), 0);
    }
    assert_int_equal(ls_container_measure_on(path, &on[0], &on[1], &err), 0);
    assert_true(on[0] == 5 && on[1] == bytes.size);
    ls_file_close(fd);
    ls_buf_clear(&bytes);
}

/* A wrong byte is no end. */
static void damage_is_an_error(void **state)
{
    (void)state;
    struct ls_container_writer *writer;
    struct ls_container_state at;
    uint64_t records;
    uint64_t whole;
    assert_int_equal(ls_container_create(path, "a", "\"int\"", 1, &writer, &err), 0);
    assert_int_equal(ls_container_append(writer, "\x02", 1, &err), 0);
    assert_int_equal(ls_container_flush(writer, false, &at, &err), 0);
    assert_int_equal(ls_container_append(writer, "\x02", 1, &err), 0);
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
    int fd = ls_file_open(path, O_WRONLY, 0, &err);
    assert_true(fd >= 0);
    assert_int_equal(ls_file_write_at(fd, "?", 1, at.file_size - 1, path, &err), 0);
    close(fd);
    assert_int_equal(ls_container_measure(path, &records, &whole, &err), LS_E_DATA);
    assert_int_equal(ls_container_measure("/nowhere/a.avro", &records, &whole, &err), LS_E_NOINPUT);
}

/* A file that could not be looked through is none that ends elsewhere. */
static void refused_memory_is_an_error(void **state)
{
    (void)state;
    struct ls_container_writer *writer;
    uint64_t records;
    uint64_t size;
    unsigned long refused = 0;
    assert_int_equal(ls_container_create(path, "a", "\"int\"", 1, &writer, &err), 0);
    assert_int_equal(ls_container_append(writer, "\x02", 1, &err), 0);
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
    assert_int_equal(ls_container_measure(path, &records, &size, &err), 0);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_mem_refuse(refused + 1);
        rc = ls_container_ends_at(path, records, size, &err);
        ls_mem_refuse(0);
        assert_true(rc == 1 || rc == LS_E_NOMEM);
    }
    assert_true(refused > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_blocks_are_measured),
        cmocka_unit_test(a_file_that_grows_is_measured_on),
        cmocka_unit_test(damage_is_an_error),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
