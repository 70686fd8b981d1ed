#include "core/obs/histogram.h"

#include "core/base/wide.h"

#include <assert.h>

/* How far a span is shifted right so that it is below 2 * LS_HISTOGRAM_STEPS. */
static unsigned shift_of(uint64_t ns)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(ns | 1);
    return bits > 11 ? bits - 11 : 0;
}

/* Spans of one shift are LS_HISTOGRAM_STEPS .. 2 * LS_HISTOGRAM_STEPS - 1 behind it, so that the
 * buckets of each follow on those of the one before. */
static size_t bucket_of(uint64_t ns)
{
    unsigned shift = shift_of(ns);
    return (size_t)shift * LS_HISTOGRAM_STEPS + (size_t)(ns >> shift);
}

/* The longest span in a bucket. */
static uint64_t longest(size_t bucket)
{
    if (bucket < (size_t)2 * LS_HISTOGRAM_STEPS) {
        return bucket;
    }
    size_t shift = bucket / LS_HISTOGRAM_STEPS - 1;
    return ((uint64_t)(bucket - shift * LS_HISTOGRAM_STEPS + 1) << shift) - 1;
}

void ls_histogram_add(struct ls_histogram *histogram, uint64_t ns)
{
    histogram->count++;
    histogram->max = ns > histogram->max ? ns : histogram->max;
    histogram->buckets[bucket_of(ns < LS_HISTOGRAM_NS_MAX ? ns : LS_HISTOGRAM_NS_MAX)]++;
}

uint64_t ls_histogram_quantile(const struct ls_histogram *histogram, uint64_t part, uint64_t whole)
{
    assert(part > 0 && part <= whole && whole <= UINT64_C(1) << 32);
    uint64_t rank = (uint64_t)(((ls_u128)histogram->count * part + whole - 1) / whole);
    uint64_t passed = 0;
    for (size_t bucket = 0; bucket < LS_HISTOGRAM_BUCKETS; bucket++) {
        passed += histogram->buckets[bucket];
        if (passed >= rank && passed > 0) {
            return longest(bucket) < histogram->max ? longest(bucket) : histogram->max;
        }
    }
    return 0;
}
