/* Views (P5, P6): every record that counts is put into a list with its window and the bytes of its
 * group; the list is sorted, and each run of equals is a row. */
#include "conformance/naive_internal.h"
#include "core/base/civil.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define KEY_BYTES_MAX (1U << 20)

struct entry {
    int64_t start, end;
    const uint8_t *key; /* Avro binary of the `by` fields */
    size_t key_size;
    const struct naive_value *row;
};

struct builder {
    struct naive_world *world;
    const struct naive_topic *topic;
    struct naive_view *view;
    const struct ls_window_tumbling *window;
    struct naive_expr *where;
    size_t *by; /* columns */
    struct naive_aggregate *aggregates;
    struct entry *entries;
    size_t count, capacity;
    const struct naive_value **rows, **room; /* of one group */
    struct ls_error *err;
};

/* ---- the definition */

static int find_topic(struct builder *b)
{
    for (size_t t = 0; t < b->world->topic_count; t++) {
        if (b->world->topics[t].type == b->view->spec->sources[0]) {
            b->topic = &b->world->topics[t];
            return 0;
        }
    }
    return ls_error_set(b->err, LS_E_BUG, "the view %s reads no topic", b->view->spec->name);
}

static struct naive_column time_column(const char *name)
{
    return (struct naive_column){.name = name, .written = name, .type = NAIVE_TIME};
}

static int define_late(struct builder *b)
{
    const struct naive_column columns[] = {
        {.name = "event_id", .written = "event_id", .type = NAIVE_STRING},
        {.name = "entity_id", .written = "entity_id", .type = NAIVE_STRING},
        time_column("event_time"),
        time_column("window_start"),
        time_column("window_end"),
        {.name = "partition", .written = "partition", .type = NAIVE_INT, .physical = true},
        {.name = "position", .written = "position", .type = NAIVE_LONG, .physical = true},
        {.name = "watermark", .written = "watermark", .type = NAIVE_TIME, .physical = true}};
    struct naive_columns *late = &b->view->late_columns;
    late->count = sizeof columns / sizeof columns[0];
    late->items = ls_arena_new(&b->world->arena, late->count, sizeof columns[0], b->err);
    if (!late->items) {
        return b->err->code;
    }
    memcpy(late->items, columns, sizeof columns);
    return 0;
}

static int define_columns(struct builder *b)
{
    const struct ls_spec_view *spec = b->view->spec;
    const struct ls_spec_aggregate *selected = spec->select.items;
    const struct naive_columns *from = &b->topic->row;
    struct ls_arena *arena = &b->world->arena;
    size_t count = 3 + spec->by.count + spec->select.count;
    struct naive_column *column = ls_arena_new(arena, count, sizeof *column, b->err);
    b->by = ls_arena_new(arena, spec->by.count, sizeof *b->by, b->err);
    b->aggregates = ls_arena_new(arena, spec->select.count, sizeof *b->aggregates, b->err);
    if (!column || !b->by || !b->aggregates) {
        return b->err->code;
    }
    b->view->columns = (struct naive_columns){column, count};
    *column++ = time_column("window_start");
    *column++ = time_column("window_end");
    for (size_t i = 0; i < spec->by.count; i++) {
        b->by[i] = ls_naive_column_find(from, spec->by.items[i]);
        if (b->by[i] == from->count) {
            return ls_error_set(b->err, LS_E_DATA, "the view %s is by a field `%s` that is none",
                                spec->name, spec->by.items[i]);
        }
        *column = from->items[b->by[i]];
        column++->physical = false;
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < spec->select.count; i++) {
        rc = ls_naive_aggregate_compile(&selected[i], from, arena, &b->aggregates[i], column++,
                                        b->err);
    }
    *column = (struct naive_column){
        .name = "feature_version", .written = "feature_version", .type = NAIVE_INT};
    return rc;
}

