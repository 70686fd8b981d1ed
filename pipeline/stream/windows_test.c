#include "pipeline/stream/windows.h"

#include "core/base/draw.h"
#include "pipeline/fixture_test.h"

/* The view `all`: n, paid, total, least, latest, mean, shops, scores (the last two distinct). */
enum { TOTAL = 2, SHOPS = 6, SCORES };

static struct ls_contribution contribution; /* large */

static int add(struct ls_windows *w, int64_t first, int64_t last, const char *group, int64_t value,
               const char *shop, struct ls_error *err)
{
    static const struct ls_place_in_order place;
    union {
        const char *text;
        uint8_t *bytes;
    } key = {.text = group}; /* read only */
    struct ls_buf scratch;
    contribution = (struct ls_contribution){.key = key.bytes, .key_size = (uint32_t)strlen(group)};
    contribution.inputs[0] = (struct ls_input){.present = true};
    contribution.inputs[TOTAL] = contribution.inputs[SCORES] = (struct ls_input){.present = true,
                                                                                 .number = value};
    if (shop) {
        contribution.inputs[SHOPS] = (struct ls_input){
            .present = true, .bytes = (const uint8_t *)shop, .size = (uint32_t)strlen(shop)};
    }
    ls_buf_init(&scratch, "scratch", 1U << 16);
    int rc = ls_windows_add(w, first, last, &contribution, &place, &scratch, err);
    ls_buf_clear(&scratch);
    return rc;
}

static struct ls_group *group(struct pipe *p, struct ls_windows *w, int64_t first, int64_t last,
                              const char *key)
{
    struct ls_group *found;
    FINE(p,
         ls_windows_group(w, first, last, (const uint8_t *)key, strlen(key), &found, &p->base.err));
    return found;
}

/* A pane is of all records that count in the same windows. */
static void test_panes(void **state)
{
    struct pipe *p = *state;
    struct ls_windows w;
    ls_windows_init(&w, &p->views->views[0]);
    FINE(p, add(&w, 0, 3, "a", 5, "S1", &p->base.err));
    FINE(p, add(&w, 0, 3, "a", 5, "S1", &p->base.err));
    FINE(p, add(&w, 0, 3, "a", -7, "S2", &p->base.err));
    FINE(p, add(&w, 0, 3, "", 1, NULL, &p->base.err)); /* an empty key, and nothing for `shops` */
    FINE(p, add(&w, 1, 3, "a", 2, "", &p->base.err));  /* late for window 0 */
    assert_int_equal(w.count, 2);
    assert_int_equal(w.panes[0]->groups.count, 2);
    const struct ls_group *a = group(p, &w, 0, 3, "a");
    assert_true(a->dirty);
    assert_int_equal(a->state.numbers[0].count, 3);
    assert_int_equal(a->state.numbers[1].count, 0); /* its input was not present */
    assert_true(a->state.numbers[TOTAL].sum == 3);
    assert_int_equal(a->state.numbers[TOTAL].least, -7);
    assert_int_equal(a->state.numbers[TOTAL].greatest, 5);
    assert_int_equal(a->state.sets[0].distinct.count, 2);
    assert_int_equal(a->state.sets[1].distinct.count, 2);
    assert_int_equal(group(p, &w, 0, 3, "")->state.sets[0].distinct.count, 0);
    assert_int_equal(group(p, &w, 1, 3, "a")->state.sets[0].distinct.count, 1); /* "" is a value */
    assert_false(group(p, &w, 1, 3, "b")->dirty); /* made, but not changed */
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
            FINE(p, add(&w, 7, 7, key, i, NULL, &p->base.err));
        }
    }
    assert_int_equal(w.count, 1);
    assert_int_equal(w.panes[0]->groups.count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        char key[16];
        snprintf(key, sizeof key, "g%d", i);
        const struct ls_group *g = group(p, &w, 7, 7, key);
        assert_int_equal(g->state.numbers[0].count, 2);
        assert_true(g->state.numbers[TOTAL].sum == (ls_i128)2 * i);
    }
    assert_int_equal(w.panes[0]->groups.count, COUNT);
    ls_windows_clear(&w);
}

