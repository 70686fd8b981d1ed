/* -X KEY=VALUE of the verbs that open logs, or ask a schema registry: properties for kafka://, and
 * registry.* for the latter. */
#ifndef LS_CLI_LOG_OPTIONS_H
#define LS_CLI_LOG_OPTIONS_H

#include "cli/cli.h"

/* Sets what the command line gives; nothing where the verb has no -X. */
int log_options_set(const struct cli *cli, struct ls_error *err);

/* `-X list`. */
int log_options_print(struct ls_error *err);

#endif
