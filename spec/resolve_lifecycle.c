/* Lifecycles: which event type is which step, and what follows what. */
#include "spec/language_internal.h"
#include "spec/resolve_internal.h"

#include <stdio.h>
#include <string.h>

static const char *event_at(const void *steps, size_t i)
{
    return ((const struct ls_spec_step *)steps)[i].event;
}

/* A step above number `k` with an event type of this name. */
static const struct ls_spec_step *step_above(struct resolver *r, const struct ls_spec_step *steps,
                                             size_t k, const char *const *name)
{
    for (size_t i = 0; i < k; i++) {
        if (strcmp(steps[i].event, *name) == 0) {
            return &steps[i];
        }
    }
    char hint[LS_SUGGEST_MAX];
    PROBLEM(r, "LS2021", ls_spec_place(r->spec, name, steps[k].where),
            ls_resolve_suggest(*name, event_at, steps, k, hint),
            "no step above has the event type `%s`", *name);
    return NULL;
}

static void resolve_unless(struct resolver *r, const struct ls_spec_step *steps, size_t k,
                           struct ls_spec_step *step)
{
    step->unless_step = step_above(r, steps, k, &step->unless);
    if (step->unless_step && step->follows_step &&
        step->unless_step->follows_step != step->follows_step) {
        PROBLEM(r, "LS2021", ls_spec_place(r->spec, &step->unless, step->where),
                "let both follow the same step", "`%s` does not follow the step that `%s` does",
                step->unless, step->event);
    }
}

/* The first step begins a session; the others follow one above. */
static void resolve_order(struct resolver *r, struct ls_spec_step *steps, size_t k)
{
    struct ls_spec_step *step = &steps[k];
    bool certain = step->probability.part == step->probability.whole;
    if (k == 0) {
        const void *member = step->after     ? (const void *)&step->after
                             : step->follows ? (const void *)&step->follows
                             : step->unless  ? (const void *)&step->unless
                             : certain       ? NULL
                                             : &step->probability;
        if (member) {
            PROBLEM(r, "LS2021", ls_spec_place(r->spec, member, step->where), "leave it out",
                    "the first step begins a session: it has no `after`, `probability`, `follows` "
                    "or `unless`");
        }
        return;
    }
    if (!step->after) {
        PROBLEM(r, "LS2021", step->where, "add `after: {exponential: {mean: 20s}, max: 10m}`, say",
                "nothing says how long after the step before it comes");
    }
    step->follows_step = step->follows ? step_above(r, steps, k, &step->follows) : &steps[k - 1];
    if (step->unless) {
        resolve_unless(r, steps, k, step);
    }
}

/* All are about the entity of the lifecycle; where the first one is not, that is told alone. False
 * for a step that hardly belongs there. */
static bool check_entity(struct resolver *r, const struct ls_spec_lifecycle *lifecycle,
                         const struct ls_spec_step *step)
{
    const struct ls_spec_step *steps = lifecycle->steps.items;
    const struct ls_spec_event_type *type = step->event_type;
    char hint[160];
    bool known = ls_spec_entity(r->spec, type->entity) && steps->event_type &&
                 ls_spec_entity(r->spec, steps->event_type->entity);
    if (!lifecycle->entity_type || !known) {
        return true; /* there is no such entity or event type: that is told */
    }
    if (step == steps && strcmp(type->entity, lifecycle->entity) != 0) {
        snprintf(hint, sizeof hint, "write `entity: %.48s` here, or `entity: %.48s` there",
                 type->entity, lifecycle->entity);
        PROBLEM(r, "LS2021", ls_spec_place(r->spec, &lifecycle->entity, lifecycle->where), hint,
                "the lifecycle is about a %s, its first step `%s` about a %s", lifecycle->entity,
                type->name, type->entity);
    } else if (strcmp(steps->event_type->entity, lifecycle->entity) == 0 &&
               strcmp(type->entity, steps->event_type->entity) != 0) {
        snprintf(hint, sizeof hint,
                 "let it be about a %.64s as well, or take it out of the lifecycle",
                 steps->event_type->entity);
        PROBLEM(r, "LS2021", ls_spec_place(r->spec, &step->event, step->where), hint,
                "`%s` is about a %s, the first step about a %s", type->name, type->entity,
                steps->event_type->entity);
        return false;
    }
    return true;
}

/* False where there is no such event type. */
static bool resolve_step_type(struct resolver *r, const struct ls_spec_lifecycle *lifecycle,
                              struct ls_spec_step *step, bool is_first)
{
    struct ls_spec_event_type *type = ls_resolve_event_type(r, &step->event, step->where);
    step->event_type = type;
    if (!type) {
        return false;
    }
    if (type->step) {
        PROBLEM(r, "LS2021", ls_spec_place(r->spec, &step->event, step->where),
                "give this step an event type of its own", "`%s` is a step already, on line %d",
                type->name, type->step->where.line);
        return true;
    }
    type->step = step;
    type->lifecycle = lifecycle;
    if (check_entity(r, lifecycle, step) && !is_first && type->weight) {
        PROBLEM(r, "LS2021", ls_spec_place(r->spec, &type->weight, type->where),
                "leave `weight` out",
                "how often `%s` comes is said by the step that it follows, on line %d", type->name,
                step->where.line);
    }
    return true;
}

