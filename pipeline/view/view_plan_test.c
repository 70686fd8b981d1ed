#include "pipeline/view/mistake_fixture_test.h"

/* ---- what is read */

/* Fields of several event types, by their cells in each. */
static void test_sources(void **state)
{
    struct pipe *p = *state;
    plan_kinds(p, kinds_views, NULL);
    const struct ls_view *hops = view_of(p, "hops"); /* [sale, visit] by [kind, item] */
    const struct ls_view *span = view_of(p, "span"); /* [visit, sale] */
    assert_int_equal(hops->source_count, 2);
    assert_int_equal(hops->sources[0].topic, SALE);
    assert_int_equal(hops->sources[1].topic, VISIT);
    assert_int_equal(span->sources[0].topic, VISIT);
    for (uint32_t topic = 0; topic < TOPICS; topic++) {
        const struct ls_view_source *source = hops->by_topic[topic];
        const struct ls_normal_column *columns = source->topic_plan->columns;
        assert_ptr_equal(source, &hops->sources[topic]);
        assert_ptr_equal(source->topic_plan, &p->plan->topics[topic]);
        assert_string_equal(columns[source->by[0]].name, "kind");
        assert_string_equal(columns[source->by[1]].name, "item");
        assert_int_equal(source->operands[0].input, -1); /* n: count */
        assert_string_equal(columns[source->operands[1].input].name, "amount");
        assert_string_equal(columns[source->operands[2].input].name, "amount");
        assert_string_equal(columns[source->operands[2].to].name, "score");
    }
    const struct ls_view *odd = view_of(p, "odd"); /* of sales alone */
    assert_ptr_equal(odd->by_topic[SALE], odd->sources);
    assert_null(odd->by_topic[VISIT]);
}

/* Nullable where it is in one of them. */
static void test_nullable(void **state)
{
    static const struct {
        const char *field;
        bool nullable;
    } cases[] = {
        {"amount", true}, {"score", true}, {"kind", false}, {"event_type", false}, {"city", true}};
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int order = 0; order < 2; order++) {
            char views[256];
            snprintf(views, sizeof views,
                     "  views: [{name: v, from: [%s], window: {session: 1s}, by: [%s], select: {n: "
                     "count}}]\n",
                     order ? "visit, sale" : "sale, visit", cases[i].field);
            plan_kinds(p, views, NULL);
            assert_int_equal(view_of(p, "v")->by[0].nullable, cases[i].nullable);
        }
    }
}

#define ROLLING(rest) "{name: v, from: sale, rolling: {over: 1s}, select: {" rest "}}"
#define WINDOW(rest)  "{name: v, from: sale, window: {session: 1s}, select: {" rest "}}"
#define OF_BOTH(rest) "{name: v, from: [sale, visit], rolling: {over: 1s}, " rest "}"
#define JOIN(rest)    "{name: v, join: {left: sale, right: visit, within: 1s" rest "}}"

/* The name of the event type is a field, where not all records have one that is called so. */
static void test_event_type(void **state)
{
    static const char views[] =
        "  views:\n"
        "    - {name: v, from: [sale, visit], window: {session: 1s}, by: [event_type], select: {n: "
        "count}}\n"
        "    - {name: w, join: {left: sale, right: visit, within: 1s}, select: {l: {expr: "
        "left.event_type}, r: {expr: right.event_type}}}\n";
    struct pipe *p = *state;
    for (int own = 0; own < 4; own++) { /* sales have one, visits do */
        char text[8192];
        char *sales = changed(kinds_head, "  visit:\n    - {set",
                              own & 1 ? "    - {set: event_type, expr: kind}\n  visit:\n    - {set"
                                      : "  visit:\n    - {set");
        char *both = changed(sales, "pipeline:\n",
                             own & 2 ? "    - {set: event_type, expr: kind}\npipeline:\n"
                                     : "pipeline:\n");
        snprintf(text, sizeof text, "%s%s", both, views);
        pipe_plan(p, text, NULL);
        const struct ls_view *v = view_of(p, "v");
        const struct ls_view *w = view_of(p, "w");
        for (size_t s = 0; s < 2; s++) {
            const struct ls_topic_plan *topic = v->sources[s].topic_plan;
            const struct ls_normal_column *field = ls_normal_column(topic, "event_type");
            unsigned name = ls_cell_of_event_type(topic);
            assert_int_equal(field != NULL, own >> s & 1);
            assert_int_equal(v->sources[s].by[0],
                             own == 3 ? (unsigned)(field - topic->columns) : name);
            assert_int_equal(w->sources[s].kept[0].cell,
                             field ? (unsigned)(field - topic->columns) : name);
        }
        free(both);
        free(sales);
    }
}

