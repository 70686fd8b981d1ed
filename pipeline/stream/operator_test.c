#include "pipeline/stream/emission_fixture_test.h"

static const struct {
    const struct scenario *scenario;
    const char *list;
} kinds[] = {{&sessions_scenarios[7], "views"},
             {&span_scenarios[4], "views"},
             {&panes_scenarios[4], "views"},
             {&alerts_scenarios[0], "alerts"},
             {&join_scenarios[6], "views"}};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- queues */

static void test_queue(void **state)
{
    static const struct ls_place_in_order place = {.id = (const uint8_t *)""};
    struct ls_queue queue = {0};
    struct ls_waiting *records[5];
    struct pipe *p = *state;
    for (int i = 0; i < 5; i++) {
        records[i] = ls_waiting_restore(NULL, false, &place, NULL, 0, NULL, 0, &p->base.err);
        assert_non_null(records[i]);
    }
    assert_null(ls_queue_take(&queue));
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++) {
            ls_queue_append(&queue, records[i]);
            if (i == 2) {
                assert_ptr_equal(ls_queue_take(&queue), records[0]);
            }
        }
        for (int i = 1; i < 5; i++) {
            assert_ptr_equal(ls_queue_take(&queue), records[i]);
        }
        assert_null(ls_queue_take(&queue));
        assert_null(queue.last);
    }
    for (int i = 0; i < 5; i++) {
        ls_mem_free(records[i]);
    }
}

/* ---- records in checkpoints */

/* The first `count` events, advanced as far as may be. */
static struct ls_operator *begin(struct lab *lab, const struct scenario *scenario, size_t count,
                                 int64_t *low)
{
    static struct brought brought; /* large */
    struct ls_operator *op;
    FINE(lab->p, ls_operator_new(lab->view, &op, &lab->p->base.err));
    for (size_t i = 0; i < count; i++) {
        bring(lab->p, scenario, i, &brought);
        FINE(lab->p, give(lab, op, &brought));
    }
    *low = count ? low_behind(scenario, 0, count - 1) : INT64_MIN;
    FINE(lab->p, ls_operator_advance(op, *low, &lab->emission, &lab->p->base.err));
    return op;
}

static size_t new_ones(const struct ls_operator *op)
{
    size_t count = 0;
    for (const struct ls_waiting *at = op->newcomers.first; at; at = at->older) {
        count++;
    }
    return count;
}

/* A record is in one file, unless a later one is whole: then in that too. */
static void test_newcomers(void **state)
{
    static struct brought brought; /* large */
    for (size_t k = 0; k < KINDS; k++) {
        struct lab lab;
        struct files files = {.count = 0};
        int64_t low;
        open_lab(&lab, *state, kinds[k].scenario, kinds[k].list);
        begin_rows(&lab);
        struct ls_operator *op = begin(&lab, kinds[k].scenario, 3, &low);
        bring(*state, kinds[k].scenario, 3, &brought);
        FINE(lab.p, give(&lab, op, &brought));
        assert_true(new_ones(op) > 0);
        save(&lab, op, true, &files);
        assert_int_equal(new_ones(op), 0);
        size_t whole = files.bytes[0].size;
        save(&lab, op, false, &files);
        assert_true(files.bytes[1].size < whole); /* nothing has changed */
        save(&lab, op, true, &files);
        assert_int_equal(files.bytes[0].size, whole);
        ls_operator_free(op);
        ls_buf_clear(&files.bytes[0]);
        ls_outputs_free(lab.emission.outputs);
        close_lab(&lab);
    }
}

