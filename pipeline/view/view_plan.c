/* From a view or an alert rule of the spec to what is evaluated: what it reads. */
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/view/view_internal.h"

#include <stdio.h>
#include <string.h>

#define VIEWS_BYTES_MAX (64U << 20)

/* ---- fields */

/* Have the records of this side, or of all sources, a field of their own that is called so? */
static bool all_have(const struct ls_view *v, const char *name, int side)
{
    bool have = true;
    for (size_t s = 0; have && s < v->source_count; s++) {
        have = (side >= 0 && (size_t)side != s) || ls_normal_column(v->sources[s].topic_plan, name);
    }
    return have;
}

/* The event type's name is a field of a record too, unless all have one that is called so. */
static bool column_of(const struct ls_view *v, size_t source, const char *name, int side,
                      struct ls_normal_column *out, unsigned *cell)
{
    const struct ls_topic_plan *topic = v->sources[source].topic_plan;
    const struct ls_normal_column *column = ls_normal_column(topic, name);
    if (strcmp(name, "event_type") == 0 && !all_have(v, name, side)) {
        *out = (struct ls_normal_column){
            .name = "event_type", .column_name = "event_type", .type = LS_FIELD_STRING};
        *cell = ls_cell_of_event_type(topic);
    } else if (column) {
        *out = *column;
        *cell = (unsigned)(column - topic->columns);
    } else {
        return false;
    }
    return true;
}

/* A column of type enum is always a field as it came: a step's own is a text. */
static bool same_symbols(const struct ls_node *a, const struct ls_node *b)
{
    size_t i = 0;
    while (i < a->count && i < b->count && strcmp(a->symbols[i], b->symbols[i]) == 0) {
        i++;
    }
    return i == a->count && i == b->count;
}

static bool same(const struct ls_normal_column *a, const struct ls_normal_column *b)
{
    return a->type == b->type && a->scale == b->scale && a->precision == b->precision &&
           (a->type != LS_FIELD_ENUM || same_symbols(a->symbols, b->symbols));
}

int ls_view_field(struct planner *p, const char *name, int side, struct ls_where where,
                  struct view_field *out, bool *found)
{
    const struct ls_view *v = p->view;
    *found = false;
    *out = (struct view_field){0};
    out->cells = ls_arena_new(&p->views->arena, v->source_count, sizeof *out->cells, p->err);
    if (!out->cells) {
        return p->err->code;
    }
    bool first = true;
    for (size_t s = 0; s < v->source_count; s++) {
        const struct ls_topic_plan *topic = v->sources[s].topic_plan;
        struct ls_normal_column column;
        if (side >= 0 && (size_t)side != s) {
            continue;
        }
        if (!column_of(v, s, name, side, &column, &out->cells[s])) {
            char hint[LS_SUGGEST_MAX];
            PROBLEM(p, where, ls_normal_suggest(topic, name, hint),
                    "the normalized %s has no field `%s`", topic->type->name, name);
            return 0;
        }
        if (!first && !same(&out->column, &column)) {
            PROBLEM(p, where, "set it to one type in `normalize`, or make two views of it",
                    "`%s` is not the same in %s and in %s", name,
                    v->sources[0].topic_plan->type->name, topic->type->name);
            return 0;
        }
        column.nullable = column.nullable || (!first && out->column.nullable);
        out->column = column;
        first = false;
    }
    *found = true;
    return 0;
}

int ls_view_operand(struct planner *p, const char *name, int side, struct ls_where where,
                    struct view_field *out, bool *found)
{
    int rc = ls_view_field(p, name, side, where, out, found);
    if (rc == 0 && *found && ls_field_passes_through(out->column.type)) {
        PROBLEM(p, where, ls_field_passes_through(out->column.type),
                "`%s` is of type %s, with which no view calculates", name,
                ls_field_type_words[out->column.type]);
        *found = false;
    }
    return rc;
}

