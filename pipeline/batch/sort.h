/* Sorting of any number of items within a given memory: items are byte strings ordered by their
 * keys (bytewise); what does not fit is spilled to sorted runs in a file and merged. Items of one
 * key come out in no stated order: make keys different where it matters. */
#ifndef LS_BATCH_SORT_H
#define LS_BATCH_SORT_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct ls_sorter;

/* `name` for messages; `folder` for the runs, which are removed with the sorter; `memory` in bytes,
 * at least 64 KiB. */
int ls_sorter_new(const char *name, const char *folder, size_t memory, struct ls_sorter **out,
                  struct ls_error *err);
void ls_sorter_free(struct ls_sorter *sorter);

/* Copies key and value. LS_E_DATA for an item larger than half of the memory. */
int ls_sorter_add(struct ls_sorter *sorter, const void *key, size_t key_size, const void *value,
                  size_t value_size, struct ls_error *err);

/* How many runs were spilled. */
size_t ls_sorter_runs(const struct ls_sorter *sorter);

struct ls_sorted {
    const uint8_t *key;
    size_t key_size;
    const uint8_t *value;
    size_t value_size;
};

/* All items of several sorters in one order. Adding ends here. */
struct ls_merge;
int ls_merge_new(struct ls_sorter *const *sorters, size_t count, struct ls_merge **out,
                 struct ls_error *err);

/* 1 and the next item (borrowed until the next call), 0 at the end, or a negative code. */
int ls_merge_next(struct ls_merge *merge, struct ls_sorted *item, struct ls_error *err);

void ls_merge_free(struct ls_merge *merge);

/* Integers as key bytes: bytewise order is the order of the numbers. Each returns the place behind.
 */
uint8_t *ls_key_u64(uint8_t *at, uint64_t value);
uint8_t *ls_key_i64(uint8_t *at, int64_t value);
int64_t ls_key_get_i64(const uint8_t *at);
uint64_t ls_key_get_u64(const uint8_t *at);

#endif
