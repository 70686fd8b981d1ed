/* When events arrive, in data time (contract G4): scheduled(i) never falls as i grows, and a phase
 * holds a fixed number of events. docs/generation.md has each kind of phase as a formula. */
#ifndef LS_GENERATOR_ARRIVAL_H
#define LS_GENERATOR_ARRIVAL_H

#include "spec/spec.h"

struct ls_arrival {
    size_t count;
    struct ls_arrival_phase *phases; /* arrival_internal.h */
    uint64_t total;                  /* events of all phases; UINT64_MAX: endless */
};

/* Of a spec that was resolved. Lives in the arena. LS_E_NOMEM, or LS_E_DATA when the arena is full.
 */
int ls_arrival_compile(const struct ls_spec *spec, struct ls_arena *arena, struct ls_arrival *out,
                       struct ls_error *err);

/* The time at which event i arrives. i < total. From i alone: logarithmic in the number of phases,
 * and some hundred draws in a Poisson phase. An endless phase's times stop at LS_ARRIVAL_MS_MAX
 * after its beginning, which is far behind all years. */
int64_t ls_arrival_time(const struct ls_arrival *arrival, uint64_t i);

#define LS_ARRIVAL_MS_MAX (UINT64_MAX >> 3)

/* How many events are scheduled before a time: those with ls_arrival_time(i) < time_ms. */
uint64_t ls_arrival_before(const struct ls_arrival *arrival, int64_t time_ms);

/* The mean rate: events of all phases / their length together. Where the last phase is endless it
 * outweighs the others: then that phase's own mean alone, over whole periods (bursts, diurnal). In
 * lowest terms; rounded where these do not fit. */
void ls_arrival_mean_rate(const struct ls_arrival *arrival, struct ls_rate *out);

/* What a reader of times in ascending order remembers. Begins with zeros, belongs to one schedule
 * and one thread; the members are the cursor's own. */
struct ls_arrival_cursor {
    const struct ls_arrival_phase *phase; /* NULL: none yet */
    uint64_t k;                           /* the last event, counted within the phase */
    int64_t time_ms;                      /* its time */
    union {
        struct ls_arrival_even {
            uint64_t ms, rest; /* since the first event: ms + rest / rate.count */
        } even;
        struct ls_arrival_bend {
            const struct ls_arrival_piece *piece;
            int64_t cycle_ms; /* from the beginning of the phase to that of the cycle */
            uint64_t ms;      /* and on to the event */
            ls_u128 parts;    /* due in the cycle when the event is */
            uint64_t end;     /* the first event behind the piece */
        } bend;
        struct ls_arrival_era {
            uint64_t number, word;     /* the mix of key and number */
            uint64_t ms, rest, length; /* begins at ms + rest / rate.count, lasts length / count */
            unsigned next;             /* of the era's arrivals, the first in `pending` */
            unsigned depth;
            struct ls_arrival_share {
                uint64_t node;
                unsigned arrivals;
            } pending[33]; /* subtrees, the next one last */
        } era;
    } at;
};

/* ls_arrival_time(i), fast where i is not far behind the last one asked. Any order is allowed. */
int64_t ls_arrival_next_time(const struct ls_arrival *arrival, struct ls_arrival_cursor *cursor,
                             uint64_t i);

#endif
