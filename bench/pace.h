/* How well a paced run keeps its schedule, beside a loop that does nothing but sleep. */
#ifndef LS_BENCH_PACE_H
#define LS_BENCH_PACE_H

#include "generator/plan.h"

/* 50,000 events of `plan` a second into null:, and then the same moments slept to by a bare loop,
 * some seconds each, in pairs of which either comes first. Prints the slip of both: on a machine
 * that is busy both suffer. */
int ls_bench_pace(const struct ls_plan *plan, struct ls_error *err);

/* The loop alone, for as long as something else runs. */
int ls_bench_bare(unsigned seconds, struct ls_error *err);

#endif
