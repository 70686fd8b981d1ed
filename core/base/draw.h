/* Randomness without state (contract G2): word(seed, stream, i, draw) is a keyed mix of its
 * arguments, so that any slice of a run can be made alone. The test vectors in draw_test.c come
 * from the contract's model and pin every bit. */
#ifndef LS_BASE_DRAW_H
#define LS_BASE_DRAW_H

#include "core/base/wide.h"

/* A bijection of 64-bit words (the splitmix64 step and finalizer). */
static inline uint64_t ls_mix(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* The key of one stream of one run. `stream` is a name, usually the path of a field in the spec. */
uint64_t ls_stream_key(uint64_t seed, const char *stream);

/* Word number `draw` of index `i`. */
static inline uint64_t ls_word(uint64_t key, uint64_t i, uint64_t draw)
{
    return ls_mix(ls_mix(key + i) + draw);
}

/* A uniform value in [0, n). The bias is below n / 2^64. */
static inline uint64_t ls_below(uint64_t word, uint64_t n)
{
    return ls_mul_high(word, n);
}

/* A probability as a ratio, 0 <= part <= whole, whole > 0. */
struct ls_ratio {
    uint64_t part;
    uint64_t whole;
};

static inline bool ls_hit(uint64_t word, struct ls_ratio ratio)
{
    return ls_below(word, ratio.whole) < ratio.part;
}

/* The same ratio made ready for many draws: ls_strikes(ls_chance_of(r), w) is ls_hit(w, r). */
struct ls_chance {
    bool possible;
    uint64_t last; /* the last word that hits */
};

static inline struct ls_chance ls_chance_of(struct ls_ratio ratio)
{
    if (ratio.part == 0) {
        return (struct ls_chance){false, 0};
    }
    /* word * whole / 2^64 < part, rounded down, is word < part * 2^64 / whole, rounded up */
    ls_u128 count = (((ls_u128)ratio.part << 64) + ratio.whole - 1) / ratio.whole;
    return (struct ls_chance){true, (uint64_t)(count - 1)};
}

static inline bool ls_strikes(struct ls_chance chance, uint64_t word)
{
    return chance.possible && word <= chance.last;
}

/* How many bits are 1; the baseline processor has no instruction for it. */
static inline unsigned ls_ones(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* Keyed permutations of [0, n), n >= 1: four Feistel rounds over the rows and columns of a table
 * that is nearly square and has hardly more than n places, walked until the value falls inside. */
struct ls_permutation {
    uint64_t n, rows, columns;
};
struct ls_permutation ls_permutation_of(uint64_t n);
uint64_t ls_permute(const struct ls_permutation *of, uint64_t key, uint64_t x);
/* Each of `count` <= LS_PERMUTE_MANY values: in a third of the time that one after the other takes,
 * since none waits for another. */
#define LS_PERMUTE_MANY 64
void ls_permute_many(const struct ls_permutation *of, uint64_t key, uint64_t *values, size_t count);
uint64_t ls_unpermute(const struct ls_permutation *of, uint64_t key, uint64_t x); /* the way back */

#endif
