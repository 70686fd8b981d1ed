#include "generator/event.h"

#include "core/avro/frame.h"
#include "core/base/hash.h"

#include <assert.h>
#include <string.h>

#define ALWAYS_INLINE __attribute__((always_inline)) inline
#define PROBES        8 /* indices that a copy looks at for its original */

/* ---- what an event is */

/* What is asked of a slot before anything is made of it. */
struct identity {
    struct ls_slot slot;
    bool filled;             /* its chain */
    struct ls_struck struck; /* entity: 0 until it is wanted */
};

static unsigned free_type(const struct ls_plan *plan, uint64_t i)
{
    return plan->type_count == 1
               ? 0
               : (unsigned)ls_choose(&plan->type_choices, ls_word(plan->type_key, i, 0));
}

static ALWAYS_INLINE void identify(const struct ls_plan *plan, uint64_t i, bool is_copy,
                                   int64_t scheduled_ms, struct ls_slot_cache *cache,
                                   struct identity *out)
{
    ls_slot_find_start(&plan->slots, i, is_copy, cache, &out->slot);
    out->filled = false;
    out->struck.index = i;
    out->struck.type = out->slot.step ? out->slot.step->type : free_type(plan, i);
    out->struck.scheduled_ms = scheduled_ms;
    out->struck.entity = 0;
}

/* Hot keys and growth are decided when a session begins. */
static uint64_t entity_of(const struct ls_plan *plan, const struct identity *id)
{
    return ls_entity_pick(plan, plan->types[id->struck.type].picks[0].entity, id->slot.chain[0]);
}

static ALWAYS_INLINE enum ls_fault damage_of(const struct ls_plan *plan,
                                             const struct ls_struck *struck)
{
    const struct ls_plan_damage *end = plan->damages + plan->damage_count;
    for (const struct ls_plan_damage *d = plan->damages; d < end; d++) {
        if (__builtin_expect(ls_word(d->key, struck->index, 0) <= d->last, 0) &&
            ls_fault_strikes(&plan->damage[d->kind], struck)) {
            return d->kind;
        }
    }
    return LS_FAULT_NONE;
}

/* ---- episodes */

/* The first one that holds an entity at a time; 0: none. */
static unsigned episode_at(const struct ls_plan *plan, const struct ls_plan_entity *entity,
                           uint64_t n, int64_t time_ms, uint32_t *height)
{
    for (size_t k = 0; k < plan->episode_count; k++) {
        if (plan->episodes[k].entity == entity) {
            *height = ls_episode_height(&plan->episodes[k], n, time_ms);
            if (*height) {
                return (unsigned)k + 1;
            }
        }
    }
    return 0;
}

/* ---- times (G4) */

/* Of one slot by itself; `struck` is of the slot. */
static ALWAYS_INLINE int64_t ordinary_time(const struct ls_plan *plan,
                                           const struct ls_struck *struck)
{
    return struck->scheduled_ms -
           (plan->delay.present
                ? ls_distribution_draw(&plan->delay.distribution, plan->delay.key, struck->index)
                : 0);
}

static inline int64_t late_time(const struct ls_plan *plan, const struct ls_struck *struck)
{
    return struck->scheduled_ms - ls_distribution_draw(&plan->late_delay.distribution,
                                                       plan->late_delay.key, struck->index);
}

/* What an event's time is, and the episode that it falls into: nothing else is wrong with an event
 * in one, so it is not late then. `least` is what the steps before leave. */
struct timing {
    int64_t event_time;
    bool late;
    unsigned episode;
    uint32_t height;
};

static ALWAYS_INLINE void find_time(const struct ls_plan *plan, const struct ls_struck *struck,
                                    int64_t least, struct timing *out)
{
    int64_t ordinary = ordinary_time(plan, struck);
    const struct ls_plan_entity *entity = plan->types[struck->type].picks[0].entity;
    out->event_time = ordinary > least ? ordinary : least;
    out->late = false;
    out->episode = 0;
    out->height = 0;
    if (entity->has_episodes) {
        out->episode = episode_at(plan, entity, struck->entity, out->event_time, &out->height);
    }
    if (out->episode == 0 && ls_fault_strikes(&plan->late, struck)) {
        int64_t late = late_time(plan, struck);
        uint32_t height;
        late = late > least ? late : least;
        if (!entity->has_episodes || !episode_at(plan, entity, struck->entity, late, &height)) {
            out->late = late < ordinary;
            out->event_time = late;
        }
    }
}

/* The least that the steps before leave for the event_time of the last one; `timings`, when not
 * NULL, gets theirs. */
