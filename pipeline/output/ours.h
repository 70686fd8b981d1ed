/* What an earlier run left in a folder, and what somebody else did: a run begins by removing the
 * one and leaves the other alone. */
#ifndef LS_OUTPUT_OURS_H
#define LS_OUTPUT_OURS_H

#include "core/base/error.h"

#include <stdbool.h>

/* FOLDER/manifest.json and FOLDER/summary.json, where they are there, are a run's; and where
 * `datasets` (a folder; NULL: not asked about) is there, every file in it has the name of a
 * dataset. LS_E_DATA with what is not so. Nothing is changed; what a run that was killed left
 * passes. */
int ls_ours_check(const char *folder, const char *datasets, struct ls_error *err);

#endif
