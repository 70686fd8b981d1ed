/* Binary fractions nearest to decimal ones, as bits, by integers alone: the same on every machine,
 * whatever its rounding mode or its compiler makes of floating point. */
#ifndef LS_BASE_QUOTIENT_H
#define LS_BASE_QUOTIENT_H

#include <stdint.h>

#define LS_QUOTIENT_PLACES_MAX 18

/* The bits of the IEEE 754 binary64 or binary32 that is nearest to number / 10^places, of two the
 * one whose last bit is 0; of 0 it is +0. `places` <= LS_QUOTIENT_PLACES_MAX (asserted). */
uint64_t ls_quotient_64(int64_t number, unsigned places);
uint32_t ls_quotient_32(int64_t number, unsigned places);

#endif
