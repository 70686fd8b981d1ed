/* The groups of rolling features and alert rules (rolling.c), and what they look back over: to the
 * millisecond (rolling_span.c) or by panes (rolling_panes.c). */
#ifndef LS_STREAM_ROLLING_H
#define LS_STREAM_ROLLING_H

#include "pipeline/stream/key_table.h"
#include "pipeline/stream/operator.h"

struct rolling_group {
    struct ls_keyed keyed;
    bool raised;       /* an alert */
    bool raised_dirty; /* and no checkpoint says so */
    struct rolling_group *next_dirty;
    struct rolling_span *span; /* one of these two; NULL: nothing in it */
    struct rolling_panes *panes;
    uint8_t bytes[]; /* of the key */
};

/* What a group has in one pane. */
struct rolling_pane {
    int64_t number; /* it begins at number * step */
    struct rolling_group *group;
    struct rolling_pane *next;        /* of its group */
    struct rolling_pane *next_of_all; /* the next to go */
    struct rolling_pane *before_dirty, *next_dirty;
    bool dirty; /* changed since the last checkpoint */
    struct ls_group_state state;
};

struct rolling {
    struct ls_operator op;
    struct ls_key_table groups;
    struct rolling_group *raised_dirty;
    struct rolling_pane *first_pane, *last_pane; /* of all groups, in order */
    struct rolling_pane *dirty_panes;
    struct ls_group_state
        merged; /* a group's panes together, until the next row; NULL memory: none */
};

/* The group of a key, made if it is not there. */
int ls_rolling_group(struct rolling *r, const uint8_t *key, size_t size, struct rolling_group **out,
                     struct ls_error *err);
static inline struct rolling_group *ls_rolling_find(const struct rolling *r, const uint8_t *key,
                                                    size_t size)
{
    return (struct rolling_group *)(void *)ls_key_find(&r->groups, key, size);
}

/* Number i of the table; NULL: none there. */
static inline struct rolling_group *ls_rolling_at(const struct rolling *r, size_t i)
{
    return (struct rolling_group *)(void *)r->groups.slots[i];
}

/* Forgets the group if nothing is left of it. */
void ls_rolling_release(struct rolling *r, struct rolling_group *group);

/* ---- to the millisecond: the operator's queue keeps the records */

int ls_span_add(const struct ls_view *view, struct rolling_group *group,
                const struct ls_waiting *record, const struct ls_contribution *c,
                struct ls_buf *scratch, struct ls_error *err);

/* Takes away the records of all groups that one at `time_ms` does not look back to. */
int ls_span_pass(struct rolling *r, int64_t time_ms, struct ls_buf *scratch, struct ls_error *err);

int ls_span_results(const struct ls_view *view, const struct rolling_span *span,
                    struct ls_view_row *row, struct ls_buf *tops, struct ls_error *err);
void ls_span_free(const struct ls_view *view, struct rolling_span *span);

/* ---- by panes */

int ls_panes_add(struct rolling *r, struct rolling_group *group,
                 const struct ls_place_in_order *place, const struct ls_contribution *c,
                 struct ls_buf *scratch, struct ls_error *err);
void ls_panes_pass(struct rolling *r, int64_t time_ms);
int ls_panes_results(struct rolling *r, const struct rolling_group *group, struct ls_view_row *row,
                     struct ls_buf *tops, struct ls_error *err);
int ls_panes_put(struct rolling *r, bool whole, struct ls_buf *out, struct ls_error *err);
int ls_panes_get(struct rolling *r, struct checkpoint_reader *reader, struct ls_error *err);
int ls_panes_settle(struct rolling *r, int64_t low, struct ls_error *err);
void ls_panes_clear(struct rolling *r);

#endif
