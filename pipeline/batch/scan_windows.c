/* Windows: a run of equal keys is a group of a window, and a row. */
#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "pipeline/batch/scan_internal.h"

#include <string.h>

#define WINDOW_KEY 16 /* end, start */

struct bucket {
    int64_t bound;
    uint64_t count;
};

struct scan {
    const struct ls_scan_job *job;
    const struct ls_view *view;
    struct ls_merge *records, *values;
    struct ls_sorted value; /* of a set: the next one; valid while has_value */
    bool has_value;
    struct ls_buf key; /* of the group being scanned; empty: none yet */
    struct ls_aggregate numbers[2 * LS_VIEW_COLUMNS_MAX];
    struct scan_best bests[LS_VIEW_COLUMNS_MAX];
    struct ls_view_row row;
    struct ls_buf bytes, tops, run; /* run: the column and value that is being counted */
    struct bucket *buckets;         /* of one quantile, ascending */
    size_t bucket_count, bucket_capacity;
    struct ls_top top;
};

static int overflows(const struct scan *s, const struct ls_view_column *column,
                     struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "view %s: the sum of column %s leaves 128 bits",
                        s->view->spec->name, column->name);
}

static int add_record(struct scan *s, const struct ls_sorted *item, struct ls_error *err)
{
    struct ls_contribution c;
    struct ls_place_in_order place;
    int rc = 0;
    ls_scan_get_value(s->view, item->value, &c, &place);
    for (size_t i = 0; rc == 0 && i < s->view->column_count; i++) {
        const struct ls_view_column *column = &s->view->columns[i];
        const struct ls_input *input = &c.inputs[i];
        bool first = column->kind == LS_AGGREGATE_FIRST;
        if (first || column->kind == LS_AGGREGATE_LAST) {
            rc = input->present
                     ? ls_scan_best_offer(&s->bests[column->pick_at], first, &place, input, err)
                     : 0;
            continue;
        }
        if (column->kind >= LS_AGGREGATE_DISTINCT) {
            continue; /* counted by value */
        }
        bool fits = !input->present ||
                    ls_aggregate_add(&s->numbers[column->number_at], input->number);
        if (column->kind == LS_AGGREGATE_RATIO && input->to_present) {
            fits = fits && ls_aggregate_add(&s->numbers[column->number_at + 1], input->to);
        }
        rc = fits ? 0 : overflows(s, column, err);
    }
    return rc;
}

/* ---- sets: runs of one value of one column */

static int end_value(struct scan *s, const struct ls_view_column *column, const uint8_t *value,
                     size_t size, uint64_t count, ls_i128 sum, struct ls_error *err)
{
    int rc = 0;
    if (column->kind == LS_AGGREGATE_TOP) {
        return ls_top_offer(&s->top, value, (uint32_t)size, column->to ? sum : (ls_i128)count, err);
    }
    if (column->kind == LS_AGGREGATE_QUANTILE) {
        rc = ls_mem_grow(&s->buckets, &s->bucket_capacity, s->bucket_count + 1, sizeof *s->buckets,
                         err);
        if (rc == 0) {
            s->buckets[s->bucket_count++] = (struct bucket){ls_bucket_get(value), count};
        }
    }
    s->row.results[column - s->view->columns].number++;
    return rc;
}

static void end_quantile(struct scan *s, const struct ls_view_column *column,
                         struct ls_aggregate_result *out)
{
    uint64_t total = 0;
    for (size_t i = 0; i < s->bucket_count; i++) {
        total += s->buckets[i].count;
    }
    *out = (struct ls_aggregate_result){.is_null = total == 0};
    uint64_t rank = total ? ls_quantile_rank(column->q, total) : 0;
    for (size_t i = 0; rank > 0; i++) {
        out->number = s->buckets[i].bound;
        rank -= s->buckets[i].count < rank ? s->buckets[i].count : rank;
    }
    s->bucket_count = 0;
}

static int next_value(struct scan *s, struct ls_error *err)
{
    int rc = ls_merge_next(s->values, &s->value, err);
    s->has_value = rc > 0;
    return rc < 0 ? rc : 0;
}

/* Does the next value belong to this group and column? */
static bool belongs(const struct scan *s, size_t column)
{
    return s->has_value && s->value.key_size >= s->key.size + 8 &&
           memcmp(s->value.key, s->key.data, s->key.size) == 0 &&
           ls_key_get_u64(s->value.key + s->key.size) == column;
}

static int count_run(struct scan *s, size_t i, struct ls_error *err)
{
    const struct ls_view_column *column = &s->view->columns[i];
    size_t head = s->key.size + 8;
    uint64_t count = 0;
    ls_i128 sum = 0;
    s->run.size = 0;
    int rc = ls_buf_append(&s->run, s->value.key + head, s->value.key_size - head, err);
    while (rc == 0 && belongs(s, i) && s->value.key_size - head == s->run.size &&
           memcmp(s->value.key + head, s->run.data, s->run.size) == 0) {
        count++;
        if (ls_add_overflows(sum, (int64_t)ls_get_u64(s->value.value), &sum)) {
            return overflows(s, column, err);
        }
        rc = next_value(s, err);
    }
    return rc < 0 ? rc : end_value(s, column, s->run.data, s->run.size, count, sum, err);
}