/* A state that is restored is the state: saved whole, it has the same records and things. */
static void test_restored_is_the_same(void **state)
{
    for (size_t k = 0; k < KINDS; k++) {
        for (size_t count = 0; count < event_count(kinds[k].scenario); count++) {
            struct lab lab;
            struct files files = {.count = 0};
            struct files again = {.count = 0};
            int64_t low;
            open_lab(&lab, *state, kinds[k].scenario, kinds[k].list);
            begin_rows(&lab);
            struct ls_operator *op = begin(&lab, kinds[k].scenario, count, &low);
            save(&lab, op, true, &files);
            struct ls_operator *other = restore(&lab, &files, low);
            assert_int_equal(new_ones(other), 0); /* a file has them */
            save(&lab, other, true, &again);
            assert_int_equal(files.bytes[0].size, again.bytes[0].size);
            ls_operator_free(op);
            ls_operator_free(other);
            ls_buf_clear(&files.bytes[0]);
            ls_buf_clear(&again.bytes[0]);
            ls_outputs_free(lab.emission.outputs);
            close_lab(&lab);
        }
    }
}

/* Behind all of it, the state is that of a new operator. */
static void test_nothing_is_left(void **state)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct lab lab;
        struct files empty = {.count = 0};
        struct files files = {.count = 0};
        struct ls_operator *op;
        int64_t low;
        if (kinds[k].scenario == &alerts_scenarios[0]) { /* a group stays raised */
            continue;
        }
        open_lab(&lab, *state, kinds[k].scenario, kinds[k].list);
        begin_rows(&lab);
        FINE(lab.p, ls_operator_new(lab.view, &op, &lab.p->base.err));
        save(&lab, op, true, &empty);
        ls_operator_free(op);
        op = begin(&lab, kinds[k].scenario, event_count(kinds[k].scenario) - 1, &low);
        FINE(lab.p, ls_operator_advance(op, low + 1000, &lab.emission, &lab.p->base.err));
        save(&lab, op, true, &files);
        assert_int_equal(files.bytes[0].size, empty.bytes[0].size);
        assert_null(op->kept[0].first);
        assert_null(op->kept[1].first);
        ls_operator_free(op);
        ls_buf_clear(&files.bytes[0]);
        ls_buf_clear(&empty.bytes[0]);
        ls_outputs_free(lab.emission.outputs);
        close_lab(&lab);
    }
}

/* ---- damage that a checksum did not see: never a crash */

static bool is_bad(struct lab *lab, const uint8_t *bytes, size_t size)
{
    struct ls_operator *op;
    struct checkpoint_reader reader = {bytes, bytes + size, false};
    FINE(lab->p, ls_operator_new(lab->view, &op, &lab->p->base.err));
    FINE(lab->p, ls_operator_get(op, &reader, INT64_MIN, &lab->p->base.err));
    ls_operator_free(op);
    return reader.bad;
}

static void test_damage(void **state)
{
    for (size_t i = 0; i < 3 * ((size_t)KINDS + 1); i++) { /* early, late, and at the end */
        size_t k = i / 3;
        const struct scenario *scenario = k < KINDS ? kinds[k].scenario : &alerts_scenarios[5];
        size_t all = event_count(scenario);
        struct lab lab;
        struct files files = {.count = 0};
        int64_t low;
        open_lab(&lab, *state, scenario, k < KINDS ? kinds[k].list : "alerts");
        begin_rows(&lab);
        struct ls_operator *op = begin(&lab, scenario, i % 3 == 0 ? 4 : all - i % 3 + 1, &low);
        save(&lab, op, true, &files);
        struct ls_buf *file = &files.bytes[0];
        assert_false(is_bad(&lab, file->data, file->size));
        for (size_t size = 0; size < file->size; size++) {
            assert_true(is_bad(&lab, file->data, size));
        }
        if (file->data[0] == 1) { /* a record's source, of which there are fewer */
            file->data[8] = 99;
            assert_true(is_bad(&lab, file->data, file->size));
        }
        ls_operator_free(op);
        ls_buf_clear(file);
        ls_outputs_free(lab.emission.outputs);
        close_lab(&lab);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_queue),
        PIPE_TEST(test_newcomers),
        PIPE_TEST(test_restored_is_the_same),
        PIPE_TEST(test_nothing_is_left),
        PIPE_TEST(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
