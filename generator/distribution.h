/* Distributions of integers: values of a field in its unit (cents, whole numbers), delays in
 * milliseconds, gaps in events. All arithmetic is integer (contract G3); docs/generation.md gives
 * each as a formula. */
#ifndef LS_GENERATOR_DISTRIBUTION_H
#define LS_GENERATOR_DISTRIBUTION_H

#include "generator/zipf.h"
#include "spec/spec.h"

enum ls_unit {
    LS_UNIT_NUMBER,  /* scale places */
    LS_UNIT_DURATION /* milliseconds */
};

enum ls_distribution_kind {
    LS_DISTRIBUTION_EXPONENTIAL,
    LS_DISTRIBUTION_LOGNORMAL,
    LS_DISTRIBUTION_NORMAL,
    LS_DISTRIBUTION_UNIFORM,
    LS_DISTRIBUTION_ZIPF
};

struct ls_distribution {
    enum ls_distribution_kind kind;
    int64_t a;  /* mean; median; mean; lower bound; unit of a rank */
    uint64_t b; /* -; sigma / ln 2 in Q32; deviation; number of values; - */
    struct ls_zipf *zipf;
    int64_t low, high; /* every value is brought into these bounds */
};

/* Compiles one pick of the family of distributions. Values are brought into low .. high. Problems
 * (a fraction where none can be, a duration where a number is wanted, a mean that is not positive,
 * bounds in the wrong order) go to `diag`, LS2018. False then, or with err->code set. */
bool ls_distribution_compile(const struct ls_pick *pick, enum ls_unit unit, unsigned scale,
                             int64_t low, int64_t high, struct ls_arena *arena,
                             struct ls_diag *diag, struct ls_distribution *out,
                             struct ls_error *err);

int64_t ls_distribution_draw(const struct ls_distribution *d, uint64_t key, uint64_t i);

/* The least and the greatest value that any draw gives. */
void ls_distribution_bounds(const struct ls_distribution *d, int64_t *low, int64_t *high);

#endif
