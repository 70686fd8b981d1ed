#include "conformance/naive_internal.h"

bool ls_naive_multiply(ls_i128 a, ls_i128 b, ls_i128 *out)
{
    ls_u128 left = a < 0 ? 0 - (ls_u128)a : (ls_u128)a;
    ls_u128 right = b < 0 ? 0 - (ls_u128)b : (ls_u128)b;
    if (left && right > (ls_u128)LS_I128_MAX / left) {
        return false; /* also the one product that is the least number */
    }
    *out = (ls_i128)(left * right);
    if ((a < 0) != (b < 0)) {
        *out = -*out;
    }
    return true;
}

bool ls_naive_times_ten(ls_i128 value, unsigned places, ls_i128 *out)
{
    while (places > 0) {
        if (!ls_naive_multiply(value, 10, &value)) {
            return false;
        }
        places--;
    }
    *out = value;
    return true;
}

bool ls_naive_divide(ls_i128 numerator, ls_i128 denominator, ls_i128 *out)
{
    if (denominator < 0) {
        if (numerator == LS_I128_MIN || denominator == LS_I128_MIN) {
            return false;
        }
        numerator = -numerator;
        denominator = -denominator;
    }
    ls_i128 floor = numerator / denominator;
    ls_i128 rest = numerator % denominator;
    if (rest < 0) {
        floor--;
        rest += denominator;
    }
    ls_i128 missing = denominator - rest; /* to the next whole number */
    bool up = rest > missing || (rest == missing && floor % 2 != 0);
    *out = floor + up;
    return true;
}

bool ls_naive_rescale(ls_i128 value, unsigned from, unsigned to, ls_i128 *out)
{
    if (to >= from) {
        return ls_naive_times_ten(value, to - from, out);
    }
    ls_i128 divisor;
    return ls_naive_times_ten(1, from - to, &divisor) && ls_naive_divide(value, divisor, out);
}

int64_t ls_naive_window_start(int64_t time, int64_t size, int64_t offset)
{
    int64_t into = (time - offset) % size;
    return time - (into < 0 ? into + size : into);
}

/* By digits of base 256, the sign's weight taken away in the end. */
bool ls_naive_decimal_of(const uint8_t *bytes, size_t size, unsigned precision, int64_t *out)
{
    ls_i128 limit;
    while (size > 9 && size <= 16) { /* what stands in front has to be the sign alone */
        uint8_t sign = bytes[1] & 0x80 ? 0xff : 0;
        if (bytes[0] != sign) {
            return false;
        }
        bytes++;
        size--;
    }
    if (size == 0 || size > 9 || !ls_naive_times_ten(1, precision, &limit)) {
        return false;
    }
    ls_i128 number = 0;
    ls_i128 weight = 1;
    for (size_t i = size; i > 0; i--) {
        number += bytes[i - 1] * weight;
        weight *= 256;
    }
    number -= bytes[0] & 0x80 ? weight : 0;
    *out = (int64_t)number;
    return number < limit && -number < limit;
}

size_t ls_naive_decimal_bytes(ls_i128 value, uint8_t out[16])
{
    uint8_t all[16];
    for (int i = 0; i < 16; i++) {
        all[i] = (uint8_t)((ls_u128)value >> (8 * (15 - i)));
    }
    int first = 0; /* a leading byte says nothing that the sign of the next does not */
    while (first < 15 && all[first] == (value < 0 ? 0xff : 0) &&
           (all[first + 1] >> 7 == 1) == (value < 0)) {
        first++;
    }
    for (int i = first; i < 16; i++) {
        out[i - first] = all[i];
    }
    return (size_t)(16 - first);
}
