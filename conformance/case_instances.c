/* CRS-11: two instances on one state. */
#include "conformance/cases.h"
#include "conformance/disturb.h"
#include "conformance/glance.h"
#include "core/obs/clock.h"

#include <signal.h>

#define ROUNDS      6
#define PATIENCE_US 200000

struct instances {
    struct ls_verify *v;
    struct ls_case_result *r;
    struct ls_verify_run run;
    const char *state;
    uint64_t second, refused, waited, worked; /* second instances, and what they did */
};

/* Something has happened that is waited for: the state has changed, or the time is up. */
struct event {
    const char *folder;
    struct ls_id before;
    uint64_t end_ns;
    bool changed;
};

static bool has_come(void *context)
{
    struct event *e = context;
    struct ls_id now;
    e->changed = e->folder && ls_glance(e->folder, &now) && !ls_id_equal(now, e->before);
    return e->changed || ls_clock_ns() >= e->end_ns;
}

static struct event event_of(const char *folder, uint64_t patience_us)
{
    struct event e = {.folder = folder, .end_ns = ls_clock_ns() + patience_us * 1000};
    if (folder) {
        (void)ls_glance(folder, &e.before);
    }
    return e;
}

/* A second one while the first one stands still. It may refuse, or wait until it is killed; one
 * that works is killed as soon as it has saved something, or, `whole`, let have its end. */
static int run_second(struct instances *in, bool whole, struct ls_error *err)
{
    struct ls_command command;
    struct ls_process second;
    struct ls_exit exit;
    bool killed;
    uint64_t timeout_ms = (uint64_t)in->v->job->target->timeout_ms;
    struct event e = event_of(in->state, 2 * in->v->base_elapsed_us + PATIENCE_US);
    int rc = ls_verify_command(in->v, &in->run, &command, err);
    rc = rc < 0 ? rc : ls_process_start(&command, &second, err);
    if (rc < 0) {
        return rc;
    }
    in->second++;
    rc = ls_process_until(&second, has_come, &e, timeout_ms, &exit, err);
    if (rc > 0 && e.changed && whole) {
        e = event_of(NULL, 4 * in->v->base_elapsed_us + PATIENCE_US);
        rc = ls_process_until(&second, has_come, &e, timeout_ms, &exit, err);
        e.changed = true;
    }
    if (rc > 0) {
        rc = ls_process_kill_after(&second, 0, &killed, &exit, err);
    }
    if (rc < 0) {
        return rc;
    }
    bool by_itself = exit.exited;
    bool refused = by_itself && exit.status != 0;
    in->refused += refused;
    in->worked += !refused && (e.changed || by_itself);
    in->waited += !refused && !e.changed && !by_itself;
    return by_itself && exit.status == 0
               ? ls_disturb_judge(in->v, in->r, &in->run, "the second instance", err)
               : 0;
}

static int both_worked(struct instances *in, struct ls_error *err)
{
    in->r->verdict = LS_VERDICT_FAIL;
    return ls_buf_append_text(&in->r->detail,
                              "the second instance has worked with the state, and the first one "
                              "came to its end as if it were alone\n",
                              err);
}

/* The first goes on: to its end, or until it is killed after its next checkpoint. 1 when it has
 * ended. Where the state was `taken` from it, it has to notice. */
static int go_on(struct instances *in, struct ls_process *first, bool whole, bool taken,
                 struct ls_exit *exit, struct ls_error *err)
{
    bool killed;
    uint64_t timeout_ms = (uint64_t)in->v->job->target->timeout_ms;
    struct event e = event_of(in->state, UINT64_MAX / 2000);
    struct ls_id before;
    struct ls_id after;
    (void)ls_glance(in->run.to, &before);
    ls_process_signal(first, SIGCONT);
    int rc = whole ? ls_process_wait(first, timeout_ms, exit, err)
                   : ls_process_until(first, has_come, &e, timeout_ms, exit, err);
    if (rc > 0) {
        return ls_process_kill_after(first, 0, &killed, exit, err);
    }
    bool ended = rc == 0 && exit->exited && exit->status == 0; /* else it has noticed, or hung */
    (void)ls_glance(in->run.to, &after);
    in->v->timed_out |= rc == 0 && exit->timed_out;
    if (ended && taken) { /* one that was stopped behind its last work has done no harm */
        return ls_id_equal(before, after) ? 0 : both_worked(in, err);
    }
    rc = ended ? ls_disturb_judge(in->v, in->r, &in->run, "the first instance", err) : rc;
    return rc < 0 ? rc : ended;
}

