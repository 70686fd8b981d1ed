/* Records that wait for their turn: ordered operators see those of all partitions in the one total
 * order of contract P7, and a record's turn comes once the view's low watermark is greater than its
 * event_time. What waits is what the record brings to the view, in one block of memory. */
#ifndef LS_STREAM_ORDERED_H
#define LS_STREAM_ORDERED_H

#include "pipeline/view/contribution.h"

struct ls_waiting {
    struct ls_place_in_order place; /* its id is in `bytes` */
    const struct ls_view_source *source;
    bool joins;
    const uint8_t *key; /* in `bytes` */
    uint32_t key_size;
    const uint8_t *contribution; /* likewise: ls_contribution_put's */
    size_t contribution_size;
    struct ls_waiting *next;          /* in an operator's queue */
    struct ls_waiting *next_of_group; /* for the operator */
    struct ls_waiting *newer, *older; /* while is_new */
    bool is_new;                      /* no checkpoint has it yet */
    uint8_t bytes[];
};

/* A copy of a contribution; NULL with `err` filled. `scratch` is any buffer. */
struct ls_waiting *ls_waiting_new(const struct ls_view *view, const struct ls_contribution *c,
                                  const struct ls_place_in_order *place, struct ls_buf *scratch,
                                  struct ls_error *err);

/* From a checkpoint: `blob` is a contribution's bytes. */
struct ls_waiting *ls_waiting_restore(const struct ls_view_source *source, bool joins,
                                      const struct ls_place_in_order *place, const uint8_t *key,
                                      uint32_t key_size, const uint8_t *blob, size_t blob_size,
                                      struct ls_error *err);

/* Those that no checkpoint has yet, in no order: what the next one has to write. */
struct ls_newcomers {
    struct ls_waiting *first;
};
void ls_newcomers_add(struct ls_newcomers *newcomers, struct ls_waiting *record);
void ls_newcomers_remove(struct ls_newcomers *newcomers, struct ls_waiting *record);

/* A heap, the first in the order on top. Owns what is in it. */
struct ls_ordered {
    struct ls_waiting **heap;
    size_t count, capacity;
};

#define LS_ORDERED_MAX (UINT64_C(1) << 27) /* records of one view that wait */

void ls_ordered_clear(struct ls_ordered *ordered);

/* Takes the record over; on failure it is still the caller's. */
int ls_ordered_add(struct ls_ordered *ordered, const struct ls_view *view,
                   struct ls_waiting *record, struct ls_error *err);

/* The next one whose event_time is below `low`, which is the caller's now; NULL when there is
 * none. */
struct ls_waiting *ls_ordered_take(struct ls_ordered *ordered, int64_t low);

#endif