static int define(struct builder *b)
{
    const struct ls_spec_view *spec = b->view->spec;
    int rc = find_topic(b);
    if (rc == 0 && spec->window.member != &ls_member_tumbling) {
        rc = ls_error_set(b->err, LS_E_DATA, "the naive recomputation knows no window `%s`",
                          spec->window.member->word);
    }
    b->window = spec->window.settings;
    rc = rc < 0 ? rc : define_late(b);
    rc = rc < 0 ? rc : define_columns(b);
    if (rc == 0 && spec->where_text) {
        rc = ls_naive_expr_parse(spec->where_text, &b->topic->row, &b->world->arena, &b->where,
                                 b->err);
    }
    return rc;
}

/* ---- records into windows */

static int put_long(struct ls_buf *out, int64_t number, struct ls_error *err)
{
    uint8_t bytes[10];
    size_t size = 0;
    uint64_t bits = number < 0 ? ~((uint64_t)number << 1) : (uint64_t)number << 1;
    while (bits > 0x7f) {
        bytes[size++] = (uint8_t)(bits | 0x80);
        bits >>= 7;
    }
    bytes[size++] = (uint8_t)bits;
    return ls_buf_append(out, bytes, size, err);
}

/* Each field as a union of null and its type: an equal byte in front of values that cannot be null
 * changes no order. */
static int put_key(struct builder *b, const struct naive_value *row, struct ls_buf *out)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < b->view->spec->by.count; i++) {
        const struct naive_value *value = &row[b->by[i]];
        enum naive_type type = b->topic->row.items[b->by[i]].type;
        rc = put_long(out, !value->is_null, b->err);
        if (rc < 0 || value->is_null) {
            continue;
        }
        if (type == NAIVE_STRING) {
            rc = put_long(out, (int64_t)value->size, b->err);
            rc = rc < 0 ? rc : ls_buf_append(out, value->bytes, value->size, b->err);
        } else if (type == NAIVE_SCALED) {
            uint8_t bytes[16];
            size_t size = ls_naive_decimal_bytes(value->number, bytes);
            rc = put_long(out, (int64_t)size, b->err);
            rc = rc < 0 ? rc : ls_buf_append(out, bytes, size, b->err);
        } else if (type == NAIVE_BOOLEAN) {
            rc = ls_buf_append(out, value->number ? "\1" : "\0", 1, b->err);
        } else {
            rc = put_long(out, value->number, b->err);
        }
    }
    return rc;
}

static int add_entry(struct builder *b, const struct naive_record *record, int64_t start)
{
    struct ls_buf key;
    ls_buf_init(&key, "group key", KEY_BYTES_MAX);
    int rc = put_key(b, record->row, &key);
    char *copy = rc < 0 ? NULL
                        : ls_arena_text(&b->world->arena, key.data ? (char *)key.data : "",
                                        key.size, b->err);
    rc = copy ? ls_mem_grow(&b->entries, &b->capacity, b->count + 1, sizeof *b->entries, b->err)
              : b->err->code;
    if (rc == 0) {
        b->entries[b->count++] = (struct entry){start, start + b->window->size_ms,
                                                (const uint8_t *)copy, key.size, record->row};
    }
    ls_buf_clear(&key);
    return rc;
}

static int add_late(struct builder *b, const struct naive_record *record, size_t partition,
                    int64_t start)
{
    struct naive_value *row = ls_arena_new(&b->world->arena, b->view->late_columns.count,
                                           sizeof *row, b->err);
    if (!row) {
        return b->err->code;
    }
    row[0] = record->row[NAIVE_EVENT_ID];
    row[1] = record->row[NAIVE_ENTITY_ID];
    row[2] = record->row[NAIVE_EVENT_TIME];
    row[3].number = start;
    row[4].number = start + b->window->size_ms;
    memcpy(row + 5, record->row + b->topic->row.count - 3, 3 * sizeof *row);
    b->view->late[partition][b->view->late_counts[partition]++] = row;
    return 0;
}

