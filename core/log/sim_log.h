/* `sim:DIR`: the file log in DIR as a simulation (core/sim/sim.h) gives it out. A read may give
 * fewer records than there are, or none for the moment, and the range of a partition may grow: from
 * one run to the next, or, of a log that was opened as one that may not be finished, while it is
 * read. While the simulation is off every read gives all that it can. */
#ifndef LS_LOG_SIM_LOG_H
#define LS_LOG_SIM_LOG_H

#include "core/log/log.h"
#include "core/sim/sim.h"

extern const struct ls_log_kind ls_log_sim;

/* Such logs can be opened from now on: with the ranges of stage `stage` of `stages` (1 .. stages),
 * the last of which is the whole log, and none of which is shorter than the one before. NULL: no
 * more. `sim` is borrowed. One thread. */
void ls_sim_log_set(struct ls_sim *sim, unsigned stage, unsigned stages);

/* The stage that the log has come to since. */
unsigned ls_sim_log_stage(void);

#endif
