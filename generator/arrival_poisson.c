/* Poisson arrivals, in eras of 4096 that last exactly 4096/rate (contract G4): given how many
 * arrivals a stretch of time holds, each of them lies in its left half or not, with even odds. So
 * an era is a tree of halvings; the number of arrivals in the left half of a node is the number of
 * ones among as many random bits, and where a node holds one arrival, its place is one draw.
 * The last era of a phase is what is left of the phase, with as many arrivals as are left. */
#include "generator/arrival_internal.h"

#include <assert.h>

#define BITS  32 /* an era has 2^32 places */
#define ALONE 255

static uint64_t draw(const struct ls_arrival_era *at, uint64_t node, uint64_t number)
{
    return ls_mix(at->word + (node << 8 | number));
}

static unsigned left_half(const struct ls_arrival_era *at, const struct ls_arrival_share *share)
{
    unsigned ones = 0;
    unsigned words = share->arrivals / 64;
    for (unsigned k = 0; k < words; k++) {
        ones += ls_ones(draw(at, share->node, k));
    }
    if (share->arrivals % 64) {
        uint64_t mask = (UINT64_C(1) << share->arrivals % 64) - 1;
        ones += ls_ones(draw(at, share->node, words) & mask);
    }
    return ones;
}

static void push(struct ls_arrival_era *at, uint64_t node, unsigned arrivals)
{
    if (arrivals) {
        at->pending[at->depth++] = (struct ls_arrival_share){node, arrivals};
    }
}

/* The place of the era's arrival j, which is not before the next one. */
static uint64_t place_of(struct ls_arrival_era *at, unsigned j)
{
    for (;;) {
        assert(at->depth > 0);
        struct ls_arrival_share share = at->pending[--at->depth];
        if (j - at->next >= share.arrivals) {
            at->next += share.arrivals;
            continue;
        }
        unsigned level = 63 - (unsigned)__builtin_clzll(share.node);
        uint64_t width = UINT64_C(1) << (BITS - level);
        uint64_t low = (share.node - (UINT64_C(1) << level)) * width;
        if (share.arrivals == 1 || width == 1) {
            push(at, share.node, share.arrivals - (j - at->next + 1));
            at->next = j + 1;
            return width == 1 ? low : low + ls_below(draw(at, share.node, ALONE), width);
        }
        unsigned left = left_half(at, &share);
        push(at, share.node << 1 | 1, share.arrivals - left);
        push(at, share.node << 1, left);
    }
}

static void begin_era(const struct ls_arrival_phase *phase, uint64_t number,
                      struct ls_arrival_era *at)
{
    const struct ls_rate *rate = &phase->rate;
    ls_u128 begin = (ls_u128)number * LS_ARRIVAL_ERA * rate->per_ms;
    ls_u128 left = (ls_u128)phase->length_ms * rate->count - begin;
    uint64_t whole = LS_ARRIVAL_ERA * rate->per_ms;
    uint64_t arrivals = phase->count - number * LS_ARRIVAL_ERA;
    at->number = number;
    at->word = ls_mix(phase->key + number);
    at->ms = ls_arrival_cut(begin / rate->count);
    at->rest = (uint64_t)(begin % rate->count);
    at->length = left < whole ? (uint64_t)left : whole;
    at->next = 0;
    at->depth = 0;
    push(at, 1, arrivals < LS_ARRIVAL_ERA ? (unsigned)arrivals : LS_ARRIVAL_ERA);
}

uint64_t ls_arrival_poisson_ms(const struct ls_arrival_phase *phase, struct ls_arrival_era *at,
                               uint64_t k, uint64_t by)
{
    if (by == 0 || k / LS_ARRIVAL_ERA != at->number) {
        begin_era(phase, k / LS_ARRIVAL_ERA, at);
    }
    uint64_t place = place_of(at, (unsigned)(k % LS_ARRIVAL_ERA));
    uint64_t gone = (uint64_t)((ls_u128)place * at->length >> BITS);
    return ls_arrival_cut((ls_u128)at->ms + (at->rest + gone) / phase->rate.count);
}

uint64_t ls_arrival_poisson_before(const struct ls_arrival_phase *phase, uint64_t ms)
{
    /* eras begin and end at known times: the arrival in question is in the one that holds `ms` */
    const struct ls_rate *rate = &phase->rate;
    ls_u128 era = (ls_u128)ms * rate->count / ((ls_u128)LS_ARRIVAL_ERA * rate->per_ms);
    if (era > phase->count / LS_ARRIVAL_ERA) {
        return phase->count;
    }
    uint64_t low = (uint64_t)era * LS_ARRIVAL_ERA;
    uint64_t high = phase->count - low < LS_ARRIVAL_ERA ? phase->count : low + LS_ARRIVAL_ERA;
    while (low < high) {
        struct ls_arrival_era at;
        uint64_t middle = low + (high - low) / 2;
        if (ls_arrival_poisson_ms(phase, &at, middle, 0) < ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}
