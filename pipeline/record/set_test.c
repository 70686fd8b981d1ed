#include "pipeline/record/set.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ls_arena arena;
static struct ls_error err;

static int setup(void **state)
{
    (void)state;
    ls_arena_init(&arena, "test sets", 1U << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ls_arena_clear(&arena);
    return 0;
}

#define SET_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const char *const texts[] = {"US", "", "USA", "U", "p\xc3\xa9n", "DE", "\x7f"};
enum { TEXTS = sizeof texts / sizeof *texts };

static void texts_are_whole_values(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t size;
        bool has;
    } cases[] = {
        {"US", 2, true},  {"", 0, true},       {NULL, 0, true},         {"USA", 3, true},
        {"U", 1, true},   {"DE", 2, true},     {"p\xc3\xa9n", 4, true}, {"\x7f", 1, true},
        {"us", 2, false}, {"D", 1, false},     {"DEX", 3, false},       {"U\0", 2, false},
        {"\0", 1, false}, {"p\xc3", 2, false}, {"\x7f\x7f", 2, false},  {"\x80", 1, false},
    };
    const struct ls_names names = {TEXTS, texts, NULL};
    const struct ls_spec_field field = {.type = LS_FIELD_STRING};
    struct ls_set set;
    (void)state;
    assert_int_equal(ls_set_make(&names, &field, &arena, &set, &err), 0);
    assert_false(set.of_numbers);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        /* the number of an enum's cell says nothing */
        const struct ls_cell cell = {7, (const uint8_t *)cases[k].bytes, cases[k].size, false};
        if (ls_set_has(&set, &cell) != cases[k].has) {
            fail_msg("case %zu: `%s`", k, cases[k].bytes);
        }
    }
}

static void numbers_are_in_the_fields_unit(void **state)
{
    static const char *const words[] = {"9.90", "-0.5", "0", "1_000", "92233720368547758.07"};
    static const struct {
        int64_t cents;
        bool has;
    } cases[] = {{990, true},       {-50, true},        {0, true},   {100000, true},
                 {INT64_MAX, true}, {9, false},         {99, false}, {50, false},
                 {1000, false},     {INT64_MIN, false}, {1, false},  {9900, false}};
    const struct ls_names names = {sizeof words / sizeof *words, words, NULL};
    const struct ls_spec_field field = {.type = LS_FIELD_MONEY, .scale = 2};
    struct ls_set set;
    (void)state;
    assert_int_equal(ls_set_make(&names, &field, &arena, &set, &err), 0);
    assert_true(set.of_numbers);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_cell cell = {.number = cases[k].cents};
        if (ls_set_has(&set, &cell) != cases[k].has) {
            fail_msg("case %zu: %lld", k, (long long)cases[k].cents);
        }
    }
}

static void refused_memory_is_an_error(void **state)
{
    const struct ls_names names = {TEXTS, texts, NULL};
    const struct ls_spec_field field = {.type = LS_FIELD_STRING};
    struct ls_set set;
    (void)state;
    ls_mem_refuse(1);
    assert_int_equal(ls_set_make(&names, &field, &arena, &set, &err), LS_E_NOMEM);
    ls_mem_refuse(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SET_TEST(texts_are_whole_values),
        SET_TEST(numbers_are_in_the_fields_unit),
        SET_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
