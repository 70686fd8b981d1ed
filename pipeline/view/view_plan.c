/* From a view of the spec to what is evaluated. */
#include "core/base/mem.h"
#include "pipeline/view/view.h"

#include <stdio.h>
#include <string.h>

#define VIEWS_BYTES_MAX (64U << 20)
#define SUM_DIGITS      38 /* of a sum or an average of decimals: 128 bits hold them */

struct planner {
    struct ls_views *views;
    struct ls_view *view;
    struct ls_diag *diag;
    struct ls_error *err;
};

#define PROBLEM(p, where, hint, ...)                                                               \
    ls_diag_add((p)->diag, LS_SEVERITY_ERROR, "LS2303", where, hint, __VA_ARGS__)

static int column_index(struct planner *p, const char *name, struct ls_where where)
{
    const struct ls_normal_column *column = ls_normal_column(p->view->topic_plan, name);
    if (column) {
        return (int)(column - p->view->topic_plan->columns);
    }
    char hint[LS_SUGGEST_MAX];
    PROBLEM(p, where, ls_normal_suggest(p->view->topic_plan, name, hint),
            "the normalized %s has no field `%s`", p->view->spec->sources[0]->name, name);
    return -1;
}

/* Which column a view groups by or calculates with. */
static int operand_index(struct planner *p, const char *name, struct ls_where where)
{
    int index = column_index(p, name, where);
    enum ls_field_type type = index < 0 ? LS_FIELD_STRING
                                        : p->view->topic_plan->columns[index].type;
    if (ls_field_passes_through(type)) {
        PROBLEM(p, where, ls_field_passes_through(type),
                "`%s` is of type %s, with which no view calculates", name,
                ls_field_type_words[type]);
        return -1;
    }
    return index;
}

static int compile(struct planner *p, const char *text, struct ls_where where,
                   const struct ls_expr **out)
{
    union {
        const void *from;
        void *to;
    } context = {.from = p->view->topic_plan}; /* read only: the scope's context is untyped */
    struct ls_expr_scope scope = {ls_normal_symbol, ls_normal_suggest, context.to};
    struct ls_expr *expr;
    int rc = ls_expr_compile(text, where, -1, &scope, &p->views->arena, p->diag, &expr, p->err);
    if (rc == 0 && expr && ls_expr_type(expr) != LS_EXPR_BOOLEAN) {
        PROBLEM(p, where, "compare it with something", "`where` needs a condition, and this is %s",
                ls_expr_type_name(ls_expr_type(expr)));
    }
    *out = expr;
    return rc;
}

static enum ls_aggregate_kind kind_of(const struct ls_member *member)
{
    static const struct {
        const struct ls_member *member;
        enum ls_aggregate_kind kind;
    } kinds[] = {{&ls_member_count, LS_AGGREGATE_COUNT},
                 {&ls_member_sum, LS_AGGREGATE_SUM},
                 {&ls_member_min, LS_AGGREGATE_MIN},
                 {&ls_member_max, LS_AGGREGATE_MAX},
                 {&ls_member_avg, LS_AGGREGATE_AVG}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].member == member) {
            return kinds[i].kind;
        }
    }
    return LS_AGGREGATE_DISTINCT;
}

