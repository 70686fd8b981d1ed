/* The only door to the heap: a refused allocation is an error value, and tests can refuse the n-th
 * one. */
#ifndef LS_BASE_MEM_H
#define LS_BASE_MEM_H

#include "core/base/error.h"

#include <stddef.h>

/* Zeroed memory for `count` elements of `size` bytes, or NULL with `err` filled; overflow of the
 * product is refused too. Free with ls_mem_free. A count of 0 gives a valid pointer. */
void *ls_mem_new(size_t count, size_t size, struct ls_error *err);

/* Grows *array, of *capacity elements of `size` bytes, to at least `needed` elements (doubling).
 * New memory is not zeroed. On failure *array and *capacity are as before. Returns 0 or LS_E_NOMEM.
 */
int ls_mem_grow(void *array, size_t *capacity, size_t needed, size_t size, struct ls_error *err);

/* A copy of `size` bytes and a NUL behind them, or NULL with `err` filled. */
char *ls_mem_copy(const void *bytes, size_t size, struct ls_error *err);

/* NULL is legal. */
void ls_mem_free(void *pointer);

/* For tests: the `nth` allocation from now on (1 is the next) is refused, later ones are not; 0
 * turns it off. Every thread counts. */
void ls_mem_refuse(unsigned long nth);

/* How many allocations there were since the program began. */
unsigned long ls_mem_count(void);

/* Bytes that are allocated now, as the allocator has rounded them. */
size_t ls_mem_used(void);

#endif
