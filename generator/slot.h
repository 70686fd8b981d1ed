/* What the places of a run are for (contract G5), from their index alone.
 *
 * One keyed slot in each block is a copy's. The others are ranked, and ranks fall into shuffled
 * rounds of a fixed composition: so many first steps of each lifecycle, as many of each step behind
 * it, so many free events. Which session a step's slot belongs to its interleaver says; a step that
 * the session does not take leaves its slot to a free event. */
#ifndef LS_GENERATOR_SLOT_H
#define LS_GENERATOR_SLOT_H

#include "core/base/draw.h"
#include "spec/spec.h"

#include <stddef.h>

struct ls_step {
    uint16_t type;           /* event type */
    int follows, unless;     /* steps of the lifecycle; -1: none */
    struct ls_chance chance; /* of being taken, where the step that it follows was */
    uint64_t key;
    const int64_t *lags; /* LS_LAGS of them, in sessions; the first step has none */
};

struct ls_lifecycle {
    uint64_t begin;  /* its first place in a round */
    uint64_t starts; /* sessions that begin in a round; as many places for each step */
    size_t step_count;
    struct ls_step *steps;
};

struct ls_slots {
    uint64_t block; /* slots of which one is a copy's; 0: no copies */
    uint64_t copy_key;
    uint64_t round;              /* ranks of a round; 0: every event is free */
    struct ls_permutation order; /* of that many */
    uint64_t round_key;
    size_t lifecycle_count;
    struct ls_lifecycle *lifecycles;
};

#define LS_SLOTS_AHEAD LS_PERMUTE_MANY

/* What a caller who asks for slots in order looked at last: a block, and the places of the next
 * slots in their rounds (of many at once they are found in half the time). Begin with zeros. */
struct ls_slot_cache {
    uint64_t begin, size;
    uint64_t copy; /* the one that is a copy's */
    uint64_t ahead, ahead_count;
    uint64_t rounds[LS_SLOTS_AHEAD], places[LS_SLOTS_AHEAD];
    uint64_t missed; /* the slot that was not among them last */
};

struct ls_slot {
    const struct ls_lifecycle *lifecycle; /* NULL: free */
    const struct ls_step *step;
    uint64_t session;                  /* number of the lifecycle's session */
    unsigned depth;                    /* steps before this one */
    uint64_t chain[LS_SPEC_STEPS_MAX]; /* indices of the steps before, from the first on; [depth] is
                                          this one's. Of a free slot, its own alone */
};

/* Enters the block of slots that i is one of. */
void ls_slot_enter(const struct ls_slots *slots, uint64_t i, struct ls_slot_cache *cache);

/* Is it a copy's? */
static inline bool ls_slot_is_copy(const struct ls_slots *slots, uint64_t i,
                                   struct ls_slot_cache *cache)
{
    if (!slots->block) {
        return false;
    }
    if (i - cache->begin >= cache->size) {
        ls_slot_enter(slots, i, cache);
    }
    return i == cache->copy;
}

/* What a slot is that is not a copy's: of a copy's slot, what it is where it has no original. Of
 * its chain only the first and its own: ls_slot_fill makes what lies between. */
void ls_slot_find_step(const struct ls_slots *slots, uint64_t i, struct ls_slot_cache *cache,
                       struct ls_slot *out);
void ls_slot_fill(const struct ls_slots *slots, struct ls_slot *slot);

/* Without what ls_slot_fill makes. `cache`: of a caller who asks for slots in order; or NULL. */
static inline void ls_slot_find_start(const struct ls_slots *slots, uint64_t i, bool is_copy,
                                      struct ls_slot_cache *cache, struct ls_slot *out)
{
    out->lifecycle = NULL;
    out->step = NULL;
    out->depth = 0;
    out->chain[0] = i;
    if (slots->round && !is_copy) {
        ls_slot_find_step(slots, i, cache, out);
    }
}

static inline void ls_slot_find(const struct ls_slots *slots, uint64_t i, bool is_copy,
                                struct ls_slot *out)
{
    ls_slot_find_start(slots, i, is_copy, NULL, out);
    if (out->depth > 1) {
        ls_slot_fill(slots, out);
    }
}

#endif
