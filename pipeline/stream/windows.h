/* The open windows of one view, tumbling or hopping, as one worker has seen them. Records that
 * count in the same windows share a pane: a range of windows, by their numbers, with a state for
 * each group. A record is added once, to its pane; a window is what its panes come to, merged when
 * it is emitted, as are those of several workers (contract P8: the order does not matter). */
#ifndef LS_STREAM_WINDOWS_H
#define LS_STREAM_WINDOWS_H

#include "core/base/arena.h"
#include "pipeline/stream/emission.h"
#include "pipeline/stream/key_table.h"

#define LS_PANE_BYTES_MAX ((size_t)4 << 30) /* keys and states of one pane in one worker */

struct ls_group {
    struct ls_keyed keyed;
    bool dirty; /* changed since the last checkpoint */
    struct ls_group_state state;
};

struct ls_pane {
    int64_t first, last; /* windows */
    struct ls_key_table groups;
    struct ls_arena arena; /* keys and states; what these own beside is freed with them */
};

struct ls_windows {
    const struct ls_view *view;
    struct ls_pane **panes; /* by (last, first), ascending */
    size_t count, capacity;
};

/* Group number i of the pane's table; NULL: none there. */
static inline struct ls_group *ls_pane_group(const struct ls_pane *pane, size_t i)
{
    return (struct ls_group *)(void *)pane->groups.slots[i];
}

void ls_windows_init(struct ls_windows *windows, const struct ls_view *view);
void ls_windows_clear(struct ls_windows *windows);

/* The panes that no window behind number `done` has a part in. */
void ls_windows_forget(struct ls_windows *windows, int64_t done);

/* Adds one record to the windows first .. last. */
int ls_windows_add(struct ls_windows *windows, int64_t first, int64_t last,
                   const struct ls_contribution *c, const struct ls_place_in_order *place,
                   struct ls_buf *scratch, struct ls_error *err);

/* The group of a pane, made if it is not there: for restoring. */
int ls_windows_group(struct ls_windows *windows, int64_t first, int64_t last, const uint8_t *key,
                     size_t key_size, struct ls_group **group, struct ls_error *err);

/* The number of the last window that ends at or before a time. */
static inline int64_t ls_windows_done(const struct ls_view *view, int64_t time_ms)
{
    return time_ms == INT64_MIN
               ? INT64_MIN
               : ls_floor_div(time_ms - view->offset_ms - view->size_ms, view->every_ms);
}

/* Writes the rows of the windows behind number `done` that end at or before `low`, of all workers
 * together, in order, and forgets the panes that no window needs any more. INT64_MAX: all. */
int ls_windows_emit(struct ls_windows *const *workers, size_t count, int64_t done, int64_t low,
                    struct ls_emission *emission, struct ls_error *err);

#endif
