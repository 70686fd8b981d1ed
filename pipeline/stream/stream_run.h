/* The streaming run over a log: chooses the interleaving, deals partitions to workers, takes
 * checkpoints, ends at the end of the log's range. None of that may change a byte of the datasets.
 * This is the run with threads and the machine's clock; scheduler.h is for others. */
#ifndef LS_STREAM_STREAM_RUN_H
#define LS_STREAM_STREAM_RUN_H

#include "pipeline/output/outputs.h"

enum ls_stream_order {
    LS_ORDER_ROUND,      /* a batch of each partition in turn */
    LS_ORDER_REVERSE,    /* the same, from the last partition */
    LS_ORDER_SEQUENTIAL, /* one partition to its end, then the next */
    LS_ORDER_RANDOM      /* any partition, any number of records up to a batch */
};

struct ls_stream_job {
    const struct ls_record_plan *plan;
    const struct ls_views *views;
    const char *from;  /* the log's URI */
    const char *to;    /* the folder that gets datasets/, manifest.json and summary.json */
    const char *state; /* folder of checkpoints */
    unsigned workers;  /* 1 .. LS_STREAM_WORKERS_MAX */
    size_t batch;      /* records read at once */
    enum ls_stream_order order;
    uint64_t order_seed;
    int64_t ahead_ms; /* ROUND and REVERSE: how far in data time a partition is read ahead of the
                         slowest that has unread records */
    int64_t checkpoint_ms;       /* of wall time; 0: at the end alone */
    uint64_t checkpoint_records; /* also after so many records; 0: not */
    size_t checkpoint_files;     /* that one checkpoint needs at most; 0: as many as are good */
    int (*progress)(void *context, uint64_t done, uint64_t total,
                    struct ls_error *err); /* may be NULL */
    void *context;
};

struct ls_stream_result {
    uint64_t records; /* read by this run, not those of the run that it goes on from */
    unsigned damaged; /* checkpoints that were passed over */
    struct ls_run_facts facts;
};

int ls_stream_run(const struct ls_stream_job *job, struct ls_stream_result *out,
                  struct ls_error *err);

#endif
