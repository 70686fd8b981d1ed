#include "pipeline/batch/scan_internal.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"

#include <string.h>

#define ITEM_MAX (1U << 24)

/* ---- parts */

static bool is_set(const struct ls_view_column *column)
{
    return column->kind == LS_AGGREGATE_DISTINCT || column->kind == LS_AGGREGATE_QUANTILE ||
           column->kind == LS_AGGREGATE_TOP;
}

/* Columns whose values are counted, in one way or the other. */
static size_t sets_of(const struct ls_view *view, bool swept)
{
    size_t count = 0;
    for (size_t i = 0; i < view->column_count; i++) {
        count += is_set(&view->columns[i]) && ls_scan_is_swept(view, &view->columns[i]) == swept;
    }
    return count;
}

int ls_scan_part_new(const struct ls_view *view, const char *folder, size_t memory,
                     struct ls_scan_part *out, struct ls_error *err)
{
    bool windows = view->kind == LS_VIEW_WINDOWS;
    bool others = view->kind == LS_VIEW_JOIN || (windows && sets_of(view, false) > 0);
    bool spans = windows && sets_of(view, true) > 0;
    size_t share = memory / (1U + others + spans);
    *out = (struct ls_scan_part){0};
    ls_buf_init(&out->key, "the key of what is sorted", ITEM_MAX);
    ls_buf_init(&out->value, "what a record brings to a view", ITEM_MAX);
    out->group = ls_mem_new(1, LS_GROUP_KEY_MAX, err);
    int rc = out->group ? ls_sorter_new(view->spec->name, folder, share, &out->records, err)
                        : err->code;
    rc = rc < 0 || !others ? rc : ls_sorter_new(view->spec->name, folder, share, &out->others, err);
    return rc < 0 || !spans ? rc : ls_sorter_new(view->spec->name, folder, share, &out->spans, err);
}

void ls_scan_part_clear(struct ls_scan_part *part)
{
    ls_sorter_free(part->records);
    ls_sorter_free(part->others);
    ls_sorter_free(part->spans);
    ls_buf_clear(&part->key);
    ls_buf_clear(&part->value);
    ls_mem_free(part->group);
    *part = (struct ls_scan_part){0};
}

/* ---- keys and values */

/* An id ends with two zero bytes, and a zero in it is followed by 255: bytes sort as ids do. */
static int put_id(struct ls_buf *key, const uint8_t *id, uint32_t size, struct ls_error *err)
{
    int rc = ls_buf_reserve(key, (size_t)2 * size + 2, err);
    for (uint32_t i = 0; rc == 0 && i < size; i++) {
        key->data[key->size++] = id[i];
        if (id[i] == 0) {
            key->data[key->size++] = 255;
        }
    }
    if (rc == 0) {
        key->data[key->size++] = 0;
        key->data[key->size++] = 0;
    }
    return rc;
}

int ls_scan_put_place(struct ls_buf *key, const struct ls_place_in_order *place,
                      struct ls_error *err)
{
    uint8_t words[24];
    ls_key_i64(words, place->event_time);
    int rc = ls_buf_append(key, words, 8, err);
    rc = rc < 0 ? rc : put_id(key, place->id, place->id_size, err);
    ls_key_u64(ls_key_u64(ls_key_u64(words, place->topic), place->partition), place->position);
    return rc < 0 ? rc : ls_buf_append(key, words, sizeof words, err);
}

static bool wants_place(const struct ls_view *view)
{
    return view->kind != LS_VIEW_WINDOWS || view->pick_count > 0;
}

int ls_scan_put_value(const struct ls_view *view, const struct ls_contribution *c,
                      const struct ls_place_in_order *place, struct ls_buf *value,
                      struct ls_error *err)
{
    value->size = 0;
    int rc = ls_buf_reserve(value, 64 + place->id_size, err);
    if (rc == 0 && wants_place(view)) {
        uint8_t *at = value->data;
        at = ls_put_u32(at, (uint32_t)(c->source - view->sources));
        at = ls_put_u32(at, c->joins);
        at = ls_put_u32(at, c->key_size);
        at = ls_put_u64(at, (uint64_t)place->event_time);
        at = ls_put_u32(at, place->topic);
        at = ls_put_u32(at, place->partition);
        at = ls_put_u64(at, place->position);
        at = ls_put_u32(at, place->id_size);
        memcpy(at, place->id, place->id_size);
        value->size = (size_t)(at - value->data) + place->id_size;
    }
    return rc < 0 ? rc : ls_contribution_put(view, c, value, err);
}