static void symbol_of(const struct ls_normal_column *column, unsigned slot,
                      struct ls_expr_symbol *symbol)
{
    *symbol = (struct ls_expr_symbol){.type = ls_field_expr_type(column->type),
                                      .scale = column->scale,
                                      .nullable = column->nullable,
                                      .slot = slot,
                                      .unusable = ls_field_passes_through(column->type)};
}

/* ---- conditions over a record, for each source */

struct record_scope {
    struct planner *p;
    struct ls_where where;
    size_t source;
    int rc;
};

/* Has one of the sources such a field? If not all have it, that is told in so many words. */
static bool is_known(const struct ls_view *v, const char *name)
{
    struct ls_normal_column column;
    unsigned cell;
    size_t s = 0;
    while (s < v->source_count && !column_of(v, s, name, -1, &column, &cell)) {
        s++;
    }
    return s < v->source_count;
}

static const char *suggest(const void *context, const char *name, char buffer[LS_SUGGEST_MAX])
{
    const struct record_scope *scope = context;
    return ls_normal_suggest(scope->p->view->sources[scope->source].topic_plan, name, buffer);
}

static bool record_symbol(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct record_scope *scope = context;
    struct view_field field;
    bool found = false;
    if (is_known(scope->p->view, name)) {
        scope->rc = ls_view_field(scope->p, name, -1, scope->where, &field, &found);
    }
    if (found) {
        symbol_of(&field.column, field.cells[scope->source], symbol);
    }
    return found;
}

static void want_condition(struct planner *p, const struct ls_expr *expr, const char *what,
                           struct ls_where where)
{
    if (expr && ls_expr_type(expr) != LS_EXPR_BOOLEAN) {
        PROBLEM(p, where, "compare it with something", "`%s` needs a condition, and this is %s",
                what, ls_expr_type_name(ls_expr_type(expr)));
    }
}

int ls_view_where(struct planner *p, const char *text, struct ls_where where,
                  const struct ls_expr *out[])
{
    int told = p->diag->errors;
    int rc = 0;
    for (size_t s = 0; rc == 0 && p->diag->errors == told && s < p->view->source_count; s++) {
        struct record_scope context = {p, where, s, 0};
        struct ls_expr_scope scope = {record_symbol, suggest, &context};
        struct ls_expr *expr;
        rc = ls_expr_compile(text, where, -1, &scope, &p->views->arena, p->diag, &expr, p->err);
        rc = context.rc < 0 ? context.rc : rc;
        out[s] = expr;
    }
    if (rc == 0 && p->diag->errors == told) {
        want_condition(p, out[0], "where", where);
    }
    return rc;
}

/* ---- expressions over kept fields and columns; of windows over columns alone */

struct row_scope {
    struct planner *p;
    struct ls_where where;
    size_t columns;
    int rc;
};

static bool column_symbol(const struct row_scope *scope, const char *name,
                          struct ls_expr_symbol *symbol)
{
    struct ls_view *v = scope->p->view;
    for (size_t i = 0; i < scope->columns; i++) {
        if (strcmp(v->columns[i].name, name) == 0) {
            ls_view_column_symbol(&v->columns[i], symbol);
            v->columns[i].is_used = true;
            symbol->slot = (unsigned)i;
            return true;
        }
    }
    return false;
}

/* Where a field is kept; -1: nowhere yet. */
static int kept_at(const struct ls_view_source *source, unsigned cell)
{
    for (size_t k = 0; k < source->kept_count; k++) {
        if (source->kept[k].cell == cell) {
            return (int)source->kept[k].slot;
        }
    }
    return -1;
}

