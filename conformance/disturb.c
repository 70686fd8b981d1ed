#include "conformance/disturb.h"

#include "conformance/glance.h"
#include "core/base/mem.h"
#include "core/obs/clock.h"

#include <fcntl.h>
#include <signal.h>

#define TRIES     8
#define COPY_STEP (256U << 10)

const char *ls_disturb_state(struct ls_verify *v, const struct ls_verify_run *run,
                             struct ls_error *err)
{
    return ls_arena_printf(&v->arena, err, "%s/state", run->to);
}

int ls_disturb_begin(struct ls_verify *v, struct ls_case_result *r, struct ls_verify_run *run,
                     struct ls_error *err)
{
    *run = (struct ls_verify_run){.stream = true, .umask = -1, .batch_size = "64"};
    run->to = ls_verify_path(v, err, "cases/%s/stream", r->which->id);
    run->checkpoint_records = ls_arena_printf(&v->arena, err, "%llu",
                                              (unsigned long long)(v->job->case_events / 16 + 1));
    int rc = run->to && run->checkpoint_records ? ls_verify_base(v, r, err) : err->code;
    run->log = v->base_log;
    return rc < 0 ? rc : r->verdict == LS_VERDICT_PASS;
}

/* ---- ends */

struct watch {
    const char *folder;
    struct ls_id last;
    unsigned changes, wanted;
    uint64_t end_ns; /* once they have come */
};

static bool has_changed_enough(void *context)
{
    struct watch *w = context;
    struct ls_id now;
    if (ls_glance(w->folder, &now) && !ls_id_equal(now, w->last)) {
        w->last = now;
        w->changes++;
    }
    return w->changes >= w->wanted;
}

static bool time_has_come(void *context)
{
    return ls_clock_ns() >= ((const struct watch *)context)->end_ns;
}

/* Sends the signals and waits for the end. */
static int end(struct ls_verify *v, struct ls_process *process, const struct ls_disturb *how,
               struct ls_exit *exit, struct ls_error *err)
{
    bool killed;
    if (how->signals[0] == SIGKILL) {
        int rc = ls_process_kill_after(process, 0, &killed, exit, err);
        return rc < 0 ? rc : killed;
    }
    for (size_t i = 0; i < 2 && how->signals[i]; i++) {
        ls_process_signal(process, how->signals[i]);
    }
    int rc = ls_process_wait(process, (uint64_t)v->job->target->timeout_ms, exit, err);
    ls_process_clear(process);
    if (rc == 0 && exit->timed_out) {
        v->timed_out = true;
        rc = ls_error_set(err, LS_E_DATA, "a run that got signal %d did not end in time",
                          how->signals[0]);
    }
    return rc < 0 ? rc : !exit->exited || exit->status != 0;
}

