/* What a simulation knows of the checkpoints of a run: those that the runner has said are taken
 * have to last, and of the last two of them one may be damaged. */
#ifndef LS_SIMULATION_CHECKPOINTS_H
#define LS_SIMULATION_CHECKPOINTS_H

#include "core/sim/sim.h"

struct ls_sim_checkpoints {
    struct ls_sim *sim;
    const char *folder; /* on the disk that is mounted */
    uint64_t last;      /* sequence of the newest that was taken; 0: none yet */
    uint64_t sound;     /* of the newest before it that was not damaged; 0: none */
    uint64_t damaged;   /* of the last that was damaged; 0: none */
    bool unseen;        /* no run has passed over that one yet */
};

/* The runner says that a checkpoint was taken: it is the newest there. */
int ls_sim_checkpoint_taken(struct ls_sim_checkpoints *checkpoints, struct ls_error *err);

/* Between two processes: 1 where what was taken is there; 0 where it is lost. */
int ls_sim_checkpoints_last(const struct ls_sim_checkpoints *checkpoints, struct ls_error *err);

/* Between two processes: may damage the newest file, as the seed says, where another is sound. */
int ls_sim_checkpoints_damage(struct ls_sim_checkpoints *checkpoints, struct ls_error *err);

#endif
