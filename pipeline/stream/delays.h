/* How long alerts were in coming, in data time: from an event to the row that it made, which is
 * written when the highest clock that was read is so far. For people: it depends on how a log is
 * read, and stands in no dataset. */
#ifndef LS_STREAM_DELAYS_H
#define LS_STREAM_DELAYS_H

#include "pipeline/output/outputs.h"
#include "pipeline/view/counts.h"

struct ls_delays {
    struct ls_counts counts; /* of buckets (P8) */
    int64_t most_ms;
};

int ls_delays_add(struct ls_delays *delays, int64_t ms, struct ls_error *err);

/* What a summary says of them. */
int ls_delays_sum(const struct ls_delays *delays, struct ls_alert_delay *out, struct ls_error *err);

void ls_delays_clear(struct ls_delays *delays);

#endif
