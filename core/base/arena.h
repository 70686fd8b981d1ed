/* Memory for things that live and die together (a spec, a plan): many small allocations, one
 * release. */
#ifndef LS_BASE_ARENA_H
#define LS_BASE_ARENA_H

#include "core/base/error.h"

#include <stddef.h>

struct ls_arena_block;

struct ls_arena {
    struct ls_arena_block *blocks; /* newest first */
    size_t used;                   /* bytes handed out, all blocks */
    size_t size_max;
    const char *name; /* borrowed, for messages */
};

void ls_arena_init(struct ls_arena *arena, const char *name, size_t size_max);

/* Frees everything that came from the arena. */
void ls_arena_clear(struct ls_arena *arena);

/* Zeroed, aligned for any type, valid until ls_arena_clear; NULL with `err` filled (limit or
 * memory). */
void *ls_arena_new(struct ls_arena *arena, size_t count, size_t size, struct ls_error *err);

/* A NUL-terminated copy of `size` bytes. */
char *ls_arena_text(struct ls_arena *arena, const char *text, size_t size, struct ls_error *err);

char *ls_arena_printf(struct ls_arena *arena, struct ls_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
