#include "conformance/naive_cases_test.h"

/* "window_start time, country string, s_cents long, mean decimal(3)" */
static const char *show_columns(struct hand *h, const struct naive_columns *columns)
{
    static const char *const types[] = {
        [NAIVE_BOOLEAN] = "boolean", [NAIVE_INT] = "int",      [NAIVE_LONG] = "long",
        [NAIVE_TIME] = "time",       [NAIVE_ENUM] = "enum",    [NAIVE_STRING] = "string",
        [NAIVE_BYTES] = "bytes",     [NAIVE_DECIMAL] = "wide", [NAIVE_SCALED] = "decimal",
        [NAIVE_ARRAY] = "array",     [NAIVE_RECORD] = "record"};
    for (size_t i = 0; i < columns->count; i++) {
        const struct naive_column *c = &columns->items[i];
        bool places = c->type == NAIVE_DECIMAL || c->type == NAIVE_SCALED;
        assert_int_equal(ls_buf_appendf(&h->out, &h->err, "%s%s %s", i ? ", " : "",
                                        c->written ? c->written : "", types[c->type]),
                         0);
        if (places) {
            assert_int_equal(ls_buf_appendf(&h->out, &h->err, "(%u)", c->scale), 0);
        }
        if (c->items) {
            assert_int_equal(ls_buf_append_text(&h->out, "[", &h->err), 0);
            show_columns(h, c->items->fields);
            assert_int_equal(ls_buf_append_text(&h->out, "]", &h->err), 0);
        }
        assert_false(c->physical);
    }
    return ls_buf_text(&h->out, &h->err);
}

static void every_kind_has_its_columns(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {"{name: v, from: order, window: {tumbling: 1m}, by: [country, method, amount], "
         "select: {n: count, d: {distinct: amount}, s: {sum: amount}, w: {sum: weight}, "
         "lo: {min: weight}, hi: {max: day}, mean: {avg: amount, scale: 3}, "
         "r: {ratio: {of: amount, to: weight}, scale: 4}}}",
         NULL, "",
         "window_start time, window_end time, country string, method enum, amount_cents long, "
         "n long, d long, s_cents long, w wide(3), lo decimal(3), hi long, mean wide(3), "
         "r wide(4), feature_version int"},
        {"{name: v, from: order, window: {hopping: {size: 2m, every: 1m}}, "
         "select: {a: {first: amount}, b: {last: method}, c: {last: due}, d: {first: day}, "
         "e: {first: weight}, f: {first: express}, q: {quantile: amount, q: 1/2}, "
         "p: {quantile: weight, q: 1/2}}}",
         NULL, "",
         "window_start time, window_end time, a_cents long, b enum, c time, d int, e decimal(3), "
         "f boolean, q_cents long, p decimal(3), feature_version int"},
        {"{name: v, from: order, window: {session: 1m}, by: [watermark], "
         "select: {t: {top: {of: amount}}, u: {top: {of: method, by: amount}}, "
         "v: {top: {of: country, by: weight}}, w: {last: partition}}}",
         NULL, "",
         "window_start time, window_end time, watermark time, t array[value long, count long], "
         "u array[value enum, sum_cents long], v array[value string, sum wide(3)], w int, "
         "feature_version int"},
        {"{name: v, from: order, rolling: {over: 1m}, by: [country], "
         "select: {a: {expr: quantity}, b: {expr: amount}, c: {expr: country}, d: {expr: method}, "
         "e: {expr: due}, f: {expr: amount > 1}, g: {expr: 'amount / 2', scale: 3}, "
         "h: {expr: 'amount / 2'}, i: {sum: amount}}}",
         NULL, "",
         "event_time time, event_id string, country string, a long, b wide(2), c string, d string, "
         "e time, f boolean, g wide(3), h long, i_cents long, feature_version int"},
        {NULL,
         "{name: v, from: order, severity: INFO, rolling: {over: 1m}, by: [country], "
         "select: {n: count}, when: 'n > 1'}",
         "",
         "event_time time, event_id string, country string, transition enum, severity enum, "
         "n long, feature_version int"},
        {"{name: v, join: {left: order, right: refund, within: 1m}, "
         "select: {a: {expr: left.amount - right.amount}}}",
         NULL, "",
         "event_time time, left_event_id string, right_event_id string, entity_id string, "
         "a wide(2), feature_version int"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct hand h;
        struct naive_view view;
        open_case(&h, &cases[i]);
        assert_int_equal(ls_naive_view(&h.world, case_view(&h), &view, &h.err), 0);
        h.out.size = 0;
        assert_string_equal(show_columns(&h, &view.columns), cases[i].wanted);
        ls_naive_view_clear(&view);
        hand_close(&h);
    }
}

/* All that is admitted and nothing else, with the watermark that it was stamped with. */
static void admitted_records_are_read(void **state)
{
    (void)state;
    static const struct naive_case c = {
        "{name: v, from: order, window: {tumbling: 10ms}, select: {n: count}}", NULL,
        "order 0 1 0 a C1\norder 0 2 0 b C1\norder 0 3 0 c C1", ""};
    struct hand h;
    struct naive_view view;
    open_case(&h, &c);
    struct naive_record *records = h.world.topics[0].partitions[0].records;
    records[0].outcome = LS_REASON_DUPLICATE;
    records[1] = (struct naive_record){.is_heartbeat = true};
    records[2].watermark_ms = 10;
    assert_int_equal(ls_naive_view(&h.world, case_view(&h), &view, &h.err), 0);
    assert_int_equal(view.row_count, 0);
    assert_int_equal(view.late[0].count, 1);
    assert_int_equal(view.late[0].rows[0][6].number, 2);
    ls_naive_view_clear(&view);
    hand_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_columns),
        cmocka_unit_test(admitted_records_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
