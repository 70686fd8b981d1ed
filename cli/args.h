/* Command lines by option tables: --name value, --name=value, --flag; a name of one letter
 * is -n value. */
#ifndef LS_CLI_ARGS_H
#define LS_CLI_ARGS_H

#include "cli/cli.h"

/* Parses what stands behind the verb. LS_E_USAGE with an instruction. `help` is set when --help or
 * -h is there; then nothing is missing. */
int args_parse(struct cli *cli, int argc, char **argv, bool *help, struct ls_error *err);

#endif