void ls_scan_get_value(const struct ls_view *view, const uint8_t *value, struct ls_contribution *c,
                       struct ls_place_in_order *place)
{
    const uint8_t *at = value;
    c->source = view->sources;
    if (wants_place(view)) {
        c->source = &view->sources[ls_get_u32(at)];
        c->joins = ls_get_u32(at + 4) != 0;
        c->key_size = ls_get_u32(at + 8);
        *place = (struct ls_place_in_order){.event_time = (int64_t)ls_get_u64(at + 12),
                                            .topic = ls_get_u32(at + 20),
                                            .partition = ls_get_u32(at + 24),
                                            .position = ls_get_u64(at + 28),
                                            .id_size = ls_get_u32(at + 36),
                                            .id = at + 40};
        at += 40 + place->id_size;
    }
    (void)ls_contribution_get(view, at, c);
}

/* ---- adding */

static int key_of_range(struct ls_scan_part *part, const struct ls_contribution *c, int64_t first,
                        int64_t last, struct ls_error *err)
{
    uint8_t words[16];
    ls_key_i64(ls_key_i64(words, last), first);
    part->key.size = 0;
    int rc = ls_buf_append(&part->key, words, sizeof words, err);
    return rc < 0 ? rc : ls_buf_append(&part->key, c->key, c->key_size, err);
}

/* A group's key is its own end (Avro binary of a fixed list of fields), so range and group are a
 * prefix of what follows. */
static int add_value(const struct ls_view *view, struct ls_scan_part *part,
                     const struct ls_contribution *c, size_t i, int64_t first, int64_t last,
                     struct ls_error *err)
{
    const struct ls_view_column *column = &view->columns[i];
    uint8_t words[16];
    int rc = ls_input_value(column, &c->inputs[i], &part->value, err);
    if (rc < 0 || ls_scan_is_swept(view, column)) {
        return rc < 0 ? rc : ls_scan_add_span(part, c, i, &part->value, first, last, err);
    }
    ls_key_u64(words, i);
    ls_put_u64(words + 8, column->to ? (uint64_t)c->inputs[i].to : 0);
    rc = key_of_range(part, c, first, last, err);
    rc = rc < 0 ? rc : ls_buf_append(&part->key, words, 8, err);
    rc = rc < 0 ? rc : ls_buf_append(&part->key, part->value.data, part->value.size, err);
    return rc < 0 ? rc
                  : ls_sorter_add(part->others, part->key.data, part->key.size, words + 8, 8, err);
}

static int add_to_windows(const struct ls_view *view, struct ls_scan_part *part,
                          const struct ls_contribution *c, const struct ls_place_in_order *place,
                          int64_t first, int64_t last, struct ls_error *err)
{
    if (first > last) {
        return 0; /* in a gap, or late for all */
    }
    int rc = ls_scan_put_value(view, c, place, &part->value, err);
    rc = rc < 0 ? rc : key_of_range(part, c, first, last, err);
    rc = rc < 0 ? rc
                : ls_sorter_add(part->records, part->key.data, part->key.size, part->value.data,
                                part->value.size, err);
    for (size_t i = 0; rc == 0 && view->set_count && i < view->column_count; i++) {
        rc = is_set(&view->columns[i]) && c->inputs[i].present
                 ? add_value(view, part, c, i, first, last, err)
                 : 0;
    }
    return rc;
}

int ls_scan_add(const struct ls_view *view, struct ls_scan_part *part,
                const struct ls_contribution *c, const struct ls_place_in_order *place,
                int64_t first, int64_t last, struct ls_error *err)
{
    if (view->kind == LS_VIEW_WINDOWS) {
        return add_to_windows(view, part, c, place, first, last, err);
    }
    bool right = view->kind == LS_VIEW_JOIN && c->source != view->sources;
    part->key.size = 0;
    int rc = ls_scan_put_value(view, c, place, &part->value, err);
    rc = rc < 0 ? rc : ls_buf_append(&part->key, c->key, c->key_size, err);
    rc = rc < 0 ? rc : ls_scan_put_place(&part->key, place, err);
    return rc < 0 ? rc
                  : ls_sorter_add(right ? part->others : part->records, part->key.data,
                                  part->key.size, part->value.data, part->value.size, err);
}

