#include "core/base/arena.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Sizes around a block's, each filled with its own byte: zeroed, aligned, and nobody's neighbour.
 */
static void allocations_are_zeroed_aligned_and_apart(void **state)
{
    static const size_t sizes[] = {1,     0,      2, 31, 32,    33, 16383, 16384,
                                   16385, 100000, 1, 16, 16368, 5,  7};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    struct ls_error err;
    struct ls_arena arena;
    uint8_t *parts[COUNT];
    (void)state;
    ls_arena_init(&arena, "plan", 1 << 20);
    size_t total = 0;
    for (size_t i = 0; i < COUNT; i++) {
        parts[i] = ls_arena_new(&arena, sizes[i], 1, &err);
        assert_non_null(parts[i]);
        assert_int_equal((uintptr_t)parts[i] % _Alignof(max_align_t), 0);
        for (size_t at = 0; at < sizes[i]; at++) {
            assert_int_equal(parts[i][at], 0);
        }
        memset(parts[i], (int)i + 1, sizes[i]);
        total += sizes[i];
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t at = 0; at < sizes[i]; at++) {
            assert_int_equal(parts[i][at], i + 1);
        }
    }
    assert_int_equal(arena.used, total);
    ls_arena_clear(&arena);
    assert_int_equal(arena.used, 0);
    assert_non_null(ls_arena_new(&arena, 1, 1, &err)); /* it can be used again */
    ls_arena_clear(&arena);
}

static void the_limit_holds_and_is_named(void **state)
{
    static const struct {
        size_t size_max;
        size_t before;
        size_t count;
        size_t size;
        bool fits;
    } cases[] = {
        {0, 0, 0, 1, true},
        {0, 0, 1, 1, false},
        {100, 0, 100, 1, true},
        {100, 0, 101, 1, false},
        {100, 40, 60, 1, true},
        {100, 40, 61, 1, false},
        {100, 40, 3, 20, true},
        {100, 40, 4, 20, false},
        {100, 40, SIZE_MAX, 1, false},
        {100, 40, SIZE_MAX / 2, 3, false},
        {SIZE_MAX, 0, SIZE_MAX, 1, false},
        {SIZE_MAX, 0, SIZE_MAX - 40, 1, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error err = {0};
        struct ls_arena arena;
        ls_arena_init(&arena, "tiny plan", cases[i].size_max);
        assert_non_null(ls_arena_new(&arena, cases[i].before, 1, &err));
        void *pointer = ls_arena_new(&arena, cases[i].count, cases[i].size, &err);
        assert_int_equal(pointer != NULL, cases[i].fits);
        if (!cases[i].fits) {
            struct ls_error wanted;
            ls_error_set(&wanted, LS_E_DATA, "tiny plan would grow past its limit of %zu bytes",
                         cases[i].size_max);
            assert_string_equal(err.text, wanted.text);
            assert_int_equal(err.code, LS_E_DATA);
            assert_int_equal(arena.used, cases[i].before);
        }
        ls_arena_clear(&arena);
    }
}

static void texts_end_with_nul(void **state)
{
    struct ls_error err;
    struct ls_arena arena;
    (void)state;
    ls_arena_init(&arena, "plan", 1 << 20);
    assert_memory_equal(ls_arena_text(&arena, "a\0bcd", 3, &err), "a\0b", 4);
    assert_string_equal(ls_arena_text(&arena, NULL, 0, &err), "");
    assert_string_equal(ls_arena_printf(&arena, &err, "%s[%d]", "steps", 2), "steps[2]");
    assert_string_equal(ls_arena_printf(&arena, &err, "%s", ""), "");
    char *wide = ls_arena_printf(&arena, &err, "%*d", 50000, 1);
    assert_int_equal(strlen(wide), 50000);
    ls_arena_clear(&arena);
}

static int build(struct ls_arena *arena, struct ls_error *err)
{
    for (int i = 0; i < 20; i++) {
        if (!ls_arena_new(arena, 1, 5000, err) || !ls_arena_text(arena, "name", 4, err) ||
            !ls_arena_printf(arena, err, "[%d]", i)) {
            return err->code;
        }
    }
    return 0;
}

static void refused_memory_is_an_error(void **state)
{
    unsigned long nth = 0;
    int rc;
    (void)state;
    do {
        struct ls_error err = {0};
        struct ls_arena arena;
        ls_arena_init(&arena, "plan", 1 << 20);
        ls_mem_refuse(++nth);
        rc = build(&arena, &err);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_arena_clear(&arena);
    } while (rc < 0);
    assert_true(nth > 6); /* 100,000 bytes are more than a few blocks */
    ls_mem_refuse(0);
}

static void small_allocations_share_blocks(void **state)
{
    struct ls_error err;
    struct ls_arena arena;
    (void)state;
#ifdef LS_ARENA_EACH
    skip();
#endif
    ls_arena_init(&arena, "plan", 1 << 20);
    unsigned long before = ls_mem_count();
    for (int i = 0; i < 1000; i++) {
        assert_non_null(ls_arena_new(&arena, 1, 24, &err));
    }
    assert_true(ls_mem_count() - before <= 3);
    ls_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_zeroed_aligned_and_apart),
        cmocka_unit_test(the_limit_holds_and_is_named),
        cmocka_unit_test(texts_end_with_nul),
        cmocka_unit_test(refused_memory_is_an_error),
        cmocka_unit_test(small_allocations_share_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
