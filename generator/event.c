#include "generator/event.h"

#include "core/avro/frame.h"
#include "core/base/hash.h"

#include <assert.h>
#include <string.h>

#define PROBES 8 /* indices that a copy looks at for its original */

/* ---- slots: one keyed place in each block is a copy's (G5) */

static bool is_copy(const struct ls_plan *plan, uint64_t i, struct ls_event_scratch *scratch)
{
    if (!plan->block) {
        return false;
    }
    if (i < scratch->block_begin || i >= scratch->block_end) {
        uint64_t number = i / plan->block;
        scratch->block_begin = number * plan->block;
        scratch->block_end = scratch->block_begin + plan->block;
        scratch->block_copy = scratch->block_begin +
                              ls_below(ls_word(plan->copy_key, number, 0), plan->block);
    }
    return i == scratch->block_copy;
}

static unsigned type_of(const struct ls_plan *plan, uint64_t i)
{
    return plan->type_count == 1
               ? 0
               : (unsigned)ls_choose(&plan->type_choices, ls_word(plan->type_key, i, 0));
}

static bool strikes(const struct ls_plan_fault *fault, uint64_t i)
{
    return fault->chance.possible && ls_word(fault->key, i, 0) <= fault->chance.last;
}

/* At most one, the first in this order. */
static enum ls_fault fault_of(const struct ls_plan *plan, const struct ls_plan_type *type,
                              uint64_t i)
{
    if (strikes(&plan->truncated, i)) {
        return LS_FAULT_TRUNCATED;
    }
    if (strikes(&plan->corrupt, i)) {
        return LS_FAULT_CORRUPT;
    }
    if (type->range_column >= 0 && strikes(&plan->out_of_range, i)) {
        return LS_FAULT_OUT_OF_RANGE;
    }
    if (type->missing_column >= 0 && strikes(&plan->missing, i)) {
        return LS_FAULT_MISSING;
    }
    return strikes(&plan->clock_ahead, i) ? LS_FAULT_CLOCK_AHEAD : LS_FAULT_NONE;
}

/* The event that copy slot i repeats: an earlier slot that is no copy and carries no fault; i
 * itself when the probes find none. */
static uint64_t original_of(const struct ls_plan *plan, uint64_t i,
                            struct ls_event_scratch *scratch)
{
    uint64_t gap = (uint64_t)ls_distribution_draw(&plan->gap.distribution, plan->gap.key, i);
    for (uint64_t probe = 0; probe < PROBES && gap + probe <= i; probe++) {
        uint64_t j = i - gap - probe;
        if (!is_copy(plan, j, scratch) &&
            fault_of(plan, &plan->types[type_of(plan, j)], j) == LS_FAULT_NONE) {
            return j;
        }
    }
    return i;
}

/* ---- times (G4) */

