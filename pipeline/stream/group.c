#include "pipeline/stream/group.h"

#include "core/base/mem.h"

#include <string.h>

int ls_sum_overflows(const struct ls_view *view, const struct ls_view_column *column,
                     struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "view %s: the sum of column %s leaves 128 bits",
                        view->spec->name, column->name);
}

/* ---- distinct values */

static bool is_zero(struct ls_id id)
{
    return id.high == 0 && id.low == 0;
}

static struct ls_id *distinct_slot(struct ls_id *slots, size_t slot_count, struct ls_id value)
{
    size_t at = (size_t)value.low & (slot_count - 1);
    while (!is_zero(slots[at]) && !ls_id_equal(slots[at], value)) {
        at = (at + 1) & (slot_count - 1);
    }
    return &slots[at];
}

static int grow(struct ls_distinct *set, struct ls_error *err)
{
    size_t slot_count = set->slot_count ? set->slot_count * 2 : 8;
    struct ls_id *slots = ls_mem_new(slot_count, sizeof *slots, err);
    if (!slots) {
        return err->code;
    }
    for (size_t i = 0; i < set->slot_count; i++) {
        if (!is_zero(set->slots[i])) {
            *distinct_slot(slots, slot_count, set->slots[i]) = set->slots[i];
        }
    }
    ls_mem_free(set->slots);
    set->slots = slots;
    set->slot_count = slot_count;
    return 0;
}

int ls_distinct_add(struct ls_distinct *set, struct ls_id value, struct ls_error *err)
{
    if (is_zero(value)) {
        set->count += !set->has_zero;
        set->has_zero = true;
        return 0;
    }
    int rc = (set->count + 1) * 2 > set->slot_count ? grow(set, err) : 0;
    if (rc == 0) {
        struct ls_id *slot = distinct_slot(set->slots, set->slot_count, value);
        set->count += is_zero(*slot);
        *slot = value;
    }
    return rc;
}

int ls_distinct_merge(struct ls_distinct *set, const struct ls_distinct *other,
                      struct ls_error *err)
{
    int rc = other->has_zero ? ls_distinct_add(set, (struct ls_id){0, 0}, err) : 0;
    for (size_t i = 0; rc == 0 && i < other->slot_count; i++) {
        rc = is_zero(other->slots[i]) ? 0 : ls_distinct_add(set, other->slots[i], err);
    }
    return rc;
}

/* ---- first and last */

int ls_best_set(struct ls_best *pick, const struct ls_place_in_order *place, int64_t number,
                const uint8_t *bytes, uint32_t size, struct ls_error *err)
{
    int rc = ls_mem_grow(&pick->room, &pick->capacity, (size_t)place->id_size + size + 1, 1, err);
    if (rc < 0) {
        return rc;
    }
    memcpy(pick->room, place->id, place->id_size);
    if (size) {
        memcpy(pick->room + place->id_size, bytes, size);
    }
    pick->present = true;
    pick->place = *place;
    pick->place.id = pick->room;
    pick->number = number;
    pick->is_text = bytes != NULL;
    pick->size = size;
    return 0;
}

static int offer(struct ls_best *have, bool first, const struct ls_place_in_order *place,
                 int64_t number, const uint8_t *bytes, uint32_t size, struct ls_error *err)
{
    if (have->present && (ls_order(place, &have->place) < 0) != first) {
        return 0;
    }
    return ls_best_set(have, place, number, bytes, size, err);
}

static const uint8_t *text_of(const struct ls_best *pick)
{
    return pick->is_text ? pick->room + pick->place.id_size : NULL;
}

/* ---- the whole state */

static size_t numbers_size(const struct ls_view *view)
{
    return view->number_count * sizeof(struct ls_aggregate);
}

static size_t sets_size(const struct ls_view *view)
{
    return view->set_count * sizeof(struct ls_value_set);
}

size_t ls_group_state_size(const struct ls_view *view)
{
    return numbers_size(view) + sets_size(view) + view->pick_count * sizeof(struct ls_best);
}

void ls_group_state_init(const struct ls_view *view, void *memory, struct ls_group_state *out)
{
    char *at = memory;
    out->numbers = (struct ls_aggregate *)(void *)at;
    out->sets = (struct ls_value_set *)(void *)(at + numbers_size(view));
    out->picks = (struct ls_best *)(void *)(at + numbers_size(view) + sets_size(view));
}

void ls_group_state_clear(const struct ls_view *view, struct ls_group_state *state)
{
    for (unsigned k = 0; k < view->set_count; k++) {
        ls_mem_free(state->sets[k].distinct.slots);
        ls_counts_clear(&state->sets[k].counts);
        state->sets[k].distinct = (struct ls_distinct){0};
    }
    for (unsigned k = 0; k < view->pick_count; k++) {
        ls_mem_free(state->picks[k].room);
        state->picks[k] = (struct ls_best){0};
    }
    if (view->number_count) {
        memset(state->numbers, 0, numbers_size(view));
    }
}

static int add_to_set(const struct ls_view *view, const struct ls_view_column *column,
                      struct ls_value_set *set, const struct ls_input *input,
                      struct ls_buf *scratch, struct ls_error *err)
{
    int rc = ls_input_value(column, input, scratch, err);
    if (rc < 0) {
        return rc;
    }
    bool stays = view->kind == LS_VIEW_WINDOWS || view->kind == LS_VIEW_SESSIONS;
    if (column->kind == LS_AGGREGATE_DISTINCT && stays) {
        return ls_distinct_add(&set->distinct, ls_id_of(scratch->data, scratch->size), err);
    }
    rc = ls_counts_add(&set->counts, scratch->data, scratch->size, 1, column->to ? input->to : 0,
                       err);
    return rc == LS_E_DATA ? ls_sum_overflows(view, column, err) : rc;
}

