/* Many seeds, in several processes. */
#ifndef LS_SIMULATION_SEEDS_H
#define LS_SIMULATION_SEEDS_H

#include "simulation/simulation.h"

#define LS_SEEDS_JOBS_MAX 64

struct ls_seeds_job {
    uint64_t first, last; /* both included */
    unsigned jobs;        /* processes, 1 .. LS_SEEDS_JOBS_MAX */
    /* Simulates one seed, in a process of its own among others. */
    int (*simulate)(void *context, uint64_t seed, struct ls_simulation_result *out,
                    struct ls_error *err);
    int (*progress)(void *context, uint64_t done, uint64_t total,
                    struct ls_error *err); /* called now and then; a code ends it */
    void *context;
};

struct ls_seeds_result {
    uint64_t seeds; /* that were simulated without a failure */
    bool failed;
    uint64_t failed_seed; /* the first of all: those before it did not fail */
    int died_of;          /* the signal that ended its process; 0: it came to its end */
    uint64_t runs, records, steps;
    struct ls_id history; /* of all seeds together, whatever the number of processes */
    uint64_t fired[LS_MISHAP_COUNT];
};

/* Goes on behind a failure only where an earlier seed might fail. The code of a seed that cannot be
 * simulated, where none before it fails; LS_E_NOMEM; what progress gave. */
int ls_simulate_seeds(const struct ls_seeds_job *job, struct ls_seeds_result *out,
                      struct ls_error *err);

#endif
