/* What the suite's own tests begin with: a folder of their own, files in it, errors that say what
 * they should. */
#ifndef LS_CONFORMANCE_FIXTURE_TEST_H
#define LS_CONFORMANCE_FIXTURE_TEST_H

#include "core/avro/container.h"
#include "core/avro/encode.h"
#include "core/base/file.h"

#include <avro.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct ls_error err;

/* Each test runs in an empty folder; in memory where there is such a place, since what is tested
 * syncs its files to the disk. */
static inline int make_folder(void **state)
{
    char *folder = strdup(access("/dev/shm", W_OK) == 0 ? "/dev/shm/lockstep-suite-XXXXXX"
                                                        : "/tmp/lockstep-suite-XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    int rc = chdir("/") == 0 ? ls_tree_remove(*state, &err) : -1;
    free(*state);
    return rc;
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

static inline void check(int rc)
{
    if (rc < 0) {
        fail_msg("%d: %s", rc, err.text);
    }
}

static inline void check_says(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("`%s` does not say `%s`", text, part);
    }
}

static inline void check_refused(int rc, int code, const char *part)
{
    if (rc != code) {
        fail_msg("%d instead of %d: %s", rc, code, rc < 0 ? err.text : "");
    }
    check_says(err.text, part);
}

static inline void put_file(const char *path, const void *bytes, size_t size)
{
    check(ls_folder_make_above(path, &err));
    FILE *file = fopen(path, "wb"); /* not synced: tests are many */
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void put_text(const char *path, const char *text)
{
    put_file(path, text, strlen(text));
}

/* A file's content, or "" where there is none; free it. */
static inline char *text_of(const char *path)
{
    struct ls_buf buf;
    ls_buf_init(&buf, "test file", 16U << 20);
    int rc = ls_file_read(path, &buf, &err);
    const char *text = rc < 0 ? "" : ls_buf_text(&buf, &err);
    char *copy = strdup(text);
    ls_buf_clear(&buf);
    assert_non_null(copy);
    return copy;
}

static inline void check_file_says(const char *path, const char *part)
{
    char *text = text_of(path);
    check_says(text, part);
    free(text);
}

/* ---- datasets */

/* A row of the tests' own dataset. */
struct item {
    const char *id;
    int64_t count;
    const char *note; /* NULL: null */
    int64_t position;
};

static const char item_schema[] =
    "{\"type\":\"record\",\"name\":\"item\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
    "{\"name\":\"count\",\"type\":\"long\"},{\"name\":\"note\",\"type\":[\"null\",\"string\"]},"
    "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"position\",\"type\":\"long\",\"lockstep.physical\":true}]}";

static inline size_t put_item(uint8_t *bytes, const struct item *item)
{
    uint8_t *at = ls_put_bytes(bytes, item->id, strlen(item->id));
    at = ls_put_long(at, item->count);
    at = ls_put_long(at, item->note != NULL);
    at = item->note ? ls_put_bytes(at, item->note, strlen(item->note)) : at;
    at = ls_put_long(at, 1767225600000 + item->position);
    return (size_t)(ls_put_long(at, item->position) - bytes);
}

static inline void put_items_as(const char *path, const char *schema, unsigned per_block,
                                const struct item *items, size_t count)
{
    struct ls_container_writer *writer;
    check(ls_folder_make_above(path, &err));
    check(ls_container_create(path, "test/items", schema, per_block, &writer, &err));
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[8192];
        check(ls_container_append(writer, bytes, put_item(bytes, &items[i]), &err));
    }
    check(ls_container_finish(writer, false, &err));
    ls_container_writer_free(writer);
}

static inline void put_items(const char *path, const struct item *items, size_t count)
{
    put_items_as(path, item_schema, 2, items, count);
}

/* The same file as somebody else's writer makes it. */
static inline void recode(const char *path, const char *codec, size_t block_size)
{
    avro_file_reader_t reader;
    avro_file_writer_t writer;
    avro_value_t value;
    assert_int_equal(avro_file_reader(path, &reader), 0);
    avro_schema_t schema = avro_file_reader_get_writer_schema(reader);
    avro_value_iface_t *iface = avro_generic_class_from_schema(schema);
    assert_int_equal(avro_generic_value_new(iface, &value), 0);
    assert_int_equal(
        avro_file_writer_create_with_codec("recoded", schema, &writer, codec, block_size), 0);
    while (avro_file_reader_read_value(reader, &value) == 0) {
        assert_int_equal(avro_file_writer_append_value(writer, &value), 0);
    }
    avro_value_decref(&value);
    avro_value_iface_decref(iface);
    avro_schema_decref(schema);
    assert_int_equal(avro_file_reader_close(reader), 0);
    assert_int_equal(avro_file_writer_close(writer), 0);
    assert_int_equal(rename("recoded", path), 0);
}

#endif
