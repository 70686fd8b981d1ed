#include "bench/hand_order_internal.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/normal.h"

#include <assert.h>
#include <string.h>

struct hand_order_state ls_hand_order_state;

static struct hand_order_state *const state = &ls_hand_order_state;

/* part / whole in Q32, rounded down */
#define Q32(part, whole) (LS_Q32 * (part) / (whole))

static void streams_init(uint64_t seed)
{
    const struct {
        uint64_t *key;
        const char *name;
    } streams[] = {
        {&state->event_id, "event_id"},
        {&state->channel, "event_types.order_placed.channel"},
        {&state->coupon, "event_types.order_placed.coupon"},
        {&state->coupon_null, "event_types.order_placed.coupon.null"},
        {&state->quantity.key, "event_types.order_placed.quantity"},
        {&state->customer.key, "entities.customer.pick"},
        {&state->product.key, "entities.product.pick"},
        {&state->delay, "delay"},
        {&state->late, "faults.late"},
        {&state->late_delay, "faults.late.delay"},
        {&state->copy, "faults.copy"},
        {&state->copy_kind, "faults.copy.kind"},
        {&state->gap, "faults.duplicate.gap"},
        {&state->truncated, "faults.truncated"},
        {&state->truncated_place, "faults.truncated.place"},
        {&state->corrupt, "faults.corrupt"},
        {&state->corrupt_place, "faults.corrupt.place"},
        {&state->out_of_range, "faults.out_of_range"},
        {&state->out_of_range_value, "faults.out_of_range.value"},
        {&state->missing, "faults.missing"},
        {&state->clock_ahead, "faults.clock_ahead"},
        {&state->jitter, "faults.jitter"},
    };
    for (size_t k = 0; k < sizeof streams / sizeof *streams; k++) {
        *streams[k].key = ls_stream_key(seed, streams[k].name);
    }
}

static void text_init(void)
{
    for (int n = 0; n < 10000; n++) {
        char *at = state->digits[n];
        at[0] = (char)('0' + n / 1000);
        at[1] = (char)('0' + n / 100 % 10);
        at[2] = (char)('0' + n / 10 % 10);
        at[3] = (char)('0' + n % 10);
    }
    static const char hex[] = "0123456789abcdef";
    for (int n = 0; n < 256; n++) {
        state->hex[n][0] = hex[n >> 4];
        state->hex[n][1] = hex[n & 15];
    }
}

/* Needs the digits. */
static void customers_init(uint64_t seed)
{
    uint64_t country_key = ls_stream_key(seed, "entities.customer.attributes.country");
    for (uint32_t n = 0; n < CUSTOMERS; n++) {
        char id[KEY_SIZE] = "C";
        memcpy(id + 1, state->digits[n / 10000], 4);
        memcpy(id + 5, state->digits[n % 10000], 4);
        uint32_t partition = ls_partition_of(id, sizeof id, LS_HAND_ORDER_PARTITIONS);
        uint64_t x = ls_below(ls_word(country_key, n, 0), 100);
        unsigned country = (unsigned)(x >= 50) + (x >= 70) + (x >= 85);
        state->customers[n] = (uint8_t)(partition << 2 | country);
    }
}

static void products_init(uint64_t seed)
{
    uint64_t category_key = ls_stream_key(seed, "entities.product.attributes.category");
    uint64_t price_key = ls_stream_key(seed, "entities.product.attributes.list_price");
    int64_t sigma = (int64_t)((ls_u128)Q32(8, 10) * UINT64_C(6196328019) >> 32);
    for (uint32_t n = 0; n < PRODUCTS; n++) {
        uint64_t x = ls_below(ls_word(category_key, n, 0), 6);
        unsigned category = (unsigned)(x >= 3) + (x >= 5);
        ls_i128 deviation = (ls_i128)ls_normal_draw(ls_word(price_key, n, 0)) * sigma >> 32;
        uint64_t price = ls_scale_exp2(2490, (int64_t)deviation);
        price = price < 99 ? 99 : price;
        price = price > 499900 ? 499900 : price;
        state->products[n] = (uint32_t)price << 2 | category;
    }
}