/* What a run that was stopped had started stands still too. */
static void await_quiet(const char *folder)
{
    struct ls_id before;
    struct ls_id now;
    int looks = 0;
    do {
        (void)ls_glance(folder, &before);
        ls_clock_sleep_ms(10);
    } while ((!ls_glance(folder, &now) || !ls_id_equal(before, now)) && ++looks < 100);
}

/* Starts the first instance, and stops it in the middle of its work: 1; 0 when it has ended before.
 */
static int start_and_stop(struct instances *in, unsigned round, struct ls_process *first,
                          struct ls_error *err)
{
    struct ls_command command;
    struct ls_exit exit;
    uint64_t timeout_ms = (uint64_t)in->v->job->target->timeout_ms;
    uint64_t key = ls_stream_key(in->v->job->seed, "CRS-11");
    struct event saved = event_of(in->state, UINT64_MAX / 2000);
    int rc = ls_verify_command(in->v, &in->run, &command, err);
    rc = rc < 0 ? rc : ls_process_start(&command, first, err);
    rc = rc < 0 ? rc : ls_process_until(first, has_come, &saved, timeout_ms, &exit, err);
    struct event later = event_of(
        NULL, ls_below(ls_word(key, round, 0), in->v->base_elapsed_us / 16 + 1));
    rc = rc <= 0 ? rc : ls_process_until(first, has_come, &later, timeout_ms, &exit, err);
    if (rc == 0 && (!exit.exited || exit.status != 0)) {
        in->v->timed_out |= exit.timed_out;
        return ls_error_set(err, LS_E_DATA, "a run ended with %s %d: see %s",
                            exit.exited ? "status" : "signal", exit.status, command.output);
    }
    if (rc > 0) {
        ls_process_stop(first);
        await_quiet(in->state);
    }
    return rc;
}

/* One overlap. The first instance is stopped in the middle of its work, so that it is there,
 * whatever the machine does. */
static int overlap(struct instances *in, unsigned round, struct ls_error *err)
{
    struct ls_process first;
    struct ls_exit exit;
    uint64_t worked = in->worked;
    int rc = start_and_stop(in, round, &first, err);
    if (rc <= 0) { /* it came to its end before: anew */
        return rc < 0 ? rc : ls_tree_remove(in->run.to, err);
    }
    uint64_t n = in->second;
    rc = run_second(in, n % 3 == 1, err);
    if (rc < 0) { /* nobody is left standing still */
        bool killed;
        struct ls_error ignored;
        ls_process_kill_after(&first, 0, &killed, &exit, &ignored);
        return rc;
    }
    rc = go_on(in, &first, n % 2 == 0, in->worked > worked, &exit, err);
    bool anew = rc > 0 && in->r->verdict == LS_VERDICT_PASS;
    rc = anew ? ls_tree_remove(in->run.to, err) : rc;
    return rc < 0 ? rc : 0;
}

static int run_crs_11(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct instances in = {.v = v, .r = r};
    int rc = ls_disturb_begin(v, r, &in.run, err);
    if (rc <= 0) {
        return rc;
    }
    in.state = ls_disturb_state(v, &in.run, err);
    rc = in.state ? 0 : err->code;
    for (unsigned round = 0;
         rc == 0 && r->verdict == LS_VERDICT_PASS && in.second < ROUNDS && round < ROUNDS * 3;
         round++) {
        rc = overlap(&in, round, err);
    }
    if (rc == 0 && r->verdict == LS_VERDICT_PASS) {
        rc = ls_disturb_finish(v, r, &in.run, "after both", err);
    }
    ls_verify_count(r, "second instances", in.second, true);
    ls_verify_count(r, "refused", in.refused, false);
    ls_verify_count(r, "waited", in.waited, false);
    ls_verify_count(r, "worked", in.worked, false);
    return rc;
}

const struct ls_case ls_case_crs_11 = {
    .id = "CRS-11",
    .title = "two instances on one state",
    .text = "While a streaming run stands still in the middle of its work (SIGSTOP), the same "
            "command is started with the same state and the same outputs. The second one may "
            "refuse or wait; where it takes over, the first has to notice when it goes on, and to "
            "fail. Whichever says that it has come to its end has to have left the batch run's "
            "datasets, and so has the run that goes on where both were killed.",
    .knob = "restarts",
    .run = run_crs_11,
};
