/* From `select` to columns. */
#include "pipeline/view/view_internal.h"

#include <stdio.h>
#include <string.h>

static enum ls_aggregate_kind kind_of(const struct ls_member *member)
{
    static const struct {
        const struct ls_member *member;
        enum ls_aggregate_kind kind;
    } kinds[] = {{&ls_member_count, LS_AGGREGATE_COUNT},
                 {&ls_member_sum, LS_AGGREGATE_SUM},
                 {&ls_member_min, LS_AGGREGATE_MIN},
                 {&ls_member_max, LS_AGGREGATE_MAX},
                 {&ls_member_avg, LS_AGGREGATE_AVG},
                 {&ls_member_ratio, LS_AGGREGATE_RATIO},
                 {&ls_member_first, LS_AGGREGATE_FIRST},
                 {&ls_member_last, LS_AGGREGATE_LAST},
                 {&ls_member_distinct, LS_AGGREGATE_DISTINCT},
                 {&ls_member_quantile, LS_AGGREGATE_QUANTILE},
                 {&ls_member_top, LS_AGGREGATE_TOP}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].member == member) {
            return kinds[i].kind;
        }
    }
    return LS_AGGREGATE_EXPR;
}

static struct ls_where place(const struct planner *p, const void *member,
                             const struct ls_spec_aggregate *spec)
{
    return ls_spec_place(p->views->plan->spec, member, spec->where);
}

/* ---- operands */

static bool takes(enum ls_aggregate_kind kind, enum ls_field_type type)
{
    bool number = ls_field_expr_type(type) == LS_EXPR_NUMBER;
    switch (kind) {
    case LS_AGGREGATE_SUM:
    case LS_AGGREGATE_AVG:
    case LS_AGGREGATE_RATIO:
    case LS_AGGREGATE_QUANTILE:
        return number;
    case LS_AGGREGATE_MIN:
    case LS_AGGREGATE_MAX:
        return number || ls_field_expr_type(type) == LS_EXPR_TIME;
    default:
        return true;
    }
}

/* A field that a column calculates with; `kind` says what it must be. */
static int find_input(struct planner *p, const struct ls_spec_aggregate *spec,
                      const char *const *name, enum ls_aggregate_kind kind,
                      struct view_field *field, const struct ls_normal_column **out)
{
    bool found;
    *out = NULL;
    int rc = ls_view_operand(p, *name, -1, place(p, name, spec), field, &found);
    if (rc < 0 || !found) {
        return rc;
    }
    if (!takes(kind, field->column.type)) {
        bool ordered = kind == LS_AGGREGATE_MIN || kind == LS_AGGREGATE_MAX;
        bool ranks = spec->function.member == &ls_member_top;
        PROBLEM(p, place(p, name, spec),
                ranks ? "without `by`, values are ranked by how many records they have"
                      : "`distinct`, `first`, `last` and `top` take fields of any type",
                "%s%s needs a number%s, and `%s` is of type %s", ranks ? "`by` of " : "",
                spec->function.member->word, ordered ? " or a time" : "", *name,
                ls_field_type_words[field->column.type]);
        return 0;
    }
    struct ls_normal_column *copy = ls_arena_new(&p->views->arena, 1, sizeof *copy, p->err);
    if (!copy) {
        return p->err->code;
    }
    *copy = field->column;
    *out = copy;
    return 0;
}

static int plan_operands(struct planner *p, const struct ls_spec_aggregate *spec,
                         struct ls_view_column *out, size_t number)
{
    const struct ls_aggregate_field *settings = spec->function.settings;
    struct view_field of = {0};
    struct view_field to = {0};
    int rc = settings->field ? find_input(p, spec, &settings->field, out->kind, &of, &out->input)
                             : 0;
    if (rc == 0 && settings->to) {
        rc = find_input(p, spec, &settings->to, LS_AGGREGATE_SUM, &to, &out->to);
    }
    for (size_t s = 0; rc == 0 && s < p->view->source_count; s++) {
        struct ls_view_operand *operand = &p->view->sources[s].operands[number];
        operand->input = out->input ? (int)of.cells[s] : -1;
        operand->to = out->to ? (int)to.cells[s] : -1;
    }
    return rc;
}

static int plan_where(struct planner *p, const struct ls_spec_aggregate *spec, size_t number)
{
    const struct ls_aggregate_field *settings = spec->function.settings;
    if (!settings->where_text) {
        return 0;
    }
    const struct ls_expr **compiled = ls_arena_new(&p->views->arena, p->view->source_count,
                                                   sizeof(struct ls_expr *), p->err);
    int rc = compiled ? ls_view_where(p, settings->where_text,
                                      place(p, &settings->where_text, spec), compiled)
                      : p->err->code;
    for (size_t s = 0; rc == 0 && s < p->view->source_count; s++) {
        p->view->sources[s].operands[number].where = compiled[s];
    }
    return rc;
}

/* ---- what it comes to */

