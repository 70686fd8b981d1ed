/* The tree of an expression, between its parser and its evaluator. */
#ifndef LS_CONFORMANCE_NAIVE_EXPR_INTERNAL_H
#define LS_CONFORMANCE_NAIVE_EXPR_INTERNAL_H

#include "conformance/naive_internal.h"

enum naive_op {
    NAIVE_OP_CONSTANT,
    NAIVE_OP_COLUMN,
    NAIVE_OP_NEGATE,
    NAIVE_OP_ADD,
    NAIVE_OP_SUBTRACT,
    NAIVE_OP_MULTIPLY,
    NAIVE_OP_DIVIDE, /* at the root alone */
    NAIVE_OP_EQUAL,
    NAIVE_OP_UNEQUAL,
    NAIVE_OP_LESS,
    NAIVE_OP_LESS_OR_EQUAL,
    NAIVE_OP_GREATER,
    NAIVE_OP_GREATER_OR_EQUAL,
    NAIVE_OP_IS_NULL,
    NAIVE_OP_NOT,
    NAIVE_OP_AND,
    NAIVE_OP_OR
};

struct naive_expr {
    enum naive_op op;
    enum naive_kind kind;
    unsigned scale;                  /* of a number */
    struct naive_expr *left, *right; /* operands; one is left */
    size_t column;
    struct naive_result constant;
};

#endif
