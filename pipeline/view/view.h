/* Views and alert rules, compiled from the spec: which records they read, what of a record they
 * need (contribution.h), what they calculate (aggregate.h, counts.h), and what their rows look like
 * (row.h). Windows, lateness, order and state are the matter of the streaming and the batch run,
 * each in its own way. Immutable; shared by threads. */
#ifndef LS_VIEW_VIEW_H
#define LS_VIEW_VIEW_H

#include "pipeline/record/record.h"
#include "pipeline/view/aggregate.h"

#define LS_VIEW_COLUMNS_MAX 64 /* of `by`, of `select`, and of fields kept for expressions */

enum ls_view_kind {
    LS_VIEW_WINDOWS, /* tumbling and hopping */
    LS_VIEW_SESSIONS,
    LS_VIEW_ROLLING,
    LS_VIEW_ALERT,
    LS_VIEW_JOIN
};

/* A column of `select`. */
struct ls_view_column {
    const char *name;    /* in expressions */
    const char *written; /* in rows: money has its unit */
    enum ls_aggregate_kind kind;
    const struct ls_normal_column *input; /* or NULL: a count of records, an expression */
    const struct ls_normal_column *to;    /* the divisor of a ratio, what ranks a top; or NULL */
    const struct ls_expr *expr; /* of LS_AGGREGATE_EXPR: over the cells of ls_view_cells */
    unsigned scale;             /* places of a number */
    unsigned precision;         /* digits of a decimal */
    unsigned extra_scale;       /* avg: places beyond the input's */
    struct ls_ratio q;          /* quantile */
    uint32_t k;                 /* top */
    unsigned number_at;         /* its first struct ls_aggregate among a group's; a ratio has two */
    unsigned set_at;            /* distinct, quantile, top: its set of values */
    unsigned pick_at;           /* first, last */
    bool is_used;               /* by an expression or a condition: must fit 64 bits */
};

/* An event type that a view reads: which cells of its normalized records are what. */
struct ls_view_source {
    unsigned topic;
    const struct ls_topic_plan *topic_plan;
    const struct ls_expr *where; /* or NULL */
    unsigned *by;                /* cell of each field of the key */
    struct ls_view_operand {
        int input, to;               /* cells; -1: none */
        const struct ls_expr *where; /* or NULL */
    } * operands;                    /* of each column */
    size_t kept_count;               /* of the view's kept fields: those that come from it */
    struct ls_view_kept {
        unsigned cell;
        unsigned slot; /* among the view's */
    } kept[LS_VIEW_COLUMNS_MAX];
};

struct ls_view {
    const struct ls_spec_view *spec;
    unsigned index;
    enum ls_view_kind kind;
    int64_t size_ms, every_ms, offset_ms; /* windows: tumbling ones have every = size */
    int64_t gap_ms;                       /* sessions */
    int64_t over_ms, step_ms;             /* rolling, alert; step 0: to the millisecond */
    int64_t within_ms;                    /* join */
    bool keep_left;
    size_t source_count;
    struct ls_view_source *sources;         /* of a join: left, right */
    const struct ls_view_source **by_topic; /* the source that reads it; NULL: none */
    size_t by_count;                        /* of a join: entity_id and `on` */
    struct ls_normal_column *by;
    size_t kept_count; /* fields that expressions over a record need when its turn comes */
    size_t column_count;
    struct ls_view_column *columns;
    unsigned number_count, set_count, pick_count; /* of a group's state */
    const struct ls_expr *when, *clear;           /* alert; clear may be NULL */
    struct ls_schema *schema;                     /* of its rows */
    struct ls_layout *layout;
};

struct ls_views {
    const struct ls_record_plan *plan;
    size_t count;
    struct ls_view *views; /* the spec's views, then its alert rules */
    struct ls_arena arena;
};

/* Problems (LS2303) in `report` with LS_E_DATA. Free with ls_views_free; the plan must outlive it.
 */
int ls_views_new(const struct ls_record_plan *plan, struct ls_views **out, struct ls_buf *report,
                 struct ls_error *err);
void ls_views_free(struct ls_views *views);

/* "windows", "sessions", "rolling", "alert", "join". */
const char *ls_view_kind_word(enum ls_view_kind kind);

/* Its dataset: "views/NAME", "alerts/NAME". */
const char *ls_view_folder(const struct ls_view *view);

/* Window number n is [ls_view_start(n), ls_view_start(n) + size). The windows that hold a time have
 * the numbers *first .. *last; none when *first is behind *last. */
static inline int64_t ls_view_start(const struct ls_view *view, int64_t number)
{
    return view->offset_ms + number * view->every_ms;
}
static inline int64_t ls_view_end(const struct ls_view *view, int64_t number)
{
    return ls_view_start(view, number) + view->size_ms;
}
void ls_view_windows(const struct ls_view *view, int64_t time_ms, int64_t *first, int64_t *last);

#endif
