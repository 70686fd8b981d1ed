/* Events of a spec for a person, made alone: `sample`, and `generate --at`. */
#ifndef LS_CLI_EVENT_PRINT_H
#define LS_CLI_EVENT_PRINT_H

#include "cli/cli.h"

/* Prints up to `count` events of the spec at `path` from number `first` on, with what is wrong with
 * each; with `json` a line of JSON each. LS_E_DATA when the schedule ends before the first. */
int events_print(struct cli *cli, const char *path, const struct spec_options *options,
                 uint64_t first, uint64_t count, bool json, struct ls_error *err);

#endif
