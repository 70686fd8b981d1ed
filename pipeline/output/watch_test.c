#include "pipeline/output/watch.h"

#include "pipeline/fixture_test.h"

enum { PARTITIONS = 3 };

static struct ls_record record; /* large */

static void rows_and_late_records_are_counted(void **state)
{
    struct pipe *p = *state;
    struct ls_outputs *o;
    struct ls_run_numbers n;
    struct message m;
    const struct ls_view *visits = &p->views->views[2];
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &o, &p->base.err));
    FINE(p, ls_run_numbers_init(&n, o, "batch", &p->base.err));
    assert_int_equal(n.partitions, PARTITIONS);
    begin_message(p, &m, VISIT, 1, 1500);
    ls_record_examine(p->plan, &p->plan->topics[VISIT], &m.raw, &record);
    for (uint32_t k = 0; k < 5; k++) {
        FINE(p,
             ls_outputs_late(o, visits, VISIT, k % 2 + 1, k, &record, 3000, 0, 2000, &p->base.err));
    }
    FINE(p, ls_outputs_row(o, visits, (const uint8_t *)"\0\0\0\0\0\0", 6, NULL, &p->base.err));
    for (int again = 0; again < 2; again++) {
        ls_run_numbers_count_rows(&n, o);
        for (size_t v = 0; v < p->views->count; v++) {
            assert_int_equal(n.of_views[v].rows, v == 2);
            assert_int_equal(n.of_views[v].late, v == 2 ? 5 : 0);
        }
    }
    assert_int_equal(ls_outputs_late_count(o, visits, VISIT, 0), 0);
    assert_int_equal(ls_outputs_late_count(o, visits, VISIT, 1), 3);
    assert_int_equal(ls_outputs_late_count(o, visits, VISIT, 2), 2);
    assert_int_equal(ls_outputs_late_count(o, visits, SALE, 1), 0); /* does not read them */
    ls_run_numbers_clear(&n);
    ls_run_numbers_clear(&n);
    ls_outputs_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PIPE_TEST(rows_and_late_records_are_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
