/* What the monotonic flags of one topic partition remember (contract P1), record by record: of each
 * value of `per` the greatest value of the field and the latest event_time. It lies in a table of
 * ids as those of dedupe do, and goes into checkpoints as they do.
 *
 * An entry begins anew when a record's event_time is more than the horizon ahead of its latest one.
 * So it may be dropped once latest < W - 2 * horizon, W being the watermark of its partition: what
 * is admitted from then on has event_time >= W - horizon (P4; W never falls), which is more than
 * latest + horizon, and begins anew whether the entry is there or not. */
#ifndef LS_STREAM_MONOTONE_H
#define LS_STREAM_MONOTONE_H

#include "pipeline/stream/dedupe.h"

#include <stdbool.h>

/* One record as one flag sees it. */
struct ls_monotone {
    struct ls_id per; /* the value of `per`, and which flag */
    int64_t value;
    int64_t event_time;
};

/* Is the value behind the greatest one so far by more than the tolerance? Then remembers the
 * record. `floor` is W - 2 * horizon; one call's is not below that of the one before. */
int ls_monotone_take(struct ls_dedupe *seen, const struct ls_monotone *record, int64_t tolerance,
                     int64_t horizon, int64_t floor, bool *flagged, struct ls_error *err);

#endif
