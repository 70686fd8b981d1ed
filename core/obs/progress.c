#include "core/obs/progress.h"

#include "core/base/text.h"
#include "core/base/wide.h"
#include "core/obs/clock.h"

#include <stdlib.h>
#include <unistd.h>

void ls_progress_begin(struct ls_progress *progress, FILE *stream, const char *what)
{
    bool shown = isatty(fileno(stream)) && !getenv("NO_PROGRESS");
    *progress = (struct ls_progress){shown ? stream : NULL, what, ls_clock_ns(), 0};
}

void ls_progress_show(struct ls_progress *progress, uint64_t done, uint64_t total)
{
    uint64_t now = ls_clock_ns();
    if (!progress->stream || now - progress->shown_ns < 200000000) {
        return;
    }
    progress->shown_ns = now;
    char count[LS_GROUPED_MAX];
    char rate[LS_GROUPED_MAX];
    uint64_t elapsed_us = (now - progress->begin_ns) / 1000 + 1;
    ls_grouped(done, count);
    ls_grouped((uint64_t)((ls_u128)done * 1000000 / elapsed_us), rate);
    if (total) {
        fprintf(progress->stream, "\r\033[K%s: %s (%u %%), %s/s", progress->what, count,
                (unsigned)((ls_u128)done * 100 / total), rate);
    } else {
        fprintf(progress->stream, "\r\033[K%s: %s, %s/s", progress->what, count, rate);
    }
    fflush(progress->stream);
}

void ls_progress_wipe(struct ls_progress *progress)
{
    if (progress->stream && progress->shown_ns) {
        fputs("\r\033[K", progress->stream);
        fflush(progress->stream);
    }
}

double ls_progress_end(struct ls_progress *progress)
{
    ls_progress_wipe(progress);
    return (double)(ls_clock_ns() - progress->begin_ns + 1000) / 1e9;
}
