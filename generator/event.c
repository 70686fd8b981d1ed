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
    return (unsigned)ls_choose(plan->type_sums, plan->type_count, ls_word(plan->type_key, i, 0));
}

static bool strikes(const struct ls_plan_fault *fault, uint64_t i)
{
    return fault->rate.part && ls_hit(ls_word(fault->key, i, 0), fault->rate);
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

/* ---- the payload */

static void make_cells(const struct ls_plan_type *type, uint64_t i,
                       struct ls_event_scratch *scratch, struct ls_event *out)
{
    uint64_t picks[LS_PLAN_PICKS_MAX];
    for (size_t k = 0; k < type->pick_count; k++) {
        picks[k] = ls_entity_pick(type->picks[k], i);
    }
    out->key_size = (uint32_t)ls_id_write(&type->picks[0]->id, picks[0], out->key);
    ls_ops_run(type, picks, i, scratch->cells, scratch->texts);
}

static void break_range(const struct ls_plan *plan, const struct ls_plan_type *type, uint64_t i,
                        struct ls_cell *cells)
{
    int64_t beyond = 1 +
                     (int64_t)ls_below(ls_word(plan->range_value_key, i, 0), LS_RANGE_BEYOND_MAX);
    cells[type->range_column] = (struct ls_cell){
        .number = type->range_has_high ? type->range_high + beyond : type->range_low - beyond};
}

/* A conflict's payload differs in one number and passes every check. False where the original has
 * nothing to differ in. */
static bool make_conflict(const struct ls_plan_type *type, struct ls_cell *cells)
{
    if (type->conflict_column < 0 || cells[type->conflict_column].is_null) {
        return false;
    }
    int64_t *number = &cells[type->conflict_column].number;
    *number += *number < type->conflict_high ? 1 : -1;
    return true;
}

/* ---- bytes */

/* Where in a value the lengths of its strings stand. */
struct places {
    const uint8_t *begin;
    size_t count;
    uint32_t at[LS_PLAN_CELLS_MAX];
};

static void note(struct places *places, const uint8_t *at)
{
    if (places) {
        places->at[places->count++] = (uint32_t)(at - places->begin);
    }
}

static uint8_t *put_cell(uint8_t *at, const struct ls_put *put, const struct ls_cell *cell,
                         struct places *places)
{
    if (put->nullable) {
        *at++ = cell->is_null ? put->null_branch : put->value_branch;
        if (cell->is_null) {
            return at;
        }
    }
    if (put->kind == LS_PUT_TEXT) {
        note(places, at);
        return ls_put_bytes(at, cell->bytes, cell->size);
    }
    return put->kind == LS_PUT_LONG ? ls_put_long(at, cell->number)
                                    : ls_put_boolean(at, cell->number != 0);
}

/* Frame and datum; `places` is filled unless it is NULL. */
static uint8_t *encode(const struct ls_plan_type *type, const struct ls_event_scratch *scratch,
                       const struct ls_event *event, uint8_t *room, struct places *places)
{
    uint8_t *at = ls_put_single_object(room, type->spec->schema->crc64);
    note(places, at);
    at = ls_put_bytes(at, event->event_id, LS_EVENT_ID_SIZE);
    at = ls_put_long(at, event->event_time);
    at = ls_put_long(at, event->ingest_time);
    note(places, at); /* of the source */
    ls_copy_short(at, type->constant, type->constant_size);
    at += type->constant_size;
    note(places, at);
    at = ls_put_bytes(at, event->key, event->key_size);
    const struct ls_cell *cell = &scratch->cells[LS_COLUMN_PAYLOAD];
    for (const struct ls_put *put = type->puts; put < type->puts_end; put++, cell++) {
        at = put_cell(at, put, cell, places);
    }
    return at;
}

/* Damage that every decoder must notice (G7): the datum cut somewhere inside; or the lowest bit of
 * a string's length flipped, which makes it negative. */
static void damage(const struct ls_plan *plan, const struct ls_plan_type *type,
                   const struct ls_event_scratch *scratch, struct ls_event *event, uint8_t *room)
{
    if (event->fault == LS_FAULT_TRUNCATED) {
        uint64_t datum = event->value_size - LS_SINGLE_OBJECT_SIZE;
        event->value_size = LS_SINGLE_OBJECT_SIZE +
                            (uint32_t)ls_below(ls_word(plan->truncated_place_key, event->index, 0),
                                               datum);
    } else if (event->fault == LS_FAULT_CORRUPT) {
        struct places places = {.begin = room};
        encode(type, scratch, event, room, &places);
        uint64_t k = ls_below(ls_word(plan->corrupt_place_key, event->index, 0), places.count);
        room[places.at[k]] ^= 1;
    }
}

/* Sixteen digits, of eight nibbles at once: spread over the bytes of a word, the highest first. */
static void write_event_id(uint64_t word, char out[LS_EVENT_ID_SIZE])
{
    for (size_t half = 0; half < 2; half++) {
        uint64_t x = half ? word & UINT32_MAX : word >> 32;
        x = (x | x << 16) & UINT64_C(0xffff0000ffff);
        x = (x | x << 8) & UINT64_C(0xff00ff00ff00ff);
        x = (x | x << 4) & UINT64_C(0xf0f0f0f0f0f0f0f);
        uint64_t letters = (x + UINT64_C(0x606060606060606)) >> 4 & UINT64_C(0x101010101010101);
        x += UINT64_C(0x3030303030303030) + letters * ('a' - '0' - 10);
        ls_put_u64((uint8_t *)out + 8 * half, __builtin_bswap64(x));
    }
}

size_t ls_event_value_max(const struct ls_plan *plan)
{
    size_t most = 0;
    for (size_t t = 0; t < plan->type_count; t++) {
        const struct ls_plan_type *type = &plan->types[t];
        size_t size = LS_SINGLE_OBJECT_SIZE + (size_t)LS_COLUMN_PAYLOAD * LS_AVRO_LONG_MAX +
                      LS_EVENT_ID_SIZE + LS_ID_TEXT_MAX + strlen(plan->spec->domain);
        for (size_t k = 0; k < type->op_count; k++) {
            if (type->ops[k].cell < type->column_count) { /* branch, number or length, text */
                size += 1 + (size_t)LS_AVRO_LONG_MAX + type->ops[k].text_max;
            }
        }
        most = size > most ? size : most;
    }
    return most;
}

/* What a slot says that is a copy's: the original again, or a conflict with it. */
static void make_copy(const struct ls_plan *plan, const struct ls_plan_type *type,
                      struct ls_event_scratch *scratch, struct ls_event *out)
{
    bool late;
    int64_t scheduled = ls_arrival_time(&plan->arrival, out->original);
    out->event_time = event_time_of(plan, out->original, scheduled, &late);
    bool conflict = ls_hit(ls_word(plan->copy_kind_key, out->index, 0), plan->conflict_share) &&
                    make_conflict(type, scratch->cells);
    out->fault = conflict ? LS_FAULT_CONFLICT : LS_FAULT_DUPLICATE;
}

/* What the faults change before the event is encoded. */
static void strike(const struct ls_plan *plan, const struct ls_plan_type *type,
                   struct ls_event_scratch *scratch, struct ls_event *out)
{
    if (out->fault == LS_FAULT_OUT_OF_RANGE) {
        break_range(plan, type, out->index, scratch->cells);
    } else if (out->fault == LS_FAULT_MISSING) {
        scratch->cells[type->missing_column] = (struct ls_cell){.is_null = true};
    } else if (out->fault == LS_FAULT_CLOCK_AHEAD) {
        out->ingest_time += plan->clock_ahead_ms;
    }
    bool damaged = out->fault >= LS_FAULT_TRUNCATED && out->fault <= LS_FAULT_CLOCK_AHEAD;
    if (!damaged && strikes(&plan->jitter, out->index)) {
        uint64_t span = 2 * (uint64_t)plan->jitter_max_ms + 1;
        out->ingest_time += (int64_t)ls_below(ls_word(plan->jitter.key, out->index, 1), span) -
                            plan->jitter_max_ms;
        out->jitter = true;
    }
}

void ls_event_make(const struct ls_plan *plan, uint64_t i, struct ls_event_scratch *scratch,
                   uint8_t *room, struct ls_event *out)
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
    make_cells(type, original, scratch, out);
    if (original != i) {
        make_copy(plan, type, scratch, out);
    } else {
        out->event_time = event_time_of(plan, i, scheduled, &out->late);
        out->fault = copy ? LS_FAULT_NONE : (uint16_t)fault_of(plan, type, i);
    }
    strike(plan, type, scratch, out);
    write_event_id(ls_mix(plan->event_id_key + original), out->event_id);
    out->partition = ls_partition_of(out->key, out->key_size, plan->partitions);
    out->value = room;
    out->value_size = (uint32_t)(encode(type, scratch, out, room, NULL) - room);
    damage(plan, type, scratch, out, room);
}

const char *ls_fault_name(enum ls_fault fault)
{
    static const char *const names[] = {"none",    "truncated",   "corrupt",   "out_of_range",
                                        "missing", "clock_ahead", "duplicate", "conflict"};
    assert(fault < sizeof names / sizeof *names);
    return names[fault];
}
