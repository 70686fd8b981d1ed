#include "generator/tally.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add(struct ls_tally *tally, const char *text, unsigned times)
{
    struct ls_error err;
    for (unsigned i = 0; i < times; i++) {
        assert_int_equal(ls_tally_add(tally, text, strlen(text), &err), 0);
    }
}

static void ask(struct ls_tally *tally, const char *text, uint64_t share)
{
    struct ls_error err;
    assert_int_equal(ls_tally_ask(tally, text, strlen(text), share, &err), 0);
}

static void check_word(const struct ls_tally *tally, size_t i, const char *text, uint64_t count,
                       uint64_t asked)
{
    const struct ls_tally_word *word = &tally->words[i];
    assert_true(i < tally->word_count);
    assert_int_equal(word->size, strlen(text));
    assert_memory_equal(word->bytes, text, word->size);
    assert_int_equal(word->count, count);
    assert_true(word->asked == asked);
}

static void values_are_counted_and_sorted(void **state)
{
    struct ls_tally tally = {0};
    bool more;
    (void)state;
    ask(&tally, "never", 5);
    ask(&tally, "app", 20);
    ask(&tally, "app", 30); /* a word that stands twice in a list */
    add(&tally, "web", 2);
    add(&tally, "", 2);
    add(&tally, "app", 7);
    add(&tally, "x", 3);
    assert_int_equal(ls_tally_distinct(&tally, &more), 4);
    assert_false(more);
    assert_int_equal(tally.count, 14);
    ls_tally_sort(&tally);
    assert_int_equal(tally.word_count, 5);
    check_word(&tally, 0, "app", 7, 50);
    check_word(&tally, 1, "x", 3, LS_SHARE_UNSAID);
    check_word(&tally, 2, "web", 2, LS_SHARE_UNSAID); /* of one count: the first comes first */
    check_word(&tally, 3, "", 2, LS_SHARE_UNSAID);
    check_word(&tally, 4, "never", 0, 5);
    ls_tally_clear(&tally);
}

static void there_is_room_for_so_many(void **state)
{
    struct ls_tally tally = {0};
    bool more;
    char text[16];
    (void)state;
    for (unsigned k = 0; k < LS_TALLY_WORDS_MAX; k++) {
        snprintf(text, sizeof text, "%u", k);
        add(&tally, text, 1);
    }
    assert_int_equal(ls_tally_distinct(&tally, &more), LS_TALLY_WORDS_MAX);
    assert_false(more);
    add(&tally, "one more", 2);
    add(&tally, "17", 1);
    assert_int_equal(ls_tally_distinct(&tally, &more), LS_TALLY_WORDS_MAX);
    assert_true(more);
    assert_int_equal(tally.rest, 2);
    assert_int_equal(tally.count, LS_TALLY_WORDS_MAX + 3);
    ls_tally_sort(&tally);
    check_word(&tally, 0, "17", 2, LS_SHARE_UNSAID);
    check_word(&tally, 1, "0", 1, LS_SHARE_UNSAID);
    ls_tally_clear(&tally);
}

static void long_texts_differ_where_they_are_not_kept(void **state)
{
    struct ls_tally tally = {0};
    bool more;
    char text[LS_TALLY_TEXT_MAX + 2];
    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    add(&tally, text, 1);
    text[LS_TALLY_TEXT_MAX] = 'b';
    add(&tally, text, 1);
    assert_int_equal(ls_tally_distinct(&tally, &more), 2);
    assert_int_equal(tally.words[0].size, LS_TALLY_TEXT_MAX + 1);
    assert_memory_equal(tally.words[0].bytes, text, LS_TALLY_TEXT_MAX);
    ls_tally_clear(&tally);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n++) {
        struct ls_tally tally = {0};
        struct ls_error err;
        int rc = 0;
        ls_mem_refuse(n);
        for (int64_t i = 0; rc == 0 && i < 100; i++) {
            rc = ls_tally_add(&tally, &i, sizeof i, &err);
        }
        ls_mem_refuse(0);
        ls_tally_clear(&tally);
        if (rc == 0) {
            assert_true(n > 2);
            return;
        }
        assert_int_equal(rc, LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_counted_and_sorted),
        cmocka_unit_test(there_is_room_for_so_many),
        cmocka_unit_test(long_texts_differ_where_they_are_not_kept),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
