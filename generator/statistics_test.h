/* What tests ask of drawn values: does a sample follow its law, are two samples unrelated? Bounds
 * are those that chance passes once in a million; keys are fixed, so no answer depends on luck. */
#ifndef LS_GENERATOR_STATISTICS_TEST_H
#define LS_GENERATOR_STATISTICS_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DEVIATIONS_MAX 4.753 /* of a normal distribution: 1 - 10^-6 lies below */

/* Wilson and Hilferty. */
static inline double chi_square_bound(double degrees)
{
    double t = 1 - 2 / (9 * degrees) + DEVIATIONS_MAX * sqrt(2 / (9 * degrees));
    return degrees * t * t * t;
}

/* Are so many draws of each kind what their shares (of a sum of 1) say? Neighbours are taken
 * together until 20 are expected. */
static inline void check_shares(const char *what, const unsigned *counts, const double *shares,
                                size_t kinds)
{
    double draws = 0;
    double chi = 0;
    double degrees = -1;
    double expected = 0;
    double found = 0;
    for (size_t k = 0; k < kinds; k++) {
        draws += counts[k];
    }
    double rest = draws;
    for (size_t k = 0; k < kinds; k++) {
        if (shares[k] <= 0 && counts[k]) {
            fail_msg("%s: %zu was drawn, which cannot be", what, k);
        }
        expected += draws * shares[k];
        found += counts[k];
        if ((expected >= 20 && rest - expected >= 20) || k + 1 == kinds) {
            chi += expected > 0 ? (found - expected) * (found - expected) / expected : 0;
            degrees++;
            rest -= expected;
            expected = found = 0;
        }
    }
    if (fabs(rest) > 1e-6 * draws) {
        fail_msg("%s: the shares have a sum of %g", what, 1 - rest / draws);
    }
    if (degrees > 0 && chi > chi_square_bound(degrees)) {
        fail_msg("%s: chi-square %.1f of %.0f degrees", what, chi, degrees);
    }
}

/* So many of `draws` where each is one with a probability. */
static inline void check_share(const char *what, double found, double probability, double draws)
{
    double deviation = sqrt(draws * probability * (1 - probability));
    if (fabs(found - draws * probability) > DEVIATIONS_MAX * deviation) {
        fail_msg("%s: %.0f of %.0f, not %.1f", what, found, draws, draws * probability);
    }
}

/* Pearson's correlation, in deviations of what unrelated samples have. */
static inline double correlation(const double *a, const double *b, size_t count)
{
    double sums[5] = {0};
    for (size_t i = 0; i < count; i++) {
        sums[0] += a[i];
        sums[1] += b[i];
        sums[2] += a[i] * a[i];
        sums[3] += b[i] * b[i];
        sums[4] += a[i] * b[i];
    }
    double n = (double)count;
    double together = sums[4] - sums[0] * sums[1] / n;
    double apart = (sums[2] - sums[0] * sums[0] / n) * (sums[3] - sums[1] * sums[1] / n);
    assert_true(apart > 0);
    return together / sqrt(apart) * sqrt(n);
}

static inline void check_unrelated(const char *what, const double *a, const double *b, size_t count)
{
    double r = correlation(a, b, count);
    if (fabs(r) > DEVIATIONS_MAX) {
        fail_msg("%s: a correlation of %.1f deviations", what, r);
    }
}

#endif