/* ---- first and last */

void ls_scan_best_init(struct scan_best *best)
{
    *best = (struct scan_best){0};
    ls_buf_init(&best->bytes, "a first or last value", ITEM_MAX);
}

int ls_scan_best_offer(struct scan_best *best, bool first, const struct ls_place_in_order *place,
                       const struct ls_input *input, struct ls_error *err)
{
    if (best->present && (ls_order(place, &best->place) < 0) != first) {
        return 0;
    }
    best->bytes.size = 0;
    int rc = ls_buf_append(&best->bytes, place->id, place->id_size, err);
    rc = rc < 0 || !input->bytes ? rc : ls_buf_append(&best->bytes, input->bytes, input->size, err);
    best->present = true;
    best->place = *place;
    best->place.id = best->bytes.data;
    best->number = input->number;
    best->is_text = input->bytes != NULL;
    return rc;
}

struct ls_aggregate_result ls_scan_best_result(const struct scan_best *best)
{
    uint32_t id = best->place.id_size;
    return (struct ls_aggregate_result){
        .is_null = !best->present,
        .number = best->number,
        .bytes = best->present && best->is_text ? best->bytes.data + id : NULL,
        .size = best->present && best->is_text ? (uint32_t)best->bytes.size - id : 0};
}

/* ---- what the scans begin and end with */

int ls_scan_merge(const struct ls_scan_job *job, bool others, struct ls_merge **out,
                  struct ls_error *err)
{
    struct ls_sorter **sorters = ls_mem_new(job->part_count, sizeof(struct ls_sorter *), err);
    *out = NULL;
    if (!sorters) {
        return err->code;
    }
    for (size_t i = 0; i < job->part_count; i++) {
        sorters[i] = others ? job->parts[i]->others : job->parts[i]->records;
    }
    int rc = ls_merge_new(sorters, job->part_count, out, err);
    ls_mem_free(sorters);
    return rc;
}

int ls_scan_rows_new(const struct ls_scan_job *job, struct ls_scan_rows **out, struct ls_error *err)
{
    struct ls_scan_rows *rows = ls_mem_new(1, sizeof *rows, err);
    *out = rows;
    if (!rows) {
        return err->code;
    }
    ls_buf_init(&rows->key, "the key of a row", ITEM_MAX);
    ls_buf_init(&rows->bytes, "a view's row", SCAN_ROW_MAX);
    ls_buf_init(&rows->tops, "a row's lists of tops", SCAN_ROW_MAX);
    ls_buf_init(&rows->scratch, "a value of a view", ITEM_MAX);
    return ls_sorter_new(job->view->spec->name, job->folder, job->memory, &rows->sorter, err);
}

void ls_scan_rows_free(struct ls_scan_rows *rows)
{
    if (rows) {
        ls_sorter_free(rows->sorter);
        ls_buf_clear(&rows->key);
        ls_buf_clear(&rows->bytes);
        ls_buf_clear(&rows->tops);
        ls_buf_clear(&rows->scratch);
        ls_mem_free(rows);
    }
}

int ls_scan_rows_add(struct ls_scan_rows *rows, struct ls_error *err)
{
    return ls_sorter_add(rows->sorter, rows->key.data, rows->key.size, rows->bytes.data,
                         rows->bytes.size, err);
}

int ls_scan_rows_write(const struct ls_scan_job *job, struct ls_scan_rows *rows,
                       struct ls_error *err)
{
    struct ls_merge *merge;
    struct ls_sorted item;
    int rc = ls_merge_new(&rows->sorter, 1, &merge, err);
    while (rc >= 0 && (rc = ls_merge_next(merge, &item, err)) > 0) {
        rc = job->row(job->context, item.value, item.value_size, err);
    }
    ls_merge_free(merge);
    return rc;
}

int ls_scan(const struct ls_scan_job *job, struct ls_error *err)
{
    switch (job->view->kind) {
    case LS_VIEW_WINDOWS:
        return ls_scan_windows(job, err);
    case LS_VIEW_SESSIONS:
        return ls_scan_sessions(job, err);
    case LS_VIEW_JOIN:
        return ls_scan_join(job, err);
    default:
        return ls_scan_rolling(job, err);
    }
}
