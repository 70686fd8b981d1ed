/* The batch run over a log: a recomputation from all records (contract P9). Partition by partition
 * the fates are found by sorting, then the records are written; windows are made by sorting all
 * contributions and scanning them. No state over time, no watermark clock: a record's watermark is
 * the greatest clock of the records up to it. */
#ifndef LS_BATCH_BATCH_RUN_H
#define LS_BATCH_BATCH_RUN_H

#include "pipeline/output/watch.h"

#define LS_BATCH_WORKERS_MAX 64
#define LS_BATCH_MEMORY_MIN  ((size_t)16 << 20)

struct ls_batch_job {
    const struct ls_record_plan *plan;
    const struct ls_views *views;
    const char *from; /* the log's URI */
    const char *to;   /* the folder that gets datasets/, manifest.json and summary.json; temporary
                         files too */
    unsigned workers; /* 1 .. LS_BATCH_WORKERS_MAX */
    size_t memory;    /* bytes for sorting, of all workers together */
    const struct ls_scope *scope; /* NULL: everything */
    int (*progress)(void *context, uint64_t done, uint64_t total,
                    struct ls_error *err); /* may be NULL; called by any worker, one at a time */
    void *context;
    const struct ls_run_watch *watch; /* NULL: nobody looks on */
};

struct ls_batch_result {
    uint64_t records;
    uint64_t spilled_runs;
    struct ls_run_facts facts;
};

int ls_batch_run(const struct ls_batch_job *job, struct ls_batch_result *out, struct ls_error *err);

#endif
