#include "cli/json_text.h"

#include "core/config/json_text.h"

int json_text(const json_t *json, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_json_text(json, JSON_INDENT(2) | JSON_ENCODE_ANY, out, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
}
