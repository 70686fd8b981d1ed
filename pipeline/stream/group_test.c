#include "pipeline/stream/group.h"

#include "pipeline/scenarios_test.h"
#include "pipeline/stream/checkpoint_bytes.h"

enum { RECORDS = 60 };

static struct ls_view_row row; /* large */

/* Every kind of column, of windows (`rolls`: of panes, whose sets are kept by value). */
static const struct ls_view *plan(struct pipe *p, bool rolls)
{
    char views[2048];
    snprintf(
        views, sizeof views,
        "  views: [{name: v, from: sale, %s, select: {n: count, s: {sum: amount}, lo: {min: "
        "score}, hi: {max: score}, a: {avg: amount, scale: 3}, r: {ratio: {of: amount, to: "
        "score}, scale: 2}, f: {first: item}, l: {last: item}, fn: {first: score}, d: "
        "{distinct: item}, dn: {distinct: score}, q: {quantile: score, q: 9/10}, t: {top: {of: "
        "item, k: 2}}, b: {top: {of: score, k: 3, by: amount}}}}]\n",
        rolls ? "rolling: {over: 10s, step: 1s}" : "window: {session: 1s}");
    plan_kinds(p, views, NULL);
    return view_of(p, "v");
}

static void begin_state(struct pipe *p, const struct ls_view *view, struct ls_group_state *state)
{
    void *memory = ls_mem_new(1, ls_group_state_size(view), &p->base.err);
    assert_non_null(memory);
    ls_group_state_init(view, memory, state);
}

static void end_state(const struct ls_view *view, struct ls_group_state *state)
{
    ls_group_state_clear(view, state);
    ls_mem_free(state->numbers); /* where the memory began */
}

/* Record number i of a group: few values, many ties, nulls. */
static void add(struct pipe *p, const struct ls_view *view, struct ls_group_state *state,
                uint64_t key, uint64_t i)
{
    static const char *const items[] = {"pen", "ink", "", "a name longer than sixteen bytes"};
    static struct ls_contribution c; /* large */
    struct ls_buf scratch;
    char id[8];
    const char *item = items[ls_below(ls_word(key, i, 0), 4)];
    int id_size = snprintf(id, sizeof id, "%d", (int)(i % 7));
    const struct ls_place_in_order place = {.event_time = (int64_t)ls_below(ls_word(key, i, 1), 3),
                                            .id = (const uint8_t *)id,
                                            .id_size = (uint32_t)id_size,
                                            .partition = (uint32_t)(i % 2),
                                            .position = i};
    c.source = view->sources;
    for (size_t k = 0; k < view->column_count; k++) {
        const struct ls_normal_column *input = view->columns[k].input;
        bool text = input && input->type == LS_FIELD_STRING;
        uint64_t word = ls_word(key, i, 2 + (text ? 0 : 1));
        c.inputs[k] = (struct ls_input){.present = word % 5 != 0,
                                        .to_present = word % 3 != 0 && view->columns[k].to,
                                        .number = (int64_t)(word % 1000) - 500,
                                        .to = (int64_t)(word % 77) - 30,
                                        .bytes = text ? (const uint8_t *)item : NULL,
                                        .size = text ? (uint32_t)strlen(item) : 0};
    }
    ls_buf_init(&scratch, "scratch", 1U << 16);
    FINE(p, ls_group_add(view, state, &c, &place, &scratch, &p->base.err));
    ls_buf_clear(&scratch);
}

/* The row that a state comes to, as its bytes. */
static void put_row(struct pipe *p, const struct ls_view *view, const struct ls_group_state *state,
                    struct ls_buf *out)
{
    struct ls_buf tops;
    ls_buf_init(&tops, "tops", 1U << 16);
    ls_buf_init(out, "row", 1U << 16);
    FINE(p, ls_group_results(view, state, &row, &tops, &p->base.err));
    FINE(p, view->kind == LS_VIEW_SESSIONS
                ? ls_row_of_window(view, 0, 1, NULL, 0, &row, out, &p->base.err)
                : ls_row_of_record(view, 0, NULL, 0, NULL, 0, false, &row, out, &p->base.err));
    ls_buf_clear(&tops);
}

