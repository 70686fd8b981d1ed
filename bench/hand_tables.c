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

/* ---- walks */

/* What walk_at may be wrong by: heights that are not just halves, places up to 2^-31 of a cell too
 * low (a slope of two heights in 2^-k of a cell), and what each octave rounds. */
static uint64_t walk_error(const struct walk *walk, unsigned octaves)
{
    uint64_t error = 0;
    for (unsigned k = 0; k < octaves; k++) {
        int64_t off = (int64_t)(walk->heights[k % 2] >> k / 2) - (int64_t)walk->heights[k];
        error += (uint64_t)(off < 0 ? -off : off) + 1 + (walk->heights[k] << k >> 30) + 1 + 4;
    }
    return error;
}

void ls_hand_walk_init(struct walk *walk, int64_t over, unsigned octaves)
{
    assert(octaves <= OCTAVES_MAX);
    uint64_t raw[OCTAVES_MAX] = {LS_Q32};
    uint64_t sum = raw[0];
    for (unsigned k = 1; k < octaves; k++) {
        raw[k] = (uint64_t)((ls_u128)raw[k - 1] * UINT64_C(3037000499) >> 32);
        sum += raw[k];
    }
    walk->over = over;
    walk->cells = (uint64_t)(((ls_u128)1 << WALK_CELL_BITS) / (uint64_t)over);
    walk->heights_sum = 0;
    for (unsigned k = 0; k < octaves; k++) {
        walk->heights[k] = (raw[k] << 31) / sum;
        walk->heights_sum += walk->heights[k];
    }
    assert(walk_error(walk, octaves) < WALK_ERROR);
}

/* Number `place` of octave `k`, in parts of 2^31. */
static int64_t number_of(uint64_t key, unsigned k, int64_t place)
{
    bool odd = k % 2;
    unsigned shift = !odd ? 0 : place & 1 ? 2 * GRID_BITS : GRID_BITS;
    uint64_t numbers = ls_hand_grid(key + 8 * (uint64_t)(place >> odd) + k / 2);
    return ((int64_t)(numbers >> shift & GRID_MASK) - GRID_SIGN) * (1 << 11);
}

RARE int64_t ls_hand_walk_exact(const struct walk *walk, unsigned octaves, uint64_t key,
                                int64_t since, int64_t within)
{
    int64_t cell = ls_floor_div(since, walk->over);
    uint64_t rest = (uint64_t)(since - cell * walk->over);
    uint64_t along = rest * (UINT64_MAX / (uint64_t)walk->over) >> 32;
    int64_t noise = 0;
    for (unsigned k = 0; k < octaves; k++) {
        int64_t place = cell * (INT64_C(1) << k) + (int64_t)(along << k >> 32);
        int64_t a = number_of(key, k, place);
        int64_t b = number_of(key, k, place + 1);
        int64_t f = (int64_t)((along << k & UINT32_MAX) >> 1);
        noise += (a + ((b - a) * f >> 31)) * (int64_t)walk->heights[k] >> 31;
    }
    return within * noise >> 31;
}