static int take_partition(struct builder *b, size_t index)
{
    const struct naive_partition *partition = &b->topic->partitions[index];
    int rc = 0;
    b->view->late[index] = ls_arena_new(&b->world->arena, partition->count, sizeof **b->view->late,
                                        b->err);
    if (!b->view->late[index]) {
        return b->err->code;
    }
    for (size_t i = 0; rc == 0 && i < partition->count; i++) {
        const struct naive_record *record = &partition->records[i];
        if (!ls_naive_is_admitted(record) ||
            (b->where && !ls_naive_expr_holds(b->where, record->row))) {
            continue;
        }
        int64_t start = ls_naive_window_start(record->event[NAIVE_EVENT_TIME].number,
                                              b->window->size_ms, b->window->offset_ms);
        bool counts = start + b->window->size_ms > record->watermark_ms;
        rc = counts ? add_entry(b, record, start) : add_late(b, record, index, start);
    }
    return rc;
}

/* ---- windows into rows */

static int by_window(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->end != y->end) {
        return x->end < y->end ? -1 : 1;
    }
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    size_t size = x->key_size < y->key_size ? x->key_size : y->key_size;
    int order = size ? memcmp(x->key, y->key, size) : 0;
    return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

static int make_row(struct builder *b, const struct entry *group, size_t count,
                    struct naive_value **out)
{
    const struct ls_spec_view *spec = b->view->spec;
    struct naive_value *row = ls_arena_new(&b->world->arena, b->view->columns.count, sizeof *row,
                                           b->err);
    if (!row) {
        return b->err->code;
    }
    *out = row;
    (row++)->number = group->start;
    (row++)->number = group->end;
    for (size_t i = 0; i < spec->by.count; i++) {
        *row++ = group->row[b->by[i]];
    }
    for (size_t i = 0; i < count; i++) {
        b->rows[i] = group[i].row;
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < spec->select.count; i++) {
        rc = ls_naive_aggregate_run(&b->aggregates[i], b->rows, count, b->room, &b->world->arena,
                                    row++, b->err);
    }
    row->number = spec->feature_version;
    if (rc < 0) {
        char start[LS_TIME_TEXT_MAX];
        ls_time_format(group->start, start);
        ls_error_prefix(b->err, "view %s, window of %s", spec->name, start);
    }
    return rc;
}

static int make_rows(struct builder *b)
{
    struct naive_view *view = b->view;
    b->rows = ls_mem_new(b->count, sizeof *b->rows, b->err);
    b->room = b->rows ? ls_mem_new(b->count, sizeof *b->room, b->err) : NULL;
    view->rows = b->room ? ls_arena_new(&b->world->arena, b->count, sizeof *view->rows, b->err)
                         : NULL;
    int rc = view->rows ? 0 : b->err->code;
    if (rc == 0 && b->count) {
        qsort(b->entries, b->count, sizeof *b->entries, by_window);
    }
    for (size_t i = 0; rc == 0 && i < b->count;) {
        size_t end = i + 1;
        while (end < b->count && by_window(&b->entries[i], &b->entries[end]) == 0) {
            end++;
        }
        rc = make_row(b, &b->entries[i], end - i, &view->rows[view->row_count++]);
        i = end;
    }
    ls_mem_free(b->rows);
    ls_mem_free(b->room);
    return rc;
}

int ls_naive_view(struct naive_world *world, const struct ls_spec_view *spec,
                  struct naive_view *out, struct ls_error *err)
{
    *out = (struct naive_view){.spec = spec};
    struct builder b = {.world = world, .view = out, .err = err};
    int rc = define(&b);
    if (rc == 0) {
        size_t count = b.topic->partition_count;
        out->partition_count = count;
        out->late = ls_arena_new(&world->arena, count, sizeof *out->late, err);
        out->late_counts = out->late
                               ? ls_arena_new(&world->arena, count, sizeof *out->late_counts, err)
                               : NULL;
        rc = out->late_counts ? 0 : err->code;
    }
    for (size_t p = 0; rc == 0 && p < b.topic->partition_count; p++) {
        rc = take_partition(&b, p);
    }
    rc = rc < 0 ? rc : make_rows(&b);
    ls_mem_free(b.entries);
    return rc;
}