static void check_weights(struct resolver *r)
{
    bool any_free = false;
    for (size_t t = 0; t < r->spec->event_types.count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(r->spec, t);
        bool follows = type->step && type->step->follows_step;
        any_free = any_free || !type->step;
        if (!follows && !type->weight) {
            PROBLEM(r, "LS2021", ls_spec_place(r->spec, &type->weight, type->where),
                    "write `weight: 10`, say", "nothing says how often `%s` comes", type->name);
        }
    }
    if (!any_free) {
        PROBLEM(r, "LS2021", ls_spec_place(r->spec, &r->spec->lifecycles, r->spec->where),
                "add an event type that is no step, with a weight",
                "a step that is not taken leaves its place to another event, and there is none "
                "that is free");
    }
}

static void resolve_lifecycle(struct resolver *r, struct ls_spec_lifecycle *lifecycle)
{
    struct ls_spec_step *steps = lifecycle->steps.items;
    lifecycle->entity_type = ls_resolve_entity(r, lifecycle->entity, &lifecycle->entity,
                                               lifecycle->where);
    if (lifecycle->steps.count > LS_SPEC_STEPS_MAX || lifecycle->steps.count == 0) {
        PROBLEM(r, "LS2010", ls_spec_place(r->spec, &lifecycle->steps, lifecycle->where),
                lifecycle->steps.count ? "split it in two"
                                       : "write at least the first: `{event: order_placed}`, say",
                "a lifecycle has 1 to %d steps, this one %zu", LS_SPEC_STEPS_MAX,
                lifecycle->steps.count);
        return;
    }
    bool known = true;
    for (size_t k = 0; k < lifecycle->steps.count; k++) {
        known = resolve_step_type(r, lifecycle, &steps[k], k == 0) && known;
    }
    for (size_t k = 0; known && k < lifecycle->steps.count; k++) {
        resolve_order(r, steps, k);
    }
}

void ls_resolve_lifecycles(struct resolver *r)
{
    struct ls_spec_lifecycle *lifecycles = r->spec->lifecycles.items;
    int errors = r->diag->errors;
    if (r->spec->event_types.count == 0) { /* which is told, and no name of one could be right */
        return;
    }
    for (size_t l = 0; l < r->spec->lifecycles.count; l++) {
        resolve_lifecycle(r, &lifecycles[l]);
    }
    r->order_unknown = r->diag->errors > errors;
    if (!r->order_unknown) { /* else what is no step by mistake would be told to lack a weight */
        check_weights(r);
    }
}

/* The field is a number in events about the entity; which sources can be shifted, the generator
 * knows. */
static void find_shifted(struct resolver *r, const struct ls_spec_episode *episode)
{
    bool found = false;
    for (size_t t = 0; t < r->spec->event_types.count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(r->spec, t);
        found = found ||
                (type->entity_type == episode->entity_type && ls_spec_field(type, episode->field));
    }
    if (!found) {
        PROBLEM(r, "LS2028", ls_spec_place(r->spec, &episode->field, episode->where),
                "name another entity or another field",
                "no event type about a %s has the field `%s`", episode->entity, episode->field);
    }
}

static void resolve_episode(struct resolver *r, struct ls_spec_episode *episode)
{
    bool add = ls_spec_episode_given(episode, "add");
    bool times = ls_spec_episode_given(episode, "times");
    episode->entity_type = ls_resolve_entity(r, episode->entity, &episode->entity, episode->where);
    for (const struct ls_option *fault = ls_spec_faults_table.rows; fault->name; fault++) {
        if (strcmp(fault->name, episode->key) == 0) {
            PROBLEM(r, "LS2028", ls_spec_place(r->spec, &episode->key, episode->where),
                    "choose another name",
                    "`%s` is a fault, which the truth could not tell from an episode",
                    episode->key);
        }
    }
    if (add == times) {
        PROBLEM(r, "LS2028", episode->where, "write `add: 25.0`, or `times: 3`",
                "an episode either adds to a value or multiplies it");
    }
    if (episode->for_ms > episode->every_ms) {
        PROBLEM(r, "LS2028", ls_spec_place(r->spec, &episode->for_ms, episode->where),
                "lower `for`, or raise `every`", "an episode is longer than the span it lies in");
    }
    if (episode->rise_ms > episode->for_ms) {
        PROBLEM(r, "LS2028", ls_spec_place(r->spec, &episode->rise_ms, episode->where),
                "lower `rise`", "an episode is over before it has risen");
    }
}

void ls_resolve_episodes(struct resolver *r)
{
    struct ls_spec_episode *episodes = r->spec->episodes.items;
    if (r->spec->episodes.count > LS_SPEC_EPISODES_MAX) {
        PROBLEM(r, "LS2010", ls_spec_place(r->spec, &r->spec->episodes, r->spec->where),
                "split the domain in two", "a spec has at most %d episodes, this one %zu",
                LS_SPEC_EPISODES_MAX, r->spec->episodes.count);
        return;
    }
    for (size_t k = 0; k < r->spec->episodes.count; k++) {
        resolve_episode(r, &episodes[k]);
        if (ls_resolve_field_anywhere(r, &episodes[k].field, episodes[k].where) &&
            episodes[k].entity_type) {
            find_shifted(r, &episodes[k]);
        }
    }
}
