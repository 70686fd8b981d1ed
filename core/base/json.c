#include "core/base/json.h"

#include "core/base/text.h"

static bool is_plain(uint8_t c, bool wide)
{
    return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && (c < 0x80 || !wide);
}

static int append_escaped(struct ls_buf *out, uint8_t c, struct ls_error *err)
{
    return c == '"' || c == '\\' ? ls_buf_appendf(out, err, "\\%c", c)
                                 : ls_buf_appendf(out, err, "\\u%04x", c);
}

/* `wide`: bytes beyond ASCII are escaped too. */
static int quote(struct ls_buf *out, const uint8_t *bytes, size_t size, bool wide,
                 struct ls_error *err)
{
    size_t at = 0;
    int rc = ls_buf_append(out, "\"", 1, err);
    while (rc == 0 && at < size) {
        size_t begin = at;
        while (at < size && is_plain(bytes[at], wide)) {
            at++;
        }
        rc = ls_buf_append(out, bytes + begin, at - begin, err);
        if (rc == 0 && at < size) {
            rc = append_escaped(out, bytes[at++], err);
        }
    }
    return rc < 0 ? rc : ls_buf_append(out, "\"", 1, err);
}

int ls_json_string(struct ls_buf *out, const void *text, size_t size, struct ls_error *err)
{
    return quote(out, text, size, !ls_utf8_valid(text, size), err);
}

int ls_json_bytes(struct ls_buf *out, const void *bytes, size_t size, struct ls_error *err)
{
    return quote(out, bytes, size, true, err);
}
