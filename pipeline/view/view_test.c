#include "pipeline/view/view.h"

#include "core/base/civil.h"
#include "pipeline/kinds_test.h"

/* The windows that hold a time: [start, start + size), start = offset + k * every, by floor
 * division, before the epoch as behind it (P5). */
static void test_windows(void **state)
{
    static const struct {
        int64_t size, every, offset, time;
        int64_t count, first_start; /* of how many windows, and where the first begins */
    } cases[] = {
        {3000, 3000, 0, 0, 1, 0},
        {3000, 3000, 0, 2999, 1, 0},
        {3000, 3000, 0, 3000, 1, 3000},
        {3000, 3000, 0, -1, 1, -3000},
        {3000, 3000, 0, -3000, 1, -3000},
        {3000, 3000, 0, -3001, 1, -6000},
        {3000, 3000, 700, 699, 1, -2300},
        {3000, 3000, 700, 700, 1, 700},
        {3000, 3000, 700, 0, 1, -2300},
        {3000, 3000, 700, -2300, 1, -2300},
        {3000, 3000, 700, -2301, 1, -5300},
        {3000, 3000, 3000, 0, 1, 0},                    /* a whole window: no offset */
        {3000, 3000, 10000, 0, 1, -2000},               /* more than one */
        {3000, 3000, INT64_C(365) * 86400000, 5, 1, 0}, /* far more */
        {3000, 3000, 700, LS_TIME_MIN_MS, 1, LS_TIME_MIN_MS - 2300},
        {3000, 3000, 700, LS_TIME_MAX_MS, 1, LS_TIME_MAX_MS - 2299},
        {1, 1, 0, -1, 1, -1},
        {5000, 1000, 0, 0, 5, -4000}, /* hops that overlap */
        {5000, 1000, 0, 999, 5, -4000},
        {5000, 1000, 0, 1000, 5, -3000},
        {5000, 2000, 0, 0, 3, -4000}, /* ... and do not divide the size */
        {5000, 2000, 0, 999, 3, -4000},
        {5000, 2000, 0, 1000, 2, -2000},
        {5000, 2000, 300, 1300, 2, -1700},
        {5000, 2000, 300, -3700, 3, -7700},
        {1000, 3000, 0, 0, 1, 0}, /* gaps between them */
        {1000, 3000, 0, 999, 1, 0},
        {1000, 3000, 0, 1000, 0, 0},
        {1000, 3000, 0, 2999, 0, 0},
        {1000, 3000, 0, -1, 0, 0},
        {1000, 3000, 0, -2001, 1, -3000},
        {1000, 3000, 0, -2000, 0, 0},
        {1000, 3000, 2500, 2499, 0, 0},
        {1000, 3000, 2500, 3499, 1, 2500},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_view view = {
            .size_ms = cases[i].size, .every_ms = cases[i].every, .offset_ms = cases[i].offset};
        int64_t first;
        int64_t last;
        ls_view_windows(&view, cases[i].time, &first, &last);
        int64_t count = last < first ? 0 : last - first + 1;
        if (count != cases[i].count ||
            (count && ls_view_start(&view, first) != cases[i].first_start)) {
            fail_msg("case %zu: %lld windows, the first from %lld", i, (long long)count,
                     (long long)ls_view_start(&view, first));
        }
        for (int64_t n = first; n <= last; n++) { /* and the neighbours do not */
            assert_true(ls_view_start(&view, n) <= cases[i].time &&
                        cases[i].time < ls_view_end(&view, n));
        }
        assert_true(ls_view_end(&view, first - 1) <= cases[i].time);
        assert_true(ls_view_start(&view, last + 1) > cases[i].time);
    }
}

/* What a spec's words come to. */
static void test_kinds(void **state)
{
    struct pipe *p = *state;
    plan_kinds(p, kinds_views, NULL);
    const struct ls_view *hops = view_of(p, "hops");
    const struct ls_view *gaps = view_of(p, "gaps");
    const struct ls_view *span = view_of(p, "span");
    const struct ls_view *panes = view_of(p, "panes");
    const struct ls_view *pairs = view_of(p, "pairs");
    const struct ls_view *many = view_of(p, "many");
    const struct ls_view *odd = view_of(p, "odd");
    assert_int_equal(hops->kind, LS_VIEW_WINDOWS);
    assert_int_equal(hops->size_ms, 2000);
    assert_int_equal(hops->every_ms, 500);
    assert_int_equal(hops->offset_ms, 100);
    assert_int_equal(gaps->kind, LS_VIEW_SESSIONS);
    assert_int_equal(gaps->gap_ms, 700);
    assert_int_equal(span->kind, LS_VIEW_ROLLING);
    assert_int_equal(span->over_ms, 1500);
    assert_int_equal(span->step_ms, 0);
    assert_int_equal(panes->over_ms, 3000);
    assert_int_equal(panes->step_ms, 500);
    assert_int_equal(pairs->kind, LS_VIEW_JOIN);
    assert_int_equal(pairs->within_ms, 1000);
    assert_true(pairs->keep_left);
    assert_int_equal(many->kind, LS_VIEW_ALERT);
    assert_int_equal(many->over_ms, 2000);
    assert_true(many->when && many->clear);
    assert_true(odd->when && !odd->clear);
    for (size_t v = 0; v < p->views->count; v++) { /* views, then alert rules */
        const struct ls_view *view = &p->views->views[v];
        assert_int_equal(view->index, v);
        assert_string_equal(ls_view_folder(view), v < 5 ? "views" : "alerts");
    }
    plan_kinds(p,
               "  views: [{name: side, from: sale, window: {tumbling: 3s}, select: {n: count}}]\n",
               NULL);
    assert_int_equal(view_of(p, "side")->size_ms, 3000);
    assert_int_equal(view_of(p, "side")->every_ms, 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_windows),
        PIPE_TEST(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
