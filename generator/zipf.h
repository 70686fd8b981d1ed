/* Zipf's law over ranks 1 .. n without a table of n: rank k has the weight k^-s.
 *
 * Ranks are put into buckets, 64 to an octave, so few that they fit a cache; a bucket is chosen by
 * its exact weight, then a rank in it by rejection, which nearly always accepts at once because the
 * weights inside a bucket differ by at most 1/64 * s. */
#ifndef LS_GENERATOR_ZIPF_H
#define LS_GENERATOR_ZIPF_H

#include "core/base/arena.h"
#include "core/base/draw.h"

struct ls_zipf_bucket {
    uint64_t first;     /* rank */
    uint64_t width;     /* ranks */
    uint64_t threshold; /* the share of this bucket and those before, times 2^64; UINT64_MAX for the
                           last */
    uint64_t sure;      /* a second word up to this is accepted without a look: the least ratio of
                           weights, times 2^64 */
};

#define LS_ZIPF_GUIDE_BITS 12
#define LS_ZIPF_GUIDE      (1U << LS_ZIPF_GUIDE_BITS)

struct ls_zipf {
    uint64_t exponent_q32;
    size_t count;
    struct ls_zipf_bucket *buckets;
    uint16_t
        guide[LS_ZIPF_GUIDE]; /* the first bucket that a word with these top bits can fall into */
};

/* n >= 1, 0 < exponent_q32 <= 10 * 2^32. Costs one logarithm and one power a rank. */
int ls_zipf_new(uint64_t n, uint64_t exponent_q32, struct ls_arena *arena, struct ls_zipf **out,
                struct ls_error *err);

/* A rank, 1 .. n, from the words of index `i`: word 0 chooses the bucket; then words 1, 2 (a rank,
 * and whether it is accepted), 3, 4 … */
uint64_t ls_zipf_draw(const struct ls_zipf *zipf, uint64_t key, uint64_t i);

#endif
