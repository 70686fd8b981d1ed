#include "conformance/naive_internal.h"
#include "core/base/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void texts_match_or_do_not(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"[A-Z]{3}[0-9]{4}", "ABC1234", true},
        {"[A-Z]{3}[0-9]{4}", "ABC123", false},
        {"[A-Z]{3}[0-9]{4}", "ABC12345", false},
        {"[A-Z]{3}[0-9]{4}", "aBC1234", false},
        {"[A-Z]{3}[0-9]{4}", "", false},
        {"", "", true},
        {"", "a", false},
        {"a?b", "b", true},
        {"a?b", "aab", false},
        {"a{1,3}ab", "aab", true},
        {"a{1,3}ab", "ab", false},
        {"a{0}b", "b", true},
        {"[a\\]-]{3}", "]-a", true},
        {"[+-/]", ".", true},
        {"\\.", "x", false},
        {"\\[\\?", "[?", true},
        {"a{0,255}a{0,255}b", "aaab", true},
        {"a{0,255}a{0,255}b", "aaaa", false},
        {"[ -~]{0,9}", "p\xc3\xa9n", false},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const uint8_t *text = (const uint8_t *)cases[k].text;
        if (ls_naive_is_like(cases[k].pattern, text, strlen(cases[k].text)) != cases[k].matches) {
            fail_msg("`%s` and `%s`", cases[k].pattern, cases[k].text);
        }
    }
}

/* Two readings of one language: all bytes at one place, and texts of up to the longest. */
static void core_reads_it_alike(void **state)
{
    static const char *const patterns[] = {
        "[ -~]", "[a-fA-F0-9_\\-\\\\]", "[-a]", "[a-]", "\\~", "[[]", "[\\]]"};
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_error err;
    struct ls_pattern pattern;
    (void)state;
    ls_arena_init(&arena, "test patterns", 1U << 20);
    ls_diag_init(&diag);
    for (size_t k = 0; k < sizeof patterns / sizeof *patterns; k++) {
        assert_true(
            ls_pattern_compile(patterns[k], (struct ls_where){0}, &arena, &diag, &pattern, &err));
        for (unsigned byte = 0; byte < 256; byte++) {
            uint8_t text = (uint8_t)byte;
            assert_int_equal(ls_naive_is_like(patterns[k], &text, 1),
                             ls_pattern_matches(&pattern, &text, 1));
        }
    }
    static const char longest[] = "a?[ab]{255}[ab]{255}[ab]{255}b{1,255}a{3}";
    static uint8_t text[LS_PATTERN_TEXT_MAX + 2];
    assert_true(ls_pattern_compile(longest, (struct ls_where){0}, &arena, &diag, &pattern, &err));
    static const size_t sizes[] = {3, 4, 500, 767, 768, 769, 770, 1022, 1023, 1024, 1025, 1026};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        size_t size = sizes[k];
        memset(text, 'b', sizeof text);
        memset(text + size - 3, 'a', 3);
        bool matches = ls_pattern_matches(&pattern, text, size);
        assert_int_equal(matches, size >= 769 && size <= LS_PATTERN_TEXT_MAX - 1);
        assert_int_equal(ls_naive_is_like(longest, text, size), matches);
    }
    ls_diag_clear(&diag);
    ls_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_match_or_do_not),
        cmocka_unit_test(core_reads_it_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
