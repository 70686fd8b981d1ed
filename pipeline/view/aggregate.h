/* The arithmetic of aggregates (contract P8): exact, over integers, in 128 bits, in any order.
 * This, with counts.h, is what the streaming and the batch run have in common of groups; each keeps
 * and orders their states for itself. */
#ifndef LS_VIEW_AGGREGATE_H
#define LS_VIEW_AGGREGATE_H

#include "core/base/draw.h"
#include "core/base/error.h"
#include "core/base/wide.h"

enum ls_aggregate_kind {
    LS_AGGREGATE_COUNT,
    LS_AGGREGATE_SUM,
    LS_AGGREGATE_MIN,
    LS_AGGREGATE_MAX,
    LS_AGGREGATE_AVG,
    LS_AGGREGATE_RATIO,
    LS_AGGREGATE_FIRST,
    LS_AGGREGATE_LAST,
    LS_AGGREGATE_DISTINCT,
    LS_AGGREGATE_QUANTILE,
    LS_AGGREGATE_TOP,
    LS_AGGREGATE_EXPR /* of one record: no aggregate */
};

/* Digits of a decimal that is calculated: a sum, an average, a ratio, an expression. */
#define LS_AGGREGATE_DIGITS 38
bool ls_fits_decimal(ls_i128 value);

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
    bool is_null;         /* of nothing: count and distinct are 0, a top is empty, others null */
    bool overflows;       /* it left 128 bits on the way: fits no type */
    ls_i128 number;       /* at the column's scale */
    const uint8_t *bytes; /* a text, or the encoding of a top: borrowed; else NULL */
    uint32_t size;
};

/* Of count, sum, min, max and avg. `scale` is the places of an avg beyond those of the values. */
struct ls_aggregate_result ls_aggregate_result(enum ls_aggregate_kind kind,
                                               const struct ls_aggregate *a, unsigned scale);

/* sum(of) / sum(to), half to even at `scale`; the operands have scales of their own. */
struct ls_aggregate_result ls_ratio_result(const struct ls_aggregate *of, unsigned of_scale,
                                           const struct ls_aggregate *to, unsigned to_scale,
                                           unsigned scale);

/* What a quantile tells of a value: the bound nearer to zero of its bucket, of which there are 128
 * to a power of two. Values keep their order. */
int64_t ls_quantile_bound(int64_t value);

/* The rank, from 1, of the quantile q > 0 of `count` > 0 values. */
uint64_t ls_quantile_rank(struct ls_ratio q, uint64_t count);

#endif
