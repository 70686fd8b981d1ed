/* Command lines by option tables: --name value, --name=value, --flag; a name of one letter
 * is -n value. */
#ifndef LS_CLI_ARGS_H
#define LS_CLI_ARGS_H

#include "cli/cli.h"

enum args_wish {
    ARGS_RUN,
    ARGS_HELP,      /* --help or -h is there */
    ARGS_PROPERTIES /* or -X list */
};

/* Parses what stands behind the verb. LS_E_USAGE with an instruction; where something else is
 * wished for than to run it nothing is missing. */
int args_parse(struct cli *cli, int argc, char **argv, enum args_wish *wish, struct ls_error *err);

#endif
