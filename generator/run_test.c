#include "generator/run.h"

#include "generator/fixture_test.h"

enum { WHOLE = 9000 };

static void check_slice(struct maker *m, uint64_t first, uint64_t end, unsigned threads)
{
    struct kept slice = {0};
    ls_arena_init(&slice.arena, "slice", 1U << 28);
    run_into(m, &slice, first, end, threads);
    for (size_t k = 0; k < slice.count; k++) {
        check_same_event(&slice.events[k], &m->run.events[first + k]);
    }
    forget(&slice);
}

static void any_slice_equals_the_whole_there(void **state)
{
    struct maker *m = *state;
    uint64_t key = ls_stream_key(1, "slices");
    plan_fine(m, sample_spec, NULL);
    make_run(m, WHOLE);
    for (uint64_t k = 0; k < 30; k++) {
        uint64_t a = ls_below(ls_word(key, k, 0), WHOLE + 1);
        uint64_t b = ls_below(ls_word(key, k, 1), WHOLE + 1);
        check_slice(m, a < b ? a : b, a < b ? b : a, 1 + (unsigned)k % 3);
    }
    static const uint64_t edges[] = {0, 1, 1023, 1024, 1025, 2047, 2048, WHOLE - 1, WHOLE};
    for (size_t a = 0; a < sizeof edges / sizeof *edges; a++) {
        for (size_t b = a; b < sizeof edges / sizeof *edges; b++) {
            check_slice(m, edges[a], edges[b], 1 + (unsigned)(a + b) % 2);
        }
    }
}

static void threads_change_nothing(void **state)
{
    struct maker *m = *state;
    static const unsigned threads[] = {2, 7, 16};
    plan_fine(m, sample_spec, NULL);
    make_run(m, WHOLE);
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        check_slice(m, 0, WHOLE, threads[k]);
        check_slice(m, 17, WHOLE - 5, threads[k]);
    }
}

/* ---- what the caller answers */

struct caller {
    uint64_t taken, takes_max;
    uint64_t calls, calls_max;
    uint64_t next; /* as progress said */
};

static int count_take(void *context, const struct ls_event *event, struct ls_error *err)
{
    struct caller *caller = context;
    if (caller->taken == caller->takes_max) {
        return ls_error_set(err, LS_E_IO, "no more");
    }
    assert_int_equal(event->index, 100 + caller->taken);
    caller->taken++;
    return 0;
}

static int count_progress(void *context, uint64_t next, struct ls_error *err)
{
    struct caller *caller = context;
    assert_true(next > caller->next);
    assert_int_equal(next, 100 + caller->taken);
    caller->next = next;
    if (caller->calls == caller->calls_max) {
        return ls_error_set(err, LS_E_INTERRUPTED, "enough");
    }
    caller->calls++;
    return 0;
}

static void events_come_in_order_until_the_caller_says_no(void **state)
{
    struct maker *m = *state;
    static const struct {
        uint64_t takes_max, calls_max;
        int rc;
        uint64_t taken, next;
    } cases[] = {
        {UINT64_MAX, UINT64_MAX, 0, 5000, 5100},
        {0, UINT64_MAX, LS_E_IO, 0, 0},
        {1500, UINT64_MAX, LS_E_IO, 1500, 1124},
        {UINT64_MAX, 0, LS_E_INTERRUPTED, 1024, 1124},
        {UINT64_MAX, 3, LS_E_INTERRUPTED, 4096, 4196},
    };
    plan_fine(m, sample_spec, NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        for (unsigned threads = 1; threads <= 3; threads += 2) {
            struct caller caller = {.takes_max = cases[k].takes_max,
                                    .calls_max = cases[k].calls_max};
            const struct ls_run run = {m->plan, 100,        5100,           {0, 0},
                                       threads, count_take, count_progress, &caller};
            assert_int_equal(ls_run(&run, &m->base.err), cases[k].rc);
            assert_int_equal(caller.taken, cases[k].taken);
            assert_int_equal(caller.next, cases[k].next);
            if (cases[k].rc) {
                assert_int_equal(m->base.err.code, cases[k].rc);
            }
        }
    }
}

static void progress_may_be_missing_and_a_run_empty(void **state)
{
    struct maker *m = *state;
    struct caller caller = {.takes_max = 0};
    plan_fine(m, sample_spec, NULL);
    for (unsigned threads = 1; threads <= 2; threads++) {
        const struct ls_run run = {m->plan, 5, 5, {0, 0}, threads, count_take, NULL, &caller};
        assert_int_equal(ls_run(&run, &m->base.err), 0);
    }
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    for (unsigned threads = 1; threads <= 2; threads++) {
        unsigned refused = 0;
        int rc;
        do {
            struct caller caller = {.takes_max = UINT64_MAX, .calls_max = UINT64_MAX};
            const struct ls_run run = {m->plan, 100,        3000,           {0, 0},
                                       threads, count_take, count_progress, &caller};
            ls_mem_refuse(++refused);
            rc = ls_run(&run, &m->base.err);
            ls_mem_refuse(0);
            assert_true(rc == 0 || rc == LS_E_NOMEM);
        } while (rc != 0);
        assert_int_equal(refused - 1, threads == 1 ? 5 : 2 + 2 * 6 + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(any_slice_equals_the_whole_there),
        MAKER_TEST(threads_change_nothing),
        MAKER_TEST(events_come_in_order_until_the_caller_says_no),
        MAKER_TEST(progress_may_be_missing_and_a_run_empty),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
