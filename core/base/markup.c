#include "core/base/markup.h"

#include "core/base/text.h"

#include <string.h>

size_t ls_markup_character(const uint8_t *text, size_t size)
{
    size_t count = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    bool is_control = (text[0] < 0x20 && text[0] != '\n' && text[0] != '\t') || text[0] == 0x7f;
    bool is_none = count == 3 && size >= 3 && text[0] == 0xef && text[1] == 0xbf && text[2] >= 0xbe;
    return count > size || is_control || is_none || !ls_utf8_valid(text, count) ? 0 : count;
}

int ls_markup(struct ls_buf *out, const void *text, size_t size, struct ls_error *err)
{
    static const char special[] = "<>&\"";
    static const char *const names[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
    const uint8_t *at = text;
    const uint8_t *end = at + size;
    int rc = 0;
    while (rc == 0 && at < end) {
        size_t count = ls_markup_character(at, (size_t)(end - at));
        const char *found = count ? strchr(special, *at) : NULL;
        rc = !count  ? ls_buf_append_text(out, "?", err)
             : found ? ls_buf_append_text(out, names[found - special], err)
                     : ls_buf_append(out, at, count, err);
        at += count ? count : 1;
    }
    return rc;
}
