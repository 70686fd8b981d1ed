#include "bench/pairs.h"

#include "core/obs/clock.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static int timed(ls_pairs_work *work, void *context, double *ns, struct ls_error *err)
{
    uint64_t begin = ls_clock_ns();
    int rc = work(context, err);
    *ns = (double)(ls_clock_ns() - begin);
    return rc;
}

int ls_pairs_run(ls_pairs_work *ours, ls_pairs_work *theirs, void *context, size_t count,
                 struct ls_pairs *out, struct ls_error *err)
{
    double times[2][LS_PAIRS_MAX];
    double ratios[LS_PAIRS_MAX];
    ls_pairs_work *const works[2] = {ours, theirs};
    assert(count % 2 == 1 && count <= LS_PAIRS_MAX);
    int rc = ours(context, err);
    rc = rc < 0 ? rc : theirs(context, err);
    for (size_t pair = 0; rc == 0 && pair < count; pair++) {
        size_t first = pair % 2;
        rc = timed(works[first], context, &times[first][pair], err);
        rc = rc < 0 ? rc : timed(works[!first], context, &times[!first][pair], err);
        ratios[pair] = times[1][pair] / times[0][pair];
    }
    if (rc < 0) {
        return rc;
    }
    qsort(times[0], count, sizeof(double), by_size);
    qsort(times[1], count, sizeof(double), by_size);
    qsort(ratios, count, sizeof(double), by_size);
    *out = (struct ls_pairs){times[0][count / 2], times[1][count / 2], ratios[count / 4],
                             ratios[count / 2], ratios[count - 1 - count / 4]};
    return 0;
}

void ls_pairs_print(const char *what, const struct ls_pairs *pairs, double units, const char *unit,
                    double wanted)
{
    printf("%-28s ours %8.1f ns, theirs %8.1f ns %s; ratio %.2f (%.2f to %.2f), wanted %.2f: %s\n",
           what, pairs->ours_ns / units, pairs->theirs_ns / units, unit, pairs->median, pairs->low,
           pairs->high, wanted, pairs->median >= wanted ? "reached" : "SHORT");
    fflush(stdout);
}