/* Opened in any order, panes lie by (last, first); they go when their last window has gone. */
static void test_order(void **state)
{
    enum { PANES = 15 };
    static const int64_t panes[PANES][2] = {{-3, -2}, {-2, -2}, {-4, -1}, {-3, -1}, {-2, -1},
                                            {-1, -1}, {-2, 0},  {-1, 0},  {0, 0},   {-2, 1},
                                            {-1, 1},  {0, 1},   {1, 1},   {1, 2},   {2, 9}};
    const struct ls_permutation order = ls_permutation_of(PANES);
    struct pipe *p = *state;
    struct ls_windows w;
    for (uint64_t key = 1; key < 9; key++) {
        ls_windows_init(&w, &p->views->views[0]);
        for (uint64_t i = 0; i < PANES; i++) {
            const int64_t *pane = panes[ls_permute(&order, key, i)];
            FINE(p, add(&w, pane[0], pane[1], "a", 1, NULL, &p->base.err));
            FINE(p, add(&w, pane[0], pane[1], "b", 1, NULL, &p->base.err));
        }
        assert_int_equal(w.count, PANES);
        for (size_t i = 0; i < PANES; i++) {
            assert_int_equal(w.panes[i]->first, panes[i][0]);
            assert_int_equal(w.panes[i]->last, panes[i][1]);
            assert_int_equal(w.panes[i]->groups.count, 2);
        }
        for (int64_t done = -5; done < 10; done++) {
            size_t gone = 0;
            while (gone < PANES && panes[gone][1] <= done) {
                gone++;
            }
            ls_windows_forget(&w, done);
            assert_int_equal(w.count, PANES - gone);
            assert_true(w.count == 0 || (w.panes[0]->first == panes[gone][0] &&
                                         w.panes[0]->last == panes[gone][1]));
        }
        ls_windows_clear(&w);
    }
}

/* The last window that ends at or before a time. */
static void test_done(void **state)
{
    static const struct {
        int64_t size, every, offset, time, number;
    } cases[] = {
        {10, 10, 0, 9, -1},
        {10, 10, 0, 10, 0},
        {10, 10, 0, 19, 0},
        {10, 10, 0, 20, 1},
        {10, 10, 0, 0, -1},
        {10, 10, 0, -1, -2},
        {10, 10, 3, 12, -1},
        {10, 10, 3, 13, 0},
        {10, 5, 0, 10, 0},
        {10, 5, 0, 14, 0},
        {10, 5, 0, 15, 1},
        {5, 10, 0, 4, -1},
        {5, 10, 0, 5, 0},
        {5, 10, 0, 14, 0},
        {5, 10, 0, 15, 1},
        {10, 3, 0, 10, 0},
        {10, 3, 0, 12, 0},
        {10, 3, 0, 13, 1},
        {10, 10, 0, INT64_MIN, INT64_MIN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_view view = {
            .size_ms = cases[i].size, .every_ms = cases[i].every, .offset_ms = cases[i].offset};
        int64_t done = ls_windows_done(&view, cases[i].time);
        assert_int_equal(done, cases[i].number);
        assert_true(done == INT64_MIN || (ls_view_end(&view, done) <= cases[i].time &&
                                          ls_view_end(&view, done + 1) > cases[i].time));
    }
}

static void test_overflow(void **state)
{
    struct pipe *p = *state;
    struct ls_windows w;
    ls_windows_init(&w, &p->views->views[0]);
    FINE(p, add(&w, 0, 0, "a", 1, NULL, &p->base.err));
    group(p, &w, 0, 0, "a")->state.numbers[TOTAL].sum = LS_I128_MAX;
    assert_int_equal(add(&w, 0, 0, "a", 1, NULL, &p->base.err), LS_E_DATA);
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
        for (int i = 0; rc == 0 && i < 60; i++) { /* two panes, groups and values that grow */
            char key[16];
            snprintf(key, sizeof key, "g%d", i % 20);
            rc = add(&w, i % 2, 2, key, i, key, &p->base.err);
        }
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        ls_windows_clear(&w);
    }
    assert_true(refused > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_panes), PIPE_TEST(test_many_groups), PIPE_TEST(test_order),
        PIPE_TEST(test_done),  PIPE_TEST(test_overflow),    PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
