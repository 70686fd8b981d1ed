/* CRS, ENV, SER, RPL: what happens to the process must not show. */
#include "conformance/cases.h"

#include "core/obs/clock.h"

#include <stdio.h>

/* ---- CRS-1 */

#define AGAIN 20 /* more tries to meet a checkpoint, on a machine that is busy */

struct kills {
    uint64_t span_us;  /* a kill comes at any moment up to this */
    uint64_t attempts; /* to kill */
    uint64_t killed;   /* runs */
    uint64_t restarts; /* runs that went on from a checkpoint */
};

/* A run has ended by itself: counts how often it had gone on from a checkpoint, and holds what it
 * left against the batch run. */
static int judge_ended(struct ls_verify *v, struct ls_case_result *r,
                       const struct ls_verify_run *run, struct kills *kills, struct ls_error *err)
{
    char summary[LS_PATH_MAX];
    int rc = ls_path_join(summary, run->to, "summary.json", err);
    kills->restarts += rc < 0 ? 0 : ls_verify_number(summary, "run.restarts");
    return rc < 0
               ? rc
               : ls_verify_compare(v, r, run->log, run->to, "killed", v->base_batch, "batch", err);
}

/* Kills the run again and again, then lets it finish. Where it ends before its kill, it is judged
 * too, and the next begins anew. */
static int kill_and_finish(struct ls_verify *v, struct ls_case_result *r,
                           const struct ls_verify_run *run, struct kills *kills,
                           struct ls_error *err)
{
    uint64_t key = ls_stream_key(v->job->seed, "CRS-1");
    uint64_t wanted = kills->killed + v->job->kills;
    uint64_t last = kills->attempts + 8 * (uint64_t)v->job->kills;
    while (kills->killed < wanted && kills->attempts < last) {
        struct ls_command command;
        struct ls_process process;
        struct ls_exit exit;
        bool dead;
        uint64_t delay_us = ls_below(ls_word(key, kills->attempts++, 0), kills->span_us);
        int rc = ls_verify_command(v, run, &command, err);
        rc = rc < 0 ? rc : ls_process_start(&command, &process, err);
        rc = rc < 0 ? rc : ls_process_kill_after(&process, delay_us, &dead, &exit, err);
        if (rc == 0 && !dead) {
            rc = exit.exited && exit.status == 0
                     ? judge_ended(v, r, run, kills, err)
                     : ls_error_set(err, LS_E_DATA, "a run ended with %d: see %s", exit.status,
                                    command.output);
            if (rc == 0 && r->verdict == LS_VERDICT_FAIL) {
                return 0; /* what it left stays, to be looked at */
            }
            rc = rc < 0 ? rc : ls_tree_remove(run->to, err);
        }
        if (rc < 0) {
            return rc;
        }
        kills->killed += dead;
        if (kills->restarts == 0) { /* a moment is as long as the machine lets it be */
            kills->span_us = dead ? kills->span_us + kills->span_us / 2
                                  : kills->span_us - kills->span_us / 3;
        }
    }
    struct ls_exit exit;
    int rc = ls_verify_run(v, run, &exit, err);
    return rc < 0 ? rc : judge_ended(v, r, run, kills, err);
}

static int run_crs_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct kills kills = {0};
    struct ls_exit calm;
    const char *to = ls_verify_path(v, err, "cases/CRS-1/stream");
    const char *every = ls_arena_printf(&v->arena, err, "%llu",
                                        (unsigned long long)(v->job->case_events / 16 + 1));
    int rc = to && every ? ls_verify_base(v, r, err) : err->code;
    if (rc < 0 || r->verdict == LS_VERDICT_FAIL) {
        return rc;
    }
    struct ls_verify_run run = {
        .stream = true,
        .log = v->base_log,
        .to = to,
        .umask = -1,
        .checkpoint_records = every,
        .batch_size = "64"}; /* where it can be told, so that checkpoints come often */
    rc = ls_verify_run(v, &run, &calm, err); /* undisturbed: how long it takes */
    rc = rc < 0 ? rc : ls_tree_remove(to, err);
    kills.span_us = calm.elapsed_us;
    rc = rc < 0 ? rc : kill_and_finish(v, r, &run, &kills, err);
    for (int again = 0;
         rc == 0 && r->verdict == LS_VERDICT_PASS && kills.restarts == 0 && again < AGAIN;
         again++) { /* every kill came before the first checkpoint */
        rc = ls_tree_remove(to, err);
        rc = rc < 0 ? rc : kill_and_finish(v, r, &run, &kills, err);
    }
    ls_verify_count(r, "kills", kills.killed, true);
    ls_verify_count(r, "restarts from a checkpoint", kills.restarts, true);
    return rc;
}

const struct ls_case ls_case_crs_1 = {
    .id = "CRS-1",
    .title = "kill -9 at random moments",
    .text = "The streaming run is killed at random moments, again and again, and started with the "
            "same state each time. What it leaves in the end has to be the batch run's datasets.",
    .knob = "restarts",
    .run = run_crs_1,
};

/* ---- ENV */

static int both_modes(struct ls_verify *v, struct ls_case_result *r, const char *name,
                      struct ls_verify_run run, struct ls_error *err)
{
    int rc = 0;
    for (int stream = 0; rc == 0 && stream < 2; stream++) {
        const char *called = ls_arena_printf(&v->arena, err, "%s-%s", stream ? "stream" : "batch",
                                             name);
        run.stream = stream;
        rc = called ? ls_verify_variant(v, r, called, run, err) : err->code;
    }
    return rc;
}

