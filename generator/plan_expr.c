/* Expressions as operations. */
#include "generator/plan_internal.h"

#include <string.h>

/* A bound that is given may cut what lies beyond; one that the type has may not. */
static bool holds_all(struct planner *p, const struct ls_spec_field *field, ls_i128 low,
                      ls_i128 high, const struct ls_op *out)
{
    char least[LS_I128_TEXT_MAX];
    char greatest[LS_I128_TEXT_MAX];
    if ((low >= out->low || ls_spec_field_given(field, "min")) &&
        (high <= out->high || ls_spec_field_given(field, "max"))) {
        return true;
    }
    ls_decimal_format(low, field->scale, least);
    ls_decimal_format(high, field->scale, greatest);
    PROBLEM(p, "LS2202", ((const struct ls_source_text *)field->source.settings)->where,
            ls_plan_is_time(out->type) ? "give the fields in it a `min` and a `max`"
                                       : "give the field, or those in it, a `min` and a `max`",
            "the expression can be %s to %s, which type %s does not hold", least, greatest,
            ls_field_type_words[field->type]);
    return false;
}

bool ls_plan_expression_fits(struct planner *p, const struct ls_spec_field *field,
                             struct ls_op *out)
{
    struct ls_where where = ((const struct ls_source_text *)field->source.settings)->where;
    enum ls_field_type type = (enum ls_field_type)field->type;
    if (ls_expr_type(out->expr) != ls_field_expr_type(type)) {
        static const char *const hints[] = {
            [LS_EXPR_BOOLEAN] = "write `type: boolean`, or another expression",
            [LS_EXPR_NUMBER] = "write `type: int`, long, money or decimal, or another expression",
            [LS_EXPR_TEXT] = "write `type: string`, or another expression",
            [LS_EXPR_TIME] = "write `type: timestamp`, or another expression"};
        PROBLEM(p, "LS2019", where, hints[ls_expr_type(out->expr)],
                "the expression gives %s, the field is of type %s",
                ls_expr_type_name(ls_expr_type(out->expr)), ls_field_type_words[type]);
        return false;
    }
    if (ls_expr_nullable(out->expr) && !field->is_nullable) {
        PROBLEM(p, "LS2019", where, "make the field nullable: `null: never` or `nullable: ...`",
                "the expression can be null, because a field in it can");
        return false;
    }
    if (!ls_expr_safe(out->expr)) {
        PROBLEM(p, "LS2202", where, "give the fields in it a `min` and a `max`",
                "how large the expression gets cannot be told");
        return false;
    }
    if (!ls_plan_has_bounds(type)) {
        return true;
    }
    unsigned scale = field->scale;
    ls_i128 low;
    ls_i128 high;
    if (ls_expr_scale(out->expr) > scale) {
        PROBLEM(p, "LS2019", where,
                "use numbers with fewer places, or round in a normalize step with `scale`",
                "the expression has %u decimal place%s, the field %u", ls_expr_scale(out->expr),
                ls_expr_scale(out->expr) == 1 ? "" : "s", scale);
        return false;
    }
    out->factor = ls_pow10(scale - ls_expr_scale(out->expr));
    if (!ls_expr_bounds(out->expr, &low, &high) || ls_mul_overflows(low, out->factor, &low) ||
        ls_mul_overflows(high, out->factor, &high)) {
        PROBLEM(p, "LS2202", where, "give the fields in it a `min` and a `max`",
                "how large the expression gets cannot be told");
        return false;
    }
    if (!holds_all(p, field, low, high, out)) {
        return false;
    }
    out->narrow = ls_expr_narrow(out->expr) && ls_fits_i64(low) && ls_fits_i64(high);
    out->low = low > out->low ? (low < out->high ? (int64_t)low : out->high) : out->low;
    out->high = high < out->high ? (high > out->low ? (int64_t)high : out->low) : out->high;
    return true;
}

/* A text is a constant or a cell: there is no operator that makes a longer one. */
struct widest {
    struct ls_plan_type *type;
    struct ls_op *out;
};

static void take_widest(void *context, unsigned slot)
{
    struct widest *w = context;
    const struct ls_op *op = ls_plan_op_of_cell(w->type, slot);
    w->out->text_max = op->text_max > w->out->text_max ? op->text_max : w->out->text_max;
}

bool ls_plan_expression(struct planner *p, const struct ls_spec_field *field,
                        struct ls_plan_type *type, unsigned back, struct ls_op *out)
{
    const struct ls_source_text *source = field->source.settings;
    struct plan_scope s = {p, type, field, back, source->where};
    struct ls_expr_scope scope = {ls_plan_find, ls_plan_suggest, &s};
    struct ls_expr *expr;
    out->kind = LS_OP_EXPR;
    out->text_max = strlen(source->text);
    if (ls_expr_compile(source->text, source->where, -1, &scope, &p->plan->arena, p->diag, &expr,
                        p->err) < 0 ||
        !expr) {
        return false;
    }
    out->expr = expr;
    struct widest widest = {type, out};
    ls_expr_slots(expr, take_widest, &widest);
    return ls_plan_expression_fits(p, field, out);
}
