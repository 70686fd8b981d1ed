#include "core/base/pattern.h"

#include "core/base/mem.h"
#include "generator/statistics_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct made {
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_error err;
    struct ls_pattern pattern;
    bool sound;
};

static void make(struct made *m, const char *text)
{
    memset(m, 0, sizeof *m);
    ls_arena_init(&m->arena, "test pattern", 1U << 20);
    ls_diag_init(&m->diag);
    m->sound = ls_pattern_compile(text, (struct ls_where){0}, &m->arena, &m->diag, &m->pattern,
                                  &m->err);
}

static void make_fine(struct made *m, const char *text)
{
    make(m, text);
    if (!m->sound) {
        fail_msg("`%s`: %s", text, m->diag.errors ? m->diag.problems[0].text : m->err.text);
    }
}

static void clear(struct made *m)
{
    ls_arena_clear(&m->arena);
    ls_diag_clear(&m->diag);
}

/* The text of number n; its draws are those of a field whose stream is `key`. */
static size_t draw(const struct made *m, uint64_t key, uint64_t n,
                   char out[LS_PATTERN_TEXT_MAX + 1])
{
    size_t size = ls_pattern_write(&m->pattern, ls_mix(key + n), (uint8_t *)out);
    assert_in_range(size, 0, m->pattern.text_max);
    out[size] = '\0';
    return size;
}

/* ---- a matcher of its own, which reads the pattern at each letter anew */

/* Does one element of a pattern take the letter? *behind: where the next one begins. */
static bool takes(const char *p, char letter, const char **behind)
{
    bool found = false;
    if (*p == '[') {
        for (p++; *p != ']';) {
            char from = *p == '\\' ? *++p : *p;
            char to = from;
            p++;
            if (*p == '-' && p[1] != ']') {
                to = *++p == '\\' ? *++p : *p;
                p++;
            }
            found = found || (letter >= from && letter <= to);
        }
    } else {
        p += *p == '\\';
        found = *p == letter;
    }
    *behind = p + 1;
    return found;
}

static bool matches(const char *p, const char *text)
{
    const char *behind;
    if (!*p) {
        return !*text;
    }
    takes(p, 0, &behind);
    long least = 1;
    long most = 1;
    if (*behind == '?') {
        least = 0;
        behind++;
    } else if (*behind == '{') {
        char *end;
        least = most = strtol(behind + 1, &end, 10);
        most = *end == ',' ? strtol(end + 1, &end, 10) : most;
        behind = end + 1;
    }
    for (long times = 0; times <= most; times++, text++) {
        const char *ignored;
        if (times >= least && matches(behind, text)) {
            return true;
        }
        if (!*text || !takes(p, *text, &ignored)) {
            return false;
        }
    }
    return false;
}

static void the_matcher_knows_right_from_wrong(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"[A-C]{2}", "AC", true},      {"[A-C]{2}", "A", false},  {"[A-C]{2}", "ABC", false},
        {"[A-C]{2}", "AD", false},     {"a?b", "b", true},        {"a?b", "ab", true},
        {"a?b", "aab", false},         {"a{1,3}ab", "aab", true}, {"a{1,3}ab", "ab", false},
        {"[a\\]-]{3}", "]-a", true},   {"\\.", ".", true},        {"\\.", "x", false},
        {"[0-9]{1,2}x", "123x", false}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        assert_int_equal(matches(cases[k].pattern, cases[k].text), cases[k].matches);
    }
}

/* ---- texts */

static const char uuids[] = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                            "[0-9a-f]{12}";
static const char *const patterns[] = {"[A-Z]{3}[0-9]{4}",
                                       "v[0-9]\\.[0-9]{1,2}",
                                       "x?[a-]{0,3}",
                                       "[ -~]{6}",
                                       "",
                                       "plain",
                                       "[a]{0}b",
                                       "[-a]{2}[[]{1,2}[\\]\\\\]{0,255}",
                                       "\\[\\]\\{\\}\\?\\-",
                                       uuids};
enum { PATTERNS = sizeof patterns / sizeof *patterns };

