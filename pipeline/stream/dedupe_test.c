#include "pipeline/stream/dedupe.h"

#include "core/base/draw.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;

static struct ls_dedupe_entry entry_of(uint64_t number, int64_t event_time)
{
    return (struct ls_dedupe_entry){{number, ls_mix(number)}, {1, number}, event_time};
}

static void insert(struct ls_dedupe *d, uint64_t number, int64_t event_time, int64_t floor)
{
    const struct ls_dedupe_entry entry = entry_of(number, event_time);
    assert_int_equal(ls_dedupe_insert(d, &entry, floor, true, &err), 0);
}

static bool has(const struct ls_dedupe *d, uint64_t number, int64_t floor)
{
    const struct ls_dedupe_entry *entry = ls_dedupe_find(d, entry_of(number, 0).id, floor);
    assert_true(!entry || entry->payload.low == number);
    return entry != NULL;
}

static void test_remembered_and_forgotten(void **state)
{
    struct ls_dedupe d = {0};
    (void)state;
    assert_false(has(&d, 1, INT64_MIN + 1)); /* an empty table */
    insert(&d, 1, 100, 0);
    insert(&d, 2, -100, -200); /* before the epoch as well */
    assert_true(has(&d, 1, 100));
    assert_false(has(&d, 1, 101)); /* below the floor */
    assert_true(has(&d, 2, -100));
    assert_false(has(&d, 2, -99));
    assert_false(has(&d, 3, -200));
    assert_int_equal(ls_dedupe_live(&d, -100), 2);
    assert_int_equal(ls_dedupe_live(&d, 100), 1);
    assert_int_equal(ls_dedupe_live(&d, 101), 0);
    ls_dedupe_clear(&d);
}

/* One that was forgotten comes again with another payload and time, in its old place. */
static void test_admitted_again(void **state)
{
    struct ls_dedupe d = {0};
    (void)state;
    insert(&d, 1, 100, 0);
    struct ls_dedupe_entry again = entry_of(1, 300);
    again.payload.low = 9;
    assert_int_equal(ls_dedupe_insert(&d, &again, 200, true, &err), 0);
    const struct ls_dedupe_entry *found = ls_dedupe_find(&d, again.id, 300);
    assert_non_null(found);
    assert_int_equal(found->payload.low, 9);
    assert_int_equal(d.used, 1);
    assert_int_equal(ls_dedupe_live(&d, 0), 1);
    ls_dedupe_clear(&d);
}

/* Ids that share their low half, and with it the place where the search begins. */
static void test_same_place(void **state)
{
    struct ls_dedupe d = {0};
    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        const struct ls_dedupe_entry entry = {{i, 1023}, {i, 0}, (int64_t)i};
        assert_int_equal(ls_dedupe_insert(&d, &entry, 0, false, &err), 0);
    }
    for (uint64_t i = 0; i < 300; i++) {
        const struct ls_dedupe_entry *found = ls_dedupe_find(&d, (struct ls_id){i, 1023}, 0);
        assert_non_null(found);
        assert_int_equal(found->payload.high, i);
    }
    assert_null(ls_dedupe_find(&d, (struct ls_id){300, 1023}, 0));
    ls_dedupe_clear(&d);
}

static void test_growth(void **state)
{
    enum { COUNT = 20000 };
    struct ls_dedupe d = {0};
    (void)state;
    for (uint64_t i = 0; i < COUNT; i++) {
        insert(&d, i, 1, 0);
        assert_true(d.used * 2 <= d.slot_count);
        assert_int_equal(d.slot_count & (d.slot_count - 1), 0);
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_true(has(&d, i, 0));
    }
    assert_false(has(&d, COUNT, 0));
    assert_int_equal(ls_dedupe_live(&d, 0), COUNT);
    ls_dedupe_clear(&d);
}

/* Memory follows what lives inside the horizon, however long the stream and the time between two
 * checkpoints. */
static void test_memory_is_bounded(void **state)
{
    struct ls_dedupe d = {0};
    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        int64_t floor = (int64_t)i - 100;
        insert(&d, i, (int64_t)i, floor);
    }
    assert_int_equal(d.slot_count, 1024);
    assert_true(d.fresh_capacity <= 512);
    for (size_t i = 0; i < 100; i++) { /* what a checkpoint needs, in order */
        assert_int_equal(d.fresh[d.fresh_count - 100 + i].payload.low, 199900 + i);
    }
    assert_int_equal(ls_dedupe_live(&d, 199900), 100);
    assert_true(has(&d, 199950, 199900));
    assert_false(has(&d, 5, 199900));
    ls_dedupe_clear(&d);
}

static void test_fresh(void **state)
{
    struct ls_dedupe d = {0};
    (void)state;
    const struct ls_dedupe_entry old = entry_of(1, 5); /* from a checkpoint */
    assert_int_equal(ls_dedupe_insert(&d, &old, 0, false, &err), 0);
    assert_int_equal(d.fresh_count, 0);
    for (uint64_t i = 2; i < 600; i++) { /* the table grows, the list stays */
        insert(&d, i, 5, 0);
    }
    assert_int_equal(d.fresh_count, 598);
    for (uint64_t i = 0; i < d.fresh_count; i++) {
        assert_int_equal(d.fresh[i].payload.low, i + 2);
    }
    ls_dedupe_clear(&d);
    assert_null(d.slots);
}

/* A refused insert leaves everything as it was. */
static void test_refused_memory(void **state)
{
    struct ls_dedupe d = {0};
    unsigned refused = 0;
    (void)state;
    for (uint64_t i = 0; i < 1100; i++) {
        const struct ls_dedupe_entry entry = entry_of(i, 5);
        ls_mem_refuse(1);
        if (ls_dedupe_insert(&d, &entry, 0, true, &err) < 0) {
            assert_int_equal(err.code, LS_E_NOMEM);
            assert_false(has(&d, i, 0));
            assert_int_equal(ls_dedupe_live(&d, 0), i);
            assert_int_equal(d.fresh_count, i);
            assert_int_equal(ls_dedupe_insert(&d, &entry, 0, true, &err), 0);
            refused++;
        }
        ls_mem_refuse(0);
        assert_true(has(&d, i, 0));
    }
    assert_true(refused > 4);
    ls_dedupe_clear(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remembered_and_forgotten),
        cmocka_unit_test(test_admitted_again),
        cmocka_unit_test(test_same_place),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
