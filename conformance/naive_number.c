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

/* The next digit of a long division. */
static bool next_digit(ls_i128 *rest, ls_i128 divisor, int *digit)
{
    bool fits = ls_naive_multiply(*rest, 10, rest);
    *digit = fits ? (int)(*rest / divisor) : 0;
    *rest = fits ? *rest % divisor : 0;
    return fits;
}

/* As on paper. The digit behind the last one decides, and where it is 5 whether any follows. */
bool ls_naive_quotient(ls_i128 a, ls_i128 b, int shift, ls_i128 *out)
{
    bool negative = (a < 0) != (b < 0);
    if (a == LS_I128_MIN || b == LS_I128_MIN) {
        return false;
    }
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    ls_i128 whole = a / b;
    ls_i128 rest = a % b;
    int digit = 0;
    bool follows = false;
    bool fits = true;
    for (; fits && shift > 0; shift--) {
        fits = next_digit(&rest, b, &digit) && ls_naive_times_ten(whole, 1, &whole) &&
               !__builtin_add_overflow(whole, digit, &whole);
    }
    if (shift == 0) {
        fits = fits && next_digit(&rest, b, &digit);
    }
    for (; shift < 0; shift++) {
        follows = follows || digit != 0;
        digit = (int)(whole % 10);
        whole /= 10;
    }
    follows = follows || rest != 0;
    bool up = digit > 5 || (digit == 5 && (follows || whole % 2 != 0));
    fits = fits && !__builtin_add_overflow(whole, up, &whole);
    *out = negative ? -whole : whole;
    return fits;
}

/* By digits of base 256, the sign's weight taken away in the end. */
bool ls_naive_decimal_of(const uint8_t *bytes, size_t size, unsigned precision, int64_t *out)
{
    ls_i128 limit = 0;
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

ls_i128 ls_naive_decimal_number(const uint8_t *bytes, size_t size)
{
    ls_i128 number = bytes[0] >> 7 ? -1 : 0;
    for (size_t i = 0; i < size; i++) {
        number = (ls_i128)((ls_u128)number << 8 | bytes[i]);
    }
    return number;
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

int ls_naive_decimal_value(ls_i128 number, struct ls_arena *arena, struct naive_value *out,
                           struct ls_error *err)
{
    ls_i128 limit = 0;
    ls_naive_times_ten(1, 38, &limit);
    if (number >= limit || number <= -limit) {
        return ls_error_set(err, LS_E_DATA, "the number has more than 38 digits");
    }
    uint8_t *bytes = ls_arena_new(arena, 16, 1, err);
    if (!bytes) {
        return err->code;
    }
    out->size = ls_naive_decimal_bytes(number, bytes);
    out->bytes = bytes;
    return 0;
}
