/* Features that look back to the millisecond: what a record brings is added when it comes and taken
 * away when it goes. What cannot be taken away (a least value, a first one) is the front of a queue
 * of those that may yet be it. */
#include "core/base/mem.h"
#include "pipeline/stream/rolling.h"

#include <string.h>

struct candidate {
    const struct ls_waiting *record;
    int64_t number;
    const uint8_t *bytes; /* the record's */
    uint32_t size;
};

/* A ring: candidates in the order of their records. */
struct candidates {
    struct candidate *items;
    size_t begin, count, capacity; /* a power of two */
};

struct span_column {
    struct ls_aggregate numbers[2]; /* how many, and their sum; of a ratio two */
    struct ls_counts counts;
    struct candidates candidates;
};

struct rolling_span {
    uint64_t records;
    struct span_column columns[];
};

static int span_new(const struct ls_view *view, struct rolling_span **out, struct ls_error *err)
{
    *out = ls_mem_new(1, sizeof **out + view->column_count * sizeof(struct span_column), err);
    return *out ? 0 : err->code;
}

void ls_span_free(const struct ls_view *view, struct rolling_span *span)
{
    for (size_t i = 0; span && i < view->column_count; i++) {
        ls_counts_clear(&span->columns[i].counts);
        ls_mem_free(span->columns[i].candidates.items);
    }
    ls_mem_free(span);
}

/* ---- candidates */

static struct candidate *at(const struct candidates *c, size_t k)
{
    return &c->items[(c->begin + k) & (c->capacity - 1)];
}

static int widen(struct candidates *c, struct ls_error *err)
{
    size_t capacity = c->capacity ? 2 * c->capacity : 8;
    struct candidate *items = ls_mem_new(capacity, sizeof *items, err);
    if (!items) {
        return err->code;
    }
    for (size_t k = 0; k < c->count; k++) {
        items[k] = *at(c, k);
    }
    ls_mem_free(c->items);
    *c = (struct candidates){items, 0, c->count, capacity};
    return 0;
}

/* Those that never can be it once this one is there go. */
static void make_way(struct candidates *c, enum ls_aggregate_kind kind, int64_t number)
{
    if (kind == LS_AGGREGATE_LAST) {
        c->count = 0;
    }
    while (kind == LS_AGGREGATE_MIN && c->count && at(c, c->count - 1)->number >= number) {
        c->count--;
    }
    while (kind == LS_AGGREGATE_MAX && c->count && at(c, c->count - 1)->number <= number) {
        c->count--;
    }
}

static int add_candidate(struct candidates *c, enum ls_aggregate_kind kind,
                         const struct ls_waiting *record, const struct ls_input *input,
                         struct ls_error *err)
{
    make_way(c, kind, input->number);
    int rc = c->count == c->capacity ? widen(c, err) : 0;
    if (rc == 0) {
        *at(c, c->count++) = (struct candidate){record, input->number, input->bytes, input->size};
    }
    return rc;
}

static void remove_candidate(struct candidates *c, const struct ls_waiting *record)
{
    if (c->count && at(c, 0)->record == record) {
        c->begin = (c->begin + 1) & (c->capacity - 1);
        c->count--;
    }
}

/* ---- records come and go */

static bool is_number(enum ls_aggregate_kind kind)
{
    return kind == LS_AGGREGATE_COUNT || kind == LS_AGGREGATE_SUM || kind == LS_AGGREGATE_AVG ||
           kind == LS_AGGREGATE_RATIO;
}

static bool is_set(enum ls_aggregate_kind kind)
{
    return kind == LS_AGGREGATE_DISTINCT || kind == LS_AGGREGATE_QUANTILE ||
           kind == LS_AGGREGATE_TOP;
}

static int add_column(const struct ls_view *view, const struct ls_view_column *column,
                      struct span_column *state, const struct ls_waiting *record,
                      const struct ls_input *input, struct ls_buf *scratch, struct ls_error *err)
{
    if (is_number(column->kind)) {
        bool fits = !input->present || ls_aggregate_add(&state->numbers[0], input->number);
        fits = fits && (column->kind != LS_AGGREGATE_RATIO || !input->to_present ||
                        ls_aggregate_add(&state->numbers[1], input->to));
        return fits ? 0 : ls_sum_overflows(view, column, err);
    }
    if (!input->present || column->kind == LS_AGGREGATE_EXPR) {
        return 0;
    }
    if (!is_set(column->kind)) {
        return add_candidate(&state->candidates, column->kind, record, input, err);
    }
    int rc = ls_input_value(column, input, scratch, err);
    rc = rc < 0 ? rc
                : ls_counts_add(&state->counts, scratch->data, scratch->size, 1,
                                column->to ? input->to : 0, err);
    return rc == LS_E_DATA ? ls_sum_overflows(view, column, err) : rc;
}

