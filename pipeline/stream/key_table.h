/* Things found by the bytes of their key: groups of panes, sessions, rolling features, joins. What
 * is in the table begins with struct ls_keyed and is owned by whoever put it there. */
#ifndef LS_STREAM_KEY_TABLE_H
#define LS_STREAM_KEY_TABLE_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ls_keyed {
    const uint8_t *key;
    uint32_t key_size;
};

struct ls_key_table {
    struct ls_keyed **slots; /* open addressing by the key's hash */
    size_t slot_count;       /* a power of two, or 0 */
    size_t count;
};

/* By the bytes of the keys. */
static inline int ls_keyed_order(const struct ls_keyed *a, const struct ls_keyed *b)
{
    uint32_t common = a->key_size < b->key_size ? a->key_size : b->key_size;
    int order = common ? memcmp(a->key, b->key, common) : 0;
    return order ? order : (a->key_size > b->key_size) - (a->key_size < b->key_size);
}

struct ls_keyed *ls_key_find(const struct ls_key_table *table, const uint8_t *key, size_t size);

/* Room for one more. */
int ls_key_reserve(struct ls_key_table *table, struct ls_error *err);

/* Behind ls_key_reserve, of a key that is not there; ls_key_remove of one that is. */
void ls_key_add(struct ls_key_table *table, struct ls_keyed *item);
void ls_key_remove(struct ls_key_table *table, const struct ls_keyed *item);

/* Empties the table; the things stay. */
void ls_key_clear(struct ls_key_table *table);

#endif
