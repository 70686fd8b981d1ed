/* From a tree and a row to a value. Every step carries its own null and its own failure. */
#include "conformance/naive_expr_internal.h"

#include <string.h>

static const struct naive_result failure = {.failed = true};
static const struct naive_result unknown = {.is_null = true};

static struct naive_result eval(const struct naive_expr *expr, const struct naive_value *row);

static struct naive_result of_number(bool fits, ls_i128 number)
{
    return fits ? (struct naive_result){.number = number} : failure;
}

static struct naive_result of_column(const struct naive_expr *expr, const struct naive_value *row)
{
    const struct naive_value *value = &row[expr->column];
    if (value->is_null) {
        return unknown;
    }
    return (struct naive_result){
        .number = value->number, .bytes = value->bytes, .size = value->size};
}

/* -1, 0, 1; false when the numbers do not fit side by side. */
static bool order_of(const struct naive_expr *expr, const struct naive_result *left,
                     const struct naive_result *right, int *order)
{
    if (expr->left->kind == NAIVE_KIND_TEXT) {
        size_t size = left->size < right->size ? left->size : right->size;
        *order = size ? memcmp(left->bytes, right->bytes, size) : 0;
        if (*order == 0) {
            *order = (left->size > right->size) - (left->size < right->size);
        }
        return true;
    }
    unsigned scale = expr->left->scale > expr->right->scale ? expr->left->scale
                                                            : expr->right->scale;
    ls_i128 a;
    ls_i128 b;
    if (!ls_naive_rescale(left->number, expr->left->scale, scale, &a) ||
        !ls_naive_rescale(right->number, expr->right->scale, scale, &b)) {
        return false;
    }
    *order = (a > b) - (a < b);
    return true;
}

static bool order_fits(enum naive_op op, int order)
{
    switch (op) {
    case NAIVE_OP_EQUAL:
        return order == 0;
    case NAIVE_OP_UNEQUAL:
        return order != 0;
    case NAIVE_OP_LESS:
        return order < 0;
    case NAIVE_OP_LESS_OR_EQUAL:
        return order <= 0;
    case NAIVE_OP_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

static struct naive_result combine(const struct naive_expr *expr, const struct naive_result *left,
                                   const struct naive_result *right)
{
    ls_i128 a = left->number;
    ls_i128 b = right->number;
    ls_i128 number = 0;
    bool fits;
    int order;
    switch (expr->op) {
    case NAIVE_OP_ADD:
    case NAIVE_OP_SUBTRACT:
        fits = ls_naive_rescale(a, expr->left->scale, expr->scale, &a) &&
               ls_naive_rescale(b, expr->right->scale, expr->scale, &b);
        fits = fits && !(expr->op == NAIVE_OP_ADD ? __builtin_add_overflow(a, b, &number)
                                                  : __builtin_sub_overflow(a, b, &number));
        return of_number(fits, number);
    case NAIVE_OP_MULTIPLY:
        fits = ls_naive_multiply(a, b, &number);
        return of_number(fits, number);
    default:
        fits = order_of(expr, left, right, &order);
        return of_number(fits, fits && order_fits(expr->op, order));
    }
}

/* SQL's and, or: the word that decides wins over the unknown. */
static struct naive_result logic(const struct naive_expr *expr, const struct naive_result *left,
                                 const struct naive_result *right)
{
    ls_i128 deciding = expr->op == NAIVE_OP_OR;
    if ((!left->is_null && left->number == deciding) ||
        (!right->is_null && right->number == deciding)) {
        return of_number(true, deciding);
    }
    return left->is_null || right->is_null ? unknown : of_number(true, !deciding);
}

static struct naive_result eval(const struct naive_expr *expr, const struct naive_value *row)
{
    if (expr->op == NAIVE_OP_CONSTANT) {
        return expr->constant;
    }
    if (expr->op == NAIVE_OP_COLUMN) {
        return of_column(expr, row);
    }
    struct naive_result left = eval(expr->left, row);
    if (left.failed) {
        return failure;
    }
    ls_i128 number = 0;
    bool fits;
    switch (expr->op) {
    case NAIVE_OP_IS_NULL:
        return of_number(true, left.is_null);
    case NAIVE_OP_NOT:
        return left.is_null ? unknown : of_number(true, !left.number);
    case NAIVE_OP_NEGATE:
        fits = left.is_null || !__builtin_sub_overflow((ls_i128)0, left.number, &number);
        return left.is_null ? unknown : of_number(fits, number);
    default:
        break;
    }
    struct naive_result right = eval(expr->right, row);
    if (right.failed) {
        return failure;
    }
    if (expr->op == NAIVE_OP_AND || expr->op == NAIVE_OP_OR) {
        return logic(expr, &left, &right);
    }
    return left.is_null || right.is_null ? unknown : combine(expr, &left, &right);
}

/* The quotient of a / 10^x and b / 10^y at `scale` places is a * 10^(scale + y) / (b * 10^x). */
static struct naive_result quotient(const struct naive_expr *expr, unsigned scale,
                                    const struct naive_value *row)
{
    struct naive_result a = eval(expr->left, row);
    struct naive_result b = eval(expr->right, row);
    if (a.failed || b.failed) {
        return failure;
    }
    if (a.is_null || b.is_null) {
        return unknown;
    }
    if (b.number == 0) {
        return (struct naive_result){.failed = true, .by_zero = true};
    }
    unsigned up = scale + expr->right->scale;
    unsigned down = expr->left->scale;
    unsigned both = up < down ? up : down;
    ls_i128 number = 0;
    bool fits = ls_naive_times_ten(a.number, up - both, &a.number) &&
                ls_naive_times_ten(b.number, down - both, &b.number) &&
                ls_naive_divide(a.number, b.number, &number);
    return of_number(fits, number);
}

struct naive_result ls_naive_expr_value(const struct naive_expr *expr, unsigned scale,
                                        const struct naive_value *row)
{
    if (expr->op == NAIVE_OP_DIVIDE) {
        return quotient(expr, scale, row);
    }
    struct naive_result value = eval(expr, row);
    if (!value.failed && !value.is_null && expr->kind == NAIVE_KIND_NUMBER &&
        !ls_naive_rescale(value.number, expr->scale, scale, &value.number)) {
        return failure;
    }
    return value;
}

int ls_naive_expr_holds(const struct naive_expr *expr, const struct naive_value *row,
                        struct ls_error *err)
{
    struct naive_result value = expr->op == NAIVE_OP_DIVIDE ? failure : eval(expr, row);
    if (value.failed) {
        return ls_error_set(err, LS_E_DATA,
                            "a condition leaves 128 bits: it must have ended the run");
    }
    return !value.is_null && value.number == 1;
}
