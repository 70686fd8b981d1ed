#include "bench/hand_reading.h"

#include "bench/hand_reading_internal.h"

static struct hand_reading_state *const state = &ls_hand_reading_state;

/* CRC-64-AVRO of the schema iot.reading */
#define CRC64 UINT64_C(0xe30fb828c352f8db)

/* Where fields begin in a value. Behind these come offset, site and model, then the metrics, of
 * which each has one size: the walks stay within their bounds. */
enum place {
    AT_EVENT_ID = 10,
    AT_EVENT_TIME = AT_EVENT_ID + 1 + 16,
    AT_INGEST_TIME = AT_EVENT_TIME + 6,
    AT_SOURCE = AT_INGEST_TIME + 6,
    AT_VERSION = AT_SOURCE + 1 + 3,
    AT_ENTITY_ID = AT_VERSION + 1,
    AT_DEVICE_ID = AT_ENTITY_ID + 1 + KEY_SIZE,
    AT_FIRMWARE = AT_DEVICE_ID + 2 + KEY_SIZE,
    AT_LOCAL_TIME = AT_FIRMWARE + 1 + 5,
    AT_ABOUT = AT_LOCAL_TIME + 6
};

#define METRICS_SIZE (3 + 3 + 3 + 2)

static RARE uint64_t delay_exact(uint64_t word)
{
    return ls_hand_reading_delay(ls_normal_draw(word), state->delay_sigma);
}

/* Which line of the normal distribution a word is on, and where, is ls_normal_draw's. */
static inline uint64_t delay_of(uint64_t word)
{
    bool above = word >> 63;
    uint64_t x = (above ? ~word : word) + 1;
    unsigned zeros = (unsigned)__builtin_clzll(x);
    uint64_t behind = x << zeros << 1;
    const struct delay_chord *chord =
        &state->delays[above][(63 - zeros) << LS_NORMAL_BITS | behind >> (64 - LS_NORMAL_BITS)];
    int64_t along = (int64_t)(behind << LS_NORMAL_BITS >> 32);
    uint64_t delay_q16 = chord->begin_q16 + (uint64_t)(chord->change_q16 * along >> 32);
    uint64_t rest_q16 = delay_q16 & 0xffff;
    if (UNLIKELY(rest_q16 < chord->error_q16 || rest_q16 > 0xffff - DELAY_ROUNDING_Q16)) {
        return delay_exact(word);
    }
    return delay_q16 >> 16;
}

/* A walk of a number that becomes a multiple of 10. */
static inline int64_t tens(int64_t value)
{
    return (int64_t)((uint64_t)(value + 5) / 10 * 10);
}

#define WALK(which, within)                                                                        \
    (device->bases[which] + ls_hand_walk_at(&state->walks[which], which##_OCTAVES,                 \
                                            device->walk_keys[which], since, within))

/* A number of 14 to 20 bits, by its sign of 15 to 21, as three bytes. */
static inline uint64_t three_bytes(int64_t number)
{
    uint64_t x = (uint64_t)number << 1;
    return (x & 127) | (x & 127 << 7) << 1 | (x & 127 << 14) << 2 | 0x8080;
}

static inline uint64_t two_bytes(int64_t number)
{
    uint64_t x = (uint64_t)number << 1;
    return (x & 127) | (x & 127 << 7) << 1 | 0x80;
}

static ALWAYS_INLINE void put_metrics(uint8_t *at, const struct device *device, int64_t since)
{
    uint64_t temperature = three_bytes(WALK(TEMPERATURE, 8000));
    uint64_t pressure = three_bytes(tens(WALK(PRESSURE, 30000)));
    uint64_t current = three_bytes(tens(WALK(CURRENT, 6000)));
    uint64_t vibration = two_bytes(WALK(VIBRATION, device->vibration_within));
    ls_hand_put_word(at, temperature | pressure << 24 | current << 48);
    ls_hand_put_word(at + 8, current >> 16 | vibration << 8);
}

void ls_hand_reading_make(uint64_t i, uint8_t *room, struct hand_event *out)
{
    const struct device *device = &state->devices[i % DEVICES];
    const struct about *about = &state->abouts[device->about];
    __builtin_prefetch(device + 8);
    int64_t now = START + (int64_t)(i / EVENTS_MS);
    uint64_t delay = delay_of(ls_word(state->delay, i, 0));
    int64_t event_time = now - (int64_t)(delay < DELAY_MAX ? delay : DELAY_MAX);
    bool newer = ls_word(state->firmware, i, 0) >= SHARE(8, 10);

    ls_hand_put_frame(room, CRC64);
    room[AT_EVENT_ID] = 2 * 16;
    ls_hand_put_hex(room + AT_EVENT_ID + 1, ls_mix(state->event_id + i));
    ls_hand_put_time(room + AT_EVENT_TIME, event_time);
    ls_hand_put_time(room + AT_INGEST_TIME, now);
    memcpy(room + AT_SOURCE, "\006iot\002\016", 6);
    memcpy(room + AT_ENTITY_ID + 1, device->key, 8);
    memcpy(room + AT_DEVICE_ID, "\002\016", 2);
    memcpy(room + AT_DEVICE_ID + 2, device->key, 8);
    memcpy(room + AT_FIRMWARE, newer ? "\0124.2.0" : "\0124.1.7", 6);
    ls_hand_put_time(room + AT_LOCAL_TIME, event_time + about->utc_offset_ms);
    memcpy(room + AT_ABOUT, about->bytes, ABOUT_SIZE);
    uint32_t metrics_at = AT_ABOUT + about->size;
    put_metrics(room + metrics_at, device, event_time - START);
    *out = (struct hand_event){.timestamp_ms = now,
                               .partition = device->partition,
                               .key = room + AT_ENTITY_ID + 1,
                               .key_size = KEY_SIZE,
                               .value = room,
                               .value_size = metrics_at + METRICS_SIZE};
}
