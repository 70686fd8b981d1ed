#include "generator/event.h"

#include "core/avro/frame.h"
#include "core/base/hash.h"

#include <assert.h>
#include <string.h>

#define PROBES 8 /* indices that a copy looks at for its original */

/* ---- slots: one keyed place in each block is a copy's (G5) */

static bool is_copy(const struct ls_plan *plan, uint64_t i)
{
    return plan->block &&
           ls_below(ls_word(plan->copy_key, i / plan->block, 0), plan->block) == i % plan->block;
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
static uint64_t original_of(const struct ls_plan *plan, uint64_t i)
{
    uint64_t gap = (uint64_t)ls_distribution_draw(&plan->gap.distribution, plan->gap.key, i);
    for (uint64_t probe = 0; probe < PROBES && gap + probe <= i; probe++) {
        uint64_t j = i - gap - probe;
        if (!is_copy(plan, j) &&
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

static void make_cells(const struct ls_plan *plan, const struct ls_plan_type *type, uint64_t i,
                       struct ls_event_scratch *scratch, struct ls_event *out)
{
    (void)plan;
    uint64_t picks[LS_PLAN_PICKS_MAX];
    for (size_t k = 0; k < type->pick_count; k++) {
        picks[k] = ls_entity_pick(type->picks[k], i);
    }
    out->key_size = (uint32_t)ls_id_write(&type->picks[0]->id, picks[0], out->key);
    for (size_t k = 0; k < type->op_count; k++) {
        const struct ls_op *op = &type->ops[k];
        ls_op_run(op, type, picks, i, scratch->cells, scratch->texts[op->cell]);
    }
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

static uint8_t *put_string(struct ls_event_scratch *scratch, const uint8_t *begin, uint8_t *at,
                           const void *bytes, size_t size)
{
    scratch->string_places[scratch->string_count++] = (uint32_t)(at - begin);
    return ls_put_bytes(at, bytes, size);
}

static uint8_t *put_cell(struct ls_event_scratch *scratch, const uint8_t *begin, uint8_t *at,
                         const struct ls_column *column, const struct ls_cell *cell)
{
    if (column->nullable) {
        *at++ = (uint8_t)(cell->is_null == (column->null_branch == 1)
                              ? 2
                              : 0); /* branch 1 is 2, branch 0 is 0 */
        if (cell->is_null) {
            return at;
        }
    }
    switch (column->node->type) {
    case LS_AVRO_STRING:
        return put_string(scratch, begin, at, cell->bytes, cell->size);
    case LS_AVRO_BOOLEAN:
        return ls_put_boolean(at, cell->number != 0);
    default: /* int, long, enum */
        return ls_put_long(at, cell->number);
    }
}

static uint8_t *encode(const struct ls_plan *plan, const struct ls_plan_type *type,
                       struct ls_event_scratch *scratch, const struct ls_event *event,
                       uint8_t *room)
{
    const struct ls_spec_event_type *spec = type->spec;
    uint8_t *at = ls_put_single_object(room, spec->schema->crc64);
    scratch->string_count = 0;
    at = put_string(scratch, room, at, event->event_id, LS_EVENT_ID_SIZE);
    at = ls_put_long(at, event->event_time);
    at = ls_put_long(at, event->ingest_time);
    at = put_string(scratch, room, at, plan->spec->domain, strlen(plan->spec->domain));
    at = ls_put_long(at, spec->schema_version);
    at = put_string(scratch, room, at, event->key, event->key_size);
    const struct ls_column *columns = spec->layout->columns;
    for (size_t c = LS_COLUMN_PAYLOAD; c < type->column_count; c++) {
        at = put_cell(scratch, room, at, &columns[c], &scratch->cells[c]);
    }
    return at;
}

/* Damage that every decoder must notice (G7): the datum cut somewhere inside; or the lowest bit of
 * a string's length flipped, which makes it negative. */
static void damage(const struct ls_plan *plan, const struct ls_event_scratch *scratch,
                   struct ls_event *event, uint8_t *room)
{
    if (event->fault == LS_FAULT_TRUNCATED) {
        uint64_t datum = event->value_size - LS_SINGLE_OBJECT_SIZE;
        event->value_size = LS_SINGLE_OBJECT_SIZE +
                            (uint32_t)ls_below(ls_word(plan->truncated_place_key, event->index, 0),
                                               datum);
    } else if (event->fault == LS_FAULT_CORRUPT) {
        uint64_t k = ls_below(ls_word(plan->corrupt_place_key, event->index, 0),
                              scratch->string_count);
        room[scratch->string_places[k]] ^= 1;
    }
}

static void write_event_id(uint64_t word, char out[LS_EVENT_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (int k = LS_EVENT_ID_SIZE - 1; k >= 0; k--) {
        out[k] = digits[word & 15];
        word >>= 4;
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

void ls_event_make(const struct ls_plan *plan, uint64_t i, struct ls_event_scratch *scratch,
                   uint8_t *room, struct ls_event *out)
{
    uint64_t original = is_copy(plan, i) ? original_of(plan, i) : i;
    unsigned type_index = type_of(plan, original);
    const struct ls_plan_type *type = &plan->types[type_index];
    int64_t scheduled = ls_arrival_time(&plan->arrival, i);
    out->index = i;
    out->original = original;
    out->type = (uint16_t)type_index;
    out->late = false;
    out->jitter = false;
    out->fault = LS_FAULT_NONE;
    out->timestamp_ms = scheduled;
    out->ingest_time = scheduled;
    make_cells(plan, type, original, scratch, out);
    if (original == i) {
        out->event_time = event_time_of(plan, i, scheduled, &out->late);
        out->fault = is_copy(plan, i) ? LS_FAULT_NONE : (uint16_t)fault_of(plan, type, i);
    } else {
        bool late;
        out->event_time = event_time_of(plan, original, ls_arrival_time(&plan->arrival, original),
                                        &late);
        bool conflict = ls_hit(ls_word(plan->copy_kind_key, i, 0), plan->conflict_share) &&
                        make_conflict(type, scratch->cells);
        out->fault = conflict ? LS_FAULT_CONFLICT : LS_FAULT_DUPLICATE;
    }
    if (out->fault == LS_FAULT_OUT_OF_RANGE) {
        break_range(plan, type, i, scratch->cells);
    } else if (out->fault == LS_FAULT_MISSING) {
        scratch->cells[type->missing_column] = (struct ls_cell){.is_null = true};
    } else if (out->fault == LS_FAULT_CLOCK_AHEAD) {
        out->ingest_time += plan->clock_ahead_ms;
    }
    bool damaged = out->fault >= LS_FAULT_TRUNCATED && out->fault <= LS_FAULT_CLOCK_AHEAD;
    if (!damaged && strikes(&plan->jitter, i)) {
        uint64_t span = 2 * (uint64_t)plan->jitter_max_ms + 1;
        out->ingest_time += (int64_t)ls_below(ls_word(plan->jitter.key, i, 1), span) -
                            plan->jitter_max_ms;
        out->jitter = true;
    }
    write_event_id(ls_mix(plan->event_id_key + original), out->event_id);
    out->partition = ls_partition_of(out->key, out->key_size, plan->partitions);
    out->value = room;
    out->value_size = (uint32_t)(encode(plan, type, scratch, out, room) - room);
    damage(plan, scratch, out, room);
}

const char *ls_fault_name(enum ls_fault fault)
{
    static const char *const names[] = {"none",    "truncated",   "corrupt",   "out_of_range",
                                        "missing", "clock_ahead", "duplicate", "conflict"};
    assert(fault < sizeof names / sizeof *names);
    return names[fault];
}
