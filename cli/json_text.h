/* Writing JSON. */
#ifndef LS_CLI_JSON_TEXT_H
#define LS_CLI_JSON_TEXT_H

#include "core/base/buf.h"

#include <jansson.h>

/* A text in quotes. Of bytes that are no UTF-8, those beyond ASCII are \u00XX each. */
int json_append_quoted(struct ls_buf *out, const uint8_t *bytes, size_t size, struct ls_error *err);

/* Appends the value, two spaces an indent, members in the order in which they were added, and a
 * line end. `json` may be NULL: memory was refused where it was made. */
int json_text(const json_t *json, struct ls_buf *out, struct ls_error *err);

#endif
