/* DUP: what became of the first copy, and what a copy remembers. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"

/* ---- DUP-4, DUP-5: pairs around a record that moves the clock */

struct pairs {
    uint64_t key;
    struct ls_case_clock clock;
    struct ls_case_truth truth;
    char id[LS_CASE_ID_MAX];
    uint64_t more[LS_REASON_COUNT]; /* outcomes, beside those of the log as it was */
    uint64_t made[4];
    int (*around)(struct pairs *s, struct ls_perturb *p, const struct ls_log_record *record,
                  uint64_t kind, int64_t highest, struct ls_error *err);
};

/* Every fourth record that nothing was done to and that moves the clock on gets a pair, each kind
 * in its turn. */
static int make_pairs(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                      struct ls_error *err)
{
    struct pairs *s = context;
    ls_case_clock_begin(&s->clock, p);
    int64_t before = s->clock.highest;
    bool had = s->clock.has;
    int rc = ls_case_untouched(&s->truth, p, record, err);
    ls_case_clock_see(&s->clock, p, record);
    if (rc > 0 && had && s->clock.highest > before && ls_case_draw(p, s->key, 4)) {
        uint64_t kind = (s->made[0] + s->made[1] + s->made[2] + s->made[3]) % 4;
        ls_perturb_decode(p, record);
        return s->around(s, p, record, kind, before, err);
    }
    return rc < 0 ? rc : ls_perturb_append(p, record, err);
}

static int run_pairs(struct ls_verify *v, struct ls_case_result *r, struct pairs *s,
                     struct ls_error *err)
{
    struct ls_perturbation perturbation = {.each = make_pairs, .context = s};
    struct ls_case_runs runs = {0};
    if (v->job->spec->pipeline->clock == LS_CLOCK_EVENT_TIME) {
        return ls_verify_skip(r, err,
                              "the clock is event_time, by which no record's watermark can be "
                              "chosen");
    }
    int rc = ls_verify_base(v, r, err);
    s->truth.folder = v->base_truth;
    s->key = ls_stream_key(v->job->seed, r->which->id);
    rc = rc < 0 ? rc : ls_case_recomputed(v, r, &perturbation, &runs, err);
    ls_case_truth_close(&s->truth);
    return rc < 0 || r->verdict != LS_VERDICT_PASS ? rc
                                                   : ls_case_more(v, r, runs.batch, s->more, err);
}

/* An event with an id of its own, so old that it is just remembered when the record has come, and
 * its copy behind that one, when it is still remembered, just so, or 1 ms too old. */
static int around_horizon(struct pairs *s, struct ls_perturb *p, const struct ls_log_record *record,
                          uint64_t kind, int64_t highest, struct ls_error *err)
{
    int64_t beyond = (int64_t)(kind % 3) - 1; /* how far the copy is, in ms */
    int64_t watermark = s->clock.highest - ls_case_delay(p);
    struct ls_cell *time = &p->cells[LS_COLUMN_EVENT_TIME];
    int64_t old = watermark - p->spec->pipeline->dedupe->horizon_ms - beyond;
    ls_case_rename(p, "-old", s->id);
    time->number = old;
    int rc = ls_case_append_sent(p, record, highest, err);
    rc = rc < 0 ? rc : ls_perturb_append(p, record, err);
    if (rc == 0 && ls_perturb_decode(p, record)) {
        ls_case_rename(p, "-old", s->id);
        time->number = old;
        rc = ls_case_append_sent(p, record, highest, err);
    }
    s->made[kind % 3]++;
    s->more[LS_ADMITTED]++;
    s->more[beyond > 0 ? LS_REASON_EXPIRED : LS_REASON_DUPLICATE]++;
    return rc;
}

static int run_dup_4(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct pairs s = {.around = around_horizon};
    int rc = run_pairs(v, r, &s, err);
    ls_verify_count(r, "within the horizon by 1 ms", s.made[0], true);
    ls_verify_count(r, "at it", s.made[1], true);
    ls_verify_count(r, "beyond it by 1 ms", s.made[2], true);
    return rc;
}

const struct ls_case ls_case_dup_4 = {
    .id = "DUP-4",
    .title = "copies at the dedupe horizon, and 1 ms beside it",
    .text = "Old events are put into the log, and their copies behind a record that moves the "
            "watermark on: up to the horizon they are duplicates, beyond it they are EXPIRED, and\n"
            "none is admitted a second time. The outcomes have to be those of the log as it was, "
            "and just so many more; stream, batch and the naive recomputation have to agree.",
    .run = run_dup_4,
};

