/* From the episodes of the spec to what is asked for each event. */
#include "generator/plan_internal.h"

#include <string.h>

bool ls_plan_episodes(struct planner *p)
{
    struct ls_plan *plan = p->plan;
    const struct ls_spec_episode *specs = p->spec->episodes.items;
    plan->episode_count = p->spec->episodes.count;
    plan->episodes = ls_plan_alloc(p, plan->episode_count, sizeof *plan->episodes);
    for (size_t k = 0; plan->episodes && k < plan->episode_count; k++) {
        struct ls_episode *out = &plan->episodes[k];
        *out = (struct ls_episode){.name = specs[k].key,
                                   .chance = ls_chance_of(specs[k].probability),
                                   .key = ls_plan_key(p, "episodes.%s", specs[k].key),
                                   .start_ms = p->spec->start_ms,
                                   .every_ms = specs[k].every_ms,
                                   .for_ms = specs[k].for_ms,
                                   .rise_ms = specs[k].rise_ms};
        for (size_t e = 0; e < plan->entity_count; e++) {
            struct ls_plan_entity *entity = &plan->entities[e];
            if (entity->spec == specs[k].entity_type) {
                out->entity = entity;
                entity->has_episodes = true;
            }
        }
    }
    return plan->episodes != NULL;
}

static bool plan_shift(struct planner *p, const struct ls_spec_episode *episode, unsigned number,
                       const struct ls_spec_field *field, struct ls_op *out,
                       struct ls_op_shift *shift)
{
    *shift = (struct ls_op_shift){.episode = number};
    bool shifts = out->kind == LS_OP_WALK || (out->kind == LS_OP_NUMBER && !out->time);
    if (!shifts && !out->back) { /* of a step before it was said there */
        PROBLEM(p, "LS2028", ls_spec_place(p->spec, &episode->field, episode->where),
                "let the field be a walk, or a number that is drawn",
                "an episode cannot shift `%s`, which is `%s`", field->name,
                field->source.member->word);
    }
    if (!shifts) {
        return false;
    }
    if (ls_spec_episode_given(episode, "times")) {
        const struct ls_decimal *times = &episode->times;
        shift->times_q16 = (int64_t)(times->value * 65536 / ls_pow10(times->scale)) - 65536;
    } else if (!ls_spec_quantity(&episode->add, field, &shift->add)) {
        PROBLEM(p, "LS2018", episode->add.where, ls_field_type_hint(out->type),
                "this is no value of type %s", ls_field_type_words[out->type]);
        return false;
    }
    return true;
}

/* Wherever the field lies, the episode may take it so much further, within its `min` and its `max`:
 * what it makes of a value never falls where that rises. */
static void widen(const struct ls_spec_field *field, const struct ls_op_shift *shift, int64_t low,
                  int64_t high, struct ls_op *out)
{
    int64_t least;
    int64_t greatest;
    ls_plan_bounds(field, &least, &greatest);
    ls_i128 down = ls_op_shifted(shift, low, LS_EPISODE_WHOLE);
    ls_i128 up = ls_op_shifted(shift, high, LS_EPISODE_WHOLE);
    down = down < least ? least : down;
    up = up > greatest ? greatest : up;
    out->low = down < out->low ? (int64_t)down : out->low;
    out->high = up > out->high ? (int64_t)up : out->high;
}

bool ls_plan_shifts(struct planner *p, const struct ls_spec_field *field,
                    const struct ls_plan_type *type, struct ls_op *out)
{
    const struct ls_spec_episode *specs = p->spec->episodes.items;
    struct ls_op_shift *shifts = NULL;
    int64_t low = out->low;
    int64_t high = out->high;
    for (size_t k = 0; k < p->spec->episodes.count; k++) {
        if (specs[k].entity_type != type->spec->entity_type ||
            strcmp(specs[k].field, field->name) != 0) {
            continue;
        }
        shifts = shifts ? shifts : ls_plan_alloc(p, LS_SPEC_EPISODES_MAX, sizeof *shifts);
        if (!shifts ||
            !plan_shift(p, &specs[k], (unsigned)k + 1, field, out, &shifts[out->shift_count])) {
            return false;
        }
        widen(field, &shifts[out->shift_count++], low, high, out);
    }
    out->shifts = shifts;
    return true;
}
