#include "core/base/mem.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef LS_GROW_EACH /* coverage build: so that each growth of what is small can be refused */
#define EXACT_MAX 4096U
#else
#define EXACT_MAX 0U
#endif

#define PAGE      ((size_t)4096) /* where pages are larger, the wish is refused */
#define LARGE_MIN ((size_t)4 << 20)

static atomic_ulong allocations;
static atomic_ulong refused_at;
static atomic_size_t used;

static bool refused(void)
{
    return atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1 ==
           atomic_load_explicit(&refused_at, memory_order_relaxed);
}

/* A large block in huge pages, where the system has them: fewer faults, and fewer misses of what is
 * looked up in it at random. A wish, whose refusal changes no byte. */
static void wish_huge_pages(void *pointer, size_t bytes)
{
    if (bytes >= LARGE_MIN) {
        size_t before = (uintptr_t)pointer % PAGE; /* a block begins behind what the heap notes */
        (void)madvise((char *)pointer - before, before + bytes, MADV_HUGEPAGE);
    }
}

void *ls_mem_new(size_t count, size_t size, struct ls_error *err)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        ls_error_nomem(err, ~0ULL);
        return NULL;
    }
    void *pointer = refused() ? NULL : calloc(1, bytes ? bytes : 1);
    if (!pointer) {
        ls_error_nomem(err, bytes);
        return NULL;
    }
    wish_huge_pages(pointer, bytes);
    atomic_fetch_add_explicit(&used, malloc_usable_size(pointer), memory_order_relaxed);
    return pointer;
}

int ls_mem_grow(void *array, size_t *capacity, size_t needed, size_t size, struct ls_error *err)
{
    if (needed <= *capacity) {
        return 0;
    }
    size_t wanted = *capacity + *capacity / 2 + 16;
    if (wanted < needed || needed <= EXACT_MAX) {
        wanted = needed;
    }
    size_t bytes;
    if (__builtin_mul_overflow(wanted, size, &bytes)) {
        return ls_error_nomem(err, ~0ULL);
    }
    void *old;
    memcpy(&old, array, sizeof old);
    size_t before = malloc_usable_size(old);
    void *grown = refused() ? NULL : realloc(old, bytes);
    if (!grown) {
        return ls_error_nomem(err, bytes);
    }
    wish_huge_pages(grown, bytes);
    atomic_fetch_add_explicit(&used, malloc_usable_size(grown) - before, memory_order_relaxed);
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return 0;
}

char *ls_mem_copy(const void *bytes, size_t size, struct ls_error *err)
{
    char *copy = ls_mem_new(size + 1, 1, err);
    if (copy && size) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

void ls_mem_free(void *pointer)
{
    atomic_fetch_sub_explicit(&used, malloc_usable_size(pointer), memory_order_relaxed);
    free(pointer);
}

void ls_mem_refuse(unsigned long nth)
{
    atomic_store(&refused_at, nth ? atomic_load(&allocations) + nth : 0);
}

size_t ls_mem_used(void)
{
    return atomic_load_explicit(&used, memory_order_relaxed);
}

unsigned long ls_mem_count(void)
{
    return atomic_load(&allocations);
}
