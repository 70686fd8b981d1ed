#include "core/base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char dots[] = "...";

static void fill(char *text, size_t size, char c)
{
    memset(text, c, size);
    text[size] = '\0';
}

static void set_keeps_code_and_text(void **state)
{
    struct ls_error err = {0};
    (void)state;
    assert_int_equal(ls_error_set(&err, LS_E_DATA, "line %d of %s", 7, "a.yaml"), LS_E_DATA);
    assert_int_equal(err.code, LS_E_DATA);
    assert_string_equal(err.text, "line 7 of a.yaml");
}

/* A text is cut where it ends to fit, and the cut is seen; one that just fits is whole. */
static void a_long_text_is_cut_with_dots(void **state)
{
    static const struct {
        size_t size;
        int cut;
    } cases[] = {
        {0, 0},
        {LS_ERROR_TEXT_MAX - 2, 0},
        {LS_ERROR_TEXT_MAX - 1, 0},
        {LS_ERROR_TEXT_MAX, 1},
        {LS_ERROR_TEXT_MAX + 1, 1},
        {LS_ERROR_TEXT_MAX + 2000, 1},
    };
    char text[LS_ERROR_TEXT_MAX + 2001];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error err;
        fill(text, cases[i].size, 'x');
        ls_error_set(&err, LS_E_DATA, "%s", text);
        size_t size = cases[i].cut ? LS_ERROR_TEXT_MAX - 1 : cases[i].size;
        assert_int_equal(strlen(err.text), size);
        assert_int_equal(size >= 3 && strcmp(err.text + size - 3, dots) == 0, cases[i].cut);
    }
}

static void errno_adds_the_word_of_the_system(void **state)
{
    struct ls_error err;
    (void)state;
    assert_int_equal(ls_error_errno(&err, LS_E_IO, ENOSPC, "cannot write %s", "out/a"), LS_E_IO);
    assert_int_equal(err.code, LS_E_IO);
    assert_string_equal(err.text, "cannot write out/a: No space left on device");
}

static void errno_behind_a_full_text_is_cut(void **state)
{
    char text[LS_ERROR_TEXT_MAX * 2];
    (void)state;
    for (size_t size = LS_ERROR_TEXT_MAX - 40; size < LS_ERROR_TEXT_MAX + 3; size++) {
        struct ls_error err;
        fill(text, size, 'x');
        ls_error_errno(&err, LS_E_IO, ENOENT, "%s", text);
        size_t whole = size + strlen(": No such file or directory");
        size_t length = strlen(err.text);
        assert_int_equal(length, whole < LS_ERROR_TEXT_MAX ? whole : LS_ERROR_TEXT_MAX - 1);
        if (whole >= LS_ERROR_TEXT_MAX) {
            assert_string_equal(err.text + length - 3, dots);
        }
    }
}

static void prefix_keeps_the_code(void **state)
{
    struct ls_error err;
    (void)state;
    ls_error_set(&err, LS_E_SCHEMA, "a union is empty");
    assert_int_equal(ls_error_prefix(&err, "%s.avsc", "trade"), LS_E_SCHEMA);
    assert_int_equal(ls_error_prefix(&err, "topic %d", 3), LS_E_SCHEMA);
    assert_int_equal(err.code, LS_E_SCHEMA);
    assert_string_equal(err.text, "topic 3: trade.avsc: a union is empty");
}

static void a_prefix_that_leaves_no_room_is_cut(void **state)
{
    char text[LS_ERROR_TEXT_MAX * 2];
    (void)state;
    for (size_t size = LS_ERROR_TEXT_MAX - 20; size < LS_ERROR_TEXT_MAX + 3; size++) {
        struct ls_error err;
        fill(text, size, 'p');
        ls_error_set(&err, LS_E_DATA, "0123456789");
        ls_error_prefix(&err, "%s", text);
        size_t whole = size + strlen(": 0123456789");
        size_t length = strlen(err.text);
        assert_int_equal(length, whole < LS_ERROR_TEXT_MAX ? whole : LS_ERROR_TEXT_MAX - 1);
        assert_string_equal(err.text + length - 3, whole < LS_ERROR_TEXT_MAX ? "789" : dots);
    }
}

static void nomem_names_the_size(void **state)
{
    struct ls_error err;
    (void)state;
    assert_int_equal(ls_error_nomem(&err, 4096), LS_E_NOMEM);
    assert_int_equal(err.code, LS_E_NOMEM);
    assert_string_equal(err.text, "out of memory: 4096 bytes were refused");
}

/* The statuses are a promise to scripts. */
static void codes_are_negated_exit_statuses(void **state)
{
    static const struct {
        int code;
        int status;
    } cases[] = {
        {LS_OK, 0},        {LS_DIFFERS, -1}, {LS_INCONCLUSIVE, -2}, {LS_E_SCHEMA, 3},
        {LS_E_NOMATCH, 4}, {LS_E_USAGE, 64}, {LS_E_DATA, 65},       {LS_E_NOINPUT, 66},
        {LS_E_BUG, 70},    {LS_E_NOMEM, 71}, {LS_E_IO, 74},         {LS_E_INTERRUPTED, 130},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(-cases[i].code, cases[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_keeps_code_and_text),
        cmocka_unit_test(a_long_text_is_cut_with_dots),
        cmocka_unit_test(errno_adds_the_word_of_the_system),
        cmocka_unit_test(errno_behind_a_full_text_is_cut),
        cmocka_unit_test(prefix_keeps_the_code),
        cmocka_unit_test(a_prefix_that_leaves_no_room_is_cut),
        cmocka_unit_test(nomem_names_the_size),
        cmocka_unit_test(codes_are_negated_exit_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
