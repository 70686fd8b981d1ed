/* A run against the truth (contract C7, G7): every record that the generator touched has the
 * outcome it foretold, every other record of the log is admitted, each once, but for heartbeats,
 * which are in no dataset; and the truth's totals are what that comes to. Datasets and truth are
 * read through libavro. */
#ifndef LS_CONFORMANCE_TRUTH_CHECK_H
#define LS_CONFORMANCE_TRUTH_CHECK_H

#include "conformance/origin.h"
#include "spec/reason.h"

struct ls_truth_check {
    uint64_t raw, heartbeats;
    uint64_t by_outcome[LS_REASON_COUNT];
    uint64_t late, jitter; /* touched by these */
    uint64_t rows;         /* of the truth */
    uint64_t wrong;        /* records with another outcome, and totals */
};

/* `truth` is the generator's folder, `datasets` a run's. 0, LS_DIFFERS with the first wrong records
 * in `report`, each by topic, partition and position, and the input of the first; or a negative
 * code. */
int ls_truth_check(const struct ls_origin *origin, const char *truth, const char *datasets,
                   struct ls_truth_check *out, struct ls_buf *report, struct ls_error *err);

#endif
