/* Integers wider than 64 bits, exact division with a stated rounding, and checked arithmetic. */
#ifndef LS_BASE_WIDE_H
#define LS_BASE_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef __int128 ls_i128;
__extension__ typedef unsigned __int128 ls_u128;

#define LS_I128_MAX ((ls_i128)(~(ls_u128)0 >> 1))
#define LS_I128_MIN (-LS_I128_MAX - 1)

/* Each returns true when the exact result does not fit; *out is then unspecified. */
static inline bool ls_add_overflows(ls_i128 a, ls_i128 b, ls_i128 *out)
{
    return __builtin_add_overflow(a, b, out);
}
static inline bool ls_sub_overflows(ls_i128 a, ls_i128 b, ls_i128 *out)
{
    return __builtin_sub_overflow(a, b, out);
}
bool ls_mul_overflows(ls_i128 a, ls_i128 b, ls_i128 *out);

static inline bool ls_fits_i64(ls_i128 value)
{
    return value >= INT64_MIN && value <= INT64_MAX;
}

/* The high half of the 128-bit product: below(w, n) of the contract's models, a value in [0, n)
 * from a uniform word. */
static inline uint64_t ls_mul_high(uint64_t a, uint64_t b)
{
    return (uint64_t)((ls_u128)a * b >> 64);
}

/* Division rounding towards minus infinity. `divisor` > 0. */
static inline int64_t ls_floor_div(int64_t value, int64_t divisor)
{
    int64_t quotient = value / divisor;
    return quotient - (value % divisor < 0);
}

/* value / divisor rounded half to even. `divisor` != 0; the one quotient that does not fit,
 * LS_I128_MIN / -1, is the caller's to avoid. */
ls_i128 ls_div_half_even(ls_i128 value, ls_i128 divisor);

/* The greatest common divisor; of 0 and b it is b. */
ls_u128 ls_gcd(ls_u128 a, ls_u128 b);

/* 10^exponent. `exponent` <= 38. */
ls_i128 ls_pow10(unsigned exponent);

#define LS_I128_TEXT_MAX 48

/* `value` / 10^scale in decimal, with exactly `scale` places; returns the length. */
size_t ls_decimal_format(ls_i128 value, unsigned scale, char out[LS_I128_TEXT_MAX]);

/* Reads [-+]digits[.digits] of `size` bytes into value * 10^scale. False when it is no such number,
 * has more than `scale` significant places (trailing zeros are none), or does not fit. `scale`
 * <= 38. */
bool ls_decimal_parse(const char *text, size_t size, unsigned scale, ls_i128 *out);

#endif
