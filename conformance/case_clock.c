/* WM: clocks that must not count, clocks of what is dropped, clocks from before a crash. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"
#include "core/base/civil.h"
#include "spec/heartbeat.h"

static const char *const places[] = {"partition", "position", "watermark", NULL};

/* ---- WM-4 */

#define FAR_MS (INT64_C(30) * 86400000)

struct ahead {
    uint64_t key;
    struct ls_case_truth truth;
    char id[LS_CASE_ID_MAX];
    uint64_t made[4]; /* ingest_time ahead, event_time ahead, out of range, a heartbeat ahead */
    uint64_t more[LS_REASON_COUNT];
};

static int append_ahead(struct ahead *a, struct ls_perturb *p, const struct ls_log_record *record,
                        uint64_t kind, struct ls_error *err)
{
    uint8_t bytes[LS_HEARTBEAT_SIZE_MAX];
    const struct ls_spec_pipeline *pipeline = p->spec->pipeline;
    int64_t far_ms = pipeline->max_ahead_ms < FAR_MS ? FAR_MS : pipeline->max_ahead_ms + 1;
    int64_t skewed_ms = pipeline->max_skew_ms < FAR_MS ? FAR_MS : pipeline->max_skew_ms + 1;
    a->made[kind]++;
    if (kind == 3) {
        int64_t time_ms = record->timestamp_ms + skewed_ms;
        struct ls_log_record beat = {.timestamp_ms = record->timestamp_ms,
                                     .value = bytes,
                                     .value_size = ls_heartbeat_write(time_ms, bytes)};
        a->more[LS_REASON_CLOCK_SKEW]++;
        return ls_perturb_append(p, &beat, err);
    }
    struct ls_cell *ingest = &p->cells[LS_COLUMN_INGEST_TIME];
    struct ls_cell *event = &p->cells[LS_COLUMN_EVENT_TIME];
    ingest->number += kind == 0 ? skewed_ms : 0;
    event->number = kind == 1   ? ingest->number + far_ms
                    : kind == 2 ? LS_TIME_MIN_MS - 1
                                : event->number;
    a->more[kind == 0   ? LS_REASON_CLOCK_SKEW
            : kind == 1 ? LS_REASON_CLOCK_AHEAD
                        : LS_REASON_TIME_RANGE]++;
    ls_case_rename(p, "-ahead", a->id);
    return ls_case_append(p, record, err);
}

static int put_ahead(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                     struct ls_error *err)
{
    struct ahead *a = context;
    uint64_t kinds = p->spec->topics->heartbeat_ms ? 4 : 3;
    int rc = ls_case_untouched(&a->truth, p, record, err);
    if (rc > 0) {
        rc = ls_case_draw(p, a->key, 20)
                 ? append_ahead(a, p, record,
                                (a->made[0] + a->made[1] + a->made[2] + a->made[3]) % kinds, err)
                 : 0;
    }
    return rc < 0 ? rc : ls_perturb_append(p, record, err);
}

static int run_wm_4(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ahead a = {.key = ls_stream_key(v->job->seed, "WM-4")};
    struct ls_perturbation perturbation = {.each = put_ahead, .context = &a};
    struct ls_case_runs runs = {0};
    int rc = ls_verify_base(v, r, err);
    a.truth.folder = v->base_truth;
    rc = rc < 0 ? rc : ls_case_perturbed(v, r, &perturbation, &runs, err);
    ls_case_truth_close(&a.truth);
    rc = rc < 0 || r->verdict != LS_VERDICT_PASS ? rc : ls_case_more(v, r, runs.batch, a.more, err);
    rc = rc < 0 || r->verdict != LS_VERDICT_PASS
             ? rc
             : ls_case_same_rows(v, r, runs.batch, "the log with clocks ahead", v->base_batch,
                                 "the one without",
                                 LS_PART_NORMALIZED | LS_PART_VIEWS | LS_PART_LATE, places, err);
    ls_verify_count(r, "ingest_time ahead", a.made[0], true);
    ls_verify_count(r, "event_time ahead", a.made[1], true);
    ls_verify_count(r, "out of range", a.made[2], true);
    ls_verify_count(r, "heartbeats ahead", a.made[3], false);
    return rc;
}

const struct ls_case ls_case_wm_4 = {
    .id = "WM-4",
    .title = "a clock far ahead does not poison the watermark",
    .text = "Events with an ingest_time or an event_time a month ahead, events before the year 1, "
            "and heartbeats a month ahead (where the spec has them) are put into the log. Each is\n"
            "quarantined under its CLOCK_* reason or TIME_RANGE, and nothing else changes: every "
            "row that is admitted, late or in a view is there as it was.",
    .run = run_wm_4,
};

/* ---- WM-10 */

struct dropped {
    uint64_t key;
    struct ls_case_clock clock;
    struct ls_case_truth truth;
    bool is_ahead;  /* the highest clock is that of a dropped record */
    int64_t own_ms; /* the highest without it */
    uint64_t dropped, late, in_time;
};

/* A copy whose clock is ahead by what the clock check lets pass, then records that have come by
 * that clock, 1 ms too late, just in time, and 1 ms before. */
