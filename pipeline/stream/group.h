/* What the streaming run knows of the records of one group: a state for each aggregate of a view.
 * Records come one by one; states of several workers, or of several panes, are merged (contract P8:
 * in any order). Where records also go again (rolling features), those of sets are kept by value.
 */
#ifndef LS_STREAM_GROUP_H
#define LS_STREAM_GROUP_H

#include "pipeline/view/contribution.h"
#include "pipeline/view/counts.h"
#include "pipeline/view/row.h"

/* Distinct values by the 128-bit names of their names; open addressing, {0, 0} is empty and noted
 * apart. */
struct ls_distinct {
    struct ls_id *slots;
    size_t slot_count;
    size_t count;
    bool has_zero;
};
int ls_distinct_add(struct ls_distinct *set, struct ls_id value, struct ls_error *err);
int ls_distinct_merge(struct ls_distinct *set, const struct ls_distinct *other,
                      struct ls_error *err);

/* The values that a record brought to a distinct, a quantile, a top. */
struct ls_value_set {
    struct ls_distinct distinct; /* of a distinct of records that stay */
    struct ls_counts counts;     /* of all others */
};

/* first, last: the best so far. */
struct ls_best {
    bool present;
    struct ls_place_in_order place; /* its id is in `room` */
    int64_t number;
    bool is_text; /* which is in `room` behind the id */
    uint32_t size;
    uint8_t *room;
    size_t capacity;
};

struct ls_group_state {
    struct ls_aggregate *numbers; /* [view->number_count] */
    struct ls_value_set *sets;    /* [view->set_count] */
    struct ls_best *picks;        /* [view->pick_count] */
};

/* A state lives in zeroed memory of this size, given by its owner; what it owns beside that goes
 * with ls_group_state_clear, which leaves it empty. */
size_t ls_group_state_size(const struct ls_view *view);
void ls_group_state_init(const struct ls_view *view, void *memory, struct ls_group_state *out);
void ls_group_state_clear(const struct ls_view *view, struct ls_group_state *state);

/* Adds one record's contribution. LS_E_DATA, naming view and column, for a sum that leaves 128
 * bits. `scratch` is any buffer. */
int ls_group_add(const struct ls_view *view, struct ls_group_state *state,
                 const struct ls_contribution *c, const struct ls_place_in_order *place,
                 struct ls_buf *scratch, struct ls_error *err);

int ls_group_merge(const struct ls_view *view, struct ls_group_state *into,
                   const struct ls_group_state *from, struct ls_error *err);

/* What the state's columns come to; those that are expressions are left alone. Texts are the
 * state's, tops are in `tops`, which is emptied first: both must stay until the row is written. */
int ls_group_results(const struct ls_view *view, const struct ls_group_state *state,
                     struct ls_view_row *row, struct ls_buf *tops, struct ls_error *err);

/* A state as a checkpoint has it; and back, instead of what it was. */
struct checkpoint_reader;
int ls_group_state_put(const struct ls_view *view, const struct ls_group_state *state,
                       struct ls_buf *out, struct ls_error *err);
int ls_group_state_get(const struct ls_view *view, struct checkpoint_reader *r,
                       struct ls_group_state *state, struct ls_error *err);

/* Makes it the best so far; `bytes` NULL: a number. */
int ls_best_set(struct ls_best *pick, const struct ls_place_in_order *place, int64_t number,
                const uint8_t *bytes, uint32_t size, struct ls_error *err);

/* LS_E_DATA with the message about a sum. */
int ls_sum_overflows(const struct ls_view *view, const struct ls_view_column *column,
                     struct ls_error *err);

#endif
