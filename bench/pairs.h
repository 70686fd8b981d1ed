/* Two ways to do the same work, timed beside each other: a machine that is slow for a while is slow
 * for both, so that their ratio says more than either figure. */
#ifndef LS_BENCH_PAIRS_H
#define LS_BENCH_PAIRS_H

#include "core/base/error.h"

#include <stddef.h>

#define LS_PAIRS_MAX 101

/* Does the whole work once. */
typedef int ls_pairs_work(void *context, struct ls_error *err);

struct ls_pairs {
    double ours_ns, theirs_ns; /* medians of one time of the work */
    double low, median, high;  /* theirs / ours: quartiles; above 1 where ours is faster */
};

/* Both once unmeasured, then `count` pairs (odd, at most LS_PAIRS_MAX) in turns of who is first. */
int ls_pairs_run(ls_pairs_work *ours, ls_pairs_work *theirs, void *context, size_t count,
                 struct ls_pairs *out, struct ls_error *err);

/* One line: what, both times of one of `units`, the ratio, and whether it is what is wanted. */
void ls_pairs_print(const char *what, const struct ls_pairs *pairs, double units, const char *unit,
                    double wanted);

#endif
