/* What the hand-written events share: draws by tables, and bytes several at a time. Tables are made
 * by hand_tables.c. */
#ifndef LS_BENCH_HAND_INTERNAL_H
#define LS_BENCH_HAND_INTERNAL_H

#include "bench/hand.h"
#include "core/base/draw.h"
#include "core/base/fixed.h"

#include <string.h>

/* part / whole in Q32, rounded down */
#define Q32(part, whole) (LS_Q32 * (part) / (whole))

/* A ratio as a share of all words: hit(word, part / whole) is word < SHARE(part, whole). */
#define SHARE(part, whole) ((uint64_t)((((ls_u128)(part) << 64) + (whole)-1) / (whole)))

#define UNLIKELY(condition) __builtin_expect(condition, 0)
#define ALWAYS_INLINE       __attribute__((always_inline)) inline
#define RARE                __attribute__((noinline, cold))

struct hand_stream {
    uint64_t *key;
    const char *name;
};

void ls_hand_streams_init(uint64_t seed, const struct hand_stream *streams, size_t count);

/* ---- Zipf's law */

/* Ranks that share one threshold. */
struct bucket {
    uint64_t last_word; /* the greatest word 0 that chooses it */
    uint32_t first;     /* rank */
    uint16_t width;     /* ranks */
    uint16_t sure;      /* where word 2's upper 16 bits are at most this, any rank is taken */
};

#define BUCKETS_MAX 1024
#define GUIDE_BITS  12 /* enough that no cell of a guide holds the ends of two buckets */

struct zipf {
    uint64_t key;
    uint64_t s_q32;
    struct bucket buckets[BUCKETS_MAX];
    uint16_t guide[1 << GUIDE_BITS]; /* the bucket of the least word of so many upper bits */
};

/* All but the key. `sums` has room for BUCKETS_MAX. */
void ls_hand_zipf_init(struct zipf *zipf, uint64_t s_q32, uint32_t rank_max, ls_u128 *sums);

/* The rank where word 2 of the first try (at `base`) is not sure to be taken. */
uint64_t ls_hand_zipf_settle(const struct zipf *zipf, const struct bucket *bucket, uint64_t base);

/* The first bucket whose threshold is greater than the word: the guide's, or the one behind it. */
static inline const struct bucket *ls_hand_zipf_bucket(const struct zipf *zipf, uint64_t word)
{
    const struct bucket *bucket = &zipf->buckets[zipf->guide[word >> (64 - GUIDE_BITS)]];
    return bucket + (word > bucket->last_word);
}

/* A bucket of one rank goes the way of the others: two more words cost less than a branch that
 * nobody can predict. */
static inline uint32_t ls_hand_zipf_pick(const struct zipf *zipf, uint64_t i)
{
    uint64_t base = ls_mix(zipf->key + i);
    const struct bucket *bucket = ls_hand_zipf_bucket(zipf, ls_mix(base));
    uint64_t k = bucket->first + ls_below(ls_mix(base + 1), bucket->width);
    if (UNLIKELY(ls_mix(base + 2) >> 48 > bucket->sure)) {
        k = ls_hand_zipf_settle(zipf, bucket, base);
    }
    return (uint32_t)k - 1;
}

/* ---- the exponential distribution */

/* It over 1/256 of an octave of words, in Q24: a chord of the logarithm, at most
 * mean / (8 * 256^2) too great. */
struct chord {
    uint32_t begin_q24;
    uint32_t drop_q24;
};

#define CHORDS          256
#define CHORD_MEAN_MAX  300
#define CHORD_ERROR_Q24 (1U << 14) /* 2^-10: more than that, and than what is rounded */

/* `mean` is at most CHORD_MEAN_MAX. */
void ls_hand_chords_init(struct chord *chords, uint64_t mean);

static RARE uint64_t ls_hand_exponential(uint64_t word, uint64_t mean)
{
    return mean * ls_exponential_q32(word) >> 32;
}

/* ls_hand_exponential(word, mean) by chords, unless they come so near to the next whole number that
 * the logarithm has to say. */
