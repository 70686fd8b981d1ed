/* Exact fractions in 128 bits, in lowest terms as they go. */
#ifndef LS_BASE_RATIONAL_H
#define LS_BASE_RATIONAL_H

#include "core/base/wide.h"

struct ls_rational {
    ls_i128 numerator;
    ls_i128 denominator; /* above 0; nothing divides both but 1, and 0 is 0/1 */
};

/* *r times numerator / denominator (not 0). False when a part of the product in lowest terms does
 * not fit 127 bits and a sign; *r is then as before. */
bool ls_rational_multiply(struct ls_rational *r, int64_t numerator, int64_t denominator);

/* The whole number nearest to it, halves to even. */
static inline ls_i128 ls_rational_round(const struct ls_rational *r)
{
    return ls_div_half_even(r->numerator, r->denominator);
}

#endif