/* A field of one source, or of all, that is kept from now on. */
static bool keep_field(struct row_scope *scope, const char *name, int side,
                       struct ls_expr_symbol *symbol)
{
    struct planner *p = scope->p;
    struct ls_view *v = p->view;
    struct view_field field;
    bool found;
    size_t first = side < 0 ? 0 : (size_t)side;
    scope->rc = ls_view_field(p, name, side, scope->where, &field, &found);
    if (scope->rc < 0 || !found) {
        return false;
    }
    int slot = kept_at(&v->sources[first], field.cells[first]);
    if (slot < 0 && v->kept_count == LS_VIEW_COLUMNS_MAX) {
        PROBLEM(p, scope->where, "make two views of it",
                "the expressions of a view use at most %d fields", LS_VIEW_COLUMNS_MAX);
        return false;
    }
    for (size_t s = 0; slot < 0 && s < v->source_count; s++) {
        struct ls_view_source *source = &v->sources[s];
        if (side < 0 || (size_t)side == s) {
            source->kept[source->kept_count++] = (struct ls_view_kept){field.cells[s],
                                                                       (unsigned)v->kept_count};
        }
    }
    slot = slot < 0 ? (int)v->kept_count++ : slot;
    field.column.nullable = field.column.nullable || v->keep_left;
    symbol_of(&field.column, (unsigned)v->column_count + (unsigned)slot, symbol);
    return true;
}

static bool is_window(const struct ls_view *v)
{
    return v->kind == LS_VIEW_WINDOWS || v->kind == LS_VIEW_SESSIONS;
}

static bool row_symbol(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct row_scope *scope = context;
    const struct ls_view *v = scope->p->view;
    const char *dot = strchr(name, '.');
    if (is_window(v)) {
        bool found = column_symbol(scope, name, symbol);
        if (!found && is_known(v, name)) {
            PROBLEM(scope->p, scope->where, "let an aggregate of it be a column before this one",
                    "`%s` is a field of one record, and a window's rows are of many", name);
        }
        return found;
    }
    if (v->kind != LS_VIEW_JOIN) {
        return column_symbol(scope, name, symbol) ||
               (is_known(v, name) && keep_field(scope, name, -1, symbol));
    }
    bool left = dot && dot - name == 4 && memcmp(name, "left", 4) == 0;
    bool right = dot && dot - name == 5 && memcmp(name, "right", 5) == 0;
    if (!left && !right) {
        PROBLEM(scope->p, scope->where, "left.amount or right.amount, say",
                "`%s` is neither the left record's nor the right one's", name);
        return false;
    }
    return keep_field(scope, dot + 1, right, symbol);
}

static bool is_aggregate(const char *name)
{
    const struct ls_member *const *member = ls_spec_aggregates.members;
    while (*member && strcmp((*member)->word, name) != 0) {
        member++;
    }
    return *member != NULL;
}

/* Among the columns so far, and the fields. */
static const char *suggest_in_row(const void *context, const char *name,
                                  char buffer[LS_SUGGEST_MAX])
{
    const struct row_scope *scope = context;
    const struct ls_view *v = scope->p->view;
    const struct ls_topic_plan *topic = v->sources[0].topic_plan;
    const char *names[LS_VIEW_COLUMNS_MAX + LS_RECORD_COLUMNS_MAX + 1];
    size_t count = 0;
    if (is_aggregate(name)) {
        return "let the aggregate be a column of its own, before what uses it";
    }
    for (; count < scope->columns; count++) {
        names[count] = v->columns[count].name;
    }
    for (size_t i = 0; i < topic->column_count && !is_window(v); i++) {
        names[count++] = topic->columns[i].name;
    }
    names[count] = NULL;
    return ls_suggest(name, names, buffer);
}

int ls_view_expr(struct planner *p, const char *text, struct ls_where where, int quotient_scale,
                 size_t columns, struct ls_expr **out)
{
    struct row_scope context = {p, where, columns, 0};
    struct ls_expr_scope scope = {row_symbol, suggest_in_row, &context};
    int told = p->diag->errors;
    int rc = ls_expr_compile(text, where, quotient_scale, &scope, &p->views->arena, p->diag, out,
                             p->err);
    if (p->diag->errors > told) {
        *out = NULL;
    }
    return context.rc < 0 ? context.rc : rc;
}

