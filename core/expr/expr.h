/* Expressions of the spec language: exact integer and decimal arithmetic, comparisons, three-valued
 * logic.
 *
 *   product.list_price * quantity        amount >= 100.00 and country != 'US'        coupon is not
 * null
 *
 * Grammar, loosest first: or; and; not; = != < <= > >= (one comparison, not a chain), is [not]
 * null; + -; * /; unary -; numbers (12, 24.90, 1_000), 'text' ('' is a quote inside), true, false,
 * null, names with dots, parentheses.
 *
 * Types: boolean, number (an integer at a scale that is known when the expression is compiled:
 * money has scale 2), text, time (milliseconds; time - time is a number, time +- number is a time).
 * Numbers of different scales are brought to the larger one, exactly. A quotient has no exact
 * scale, so `/` may stand only at the top, and the caller says at which scale it is rounded, half
 * to even. Any operand that is null makes an operator's result null, except `is null`, and
 * `and`/`or` as in SQL.
 *
 * Compiled expressions are immutable and may be evaluated by many threads. */
#ifndef LS_EXPR_EXPR_H
#define LS_EXPR_EXPR_H

#include "core/base/arena.h"
#include "core/base/cell.h"
#include "core/base/diag.h"
#include "core/base/text.h"
#include "core/base/wide.h"

enum ls_expr_type { LS_EXPR_BOOLEAN, LS_EXPR_NUMBER, LS_EXPR_TEXT, LS_EXPR_TIME };

#define LS_EXPR_SCALE_MAX 18
#define LS_EXPR_DEPTH_MAX 32
#define LS_EXPR_STEPS_MAX 256

/* What a name stands for. */
struct ls_expr_symbol {
    enum ls_expr_type type;
    unsigned scale; /* number */
    bool nullable;
    unsigned slot;        /* index of its cell at evaluation */
    bool bounded;         /* number and time: low and high hold */
    ls_i128 low, high;    /* at `scale` */
    const char *unusable; /* NULL, or why expressions do not take it and what to use instead */
};

struct ls_expr_scope {
    /* Fills *symbol; false when the name is unknown, or with a problem of its own noted. */
    bool (*find)(void *context, const char *name, struct ls_expr_symbol *symbol);
    /* What to write instead of a name that `find` does not know, as ls_suggest; may be NULL. */
    const char *(*suggest)(const void *context, const char *name, char out[LS_SUGGEST_MAX]);
    void *context;
};

struct ls_expr;

struct ls_expr_value {
    bool is_null;
    ls_i128 number;       /* boolean, number (at the expression's scale), time */
    const uint8_t *bytes; /* text: borrowed from a cell or from the expression */
    uint32_t size;
};

enum ls_expr_status {
    LS_EXPR_OK,
    LS_EXPR_OVERFLOW,        /* an intermediate value left 128 bits */
    LS_EXPR_DIVISION_BY_ZERO /* gives null where that is wanted: the caller decides */
};

/* Compiles `text`, whose place is `where`. `quotient_scale` is the scale for a `/` at the top;
 * negative when none was declared (then `/` is a problem). Problems go to `diag` (LS21xx) and *out
 * is NULL; LS_E_NOMEM is returned. The expression lives in `arena`. */
int ls_expr_compile(const char *text, struct ls_where where, int quotient_scale,
                    const struct ls_expr_scope *scope, struct ls_arena *arena, struct ls_diag *diag,
                    struct ls_expr **out, struct ls_error *err);

enum ls_expr_type ls_expr_type(const struct ls_expr *expr);
unsigned ls_expr_scale(const struct ls_expr *expr);
bool ls_expr_nullable(const struct ls_expr *expr);

/* The interval that holds every value of a number or time; false when it is not known. */
bool ls_expr_bounds(const struct ls_expr *expr, ls_i128 *low, ls_i128 *high);

/* Does every evaluation give LS_EXPR_OK? Known where each number in it has bounds, none can leave
 * 128 bits, and no divisor can be 0. */
bool ls_expr_safe(const struct ls_expr *expr);

/* The slots that the expression reads: calls `each` for each, possibly more than once. */
void ls_expr_slots(const struct ls_expr *expr, void (*each)(void *context, unsigned slot),
                   void *context);

enum ls_expr_status ls_expr_eval(const struct ls_expr *expr, const struct ls_cell *cells,
                                 struct ls_expr_value *out);

/* Is it sums and products alone, none of which can leave 64 bits? Then the next function may be
 * used. */
bool ls_expr_narrow(const struct ls_expr *expr);

/* The same value at a fraction of the cost. False when it is null. */
bool ls_expr_eval_narrow(const struct ls_expr *expr, const struct ls_cell *cells, int64_t *out);

/* For conditions: true only when the value is known and true. *status may be NULL. */
bool ls_expr_holds(const struct ls_expr *expr, const struct ls_cell *cells,
                   enum ls_expr_status *status);

const char *ls_expr_type_name(enum ls_expr_type type);

#endif
