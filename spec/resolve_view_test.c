#include "spec/fixture_test.h"
#include "spec/sample_test.h"

/* The sample with more views before its own, and alert rules behind. free() it. */
static char *with(const char *views, const char *alerts)
{
    char lines[2048];
    snprintf(lines, sizeof lines, "  views:\n%s    - {name: revenue,", views);
    char *text = changed(sample_spec, "  views:\n    - {name: revenue,", lines);
    size_t size = strlen(text) + strlen(alerts) + 16;
    char *more = malloc(size);
    assert_non_null(more);
    snprintf(more, size, "%s%s%s", text, alerts[0] ? "  alerts:\n" : "", alerts);
    free(text);
    return more;
}

static const struct ls_spec_view *view_at(const struct ls_spec *spec, size_t i)
{
    return &((const struct ls_spec_view *)spec->pipeline->views.items)[i];
}

/* What views and alert rules read, by their event types. */
static void sources_are_resolved(void **state)
{
    struct fixture *f = *state;
    char *text = with(
        "    - {name: a, from: [visit, order], window: {session: 1m}, select: {n: count}}\n"
        "    - {name: b, join: {left: order, right: payment, within: 1m}, select: {x: {expr: "
        "left.event_id}}}\n"
        "    - {name: c, from: order, rolling: {over: 1h, step: 5m}, select: {n: count}}\n",
        "    - {name: d, from: [payment, visit], when: event_type = 'visit', severity: "
        "CRITICAL}\n");
    const struct ls_spec *spec = load_fine(f, text, NULL);
    free(text);
    const struct ls_spec_view *alert = spec->pipeline->alerts.items;
    static const struct {
        size_t count;
        const char *names[2];
    } expected[] = {
        {2, {"visit", "order"}}, {2, {"order", "payment"}}, {1, {"order"}}, {1, {"order"}}};
    for (size_t v = 0; v < 4; v++) {
        const struct ls_spec_view *view = view_at(spec, v);
        assert_int_equal(view->source_count, expected[v].count);
        for (size_t i = 0; i < view->source_count; i++) {
            assert_ptr_equal(view->sources[i], ls_spec_event_type(spec, expected[v].names[i]));
        }
        assert_null(view->when_text);
    }
    assert_int_equal(alert->source_count, 2);
    assert_ptr_equal(alert->sources[1], ls_spec_event_type(spec, "visit"));
    assert_int_equal(alert->severity, LS_ALERT_CRITICAL);
    assert_int_equal(view_at(spec, 2)->rolling->over_ms, 3600000);
    assert_int_equal(view_at(spec, 2)->rolling->step_ms, 300000);
    assert_int_equal(view_at(spec, 1)->join->keep, LS_KEEP_BOTH);
}

