#include "core/base/markup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void text_stands_for_itself(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"plain 'text'\n\t", "plain 'text'\n\t"},
        {"<a b=\"c\">&amp;</a>", "&lt;a b=&quot;c&quot;&gt;&amp;amp;&lt;/a&gt;"},
        {"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
        {("a\x01"
          "b\x7f"
          "c\r"),
         "a?b?c?"},
        {("\xff"
          "a\xc3"),
         "?a?"},                                         /* no UTF-8 */
        {"\xed\xa0\x80", "???"},                         /* a surrogate */
        {"\xef\xbf\xbd\xef\xbf\xbe", "\xef\xbf\xbd???"}, /* U+FFFE is no character of XML */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_buf out;
        struct ls_error err;
        ls_buf_init(&out, "test", 1000);
        assert_int_equal(ls_markup(&out, cases[i].text, strlen(cases[i].text), &err), 0);
        assert_string_equal(ls_buf_text(&out, &err), cases[i].expected);
        ls_buf_clear(&out);
    }
}

static void no_byte_behind_the_text_is_read(void **state)
{
    static const uint8_t euro[] = {0xe2, 0x82, 0xac};
    (void)state;
    assert_int_equal(ls_markup_character(euro, 3), 3);
    assert_int_equal(ls_markup_character(euro, 2), 0);
    assert_int_equal(ls_markup_character(euro, 1), 0);
}

static void a_full_buffer_is_an_error(void **state)
{
    struct ls_buf out;
    struct ls_error err;
    (void)state;
    ls_buf_init(&out, "test", 3);
    assert_int_equal(ls_markup(&out, "a<", 2, &err), LS_E_DATA);
    ls_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stands_for_itself),
        cmocka_unit_test(no_byte_behind_the_text_is_read),
        cmocka_unit_test(a_full_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
