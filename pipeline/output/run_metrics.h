/* What a run has come to, as metrics; docs/operations.md has them all. Times are timestamps where
 * somebody wants their age: a scrape of a run that stands still would else show one that stands
 * still too. */
#ifndef LS_OUTPUT_RUN_METRICS_H
#define LS_OUTPUT_RUN_METRICS_H

#include "core/obs/metrics.h"
#include "core/obs/process.h"
#include "pipeline/output/watch.h"

/* What the numbers themselves do not know. */
struct ls_run_moment {
    const char *version; /* the program's */
    int64_t wall_ms;     /* now */
    struct ls_process_usage usage;
};

/* Instead of what `out` held; its buffer has the text. */
int ls_run_metrics(const struct ls_run_numbers *numbers, const struct ls_run_moment *now,
                   struct ls_metrics *out, struct ls_error *err);

#endif
