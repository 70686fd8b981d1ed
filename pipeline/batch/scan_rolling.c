/* Rolling features and alert rules: records sorted by group and order; a feature is a range of
 * neighbours that ends with its record. Sums are differences of running sums, the least and the
 * greatest lie in two stacks, the first and the last are looked up. */
#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "pipeline/batch/scan_internal.h"

#include <string.h>

/* What is kept of a column of one record in the range. */
struct cell {
    bool present;
    int64_t number;
    ls_u128 sum, to_sum;      /* of the group's records up to this one, modulo 2^128 */
    uint64_t count, to_count; /* likewise */
    int64_t best;             /* least or greatest from this one to the end of its stack */
    bool has_best;
};

struct entry {
    int64_t event_time;
    uint8_t *value; /* the item's: owned */
};

struct scan {
    const struct ls_view *view;
    struct ls_scan_rows *rows;
    struct ls_buf key; /* of the group being scanned */
    bool begun;        /* a group is */
    bool raised;
    struct entry *entries; /* [begin, end) is the range */
    struct cell *cells;    /* [entry * column_count + column] */
    size_t begin, end, capacity, cell_capacity;
    size_t middle; /* entries before have a best to here; those behind, in `back` */
    struct cell totals[LS_VIEW_COLUMNS_MAX]; /* running sums of the group */
    struct cell back[LS_VIEW_COLUMNS_MAX];   /* best from `middle` on */
    struct ls_counts sets[LS_VIEW_COLUMNS_MAX];
};

static struct cell *cell_at(const struct scan *s, size_t entry, size_t column)
{
    return &s->cells[entry * s->view->column_count + column];
}

static bool is_set(const struct ls_view_column *column)
{
    return column->kind == LS_AGGREGATE_DISTINCT || column->kind == LS_AGGREGATE_QUANTILE ||
           column->kind == LS_AGGREGATE_TOP;
}

static bool better(const struct ls_view_column *column, int64_t a, int64_t b)
{
    return column->kind == LS_AGGREGATE_MIN ? a < b : a > b;
}

static void improve(const struct ls_view_column *column, struct cell *best, int64_t number)
{
    if (!best->has_best || better(column, number, best->best)) {
        best->has_best = true;
        best->best = number;
    }
}

/* ---- the range */

/* Of a running sum, modulo 2^128. */
static ls_u128 wrapped(bool present, int64_t number)
{
    return (ls_u128)(ls_i128)(present ? number : 0);
}

static int add_to_sets(struct scan *s, const struct ls_contribution *c, bool add,
                       struct ls_error *err)
{
    struct ls_buf *scratch = &s->rows->scratch;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->view->column_count; i++) {
        const struct ls_view_column *column = &s->view->columns[i];
        const struct ls_input *input = &c->inputs[i];
        if (!is_set(column) || !input->present) {
            continue;
        }
        struct ls_counts *counts = &s->sets[column->set_at];
        int64_t amount = column->to ? input->to : 0;
        rc = ls_input_value(column, input, scratch, err);
        if (rc == 0 && add) {
            rc = ls_counts_add(counts, scratch->data, scratch->size, 1, amount, err);
        } else if (rc == 0) {
            ls_counts_remove(counts, scratch->data, scratch->size, amount);
        }
    }
    return rc;
}

/* The range moves to the front of its memory when half of that is behind it. */
static int make_room(struct scan *s, struct ls_error *err)
{
    size_t columns = s->view->column_count;
    if (s->begin > 64 && s->begin >= s->end / 2) {
        memmove(s->entries, s->entries + s->begin, (s->end - s->begin) * sizeof *s->entries);
        memmove(s->cells, s->cells + s->begin * columns,
                (s->end - s->begin) * columns * sizeof *s->cells);
        s->middle -= s->begin;
        s->end -= s->begin;
        s->begin = 0;
    }
    int rc = ls_mem_grow(&s->entries, &s->capacity, s->end + 1, sizeof *s->entries, err);
    return rc < 0 ? rc
                  : ls_mem_grow(&s->cells, &s->cell_capacity, (s->end + 1) * columns + 1,
                                sizeof *s->cells, err);
}