static int plan_condition(struct planner *p, const char *const *text, const char *what,
                          const struct ls_expr **out)
{
    struct ls_where where = ls_spec_place(p->views->plan->spec, text, p->view->spec->where);
    struct ls_expr *expr = NULL;
    int rc = *text ? ls_view_expr(p, *text, where, -1, p->view->column_count, &expr) : 0;
    want_condition(p, expr, what, where);
    *out = expr;
    return rc;
}

/* ---- one view */

static void plan_kind(struct ls_view *v)
{
    const struct ls_spec_view *spec = v->spec;
    if (spec->window.member == &ls_member_tumbling) {
        const struct ls_window_tumbling *window = spec->window.settings;
        v->size_ms = v->every_ms = window->size_ms;
        v->offset_ms = window->offset_ms;
    } else if (spec->window.member == &ls_member_hopping) {
        const struct ls_window_hopping *window = spec->window.settings;
        v->size_ms = window->size_ms;
        v->every_ms = window->every_ms;
        v->offset_ms = window->offset_ms;
    } else if (spec->window.member) {
        v->kind = LS_VIEW_SESSIONS;
        v->gap_ms = ((const struct ls_window_session *)spec->window.settings)->gap_ms;
    } else if (spec->join) {
        v->kind = LS_VIEW_JOIN;
        v->within_ms = spec->join->within_ms;
        v->keep_left = spec->join->keep == LS_KEEP_LEFT;
    } else {
        v->kind = spec->when_text ? LS_VIEW_ALERT : LS_VIEW_ROLLING;
        v->over_ms = spec->rolling ? spec->rolling->over_ms : 1;
        v->step_ms = spec->rolling ? spec->rolling->step_ms : 0;
    }
    v->offset_ms = LS_MUTANT(WINDOW_OFFSET) ? 0 : v->offset_ms;
}

static int plan_sources(struct planner *p)
{
    struct ls_view *v = p->view;
    struct ls_arena *arena = &p->views->arena;
    v->source_count = v->spec->source_count;
    v->sources = ls_arena_new(arena, v->source_count, sizeof *v->sources, p->err);
    v->by_topic = v->sources ? ls_arena_new(arena, p->views->plan->topic_count,
                                            sizeof(struct ls_view_source *), p->err)
                             : NULL;
    for (size_t s = 0; v->by_topic && s < v->source_count; s++) {
        struct ls_view_source *source = &v->sources[s];
        source->topic = v->spec->sources[s]->index;
        source->topic_plan = &p->views->plan->topics[source->topic];
        v->by_topic[source->topic] = source;
        source->by = ls_arena_new(arena, LS_VIEW_COLUMNS_MAX, sizeof *source->by, p->err);
        source->operands = source->by ? ls_arena_new(arena, v->spec->select.count,
                                                     sizeof *source->operands, p->err)
                                      : NULL;
        if (!source->operands) {
            return p->err->code;
        }
    }
    return v->by_topic ? 0 : p->err->code;
}

static int plan_where(struct planner *p)
{
    const struct ls_spec_view *spec = p->view->spec;
    const struct ls_expr **compiled = ls_arena_new(&p->views->arena, p->view->source_count,
                                                   sizeof(struct ls_expr *), p->err);
    if (!compiled) {
        return p->err->code;
    }
    int rc = 0;
    if (spec->where_text) {
        rc = ls_view_where(p, spec->where_text,
                           ls_spec_place(p->views->plan->spec, &spec->where_text, spec->where),
                           compiled);
    }
    for (size_t s = 0; s < p->view->source_count; s++) {
        p->view->sources[s].where = compiled[s];
    }
    return rc;
}

