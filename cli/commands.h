/* Every verb: cmd_<verb>.c defines its row. */
#ifndef LS_CLI_COMMANDS_H
#define LS_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct command command_config_check, command_config_schema, command_config_show,
    command_describe, command_diff, command_explain, command_fingerprint, command_generate,
    command_help, command_log_check, command_log_compare, command_log_remove, command_log_show,
    command_replay, command_run_batch, command_collect, command_sample, command_run_stream,
    command_schema_derive, command_schema_fingerprint, command_schema_register, command_schema_show,
    command_verify, command_simulate, command_version;

#endif
