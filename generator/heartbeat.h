/* The heartbeats of a run (contract G10), in the order in which they stand among its events. They
 * are no events: nothing is drawn for them, and they have no index. */
#ifndef LS_GENERATOR_HEARTBEAT_H
#define LS_GENERATOR_HEARTBEAT_H

#include "generator/plan.h"

struct ls_heartbeats {
    const struct ls_plan *plan; /* borrowed */
    int64_t next_ms;            /* the time of the next ones; INT64_MAX where there are none */
};

/* From the first step on; none where the spec says so. */
void ls_heartbeats_begin(struct ls_heartbeats *heartbeats, const struct ls_plan *plan);

/* Takes the heartbeat of a partition of an event type's topic. A negative answer ends it. */
typedef int ls_heartbeat_fn(void *context, uint32_t type, uint32_t partition, int64_t time_ms,
                            struct ls_error *err);

/* Hands on those up to and with a time that were not yet, by time, topic and partition; a partition
 * has none during its outage. To be called before an event is taken, with the time for which it was
 * scheduled. 0, or what `take` answered. */
int ls_heartbeats_until(struct ls_heartbeats *heartbeats, int64_t time_ms, ls_heartbeat_fn *take,
                        void *context, struct ls_error *err);

#endif