static __attribute__((noinline)) int64_t time_after(const struct ls_plan *plan,
                                                    const struct ls_slot *slot, uint64_t entity,
                                                    struct timing *timings)
{
    int64_t least = INT64_MIN;
    const struct ls_step *step = slot->step;
    uint16_t types[LS_SPEC_STEPS_MAX];
    for (unsigned k = slot->depth; k > 0; k--) {
        step = &slot->lifecycle->steps[step->follows];
        types[k - 1] = step->type;
    }
    for (unsigned k = 0; k < slot->depth; k++) {
        uint64_t i = slot->chain[k];
        const struct ls_struck struck = {i, types[k], ls_arrival_time(&plan->arrival, i), entity};
        struct timing timing;
        find_time(plan, &struck, least, &timing);
        least = timing.event_time + 1;
        if (timings) {
            timings[k] = timing;
        }
    }
    return least;
}

static ALWAYS_INLINE void time_of(const struct ls_plan *plan, struct identity *id,
                                  struct timing *out)
{
    if (id->slot.depth > 1 && !id->filled) {
        ls_slot_fill(&plan->slots, &id->slot);
        id->filled = true;
    }
    int64_t least = id->slot.depth ? time_after(plan, &id->slot, id->struck.entity, NULL)
                                   : INT64_MIN;
    find_time(plan, &id->struck, least, out);
}

/* ---- copies */

/* Nothing damages it, and it is in no episode. */
static bool is_sound(const struct ls_plan *plan, struct identity *id)
{
    if (plan->types[id->struck.type].picks[0].entity->has_episodes) {
        struct timing timing;
        time_of(plan, id, &timing);
        return timing.episode == 0 && damage_of(plan, &id->struck) == LS_FAULT_NONE;
    }
    return damage_of(plan, &id->struck) == LS_FAULT_NONE;
}

/* The event that copy slot i repeats: an earlier slot that is no copy and that nothing damages.
 * False when the probes find none. */
static bool find_original(const struct ls_plan *plan, uint64_t i, struct ls_event_scratch *scratch,
                          struct identity *out)
{
    uint64_t gap = (uint64_t)ls_distribution_draw(&plan->gap.distribution, plan->gap.key, i);
    for (uint64_t probe = 0; probe < PROBES && gap + probe <= i; probe++) {
        uint64_t j = i - gap - probe;
        if (ls_slot_is_copy(&plan->slots, j, &scratch->slots)) {
            continue;
        }
        identify(plan, j, false, ls_arrival_time(&plan->arrival, j), NULL, out);
        out->struck.entity = entity_of(plan, out);
        if (is_sound(plan, out)) {
            return true;
        }
    }
    return false;
}

/* ---- partitions, schema versions, clocks */

