/* WM: lateness, to the millisecond. */
#include "conformance/cases.h"

#include "conformance/perturb.h"
#include "spec/heartbeat.h"

/* ---- WM-1 */

struct edges {
    uint64_t key;
    uint64_t made[3]; /* watermark one before, at, one behind the end, or the time */
    bool has_clock;
    int64_t highest;
    uint32_t topic, partition;
};

static bool reads(const struct ls_spec_view *view, uint32_t topic)
{
    size_t i = 0;
    while (i < view->source_count && view->sources[i]->index != topic) {
        i++;
    }
    return i < view->source_count;
}

/* A view or an alert rule that reads the topic, each in its turn; NULL when none does. */
static const struct ls_spec_view *view_of(const struct ls_perturb *p)
{
    const struct ls_spec_pipeline *pipeline = p->spec->pipeline;
    const struct ls_items *lists[] = {&pipeline->views, &pipeline->alerts};
    const struct ls_spec_view *found[LS_SPEC_VIEWS_MAX];
    size_t count = 0;
    for (size_t l = 0; l < 2; l++) {
        const struct ls_spec_view *views = lists[l]->items;
        for (size_t i = 0; i < lists[l]->count; i++) {
            if (reads(&views[i], p->topic)) {
                found[count++] = &views[i];
            }
        }
    }
    return count ? found[p->position / 3 % count] : NULL;
}

/* The highest clock, as P2 has it. */
static void note_clock(struct edges *e, const struct ls_perturb *p, int64_t clock,
                       int64_t timestamp_ms)
{
    int64_t max_skew = p->spec->pipeline->max_skew_ms;
    int64_t off = clock - timestamp_ms;
    if (off <= max_skew && -off <= max_skew && (!e->has_clock || clock > e->highest)) {
        e->highest = clock;
        e->has_clock = true;
    }
}

/* What is no sound event stays; a heartbeat moves the clock all the same. */
static int pass_on(struct ls_perturb *p, const struct ls_log_record *record, struct edges *e,
                   struct ls_error *err)
{
    int64_t time_ms;
    if (p->spec->topics->heartbeat_ms && !record->key &&
        ls_heartbeat_is(record->value, record->value_size) &&
        ls_heartbeat_read(record->value, record->value_size, &time_ms) == LS_DECODE_OK) {
        note_clock(e, p, time_ms, record->timestamp_ms);
    }
    return ls_perturb_append(p, record, err);
}

/* The end of the view's window that is nearest to `now`. */
static int64_t window_end(const struct ls_spec_view *view, int64_t now)
{
    struct ls_window_hopping cut;
    if (view->window.member == &ls_member_hopping) {
        cut = *(const struct ls_window_hopping *)view->window.settings;
    } else {
        const struct ls_window_tumbling *window = view->window.settings;
        cut = (struct ls_window_hopping){window->size_ms, window->size_ms, window->offset_ms};
    }
    int64_t first = cut.offset_ms + cut.size_ms; /* the end of a window, as are all so far apart: */
    return ls_floor_div(now - first + cut.every_ms / 2, cut.every_ms) * cut.every_ms + first;
}

/* Sets the clock of the record so that its watermark is a window's end + shift, and its event_time
 * into that window's last millisecond. False where its clock is too far from that. */
static bool to_window_edge(struct edges *e, struct ls_perturb *p,
                           const struct ls_log_record *record, const struct ls_spec_view *view,
                           int64_t delay, int64_t shift)
{
    int64_t max_skew = p->spec->pipeline->max_skew_ms;
    int64_t end = window_end(view, record->timestamp_ms - delay);
    int64_t ingest = end + delay + shift;
    int64_t skew = ingest - record->timestamp_ms;
    if (skew > max_skew || -skew > max_skew || (e->has_clock && ingest < e->highest)) {
        return false;
    }
    p->cells[LS_COLUMN_INGEST_TIME].number = ingest;
    p->cells[LS_COLUMN_EVENT_TIME].number = end - 1;
    return true;
}

/* Where there is no window to miss: sets the event_time so that the watermark is at it + shift. */
static bool to_watermark(struct edges *e, struct ls_perturb *p, int64_t delay, int64_t shift)
{
    int64_t clock = p->cells[LS_COLUMN_INGEST_TIME].number;
    clock = e->has_clock && e->highest > clock ? e->highest : clock;
    p->cells[LS_COLUMN_EVENT_TIME].number = clock - delay - shift;
    return true;
}

/* Puts one record in four at an edge of lateness. */
static int make_edge(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                     struct ls_error *err)
{
    struct edges *e = context;
    const struct ls_spec_view *view = view_of(p);
    if (e->topic != p->topic || e->partition != p->partition) {
        e->topic = p->topic;
        e->partition = p->partition;
        e->has_clock = false;
    }
    if (!view || !ls_perturb_decode(p, record)) {
        return pass_on(p, record, e, err);
    }
    int64_t delay = ls_spec_watermark_delay(p->spec, ls_spec_event_type_at(p->spec, p->topic));
    int64_t shift = (int64_t)(p->position % 3) - 1;
    bool windows = view->window.member && view->window.member != &ls_member_session;
    struct ls_log_record changed = *record;
    if (ls_below(ls_word(e->key, p->position, p->topic), 4) == 0 &&
        (windows ? to_window_edge(e, p, record, view, delay, shift)
                 : to_watermark(e, p, delay, shift))) {
        e->made[shift + 1]++;
        int rc = ls_perturb_encode(p, &changed, err);
        if (rc < 0) {
            return rc;
        }
    }
    note_clock(e, p, p->cells[LS_COLUMN_INGEST_TIME].number, record->timestamp_ms);
    return ls_perturb_append(p, &changed, err);
}

