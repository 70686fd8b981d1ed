/* A configuration as JSON, for the checkers of others: numbers as they were written where JSON has
 * that form (1.05 stays a number, unlike in canonical JSON), else as text. */
#ifndef LS_CLI_CONFIG_JSON_H
#define LS_CLI_CONFIG_JSON_H

#include "core/config/yaml.h"

/* Appends the tree and a line end. */
int config_json(const struct ls_yaml *node, struct ls_buf *out, struct ls_error *err);

#endif
