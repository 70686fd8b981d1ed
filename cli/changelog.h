/* A line under the heading "Output changes" of a changelog in the form of Keep a Changelog. */
#ifndef LS_CLI_CHANGELOG_H
#define LS_CLI_CHANGELOG_H

#include "core/base/file.h"

/* Puts `line` at the end of the first section of that heading in the nearest CHANGELOG.md in the
 * folder of `file` or above, whose path goes into found[LS_PATH_MAX]. A line that is there is not
 * repeated. LS_E_NOMATCH when there is no such file or heading. */
int cli_changelog_note(const char *file, const char *line, char *found, struct ls_error *err);

#endif