static int plan_column(struct planner *p, const struct ls_spec_aggregate *spec,
                       struct ls_view_column *out)
{
    const struct ls_aggregate_field *settings = spec->function.settings;
    *out = (struct ls_view_column){.name = spec->key,
                                   .kind = kind_of(spec->function.member),
                                   .input = -1,
                                   .scale = (unsigned)spec->scale};
    p->view->distinct_count += out->kind == LS_AGGREGATE_DISTINCT;
    if (settings && settings->where_text) {
        int rc = compile(p, settings->where_text,
                         ls_spec_place(p->views->plan->spec, &settings->where_text, spec->where),
                         &out->where);
        if (rc < 0) {
            return rc;
        }
    }
    if (ls_spec_aggregate_given(spec, "scale") && out->kind != LS_AGGREGATE_AVG) {
        PROBLEM(p, ls_spec_place(p->views->plan->spec, &spec->scale, spec->where),
                "leave it out: the result is exact", "`scale` belongs to avg");
    }
    if (out->kind == LS_AGGREGATE_COUNT) {
        return 0;
    }
    out->input = operand_index(p, settings->field,
                               ls_spec_place(p->views->plan->spec, &settings->field, spec->where));
    if (out->input < 0) {
        return 0;
    }
    const struct ls_normal_column *input = &p->view->topic_plan->columns[out->input];
    out->type = input->type;
    bool number = ls_field_expr_type(out->type) == LS_EXPR_NUMBER;
    bool ordered = number || ls_field_expr_type(out->type) == LS_EXPR_TIME;
    bool minmax = out->kind == LS_AGGREGATE_MIN || out->kind == LS_AGGREGATE_MAX;
    if (out->kind != LS_AGGREGATE_DISTINCT && !(minmax ? ordered : number)) {
        PROBLEM(p, ls_spec_place(p->views->plan->spec, &settings->field, spec->where),
                "`count` and `distinct` take fields of any type",
                "%s needs a number%s, and `%s` is of type %s", spec->function.member->word,
                minmax ? " or a time" : "", settings->field, ls_field_type_words[out->type]);
    }
    if (out->kind == LS_AGGREGATE_AVG) {
        unsigned scale = input->scale;
        if (out->scale < scale) {
            char hint[64];
            snprintf(hint, sizeof hint, "write `scale: %u` or more", scale);
            PROBLEM(p, ls_spec_place(p->views->plan->spec, &spec->scale, spec->where), hint,
                    "the average of `%s` needs a scale of at least %u", settings->field, scale);
        }
        out->extra_scale = out->scale - scale;
    } else {
        out->scale = input->scale;
    }
    out->precision = minmax ? input->precision : SUM_DIGITS;
    return 0;
}

static int decimal_text(const struct ls_view_column *c, struct ls_buf *out, struct ls_error *err)
{
    return ls_buf_appendf(out, err,
                          "[\"null\",{\"type\":\"bytes\",\"logicalType\":\"decimal\","
                          "\"precision\":%u,\"scale\":%u}]",
                          c->precision, c->scale);
}

static int result_type_text(const struct ls_view_column *c, struct ls_buf *out,
                            struct ls_error *err)
{
    switch (c->kind) {
    case LS_AGGREGATE_COUNT:
    case LS_AGGREGATE_DISTINCT:
        return ls_buf_append_text(out, "\"long\"", err);
    case LS_AGGREGATE_AVG:
        return decimal_text(c, out, err);
    default:
        if (c->type == LS_FIELD_DECIMAL) {
            return decimal_text(c, out, err);
        }
        if (ls_field_expr_type(c->type) != LS_EXPR_TIME) {
            return ls_buf_append_text(out, "[\"null\",\"long\"]", err);
        }
        return ls_buf_appendf(
            out, err, "[\"null\",{\"type\":\"long\",\"logicalType\":\"%stimestamp-millis\"}]",
            c->type == LS_FIELD_LOCAL_TIMESTAMP ? "local-" : "");
    }
}

/* Money keeps its unit in its name. */
static bool in_cents(const struct ls_view_column *c)
{
    bool value = c->kind == LS_AGGREGATE_SUM || c->kind == LS_AGGREGATE_MIN ||
                 c->kind == LS_AGGREGATE_MAX;
    return value && c->type == LS_FIELD_MONEY;
}

