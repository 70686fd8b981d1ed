/* How often which span of time was measured: counts in buckets that are as wide as a thousandth of
 * what they hold (one nanosecond below 2,048 ns), in memory of a fixed size, whatever is counted.
 * Integers alone. */
#ifndef LS_OBS_HISTOGRAM_H
#define LS_OBS_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define LS_HISTOGRAM_STEPS 1024 /* buckets of each power of two */
/* What is longer counts as this long; `max` has its true length. */
#define LS_HISTOGRAM_NS_MAX (UINT64_C(3600) * 1000000000)
/* 1 h has 42 bits, of which the first 11 choose the bucket: it is shifted by up to 31. */
#define LS_HISTOGRAM_BUCKETS ((size_t)(31 + 2) * LS_HISTOGRAM_STEPS)

/* Begin with zeros. 270 kB: no variable for a stack. */
struct ls_histogram {
    uint64_t count; /* of all */
    uint64_t max;   /* ns; 0 while nothing was counted */
    uint64_t buckets[LS_HISTOGRAM_BUCKETS];
};

void ls_histogram_add(struct ls_histogram *histogram, uint64_t ns);

/* The span that at least part/whole of all are no longer than, 0 < part <= whole <= 2^32: to three
 * digits, rounded up, at most `max`. 0 while nothing was counted. */
uint64_t ls_histogram_quantile(const struct ls_histogram *histogram, uint64_t part, uint64_t whole);

#endif
