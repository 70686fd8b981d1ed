#include "generator/within.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct made {
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_error err;
};

static int setup(void **state)
{
    static struct made made;
    ls_arena_init(&made.arena, "test patterns", 64U << 20);
    ls_diag_init(&made.diag);
    *state = &made;
    return 0;
}

static int teardown(void **state)
{
    struct made *m = *state;
    ls_arena_clear(&m->arena);
    ls_diag_clear(&m->diag);
    return 0;
}

#define WITHIN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static struct ls_pattern compile(struct made *m, const char *text)
{
    struct ls_pattern out;
    if (!ls_pattern_compile(text, (struct ls_where){0}, &m->arena, &m->diag, &out, &m->err)) {
        fail_msg("`%s`: %s", text, m->diag.errors ? m->diag.problems[0].text : m->err.text);
    }
    return out;
}

static void what_people_write_is_found_out(void **state)
{
    static const struct {
        const char *narrow, *wide;
        bool within;
    } cases[] = {
        {"[A-Z]{3}[0-9]{4}", "[A-Z]{3}[0-9]{4}", true},
        {"[A-F]{3}[0-9]{4}", "[A-Z]{3}[0-9]{2,6}", true},
        {"SKU[0-9]{6}", "[A-Z]{3}[0-9]{6}", true},
        {"[A-Z]{3}[0-9]{4}", "[A-F]{3}[0-9]{4}", false},
        {"[A-Z]{3}[0-9]{3,4}", "[A-Z]{3}[0-9]{4}", false},
        {"[A-Z]{3}", "[A-Z]{3}[0-9]?", true},
        {"[a-z]{1,40}", "[a-z0-9]{1,64}", true},
        {"[a-z]{0,40}", "[a-z0-9]{1,64}", false},
        {"[a-z]{1,65}", "[a-z0-9]{1,64}", false},
        {"", "", true},
        {"", "a?", true},
        {"", "a", false},
        {"a?", "", false},
        {"v[0-9]\\.[0-9]{1,2}", "v[0-9.]{3,4}", true},
        {"ab?c?", "a[bc]{0,2}", true},
        {"a[bc]{0,2}", "ab?c?", false}, /* acb */
        {"[ -~]{0,255}[ -~]{0,255}[ -~]{0,255}[ -~]{0,255}",
         "[ -~]{0,255}[ -~]{0,255}[ -~]{0,255}[ -~]{0,255}", true},
        {"a{255}a{255}a{255}a{255}a{4}", "[ab]{255}[ab]{255}[ab]{255}[ab]{255}[a]{4}", true},
    };
    struct made *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct ls_pattern narrow = compile(m, cases[k].narrow);
        struct ls_pattern wide = compile(m, cases[k].wide);
        if (ls_pattern_is_within(&narrow, &wide) != cases[k].within) {
            fail_msg("`%s` in `%s`", cases[k].narrow, cases[k].wide);
        }
    }
}

static void draw_pattern(uint64_t *word, char *out)
{
    static const char *const classes[] = {"a", "b", "[ab]"};
    static const char *const times[] = {"", "", "?", "{2}", "{0,2}"};
    *out = '\0';
    *word = ls_mix(*word);
    for (uint64_t parts = *word % 4; parts; parts--) {
        *word = ls_mix(*word);
        strcat(out, classes[*word % 3]);
        strcat(out, times[*word / 3 % 5]);
    }
}

/* All texts of two letters: as long as these patterns' texts can be. */
static bool texts_are_within(const struct ls_pattern *narrow, const struct ls_pattern *wide)
{
    enum { LONGEST = 6 };
    for (size_t size = 0; size <= LONGEST; size++) {
        for (unsigned bits = 0; bits < 1U << size; bits++) {
            char text[LONGEST];
            for (size_t i = 0; i < size; i++) {
                text[i] = bits >> i & 1 ? 'b' : 'a';
            }
            if (ls_pattern_matches(narrow, text, size) && !ls_pattern_matches(wide, text, size)) {
                return false;
            }
        }
    }
    return true;
}

static void it_is_so_where_all_texts_are(void **state)
{
    struct made *m = *state;
    uint64_t word = 7;
    unsigned found[2] = {0};
    for (int n = 0; n < 20000; n++) {
        char texts[2][64];
        draw_pattern(&word, texts[0]);
        draw_pattern(&word, texts[1]);
        struct ls_pattern narrow = compile(m, texts[0]);
        struct ls_pattern wide = compile(m, texts[1]);
        bool within = texts_are_within(&narrow, &wide);
        if (ls_pattern_is_within(&narrow, &wide) != within) {
            fail_msg("`%s` in `%s` is %s", texts[0], texts[1], within ? "so" : "not so");
        }
        found[within]++;
    }
    assert_true(found[0] > 1000 && found[1] > 1000);
}

/* So entangled that it would take 18 sets: each text of the one is in the other, and nobody says
 * so.
 */
static void what_takes_too_long_is_not_so(void **state)
{
    struct made *m = *state;
    struct ls_pattern wide = compile(m, "a{0,20}[ab]{0,20}[ac]{0,9}[ab]{0,20}[bc][ab][ac]{0,20}"
                                        "[ab]{5}");
    struct ls_pattern narrow = compile(m, "[ab]{6}c[ab]{6}");
    struct ls_pattern narrower = compile(m, "a{6}cb{6}");
    assert_true(ls_pattern_is_within(&narrower, &wide));
    assert_false(ls_pattern_is_within(&narrow, &wide));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITHIN_TEST(what_people_write_is_found_out),
        WITHIN_TEST(it_is_so_where_all_texts_are),
        WITHIN_TEST(what_takes_too_long_is_not_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
