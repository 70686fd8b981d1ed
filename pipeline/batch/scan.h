/* The windows of one view by sort and scan: contributions go in in any order and from any number of
 * workers, rows come out in the order of contract P6. */
#ifndef LS_BATCH_SCAN_H
#define LS_BATCH_SCAN_H

#include "pipeline/batch/sort.h"
#include "pipeline/view/view.h"

/* What one worker contributes to one view. */
struct ls_scan_part {
    struct ls_sorter *records;  /* key end, start, group; value the numbers of the columns */
    struct ls_sorter *distinct; /* key end, start, group, column, value; NULL where
                                   the view has no distinct column */
    uint8_t *key;               /* scratch */
};

int ls_scan_part_new(const struct ls_view *view, const char *folder, size_t memory,
                     struct ls_scan_part *out, struct ls_error *err);
void ls_scan_part_clear(struct ls_scan_part *part);

int ls_scan_add(const struct ls_view *view, struct ls_scan_part *part,
                const struct ls_contribution *contribution, struct ls_error *err);

/* Calls `row` with each row's encoding, in order. */
int ls_scan(const struct ls_view *view, struct ls_scan_part *const *parts, size_t count,
            int (*row)(void *context, const uint8_t *row, size_t size, struct ls_error *err),
            void *context, struct ls_error *err);

#endif