static void check_same(struct pipe *p, const struct ls_view *view, const struct ls_group_state *a,
                       const struct ls_group_state *b)
{
    struct ls_buf rows[2];
    put_row(p, view, a, &rows[0]);
    put_row(p, view, b, &rows[1]);
    assert_int_equal(rows[0].size, rows[1].size);
    assert_memory_equal(rows[0].data, rows[1].data, rows[0].size);
    ls_buf_clear(&rows[0]);
    ls_buf_clear(&rows[1]);
}

/* Parts merged in any order are all records added in any other. */
static void test_merge(void **state)
{
    struct pipe *p = *state;
    for (int rolls = 0; rolls < 2; rolls++) {
        const struct ls_view *view = plan(p, rolls);
        for (uint64_t round = 0; round < 40; round++) {
            struct ls_group_state whole;
            struct ls_group_state merged;
            struct ls_group_state parts[3];
            uint64_t key = ls_stream_key(round, "group");
            uint64_t count = round < 5 ? round : RECORDS;
            begin_state(p, view, &whole);
            begin_state(p, view, &merged);
            for (size_t k = 0; k < 3; k++) {
                begin_state(p, view, &parts[k]);
            }
            for (uint64_t i = 0; i < count; i++) {
                add(p, view, &whole, key, i);
                add(p, view, &parts[ls_word(key, i, 9) % 3], key, count - 1 - i);
            }
            /* the parts have the records in the opposite order */
            for (size_t k = 0; k < 3; k++) {
                FINE(p, ls_group_merge(view, &merged, &parts[(round + k) % 3], &p->base.err));
            }
            check_same(p, view, &whole, &merged);
            end_state(view, &whole);
            end_state(view, &merged);
            for (size_t k = 0; k < 3; k++) {
                end_state(view, &parts[k]);
            }
        }
    }
}

/* From a checkpoint a state is what it was, and goes on as it would have. */
static void test_checkpoints(void **state)
{
    struct pipe *p = *state;
    for (int rolls = 0; rolls < 2; rolls++) {
        const struct ls_view *view = plan(p, rolls);
        for (uint64_t round = 0; round < 40; round++) {
            struct ls_group_state kept;
            struct ls_group_state back;
            struct ls_buf bytes;
            uint64_t key = ls_stream_key(round, "checkpoint");
            begin_state(p, view, &kept);
            begin_state(p, view, &back);
            add(p, view, &back, key, 1000); /* what it was is gone */
            for (uint64_t i = 0; i < round; i++) {
                add(p, view, &kept, key, i);
            }
            for (size_t i = 0; !rolls && i < view->column_count; i++) {
                const struct ls_view_column *c = &view->columns[i];
                const struct ls_id low = {0, round + 1}; /* half of it as an empty place */
                FINE(p, c->kind == LS_AGGREGATE_DISTINCT
                            ? ls_distinct_add(&kept.sets[c->set_at].distinct, low, &p->base.err)
                            : 0);
            }
            ls_buf_init(&bytes, "state", 1U << 20);
            FINE(p, ls_group_state_put(view, &kept, &bytes, &p->base.err));
            struct checkpoint_reader reader = {bytes.data, bytes.data + bytes.size, false};
            FINE(p, ls_group_state_get(view, &reader, &back, &p->base.err));
            assert_false(reader.bad);
            assert_ptr_equal(reader.at, reader.end);
            check_same(p, view, &kept, &back);
            for (uint64_t i = round; i < round + 10; i++) {
                add(p, view, &kept, key, i);
                add(p, view, &back, key, i);
            }
            check_same(p, view, &kept, &back);
            /* cut anywhere it is told to be bad, or of no use */
            for (size_t size = 0; size < bytes.size; size += 1 + bytes.size / 30) {
                reader = (struct checkpoint_reader){bytes.data, bytes.data + size, false};
                FINE(p, ls_group_state_get(view, &reader, &back, &p->base.err));
                assert_true(reader.bad);
            }
            ls_buf_clear(&bytes);
            end_state(view, &kept);
            end_state(view, &back);
        }
    }
}

