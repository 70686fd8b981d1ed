/* RPL-3, RPL-5, RPL-6: a state goes on under another spec, another version, at another pace. */
#include "conformance/cases.h"

#include <stdio.h>

/* ---- RPL-3, RPL-5 */

/* How a run that was asked to go on with a state ended. */
enum onward { WENT_ON, REFUSED };

/* The stream runs over half of the log, which then grows to all of it. */
static int begin_half(struct ls_verify *v, struct ls_verify_run *run, struct ls_error *err)
{
    struct ls_exit exit;
    uint64_t records = 0;
    int rc = ls_verify_prefix(v, run->log, 2, &records, err);
    rc = rc < 0 ? rc : ls_verify_run(v, run, &exit, err);
    rc = rc < 0 ? rc : ls_tree_remove(run->log, err);
    return rc < 0 ? rc : ls_verify_prefix(v, run->log, 4, &records, err);
}

/* A run that may refuse by ending with an error of its own. */
static int try_on(struct ls_verify *v, const struct ls_verify_run *run, enum onward *onward,
                  struct ls_error *err)
{
    struct ls_exit exit = {0};
    int rc = ls_verify_run(v, run, &exit, err);
    *onward = rc == 0 ? WENT_ON : REFUSED;
    return rc == LS_E_DATA && exit.exited && !exit.timed_out ? 0 : rc;
}

/* What the run leaves when it goes on over the whole log as it began. */
static int go_on_as_before(struct ls_verify *v, struct ls_case_result *r,
                           const struct ls_verify_run *run, struct ls_error *err)
{
    struct ls_exit exit;
    int rc = ls_verify_run(v, run, &exit, err);
    return rc < 0 ? rc
                  : ls_verify_compare(v, r, run->log, run->to, "refused, then as it began",
                                      v->small_batch, "batch", err);
}

/* It took the state over to another spec: then as if there had been none. */
static int compare_anew(struct ls_verify *v, struct ls_case_result *r,
                        const struct ls_verify_run *run, struct ls_error *err)
{
    struct ls_exit exit;
    struct ls_verify_run batch = *run;
    batch.stream = false;
    batch.to = ls_verify_path(v, err, "cases/%s/batch", r->which->id);
    int rc = batch.to ? ls_verify_run(v, &batch, &exit, err) : err->code;
    return rc < 0 ? rc
                  : ls_verify_compare(v, r, run->log, run->to, "restarted under another spec",
                                      batch.to, "batch under it", err);
}

static int run_rpl_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    enum onward onward = REFUSED;
    struct ls_verify_run run = {.stream = true,
                                .log = ls_verify_path(v, err, "cases/RPL-3/log"),
                                .to = ls_verify_path(v, err, "cases/RPL-3/stream"),
                                .umask = -1};
    const char *set = ls_arena_printf(&v->arena, err, "pipeline.watermark.delay=%lldms",
                                      (long long)v->job->spec->pipeline->watermark->delay_ms + 1);
    const char *const other[] = {"--set", set, NULL};
    int rc = run.log && run.to && set ? ls_verify_small(v, err) : err->code;
    rc = rc < 0 ? rc : begin_half(v, &run, err);
    struct ls_verify_run changed = run;
    changed.extra = other;
    rc = rc < 0 ? rc : try_on(v, &changed, &onward, err);
    if (rc == 0) {
        rc = onward == REFUSED ? go_on_as_before(v, r, &run, err)
                               : compare_anew(v, r, &changed, err);
    }
    ls_verify_count(r, "restarts under another spec", rc == 0, true);
    ls_verify_count(r, "refused", rc == 0 && onward == REFUSED, false);
    return rc;
}

const struct ls_case ls_case_rpl_3 = {
    .id = "RPL-3",
    .title = "restarted with another config",
    .text = "A stream that has read half of the log is started again with its state, all of the "
            "log, and a watermark that is delayed by another millisecond. Either it refuses, and\n"
            "goes on as if nothing had been when it is started as before; or it begins anew, and "
            "leaves what a batch run under the other spec leaves. A mixture is a failure.",
    .knob = "{options}",
    .run = run_rpl_3,
};

