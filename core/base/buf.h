/* A growing byte buffer that has a maximum and a name from birth: what would grow past the maximum
 * is refused, and the message names the buffer and the limit. */
#ifndef LS_BASE_BUF_H
#define LS_BASE_BUF_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct ls_buf {
    uint8_t *data;    /* owned; NULL while nothing was reserved */
    size_t size;      /* bytes in use */
    size_t capacity;  /* bytes there, which may be more than size_max */
    size_t size_max;  /* bytes that `size` may reach */
    const char *name; /* borrowed, for messages: "log block" */
};

/* Allocates nothing. `name` must outlive the buffer. */
void ls_buf_init(struct ls_buf *buf, const char *name, size_t size_max);

/* Frees the memory; the buffer can be used again. */
void ls_buf_clear(struct ls_buf *buf);

/* Makes room for `more` bytes behind `size`, for a caller that fills them in itself. 0, LS_E_NOMEM,
 * or LS_E_DATA when `size_max` would be passed. */
int ls_buf_reserve(struct ls_buf *buf, size_t more, struct ls_error *err);

int ls_buf_append(struct ls_buf *buf, const void *bytes, size_t size, struct ls_error *err);
int ls_buf_append_text(struct ls_buf *buf, const char *text, struct ls_error *err);
int ls_buf_appendf(struct ls_buf *buf, struct ls_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The content as a C string (a NUL is kept behind it, not counted); NULL with `err` filled.
 * Borrowed, until the next append. */
const char *ls_buf_text(struct ls_buf *buf, struct ls_error *err);

#endif
