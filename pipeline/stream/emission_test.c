#include "pipeline/stream/emission_fixture_test.h"

/* A row that is written is counted and stands in the view's dataset. */
static void test_rows(void **state)
{
    const struct scenario scenario = {
        .name = "a row",
        .view = "{name: v, from: sale, window: {session: 1ms}, select: {n: count}}",
        .rows = "5 9 3\n5 9 4\n"};
    struct pipe *p = *state;
    struct lab lab;
    struct ls_buf rows;
    open_lab(&lab, p, &scenario, "views");
    begin_rows(&lab);
    for (int n = 3; n < 5; n++) {
        lab.emission.row.results[0] = (struct ls_aggregate_result){.number = n};
        FINE(p, ls_row_of_window(lab.view, 5, 9, NULL, 0, &lab.emission.row, &lab.emission.bytes,
                                 &p->base.err));
        FINE(p, ls_emission_write(&lab.emission, lab.view, 0, NULL, 0, &p->base.err));
    }
    assert_int_equal(lab.rows, 2);
    ls_buf_init(&rows, "rows", 1U << 16);
    end_rows(&lab, &rows);
    check_rows(&scenario, "two", &rows);
    ls_buf_clear(&rows);
    close_lab(&lab);
}

/* Its buffers have their limits at birth, and can be used again when it was cleared. */
static void test_buffers(void **state)
{
    struct ls_emission emission;
    struct ls_error err;
    (void)state;
    ls_emission_init(&emission);
    struct ls_buf *buffers[] = {&emission.bytes, &emission.tops, &emission.scratch};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
            assert_int_equal(ls_buf_append(buffers[i], "x", 1, &err), 0);
            assert_int_equal(ls_buf_reserve(buffers[i], (size_t)1 << 30, &err), LS_E_DATA);
        }
        ls_emission_clear(&emission);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_rows),
        PIPE_TEST(test_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
