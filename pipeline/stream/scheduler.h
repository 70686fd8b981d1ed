/* Who reads what when: all that two ways to drive a streaming run differ in. The runner
 * (stream_run.c) begins, limits, emits, saves and ends; between two emissions it lets a scheduler
 * have its way with the partitions. One schedules threads (stream_run_threads.c), another simulates
 * (simulation/schedule.h). Whatever a scheduler decides, the datasets are the same. */
#ifndef LS_STREAM_SCHEDULER_H
#define LS_STREAM_SCHEDULER_H

#include "pipeline/stream/stream_run.h"

/* A run that goes on. */
struct ls_stream_run;

struct ls_stream_scheduler {
    void *context;
    unsigned threads; /* that may be at work while no round is */
    /* A round: any number of reads (ls_stream_run_read), and after so many of these rounds that all
     * is read that may be. */
    int (*round)(void *context, struct ls_stream_run *run, struct ls_error *err);
    /* Between two rounds: is a checkpoint due, so long after the last one, by the clock and by what
     * was read since? */
    bool (*is_due)(void *context, uint64_t since_ns, uint64_t since_records);
    uint64_t (*now_ns)(void *context); /* never falls */
    /* All is read that is there, and there may be more in `ms` >= 1: lets some of that time pass.
     */
    void (*wait)(void *context, uint64_t ms);
    /* A name for a new state, which no other has. */
    int (*name)(void *context, struct ls_id *name, struct ls_error *err);
};

/* Runs a job to its end, or until something fails. */
int ls_stream_run_by(const struct ls_stream_job *job, const struct ls_stream_scheduler *scheduler,
                     struct ls_stream_result *out, struct ls_error *err);

/* Partitions of all topics; number k is worker k % workers's. */
size_t ls_stream_run_parts(const struct ls_stream_run *run);

/* Is there something in a partition's range that was not read? */
bool ls_stream_run_has_more(const struct ls_stream_run *run, size_t part);

/* ... that may be read in this round: a partition that is too far ahead of the others waits
 * (P10). */
bool ls_stream_run_may_read(const struct ls_stream_run *run, size_t part);

/* The partition's worker reads up to `count_max` records of it; none where the log has none for the
 * moment. Two workers may do so at the same time. */
int ls_stream_run_read(struct ls_stream_run *run, size_t part, size_t count_max,
                       struct ls_error *err);

#endif
