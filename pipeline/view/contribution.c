#include "pipeline/view/contribution.h"

#include "core/avro/encode.h"
#include "core/base/mutant.h"
#include "pipeline/view/counts.h"

#include <string.h>

static bool is_text(enum ls_field_type type)
{
    return type == LS_FIELD_STRING || type == LS_FIELD_UUID;
}

uint8_t *ls_put_field(uint8_t *at, enum ls_field_type type, int64_t number, const uint8_t *bytes,
                      uint32_t size)
{
    if (is_text(type)) {
        return ls_put_bytes(at, bytes, size);
    }
    if (type == LS_FIELD_DECIMAL) {
        return ls_put_decimal(at, number);
    }
    return type == LS_FIELD_BOOLEAN ? ls_put_boolean(at, number != 0) : ls_put_long(at, number);
}

static int put_key(const struct ls_view *view, const struct ls_view_source *source,
                   const struct ls_record *record, struct ls_contribution *out,
                   struct ls_error *err)
{
    size_t room = 0;
    for (size_t i = 0; i < view->by_count; i++) {
        room += record->normal[source->by[i]].size + (size_t)2 * LS_AVRO_LONG_MAX;
    }
    if (room > LS_GROUP_KEY_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "view %s: a group's key of about %zu bytes passes the limit of %d",
                            view->spec->name, room, LS_GROUP_KEY_MAX);
    }
    uint8_t *at = out->key;
    out->joins = true;
    for (size_t i = 0; i < view->by_count; i++) {
        const struct ls_cell *cell = &record->normal[source->by[i]];
        if (view->by[i].nullable) {
            at = ls_put_long(at, !cell->is_null); /* the schema's union is null first */
        }
        if (cell->is_null) {
            out->joins = false;
        } else {
            at = ls_put_field(at, view->by[i].type, cell->number, cell->bytes, cell->size);
        }
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

static struct ls_input input_of(const struct ls_view_column *column,
                                const struct ls_view_operand *operand,
                                const struct ls_record *record)
{
    if (operand->input < 0) {
        return (struct ls_input){.present = true};
    }
    const struct ls_cell *cell = &record->normal[operand->input];
    bool text = is_text(column->input->type);
    struct ls_input input = {.present = !cell->is_null,
                             .number = cell->number,
                             .bytes = text ? cell->bytes : NULL,
                             .size = text ? cell->size : 0};
    if (operand->to >= 0) {
        const struct ls_cell *to = &record->normal[operand->to];
        input.to_present = !to->is_null;
        input.to = to->number;
        input.present = input.present && (input.to_present || column->kind != LS_AGGREGATE_TOP);
    }
    return input;
}

int ls_view_contribution(const struct ls_view *view, const struct ls_view_source *source,
                         const struct ls_record *record, uint8_t *key, struct ls_contribution *out,
                         struct ls_error *err)
{
    int rc = holds(view, source->where, record, err);
    if (rc <= 0) {
        return rc;
    }
    const struct ls_cell *id = &record->normal[LS_COLUMN_EVENT_ID];
    out->source = source;
    out->event_time = record->event_time;
    out->id = id->bytes;
    out->id_size = id->size;
    out->key = key;
    rc = put_key(view, source, record, out, err);
    for (size_t i = 0; rc >= 0 && i < view->column_count; i++) {
        rc = holds(view, source->operands[i].where, record, err);
        out->inputs[i] = rc > 0 ? input_of(&view->columns[i], &source->operands[i], record)
                                : (struct ls_input){0};
    }
    for (size_t k = 0; k < source->kept_count; k++) {
        out->kept[source->kept[k].slot] = record->normal[source->kept[k].cell];
    }
    return rc < 0 ? rc : 1;
}

/* ---- as bytes: flags of what is there, then numbers of eight bytes, texts with their size */

enum { PRESENT = 1, TO_PRESENT = 2, TEXT = 4 };

static size_t bytes_needed(const struct ls_view *view, const struct ls_contribution *c)
{
    size_t size = view->column_count * 21 + c->source->kept_count * 13;
    for (size_t i = 0; i < view->column_count; i++) {
        size += c->inputs[i].size;
    }
    for (size_t k = 0; k < c->source->kept_count; k++) {
        size += c->kept[c->source->kept[k].slot].size;
    }
    return size;
}

static uint8_t *put_text(uint8_t *at, const uint8_t *bytes, uint32_t size)
{
    at = ls_put_u32(at, size);
    if (size) {
        memcpy(at, bytes, size);
    }
    return at + size;
}

static const uint8_t *get_text(const uint8_t *at, const uint8_t **bytes, uint32_t *size)
{
    *size = ls_get_u32(at);
    *bytes = at + 4;
    return at + 4 + *size;
}

int ls_contribution_put(const struct ls_view *view, const struct ls_contribution *c,
                        struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_reserve(out, bytes_needed(view, c), err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = out->data + out->size;
    for (size_t i = 0; i < view->column_count; i++) {
        const struct ls_input *input = &c->inputs[i];
        *at++ = (uint8_t)((input->present ? PRESENT : 0) | (input->to_present ? TO_PRESENT : 0) |
                          (input->bytes ? TEXT : 0));
        if (input->present) {
            at = input->bytes ? put_text(at, input->bytes, input->size)
                              : ls_put_u64(at, (uint64_t)input->number);
        }
        at = input->to_present ? ls_put_u64(at, (uint64_t)input->to) : at;
    }
    for (size_t k = 0; k < c->source->kept_count; k++) {
        const struct ls_cell *cell = &c->kept[c->source->kept[k].slot];
        *at++ = (uint8_t)((cell->is_null ? 0 : PRESENT) | (cell->bytes ? TEXT : 0));
        if (!cell->is_null) {
            at = ls_put_u64(at, (uint64_t)cell->number);
            at = cell->bytes ? put_text(at, cell->bytes, cell->size) : at;
        }
    }
    out->size = (size_t)(at - out->data);
    return 0;
}

const uint8_t *ls_contribution_get(const struct ls_view *view, const uint8_t *at,
                                   struct ls_contribution *out)
{
    for (size_t i = 0; i < view->column_count; i++) {
        struct ls_input *input = &out->inputs[i];
        uint8_t flags = *at++;
        *input = (struct ls_input){.present = flags & PRESENT, .to_present = flags & TO_PRESENT};
        if (input->present && flags & TEXT) {
            at = get_text(at, &input->bytes, &input->size);
        } else if (input->present) {
            input->number = (int64_t)ls_get_u64(at);
            at += 8;
        }
        if (input->to_present) {
            input->to = (int64_t)ls_get_u64(at);
            at += 8;
        }
    }
    for (size_t k = 0; k < out->source->kept_count; k++) {
        struct ls_cell *cell = &out->kept[out->source->kept[k].slot];
        uint8_t flags = *at++;
        *cell = (struct ls_cell){.is_null = !(flags & PRESENT)};
        if (flags & PRESENT) {
            cell->number = (int64_t)ls_get_u64(at);
            at = flags & TEXT ? get_text(at + 8, &cell->bytes, &cell->size) : at + 8;
        }
    }
    return at;
}

/* ---- values of sets */

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

int ls_input_value(const struct ls_view_column *column, const struct ls_input *input,
                   struct ls_buf *out, struct ls_error *err)
{
    out->size = 0;
    int rc = ls_buf_reserve(out, input->size + (size_t)LS_DISTINCT_INLINE + LS_AVRO_LONG_MAX, err);
    if (rc < 0) {
        return rc;
    }
    if (column->kind == LS_AGGREGATE_DISTINCT) {
        out->size = ls_distinct_name(input, out->data);
    } else if (column->kind == LS_AGGREGATE_QUANTILE) {
        ls_bucket_put(ls_quantile_bound(input->number), out->data);
        out->size = LS_BUCKET_SIZE;
    } else {
        out->size = (size_t)(ls_put_field(out->data, column->input->type, input->number,
                                          input->bytes, input->size) -
                             out->data);
    }
    return 0;
}
