#include "core/base/text.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *bytes;
    bool valid;
} sequences[] = {
    {"a", true},
    {"\x01", true},
    {"\x7f", true},
    {"\xc2\x80", true}, /* U+0080 */
    {"\xdf\xbf", true}, /* U+07FF */
    {"\xe0\xa0\x80", true},
    {"\xe1\x80\x80", true},
    {"\xec\xbf\xbf", true},
    {"\xed\x80\x80", true},
    {"\xed\x9f\xbf", true}, /* U+D7FF, the last before the surrogates */
    {"\xee\x80\x80", true}, /* U+E000, the first behind */
    {"\xef\xbf\xbf", true},
    {"\xf0\x90\x80\x80", true}, /* U+10000 */
    {"\xf1\x80\x80\x80", true},
    {"\xf3\xbf\xbf\xbf", true},
    {"\xf4\x80\x80\x80", true},
    {"\xf4\x8f\xbf\xbf", true}, /* U+10FFFF */
    {"\x80", false},
    {"\xbf", false},
    {"\xc0\x80", false}, /* over-long NUL */
    {"\xc0\xaf", false}, /* over-long slash */
    {"\xc1\xbf", false},
    {"\xe0\x80\x80", false},
    {"\xe0\x9f\xbf", false}, /* over-long U+07FF */
    {"\xed\xa0\x80", false}, /* U+D800 */
    {"\xed\xbf\xbf", false}, /* U+DFFF */
    {"\xf0\x80\x80\x80", false},
    {"\xf0\x8f\xbf\xbf", false}, /* over-long U+FFFF */
    {"\xf4\x90\x80\x80", false}, /* U+110000 */
    {"\xf5\x80\x80\x80", false},
    {"\xf8\x88\x80\x80\x80", false},
    {"\xfc\x84\x80\x80\x80\x80", false},
    {"\xfe", false},
    {"\xff", false},
    {"\xc2", false},
    {"\xc2\x20", false},
    {"\xc2\xc0", false},
    {"\xe1\x80", false},
    {"\xe1\x80\x20", false},
    {"\xe1\x20\x80", false},
    {"\xe1\x80\xc0", false},
    {"\xf1\x80\x80", false},
    {"\xf1\x80\x80\x20", false},
    {"\xf1\x80\x20\x80", false},
    {"\xf1\x20\x80\x80", false},
    {"\xf1\x80\x80\xff", false},
};

/* In memory of its exact size, so that a sanitizer sees a read behind it. */
static bool valid_in_exact_memory(const void *bytes, size_t size)
{
    char *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    bool valid = ls_utf8_valid(exact, size);
    free(exact);
    return valid;
}

/* Each sequence with 0 to 17 ASCII bytes before and behind it: every place in the words of eight.
 */
static void utf8_at_every_alignment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sequences); i++) {
        size_t size = strlen(sequences[i].bytes);
        for (size_t before = 0; before < 18; before++) {
            for (size_t behind = 0; behind < 18; behind++) {
                char text[48];
                memset(text, 'x', sizeof text);
                memcpy(text + before, sequences[i].bytes, size);
                bool valid = valid_in_exact_memory(text, before + size + behind);
                if (valid != sequences[i].valid) {
                    fail_msg("row %zu, %zu before, %zu behind", i, before, behind);
                }
            }
        }
    }
}

static void utf8_cut_at_each_place(void **state)
{
    static const char text[] = "a\xc2\xa2\xe2\x82\xac\xf0\x9f\x8e\xb5 end";
    static const char ends[] = "110100100011111"; /* whether the first n bytes are whole */
    (void)state;
    for (size_t size = 0; size < sizeof text; size++) {
        assert_int_equal(valid_in_exact_memory(text, size), ends[size] == '1');
    }
    assert_true(ls_utf8_valid(NULL, 0));
    assert_true(ls_utf8_valid("a\0b\0cdefg\0", 11));
}

/* Code points by their definition: encoded, all of them, and all but the surrogates valid. */
static void utf8_of_every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x120000; c++) {
        uint8_t bytes[4] = {(uint8_t)(0xf0 | c >> 18), (uint8_t)(0x80 | (c >> 12 & 63)),
                            (uint8_t)(0x80 | (c >> 6 & 63)), (uint8_t)(0x80 | (c & 63))};
        size_t size = 4;
        if (c < 0x80) {
            bytes[3] = (uint8_t)c;
            size = 1;
        } else if (c < 0x800) {
            bytes[2] = (uint8_t)(0xc0 | c >> 6);
            size = 2;
        } else if (c < 0x10000) {
            bytes[1] = (uint8_t)(0xe0 | c >> 12);
            size = 3;
        }
        bool wanted = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
        if (ls_utf8_valid(bytes + 4 - size, size) != wanted) {
            fail_msg("U+%04X", (unsigned)c);
        }
    }
}

