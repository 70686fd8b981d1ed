/* Zipf's law over ranks 1 .. n without a table of n: rank k has the weight k^-s.
 *
 * Ranks are put into buckets, 64 to an octave, so few that they fit a cache; a bucket is chosen by
 * its exact weight, then a rank in it by rejection, which nearly always accepts at once because the
 * weights inside a bucket differ by at most 1/64 * s. */
#ifndef LS_GENERATOR_ZIPF_H
#define LS_GENERATOR_ZIPF_H

#include "core/base/arena.h"
#include "core/base/draw.h"

/* Sixteen bytes, so that the buckets of two populations stay in a cache. */
struct ls_zipf_bucket {
    uint64_t threshold; /* the share of this bucket and those before, times 2^64; UINT64_MAX for the
                           last */
    uint32_t first;     /* rank */
    uint16_t sure;      /* a second word up to this is accepted without a look: the least ratio of
                           weights, times 2^16 */
    uint16_t width_log; /* it has 2^width_log ranks; the last one may have fewer */
};

#define LS_ZIPF_SINGLE     128 /* ranks below have buckets of their own */
#define LS_ZIPF_GUIDE_BITS 12
#define LS_ZIPF_GUIDE      (1U << LS_ZIPF_GUIDE_BITS)

struct ls_zipf {
    uint64_t exponent_q32;
    bool single; /* no bucket has more than one rank */
    size_t count;
    uint64_t last_width; /* ranks of the last bucket */
    struct ls_zipf_bucket *buckets;
    uint16_t
        guide[LS_ZIPF_GUIDE]; /* the first bucket that a word with these top bits can fall into */
};

/* 1 <= n < 2^32, 0 < exponent_q32 <= 10 * 2^32. Costs one logarithm and one power a rank. */
int ls_zipf_new(uint64_t n, uint64_t exponent_q32, struct ls_arena *arena, struct ls_zipf **out,
                struct ls_error *err);

static inline uint64_t ls_zipf_width(const struct ls_zipf *zipf,
                                     const struct ls_zipf_bucket *bucket)
{
    return bucket == zipf->buckets + zipf->count - 1 ? zipf->last_width
                                                     : UINT64_C(1) << bucket->width_log;
}

/* A rank of a bucket by rejection, from the words behind `base`. */
uint64_t ls_zipf_settle(const struct ls_zipf *zipf, const struct ls_zipf_bucket *bucket,
                        uint64_t base);

/* The first bucket whose threshold is above the word; or the last. The guide's or the one behind
 * it, nearly always: told apart without a branch, which nobody could predict. */
static inline const struct ls_zipf_bucket *ls_zipf_bucket(const struct ls_zipf *zipf, uint64_t word)
{
    const struct ls_zipf_bucket *last = zipf->buckets + zipf->count - 1;
    const struct ls_zipf_bucket *bucket = zipf->buckets +
                                          zipf->guide[word >> (64 - LS_ZIPF_GUIDE_BITS)];
    bucket += (word >= bucket->threshold) & (bucket < last);
    while (__builtin_expect(word >= bucket->threshold && bucket < last, 0)) {
        bucket++;
    }
    return bucket;
}

/* A rank, 1 .. n, from the words of index `i`: word 0 chooses the bucket; then words 1, 2 (a rank,
 * and whether it is accepted), 3, 4 … A bucket of one rank goes the way of the others: two words
 * more cost less than a branch that nobody can predict. */
static inline uint64_t ls_zipf_draw(const struct ls_zipf *zipf, uint64_t key, uint64_t i)
{
    uint64_t base = ls_mix(key + i);
    const struct ls_zipf_bucket *bucket = ls_zipf_bucket(zipf, ls_mix(base));
    if (zipf->single) {
        return bucket->first;
    }
    uint64_t k = bucket->first + ls_below(ls_mix(base + 1), ls_zipf_width(zipf, bucket));
    if (__builtin_expect(ls_mix(base + 2) >> 48 >= bucket->sure, 0)) {
        return ls_zipf_settle(zipf, bucket, base);
    }
    return k;
}

#endif