static int put_dropped(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                       struct ls_error *err)
{
    struct dropped *d = context;
    struct ls_log_record changed = *record;
    int64_t max_skew = p->spec->pipeline->max_skew_ms;
    ls_case_clock_begin(&d->clock, p);
    int untouched = ls_case_untouched(&d->truth, p, record, err);
    int64_t own = untouched > 0 ? p->cells[LS_COLUMN_INGEST_TIME].number : 0;
    int rc = untouched;
    if (untouched > 0 && d->clock.has && d->is_ahead && own < d->clock.highest) {
        int64_t shift = (int64_t)(p->position % 3) - 1;
        p->cells[LS_COLUMN_EVENT_TIME].number = d->clock.highest - ls_case_delay(p) + shift;
        *(shift < 0 ? &d->late : &d->in_time) += 1;
        rc = ls_perturb_encode(p, &changed, err);
    }
    rc = rc < 0 ? rc : ls_perturb_append(p, &changed, err);
    int64_t before = d->clock.highest;
    ls_case_clock_see(&d->clock, p, &changed);
    d->is_ahead = d->is_ahead && d->clock.highest == before;
    if (rc < 0 || untouched <= 0 || d->is_ahead || !ls_case_draw(p, d->key, 8) ||
        own + max_skew <= d->clock.highest || !ls_perturb_decode(p, &changed)) {
        return rc;
    }
    changed = *record;
    p->cells[LS_COLUMN_INGEST_TIME].number = record->timestamp_ms + max_skew;
    rc = ls_perturb_encode(p, &changed, err);
    rc = rc < 0 ? rc : ls_perturb_append(p, &changed, err);
    ls_case_clock_see(&d->clock, p, &changed);
    d->dropped++;
    d->is_ahead = true;
    return rc;
}

static int run_wm_10(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct dropped d = {.key = ls_stream_key(v->job->seed, "WM-10")};
    struct ls_perturbation perturbation = {.each = put_dropped, .context = &d};
    struct ls_case_runs runs = {0};
    int rc = ls_verify_base(v, r, err);
    d.truth.folder = v->base_truth;
    rc = rc < 0 ? rc : ls_case_recomputed(v, r, &perturbation, &runs, err);
    ls_case_truth_close(&d.truth);
    ls_verify_count(r, "copies that move the watermark", d.dropped, true);
    ls_verify_count(r, "late by it", d.late, true);
    ls_verify_count(r, "in time", d.in_time, true);
    ls_verify_count(r, "late rows", runs.naive.late_rows, true);
    return rc;
}

const struct ls_case ls_case_wm_10 = {
    .id = "WM-10",
    .title = "a chain of two stateful steps: what the first drops moves the clock of the second",
    .text = "Copies whose clock is ahead, within the limit of skew, are dropped as duplicates, and "
            "move the watermark all the same (P2). Records behind them come 1 ms too late by it,\n"
            "just in time, and 1 ms before, for the dedupe that has dropped the copy, for flags, "
            "and for the windows, features and alerts behind those. Stream, batch and the naive\n"
            "recomputation have to agree on each.",
    .run = run_wm_10,
};

/* ---- WM-8 */

#define BEHIND 40 /* records behind the middle that may be late by the clock before it */

struct stopped {
    bool ends; /* the log does, in the middle */
    struct ls_case_clock clock;
    struct ls_case_truth truth;
    uint64_t raised, late, in_time;
};

/* The last record before the middle has a clock ahead; those behind it have come by that one. */
static int put_around_middle(struct ls_perturb *p, const struct ls_log_record *record,
                             void *context, struct ls_error *err)
{
    struct stopped *s = context;
    struct ls_log_record changed = *record;
    uint64_t middle = p->count / 2;
    if (s->ends && p->number >= middle) {
        return 0;
    }
    ls_case_clock_begin(&s->clock, p);
    bool near = p->number + 8 >= middle && p->number < middle + BEHIND;
    int rc = near ? ls_case_untouched(&s->truth, p, record, err) : 0;
    if (rc > 0 && p->number < middle) { /* the last few, so that one of them is untouched */
        p->cells[LS_COLUMN_INGEST_TIME].number = record->timestamp_ms +
                                                 p->spec->pipeline->max_skew_ms;
        s->raised++;
        rc = ls_perturb_encode(p, &changed, err);
    } else if (rc > 0 && s->clock.has &&
               p->cells[LS_COLUMN_INGEST_TIME].number < s->clock.highest) {
        int64_t shift = (int64_t)(p->position % 3) - 1;
        p->cells[LS_COLUMN_EVENT_TIME].number = s->clock.highest - ls_case_delay(p) + shift;
        *(shift < 0 ? &s->late : &s->in_time) += 1;
        rc = ls_perturb_encode(p, &changed, err);
    }
    rc = rc < 0 ? rc : ls_perturb_append(p, &changed, err);
    ls_case_clock_see(&s->clock, p, &changed);
    return rc;
}

static int run_wm_8(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct stopped s[] = {{.ends = true}, {.ends = false}};
    struct ls_perturbation first = {.each = put_around_middle, .context = &s[0]};
    struct ls_perturbation second = {.each = put_around_middle, .context = &s[1]};
    struct ls_case_runs runs = {0};
    uint64_t kills = 0;
    int rc = ls_verify_base(v, r, err);
    s[0].truth.folder = s[1].truth.folder = v->base_truth;
    rc = rc < 0 ? rc : ls_case_grown(v, r, &first, &second, &kills, &runs, err);
    ls_case_truth_close(&s[0].truth);
    ls_case_truth_close(&s[1].truth);
    ls_verify_count(r, "clocks raised before", s[1].raised, true);
    ls_verify_count(r, "late by them", s[1].late, true);
    ls_verify_count(r, "in time", s[1].in_time, true);
    ls_verify_count(r, "kills", kills, true);
    return rc;
}

const struct ls_case ls_case_wm_8 = {
    .id = "WM-8",
    .title = "the watermark across a crash",
    .text = "The stream ends in the middle of the log, where clocks are ahead, within the limit of "
            "skew; it goes on with its state over records that those clocks make late, just not\n"
            "late, and 1 ms off, is killed, and goes on once more. A stream that forgets its "
            "watermarks, or takes them from what comes next, finds them all in time.",
    .knob = "restarts grows",
    .run = run_wm_8,
};