static inline uint64_t ls_hand_exponential_by(const struct chord *chords, uint64_t word,
                                              uint64_t mean)
{
    unsigned octave = (unsigned)__builtin_clzll(word | 1);
    uint64_t mantissa = (word | 1) << octave;
    const struct chord *chord = &chords[mantissa >> 55 & (CHORDS - 1)];
    uint64_t drop_q24 = (mantissa >> 23 & UINT32_MAX) * chord->drop_q24 >> 32;
    uint64_t value_q24 = octave * (uint64_t)chords[0].begin_q24 + chord->begin_q24 - drop_q24;
    uint64_t rest_q24 = value_q24 & 0xffffff;
    if (UNLIKELY(rest_q24 - CHORD_ERROR_Q24 > 0xffffff - 2 * CHORD_ERROR_Q24)) {
        return ls_hand_exponential(word, mean);
    }
    return value_q24 >> 24;
}

/* ---- walks */

#define OCTAVES_MAX 12

/* Of one field. Heights of octaves lie a factor of the square root of 2 apart, but for their
 * rounding: every second one is half the one before, so that the sum of all takes two products. */
struct walk {
    uint64_t key;
    int64_t over;
    uint64_t cells; /* 2^WALK_CELL_BITS / over, rounded down */
    uint64_t heights[OCTAVES_MAX];
    uint64_t heights_sum;
};

#define WALK_CELL_BITS 84
#define WALK_ERROR     256 /* of a noise by two heights, in parts of 2^31; more than there is */

/* All but the key. `over` is an hour to a day. */
void ls_hand_walk_init(struct walk *walk, int64_t over, unsigned octaves);

/* What ls_mix adds first: keys of walks have it in them already. */
#define MIX_STEP UINT64_C(0x9E3779B97F4A7C15)

/* Of entity number `n`. */
static inline uint64_t ls_hand_walk_key(const struct walk *walk, uint64_t n)
{
    return ls_mix(walk->key + n) + MIX_STEP;
}

/* As docs/generation.md has it. `since` is the time since the start. */
int64_t ls_hand_walk_exact(const struct walk *walk, unsigned octaves, uint64_t key, int64_t since,
                           int64_t within);

#define GRID_BITS  21
#define GRID_MASK  ((1U << GRID_BITS) - 1)
#define GRID_SIGN  (1U << (GRID_BITS - 1))
#define GRID_SIGNS (GRID_SIGN * (1 + (UINT64_C(1) << GRID_BITS) + (UINT64_C(1) << 2 * GRID_BITS)))

/* Three numbers of a grid, each GRID_SIGN more than it is; `place` has MIX_STEP in it. */
static inline uint64_t ls_hand_grid(uint64_t place)
{
    return ls_mix(place - MIX_STEP) ^ GRID_SIGNS;
}

/* Between two of them, in parts of 2^31, and 2^halvings times too small. */
static inline uint64_t ls_hand_blend(uint64_t a, uint64_t b, uint32_t along_q32, unsigned halvings)
{
    return (a << (31 - halvings)) + (b - a) * (along_q32 >> (1 + halvings));
}

/* Octaves `k`, which is even, and `k` + 1, as far as there are any; every second one has its
 * sum. `at` is in cells, Q32. */
static ALWAYS_INLINE void ls_hand_two_octaves(unsigned k, unsigned octaves, uint64_t key,
                                              uint64_t at, uint64_t sums[2])
{
    if (k >= octaves) {
        return;
    }
    uint64_t place = key + 8 * (uint64_t)((int64_t)at >> (32 - k)) + k / 2;
    uint64_t here = ls_hand_grid(place);
    uint64_t next = ls_hand_grid(place + 8);
    sums[0] += ls_hand_blend(here & GRID_MASK, next & GRID_MASK, (uint32_t)(at << k), k / 2);
    if (k + 1 < octaves) {
        bool second = at >> (31 - k) & 1;
        uint64_t first = here >> GRID_BITS & GRID_MASK;
        uint64_t middle = here >> 2 * GRID_BITS & GRID_MASK;
        uint64_t last = next >> GRID_BITS & GRID_MASK;
        sums[1] += ls_hand_blend(second ? middle : first, second ? last : middle,
                                 (uint32_t)(at << (k + 1)), k / 2);
    }
}

