#include "core/avro/container.h"

#include "core/avro/encode.h"

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
} headers[] = {
    {BYTES(HEAD), NULL},
    {BYTES("Obj\x01\x04\x14"
           "avro.codec\x08null\x16"
           "avro.schema\x0a\"int\"\x00" SYNC),
     NULL},
    {BYTES("Obj\x01\x02\x14"
           "avro.codec\x08null\x02\x16"
           "avro.schema\x0a\"int\"\x00" SYNC),
     NULL},
    {BYTES("Obj\x01\x01\x24\x16"
           "avro.schema\x0a\"int\"\x00" SYNC),
     NULL},
    {BYTES("Obj\x01\x01\x26\x16"
           "avro.schema\x0a\"int\"\x00" SYNC),
     "damaged"},
    {BYTES(""), "no Avro container file"},
    {BYTES("Obj"), "no Avro container file"},
    {BYTES("Obj\x02\x02\x16"
           "avro.schema\x0a\"int\"\x00" SYNC),
     "no Avro container file"},
    {BYTES("Obj\x01\x02\x16"
           "avro.schema\x0a\"int\"\x00"
           "0123456789abcde"),
     "damaged"},
    {BYTES("Obj\x01\x02\x16"
           "avro.schema\x0a\"in"),
     "damaged"},
    {BYTES("Obj\x01\x02\x02\xff\x02x\x00" SYNC), "damaged"},
    {BYTES("Obj\x01\x02\x15"
           "avro.schema\x0a\"int\"\x00" SYNC),
     "damaged"},
    {BYTES("Obj\x01\x00" SYNC), "no schema"},
    {BYTES("Obj\x01\x04\x16"
           "avro.schema\x0a\"int\"\x16"
           "avro.schema\x0a\"int\"\x00" SYNC),
     "a key twice"},
    {BYTES("Obj\x01\x02\x16"
           "avro.schema\x0a\"int\"\x02\x16"
           "avro.schema\x0a\"int\"\x00" SYNC),
     "a key twice"},
    {BYTES("Obj\x01\x04\x14"
           "avro.codec\x0e"
           "deflate\x16"
           "avro.schema\x0a\"int\"\x00" SYNC),
     "\"deflate\""},
};

static void headers_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct ls_container_reader *reader;
        put_file(headers[i].bytes, headers[i].size);
        memset(&err, 0, sizeof err);
        int rc = ls_container_open(path, &reader, &err);
        if (rc != (headers[i].message ? LS_E_DATA : 0) ||
            (headers[i].message && !strstr(err.text, headers[i].message))) {
            fail_msg("case %zu: %s", i, err.text);
        }
        assert_int_equal(reader == NULL, rc != 0);
        if (reader) {
            size_t size;
            struct ls_block block;
            assert_memory_equal(ls_container_schema(reader, &size), "\"int\"", 5);
            assert_int_equal(size, 5);
            assert_memory_equal(ls_container_sync(reader), SYNC, LS_CONTAINER_SYNC_SIZE);
            assert_int_equal(ls_container_next(reader, &block, &err), 0);
        }
        ls_container_reader_free(reader);
    }
}

static void the_schema_is_read_whatever_the_codec(void **state)
{
    (void)state;
    struct ls_buf text;
    ls_buf_init(&text, "schema", 100);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const char *message = headers[i].message;
        bool sound = !message || strcmp(message, "\"deflate\"") == 0;
        put_file(headers[i].bytes, headers[i].size);
        memset(&err, 0, sizeof err);
        text.size = 0;
        int rc = ls_container_read_schema(path, &text, &err);
        if (rc != (sound ? 0 : LS_E_DATA) || (!sound && !strstr(err.text, message))) {
            fail_msg("case %zu: %s", i, err.text);
        }
        assert_int_equal(text.size, sound ? 5 : 0);
        assert_memory_equal(text.data ? (char *)text.data : "", "\"int\"", text.size);
    }
    assert_int_equal(ls_container_read_schema("/nowhere/a.avro", &text, &err), LS_E_NOINPUT);
    ls_buf_clear(&text);
}

static void a_missing_file_is_no_input(void **state)
{
    (void)state;
    struct ls_container_reader *reader;
    assert_int_equal(ls_container_open("/nowhere/a.avro", &reader, &err), LS_E_NOINPUT);
    assert_null(reader);
}

static void headers_have_limits(void **state)
{
    (void)state;
    struct ls_container_reader *reader;
    struct ls_buf file;
    ls_buf_init(&file, "file", 1 << 25);
    /* One value of 3 MiB; then 1001 entries. */
    assert_int_equal(ls_buf_reserve(&file, 5 << 20, &err), 0);
    memcpy(file.data, "Obj\x01\x02", 5);
    uint8_t *at = ls_put_bytes(file.data + 5, "k", 1);
    at = ls_put_long(at, 3 << 20);
    memset(at, 'x', 4 << 20);
    put_file(file.data, (size_t)(at - file.data) + (4 << 20));
    assert_int_equal(ls_container_open(path, &reader, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "more than 2097152 bytes"));
    at = ls_put_long(file.data + 4, 1001);
    for (int i = 0; i < 1001; i++) {
        char key[16];
        int size = snprintf(key, sizeof key, "%d", i);
        at = ls_put_bytes(ls_put_bytes(at, key, (size_t)size), "", 0);
    }
    put_file(file.data, (size_t)(at - file.data));
    assert_int_equal(ls_container_open(path, &reader, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "more than 1000 entries"));
    ls_buf_clear(&file);
}

static void metadata_is_found(void **state)
{
    (void)state;
    static const char file[] = "Obj\x01\x04\x0a"
                               "owner\x06"
                               "me\x00\x16"
                               "avro.schema\x0a\"int\"\x00" SYNC;
    put_file(file, sizeof file - 1);
    struct ls_container_reader *reader = open_file();
    size_t size;
    assert_memory_equal(ls_container_meta(reader, "owner", &size), "me\0", 3);
    assert_int_equal(size, 3);
    assert_null(ls_container_meta(reader, "own", &size));
    assert_int_equal(size, 0);
    ls_container_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_checked),
        cmocka_unit_test(the_schema_is_read_whatever_the_codec),
        cmocka_unit_test(a_missing_file_is_no_input),
        cmocka_unit_test(headers_have_limits),
        cmocka_unit_test(metadata_is_found),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