static void each_text_matches(void **state)
{
    (void)state;
    for (size_t k = 0; k < PATTERNS; k++) {
        struct made m;
        char text[LS_PATTERN_TEXT_MAX + 1];
        make_fine(&m, patterns[k]);
        size_t longest = 0;
        for (uint64_t n = 0; n < 2000; n++) {
            size_t size = draw(&m, k, n, text);
            longest = size > longest ? size : longest;
            if (!matches(patterns[k], text) || !ls_pattern_matches(&m.pattern, text, size)) {
                fail_msg("`%s` is none of `%s`", text, patterns[k]);
            }
        }
        assert_int_equal(longest, m.pattern.text_max);
        clear(&m);
    }
}

/* Few letters, so that much of what a part may take its neighbours may take too. */
static void draw_pattern(uint64_t n, char *out)
{
    static const char *const classes[] = {"a", "b", "[ab]", "[a-c]"};
    static const char *const times[] = {"", "", "?", "{0}", "{2}", "{0,2}", "{1,3}"};
    uint64_t word = ls_mix(n);
    *out = '\0';
    for (uint64_t parts = word % 5; parts; parts--) {
        word = ls_mix(word);
        strcat(out, classes[word % 4]);
        strcat(out, times[word / 4 % 7]);
    }
}

/* Every text of up to six of three letters. */
static void matching_is_what_the_matcher_says(void **state)
{
    enum { LETTERS = 3, LONGEST = 6, RUNS = 600 };
    unsigned found = 0;
    (void)state;
    for (uint64_t n = 0; n < RUNS; n++) {
        char written[64];
        char text[LONGEST + 1] = "";
        struct made m;
        draw_pattern(n, written);
        make_fine(&m, written);
        for (size_t size = 0; size <= LONGEST;) {
            text[size] = '\0';
            bool right = matches(written, text);
            if (ls_pattern_matches(&m.pattern, text, size) != right) {
                fail_msg("`%s` is %sof `%s`", text, right ? "" : "not ", written);
            }
            found += right;
            size_t at = 0; /* the next text: as a number with its lowest digit in front */
            while (at < size && text[at] == 'a' + LETTERS - 1) {
                text[at++] = 'a';
            }
            if (at < size) {
                text[at]++;
            } else {
                text[size++] = 'a';
            }
        }
        clear(&m);
    }
    assert_true(found > 10000);
}

static void any_bytes_can_be_matched(void **state)
{
    static const struct {
        const char *pattern, *text;
        size_t size;
        bool matches;
    } cases[] = {
        {"[ -~]{0,9}", "", 0, true},
        {"[ -~]{0,9}", "a\0b", 3, false},
        {"[ -~]{0,9}", "\x7f", 1, false},
        {"[ -~]{0,9}", "\x80", 1, false},
        {"[ -~]{0,9}", "\xe1", 1, false},
        {"[ -~]{0,9}", "p\xc3\xa9n", 4, false},
        {"[ -~]{0,9}", "\n", 1, false},
        {"[ -~]{0,9}", "12345678 ", 9, true},
        {"[ -~]{0,9}", "123456789 ", 10, false},
        {"", "", 0, true},
        {"", "\0", 1, false},
        {"a", "a\0", 2, false},
        {"a", "A", 1, false},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct made m;
        make_fine(&m, cases[k].pattern);
        if (ls_pattern_matches(&m.pattern, cases[k].text, cases[k].size) != cases[k].matches) {
            fail_msg("case %zu: `%s`", k, cases[k].pattern);
        }
        clear(&m);
    }
}

/* What goes back and tries again never comes to an end here. */
static void matching_takes_no_longer_than_it_should(void **state)
{
    enum { PARTS = 128 };
    char written[2 * PARTS + 16] = "";
    char text[2 * PARTS + 1];
    struct made m;
    (void)state;
    for (size_t k = 0; k < PARTS; k++) {
        strcat(written, "a?");
    }
    strcat(written, "[ab]{127}a");
    make_fine(&m, written);
    memset(text, 'a', sizeof text);
    for (size_t size = 0; size <= sizeof text; size++) {
        bool fits = size >= PARTS && size <= (size_t)2 * PARTS;
        assert_int_equal(ls_pattern_matches(&m.pattern, text, size), fits);
        text[size ? size - 1 : 0] = 'b';
        assert_false(ls_pattern_matches(&m.pattern, text, size));
        text[size ? size - 1 : 0] = 'a';
    }
    clear(&m);
}

