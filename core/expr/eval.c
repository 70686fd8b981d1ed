#include "core/expr/expr_internal.h"

#include <assert.h>
#include <string.h>

/* ---- what is known of it */

enum ls_expr_type ls_expr_type(const struct ls_expr *expr)
{
    return expr->type;
}

unsigned ls_expr_scale(const struct ls_expr *expr)
{
    return expr->scale;
}

bool ls_expr_nullable(const struct ls_expr *expr)
{
    return expr->nullable;
}

bool ls_expr_bounds(const struct ls_expr *expr, ls_i128 *low, ls_i128 *high)
{
    *low = expr->low;
    *high = expr->high;
    return expr->bounded;
}

bool ls_expr_safe(const struct ls_expr *expr)
{
    return expr->safe;
}

bool ls_expr_narrow(const struct ls_expr *expr)
{
    return expr->narrow;
}

void ls_expr_slots(const struct ls_expr *expr, void (*each)(void *context, unsigned slot),
                   void *context)
{
    for (size_t i = 0; i < expr->step_count; i++) {
        if (expr->steps[i].kind == STEP_CELL_NUMBER || expr->steps[i].kind == STEP_CELL_TEXT) {
            each(context, expr->steps[i].slot);
        }
    }
}

const char *ls_expr_type_name(enum ls_expr_type type)
{
    static const char *const names[] = {"a condition", "a number", "a text", "a time"};
    return names[type];
}

/* ---- its value */

static struct ls_expr_value truth(bool value)
{
    return (struct ls_expr_value){.number = value};
}

static const struct ls_expr_value unknown = {.is_null = true};

static bool compare_holds(enum comparison comparison, int order)
{
    switch (comparison) {
    case COMPARE_EQ:
        return order == 0;
    case COMPARE_NE:
        return order != 0;
    case COMPARE_LT:
        return order < 0;
    case COMPARE_LE:
        return order <= 0;
    case COMPARE_GT:
        return order > 0;
    case COMPARE_GE:
        return order >= 0;
    }
    return false;
}

