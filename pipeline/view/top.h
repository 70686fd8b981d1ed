/* The values of a group with the most (contract P8): descending by count or sum, ties by the bytes
 * of the values ascending. What is offered may be any number; k of them are kept. */
#ifndef LS_VIEW_TOP_H
#define LS_VIEW_TOP_H

#include "core/base/buf.h"
#include "pipeline/view/aggregate.h"

struct ls_top_entry {
    ls_i128 amount;
    uint8_t *value; /* Avro binary */
    uint32_t size, capacity;
};

struct ls_top {
    uint32_t k;
    size_t count;
    struct ls_top_entry *entries; /* a heap: the one that would go first is [0] */
};

int ls_top_new(uint32_t k, struct ls_top *out, struct ls_error *err);
void ls_top_clear(struct ls_top *top);

/* Each value once. */
int ls_top_offer(struct ls_top *top, const uint8_t *value, uint32_t size, ls_i128 amount,
                 struct ls_error *err);

/* Appends the array: one block, or none of nothing; then begins anew. LS_E_DATA for an amount that
 * does not fit a long or, of a `decimal`, 38 digits. */
int ls_top_put(struct ls_top *top, bool decimal, struct ls_buf *out, struct ls_error *err);

#endif
