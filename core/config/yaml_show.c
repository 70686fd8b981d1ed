/* Trees as YAML that reads back as the same tree. */
#include "core/base/text.h"
#include "core/config/yaml_internal.h"

#include <string.h>

struct writer {
    bool origins;
    bool flow; /* on one line, where commas and brackets mean something */
    struct ls_buf *out;
    struct ls_error *err;
};

static int show_value(struct writer *w, const struct ls_yaml *node, int indent, bool after_dash);

/* May the text stand without quotes, as far as YAML's syntax goes? Says no too often rather than
 * too seldom. */
static bool is_plain(const char *text)
{
    static const char first[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/$(";
    size_t length = strlen(text);
    if (length == 0 || !strchr(first, text[0]) || strstr(text, ": ") || strstr(text, " #") ||
        text[length - 1] == ' ' || text[length - 1] == ':') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] > '~') {
            return false;
        }
    }
    return true;
}

/* Reads one code point of well-formed text. */
static unsigned code_point(const char **at)
{
    const unsigned char *s = (const unsigned char *)*at;
    unsigned length = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    unsigned value = length == 1 ? s[0] : s[0] & (0xffU >> (length + 1));
    for (unsigned i = 1; i < length; i++) {
        value = value << 6 | (s[i] & 0x3fU);
    }
    *at += length;
    return value;
}

static int show_quoted(struct writer *w, const char *text)
{
    int rc = ls_buf_append_text(w->out, "\"", w->err);
    while (rc == 0 && *text) {
        const char *from = text;
        unsigned c = code_point(&text);
        if (c == '"' || c == '\\') {
            rc = ls_buf_appendf(w->out, w->err, "\\%c", (int)c);
        } else if (c == '\n' || c == '\t') {
            rc = ls_buf_append_text(w->out, c == '\n' ? "\\n" : "\\t", w->err);
        } else if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
            rc = ls_buf_appendf(w->out, w->err, "\\x%02x", c);
        } else if (c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff) {
            rc = ls_buf_appendf(w->out, w->err, "\\u%04x", c);
        } else {
            rc = ls_buf_append(w->out, from, (size_t)(text - from), w->err);
        }
    }
    return rc < 0 ? rc : ls_buf_append_text(w->out, "\"", w->err);
}

static bool needs_no_quotes(const struct writer *w, const char *text)
{
    return is_plain(text) && !(w->flow && strpbrk(text, ",[]{}"));
}

static int show_key(struct writer *w, const char *key)
{
    int rc = needs_no_quotes(w, key) ? ls_buf_append_text(w->out, key, w->err)
                                     : show_quoted(w, key);
    return rc < 0 ? rc : ls_buf_append_text(w->out, ":", w->err);
}

static int show_scalar(struct writer *w, const struct ls_yaml *node)
{
    bool boolean;
    if (node->kind == LS_YAML_NULL) {
        return ls_buf_append_text(w->out, *node->text ? node->text : "~", w->err);
    }
    enum ls_yaml_kind plain = ls_yaml_resolve(node->text, &boolean);
    if (node->kind == LS_YAML_TEXT) {
        return plain == LS_YAML_TEXT && needs_no_quotes(w, node->text)
                   ? ls_buf_append_text(w->out, node->text, w->err)
                   : show_quoted(w, node->text);
    }
    /* a tag can make an integer a float */
    return ls_buf_appendf(w->out, w->err, "%s%s", plain == node->kind ? "" : "!!float ",
                          node->text);
}

/* Which profile a path lies in. */
static int show_profile(struct writer *w, const char *path)
{
    static const char profiles[] = "profiles.";
    if (!path || strncmp(path, profiles, sizeof profiles - 1) != 0) {
        return 0;
    }
    path += sizeof profiles - 1;
    return ls_buf_appendf(w->out, w->err, " (profile %.*s)", (int)strcspn(path, ".["), path);
}

