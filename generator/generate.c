#include "generator/generate.h"

#include "core/base/civil.h"
#include "generator/heartbeat.h"
#include "generator/reference.h"
#include "generator/sink.h"

#include <assert.h>
#include <string.h>

/* One spec's part of a job. */
struct part {
    const struct ls_generate *settings;
    struct ls_heartbeats heartbeats;
    uint64_t heartbeat_count;
    struct ls_generated *out;
    struct ls_truth *truth; /* counts in any case; NULL for a slice */
    uint64_t first, end;
    int64_t start_ms; /* data time: what the times of its events are paced from */
    uint64_t done;    /* slots, those of other shards too */
};

struct job {
    struct part *parts;
    struct ls_sink_domain *domains; /* of each part */
    size_t count;
    struct ls_sink *sink;
    struct ls_pacer *pacer; /* NULL: nothing waits */
    uint64_t left;          /* events of all parts that were handed to the sink */
    size_t now;             /* the part that is made */
    uint64_t done;          /* slots of the parts before it */
    uint64_t total;         /* of all */
};

static int report(const struct job *job, struct ls_error *err)
{
    const struct ls_generate *g = job->parts[0].settings;
    uint64_t done = job->done + job->parts[job->now].done;
    return g->progress ? g->progress(g->context, done, job->total, err) : 0;
}

/* Before each sleep of a run at a pace. */
static int look(void *context, struct ls_error *err)
{
    const struct job *job = context;
    int rc = job->sink->kind->pause ? job->sink->kind->pause(job->sink, err) : 0;
    return rc < 0 ? rc : report(job, err);
}

/* Waits until the next event is due, which was scheduled for a time; or a heartbeat of that time.
 */
static int wait_for(struct job *job, bool event, int64_t time_ms, struct ls_error *err)
{
    const struct part *part = &job->parts[job->now];
    uint64_t due_ns = ls_pace_due_ns(job->parts[0].settings->pace, job->left, part->start_ms,
                                     time_ms);
    return event ? ls_pacer_leave(job->pacer, due_ns, err) : ls_pacer_wait(job->pacer, due_ns, err);
}

static int take_heartbeat(void *context, uint32_t type, uint32_t partition, int64_t time_ms,
                          struct ls_error *err)
{
    struct job *job = context;
    struct part *part = &job->parts[job->now];
    const struct ls_sink_kind *kind = job->sink->kind;
    if (!ls_shard_has(&part->settings->shard, partition)) {
        return 0;
    }
    int rc = job->pacer ? wait_for(job, false, time_ms, err) : 0;
    if (rc == 0 && kind->take_heartbeat) {
        rc = kind->take_heartbeat(job->sink, job->now, type, partition, time_ms, err);
    }
    if (rc < 0) {
        return rc;
    }
    ls_truth_heartbeat(part->truth, type, partition, time_ms);
    bool many = ++part->heartbeat_count % LS_RUN_BLOCK_EVENTS == 0; /* an interrupt is heeded */
    return many ? report(job, err) : 0;
}

static int take(void *context, const struct ls_event *event, struct ls_error *err)
{
    struct job *job = context;
    struct part *part = &job->parts[job->now];
    int64_t now_ms = event->scheduled_ms;
    if (job->pacer) { /* to the event: a block may take long */
        part->done = event->index - part->first;
    }
    int rc = now_ms < part->heartbeats.next_ms
                 ? 0
                 : ls_heartbeats_until(&part->heartbeats, now_ms, take_heartbeat, job, err);
    rc = rc < 0 || !job->pacer ? rc : wait_for(job, true, now_ms, err);
    if (rc < 0) {
        return rc;
    }
    job->left++;
    part->out->events++;
    part->out->value_bytes += event->value_size;
    rc = job->sink->kind->take(job->sink, job->now, event, err);
    return rc < 0 || !part->truth ? rc : ls_truth_take(part->truth, event, err);
}

static int progress(void *context, uint64_t next, struct ls_error *err)
{
    struct job *job = context;
    struct part *part = &job->parts[job->now];
    part->done = next - part->first;
    return report(job, err);
}

/* Times outside the years 1 to 9999 would be quarantined without standing in the truth (P3). That
 * the first events keep inside is proved when the plan is made. */
static int check_times(const struct ls_plan *plan, uint64_t end, int64_t until_ms,
                       struct ls_error *err)
{
    if (plan->spec->topics->heartbeat_ms && until_ms != INT64_MAX &&
        until_ms > LS_TIME_MAX_MS + 1) {
        return ls_error_set(err, LS_E_DATA,
                            "heartbeats would go on behind the year 9999: lower --for or --until");
    }
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
    return check_times(g->plan, *end, g->slice ? INT64_MAX : g->until_ms, err);
}

/* What the moments of a pace are counted from: the same for all shards of a run. */
static int64_t begin_ms(const struct part *part)
{
    const struct ls_plan *plan = part->settings->plan;
    return part->settings->slice && part->first < part->end
               ? ls_arrival_time(&plan->arrival, part->first)
               : plan->spec->start_ms;
}

/* A topic's name holds its domain's. */
static int check_domains(const struct job *job, struct ls_error *err)
{
    for (size_t a = 0; a < job->count; a++) {
        for (size_t b = a + 1; b < job->count; b++) {
            const struct ls_plan *plan = job->parts[a].settings->plan;
            if (strcmp(plan->spec->domain, job->parts[b].settings->plan->spec->domain) == 0) {
                return ls_error_set(err, LS_E_USAGE,
                                    "two specs are of the domain %s and would share topics such as "
                                    "%s: generate them into two places",
                                    plan->spec->domain, plan->types[0].spec->topic);
            }
        }
    }
    return 0;
}

