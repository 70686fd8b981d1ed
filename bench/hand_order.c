#include "bench/hand_order.h"

#include "bench/hand_order_internal.h"

static struct hand_order_state *const state = &ls_hand_order_state;

/* CRC-64-AVRO of the schema orders.order_placed */
#define CRC64 UINT64_C(0xe7466caa728de4bf)

/* What one slot says, as the datum needs it. */
struct order {
    uint64_t slot;
    uint64_t event_id;
    int64_t event_time;
    int64_t ingest_time;
    uint32_t customer; /* number; so is the product */
    uint32_t product;
    uint32_t channel; /* index into channels; the coupon likewise */
    uint32_t coupon;
    uint32_t quantity;
    uint32_t amount;
};

enum damage { NOTHING, TRUNCATED, CORRUPT, OUT_OF_RANGE, MISSING, CLOCK_AHEAD };

/* ---- draws */

static inline bool strikes(uint64_t key, uint64_t i, uint64_t share)
{
    return UNLIKELY(ls_word(key, i, 0) < share);
}

static inline uint64_t at_most(uint64_t most, uint64_t value)
{
    return value < most ? value : most;
}

static inline uint64_t delay_of(uint64_t i)
{
    if (strikes(state->late, i, SHARE(1, 200))) {
        return at_most(LATE_MAX, ls_hand_exponential(ls_word(state->late_delay, i, 0), LATE_MEAN));
    }
    uint64_t word = ls_word(state->delay, i, 0);
    return at_most(DELAY_MAX, ls_hand_exponential_by(state->chords, word, DELAY_MEAN));
}

static inline enum damage damage_of(uint64_t i)
{
    if (strikes(state->truncated, i, SHARE(1, 50000))) {
        return TRUNCATED;
    }
    if (strikes(state->corrupt, i, SHARE(1, 50000))) {
        return CORRUPT;
    }
    if (strikes(state->out_of_range, i, SHARE(1, 10000))) {
        return OUT_OF_RANGE;
    }
    if (strikes(state->missing, i, SHARE(1, 10000))) {
        return MISSING;
    }
    return strikes(state->clock_ahead, i, SHARE(1, 100000)) ? CLOCK_AHEAD : NOTHING;
}

static inline int64_t jitter_of(uint64_t i)
{
    if (strikes(state->jitter, i, SHARE(1, 50))) {
        return (int64_t)ls_below(ls_word(state->jitter, i, 1), 2 * JITTER_MAX + 1) - JITTER_MAX;
    }
    return 0;
}

/* 90 a second for 30 minutes, 140 for 20, 60 for 10, then 90 again. */
static inline int64_t scheduled(uint64_t i)
{
    if (i >= 366000) {
        return START + 3600000 + (int64_t)((i - 366000) * 100 / 9);
    }
    if (i >= 330000) {
        return START + 3000000 + (int64_t)((i - 330000) * 50 / 3);
    }
    if (i >= 162000) {
        return START + 1800000 + (int64_t)((i - 162000) * 50 / 7);
    }
    return START + (int64_t)(i * 100 / 9);
}

static inline bool is_copy(uint64_t i)
{
    if (UNLIKELY(i - state->block >= BLOCK)) {
        uint64_t number = i / BLOCK;
        state->block = number * BLOCK;
        state->block_copy = state->block + ls_below(ls_word(state->copy, number, 0), BLOCK);
    }
    return UNLIKELY(i == state->block_copy);
}

/* All but the ingest time; `now` is scheduled(i). */
static ALWAYS_INLINE void draw(uint64_t i, int64_t now, struct order *order)
{
    order->slot = i;
    order->event_id = ls_mix(state->event_id + i);
    order->event_time = now - (int64_t)delay_of(i);
    order->customer = ls_hand_zipf_pick(&state->customer, i);
    order->product = ls_hand_zipf_pick(&state->product, i);
    order->quantity =
        ls_hand_zipf_bucket(&state->quantity, ls_word(state->quantity.key, i, 0))->first;
    order->amount = (state->products[order->product] >> 2) * order->quantity;
    order->channel = ls_word(state->channel, i, 0) >= SHARE(3, 8);
    uint64_t coupon = ls_word(state->coupon, i, 0);
    unsigned some = ls_word(state->coupon_null, i, 0) >= SHARE(4, 5);
    order->coupon = some * (1U + (coupon >= SHARE(5, 10)) + (coupon >= SHARE(8, 10)));
}

