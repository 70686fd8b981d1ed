/* The Poisson distribution: how many of what happens independently at a mean of so many.
 *
 * The weights of neighbouring counts are as mean : count, so they follow from that of the greatest,
 * in integers; a word finds its count among their sums. */
#ifndef LS_GENERATOR_POISSON_H
#define LS_GENERATOR_POISSON_H

#include "core/base/arena.h"

#include <stdint.h>

#define LS_POISSON_GUIDE_BITS 8
#define LS_POISSON_GUIDE      (1U << LS_POISSON_GUIDE_BITS)

struct ls_poisson {
    uint64_t first; /* the least count that has a weight */
    size_t count;
    uint64_t *limits; /* the first word behind each count but the last, whose is the greatest */
    uint16_t guide[LS_POISSON_GUIDE]; /* where to begin for words with these first bits */
};

/* 0 < mean_q32 <= 10_000 * 2^32. */
int ls_poisson_new(uint64_t mean_q32, struct ls_arena *arena, struct ls_poisson **out,
                   struct ls_error *err);

static inline uint64_t ls_poisson_at(const struct ls_poisson *poisson, uint64_t word)
{
    size_t k = poisson->guide[word >> (64 - LS_POISSON_GUIDE_BITS)];
    while (word >= poisson->limits[k] && k + 1 < poisson->count) {
        k++;
    }
    return poisson->first + k;
}

#endif