/* "  # FILE:LINE:COLUMN", and the end of the line. */
static int show_origin(struct writer *w, const struct ls_where *where)
{
    int rc = 0;
    if (w->origins && where->source) {
        const char *name = where->source->name;
        bool text = ls_utf8_valid(name, strlen(name));
        rc = ls_buf_append_text(w->out, "  # ", w->err);
        for (; rc == 0 && *name; name++) {
            unsigned char c = (unsigned char)*name;
            bool shown = c >= 0x20 && c != 0x7f && (c < 0x80 || text);
            rc = ls_buf_append(w->out, shown ? name : "?", 1, w->err);
        }
        if (rc == 0 && where->line > 0) {
            rc = ls_buf_appendf(w->out, w->err, ":%d:%d", where->line, where->column);
            rc = rc < 0 ? rc : show_profile(w, where->path);
        }
    }
    return rc < 0 ? rc : ls_buf_append_text(w->out, "\n", w->err);
}

static int show_indent(struct writer *w, int indent)
{
    return ls_buf_appendf(w->out, w->err, "%*s", indent, "");
}

/* The first entry or item stands on the line that is there when `inline_first`. */
static int show_children(struct writer *w, const struct ls_yaml *node, int indent,
                         bool inline_first)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        if (i > 0 || !inline_first) {
            rc = show_indent(w, indent);
        }
        if (rc == 0 && node->kind == LS_YAML_LIST) {
            rc = ls_buf_append_text(w->out, "-", w->err);
            rc = rc < 0 ? rc : show_value(w, node->items[i], indent + 2, true);
            continue;
        }
        rc = rc < 0 ? rc : show_key(w, node->entries[i].key);
        rc = rc < 0 ? rc : show_value(w, node->entries[i].value, indent + 2, false);
    }
    return rc;
}

static int show_value(struct writer *w, const struct ls_yaml *node, int indent, bool after_dash)
{
    bool collection = node->kind == LS_YAML_MAP || node->kind == LS_YAML_LIST;
    bool below = collection && node->count && !after_dash;
    int rc = ls_buf_append_text(w->out, below ? "\n" : " ", w->err);
    if (rc < 0) {
        return rc;
    }
    if (collection && node->count) {
        return show_children(w, node, indent, after_dash);
    }
    rc = collection ? ls_buf_append_text(w->out, node->kind == LS_YAML_MAP ? "{}" : "[]", w->err)
                    : show_scalar(w, node);
    return rc < 0 ? rc : show_origin(w, &node->where);
}

int ls_yaml_show(const struct ls_yaml *node, bool origins, struct ls_buf *out, struct ls_error *err)
{
    struct writer w = {origins, false, out, err};
    bool collection = node->kind == LS_YAML_MAP || node->kind == LS_YAML_LIST;
    return collection && node->count ? show_children(&w, node, 0, true)
                                     : show_value(&w, node, 0, true);
}

static int show_flow(struct writer *w, const struct ls_yaml *node)
{
    bool map = node->kind == LS_YAML_MAP;
    if (!map && node->kind != LS_YAML_LIST) {
        return show_scalar(w, node);
    }
    int rc = ls_buf_append_text(w->out, map ? "{" : "[", w->err);
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = ls_buf_append_text(w->out, i ? ", " : "", w->err);
        if (rc == 0 && map) {
            rc = show_key(w, node->entries[i].key);
            rc = rc < 0 ? rc : ls_buf_append_text(w->out, " ", w->err);
        }
        rc = rc < 0 ? rc : show_flow(w, map ? node->entries[i].value : node->items[i]);
    }
    return rc < 0 ? rc : ls_buf_append_text(w->out, map ? "}" : "]", w->err);
}

int ls_yaml_flow(const struct ls_yaml *node, struct ls_buf *out, struct ls_error *err)
{
    struct writer w = {false, true, out, err};
    return show_flow(&w, node);
}
