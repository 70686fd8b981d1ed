/* WM: partitions that are silent, empty, late to come, and the end of the input. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"

/* ---- WM-3 */

struct idle {
    uint64_t resuming, ended, empty; /* records taken away from such partitions */
};

/* The first partition of each topic is silent for half of the time and then goes on; the second
 * ends there; the last one of all topics but the first has nothing. */
static int silence(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                   struct ls_error *err)
{
    struct idle *idle = context;
    uint32_t last = (uint32_t)p->spec->topics->partitions - 1;
    uint64_t *taken = NULL;
    if (p->partition == 0) {
        bool silent = p->number >= p->count / 4 && p->number < p->count / 4 * 3;
        taken = silent ? &idle->resuming : NULL;
    } else if (p->partition == last && p->topic > 0) {
        taken = &idle->empty;
    } else if (p->partition == 1 && p->number >= p->count / 2) {
        taken = &idle->ended;
    }
    if (taken) {
        ++*taken;
        return 0;
    }
    return ls_perturb_append(p, record, err);
}

static int run_wm_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct idle idle = {0};
    struct ls_perturbation perturbation = {.each = silence, .context = &idle};
    struct ls_case_runs runs = {.batch_size = "7"};
    int rc = ls_case_recomputed(v, r, &perturbation, &runs, err);
    ls_verify_count(r, "records of a silence", idle.resuming, true);
    ls_verify_count(r, "behind an early end", idle.ended, false);
    ls_verify_count(r, "of empty partitions", idle.empty, false);
    return rc;
}

const struct ls_case ls_case_wm_3 = {
    .id = "WM-3",
    .title = "idle, empty and resuming partitions",
    .text = "Of each topic one partition is silent for half of its records and then goes on, one "
            "ends half way, and one is empty (the first topic has all of them, so that some\n"
            "windows are emitted before the end). A partition that says nothing delays what is "
            "emitted and changes none of it: stream, batch and the naive recomputation agree.",
    .run = run_wm_3,
};

/* ---- WM-11 */

struct cut {
    uint64_t key;
    bool is_open; /* the window of the last record that was appended, whatever it is */
    uint64_t taken, open;
};

/* Each partition ends somewhere in its second half. */
static int cut_off(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                   struct ls_error *err)
{
    struct cut *c = context;
    uint64_t word = ls_word(c->key, p->topic, p->partition);
    uint64_t end = p->count / 2 + ls_below(word, p->count / 2 + 1);
    if (p->number == 0) {
        c->is_open = false;
    }
    if (p->number >= end) {
        c->taken++;
        return 0;
    }
    int64_t clock;
    if (record->key && ls_case_clock_of(p, record, &clock)) {
        c->is_open = p->cells[LS_COLUMN_EVENT_TIME].number >= clock - ls_case_delay(p);
    }
    return ls_perturb_append(p, record, err);
}

static int end_cut(struct ls_perturb *p, void *context, struct ls_error *err)
{
    struct cut *c = context;
    (void)p;
    (void)err;
    c->open += c->is_open;
    c->is_open = false;
    return 0;
}

static int run_wm_11(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct cut cut = {.key = ls_stream_key(v->job->seed, "WM-11")};
    struct ls_perturbation perturbation = {.each = cut_off, .end = end_cut, .context = &cut};
    struct ls_case_runs runs = {.batch_size = "7"};
    int rc = ls_case_recomputed(v, r, &perturbation, &runs, err);
    ls_verify_count(r, "records cut off", cut.taken, true);
    ls_verify_count(r, "partitions that end in an open window", cut.open, true);
    ls_verify_count(r, "view rows", runs.naive.view_rows, true);
    return rc;
}

const struct ls_case ls_case_wm_11 = {
    .id = "WM-11",
    .title = "the end of the input closes what is open",
    .text = "Each partition is cut off at a place of its own, in the middle of whatever is open "
            "there: windows, sessions, joins that wait, records that wait for their turn. At the\n"
            "end of the input all of it is emitted, once: stream, batch and the naive "
            "recomputation have to agree.",
    .run = run_wm_11,
};

/* ---- WM-12 */

struct newcomer {
    bool absent;
    uint64_t held;
};

static int join_later(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                      struct ls_error *err)
{
    struct newcomer *n = context;
    if (n->absent && p->partition == 0) {
        n->held++;
        return 0;
    }
    return ls_perturb_append(p, record, err);
}

static int run_wm_12(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct newcomer n[] = {{true, 0}, {false, 0}};
    struct ls_perturbation first = {.each = join_later, .context = &n[0]};
    struct ls_perturbation second = {.each = join_later, .context = &n[1]};
    struct ls_case_runs runs = {0};
    if (v->job->spec->topics->partitions < 2) {
        return ls_verify_skip(r, err, "the spec has one partition");
    }
    int rc = ls_verify_base(v, r, err);
    runs.batch = v->base_batch;
    rc = rc < 0 ? rc : ls_case_grown(v, r, &first, &second, NULL, &runs, err);
    ls_verify_count(r, "records that join", n[0].held, true);
    return rc;
}

const struct ls_case ls_case_wm_12 = {
    .id = "WM-12",
    .title = "a partition that joins with old data",
    .text =
        "The stream runs to the end of a log whose first partition of each topic is empty; then "
        "that one has all of its records, the oldest of them as old as the log, and the\n"
        "stream goes on with its state. They are judged by their own partition's watermark "
        "(P2), and what comes out has to be the batch run's datasets.",
    .knob = "restarts grows",
    .run = run_wm_12,
};
