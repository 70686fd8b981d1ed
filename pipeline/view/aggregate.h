/* The arithmetic of aggregates (contract P8): exact, over integers, in 128 bits, in any order.
 * This, and no more, is what the streaming and the batch run have in common of windows; each finds
 * the distinct values for itself and says how many there are. */
#ifndef LS_VIEW_AGGREGATE_H
#define LS_VIEW_AGGREGATE_H

#include "core/base/error.h"
#include "core/base/wide.h"

enum ls_aggregate_kind {
    LS_AGGREGATE_COUNT,
    LS_AGGREGATE_SUM,
    LS_AGGREGATE_MIN,
    LS_AGGREGATE_MAX,
    LS_AGGREGATE_AVG,
    LS_AGGREGATE_DISTINCT
};

/* The state of one aggregate of one group; all zero for nothing seen. */
struct ls_aggregate {
    uint64_t count; /* values that were not null (and for which `where` held) */
    ls_i128 sum;
    int64_t least, greatest;
};

/* False when the sum would leave 128 bits. */
bool ls_aggregate_add(struct ls_aggregate *a, int64_t value);

/* Adds what another state has seen. */
bool ls_aggregate_merge(struct ls_aggregate *a, const struct ls_aggregate *other);

struct ls_aggregate_result {
    bool is_null;   /* of nothing: count and distinct are 0, all others null */
    ls_i128 number; /* avg: times 10^scale */
};

/* `scale` is the places of an avg beyond those of the values. False when it does not fit 128 bits.
 */
bool ls_aggregate_result(enum ls_aggregate_kind kind, const struct ls_aggregate *a, unsigned scale,
                         struct ls_aggregate_result *out);

#endif
