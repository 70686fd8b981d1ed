/* How fast events leave: the schedule alone, in integers. Who waits by it is core/obs/pacer.h; what
 * it says reaches no byte of an output (contract G1). */
#ifndef LS_GENERATOR_PACE_H
#define LS_GENERATOR_PACE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define LS_PACE_PER_SECOND_MAX 1000000000 /* events: one each nanosecond */
#define LS_PACE_SPEED_MAX      1000000    /* times as fast as the events' own times */
#define LS_PACE_FORMS          "`real`, xN as in x60 or x0.5, or a rate as in 50000/s"

/* `per` steps take `ns` nanoseconds: steps are events where `by_rate`, else milliseconds between
 * the events' own times. Lowest terms, both 1 .. 10^18. */
struct ls_pace {
    bool by_rate;
    uint64_t ns, per;
};

/* Reads "real", "x60", "x0.5", "50000/s", "20/m", "200_000/h": exactly. A rate is 1/d ..
 * LS_PACE_PER_SECOND_MAX a second, a speed 0.001 .. LS_PACE_SPEED_MAX; four decimal places are
 * always taken, more where the fraction fits. LS_E_USAGE. */
int ls_pace_read(const char *text, struct ls_pace *out, struct ls_error *err);

/* A moment that no run comes to: 292 years. */
#define LS_PACE_NEVER_NS ((uint64_t)INT64_MAX)

/* When an event is to leave, in nanoseconds since the beginning of the run, rounded down: by rate,
 * event `number`, counted from 0 of those that leave; else one of the time `time_ms` in a run that
 * begins at `start_ms` (0 where it lies before that). At most LS_PACE_NEVER_NS. A time that goes
 * back gives an earlier moment: the event is due when it comes. */
uint64_t ls_pace_due_ns(const struct ls_pace *pace, uint64_t number, int64_t start_ms,
                        int64_t time_ms);

#endif
