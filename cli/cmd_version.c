#include "cli/commands.h"

static int run(struct cli *cli, struct ls_error *err)
{
    (void)cli;
    (void)err;
    cli_print("lockstep %s (format %d)\n", LS_VERSION, LS_FORMAT_VERSION);
    return 0;
}

const struct command command_version = {
    .name = "version",
    .synopsis = "",
    .summary = "Prints the versions of the program and of the bytes it makes.",
    .examples = "  lockstep version\n",
    .run = run,
};
