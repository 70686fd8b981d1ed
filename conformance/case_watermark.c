/* WM: lateness, to the millisecond. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"

/* ---- WM-1 */

struct edges {
    uint64_t key;
    uint64_t made[3]; /* watermark one before, at, one behind the end, or the time */
    struct ls_case_clock clock;
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
    const struct ls_spec_view *found[2 * LS_SPEC_VIEWS_MAX];
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

static struct ls_window_hopping cut_of(const struct ls_spec_view *view)
{
    if (view->window.member == &ls_member_hopping) {
        return *(const struct ls_window_hopping *)view->window.settings;
    }
    const struct ls_window_tumbling *window = view->window.settings;
    return (struct ls_window_hopping){window->size_ms, window->size_ms, window->offset_ms};
}

/* The end of the view's window that is nearest to `now`. */
static int64_t window_end(const struct ls_spec_view *view, int64_t now)
{
    struct ls_window_hopping cut = cut_of(view);
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
    if (skew > max_skew || -skew > max_skew || (e->clock.has && ingest < e->clock.highest)) {
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
    clock = e->clock.has && e->clock.highest > clock ? e->clock.highest : clock;
    p->cells[LS_COLUMN_EVENT_TIME].number = clock - delay - shift;
    return true;
}

/* Puts one record in four at an edge of lateness. */
static int make_edge(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                     struct ls_error *err)
{
    struct edges *e = context;
    const struct ls_spec_view *view = view_of(p);
    struct ls_log_record changed = *record;
    ls_case_clock_begin(&e->clock, p);
    if (view && ls_perturb_decode(p, record)) {
        int64_t delay = ls_case_delay(p);
        int64_t shift = (int64_t)(p->position % 3) - 1;
        bool windows = view->window.member && view->window.member != &ls_member_session;
        if (ls_below(ls_word(e->key, p->position, p->topic), 4) == 0 &&
            (windows ? to_window_edge(e, p, record, view, delay, shift)
                     : to_watermark(e, p, delay, shift))) {
            e->made[shift + 1]++;
            int rc = ls_perturb_encode(p, &changed, err);
            if (rc < 0) {
                return rc;
            }
        }
    }
    int rc = ls_perturb_append(p, &changed, err);
    ls_case_clock_see(&e->clock, p, &changed);
    return rc;
}

static int run_edges(struct ls_verify *v, struct ls_case_result *r, struct ls_case_runs *runs,
                     struct ls_error *err)
{
    struct edges edges = {.key = ls_stream_key(v->job->seed, r->which->id)};
    struct ls_perturbation perturbation = {.each = make_edge, .context = &edges};
    int rc = ls_case_recomputed(v, r, &perturbation, runs, err);
    ls_verify_count(r, "late rows", runs->naive.late_rows, true);
    ls_verify_count(r, "before the end by 1 ms", edges.made[0], true);
    ls_verify_count(r, "at it", edges.made[1], true);
    ls_verify_count(r, "behind it by 1 ms", edges.made[2], true);
    return rc;
}

static int run_wm_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_runs runs = {0};
    return run_edges(v, r, &runs, err);
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

/* ---- WM-9 */

static int run_wm_9(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const sizes[] = {"1", "3", "100", "100000", NULL};
    struct ls_case_runs runs = {0};
    uint64_t done = 0;
    int rc = run_edges(v, r, &runs, err);
    for (const char *const *size = sizes; rc == 0 && r->verdict == LS_VERDICT_PASS && *size;
         size++, done++) {
        const char *name = ls_arena_printf(&v->arena, err, "batch-%s", *size);
        struct ls_verify_run run = {.stream = true, .batch_size = *size};
        rc = name ? ls_case_run(v, r, &runs, name, run, err) : err->code;
    }
    ls_verify_count(r, "batch sizes", done, true);
    return rc;
}

const struct ls_case ls_case_wm_9 = {
    .id = "WM-9",
    .title = "lateness, whatever the size of a micro-batch",
    .text = "The log of WM-1, by draws of its own, is read 1, 3, 100 and 100,000 records at once. "
            "What is late is decided record by record: a watermark that moves with the batches\n"
            "would show.",
    .knob = "batch_size",
    .run = run_wm_9,
};

/* ---- WM-6 */

struct between {
    uint64_t key;
    struct ls_case_clock clock;
    uint64_t made[3]; /* watermark at the end, 1 ms behind, 1 ms before the next */
};

/* A view whose windows overlap, and that reads the topic: each in its turn; NULL when none does. */
static const struct ls_spec_view *overlapping_view(const struct ls_spec *spec, uint32_t topic,
                                                   uint64_t turn)
{
    const struct ls_spec_view *views = spec->pipeline->views.items;
    const struct ls_spec_view *found[LS_SPEC_VIEWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < spec->pipeline->views.count; i++) {
        const struct ls_window_hopping *cut = views[i].window.settings;
        if (views[i].window.member == &ls_member_hopping && cut->every_ms < cut->size_ms &&
            (topic == UINT32_MAX || reads(&views[i], topic))) {
            found[count++] = &views[i];
        }
    }
    return count ? found[turn % count] : NULL;
}

/* Puts one record in four into two windows of which the first has just ended for it. */
static int put_between(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                       struct ls_error *err)
{
    struct between *b = context;
    const struct ls_spec_view *view = overlapping_view(p->spec, p->topic, p->position / 3);
    struct ls_log_record changed = *record;
    ls_case_clock_begin(&b->clock, p);
    if (view && ls_case_draw(p, b->key, 4) && ls_perturb_decode(p, record)) {
        const struct ls_window_hopping *cut = view->window.settings;
        const int64_t shifts[] = {0, 1, cut->every_ms - 1};
        int64_t delay = ls_case_delay(p);
        int64_t end = window_end(view, record->timestamp_ms - delay);
        int64_t ingest = end + delay + shifts[p->position % 3];
        ls_i128 skew = (ls_i128)ingest - record->timestamp_ms;
        int64_t max_skew = p->spec->pipeline->max_skew_ms;
        if (skew <= max_skew && -skew <= max_skew &&
            (!b->clock.has || ingest >= b->clock.highest)) {
            p->cells[LS_COLUMN_INGEST_TIME].number = ingest;
            p->cells[LS_COLUMN_EVENT_TIME].number = end - 1;
            b->made[p->position % 3]++;
            int rc = ls_perturb_encode(p, &changed, err);
            if (rc < 0) {
                return rc;
            }
        }
    }
    int rc = ls_perturb_append(p, &changed, err);
    ls_case_clock_see(&b->clock, p, &changed);
    return rc;
}

static int run_wm_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct between b = {.key = ls_stream_key(v->job->seed, "WM-6")};
    struct ls_perturbation perturbation = {.each = put_between, .context = &b};
    struct ls_case_runs runs = {0};
    if (!overlapping_view(v->job->spec, UINT32_MAX, 0)) {
        return ls_verify_skip(r, err, "the spec has no view with hopping windows that overlap");
    }
    int rc = ls_case_recomputed(v, r, &perturbation, &runs, err);
    ls_verify_count(r, "watermarks at the end", b.made[0], true);
    ls_verify_count(r, "behind by 1 ms", b.made[1], true);
    ls_verify_count(r, "before the next end by 1 ms", b.made[2], false);
    ls_verify_count(r, "late rows", runs.naive.late_rows, true);
    return rc;
}

const struct ls_case ls_case_wm_6 = {
    .id = "WM-6",
    .title = "late for one hopping window, in time for the next",
    .text =
        "Clocks are set so that records come when the first of the windows that they lie in has "
        "ended and the next has not: they are late for the one, and count in the other. Stream,\n"
        "batch and the naive recomputation have to agree on both. Skipped where a spec has no "
        "hopping windows that overlap.",
    .run = run_wm_6,
};

/* ---- WM-7 */

struct closed {
    uint64_t key;
    struct ls_case_clock clock;
    struct ls_case_truth truth;
    char id[LS_CASE_ID_MAX];
    uint64_t made, further; /* of those in windows before the last that is over */
};

/* An event_time in a window of the view that is over for the watermark, or behind it; false where
 * such an event would have expired. */
static bool closed_time(struct closed *c, const struct ls_perturb *p,
                        const struct ls_spec_view *view, int64_t watermark, int64_t *time_ms)
{
    int64_t oldest = watermark - p->spec->pipeline->dedupe->horizon_ms;
    uint64_t word = ls_word(c->key, p->position, 1);
    if (!view->window.member || view->window.member == &ls_member_session) {
        *time_ms = watermark - 1 - (int64_t)ls_below(word, (uint64_t)(watermark - oldest) / 2 + 1);
        return *time_ms >= oldest;
    }
    int64_t end = window_end(view, watermark);
    int64_t every = cut_of(view).every_ms;
    end -= end > watermark ? every : 0;
    int64_t back = (int64_t)ls_below(word, 3) * every;
    back = end - back - 1 >= oldest ? back : 0;
    c->further += back > 0;
    *time_ms = end - back - 1;
    return *time_ms >= oldest;
}

static int put_into_closed(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                           struct ls_error *err)
{
    struct closed *c = context;
    const struct ls_spec_view *view = view_of(p);
    int64_t time_ms;
    ls_case_clock_begin(&c->clock, p);
    int rc = ls_perturb_append(p, record, err);
    ls_case_clock_see(&c->clock, p, record);
    rc = rc < 0 ? rc : ls_case_untouched(&c->truth, p, record, err);
    if (rc <= 0 || !view || !ls_case_draw(p, c->key, 4) ||
        !closed_time(c, p, view, c->clock.highest - ls_case_delay(p), &time_ms)) {
        return rc < 0 ? rc : 0;
    }
    c->made++;
    ls_case_rename(p, "-closed", c->id);
    p->cells[LS_COLUMN_EVENT_TIME].number = time_ms;
    return ls_case_append_sent(p, record, c->clock.highest, err);
}

static int run_wm_7(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct closed c = {.key = ls_stream_key(v->job->seed, "WM-7")};
    struct ls_perturbation perturbation = {.each = put_into_closed, .context = &c};
    struct ls_case_runs runs = {0};
    uint64_t more[LS_REASON_COUNT] = {0};
    int rc = ls_verify_base(v, r, err);
    c.truth.folder = v->base_truth;
    rc = rc < 0 ? rc : ls_case_recomputed(v, r, &perturbation, &runs, err);
    ls_case_truth_close(&c.truth);
    more[LS_ADMITTED] = c.made;
    rc = rc < 0 || r->verdict != LS_VERDICT_PASS ? rc : ls_case_more(v, r, runs.batch, more, err);
    ls_verify_count(r, "events for closed windows", c.made, true);
    ls_verify_count(r, "for older ones", c.further, false);
    ls_verify_count(r, "late rows", runs.naive.late_rows, true);
    return rc;
}

const struct ls_case ls_case_wm_7 = {
    .id = "WM-7",
    .title = "an event for a closed window",
    .text = "Events are put into the log whose window was over when they came, the last one or one "
            "further back, but within the dedupe horizon. They are admitted and late: no window\n"
            "is emitted twice or changed. Stream, batch and the naive recomputation have to agree.",
    .run = run_wm_7,
};
