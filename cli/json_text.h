/* Writing JSON. */
#ifndef LS_CLI_JSON_TEXT_H
#define LS_CLI_JSON_TEXT_H

#include "core/base/buf.h"

#include <jansson.h>

/* Appends the value, two spaces an indent, members in the order in which they were added, and a
 * line end. `json` may be NULL: memory was refused where it was made. */
int json_text(const json_t *json, struct ls_buf *out, struct ls_error *err);

#endif
