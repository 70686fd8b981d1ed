/* Numbers with units, read by hand: no locale, no floating point. */
#include "core/config/option_internal.h"

#include <string.h>

#define PLACES_MAX 18

struct number {
    ls_i128 value; /* times 10^-scale */
    unsigned scale;
    bool too_large;
};

/* Digits, in groups parted by single underscores; each is appended to the number. */
static bool read_digits(const char **at, struct number *number, bool places)
{
    const char *s = *at;
    if (*s < '0' || *s > '9') {
        return false;
    }
    while (*s >= '0' && *s <= '9') {
        number->too_large = number->too_large || number->value > LS_I128_MAX / 10 - 1 ||
                            (places && number->scale == PLACES_MAX);
        if (!number->too_large) {
            number->value = number->value * 10 + (*s - '0');
            number->scale += places;
        }
        s++;
        s += *s == '_' && s[1] >= '0' && s[1] <= '9';
    }
    *at = s;
    return true;
}

/* digits[.digits] */
static bool read_number(const char **at, struct number *number)
{
    *number = (struct number){0};
    if (!read_digits(at, number, false)) {
        return false;
    }
    const char *point = *at;
    if (*point != '.') {
        return true;
    }
    point++;
    if (!read_digits(&point, number, true)) {
        return false;
    }
    *at = point;
    return true;
}

static bool read_sign(const char **at)
{
    bool negative = **at == '-';
    *at += negative || **at == '+';
    return negative;
}

static enum ls_reading read_based(const char *text, int64_t *out)
{
    unsigned base = text[1] == 'x' ? 16 : 8;
    ls_i128 value = 0;
    text += 2;
    if (!*text) {
        return LS_READING_WRONG;
    }
    for (; *text; text++) {
        const char *digits = "0123456789abcdef";
        char lower = *text >= 'A' && *text <= 'F' ? (char)(*text + ('a' - 'A')) : *text;
        const char *digit = strchr(digits, lower);
        if (!digit || digit >= digits + base) {
            return LS_READING_WRONG;
        }
        value = ls_fits_i64(value) ? value * base + (digit - digits) : value;
    }
    *out = (int64_t)value;
    return ls_fits_i64(value) ? LS_READING_OK : LS_READING_RANGE;
}

enum ls_reading ls_reading_integer(const char *text, int64_t *out)
{
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) {
        return read_based(text, out);
    }
    bool negative = read_sign(&text);
    struct number number = {0};
    if (!read_digits(&text, &number, false) || *text) {
        return LS_READING_WRONG;
    }
    ls_i128 value = negative ? -number.value : number.value;
    *out = (int64_t)value;
    return number.too_large || !ls_fits_i64(value) ? LS_READING_RANGE : LS_READING_OK;
}

struct unit {
    const char *name;
    int64_t factor;
};

