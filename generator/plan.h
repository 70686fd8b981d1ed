/* The compiled spec: flat operations with their keys, tables and bounds, ready to make any event
 * from its index. Immutable; shared by threads. */
#ifndef LS_GENERATOR_PLAN_H
#define LS_GENERATOR_PLAN_H

#include "generator/arrival.h"
#include "generator/episode.h"
#include "generator/fault.h"
#include "generator/op.h"
#include "generator/slot.h"

#define LS_EVENT_ID_SIZE    16 /* hex digits */
#define LS_RANGE_BEYOND_MAX 1000

struct ls_plan_entity {
    const struct ls_spec_entity *spec;
    uint64_t count;       /* in the end */
    struct ls_zipf *zipf; /* NULL: uniform, or in turn */
    bool in_turn;
    uint64_t pick_key;
    uint64_t
        count_at_start; /* of one that grows, evenly until a time; events from one on find all */
    int64_t grown_ms;
    uint64_t grown;              /* 0: it does not */
    uint64_t hot_first, hot_end; /* events that the fault hot_key strikes */
    bool has_episodes;
    const struct ls_plan_entity *owner; /* or NULL */
    bool sound;                         /* in a plan that is refused others are not */
    struct ls_id_template id;
    size_t attribute_count;
    struct ls_op *attributes;
    const uint8_t *partitions; /* of each, for a small population; or NULL */
};

/* One version of an event type. */
struct ls_plan_type {
    const struct ls_spec_event_type *spec;
    const struct ls_spec_version *version;
    const struct ls_plan_type *changed; /* what a schema_change goes over to; or NULL */
    size_t pick_count;
    struct ls_plan_pick {
        const struct ls_plan_entity *entity;
        unsigned back;          /* for the event so many steps before */
    } picks[LS_PLAN_PICKS_MAX]; /* the first is what the event is about */
    bool looks_back;            /* something in it comes from the session */
    struct ls_ops ops;          /* of hidden values, then of the payload's columns, in order */
    size_t column_count;        /* of the layout */
    uint8_t *head;              /* what a value begins with: the frame, the length of event_id */
    uint8_t *constant;          /* encoded: source and schema version */
    size_t constant_size;
    size_t value_max;              /* bytes */
    uint8_t *oversized;            /* the value of the fault oversized; or NULL */
    int range_column;              /* fault out_of_range: the column, or -1 */
    int64_t range_low, range_high; /* what the check allows; values outside are drawn next to it,
                                      up to LS_RANGE_BEYOND_MAX away */
    bool range_has_low, range_has_high;
    int missing_column;    /* or -1 */
    int conflict_column;   /* or -1 */
    int64_t conflict_high; /* the value may be raised up to this */
    int unknown_column;    /* fault unknown_reference; or -1 */
    const struct ls_plan_entity *unknown_entity;
};

struct ls_plan_delay {
    bool present;
    struct ls_distribution distribution;
    uint64_t key;
};

/* From a time to before another. */
struct ls_plan_span {
    bool present;
    int64_t from_ms, to_ms;
};

struct ls_plan {
    const struct ls_spec *spec; /* borrowed */
    uint64_t seed;
    struct ls_arrival arrival;
    size_t entity_count;
    struct ls_plan_entity *entities;
    size_t type_count;
    struct ls_plan_type *types;
    size_t episode_count;
    struct ls_episode *episodes;
    struct ls_choices type_choices; /* of the free ones */
    uint64_t type_key, event_id_key;
    struct ls_slots slots;
    uint32_t partitions;
    struct ls_plan_delay delay, late_delay, gap;
    struct ls_plan_fault late, jitter;
    struct ls_plan_fault damage[LS_FAULT_DUPLICATE]; /* by enum ls_fault */
    /* those that are declared, in order, and of each what nearly always tells that it does not
     * strike */
    size_t damage_count;
    struct ls_plan_damage {
        uint64_t key;
        uint64_t last;
        enum ls_fault kind;
    } damages[LS_FAULT_DUPLICATE];
    bool narrow_damage; /* one of them is for some times or entities alone */
    int64_t clock_ahead_ms, clock_back_ms, jitter_max_ms;
    uint32_t oversized_size;
    struct ls_chance conflict_share; /* of the copies */
    uint64_t copy_kind_key;
    struct ls_plan_span outage, hot, change;
    uint32_t outage_partition;
    struct ls_chance hot_share;
    uint64_t hot_key, change_key;
    struct ls_arena arena;
};

/* Compiles a spec for generating. What contract G7 wants proved and can't be is a problem (LS22xx)
 * in `report`, with LS_E_DATA. Free with ls_plan_free; the spec must outlive the plan. */
int ls_plan_new(const struct ls_spec *spec, struct ls_plan **out, struct ls_buf *report,
                struct ls_error *err);
void ls_plan_free(struct ls_plan *plan);

/* Which entity of a population the event at `index` is about. `cursor`: of a caller who asks for
 * times in order; or NULL. */
uint64_t ls_entity_pick_then(const struct ls_plan *plan, const struct ls_plan_entity *entity,
                             uint64_t index, struct ls_arrival_cursor *cursor);

static inline uint64_t ls_entity_pick_by(const struct ls_plan *plan,
                                         const struct ls_plan_entity *entity, uint64_t index,
                                         struct ls_arrival_cursor *cursor)
{
    if (index < entity->grown || (index >= entity->hot_first && index < entity->hot_end)) {
        return ls_entity_pick_then(plan, entity, index, cursor);
    }
    if (entity->in_turn) {
        return index % entity->count;
    }
    return entity->zipf ? ls_zipf_draw(entity->zipf, entity->pick_key, index) - 1
                        : ls_below(ls_word(entity->pick_key, index, 0), entity->count);
}

static inline uint64_t ls_entity_pick(const struct ls_plan *plan,
                                      const struct ls_plan_entity *entity, uint64_t index)
{
    return ls_entity_pick_by(plan, entity, index, NULL);
}

#endif
