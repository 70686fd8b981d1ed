/* Smooth walks (contract G3): the value of an entity at a time, from nothing but the two.
 *
 * A sum of octaves: each is a line through random values at the times of a grid, half as far apart
 * and 1/sqrt(2) as high as those of the octave before, as a Brownian motion has them. Every value
 * lies within so much of what it is around. */
#ifndef LS_GENERATOR_WALK_H
#define LS_GENERATOR_WALK_H

#include "core/base/draw.h"

#define LS_WALK_OCTAVES_MAX 16

struct ls_walk {
    int64_t start_ms;
    int64_t over_ms;     /* between the grid's times of the slowest octave: 1 .. 2^36 */
    uint64_t reciprocal; /* (2^64 - 1) / over_ms, rounded down */
    uint64_t tick_reciprocal;
    unsigned octaves;
    uint32_t heights[LS_WALK_OCTAVES_MAX]; /* of each octave, 0 behind them; in all 2^31 at most */
    int64_t within; /* how far from the middle, at most 2^52; or how much of the middle, */
    bool is_share;  /* in parts of 2^32, rounded up */
    int64_t tick;   /* values are whole multiples of it, the nearest ones */
};

/* Heights and reciprocal, from the rest. */
void ls_walk_finish(struct ls_walk *walk);

/* The quotient, rounded down, and the rest; `reciprocal` is (2^64 - 1) / by, so that the product
 * is one short at most. */
static inline uint64_t ls_walk_divide(int64_t value, int64_t by, uint64_t reciprocal,
                                      int64_t *quotient)
{
    if (__builtin_expect(value < 0, 0)) {
        *quotient = ls_floor_div(value, by);
        return (uint64_t)(value - *quotient * by);
    }
    uint64_t whole = (uint64_t)((ls_u128)(uint64_t)value * reciprocal >> 64);
    uint64_t rest = (uint64_t)value - whole * (uint64_t)by;
    uint64_t more = rest >= (uint64_t)by;
    *quotient = (int64_t)(whole + more);
    return rest - (more ? (uint64_t)by : 0);
}

/* The random values of the grid that a word has, -2^31 .. 2^31 - 1: the slower octave's at a time,
 * the faster one's there and half a step behind. */
static inline int64_t ls_walk_slow(uint64_t word)
{
    return (int32_t)(uint32_t)(word << 11);
}

static inline int64_t ls_walk_fast(uint64_t word)
{
    return (int32_t)(uint32_t)(word >> 10 & 0xfffff800);
}

static inline int64_t ls_walk_middle(uint64_t word)
{
    return (int32_t)(uint32_t)(word >> 31 & 0xfffff800);
}

/* Of the entity whose draws are `key`, at a time: -2^31 .. 2^31 - 1. Octaves go in pairs, which
 * share their words; no shift is by a number that varies, since these are slow. */
static inline int64_t ls_walk_noise(const struct ls_walk *walk, uint64_t key, int64_t time_ms)
{
    int64_t cell;
    uint64_t rest = ls_walk_divide(time_ms - walk->start_ms, walk->over_ms, walk->reciprocal,
                                   &cell);
    uint64_t along = rest * walk->reciprocal >> 32; /* of the cell, Q32 */
    uint64_t c = (uint64_t)cell;
    int64_t noise = 0;
    for (unsigned k = 0; k < walk->octaves; k += 2) {
        uint64_t here = ls_mix(key + 8 * c);
        uint64_t next = ls_mix(key + 8 * c + 8);
        bool behind = along >> 31; /* the middle */
        int64_t slow = ls_walk_slow(here);
        int64_t middle = ls_walk_middle(here);
        int64_t fast = ls_walk_fast(behind ? next : here);
        int64_t from = behind ? middle : fast;
        int64_t to = behind ? fast : middle;
        slow += (ls_walk_slow(next) - slow) * (int64_t)(along >> 1) >> 31;
        from += (to - from) * (int64_t)(along & INT32_MAX) >> 31;
        noise += (slow * walk->heights[k] >> 31) + (from * walk->heights[k + 1] >> 31);
        key++;
        along <<= 2;
        c = (c << 2) + (along >> 32);
        along &= UINT32_MAX;
    }
    return noise;
}

/* The nearest multiple of the tick, the upper one of two; it never falls where the value rises. */
static inline int64_t ls_walk_tick(const struct ls_walk *walk, int64_t value)
{
    if (walk->tick <= 1) {
        return value;
    }
    int64_t ticks;
    (void)ls_walk_divide(value + walk->tick / 2, walk->tick, walk->tick_reciprocal, &ticks);
    return ticks * walk->tick;
}

/* How far from a middle it goes at most. */
static inline int64_t ls_walk_within(const struct ls_walk *walk, int64_t middle)
{
    if (!walk->is_share) {
        return walk->within;
    }
    uint64_t size = middle < 0 ? -(uint64_t)middle : (uint64_t)middle;
    return (int64_t)((ls_u128)size * (uint64_t)walk->within >> 32);
}

/* The walk's value round a middle of -2^53 .. 2^53. */
static inline int64_t ls_walk_at(const struct ls_walk *walk, uint64_t key, int64_t time_ms,
                                 int64_t middle)
{
    int64_t within = ls_walk_within(walk, middle);
    int64_t noise = ls_walk_noise(walk, key, time_ms);
    int64_t by = within <= INT32_MAX ? within * noise >> 31
                                     : (int64_t)((ls_i128)within * noise >> 31);
    return ls_walk_tick(walk, middle + by);
}

#endif
