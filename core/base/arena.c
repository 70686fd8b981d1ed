#include "core/base/arena.h"

#include "core/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_SIZE 16384U

struct ls_arena_block {
    struct ls_arena_block *next;
    size_t used;
    size_t capacity;
    max_align_t data[];
};

void ls_arena_init(struct ls_arena *arena, const char *name, size_t size_max)
{
    *arena = (struct ls_arena){.name = name, .size_max = size_max};
}

void ls_arena_clear(struct ls_arena *arena)
{
    while (arena->blocks) {
        struct ls_arena_block *next = arena->blocks->next;
        ls_mem_free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
}

void *ls_arena_new(struct ls_arena *arena, size_t count, size_t size, struct ls_error *err)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX ||
        bytes > arena->size_max - arena->used) {
        ls_error_set(err, LS_E_DATA, "%s would grow past its limit of %zu bytes", arena->name,
                     arena->size_max);
        return NULL;
    }
    size_t rounded = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
#ifdef LS_ARENA_EACH
    /* sanitizer builds: a heap block for each allocation, so that an overrun is seen; and the
     * coverage build, so that each can be refused */
    struct ls_arena_block *block = NULL;
    size_t least = 0;
#else
    struct ls_arena_block *block = arena->blocks;
    size_t least = BLOCK_SIZE;
#endif
    if (!block || rounded > block->capacity - block->used) {
        size_t capacity = rounded > least ? rounded : least;
        block = ls_mem_new(1, sizeof *block + capacity, err);
        if (!block) {
            return NULL;
        }
        block->capacity = capacity;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *pointer = (uint8_t *)block->data + block->used;
    block->used += rounded;
    arena->used += bytes;
    return pointer;
}

char *ls_arena_text(struct ls_arena *arena, const char *text, size_t size, struct ls_error *err)
{
    char *copy = ls_arena_new(arena, size + 1, 1, err);
    if (copy && size) {
        memcpy(copy, text, size);
    }
    return copy;
}

char *ls_arena_printf(struct ls_arena *arena, struct ls_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int needed = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (needed < 0) {
        ls_error_set(err, LS_E_BUG, "%s: a format that cannot be printed", arena->name);
        return NULL;
    }
    char *text = ls_arena_new(arena, (size_t)needed + 1, 1, err);
    if (text) {
        va_start(args, format);
        vsnprintf(text, (size_t)needed + 1, format, args);
        va_end(args);
    }
    return text;
}
