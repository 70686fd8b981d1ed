/* The generator's events against the same bytes by hand: what differs from spec to spec, and one
 * way to compare and time them. */
#ifndef LS_BENCH_EVENTS_H
#define LS_BENCH_EVENTS_H

#include "bench/hand.h"
#include "generator/plan.h"

struct bench_event {
    const char *name;
    const char *spec;   /* file in the folder of specs */
    uint64_t slots_max; /* of those that are made by hand */
    int (*init)(uint64_t seed, struct ls_error *err);
    void (*make)(uint64_t i, uint8_t *room, struct hand_event *out);
    void (*clear)(void);
};

#define LS_BENCH_EVENTS 3
extern const struct bench_event ls_bench_events[LS_BENCH_EVENTS];

/* `plan` is that of the event's spec. Bytes are compared first: LS_E_DATA where they differ. Prints
 * what it measured. */
int ls_bench_event(const struct bench_event *event, const struct ls_plan *plan,
                   struct ls_error *err);

#endif