/* Names are of views and of alert rules together: their late records stand side by side. */
static void names_are_unique(void **state)
{
    static const struct {
        const char *views, *alerts, *part, *at;
    } cases[] = {
        {"    - {name: a, from: visit, window: {session: 1m}, select: {n: count}}\n"
         "    - {name: a, from: order, window: {session: 1m}, select: {n: count}}\n",
         "", "there is a view `a` already", "name: a, from: order"},
        {"    - {name: a, from: visit, window: {session: 1m}, select: {n: count}}\n",
         "    - {name: a, from: order, when: source is null, severity: INFO}\n",
         "there is a view `a` already", "name: a, from: order"},
        {"",
         "    - {name: a, from: visit, when: source is null, severity: INFO}\n"
         "    - {name: a, from: order, when: source is null, severity: INFO}\n",
         "there is an alert rule `a` already", "name: a, from: order"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = with(cases[i].views, cases[i].alerts);
        assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
        check_report(f, "LS2001", line_of(text, cases[i].at), cases[i].part);
        free(text);
    }
}

/* A spec has so many views and alert rules, together. */
static void there_are_so_many(void **state)
{
    struct fixture *f = *state;
    for (int more = 0; more < 2; more++) {
        struct ls_buf text;
        ls_buf_init(&text, "spec", 1U << 16);
        int rc = ls_buf_append_text(&text, sample_spec, &f->err); /* it ends with its view */
        for (int i = 0; rc == 0 && i < 53 + more; i++) {
            rc = ls_buf_appendf(
                &text, &f->err,
                "    - {name: v%d, from: visit, window: {session: 1m}, select: {n: count}}\n", i);
        }
        rc = rc < 0 ? rc : ls_buf_append_text(&text, "  alerts:\n", &f->err);
        for (int i = 0; rc == 0 && i < 10; i++) {
            rc = ls_buf_appendf(
                &text, &f->err,
                "    - {name: a%d, from: visit, when: source is null, severity: INFO}\n", i);
        }
        assert_int_equal(rc, 0);
        const char *spec = ls_buf_text(&text, &f->err);
        assert_int_equal(load_text(f, spec, NULL), more ? LS_E_DATA : 0);
        if (more) {
            check_report(f, "LS2010", line_of(spec, "    - {name: revenue"),
                         "a spec has at most 64 views and alert rules, this one 65");
        }
        ls_buf_clear(&text);
    }
}

/* A view of one event type says what it said when that was all a view could read: specs keep their
 * hash. */
static void one_event_type_is_hashed_as_before(void **state)
{
    static const struct {
        const char *from, *semantic;
    } cases[] = {{"order", "\"order\""},
                 {"[order]", "\"order\""},
                 {"[order, visit]", "[\"order\",\"visit\"]"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[128];
        snprintf(line, sizeof line,
                 "    - {name: a, from: %s, window: {session: 1m}, select: {n: count}}\n",
                 cases[i].from);
        char *text = with(line, "");
        const struct ls_spec *spec = load_fine(f, text, NULL);
        json_t *views = json_object_get(json_object_get(spec->semantic, "pipeline"), "views");
        char *from = json_dumps(json_object_get(json_array_get(views, 0), "from"),
                                JSON_ENCODE_ANY | JSON_COMPACT);
        assert_string_equal(from, cases[i].semantic);
        free(from);
        free(text);
    }
}

#define VIEW(rest) "    - {name: v, " rest "}\n"

/* What does not go together; tests/wrong has the messages of each option. */
static void what_does_not_go_together(void **state)
{
    static const struct {
        const char *view;
        bool is_alert;
        const char *part;
    } cases[] = {
        {VIEW("from: order, select: {n: count}"), false,
         "a view has none of `window`, `rolling` and `join`: exactly one is wanted"},
        {VIEW("from: order, window: {session: 1m}, rolling: {over: 1m}, select: {n: count}"), false,
         "a view has several of `window`, `rolling` and `join`"},
        {VIEW("rolling: {over: 1m}, join: {left: order, right: visit, within: 1m}, select: {x: "
              "{expr: "
              "left.event_id}}"),
         false, "a view has several of `window`, `rolling` and `join`"},
        {VIEW("window: {session: 1m}, select: {n: count}"), false, "it reads nothing"},
        {VIEW("from: [order, order], window: {session: 1m}, select: {n: count}"), false,
         "`order` is read already"},
        {VIEW("from: order, rolling: {over: 1h, step: 7m}, select: {n: count}"), false,
         "`over` is no multiple of `step`"},
        {VIEW("from: order, rolling: {over: 1m, step: 2m}, select: {n: count}"), false,
         "`over` is no multiple of `step`"},
        {VIEW("join: {left: order, right: order, within: 1m}, select: {x: {expr: left.event_id}}"),
         false, "a join pairs records of two event types, and both sides are `order`"},
        {VIEW("from: visit, join: {left: order, right: visit, within: 1m}, select: {x: {expr: "
              "left.event_id}}"),
         false, "`from` does not go with `join`"},
        {VIEW("by: [source], join: {left: order, right: visit, within: 1m}, select: {x: {expr: "
              "left.event_id}}"),
         false, "`by` does not go with `join`"},
        {VIEW("where: source is null, join: {left: order, right: visit, within: 1m}, select: {x: "
              "{expr: "
              "left.event_id}}"),
         false, "`where` does not go with `join`"},
        {VIEW("join: {left: order, right: visit, within: 1m}, select: {n: count}"), false,
         "a join's columns are expressions over a pair of records, `count` is of many"},
        {VIEW("from: order, when: n > 1, select: {n: count}, severity: INFO"), true,
         "`count` looks back, and nothing says how far"},
        {VIEW("when: source is null, severity: INFO"), true, "it reads nothing"},
        {VIEW("from: order, rolling: {over: 5m, step: 2m}, when: source is null, severity: INFO"),
         true, "`over` is no multiple of `step`"},
        {VIEW("from: order, window: {session: 1m}, select: {q: {quantile: quantity}}"), false,
         "a quantile has a rank above 0, `q`"},
        {VIEW("from: order, window: {session: 1m}, select: {q: {quantile: quantity, q: 0}}"), false,
         "a quantile has a rank above 0, `q`"},
        {VIEW("from: order, window: {session: 1m}, select: {q: {sum: quantity, q: 1/2}}"), false,
         "`q` belongs to quantile"},
        {VIEW("from: order, window: {session: 1m}, select: {q: {sum: quantity, scale: 0}}"), false,
         "`scale` belongs to avg, ratio and expr"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = with(cases[i].is_alert ? "" : cases[i].view,
                          cases[i].is_alert ? cases[i].view : "");
        assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
        check_report(f, "LS2033", line_of(text, "{name: v, "), cases[i].part);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(sources_are_resolved),      FIXTURE_TEST(names_are_unique),
        FIXTURE_TEST(there_are_so_many),         FIXTURE_TEST(one_event_type_is_hashed_as_before),
        FIXTURE_TEST(what_does_not_go_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
