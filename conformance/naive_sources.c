/* What a view reads: the fields that its event types have in common, and their records, each with
 * the bytes of its group. */
#include "conformance/naive_view_internal.h"
#include "core/base/mem.h"

#include <string.h>

#define KEY_BYTES_MAX (1U << 20)

/* ---- fields */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool ls_naive_same_type(const struct naive_column *a, const struct naive_column *b)
{
    bool same = a->type == b->type && a->scale == b->scale && a->precision == b->precision &&
                same_text(a->logical, b->logical) && a->symbol_count == b->symbol_count;
    for (size_t i = 0; same && i < a->symbol_count; i++) {
        same = same_text(a->symbols[i], b->symbols[i]);
    }
    return same && (a->items == NULL) == (b->items == NULL) &&
           (!a->items || ls_naive_same_type(a->items, b->items));
}

static bool all_have(const struct naive_source *source, const struct naive_column *column)
{
    bool have = true;
    for (size_t t = 1; have && t < source->topic_count; t++) {
        const struct naive_columns *row = &source->topics[t]->row;
        size_t at = ls_naive_column_find(row, column->name);
        have = at < row->count && ls_naive_same_type(column, &row->items[at]);
    }
    return have;
}

/* Where each field stands in each topic's rows; the event type's name behind the others. */
static int place_fields(struct naive_source *source, bool has_name, struct ls_arena *arena,
                        struct ls_error *err)
{
    const struct naive_columns *fields = &source->fields;
    source->places = ls_arena_new(arena, source->topic_count * fields->count, sizeof(size_t), err);
    for (size_t t = 0; source->places && t < source->topic_count; t++) {
        const struct naive_columns *row = &source->topics[t]->row;
        size_t *places = &source->places[t * fields->count];
        for (size_t i = 0; i < fields->count; i++) {
            bool is_name = has_name && i + 1 == fields->count;
            places[i] = is_name ? row->count : ls_naive_column_find(row, fields->items[i].name);
        }
    }
    return source->places ? 0 : err->code;
}

int ls_naive_source(const struct naive_world *world, struct ls_spec_event_type *const *types,
                    size_t count, struct ls_arena *arena, struct naive_source *out,
                    struct ls_error *err)
{
    out->topic_count = count;
    out->topics = ls_arena_new(arena, count, sizeof(void *), err);
    out->fields.items = out->topics
                            ? ls_arena_new(arena, NAIVE_ROW_MAX + 1, sizeof *out->fields.items, err)
                            : NULL;
    if (!out->fields.items) {
        return err->code;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t t = 0; t < world->topic_count; t++) {
            out->topics[i] = world->topics[t].type == types[i] ? &world->topics[t] : out->topics[i];
        }
    }
    out->fields.count = 0;
    for (size_t i = 0; i < out->topics[0]->row.count; i++) {
        const struct naive_column *column = &out->topics[0]->row.items[i];
        if (all_have(out, column)) {
            out->fields.items[out->fields.count++] = *column;
        }
    }
    bool has_name = ls_naive_column_find(&out->fields, "event_type") == out->fields.count;
    if (has_name) { /* not where all of them have a field of their own that is called so */
        out->fields.items[out->fields.count++] = (struct naive_column){
            .name = "event_type", .written = "event_type", .type = NAIVE_STRING};
    }
    return place_fields(out, has_name, arena, err);
}

/* ---- records */

static int put_key(const struct naive_columns *fields, const struct naive_value *row,
                   const size_t *key, size_t count, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct naive_value *value = &row[key[i]];
        rc = ls_naive_put_long(out, !value->is_null, err);
        if (rc == 0 && !value->is_null) {
            rc = ls_naive_put_value(&fields->items[key[i]], value, out, err);
        }
    }
    return rc;
}

/* A byte in front of values that cannot be null is the same in all keys, and changes no order. */
static int give_key(struct naive_seen *seen, const struct naive_columns *fields, const size_t *key,
                    size_t count, struct ls_arena *arena, struct ls_error *err)
{
    struct ls_buf bytes;
    ls_buf_init(&bytes, "group key", KEY_BYTES_MAX);
    int rc = put_key(fields, seen->row, key, count, &bytes, err);
    if (rc == 0) {
        const char *text = bytes.data ? (const char *)bytes.data : "";
        seen->key_size = bytes.size;
        seen->key = (const uint8_t *)ls_arena_text(arena, text, bytes.size, err);
        rc = seen->key ? 0 : err->code;
    }
    for (size_t i = 0; i < count; i++) {
        seen->is_keyless = seen->is_keyless || seen->row[key[i]].is_null;
    }
    ls_buf_clear(&bytes);
    return rc;
}

