#include "core/base/rational.h"

#include <assert.h>

static ls_i128 common(ls_i128 a, ls_i128 b)
{
    ls_u128 left = a < 0 ? -(ls_u128)a : (ls_u128)a;
    return (ls_i128)ls_gcd(left, (ls_u128)b); /* b is above 0, and nothing above b divides it */
}

bool ls_rational_multiply(struct ls_rational *r, int64_t numerator, int64_t denominator)
{
    assert(denominator != 0 && r->denominator > 0);
    if (numerator == 0) {
        *r = (struct ls_rational){0, 1};
        return true;
    }
    ls_i128 up = denominator < 0 ? -(ls_i128)numerator : numerator;
    ls_i128 down = denominator < 0 ? -(ls_i128)denominator : denominator;
    ls_i128 own = common(up, down);
    up /= own;
    down /= own;
    ls_i128 across = common(r->numerator, down);
    ls_i128 back = common(up, r->denominator);
    struct ls_rational product;
    if (ls_mul_overflows(r->numerator / across, up / back, &product.numerator) ||
        ls_mul_overflows(r->denominator / back, down / across, &product.denominator) ||
        product.numerator == LS_I128_MIN) {
        return false;
    }
    *r = product;
    return true;
}