static void test_mistakes_about_fields(void **state)
{
    CHECK_SLIPS(
        *state,
        {
            {"{name: v, from: sale, window: {tumbling: 1s}, by: [kid], select: {n: count}}",
             "LS2303", "views[0].by[0]", "the normalized sale has no field `kid`",
             "did you mean `kind`?"},
            {"{name: v, from: sale, window: {tumbling: 1s}, by: [tags], select: {n: count}}",
             "LS2303", "views[0].by[0]", "`tags` is of type array, with which no view calculates",
             ""},
            {OF_BOTH("by: [each], select: {n: count}"), "LS2303", "views[0].by[0]",
             "the normalized visit has no field `each`", ""},
            {OF_BOTH("by: [units], select: {n: count}"), "LS2303", "views[0].by[0]",
             "`units` is not the same in sale and in visit", "set it to one type in `normalize`"},
            {OF_BOTH("by: [form], select: {n: count}"), "LS2303", "views[0].by[0]",
             "`form` is not the same in sale and in visit", ""},
            {OF_BOTH("by: [size], select: {n: count}"), "LS2303", "views[0].by[0]",
             "`size` is not the same in sale and in visit", ""},
            {OF_BOTH("by: [state], select: {n: count}"), "LS2303", "views[0].by[0]",
             "`state` is not the same in sale and in visit", ""},
            {OF_BOTH("by: [rate], select: {n: count}"), "LS2303", "views[0].by[0]",
             "`rate` is not the same in sale and in visit", ""},
            {OF_BOTH("by: [share], select: {n: count}"), "LS2303", "views[0].by[0]",
             "`share` is not the same in sale and in visit", ""},
            {OF_BOTH("where: each > 1, select: {n: count}"), "LS2303", "views[0].where",
             "the normalized visit has no field `each`", ""},
            {OF_BOTH("where: units > 1, select: {n: count}"), "LS2303", "views[0].where",
             "`units` is not the same in sale and in visit", "set it to one type in `normalize`"},
            {OF_BOTH("where: unit > 1, select: {n: count}"), "LS2102", "views[0].where",
             "there is no field `unit` here", "did you mean `units`?"},
            {OF_BOTH("select: {n: {count: {where: each > 1}}}"), "LS2303",
             "views[0].select.n.count.where", "the normalized visit has no field `each`", ""},
            {OF_BOTH("select: {x: {expr: each}}"), "LS2303", "views[0].select.x.expr",
             "the normalized visit has no field `each`", ""},
            {"{name: v, from: sale, window: {tumbling: 1s}, where: units, select: {n: count}}",
             "LS2303", "views[0].where", "`where` needs a condition, and this is a number",
             "compare it with something"},
            {"{name: v, from: sale, window: {tumbling: 1s}, where: raw > 1, select: {n: count}}",
             "LS2107", "views[0].where", "`raw` is nothing to calculate with", ""},
        });
}

