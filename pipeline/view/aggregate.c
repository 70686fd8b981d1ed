#include "pipeline/view/aggregate.h"

#include "core/base/mutant.h"
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

bool ls_aggregate_result(enum ls_aggregate_kind kind, const struct ls_aggregate *a, unsigned scale,
                         struct ls_aggregate_result *out)
{
    bool counts = kind == LS_AGGREGATE_COUNT || kind == LS_AGGREGATE_DISTINCT;
    *out = (struct ls_aggregate_result){.is_null = !counts && a->count == 0};
    if (out->is_null) {
        return true;
    }
    switch (kind) {
    case LS_AGGREGATE_COUNT:
    case LS_AGGREGATE_DISTINCT:
        out->number = (ls_i128)a->count;
        return true;
    case LS_AGGREGATE_SUM:
        out->number = a->sum;
        return true;
    case LS_AGGREGATE_MIN:
        out->number = a->least;
        return true;
    case LS_AGGREGATE_MAX:
        out->number = a->greatest;
        return true;
    case LS_AGGREGATE_AVG:
        if (ls_mul_overflows(a->sum, ls_pow10(scale), &out->number)) {
            return false;
        }
        out->number = LS_MUTANT(AVERAGE_HALF_UP)
                          ? (2 * out->number + (ls_i128)a->count) / (2 * (ls_i128)a->count)
                          : ls_div_half_even(out->number, (ls_i128)a->count);
        return true;
    }
    return false;
}
