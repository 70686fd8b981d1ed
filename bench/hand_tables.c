#include "bench/hand_internal.h"

#include <assert.h>

struct hand_text ls_hand_text;

void ls_hand_streams_init(uint64_t seed, const struct hand_stream *streams, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        *streams[k].key = ls_stream_key(seed, streams[k].name);
    }
}

void ls_hand_text_init(void)
{
    for (int n = 0; n < 10000; n++) {
        char *at = ls_hand_text.digits[n];
        at[0] = (char)('0' + n / 1000);
        at[1] = (char)('0' + n / 100 % 10);
        at[2] = (char)('0' + n / 10 % 10);
        at[3] = (char)('0' + n % 10);
    }
    static const char hex[] = "0123456789abcdef";
    for (int n = 0; n < 256; n++) {
        ls_hand_text.hex[n][0] = hex[n >> 4];
        ls_hand_text.hex[n][1] = hex[n & 15];
    }
}

/* ---- Zipf's law */

/* Rank `k` of the bucket that begins at `first` is taken by a word 2 up to this: (first / k)^s. */
static uint64_t limit_of(uint64_t s_q32, uint64_t first, uint64_t k)
{
    ls_u128 less = (ls_u128)(ls_log2_q32(k) - ls_log2_q32(first)) * s_q32 >> 32;
    uint64_t power = ls_scale_exp2(UINT64_C(1) << 62, -(int64_t)less);
    return power >> 62 ? UINT64_MAX : power * 4;
}

RARE uint64_t ls_hand_zipf_settle(const struct zipf *zipf, const struct bucket *bucket,
                                  uint64_t base)
{
    for (uint64_t draw = 1;; draw += 2) {
        uint64_t k = bucket->first + ls_below(ls_mix(base + draw), bucket->width);
        if (ls_mix(base + draw + 1) <= limit_of(zipf->s_q32, bucket->first, k)) {
            return k;
        }
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
        uint64_t limit = limit_of(s_q32, first, k);
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

void ls_hand_zipf_init(struct zipf *zipf, uint64_t s_q32, uint32_t rank_max, ls_u128 *sums)
{
    zipf->s_q32 = s_q32;
    size_t count = 0;
    ls_u128 sum = 0;
    for (uint32_t first = 1; first <= rank_max; first += zipf->buckets[count++].width) {
        assert(count < BUCKETS_MAX);
        sum += bucket_init(&zipf->buckets[count], s_q32, first, rank_max);
        sums[count] = sum;
    }
    assert(sum > 0);
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

/* ---- the exponential distribution */

void ls_hand_chords_init(struct chord *chords, uint64_t mean)
{
    assert(mean <= CHORD_MEAN_MAX);
    uint32_t begin = (uint32_t)(mean * ls_exponential_q32(UINT64_C(1) << 63) >> 8);
    for (uint64_t k = 0; k < CHORDS; k++) {
        uint64_t end_word = k + 1 < CHORDS ? (CHORDS + k + 1) << 55 : UINT64_MAX;
        uint32_t end = (uint32_t)(mean * ls_exponential_q32(end_word) >> 8);
        chords[k] = (struct chord){begin, begin - end};
        begin = end;
    }
}
