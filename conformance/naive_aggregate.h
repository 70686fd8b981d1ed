/* One column of a view over the records of a group (P8). */
#ifndef LS_CONFORMANCE_NAIVE_AGGREGATE_H
#define LS_CONFORMANCE_NAIVE_AGGREGATE_H

#include "conformance/naive_internal.h"

struct naive_aggregate {
    const struct ls_spec_aggregate *spec;
    const struct ls_member *function;
    const struct naive_column *field; /* NULL: count */
    size_t index;                     /* of the field */
    const struct naive_column *to;    /* ratio: the divisor; top: what ranks, or NULL */
    size_t to_index;
    const struct naive_columns *entry; /* top: the fields of an item */
    struct naive_expr *where;          /* NULL: every record */
};

int ls_naive_aggregate_compile(const struct ls_spec_aggregate *spec,
                               const struct naive_columns *fields, struct ls_arena *arena,
                               struct naive_aggregate *out, struct naive_column *written,
                               struct ls_error *err);

/* Over records in the total order. `room` has space for `count` pointers. */
int ls_naive_aggregate_run(const struct naive_aggregate *aggregate,
                           const struct naive_value *const *rows, size_t count,
                           const struct naive_value **room, struct ls_arena *arena,
                           struct naive_value *out, struct ls_error *err);

/* A sum of the field's values, as it is written. LS_E_DATA when it does not fit its type. */
int ls_naive_put_sum(const struct naive_aggregate *aggregate, const struct naive_column *field,
                     ls_i128 sum, struct ls_arena *arena, struct naive_value *out,
                     struct ls_error *err);

/* Those that sort; the array of rows is used up. */
int64_t ls_naive_distinct(const struct naive_aggregate *aggregate, const struct naive_value **rows,
                          size_t count);
void ls_naive_quantile(const struct naive_aggregate *aggregate, const struct naive_value **rows,
                       size_t count, struct naive_value *out);
int ls_naive_top(const struct naive_aggregate *aggregate, const struct naive_value **rows,
                 size_t count, struct ls_arena *arena, struct naive_value *out,
                 struct ls_error *err);

#endif
