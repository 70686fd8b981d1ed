/* Powers of two by straight lines (contract G3): nearly always tells what ls_scale_exp2 of
 * core/base/fixed.h does, with one product for its seven. */
#ifndef LS_BASE_EXP2_H
#define LS_BASE_EXP2_H

#include "core/base/fixed.h"

#define LS_EXP2_BITS 10 /* lines: each lies at most 2^-23.9 of its value above the curve */

/* 2^(k / 2^LS_EXP2_BITS) in Q62. */
extern uint64_t ls_exp2_points[(1U << LS_EXP2_BITS) + 1];

/* To be called before the first use in the process; any number of times, by any thread. */
void ls_exp2_init(void);

/* base * 2^(x / 2^32), rounded down, as ls_scale_exp2 has it: that is asked only where the line
 * could lie on the other side of a whole number, and for values of 2^20 and more. */
static inline uint64_t ls_exp2_scale(uint64_t base, int64_t x_q32)
{
    int64_t whole = x_q32 >> 32;
    uint32_t fraction = (uint32_t)((uint64_t)x_q32 & UINT32_MAX);
    const uint64_t *point = &ls_exp2_points[fraction >> (32 - LS_EXP2_BITS)];
    uint64_t along = (uint64_t)fraction << LS_EXP2_BITS & UINT32_MAX;
    uint64_t power = point[0] + ((point[1] - point[0]) >> 32) * along;
    int64_t shift = 62 - 24 - whole;
    ls_u128 product = (ls_u128)base * power;
    if (__builtin_expect(shift < 0 || shift > 120 || product >> shift >> 44 != 0, 0)) {
        return ls_scale_exp2(base, x_q32);
    }
    uint64_t value = (uint64_t)(product >> shift); /* Q24 */
    uint64_t error = (value >> 23) + 2;
    return __builtin_expect((value & 0xffffff) - error > 0xffffff - 2 * error, 0)
               ? ls_scale_exp2(base, x_q32)
               : value >> 24;
}

#endif
