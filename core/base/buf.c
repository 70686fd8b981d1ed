#include "core/base/buf.h"

#include "core/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ls_buf_init(struct ls_buf *buf, const char *name, size_t size_max)
{
    *buf = (struct ls_buf){.name = name, .size_max = size_max};
}

void ls_buf_clear(struct ls_buf *buf)
{
    ls_mem_free(buf->data);
    ls_buf_init(buf, buf->name, buf->size_max);
}

/* Room for `more` bytes within the limit, and for `uncounted` bytes behind them. */
static int make_room(struct ls_buf *buf, size_t more, size_t uncounted, struct ls_error *err)
{
    if (more > buf->size_max - buf->size) {
        return ls_error_set(err, LS_E_DATA, "%s would grow past its limit of %zu bytes", buf->name,
                            buf->size_max);
    }
    return ls_mem_grow(&buf->data, &buf->capacity, buf->size + more + uncounted, 1, err);
}

int ls_buf_reserve(struct ls_buf *buf, size_t more, struct ls_error *err)
{
    return make_room(buf, more, 0, err);
}

int ls_buf_append(struct ls_buf *buf, const void *bytes, size_t size, struct ls_error *err)
{
    int rc = ls_buf_reserve(buf, size, err);
    if (rc == 0 && size) {
        memcpy(buf->data + buf->size, bytes, size);
        buf->size += size;
    }
    return rc;
}

int ls_buf_append_text(struct ls_buf *buf, const char *text, struct ls_error *err)
{
    return ls_buf_append(buf, text, strlen(text), err);
}

int ls_buf_appendf(struct ls_buf *buf, struct ls_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int needed = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (needed < 0) {
        return ls_error_set(err, LS_E_BUG, "%s: a format that cannot be printed", buf->name);
    }
    int rc = make_room(buf, (size_t)needed, 1, err);
    if (rc < 0) {
        return rc;
    }
    va_start(args, format);
    vsnprintf((char *)buf->data + buf->size, (size_t)needed + 1, format, args);
    va_end(args);
    buf->size += (size_t)needed;
    return 0;
}

const char *ls_buf_text(struct ls_buf *buf, struct ls_error *err)
{
    if (make_room(buf, 0, 1, err) < 0) {
        return NULL;
    }
    buf->data[buf->size] = '\0';
    return (const char *)buf->data;
}
