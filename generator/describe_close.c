/* What can be told once all events are there. */
#include "generator/asked.h"
#include "generator/describe.h"

#include <string.h>

/* The hottest come first; of one count, those of lower numbers. */
static void find_hottest(struct ls_describe_keys *keys)
{
    uint64_t count = keys->entity->count < LS_DESCRIBE_KEYS_MAX ? keys->entity->count
                                                                : LS_DESCRIBE_KEYS_MAX;
    for (uint64_t n = 0; n < count; n++) {
        keys->distinct += keys->counts[n] > 0;
        size_t at = keys->hot_count;
        while (at > 0 && keys->hot[at - 1].count < keys->counts[n]) {
            at--;
        }
        if (at == LS_DESCRIBE_HOT || keys->counts[n] == 0) {
            continue;
        }
        keys->hot_count += keys->hot_count < LS_DESCRIBE_HOT;
        memmove(&keys->hot[at + 1], &keys->hot[at], (keys->hot_count - 1 - at) * sizeof *keys->hot);
        keys->hot[at] = (struct ls_describe_hot){n, keys->counts[n]};
    }
}

static void expect_faults(struct ls_describe *d)
{
    for (int kind = 0; kind < LS_DESCRIBE_FAULTS; kind++) {
        struct ls_describe_fault *fault = &d->faults[kind];
        fault->expected = fault->spec ? ls_asked_count(fault->exposed, fault->spec->rate) : 0;
    }
    const struct ls_describe_fault *conflict = &d->faults[LS_FAULT_CONFLICT];
    if (conflict->spec) { /* a copy of what has nothing to differ in is a plain one */
        d->faults[LS_FAULT_DUPLICATE].expected += ls_asked_count(d->events - conflict->exposed,
                                                                 conflict->spec->rate);
    }
}

/* Each entity has so many spans of time in the run; at its ends, parts of one. */
static void expect_episodes(struct ls_describe *d)
{
    const struct ls_spec_episode *specs = d->plan->spec->episodes.items;
    for (size_t k = 0; k < d->plan->episode_count; k++) {
        const struct ls_episode *plan = d->episodes[k].plan;
        const struct ls_plan_entity *entity = plan->entity;
        ls_u128 times = (ls_u128)entity->count * (uint64_t)(d->end_ms - d->begin_ms);
        uint64_t every = (uint64_t)plan->every_ms;
        uint64_t spans = (uint64_t)((times + every / 2) / every);
        d->episodes[k].expected = ls_asked_count(spans, specs[k].probability);
    }
}

int ls_describe_close(struct ls_describe *d, struct ls_error *err)
{
    int rc = 0;
    for (size_t t = 0; t < d->plan->type_count; t++) {
        struct ls_describe_type *type = &d->types[t];
        for (size_t i = 0; rc == 0 && i < type->field_count; i++) {
            ls_tally_sort(&type->fields[i].words);
            rc = ls_quantiles_close(&type->fields[i].numbers, err);
        }
    }
    for (size_t k = 0; rc == 0 && k < LS_DELAY_COUNT; k++) {
        rc = ls_quantiles_close(&d->delays[k], err);
    }
    for (size_t e = 0; e < d->plan->entity_count; e++) {
        if (d->keys[e].entity) {
            find_hottest(&d->keys[e]);
        }
    }
    expect_faults(d);
    expect_episodes(d);
    return rc;
}
