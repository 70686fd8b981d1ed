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
    return !ls_add_overflows(a->sum, value, &a->sum);
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

struct ls_aggregate_result ls_ratio_result(const struct ls_aggregate *of, unsigned of_scale,
                                           const struct ls_aggregate *to, unsigned to_scale,
                                           unsigned scale)
{
    ls_i128 numerator = of->sum;
    ls_i128 denominator = to->sum;
    unsigned up = scale + to_scale;
    if (of->count == 0 || to->sum == 0) {
        return (struct ls_aggregate_result){.is_null = true};
    }
    if (denominator == LS_I128_MIN || numerator == LS_I128_MIN) {
        return number(true, 0);
    }
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    if (up >= of_scale ? ls_mul_overflows(numerator, ls_pow10(up - of_scale), &numerator)
                       : ls_mul_overflows(denominator, ls_pow10(of_scale - up), &denominator)) {
        return number(true, 0);
    }
    return number(false, ls_div_half_even(numerator, denominator));
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
