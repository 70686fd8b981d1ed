/* The compiled form that the parser makes and the evaluator runs: postfix steps over a stack. */
#ifndef LS_EXPR_EXPR_INTERNAL_H
#define LS_EXPR_EXPR_INTERNAL_H

#include "core/expr/expr.h"

enum step_kind {
    STEP_CELL_NUMBER, /* push cells[slot].number */
    STEP_CELL_TEXT,
    STEP_CONSTANT,
    STEP_NULL,
    STEP_SCALE, /* top *= factor */
    STEP_NEGATE,
    STEP_ADD,
    STEP_SUBTRACT,
    STEP_MULTIPLY,
    STEP_DIVIDE, /* half to even */
    STEP_COMPARE_NUMBER,
    STEP_COMPARE_TEXT,
    STEP_NOT,
    STEP_AND,
    STEP_OR,
    STEP_IS_NULL,
    STEP_IS_NOT_NULL
};

enum comparison { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE };

struct step {
    enum step_kind kind;
    enum comparison comparison;
    unsigned slot;
    ls_i128 number; /* constant, factor */
    const uint8_t *bytes;
    uint32_t size;
};

struct ls_expr {
    enum ls_expr_type type;
    unsigned scale;
    bool nullable;
    bool bounded;
    bool safe;
    bool narrow;
    bool is_product; /* narrow, of two cells */
    ls_i128 low, high;
    size_t step_count;
    struct step *steps;
};

/* Hints (expr_hint.c): where a value is wanted, where the text should end, and for operands of
 * which one at least is no number. */
const char *ls_expr_hint_value(const char *text, size_t at);
const char *ls_expr_hint_end(const char *text, size_t at);
const char *ls_expr_hint_operands(enum ls_expr_type a, enum ls_expr_type b);

#endif
