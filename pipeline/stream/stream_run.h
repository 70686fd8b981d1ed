/* The streaming run over a log: chooses the interleaving, deals partitions to workers, takes
 * checkpoints, ends at the end of the log's range, or goes on with a log that grows. None of that
 * may change a byte of the datasets. This is the run with threads and the machine's clock;
 * scheduler.h is for others. */
#ifndef LS_STREAM_STREAM_RUN_H
#define LS_STREAM_STREAM_RUN_H

#include "pipeline/output/watch.h"

enum ls_stream_order {
    LS_ORDER_ROUND,      /* a batch of each partition in turn */
    LS_ORDER_REVERSE,    /* the same, from the last partition */
    LS_ORDER_SEQUENTIAL, /* one partition to its end, then the next */
    LS_ORDER_RANDOM      /* any partition, any number of records up to a batch */
};

enum ls_stream_mode {
    LS_STREAM_BOUNDED, /* a finished log, to its end */
    LS_STREAM_ONCE,    /* what is there of a log, finished or not */
    LS_STREAM_FOLLOW   /* as a log grows: until its writer has finished it and all is read, or until
                          told to stop */
};

struct ls_stream_job {
    const struct ls_record_plan *plan;
    const struct ls_views *views;
    const char *from;  /* the log's URI */
    const char *to;    /* the folder that gets datasets/, manifest.json and summary.json; or the
                          URI of the log whose topics get the rows */
    const char *state; /* folder of checkpoints; with topics also of manifest and summary */
    enum ls_stream_mode mode;
    bool final;       /* nothing comes behind the end of this run: its state does not go on */
    int64_t poll_ms;  /* LS_STREAM_FOLLOW: wall time between two looks for more */
    unsigned workers; /* 1 .. LS_STREAM_WORKERS_MAX */
    size_t batch;     /* records read at once */
    enum ls_stream_order order;
    uint64_t order_seed;
    int64_t ahead_ms; /* ROUND and REVERSE: how far in data time a partition is read ahead of the
                         slowest that has unread records */
    size_t state_max; /* bytes of memory that the run may take; 0: all that there is */
    int64_t checkpoint_ms;       /* of wall time; 0: at the end alone */
    uint64_t checkpoint_records; /* also after so many records; 0: not */
    size_t checkpoint_files;     /* that one checkpoint needs at most; 0: as many as are good */
    /* After each round, and now and then while a run waits; may be NULL. LS_E_INTERRUPTED tells it
       to stop: what was read is saved. To follow a log ends well that way; other runs end with that
       code. Any other negative code ends the run at once. */
    int (*progress)(void *context, uint64_t done, uint64_t total, struct ls_error *err);
    void *context;
    const struct ls_run_watch *watch; /* NULL: nobody looks on */
};

struct ls_stream_result {
    uint64_t records; /* read by this run, not those of the run that it goes on from */
    unsigned damaged; /* checkpoints that were passed over */
    bool stopped;     /* it was told to stop before the log had ended */
    struct ls_run_facts facts;
};

int ls_stream_run(const struct ls_stream_job *job, struct ls_stream_result *out,
                  struct ls_error *err);

#endif
