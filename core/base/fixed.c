#include "core/base/fixed.h"

#include "core/base/fixed_tables.h"

#include <assert.h>

#define LOG2E_Q62 INT64_C(6653256548922161245)
#define LN2_Q63   UINT64_C(6393154322601327829)

static int64_t mul_q63(int64_t a, int64_t b)
{
    return (int64_t)((ls_i128)a * b >> 63);
}

uint64_t ls_log2_q32(uint64_t x)
{
    assert(x >= 1);
    unsigned shift = (unsigned)__builtin_clzll(x);
    uint64_t mantissa = x << shift; /* Q63, in [1, 2) */
    unsigned i = (unsigned)(mantissa >> 56) & 127;
    /* times the reciprocal of the interval's centre: 1 + z with |z| <= 1/256; then the series of
     * log(1 + z) */
    int64_t z = (int64_t)((uint64_t)((ls_u128)mantissa * reciprocal_q63[i] >> 63) -
                          (UINT64_C(1) << 63));
    int64_t z2 = mul_q63(z, z);
    int64_t z3 = mul_q63(z2, z);
    int64_t series = z - z2 / 2 + z3 / 3 - mul_q63(z3, z) / 4;
    int64_t log_q62 = (int64_t)log2_q62[i] + mul_q63(series, LOG2E_Q62);
    /* the cut series is too great for z < 0, by far less than 2^-32: log_q62 is not below 0 */
    return ((uint64_t)(63 - shift) << 32) + ((uint64_t)log_q62 >> 30);
}

uint64_t ls_exp2_q62(uint32_t fraction)
{
    uint64_t rest = fraction & ((UINT32_C(1) << 25) - 1);    /* below 2^-7, in Q32 */
    uint64_t y = ls_mul_high(rest << 31, LN2_Q63 << 1) >> 1; /* Q62 */
    uint64_t y2 = ls_mul_high(y, y << 2);
    uint64_t y3 = ls_mul_high(y2, y << 2);
    uint64_t y4 = ls_mul_high(y3, y << 2);
    uint64_t e = (UINT64_C(1) << 62) + y + y2 / 2 + y3 / 6 + y4 / 24;
    return (uint64_t)((ls_u128)exp2_q62[fraction >> 25] * e >> 62);
}

uint64_t ls_scale_exp2(uint64_t base, int64_t x_q32)
{
    int64_t whole = x_q32 >> 32; /* towards minus infinity: gcc and clang shift arithmetically */
    ls_u128 product = (ls_u128)base * ls_exp2_q62((uint32_t)((uint64_t)x_q32 & UINT32_MAX)) << 1;
    int64_t shift = 63 - whole; /* Q63, so that 1 can become 2^63 */
    if (shift >= 128) {
        return 0;
    }
    if (shift < 0 || product >> shift > UINT64_MAX) {
        return base ? UINT64_MAX : 0;
    }
    return (uint64_t)(product >> shift);
}

/* -ln(x / 2^bits) in Q32 */
static uint64_t minus_ln_q32(uint64_t x, unsigned bits)
{
    uint64_t halvings = ((uint64_t)bits << 32) - ls_log2_q32(x);
    return (uint64_t)((ls_u128)halvings * LS_LN2_Q32 >> 32);
}

uint64_t ls_exponential_q32(uint64_t word)
{
    return minus_ln_q32(word | 1, 64);
}

uint64_t ls_isqrt(ls_u128 x)
{
    ls_u128 root = 0;
    for (ls_u128 bit = (ls_u128)1 << 126; bit; bit >>= 2) {
        if (x >= root + bit) {
            x -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (uint64_t)root;
}

#define GUARD_BITS 24

/* ((c3 r + c2) r + c1) r + c0 of Q32 numbers in Q56: with fewer bits the quotient of two cubics
 * would waver, and a quantile decrease where it has to increase. */
static ls_i128 cubic(int64_t r, int64_t c0, int64_t c1, int64_t c2, int64_t c3)
{
    const ls_i128 guard = (ls_i128)1 << GUARD_BITS;
    ls_i128 value = (c3 * guard * r >> 32) + c2 * guard;
    value = (value * r >> 32) + c1 * guard;
    return (value * r >> 32) + c0 * guard;
}

static int64_t divide_q32(ls_i128 a, ls_i128 b)
{
    return (int64_t)(a * (ls_i128)LS_Q32 / b);
}

int64_t ls_normal_q32(uint64_t word)
{
    const int64_t one = (int64_t)LS_Q32;
    int64_t q = (int64_t)(word ^ UINT64_C(1) << 63); /* p - 1/2, Q64 */
    uint64_t distance = q < 0 ? ~(uint64_t)q : (uint64_t)q;
    if (distance <= UINT64_C(7839866231326559436)) { /* 0.425 */
        int64_t q2_q32 = (int64_t)((ls_i128)q * q >> 96);
        int64_t r = INT64_C(775778468) - q2_q32; /* 0.180625 - q^2 */
        ls_i128 above = cubic(r, 14547624251, 216613548571, 684150202569, 253872831309);
        ls_i128 below = cubic(r, one, 76859167626, 338261993473, 288568388360);
        return (int64_t)((ls_i128)q * divide_q32(above, below) >> 64);
    }
    uint64_t tail = q < 0 ? word : ~word;
    int64_t r = (int64_t)ls_isqrt((ls_u128)minus_ln_q32(2 * tail + 1, 65) << 32);
    int64_t z;
    /* AS 241 goes over at 5, where its outer piece is 3e-7 below the inner one; at 4.97 it is not
     * below, and the accuracy the same */
    if (r <= INT64_C(21345987461)) {
        r -= INT64_C(6871947674); /* 1.6 */
        z = divide_q32(cubic(r, 6113616556, 11840431941, 5612356093, 731167549),
                       cubic(r, one, 3165397952, 516303730, 0));
    } else {
        r -= 5 * one;
        z = divide_q32(cubic(r, 28595484729, 13233766559, 1841179222, 74462724),
                       cubic(r, one, 1039291643, 52648579, 0));
    }
    return q < 0 ? -z : z;
}