/* ---- bytes */

/* Where fields begin in a value. Behind these come coupon, category, country, quantity, amount. */
enum place {
    AT_DATUM = 10,
    AT_EVENT_ID = AT_DATUM,
    AT_EVENT_TIME = AT_EVENT_ID + 1 + 16,
    AT_INGEST_TIME = AT_EVENT_TIME + 6,
    AT_SOURCE = AT_INGEST_TIME + 6,
    AT_VERSION = AT_SOURCE + 1 + 6,
    AT_CUSTOMER = AT_VERSION + 1,
    AT_ORDER_ID = AT_CUSTOMER + 1 + KEY_SIZE,
    AT_PRODUCT = AT_ORDER_ID + 1 + 13,
    AT_CHANNEL = AT_PRODUCT + 2 + 7,
    AT_COUPON = AT_CHANNEL + 1 + 3
};

/* Lengths (twice the number, in octal) and branches of unions are among the bytes. */
static const char channels[2][4] = {"\006web", "\006app"};
static const struct piece coupons[4] = {
    {"\000", 1}, {"\002\012SAVE5", 7}, {"\002\014SAVE10", 8}, {"\002\016WELCOME", 9}};
static const struct piece categories[3] = {/* with the country's length */
                                           {"\012books\004", 7},
                                           {"\010toys\004", 6},
                                           {"\014garden\004", 8}};
static const char countries[4][2] = {"US", "DE", "JP", "BR"};

static inline const struct piece *category_of(const struct order *order)
{
    return &categories[state->products[order->product] & 3];
}

/* Quantity (below 64) and amount (below 2^27); bytes up to the eighth are spoilt. Returns the
 * place behind. */
static inline uint8_t *put_metrics(uint8_t *at, uint32_t quantity, uint32_t amount)
{
    unsigned size;
    uint64_t bytes = ls_hand_varint_of(amount, &size);
    ls_hand_put_word(at, bytes << 8 | quantity << 1);
    return at + 1 + size;
}

/* Writes the value; returns its size. In the order of places: what one line spoils, the next
 * mends. */
static inline uint32_t put_order(uint8_t *room, const struct order *order)
{
    ls_hand_put_frame(room, CRC64);
    room[AT_EVENT_ID] = 2 * 16;
    ls_hand_put_hex(room + AT_EVENT_ID + 1, order->event_id);
    ls_hand_put_time(room + AT_EVENT_TIME, order->event_time);
    ls_hand_put_time(room + AT_INGEST_TIME, order->ingest_time);
    memcpy(room + AT_SOURCE, "\014orders\004\022C", 10);
    ls_hand_put_4_digits(room + AT_CUSTOMER + 2, order->customer / 10000);
    ls_hand_put_4_digits(room + AT_CUSTOMER + 6, order->customer % 10000);
    memcpy(room + AT_ORDER_ID, "\032O", 2);
    ls_hand_put_4_digits(room + AT_ORDER_ID + 2, order->slot / 100000000);
    ls_hand_put_4_digits(room + AT_ORDER_ID + 6, order->slot / 10000 % 10000);
    ls_hand_put_4_digits(room + AT_ORDER_ID + 10, order->slot % 10000);
    ls_hand_put_4_digits(room + AT_PRODUCT + 1, order->product / 10000); /* two of them */
    memcpy(room + AT_PRODUCT, "\002\016P", 3);
    ls_hand_put_4_digits(room + AT_PRODUCT + 5, order->product % 10000);
    memcpy(room + AT_CHANNEL, channels[order->channel], 4);

    uint8_t *at = room + AT_COUPON;
    memcpy(at, &coupons[order->coupon], sizeof *coupons);
    at += coupons[order->coupon].size;
    const struct piece *category = category_of(order);
    memcpy(at, category, 8);
    at += category->size;
    memcpy(at, countries[state->customers[order->customer] & 3], 2);
    at = put_metrics(at + 2, order->quantity, order->amount);
    return (uint32_t)(at - room);
}

