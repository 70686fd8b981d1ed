#include "bench/hand_order_internal.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/normal.h"

struct hand_order_state ls_hand_order_state;

static struct hand_order_state *const state = &ls_hand_order_state;

static void streams_init(uint64_t seed)
{
    const struct hand_stream streams[] = {
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
    ls_hand_streams_init(seed, streams, sizeof streams / sizeof *streams);
}

/* Needs the digits. */
static void customers_init(uint64_t seed)
{
    uint64_t country_key = ls_stream_key(seed, "entities.customer.attributes.country");
    for (uint32_t n = 0; n < CUSTOMERS; n++) {
        char id[KEY_SIZE] = "C";
        memcpy(id + 1, ls_hand_text.digits[n / 10000], 4);
        memcpy(id + 5, ls_hand_text.digits[n % 10000], 4);
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
    ls_hand_text_init();
    customers_init(seed);
    products_init(seed);
    ls_hand_chords_init(state->chords, DELAY_MEAN);
    ls_hand_zipf_init(&state->customer, Q32(105, 100), CUSTOMERS, sums);
    ls_hand_zipf_init(&state->product, Q32(12, 10), PRODUCTS, sums);
    ls_hand_zipf_init(&state->quantity, Q32(16, 10), QUANTITY_MAX, sums);
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