struct reading {
    const struct naive_source *source;
    const struct naive_expr *where;
    const size_t *key;
    size_t key_count;
    struct naive_view *view;
    struct naive_seen_list *out;
    struct ls_error *err;
};

/* The fields of the source out of a row of its topic `t`. */
static const struct naive_value *project(struct reading *r, size_t t, const struct naive_value *row)
{
    const struct naive_source *source = r->source;
    size_t count = source->fields.count;
    if (source->topic_count == 1) {
        return row;
    }
    struct naive_value *out = ls_arena_new(&r->view->arena, count, sizeof *out, r->err);
    for (size_t i = 0; out && i < count; i++) {
        out[i] = row[source->places[t * count + i]];
    }
    return out;
}

static int read_partition(struct reading *r, size_t t, size_t index)
{
    const struct naive_topic *topic = r->source->topics[t];
    const struct naive_partition *partition = &topic->partitions[index];
    struct naive_late *late = &r->view->late[r->view->late_count++];
    int rc = 0;
    late->topic = topic->type->topic;
    late->partition = index;
    for (size_t i = 0; rc == 0 && i < partition->count; i++) {
        const struct naive_record *record = &partition->records[i];
        if (!ls_naive_is_admitted(record)) {
            continue;
        }
        struct naive_seen seen = {.time_ms = record->row[NAIVE_EVENT_TIME].number,
                                  .watermark_ms = topic->lateness_off ? INT64_MIN
                                                                      : record->watermark_ms,
                                  .topic = topic->type->topic,
                                  .partition = index,
                                  .position = i,
                                  .late = late};
        seen.row = project(r, t, record->row);
        if (!seen.row) {
            return r->err->code;
        }
        rc = r->where ? ls_naive_expr_holds(r->where, seen.row, r->err) : 1;
        if (rc <= 0) {
            continue; /* or end */
        }
        rc = give_key(&seen, &r->source->fields, r->key, r->key_count, &r->view->arena, r->err);
        rc = rc < 0 ? rc
                    : ls_mem_grow(&r->out->items, &r->out->capacity, r->out->count + 1, sizeof seen,
                                  r->err);
        if (rc == 0) {
            r->out->items[r->out->count++] = seen;
        }
    }
    return rc;
}

int ls_naive_source_read(const struct naive_source *source, const struct naive_expr *where,
                         const size_t *key, size_t key_count, struct naive_view *view,
                         struct naive_seen_list *out, struct ls_error *err)
{
    struct reading r = {source, where, key, key_count, view, out, err};
    int rc = 0;
    for (size_t t = 0; t < source->topic_count; t++) {
        for (size_t p = 0; rc == 0 && p < source->topics[t]->partition_count; p++) {
            rc = read_partition(&r, t, p);
        }
    }
    return rc;
}

/* ---- orders */

static int bytes_order(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    size_t size = a_size < b_size ? a_size : b_size;
    int order = size ? memcmp(a, b, size) : 0;
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

int ls_naive_key_order(const struct naive_seen *a, const struct naive_seen *b)
{
    return bytes_order(a->key, a->key_size, b->key, b->key_size);
}

int ls_naive_seen_order(const struct naive_seen *a, const struct naive_seen *b)
{
    if (a->time_ms != b->time_ms) {
        return a->time_ms < b->time_ms ? -1 : 1;
    }
    const struct naive_value *x = &a->row[NAIVE_EVENT_ID];
    const struct naive_value *y = &b->row[NAIVE_EVENT_ID];
    int order = bytes_order(x->bytes, x->size, y->bytes, y->size);
    if (order == 0) {
        order = strcmp(a->topic, b->topic);
    }
    if (order == 0 && a->partition != b->partition) {
        order = a->partition < b->partition ? -1 : 1;
    }
    return order ? order : (a->position > b->position) - (a->position < b->position);
}
