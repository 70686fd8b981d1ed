/* The rows of views and alert rules: what their columns come to, and their bytes. */
#ifndef LS_VIEW_ROW_H
#define LS_VIEW_ROW_H

#include "pipeline/view/contribution.h"
#include "pipeline/view/counts.h"

/* The columns of a row: aggregates are the caller's, expressions are made of them. */
struct ls_view_row {
    struct ls_aggregate_result results[LS_VIEW_COLUMNS_MAX];
    struct ls_cell cells[2 * LS_VIEW_COLUMNS_MAX]; /* what expressions see: columns, kept fields */
};

/* What a distinct, quantile or top column comes to. A top is appended to `tops`; where it is, is
 * known when all are there: ls_row_settle_tops. */
int ls_set_result(const struct ls_view *view, const struct ls_view_column *column,
                  const struct ls_counts *counts, struct ls_aggregate_result *out,
                  struct ls_buf *tops, struct ls_error *err);
void ls_row_settle_tops(const struct ls_view *view, struct ls_view_row *row,
                        const struct ls_buf *tops);

/* Fills in the columns that are expressions, from the kept cells (of view->kept_count) and the
 * columns before each. LS_E_DATA, naming view, column and record, for a column that an expression
 * uses and that does not fit 64 bits, and for an expression that leaves 128. */
int ls_view_evaluate(const struct ls_view *view, const struct ls_cell *kept, const uint8_t *id,
                     uint32_t id_size, struct ls_view_row *row, struct ls_error *err);

/* A condition over the same cells: 1, 0 when it does not hold or is unknown, or negative. */
int ls_view_condition(const struct ls_view *view, const struct ls_expr *condition,
                      const uint8_t *id, uint32_t id_size, const struct ls_view_row *row,
                      struct ls_error *err);

/* The encoding of a row, instead of what `out` held. LS_E_DATA when a value does not fit its type:
 * the message names view, column, time and key (P8). Of a window, the columns that are expressions
 * are filled in here, over the columns before each; one that cannot be ends likewise. */
int ls_row_of_window(const struct ls_view *view, int64_t start, int64_t end, const uint8_t *key,
                     size_t key_size, struct ls_view_row *row, struct ls_buf *out,
                     struct ls_error *err);

/* Of a rolling view; of an alert rule with the transition. */
int ls_row_of_record(const struct ls_view *view, int64_t event_time, const uint8_t *id,
                     uint32_t id_size, const uint8_t *key, size_t key_size, bool raised,
                     const struct ls_view_row *row, struct ls_buf *out, struct ls_error *err);

/* right_id NULL: the left record has no match. The entity is the key's first field. */
int ls_row_of_pair(const struct ls_view *view, int64_t event_time, const uint8_t *left_id,
                   uint32_t left_size, const uint8_t *right_id, uint32_t right_size,
                   const uint8_t *entity, uint32_t entity_size, const struct ls_view_row *row,
                   struct ls_buf *out, struct ls_error *err);

/* The time by which a row, as it is encoded, belongs to a range of time (P15): its event_time, or
 * the last millisecond of its window or session, so that from <= time < to is from < end <= to. */
int64_t ls_row_time(const struct ls_view *view, const uint8_t *row, size_t size);

#endif
