/* Views by sort and scan (contract P9): what records contribute goes into sorters, in any order and
 * from any number of workers; then each kind of view is a scan over what was sorted, and rows come
 * out in the order of contract P6 and P7. No state over time: a window is a run of equal keys, a
 * session a run without a gap, a rolling feature a range of neighbours, a join a merge of two
 * lists. */
#ifndef LS_BATCH_SCAN_H
#define LS_BATCH_SCAN_H

#include "pipeline/batch/sort.h"
#include "pipeline/view/contribution.h"

/* What one worker contributes to one view. */
struct ls_scan_part {
    struct ls_sorter *records; /* windows: key last, first, group. Others: key group, place in
                                  order. Of a join the left records */
    struct ls_sorter *others;  /* windows: key last, first, group, column, value of a set, where
                                  the view has one. Of a join the right records. Else NULL */
    struct ls_sorter *spans;   /* windows that overlap, instead: key group, column, value of a
                                  distinct, first. Else NULL */
    struct ls_buf key, value;  /* scratch */
    uint8_t *group;            /* scratch: the contribution's key */
};

int ls_scan_part_new(const struct ls_view *view, const char *folder, size_t memory,
                     struct ls_scan_part *out, struct ls_error *err);
void ls_scan_part_clear(struct ls_scan_part *part);

/* A record that counts in the windows first .. last (of a view of windows; else they mean nothing).
 */
int ls_scan_add(const struct ls_view *view, struct ls_scan_part *part,
                const struct ls_contribution *c, const struct ls_place_in_order *place,
                int64_t first, int64_t last, struct ls_error *err);

struct ls_scan_job {
    const struct ls_view *view;
    struct ls_scan_part *const *parts;
    size_t part_count;
    const char *folder; /* for what is sorted on the way */
    size_t memory;      /* for that */
    int (*row)(void *context, const uint8_t *row, size_t size, struct ls_error *err);
    void *context;
};

/* Calls `row` with each row's encoding, in order. */
int ls_scan(const struct ls_scan_job *job, struct ls_error *err);

#endif