static int check_pace(const struct job *job, struct ls_error *err)
{
    const struct ls_pace *pace = job->parts[0].settings->pace;
    return pace && !pace->by_rate && job->count > 1
               ? ls_error_set(
                     err, LS_E_USAGE,
                     "--pace by the events' own times takes one spec, since of several one "
                     "domain comes behind the other: run one `generate` for each, or give "
                     "a rate such as 1000/s")
               : 0;
}

static int open_sink(struct job *job, struct ls_error *err)
{
    const struct ls_sink_run run = {job->domains, job->count, job->parts[0].settings->resume};
    const char *place;
    const struct ls_sink_kind *kind = ls_sink_find(job->parts[0].settings->to, &place, err);
    for (size_t i = 0; i < job->count; i++) {
        const struct ls_generate *g = job->parts[i].settings;
        job->domains[i] = (struct ls_sink_domain){
            .plan = g->plan,
            .events = g->events,
            .until_ms = g->slice ? INT64_MIN : g->until_ms, /* no run ends before all times: a slice
                                                               is none that could be resumed */
            .shard = g->shard,
        };
    }
    return kind ? kind->open(place, &run, &job->sink, err) : err->code;
}

static int open_outputs(struct job *job, struct ls_error *err)
{
    int rc = check_domains(job, err);
    rc = rc < 0 ? rc : check_pace(job, err);
    rc = rc < 0 ? rc : open_sink(job, err);
    for (size_t i = 0; rc == 0 && !job->sink->complete && i < job->count; i++) {
        struct part *part = &job->parts[i];
        const struct ls_generate *g = part->settings;
        rc = g->slice ? 0 : ls_truth_new(g->plan, g->truth_folder, &part->truth, err);
        if (rc == 0 && g->reference_folder) {
            rc = ls_reference_write(g->plan, g->reference_folder, err);
        }
    }
    for (size_t i = 0; rc == 0 && i < job->count; i++) {
        job->parts[i].out->opened = true;
    }
    return rc;
}

static int make_part(struct job *job, struct ls_error *err)
{
    struct part *part = &job->parts[job->now];
    const struct ls_generate *g = part->settings;
    /* the thread that waits makes nothing meanwhile: a block would hold up what is due */
    unsigned threads = job->pacer && g->threads < 2 ? 2 : g->threads;
    const struct ls_run run = {g->plan, part->first, part->end, g->shard,
                               threads, take,        progress,  job};
    ls_heartbeats_begin(&part->heartbeats, g->plan);
    if (g->slice) {
        part->heartbeats.next_ms = INT64_MAX;
    }
    int rc = ls_run(&run, err);
    if (rc == 0 && part->first < part->end &&
        !g->slice) { /* the last event may be another shard's */
        int64_t last_ms = ls_arrival_time(&g->plan->arrival, part->end - 1);
        rc = ls_heartbeats_until(&part->heartbeats, last_ms, take_heartbeat, job, err);
    }
    if (rc == 0 && g->until_ms != INT64_MAX && !g->slice) {
        rc = ls_heartbeats_until(&part->heartbeats, g->until_ms - 1, take_heartbeat, job, err);
    }
    job->done += part->end - part->first;
    return rc < 0 || !part->truth ? rc : ls_truth_finish(part->truth, err);
}

static int make_all(struct job *job, struct ls_error *err)
{
    int rc = job->parts[0].settings->pace ? ls_pacer_new(NULL, look, job, &job->pacer, err) : 0;
    for (job->now = 0; rc == 0 && job->now < job->count; job->now++) {
        rc = make_part(job, err);
    }
    /* last: what it writes now says that everything is there */
    return rc < 0 ? rc : job->sink->kind->finish(job->sink, err);
}

static void close_outputs(struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        struct part *part = &job->parts[i];
        for (size_t t = 0; part->truth && t < part->out->type_count; t++) {
            part->out->totals[t] = *ls_truth_totals(part->truth, t);
        }
        ls_truth_free(part->truth);
        part->out->was_complete = job->sink && job->sink->complete;
    }
    if (job->pacer) {
        ls_pacer_tell(job->pacer, &job->parts[0].out->pace);
        ls_pacer_free(job->pacer);
    }
    if (job->sink) {
        job->parts[0].out->damaged = job->sink->damaged;
        job->sink->kind->close(job->sink);
    }
}

int ls_generate_all(const struct ls_generate *settings, size_t count, struct ls_generated *out,
                    struct ls_error *err)
{
    struct part parts[LS_GENERATE_SPECS_MAX] = {{.settings = NULL}};
    struct ls_sink_domain domains[LS_GENERATE_SPECS_MAX];
    struct job job = {.parts = parts, .domains = domains, .count = count};
    int rc = 0;
    assert(count >= 1 && count <= LS_GENERATE_SPECS_MAX);
    memset(out, 0, count * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        parts[i].settings = &settings[i];
        parts[i].out = &out[i];
        out[i].type_count = settings[i].plan->type_count;
        rc = rc < 0 ? rc : bounds(&settings[i], &parts[i].first, &parts[i].end, err);
        parts[i].start_ms = rc < 0 ? 0 : begin_ms(&parts[i]);
        job.total += rc < 0 ? 0 : parts[i].end - parts[i].first;
    }
    rc = rc < 0 ? rc : open_outputs(&job, err);
    if (rc == 0 && !job.sink->complete) {
        rc = make_all(&job, err);
    }
    close_outputs(&job);
    return rc;
}

int ls_generate(const struct ls_generate *settings, struct ls_generated *out, struct ls_error *err)
{
    return ls_generate_all(settings, 1, out, err);
}