/* The first copy in front of the record, or another event and its copy around it. */
static int around_first(struct pairs *s, struct ls_perturb *p, const struct ls_log_record *record,
                        uint64_t kind, int64_t highest, struct ls_error *err)
{
    const struct ls_spec_pipeline *pipeline = p->spec->pipeline;
    struct ls_log_record cut = *record;
    struct ls_cell *cells = p->cells;
    int64_t watermark = highest - ls_case_delay(p);
    int64_t late = watermark - 1;
    bool copied = false;
    int rc = 0;
    switch (kind) {
    case 0:
        cut.value_size--;
        rc = ls_perturb_append(p, &cut, err);
        s->more[LS_REASON_DECODE_TRUNCATED]++;
        break;
    case 1:
        cells[LS_COLUMN_INGEST_TIME].number = record->timestamp_ms + pipeline->max_skew_ms + 1;
        rc = ls_case_append(p, record, err);
        s->more[LS_REASON_CLOCK_SKEW]++;
        break;
    case 2:
        cells[LS_COLUMN_EVENT_TIME].number = watermark - pipeline->dedupe->horizon_ms - 1;
        rc = ls_case_append_sent(p, record, highest, err);
        s->more[LS_REASON_EXPIRED]++;
        break;
    default:
        ls_case_rename(p, "-late", s->id);
        cells[LS_COLUMN_EVENT_TIME].number = late;
        rc = ls_case_append_sent(p, record, highest, err);
        s->more[LS_ADMITTED]++;
        s->more[LS_REASON_DUPLICATE]++;
        copied = true;
    }
    s->made[kind]++;
    rc = rc < 0 ? rc : ls_perturb_append(p, record, err);
    if (rc == 0 && copied && ls_perturb_decode(p, record)) {
        ls_case_rename(p, "-late", s->id);
        cells[LS_COLUMN_EVENT_TIME].number = late;
        rc = ls_case_append_sent(p, record, highest, err);
    }
    return rc;
}

static int run_dup_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct pairs s = {.around = around_first};
    int rc = run_pairs(v, r, &s, err);
    ls_verify_count(r, "first undecodable", s.made[0], true);
    ls_verify_count(r, "quarantined", s.made[1], true);
    ls_verify_count(r, "expired", s.made[2], true);
    ls_verify_count(r, "late", s.made[3], true);
    return rc;
}

const struct ls_case ls_case_dup_5 = {
    .id = "DUP-5",
    .title = "the first copy was late, quarantined or undecodable",
    .text =
        "In front of records stand copies that are cut off, that have a clock out of order, or "
        "that are older than the horizon: the record itself has to be admitted all the same,\n"
        "since only what was admitted is remembered. Events that come late are admitted, and their "
        "copies duplicates. The outcomes have to be those of the log as it was, and just so\n"
        "many more; stream, batch and the naive recomputation have to agree.",
    .run = run_dup_5,
};

/* ---- DUP-6 */

#define STRADDLING 64 /* copies of a partition at most */

struct straddle {
    bool ends; /* where the run is stopped */
    uint64_t key;
    struct ls_case_truth truth;
    struct ls_case_kept kept[STRADDLING];
    size_t count;
    uint64_t copies;
};

static int release(struct straddle *s, struct ls_perturb *p, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < s->count; i++) {
        rc = rc < 0 || s->ends ? rc : ls_perturb_append(p, &s->kept[i].record, err);
        s->copies += !s->ends;
        ls_case_forget(&s->kept[i]);
    }
    s->count = 0;
    return rc;
}

/* The last records before the middle of a partition come again behind it. */
static int straddle(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                    struct ls_error *err)
{
    struct straddle *s = context;
    uint64_t middle = p->count / 2;
    if (p->number >= middle && s->ends) {
        return 0;
    }
    int rc = p->number == middle ? release(s, p, err) : 0;
    bool near = p->number < middle && p->number + STRADDLING >= middle;
    int untouched = rc == 0 && near ? ls_case_untouched(&s->truth, p, record, err) : rc;
    rc = untouched > 0 ? ls_case_keep(&s->kept[s->count], record, err) : untouched;
    s->count += untouched > 0 && rc == 0;
    return rc < 0 ? rc : ls_perturb_append(p, record, err);
}

static int end_straddle(struct ls_perturb *p, void *context, struct ls_error *err)
{
    return release(context, p, err);
}

static int run_dup_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct straddle s[] = {{.ends = true}, {.ends = false}};
    struct ls_perturbation first = {.each = straddle, .end = end_straddle, .context = &s[0]};
    struct ls_perturbation second = {.each = straddle, .end = end_straddle, .context = &s[1]};
    struct ls_case_runs runs = {0};
    uint64_t kills = 0;
    int rc = ls_verify_base(v, r, err);
    s[0].truth.folder = s[1].truth.folder = v->base_truth;
    rc = rc < 0 ? rc : ls_case_grown(v, r, &first, &second, &kills, &runs, err);
    for (size_t i = 0; i < 2; i++) {
        ls_case_truth_close(&s[i].truth);
        while (s[i].count > 0) {
            ls_case_forget(&s[i].kept[--s[i].count]);
        }
    }
    rc = rc < 0 || r->verdict != LS_VERDICT_PASS
             ? rc
             : ls_case_same_rows(v, r, runs.batch, "the log with copies", v->base_batch,
                                 "the one without",
                                 LS_PART_NORMALIZED | LS_PART_VIEWS | LS_PART_LATE,
                                 (const char *const[]){"position", NULL}, err);
    ls_verify_count(r, "copies behind the checkpoint", s[1].copies, true);
    ls_verify_count(r, "kills", kills, true);
    return rc;
}

const struct ls_case ls_case_dup_6 = {
    .id = "DUP-6",
    .title = "duplicates that straddle a checkpoint and a crash",
    .text = "The stream ends in the middle of the log; behind that the last records come again. It "
            "goes on with its state, is killed, and goes on once more: what it remembered before\n"
            "has to make duplicates of them, and all that is admitted, late or in a view is what "
            "it is without the copies.",
    .knob = "restarts grows",
    .run = run_dup_6,
};