static void test_mistakes_in_expressions(void **state)
{
    CHECK_SLIPS(
        *state,
        {
            {ROLLING("x: {expr: amonut}"), "LS2102", "views[0].select.x.expr",
             "there is no field `amonut` here", "did you mean `amount`?"},
            {ROLLING("total: count, x: {expr: totl + 1}"), "LS2102", "views[0].select.x.expr",
             "there is no field `totl` here", "did you mean `total`?"},
            {ROLLING("x: {expr: total}, total: count"), "LS2102", "views[0].select.x.expr",
             "there is no field `total` here", "known here: "},
            {ROLLING("x: {expr: sum(amount)}"), "LS2102", "views[0].select.x.expr",
             "there is no field `sum` here",
             "let the aggregate be a column of its own, before what uses it"},
            {ROLLING("t: {top: {of: item}}, x: {expr: t}"), "LS2107", "views[0].select.x.expr",
             "`t` is nothing to calculate with", "a list of values"},
            {ROLLING("x: {expr: raw}"), "LS2107", "views[0].select.x.expr",
             "`raw` is nothing to calculate with", ""},
            {"{name: v, from: sale, when: amount, severity: INFO}", "LS2303", "alerts[0].when",
             "`when` needs a condition, and this is a number", "compare it with something"},
            {"{name: v, from: sale, when: vip, clear: item, severity: INFO}", "LS2303",
             "alerts[0].clear", "`clear` needs a condition, and this is a text", ""},
            {"{name: v, from: sale, rolling: {over: 1s}, select: {many: count}, when: mny > 1, "
             "severity: INFO}",
             "LS2102", "alerts[0].when", "there is no field `mny` here", "did you mean `many`?"},
            {WINDOW("total: count, x: {expr: amount / total}"), "LS2303", "views[0].select.x.expr",
             "`amount` is a field of one record, and a window's rows are of many",
             "let an aggregate of it be a column before this one"},
            {WINDOW("total: count, x: {expr: amonut / total}"), "LS2102", "views[0].select.x.expr",
             "there is no field `amonut` here", "known here: total"},
            {JOIN("}, select: {x: {expr: amount}"), "LS2303", "views[0].select.x.expr",
             "`amount` is neither the left record's nor the right one's",
             "left.amount or right.amount, say"},
            {JOIN("}, select: {x: {expr: lef.amount}"), "LS2303", "views[0].select.x.expr",
             "`lef.amount` is neither the left record's nor the right one's", ""},
            {JOIN("}, select: {x: {expr: lift.amount}"), "LS2303", "views[0].select.x.expr",
             "`lift.amount` is neither the left record's nor the right one's", ""},
            {JOIN("}, select: {x: {expr: rigth.kind}"), "LS2303", "views[0].select.x.expr",
             "`rigth.kind` is neither the left record's nor the right one's", ""},
            {JOIN("}, select: {a: {expr: left.amount}, x: {expr: a}"), "LS2303",
             "views[0].select.x.expr", "`a` is neither the left record's nor the right one's", ""},
            {JOIN("}, select: {x: {expr: right.each}"), "LS2303", "views[0].select.x.expr",
             "the normalized visit has no field `each`", ""},
        });
}

static void test_mistakes_about_joins(void **state)
{
    CHECK_SLIPS(*state,
                {
                    {JOIN(", on: [each]}, select: {x: {expr: left.kind}"), "LS2303",
                     "views[0].join.on[0]", "the normalized visit has no field `each`", ""},
                    {JOIN(", on: [units]}, select: {x: {expr: left.kind}"), "LS2303",
                     "views[0].join.on[0]", "`units` is not the same in sale and in visit", ""},
                    {JOIN(", on: [entity_id]}, select: {x: {expr: left.kind}"), "LS2303",
                     "views[0].join.on[0]", "`entity_id` is in the key already", "leave it out"},
                    {JOIN(", on: [kind, item, kind]}, select: {x: {expr: left.kind}"), "LS2303",
                     "views[0].join.on[2]", "`kind` is in the key already", "leave it out"},
                });
}

/* Each is told. */
static void test_two_mistakes(void **state)
{
    struct pipe *p = *state;
    const struct slip slip = {OF_BOTH("by: [kid], select: {x: {sum: amonut}}"), "", "", "", ""};
    char *text = slip_text(&slip);
    assert_int_equal(plan_views(p, text), LS_E_DATA);
    assert_string_equal(p->base.err.text, "the spec's views cannot be calculated: 2 errors");
    free(text);
}

/* The expressions of a view keep at most so many fields, however often each is named. */
static void test_kept_fields(void **state)
{
    struct pipe *p = *state;
    struct ls_buf text;
    ls_buf_init(&text, "views", 1U << 16);
    FINE(p,
         ls_buf_append_text(&text, "  views: [{name: v, from: sale, rolling: {over: 1s}, select: {",
                            &p->base.err));
    for (int i = 0; i < LS_VIEW_COLUMNS_MAX; i++) {
        FINE(p, ls_buf_appendf(&text, &p->base.err, "%sc%d: {expr: amount + amount + score}",
                               i ? ", " : "", i));
    }
    FINE(p, ls_buf_append_text(&text, "}}]\n", &p->base.err));
    plan_kinds(p, ls_buf_text(&text, &p->base.err), NULL);
    assert_int_equal(view_of(p, "v")->kept_count, 2);
    assert_int_equal(view_of(p, "v")->sources[0].kept_count, 2);
    ls_buf_clear(&text);
}

