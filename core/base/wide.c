#include "core/base/wide.h"

#include <assert.h>

bool ls_mul_overflows(ls_i128 a, ls_i128 b, ls_i128 *out)
{
    return __builtin_mul_overflow(a, b, out);
}

ls_i128 ls_div_half_even(ls_i128 value, ls_i128 divisor)
{
    assert(divisor != 0);
    bool negative = (value < 0) != (divisor < 0);
    ls_u128 n = value < 0 ? -(ls_u128)value : (ls_u128)value;
    ls_u128 d = divisor < 0 ? -(ls_u128)divisor : (ls_u128)divisor;
    ls_u128 quotient = n / d;
    ls_u128 rest = n % d;
    /* rest against half of d, without doubling what may not have room to double */
    ls_u128 complement = d - rest;
    if (rest > complement || (rest == complement && (quotient & 1))) {
        quotient++;
    }
    assert(negative || quotient <= (ls_u128)LS_I128_MAX);
    return (ls_i128)(negative ? -quotient : quotient);
}

ls_u128 ls_gcd(ls_u128 a, ls_u128 b)
{
    while (b) {
        ls_u128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

ls_i128 ls_pow10(unsigned exponent)
{
    assert(exponent <= 38);
    ls_i128 power = 1;
    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

size_t ls_decimal_format(ls_i128 value, unsigned scale, char out[LS_I128_TEXT_MAX])
{
    assert(scale <= 38);
    char reversed[LS_I128_TEXT_MAX];
    size_t count = 0;
    ls_u128 rest = value < 0 ? -(ls_u128)value : (ls_u128)value;
    do {
        reversed[count++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
        if (scale && count == scale) {
            reversed[count++] = '.';
        }
    } while (rest || (scale && count <= scale + 1));
    size_t length = 0;
    if (value < 0) {
        out[length++] = '-';
    }
    while (count) {
        out[length++] = reversed[--count];
    }
    out[length] = '\0';
    return length;
}

bool ls_decimal_parse(const char *text, size_t size, unsigned scale, ls_i128 *out)
{
    size_t at = 0;
    bool negative = size && text[0] == '-';
    at += size && (text[0] == '-' || text[0] == '+');
    ls_i128 value = 0;
    unsigned places = 0;
    bool point = false;
    size_t digits = 0;
    for (; at < size; at++) {
        if (text[at] == '.' && !point && digits) {
            point = true;
            continue;
        }
        if (text[at] < '0' || text[at] > '9') {
            return false;
        }
        digits++;
        if (point && places == scale) {
            if (text[at] != '0') {
                return false;
            }
            continue;
        }
        places += point;
        /* accumulated below zero, so that the least value parses too */
        if (ls_mul_overflows(value, 10, &value) ||
            ls_sub_overflows(value, text[at] - '0', &value)) {
            return false;
        }
    }
    if (!digits || text[size - 1] == '.' ||
        ls_mul_overflows(value, ls_pow10(scale - places), &value) ||
        (!negative && value == LS_I128_MIN)) {
        return false;
    }
    *out = negative ? value : -value;
    return true;
}