static void chords_init(void)
{
    uint32_t begin = (uint32_t)(DELAY_MEAN * ls_exponential_q32(UINT64_C(1) << 63) >> 8);
    for (uint64_t k = 0; k < CHORDS; k++) {
        uint64_t end_word = k + 1 < CHORDS ? (CHORDS + k + 1) << 55 : UINT64_MAX;
        uint32_t end = (uint32_t)(DELAY_MEAN * ls_exponential_q32(end_word) >> 8);
        state->chords[k] = (struct chord){begin, begin - end};
        begin = end;
    }
}

/* Fills a bucket and returns the sum of its ranks' weights. */
static ls_u128 bucket_init(struct bucket *bucket, uint64_t s_q32, uint32_t first, uint32_t rank_max)
{
    unsigned log2 = 31 - (unsigned)__builtin_clz(first);
    uint32_t width = log2 < 7 ? 1 : 1U << (log2 - 6);
    width = width < rank_max - first + 1 ? width : rank_max - first + 1;
    ls_u128 sum = 0;
    uint64_t least = UINT64_MAX;
    for (uint32_t k = first; k < first + width; k++) {
        ls_u128 less = (ls_u128)ls_log2_q32(k) * s_q32 >> 32;
        sum += ls_scale_exp2(UINT64_C(1) << 62, -(int64_t)less);
        uint64_t limit = ls_hand_order_limit(s_q32, first, k);
        least = limit < least ? limit : least;
    }
    bucket->first = first;
    bucket->width = (uint16_t)width;
    bucket->sure = (uint16_t)(least == UINT64_MAX ? UINT16_MAX : (least >> 48) - 1);
    return sum;
}

static void guide_init(struct zipf *zipf)
{
    uint16_t bucket = 0;
    for (uint64_t cell = 0; cell < 1 << GUIDE_BITS; cell++) {
        uint64_t least = cell << (64 - GUIDE_BITS);
        uint64_t greatest = least | UINT64_MAX >> GUIDE_BITS;
        while (zipf->buckets[bucket].last_word < least) {
            bucket++;
        }
        zipf->guide[cell] = bucket;
        assert(zipf->buckets[bucket].last_word >= greatest ||
               zipf->buckets[bucket + 1].last_word >= greatest);
    }
}

/* `sums` has room for BUCKETS_MAX. */
static void zipf_init(struct zipf *zipf, uint64_t s_q32, uint32_t rank_max, ls_u128 *sums)
{
    zipf->s_q32 = s_q32;
    size_t count = 0;
    ls_u128 sum = 0;
    for (uint32_t first = 1; first <= rank_max; first += zipf->buckets[count++].width) {
        assert(count < BUCKETS_MAX);
        sum += bucket_init(&zipf->buckets[count], s_q32, first, rank_max);
        sums[count] = sum;
    }
    unsigned shift = 0;
    while (sum >> shift > UINT64_MAX) {
        shift++;
    }
    for (size_t j = 0; j + 1 < count; j++) {
        zipf->buckets[j].last_word = (uint64_t)(((sums[j] >> shift) << 64) / (sum >> shift)) - 1;
    }
    zipf->buckets[count - 1].last_word = UINT64_MAX;
    guide_init(zipf);
}

int ls_hand_order_init(uint64_t seed, struct ls_error *err)
{
    int rc = 0;
    ls_u128 *sums = ls_mem_new(BUCKETS_MAX, sizeof *sums, err);
    state->customers = sums ? ls_mem_new(CUSTOMERS, sizeof *state->customers, err) : NULL;
    state->products = state->customers ? ls_mem_new(PRODUCTS, sizeof *state->products, err) : NULL;
    if (!state->products) {
        rc = err->code;
        ls_hand_order_clear();
        goto out;
    }
    streams_init(seed);
    text_init();
    customers_init(seed);
    products_init(seed);
    chords_init();
    zipf_init(&state->customer, Q32(105, 100), CUSTOMERS, sums);
    zipf_init(&state->product, Q32(12, 10), PRODUCTS, sums);
    zipf_init(&state->quantity, Q32(16, 10), QUANTITY_MAX, sums);
    state->block = UINT64_MAX - BLOCK; /* no slot's */
out:
    ls_mem_free(sums);
    return rc;
}

void ls_hand_order_clear(void)
{
    ls_mem_free(state->customers);
    ls_mem_free(state->products);
    memset(state, 0, sizeof *state);
}
