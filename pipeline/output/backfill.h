/* Rows of a range put into the views of a whole run, in the place of those that it had there
 * (contract P15). All files are replaced as one (replace.h). */
#ifndef LS_OUTPUT_BACKFILL_H
#define LS_OUTPUT_BACKFILL_H

#include "pipeline/output/outputs.h"

struct ls_backfill;

/* Finishes one that was cut short; then looks whether `into` holds a whole batch run of everything,
 * by the same spec, that was asked the same as `scope` but for the range: else LS_E_USAGE, as for a
 * folder that another process is working in. Everything is borrowed. */
int ls_backfill_open(const char *into, const struct ls_record_plan *plan,
                     const struct ls_views *views, const struct ls_scope *scope,
                     struct ls_backfill **out, struct ls_error *err);

/* What was not put in place is removed, unless it was decided upon: ls_backfill_open finishes it.
 */
void ls_backfill_free(struct ls_backfill *backfill);

/* The folder that a run over the range has to write before ls_backfill_put. */
const char *ls_backfill_range(const struct ls_backfill *backfill);

/* Puts the rows in place. The manifest gets the range's own as the last of its `backfills`.
 * LS_E_DATA where a file is not what the manifest says, or has rows of another definition. */
int ls_backfill_put(struct ls_backfill *backfill, struct ls_error *err);

#endif
