/* Windows. Records that count in the same range of windows, of one group, are a run of equal keys,
 * and come to one state. Where windows do not overlap that is a row; else the state goes to each
 * window of its range, and what meets there, sorted once more, is a row. */
#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "pipeline/batch/scan_internal.h"

#include <string.h>

#define WINDOW_KEY 16 /* the last window, the first */

struct bucket {
    int64_t bound;
    uint64_t count;
};

struct scan {
    const struct ls_scan_job *job;
    const struct ls_view *view;
    struct ls_merge *records, *values; /* of the second scan: states, and values with their sums */
    bool second;
    struct ls_sorter *states,
        *state_values; /* what the first scan hands on; NULL: it writes rows */
    struct ls_buf scratch, scratch_key;
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
            continue; /* counted by value; or an expression */
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

/* ---- states: numbers; of each best value: whether there is one, its number, whether it is a text,
 * its place and its bytes */

static int put_best(struct ls_buf *out, const struct scan_best *best, struct ls_error *err)
{
    uint8_t words[48];
    uint8_t *at = words;
    *at++ = best->present;
    *at++ = best->is_text;
    at = ls_put_u64(at, (uint64_t)best->number);
    at = ls_put_u64(at, (uint64_t)best->place.event_time);
    at = ls_put_u32(at, best->place.topic);
    at = ls_put_u32(at, best->place.partition);
    at = ls_put_u64(at, best->place.position);
    at = ls_put_u32(at, best->place.id_size);
    at = ls_put_u32(at, best->present ? (uint32_t)best->bytes.size : 0);
    int rc = ls_buf_append(out, words, (size_t)(at - words), err);
    return rc < 0 || !best->present ? rc
                                    : ls_buf_append(out, best->bytes.data, best->bytes.size, err);
}

static const uint8_t *merge_best(struct scan_best *best, bool first, const uint8_t *at,
                                 struct ls_error *err)
{
    bool present = at[0];
    bool is_text = at[1];
    const struct ls_place_in_order place = {.event_time = (int64_t)ls_get_u64(at + 10),
                                            .topic = ls_get_u32(at + 18),
                                            .partition = ls_get_u32(at + 22),
                                            .position = ls_get_u64(at + 26),
                                            .id_size = ls_get_u32(at + 34),
                                            .id = at + 42};
    uint32_t size = ls_get_u32(at + 38);
    const struct ls_input input = {.present = true,
                                   .number = (int64_t)ls_get_u64(at + 2),
                                   .bytes = is_text ? place.id + place.id_size : NULL,
                                   .size = is_text ? size - place.id_size : 0};
    if (present && ls_scan_best_offer(best, first, &place, &input, err) < 0) {
        return NULL;
    }
    return at + 42 + size;
}

static int put_state(struct scan *s, struct ls_error *err)
{
    const struct ls_view *view = s->view;
    int rc = 0;
    s->scratch.size = 0;
    for (unsigned i = 0; rc == 0 && i < view->number_count; i++) {
        const struct ls_aggregate *a = &s->numbers[i];
        uint8_t words[40];
        uint8_t *at = ls_put_u64(words, a->count);
        at = ls_put_u64(at, (uint64_t)(ls_u128)a->sum);
        at = ls_put_u64(at, (uint64_t)((ls_u128)a->sum >> 64));
        at = ls_put_u64(at, (uint64_t)a->least);
        ls_put_u64(at, (uint64_t)a->greatest);
        rc = ls_buf_append(&s->scratch, words, sizeof words, err);
    }
    for (unsigned k = 0; rc == 0 && k < view->pick_count; k++) {
        rc = put_best(&s->scratch, &s->bests[k], err);
    }
    return rc;
}

/* Which column a number or a best value is of, for messages and for its order. */
static const struct ls_view_column *column_of(const struct ls_view *view, unsigned at, bool best)
{
    const struct ls_view_column *found = view->columns;
    for (size_t i = 0; i < view->column_count; i++) {
        const struct ls_view_column *column = &view->columns[i];
        bool is_best = column->kind == LS_AGGREGATE_FIRST || column->kind == LS_AGGREGATE_LAST;
        if (best ? is_best && column->pick_at == at
                 : !is_best && column->kind < LS_AGGREGATE_DISTINCT && column->number_at <= at) {
            found = column;
        }
    }
    return found;
}

static int merge_state(struct scan *s, const uint8_t *at, struct ls_error *err)
{
    const struct ls_view *view = s->view;
    for (unsigned i = 0; i < view->number_count; i++, at += 40) {
        const struct ls_aggregate other = {
            .count = ls_get_u64(at),
            .sum = (ls_i128)((ls_u128)ls_get_u64(at + 16) << 64 | ls_get_u64(at + 8)),
            .least = (int64_t)ls_get_u64(at + 24),
            .greatest = (int64_t)ls_get_u64(at + 32)};
        if (!ls_aggregate_merge(&s->numbers[i], &other)) {
            return overflows(s, column_of(view, i, false), err);
        }
    }
    for (unsigned k = 0; at && k < view->pick_count; k++) {
        bool first = column_of(view, k, true)->kind == LS_AGGREGATE_FIRST;
        at = merge_best(&s->bests[k], first, at, err);
    }
    return at ? 0 : err->code;
}

/* ---- sets: runs of one value of one column */

/* The key of what is handed on to one window: its number twice, then what is behind the range. */
static int key_of(struct scan *s, int64_t number, const uint8_t *rest, size_t size,
                  struct ls_error *err)
{
    uint8_t words[WINDOW_KEY];
    ls_key_i64(ls_key_i64(words, number), number);
    s->scratch_key.size = 0;
    int rc = ls_buf_append(&s->scratch_key, words, sizeof words, err);
    return rc < 0 ? rc : ls_buf_append(&s->scratch_key, rest, size, err);
}

static int64_t last_window(const struct scan *s)
{
    return ls_key_get_i64(s->key.data);
}

static int64_t first_window(const struct scan *s)
{
    return ls_key_get_i64(s->key.data + 8);
}

/* A value of a set, how often and with which sum, goes to each window of the range. */
static int hand_value_on(struct scan *s, size_t column, const uint8_t *value, size_t size,
                         uint64_t count, ls_i128 sum, struct ls_error *err)
{
    uint8_t counted[24];
    uint8_t number[8];
    int rc = 0;
    ls_put_u64(ls_put_u64(ls_put_u64(counted, count), (uint64_t)(ls_u128)sum),
               (uint64_t)((ls_u128)sum >> 64));
    ls_key_u64(number, column);
    for (int64_t n = first_window(s); rc == 0 && n <= last_window(s); n++) {
        rc = key_of(s, n, s->key.data + WINDOW_KEY, s->key.size - WINDOW_KEY, err);
        rc = rc < 0 ? rc : ls_buf_append(&s->scratch_key, number, sizeof number, err);
        rc = rc < 0 ? rc : ls_buf_append(&s->scratch_key, value, size, err);
        rc = rc < 0 ? rc
                    : ls_sorter_add(s->state_values, s->scratch_key.data, s->scratch_key.size,
                                    counted, sizeof counted, err);
    }
    return rc;
}

static int end_value(struct scan *s, const struct ls_view_column *column, const uint8_t *value,
                     size_t size, uint64_t count, ls_i128 sum, struct ls_error *err)
{
    int rc = 0;
    if (s->states) {
        return hand_value_on(s, (size_t)(column - s->view->columns), value, size, count, sum, err);
    }
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
    s->row.results[column - s->view->columns].number += ls_scan_is_swept(s->view, column)
                                                            ? (ls_i128)count
                                                            : 1;
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
           (s->run.size == 0 || memcmp(s->value.key + head, s->run.data, s->run.size) == 0)) {
        const uint8_t *value = s->value.value;
        ls_i128 amount = s->second ? (ls_i128)((ls_u128)ls_get_u64(value + 16) << 64 |
                                               ls_get_u64(value + 8))
                                   : (int64_t)ls_get_u64(value);
        count += s->second ? ls_get_u64(value) : 1;
        if (ls_add_overflows(sum, amount, &sum)) {
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
    if (column->kind == LS_AGGREGATE_TOP && !s->states) {
        rc = ls_top_new(column->k, &s->top, err);
    }
    while (rc == 0 && belongs(s, i)) {
        rc = count_run(s, i, err);
    }
    if (s->states) {
        return rc;
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
        if (column->kind == LS_AGGREGATE_EXPR) {
            continue; /* made of the others, with the row */
        }
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

static void begin_anew(struct scan *s)
{
    if (s->view->number_count) {
        memset(s->numbers, 0, s->view->number_count * sizeof *s->numbers);
    }
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        s->bests[k].present = false;
    }
}

/* The state of a range goes to each of its windows. */
static int hand_on(struct scan *s, struct ls_error *err)
{
    int rc = put_state(s, err);
    for (size_t i = 0; rc == 0 && i < s->view->column_count; i++) {
        rc = s->view->columns[i].kind >= LS_AGGREGATE_DISTINCT ? end_set(s, i, err) : 0;
    }
    for (int64_t n = first_window(s); rc == 0 && n <= last_window(s); n++) {
        rc = key_of(s, n, s->key.data + WINDOW_KEY, s->key.size - WINDOW_KEY, err);
        rc = rc < 0 ? rc
                    : ls_sorter_add(s->states, s->scratch_key.data, s->scratch_key.size,
                                    s->scratch.data, s->scratch.size, err);
    }
    return rc;
}

static int write_row(struct scan *s, struct ls_error *err)
{
    int64_t number = last_window(s);
    int rc = results(s, err);
    rc = rc < 0 ? rc
                : ls_row_of_window(s->view, ls_view_start(s->view, number),
                                   ls_view_end(s->view, number), s->key.data + WINDOW_KEY,
                                   s->key.size - WINDOW_KEY, &s->row, &s->bytes, err);
    return rc < 0 ? rc : s->job->row(s->job->context, s->bytes.data, s->bytes.size, err);
}

static int end_group(struct scan *s, struct ls_error *err)
{
    int rc = s->states ? hand_on(s, err) : write_row(s, err);
    begin_anew(s);
    return rc;
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
        rc = rc < 0 ? rc : s->second ? merge_state(s, item.value, err) : add_record(s, &item, err);
    }
    return rc < 0 || !s->key.size ? rc : end_group(s, err);
}

static void init(struct scan *s, const struct ls_scan_job *job)
{
    s->job = job;
    s->view = job->view;
    ls_buf_init(&s->key, "a group's key", SCAN_ROW_MAX);
    ls_buf_init(&s->run, "a value of a view", SCAN_ROW_MAX);
    ls_buf_init(&s->bytes, "a view's row", SCAN_ROW_MAX);
    ls_buf_init(&s->tops, "a row's lists of tops", SCAN_ROW_MAX);
    ls_buf_init(&s->scratch, "a group's state", SCAN_ROW_MAX);
    ls_buf_init(&s->scratch_key, "a group's key", SCAN_ROW_MAX);
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        ls_scan_best_init(&s->bests[k]);
    }
}

static void clear(struct scan *s)
{
    for (unsigned k = 0; k < s->view->pick_count; k++) {
        ls_buf_clear(&s->bests[k].bytes);
    }
    ls_merge_free(s->records);
    ls_merge_free(s->values);
    ls_sorter_free(s->states);
    ls_sorter_free(s->state_values);
    ls_buf_clear(&s->key);
    ls_buf_clear(&s->run);
    ls_buf_clear(&s->bytes);
    ls_buf_clear(&s->tops);
    ls_buf_clear(&s->scratch);
    ls_buf_clear(&s->scratch_key);
    ls_mem_free(s->buckets);
    ls_mem_free(s);
}

/* Of records; rows, or the states of windows that overlap. */
static int scan_records(struct scan *s, struct ls_error *err)
{
    const struct ls_scan_job *job = s->job;
    int rc = 0;
    if (s->view->size_ms > s->view->every_ms) {
        bool sets = s->view->set_count > 0;
        bool spans = job->part_count > 0 && job->parts[0]->spans;
        size_t memory = job->memory / (1U + sets + spans);
        rc = ls_sorter_new(s->view->spec->name, job->folder, memory, &s->states, err);
        rc = rc < 0 || !sets
                 ? rc
                 : ls_sorter_new(s->view->spec->name, job->folder, memory, &s->state_values, err);
        rc = rc < 0 || !spans ? rc : ls_scan_distinct(job, memory, s->state_values, err);
    }
    rc = rc < 0 ? rc : ls_scan_merge(job, false, &s->records, err);
    if (rc == 0 && job->part_count && job->parts[0]->others) {
        rc = ls_scan_merge(job, true, &s->values, err);
        rc = rc < 0 ? rc : next_value(s, err);
    }
    return rc < 0 ? rc : scan_all(s, err);
}

/* Of the states that the first scan handed on. */
static int scan_states(struct scan *s, const struct scan *first, struct ls_error *err)
{
    s->second = true;
    int rc = ls_merge_new(&first->states, 1, &s->records, err);
    if (rc == 0 && first->state_values) {
        rc = ls_merge_new(&first->state_values, 1, &s->values, err);
        rc = rc < 0 ? rc : next_value(s, err);
    }
    return rc < 0 ? rc : scan_all(s, err);
}

int ls_scan_windows(const struct ls_scan_job *job, struct ls_error *err)
{
    struct scan *first = ls_mem_new(1, sizeof *first, err);
    struct scan *second = first ? ls_mem_new(1, sizeof *second, err) : NULL;
    if (!second) {
        ls_mem_free(first);
        return err->code;
    }
    init(first, job);
    init(second, job);
    int rc = scan_records(first, err);
    rc = rc < 0 || !first->states ? rc : scan_states(second, first, err);
    clear(second);
    clear(first);
    return rc;
}