static void edit_distances(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"a", "", 1},
        {"", "abc", 3},
        {"same", "same", 0},
        {"kitten", "sitting", 3},
        {"rate", "rat", 1},
        {"rate", "rates", 1},
        {"rate", "race", 1},
        {"rate", "rtae", 1},
        {"ab", "ba", 1},
        {"abcd", "badc", 2},
        {"ca", "abc", 3},
        {"partitions", "partitoins", 1},
        {"seed", "deep", 2},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ls_edit_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(ls_edit_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
}

static void long_words_are_far_apart(void **state)
{
    char a[66];
    char b[66];
    (void)state;
    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    a[64] = '\0';
    b[64] = '\0';
    assert_int_equal(ls_edit_distance(a, b), 64);
    assert_int_equal(ls_edit_distance(a, a), 0);
    a[64] = 'a';
    a[65] = '\0';
    assert_int_equal(ls_edit_distance(a, "a"), 65);
    assert_int_equal(ls_edit_distance("a", a), 65);
}

static void slips_are_recognized(void **state)
{
    static const char *const options[] = {"rate",    "seed",   "partitions", "duplicates",
                                          "to",      "format", "start",      "warm_up",
                                          "horizon", "warm",   NULL};
    static const struct {
        const char *word;
        const char *meant;
    } cases[] = {
        {"sede", "seed"},
        {"rates", "rate"},
        {"partition", "partitions"},
        {"dupilcates", "duplicates"},
        {"formt", "format"},
        {"strat", "start"},
        {"warmup", "warm_up"},
        {"horzn", "horizon"},
        {"seed", "seed"},
        {"hor", "horizon"},
        {"war", "warm"}, /* the shortest that begins so */
        {"rate_per_second", "rate"},
        {"warm_up_ms", "warm_up"},
        {"ratepersecond", NULL},
        {"seeding", "seed"},
        {"today", NULL}, /* two letters are no stem */
        {"mate", "rate"},
        {"seat", NULL}, /* two slips are too many in four letters */
        {"wa", NULL},   /* too short a beginning */
        {"xyz", NULL},
        {"", NULL},
        {"x", NULL},
        {"completely_else", NULL},
    };
    static const char *const none[] = {NULL};
    static const char *const switches[] = {"on", "off", NULL};
    (void)state;
    assert_string_equal(ls_did_you_mean("of", switches), "off"); /* both are one slip away */
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *meant = ls_did_you_mean(cases[i].word, options);
        if (cases[i].meant) {
            assert_non_null(meant);
            assert_string_equal(meant, cases[i].meant);
        } else {
            assert_null(meant);
        }
    }
    assert_null(ls_did_you_mean("seed", none));
}

static void suggestions_list_what_there_is(void **state)
{
    static const char *const options[] = {"rate", "seed", NULL};
    static const char *const none[] = {NULL};
    const char *many[101];
    char out[LS_SUGGEST_MAX];
    (void)state;
    assert_string_equal(ls_suggest("sede", options, out), "did you mean `seed`?");
    assert_string_equal(ls_suggest("xyz", options, out), "known here: rate, seed");
    assert_null(ls_suggest("xyz", none, out));
    for (size_t i = 0; i < 100; i++) {
        many[i] = "partitions";
    }
    many[100] = NULL;
    ls_suggest("xyz", many, out);
    assert_true(strlen(out) < LS_SUGGEST_MAX && strlen(out) > LS_SUGGEST_MAX - 20);
    assert_true(ls_ends_with(out, "partitions, ..."));
    assert_string_equal(ls_join(options, out, 4), "...");
    assert_string_equal(ls_join(none, out, 4), "");
}

static void ends(void **state)
{
    (void)state;
    assert_true(ls_ends_with("a/0.avro", ".avro"));
    assert_true(ls_ends_with(".avro", ".avro"));
    assert_true(ls_ends_with("x", ""));
    assert_false(ls_ends_with("avro", ".avro"));
    assert_false(ls_ends_with("0.avro.tmp", ".avro"));
}