static ALWAYS_INLINE void give(const struct order *order, int64_t timestamp_ms, uint8_t *room,
                               struct hand_event *out)
{
    out->timestamp_ms = timestamp_ms;
    out->partition = state->customers[order->customer] >> 2;
    out->key = room + AT_CUSTOMER + 1;
    out->key_size = KEY_SIZE;
    out->value = room;
    out->value_size = put_order(room, order);
}

/* ---- what is rare */

/* Flips the lowest bit of the length of one of the strings. */
static void corrupt(uint8_t *room, const struct order *order)
{
    size_t category = AT_COUPON + coupons[order->coupon].size;
    size_t country = category + category_of(order)->size - 1U;
    const size_t places[] = {AT_EVENT_ID, AT_SOURCE, AT_CUSTOMER, AT_ORDER_ID,  AT_PRODUCT + 1,
                             AT_CHANNEL,  category,  country,     AT_COUPON + 1};
    uint64_t count = order->coupon ? 9 : 8;
    uint64_t number = ls_below(ls_word(state->corrupt_place, order->slot, 0), count);
    if (order->coupon && number >= 6) { /* the coupon comes before the category */
        number = number == 6 ? 8 : number - 1;
    }
    room[places[number]] ^= 1;
}

static RARE void make_damaged(enum damage damage, struct order order, uint8_t *room,
                              struct hand_event *out)
{
    int64_t timestamp_ms = order.ingest_time;
    if (damage == CLOCK_AHEAD) {
        order.ingest_time += AHEAD;
    }
    if (damage == OUT_OF_RANGE) {
        uint64_t word = ls_word(state->out_of_range_value, order.slot, 0);
        order.amount = AMOUNT_MAX + 1 + (uint32_t)ls_below(word, 1000);
    }
    give(&order, timestamp_ms, room, out);
    if (damage == TRUNCATED) {
        uint64_t word = ls_word(state->truncated_place, order.slot, 0);
        out->value_size = AT_DATUM + (uint32_t)ls_below(word, out->value_size - AT_DATUM);
    }
    if (damage == CORRUPT) {
        corrupt(room, &order);
    }
    if (damage == MISSING) {
        room[AT_PRODUCT] = 0;
        memmove(room + AT_PRODUCT + 1, room + AT_CHANNEL, out->value_size - AT_CHANNEL);
        out->value_size -= AT_CHANNEL - (AT_PRODUCT + 1);
    }
}

/* The slot that copy slot `i` repeats; `i` where there is none. */
static uint64_t original_of(uint64_t i)
{
    uint64_t gap = 1 + ls_below(ls_word(state->gap, i, 0), GAP_MAX);
    for (uint64_t back = gap; back < gap + PROBES && back <= i; back++) {
        if (!is_copy(i - back) && damage_of(i - back) == NOTHING) {
            return i - back;
        }
    }
    return i;
}

static RARE void make_copy(uint64_t i, uint8_t *room, struct hand_event *out)
{
    struct order order;
    uint64_t original = original_of(i);
    int64_t now = scheduled(i);
    draw(original, scheduled(original), &order);
    order.ingest_time = now + jitter_of(i);
    /* 1 / (1 + 20000/500) of the copies are conflicts; no amount is as great as its greatest */
    if (original != i && strikes(state->copy_kind, i, SHARE(1, 41))) {
        order.amount++;
    }
    give(&order, now, room, out);
}

void ls_hand_order_make(uint64_t i, uint8_t *room, struct hand_event *out)
{
    if (is_copy(i)) {
        make_copy(i, room, out);
        return;
    }
    struct order order;
    int64_t now = scheduled(i);
    draw(i, now, &order);
    order.ingest_time = now;
    enum damage damage = damage_of(i);
    if (UNLIKELY(damage != NOTHING)) {
        make_damaged(damage, order, room, out);
        return;
    }
    order.ingest_time += jitter_of(i);
    give(&order, now, room, out);
}