static int run_env_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const first[] = {"MALLOC_PERTURB_=85", "MALLOC_ARENA_MAX=1", NULL};
    static const char *const second[] = {"MALLOC_PERTURB_=170", "MALLOC_TOP_PAD_=1048576", NULL};
    int rc = ls_verify_base(v, r, err);
    rc = rc < 0 ? rc
                : both_modes(v, r, "perturb-85",
                             (struct ls_verify_run){.umask = -1, .environment = first}, err);
    rc = rc < 0 ? rc
                : both_modes(v, r, "perturb-170",
                             (struct ls_verify_run){.umask = -1, .environment = second}, err);
    ls_verify_count(r, "runs", rc == 0 ? 4 : 0, true);
    return rc;
}

const struct ls_case ls_case_env_1 = {
    .id = "ENV-1",
    .title = "other processes, other addresses, memory filled with other bytes",
    .text = "The same runs in other processes, with fresh and freed memory filled with different "
            "bytes. Nothing uninitialized and no address may reach an output.",
    .run = run_env_1,
};

static int run_env_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const changed[] = {
        "LC_ALL=de_DE.UTF-8", "LANG=tr_TR.UTF-8", "TZ=Pacific/Chatham", "HOME=/nonexistent",
        "AAA=first",          "ZZZ=last",         "TMPDIR=/",           NULL};
    static const char *const plain[] = {"LC_ALL=C", "LANG", "TZ=UTC", NULL};
    int rc = ls_verify_base(v, r, err);
    struct ls_verify_run strange = {
        .umask = 0, .folder = "/", .files_max = 512, .environment = changed};
    struct ls_verify_run bare = {.umask = 027, .folder = "/tmp", .environment = plain};
    rc = rc < 0 ? rc : both_modes(v, r, "strange", strange, err);
    rc = rc < 0 ? rc : both_modes(v, r, "plain", bare, err);
    ls_verify_count(r, "runs", rc == 0 ? 4 : 0, true);
    return rc;
}

const struct ls_case ls_case_env_2 = {
    .id = "ENV-2",
    .title = "another locale, time zone, umask, folder, home, environment, limit of files",
    .text = "The same runs in surroundings that differ in everything a process inherits.",
    .run = run_env_2,
};

/* ---- SER-1 */

static int same_log(struct ls_verify *v, struct ls_case_result *r, const char *log,
                    struct ls_error *err)
{
    struct ls_comparison comparison = {.left = "then", .right = "now"};
    int rc = ls_compare(v->base_log, log, &comparison, &r->detail, err);
    ls_verify_count(r, "log files", comparison.files, true);
    if (rc == LS_DIFFERS) {
        r->verdict = LS_VERDICT_FAIL;
    }
    return rc < 0 ? rc : 0;
}

static int run_ser_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_exit exit;
    const char *log = ls_verify_path(v, err, "cases/SER-1/log");
    const char *truth = log ? ls_verify_path(v, err, "cases/SER-1/truth") : NULL;
    int rc = truth ? ls_verify_base(v, r, err) : err->code;
    if (rc < 0) {
        return rc;
    }
    ls_clock_sleep_ms(2100);
    rc = ls_verify_generate(v, log, truth, v->job->case_events, NULL, &exit, err);
    rc = rc < 0 ? rc : same_log(v, r, log, err);
    rc = rc < 0 ? rc
                : both_modes(v, r, "later", (struct ls_verify_run){.umask = -1, .log = log}, err);
    ls_verify_count(r, "seconds later", 2, true);
    return rc;
}

const struct ls_case ls_case_ser_1 = {
    .id = "SER-1",
    .title = "the same again, more than two seconds later",
    .text = "Log and datasets are made again after more than two seconds: what is seeded from the "
            "clock (the sync marker of a common Avro library, for one) shows only then.",
    .run = run_ser_1,
};

/* ---- RPL-1 */

static int run_rpl_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    char state[LS_PATH_MAX];
    const char *once = ls_verify_path(v, err, "cases/RPL-1/stream");
    int rc = once ? ls_verify_base(v, r, err) : err->code;
    if (rc < 0 || r->verdict == LS_VERDICT_FAIL) {
        return rc;
    }
    struct ls_verify_run run = {.stream = true, .umask = -1};
    rc = ls_verify_variant(v, r, "stream", run, err); /* from zero */
    rc = rc < 0 ? rc
                : ls_verify_variant(v, r, "stream", run,
                                    err); /* again, from its last checkpoint, into one output */
    rc = rc < 0 ? rc : ls_path_join(state, once, "state", err);
    rc = rc < 0 ? rc : ls_tree_remove(state, err);
    rc = rc < 0 ? rc
                : ls_verify_variant(v, r, "stream", run,
                                    err); /* again, from zero, over what is there */
    ls_verify_count(r, "runs into one output", rc == 0 ? 3 : 0, true);
    return rc;
}

const struct ls_case ls_case_rpl_1 = {
    .id = "RPL-1",
    .title = "from zero, from a checkpoint, twice into one output",
    .text = "A streaming run is repeated into the same output: with its state, which goes on where "
            "it ended, and without, which begins anew.",
    .knob = "restarts",
    .run = run_rpl_1,
};
