/* The Poisson distribution: how many of what happens independently at a mean of so many.
 *
 * The weights of neighbouring counts are as mean : count, so they follow from that of the greatest,
 * in integers; a word finds its count among their sums. */
#ifndef LS_GENERATOR_POISSON_H
#define LS_GENERATOR_POISSON_H

#include "core/base/arena.h"

#include <stdint.h>

struct ls_poisson {
    uint64_t first; /* the least count that has a weight */
    size_t count;
    uint64_t *limits; /* the first word behind each count but the last */
};

/* 0 < mean_q32 <= 10_000 * 2^32. */
int ls_poisson_new(uint64_t mean_q32, struct ls_arena *arena, struct ls_poisson **out,
                   struct ls_error *err);

uint64_t ls_poisson_at(const struct ls_poisson *poisson, uint64_t word);

#endif