int ls_span_add(const struct ls_view *view, struct rolling_group *group,
                const struct ls_waiting *record, const struct ls_contribution *c,
                struct ls_buf *scratch, struct ls_error *err)
{
    int rc = group->span ? 0 : span_new(view, &group->span, err);
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        rc = add_column(view, &view->columns[i], &group->span->columns[i], record, &c->inputs[i],
                        scratch, err);
    }
    if (rc == 0) {
        group->span->records++;
    }
    return rc;
}

static void subtract(struct ls_aggregate *a, int64_t value)
{
    a->count--;
    a->sum -= value;
}

static int remove_column(const struct ls_view_column *column, struct span_column *state,
                         const struct ls_waiting *record, const struct ls_input *input,
                         struct ls_buf *scratch, struct ls_error *err)
{
    if (is_number(column->kind)) {
        if (input->present) {
            subtract(&state->numbers[0], input->number);
        }
        if (column->kind == LS_AGGREGATE_RATIO && input->to_present) {
            subtract(&state->numbers[1], input->to);
        }
        return 0;
    }
    if (!input->present || column->kind == LS_AGGREGATE_EXPR) {
        return 0;
    }
    if (!is_set(column->kind)) {
        remove_candidate(&state->candidates, record);
        return 0;
    }
    int rc = ls_input_value(column, input, scratch, err);
    if (rc == 0) {
        ls_counts_remove(&state->counts, scratch->data, scratch->size, column->to ? input->to : 0);
    }
    return rc;
}

static int remove_record(struct rolling *r, const struct ls_waiting *record, struct ls_buf *scratch,
                         struct ls_error *err)
{
    const struct ls_view *view = r->op.view;
    struct rolling_group *group = ls_rolling_find(r, record->key, record->key_size);
    struct ls_contribution c;
    int rc = 0;
    ls_operator_read(&r->op, record, &c);
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        rc = remove_column(&view->columns[i], &group->span->columns[i], record, &c.inputs[i],
                           scratch, err);
    }
    if (rc == 0 && --group->span->records == 0) {
        ls_span_free(view, group->span);
        group->span = NULL;
        ls_rolling_release(r, group);
    }
    return rc;
}

int ls_span_pass(struct rolling *r, int64_t time_ms, struct ls_buf *scratch, struct ls_error *err)
{
    struct ls_queue *queue = &r->op.kept[0];
    int rc = 0;
    while (rc == 0 && queue->first &&
           queue->first->place.event_time <= time_ms - r->op.view->over_ms) {
        struct ls_waiting *record = ls_queue_take(queue);
        rc = remove_record(r, record, scratch, err);
        ls_operator_drop(&r->op, record);
    }
    return rc;
}

/* ---- results */

static struct ls_aggregate_result candidate_result(const struct candidates *c)
{
    if (c->count == 0) {
        return (struct ls_aggregate_result){.is_null = true};
    }
    const struct candidate *front = at(c, 0);
    return (struct ls_aggregate_result){
        .number = front->number, .bytes = front->bytes, .size = front->size};
}

int ls_span_results(const struct ls_view *view, const struct rolling_span *span,
                    struct ls_view_row *row, struct ls_buf *tops, struct ls_error *err)
{
    int rc = 0;
    tops->size = 0;
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        const struct ls_view_column *column = &view->columns[i];
        const struct span_column *state = &span->columns[i];
        struct ls_aggregate_result *out = &row->results[i];
        if (column->kind == LS_AGGREGATE_EXPR) {
            continue;
        }
        if (is_set(column->kind)) {
            rc = ls_set_result(view, column, &state->counts, out, tops, err);
        } else if (column->kind == LS_AGGREGATE_RATIO) {
            *out = ls_ratio_result(&state->numbers[0], column->input->scale, &state->numbers[1],
                                   column->to->scale, column->scale);
        } else if (is_number(column->kind)) {
            *out = ls_aggregate_result(column->kind, &state->numbers[0], column->extra_scale);
        } else {
            *out = candidate_result(&state->candidates);
        }
    }
    if (rc == 0) {
        ls_row_settle_tops(view, row, tops);
    }
    return rc;
}
