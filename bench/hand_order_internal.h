/* What the tables (hand_order_tables.c) and the events made from them (hand_order.c) share. */
#ifndef LS_BENCH_HAND_ORDER_INTERNAL_H
#define LS_BENCH_HAND_ORDER_INTERNAL_H

#include "bench/hand_order.h"
#include "core/base/draw.h"
#include "core/base/fixed.h"

/* The numbers of bench/order.yaml; money in cents, times in milliseconds. */
#define CUSTOMERS    200000
#define PRODUCTS     20000
#define QUANTITY_MAX 20
#define AMOUNT_MAX   10000000
#define START        INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define DELAY_MEAN   300
#define DELAY_MAX    5000
#define LATE_MEAN    180000
#define LATE_MAX     1800000
#define JITTER_MAX   500
#define AHEAD        (400 * INT64_C(86400000))
#define BLOCK        488 /* slots; the whole number nearest to 1 / (1/500 + 1/20000) */
#define GAP_MAX      20000
#define PROBES       8

#define KEY_SIZE 9 /* "C" and eight digits */

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

/* The ordinary delay over 1/256 of an octave of words, in Q24: a chord of the logarithm, at most
 * DELAY_MEAN / (8 * 256^2) ms too great. */
struct chord {
    uint32_t begin_q24;
    uint32_t drop_q24;
};

#define CHORDS          256
#define CHORD_ERROR_Q24 (1U << 14) /* 2^-10 ms: more than that, and than what is rounded */

struct hand_order_state {
    uint64_t event_id, channel, coupon, coupon_null; /* keys of streams */
    uint64_t delay, late, late_delay;
    uint64_t copy, copy_kind, gap;
    uint64_t truncated, truncated_place, corrupt, corrupt_place;
    uint64_t out_of_range, out_of_range_value, missing, clock_ahead, jitter;
    uint64_t block;      /* first slot of the block that was asked for last */
    uint64_t block_copy; /* and the slot of its copy */
    uint8_t *customers;  /* owned: partition << 2 | country */
    uint32_t *products;  /* owned: list price << 2 | category */
    struct zipf customer, product, quantity;
    struct chord chords[CHORDS];
    char digits[10000][4]; /* of each number of four digits */
    char hex[256][2];      /* of each byte */
};

extern struct hand_order_state ls_hand_order_state;

/* Rank `k` of the bucket that begins at `first` is taken by a word 2 up to this: (first / k)^s. */
static inline uint64_t ls_hand_order_limit(uint64_t s_q32, uint64_t first, uint64_t k)
{
    ls_u128 less = (ls_u128)(ls_log2_q32(k) - ls_log2_q32(first)) * s_q32 >> 32;
    uint64_t power = ls_scale_exp2(UINT64_C(1) << 62, -(int64_t)less);
    return power >> 62 ? UINT64_MAX : power * 4;
}

#endif