/* Each length as often as the others, and at each place each letter: also next to one another. */
static void lengths_and_letters_are_even(void **state)
{
    enum { DRAWS = 100000, LEAST = 2, MOST = 6, LETTERS = 5, PAIRS = LETTERS * LETTERS };
    static const char letters[] = "0129_";
    double even[PAIRS];
    static const double lengths[MOST - LEAST + 1] = {.2, .2, .2, .2, .2};
    unsigned of_length[MOST - LEAST + 1] = {0};
    unsigned pairs[MOST - 1][PAIRS] = {0};
    struct made m;
    char text[LS_PATTERN_TEXT_MAX + 1];
    (void)state;
    for (size_t k = 0; k < PAIRS; k++) {
        even[k] = 1. / PAIRS;
    }
    make_fine(&m, "[_0-29]{2,6}");
    for (uint64_t n = 0; n < DRAWS; n++) {
        size_t size = draw(&m, 99, n, text);
        assert_in_range(size, LEAST, MOST);
        of_length[size - LEAST]++;
        for (size_t k = 0; k + 1 < size; k++) {
            size_t first = (size_t)(strchr(letters, text[k]) - letters);
            size_t second = (size_t)(strchr(letters, text[k + 1]) - letters);
            pairs[k][first * LETTERS + second]++;
        }
    }
    check_shares("lengths", of_length, lengths, MOST - LEAST + 1);
    for (size_t k = 0; k + 1 < MOST; k++) {
        check_shares("letters", pairs[k], even, PAIRS);
    }
    clear(&m);
}

/* The format's bits; as tests/model/values_model.py has them too. */
static void texts_are_pinned(void **state)
{
    static const char *const texts[4][4] = {{"UAP2281", "KXK0465", "VLR6514", "FOD3354"},
                                            {"v7.5", "v4.40", "v8.6", "v1.13"},
                                            {"x", "---", "xa", "--"},
                                            {"k X78n", "FvF&F`", "oJ`]T.", "2V-CEX"}};
    uint64_t key = ls_stream_key(7, "pin");
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct made m;
        make_fine(&m, patterns[k]);
        for (uint64_t n = 0; n < 4; n++) {
            char text[LS_PATTERN_TEXT_MAX + 1];
            draw(&m, key, n, text);
            assert_string_equal(text, texts[k][n]);
        }
        clear(&m);
    }
}

/* ---- problems */

