#include "pipeline/view/aggregate.h"

#include "core/base/mutant.h"

bool ls_fits_decimal(ls_i128 value)
{
    const ls_i128 half = INT64_C(1000000000000000000) * (ls_i128)10; /* of the digits */
    return value < half * half && value > -half * half;
}

bool ls_aggregate_add(struct ls_aggregate *a, int64_t value)
{
    if (a->count == 0 || (value < a->least && !LS_MUTANT(MINIMUM_OF_FIRST))) {
        a->least = value;
    }
    if (a->count == 0 || value > a->greatest) {
        a->greatest = value;
    }
    a->count++;
    bool added = !ls_add_overflows(a->sum, value, &a->sum);
    if (LS_MUTANT(SUM_SATURATES) && !ls_fits_i64(a->sum)) {
        a->sum = a->sum < 0 ? INT64_MIN : INT64_MAX;
    }
    return added;
}

bool ls_aggregate_merge(struct ls_aggregate *a, const struct ls_aggregate *other)
{
    if (other->count == 0) {
        return true;
    }
    if (a->count == 0 || other->least < a->least) {
        a->least = other->least;
    }
    if (a->count == 0 || other->greatest > a->greatest) {
        a->greatest = other->greatest;
    }
    a->count += other->count;
    return !ls_add_overflows(a->sum, other->sum, &a->sum);
}

static struct ls_aggregate_result number(bool overflows, ls_i128 value)
{
    return (struct ls_aggregate_result){.overflows = overflows, .number = overflows ? 0 : value};
}

static struct ls_aggregate_result average(const struct ls_aggregate *a, unsigned scale)
{
    ls_i128 sum;
    ls_i128 count = (ls_i128)a->count;
    if (ls_mul_overflows(a->sum, ls_pow10(scale), &sum)) {
        return number(true, 0);
    }
    return number(false, LS_MUTANT(AVERAGE_HALF_UP) ? (2 * sum + count) / (2 * count)
                                                    : ls_div_half_even(sum, count));
}

struct ls_aggregate_result ls_aggregate_result(enum ls_aggregate_kind kind,
                                               const struct ls_aggregate *a, unsigned scale)
{
    if (kind != LS_AGGREGATE_COUNT && a->count == 0) {
        return (struct ls_aggregate_result){.is_null = true};
    }
    switch (kind) {
    case LS_AGGREGATE_SUM:
        return number(false, a->sum);
    case LS_AGGREGATE_MIN:
        return number(false, a->least);
    case LS_AGGREGATE_MAX:
        return number(false, a->greatest);
    case LS_AGGREGATE_AVG:
        return average(a, scale);
    default:
        return number(false, (ls_i128)a->count);
    }
}

/* One more digit of a quotient; false when it leaves 128 bits. */
static bool next_digit(ls_u128 *whole, ls_u128 *rest, ls_u128 divisor)
{
    if (*rest > ~(ls_u128)0 / 10 || *whole > (ls_u128)LS_I128_MAX / 10) {
        return false; /* no sum of 64-bit values is such a divisor */
    }
    *rest *= 10;
    *whole = *whole * 10 + *rest / divisor;
    *rest %= divisor;
    return true;
}

/* value / divisor * 10^up, half to even. What comes between can be wider than 128 bits, so it goes
 * digit by digit. False when the quotient does not fit. */
static bool divide_up(ls_u128 value, ls_u128 divisor, unsigned up, ls_u128 *out)
{
    ls_u128 rest = value % divisor;
    *out = value / divisor;
    for (unsigned i = 0; i < up; i++) {
        if (!next_digit(out, &rest, divisor)) {
            return false;
        }
    }
    ls_u128 missing = divisor - rest;
    *out += rest > missing || (rest == missing && *out % 2 != 0);
    return true;
}

/* value / divisor / 10^down, half to even. */
static ls_u128 divide_down(ls_u128 value, ls_u128 divisor, unsigned down)
{
    ls_u128 whole = value / divisor;
    ls_u128 power = (ls_u128)ls_pow10(down);
    ls_u128 twice = 2 * (whole % power); /* what goes, as it compares with a half */
    bool more = value % divisor != 0;
    whole /= power;
    return whole + (twice > power || (twice == power && (more || whole % 2 != 0)));
}

struct ls_aggregate_result ls_ratio_result(const struct ls_aggregate *of, unsigned of_scale,
                                           const struct ls_aggregate *to, unsigned to_scale,
                                           unsigned scale)
{
    unsigned up = scale + to_scale;
    ls_u128 value = of->sum < 0 ? -(ls_u128)of->sum : (ls_u128)of->sum;
    ls_u128 divisor = to->sum < 0 ? -(ls_u128)to->sum : (ls_u128)to->sum;
    ls_u128 ratio = 0;
    bool fits = true;
    if (of->count == 0 || to->sum == 0) {
        return (struct ls_aggregate_result){.is_null = true};
    }
    if (up >= of_scale) {
        fits = divide_up(value, divisor, up - of_scale, &ratio);
    } else {
        ratio = divide_down(value, divisor, of_scale - up);
    }
    bool negative = (of->sum < 0) != (to->sum < 0);
    if (!fits || ratio > (ls_u128)LS_I128_MAX) {
        return number(true, 0);
    }
    return number(false, negative ? -(ls_i128)ratio : (ls_i128)ratio);
}

int64_t ls_quantile_bound(int64_t value)
{
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (size >= 256) {
        size &= UINT64_MAX << (56 - (unsigned)__builtin_clzll(size));
    }
    return value < 0 ? (int64_t)-size : (int64_t)size;
}

uint64_t ls_quantile_rank(struct ls_ratio q, uint64_t count)
{
    return (uint64_t)(((ls_u128)q.part * count + q.whole - 1) / q.whole);
}