static int run_rpl_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    enum onward onward = REFUSED;
    struct ls_verify_run run = {.stream = true,
                                .log = ls_verify_path(v, err, "cases/RPL-5/log"),
                                .to = ls_verify_path(v, err, "cases/RPL-5/stream"),
                                .umask = -1};
    int rc = run.log && run.to ? ls_verify_small(v, err) : err->code;
    rc = rc < 0 ? rc : begin_half(v, &run, err);
    struct ls_verify_run upgraded = run;
    upgraded.upgraded = true;
    rc = rc < 0 ? rc : try_on(v, &upgraded, &onward, err);
    if (rc == 0) {
        rc = onward == REFUSED ? go_on_as_before(v, r, &run, err)
                               : ls_verify_compare(v, r, run.log, run.to, "upgraded",
                                                   v->small_batch, "batch", err);
    }
    ls_verify_count(r, "upgrades", rc == 0, true);
    ls_verify_count(r, "refused", rc == 0 && onward == REFUSED, false);
    return rc;
}

const struct ls_case ls_case_rpl_5 = {
    .id = "RPL-5",
    .title = "upgraded between a checkpoint and the restart",
    .text =
        "A stream that has read half of the log goes on as another version of the program, with "
        "the state of the first. Either the datasets are those of the batch run, or the other\n"
        "version refuses the state; then the first one goes on as if nothing had been.",
    .knob = "upgraded",
    .run = run_rpl_5,
};

/* ---- RPL-6 */

static int run_paced(struct ls_verify *v, struct ls_case_result *r, bool stream, uint64_t run_us,
                     uint64_t stop_us, uint64_t *pauses, struct ls_error *err)
{
    struct ls_command command;
    struct ls_process process;
    struct ls_exit exit;
    uint64_t paused;
    const char *to = ls_verify_path(v, err, "cases/RPL-6/%s-%llu-%llu", stream ? "stream" : "batch",
                                    (unsigned long long)run_us, (unsigned long long)stop_us);
    struct ls_verify_run run = {
        .stream = stream, .log = v->small_log, .to = to, .umask = -1, .batch_size = "16"};
    int rc = to ? ls_verify_command(v, &run, &command, err) : err->code;
    rc = rc < 0 ? rc : ls_process_start(&command, &process, err);
    rc = rc < 0 ? rc
                : ls_process_wait_paced(&process, run_us, stop_us,
                                        (uint64_t)v->job->target->timeout_ms, &paused, &exit, err);
    if (rc < 0) {
        return rc;
    }
    *pauses += paused;
    v->timed_out |= exit.timed_out;
    return exit.exited && exit.status == 0
               ? ls_verify_compare(v, r, run.log, to, stream ? "paced stream" : "paced batch",
                                   v->small_batch, "batch", err)
               : ls_error_set(err, LS_E_DATA, "a run ended with %s %d: see %s",
                              exit.exited ? "status" : "signal", exit.status, command.output);
}

static int run_rpl_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const uint64_t paces[][2] = {{2000, 18000}, {500, 500}};
    uint64_t pauses = 0;
    int rc = ls_verify_small(v, err);
    for (size_t i = 0; i < sizeof paces / sizeof *paces; i++) {
        for (int stream = 0; rc == 0 && r->verdict == LS_VERDICT_PASS && stream < 2; stream++) {
            rc = run_paced(v, r, stream, paces[i][0], paces[i][1], &pauses, err);
        }
    }
    ls_verify_count(r, "pauses", pauses, true);
    return rc;
}

const struct ls_case ls_case_rpl_6 = {
    .id = "RPL-6",
    .title = "at any pace",
    .text = "Both runs are stopped and let go on (SIGSTOP, SIGCONT) again and again: at a tenth "
            "of their pace, and in steps of half a millisecond; where the stream can be told, it\n"
            "reads few records at once. How fast a run goes must not show.",
    .run = run_rpl_6,
};
