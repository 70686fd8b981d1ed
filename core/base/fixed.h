/* Logarithm, exponential and normal quantile in integers: the same bits on every machine, no libm
 * (contract G3, B4).
 *
 * Q32 means a number times 2^32. The algorithms are part of the format: a change of one result bit
 * is a change of output bytes. Accuracy (checked against libm in fixed_test.c): log2 within 2^-31,
 * exp2 within 2^-44 of its value, exponential within 2^-28, normal within 2^-22 of the larger of
 * its size and 1. That log2 and normal never decrease is checked by samples.
 */
#ifndef LS_BASE_FIXED_H
#define LS_BASE_FIXED_H

#include "core/base/wide.h"

#define LS_Q32     (UINT64_C(1) << 32)
#define LS_LN2_Q32 UINT64_C(2977044472) /* ln 2 */

/* log2(x) in Q32, 0 .. 64 * 2^32. `x` >= 1. */
uint64_t ls_log2_q32(uint64_t x);

/* 2^(fraction / 2^32) in Q62, in [2^62, 2^63). */
uint64_t ls_exp2_q62(uint32_t fraction);

/* base * 2^(x / 2^32), rounded down; UINT64_MAX where that does not fit. */
uint64_t ls_scale_exp2(uint64_t base, int64_t x_q32);

/* -ln((word | 1) / 2^64) in Q32: the exponential distribution of mean 1. At most 44.4. */
uint64_t ls_exponential_q32(uint64_t word);

/* The standard normal quantile of (word + 1/2) / 2^64 in Q32 (Wichura's AS 241, PPND7, in
 * integers). At most 9.2. */
int64_t ls_normal_q32(uint64_t word);

/* floor(sqrt(x)) */
uint64_t ls_isqrt(ls_u128 x);

#endif
