#include "pipeline/stream/emission_fixture_test.h"
#include "pipeline/stream/windows.h"

#include <assert.h>

enum { WORKERS = 3 };

/* Event number `number` joins the windows of a worker; those that are over for `low` it has missed,
 * which may not be. */
static void take(struct lab *lab, struct ls_windows *windows, const struct scenario *scenario,
                 size_t number, int64_t low)
{
    static struct brought brought; /* large */
    int64_t first;
    int64_t last;
    bring(lab->p, scenario, number, &brought);
    ls_view_windows(lab->view, brought.place.event_time, &first, &last);
    if (first <= last) {
        assert_true(ls_view_end(lab->view, first) > low);
        FINE(lab->p, ls_windows_add(windows, first, last, &brought.contribution, &brought.place,
                                    &lab->emission.scratch, &lab->p->base.err));
    }
}

/* Workers take the events in turn; rows come out as the low watermark goes on. */
static void emit(struct lab *lab, const struct scenario *scenario, uint64_t seed, size_t workers,
                 struct ls_buf *out)
{
    assert(workers > 0);
    struct pipe *p = lab->p;
    struct ls_windows windows[WORKERS];
    struct ls_windows *pointers[WORKERS];
    uint64_t key = ls_stream_key(seed, scenario->name);
    int64_t low = INT64_MIN;
    begin_rows(lab);
    for (size_t w = 0; w < workers; w++) {
        ls_windows_init(&windows[w], lab->view);
        pointers[w] = &windows[w];
    }
    for (size_t i = 0; i < event_count(scenario); i++) {
        size_t number = nth_event(scenario, seed, i);
        take(lab, &windows[number % workers], scenario, number, low);
        int64_t furthest = low_behind(scenario, seed, i);
        if (ls_word(key, i, 0) % 2 && furthest != INT64_MAX && furthest > low) {
            FINE(p, ls_windows_emit(pointers, workers, ls_windows_done(lab->view, low), furthest,
                                    &lab->emission, &p->base.err));
            low = furthest;
        }
    }
    FINE(p, ls_windows_emit(pointers, workers, ls_windows_done(lab->view, low), INT64_MAX,
                            &lab->emission, &p->base.err));
    for (size_t w = 0; w < workers; w++) {
        assert_int_equal(windows[w].count, 0); /* nothing is left that no window needs */
        ls_windows_clear(&windows[w]);
    }
    end_rows(lab, out);
}

static void test_rows(void **state)
{
    for (size_t k = 0; k < sizeof windows_scenarios / sizeof *windows_scenarios; k++) {
        struct lab lab;
        struct ls_buf rows;
        open_lab(&lab, *state, &windows_scenarios[k], "views");
        ls_buf_init(&rows, "rows", 1U << 20);
        for (uint64_t seed = 0; seed < 12; seed++) {
            for (size_t workers = 1; workers <= WORKERS; workers++) {
                char how[64];
                snprintf(how, sizeof how, "seed %d, %zu workers", (int)seed, workers);
                emit(&lab, &windows_scenarios[k], seed, workers, &rows);
                check_rows(&windows_scenarios[k], how, &rows);
            }
        }
        ls_buf_clear(&rows);
        close_lab(&lab);
    }
}

/* A pane that reaches over the low watermark: its windows come out one by one, and records that are
 * late for the first of them count in the others. */
static void test_late_for_some(void **state)
{
    static const struct scenario scenario = {
        .name = "late for some",
        .view = "{name: v, from: sale, window: {hopping: {size: 10ms, every: 5ms}}, select: {n: "
                "count}}",
        .events = {AT(7, "a"), AT(8, "b")},
        .rows = "0 10 1\n5 15 2\n"};
    static struct brought brought; /* large */
    struct pipe *p = *state;
    struct lab lab;
    struct ls_windows windows;
    struct ls_windows *pointer = &windows;
    struct ls_buf rows;
    open_lab(&lab, p, &scenario, "views");
    begin_rows(&lab);
    ls_windows_init(&windows, lab.view);
    take(&lab, &windows, &scenario, 0, INT64_MIN);
    FINE(p, ls_windows_emit(&pointer, 1, INT64_MIN, 9, &lab.emission, &p->base.err));
    assert_int_equal(lab.rows, 0);
    FINE(p, ls_windows_emit(&pointer, 1, ls_windows_done(lab.view, 9), 10, &lab.emission,
                            &p->base.err));
    assert_int_equal(lab.rows, 1);
    assert_int_equal(windows.count, 1);
    bring(p, &scenario, 1, &brought);
    FINE(p, ls_windows_add(&windows, 1, 1, &brought.contribution, &brought.place,
                           &lab.emission.scratch, &p->base.err));
    assert_int_equal(windows.count, 2);
    FINE(p, ls_windows_emit(&pointer, 1, ls_windows_done(lab.view, 10), 15, &lab.emission,
                            &p->base.err));
    assert_int_equal(lab.rows, 2);
    assert_int_equal(windows.count, 0);
    ls_windows_clear(&windows);
    ls_buf_init(&rows, "rows", 1U << 20);
    end_rows(&lab, &rows);
    check_rows(&scenario, "step by step", &rows);
    ls_buf_clear(&rows);
    close_lab(&lab);
}

/* What is refused while rows are made leaves nothing behind. */
static void test_refused_memory(void **state)
{
    const struct scenario *scenario = &windows_scenarios[6];
    struct lab lab;
    struct pipe *p = *state;
    unsigned long refused = 0;
    open_lab(&lab, p, scenario, "views");
    begin_rows(&lab);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_windows windows[2];
        struct ls_windows *pointers[] = {&windows[0], &windows[1]};
        ls_windows_init(&windows[0], lab.view);
        ls_windows_init(&windows[1], lab.view);
        for (size_t i = 0; i < event_count(scenario); i++) {
            take(&lab, &windows[i % 2], scenario, i, INT64_MIN);
        }
        ls_buf_clear(&lab.emission.bytes);
        ls_buf_clear(&lab.emission.tops);
        ls_mem_refuse(refused + 1);
        rc = ls_windows_emit(pointers, 2, INT64_MIN, INT64_MAX, &lab.emission, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        ls_windows_clear(&windows[0]);
        ls_windows_clear(&windows[1]);
    }
    assert_true(refused > 5);
    ls_outputs_free(lab.emission.outputs);
    close_lab(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_rows),
        PIPE_TEST(test_late_for_some),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
