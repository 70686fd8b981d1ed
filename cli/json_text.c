#include "cli/json_text.h"

struct writer {
    struct ls_buf *out;
    struct ls_error *err;
};

static int append(const char *text, size_t size, void *context)
{
    struct writer *w = context;
    return ls_buf_append(w->out, text, size, w->err) < 0 ? -1 : 0;
}

int json_text(const json_t *json, struct ls_buf *out, struct ls_error *err)
{
    struct writer w = {out, err};
    err->code = 0;
    if (!json || json_dump_callback(json, append, &w, JSON_INDENT(2) | JSON_ENCODE_ANY) < 0) {
        return err->code ? err->code : ls_error_nomem(err, 0);
    }
    return ls_buf_append_text(out, "\n", err);
}
