/* Views: what a record contributes to which window of which group, and the rows that come of it. A
 * contribution is a function of the normalized record alone; windows, lateness and state are the
 * callers'. */
#ifndef LS_VIEW_VIEW_H
#define LS_VIEW_VIEW_H

#include "pipeline/record/record.h"
#include "pipeline/view/aggregate.h"

#define LS_VIEW_COLUMNS_MAX 64    /* of `by`, and of `select` */
#define LS_GROUP_KEY_MAX    65536 /* bytes of one group's key */

struct ls_view_column {
    const char *name;
    enum ls_aggregate_kind kind;
    int input;                   /* normalized column; -1: count of records */
    enum ls_field_type type;     /* of the input */
    const struct ls_expr *where; /* or NULL */
    unsigned scale;              /* places of a decimal result */
    unsigned precision;          /* its digits */
    unsigned extra_scale;        /* avg: places beyond the input's */
};

struct ls_view {
    const struct ls_spec_view *spec;
    unsigned index;
    unsigned topic; /* that it reads */
    const struct ls_topic_plan *topic_plan;
    const struct ls_expr *where; /* or NULL */
    int64_t size_ms, offset_ms;  /* tumbling */
    size_t by_count;
    int by[LS_VIEW_COLUMNS_MAX]; /* normalized columns */
    size_t column_count;
    struct ls_view_column *columns;
    size_t distinct_count;    /* columns of kind distinct */
    struct ls_schema *schema; /* of its rows: window_start, window_end, the `by` fields, the
                                 columns, feature_version */
    struct ls_layout *layout;
};

struct ls_views {
    const struct ls_record_plan *plan;
    size_t count;
    struct ls_view *views;
    struct ls_arena arena;
};

/* Problems (LS23xx) in `report` with LS_E_DATA. Free with ls_views_free; the plan must outlive it.
 */
int ls_views_new(const struct ls_record_plan *plan, struct ls_views **out, struct ls_buf *report,
                 struct ls_error *err);
void ls_views_free(struct ls_views *views);

/* One value that a record brings to one column. */
struct ls_input {
    bool present; /* not null, and the column's `where` holds */
    int64_t number;
    const uint8_t *bytes; /* distinct of text: the value; NULL: number */
    uint32_t size;
};

struct ls_contribution {
    int64_t start, end; /* of the window */
    uint8_t *key; /* the group's key: Avro binary of the `by` fields. Room given by the caller */
    uint32_t key_size;
    struct ls_input inputs[LS_VIEW_COLUMNS_MAX];
};

/* What a normalized record contributes: 1, or 0 when `where` does not hold; negative with `err` for
 * a key that passes LS_GROUP_KEY_MAX or a condition that overflows (the run ends: nothing is left
 * out silently). `key` has LS_GROUP_KEY_MAX bytes. */
int ls_view_contribution(const struct ls_view *view, const struct ls_record *record, uint8_t *key,
                         struct ls_contribution *out, struct ls_error *err);

/* Bytes that name a distinct value; at most LS_DISTINCT_INLINE, longer ones are named by their
 * SHA-256. Returns the size. */
#define LS_DISTINCT_INLINE 64
uint32_t ls_distinct_name(const struct ls_input *input, uint8_t out[LS_DISTINCT_INLINE]);

/* The row of a final window, encoded behind `out`. `aggregates` has one state for each column (the
 * count of a distinct column is how many values it has). LS_E_DATA when a value does not fit its
 * type: the message names view, window and key (P8). */
int ls_view_row(const struct ls_view *view, int64_t start, int64_t end, const uint8_t *key,
                size_t key_size, const struct ls_aggregate *aggregates, struct ls_buf *out,
                struct ls_error *err);

#endif
