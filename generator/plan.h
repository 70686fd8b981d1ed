/* The compiled spec: flat operations with their keys, tables and bounds, ready to make any event
 * from its index. Immutable; shared by threads. */
#ifndef LS_GENERATOR_PLAN_H
#define LS_GENERATOR_PLAN_H

#include "generator/arrival.h"
#include "generator/op.h"

#define LS_EVENT_ID_SIZE    16 /* hex digits */
#define LS_RANGE_BEYOND_MAX 1000

struct ls_plan_entity {
    const struct ls_spec_entity *spec;
    uint64_t count;
    struct ls_zipf *zipf; /* NULL: uniform */
    uint64_t pick_key;
    struct ls_id_template id;
    size_t attribute_count;
    struct ls_op *attributes;
    const uint8_t *partitions; /* of each, for a small population; or NULL */
};

struct ls_plan_type {
    const struct ls_spec_event_type *spec;
    size_t pick_count;
    const struct ls_plan_entity
        *picks[LS_PLAN_PICKS_MAX]; /* the first is what the event is about */
    struct ls_ops ops;             /* of hidden values, then of the payload's columns, in order */
    size_t column_count;           /* of the layout */
    uint8_t *head;                 /* what a value begins with: the frame, the length of event_id */
    uint8_t *constant;             /* encoded: source and schema version */
    size_t constant_size;
    size_t value_max;              /* bytes */
    int range_column;              /* fault out_of_range: the column, or -1 */
    int64_t range_low, range_high; /* what the check allows; values outside are drawn next to it,
                                      up to LS_RANGE_BEYOND_MAX away */
    bool range_has_low, range_has_high;
    int missing_column;    /* or -1 */
    int conflict_column;   /* or -1 */
    int64_t conflict_high; /* the value may be raised up to this */
};

struct ls_plan_delay {
    bool present;
    struct ls_distribution distribution;
    uint64_t key;
};

struct ls_plan_fault {
    struct ls_chance chance;
    uint64_t key;
};

struct ls_plan {
    const struct ls_spec *spec; /* borrowed */
    uint64_t seed;
    struct ls_arrival arrival;
    size_t entity_count;
    struct ls_plan_entity *entities;
    size_t type_count;
    struct ls_plan_type *types;
    struct ls_choices type_choices;
    uint64_t type_key, event_id_key;
    uint32_t partitions;
    struct ls_plan_delay delay, late_delay;
    struct ls_plan_fault late, truncated, corrupt, out_of_range, missing, clock_ahead, jitter;
    int64_t clock_ahead_ms, jitter_max_ms;
    uint64_t block;                  /* slots of which one is a copy's; 0: no copies */
    struct ls_chance conflict_share; /* of the copies */
    uint64_t copy_key, copy_kind_key;
    struct ls_plan_delay gap;
    uint64_t range_value_key, corrupt_place_key, truncated_place_key;
    struct ls_arena arena;
};

/* Compiles a spec for generating. What contract G7 wants proved and can't be is a problem (LS22xx)
 * in `report`, with LS_E_DATA. Free with ls_plan_free; the spec must outlive the plan. */
int ls_plan_new(const struct ls_spec *spec, struct ls_plan **out, struct ls_buf *report,
                struct ls_error *err);
void ls_plan_free(struct ls_plan *plan);

/* Which entity event `index` is about. */
static inline uint64_t ls_entity_pick(const struct ls_plan_entity *entity, uint64_t index)
{
    return entity->zipf ? ls_zipf_draw(entity->zipf, entity->pick_key, index) - 1
                        : ls_below(ls_word(entity->pick_key, index, 0), entity->count);
}

#endif
