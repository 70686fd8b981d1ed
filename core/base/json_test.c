#include "core/base/json.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *bytes;
    size_t size;
    const char *string, *wide;
} cases[] = {
    {"", 0, "\"\"", "\"\""},
    {"plain text", 10, "\"plain text\"", "\"plain text\""},
    {"a\"b\\c/", 6, "\"a\\\"b\\\\c/\"", "\"a\\\"b\\\\c/\""},
    {"\0\n\x1f \x7f", 5, "\"\\u0000\\u000a\\u001f \\u007f\"", "\"\\u0000\\u000a\\u001f \\u007f\""},
    {"x\xc3\xa9\xe2\x82\xac", 6, "\"x\xc3\xa9\xe2\x82\xac\"",
     "\"x\\u00c3\\u00a9\\u00e2\\u0082\\u00ac\""},
    {"\xc3\xa9\xff", 3, "\"\\u00c3\\u00a9\\u00ff\"", "\"\\u00c3\\u00a9\\u00ff\""},
};

static void texts_are_quoted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error err;
        struct ls_buf out;
        ls_buf_init(&out, "test", 1000);
        assert_int_equal(ls_json_string(&out, cases[i].bytes, cases[i].size, &err), 0);
        assert_string_equal(ls_buf_text(&out, &err), cases[i].string);
        out.size = 0;
        assert_int_equal(ls_json_bytes(&out, cases[i].bytes, cases[i].size, &err), 0);
        assert_string_equal(ls_buf_text(&out, &err), cases[i].wide);
        ls_buf_clear(&out);
    }
}

static void a_full_buffer_and_refused_memory_are_errors(void **state)
{
    (void)state;
    struct ls_error err;
    for (size_t room = 0; room < 11; room++) {
        struct ls_buf out;
        ls_buf_init(&out, "test", room);
        assert_int_equal(ls_json_string(&out, "a\"\n", 3, &err), LS_E_DATA);
        ls_buf_clear(&out);
    }
    struct ls_buf out;
    ls_buf_init(&out, "test", 100);
    ls_mem_refuse(1);
    assert_int_equal(ls_json_bytes(&out, "a\"\n", 3, &err), LS_E_NOMEM);
    ls_mem_refuse(0);
    ls_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_quoted),
        cmocka_unit_test(a_full_buffer_and_refused_memory_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