static void wrong_patterns_are_refused(void **state)
{
    static const struct {
        const char *pattern, *text, *hint;
    } cases[] = {
        {"a\\", "nothing stands behind the backslash, at character 3 of `a\\`",
         "write \\\\ for a backslash"},
        {"[\\", "nothing stands behind the backslash", "write \\\\ for a backslash"},
        {"[A-Z", "a `]` is missing, at character 5 of `[A-Z`", "write [A-Z], say"},
        {"[A-", "a `]` is missing", "write [A-Z], say"},
        {"[", "a `]` is missing, at character 2", "write [A-Z], say"},
        {"x[]", "nothing stands between the brackets", "write [A-Z], say"},
        {"[Z-A]", "a range goes backwards, at character 5 of `[Z-A]`", "write [A-Z], not [Z-A]"},
        {"[^a]", "a class says what is in it, not what is not, at character 2", "write \\\\^ for"},
        {"\\d{4}", "a backslash gives letters and digits no other meaning, at character 2",
         "write [0-9] for a digit"},
        {"[\\w]", "a backslash gives letters", "write [0-9]"},
        {"(a)\\1", "this means nothing here, at character 1", "put a backslash before it: \\\\("},
        {"a\\1", "a backslash gives letters", "write [0-9]"},
        {"a+", "this means nothing here, at character 2", "put a backslash before it: \\\\+"},
        {"a*", "this means nothing here", "\\\\*"},
        {"a|b", "this means nothing here", "\\\\|"},
        {"^a", "this means nothing here", "\\\\^"},
        {"a$", "this means nothing here", "\\\\$"},
        {".", "this means nothing here", "\\\\."},
        {"]", "this means nothing here", "\\\\]"},
        {"{2}", "this means nothing here", "\\\\{"},
        {"a}", "this means nothing here", "\\\\}"},
        {"a{2}{3}", "this means nothing here, at character 5", "\\\\{"},
        {"a??", "this means nothing here, at character 3", "\\\\?"},
        {"a{}", "a number from 0 to 255 belongs here, at character 3", "write {4}, or {2,5}"},
        {"a{x}", "a number from 0 to 255", "write {4}"},
        {"a{256}", "a number from 0 to 255", "write {4}"},
        {"a{99999999999999999999}", "a number from 0 to 255", "write {4}"},
        {"a{2,}", "a number from 0 to 255", "{2,5}"},
        {"a{,2}", "a number from 0 to 255", "{2,5}"},
        {"a{2", "a `}` is missing, at character 4", "{2,5}"},
        {"a{2,3", "a `}` is missing", "{2,5}"},
        {"a{3,2}", "the second number is below the first", "write {2,5}"},
        {"caf\xc3\xa9", "a pattern is of printable ASCII, at character 4", "`words`"},
        {"a\tb", "a pattern is of printable ASCII", "`choice`"},
        {"[\x7f]", "a pattern is of printable ASCII", "`choice`"},
        {"[a]{255}[a]{255}[a]{255}[a]{255}[a]{5}", "a text of it may be longer than 1024 bytes",
         "lower the numbers"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct made m;
        make(&m, cases[k].pattern);
        const struct ls_problem *problem = &m.diag.problems[0];
        if (m.sound || m.diag.errors != 1 || !strstr(problem->text, cases[k].text) ||
            !problem->hint || !strstr(problem->hint, cases[k].hint)) {
            fail_msg("`%s`: %d errors, %s, %s", cases[k].pattern, m.diag.errors,
                     m.diag.errors ? problem->text : "", m.diag.errors ? problem->hint : "");
        }
        assert_string_equal(problem->rule, "LS2026");
        clear(&m);
    }
}

static void a_pattern_has_its_limits(void **state)
{
    struct made m;
    char text[2 * 257 + 1] = "";
    (void)state;
    make_fine(&m, "[a]{255}[a]{255}[a]{255}[a]{255}[a]{4}");
    assert_int_equal(m.pattern.text_max, LS_PATTERN_TEXT_MAX);
    clear(&m);
    for (size_t k = 0; k < 257; k++) {
        strcat(text, k % 2 ? "b" : "a?");
        if (k == 255) {
            make_fine(&m, text);
            assert_int_equal(m.pattern.count, 256);
            clear(&m);
        }
    }
    make(&m, text);
    assert_false(m.sound);
    assert_true(strstr(m.diag.problems[0].text, "the pattern has more than 256 parts"));
    assert_non_null(m.diag.problems[0].hint);
    clear(&m);
}

static void refused_memory_is_an_error(void **state)
{
    unsigned refused = 0;
    (void)state;
    for (bool sound = false; !sound;) {
        struct made m;
        ls_mem_refuse(++refused);
        make(&m, patterns[0]);
        ls_mem_refuse(0);
        sound = m.sound;
        assert_true(sound || m.err.code == LS_E_NOMEM);
        assert_int_equal(m.diag.errors, 0);
        clear(&m);
    }
    assert_true(refused > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matcher_knows_right_from_wrong),
        cmocka_unit_test(each_text_matches),
        cmocka_unit_test(matching_is_what_the_matcher_says),
        cmocka_unit_test(any_bytes_can_be_matched),
        cmocka_unit_test(matching_takes_no_longer_than_it_should),
        cmocka_unit_test(lengths_and_letters_are_even),
        cmocka_unit_test(texts_are_pinned),
        cmocka_unit_test(wrong_patterns_are_refused),
        cmocka_unit_test(a_pattern_has_its_limits),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
