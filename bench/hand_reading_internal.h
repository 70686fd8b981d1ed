/* What the tables (hand_reading_tables.c) and the events made from them (hand_reading.c) share. */
#ifndef LS_BENCH_HAND_READING_INTERNAL_H
#define LS_BENCH_HAND_READING_INTERNAL_H

#include "bench/hand_internal.h"
#include "bench/hand_reading.h"
#include "core/base/normal.h"

/* The numbers of bench/reading.yaml; times in milliseconds. */
#define PARTITIONS   6
#define DEVICES      100000
#define START        INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define EVENTS_MS    233
#define DELAY_MEDIAN 400
#define DELAY_MAX    20000
#define HOUR         INT64_C(3600000)

#define KEY_SIZE 7 /* "D" and six digits */

/* A metric that walks. */
enum { TEMPERATURE, PRESSURE, CURRENT, VIBRATION, WALKS };

#define TEMPERATURE_OCTAVES 8
#define PRESSURE_OCTAVES    9
#define CURRENT_OCTAVES     8
#define VIBRATION_OCTAVES   10

/* Offset, site and model as one device has them: with the branch of the temperature that comes
 * behind them, and of which `size` bytes count. */
#define ABOUTS     (4 * 4 * 3)
#define ABOUT_SIZE (4 + 8 + 6 + 1)
struct about {
    int64_t utc_offset_ms;
    uint32_t size;
    char bytes[ABOUT_SIZE];
};

struct device {
    uint64_t walk_keys[WALKS];
    int32_t bases[WALKS];
    uint16_t vibration_within;
    uint8_t partition;
    uint8_t about;
    char key[8]; /* the last one is no digit */
};

/* The ordinary delay over one line of the normal distribution (see core/base/normal.h), in Q16: a
 * chord of the exponential, up to `error` too great. */
struct delay_chord {
    uint32_t begin_q16;
    int32_t change_q16;
    uint32_t error_q16;
};

#define DELAY_CHORDS       (LS_NORMAL_POINTS - 1)
#define DELAY_ROUNDING_Q16 4 /* what may be missing at either end */

struct hand_reading_state {
    uint64_t event_id, delay, firmware; /* keys of streams */
    int64_t delay_sigma;
    struct device *devices;        /* owned */
    struct delay_chord *delays[2]; /* owned: below the median, above it */
    struct walk walks[WALKS];
    struct about abouts[ABOUTS];
};

extern struct hand_reading_state ls_hand_reading_state;

/* As docs/generation.md has it, without its maximum. */
static inline uint64_t ls_hand_reading_delay(int64_t normal_q32, int64_t sigma)
{
    return ls_scale_exp2(DELAY_MEDIAN, (int64_t)((ls_i128)normal_q32 * sigma >> 32));
}

#endif
