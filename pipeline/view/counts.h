/* What a group has of each value: how many, and their sum. For quantiles (values are the bounds of
 * buckets), tops, and what is distinct among records that come and go. */
#ifndef LS_VIEW_COUNTS_H
#define LS_VIEW_COUNTS_H

#include "pipeline/view/aggregate.h"
#include "pipeline/view/top.h"

struct ls_count {
    uint64_t hash; /* of the value; 0: the slot is empty */
    uint32_t size;
    uint64_t count; /* 0: the value went again */
    ls_i128 sum;
    union {
        uint8_t inlined[16];
        uint8_t *bytes; /* of a longer value: owned */
    } value;
};

struct ls_counts {
    struct ls_count *slots; /* open addressing */
    size_t slot_count;      /* a power of two, or 0 */
    size_t used;            /* slots that are not empty */
    size_t live;            /* with a count above 0 */
    uint64_t total;         /* of all counts */
};

static inline const uint8_t *ls_count_value(const struct ls_count *slot)
{
    return slot->size <= sizeof slot->value.inlined ? slot->value.inlined : slot->value.bytes;
}

/* Adds `count` of a value, with their sum. LS_E_DATA when a sum leaves 128 bits. */
int ls_counts_add(struct ls_counts *counts, const void *value, size_t size, uint64_t count,
                  ls_i128 sum, struct ls_error *err);

/* Takes one of a value away that is there. */
void ls_counts_remove(struct ls_counts *counts, const void *value, size_t size, ls_i128 amount);

/* Adds all of another's. */
int ls_counts_merge(struct ls_counts *counts, const struct ls_counts *other, struct ls_error *err);

void ls_counts_clear(struct ls_counts *counts);

/* A bucket of a quantile as a value: bytewise order is the order of the numbers. */
#define LS_BUCKET_SIZE 8
void ls_bucket_put(int64_t bound, uint8_t out[LS_BUCKET_SIZE]);
int64_t ls_bucket_get(const uint8_t value[LS_BUCKET_SIZE]);

/* The bound of the bucket that holds the quantile of all counts, which are of buckets; false of
 * nothing. */
int ls_counts_quantile(const struct ls_counts *counts, struct ls_ratio q,
                       struct ls_aggregate_result *out, struct ls_error *err);

/* Offers every value, by its count or, `by_sum`, by its sum. */
int ls_counts_top(const struct ls_counts *counts, bool by_sum, struct ls_top *top,
                  struct ls_error *err);

#endif
