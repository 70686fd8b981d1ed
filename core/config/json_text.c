#include "core/config/json_text.h"

struct writer {
    struct ls_buf *out;
    struct ls_error *err;
    int rc; /* jansson goes on where the name of a member could not be taken, and ends well */
};

static int append(const char *text, size_t size, void *context)
{
    struct writer *w = context;
    w->rc = w->rc < 0 ? w->rc : ls_buf_append(w->out, text, size, w->err);
    return w->rc < 0 ? -1 : 0;
}

int ls_json_text(const json_t *json, size_t flags, struct ls_buf *out, struct ls_error *err)
{
    struct writer w = {out, err, 0};
    int rc = json ? json_dump_callback(json, append, &w, flags) : -1;
    return w.rc < 0 || rc == 0 ? w.rc : ls_error_nomem(err, 0);
}
