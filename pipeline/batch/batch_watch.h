/* What the workers of a batch run tell whoever watches it. Between begin and end calls are made
 * with the run's lock held; where nobody watches they do nothing. */
#ifndef LS_BATCH_BATCH_WATCH_H
#define LS_BATCH_BATCH_WATCH_H

#include "pipeline/output/watch.h"

struct ls_batch_watch {
    const struct ls_run_watch *watch; /* NULL: nobody looks on */
    const struct ls_outputs *outputs;
    struct ls_run_numbers numbers;
    uint64_t begin_ns;
};

/* `log` has the plan's topics. The outputs tell the watch's journal from now on. */
int ls_batch_watch_begin(struct ls_batch_watch *w, const struct ls_run_watch *watch,
                         struct ls_outputs *outputs, const struct ls_log *log, unsigned workers,
                         struct ls_error *err);

/* More of a partition's records are written out; `clock_ms` NULL: it has none yet. */
void ls_batch_watch_records(struct ls_batch_watch *w, size_t part,
                            const struct ls_partition_counts *counts, const int64_t *clock_ms);

/* All of them are. */
void ls_batch_watch_partition(struct ls_batch_watch *w, size_t part);

/* A view is written. */
void ls_batch_watch_view(struct ls_batch_watch *w, size_t view);

/* Shows the numbers once more, and frees them. */
void ls_batch_watch_end(struct ls_batch_watch *w);

#endif
