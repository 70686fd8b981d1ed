/* Sessions: records sorted by group and time; a session is a run without a gap. */
#include "core/base/mem.h"
#include "pipeline/batch/scan_internal.h"

#include <string.h>

struct scan {
    const struct ls_view *view;
    struct ls_scan_rows *rows;
    struct ls_buf key; /* of the group being scanned */
    bool open;         /* a session is */
    int64_t start, last;
    struct ls_aggregate numbers[2 * LS_VIEW_COLUMNS_MAX];
    struct ls_counts sets[LS_VIEW_COLUMNS_MAX];
    struct scan_best bests[LS_VIEW_COLUMNS_MAX];
};

static int overflows(const struct scan *s, const struct ls_view_column *column,
                     struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "view %s: the sum of column %s leaves 128 bits",
                        s->view->spec->name, column->name);
}

static int add_to_set(struct scan *s, const struct ls_view_column *column,
                      const struct ls_input *input, struct ls_error *err)
{
    struct ls_buf *scratch = &s->rows->scratch;
    int rc = ls_input_value(column, input, scratch, err);
    rc = rc < 0 ? rc
                : ls_counts_add(&s->sets[column->set_at], scratch->data, scratch->size, 1,
                                column->to ? input->to : 0, err);
    return rc == LS_E_DATA ? overflows(s, column, err) : rc;
}

static int add_record(struct scan *s, const struct ls_contribution *c,
                      const struct ls_place_in_order *place, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->view->column_count; i++) {
        const struct ls_view_column *column = &s->view->columns[i];
        const struct ls_input *input = &c->inputs[i];
        struct ls_aggregate *numbers = &s->numbers[column->number_at];
        bool first = column->kind == LS_AGGREGATE_FIRST;
        if (column->kind == LS_AGGREGATE_RATIO && input->to_present &&
            !ls_aggregate_add(&numbers[1], input->to)) {
            return overflows(s, column, err);
        }
        if (!input->present || column->kind == LS_AGGREGATE_EXPR) {
            continue;
        }
        if (column->kind >= LS_AGGREGATE_DISTINCT) {
            rc = add_to_set(s, column, input, err);
        } else if (first || column->kind == LS_AGGREGATE_LAST) {
            rc = ls_scan_best_offer(&s->bests[column->pick_at], first, place, input, err);
        } else if (!ls_aggregate_add(&numbers[0], input->number)) {
            rc = overflows(s, column, err);
        }
    }
    return rc;
}

/* ---- rows */

static int results(struct scan *s, struct ls_error *err)
{
    struct ls_view_row *row = &s->rows->row;
    int rc = 0;
    s->rows->tops.size = 0;
    for (size_t i = 0; rc == 0 && i < s->view->column_count; i++) {
        const struct ls_view_column *column = &s->view->columns[i];
        const struct ls_aggregate *numbers = &s->numbers[column->number_at];
        if (column->kind == LS_AGGREGATE_EXPR) {
            continue; /* made of the others, with the row */
        }
        if (column->kind >= LS_AGGREGATE_DISTINCT) {
            rc = ls_set_result(s->view, column, &s->sets[column->set_at], &row->results[i],
                               &s->rows->tops, err);
        } else if (column->kind == LS_AGGREGATE_FIRST || column->kind == LS_AGGREGATE_LAST) {
            row->results[i] = ls_scan_best_result(&s->bests[column->pick_at]);
        } else if (column->kind == LS_AGGREGATE_RATIO) {
            row->results[i] = ls_ratio_result(&numbers[0], column->input->scale, &numbers[1],
                                              column->to->scale, column->scale);
        } else {
            row->results[i] = ls_aggregate_result(column->kind, numbers, column->extra_scale);
        }
    }
    if (rc == 0) {
        ls_row_settle_tops(s->view, row, &s->rows->tops);
    }
    return rc;
}

/* A row, which comes out by end, start and group. */
static int end_session(struct scan *s, struct ls_error *err)
{
    uint8_t words[16];
    int64_t end = s->last + s->view->gap_ms;
    ls_key_i64(ls_key_i64(words, end), s->start);
    s->rows->key.size = 0;
    int rc = results(s, err);
    rc = rc < 0 ? rc
                : ls_row_of_window(s->view, s->start, end, s->key.data, s->key.size, &s->rows->row,
                                   &s->rows->bytes, err);
    rc = rc < 0 ? rc : ls_buf_append(&s->rows->key, words, sizeof words, err);
    rc = rc < 0 ? rc : ls_buf_append(&s->rows->key, s->key.data, s->key.size, err);
    rc = rc < 0 ? rc : ls_scan_rows_add(s->rows, err);
    memset(s->numbers, 0, s->view->number_count * sizeof *s->numbers);
    for (unsigned k = 0; k < s->view->set_count; k++) {
        ls_counts_clear(&s->sets[k]);
    }
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        s->bests[k].present = false;
    }
    s->open = false;
    return rc;
}

static int scan_all(struct scan *s, struct ls_merge *records, struct ls_error *err)
{
    struct ls_sorted item;
    int rc = 0;
    while (rc >= 0 && (rc = ls_merge_next(records, &item, err)) > 0) {
        struct ls_contribution c;
        struct ls_place_in_order place;
        ls_scan_get_value(s->view, item.value, &c, &place);
        bool same = s->open && s->key.size == c.key_size &&
                    (c.key_size == 0 || memcmp(s->key.data, item.key, c.key_size) == 0);
        bool goes_on = same && place.event_time - s->last < s->view->gap_ms;
        rc = s->open && !goes_on ? end_session(s, err) : 0;
        if (rc == 0 && !same) {
            s->key.size = 0;
            rc = ls_buf_append(&s->key, item.key, c.key_size, err);
        }
        s->start = goes_on ? s->start : place.event_time;
        s->last = place.event_time;
        s->open = true;
        rc = rc < 0 ? rc : add_record(s, &c, &place, err);
    }
    return rc < 0 || !s->open ? rc : end_session(s, err);
}

int ls_scan_sessions(const struct ls_scan_job *job, struct ls_error *err)
{
    struct ls_merge *records = NULL;
    struct scan *s = ls_mem_new(1, sizeof *s, err);
    if (!s) {
        return err->code;
    }
    s->view = job->view;
    ls_buf_init(&s->key, "a group's key", SCAN_ROW_MAX);
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        ls_scan_best_init(&s->bests[k]);
    }
    int rc = ls_scan_rows_new(job, &s->rows, err);
    rc = rc < 0 ? rc : ls_scan_merge(job, false, &records, err);
    rc = rc < 0 ? rc : scan_all(s, records, err);
    rc = rc < 0 ? rc : ls_scan_rows_write(job, s->rows, err);
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        ls_buf_clear(&s->bests[k].bytes);
    }
    for (unsigned k = 0; k < s->view->set_count; k++) {
        ls_counts_clear(&s->sets[k]);
    }
    ls_merge_free(records);
    ls_scan_rows_free(s->rows);
    ls_buf_clear(&s->key);
    ls_mem_free(s);
    return rc;
}