static int schema_text(struct planner *p, struct ls_buf *out)
{
    static const char time_type[] = "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}";
    const struct ls_view *v = p->view;
    int rc = ls_buf_appendf(out, p->err,
                            "{\"type\":\"record\",\"name\":\"%s\",\"namespace\":\"%s.views\","
                            "\"fields\":[{\"name\":\"window_start\",\"type\":%s},"
                            "{\"name\":\"window_end\",\"type\":%s}",
                            v->spec->name, p->views->plan->spec->domain, time_type, time_type);
    for (size_t i = 0; rc == 0 && i < v->by_count; i++) {
        const struct ls_normal_column *column = &v->topic_plan->columns[v->by[i]];
        rc = ls_buf_appendf(out, p->err, ",{\"name\":\"%s\",\"type\":", column->column_name);
        rc = rc < 0 ? rc : ls_column_type_text(column, v->spec->name, out, p->err);
        rc = rc < 0 ? rc : ls_buf_append_text(out, "}", p->err);
    }
    for (size_t i = 0; rc == 0 && i < v->column_count; i++) {
        rc = ls_buf_appendf(out, p->err, ",{\"name\":\"%s%s\",\"type\":", v->columns[i].name,
                            in_cents(&v->columns[i]) ? "_cents" : "");
        rc = rc < 0 ? rc : result_type_text(&v->columns[i], out, p->err);
        rc = rc < 0 ? rc : ls_buf_append_text(out, "}", p->err);
    }
    return rc < 0 ? rc
                  : ls_buf_append_text(out, ",{\"name\":\"feature_version\",\"type\":\"int\"}]}",
                                       p->err);
}

static const char *const in_every_view[] = {"window_start", "window_end", "feature_version"};
#define IN_EVERY_VIEW (sizeof in_every_view / sizeof *in_every_view)

/* Column i of a view's rows: those of every view, then `by`, then `select`. NULL with p->err
 * filled. */
static const char *name_of_column(struct planner *p, size_t i)
{
    const struct ls_view *v = p->view;
    if (i < IN_EVERY_VIEW) {
        return in_every_view[i];
    }
    if (i < IN_EVERY_VIEW + v->by_count) {
        return v->topic_plan->columns[v->by[i - IN_EVERY_VIEW]].column_name;
    }
    const struct ls_view_column *c = &v->columns[i - IN_EVERY_VIEW - v->by_count];
    return in_cents(c) ? ls_arena_printf(&p->views->arena, p->err, "%s_cents", c->name) : c->name;
}

static int check_names(struct planner *p)
{
    const struct ls_view *v = p->view;
    size_t first_selected = IN_EVERY_VIEW + v->by_count;
    size_t count = first_selected + v->column_count;
    const char **names = ls_arena_new(&p->views->arena, count, sizeof *names, p->err);
    for (size_t i = 0; names && i < count; i++) {
        size_t k = 0;
        names[i] = name_of_column(p, i);
        if (!names[i]) {
            return p->err->code;
        }
        while (k < i && strcmp(names[k], names[i]) != 0) {
            k++;
        }
        if (k < i) {
            bool selected = i >= first_selected;
            PROBLEM(p,
                    selected ? v->spec->select.where[i - first_selected]
                             : v->spec->by.where[i - IN_EVERY_VIEW],
                    k < IN_EVERY_VIEW ? "every view has it: choose another name"
                    : selected        ? "choose another name"
                                      : "leave it out",
                    "there is a column `%s` already", names[i]);
        }
    }
    return names ? 0 : p->err->code;
}

static int make_schema(struct planner *p)
{
    struct ls_buf text;
    ls_buf_init(&text, "view schema", LS_SCHEMA_TEXT_MAX);
    int rc = schema_text(p, &text);
    rc = rc < 0 ? rc
                : ls_schema_parse((const char *)text.data, text.size, &p->view->schema, p->err);
    if (rc == 0) {
        rc = ls_layout_new(p->view->schema, &p->view->layout, p->err);
    }
    ls_buf_clear(&text);
    return rc;
}

