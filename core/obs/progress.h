/* Progress for a person: one line that is rewritten on a terminal, elsewhere a plain line every ten
 * seconds, so that the file of a long run tells how far it came. */
#ifndef LS_OBS_PROGRESS_H
#define LS_OBS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ls_progress {
    FILE *stream;     /* NULL: silent */
    bool is_terminal; /* the line is rewritten */
    const char *what; /* "generate", borrowed */
    const char *unit; /* "events", borrowed */
    uint64_t (*clock_ns)(void);
    uint64_t begin_ns, shown_ns, shown_done;
};

/* Shows on `stream`, unless that is NULL or the variable NO_PROGRESS is set. */
void ls_progress_begin(struct ls_progress *progress, FILE *stream, const char *what,
                       const char *unit);

/* The same by another clock than the machine's (core/obs/clock.h), and whatever `stream` is. */
void ls_progress_begin_by(struct ls_progress *progress, FILE *stream, bool is_terminal,
                          const char *what, const char *unit, uint64_t (*clock_ns)(void));

/* At most five times a second on a terminal, elsewhere every ten seconds and only where something
 * was done since. `total` 0: not known. */
void ls_progress_show(struct ls_progress *progress, uint64_t done, uint64_t total);

/* Wipes the line of a terminal until it is shown again, so that other text may be written. */
void ls_progress_wipe(struct ls_progress *progress);

/* Wipes it. Returns the seconds since the beginning, at least a millionth. */
double ls_progress_end(struct ls_progress *progress);

#define LS_PROGRESS_TEXT_MAX 200

/* "1,234,567 events (61 %), 812,345/s, 1 s left"; without a total, "1,234,567 events, 812,345/s".
 * Returns out. */
char *ls_progress_text(uint64_t done, uint64_t total, uint64_t elapsed_ns, const char *unit,
                       char out[LS_PROGRESS_TEXT_MAX]);

#endif
