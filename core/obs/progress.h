/* Progress for a person: one line that is rewritten on a terminal, nothing elsewhere. */
#ifndef LS_OBS_PROGRESS_H
#define LS_OBS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct ls_progress {
    FILE *stream;     /* NULL: silent */
    const char *what; /* "generate", borrowed */
    uint64_t begin_ns, shown_ns;
};

/* Shows on `stream` if that is a terminal, and the variable NO_PROGRESS is not set. */
void ls_progress_begin(struct ls_progress *progress, FILE *stream, const char *what);

/* At most five times a second. `total` 0: not known. */
void ls_progress_show(struct ls_progress *progress, uint64_t done, uint64_t total);

/* Wipes the line until it is shown again, so that other text may be written. */
void ls_progress_wipe(struct ls_progress *progress);

/* Wipes the line. Returns the seconds since the beginning, at least a millionth. */
double ls_progress_end(struct ls_progress *progress);

#endif
