/* A folder at a glance: has what is kept there changed? */
#ifndef LS_CONFORMANCE_GLANCE_H
#define LS_CONFORMANCE_GLANCE_H

#include "core/base/error.h"
#include "core/base/hash.h"

#include <stdbool.h>

/* Names, sizes and times of change of the files below a folder that hold anything, in one number;
 * the same for a folder without such files and for one that is missing. False when it changed
 * under the look. */
bool ls_glance(const char *folder, struct ls_id *out);

#endif
