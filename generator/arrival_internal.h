/* What the kinds of phases share. Times are milliseconds since the phase began, events are counted
 * from its first (k), and parts are fractions of an event, so small that all there is to add is
 * whole. Bounds: rates of at most 10^4 events/ms (a curve's peak: twice that), a denominator D of
 * at most 10^9 ms where the rate is not constant, 36500 days < 3.2e12 ms. */
#ifndef LS_GENERATOR_ARRIVAL_INTERNAL_H
#define LS_GENERATOR_ARRIVAL_INTERNAL_H

#include "generator/arrival.h"

#define LS_ARRIVAL_ERA 4096 /* arrivals */

enum ls_arrival_kind { LS_ARRIVAL_EVEN, LS_ARRIVAL_BEND, LS_ARRIVAL_POISSON };

struct ls_arrival_phase {
    uint64_t first; /* index of its first event */
    uint64_t count; /* events; UINT64_MAX: endless */
    int64_t start_ms;
    uint64_t length_ms; /* UINT64_MAX: endless */
    enum ls_arrival_kind kind;
    struct ls_rate rate;                  /* even, Poisson */
    uint64_t quiet_ms;                    /* even: how long nothing comes at first */
    uint64_t step_ms, step_rest;          /* even: rate.per_ms / rate.count and the rest of that */
    const struct ls_arrival_curve *curve; /* bend */
    uint64_t key;                         /* Poisson */
};

/* A stretch with a linear rate: v grains behind its beginning, v * (level + slope * v) parts are
 * due in it. */
struct ls_arrival_piece {
    ls_u128 before; /* parts due before it, from the beginning of the cycle */
    ls_u128 level;
    int64_t slope;
    uint64_t from; /* grains from the beginning of the cycle */
};

/* A rate that is linear in pieces and repeats; a ramp repeats too late to be seen. */
struct ls_arrival_curve {
    uint64_t period_ms;
    unsigned grain; /* grains in a millisecond: pieces begin at whole ones */
    /* An event is per_event * fine parts and a cycle per_cycle * fine. The bounds keep a ramp's
     * cycle and two of a day below 2^128; what can be reduced by whole cycles is reduced before it
     * is multiplied. */
    uint64_t per_event, fine;
    ls_u128 per_cycle;
    uint64_t begin_ms; /* where in the cycle the phase begins */
    ls_u128 begun;     /* parts due before that */
    size_t count;
    struct ls_arrival_piece *pieces; /* one more, the end of the cycle */
};

/* The curve of a phase: NULL with `err` filled when memory is refused. */
const struct ls_arrival_curve *ls_arrival_curve_new(const struct ls_spec_phase *phase,
                                                    int64_t start_ms, struct ls_arena *arena,
                                                    struct ls_error *err);

/* How many events are due in the first `ms`, rounded down or up; ms <= LS_ARRIVAL_MS_MAX. */
ls_u128 ls_arrival_curve_due(const struct ls_arrival_curve *curve, uint64_t ms, bool up);

/* The latest time at which no more than k events are due. `by`: k less the event of the last call
 * with `at`; 0 when there was none, or a later one. */
uint64_t ls_arrival_curve_ms(const struct ls_arrival_curve *curve, struct ls_arrival_bend *at,
                             uint64_t k, uint64_t by);

/* Event k of a Poisson phase; `by` as above. */
uint64_t ls_arrival_poisson_ms(const struct ls_arrival_phase *phase, struct ls_arrival_era *at,
                               uint64_t k, uint64_t by);
uint64_t ls_arrival_poisson_before(const struct ls_arrival_phase *phase, uint64_t ms);

static inline uint64_t ls_arrival_cut(ls_u128 ms)
{
    return ms < LS_ARRIVAL_MS_MAX ? (uint64_t)ms : LS_ARRIVAL_MS_MAX;
}

#endif
