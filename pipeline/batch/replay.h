/* Records of a run's quarantine, as a log, after what kept them there was mended: a check that was
 * too narrow, a row that a reference table lacked, a schema that was not known (contract P1). */
#ifndef LS_BATCH_REPLAY_H
#define LS_BATCH_REPLAY_H

#include "pipeline/record/record.h"

struct ls_replay {
    const struct ls_record_plan *plan; /* mended */
    const char *from;                  /* folder of a run that has ended, or of its datasets */
    const char *to;                    /* the log's URI: log:DIR */
};

/* Of one topic. */
struct ls_replay_counts {
    uint64_t read;
    uint64_t replayed;
    uint64_t known; /* that pass too, and whose id the run has normalized: of a later record */
    uint64_t left[LS_REASON_COUNT]; /* the others: by what is wrong with them now, or, where a fate
                                       was not the record's own, by that. LS_ADMITTED: heartbeats */
};

/* Writes, with their topic, partition, key, headers, value and timestamp, and in their order, the
 * records that pass the plan's checks up to normalize. Duplicates, conflicts and what has expired
 * stay: their fate was not the record's own. So do records with an id that the run has normalized
 * in their partition, since it would be there twice. `counts` is [topic]; a topic that the
 * quarantine does not have has none. LS_E_NOINPUT where there is no quarantine; LS_E_DATA where it
 * has no SHA256SUMS, or is not as they say. All of that is looked at before the log is begun. */
int ls_replay_run(const struct ls_replay *job, struct ls_replay_counts *counts,
                  struct ls_error *err);

#endif
