/* Views and alert rules: what they read, and how they are cut. What they calculate with is checked
 * when they are planned, over normalized records. */
#include "spec/resolve_internal.h"

#include <string.h>

struct viewer {
    struct resolver *r;
    struct ls_spec_view *view;
    bool is_alert;
};

#define WRONG(v, member, hint, ...)                                                                \
    PROBLEM((v)->r, "LS2033", ls_spec_place((v)->r->spec, member, (v)->view->where), hint,         \
            __VA_ARGS__)

/* ---- how it is cut */

static void check_kind(struct viewer *v)
{
    const struct ls_spec_view *view = v->view;
    int ways = (view->window.member != NULL) + (view->rolling != NULL) + (view->join != NULL);
    if (ways != 1 && !v->is_alert) {
        PROBLEM(v->r, "LS2033", view->where,
                ways ? "keep one of them" : "for example `window: {tumbling: 1m}`",
                "a view has %s of `window`, `rolling` and `join`: exactly one is wanted",
                ways ? "several" : "none");
    }
    if (!view->join && view->from.count == 0) {
        WRONG(v, &view->from, "add `from: EVENT_TYPE`", "it reads nothing: `from` is missing");
    }
    if (view->rolling && view->rolling->step_ms &&
        view->rolling->over_ms % view->rolling->step_ms != 0) {
        WRONG(v, &view->rolling->step_ms, "a `step` of 5m and an `over` of 24h, say",
              "`over` is no multiple of `step`: a feature looks back over whole panes");
    }
}

static void check_join(struct viewer *v)
{
    const struct ls_spec_view *view = v->view;
    const struct ls_spec_join *join = view->join;
    const struct {
        const char *word;
        const void *member;
        bool present;
        const char *hint;
    } others[] = {
        {"from", &view->from, view->from.count > 0, "`left` and `right` say what it reads"},
        {"by", &view->by, view->by.count > 0, "`on` says which fields are equal"},
        {"where", &view->where_text, view->where_text != NULL, "leave it out"},
    };
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        if (others[k].present) {
            WRONG(v, others[k].member, others[k].hint, "`%s` does not go with `join`",
                  others[k].word);
        }
    }
    if (strcmp(join->left, join->right) == 0) {
        WRONG(v, &join->right, "join two event types; or use `rolling`",
              "a join pairs records of two event types, and both sides are `%s`", join->left);
    }
}

/* ---- what it reads */

static int read_types(struct viewer *v)
{
    struct ls_spec_view *view = v->view;
    const char *const *names = view->from.items;
    size_t count = view->join ? 2 : view->from.count;
    view->sources = ls_arena_new(&v->r->spec->arena, count, sizeof(struct ls_spec_event_type *),
                                 v->r->err);
    if (!view->sources) {
        return v->r->err->code;
    }
    for (size_t i = 0; i < count; i++) {
        const char *const *name = !view->join ? &names[i]
                                  : i         ? &view->join->right
                                              : &view->join->left;
        struct ls_where where = view->join ? view->where : view->from.where[i];
        struct ls_spec_event_type *type = ls_resolve_event_type(v->r, name, where);
        for (size_t k = 0; type && !view->join && k < view->source_count; k++) {
            if (view->sources[k] == type) {
                PROBLEM(v->r, "LS2033", where, "leave it out", "`%s` is read already", *name);
                type = NULL;
            }
        }
        if (type) {
            view->sources[view->source_count++] = type;
        }
    }
    return 0;
}

/* ---- what may be selected */

static void check_function(struct viewer *v, const struct ls_spec_aggregate *column)
{
    const struct ls_spec_view *view = v->view;
    const char *word = column->function.member->word;
    bool expr = column->function.member == &ls_member_column;
    if (!expr && view->join) {
        PROBLEM(v->r, "LS2033", column->where, "write {expr: left.amount}, say",
                "a join's columns are expressions over a pair of records, `%s` is of many", word);
    } else if (!expr && v->is_alert && !view->rolling) {
        PROBLEM(v->r, "LS2033", column->where, "add `rolling: {over: 1m}`, say",
                "`%s` looks back, and nothing says how far", word);
    }
}

/* About an option of a column; the column, where it is missing. */
#define WRONG_COLUMN(v, column, member, hint, ...)                                                 \
    PROBLEM((v)->r, "LS2033", ls_spec_place((v)->r->spec, member, (column)->where), hint,          \
            __VA_ARGS__)

static void check_column(struct viewer *v, const struct ls_spec_aggregate *column)
{
    const struct ls_member *function = column->function.member;
    bool quantile = function == &ls_member_quantile;
    bool rounds = function == &ls_member_avg || function == &ls_member_ratio ||
                  function == &ls_member_column;
    check_function(v, column);
    if (quantile && column->q.part == 0) {
        WRONG_COLUMN(v, column, &column->q, "add `q: 95/100`, say",
                     "a quantile has a rank above 0, `q`");
    } else if (!quantile && ls_spec_aggregate_given(column, "q")) {
        WRONG_COLUMN(v, column, &column->q, "leave it out", "`q` belongs to quantile");
    }
    if (!rounds && ls_spec_aggregate_given(column, "scale")) {
        WRONG_COLUMN(v, column, &column->scale, "leave it out: the result is exact",
                     "`scale` belongs to avg, ratio and expr");
    }
}

static int resolve_view(struct viewer *v)
{
    const struct ls_spec_aggregate *columns = v->view->select.items;
    check_kind(v);
    if (v->view->join) {
        check_join(v);
    }
    for (size_t i = 0; i < v->view->select.count; i++) {
        check_column(v, &columns[i]);
    }
    return read_types(v);
}

/* Late records of views and of alert rules stand side by side, so all have different names. */
static void check_name(struct resolver *r, const struct ls_spec_view *view,
                       const struct ls_spec_view *others, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(others[i].name, view->name) == 0) {
            PROBLEM(r, "LS2001", ls_spec_place(r->spec, &view->name, view->where),
                    "choose another name", "there is %s `%s` already",
                    others[i].when_text ? "an alert rule" : "a view", view->name);
        }
    }
}

int ls_resolve_views(struct resolver *r)
{
    struct ls_spec_pipeline *p = r->spec->pipeline;
    struct ls_spec_view *views = p->views.items;
    struct ls_spec_view *alerts = p->alerts.items;
    int rc = 0;
    if (p->views.count + p->alerts.count > LS_SPEC_VIEWS_MAX) {
        PROBLEM(r, "LS2010", ls_spec_place(r->spec, &p->views, r->spec->where),
                "split the domain in two",
                "a spec has at most %d views and alert rules, this one %zu", LS_SPEC_VIEWS_MAX,
                p->views.count + p->alerts.count);
        return 0;
    }
    for (size_t i = 0; rc == 0 && i < p->views.count; i++) {
        struct viewer v = {r, &views[i], false};
        check_name(r, &views[i], views, i);
        rc = resolve_view(&v);
    }
    for (size_t i = 0; rc == 0 && i < p->alerts.count; i++) {
        struct viewer v = {r, &alerts[i], true};
        check_name(r, &alerts[i], views, p->views.count);
        check_name(r, &alerts[i], alerts, i);
        rc = resolve_view(&v);
    }
    return rc;
}
