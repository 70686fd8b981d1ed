#include "pipeline/stream/emission_fixture_test.h"
#include "pipeline/stream/rolling.h"

static void test_to_the_millisecond(void **state)
{
    CHECK_OPERATORS(*state, span_scenarios, "views");
}

static void test_panes(void **state)
{
    CHECK_OPERATORS(*state, panes_scenarios, "views");
}

static void test_alerts(void **state)
{
    CHECK_OPERATORS(*state, alerts_scenarios, "alerts");
}

/* What no later record looks back to is gone, and with it the groups; of alerts those stay that are
 * raised, and those that a checkpoint has yet to be told of. */
static void test_what_is_over_is_gone(void **state)
{
    static const struct {
        const struct scenario *scenario;
        const char *list;
        size_t raised; /* groups, at the end */
        size_t dirty;  /* that changed, and are not raised */
    } cases[] = {{&span_scenarios[6], "views", 0, 0},    {&panes_scenarios[3], "views", 0, 0},
                 {&alerts_scenarios[0], "alerts", 1, 0}, {&alerts_scenarios[2], "alerts", 0, 1},
                 {&alerts_scenarios[5], "alerts", 2, 0}, {&alerts_scenarios[6], "alerts", 0, 1}};
    static struct brought brought; /* large */
    struct pipe *p = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        for (int restarts = 0; restarts < 2; restarts++) {
            struct lab lab;
            struct ls_operator *op;
            struct files files = {.count = 0};
            open_lab(&lab, p, cases[k].scenario, cases[k].list);
            begin_rows(&lab);
            FINE(p, ls_operator_new(lab.view, &op, &p->base.err));
            for (size_t i = 0; i < event_count(cases[k].scenario); i++) {
                bring(p, cases[k].scenario, i, &brought);
                FINE(p, give(&lab, op, &brought));
            }
            FINE(p, ls_operator_advance(op, 1000, &lab.emission, &p->base.err));
            const struct rolling *r = (const struct rolling *)op;
            assert_null(op->kept[0].first);
            assert_null(r->first_pane);
            assert_int_equal(r->groups.count, cases[k].raised + cases[k].dirty);
            save(&lab, op, true, &files);
            assert_int_equal(r->groups.count, cases[k].raised);
            if (restarts) {
                ls_operator_free(op);
                op = restore(&lab, &files, 1000);
                assert_int_equal(((const struct rolling *)op)->groups.count, cases[k].raised);
            }
            ls_operator_free(op);
            ls_buf_clear(&files.bytes[0]);
            ls_outputs_free(lab.emission.outputs);
            close_lab(&lab);
        }
    }
}

/* A group that was raised in one file and cleared in the next is none when both are laid over. */
static void test_cleared_in_a_later_file(void **state)
{
    const struct scenario *scenario = &alerts_scenarios[2];
    static struct brought brought; /* large */
    struct pipe *p = *state;
    struct lab lab;
    struct ls_operator *op;
    struct files files = {.count = 0};
    open_lab(&lab, p, scenario, "alerts");
    begin_rows(&lab);
    FINE(p, ls_operator_new(lab.view, &op, &p->base.err));
    for (size_t i = 0; i < 2; i++) {
        bring(p, scenario, i, &brought);
        FINE(p, give(&lab, op, &brought));
        FINE(p, ls_operator_advance(op, scenario->events[i].time + 1, &lab.emission, &p->base.err));
        save(&lab, op, i == 0, &files);
    }
    ls_operator_free(op);
    op = restore(&lab, &files, 1000);
    assert_int_equal(((const struct rolling *)op)->groups.count, 0);
    ls_operator_free(op);
    ls_buf_clear(&files.bytes[0]);
    ls_buf_clear(&files.bytes[1]);
    ls_outputs_free(lab.emission.outputs);
    close_lab(&lab);
}

static void test_refused_memory(void **state)
{
    check_refused_memory(*state, &span_scenarios[2], "views");
    check_refused_memory(*state, &span_scenarios[4], "views");
    check_refused_memory(*state, &panes_scenarios[4], "views");
    check_refused_memory(*state, &alerts_scenarios[6], "alerts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_to_the_millisecond),
        PIPE_TEST(test_panes),
        PIPE_TEST(test_alerts),
        PIPE_TEST(test_what_is_over_is_gone),
        PIPE_TEST(test_cleared_in_a_later_file),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
