/* Normalize steps, compiled: what a `set` does to the cells of a record. Each function of the
 * language is one row of the array in normalize.c. */
#ifndef LS_RECORD_NORMALIZE_H
#define LS_RECORD_NORMALIZE_H

#include "core/expr/expr.h"
#include "pipeline/record/reference.h"

/* Rows of a table for a record. */
struct ls_record_lookup {
    const struct ls_reference_table *table;
    size_t key_cell;
    size_t at_cell; /* of a table with times */
    int at_type;    /* enum ls_field_type: timestamp or date */
    size_t take_count;
    struct ls_record_take {
        size_t column, cell; /* of the table; where it goes */
    } * takes;
};

struct ls_record_set {
    /* False where there is no value: NORMALIZE_FAILED. */
    bool (*evaluate)(const struct ls_record_set *set, struct ls_cell *cells);
    const char *field;
    size_t cell;                    /* where the value goes */
    struct ls_record_lookup lookup; /* table NULL: none */
    const struct ls_expr *expr;
    ls_i128 divide, multiply; /* expr: from its scale to the field's, half to even */
    size_t from_cell;         /* to_utc: the local time; adjust: the number */
    size_t offset_cell;       /* to_utc, without a table */
    size_t offset_column;     /* to_utc, with one: of the table */
    int64_t reach_ms;         /* likewise: no offset of the table is farther from 0 */
    size_t factor_columns[2]; /* adjust: numerator, denominator */
    int64_t low, high;        /* adjust: what the field's type holds */
};

/* The functions (normalize_run.c). */
bool ls_set_expression(const struct ls_record_set *set, struct ls_cell *cells);
bool ls_set_lookup(const struct ls_record_set *set, struct ls_cell *cells);
bool ls_set_utc(const struct ls_record_set *set, struct ls_cell *cells);
bool ls_set_adjusted(const struct ls_record_set *set, struct ls_cell *cells);

#endif
