/* A generation run: events [first, end), or a shard's of them, made by threads in blocks, handed on
 * in index order. The bytes are the same for any number of threads. */
#ifndef LS_GENERATOR_RUN_H
#define LS_GENERATOR_RUN_H

#include "generator/event.h"

#define LS_RUN_BLOCK_EVENTS 1024
#define LS_RUN_THREADS_MAX  256

struct ls_run {
    const struct ls_plan *plan;
    uint64_t first, end; /* indices */
    struct ls_shard shard;
    unsigned threads; /* 1: everything on the caller's thread */
    /* Takes the next event, in index order, on the caller's thread. A negative answer ends the run.
     */
    int (*take)(void *context, const struct ls_event *event, struct ls_error *err);
    /* Called after each block with the next index; a negative answer (an interrupt, say) ends the
     * run. May be NULL. */
    int (*progress)(void *context, uint64_t next, struct ls_error *err);
    void *context;
};

/* 0, what `take` or `progress` answered, or LS_E_NOMEM. */
int ls_run(const struct ls_run *run, struct ls_error *err);

#endif
