#include "generator/asked.h"

static uint64_t times(uint64_t a, uint64_t b)
{
    return (uint64_t)ls_div_half_even((ls_i128)a * b, LS_SHARE_WHOLE);
}

static uint64_t share_of(uint64_t part, uint64_t whole)
{
    return (uint64_t)ls_div_half_even((ls_i128)part * LS_SHARE_WHOLE, whole);
}

/* Of 2^64 words. */
static uint64_t share_of_words(ls_u128 words)
{
    return (uint64_t)((words * LS_SHARE_WHOLE + (UINT64_C(1) << 63)) >> 64);
}

/* How often each step of a lifecycle is taken. */
static void ask_steps(const struct ls_lifecycle *lifecycle, uint64_t taken[LS_SPEC_STEPS_MAX])
{
    uint64_t where_followed[LS_SPEC_STEPS_MAX]; /* where the step that it follows was taken */
    for (size_t k = 0; k < lifecycle->step_count; k++) {
        const struct ls_step *step = &lifecycle->steps[k];
        uint64_t share = step->chance.possible ? share_of_words((ls_u128)step->chance.last + 1) : 0;
        if (step->unless >= 0) {
            share = times(share, LS_SHARE_WHOLE - where_followed[step->unless]);
        }
        where_followed[k] = share;
        taken[k] = step->follows >= 0 ? times(share, taken[step->follows]) : share;
    }
}

void ls_asked_types(const struct ls_plan *plan, uint64_t *out)
{
    const struct ls_slots *slots = &plan->slots;
    uint64_t free_share = LS_SHARE_WHOLE;
    uint64_t free_weight = 0;
    for (size_t l = 0; l < slots->lifecycle_count; l++) {
        const struct ls_lifecycle *lifecycle = &slots->lifecycles[l];
        uint64_t taken[LS_SPEC_STEPS_MAX];
        uint64_t begun = share_of(lifecycle->starts, slots->round);
        ask_steps(lifecycle, taken);
        for (size_t k = 0; k < lifecycle->step_count; k++) {
            out[lifecycle->steps[k].type] = times(taken[k], begun);
            free_share -= times(taken[k], begun); /* a step not taken leaves its place */
        }
    }
    for (size_t t = 0; t < plan->type_count; t++) {
        const struct ls_spec_event_type *type = plan->types[t].spec;
        free_weight += type->step ? 0 : (uint64_t)type->weight;
    }
    for (size_t t = 0; t < plan->type_count; t++) {
        const struct ls_spec_event_type *type = plan->types[t].spec;
        if (!type->step) {
            out[t] = times(share_of((uint64_t)type->weight, free_weight), free_share);
        }
    }
}

bool ls_asked_words(const struct ls_op *op, uint64_t *out)
{
    if (op->kind == LS_OP_CONST && op->word_count == 1) {
        out[0] = LS_SHARE_WHOLE;
        return true;
    }
    if (op->kind != LS_OP_CHOICE) {
        return false;
    }
    uint64_t from = 0;
    for (size_t k = 0; k < op->word_count; k++) {
        ls_u128 end = k < op->choices.last ? op->choices.limits[k] : (ls_u128)1 << 64;
        out[k] = k > op->choices.last ? 0 : share_of_words(end - from);
        from = k < op->choices.last ? op->choices.limits[k] : 0;
    }
    return true;
}

uint64_t ls_asked_count(uint64_t count, struct ls_ratio ratio)
{
    return (uint64_t)(((ls_u128)count * ratio.part * 2 + ratio.whole) / ((ls_u128)ratio.whole * 2));
}
