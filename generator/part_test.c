#include "generator/part.h"

#include "spec/fixture_test.h"

static void put(struct fixture *f, const char *path, const char *text)
{
    assert_int_equal(ls_file_replace(path, text, strlen(text), &f->err), 0);
}

static void a_file_gets_its_name_at_the_end(void **state)
{
    struct fixture *f = *state;
    struct ls_part part;
    assert_int_equal(ls_part_begin(&part, ".", "a.csv", false, &f->err), 0);
    assert_string_equal(part.path, "./a.csv.part");
    assert_true(ls_path_exists("a.csv.part") && !ls_path_exists("a.csv"));
    assert_int_equal(ls_part_end(&part, &f->err), 0);
    assert_true(!ls_path_exists("a.csv.part") && ls_path_exists("a.csv"));
    ls_part_clear(&part);
}

static void what_is_there_is_not_touched(void **state)
{
    struct fixture *f = *state;
    struct ls_part part;
    static const char *const there[] = {"a.csv", "a.csv.part"};
    for (size_t i = 0; i < 2; i++) {
        put(f, there[i], "mine");
        assert_int_equal(ls_part_begin(&part, ".", "a.csv", false, &f->err), LS_E_DATA);
        assert_non_null(strstr(f->err.text, there[i]));
        ls_part_clear(&part);
        struct ls_buf text;
        ls_buf_init(&text, "test", 100);
        assert_int_equal(ls_file_read(there[i], &text, &f->err), 0);
        assert_string_equal(ls_buf_text(&text, &f->err), "mine");
        ls_buf_clear(&text);
        assert_int_equal(unlink(there[i]), 0);
    }
}

static void a_resumed_file_is_taken_as_it_is(void **state)
{
    struct fixture *f = *state;
    struct ls_part part;
    static const char *const there[] = {NULL, "a.csv.part", "a.csv"};
    for (size_t i = 0; i < 3; i++) {
        if (there[i]) {
            put(f, there[i], "half");
        }
        assert_int_equal(ls_part_begin(&part, ".", "a.csv", true, &f->err), 0);
        assert_string_equal(part.path + 2, i == 2 ? "a.csv" : "a.csv.part");
        struct ls_buf text;
        ls_buf_init(&text, "test", 100);
        assert_int_equal(ls_file_read(part.path, &text, &f->err), 0);
        assert_string_equal(ls_buf_text(&text, &f->err), i ? "half" : "");
        ls_buf_clear(&text);
        assert_int_equal(ls_part_end(&part, &f->err), 0);
        assert_true(!ls_path_exists("a.csv.part"));
        assert_int_equal(unlink("a.csv"), 0);
        ls_part_clear(&part);
    }
    put(f, "a.csv", "");
    put(f, "a.csv.part", "");
    assert_int_equal(ls_part_begin(&part, ".", "a.csv", true, &f->err), LS_E_DATA);
    assert_non_null(strstr(f->err.text, "both ./a.csv and ./a.csv.part"));
    ls_part_clear(&part);
}

static void failures_name_the_file(void **state)
{
    struct fixture *f = *state;
    struct ls_part part;
    char folder[LS_PATH_MAX];
    memset(folder, 'x', sizeof folder);
    folder[LS_PATH_MAX - 1] = '\0';
    assert_int_equal(ls_part_begin(&part, folder, "a", false, &f->err), LS_E_USAGE);
    ls_part_clear(&part);
    assert_int_equal(ls_part_begin(&part, "missing", "a", false, &f->err), LS_E_IO);
    assert_non_null(strstr(f->err.text, "missing/a.part"));
    ls_part_clear(&part);
    assert_int_equal(ls_part_begin(&part, ".", "a", false, &f->err), 0);
    assert_int_equal(unlink("a.part"), 0);
    assert_int_equal(ls_part_end(&part, &f->err), LS_E_IO);
    assert_non_null(strstr(f->err.text, "cannot rename ./a.part to ./a"));
    ls_part_clear(&part);
    for (unsigned long n = 1; n < 4; n++) {
        put(f, "b", "");
        ls_mem_refuse(n);
        int rc = ls_part_begin(&part, ".", "b", true, &f->err);
        ls_mem_refuse(0);
        assert_int_equal(rc, LS_E_NOMEM);
        ls_part_clear(&part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(a_file_gets_its_name_at_the_end),
        FIXTURE_TEST(what_is_there_is_not_touched),
        FIXTURE_TEST(a_resumed_file_is_taken_as_it_is),
        FIXTURE_TEST(failures_name_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
