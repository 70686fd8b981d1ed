#include "conformance/avro_file.h"

#include "conformance/fixture_test.h"

#include <errno.h>
#include <sys/stat.h>

static const struct item items[] = {{"a", 1, NULL, 0},
                                    {"b", -5, "two words", 1},
                                    {"", INT64_MAX, "", 2},
                                    {"\xc3\xa9", INT64_MIN, "x", 3},
                                    {"e", 0, NULL, 4}};

static void our_files_are_read_field_by_field(void **state)
{
    (void)state;
    struct ls_avro_file file;
    put_items("d.avro", items, COUNT(items));
    check(ls_avro_file_open("d.avro", &file, &err));
    for (size_t i = 0; i < COUNT(items); i++) {
        int64_t number = 77;
        const char *text;
        size_t size;
        assert_int_equal(ls_avro_file_next(&file, &err), 1);
        assert_true(ls_avro_file_text(&file, "id", &text, &size));
        assert_int_equal(size, strlen(items[i].id));
        assert_memory_equal(text, items[i].id, size);
        assert_true(ls_avro_file_long(&file, "count", &number));
        assert_true(number == items[i].count);
        assert_true(ls_avro_file_long(&file, "position", &number));
        assert_int_equal(number, i);
        assert_int_equal(ls_avro_file_text(&file, "note", &text, &size), items[i].note != NULL);
        if (items[i].note) {
            assert_int_equal(size, strlen(items[i].note));
            assert_memory_equal(text, items[i].note, size);
        }
        assert_false(ls_avro_file_long(&file, "id", &number)); /* of another type */
        assert_false(ls_avro_file_text(&file, "count", &text, &size));
        assert_false(ls_avro_file_long(&file, "none", &number)); /* not there */
        assert_false(ls_avro_file_text(&file, "none", &text, &size));
    }
    assert_int_equal(ls_avro_file_next(&file, &err), 0);
    ls_avro_file_close(&file);
    ls_avro_file_close(&file); /* legal */
}

static void any_codec_and_block_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *codec;
        size_t block_size;
    } cases[] = {{"null", 1000}, {"null", 30}, {"deflate", 30}, {"deflate", 100000}};
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct ls_avro_file file;
        size_t count = 0;
        put_items("d.avro", items, COUNT(items));
        recode("d.avro", cases[k].codec, cases[k].block_size);
        check(ls_avro_file_open("d.avro", &file, &err));
        int rc;
        while ((rc = ls_avro_file_next(&file, &err)) > 0) {
            count++;
        }
        check(rc);
        assert_int_equal(count, COUNT(items));
        ls_avro_file_close(&file);
    }
}

/* All that can be read; the code that ends it, whose message names the file. */
static int read_all(const char *path, size_t *count)
{
    struct ls_avro_file file;
    err = (struct ls_error){0};
    *count = 0;
    int rc = ls_avro_file_open(path, &file, &err);
    while (rc == 0 && (rc = ls_avro_file_next(&file, &err)) > 0) {
        ++*count;
        rc = 0;
    }
    ls_avro_file_close(&file);
    if (rc < 0) {
        check_says(err.text, path);
    }
    return rc;
}

static const struct {
    const char *bytes;
    size_t size;
    int code;
    const char *said;
} wrong[] = {
    {"", 0, LS_E_DATA, "w.avro is no Avro container file"},
    {"Obj", 3, LS_E_DATA, "is no Avro container file"},
    {"Obj\2\0\0", 6, LS_E_DATA, "is no Avro container file"},
    {"PAR1 is no Avro file, but long enough for a header", 50, LS_E_DATA, "is no Avro container"},
    {"<html>404</html>", 16, LS_E_DATA, "is no Avro container file"},
    {"Obj\1\0 sixteen bytes! ", 21, LS_E_DATA, "w.avro: its header has no schema"},
    {"Obj\1\2\x16"
     "avro.schema\6int\0 sixteen bytes! ",
     38, LS_E_DATA, "libavro cannot open w.avro"},
};

static void what_is_no_container_file_is_named(void **state)
{
    (void)state;
    size_t count;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        put_file("w.avro", wrong[i].bytes, wrong[i].size);
        check_refused(read_all("w.avro", &count), wrong[i].code, wrong[i].said);
    }
    check_refused(read_all("no/such.avro", &count), LS_E_NOINPUT, "no/such.avro is missing");
    check(ls_folder_make("folder.avro", &err));
    assert_true(read_all("folder.avro", &count) < 0);
}

/* Where whole blocks end, the header's end being the first: there a cut can't be seen. */
static size_t block_ends(size_t ends[8])
{
    struct ls_container_reader *reader;
    struct ls_block block;
    size_t count = 0;
    check(ls_container_open("whole.avro", &reader, &err));
    while (ls_container_next(reader, &block, &err) > 0) {
        ends[count++] = block.offset;
    }
    ls_container_reader_free(reader);
    return count;
}

static void a_file_cut_anywhere_is_told(void **state)
{
    (void)state;
    struct ls_buf bytes;
    size_t ends[8];
    size_t count;
    ls_buf_init(&bytes, "file", 1U << 20);
    put_items("whole.avro", items, COUNT(items));
    check(ls_file_read("whole.avro", &bytes, &err));
    size_t blocks = block_ends(ends);
    assert_int_equal(blocks, 3);
    for (size_t size = 0; size < bytes.size; size++) {
        bool at_end = false;
        for (size_t i = 0; i < blocks; i++) {
            at_end |= ends[i] == size;
        }
        put_file("cut.avro", bytes.data, size);
        int rc = read_all("cut.avro", &count);
        if (rc != (at_end ? 0 : LS_E_DATA) || count > COUNT(items)) {
            fail_msg("cut to %zu of %zu bytes: %d (%zu rows)", size, bytes.size, rc, count);
        }
    }
    ls_buf_clear(&bytes);
}

static void a_wrong_sync_marker_is_told(void **state)
{
    (void)state;
    struct ls_buf bytes;
    size_t ends[8];
    size_t count;
    ls_buf_init(&bytes, "file", 1U << 20);
    put_items("whole.avro", items, COUNT(items));
    check(ls_file_read("whole.avro", &bytes, &err));
    block_ends(ends);
    for (size_t i = 0; i < LS_CONTAINER_SYNC_SIZE; i++) { /* of the first block */
        bytes.data[ends[1] - 1 - i] ^= 1;
        put_file("wrong.avro", bytes.data, bytes.size);
        assert_int_equal(read_all("wrong.avro", &count), LS_E_DATA);
        bytes.data[ends[1] - 1 - i] ^= 1;
    }
    ls_buf_clear(&bytes);
}

/* What libavro leaks of a file whose first block is cut off; LeakSanitizer asks. */
const char *__lsan_default_suppressions(void); // NOLINT: its name
const char *__lsan_default_suppressions(void)  // NOLINT: its name
{
    return "leak:libavro.so";
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(our_files_are_read_field_by_field),  FOLDER_TEST(any_codec_and_block_is_read),
        FOLDER_TEST(what_is_no_container_file_is_named), FOLDER_TEST(a_file_cut_anywhere_is_told),
        FOLDER_TEST(a_wrong_sync_marker_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
