/* Every verb: cmd_<verb>.c defines its row. */
#ifndef LS_CLI_COMMANDS_H
#define LS_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct command command_diff, command_log_show, command_log_check, command_explain,
    command_generate, command_help, command_run_batch, command_run_stream, command_verify,
    command_version;

#endif
