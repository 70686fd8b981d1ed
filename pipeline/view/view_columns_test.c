#include "pipeline/view/mistake_fixture_test.h"

/* What `select` comes to: the operands, places and digits of a column, and its part of a group's
 * state. */
static void test_columns(void **state)
{
    enum { NUMBERS, SETS, PICKS, NOTHING };
    static const struct {
        const char *name, *written;
        enum ls_aggregate_kind kind;
        unsigned scale, precision, part, at;
    } expected[] = {
        {"n", "n", LS_AGGREGATE_COUNT, 0, 0, NUMBERS, 0},
        {"s", "s_cents", LS_AGGREGATE_SUM, 2, 38, NUMBERS, 1},
        {"p", "p", LS_AGGREGATE_SUM, 4, 38, NUMBERS, 2},
        {"lo", "lo_cents", LS_AGGREGATE_MIN, 2, 0, NUMBERS, 3},
        {"hi", "hi", LS_AGGREGATE_MAX, 4, 12, NUMBERS, 4},
        {"a", "a", LS_AGGREGATE_AVG, 3, 38, NUMBERS, 5},
        {"r", "r", LS_AGGREGATE_RATIO, 1, 38, NUMBERS, 6}, /* and 7 */
        {"when", "when", LS_AGGREGATE_MAX, 0, 0, NUMBERS, 8},
        {"d", "d", LS_AGGREGATE_DISTINCT, 2, 0, SETS, 0},
        {"q", "q_cents", LS_AGGREGATE_QUANTILE, 2, 0, SETS, 1},
        {"t", "t", LS_AGGREGATE_TOP, 2, 38, SETS, 2},
        {"f", "f_cents", LS_AGGREGATE_FIRST, 2, 0, PICKS, 0},
        {"l", "l", LS_AGGREGATE_LAST, 0, 0, PICKS, 1},
        {"e", "e", LS_AGGREGATE_EXPR, 3, 38, NOTHING, 0},
        {"m", "m", LS_AGGREGATE_EXPR, 2, 38, NOTHING, 0},
    };
    struct pipe *p = *state;
    plan_kinds(
        p,
        "  views: [{name: v, from: sale, rolling: {over: 1s}, select: {n: count, s: {sum: "
        "amount}, p: {sum: price}, lo: {min: amount}, hi: {max: price}, a: {avg: amount, scale: "
        "3}, r: {ratio: {of: amount, to: units}, scale: 1}, when: {max: seen}, d: {distinct: "
        "amount}, q: {quantile: amount, q: 3/4}, t: {top: {of: item, k: 7, by: amount}}, f: "
        "{first: amount}, l: {last: item}, e: {expr: amount / n, scale: 3}, m: {expr: amount + "
        "s}}}]\n",
        NULL);
    const struct ls_view *v = view_of(p, "v");
    assert_int_equal(v->column_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < v->column_count; i++) {
        const struct ls_view_column *c = &v->columns[i];
        const unsigned at[] = {c->number_at, c->set_at, c->pick_at, 0};
        if (strcmp(c->name, expected[i].name) != 0 ||
            strcmp(c->written, expected[i].written) != 0 || c->kind != expected[i].kind ||
            c->scale != expected[i].scale || at[expected[i].part] != expected[i].at ||
            (expected[i].precision && c->precision != expected[i].precision)) {
            fail_msg("column %s: written %s, scale %u, precision %u, at %u", c->name, c->written,
                     c->scale, c->precision, at[expected[i].part]);
        }
    }
    assert_int_equal(v->number_count, 9);
    assert_int_equal(v->set_count, 3);
    assert_int_equal(v->pick_count, 2);
    assert_int_equal(v->columns[5].extra_scale, 1); /* money has two places */
    assert_true(v->columns[9].q.part == 3 && v->columns[9].q.whole == 4);
    assert_int_equal(v->columns[10].k, 7);
    for (size_t i = 0; i < v->column_count; i++) { /* n and s stand in expressions */
        assert_int_equal(v->columns[i].is_used, i < 2);
    }
}

#define WINDOW(rest)  "{name: v, from: sale, window: {tumbling: 1s}, select: {" rest "}}"
#define ROLLING(rest) "{name: v, from: sale, rolling: {over: 1s}, select: {" rest "}}"

