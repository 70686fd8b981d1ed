#include "conformance/naive_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NUMBER(value)                                                                              \
    {                                                                                              \
        .number = (value)                                                                          \
    }

static void values_are_as_short_as_can_be(void **state)
{
    (void)state;
    static const struct {
        enum naive_type type;
        struct naive_value value;
        const char *wanted;
        size_t size;
    } cases[] = {
        {NAIVE_LONG, NUMBER(0), "\0", 1},
        {NAIVE_LONG, NUMBER(-1), "\1", 1},
        {NAIVE_TIME, NUMBER(63), "\x7e", 1},
        {NAIVE_INT, NUMBER(64), "\x80\1", 2},
        {NAIVE_LONG, NUMBER(-65), "\x81\1", 2},
        {NAIVE_LONG, NUMBER(INT64_MAX), "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1", 10},
        {NAIVE_LONG, NUMBER(INT64_MIN), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 10},
        {NAIVE_ENUM, {.number = 2, .bytes = (const uint8_t *)"up", .size = 2}, "\4", 1},
        {NAIVE_BOOLEAN, NUMBER(1), "\1", 1},
        {NAIVE_BOOLEAN, NUMBER(0), "\0", 1},
        {NAIVE_FLOAT, NUMBER(0x01020304), "\4\3\2\1", 4},
        {NAIVE_DOUBLE, NUMBER(0x0102030405060708), "\10\7\6\5\4\3\2\1", 8},
        {NAIVE_STRING, {.bytes = (const uint8_t *)"hi", .size = 2}, "\4hi", 3},
        {NAIVE_STRING, {.size = 0}, "\0", 1},
        {NAIVE_BYTES, {.bytes = (const uint8_t *)"\0", .size = 1}, "\2\0", 2},
        {NAIVE_DECIMAL, {.bytes = (const uint8_t *)"\1\0", .size = 2}, "\4\1\0", 3},
        {NAIVE_SCALED, NUMBER(-129), "\4\xff\x7f", 3},
        {NAIVE_RECORD, {.bytes = (const uint8_t *)"\1\2\3", .size = 3}, "\1\2\3", 3},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct naive_column column = {.type = cases[i].type};
        struct ls_buf out;
        struct ls_error err;
        ls_buf_init(&out, "test value", 64);
        assert_int_equal(ls_naive_put_value(&column, &cases[i].value, &out, &err), 0);
        if (out.size != cases[i].size || memcmp(out.data, cases[i].wanted, out.size) != 0) {
            fail_msg("case %zu", i);
        }
        ls_buf_clear(&out);
    }
}

static void items_stand_in_one_block(void **state)
{
    (void)state;
    static const struct {
        const char *items;
        size_t size;
        int64_t count;
        const char *wanted;
        size_t wanted_size;
    } cases[] = {
        {"", 0, 0, "\0", 1}, {"\2\4", 2, 2, "\4\2\4\0", 4}, {"\2", 1, 70, "\x8c\1\2\0", 4}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_buf items;
        struct ls_arena arena;
        struct ls_error err;
        struct naive_value value;
        ls_buf_init(&items, "test items", 64);
        ls_arena_init(&arena, "test", 4096);
        assert_int_equal(ls_buf_append(&items, cases[i].items, cases[i].size, &err), 0);
        assert_int_equal(ls_naive_put_items(&items, cases[i].count, &arena, &value, &err), 0);
        assert_int_equal(value.size, cases[i].wanted_size);
        assert_memory_equal(value.bytes, cases[i].wanted, value.size);
        ls_buf_clear(&items);
        ls_arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_as_short_as_can_be),
        cmocka_unit_test(items_stand_in_one_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
