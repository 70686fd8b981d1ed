/* JSON values as text. */
#ifndef LS_CONFIG_JSON_TEXT_H
#define LS_CONFIG_JSON_TEXT_H

#include "core/base/buf.h"

#include <jansson.h>

/* Appends the value as json_dumpf would write it with these flags. `json` may be NULL: memory was
 * refused where it was made. */
int ls_json_text(const json_t *json, size_t flags, struct ls_buf *out, struct ls_error *err);

#endif