int ls_disturb_run(struct ls_verify *v, struct ls_case_result *r, const struct ls_verify_run *run,
                   const struct ls_disturb *how, struct ls_exit *exit, struct ls_error *err)
{
    struct ls_command command;
    struct ls_process process;
    uint64_t timeout_ms = (uint64_t)v->job->target->timeout_ms;
    struct watch watch = {.folder = ls_disturb_state(v, run, err), .wanted = how->changes};
    int rc = watch.folder ? ls_verify_command(v, run, &command, err) : err->code;
    if (rc == 0) {
        (void)ls_glance(watch.folder, &watch.last);
        rc = ls_process_start(&command, &process, err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = ls_process_until(&process, has_changed_enough, &watch, timeout_ms, exit, err);
    watch.end_ns = ls_clock_ns() + how->delay_us * 1000;
    rc = rc <= 0 ? rc : ls_process_until(&process, time_has_come, &watch, timeout_ms, exit, err);
    if (rc > 0) {
        rc = end(v, &process, how, exit, err);
    } else if (rc == 0 && (!exit->exited || exit->status != 0)) {
        v->timed_out |= exit->timed_out;
        rc = ls_error_set(err, LS_E_DATA, "a run ended with %s %d%s: see %s",
                          exit->exited ? "status" : "signal", exit->status,
                          exit->timed_out ? " (out of time)" : "", command.output);
    }
    if (rc >= 0) {
        int judged = rc > 0 ? ls_disturb_claims(v, r, run, err)
                            : ls_disturb_judge(v, r, run, "what came to its end", err);
        rc = judged < 0 ? judged : rc;
    }
    return rc;
}

int ls_disturb_kill(struct ls_verify *v, struct ls_case_result *r, const struct ls_verify_run *run,
                    unsigned changes, struct ls_error *err)
{
    const struct ls_disturb how = {.changes = changes, .signals = {SIGKILL}};
    int rc = 0;
    for (int i = 0; rc == 0 && i < TRIES && r->verdict == LS_VERDICT_PASS; i++) {
        struct ls_exit exit;
        rc = ls_tree_remove(run->to, err);
        rc = rc < 0 ? rc : ls_disturb_run(v, r, run, &how, &exit, err);
    }
    return rc;
}

int ls_disturb_try(struct ls_verify *v, const struct ls_verify_run *run, struct ls_exit *exit,
                   struct ls_error *err)
{
    struct ls_command command;
    struct ls_process process;
    uint64_t timeout_ms = (uint64_t)v->job->target->timeout_ms;
    int rc = ls_verify_command(v, run, &command, err);
    rc = rc < 0 ? rc : ls_process_start(&command, &process, err);
    rc = rc < 0 ? rc : ls_process_wait(&process, timeout_ms, exit, err);
    if (rc == 0 && exit->timed_out) {
        v->timed_out = true;
        rc = ls_error_set(err, LS_E_DATA, "a run did not end in time: see %s", command.output);
    }
    return rc;
}

/* ---- judging */

int ls_disturb_judge(struct ls_verify *v, struct ls_case_result *r, const struct ls_verify_run *run,
                     const char *name, struct ls_error *err)
{
    const char *batch = run->log == v->small_log ? v->small_batch : v->base_batch;
    return run->rows ? 0 : ls_verify_compare(v, r, run->log, run->to, name, batch, "batch", err);
}

int ls_disturb_claims(struct ls_verify *v, struct ls_case_result *r,
                      const struct ls_verify_run *run, struct ls_error *err)
{
    char sums[LS_PATH_MAX];
    int rc = ls_path_join(sums, run->to, "datasets/SHA256SUMS", err);
    return rc < 0 || !ls_path_exists(sums)
               ? rc
               : ls_disturb_judge(v, r, run, "what has its SHA256SUMS", err);
}

int ls_disturb_finish(struct ls_verify *v, struct ls_case_result *r,
                      const struct ls_verify_run *run, const char *name, struct ls_error *err)
{
    struct ls_exit exit;
    int rc = ls_verify_run(v, run, &exit, err);
    return rc < 0 ? rc : ls_disturb_judge(v, r, run, name, err);
}

/* ---- copies */

struct copy {
    const char *from, *to;
    uint8_t *bytes;
};

static int copy_file(void *context, const char *name, struct ls_error *err)
{
    const struct copy *c = context;
    char paths[2][LS_PATH_MAX];
    size_t got = COPY_STEP;
    int rc = ls_path_join(paths[0], c->from, name, err);
    rc = rc < 0 ? rc : ls_path_join(paths[1], c->to, name, err);
    rc = rc < 0 ? rc : ls_folder_make_above(paths[1], err);
    int in = rc < 0 ? rc : ls_file_open(paths[0], O_RDONLY, 0, err);
    int out = in < 0 ? in : ls_file_open(paths[1], O_WRONLY | O_CREAT | O_TRUNC, 0666, err);
    rc = out < 0 ? out : 0;
    for (uint64_t at = 0; rc == 0 && got == COPY_STEP; at += got) {
        rc = ls_file_read_at(in, c->bytes, COPY_STEP, at, &got, paths[0], err);
        rc = rc < 0 ? rc : ls_file_write(out, c->bytes, got, paths[1], err);
    }
    if (in >= 0) {
        ls_file_close(in);
    }
    if (out >= 0) {
        ls_file_close(out);
    }
    return rc;
}

int ls_disturb_copy(const char *from, const char *to, struct ls_error *err)
{
    struct copy copy = {from, to, ls_mem_new(1, COPY_STEP, err)};
    int rc = copy.bytes ? ls_tree_remove(to, err) : err->code;
    rc = rc < 0 ? rc : ls_folder_make(to, err);
    rc = rc < 0 ? rc : ls_tree_walk(from, copy_file, &copy, err);
    ls_mem_free(copy.bytes);
    return rc;
}