/* Longer names before those that begin them. */
static const struct unit time_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0},
};
static const struct unit size_units[] = {
    {"KiB", INT64_C(1) << 10},
    {"MiB", INT64_C(1) << 20},
    {"GiB", INT64_C(1) << 30},
    {"TiB", INT64_C(1) << 40},
    {"kB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"B", 1},
    {"", 1},
    {NULL, 0},
};

static const struct unit *read_unit(const char **at, const struct unit *units)
{
    for (; units->name; units++) {
        size_t length = strlen(units->name);
        if (strncmp(*at, units->name, length) == 0) {
            *at += length;
            return units;
        }
    }
    return NULL;
}

/* number * factor where that is a whole number of 64 bits. */
static bool scaled(const struct number *number, int64_t factor, ls_i128 *out)
{
    ls_i128 power = ls_pow10(number->scale);
    if (number->too_large || ls_mul_overflows(number->value, factor, out) || *out % power != 0) {
        return false;
    }
    *out /= power;
    return ls_fits_i64(*out);
}

enum ls_reading ls_reading_duration(const char *text, int64_t *ms)
{
    bool negative = *text == '-';
    text += negative;
    if (text[strspn(text, "0")] == '\0' && *text) { /* nothing needs no unit */
        *ms = 0;
        return LS_READING_OK;
    }
    ls_i128 sum = 0;
    bool fits = true;
    do {
        struct number number;
        const struct unit *unit;
        if (!read_number(&text, &number) || !(unit = read_unit(&text, time_units))) {
            return LS_READING_WRONG;
        }
        ls_i128 part;
        fits = fits && scaled(&number, unit->factor, &part) && ls_fits_i64(sum + part);
        sum = fits ? sum + part : 0;
    } while (*text);
    *ms = (int64_t)(negative ? -sum : sum);
    return fits ? LS_READING_OK : LS_READING_RANGE;
}

/* a / b in lowest terms; b > 0. */
static bool reduce(ls_u128 a, ls_u128 b, uint64_t *part, uint64_t *whole)
{
    ls_u128 common = ls_gcd(a, b);
    a /= common;
    b /= common;
    *part = (uint64_t)a;
    *whole = (uint64_t)b;
    return a <= UINT64_MAX && b <= UINT64_MAX;
}

enum ls_reading ls_reading_rate(const char *text, struct ls_rate *out)
{
    struct number number;
    const struct unit *unit;
    if (!read_number(&text, &number) || *text++ != '/' || !(unit = read_unit(&text, time_units)) ||
        *text) {
        return LS_READING_WRONG;
    }
    ls_u128 per = (ls_u128)ls_pow10(number.scale) * (ls_u128)unit->factor;
    bool fits = !number.too_large && reduce((ls_u128)number.value, per, &out->count, &out->per_ms);
    return fits ? LS_READING_OK : LS_READING_RANGE;
}

enum ls_reading ls_reading_size(const char *text, int64_t *bytes)
{
    struct number number;
    const struct unit *unit;
    if (!read_number(&text, &number) || !(unit = read_unit(&text, size_units)) || *text) {
        return LS_READING_WRONG;
    }
    ls_i128 value = 0;
    bool fits = scaled(&number, unit->factor, &value);
    *bytes = (int64_t)value;
    return fits ? LS_READING_OK : LS_READING_RANGE;
}

enum ls_reading ls_reading_ratio(const char *text, struct ls_ratio *out)
{
    struct number part;
    struct number whole = {.value = 1};
    if (!read_number(&text, &part)) {
        return LS_READING_WRONG;
    }
    if (*text == '/' && part.scale == 0) {
        whole.value = 0;
        text++;
        if (!read_digits(&text, &whole, false)) {
            return LS_READING_WRONG;
        }
    }
    if (*text) {
        return LS_READING_WRONG;
    }
    whole.value *= ls_pow10(part.scale);
    bool fits = !part.too_large && !whole.too_large && whole.value > 0 &&
                part.value <= whole.value &&
                reduce((ls_u128)part.value, (ls_u128)whole.value, &out->part, &out->whole);
    return fits ? LS_READING_OK : LS_READING_RANGE;
}

enum ls_reading ls_reading_decimal(const char *text, struct ls_decimal *out)
{
    bool negative = read_sign(&text);
    struct number number;
    if (!read_number(&text, &number) || *text) {
        return LS_READING_WRONG;
    }
    out->value = negative ? -number.value : number.value;
    out->scale = number.scale;
    ls_i128 ignored;
    bool fits = !number.too_large &&
                !ls_mul_overflows(number.value, ls_pow10(PLACES_MAX - number.scale), &ignored);
    return fits ? LS_READING_OK : LS_READING_RANGE;
}

bool ls_read_integer(const char *text, int64_t *out)
{
    return ls_reading_integer(text, out) == LS_READING_OK;
}

bool ls_read_duration(const char *text, int64_t *ms)
{
    return ls_reading_duration(text, ms) == LS_READING_OK;
}

bool ls_read_rate(const char *text, struct ls_rate *out)
{
    return ls_reading_rate(text, out) == LS_READING_OK;
}

bool ls_read_size(const char *text, int64_t *bytes)
{
    return ls_reading_size(text, bytes) == LS_READING_OK;
}

bool ls_read_ratio(const char *text, struct ls_ratio *out)
{
    return ls_reading_ratio(text, out) == LS_READING_OK;
}

bool ls_read_decimal(const char *text, struct ls_decimal *out)
{
    return ls_reading_decimal(text, out) == LS_READING_OK;
}
