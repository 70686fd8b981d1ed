/* From the lifecycles of the spec to rounds and interleavers (contract G5). */
#include "generator/interleave.h"
#include "generator/plan_internal.h"

#include <assert.h>
#include <string.h>

#define ROUND_MAX (UINT64_C(1) << 20)

static int index_of_step(const struct ls_spec_lifecycle *lifecycle, const struct ls_spec_step *step)
{
    return step ? (int)(step - (const struct ls_spec_step *)lifecycle->steps.items) : -1;
}

/* Sessions of the lifecycle that begin in a millisecond at the schedule's mean rate, times 2^64. */
static ls_u128 starts_q64(const struct ls_plan *plan, const struct ls_lifecycle *lifecycle)
{
    const struct ls_slots *slots = &plan->slots;
    struct ls_rate mean;
    ls_arrival_mean_rate(&plan->arrival, &mean);
    ls_u128 rate = ((ls_u128)mean.count << 64) / mean.per_ms; /* events */
    rate -= slots->block ? rate / slots->block : 0;
    return rate / slots->round * lifecycle->starts;
}

/* How many sessions begin in so many milliseconds, to the nearest. */
static int64_t to_sessions(ls_u128 starts_q64, int64_t ms)
{
    ls_u128 sessions = ((starts_q64 >> 32) * (uint64_t)ms + (UINT64_C(1) << 31)) >> 32;
    return sessions < (ls_u128)1 << 40 ? (int64_t)sessions : (INT64_C(1) << 40) - 1;
}

static bool plan_lags(struct planner *p, const struct ls_spec_lifecycle *spec,
                      const struct ls_spec_step *step, const struct ls_lifecycle *lifecycle,
                      struct ls_step *out)
{
    static const uint64_t half = UINT64_C(1) << 63;
    struct ls_plan_delay after;
    const int64_t *lags;
    int64_t wished[LS_LAGS];
    uint64_t key = ls_plan_key(p, "lifecycles.%s.%s.after", spec->key, step->event);
    if (step->after->distribution.member == &ls_member_zipf) {
        PROBLEM(p, "LS2018", step->after->distribution.where, "use exponential or lognormal, say",
                "a zipf is no delay between two steps");
        return false;
    }
    ls_plan_delay(p, &step->after->distribution, LS_UNIT_DURATION, 0, step->after->max_ms, "",
                  &after);
    if (!after.present) {
        return false;
    }
    ls_u128 starts = starts_q64(p->plan, lifecycle);
    for (uint64_t k = 0; k < LS_LAGS; k++) {
        uint64_t word = half / LS_LAGS * (2 * k + 1);
        wished[k] = to_sessions(starts, ls_distribution_at(&after.distribution, word));
    }
    int rc = ls_interleave(wished, (int64_t)lifecycle->starts, ls_word(key, 0, 0), &p->plan->arena,
                           &lags, p->err);
    out->lags = lags;
    return rc == 0;
}

static bool plan_lifecycle(struct planner *p, const struct ls_spec_lifecycle *spec,
                           struct ls_lifecycle *out)
{
    const struct ls_spec_step *steps = spec->steps.items;
    out->steps = ls_plan_alloc(p, out->step_count, sizeof *out->steps);
    if (!out->steps) {
        return false;
    }
    for (size_t k = 0; k < out->step_count; k++) {
        out->steps[k] = (struct ls_step){
            .type = (uint16_t)steps[k].event_type->index,
            .follows = index_of_step(spec, steps[k].follows_step),
            .unless = index_of_step(spec, steps[k].unless_step),
            .chance = ls_chance_of(steps[k].probability),
            .key = ls_plan_key(p, "lifecycles.%s.%s", spec->key, steps[k].event)};
        if (k > 0 && !plan_lags(p, spec, &steps[k], out, &out->steps[k])) {
            return false;
        }
    }
    return true;
}

/* As many places as the smallest whole numbers in the proportion of the weights. */
static bool plan_round(struct planner *p)
{
    struct ls_slots *slots = &p->plan->slots;
    const struct ls_spec_lifecycle *specs = p->spec->lifecycles.items;
    uint64_t free_weight = 0;
    for (size_t t = 0; t < p->plan->type_count; t++) {
        const struct ls_spec_event_type *type = p->plan->types[t].spec;
        free_weight += type->step ? 0 : (uint64_t)type->weight;
    }
    uint64_t divisor = free_weight;
    for (size_t l = 0; l < slots->lifecycle_count; l++) {
        const struct ls_spec_step *first = specs[l].steps.items;
        slots->lifecycles[l].starts = (uint64_t)first->event_type->weight;
        divisor = (uint64_t)ls_gcd(divisor, slots->lifecycles[l].starts);
    }
    assert(divisor > 0); /* each weight is above 0 */
    for (size_t l = 0; l < slots->lifecycle_count; l++) {
        struct ls_lifecycle *lifecycle = &slots->lifecycles[l];
        lifecycle->starts /= divisor;
        lifecycle->step_count = specs[l].steps.count;
        lifecycle->begin = slots->round;
        slots->round += lifecycle->starts * lifecycle->step_count;
    }
    slots->round += free_weight / divisor;
    if (slots->round > ROUND_MAX) {
        PROBLEM(
            p, "LS2021", ls_spec_place(p->spec, &p->spec->lifecycles, p->spec->where),
            "use weights with a common divisor: 30 and 100, not 31 and 101",
            "the weights of lifecycles and free events make rounds of %llu events, at most %llu",
            (unsigned long long)slots->round, (unsigned long long)ROUND_MAX);
        return false;
    }
    return true;
}

bool ls_plan_slots(struct planner *p)
{
    struct ls_slots *slots = &p->plan->slots;
    const struct ls_spec_lifecycle *specs = p->spec->lifecycles.items;
    slots->lifecycle_count = p->spec->lifecycles.count;
    if (slots->lifecycle_count == 0) {
        return true;
    }
    slots->round_key = ls_plan_key(p, "lifecycles.round");
    slots->lifecycles = ls_plan_alloc(p, slots->lifecycle_count, sizeof *slots->lifecycles);
    bool sound = slots->lifecycles && plan_round(p);
    slots->order = ls_permutation_of(sound ? slots->round : 1);
    for (size_t l = 0; sound && l < slots->lifecycle_count; l++) {
        sound = plan_lifecycle(p, &specs[l], &slots->lifecycles[l]);
    }
    return sound;
}
