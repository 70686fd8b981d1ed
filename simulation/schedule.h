/* A streaming run scheduled by draws: in one thread, every worker's reads in any order and of any
 * size, checkpoints when the seed says, and a clock of its own. */
#ifndef LS_SIMULATION_SCHEDULE_H
#define LS_SIMULATION_SCHEDULE_H

#include "core/sim/sim.h"
#include "pipeline/stream/scheduler.h"

struct ls_sim_schedule {
    struct ls_sim *sim;
    uint64_t now_ns;
    uint64_t batch_max;         /* records of a read */
    uint64_t checkpoint_one_in; /* rounds; 0: none but the last */
    uint64_t rounds;            /* of the run that goes on, or went */
    bool was_due;               /* the last answer about a checkpoint */
    uint64_t named;             /* states */
};

/* Draws how the next run goes. The clock goes on. */
void ls_sim_schedule_begin(struct ls_sim_schedule *schedule);

/* `schedule` is borrowed. */
struct ls_stream_scheduler ls_sim_scheduler(struct ls_sim_schedule *schedule);

#endif
