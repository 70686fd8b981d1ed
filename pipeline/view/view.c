#include "pipeline/view/view.h"

#include "core/avro/encode.h"
#include "core/base/civil.h"
#include "core/base/mutant.h"

#include <string.h>

static uint8_t *put_key_cell(uint8_t *at, const struct ls_normal_column *column,
                             const struct ls_cell *cell)
{
    if (column->nullable) {
        at = ls_put_long(at, !cell->is_null); /* the schema's union is null first */
        if (cell->is_null) {
            return at;
        }
    }
    if (column->type == LS_FIELD_STRING || column->type == LS_FIELD_UUID) {
        return ls_put_bytes(at, cell->bytes, cell->size);
    }
    if (column->type == LS_FIELD_DECIMAL) {
        return ls_put_decimal(at, cell->number);
    }
    return column->type == LS_FIELD_BOOLEAN ? ls_put_boolean(at, cell->number != 0)
                                            : ls_put_long(at, cell->number);
}

static int put_key(const struct ls_view *view, const struct ls_record *record,
                   struct ls_contribution *out, struct ls_error *err)
{
    size_t room = 0;
    for (size_t i = 0; i < view->by_count; i++) {
        room += record->normal[view->by[i]].size + (size_t)2 * LS_AVRO_LONG_MAX;
    }
    if (room > LS_GROUP_KEY_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "view %s: a group's key of about %zu bytes passes the limit of %d",
                            view->spec->name, room, LS_GROUP_KEY_MAX);
    }
    uint8_t *at = out->key;
    for (size_t i = 0; i < view->by_count; i++) {
        at = put_key_cell(at, &view->topic_plan->columns[view->by[i]],
                          &record->normal[view->by[i]]);
    }
    out->key_size = (uint32_t)(at - out->key);
    return 0;
}

static int overflow(const struct ls_view *view, const struct ls_record *record,
                    struct ls_error *err)
{
    const struct ls_cell *id = &record->normal[LS_COLUMN_EVENT_ID];
    return ls_error_set(
        err, LS_E_DATA, "view %s: a condition leaves 128 bits at the record with event_id %.*s",
        view->spec->name, (int)(id->size < 64 ? id->size : 64), (const char *)id->bytes);
}

/* 1 when the condition holds, 0 when not or unknown. */
static int holds(const struct ls_view *view, const struct ls_expr *where,
                 const struct ls_record *record, struct ls_error *err)
{
    enum ls_expr_status status;
    if (!where) {
        return 1;
    }
    bool yes = ls_expr_holds(where, record->normal, &status);
    return status == LS_EXPR_OK ? yes : overflow(view, record, err);
}

int ls_view_contribution(const struct ls_view *view, const struct ls_record *record, uint8_t *key,
                         struct ls_contribution *out, struct ls_error *err)
{
    int rc = holds(view, view->where, record, err);
    if (rc <= 0) {
        return rc;
    }
    int64_t event_time = record->event_time;
    int64_t offset_ms = LS_MUTANT(WINDOW_OFFSET) ? 0 : view->offset_ms;
    out->start = ls_floor_div(event_time - offset_ms, view->size_ms) * view->size_ms + offset_ms;
    out->end = out->start + view->size_ms;
    out->key = key;
    rc = put_key(view, record, out, err);
    for (size_t i = 0; rc >= 0 && i < view->column_count; i++) {
        const struct ls_view_column *column = &view->columns[i];
        struct ls_input *input = &out->inputs[i];
        rc = holds(view, column->where, record, err);
        *input = (struct ls_input){.present = rc > 0};
        if (rc > 0 && column->input >= 0) {
            const struct ls_cell *cell = &record->normal[column->input];
            bool text = column->type == LS_FIELD_STRING || column->type == LS_FIELD_UUID;
            *input = (struct ls_input){!cell->is_null, cell->number, text ? cell->bytes : NULL,
                                       text ? cell->size : 0};
        }
    }
    return rc < 0 ? rc : 1;
}

uint32_t ls_distinct_name(const struct ls_input *input, uint8_t out[LS_DISTINCT_INLINE])
{
    if (!input->bytes) {
        ls_put_u64(out, (uint64_t)input->number);
        return 8;
    }
    if (input->size < LS_DISTINCT_INLINE) {
        /* a byte in front, so that no short text looks like the name of a long one */
        out[0] = 0;
        memcpy(out + 1, input->bytes, input->size);
        return input->size + 1;
    }
    struct ls_sha256 sha256;
    ls_sha256_of(input->bytes, input->size, &sha256);
    out[0] = 1;
    memcpy(out + 1, sha256.bytes, sizeof sha256.bytes);
    return 1 + sizeof sha256.bytes;
}

static int does_not_fit(const struct ls_view *view, const struct ls_view_column *column,
                        int64_t start, const uint8_t *key, size_t key_size, struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX];
    char hex[2 * 64 + 1];
    ls_time_format(start, time);
    ls_hex(key, key_size < 64 ? key_size : 64, hex);
    return ls_error_set(
        err, LS_E_DATA,
        "view %s: column %s of the window from %s, key %s (Avro, hex), does not fit its type",
        view->spec->name, column->name, time, hex);
}

int ls_view_row(const struct ls_view *view, int64_t start, int64_t end, const uint8_t *key,
                size_t key_size, const struct ls_aggregate *aggregates, struct ls_buf *out,
                struct ls_error *err)
{
    int rc = ls_buf_reserve(out, key_size + (view->column_count + 3) * 32, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = out->data + out->size;
    at = ls_put_long(at, start);
    at = ls_put_long(at, end);
    if (key_size) {
        memcpy(at, key, key_size);
    }
    at += key_size;
    for (size_t i = 0; i < view->column_count; i++) {
        const struct ls_view_column *column = &view->columns[i];
        struct ls_aggregate_result result;
        bool exact = ls_aggregate_result(column->kind, &aggregates[i], column->extra_scale,
                                         &result);
        bool value = column->kind == LS_AGGREGATE_SUM || column->kind == LS_AGGREGATE_MIN ||
                     column->kind == LS_AGGREGATE_MAX;
        bool decimal = column->kind == LS_AGGREGATE_AVG ||
                       (value && column->type == LS_FIELD_DECIMAL);
        if (!exact || (!decimal && !ls_fits_i64(result.number))) {
            return does_not_fit(view, column, start, key, key_size, err);
        }
        if (column->kind != LS_AGGREGATE_COUNT && column->kind != LS_AGGREGATE_DISTINCT) {
            at = ls_put_long(at, !result.is_null);
        }
        if (!result.is_null) {
            at = decimal ? ls_put_decimal(at, result.number)
                         : ls_put_long(at, (int64_t)result.number);
        }
    }
    at = ls_put_long(at, view->spec->feature_version);
    out->size = (size_t)(at - out->data);
    return 0;
}