/* As many names in a key as there may be, and one more. */
static void test_long_keys(void **state)
{
    struct pipe *p = *state;
    for (int join = 0; join < 2; join++) {
        struct ls_buf text;
        ls_buf_init(&text, "view", 1U << 16);
        FINE(p, ls_buf_append_text(&text,
                                   join ? "{name: v, join: {left: sale, right: visit, within: 1s, "
                                          "on: ["
                                        : "{name: v, from: sale, rolling: {over: 1s}, by: [",
                                   &p->base.err));
        for (int i = 0; i < LS_VIEW_COLUMNS_MAX; i++) {
            FINE(p, ls_buf_appendf(&text, &p->base.err, "%sf%d", i ? ", " : "", i));
        }
        FINE(p, ls_buf_append_text(
                    &text, join ? "]}, select: {x: {expr: left.kind}}}" : "], select: {n: count}}",
                    &p->base.err));
        const struct slip slip = {
            ls_buf_text(&text, &p->base.err), "LS2303", join ? "views[0]" : "views[0].by",
            "a view has fewer than 64 fields in `by`", "make two views of it"};
        check_slip(p, &slip);
        ls_buf_clear(&text);
    }
}

/* As many fields as expressions may keep, and one more. */
static void test_many_kept_fields(void **state)
{
    static const char step[] = "    - {set: each, expr: \"amount / units\", scale: 2}\n";
    struct pipe *p = *state;
    for (int more = 0; more < 2; more++) {
        struct ls_buf steps;
        struct ls_buf text;
        ls_buf_init(&steps, "steps", 1U << 16);
        ls_buf_init(&text, "spec", 1U << 16);
        for (int i = 0; i < LS_VIEW_COLUMNS_MAX + more; i++) {
            FINE(p, ls_buf_appendf(&steps, &p->base.err, "    - {set: f%d, expr: score}\n", i));
        }
        char *head = changed(kinds_head, step, ls_buf_text(&steps, &p->base.err));
        FINE(p, ls_buf_appendf(&text, &p->base.err,
                               "%s  views:\n    - {name: v, from: sale, rolling: {over: 1s}, "
                               "select: {x: {expr: f0",
                               head));
        for (int i = 1; i < LS_VIEW_COLUMNS_MAX + more; i++) {
            FINE(p, ls_buf_appendf(&text, &p->base.err, " + f%d", i));
        }
        FINE(p, ls_buf_append_text(&text, "}}}\n", &p->base.err));
        int rc = plan_views(p, ls_buf_text(&text, &p->base.err));
        assert_int_equal(rc, more ? LS_E_DATA : 0);
        if (more) {
            assert_non_null(strstr(ls_buf_text(&p->base.report, &p->base.err),
                                   "the expressions of a view use at most 64 fields"));
        } else {
            assert_int_equal(view_of(p, "v")->kept_count, LS_VIEW_COLUMNS_MAX);
        }
        free(head);
        ls_buf_clear(&text);
        ls_buf_clear(&steps);
    }
}

static void test_refused_memory(void **state)
{
    static const char of_both[] =
        "    - {name: both, from: [sale, visit], where: amount > 1.00, window: {session: 1s}, "
        "select: {n: {count: {where: score > 1}}}}\n"
        "  alerts:\n";
    struct pipe *p = *state;
    unsigned long refused = 0;
    char *more = changed(kinds_views, "  alerts:\n", of_both);
    plan_kinds(p, more, NULL);
    free(more);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_views *views;
        ls_mem_refuse(refused + 1);
        rc = ls_views_new(p->plan, &views, &p->base.report, &p->base.err);
        ls_mem_refuse(0);
        assert_int_equal(views == NULL, rc < 0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        ls_views_free(views);
    }
    assert_true(refused > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_sources),
        PIPE_TEST(test_nullable),
        PIPE_TEST(test_event_type),
        PIPE_TEST(test_mistakes_about_fields),
        PIPE_TEST(test_mistakes_in_expressions),
        PIPE_TEST(test_mistakes_about_joins),
        PIPE_TEST(test_kept_fields),
        PIPE_TEST(test_long_keys),
        PIPE_TEST(test_many_kept_fields),
        PIPE_TEST(test_two_mistakes),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
