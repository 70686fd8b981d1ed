#include "pipeline/view/top.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <stdlib.h>
#include <string.h>

int ls_top_new(uint32_t k, struct ls_top *out, struct ls_error *err)
{
    *out = (struct ls_top){.k = k};
    out->entries = ls_mem_new(k, sizeof *out->entries, err);
    return out->entries ? 0 : err->code;
}

void ls_top_clear(struct ls_top *top)
{
    for (uint32_t i = 0; top->entries && i < top->k; i++) {
        ls_mem_free(top->entries[i].value);
    }
    ls_mem_free(top->entries);
    *top = (struct ls_top){0};
}

/* Does the first stand before the second? */
static int order(const void *a, const void *b)
{
    const struct ls_top_entry *x = a;
    const struct ls_top_entry *y = b;
    if (x->amount != y->amount) {
        return x->amount > y->amount ? -1 : 1;
    }
    uint32_t common = x->size < y->size ? x->size : y->size;
    int values = common ? memcmp(x->value, y->value, common) : 0;
    values = values ? values : (x->size > y->size) - (x->size < y->size);
    return LS_MUTANT(TIES_REVERSED) ? -values : values;
}

static void swap(struct ls_top_entry *a, struct ls_top_entry *b)
{
    struct ls_top_entry other = *a;
    *a = *b;
    *b = other;
}

static void sift_up(struct ls_top *top, size_t at)
{
    for (; at > 0 && order(&top->entries[(at - 1) / 2], &top->entries[at]) < 0; at = (at - 1) / 2) {
        swap(&top->entries[(at - 1) / 2], &top->entries[at]);
    }
}

static void sift_down(struct ls_top *top)
{
    for (size_t at = 0;;) {
        size_t last = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < top->count; child++) {
            last = order(&top->entries[last], &top->entries[child]) < 0 ? child : last;
        }
        if (last == at) {
            return;
        }
        swap(&top->entries[at], &top->entries[last]);
        at = last;
    }
}

static int fill(struct ls_top_entry *entry, const struct ls_top_entry *from, struct ls_error *err)
{
    size_t capacity = entry->capacity;
    int rc = ls_mem_grow(&entry->value, &capacity, from->size + (size_t)1, 1, err);
    if (rc == 0) {
        entry->capacity = (uint32_t)capacity;
        memcpy(entry->value, from->value, from->size);
        entry->size = from->size;
        entry->amount = from->amount;
    }
    return rc;
}

int ls_top_offer(struct ls_top *top, const uint8_t *value, uint32_t size, ls_i128 amount,
                 struct ls_error *err)
{
    union {
        const uint8_t *from;
        uint8_t *to;
    } bytes = {.from = value}; /* read only */
    const struct ls_top_entry offered = {amount, bytes.to, size, 0};
    if (top->count < top->k) {
        int rc = fill(&top->entries[top->count], &offered, err);
        if (rc == 0) {
            sift_up(top, top->count++);
        }
        return rc;
    }
    if (order(&offered, &top->entries[0]) >= 0) {
        return 0;
    }
    int rc = fill(&top->entries[0], &offered, err);
    sift_down(top);
    return rc;
}

int ls_top_put(struct ls_top *top, bool decimal, struct ls_buf *out, struct ls_error *err)
{
    if (top->count) {
        qsort(top->entries, top->count, sizeof *top->entries, order);
    }
    int rc = ls_buf_reserve(out, LS_AVRO_LONG_MAX + 1, err);
    if (rc == 0 && top->count) {
        out->size = (size_t)(ls_put_long(out->data + out->size, (int64_t)top->count) - out->data);
    }
    for (size_t i = 0; rc == 0 && i < top->count; i++) {
        const struct ls_top_entry *entry = &top->entries[i];
        if (decimal ? !ls_fits_decimal(entry->amount) : !ls_fits_i64(entry->amount)) {
            return ls_error_set(err, LS_E_DATA, "an amount of a top does not fit its type");
        }
        rc = ls_buf_append(out, entry->value, entry->size, err);
        rc = rc < 0 ? rc : ls_buf_reserve(out, LS_AVRO_DECIMAL_MAX + 1, err);
        if (rc == 0) {
            uint8_t *at = out->data + out->size;
            at = decimal ? ls_put_decimal(at, entry->amount)
                         : ls_put_long(at, (int64_t)entry->amount);
            out->size = (size_t)(at - out->data);
        }
    }
    rc = rc < 0 ? rc : ls_buf_append(out, "", 1, err);
    top->count = 0;
    return rc;
}
