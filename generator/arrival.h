/* When events arrive, in data time (contract G4): scheduled(i) never falls as i grows, and a phase
 * holds a fixed number of events. */
#ifndef LS_GENERATOR_ARRIVAL_H
#define LS_GENERATOR_ARRIVAL_H

#include "spec/spec.h"

struct ls_arrival_phase {
    uint64_t first; /* index of its first event */
    int64_t start_ms;
    uint64_t count; /* events; UINT64_MAX: endless */
    struct ls_rate rate;
};

struct ls_arrival {
    size_t count;
    struct ls_arrival_phase *phases;
    uint64_t total; /* events of all phases; UINT64_MAX: endless */
};

int ls_arrival_compile(const struct ls_spec *spec, struct ls_arena *arena, struct ls_arrival *out,
                       struct ls_error *err);

/* The time at which event i arrives. i < total. */
int64_t ls_arrival_time(const struct ls_arrival *arrival, uint64_t i);

/* How many events are scheduled before a time. */
uint64_t ls_arrival_before(const struct ls_arrival *arrival, int64_t time_ms);

/* The schedule's mean rate: of an endless phase where there is one, else of all of them. */
void ls_arrival_mean_rate(const struct ls_arrival *arrival, struct ls_rate *out);

#endif