/* Exact, the name {0, 0} as well, which marks an empty place of the table. */
static void test_distinct(void **state)
{
    enum { COUNT = 5000 };
    struct pipe *p = *state;
    struct ls_distinct set = {0};
    struct ls_distinct other = {0};
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < COUNT; i++) {
            const struct ls_id value = {i, i / 3}; /* many begin their search at one place */
            FINE(p, ls_distinct_add(&set, value, &p->base.err));
            assert_int_equal(set.count, round ? COUNT : i + 1);
        }
    }
    assert_true(set.has_zero);
    for (uint64_t i = COUNT - 10; i < COUNT + 10; i++) {
        FINE(p, ls_distinct_add(&other, (struct ls_id){i, i / 3}, &p->base.err));
    }
    FINE(p, ls_distinct_merge(&other, &set, &p->base.err));
    assert_int_equal(other.count, COUNT + 10);
    FINE(p, ls_distinct_merge(&set, &other, &p->base.err));
    assert_int_equal(set.count, COUNT + 10);
    ls_mem_free(set.slots);
    ls_mem_free(other.slots);
}

/* The place's id and the text are copies. */
static void test_best(void **state)
{
    struct pipe *p = *state;
    struct ls_best best = {0};
    char id[] = "id";
    char text[] = "text";
    const struct ls_place_in_order place = {
        .event_time = 3, .id = (const uint8_t *)id, .id_size = 2};
    FINE(p, ls_best_set(&best, &place, 0, (const uint8_t *)text, 4, &p->base.err));
    memset(id, 'x', 2);
    memset(text, 'x', 4);
    assert_memory_equal(best.place.id, "id", 2);
    assert_memory_equal(best.room + 2, "text", 4);
    assert_true(best.present && best.is_text);
    FINE(p, ls_best_set(&best, &place, 7, NULL, 0, &p->base.err));
    assert_true(!best.is_text && best.number == 7);
    assert_memory_equal(best.place.id, "xx", 2);
    ls_mem_free(best.room);
}

/* A state of one record whose sums of a column are as large as may be. */
static void begin_full(struct pipe *p, const struct ls_view *view,
                       const struct ls_view_column *column, const struct ls_contribution *c,
                       struct ls_buf *scratch, struct ls_group_state *state)
{
    static const struct ls_place_in_order place;
    begin_state(p, view, state);
    FINE(p, ls_group_add(view, state, c, &place, scratch, &p->base.err));
    state->numbers[column->number_at].sum = LS_I128_MAX;
    if (column->kind == LS_AGGREGATE_TOP) {
        FINE(p, ls_counts_add(&state->sets[column->set_at].counts, scratch->data, scratch->size, 0,
                              LS_I128_MAX - 1, &p->base.err));
    }
}

/* A sum past 128 bits names view and column, when it is added and when it is merged. */
static void test_overflow(void **state)
{
    static const struct {
        size_t column;
        const char *text;
    } cases[] = {{1, "view v: the sum of column s leaves 128 bits"},
                 {5, "view v: the sum of column r leaves 128 bits"},
                 {13, "view v: the sum of column b leaves 128 bits"}};
    static struct ls_contribution c; /* large */
    static const struct ls_place_in_order place;
    struct pipe *p = *state;
    const struct ls_view *view = plan(p, false);
    struct ls_buf scratch;
    ls_buf_init(&scratch, "scratch", 1U << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_view_column *column = &view->columns[cases[i].column];
        memset(c.inputs, 0, sizeof c.inputs);
        c.inputs[cases[i].column] = (struct ls_input){
            .present = true, .to_present = column->to != NULL, .number = 1, .to = 1};
        for (int merges = 0; merges < 2; merges++) {
            struct ls_group_state full;
            struct ls_group_state one;
            begin_full(p, view, column, &c, &scratch, &full);
            begin_state(p, view, &one);
            FINE(p, ls_group_add(view, &one, &c, &place, &scratch, &p->base.err));
            int rc = merges ? ls_group_merge(view, &full, &one, &p->base.err)
                            : ls_group_add(view, &full, &c, &place, &scratch, &p->base.err);
            assert_int_equal(rc, LS_E_DATA);
            assert_string_equal(p->base.err.text, cases[i].text);
            end_state(view, &full);
            end_state(view, &one);
        }
    }
    ls_buf_clear(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_merge), PIPE_TEST(test_checkpoints), PIPE_TEST(test_distinct),
        PIPE_TEST(test_best),  PIPE_TEST(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
