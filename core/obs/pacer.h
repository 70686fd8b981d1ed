/* Waits for the moments of a schedule, and measures how late each thing left. Moments are counted
 * from the first wait and never move: after a stall whatever is due goes at once, until the
 * schedule is caught up with. Nothing leaves early. One thread. */
#ifndef LS_OBS_PACER_H
#define LS_OBS_PACER_H

#include "core/base/error.h"
#include "core/obs/histogram.h"

#define LS_PACER_LOOK_NS UINT64_C(100000000) /* no sleep is longer: `look` is asked so often */
#define LS_PACER_SPIN_NS 2000                /* nearer than this there is no sleep: it costs that */

/* What time it is, and how to wait: the machine's clock, unless a test has its own. */
struct ls_pacer_clock {
    uint64_t (*now_ns)(void *context);                      /* never falls */
    void (*sleep_until)(void *context, uint64_t moment_ns); /* may return early */
    void *context;
};

/* Asked before each sleep, on the thread that waits; a negative answer ends the wait (an
 * interrupt, say). */
typedef int ls_pacer_look(void *context, struct ls_error *err);

struct ls_pacer {
    struct ls_pacer_clock clock;
    ls_pacer_look *look; /* may be NULL */
    void *context;       /* of `look` */
    int slack_ns;        /* the thread's own timer slack, to be given back; 0: not changed */
    uint64_t begin_ns;   /* what moments are counted from; 0: not yet */
    uint64_t first_due_ns, last_due_ns, first_ns, last_ns; /* of what left */
    struct ls_histogram slip;
};

/* How well a schedule was kept. */
struct ls_pacer_told {
    uint64_t count;               /* of what left */
    uint64_t wanted_ns, taken_ns; /* from the first to the last: as scheduled, and as it was */
    uint64_t p50_ns, p99_ns, p999_ns, max_ns; /* of the slip: left minus due */
};

/* `clock` NULL: the machine's; the calling thread, which then has to be the one that waits, is
 * given the finest timer slack until ls_pacer_free. */
int ls_pacer_new(const struct ls_pacer_clock *clock, ls_pacer_look *look, void *context,
                 struct ls_pacer **out, struct ls_error *err);

/* Waits for a moment; of the first call all moments are counted. 0, or what `look` answered. */
int ls_pacer_wait(struct ls_pacer *pacer, uint64_t due_ns, struct ls_error *err);

/* The same for something that leaves as soon as this returns 0: its slip is counted. */
int ls_pacer_leave(struct ls_pacer *pacer, uint64_t due_ns, struct ls_error *err);

void ls_pacer_tell(const struct ls_pacer *pacer, struct ls_pacer_told *out);

/* wanted / taken in thousandths of a percent: 99998 is 99.998 %. 0 where fewer than two left, or
 * all at one moment. */
uint64_t ls_pacer_kept(const struct ls_pacer_told *told);

/* Things a second in thousandths over so long a span, from the first to the last of `count`; 0
 * likewise. */
uint64_t ls_pacer_rate(uint64_t count, uint64_t span_ns);

void ls_pacer_free(struct ls_pacer *pacer); /* NULL is legal */

#endif
