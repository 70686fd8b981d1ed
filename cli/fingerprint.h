/* What a spec's bytes come to: its first events are generated, run as a batch, and every file is
 * hashed. Two programs, or two versions of one, with the same fingerprint of a spec make the same
 * bytes of it. */
#ifndef LS_CLI_FINGERPRINT_H
#define LS_CLI_FINGERPRINT_H

#include "cli/cli.h"

#define FINGERPRINT_EVENTS 50000 /* unless told */

/* Appends the text: lines of a word and what it stands for, a sum per folder of files. Works below
 * a folder of its own in $TMPDIR (/tmp), which is removed. */
int fingerprint_make(struct cli *cli, const struct spec_options *options, uint64_t events,
                     struct ls_buf *out, struct ls_error *err);

#endif
