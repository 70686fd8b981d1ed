#include "bench/hand_quote.h"

#include "bench/hand_quote_internal.h"

static struct hand_quote_state *const state = &ls_hand_quote_state;

/* CRC-64-AVRO of the schema market.quote */
#define CRC64 UINT64_C(0xd7069d994410d4d6)

/* Where fields begin in a value. Behind the instrument's text come bid, spread, ask and sizes. */
enum place {
    AT_EVENT_ID = 10,
    AT_EVENT_TIME = AT_EVENT_ID + 1 + 16,
    AT_INGEST_TIME = AT_EVENT_TIME + 6,
    AT_SOURCE = AT_INGEST_TIME + 6,
    AT_TEXT = AT_SOURCE + 1 + 6 + 1,
    AT_KEY = AT_TEXT + 1,
    AT_BID = AT_TEXT + TEXT_SIZE
};

static inline int64_t scheduled(uint64_t i)
{
    if (i >= DIURNAL_EVENTS) {
        return START + DIURNAL + (int64_t)((i - DIURNAL_EVENTS) * 250 / 3);
    }
    return START + state->times[i];
}

static inline uint64_t count_of(const struct counts *counts, uint64_t word)
{
    uint64_t count = counts->guide[word >> (64 - COUNT_GUIDE_BITS)];
    count += word > counts->last_words[count];
    while (UNLIKELY(word > counts->last_words[count])) {
        count++;
    }
    return count;
}

/* All below 64, so that they take a byte, but bid and ask. Returns the place behind. */
static inline uint8_t *put_metrics(uint8_t *at, uint32_t bid, uint32_t spread, uint64_t sizes)
{
    unsigned size;
    ls_hand_put_word(at, ls_hand_varint_of(bid, &size));
    at += size;
    uint64_t ask = ls_hand_varint_of(bid + spread, &size);
    ls_hand_put_word(at, ask << 8 | spread << 1);
    at += 1 + size;
    ls_hand_put_word(at, sizes);
    return at + 2;
}

void ls_hand_quote_make(uint64_t i, uint8_t *room, struct hand_event *out)
{
    int64_t now = scheduled(i);
    uint64_t delay = ls_hand_exponential_by(state->delays, ls_word(state->delay, i, 0), DELAY_MEAN);
    int64_t event_time = now - (int64_t)(delay < DELAY_MAX ? delay : DELAY_MAX);
    const struct instrument *instrument =
        &state->instruments[ls_hand_zipf_pick(&state->instrument, i)];
    int64_t bid = instrument->base_price + ls_hand_walk_at(&state->price, WALK_OCTAVES,
                                                           instrument->walk_key, event_time - START,
                                                           instrument->within);
    uint64_t spread = ls_hand_exponential_by(state->spreads, ls_word(state->spread, i, 0),
                                             SPREAD_MEAN);
    spread = spread < SPREAD_MIN ? SPREAD_MIN : spread;
    spread = spread < SPREAD_MAX ? spread : SPREAD_MAX;
    uint64_t sizes = count_of(&state->sizes, ls_word(state->bid_size, i, 0)) << 1 |
                     count_of(&state->sizes, ls_word(state->ask_size, i, 0)) << 9;
    uint64_t condition = ls_word(state->condition, i, 0);

    ls_hand_put_frame(room, CRC64);
    room[AT_EVENT_ID] = 2 * 16;
    ls_hand_put_hex(room + AT_EVENT_ID + 1, ls_mix(state->event_id + i));
    ls_hand_put_time(room + AT_EVENT_TIME, event_time);
    ls_hand_put_time(room + AT_INGEST_TIME, now);
    memcpy(room + AT_SOURCE, "\014market\002", 8);
    memcpy(room + AT_TEXT, instrument->text, TEXT_SIZE);
    room[AT_TEXT + CONDITION_AT] = (uint8_t)(2 * ((condition >= SHARE(95, 100)) +
                                                  (condition >= SHARE(99, 100))));
    uint8_t *end = put_metrics(room + AT_BID, (uint32_t)bid, (uint32_t)spread, sizes);
    *out = (struct hand_event){.timestamp_ms = now,
                               .partition = instrument->partition,
                               .key = room + AT_KEY,
                               .key_size = KEY_SIZE,
                               .value = room,
                               .value_size = (uint32_t)(end - room)};
}