static int text_order(const struct ls_expr_value *a, const struct ls_expr_value *b)
{
    uint32_t common = a->size < b->size ? a->size : b->size;
    int order = common ? memcmp(a->bytes, b->bytes, common) : 0;
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* `and`: false wins over unknown; `or`: true does. */
static struct ls_expr_value connect(const struct ls_expr_value *a, const struct ls_expr_value *b,
                                    bool winner)
{
    if ((!a->is_null && (a->number != 0) == winner) ||
        (!b->is_null && (b->number != 0) == winner)) {
        return truth(winner);
    }
    return a->is_null || b->is_null ? unknown : truth(!winner);
}

static enum ls_expr_status arithmetic(const struct step *step, struct ls_expr_value *a,
                                      const struct ls_expr_value *b)
{
    bool overflow = false;
    switch (step->kind) {
    case STEP_ADD:
        overflow = ls_add_overflows(a->number, b->number, &a->number);
        break;
    case STEP_SUBTRACT:
        overflow = ls_sub_overflows(a->number, b->number, &a->number);
        break;
    case STEP_MULTIPLY:
        overflow = ls_mul_overflows(a->number, b->number, &a->number);
        break;
    default:
        assert(step->kind == STEP_DIVIDE);
        if (b->number == 0) {
            return LS_EXPR_DIVISION_BY_ZERO;
        }
        overflow = a->number == LS_I128_MIN && b->number == -1;
        a->number = overflow ? 0 : ls_div_half_even(a->number, b->number);
        break;
    }
    return overflow ? LS_EXPR_OVERFLOW : LS_EXPR_OK;
}

/* Two operands, both known. */
static enum ls_expr_status binary(const struct step *step, struct ls_expr_value *a,
                                  const struct ls_expr_value *b)
{
    if (step->kind == STEP_COMPARE_NUMBER) {
        int order = (a->number > b->number) - (a->number < b->number);
        *a = truth(compare_holds(step->comparison, order));
        return LS_EXPR_OK;
    }
    if (step->kind == STEP_COMPARE_TEXT) {
        *a = truth(compare_holds(step->comparison, text_order(a, b)));
        return LS_EXPR_OK;
    }
    return arithmetic(step, a, b);
}

static enum ls_expr_status unary(const struct step *step, struct ls_expr_value *top)
{
    if (step->kind == STEP_IS_NULL || step->kind == STEP_IS_NOT_NULL) {
        *top = truth(top->is_null == (step->kind == STEP_IS_NULL));
        return LS_EXPR_OK;
    }
    if (top->is_null) {
        return LS_EXPR_OK;
    }
    if (step->kind == STEP_NOT) {
        *top = truth(top->number == 0);
        return LS_EXPR_OK;
    }
    bool overflow = step->kind == STEP_NEGATE
                        ? ls_sub_overflows(0, top->number, &top->number)
                        : ls_mul_overflows(top->number, step->number, &top->number);
    return overflow ? LS_EXPR_OVERFLOW : LS_EXPR_OK;
}

static struct ls_expr_value push(const struct step *step, const struct ls_cell *cells)
{
    if (step->kind == STEP_CONSTANT) {
        return (struct ls_expr_value){
            .number = step->number, .bytes = step->bytes, .size = step->size};
    }
    if (step->kind == STEP_NULL || cells[step->slot].is_null) {
        return unknown;
    }
    const struct ls_cell *cell = &cells[step->slot];
    return (struct ls_expr_value){.number = cell->number, .bytes = cell->bytes, .size = cell->size};
}

enum ls_expr_status ls_expr_eval(const struct ls_expr *expr, const struct ls_cell *cells,
                                 struct ls_expr_value *out)
{
    struct ls_expr_value stack[LS_EXPR_DEPTH_MAX + 2];
    struct ls_expr_value *top = stack; /* of the values so far, once there is one */
    size_t count = 0;
    enum ls_expr_status status = LS_EXPR_OK;
    for (const struct step *step = expr->steps; step < expr->steps + expr->step_count; step++) {
        switch (step->kind) {
        case STEP_CELL_NUMBER:
        case STEP_CELL_TEXT:
        case STEP_CONSTANT:
        case STEP_NULL:
            top = &stack[count++];
            *top = push(step, cells);
            break;
        case STEP_SCALE:
        case STEP_NEGATE:
        case STEP_NOT:
        case STEP_IS_NULL:
        case STEP_IS_NOT_NULL:
            status = unary(step, top);
            break;
        case STEP_AND:
        case STEP_OR:
            top = &stack[--count - 1];
            top[0] = connect(&top[0], &top[1], step->kind == STEP_OR);
            break;
        default:
            top = &stack[--count - 1];
            if (top[0].is_null || top[1].is_null) {
                top[0] = unknown;
            } else {
                status = binary(step, &top[0], &top[1]);
            }
            break;
        }
        if (status != LS_EXPR_OK) {
            *out = unknown;
            return status;
        }
    }
    assert(count == 1);
    *out = *top;
    return LS_EXPR_OK;
}

bool ls_expr_eval_narrow(const struct ls_expr *expr, const struct ls_cell *cells, int64_t *out)
{
    if (expr->is_product) { /* a price times a quantity: most are no more */
        const struct ls_cell *a = &cells[expr->steps[0].slot];
        const struct ls_cell *b = &cells[expr->steps[1].slot];
        *out = a->number * b->number;
        return !a->is_null && !b->is_null;
    }
    int64_t stack[LS_EXPR_DEPTH_MAX + 2];
    size_t count = 0;
    const struct step *end = expr->steps + expr->step_count;
    for (const struct step *step = expr->steps; step < end; step++) {
        switch (step->kind) {
        case STEP_CELL_NUMBER:
            if (cells[step->slot].is_null) {
                return false;
            }
            stack[count++] = cells[step->slot].number;
            break;
        case STEP_CONSTANT:
            stack[count++] = (int64_t)step->number;
            break;
        case STEP_SCALE:
            stack[count - 1] *= (int64_t)step->number;
            break;
        case STEP_NEGATE:
            stack[count - 1] = -stack[count - 1];
            break;
        case STEP_ADD:
            count--;
            stack[count - 1] += stack[count];
            break;
        case STEP_SUBTRACT:
            count--;
            stack[count - 1] -= stack[count];
            break;
        default:
            assert(step->kind == STEP_MULTIPLY);
            count--;
            stack[count - 1] *= stack[count];
            break;
        }
    }
    *out = stack[0];
    return true;
}

bool ls_expr_holds(const struct ls_expr *expr, const struct ls_cell *cells,
                   enum ls_expr_status *status)
{
    struct ls_expr_value value;
    enum ls_expr_status result = ls_expr_eval(expr, cells, &value);
    if (status) {
        *status = result;
    }
    return result == LS_EXPR_OK && !value.is_null && value.number != 0;
}
