/* What the files of the JSON Schema share.
 *
 * A function that builds takes the references it is given, and returns NULL when memory is refused
 * or one of them is NULL. */
#ifndef LS_CONFIG_OPTION_SCHEMA_H
#define LS_CONFIG_OPTION_SCHEMA_H

#include "core/config/option.h"

#define LS_NAME_PATTERN "^[A-Za-z_][A-Za-z0-9_]{0,199}$"

json_t *ls_json_put(json_t *object, const char *key, json_t *value);
json_t *ls_json_push(json_t *array, json_t *value);
json_t *ls_json_typed(const char *type);
json_t *ls_json_typed_two(const char *type, const char *other);
json_t *ls_json_pattern(json_t *schema, const char *pattern);

/* Of a row whose type is a scalar. */
json_t *ls_schema_scalar(const struct ls_option *row);

#endif
