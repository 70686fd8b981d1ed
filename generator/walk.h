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
    unsigned octaves;
    uint32_t heights[LS_WALK_OCTAVES_MAX]; /* of each octave, 0 behind them; in all 2^31 at most */
    int64_t within; /* how far from the middle, at most 2^52; or how much of the middle, */
    bool is_share;  /* in parts of 2^32, rounded up */
    int64_t tick;   /* values are whole multiples of it, the nearest ones */
};

/* Heights and reciprocal, from the rest. */
void ls_walk_finish(struct ls_walk *walk);

/* A random value of the grid, -2^31 .. 2^31 - 1: one of the three that a word has. */
static inline int64_t ls_walk_value(uint64_t word, unsigned which)
{
    return (int32_t)((uint32_t)(word >> 21 * which) << 11);
}

/* On the line from `a` to `b`; `along` in parts of 2^32. */
static inline int64_t ls_walk_line(int64_t a, int64_t b, uint64_t along)
{
    return a + ((b - a) * (int64_t)((along & UINT32_MAX) >> 1) >> 31);
}

/* Of the entity whose draws are `key`, at a time: -2^31 .. 2^31 - 1. Octaves go in pairs: the word
 * of a time of the slower one's grid has its value there, and the faster one's there and half a
 * step behind. */
static inline int64_t ls_walk_noise(const struct ls_walk *walk, uint64_t key, int64_t time_ms)
{
    int64_t since = time_ms - walk->start_ms;
    int64_t cell = ls_floor_div(since, walk->over_ms);
    uint64_t rest = (uint64_t)(since - cell * walk->over_ms);
    uint64_t along = rest * walk->reciprocal >> 32; /* of the slowest cell, Q32 */
    int64_t noise = 0;
    for (unsigned k = 0; k < walk->octaves; k += 2) {
        uint64_t c = ((uint64_t)cell << k) + (along << k >> 32);
        uint64_t here = ls_mix(key + 8 * c + k / 2);
        uint64_t next = ls_mix(key + 8 * (c + 1) + k / 2);
        int64_t slow = ls_walk_line(ls_walk_value(here, 0), ls_walk_value(next, 0), along << k);
        int64_t middle = ls_walk_value(here, 2);
        bool behind = along << k & UINT64_C(1) << 31;
        int64_t fast = ls_walk_line(behind ? middle : ls_walk_value(here, 1),
                                    behind ? ls_walk_value(next, 1) : middle, along << (k + 1));
        noise += (slow * walk->heights[k] >> 31) + (fast * walk->heights[k + 1] >> 31);
    }
    return noise;
}

/* The nearest multiple of the tick, the upper one of two; it never falls where the value rises. */
static inline int64_t ls_walk_tick(const struct ls_walk *walk, int64_t value)
{
    return walk->tick > 1 ? ls_floor_div(value + walk->tick / 2, walk->tick) * walk->tick : value;
}

/* How far from a middle it goes at most. */
static inline int64_t ls_walk_within(const struct ls_walk *walk, int64_t middle)
{
    ls_i128 size = middle < 0 ? -(ls_i128)middle : middle;
    return walk->is_share ? (int64_t)(size * walk->within >> 32) : walk->within;
}

/* The walk's value round a middle of -2^53 .. 2^53. */
static inline int64_t ls_walk_at(const struct ls_walk *walk, uint64_t key, int64_t time_ms,
                                 int64_t middle)
{
    ls_i128 by = (ls_i128)ls_walk_within(walk, middle) * ls_walk_noise(walk, key, time_ms);
    return ls_walk_tick(walk, middle + (int64_t)(by >> 31));
}

#endif
