/* Arrays and maps: one block of items, then the end. */
#include "generator/op.h"

#include <string.h>

uint8_t *ls_op_put_array(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    const struct ls_op_parts *parts = op->parts;
    uint64_t word = ls_word(op->key, event->indices[op->back], 0);
    size_t count = parts->least + (size_t)ls_below(word, parts->count - parts->least + 1);
    if (count) {
        at = ls_put_long(at, (int64_t)count);
    }
    for (size_t k = 0; k < count; k++) {
        at = parts->items[k].make(&parts->items[k], event, at);
    }
    return ls_put_long(at, 0);
}

uint8_t *ls_op_put_map(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    const struct ls_op_parts *parts = op->parts;
    uint64_t index = event->indices[op->back];
    uint64_t present = 0; /* bit k: key k is there */
    for (size_t k = 0; k < parts->count; k++) {
        bool hit = ls_hit(ls_word(parts->keys[k].key, index, 0), parts->present);
        present |= (uint64_t)hit << k;
    }
    if (present) {
        at = ls_put_long(at, __builtin_popcountll(present));
    }
    for (size_t k = 0; k < parts->count; k++) {
        if (present >> k & 1) {
            memcpy(at, parts->keys[k].bytes, parts->keys[k].size);
            at += parts->keys[k].size;
            at = parts->items[k].make(&parts->items[k], event, at);
        }
    }
    return ls_put_long(at, 0);
}