static bool is_in_key(const struct ls_view *v, unsigned cell)
{
    size_t i = 0;
    while (i < v->by_count && v->sources[0].by[i] != cell) {
        i++;
    }
    return i < v->by_count;
}

static int add_key(struct planner *p, const char *name, struct ls_where where)
{
    struct ls_view *v = p->view;
    struct view_field field;
    bool found;
    int rc = ls_view_operand(p, name, -1, where, &field, &found);
    if (rc == 0 && found && v->kind == LS_VIEW_JOIN && is_in_key(v, field.cells[0])) {
        PROBLEM(p, where, "leave it out", "`%s` is in the key already", name);
    } else if (rc == 0 && found) {
        for (size_t s = 0; s < v->source_count; s++) {
            v->sources[s].by[v->by_count] = field.cells[s];
        }
        v->by[v->by_count++] = field.column;
    }
    return rc;
}

static int plan_key(struct planner *p)
{
    struct ls_view *v = p->view;
    const struct ls_names *names = v->spec->join ? &v->spec->join->on : &v->spec->by;
    v->by = ls_arena_new(&p->views->arena, names->count + 1, sizeof *v->by, p->err);
    int rc = v->by ? 0 : p->err->code;
    if (rc == 0 && v->spec->join) {
        rc = add_key(p, "entity_id", v->spec->where);
    }
    for (size_t i = 0; rc == 0 && i < names->count; i++) {
        rc = add_key(p, names->items[i], names->where[i]);
    }
    return rc;
}

static bool is_too_wide(struct planner *p)
{
    const struct ls_spec_view *spec = p->view->spec;
    bool wide = spec->by.count >= LS_VIEW_COLUMNS_MAX ||
                (spec->join && spec->join->on.count >= LS_VIEW_COLUMNS_MAX);
    bool long_list = spec->select.count > LS_VIEW_COLUMNS_MAX ||
                     (spec->select.count == 0 && !spec->when_text);
    if (wide || long_list) {
        PROBLEM(p,
                ls_spec_place(p->views->plan->spec,
                              wide ? (const void *)&spec->by : (const void *)&spec->select,
                              spec->where),
                spec->select.count ? "make two views of it" : "for example {orders: count}",
                "a view has fewer than %d fields in `by`, and 1 to %d columns", LS_VIEW_COLUMNS_MAX,
                LS_VIEW_COLUMNS_MAX);
    }
    return wide || long_list;
}

static int plan_view(struct planner *p, const struct ls_spec_view *spec)
{
    struct ls_view *v = p->view;
    v->spec = spec;
    v->index = (unsigned)(v - p->views->views);
    if (is_too_wide(p)) {
        return 0;
    }
    plan_kind(v);
    int rc = plan_sources(p);
    rc = rc < 0 ? rc : plan_where(p);
    rc = rc < 0 ? rc : plan_key(p);
    rc = rc < 0 ? rc : ls_view_columns(p);
    rc = rc < 0 ? rc : plan_condition(p, &spec->when_text, "when", &v->when);
    rc = rc < 0 ? rc : plan_condition(p, &spec->clear_text, "clear", &v->clear);
    return rc < 0 || p->diag->errors ? rc : ls_view_schema(p);
}

/* ---- all */

static int plan_list(struct planner *p, const struct ls_items *specs)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < specs->count; i++) {
        p->view = &p->views->views[p->views->count++];
        rc = plan_view(p, &((const struct ls_spec_view *)specs->items)[i]);
    }
    return rc;
}

static int plan_all(struct planner *p)
{
    const struct ls_spec_pipeline *pipe = p->views->plan->spec->pipeline;
    p->views->views = ls_arena_new(&p->views->arena, pipe->views.count + pipe->alerts.count,
                                   sizeof *p->views->views, p->err);
    int rc = p->views->views ? 0 : p->err->code;
    rc = rc < 0 ? rc : plan_list(p, &pipe->views);
    return rc < 0 ? rc : plan_list(p, &pipe->alerts);
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
