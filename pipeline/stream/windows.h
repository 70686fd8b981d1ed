/* The open windows of one view, as one worker has seen them: for each window its groups, for each
 * group the states of the view's columns. States of several workers are merged when a window is
 * emitted; the order does not matter (contract P8). */
#ifndef LS_STREAM_WINDOWS_H
#define LS_STREAM_WINDOWS_H

#include "core/base/arena.h"
#include "pipeline/view/view.h"

#define LS_WINDOW_BYTES_MAX ((size_t)4 << 30) /* state of one open window in one worker */

/* Distinct values by the 128-bit names of their names; open addressing, {0, 0} is empty and noted
 * apart. */
struct ls_distinct {
    struct ls_id *slots;
    size_t slot_count;
    size_t count;
    bool has_zero;
};

struct ls_group {
    const uint8_t *key;
    uint32_t key_size;
    bool dirty;                      /* changed since the last checkpoint */
    struct ls_aggregate *aggregates; /* one a column */
    struct ls_distinct *distinct;    /* one for each distinct column, in order */
};

struct ls_window {
    int64_t start, end;
    struct ls_group **slots; /* open addressing by the key's hash */
    size_t slot_count;
    size_t count;
    struct ls_arena arena; /* all of the window's state: released at once when it is emitted */
};

struct ls_windows {
    const struct ls_view *view;
    struct ls_window **open; /* by (end, start), ascending */
    size_t count, capacity;
};

void ls_windows_init(struct ls_windows *windows, const struct ls_view *view);
void ls_windows_clear(struct ls_windows *windows);

/* Adds one record's contribution. */
int ls_windows_add(struct ls_windows *windows, const struct ls_contribution *contribution,
                   struct ls_error *err);

/* The group, made if it is not there: for restoring. Sets *window too. */
int ls_windows_group(struct ls_windows *windows, int64_t start, int64_t end, const uint8_t *key,
                     size_t key_size, struct ls_window **window, struct ls_group **group,
                     struct ls_error *err);

/* Adds a value to the distinct values of column number `k` among the distinct ones of a group of a
 * window. */
int ls_distinct_add(struct ls_window *window, struct ls_distinct *set, struct ls_id value,
                    struct ls_error *err);

/* Takes out the first window if it is this one, else NULL. The caller frees it with ls_window_free.
 */
struct ls_window *ls_windows_take(struct ls_windows *windows, int64_t start, int64_t end);

void ls_window_free(struct ls_window *window);

#endif
