/* The whole job of `lockstep generate`: a spec's events into a sink, the reference tables into its
 * folder, the truth beside it. Heartbeats stand between the events; a run that a time bounds goes
 * on with them to that time, any other ends with its last event, and a slice has none. */
#ifndef LS_GENERATOR_GENERATE_H
#define LS_GENERATOR_GENERATE_H

#include "core/obs/pacer.h"
#include "generator/pace.h"
#include "generator/run.h"
#include "generator/truth.h"

#define LS_GENERATE_SPECS_MAX 16

struct ls_generate {
    const struct ls_plan *plan;
    const char *to;               /* a place that ls_sink_find knows */
    const char *truth_folder;     /* NULL: no truth is written */
    const char *reference_folder; /* NULL: no tables are written */
    uint64_t events;              /* UINT64_MAX: not bounded by a number */
    int64_t until_ms;             /* data time; INT64_MAX: not bounded by a time */
    uint64_t first, end;          /* when `slice`: events [first, end) alone, without truth; it
                                     cannot be resumed */
    bool slice;
    struct ls_shard shard; /* its partitions alone, with their heartbeats and truth */
    unsigned threads;
    bool resume;
    const struct ls_pace *pace; /* NULL: as fast as it goes. The thread that hands events to the
                                   sink waits for each one's moment, and before each sleep asks
                                   `progress`; another one makes them, also where `threads` is 1.
                                   No byte of the output depends on it */
    int (*progress)(void *context, uint64_t done, uint64_t total,
                    struct ls_error *err); /* may be NULL */
    void *context;
};

struct ls_generated {
    uint64_t events;
    bool opened;               /* every output was there to be written to */
    bool was_complete;         /* with `resume`: nothing was left to do */
    uint64_t damaged;          /* see struct ls_sink; of several specs together, with the first */
    struct ls_pacer_told pace; /* of all specs, with the first; zeros where there was none */
    size_t type_count;
    struct ls_truth_totals totals[LS_SPEC_EVENT_TYPES_MAX];
    uint64_t value_bytes;
};

/* LS_E_DATA when the schedule ends before the number of events that is wanted, or nothing bounds
 * the run. */
int ls_generate(const struct ls_generate *settings, struct ls_generated *out, struct ls_error *err);

/* Several specs, of as many domains, into one place: each domain's events in topics of their own,
 * the same bytes as alone. `to`, `resume`, `pace` and what progress is told are those of
 * settings[0]; done and total are of all. `out` has `count` elements, 1 .. LS_GENERATE_SPECS_MAX.
 * LS_E_USAGE when two are of one domain, or several are to leave at the times of their events: one
 * domain's come behind the other's. */
int ls_generate_all(const struct ls_generate *settings, size_t count, struct ls_generated *out,
                    struct ls_error *err);

#endif
