/* Faults: what is done to events on purpose, and whether it strikes one (contract G7). */
#ifndef LS_GENERATOR_FAULT_H
#define LS_GENERATOR_FAULT_H

#include "core/base/draw.h"
#include "spec/spec.h"

#include <stddef.h>
#include <stdint.h>

/* What damages an event, in the order in which they are asked: the first that strikes does it. Then
 * what a copy is. */
enum ls_fault {
    LS_FAULT_NONE,
    LS_FAULT_TRUNCATED,
    LS_FAULT_CORRUPT,
    LS_FAULT_OUT_OF_RANGE,
    LS_FAULT_MISSING,
    LS_FAULT_CLOCK_AHEAD,
    LS_FAULT_CLOCK_BACK,
    LS_FAULT_UNKNOWN_REFERENCE,
    LS_FAULT_UNKNOWN_SCHEMA,
    LS_FAULT_WRONG_FRAME,
    LS_FAULT_EMPTY,
    LS_FAULT_OVERSIZED,
    LS_FAULT_DUPLICATE,
    LS_FAULT_CONFLICT,
    LS_FAULT_COUNT
};

const char *ls_fault_name(enum ls_fault fault);

/* What the spec says of it; NULL where it says nothing. */
const struct ls_spec_fault *ls_fault_spec(const struct ls_spec_faults *faults, enum ls_fault fault);

static inline bool ls_fault_damages(enum ls_fault fault)
{
    return fault > LS_FAULT_NONE && fault < LS_FAULT_DUPLICATE;
}

/* Whom a fault strikes, and when; as it is compiled. */
struct ls_plan_fault {
    struct ls_chance chance;
    uint64_t key;
    uint64_t detail_key; /* of what it does */
    uint64_t types;      /* bit t: it strikes event type t */
    bool narrow;         /* the rest matters */
    int64_t from_ms, to_ms;
    struct ls_chance entities; /* of being one that it strikes */
    uint64_t entity_key;
};

/* An event, as far as faults ask. */
struct ls_struck {
    uint64_t index;
    unsigned type;
    int64_t scheduled_ms;
    uint64_t entity;
};

/* Is it one of those that the fault may strike? */
static inline bool ls_fault_may_strike(const struct ls_plan_fault *fault, const struct ls_struck *e)
{
    return (fault->types >> e->type & 1) &&
           (!fault->narrow ||
            (e->scheduled_ms >= fault->from_ms && e->scheduled_ms < fault->to_ms &&
             ls_strikes(fault->entities, ls_word(fault->entity_key, e->entity, 0))));
}

static inline bool ls_fault_strikes(const struct ls_plan_fault *fault, const struct ls_struck *e)
{
    return fault->chance.possible && ls_word(fault->key, e->index, 0) <= fault->chance.last &&
           ls_fault_may_strike(fault, e);
}

#endif
