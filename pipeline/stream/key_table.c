#include "pipeline/stream/key_table.h"

#include "core/base/hash.h"
#include "core/base/mem.h"

#include <string.h>

#define SLOTS_MIN 16

static size_t hash_of(const uint8_t *key, size_t size)
{
    return (size_t)ls_id_of(key, size).low;
}

static size_t slot_of(const struct ls_key_table *table, const uint8_t *key, size_t size)
{
    size_t at = hash_of(key, size) & (table->slot_count - 1);
    while (table->slots[at] && (table->slots[at]->key_size != size ||
                                (size && memcmp(table->slots[at]->key, key, size) != 0))) {
        at = (at + 1) & (table->slot_count - 1);
    }
    return at;
}

struct ls_keyed *ls_key_find(const struct ls_key_table *table, const uint8_t *key, size_t size)
{
    return table->slot_count ? table->slots[slot_of(table, key, size)] : NULL;
}

int ls_key_reserve(struct ls_key_table *table, struct ls_error *err)
{
    if ((table->count + 1) * 2 <= table->slot_count) {
        return 0;
    }
    struct ls_key_table wider = {.slot_count = table->slot_count ? 2 * table->slot_count
                                                                 : SLOTS_MIN};
    wider.slots = ls_mem_new(wider.slot_count, sizeof(struct ls_keyed *), err);
    if (!wider.slots) {
        return err->code;
    }
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i]) {
            ls_key_add(&wider, table->slots[i]);
        }
    }
    ls_mem_free(table->slots);
    *table = wider;
    return 0;
}

void ls_key_add(struct ls_key_table *table, struct ls_keyed *item)
{
    table->slots[slot_of(table, item->key, item->key_size)] = item;
    table->count++;
}

/* Those behind it move up, so that none is hidden. */
void ls_key_remove(struct ls_key_table *table, const struct ls_keyed *item)
{
    size_t mask = table->slot_count - 1;
    size_t hole = slot_of(table, item->key, item->key_size);
    for (size_t at = (hole + 1) & mask; table->slots[at]; at = (at + 1) & mask) {
        size_t home = hash_of(table->slots[at]->key, table->slots[at]->key_size) & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole] = NULL;
    table->count--;
}

void ls_key_clear(struct ls_key_table *table)
{
    ls_mem_free(table->slots);
    *table = (struct ls_key_table){0};
}
