/* What the tables (hand_quote_tables.c) and the events made from them (hand_quote.c) share. */
#ifndef LS_BENCH_HAND_QUOTE_INTERNAL_H
#define LS_BENCH_HAND_QUOTE_INTERNAL_H

#include "bench/hand_internal.h"
#include "bench/hand_quote.h"

/* The numbers of bench/quote.yaml; money in cents, times in milliseconds. */
#define PARTITIONS     6
#define INSTRUMENTS    500
#define START          INT64_C(1767571200000) /* 2026-01-05T00:00:00Z */
#define DIURNAL        (26 * INT64_C(3600000))
#define DIURNAL_EVENTS 802882
#define DELAY_MEAN     40
#define DELAY_MAX      3000
#define SPREAD_MEAN    3
#define SPREAD_MIN     1
#define SPREAD_MAX     40
#define WALK_OVER      (8 * INT64_C(3600000))
#define WALK_OCTAVES   12

#define KEY_SIZE 6 /* "I" and five digits */

/* What a value has between its source and its bid. */
#define TEXT_SIZE    (1 + KEY_SIZE + 2 + KEY_SIZE + 1 + 7 + 1 + 1 + 4)
#define CONDITION_AT (TEXT_SIZE - 6)

struct instrument {
    uint64_t walk_key;
    int32_t base_price;
    uint16_t within;
    uint8_t partition;
    char text[TEXT_SIZE];
};

/* How many of a Poisson distribution: the words of so many upper bits begin with a count of the
 * guide's or more. */
#define COUNTS_MAX       64
#define COUNT_GUIDE_BITS 10

struct counts {
    uint64_t last_words[COUNTS_MAX]; /* the greatest word of each count */
    uint8_t guide[1 << COUNT_GUIDE_BITS];
};

struct hand_quote_state {
    uint64_t event_id, delay, condition, spread, bid_size, ask_size; /* keys of streams */
    uint32_t *times; /* owned: of each event of the diurnal phase, since the start */
    struct instrument instruments[INSTRUMENTS];
    struct zipf instrument;
    struct walk price;
    struct counts sizes;
    struct chord delays[CHORDS];
    struct chord spreads[CHORDS];
};

extern struct hand_quote_state ls_hand_quote_state;

#endif