static void plan_scale(struct planner *p, const struct ls_spec_aggregate *spec,
                       struct ls_view_column *out)
{
    unsigned scale = out->input ? out->input->scale : 0;
    out->precision = LS_AGGREGATE_DIGITS;
    switch (out->kind) {
    case LS_AGGREGATE_AVG:
        out->scale = (unsigned)spec->scale;
        if (out->scale < scale) {
            const struct ls_aggregate_field *settings = spec->function.settings;
            char hint[64];
            snprintf(hint, sizeof hint, "write `scale: %u` or more", scale);
            PROBLEM(p, place(p, &spec->scale, spec), hint,
                    "the average of `%s` needs a scale of at least %u", settings->field, scale);
        }
        out->extra_scale = out->scale - scale;
        break;
    case LS_AGGREGATE_RATIO:
        out->scale = (unsigned)spec->scale;
        break;
    case LS_AGGREGATE_SUM:
        out->scale = scale;
        break;
    case LS_AGGREGATE_TOP:
        out->scale = out->to ? out->to->scale : 0;
        break;
    default:
        out->scale = scale;
        out->precision = out->input ? out->input->precision : 0;
    }
}

static void plan_state(struct ls_view *v, struct ls_view_column *out)
{
    switch (out->kind) {
    case LS_AGGREGATE_FIRST:
    case LS_AGGREGATE_LAST:
        out->pick_at = v->pick_count++;
        break;
    case LS_AGGREGATE_DISTINCT:
    case LS_AGGREGATE_QUANTILE:
    case LS_AGGREGATE_TOP:
        out->set_at = v->set_count++;
        break;
    default:
        out->number_at = v->number_count;
        v->number_count += out->kind == LS_AGGREGATE_RATIO ? 2 : 1;
    }
}

static int plan_expr(struct planner *p, const struct ls_spec_aggregate *spec,
                     struct ls_view_column *out, size_t number)
{
    const struct ls_aggregate_field *settings = spec->function.settings;
    struct ls_expr *expr;
    int scale = ls_spec_aggregate_given(spec, "scale") ? (int)spec->scale : -1;
    for (size_t s = 0; s < p->view->source_count; s++) {
        p->view->sources[s].operands[number] = (struct ls_view_operand){-1, -1, NULL};
    }
    int rc = ls_view_expr(p, settings->field, place(p, &settings->field, spec), scale, number,
                          &expr);
    if (expr && scale >= 0 &&
        (ls_expr_type(expr) != LS_EXPR_NUMBER || ls_expr_scale(expr) != (unsigned)scale)) {
        PROBLEM(p, place(p, &spec->scale, spec), "leave it out: the result is exact",
                "`scale` rounds a quotient, and this is none");
    }
    out->expr = expr;
    out->scale = expr ? ls_expr_scale(expr) : 0;
    out->precision = LS_AGGREGATE_DIGITS;
    return rc;
}

/* Money keeps its unit in its name. */
static bool in_cents(const struct ls_view_column *c)
{
    bool value = c->kind == LS_AGGREGATE_SUM || c->kind == LS_AGGREGATE_MIN ||
                 c->kind == LS_AGGREGATE_MAX || c->kind == LS_AGGREGATE_QUANTILE ||
                 c->kind == LS_AGGREGATE_FIRST || c->kind == LS_AGGREGATE_LAST;
    return value && c->input && c->input->type == LS_FIELD_MONEY;
}

static int plan_column(struct planner *p, const struct ls_spec_aggregate *spec,
                       struct ls_view_column *out, size_t number)
{
    const struct ls_aggregate_field *settings = spec->function.settings;
    *out = (struct ls_view_column){.name = spec->key,
                                   .kind = kind_of(spec->function.member),
                                   .q = spec->q,
                                   .k = (uint32_t)settings->k};
    if (out->kind == LS_AGGREGATE_EXPR) {
        out->written = out->name;
        return plan_expr(p, spec, out, number);
    }
    int rc = plan_operands(p, spec, out, number);
    rc = rc < 0 ? rc : plan_where(p, spec, number);
    if (rc < 0) {
        return rc;
    }
    plan_scale(p, spec, out);
    plan_state(p->view, out);
    out->written = in_cents(out) ? ls_arena_printf(&p->views->arena, p->err, "%s_cents", out->name)
                                 : out->name;
    return out->written ? 0 : p->err->code;
}

int ls_view_columns(struct planner *p)
{
    struct ls_view *v = p->view;
    const struct ls_spec_aggregate *specs = v->spec->select.items;
    v->columns = ls_arena_new(&p->views->arena, v->spec->select.count, sizeof *v->columns, p->err);
    v->column_count = v->spec->select.count;
    int rc = v->columns ? 0 : p->err->code;
    for (size_t i = 0; rc == 0 && i < v->column_count; i++) {
        rc = plan_column(p, &specs[i], &v->columns[i], i);
    }
    return rc;
}

/* ---- in expressions */

void ls_view_column_symbol(const struct ls_view_column *column, struct ls_expr_symbol *out)
{
    *out = (struct ls_expr_symbol){
        .type = LS_EXPR_NUMBER, .scale = column->scale, .nullable = true};
    switch (column->kind) {
    case LS_AGGREGATE_TOP:
        out->unusable = "a list of values, with which no expression calculates";
        break;
    case LS_AGGREGATE_COUNT:
    case LS_AGGREGATE_DISTINCT:
        out->scale = 0;
        out->nullable = false;
        break;
    case LS_AGGREGATE_EXPR:
        out->type = column->expr ? ls_expr_type(column->expr) : LS_EXPR_NUMBER;
        break;
    case LS_AGGREGATE_FIRST:
    case LS_AGGREGATE_LAST:
    case LS_AGGREGATE_MIN:
    case LS_AGGREGATE_MAX:
        out->type = column->input ? ls_field_expr_type(column->input->type) : LS_EXPR_NUMBER;
        break;
    default:
        break;
    }
}
