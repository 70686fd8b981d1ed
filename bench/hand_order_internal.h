/* What the tables (hand_order_tables.c) and the events made from them (hand_order.c) share. */
#ifndef LS_BENCH_HAND_ORDER_INTERNAL_H
#define LS_BENCH_HAND_ORDER_INTERNAL_H

#include "bench/hand_internal.h"
#include "bench/hand_order.h"

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
};

extern struct hand_order_state ls_hand_order_state;

#endif