static inline uint32_t partition_of(const struct ls_plan *plan, const struct ls_plan_entity *entity,
                                    uint64_t n)
{
    if (entity->partitions) {
        return entity->partitions[n];
    }
    uint8_t key[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    return ls_partition_of(key, ls_id_write(&entity->id, n, key), plan->partitions);
}

/* More and more of the new version, while both are written. */
static bool is_changed(const struct ls_plan *plan, const struct ls_struck *struck)
{
    if (!plan->types[struck->type].changed || struck->scheduled_ms < plan->change.from_ms) {
        return false;
    }
    if (struck->scheduled_ms >= plan->change.to_ms) {
        return true;
    }
    uint64_t mixed = (uint64_t)(plan->change.to_ms - plan->change.from_ms);
    uint64_t passed = (uint64_t)(struck->scheduled_ms - plan->change.from_ms);
    return ls_below(ls_word(plan->change_key, struck->index, 0), mixed) < passed;
}

static void shift_clock(const struct ls_plan *plan, const struct ls_struck *struck,
                        struct ls_event *event)
{
    if (event->fault == LS_FAULT_CLOCK_AHEAD) {
        event->ingest_time += plan->clock_ahead_ms;
    } else if (event->fault == LS_FAULT_CLOCK_BACK) {
        event->ingest_time -= plan->clock_back_ms;
    } else if (!ls_fault_damages((enum ls_fault)event->fault) && !event->episode &&
               ls_fault_strikes(&plan->jitter, struck)) {
        uint64_t span = 2 * (uint64_t)plan->jitter_max_ms + 1;
        event->ingest_time += (int64_t)ls_below(ls_word(plan->jitter.key, event->index, 1), span) -
                              plan->jitter_max_ms;
        event->jitter = true;
    }
}

/* What a copy's slot repeats, with the times of its own. */
static void begin_copy(const struct ls_plan *plan, struct identity *original, struct ls_event *out)
{
    struct timing timing;
    uint64_t word = ls_word(plan->copy_kind_key, out->index, 0);
    time_of(plan, original, &timing);
    out->event_time = timing.event_time;
    out->fault = ls_strikes(plan->conflict_share, word) ? LS_FAULT_CONFLICT : LS_FAULT_DUPLICATE;
}

bool ls_event_begin(const struct ls_plan *plan, const struct ls_shard *shard, uint64_t i,
                    struct ls_event_scratch *scratch, struct ls_event *out)
{
    struct identity id;
    bool is_copy = ls_slot_is_copy(&plan->slots, i, &scratch->slots);
    out->index = i;
    out->late = false;
    out->jitter = false;
    out->episode = 0;
    out->height = 0;
    out->fault = LS_FAULT_NONE;
    bool repeats = is_copy && find_original(plan, i, scratch, &id);
    if (!repeats) {
        identify(plan, i, is_copy, 0, &scratch->slots, &id);
    }
    const struct ls_plan_entity *entity = plan->types[id.struck.type].picks[0].entity;
    /* an event of its own time is asked for that in order */
    struct ls_arrival_cursor *cursor = id.slot.chain[0] == i ? &scratch->arrival : NULL;
    out->entity = id.struck.entity = ls_entity_pick_by(plan, entity, id.slot.chain[0], cursor);
    out->partition = partition_of(plan, entity, out->entity);
    if (!ls_shard_has(shard, out->partition)) {
        return false;
    }
    out->scheduled_ms = ls_arrival_next_time(&plan->arrival, &scratch->arrival, i);
    if (repeats) {
        begin_copy(plan, &id, out);
    } else {
        struct timing timing;
        id.struck.scheduled_ms = out->scheduled_ms;
        time_of(plan, &id, &timing);
        out->event_time = timing.event_time;
        out->late = timing.late;
        out->episode = (uint8_t)timing.episode;
        out->height = timing.height;
        out->fault = is_copy || timing.episode ? LS_FAULT_NONE
                                               : (uint16_t)damage_of(plan, &id.struck);
    }
    out->original = id.struck.index;
    out->type = (uint16_t)id.struck.type;
    out->changed = plan->change.present && is_changed(plan, &id.struck);
    out->held = plan->outage.present && out->partition == plan->outage_partition &&
                out->scheduled_ms >= plan->outage.from_ms && out->scheduled_ms < plan->outage.to_ms;
    out->timestamp_ms = out->held ? plan->outage.to_ms : out->scheduled_ms;
    out->ingest_time = out->timestamp_ms;
    id.struck.index = i; /* jitter is the copy's own */
    id.struck.scheduled_ms = out->scheduled_ms;
    shift_clock(plan, &id.struck, out);
    return true;
}

/* ---- bytes */

/* Sixteen digits, of eight nibbles at once: spread over the bytes of a word, the highest first. */
static void write_event_id(uint64_t word, uint8_t out[LS_EVENT_ID_SIZE])
{
    for (size_t half = 0; half < 2; half++) {
        uint64_t x = half ? word & UINT32_MAX : word >> 32;
        x = (x | x << 16) & UINT64_C(0xffff0000ffff);
        x = (x | x << 8) & UINT64_C(0xff00ff00ff00ff);
        x = (x | x << 4) & UINT64_C(0xf0f0f0f0f0f0f0f);
        uint64_t letters = (x + UINT64_C(0x606060606060606)) >> 4 & UINT64_C(0x101010101010101);
        x += UINT64_C(0x3030303030303030) + letters * ('a' - '0' - 10);
        ls_put_u64(out + 8 * half, __builtin_bswap64(x));
    }
}

/* Frame and envelope; the id and the key stay where they were written. */
static ALWAYS_INLINE uint8_t *put_envelope(const struct ls_plan *plan,
                                           const struct ls_plan_type *type,
                                           const struct ls_op_event *values, struct ls_event *event,
                                           uint8_t *at)
{
    size_t key_size;
    memcpy(at, type->head, 16); /* eleven of them count */
    at += LS_SINGLE_OBJECT_SIZE + 1;
    write_event_id(ls_mix(plan->event_id_key + event->original), at);
    event->event_id = (const char *)at;
    at += LS_EVENT_ID_SIZE;
    at = ls_put_time(at, event->event_time);
    at = ls_put_time(at, event->ingest_time);
    memcpy(at, type->constant, LS_OP_SPOILT);
    if (__builtin_expect(type->constant_size > LS_OP_SPOILT, 0)) {
        memcpy(at, type->constant, type->constant_size);
    }
    at += type->constant_size;
    at = ls_id_put(&type->picks[0].entity->id, values->picks[0], at, &key_size);
    event->key = at - key_size;
    event->key_size = (uint32_t)key_size;
    return at;
}

/* The lengths of the envelope's strings: event_id, source, entity_id. */
static void note_envelope(const struct ls_plan_type *type, const uint8_t *end, uint32_t key_size,
                          struct ls_lengths *lengths)
{
    uint32_t key_at = (uint32_t)(end - lengths->begin) - key_size - (key_size > 63 ? 2 : 1);
    lengths->at[lengths->count++] = LS_SINGLE_OBJECT_SIZE;
    lengths->at[lengths->count++] = key_at - (uint32_t)type->constant_size;
    lengths->at[lengths->count++] = key_at;
}

/* A conflict's payload differs in one number and passes every check. False where the original has
 * nothing to differ in. */
static bool make_conflict(const struct ls_plan_type *type, const struct ls_op_event *values,
                          struct ls_override *out)
{
    if (type->conflict_column < 0 || values->cells[type->conflict_column].is_null) {
        return false;
    }
    int64_t number = values->cells[type->conflict_column].number;
    *out = (struct ls_override){(uint16_t)type->conflict_column,
                                {.number = number < type->conflict_high ? number + 1 : number - 1}};
    return true;
}

static void break_range(const struct ls_plan *plan, const struct ls_plan_type *type, uint64_t i,
                        struct ls_override *out)
{
    int64_t beyond = 1 + (int64_t)ls_below(
                             ls_word(plan->damage[LS_FAULT_OUT_OF_RANGE].detail_key, i, 0),
                             LS_RANGE_BEYOND_MAX);
    *out = (struct ls_override){
        (uint16_t)type->range_column,
        {.number = type->range_has_high ? type->range_high + beyond : type->range_low - beyond}};
}

/* Damage that every decoder must notice (G7): the datum cut somewhere inside; or the lowest bit of
 * a string's length flipped, which makes it negative. */
static void damage(const struct ls_plan *plan, const struct ls_plan_type *type,
                   struct ls_op_event *values, struct ls_event *event, uint8_t *room)
{
    if (event->fault == LS_FAULT_TRUNCATED) {
        uint64_t datum = event->value_size - LS_SINGLE_OBJECT_SIZE;
        uint64_t word = ls_word(plan->damage[LS_FAULT_TRUNCATED].detail_key, event->index, 0);
        event->value_size = LS_SINGLE_OBJECT_SIZE + (uint32_t)ls_below(word, datum);
    } else {
        struct ls_lengths lengths = {.begin = room};
        uint8_t *payload = put_envelope(plan, type, values, event, room);
        note_envelope(type, payload, event->key_size, &lengths);
        ls_ops_run_with(&type->ops, values, NULL, &lengths, payload);
        uint64_t word = ls_word(plan->damage[LS_FAULT_CORRUPT].detail_key, event->index, 0);
        room[lengths.at[ls_below(word, lengths.count)]] ^= 1;
    }
}

static void name_unknown(const struct ls_plan *plan, const struct ls_plan_type *type, uint64_t i,
                         uint8_t text[LS_ID_TEXT_MAX + LS_OP_SPOILT], struct ls_override *out)
{
    uint64_t word = ls_word(plan->damage[LS_FAULT_UNKNOWN_REFERENCE].detail_key, i, 0);
    uint64_t n = type->unknown_entity->count + ls_below(word, LS_RANGE_BEYOND_MAX);
    size_t size = ls_id_write(&type->unknown_entity->id, n, text);
    *out = (struct ls_override){(uint16_t)type->unknown_column,
                                {.bytes = text, .size = (uint32_t)size}};
}

/* Neither the right one nor that of a registry's frame, behind which any schema might stand. */
static uint8_t wrong_magic(uint8_t right, uint64_t word)
{
    uint8_t wrong = (uint8_t)(1 + ls_below(word, 254));
    return wrong < right ? wrong : wrong + 1;
}

/* Faults of the bytes. False for another one. */
static bool damage_bytes(const struct ls_plan *plan, const struct ls_plan_type *type,
                         struct ls_op_event *values, struct ls_event *event, uint8_t *room)
{
    uint64_t word = ls_word(plan->damage[event->fault].detail_key, event->index, 0);
    switch (event->fault) {
    case LS_FAULT_TRUNCATED:
    case LS_FAULT_CORRUPT:
        damage(plan, type, values, event, room);
        return true;
    case LS_FAULT_WRONG_FRAME:
        room[0] = wrong_magic(room[0], word);
        return true;
    case LS_FAULT_UNKNOWN_SCHEMA:
        room[2] ^= (uint8_t)(1 + ls_below(word, 255));
        return true;
    case LS_FAULT_EMPTY:
        event->value_size = 0;
        return true;
    case LS_FAULT_OVERSIZED:
        event->value = type->oversized;
        event->value_size = plan->oversized_size;
        return true;
    default:
        return false;
    }
}

/* The value of an event that something was done to, after its ordinary one was made; `payload` is
 * where the payload begins. */
static __attribute__((noinline)) void strike(const struct ls_plan *plan,
                                             const struct ls_plan_type *type,
                                             struct ls_op_event *values, struct ls_event *event,
                                             uint8_t *payload, uint8_t *room)
{
    struct ls_override override = {.cell = UINT16_MAX};
    uint8_t text[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    if (ls_fault_damages((enum ls_fault)event->fault) &&
        damage_bytes(plan, type, values, event, room)) {
        return;
    }
    switch (event->fault) {
    case LS_FAULT_OUT_OF_RANGE:
        break_range(plan, type, event->index, &override);
        break;
    case LS_FAULT_MISSING:
        override = (struct ls_override){(uint16_t)type->missing_column, {.is_null = true}};
        break;
    case LS_FAULT_UNKNOWN_REFERENCE:
        name_unknown(plan, type, event->index, text, &override);
        break;
    case LS_FAULT_CONFLICT:
        if (!make_conflict(type, values, &override)) {
            event->fault = LS_FAULT_DUPLICATE;
            return;
        }
        break;
    default:
        return;
    }
    uint8_t *end = ls_ops_run_with(&type->ops, values, &override, NULL, payload);
    event->value_size = (uint32_t)(end - room);
    event->room_used = event->value_size;
}

/* The session's steps before this one, for what is taken from them. */
static __attribute__((noinline)) void look_back(const struct ls_plan *plan, uint64_t i,
                                                uint64_t entity, struct ls_event_scratch *scratch)
{
    struct ls_slot slot;
    struct timing timings[LS_SPEC_STEPS_MAX];
    struct ls_op_event *values = &scratch->values;
    ls_slot_find(&plan->slots, i, ls_slot_is_copy(&plan->slots, i, &scratch->slots), &slot);
    values->session = slot.session;
    if (slot.depth) {
        time_after(plan, &slot, entity, timings);
    }
    for (unsigned back = 1; back <= slot.depth; back++) {
        const struct timing *timing = &timings[slot.depth - back];
        values->indices[back] = slot.chain[slot.depth - back];
        values->times[back] = timing->event_time;
        values->episodes[back] = timing->episode;
        values->heights[back] = timing->height;
    }
}

void ls_event_write(const struct ls_plan *plan, struct ls_event_scratch *scratch, uint8_t *room,
                    struct ls_event *event)
{
    const struct ls_plan_type *type = ls_event_type(plan, event);
    struct ls_op_event *values = &scratch->values;
    values->indices[0] = event->original;
    values->times[0] = event->event_time;
    values->episodes[0] = event->episode;
    values->heights[0] = event->height;
    if (type->looks_back) {
        look_back(plan, event->original, event->entity, scratch);
    }
    values->picks[0] = event->entity;
    for (size_t k = 1; k < type->pick_count; k++) {
        const struct ls_plan_pick *pick = &type->picks[k];
        values->picks[k] = ls_entity_pick(plan, pick->entity, values->indices[pick->back]);
    }
    uint8_t *payload = put_envelope(plan, type, values, event, room);
    event->value = room;
    event->value_size = (uint32_t)(ls_ops_run(&type->ops, values, payload) - room);
    event->room_used = event->value_size;
    if (__builtin_expect(event->fault != LS_FAULT_NONE, 0)) {
        strike(plan, type, values, event, payload, room);
    }
}

void ls_event_make(const struct ls_plan *plan, uint64_t i, struct ls_event_scratch *scratch,
                   uint8_t *room, struct ls_event *out)
{
    static const struct ls_shard all;
    (void)ls_event_begin(plan, &all, i, scratch, out);
    ls_event_write(plan, scratch, room, out);
}

size_t ls_event_value_max(const struct ls_plan *plan)
{
    size_t most = 0;
    for (size_t t = 0; t < plan->type_count; t++) {
        for (const struct ls_plan_type *type = &plan->types[t]; type; type = type->changed) {
            most = type->value_max > most ? type->value_max : most;
        }
    }
    return most;
}