static void test_mistakes(void **state)
{
    CHECK_SLIPS(
        *state,
        {
            {WINDOW("x: {sum: amonut}"), "LS2303", "views[0].select.x.sum",
             "the normalized sale has no field `amonut`", "did you mean `amount`?"},
            {WINDOW("x: {sum: item}"), "LS2303", "views[0].select.x.sum",
             "sum needs a number, and `item` is of type string",
             "`distinct`, `first`, `last` and `top` take fields of any type"},
            {WINDOW("x: {sum: seen}"), "LS2303", "views[0].select.x.sum",
             "sum needs a number, and `seen` is of type timestamp", ""},
            {WINDOW("x: {min: item}"), "LS2303", "views[0].select.x.min",
             "min needs a number or a time, and `item` is of type string", ""},
            {WINDOW("x: {avg: amount, scale: 1}"), "LS2303", "views[0].select.x.scale",
             "the average of `amount` needs a scale of at least 2", "write `scale: 2` or more"},
            {WINDOW("x: {avg: kind, scale: 1}"), "LS2303", "views[0].select.x.avg",
             "avg needs a number, and `kind` is of type enum", ""},
            {WINDOW("x: {quantile: seen, q: 1/2}"), "LS2303", "views[0].select.x.quantile",
             "quantile needs a number, and `seen` is of type timestamp", ""},
            {WINDOW("x: {ratio: {of: item, to: units}}"), "LS2303", "views[0].select.x.ratio.of",
             "ratio needs a number, and `item` is of type string", ""},
            {WINDOW("x: {ratio: {of: units, to: item}}"), "LS2303", "views[0].select.x.ratio.to",
             "ratio needs a number, and `item` is of type string", ""},
            {WINDOW("x: {top: {of: item, by: kind}}"), "LS2303", "views[0].select.x.top.by",
             "`by` of top needs a number, and `kind` is of type enum",
             "without `by`, values are ranked by how many records they have"},
            {WINDOW("x: {sum: raw}"), "LS2303", "views[0].select.x.sum",
             "`raw` is of type double, with which no view calculates", ""},
            {WINDOW("x: {first: tags}"), "LS2303", "views[0].select.x.first",
             "`tags` is of type array, with which no view calculates", ""},
            {WINDOW("x: {count: {where: amount}}"), "LS2303", "views[0].select.x.count.where",
             "`where` needs a condition, and this is a number", "compare it with something"},
            {ROLLING("x: {expr: amonut}, y: {expr: x + 1}"), "LS2102", "views[0].select.x.expr",
             "there is no field `amonut` here", "did you mean `amount`?"},
            {ROLLING("x: {max: amonut}, y: {expr: x + 1}"), "LS2303", "views[0].select.x.max",
             "the normalized sale has no field `amonut`", "did you mean `amount`?"},
            {ROLLING("x: {expr: amount / units}"), "LS2105", "views[0].select.x.expr",
             "a quotient needs a scale to be rounded at", "give it a `scale`, 2 say"},
            {ROLLING("x: {expr: amount + units, scale: 3}"), "LS2303", "views[0].select.x.scale",
             "`scale` rounds a quotient, and this is none", "leave it out: the result is exact"},
            {ROLLING("x: {expr: item, scale: 3}"), "LS2303", "views[0].select.x.scale",
             "`scale` rounds a quotient, and this is none", ""},
            {WINDOW(""), "LS2303", "views[0].select",
             "a view has fewer than 64 fields in `by`, and 1 to 64 columns", "{orders: count}"},
        });
}

/* As many columns as there may be, and one more. */
static void test_many_columns(void **state)
{
    struct pipe *p = *state;
    for (int more = 0; more < 2; more++) {
        struct ls_buf text;
        ls_buf_init(&text, "view", 1U << 16);
        FINE(p, ls_buf_append_text(&text, "{name: v, from: sale, window: {tumbling: 1s}, select: {",
                                   &p->base.err));
        for (int i = 0; i < LS_VIEW_COLUMNS_MAX + more; i++) {
            FINE(p, ls_buf_appendf(&text, &p->base.err, "%sc%d: {ratio: {of: amount, to: units}}",
                                   i ? ", " : "", i));
        }
        FINE(p, ls_buf_append_text(&text, "}}", &p->base.err));
        if (more) {
            const struct slip slip = {ls_buf_text(&text, &p->base.err), "LS2303", "views[0].select",
                                      "and 1 to 64 columns", "make two views of it"};
            check_slip(p, &slip);
        } else {
            char views[8192];
            snprintf(views, sizeof views, "  views:\n    - %s\n", ls_buf_text(&text, &p->base.err));
            plan_kinds(p, views, NULL);
            assert_int_equal(view_of(p, "v")->number_count, 2 * LS_VIEW_COLUMNS_MAX);
        }
        ls_buf_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_columns),
        PIPE_TEST(test_mistakes),
        PIPE_TEST(test_many_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
