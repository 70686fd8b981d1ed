#include "pipeline/view/counts.h"

#include "core/avro/encode.h"
#include "core/base/hash.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 8

static uint64_t hash_of(const void *value, size_t size)
{
    uint64_t hash = ls_id_of(value, size).low;
    return hash ? hash : 1;
}

static struct ls_count *slot_of(struct ls_count *slots, size_t slot_count, const void *value,
                                size_t size, uint64_t hash)
{
    size_t at = (size_t)hash & (slot_count - 1);
    while (slots[at].hash && (slots[at].hash != hash || slots[at].size != size ||
                              memcmp(ls_count_value(&slots[at]), value, size) != 0)) {
        at = (at + 1) & (slot_count - 1);
    }
    return &slots[at];
}

static void forget(struct ls_count *slot)
{
    if (slot->size > sizeof slot->value.inlined) {
        ls_mem_free(slot->value.bytes);
    }
}

/* Values that went again are left behind. */
static int grow(struct ls_counts *counts, struct ls_error *err)
{
    if ((counts->used + 1) * 2 <= counts->slot_count) {
        return 0;
    }
    size_t slot_count = SLOTS_MIN;
    while (slot_count < (counts->live + 1) * 4) {
        slot_count *= 2;
    }
    struct ls_count *slots = ls_mem_new(slot_count, sizeof *slots, err);
    if (!slots) {
        return err->code;
    }
    for (size_t i = 0; i < counts->slot_count; i++) {
        struct ls_count *slot = &counts->slots[i];
        if (slot->hash && slot->count) {
            *slot_of(slots, slot_count, ls_count_value(slot), slot->size, slot->hash) = *slot;
        } else if (slot->hash) {
            forget(slot);
        }
    }
    ls_mem_free(counts->slots);
    counts->slots = slots;
    counts->slot_count = slot_count;
    counts->used = counts->live;
    return 0;
}

static int begin_slot(struct ls_count *slot, const void *value, size_t size, uint64_t hash,
                      struct ls_error *err)
{
    if (size > sizeof slot->value.inlined) {
        slot->value.bytes = (uint8_t *)ls_mem_copy(value, size, err);
        if (!slot->value.bytes) {
            return err->code;
        }
    } else if (size) {
        memcpy(slot->value.inlined, value, size);
    }
    slot->hash = hash;
    slot->size = (uint32_t)size;
    return 0;
}

int ls_counts_add(struct ls_counts *counts, const void *value, size_t size, uint64_t count,
                  ls_i128 sum, struct ls_error *err)
{
    uint64_t hash = hash_of(value, size);
    int rc = grow(counts, err);
    if (rc < 0) {
        return rc;
    }
    struct ls_count *slot = slot_of(counts->slots, counts->slot_count, value, size, hash);
    if (!slot->hash) {
        rc = begin_slot(slot, value, size, hash, err);
        counts->used += rc == 0;
    }
    if (rc < 0) {
        return rc;
    }
    if (ls_add_overflows(slot->sum, sum, &slot->sum)) {
        return ls_error_set(err, LS_E_DATA, "a sum leaves 128 bits");
    }
    counts->live += slot->count == 0 && count > 0;
    slot->count += count;
    counts->total += count;
    return 0;
}

void ls_counts_remove(struct ls_counts *counts, const void *value, size_t size, ls_i128 amount)
{
    struct ls_count *slot = slot_of(counts->slots, counts->slot_count, value, size,
                                    hash_of(value, size));
    slot->count--;
    slot->sum -= amount;
    counts->live -= slot->count == 0;
    counts->total--;
}

int ls_counts_merge(struct ls_counts *counts, const struct ls_counts *other, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < other->slot_count; i++) {
        const struct ls_count *slot = &other->slots[i];
        if (slot->count) {
            rc = ls_counts_add(counts, ls_count_value(slot), slot->size, slot->count, slot->sum,
                               err);
        }
    }
    return rc;
}

void ls_counts_clear(struct ls_counts *counts)
{
    for (size_t i = 0; i < counts->slot_count; i++) {
        forget(&counts->slots[i]);
    }
    ls_mem_free(counts->slots);
    *counts = (struct ls_counts){0};
}

/* ---- what they come to */

void ls_bucket_put(int64_t bound, uint8_t out[LS_BUCKET_SIZE])
{
    uint64_t bits = (uint64_t)bound ^ UINT64_C(1) << 63;
    for (unsigned i = 0; i < LS_BUCKET_SIZE; i++) {
        out[i] = (uint8_t)(bits >> (56 - 8 * i));
    }
}

int64_t ls_bucket_get(const uint8_t value[LS_BUCKET_SIZE])
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < LS_BUCKET_SIZE; i++) {
        bits = bits << 8 | value[i];
    }
    return (int64_t)(bits ^ UINT64_C(1) << 63);
}

struct bucket {
    int64_t bound;
    uint64_t count;
};

static int by_bound(const void *a, const void *b)
{
    const struct bucket *x = a;
    const struct bucket *y = b;
    return (x->bound > y->bound) - (x->bound < y->bound);
}

int ls_counts_quantile(const struct ls_counts *counts, struct ls_ratio q,
                       struct ls_aggregate_result *out, struct ls_error *err)
{
    *out = (struct ls_aggregate_result){.is_null = counts->total == 0};
    if (out->is_null) {
        return 0;
    }
    struct bucket *buckets = ls_mem_new(counts->live, sizeof *buckets, err);
    if (!buckets) {
        return err->code;
    }
    size_t count = 0;
    for (size_t i = 0; i < counts->slot_count; i++) {
        if (counts->slots[i].count) {
            buckets[count++] = (struct bucket){ls_bucket_get(ls_count_value(&counts->slots[i])),
                                               counts->slots[i].count};
        }
    }
    qsort(buckets, count, sizeof *buckets, by_bound);
    uint64_t rank = ls_quantile_rank(q, counts->total);
    size_t at = 0;
    for (uint64_t seen = buckets[0].count; seen < rank; seen += buckets[at].count) {
        at++;
    }
    out->number = buckets[at].bound;
    ls_mem_free(buckets);
    return 0;
}

int ls_counts_top(const struct ls_counts *counts, bool by_sum, struct ls_top *top,
                  struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < counts->slot_count; i++) {
        const struct ls_count *slot = &counts->slots[i];
        if (slot->count) {
            rc = ls_top_offer(top, ls_count_value(slot), slot->size,
                              by_sum ? slot->sum : (ls_i128)slot->count, err);
        }
    }
    return rc;
}
