#include "core/base/draw.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "pipeline/batch/repeats.h"

#include <stdlib.h>

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FOLDER "repeats-test"
#define ENOUGH ((size_t)1 << 20)

static struct ls_id id_of(uint64_t n)
{
    return (struct ls_id){ls_mix(n / 2), n}; /* two share the first half */
}

/* A partition of `count` records: record k has the id that `which` says. */
static struct ls_repeats *partition(size_t memory, uint64_t count, uint64_t (*which)(uint64_t k),
                                    int *found)
{
    struct ls_error err;
    struct ls_repeats *r;
    assert_int_equal(ls_repeats_new(FOLDER, memory, &r, &err), 0);
    for (uint64_t k = 0; k < count; k++) {
        assert_int_equal(ls_repeats_add(r, k, id_of(which(k)), &err), 0);
    }
    *found = ls_repeats_find(r, &err);
    return r;
}

static uint64_t itself(uint64_t k)
{
    return k;
}

static uint64_t at_random(uint64_t k)
{
    return ls_mix(k) % 3 ? k : ls_mix(k) % 1000; /* some are in numbers that others have */
}

static uint64_t in_pairs(uint64_t k)
{
    return k / 2;
}

static void unlike_ids_are_none(void **state)
{
    struct ls_error err;
    struct ls_repeat *repeat;
    int found;
    (void)state;
    struct ls_repeats *r = partition(ENOUGH, 1000, itself, &found);
    assert_int_equal(found, 1);
    for (uint64_t k = 0; k < 1000; k++) {
        assert_int_equal(ls_repeats_at(r, k, &repeat, &err), 0);
        assert_null(repeat);
    }
    ls_repeats_free(r);
}

/* Whatever is asked for and passed over, kept, sorted or spilled: records have one entry exactly
 * where they have one id. */
static void records_of_one_id_share_an_entry(void **state)
{
    enum { COUNT = 20000 };
    static const size_t memories[] = {(size_t)4 << 20, ENOUGH, (size_t)128 << 10};
    struct ls_repeat **entries = calloc(COUNT, sizeof(struct ls_repeat *));
    unsigned *times = calloc(COUNT, sizeof *times);
    struct ls_error err;
    (void)state;
    assert_true(entries && times);
    for (uint64_t k = 0; k < COUNT; k++) {
        times[at_random(k)]++;
    }
    for (size_t m = 0; m < sizeof memories / sizeof *memories; m++) {
        int found;
        size_t repeated = 0;
        struct ls_repeats *r = partition(memories[m], COUNT, at_random, &found);
        assert_int_equal(found, 1);
        for (uint64_t k = 0; k < COUNT; k++) {
            entries[k] = NULL;
        }
        for (uint64_t k = 0; k < COUNT; k += k % 7 == 3 ? 2 : 1) {
            struct ls_repeat *repeat;
            uint64_t id = at_random(k);
            assert_int_equal(ls_repeats_at(r, k, &repeat, &err), 0);
            assert_int_equal(repeat != NULL, times[id] > 1);
            if (repeat) {
                assert_true(!entries[id] || entries[id] == repeat);
                assert_false(!entries[id] && repeat->has_first); /* nobody else has marked it */
                entries[id] = repeat;
                repeat->has_first = true;
                repeated++;
            }
        }
        assert_true(repeated > 1000);
        ls_repeats_free(r);
    }
    free(entries);
    free(times);
}

static void too_many_are_told(void **state)
{
    enum { ROOM = (128 << 10) / 4 / sizeof(struct ls_repeat) };
    int found;
    (void)state;
    ls_repeats_free(partition((size_t)128 << 10, (uint64_t)2 * ROOM, in_pairs, &found));
    assert_int_equal(found, 1);
    ls_repeats_free(partition((size_t)128 << 10, (uint64_t)2 * ROOM + 2, in_pairs, &found));
    assert_int_equal(found, 0);
}

static int find_some(struct ls_error *err)
{
    struct ls_repeats *r;
    int rc = ls_repeats_new(FOLDER, ENOUGH, &r, err);
    for (uint64_t k = 0; rc == 0 && k < 10; k++) {
        rc = ls_repeats_add(r, k, id_of(k / 3), err);
    }
    rc = rc < 0 ? rc : ls_repeats_find(r, err);
    ls_repeats_free(r);
    return rc;
}

static void refused_memory_is_an_error(void **state)
{
    struct ls_error err;
    unsigned refused = 0;
    int rc;
    (void)state;
    do {
        ls_mem_refuse(++refused);
        rc = find_some(&err);
        ls_mem_refuse(0);
        assert_true(rc == 1 || rc == LS_E_NOMEM);
    } while (rc != 1);
    assert_true(refused > 5);
}

static int remove_folder(void **state)
{
    struct ls_error err;
    (void)state;
    return ls_tree_remove(FOLDER, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unlike_ids_are_none),
        cmocka_unit_test(records_of_one_id_share_an_entry),
        cmocka_unit_test(too_many_are_told),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
