#include "core/base/quotient.h"

#include "core/base/wide.h"

#include <assert.h>
#include <stdbool.h>

/* Sign, exponent, and a significand of `digits` bits whose first is not written. Nothing here is
 * subnormal or too large: the least is 10^-18, the greatest 2^63. */
static uint64_t bits_of(int64_t number, unsigned places, unsigned digits, unsigned bias)
{
    assert(places <= LS_QUOTIENT_PLACES_MAX);
    if (number == 0) {
        return 0;
    }
    uint64_t part = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    uint64_t whole = (uint64_t)ls_pow10(places);
    unsigned shift = (unsigned)__builtin_clzll(part);
    ls_u128 dividend = (ls_u128)(part << shift) << 64; /* the number times 2^(64 + shift) */
    ls_u128 quotient = dividend / whole;               /* of 68 bits at least */
    unsigned top = 127 - (unsigned)__builtin_clzll((uint64_t)(quotient >> 64));
    unsigned drop = top + 1 - digits;
    ls_u128 half = (ls_u128)1 << (drop - 1);
    ls_u128 lost = quotient & (2 * half - 1);
    uint64_t kept = (uint64_t)(quotient >> drop);
    bool tie = lost == half && dividend % whole == 0;
    kept += tie ? kept & 1 : lost >= half;
    /* a carry out of the significand raises the exponent, as it should */
    uint64_t exponent = top + bias - 64 - shift;
    uint64_t sign = number < 0 ? (uint64_t)1 << (digits == 53 ? 63 : 31) : 0;
    return sign | (((exponent - 1) << (digits - 1)) + kept);
}

uint64_t ls_quotient_64(int64_t number, unsigned places)
{
    return bits_of(number, places, 53, 1023);
}

uint32_t ls_quotient_32(int64_t number, unsigned places)
{
    return (uint32_t)bits_of(number, places, 24, 127);
}
