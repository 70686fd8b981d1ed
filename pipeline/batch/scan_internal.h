/* What the scans share: keys that sort as contract P7 orders, items as contributions, rows that are
 * sorted once more. */
#ifndef LS_BATCH_SCAN_INTERNAL_H
#define LS_BATCH_SCAN_INTERNAL_H

#include "pipeline/batch/scan.h"
#include "pipeline/view/counts.h"
#include "pipeline/view/row.h"

#define SCAN_ROW_MAX (1U << 24)

/* Appends a place in order so that bytes sort as places do. */
int ls_scan_put_place(struct ls_buf *key, const struct ls_place_in_order *place,
                      struct ls_error *err);

/* What an item holds of a record, instead of what `value` held; and what that was, texts and id
 * borrowed from it. Place, key's size and joins are there where the view wants a place. */
int ls_scan_put_value(const struct ls_view *view, const struct ls_contribution *c,
                      const struct ls_place_in_order *place, struct ls_buf *value,
                      struct ls_error *err);
void ls_scan_get_value(const struct ls_view *view, const uint8_t *value, struct ls_contribution *c,
                       struct ls_place_in_order *place);

/* The first or last value of a group's records so far. */
struct scan_best {
    bool present;
    struct ls_place_in_order place;
    int64_t number;
    bool is_text;
    struct ls_buf bytes; /* the id, the text */
};
void ls_scan_best_init(struct scan_best *best);
int ls_scan_best_offer(struct scan_best *best, bool first, const struct ls_place_in_order *place,
                       const struct ls_input *input, struct ls_error *err);
struct ls_aggregate_result ls_scan_best_result(const struct scan_best *best);

/* All items of one of the parts' sorters. */
int ls_scan_merge(const struct ls_scan_job *job, bool others, struct ls_merge **out,
                  struct ls_error *err);

/* Rows with the keys by which they come out. */
struct ls_scan_rows {
    struct ls_sorter *sorter;
    struct ls_buf key, bytes, tops, scratch;
    struct ls_view_row row;
};
int ls_scan_rows_new(const struct ls_scan_job *job, struct ls_scan_rows **out,
                     struct ls_error *err);
void ls_scan_rows_free(struct ls_scan_rows *rows);
int ls_scan_rows_add(struct ls_scan_rows *rows, struct ls_error *err); /* `bytes`, by `key` */
int ls_scan_rows_write(const struct ls_scan_job *job, struct ls_scan_rows *rows,
                       struct ls_error *err);

/* Is the set of a view of windows counted by ls_scan_distinct? */
static inline bool ls_scan_is_swept(const struct ls_view *view, const struct ls_view_column *column)
{
    return column->kind == LS_AGGREGATE_DISTINCT && view->size_ms > view->every_ms;
}

/* The value of a distinct in the windows first .. last. */
int ls_scan_add_span(struct ls_scan_part *part, const struct ls_contribution *c, uint64_t column,
                     const struct ls_buf *value, int64_t first, int64_t last, struct ls_error *err);

/* How many there are in each window: key window, window, group, column; value the count and two
 * words of 0. */
int ls_scan_distinct(const struct ls_scan_job *job, size_t memory, struct ls_sorter *out,
                     struct ls_error *err);

int ls_scan_windows(const struct ls_scan_job *job, struct ls_error *err);
int ls_scan_sessions(const struct ls_scan_job *job, struct ls_error *err);
int ls_scan_rolling(const struct ls_scan_job *job, struct ls_error *err);
int ls_scan_join(const struct ls_scan_job *job, struct ls_error *err);

#endif
