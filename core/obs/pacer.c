#include "core/obs/pacer.h"

#include "core/base/mem.h"
#include "core/base/wide.h"
#include "core/obs/clock.h"

#include <sys/prctl.h>

static uint64_t machine_now(void *context)
{
    (void)context;
    return ls_clock_ns();
}

static void machine_sleep(void *context, uint64_t moment_ns)
{
    (void)context;
    ls_clock_sleep_until(moment_ns);
}

int ls_pacer_new(const struct ls_pacer_clock *clock, ls_pacer_look *look, void *context,
                 struct ls_pacer **out, struct ls_error *err)
{
    struct ls_pacer *pacer = ls_mem_new(1, sizeof *pacer, err);
    *out = pacer;
    if (!pacer) {
        return err->code;
    }
    pacer->look = look;
    pacer->context = context;
    if (clock) {
        pacer->clock = *clock;
        return 0;
    }
    pacer->clock = (struct ls_pacer_clock){machine_now, machine_sleep, NULL};
    /* Linux lets a sleep take 50 us longer, so that processors sleep better. Where it refuses to
     * take less, the slip tells. */
    int slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    if (slack > 1 && prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0) == 0) {
        pacer->slack_ns = slack;
    }
    return 0;
}

void ls_pacer_free(struct ls_pacer *pacer)
{
    if (pacer && pacer->slack_ns) {
        prctl(PR_SET_TIMERSLACK, pacer->slack_ns, 0, 0, 0);
    }
    ls_mem_free(pacer);
}

/* Waits; *now_ns is when it ended. */
static int wait_until(struct ls_pacer *pacer, uint64_t moment_ns, uint64_t *now_ns,
                      struct ls_error *err)
{
    const struct ls_pacer_clock *clock = &pacer->clock;
    int rc = 0;
    *now_ns = clock->now_ns(clock->context);
    while (rc == 0 && *now_ns < moment_ns) {
        uint64_t left = moment_ns - *now_ns;
        if (left > LS_PACER_SPIN_NS) {
            rc = pacer->look ? pacer->look(pacer->context, err) : 0;
            if (rc == 0) {
                clock->sleep_until(clock->context, left < LS_PACER_LOOK_NS
                                                       ? moment_ns
                                                       : *now_ns + LS_PACER_LOOK_NS);
            }
        }
        *now_ns = clock->now_ns(clock->context);
    }
    return rc;
}

static void begin(struct ls_pacer *pacer)
{
    if (pacer->begin_ns == 0) {
        pacer->begin_ns = pacer->clock.now_ns(pacer->clock.context);
    }
}

int ls_pacer_wait(struct ls_pacer *pacer, uint64_t due_ns, struct ls_error *err)
{
    uint64_t now_ns;
    begin(pacer);
    return wait_until(pacer, pacer->begin_ns + due_ns, &now_ns, err);
}

int ls_pacer_leave(struct ls_pacer *pacer, uint64_t due_ns, struct ls_error *err)
{
    uint64_t now_ns;
    begin(pacer);
    uint64_t moment_ns = pacer->begin_ns + due_ns;
    int rc = wait_until(pacer, moment_ns, &now_ns, err);
    if (rc < 0) {
        return rc;
    }
    if (pacer->slip.count == 0) {
        pacer->first_ns = now_ns;
        pacer->first_due_ns = due_ns;
    }
    pacer->last_ns = now_ns;
    /* a moment before the last one, of something whose turn came behind it, is not the end */
    pacer->last_due_ns = due_ns > pacer->last_due_ns ? due_ns : pacer->last_due_ns;
    ls_histogram_add(&pacer->slip, now_ns - moment_ns);
    return 0;
}

void ls_pacer_tell(const struct ls_pacer *pacer, struct ls_pacer_told *out)
{
    const struct ls_histogram *slip = &pacer->slip;
    *out = (struct ls_pacer_told){
        .count = slip->count,
        .wanted_ns = slip->count ? pacer->last_due_ns - pacer->first_due_ns : 0,
        .taken_ns = pacer->last_ns - pacer->first_ns,
        .p50_ns = ls_histogram_quantile(slip, 1, 2),
        .p99_ns = ls_histogram_quantile(slip, 99, 100),
        .p999_ns = ls_histogram_quantile(slip, 999, 1000),
        .max_ns = slip->max,
    };
}

uint64_t ls_pacer_kept(const struct ls_pacer_told *told)
{
    return told->taken_ns
               ? (uint64_t)ls_div_half_even((ls_i128)told->wanted_ns * 100000, told->taken_ns)
               : 0;
}

uint64_t ls_pacer_rate(uint64_t count, uint64_t span_ns)
{
    return count > 1 && span_ns
               ? (uint64_t)ls_div_half_even((ls_i128)(count - 1) * 1000000000000, span_ns)
               : 0;
}