static int plan_view(struct planner *p, const struct ls_spec_view *spec)
{
    struct ls_view *v = p->view;
    const struct ls_window_tumbling *window = spec->window.settings;
    v->spec = spec;
    v->index = (unsigned)(v - p->views->views);
    v->topic = spec->sources[0]->index;
    v->topic_plan = &p->views->plan->topics[v->topic];
    v->size_ms = window->size_ms;
    v->offset_ms = window->offset_ms;
    if (spec->by.count > LS_VIEW_COLUMNS_MAX || spec->select.count > LS_VIEW_COLUMNS_MAX ||
        spec->select.count == 0) {
        bool wide = spec->by.count > LS_VIEW_COLUMNS_MAX;
        PROBLEM(p,
                ls_spec_place(p->views->plan->spec,
                              wide ? (const void *)&spec->by : (const void *)&spec->select,
                              spec->where),
                spec->select.count ? "make two views of it" : "for example {orders: count}",
                "a view has at most %d fields in `by`, and 1 to %d columns", LS_VIEW_COLUMNS_MAX,
                LS_VIEW_COLUMNS_MAX);
        return 0;
    }
    int rc = 0;
    if (spec->where_text) {
        rc = compile(p, spec->where_text,
                     ls_spec_place(p->views->plan->spec, &spec->where_text, spec->where),
                     &v->where);
    }
    for (size_t i = 0; i < spec->by.count; i++) {
        v->by[v->by_count++] = operand_index(p, spec->by.items[i], spec->by.where[i]);
    }
    v->columns = ls_arena_new(&p->views->arena, spec->select.count, sizeof *v->columns, p->err);
    rc = v->columns ? rc : p->err->code;
    for (size_t i = 0; rc == 0 && i < spec->select.count; i++) {
        rc = plan_column(p, &((const struct ls_spec_aggregate *)spec->select.items)[i],
                         &v->columns[i]);
        v->column_count = i + 1;
    }
    rc = rc < 0 || p->diag->errors ? rc : check_names(p);
    return rc < 0 || p->diag->errors ? rc : make_schema(p);
}

static int plan_all(struct planner *p)
{
    const struct ls_items *specs = &p->views->plan->spec->pipeline->views;
    p->views->views = ls_arena_new(&p->views->arena, specs->count, sizeof *p->views->views, p->err);
    int rc = p->views->views ? 0 : p->err->code;
    for (size_t i = 0; rc == 0 && i < specs->count; i++) {
        p->view = &p->views->views[i];
        p->views->count = i + 1;
        rc = plan_view(p, &((const struct ls_spec_view *)specs->items)[i]);
    }
    return rc;
}

int ls_views_new(const struct ls_record_plan *plan, struct ls_views **out, struct ls_buf *report,
                 struct ls_error *err)
{
    *out = NULL;
    struct ls_views *views = ls_mem_new(1, sizeof *views, err);
    struct ls_diag *diag = views ? ls_mem_new(1, sizeof *diag, err) : NULL;
    if (!diag) {
        ls_mem_free(views);
        return err->code;
    }
    views->plan = plan;
    ls_arena_init(&views->arena, "views", VIEWS_BYTES_MAX);
    ls_diag_init(diag);
    err->code = 0;
    struct planner p = {views, NULL, diag, err};
    int rc = plan_all(&p);
    if (rc == 0 && diag->count) {
        rc = ls_diag_render(diag, false, report, err);
    }
    if (rc == 0 && diag->errors) {
        rc = ls_error_set(err, LS_E_DATA, "the spec's views cannot be calculated: %d error%s",
                          diag->errors, diag->errors == 1 ? "" : "s");
    }
    ls_diag_clear(diag);
    ls_mem_free(diag);
    if (rc < 0) {
        ls_views_free(views);
        return rc;
    }
    *out = views;
    return 0;
}

void ls_views_free(struct ls_views *views)
{
    if (!views) {
        return;
    }
    for (size_t i = 0; i < views->count; i++) {
        ls_layout_free(views->views[i].layout);
        ls_schema_free(views->views[i].schema);
    }
    ls_arena_clear(&views->arena);
    ls_mem_free(views);
}
