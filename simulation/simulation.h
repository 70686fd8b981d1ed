/* One seed of `lockstep simulate`: a log and the batch run's answer are made in memory, without
 * mishaps; then the streaming run, on a disk that fails (core/sim/disk.h), over a log that pauses
 * (core/log/sim_log.h), by a schedule of draws, dies and is started again until it has ended. Its
 * datasets, or what its topics are collected to, have to be the batch run's, to the byte; and at no
 * time may anything say that they are whole when they are not, or a manifest say of topics what
 * they don't hold. */
#ifndef LS_SIMULATION_SIMULATION_H
#define LS_SIMULATION_SIMULATION_H

#include "core/base/buf.h"
#include "core/sim/sim.h"
#include "spec/spec.h"

#define LS_ANSWER_MAX 32

struct ls_simulation_job {
    const struct ls_spec *spec;
    uint64_t seed; /* of the simulation; the log's is the spec's */
    uint64_t events;
    const char *keep; /* a folder of the system's: a failure leaves what its disk held there; NULL:
                         nothing is left */
};

struct ls_simulation_result {
    bool failed;
    char text[LS_ERROR_TEXT_MAX]; /* what is wrong; "" */
    bool differs; /* stream/datasets are not what they have to be, those of `answer`/datasets */
    char answer[LS_ANSWER_MAX];
    uint64_t runs, records;
    uint64_t steps;
    struct ls_id history; /* the same whenever the same seed is run on the same spec */
    uint64_t fired[LS_MISHAP_COUNT];
};

/* 0, whether the simulation fails or not; a negative code when there is none: the spec cannot be
 * run, or memory is out. One at a time in a process, and no other file is to be touched meanwhile.
 */
int ls_simulate(const struct ls_simulation_job *job, struct ls_simulation_result *out,
                struct ls_error *err);

#endif
