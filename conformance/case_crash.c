/* CRS: runs that are ended in the middle, and go on. */
#include "conformance/cases.h"
#include "conformance/disturb.h"
#include "conformance/glance.h"

#include <signal.h>

/* ---- CRS-3 */

#define IN_A_ROW     10
#define ATTEMPTS_MAX 200

struct recovery {
    uint64_t key, draws;
    uint64_t span_us; /* kills come up to this after a start */
    uint64_t in_a_row, kills, too_late;
};

/* One start that is to be killed before it has saved anything of its own. */
static int kill_recovery(struct ls_verify *v, struct ls_case_result *r,
                         const struct ls_verify_run *run, struct recovery *of, struct ls_error *err)
{
    const struct ls_disturb how = {
        .delay_us = ls_below(ls_word(of->key, of->draws++, 0), of->span_us), .signals = {SIGKILL}};
    struct ls_id before;
    struct ls_id after;
    struct ls_exit exit;
    const char *state = ls_disturb_state(v, run, err);
    if (!state) {
        return err->code;
    }
    (void)ls_glance(state, &before);
    int rc = ls_disturb_run(v, r, run, &how, &exit, err);
    if (rc < 0) {
        return rc;
    }
    (void)ls_glance(state, &after);
    if (rc > 0 && ls_id_equal(before, after)) {
        of->kills++;
        of->in_a_row++;
        return 0;
    }
    of->too_late++;
    of->in_a_row = 0;
    of->span_us = of->span_us / 2 + 1;
    return rc > 0 ? 0 : ls_disturb_kill(v, r, run, 3, err);
}

static int run_crs_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_verify_run run;
    int rc = ls_disturb_begin(v, r, &run, err);
    if (rc <= 0) {
        return rc;
    }
    struct recovery of = {.key = ls_stream_key(v->job->seed, "CRS-3"),
                          .span_us = v->base_elapsed_us + 1};
    rc = ls_disturb_kill(v, r, &run, 3, err);
    bool has_state = rc > 0;
    for (int i = 0; rc >= 0 && has_state && r->verdict == LS_VERDICT_PASS &&
                    of.in_a_row < IN_A_ROW && i < ATTEMPTS_MAX;
         i++) {
        rc = kill_recovery(v, r, &run, &of, err);
    }
    if (rc >= 0 && r->verdict == LS_VERDICT_PASS) {
        rc = ls_disturb_finish(v, r, &run, "recovered", err);
    }
    ls_verify_count(r, "kills in recovery", of.kills, true);
    ls_verify_count(r, "in a row", of.in_a_row >= IN_A_ROW ? of.in_a_row : 0, true);
    ls_verify_count(r, "kills that came later", of.too_late, false);
    return rc < 0 ? rc : 0;
}

const struct ls_case ls_case_crs_3 = {
    .id = "CRS-3",
    .title = "crashes during recovery, ten in a row",
    .text = "The streaming run is killed when it has saved something, and then ten times in a row "
            "while it recovers: before it has changed anything in its state. What goes wrong in "
            "the middle of a recovery must not be lost to the next one: the last run has to end in "
            "the batch run's datasets.",
    .knob = "restarts",
    .run = run_crs_3,
};

/* ---- CRS-8 */

static int run_crs_8(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const workers[] = {"2", "7", "1", "3", "1", "4", NULL};
    const struct ls_disturb how = {.changes = 2, .signals = {SIGKILL}};
    uint64_t fewer_or_more = 0;
    struct ls_verify_run run;
    int rc = ls_disturb_begin(v, r, &run, err);
    if (rc <= 0) {
        return rc;
    }
    for (const char *const *count = workers; rc >= 0 && r->verdict == LS_VERDICT_PASS && *count;
         count++) {
        struct ls_exit exit;
        fewer_or_more += rc > 0 && count > workers;
        run.workers = *count;
        rc = ls_disturb_run(v, r, &run, &how, &exit, err);
        rc = rc == 0 ? ls_tree_remove(run.to, err) : rc;
    }
    run.workers = "2";
    fewer_or_more += rc > 0;
    if (rc >= 0 && r->verdict == LS_VERDICT_PASS) {
        rc = ls_disturb_finish(v, r, &run, "with other workers", err);
    }
    ls_verify_count(r, "restarts with other workers", fewer_or_more, true);
    return rc < 0 ? rc : 0;
}

const struct ls_case ls_case_crs_8 = {
    .id = "CRS-8",
    .title = "restored with another number of workers",
    .text = "The streaming run is killed after each few checkpoints, and started again with more "
            "workers or fewer: 2, 7, 1, 3, 1, 4, 2. What belonged to a worker that is no more must "
            "not be lost, nor be counted twice.",
    .knob = "restarts workers",
    .run = run_crs_8,
};

/* ---- CRS-12 */

static int run_crs_12(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const int signals[][2] = {
        {SIGTERM, 0}, {SIGINT, 0}, {SIGTERM, SIGTERM}, {SIGINT, SIGINT}, {SIGTERM, SIGINT}};
    static const size_t kinds = sizeof signals / sizeof *signals;
    uint64_t key = ls_stream_key(v->job->seed, "CRS-12");
    uint64_t stops[2] = {0}; /* once, twice */
    struct ls_verify_run run;
    int rc = ls_disturb_begin(v, r, &run, err);
    if (rc <= 0) {
        return rc;
    }
    for (size_t i = 0; rc >= 0 && r->verdict == LS_VERDICT_PASS && i < 2 * kinds; i++) {
        const int *sent = signals[i % kinds];
        const struct ls_disturb how = {
            .changes = 1,
            .delay_us = ls_below(ls_word(key, i, 0), v->base_elapsed_us / 16 + 1),
            .signals = {sent[0], sent[1]}};
        struct ls_exit exit;
        rc = ls_disturb_run(v, r, &run, &how, &exit, err);
        stops[sent[1] != 0] += rc > 0;
        rc = rc == 0 ? ls_tree_remove(run.to, err) : rc;
    }
    if (rc >= 0 && r->verdict == LS_VERDICT_PASS) {
        rc = ls_disturb_finish(v, r, &run, "stopped", err);
    }
    ls_verify_count(r, "stops by a signal", stops[0], true);
    ls_verify_count(r, "by two", stops[1], true);
    return rc < 0 ? rc : 0;
}

const struct ls_case ls_case_crs_12 = {
    .id = "CRS-12",
    .title = "SIGTERM and SIGINT, once and twice",
    .text = "The streaming run is told to stop by SIGTERM or SIGINT, sometimes by a second signal "
            "while it stops, and started again with the same state. A run that ends with status 0 "
            "has come to the end of the log: one that was stopped says something else. The last "
            "run has to end in the batch run's datasets.",
    .knob = "restarts",
    .run = run_crs_12,
};
