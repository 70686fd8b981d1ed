#include "pipeline/stream/windows.h"

#include "core/base/draw.h"
#include "pipeline/fixture_test.h"

/* The view `all`: n, paid, total, least, latest, mean, shops, scores (the last two distinct). */
enum { TOTAL = 2, SHOPS = 6, SCORES };

static struct ls_contribution contribution; /* large */

static int add(struct ls_windows *w, int64_t start, const char *group, int64_t value,
               const char *shop, struct ls_error *err)
{
    union {
        const char *text;
        uint8_t *bytes;
    } key = {.text = group}; /* read only */
    contribution = (struct ls_contribution){
        .start = start, .end = start + 1000, .key = key.bytes, .key_size = (uint32_t)strlen(group)};
    contribution.inputs[0] = (struct ls_input){.present = true};
    contribution.inputs[TOTAL] = contribution.inputs[SCORES] = (struct ls_input){.present = true,
                                                                                 .number = value};
    if (shop) {
        contribution.inputs[SHOPS] = (struct ls_input){true, 0, (const uint8_t *)shop,
                                                       (uint32_t)strlen(shop)};
    }
    return ls_windows_add(w, &contribution, err);
}

static struct ls_group *group(struct pipe *p, struct ls_windows *w, int64_t start, const char *key)
{
    struct ls_window *window;
    struct ls_group *found;
    FINE(p, ls_windows_group(w, start, start + 1000, (const uint8_t *)key, strlen(key), &window,
                             &found, &p->base.err));
    return found;
}

static void test_groups(void **state)
{
    struct pipe *p = *state;
    struct ls_windows w;
    ls_windows_init(&w, &p->views->views[0]);
    FINE(p, add(&w, 0, "a", 5, "S1", &p->base.err));
    FINE(p, add(&w, 0, "a", 5, "S1", &p->base.err));
    FINE(p, add(&w, 0, "a", -7, "S2", &p->base.err));
    FINE(p, add(&w, 0, "", 1, NULL, &p->base.err)); /* an empty key, and nothing for `shops` */
    FINE(p, add(&w, 1000, "a", 2, "", &p->base.err));
    assert_int_equal(w.count, 2);
    assert_int_equal(w.open[0]->count, 2);
    const struct ls_group *a = group(p, &w, 0, "a");
    assert_true(a->dirty);
    assert_int_equal(a->aggregates[0].count, 3);
    assert_int_equal(a->aggregates[1].count, 0); /* its input was not present */
    assert_true(a->aggregates[TOTAL].sum == 3);
    assert_int_equal(a->aggregates[TOTAL].least, -7);
    assert_int_equal(a->aggregates[TOTAL].greatest, 5);
    assert_int_equal(a->distinct[0].count, 2);
    assert_int_equal(a->distinct[1].count, 2);
    assert_int_equal(group(p, &w, 0, "")->distinct[0].count, 0);
    assert_int_equal(group(p, &w, 1000, "a")->distinct[0].count, 1); /* "" is a value */
    assert_int_equal(w.count, 2);
    ls_windows_clear(&w);
    assert_int_equal(w.count, 0);
}

static void test_many_groups(void **state)
{
    enum { COUNT = 3000 };
    struct pipe *p = *state;
    struct ls_windows w;
    ls_windows_init(&w, &p->views->views[0]);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++) {
            char key[16];
            snprintf(key, sizeof key, "g%d", i);
            FINE(p, add(&w, 0, key, i, NULL, &p->base.err));
        }
    }
    assert_int_equal(w.open[0]->count, COUNT);
    assert_true(w.open[0]->slot_count >= (size_t)2 * COUNT);
    for (int i = 0; i < COUNT; i++) {
        char key[16];
        snprintf(key, sizeof key, "g%d", i);
        const struct ls_group *g = group(p, &w, 0, key);
        assert_int_equal(g->aggregates[0].count, 2);
        assert_true(g->aggregates[TOTAL].sum == (ls_i128)2 * i);
    }
    assert_int_equal(w.open[0]->count, COUNT);
    ls_windows_clear(&w);
}