static int run_wm_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct edges edges = {.key = ls_stream_key(v->job->seed, "WM-1"), .topic = UINT32_MAX};
    struct ls_naive_counts counts = {0};
    const char *batch;
    const char *log = ls_verify_path(v, err, "cases/WM-1/log");
    int rc = log ? ls_verify_base(v, r, err) : err->code;
    if (rc < 0 || r->verdict == LS_VERDICT_FAIL) {
        return rc;
    }
    rc = ls_perturb_log(v->job->spec, v->base_log, log, make_edge, &edges, err);
    rc = rc < 0 ? rc
                : ls_verify_both(v, r, "edges", (struct ls_verify_run){.log = log, .umask = -1},
                                 &batch, err);
    rc = rc < 0 || r->verdict == LS_VERDICT_FAIL
             ? rc
             : ls_verify_naive(v, r, v->job->spec, log, batch, &counts, err);
    ls_verify_count(r, "late rows", counts.late_rows, true);
    ls_verify_count(r, "one before the end", edges.made[0], true);
    ls_verify_count(r, "at it", edges.made[1], true);
    ls_verify_count(r, "one behind", edges.made[2], true);
    return rc;
}

const struct ls_case ls_case_wm_1 = {
    .id = "WM-1",
    .title = "the watermark at a window's end, and 1 ms beside it",
    .text =
        "Clocks are set so that records of a window's last millisecond come when the watermark is "
        "one before the window's end, at it, and one behind it. Stream, batch and the naive\n"
        "recomputation have to agree on which are late: those for which the end is not greater "
        "than the watermark. Where a view has no such windows, it is the record's own time\n"
        "that the watermark comes near, and late is what lies below it.",
    .run = run_wm_1,
};

/* ---- WM-2, WM-5: a log with one late event in ten */

static const char *const much_late[] = {"--set", "faults.late.rate=1/10", NULL};

static int late_log(struct ls_verify *v, struct ls_case_result *r, const char **log,
                    const char **truth, struct ls_error *err)
{
    struct ls_exit exit;
    *log = ls_verify_path(v, err, "cases/%s/log", r->which->id);
    *truth = ls_verify_path(v, err, "cases/%s/truth", r->which->id);
    return *log && *truth
               ? ls_verify_generate(v, *log, *truth, v->job->case_events, much_late, &exit, err)
               : err->code;
}

static int run_wm_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const orders[] = {"sequential", "random:11", "random:12", NULL};
    struct ls_exit exit;
    const char *log;
    const char *truth;
    int rc = late_log(v, r, &log, &truth, err);
    const char *batch = rc < 0 ? NULL : ls_verify_path(v, err, "cases/WM-2/batch");
    if (!batch) {
        return err->code;
    }
    struct ls_verify_run b = {.log = log, .to = batch, .umask = -1, .extra = much_late};
    rc = ls_verify_run(v, &b, &exit, err);
    uint64_t done = 0;
    for (const char *const *order = orders; rc == 0 && r->verdict == LS_VERDICT_PASS && *order;
         order++, done++) {
        const char *to = ls_verify_path(v, err, "cases/WM-2/order-%s", *order);
        struct ls_verify_run a = {
            .stream = true, .log = log, .to = to, .umask = -1, .order = *order, .extra = much_late};
        rc = to ? ls_verify_run(v, &a, &exit, err) : err->code;
        rc = rc < 0 ? rc : ls_verify_compare(v, r, log, to, *order, batch, "batch", err);
    }
    ls_verify_count(r, "interleavings", done, true);
    return rc;
}

const struct ls_case ls_case_wm_2 = {
    .id = "WM-2",
    .title = "interleaving does not decide lateness",
    .text =
        "One event in ten is late. However the stream interleaves its partitions, the same records "
        "have to be late: a watermark belongs to a record and its partition, not to the moment.",
    .knob = "order",
    .fault = "late",
    .run = run_wm_2,
};

static int run_wm_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_truth_check check = {0};
    struct ls_origin origin = {v->job->spec, NULL};
    char datasets[LS_PATH_MAX];
    struct ls_exit exit;
    const char *log;
    const char *truth;
    int rc = late_log(v, r, &log, &truth, err);
    const char *stream = rc < 0 ? NULL : ls_verify_path(v, err, "cases/WM-5/stream");
    const char *batch = stream ? ls_verify_path(v, err, "cases/WM-5/batch") : NULL;
    if (!batch) {
        return err->code;
    }
    struct ls_verify_run a = {
        .stream = true, .log = log, .to = stream, .umask = -1, .extra = much_late};
    struct ls_verify_run b = {.log = log, .to = batch, .umask = -1, .extra = much_late};
    origin.log = log;
    rc = ls_verify_run(v, &a, &exit, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &b, &exit, err);
    rc = rc < 0 ? rc : ls_verify_compare(v, r, log, stream, "stream", batch, "batch", err);
    rc = rc < 0 ? rc : ls_path_join(datasets, batch, "datasets", err);
    rc = rc < 0 ? rc : ls_truth_check(&origin, truth, datasets, &check, &r->detail, err);
    if (rc == LS_DIFFERS) {
        r->verdict = LS_VERDICT_FAIL;
        rc = 0;
    }
    ls_verify_count(r, "late events", check.late, true);
    ls_verify_count(r, "expired", check.by_outcome[LS_REASON_EXPIRED], true);
    return rc;
}

const struct ls_case ls_case_wm_5 = {
    .id = "WM-5",
    .title = "a batch over truly late data",
    .text = "One event in ten is late, some beyond the dedupe horizon. The batch run, which sees "
            "everything at once, has to leave out what the stream had to leave out.",
    .fault = "late",
    .run = run_wm_5,
};
