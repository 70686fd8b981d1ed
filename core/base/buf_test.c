#include "core/base/buf.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

static void appends_in_order(void **state)
{
    struct ls_error err;
    struct ls_buf buf;
    (void)state;
    ls_buf_init(&buf, "block", 1000);
    assert_null(buf.data);
    assert_int_equal(ls_buf_append(&buf, "a\0b", 3, &err), 0);
    assert_int_equal(ls_buf_append_text(&buf, "cd", &err), 0);
    assert_int_equal(ls_buf_appendf(&buf, &err, "%d/%s", 42, "x"), 0);
    assert_int_equal(ls_buf_append(&buf, NULL, 0, &err), 0);
    assert_int_equal(buf.size, 9);
    assert_memory_equal(buf.data, "a\0bcd42/x", 9);
    ls_buf_clear(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.size, 0);
    assert_int_equal(ls_buf_append_text(&buf, "again", &err), 0);
    assert_string_equal(ls_buf_text(&buf, &err), "again");
    ls_buf_clear(&buf);
}

static void text_ends_with_a_nul_that_is_not_counted(void **state)
{
    struct ls_error err;
    struct ls_buf buf;
    (void)state;
    ls_buf_init(&buf, "block", 5);
    assert_string_equal(ls_buf_text(&buf, &err), "");
    assert_int_equal(ls_buf_append_text(&buf, "abcde", &err), 0);
    assert_string_equal(ls_buf_text(&buf, &err), "abcde");
    assert_int_equal(buf.size, 5);
    ls_buf_clear(&buf);
}

static int append_x(struct ls_buf *buf, size_t size, struct ls_error *err)
{
    uint8_t bytes[4096];
    memset(bytes, 'x', sizeof bytes);
    return ls_buf_append(buf, bytes, size, err);
}

static int appendf_x(struct ls_buf *buf, size_t size, struct ls_error *err)
{
    return ls_buf_appendf(buf, err, "%*s", (int)size, "");
}

/* What is appended in one or two steps, against a limit: the limit holds to the byte, whatever the
 * capacity happens to be. */
static void the_limit_holds_and_is_named(void **state)
{
    static const struct {
        size_t size_max;
        size_t first;
        size_t second;
        bool fits;
    } cases[] = {
        {0, 0, 0, true},     {0, 0, 1, false},     {1, 1, 0, true},        {1, 1, 1, false},
        {10, 1, 9, true},    {10, 1, 10, false},   {10, 10, 0, true},      {10, 10, 1, false},
        {10, 1, 15, false},  {10, 5, 4000, false}, {17, 1, 16, true},      {17, 1, 17, false},
        {100, 17, 83, true}, {100, 17, 84, false}, {4096, 4000, 96, true}, {4096, 4000, 97, false},
    };
    static int (*const appends[])(struct ls_buf *, size_t, struct ls_error *) = {append_x,
                                                                                 appendf_x};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct ls_error err = {0};
        struct ls_buf buf;
        ls_buf_init(&buf, "tiny block", cases[i / 2].size_max);
        assert_int_equal(appends[i % 2](&buf, cases[i / 2].first, &err), 0);
        int rc = appends[i % 2](&buf, cases[i / 2].second, &err);
        assert_int_equal(rc, cases[i / 2].fits ? 0 : LS_E_DATA);
        size_t size = cases[i / 2].first + (cases[i / 2].fits ? cases[i / 2].second : 0);
        assert_int_equal(buf.size, size);
        assert_int_equal(strlen(ls_buf_text(&buf, &err)), size);
        if (!cases[i / 2].fits) {
            struct ls_error wanted;
            ls_error_set(&wanted, LS_E_DATA, "tiny block would grow past its limit of %zu bytes",
                         cases[i / 2].size_max);
            assert_string_equal(err.text, wanted.text);
        }
        ls_buf_clear(&buf);
    }
}

static void a_reserve_of_everything_is_refused(void **state)
{
    struct ls_error err;
    struct ls_buf buf;
    (void)state;
    ls_buf_init(&buf, "block", 1000);
    assert_int_equal(ls_buf_append_text(&buf, "abc", &err), 0);
    assert_int_equal(ls_buf_reserve(&buf, SIZE_MAX, &err), LS_E_DATA);
    assert_int_equal(ls_buf_reserve(&buf, SIZE_MAX - 2, &err), LS_E_DATA);
    assert_int_equal(ls_buf_reserve(&buf, 997, &err), 0);
    assert_true(buf.capacity >= 1000);
    assert_int_equal(buf.size, 3);
    ls_buf_clear(&buf);
}

static int build(struct ls_buf *buf, struct ls_error *err)
{
    for (int i = 0; i < 100; i++) {
        int rc = ls_buf_append_text(buf, "0123456789", err);
        rc = rc < 0 ? rc : ls_buf_appendf(buf, err, "%d,", i);
        if (rc < 0) {
            return rc;
        }
    }
    return ls_buf_text(buf, err) ? 0 : err->code;
}

static void refused_memory_is_an_error(void **state)
{
    unsigned long nth = 0;
    int rc;
    (void)state;
    do {
        struct ls_error err = {0};
        struct ls_buf buf;
        ls_buf_init(&buf, "block", 1 << 20);
        ls_mem_refuse(++nth);
        rc = build(&buf, &err);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && err.code == LS_E_NOMEM));
        ls_buf_clear(&buf);
    } while (rc < 0);
    assert_true(nth > 3);
    ls_mem_refuse(0);
}

static void refused_text_is_null(void **state)
{
    struct ls_error err = {0};
    struct ls_buf buf;
    (void)state;
    ls_buf_init(&buf, "block", 100);
    ls_mem_refuse(1);
    assert_null(ls_buf_text(&buf, &err));
    assert_int_equal(err.code, LS_E_NOMEM);
    ls_buf_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_in_order),
        cmocka_unit_test(text_ends_with_a_nul_that_is_not_counted),
        cmocka_unit_test(the_limit_holds_and_is_named),
        cmocka_unit_test(a_reserve_of_everything_is_refused),
        cmocka_unit_test(refused_memory_is_an_error),
        cmocka_unit_test(refused_text_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
