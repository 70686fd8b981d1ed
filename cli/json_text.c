#include "cli/json_text.h"

#include "core/base/text.h"

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

int json_append_quoted(struct ls_buf *out, const uint8_t *bytes, size_t size, struct ls_error *err)
{
    bool text = ls_utf8_valid(bytes, size);
    int rc = ls_buf_append_text(out, "\"", err);
    for (size_t i = 0; rc == 0 && i < size; i++) {
        uint8_t c = bytes[i];
        if (c == '"' || c == '\\') {
            rc = ls_buf_appendf(out, err, "\\%c", c);
        } else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !text)) {
            rc = ls_buf_appendf(out, err, "\\u%04x", c);
        } else {
            rc = ls_buf_append(out, &c, 1, err);
        }
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "\"", err);
}