static int push(struct scan *s, const struct ls_sorted *item, const struct ls_contribution *c,
                int64_t event_time, struct ls_error *err)
{
    int rc = make_room(s, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *value = (uint8_t *)ls_mem_copy(item->value, item->value_size, err);
    if (!value) {
        return err->code;
    }
    s->entries[s->end] = (struct entry){event_time, value};
    for (size_t i = 0; i < s->view->column_count; i++) {
        const struct ls_view_column *column = &s->view->columns[i];
        const struct ls_input *input = &c->inputs[i];
        struct cell *total = &s->totals[i];
        total->count += input->present;
        total->sum += wrapped(input->present, input->number);
        total->to_count += input->to_present;
        total->to_sum += wrapped(input->to_present, input->to);
        struct cell *cell = cell_at(s, s->end, i);
        *cell = *total;
        cell->present = input->present;
        cell->number = input->number;
        cell->has_best = false;
        if (input->present &&
            (column->kind == LS_AGGREGATE_MIN || column->kind == LS_AGGREGATE_MAX)) {
            improve(column, &s->back[i], input->number);
        }
    }
    s->end++;
    return add_to_sets(s, c, true, err);
}

/* The back stack becomes the front one. */
static void turn_over(struct scan *s)
{
    for (size_t i = 0; i < s->view->column_count; i++) {
        const struct ls_view_column *column = &s->view->columns[i];
        struct cell best = {0};
        for (size_t e = s->end; e > s->begin; e--) {
            struct cell *cell = cell_at(s, e - 1, i);
            if (cell->present) {
                improve(column, &best, cell->number);
            }
            cell->best = best.best;
            cell->has_best = best.has_best;
        }
        s->back[i] = (struct cell){0};
    }
    s->middle = s->end;
}

static int drop_first(struct scan *s, struct ls_error *err)
{
    struct ls_contribution c;
    struct ls_place_in_order place;
    if (s->begin == s->middle) {
        turn_over(s);
    }
    ls_scan_get_value(s->view, s->entries[s->begin].value, &c, &place);
    int rc = s->view->set_count ? add_to_sets(s, &c, false, err) : 0;
    ls_mem_free(s->entries[s->begin].value);
    s->begin++;
    return rc;
}

static bool sees(const struct ls_view *view, int64_t now, int64_t then)
{
    if (view->step_ms) {
        return ls_floor_div(then, view->step_ms) >
               ls_floor_div(now, view->step_ms) - view->over_ms / view->step_ms;
    }
    return then > now - view->over_ms;
}

static void begin_group(struct scan *s)
{
    while (s->begin < s->end) {
        ls_mem_free(s->entries[s->begin++].value);
    }
    s->begin = s->end = s->middle = 0;
    memset(s->totals, 0, sizeof s->totals);
    memset(s->back, 0, sizeof s->back);
    for (unsigned k = 0; k < s->view->set_count; k++) {
        ls_counts_clear(&s->sets[k]);
    }
    s->raised = false;
    s->begun = true;
}

/* ---- features */

/* The running sums before the range. */
static struct cell before_range(const struct scan *s, size_t column)
{
    const struct cell *first = cell_at(s, s->begin, column);
    struct ls_contribution c;
    struct ls_place_in_order place;
    ls_scan_get_value(s->view, s->entries[s->begin].value, &c, &place);
    const struct ls_input *input = &c.inputs[column];
    struct cell before = *first;
    before.count -= input->present;
    before.sum -= wrapped(input->present, input->number);
    before.to_count -= input->to_present;
    before.to_sum -= wrapped(input->to_present, input->to);
    return before;
}

static struct ls_aggregate_result number_result(const struct scan *s, size_t i)
{
    const struct ls_view_column *column = &s->view->columns[i];
    struct cell before = before_range(s, i);
    const struct cell *now = &s->totals[i];
    const struct ls_aggregate of = {.count = now->count - before.count,
                                    .sum = (ls_i128)(now->sum - before.sum)};
    const struct ls_aggregate to = {.count = now->to_count - before.to_count,
                                    .sum = (ls_i128)(now->to_sum - before.to_sum)};
    return column->kind == LS_AGGREGATE_RATIO
               ? ls_ratio_result(&of, column->input->scale, &to, column->to->scale, column->scale)
               : ls_aggregate_result(column->kind, &of, column->extra_scale);
}

static struct ls_aggregate_result best_result(const struct scan *s, size_t i)
{
    struct cell best = s->back[i];
    if (s->begin < s->middle && cell_at(s, s->begin, i)->has_best) {
        improve(&s->view->columns[i], &best, cell_at(s, s->begin, i)->best);
    }
    return (struct ls_aggregate_result){.is_null = !best.has_best, .number = best.best};
}

/* The first or last record of the range that has a value: which, is told by the running counts. */
static struct ls_aggregate_result end_result(const struct scan *s, size_t i)
{
    const struct ls_view_column *column = &s->view->columns[i];
    uint64_t before = before_range(s, i).count;
    uint64_t now = s->totals[i].count;
    uint64_t wanted = column->kind == LS_AGGREGATE_FIRST ? before + 1 : now;
    size_t low = s->begin;
    size_t high = s->end;
    if (before == now) {
        return (struct ls_aggregate_result){.is_null = true};
    }
    while (low < high) { /* the first entry whose count is `wanted` */
        size_t middle = low + (high - low) / 2;
        if (cell_at(s, middle, i)->count < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    struct ls_contribution c;
    struct ls_place_in_order place;
    ls_scan_get_value(s->view, s->entries[low].value, &c, &place);
    return (struct ls_aggregate_result){
        .number = c.inputs[i].number, .bytes = c.inputs[i].bytes, .size = c.inputs[i].size};
}

static int results(struct scan *s, struct ls_error *err)
{
    struct ls_view_row *row = &s->rows->row;
    int rc = 0;
    s->rows->tops.size = 0;
    for (size_t i = 0; rc == 0 && i < s->view->column_count; i++) {
        const struct ls_view_column *column = &s->view->columns[i];
        struct ls_aggregate_result *out = &row->results[i];
        if (is_set(column)) {
            rc = ls_set_result(s->view, column, &s->sets[column->set_at], out, &s->rows->tops, err);
        } else if (column->kind == LS_AGGREGATE_MIN || column->kind == LS_AGGREGATE_MAX) {
            *out = best_result(s, i);
        } else if (column->kind == LS_AGGREGATE_FIRST || column->kind == LS_AGGREGATE_LAST) {
            *out = end_result(s, i);
        } else if (column->kind != LS_AGGREGATE_EXPR) {
            *out = number_result(s, i);
        }
    }
    if (rc == 0) {
        ls_row_settle_tops(s->view, row, &s->rows->tops);
    }
    return rc;
}

/* ---- rows */

/* Has the alert another state behind this record? 1, 0 or negative. */
static int transition(struct scan *s, const struct ls_place_in_order *place, struct ls_error *err)
{
    const struct ls_view *view = s->view;
    const struct ls_view_row *row = &s->rows->row;
    int now;
    if (s->raised && view->clear) {
        now = ls_view_condition(view, view->clear, place->id, place->id_size, row, err);
        now = now < 0 ? now : !now;
    } else {
        now = ls_view_condition(view, view->when, place->id, place->id_size, row, err);
    }
    if (now < 0) {
        return now;
    }
    bool changed = s->raised != (now > 0);
    s->raised = now > 0;
    return changed;
}

static int write_row(struct scan *s, const struct ls_contribution *c,
                     const struct ls_place_in_order *place, struct ls_error *err)
{
    const struct ls_view *view = s->view;
    int rc = results(s, err);
    rc = rc < 0 ? rc
                : ls_view_evaluate(view, c->kept, place->id, place->id_size, &s->rows->row, err);
    int wanted = rc < 0 ? rc : view->kind == LS_VIEW_ALERT ? transition(s, place, err) : 1;
    if (wanted <= 0) {
        return wanted;
    }
    rc = ls_row_of_record(view, place->event_time, place->id, place->id_size, s->key.data,
                          s->key.size, s->raised, &s->rows->row, &s->rows->bytes, err);
    s->rows->key.size = 0;
    rc = rc < 0 ? rc : ls_scan_put_place(&s->rows->key, place, err);
    return rc < 0 ? rc : ls_scan_rows_add(s->rows, err);
}

static int scan_all(struct scan *s, struct ls_merge *records, struct ls_error *err)
{
    struct ls_sorted item;
    int rc = 0;
    while (rc >= 0 && (rc = ls_merge_next(records, &item, err)) > 0) {
        struct ls_contribution c;
        struct ls_place_in_order place;
        ls_scan_get_value(s->view, item.value, &c, &place);
        rc = 0;
        if (!s->begun || s->key.size != c.key_size ||
            (c.key_size && memcmp(s->key.data, item.key, c.key_size) != 0)) {
            begin_group(s);
            s->key.size = 0;
            rc = ls_buf_append(&s->key, item.key, c.key_size, err);
        }
        while (rc == 0 && s->begin < s->end &&
               !sees(s->view, place.event_time, s->entries[s->begin].event_time)) {
            rc = drop_first(s, err);
        }
        rc = rc < 0 ? rc : push(s, &item, &c, place.event_time, err);
        rc = rc < 0 ? rc : write_row(s, &c, &place, err);
    }
    return rc;
}

int ls_scan_rolling(const struct ls_scan_job *job, struct ls_error *err)
{
    struct ls_merge *records = NULL;
    struct scan *s = ls_mem_new(1, sizeof *s, err);
    if (!s) {
        return err->code;
    }
    s->view = job->view;
    ls_buf_init(&s->key, "a group's key", SCAN_ROW_MAX);
    int rc = ls_scan_rows_new(job, &s->rows, err);
    rc = rc < 0 ? rc : ls_scan_merge(job, false, &records, err);
    rc = rc < 0 ? rc : scan_all(s, records, err);
    rc = rc < 0 ? rc : ls_scan_rows_write(job, s->rows, err);
    begin_group(s);
    ls_merge_free(records);
    ls_scan_rows_free(s->rows);
    ls_buf_clear(&s->key);
    ls_mem_free(s->entries);
    ls_mem_free(s->cells);
    ls_mem_free(s);
    return rc;
}