static void names(void **state)
{
    static const struct {
        const char *text;
        bool name;
    } cases[] = {
        {"a", true},   {"_", true},         {"Z9", true},   {"order_id", true}, {"_1", true},
        {"", false},   {"9a", false},       {"a-b", false}, {"a.b", false},     {"a b", false},
        {"a/", false}, {"\xc3\xa9", false}, {"a\n", false}, {"@", false},       {"[", false},
        {"`", false},  {"{", false},        {"a:", false},
    };
    char text[202];
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ls_is_name(cases[i].text, strlen(cases[i].text)), cases[i].name);
    }
    memset(text, 'n', sizeof text);
    assert_true(ls_is_name(text, 200));
    assert_false(ls_is_name(text, 201));
    assert_false(ls_is_name("a\0", 2));
}

static const struct {
    const char *pattern;
    const char *text;
    bool match;
} globs[] = {
    {"", "", true},
    {"", "a", false},
    {"a", "", false},
    {"*", "", true},
    {"**", "", true},
    {"*", "abc", true},
    {"?", "", false},
    {"?", "a", true},
    {"?", "ab", false},
    {"abc", "abc", true},
    {"abc", "abd", false},
    {"abc", "abcd", false},
    {"a*", "a", true},
    {"a*", "abc", true},
    {"a*", "ba", false},
    {"*c", "abc", true},
    {"*c", "cb", false},
    {"a*c", "abc", true},
    {"a*c", "ac", true},
    {"a*c", "acb", false},
    {"a*b*c", "axbxc", true},
    {"a*b*c", "axcxb", false},
    {"*ab", "aab", true},
    {"*aab", "aaab", true},
    {"a?c", "abc", true},
    {"a?c", "ac", false},
    {"*?", "a", true},
    {"*?", "", false},
    {"?*?", "a", false},
    {"?*?", "ab", true},
    {"orders.*", "orders.eu", true},
    {"orders.*", "orders", false},
    {"*/b", "a/b", true},
    {"a", "A", false},
    {"[a]", "a", false},
    {"[a]", "[a]", true},
    {"\\*", "*", false},
    {"a*", "a*", true},
    {"*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
};

static void glob_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(globs); i++) {
        if (ls_glob_match(globs[i].pattern, globs[i].text) != globs[i].match) {
            fail_msg("pattern %s, text %s", globs[i].pattern, globs[i].text);
        }
    }
}

/* By the definition. */
static bool slow_glob(const char *pattern, const char *text)
{
    if (*pattern == '*') {
        return slow_glob(pattern + 1, text) || (*text && slow_glob(pattern, text + 1));
    }
    if (!*pattern || !*text) {
        return !*pattern && !*text;
    }
    return (*pattern == '?' || *pattern == *text) && slow_glob(pattern + 1, text + 1);
}

static void glob_agrees_with_its_definition(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 50000; n++) {
        char pattern[8] = "";
        char text[10] = "";
        for (size_t i = 0; i < ls_word(1, n, 0) % 7; i++) {
            pattern[i] = "ab?*"[ls_word(2, n, i) % 4];
        }
        for (size_t i = 0; i < ls_word(3, n, 0) % 9; i++) {
            text[i] = "ab"[ls_word(4, n, i) % 2];
        }
        if (ls_glob_match(pattern, text) != slow_glob(pattern, text)) {
            fail_msg("pattern %s, text %s", pattern, text);
        }
    }
}

static void grouped(void **state)
{
    static const struct {
        uint64_t value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {999, "999"},
        {1000, "1,000"},
        {12345, "12,345"},
        {999999, "999,999"},
        {1234567, "1,234,567"},
        {UINT64_MAX, "18,446,744,073,709,551,615"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[LS_GROUPED_MAX];
        assert_ptr_equal(ls_grouped(cases[i].value, out), out);
        assert_string_equal(out, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_at_every_alignment),
        cmocka_unit_test(utf8_cut_at_each_place),
        cmocka_unit_test(utf8_of_every_code_point),
        cmocka_unit_test(edit_distances),
        cmocka_unit_test(long_words_are_far_apart),
        cmocka_unit_test(slips_are_recognized),
        cmocka_unit_test(suggestions_list_what_there_is),
        cmocka_unit_test(ends),
        cmocka_unit_test(names),
        cmocka_unit_test(glob_table),
        cmocka_unit_test(glob_agrees_with_its_definition),
        cmocka_unit_test(grouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
