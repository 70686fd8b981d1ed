#include "cli/commands.h"

#include <string.h>

static const char first_screen[] =
    "lockstep shows whether a stream and a batch of the same computation give the same bytes.\n"
    "\n"
    "  lockstep verify SPEC              generate, run both ways, compare, try to break it: the "
    "verdict\n"
    "  lockstep generate SPEC --to URI   seeded events with faults on purpose, and the truth about "
    "them\n"
    "  lockstep run stream|batch SPEC --from URI --to DIR\n"
    "\n"
    "Verbs:\n";

static const char exit_codes[] =
    "\nExit codes: 0 same or done, 1 differs, 2 inconclusive, 3 schema incompatible, 4 nothing "
    "selected, 64 usage,\n"
    "65 configuration or data, 66 input missing, 70 bug, 71 out of memory, 74 I/O, 130 "
    "interrupted.\n"
    "`lockstep VERB --help` tells more; places are URIs: log:DIR, null:.\n";

static int run(struct cli *cli, struct ls_error *err)
{
    (void)cli;
    (void)err;
    cli_print("%s", first_screen);
    for (const struct command *const *c = commands; *c; c++) {
        cli_print("  %-19s %s\n", (*c)->name, (*c)->summary);
    }
    cli_print("%s", exit_codes);
    return 0;
}

const struct command command_help = {
    .name = "help",
    .synopsis = "",
    .summary = "Shows this.",
    .examples = "  lockstep help\n  lockstep generate --help\n",
    .run = run,
};
