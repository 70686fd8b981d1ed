#include "bench/hand_quote_internal.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/normal.h"

#include <assert.h>

struct hand_quote_state ls_hand_quote_state;

static struct hand_quote_state *const state = &ls_hand_quote_state;

static void streams_init(uint64_t seed)
{
    const struct hand_stream streams[] = {
        {&state->event_id, "event_id"},
        {&state->delay, "delay"},
        {&state->condition, "event_types.quote.condition"},
        {&state->spread, "event_types.quote.spread"},
        {&state->bid_size, "event_types.quote.bid_size"},
        {&state->ask_size, "event_types.quote.ask_size"},
        {&state->price.key, "walks.price"},
        {&state->instrument.key, "entities.instrument.pick"},
    };
    ls_hand_streams_init(seed, streams, sizeof streams / sizeof *streams);
}

/* ---- the day */

#define KNOTS      96
#define PIECE      (INT64_C(86400000) / KNOTS)
#define FIRST_KNOT 34   /* the start lies eight hours and a half behind the peak */
#define AMPLITUDE  7778 /* 10000 * (8 - 1) / (8 + 1) */
#define DUE_ONE    (INT64_C(10000000) * 2 * PIECE / 9) /* one event: mean 9/s, in ten thousandths */
#define COSINES    25

/* 2^30 * cos(2 pi j / 96) */
static const int32_t cosines[COSINES] = {1073741824, 1071442860, 1064555814, 1053110176, 1037154959,
                                         1016758484, 992008094,  963009773,  929887697,  892783698,
                                         851856663,  807281846,  759250125,  707967178,  653652607,
                                         596538995,  536870912,  474903865,  410903207,  345142998,
                                         277904834,  209476638,  140151432,  70226075,   0};

static int64_t rate_at(unsigned knot)
{
    unsigned j = knot % KNOTS;
    j = j > KNOTS / 2 ? KNOTS - j : j;
    int64_t cosine = j < COSINES ? cosines[j] : -cosines[KNOTS / 2 - j];
    int64_t size = (AMPLITUDE * (cosine < 0 ? -cosine : cosine) + (1 << 29)) >> 30;
    return 10000 + (cosine < 0 ? -size : size);
}

/* Goes through all milliseconds: a tenth of a second, and nothing that could be wrong. `due` is how
 * many events are, in parts of DUE_ONE; in 26 hours it stays below 2^63. */
static void times_init(void)
{
    int64_t due = 0;
    int64_t next = 0; /* what is due when the next event arrives */
    uint32_t events = 0;
    for (unsigned piece = 0; piece < DIURNAL / PIECE; piece++) {
        int64_t rate = rate_at(FIRST_KNOT + piece);
        int64_t rise = rate_at(FIRST_KNOT + piece + 1) - rate;
        for (int64_t t = 0; t < PIECE; t++) {
            due += 2 * PIECE * rate + rise * (2 * t + 1);
            for (; next < due && events < DIURNAL_EVENTS; next += DUE_ONE) {
                state->times[events++] = (uint32_t)(piece * PIECE + t);
            }
        }
    }
    assert(events == DIURNAL_EVENTS && due - next < DUE_ONE);
}

/* ---- instruments */

static void put_id(char *at, const char digits[5])
{
    at[0] = 'I';
    memcpy(at + 1, digits, 5);
}

/* Needs the digits. */
static void instruments_init(uint64_t seed)
{
    static const char exchanges[3][4] = {"XNYS", "XNAS", "XLON"};
    uint64_t exchange_key = ls_stream_key(seed, "entities.instrument.attributes.exchange");
    uint64_t price_key = ls_stream_key(seed, "entities.instrument.attributes.base_price");
    int64_t sigma = (int64_t)((ls_u128)Q32(9, 10) * UINT64_C(6196328019) >> 32);
    uint64_t share = (LS_Q32 + 11) / 12;
    for (uint32_t n = 0; n < INSTRUMENTS; n++) {
        struct instrument *one = &state->instruments[n];
        ls_i128 deviation = (ls_i128)ls_normal_draw(ls_word(price_key, n, 0)) * sigma >> 32;
        uint64_t price = ls_scale_exp2(4800, (int64_t)deviation);
        price = price < 200 ? 200 : price;
        price = price > 200000 ? 200000 : price;
        uint64_t x = ls_below(ls_word(exchange_key, n, 0), 100);
        unsigned exchange = (unsigned)(x >= 45) + (x >= 85);
        char digits[5] = "0";
        memcpy(digits + 1, ls_hand_text.digits[n], 4);
        one->walk_key = ls_hand_walk_key(&state->price, n);
        one->base_price = (int32_t)price;
        one->within = (uint16_t)(price * share >> 32);
        memcpy(one->text, "\014I.....\002\014I.....\016V.....X.\010....", TEXT_SIZE);
        put_id(one->text + 1, digits);
        put_id(one->text + 9, digits);
        memcpy(one->text + 17, digits + 1, 4);
        memcpy(one->text + TEXT_SIZE - 4, exchanges[exchange], 4);
        one->partition = (uint8_t)ls_partition_of(one->text + 1, KEY_SIZE, PARTITIONS);
    }
}

/* ---- sizes */

static void counts_init(struct counts *counts, uint64_t mean)
{
    const uint64_t mean_q32 = mean << 32;
    uint64_t weights[COUNTS_MAX] = {0};
    weights[mean] = UINT64_C(1) << 48;
    for (uint64_t k = mean; k > 0; k--) {
        weights[k - 1] = (uint64_t)(((ls_u128)weights[k] * k << 32) / mean_q32);
    }
    size_t count = mean + 1;
    for (; (weights[count] = (uint64_t)((ls_u128)weights[count - 1] * mean_q32 >> 32) / count);) {
        count++;
        assert(count < COUNTS_MAX);
    }
    uint64_t all = 0;
    for (size_t k = 0; k < count; k++) {
        all += weights[k];
    }
    uint64_t sum = 0;
    for (size_t k = 0; k + 1 < count; k++) {
        sum += weights[k];
        counts->last_words[k] = (uint64_t)(((ls_u128)sum << 64) / all) - 1;
    }
    counts->last_words[count - 1] = UINT64_MAX;
    uint8_t guess = 0;
    for (uint64_t cell = 0; cell < 1 << COUNT_GUIDE_BITS; cell++) {
        while (counts->last_words[guess] < cell << (64 - COUNT_GUIDE_BITS)) {
            guess++;
        }
        counts->guide[cell] = guess;
    }
}

int ls_hand_quote_init(uint64_t seed, struct ls_error *err)
{
    int rc = 0;
    ls_u128 *sums = ls_mem_new(BUCKETS_MAX, sizeof *sums, err);
    state->times = sums ? ls_mem_new(DIURNAL_EVENTS, sizeof *state->times, err) : NULL;
    if (!state->times) {
        rc = err->code;
        goto out;
    }
    ls_normal_init();
    streams_init(seed);
    ls_hand_text_init();
    ls_hand_walk_init(&state->price, WALK_OVER, WALK_OCTAVES);
    ls_hand_chords_init(state->delays, DELAY_MEAN);
    ls_hand_chords_init(state->spreads, SPREAD_MEAN);
    ls_hand_zipf_init(&state->instrument, Q32(9, 10), INSTRUMENTS, sums);
    counts_init(&state->sizes, 6);
    instruments_init(seed);
    times_init();
out:
    ls_mem_free(sums);
    return rc;
}

void ls_hand_quote_clear(void)
{
    ls_mem_free(state->times);
    memset(state, 0, sizeof *state);
}
