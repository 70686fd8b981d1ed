/* Whoever looks on while a run works: at what it has come to, now and then, and at what happens in
 * it. It is for people and their machines: no byte of a dataset depends on it, or on anybody
 * watching. */
#ifndef LS_OUTPUT_WATCH_H
#define LS_OUTPUT_WATCH_H

#include "core/obs/journal.h"
#include "pipeline/output/outputs.h"

/* Of one topic partition. */
struct ls_partition_numbers {
    uint64_t position, end;            /* of the next record; of the range */
    struct ls_partition_counts counts; /* also of the runs before that this one goes on from */
    bool has_clock;
    int64_t clock_ms; /* the highest one read: data time */
    /* what the streaming run remembers; both have what is forgotten until the tables grow */
    uint64_t ids, flag_entries, bytes;
};

/* Of one view or alert rule. */
struct ls_view_numbers {
    uint64_t rows, late;
    /* the streaming run's */
    bool has_watermark;
    int64_t watermark_ms; /* up to which its rows are emitted: data time */
    uint64_t panes;       /* of windows that are open */
    uint64_t groups;      /* that have a state */
    uint64_t waiting;     /* records that wait for their turn in the order */
    uint64_t bytes;       /* of panes */
};

struct ls_checkpoint_numbers {
    uint64_t written, restarts, damaged; /* by this run; before it; passed over by it */
    uint64_t number;                     /* of the last one; 0: there is none */
    uint64_t bytes;                      /* of its own file */
    uint64_t chain_bytes;                /* of all files that it needs */
    uint64_t duration_ns;                /* of writing it; 0: a run before did */
    uint64_t age_ns;                     /* since then, or since this run began */
};

struct ls_run_numbers {
    const char *mode; /* "stream", "batch" */
    const struct ls_record_plan *plan;
    const struct ls_views *views;
    uint32_t partitions; /* of each topic */
    unsigned workers;
    uint64_t records; /* read by this run */
    uint64_t elapsed_ns;
    struct ls_partition_numbers *parts;              /* [topic * partitions + partition] */
    struct ls_view_numbers *of_views;                /* [view] */
    uint64_t emitted_by_watermark, emitted_by_flush; /* rows; stream only */
    struct ls_checkpoint_numbers checkpoints;        /* stream only */
};

/* Room for all numbers, which are 0. Clear also after an error. */
int ls_run_numbers_init(struct ls_run_numbers *numbers, const struct ls_outputs *outputs,
                        const char *mode, struct ls_error *err);
void ls_run_numbers_clear(struct ls_run_numbers *numbers);

/* Rows and late records of the views, while nobody appends any. */
void ls_run_numbers_count_rows(struct ls_run_numbers *numbers, const struct ls_outputs *outputs);

struct ls_run_watch {
    struct ls_journal *journal; /* NULL: nobody is told */
    /* May be called by any thread, one at a time. */
    bool (*is_due)(void *context);
    void (*show)(void *context, const struct ls_run_numbers *numbers);
    void *context;
};

#endif