int ls_group_add(const struct ls_view *view, struct ls_group_state *state,
                 const struct ls_contribution *c, const struct ls_place_in_order *place,
                 struct ls_buf *scratch, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        const struct ls_view_column *column = &view->columns[i];
        const struct ls_input *input = &c->inputs[i];
        bool fits = true;
        switch (column->kind) {
        case LS_AGGREGATE_EXPR:
            break;
        case LS_AGGREGATE_FIRST:
        case LS_AGGREGATE_LAST:
            rc = input->present
                     ? offer(&state->picks[column->pick_at], column->kind == LS_AGGREGATE_FIRST,
                             place, input->number, input->bytes, input->size, err)
                     : 0;
            break;
        case LS_AGGREGATE_DISTINCT:
        case LS_AGGREGATE_QUANTILE:
        case LS_AGGREGATE_TOP:
            rc = input->present
                     ? add_to_set(view, column, &state->sets[column->set_at], input, scratch, err)
                     : 0;
            break;
        default:
            fits = !input->present ||
                   ls_aggregate_add(&state->numbers[column->number_at], input->number);
            fits = fits && (!input->to_present || column->kind != LS_AGGREGATE_RATIO ||
                            ls_aggregate_add(&state->numbers[column->number_at + 1], input->to));
        }
        rc = fits ? rc : ls_sum_overflows(view, column, err);
    }
    return rc;
}

static int merge_column(const struct ls_view *view, const struct ls_view_column *column,
                        struct ls_group_state *into, const struct ls_group_state *from,
                        struct ls_error *err)
{
    const struct ls_best *pick;
    bool fits = true;
    int rc;
    switch (column->kind) {
    case LS_AGGREGATE_EXPR:
        return 0;
    case LS_AGGREGATE_FIRST:
    case LS_AGGREGATE_LAST:
        pick = &from->picks[column->pick_at];
        return pick->present
                   ? offer(&into->picks[column->pick_at], column->kind == LS_AGGREGATE_FIRST,
                           &pick->place, pick->number, text_of(pick), pick->size, err)
                   : 0;
    case LS_AGGREGATE_DISTINCT:
    case LS_AGGREGATE_QUANTILE:
    case LS_AGGREGATE_TOP:
        rc = ls_distinct_merge(&into->sets[column->set_at].distinct,
                               &from->sets[column->set_at].distinct, err);
        rc = rc < 0 ? rc
                    : ls_counts_merge(&into->sets[column->set_at].counts,
                                      &from->sets[column->set_at].counts, err);
        return rc == LS_E_DATA ? ls_sum_overflows(view, column, err) : rc;
    default:
        for (unsigned k = 0; k < (column->kind == LS_AGGREGATE_RATIO ? 2U : 1U); k++) {
            fits = fits && ls_aggregate_merge(&into->numbers[column->number_at + k],
                                              &from->numbers[column->number_at + k]);
        }
        return fits ? 0 : ls_sum_overflows(view, column, err);
    }
}

int ls_group_merge(const struct ls_view *view, struct ls_group_state *into,
                   const struct ls_group_state *from, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        rc = merge_column(view, &view->columns[i], into, from, err);
    }
    return rc;
}

/* ---- results */

static struct ls_aggregate_result pick_result(const struct ls_best *pick)
{
    return (struct ls_aggregate_result){.is_null = !pick->present,
                                        .number = pick->number,
                                        .bytes = text_of(pick),
                                        .size = pick->size};
}

static int result_of(const struct ls_view *view, const struct ls_view_column *column,
                     const struct ls_group_state *state, struct ls_aggregate_result *out,
                     struct ls_buf *tops, struct ls_error *err)
{
    const struct ls_aggregate *numbers = &state->numbers[column->number_at];
    const struct ls_value_set *set = &state->sets[column->set_at];
    *out = (struct ls_aggregate_result){0};
    switch (column->kind) {
    case LS_AGGREGATE_EXPR:
        return 0;
    case LS_AGGREGATE_FIRST:
    case LS_AGGREGATE_LAST:
        *out = pick_result(&state->picks[column->pick_at]);
        return 0;
    case LS_AGGREGATE_DISTINCT:
        out->number = (ls_i128)(set->distinct.count + set->counts.live);
        return 0;
    case LS_AGGREGATE_QUANTILE:
    case LS_AGGREGATE_TOP:
        return ls_set_result(view, column, &set->counts, out, tops, err);
    case LS_AGGREGATE_RATIO:
        *out = ls_ratio_result(&numbers[0], column->input->scale, &numbers[1], column->to->scale,
                               column->scale);
        return 0;
    default:
        *out = ls_aggregate_result(column->kind, numbers, column->extra_scale);
        return 0;
    }
}

int ls_group_results(const struct ls_view *view, const struct ls_group_state *state,
                     struct ls_view_row *row, struct ls_buf *tops, struct ls_error *err)
{
    int rc = 0;
    tops->size = 0;
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        rc = result_of(view, &view->columns[i], state, &row->results[i], tops, err);
    }
    if (rc == 0) {
        ls_row_settle_tops(view, row, tops);
    }
    return rc;
}
