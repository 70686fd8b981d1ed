#include "core/obs/progress.h"

#include "core/base/text.h"
#include "core/base/wide.h"
#include "core/obs/clock.h"

#include <stdlib.h>
#include <unistd.h>

#define SECOND_NS   UINT64_C(1000000000)
#define TERMINAL_NS (SECOND_NS / 5)
#define PLAIN_NS    (10 * SECOND_NS)

void ls_progress_begin_by(struct ls_progress *progress, FILE *stream, bool is_terminal,
                          const char *what, const char *unit, uint64_t (*clock_ns)(void))
{
    *progress = (struct ls_progress){
        .stream = stream,
        .is_terminal = is_terminal,
        .what = what,
        .unit = unit,
        .clock_ns = clock_ns,
        .begin_ns = clock_ns(),
    };
}

void ls_progress_begin(struct ls_progress *progress, FILE *stream, const char *what,
                       const char *unit)
{
    stream = getenv("NO_PROGRESS") ? NULL : stream;
    ls_progress_begin_by(progress, stream, stream && isatty(fileno(stream)), what, unit,
                         ls_clock_ns);
}

/* "12 s", "3 min 20 s", "2 h 05 min" */
static void format_left(ls_u128 seconds, char *out, size_t size)
{
    if (seconds < 60) {
        snprintf(out, size, "%u s", (unsigned)seconds);
    } else if (seconds < 3600) {
        snprintf(out, size, "%u min %02u s", (unsigned)(seconds / 60), (unsigned)(seconds % 60));
    } else {
        char hours[LS_GROUPED_MAX];
        ls_grouped((uint64_t)(seconds / 3600), hours);
        snprintf(out, size, "%s h %02u min", hours, (unsigned)(seconds / 60 % 60));
    }
}

char *ls_progress_text(uint64_t done, uint64_t total, uint64_t elapsed_ns, const char *unit,
                       char out[LS_PROGRESS_TEXT_MAX])
{
    char count[LS_GROUPED_MAX];
    char rate[LS_GROUPED_MAX];
    char share[16] = "";
    char left[LS_GROUPED_MAX + 32] = "";
    uint64_t elapsed_us = elapsed_ns < 1000 ? 1 : elapsed_ns / 1000;
    ls_grouped(done, count);
    ls_grouped((uint64_t)((ls_u128)done * 1000000 / elapsed_us), rate);
    if (total) {
        snprintf(share, sizeof share, " (%u %%)", (unsigned)((ls_u128)done * 100 / total));
    }
    if (done && done <= total) { /* as fast as on average until now */
        char time[LS_GROUPED_MAX + 16];
        ls_u128 left_us = (ls_u128)(total - done) * elapsed_us / done;
        format_left((left_us + 999999) / 1000000, time, sizeof time);
        snprintf(left, sizeof left, ", %s left", time);
    }
    snprintf(out, LS_PROGRESS_TEXT_MAX, "%s %s%s, %s/s%s", count, unit, share, rate, left);
    return out;
}

void ls_progress_show(struct ls_progress *progress, uint64_t done, uint64_t total)
{
    if (!progress->stream) {
        return;
    }
    uint64_t now = progress->clock_ns();
    uint64_t before = progress->shown_ns || progress->is_terminal ? progress->shown_ns
                                                                  : progress->begin_ns;
    if (now - before < (progress->is_terminal ? TERMINAL_NS : PLAIN_NS) ||
        (!progress->is_terminal && done == progress->shown_done)) {
        return;
    }
    char text[LS_PROGRESS_TEXT_MAX];
    ls_progress_text(done, total, now - progress->begin_ns, progress->unit, text);
    fprintf(progress->stream, progress->is_terminal ? "\r\033[K%s: %s" : "%s: %s\n", progress->what,
            text);
    fflush(progress->stream);
    progress->shown_ns = now;
    progress->shown_done = done;
}

void ls_progress_wipe(struct ls_progress *progress)
{
    if (progress->stream && progress->is_terminal && progress->shown_ns) {
        fputs("\r\033[K", progress->stream);
        fflush(progress->stream);
    }
}

double ls_progress_end(struct ls_progress *progress)
{
    ls_progress_wipe(progress);
    return (double)(progress->clock_ns() - progress->begin_ns + 1000) / 1e9;
}
