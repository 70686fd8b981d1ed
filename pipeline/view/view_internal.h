/* The parts of planning: what views read (view_plan.c), what they calculate (view_columns.c), the
 * schemas of their rows (view_schema.c). */
#ifndef LS_VIEW_VIEW_INTERNAL_H
#define LS_VIEW_VIEW_INTERNAL_H

#include "pipeline/view/view.h"

struct planner {
    struct ls_views *views;
    struct ls_view *view;
    struct ls_diag *diag;
    struct ls_error *err;
};

#define PROBLEM(p, where, hint, ...)                                                               \
    ls_diag_add((p)->diag, LS_SEVERITY_ERROR, "LS2303", where, hint, __VA_ARGS__)

/* A field that all sources have, the same one in all: its cell in each. */
struct view_field {
    struct ls_normal_column column; /* nullable where it is in one of them */
    unsigned *cells;                /* [source] */
};

/* 0 with *found; a problem is noted where it is not. Negative for a lack of memory. `side`: of one
 * source alone; -1: of all. */
int ls_view_field(struct planner *p, const char *name, int side, struct ls_where where,
                  struct view_field *out, bool *found);

/* As ls_view_field, for what is grouped by or calculated with. */
int ls_view_operand(struct planner *p, const char *name, int side, struct ls_where where,
                    struct view_field *out, bool *found);

/* A condition over the fields of a record, compiled for each source. */
int ls_view_where(struct planner *p, const char *text, struct ls_where where,
                  const struct ls_expr *out[]);

/* An expression over kept fields and the first `columns` columns. */
int ls_view_expr(struct planner *p, const char *text, struct ls_where where, int quotient_scale,
                 size_t columns, struct ls_expr **out);

/* view->columns, from `select`. */
int ls_view_columns(struct planner *p);

/* view->schema and its layout. */
int ls_view_schema(struct planner *p);

/* The type of a column, as expressions see it. */
void ls_view_column_symbol(const struct ls_view_column *column, struct ls_expr_symbol *out);

#endif
