#include "generator/zipf.h"

#include "core/base/fixed.h"

/* (from / to)^s, times 2^62; from <= to. */
static uint64_t power_q62(uint64_t from, uint64_t to, uint64_t exponent_q32)
{
    uint64_t log = ls_log2_q32(to) - ls_log2_q32(from);
    return ls_scale_exp2(UINT64_C(1) << 62, -(int64_t)((ls_u128)log * exponent_q32 >> 32));
}

static uint64_t bucket_width(uint64_t first)
{
    return first < LS_ZIPF_SINGLE ? 1 : UINT64_C(1) << (63 - __builtin_clzll(first) - 6);
}

static uint64_t to_q64(uint64_t q62)
{
    return q62 >= UINT64_C(1) << 62 ? UINT64_MAX : q62 << 2;
}

/* One bucket of one rank takes any second word; 2^16 does not fit, so it may look in vain. */
static uint16_t sure_q16(uint64_t q62)
{
    uint64_t q16 = q62 >> 46;
    return (uint16_t)(q16 < UINT16_MAX ? q16 : UINT16_MAX);
}

static void weigh(struct ls_zipf *zipf, uint64_t n, ls_u128 *sums)
{
    ls_u128 sum = 0;
    uint64_t first = 1;
    for (size_t b = 0; b < zipf->count; b++) {
        struct ls_zipf_bucket *bucket = &zipf->buckets[b];
        uint64_t full = bucket_width(first);
        uint64_t width = full < n - first + 1 ? full : n - first + 1;
        for (uint64_t k = first; k < first + width; k++) {
            sum += power_q62(1, k, zipf->exponent_q32);
        }
        sums[b] = sum;
        bucket->first = (uint32_t)first;
        bucket->width_log = (uint16_t)(63 - __builtin_clzll(full));
        bucket->sure = sure_q16(power_q62(first, first + width - 1, zipf->exponent_q32));
        zipf->last_width = width;
        first += width;
    }
}

static void set_thresholds(struct ls_zipf *zipf, const ls_u128 *sums)
{
    unsigned shift = 0;
    while (sums[zipf->count - 1] >> shift > UINT64_MAX) {
        shift++;
    }
    ls_u128 total = sums[zipf->count - 1] >> shift;
    size_t b = 0;
    for (; b + 1 < zipf->count; b++) {
        ls_u128 share = ((sums[b] >> shift) << 64) / total;
        zipf->buckets[b].threshold = share > UINT64_MAX ? UINT64_MAX : (uint64_t)share;
    }
    zipf->buckets[b].threshold = UINT64_MAX;
    b = 0;
    for (uint64_t g = 0; g < LS_ZIPF_GUIDE; g++) {
        while (zipf->buckets[b].threshold <= g << (64 - LS_ZIPF_GUIDE_BITS) &&
               b + 1 < zipf->count) {
            b++;
        }
        zipf->guide[g] = (uint16_t)b;
    }
}

int ls_zipf_new(uint64_t n, uint64_t exponent_q32, struct ls_arena *arena, struct ls_zipf **out,
                struct ls_error *err)
{
    size_t count = 0;
    for (uint64_t first = 1; first <= n; first += bucket_width(first)) {
        count++;
    }
    struct ls_zipf *zipf = ls_arena_new(arena, 1, sizeof *zipf, err);
    ls_u128 *sums = zipf ? ls_arena_new(arena, count, sizeof *sums, err) : NULL;
    if (!sums || !(zipf->buckets = ls_arena_new(arena, count, sizeof *zipf->buckets, err))) {
        return err->code;
    }
    zipf->exponent_q32 = exponent_q32;
    zipf->count = count;
    zipf->single = n < LS_ZIPF_SINGLE;
    weigh(zipf, n, sums);
    set_thresholds(zipf, sums);
    *out = zipf;
    return 0;
}

uint64_t ls_zipf_settle(const struct ls_zipf *zipf, const struct ls_zipf_bucket *bucket,
                        uint64_t base)
{
    for (uint64_t draw = 1;; draw += 2) {
        uint64_t k = bucket->first + ls_below(ls_mix(base + draw), ls_zipf_width(zipf, bucket));
        if (ls_mix(base + draw + 1) <= to_q64(power_q62(bucket->first, k, zipf->exponent_q32))) {
            return k;
        }
    }
}
