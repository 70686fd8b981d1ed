#include "cli/config_json.h"

#include "core/base/json.h"

#include <string.h>

static size_t digits(const char *at)
{
    return strspn(at, "0123456789");
}

/* The grammar of RFC 8259. */
static bool is_json_number(const char *at)
{
    at += *at == '-';
    size_t whole = digits(at);
    if (whole == 0 || (*at == '0' && whole > 1)) {
        return false;
    }
    at += whole;
    if (*at == '.') {
        size_t places = digits(++at);
        if (places == 0) {
            return false;
        }
        at += places;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        if (digits(at) == 0) {
            return false;
        }
        at += digits(at);
    }
    return *at == '\0';
}

static int append_scalar(const struct ls_yaml *node, struct ls_buf *out, struct ls_error *err)
{
    bool number = node->kind == LS_YAML_INTEGER || node->kind == LS_YAML_FLOAT;
    if (node->kind == LS_YAML_NULL || node->kind == LS_YAML_BOOLEAN) {
        return ls_buf_append_text(out,
                                  node->kind == LS_YAML_NULL ? "null"
                                  : node->boolean            ? "true"
                                                             : "false",
                                  err);
    }
    return number && is_json_number(node->text)
               ? ls_buf_append_text(out, node->text, err)
               : ls_json_string(out, node->text, strlen(node->text), err);
}

static int append(const struct ls_yaml *node, int indent, struct ls_buf *out, struct ls_error *err)
{
    bool map = node->kind == LS_YAML_MAP;
    if (!map && node->kind != LS_YAML_LIST) {
        return append_scalar(node, out, err);
    }
    int rc = ls_buf_append_text(out, map ? "{" : "[", err);
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = ls_buf_appendf(out, err, "%s\n%*s", i ? "," : "", indent + 2, "");
        if (rc == 0 && map) {
            const char *key = node->entries[i].key;
            rc = ls_json_string(out, key, strlen(key), err);
            rc = rc < 0 ? rc : ls_buf_append_text(out, ": ", err);
        }
        const struct ls_yaml *value = map ? node->entries[i].value : node->items[i];
        rc = rc < 0 ? rc : append(value, indent + 2, out, err);
    }
    if (rc == 0 && node->count) {
        rc = ls_buf_appendf(out, err, "\n%*s", indent, "");
    }
    return rc < 0 ? rc : ls_buf_append_text(out, map ? "}" : "]", err);
}

int config_json(const struct ls_yaml *node, struct ls_buf *out, struct ls_error *err)
{
    int rc = append(node, 0, out, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
}
