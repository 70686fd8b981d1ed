#include "generator/text_file.h"

#include "spec/fixture_test.h"

enum { LINES = 60000 };

/* Lines 0 .. count - 1, of which line `other` says something else, into the file "t". */
static int write_lines(struct fixture *f, int count, int other)
{
    struct ls_text_file file;
    int rc = ls_text_file_open(&file, "t", &f->err);
    for (int i = 0; rc == 0 && i < count; i++) {
        rc = ls_buf_appendf(&file.text, &f->err, "line %d%s\n", i, i == other ? "!" : "");
        rc = rc < 0 ? rc : ls_text_file_line(&file, &f->err);
    }
    rc = rc < 0 ? rc : ls_text_file_finish(&file, &f->err);
    ls_text_file_close(&file);
    return rc;
}

static void read_all(struct fixture *f, struct ls_buf *out)
{
    ls_buf_init(out, "test", 1U << 22);
    assert_int_equal(ls_file_read("t", out, &f->err), 0);
}

static void check_same(struct fixture *f, const struct ls_buf *whole)
{
    struct ls_buf now;
    read_all(f, &now);
    assert_int_equal(now.size, whole->size);
    assert_memory_equal(now.data, whole->data, whole->size);
    ls_buf_clear(&now);
}

static void a_file_is_written_again_from_any_place(void **state)
{
    struct fixture *f = *state;
    struct ls_buf whole;
    assert_int_equal(ls_file_replace("t", "", 0, &f->err), 0);
    assert_int_equal(write_lines(f, LINES, -1), 0);
    read_all(f, &whole);
    assert_true(whole.size > 600000); /* several writes */
    const size_t cuts[] = {0, 1, 300000, 300003, whole.size - 1, whole.size};
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
        assert_int_equal(truncate("t", (off_t)cuts[k]), 0);
        assert_int_equal(write_lines(f, LINES, -1), 0);
        check_same(f, &whole);
    }
    assert_int_equal(write_lines(f, LINES, 50000), LS_E_DATA);
    assert_non_null(strstr(f->err.text, "t differs from what is made now at byte 538900"));
    check_same(f, &whole);
    assert_int_equal(write_lines(f, LINES - 1, -1), LS_E_DATA);
    assert_non_null(strstr(f->err.text, "t holds 11 bytes more"));
    ls_buf_clear(&whole);
}

static void failures_name_the_file(void **state)
{
    struct fixture *f = *state;
    struct ls_text_file file = {.path = NULL};
    ls_text_file_close(&file); /* never opened */
    assert_int_equal(write_lines(f, 1, -1), LS_E_IO);
    assert_non_null(strstr(f->err.text, "cannot open t"));
    assert_int_equal(ls_text_file_open(&file, "/dev/full", &f->err), 0);
    assert_int_equal(ls_buf_append_text(&file.text, "x", &f->err), 0);
    assert_int_equal(ls_text_file_line(&file, &f->err), 0);
    assert_int_equal(ls_text_file_finish(&file, &f->err), LS_E_IO);
    assert_non_null(strstr(f->err.text, "cannot write /dev/full"));
    ls_text_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(a_file_is_written_again_from_any_place),
        FIXTURE_TEST(failures_name_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
