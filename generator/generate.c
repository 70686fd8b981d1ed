#include "generator/generate.h"

#include "core/base/civil.h"
#include "generator/reference.h"
#include "generator/sink.h"

#include <string.h>

struct job {
    const struct ls_generate *settings;
    struct ls_sink *sink;
    struct ls_sink_domain domain;
    struct ls_truth *truth; /* counts in any case; NULL for a slice */
    struct ls_generated *out;
    uint64_t first, total;
};

static int take(void *context, const struct ls_event *event, struct ls_error *err)
{
    struct job *job = context;
    job->out->value_bytes += event->value_size;
    int rc = job->sink->kind->take(job->sink, 0, event, err);
    return rc < 0 || !job->truth ? rc : ls_truth_take(job->truth, event, err);
}

static int progress(void *context, uint64_t next, struct ls_error *err)
{
    struct job *job = context;
    job->out->events = next - job->first;
    return job->settings->progress
               ? job->settings->progress(job->settings->context, next - job->first, job->total, err)
               : 0;
}

/* Times outside the years 1 to 9999 would be quarantined without standing in the truth (P3). That
 * the first events keep inside is proved when the plan is made. */
static int check_times(const struct ls_plan *plan, uint64_t end, struct ls_error *err)
{
    if (end > ls_arrival_before(&plan->arrival, LS_TIME_MAX_MS - plan->jitter_max_ms + 1)) {
        return ls_error_set(err, LS_E_DATA,
                            "the schedule goes on behind the year 9999: make fewer events, or "
                            "raise the rate of the last arrival phase");
    }
    return 0;
}

static int bounds(const struct ls_generate *g, uint64_t *first, uint64_t *end, struct ls_error *err)
{
    const struct ls_arrival *arrival = &g->plan->arrival;
    if (g->slice && g->resume) {
        return ls_error_set(err, LS_E_USAGE,
                            "a slice cannot be resumed: remove it and make it again");
    }
    *first = g->slice ? g->first : 0;
    *end = g->slice ? g->end : g->events;
    if (!g->slice && g->until_ms <= g->plan->spec->start_ms) {
        char start[LS_TIME_TEXT_MAX];
        ls_time_format(g->plan->spec->start_ms, start);
        return ls_error_set(err, LS_E_USAGE,
                            "nothing to do: --until does not lie behind the spec's start, %s",
                            start);
    }
    uint64_t before = g->until_ms == INT64_MAX ? arrival->total
                                               : ls_arrival_before(arrival, g->until_ms);
    if (*end == UINT64_MAX) {
        *end = before;
    }
    if (*end == UINT64_MAX) {
        return ls_error_set(
            err, LS_E_USAGE,
            "the last arrival phase is endless: say how much with --events, --for or --until");
    }
    if (*end > arrival->total) {
        return ls_error_set(
            err, LS_E_DATA,
            "%llu events are wanted and the arrival phases hold %llu: give the last one no `for`",
            (unsigned long long)*end, (unsigned long long)arrival->total);
    }
    if (*end > before) {
        *end = before;
    }
    if (*first > *end) {
        return ls_error_set(err, LS_E_USAGE, "the slice ends before it begins");
    }
    return check_times(g->plan, *end, err);
}

static int open_outputs(struct job *job, struct ls_error *err)
{
    const struct ls_generate *g = job->settings;
    job->domain = (struct ls_sink_domain){
        .plan = g->plan,
        .events = g->events,
        .until_ms = g->slice ? INT64_MIN : g->until_ms, /* no run ends before all times: a slice
                                                           is none that could be resumed */
    };
    const struct ls_sink_run run = {&job->domain, 1, g->resume};
    const char *place;
    const struct ls_sink_kind *kind = ls_sink_find(g->to, &place, err);
    if (!kind) {
        return err->code;
    }
    int rc = kind->open(place, &run, &job->sink, err);
    if (rc < 0 || job->sink->complete) {
        return rc;
    }
    rc = g->slice ? 0 : ls_truth_new(g->plan, g->truth_folder, &job->truth, err);
    return rc < 0 || !g->reference_folder ? rc
                                          : ls_reference_write(g->plan, g->reference_folder, err);
}

static void close_outputs(struct job *job)
{
    struct ls_generated *out = job->out;
    if (job->sink) {
        out->was_complete = job->sink->complete;
        out->damaged = job->sink->damaged;
        job->sink->kind->close(job->sink);
    }
    for (size_t t = 0; job->truth && t < out->type_count; t++) {
        out->totals[t] = *ls_truth_totals(job->truth, t);
    }
    ls_truth_free(job->truth);
}

int ls_generate(const struct ls_generate *settings, struct ls_generated *out, struct ls_error *err)
{
    struct job job = {.settings = settings, .out = out};
    uint64_t end = 0;
    memset(out, 0, sizeof *out);
    out->type_count = settings->plan->type_count;
    int rc = bounds(settings, &job.first, &end, err);
    job.total = rc < 0 ? 0 : end - job.first;
    rc = rc < 0 ? rc : open_outputs(&job, err);
    out->opened = rc == 0;
    if (rc == 0 && !job.sink->complete) {
        struct ls_run run = {settings->plan, job.first, end, settings->threads,
                             take,           progress,  &job};
        rc = ls_run(&run, err);
        rc = rc < 0 || !job.truth ? rc : ls_truth_finish(job.truth, err);
        /* last: what it writes now says that everything is there */
        rc = rc < 0 ? rc : job.sink->kind->finish(job.sink, err);
    }
    close_outputs(&job);
    return rc;
}