static int end_set(struct scan *s, size_t i, struct ls_error *err)
{
    const struct ls_view_column *column = &s->view->columns[i];
    struct ls_aggregate_result *out = &s->row.results[i];
    size_t begin = s->tops.size;
    int rc = 0;
    *out = (struct ls_aggregate_result){0};
    if (column->kind == LS_AGGREGATE_TOP) {
        rc = ls_top_new(column->k, &s->top, err);
    }
    while (rc == 0 && belongs(s, i)) {
        rc = count_run(s, i, err);
    }
    if (rc == 0 && column->kind == LS_AGGREGATE_QUANTILE) {
        end_quantile(s, column, out);
    } else if (rc == 0 && column->kind == LS_AGGREGATE_TOP) {
        rc = ls_top_put(&s->top, column->to && column->to->type == LS_FIELD_DECIMAL, &s->tops, err);
        *out = (struct ls_aggregate_result){.size = (uint32_t)(s->tops.size - begin)};
        rc = rc == LS_E_DATA
                 ? ls_error_prefix(err, "view %s: column %s", s->view->spec->name, column->name)
                 : rc;
    }
    ls_top_clear(&s->top);
    return rc;
}

/* ---- rows */

static int results(struct scan *s, struct ls_error *err)
{
    int rc = 0;
    s->tops.size = 0;
    for (size_t i = 0; rc == 0 && i < s->view->column_count; i++) {
        const struct ls_view_column *column = &s->view->columns[i];
        struct ls_aggregate_result *out = &s->row.results[i];
        const struct ls_aggregate *numbers = &s->numbers[column->number_at];
        if (column->kind >= LS_AGGREGATE_DISTINCT) {
            rc = end_set(s, i, err);
        } else if (column->kind == LS_AGGREGATE_FIRST || column->kind == LS_AGGREGATE_LAST) {
            *out = ls_scan_best_result(&s->bests[column->pick_at]);
        } else if (column->kind == LS_AGGREGATE_RATIO) {
            *out = ls_ratio_result(&numbers[0], column->input->scale, &numbers[1],
                                   column->to->scale, column->scale);
        } else {
            *out = ls_aggregate_result(column->kind, numbers, column->extra_scale);
        }
    }
    if (rc == 0) {
        ls_row_settle_tops(s->view, &s->row, &s->tops);
    }
    return rc;
}

static int end_group(struct scan *s, struct ls_error *err)
{
    const uint8_t *key = s->key.data;
    int rc = results(s, err);
    rc = rc < 0 ? rc
                : ls_row_of_window(s->view, ls_key_get_i64(key + 8), ls_key_get_i64(key),
                                   key + WINDOW_KEY, s->key.size - WINDOW_KEY, &s->row, &s->bytes,
                                   err);
    memset(s->numbers, 0, s->view->number_count * sizeof *s->numbers);
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        s->bests[k].present = false;
    }
    return rc < 0 ? rc : s->job->row(s->job->context, s->bytes.data, s->bytes.size, err);
}

static int scan_all(struct scan *s, struct ls_error *err)
{
    struct ls_sorted item;
    int rc = 0;
    while (rc >= 0 && (rc = ls_merge_next(s->records, &item, err)) > 0) {
        bool same = s->key.size == item.key_size &&
                    memcmp(s->key.data, item.key, item.key_size) == 0;
        if (!same) {
            rc = s->key.size ? end_group(s, err) : 0;
            s->key.size = 0;
            rc = rc < 0 ? rc : ls_buf_append(&s->key, item.key, item.key_size, err);
        }
        rc = rc < 0 ? rc : add_record(s, &item, err);
    }
    return rc < 0 || !s->key.size ? rc : end_group(s, err);
}

int ls_scan_windows(const struct ls_scan_job *job, struct ls_error *err)
{
    struct scan *s = ls_mem_new(1, sizeof *s, err);
    if (!s) {
        return err->code;
    }
    s->job = job;
    s->view = job->view;
    ls_buf_init(&s->key, "a group's key", SCAN_ROW_MAX);
    ls_buf_init(&s->run, "a value of a view", SCAN_ROW_MAX);
    ls_buf_init(&s->bytes, "a view's row", SCAN_ROW_MAX);
    ls_buf_init(&s->tops, "a row's lists of tops", SCAN_ROW_MAX);
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        ls_scan_best_init(&s->bests[k]);
    }
    int rc = ls_scan_merge(job, false, &s->records, err);
    if (rc == 0 && s->view->set_count) {
        rc = ls_scan_merge(job, true, &s->values, err);
        rc = rc < 0 ? rc : next_value(s, err);
    }
    rc = rc < 0 ? rc : scan_all(s, err);
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        ls_buf_clear(&s->bests[k].bytes);
    }
    ls_merge_free(s->records);
    ls_merge_free(s->values);
    ls_buf_clear(&s->key);
    ls_buf_clear(&s->run);
    ls_buf_clear(&s->bytes);
    ls_buf_clear(&s->tops);
    ls_mem_free(s->buckets);
    ls_mem_free(s);
    return rc;
}