/* What is to be added to the middle, of which it is at most `within`. `key` is the entity's as
 * ls_hand_walk_key has it; the time may lie up to one `over` before the start, or forty years
 * behind it. */
static ALWAYS_INLINE int64_t ls_hand_walk_at(const struct walk *walk, unsigned octaves,
                                             uint64_t key, int64_t since, int64_t within)
{
    /* at most 2^-31 of a cell less than where docs/generation.md has it */
    uint64_t biased = (uint64_t)(since + walk->over) << (96 - WALK_CELL_BITS);
    uint64_t at = ls_mul_high(biased, walk->cells) - LS_Q32;
    uint64_t sums[2] = {0, 0};
    ls_hand_two_octaves(0, octaves, key, at, sums);
    ls_hand_two_octaves(2, octaves, key, at, sums);
    ls_hand_two_octaves(4, octaves, key, at, sums);
    ls_hand_two_octaves(6, octaves, key, at, sums);
    ls_hand_two_octaves(8, octaves, key, at, sums);
    ls_hand_two_octaves(10, octaves, key, at, sums);
    uint64_t sum = (sums[0] >> 21) * walk->heights[0] + (sums[1] >> 21) * walk->heights[1];
    int64_t product = (int64_t)((sum >> 30) - walk->heights_sum) * within;
    int64_t error = within * WALK_ERROR;
    if (UNLIKELY(((uint64_t)(product + error) & 0x7fffffff) < 2 * (uint64_t)error)) {
        return ls_hand_walk_exact(walk, octaves, key, since, within);
    }
    return product >> 31;
}

/* ---- bytes */

/* Digits of each number of four, and of each byte. */
struct hand_text {
    char digits[10000][4];
    char hex[256][2];
};

extern struct hand_text ls_hand_text;

/* Any number of times. */
void ls_hand_text_init(void);

/* Bytes that are copied whole, with what comes before and behind them in the datum, and of which
 * `size` count. */
struct piece {
    char bytes[15];
    uint8_t size;
};

/* Eight bytes, the lowest first, by one store (compilers do not always make one of
 * ls_put_u64). */
static inline void ls_hand_put_word(uint8_t *at, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(at, &word, sizeof word);
}

/* The frame's ten bytes. */
static inline void ls_hand_put_frame(uint8_t *at, uint64_t crc64)
{
    memcpy(at, "\xc3\x01", 2);
    ls_hand_put_word(at + 2, crc64);
}

/* Six bytes of seven bits each, for a time from 2004 to 2039; two bytes behind them are spoilt. */
static inline void ls_hand_put_time(uint8_t *at, int64_t time)
{
    uint64_t x = (uint64_t)time << 1;
    x = (x & 0xfffffff) | (x & UINT64_C(0xfffffff0000000)) << 4;
    x = (x & UINT64_C(0x3fff00003fff)) | (x & UINT64_C(0xfffc0000fffc000)) << 2;
    x = (x & UINT64_C(0x7f007f007f007f)) | (x & UINT64_C(0x3f803f803f803f80)) << 1;
    ls_hand_put_word(at, x | UINT64_C(0x8080808080));
}

static inline void ls_hand_put_hex(uint8_t *at, uint64_t x)
{
    for (size_t k = 0; k < 8; k++) {
        memcpy(at + 2 * k, ls_hand_text.hex[x >> (56 - 8 * k) & 255], 2);
    }
}

static inline void ls_hand_put_4_digits(uint8_t *at, uint64_t n)
{
    memcpy(at, ls_hand_text.digits[n], 4);
}

/* The bytes of a number below 2^27, the first lowest; `size` tells how many. */
static inline uint64_t ls_hand_varint_of(uint32_t n, unsigned *size)
{
    uint32_t x = n << 1;
    unsigned more = (31 - (unsigned)__builtin_clz(x | 1)) * 37 >> 8; /* sevens above the first */
    x = (x & 0x3fff) | (x & 0xfffc000) << 2;
    x = (x & 0x7f007f) | (x & 0x3f803f80) << 1;
    *size = 1 + more;
    return x | (0x808080 & ((1U << 8 * more) - 1));
}

#endif
