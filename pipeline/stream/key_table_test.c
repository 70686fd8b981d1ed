#include "pipeline/stream/key_table.h"

#include "core/base/draw.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct ls_error err;

struct thing {
    struct ls_keyed keyed;
    char key[24];
    bool in; /* by a plain list */
};

static void name(struct thing *thing, size_t i)
{
    /* some keys are the beginning of others, one is empty */
    int size = i ? snprintf(thing->key, sizeof thing->key, "%.*s%zu", (int)(i % 5), "aaaaa", i / 3)
                 : 0;
    thing->keyed = (struct ls_keyed){(const uint8_t *)thing->key, (uint32_t)size};
}

static void check(const struct ls_key_table *table, struct thing *things, size_t count)
{
    size_t in = 0;
    for (size_t i = 0; i < count; i++) {
        struct ls_keyed *found = ls_key_find(table, things[i].keyed.key, things[i].keyed.key_size);
        assert_ptr_equal(found, things[i].in ? &things[i].keyed : NULL);
        in += things[i].in;
    }
    assert_int_equal(table->count, in);
}

/* Random additions and removals against a plain list. */
static void test_against_a_list(void **state)
{
    enum { COUNT = 400, STEPS = 6000 };
    static struct thing things[COUNT];
    struct ls_key_table table = {0};
    uint64_t key = ls_stream_key(1, "key table");
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        name(&things[i], 5 * i + i % 5);
    }
    check(&table, things, COUNT);
    for (uint64_t step = 0; step < STEPS; step++) {
        struct thing *thing =
            &things[ls_below(ls_word(key, step, 0), step % 1000 < 500 ? COUNT : 30)];
        if (thing->in) {
            ls_key_remove(&table, &thing->keyed);
        } else {
            assert_int_equal(ls_key_reserve(&table, &err), 0);
            ls_key_add(&table, &thing->keyed);
        }
        thing->in = !thing->in;
        if (step % 50 == 0) {
            check(&table, things, COUNT);
        }
    }
    assert_true(table.count > 20);
    assert_int_equal(table.slot_count & (table.slot_count - 1), 0);
    ls_key_clear(&table);
    assert_int_equal(table.count, 0);
    assert_null(ls_key_find(&table, things[0].keyed.key, 0));
}

/* By bytes; of two of which one is the beginning, the shorter first. */
static void test_order(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t size;
    } keys[] = {{NULL, 0},  {"\0", 1}, {"\0\0", 2}, {"\1", 1},  {"a", 1},
                {"a\0", 2}, {"ab", 2}, {"b", 1},    {"\x80", 1}};
    enum { KEYS = sizeof keys / sizeof *keys };
    (void)state;
    for (int a = 0; a < KEYS; a++) {
        for (int b = 0; b < KEYS; b++) {
            const struct ls_keyed x = {(const uint8_t *)keys[a].bytes, keys[a].size};
            const struct ls_keyed y = {(const uint8_t *)keys[b].bytes, keys[b].size};
            int order = ls_keyed_order(&x, &y);
            assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
        }
    }
}

/* A refused growth leaves the table as it was. */
static void test_refused_memory(void **state)
{
    static struct thing things[40];
    struct ls_key_table table = {0};
    size_t refusals = 0;
    (void)state;
    for (size_t i = 0; i < 40; i++) {
        name(&things[i], i * 5);
        ls_mem_refuse(1);
        if (ls_key_reserve(&table, &err) < 0) {
            refusals++;
            check(&table, things, i);
            ls_mem_refuse(0);
            assert_int_equal(ls_key_reserve(&table, &err), 0);
        }
        ls_mem_refuse(0);
        ls_key_add(&table, &things[i].keyed);
        things[i].in = true;
    }
    check(&table, things, 40);
    assert_true(refusals > 2);
    ls_key_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_a_list),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