static int64_t event_time_of(const struct ls_plan *plan, uint64_t i, int64_t scheduled, bool *late)
{
    int64_t ordinary = plan->delay.present
                           ? ls_distribution_draw(&plan->delay.distribution, plan->delay.key, i)
                           : 0;
    if (!strikes(&plan->late, i)) {
        return scheduled - ordinary;
    }
    int64_t delay = ls_distribution_draw(&plan->late_delay.distribution, plan->late_delay.key, i);
    *late = delay > ordinary;
    return scheduled - delay;
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

static inline uint32_t partition_of(const struct ls_plan *plan, const struct ls_plan_entity *entity,
                                    uint64_t n)
{
    if (entity->partitions) {
        return entity->partitions[n];
    }
    uint8_t key[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    return ls_partition_of(key, ls_id_write(&entity->id, n, key), plan->partitions);
}

size_t ls_event_value_max(const struct ls_plan *plan)
{
    size_t most = 0;
    for (size_t t = 0; t < plan->type_count; t++) {
        most = plan->types[t].value_max > most ? plan->types[t].value_max : most;
    }
    return most;
}

/* Frame and envelope; the id and the key stay where they were written. */
static inline uint8_t *put_envelope(const struct ls_plan *plan, const struct ls_plan_type *type,
                                    const struct ls_op_event *values, struct ls_event *event,
                                    uint8_t *at)
{
    size_t key_size;
    memcpy(at, type->head, 16); /* eleven of them count */
    at += LS_SINGLE_OBJECT_SIZE + 1;
    write_event_id(ls_mix(plan->event_id_key + event->original), at);
    event->event_id = (const char *)at;
    at += LS_EVENT_ID_SIZE;
    at = ls_put_long(at, event->event_time);
    at = ls_put_long(at, event->ingest_time);
    memcpy(at, type->constant, LS_OP_SPOILT);
    if (__builtin_expect(type->constant_size > LS_OP_SPOILT, 0)) {
        memcpy(at, type->constant, type->constant_size);
    }
    at += type->constant_size;
    at = ls_id_put(&type->picks[0]->id, values->picks[0], at, &key_size);
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
    int64_t beyond = 1 +
                     (int64_t)ls_below(ls_word(plan->range_value_key, i, 0), LS_RANGE_BEYOND_MAX);
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
        uint64_t word = ls_word(plan->truncated_place_key, event->index, 0);
        event->value_size = LS_SINGLE_OBJECT_SIZE + (uint32_t)ls_below(word, datum);
    } else {
        struct ls_lengths lengths = {.begin = room};
        uint8_t *payload = put_envelope(plan, type, values, event, room);
        note_envelope(type, payload, event->key_size, &lengths);
        ls_ops_run_with(&type->ops, values, NULL, &lengths, payload);
        uint64_t word = ls_word(plan->corrupt_place_key, event->index, 0);
        room[lengths.at[ls_below(word, lengths.count)]] ^= 1;
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
    switch (event->fault) {
    case LS_FAULT_TRUNCATED:
    case LS_FAULT_CORRUPT:
        damage(plan, type, values, event, room);
        return;
    case LS_FAULT_OUT_OF_RANGE:
        break_range(plan, type, event->index, &override);
        break;
    case LS_FAULT_MISSING:
        override = (struct ls_override){(uint16_t)type->missing_column, {.is_null = true}};
        break;
    case LS_FAULT_CONFLICT:
        if (!make_conflict(type, values, &override)) {
            event->fault = LS_FAULT_DUPLICATE;
        }
        break;
    default:
        return;
    }
    uint8_t *end = ls_ops_run_with(&type->ops, values, &override, NULL, payload);
    event->value_size = (uint32_t)(end - room);
    event->room_used = event->value_size;
}

static bool damages(enum ls_fault fault)
{
    return fault >= LS_FAULT_TRUNCATED && fault <= LS_FAULT_CLOCK_AHEAD;
}

static void shift_clock(const struct ls_plan *plan, struct ls_event *event)
{
    if (event->fault == LS_FAULT_CLOCK_AHEAD) {
        event->ingest_time += plan->clock_ahead_ms;
    } else if (!damages((enum ls_fault)event->fault) && strikes(&plan->jitter, event->index)) {
        uint64_t span = 2 * (uint64_t)plan->jitter_max_ms + 1;
        event->ingest_time += (int64_t)ls_below(ls_word(plan->jitter.key, event->index, 1), span) -
                              plan->jitter_max_ms;
        event->jitter = true;
    }
}

/* What a slot says that is a copy's: the original again, or a conflict with it. */
static void make_copy(const struct ls_plan *plan, struct ls_event *event)
{
    bool late;
    int64_t scheduled = ls_arrival_time(&plan->arrival, event->original);
    event->event_time = event_time_of(plan, event->original, scheduled, &late);
    uint64_t word = ls_word(plan->copy_kind_key, event->index, 0);
    event->fault = ls_strikes(plan->conflict_share, word) ? LS_FAULT_CONFLICT : LS_FAULT_DUPLICATE;
}

void ls_event_begin(const struct ls_plan *plan, uint64_t i, struct ls_event_scratch *scratch,
                    struct ls_event *out)
{
    bool copy = is_copy(plan, i, scratch);
    uint64_t original = copy ? original_of(plan, i, scratch) : i;
    unsigned type_index = type_of(plan, original);
    const struct ls_plan_type *type = &plan->types[type_index];
    int64_t scheduled = ls_arrival_time(&plan->arrival, i);
    out->index = i;
    out->original = original;
    out->type = (uint16_t)type_index;
    out->late = false;
    out->jitter = false;
    out->timestamp_ms = scheduled;
    out->ingest_time = scheduled;
    if (original != i) {
        make_copy(plan, out);
    } else {
        out->event_time = event_time_of(plan, i, scheduled, &out->late);
        out->fault = copy ? LS_FAULT_NONE : (uint16_t)fault_of(plan, type, i);
    }
    shift_clock(plan, out);
    out->entity = ls_entity_pick(type->picks[0], original);
    out->partition = partition_of(plan, type->picks[0], out->entity);
}

void ls_event_write(const struct ls_plan *plan, struct ls_event_scratch *scratch, uint8_t *room,
                    struct ls_event *event)
{
    const struct ls_plan_type *type = &plan->types[event->type];
    struct ls_op_event *values = &scratch->values;
    values->index = event->original;
    values->picks[0] = event->entity;
    for (size_t k = 1; k < type->pick_count; k++) {
        values->picks[k] = ls_entity_pick(type->picks[k], event->original);
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
    ls_event_begin(plan, i, scratch, out);
    ls_event_write(plan, scratch, room, out);
}

const char *ls_fault_name(enum ls_fault fault)
{
    static const char *const names[] = {"none",    "truncated",   "corrupt",   "out_of_range",
                                        "missing", "clock_ahead", "duplicate", "conflict"};
    assert(fault < sizeof names / sizeof *names);
    return names[fault];
}
