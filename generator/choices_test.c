#include "generator/choices.h"

#include "core/base/draw.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { WORDS_MAX = 40 };

static struct ls_error err;

static int arena_setup(void **state)
{
    static struct ls_arena arena;
    ls_arena_init(&arena, "test choices", 1U << 20);
    *state = &arena;
    return 0;
}

static int arena_teardown(void **state)
{
    ls_arena_clear(*state);
    return 0;
}

#define ARENA_TEST(test) cmocka_unit_test_setup_teardown(test, arena_setup, arena_teardown)

static struct ls_choices choices_of(struct ls_arena *arena, const uint64_t *weights, size_t count)
{
    struct ls_choices choices;
    assert_int_equal(ls_choices_new(weights, count, arena, &choices, &err), 0);
    return choices;
}

static void a_choice_is_the_first_whose_sum_is_above_the_word(void **state)
{
    for (size_t count = 1; count <= WORDS_MAX; count++) {
        uint64_t weights[WORDS_MAX];
        uint64_t sum = 0;
        for (size_t k = 0; k < count; k++) {
            weights[k] = ls_mix(count * 64 + k) % 3; /* some have no weight */
            sum += weights[k];
        }
        if (sum == 0) {
            continue;
        }
        struct ls_choices choices = choices_of(*state, weights, count);
        uint64_t before = 0;
        size_t first = 0;
        for (uint64_t x = 0; x < sum; x++) {
            while (x >= before + weights[first]) {
                before += weights[first++];
            }
            uint64_t least = (uint64_t)((((ls_u128)x << 64) + sum - 1) / sum);
            ls_u128 most = (((ls_u128)(x + 1) << 64) + sum - 1) / sum - 1;
            assert_int_equal(ls_choose(&choices, least), first);
            assert_int_equal(ls_choose(&choices, (uint64_t)most), first);
            if (count <= 4) {
                assert_int_equal(ls_choose_of_four(&choices, least), first);
                assert_int_equal(ls_choose_of_four(&choices, (uint64_t)most), first);
            }
        }
    }
}

static void a_choice_of_one_needs_no_luck(void **state)
{
    static const uint64_t one[] = {UINT64_C(1) << 32};
    static const uint64_t none_behind[] = {3, 0, 0, 0, 0};
    struct ls_choices choices = choices_of(*state, one, 1);
    assert_int_equal(ls_choose(&choices, 0), 0);
    assert_int_equal(ls_choose(&choices, UINT64_MAX), 0);
    assert_int_equal(ls_choose_of_four(&choices, UINT64_MAX), 0);
    choices = choices_of(*state, none_behind, 5);
    assert_int_equal(ls_choose(&choices, UINT64_MAX), 0);
}

/* The greatest sum of weights: each of 2^32 shares is 2^32 words. */
static void the_finest_weights_are_exact(void **state)
{
    static const uint64_t weights[] = {1, 0, (UINT64_C(1) << 32) - 2, 1};
    struct ls_choices choices = choices_of(*state, weights, 4);
    const uint64_t share = UINT64_C(1) << 32;
    assert_int_equal(ls_choose(&choices, share - 1), 0);
    assert_int_equal(ls_choose(&choices, share), 2);
    assert_int_equal(ls_choose(&choices, UINT64_MAX - share), 2);
    assert_int_equal(ls_choose(&choices, UINT64_MAX - share + 1), 3);
    assert_int_equal(ls_choose(&choices, UINT64_MAX), 3);
}

static void refused_memory_is_an_error(void **state)
{
    static const uint64_t one[] = {1};
    struct ls_choices choices;
    ls_mem_refuse(1);
    int rc = ls_choices_new(one, 1, *state, &choices, &err);
    ls_mem_refuse(0);
    assert_int_equal(rc, LS_E_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(a_choice_is_the_first_whose_sum_is_above_the_word),
        ARENA_TEST(a_choice_of_one_needs_no_luck),
        ARENA_TEST(the_finest_weights_are_exact),
        ARENA_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
