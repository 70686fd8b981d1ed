/* The verbs, in the order in which help lists them. */
#include "cli/commands.h"

#include <stddef.h>

const struct command *const commands[] = {
    &command_verify,          &command_simulate,
    &command_sample,          &command_describe,
    &command_generate,        &command_run_stream,
    &command_run_batch,       &command_collect,
    &command_replay,          &command_diff,
    &command_log_show,        &command_log_check,
    &command_log_compare,     &command_log_remove,
    &command_config_show,     &command_config_check,
    &command_config_schema,   &command_schema_derive,
    &command_schema_show,     &command_schema_fingerprint,
    &command_schema_register, &command_fingerprint,
    &command_explain,         &command_help,
    &command_version,         NULL,
};
