/* Several files of a run's folder replaced as one: a reader, or a machine that lost power, finds
 * the old ones or the new ones, and never SHA256SUMS, manifest.json or summary.json beside datasets
 * that they do not tell of (contract P10).
 *
 * The new files are made apart, below FOLDER/backfill.tmp: until they are all there, nothing is
 * among the old ones. A list of them, FOLDER/replace.list, decides; from there each is copied into
 * the old one's place, those three last. While there is a list that can be done again from its
 * beginning. Whoever calls these has the folder for himself (run_lock.h). */
#ifndef LS_OUTPUT_REPLACE_H
#define LS_OUTPUT_REPLACE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* For all that is not to last: removed by ls_replace_discard, and by whoever is done with it. */
#define LS_REPLACE_TEMPORARY "backfill.tmp"

/* Where the new FOLDER/PATH is to be made, into out[LS_PATH_MAX]. */
int ls_replace_path(char *out, const char *folder, const char *path, struct ls_error *err);

/* The new files of these paths, and of datasets/SHA256SUMS, manifest.json and summary.json, are
 * there and were synced: replaces the old ones. LS_E_DATA where one is missing: all old ones are
 * there. */
int ls_replace_decide(const char *folder, const char *const *paths, size_t count,
                      struct ls_error *err);

/* Is there a list? Then the new files are part of the run, and stay until ls_replace_finish. */
bool ls_replace_is_decided(const char *folder);

/* Does what is left of one that was decided upon. */
int ls_replace_finish(const char *folder, struct ls_error *err);

/* One that was decided upon never comes; new files are removed. */
int ls_replace_discard(const char *folder, struct ls_error *err);

#endif