/* Opened in any order, they are taken by (end, start), and only from the front. */
static void test_order(void **state)
{
    enum { COUNT = 40 };
    struct pipe *p = *state;
    const struct ls_permutation order = ls_permutation_of(COUNT);
    struct ls_windows w;
    for (uint64_t key = 1; key < 6; key++) {
        ls_windows_init(&w, &p->views->views[0]);
        for (uint64_t i = 0; i < COUNT; i++) {
            int64_t start = 1000 * (int64_t)ls_permute(&order, key, i) - 20000;
            FINE(p, add(&w, start, "a", 1, NULL, &p->base.err));
            FINE(p, add(&w, start, "b", 1, NULL, &p->base.err));
        }
        assert_int_equal(w.count, COUNT);
        for (int64_t i = 0; i < COUNT; i++) {
            int64_t start = 1000 * i - 20000;
            assert_null(ls_windows_take(&w, start + 1000, start + 2000));
            struct ls_window *first = ls_windows_take(&w, start, start + 1000);
            assert_non_null(first);
            assert_int_equal(first->start, start);
            assert_int_equal(first->count, 2);
            ls_window_free(first);
        }
        assert_int_equal(w.count, 0);
        assert_null(ls_windows_take(&w, 0, 1000));
        ls_windows_clear(&w);
    }
    /* windows of one end: the longer one first */
    ls_windows_init(&w, &p->views->views[0]);
    struct ls_window *window;
    struct ls_group *made;
    static const int64_t starts[] = {5, -5, 0};
    for (size_t i = 0; i < 3; i++) {
        FINE(p, ls_windows_group(&w, starts[i], 10, NULL, 0, &window, &made, &p->base.err));
    }
    assert_int_equal(w.open[0]->start, -5);
    assert_int_equal(w.open[1]->start, 0);
    assert_int_equal(w.open[2]->start, 5);
    ls_windows_clear(&w);
}

/* Exact, the name {0, 0} as well, which marks an empty place of the table. */
static void test_distinct(void **state)
{
    enum { COUNT = 5000 };
    struct pipe *p = *state;
    struct ls_windows w;
    struct ls_window *window;
    struct ls_group *g;
    ls_windows_init(&w, &p->views->views[0]);
    FINE(p, ls_windows_group(&w, 0, 1000, NULL, 0, &window, &g, &p->base.err));
    struct ls_distinct *set = &g->distinct[0];
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < COUNT; i++) {
            const struct ls_id value = {i, i / 3}; /* many begin their search at one place */
            FINE(p, ls_distinct_add(window, set, value, &p->base.err));
            assert_int_equal(set->count, round ? COUNT : i + 1);
        }
    }
    assert_true(set->has_zero);
    ls_windows_clear(&w);
}

static void test_overflow(void **state)
{
    struct pipe *p = *state;
    struct ls_windows w;
    ls_windows_init(&w, &p->views->views[0]);
    FINE(p, add(&w, 0, "a", 1, NULL, &p->base.err));
    group(p, &w, 0, "a")->aggregates[TOTAL].sum = LS_I128_MAX;
    assert_int_equal(add(&w, 0, "a", 1, NULL, &p->base.err), LS_E_DATA);
    assert_string_equal(p->base.err.text, "view all: the sum of column total leaves 128 bits");
    ls_windows_clear(&w);
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_windows w;
        ls_windows_init(&w, &p->views->views[0]);
        ls_mem_refuse(refused + 1);
        rc = 0;
        for (int i = 0; rc == 0 && i < 60; i++) { /* two windows, groups and values that grow */
            char key[16];
            snprintf(key, sizeof key, "g%d", i % 20);
            rc = add(&w, INT64_C(1000) * (i % 2), key, i, key, &p->base.err);
        }
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        ls_windows_clear(&w);
    }
    assert_true(refused > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_groups),   PIPE_TEST(test_many_groups), PIPE_TEST(test_order),
        PIPE_TEST(test_distinct), PIPE_TEST(test_overflow),    PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
