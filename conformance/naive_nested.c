/* Arrays and maps of scalars, and arrays of records of them. The value of one is its encoding in
 * the one form that says nothing twice: a single block without a size, if there is any item, every
 * number as short as it can be.
 */
#include "conformance/naive_internal.h"

#include <string.h>

static enum ls_reason take_item(const struct naive_column *column, struct naive_span *span,
                                struct naive_value *key, struct naive_value *item)
{
    static const struct naive_column text = {.type = NAIVE_STRING};
    enum ls_reason reason = LS_ADMITTED;
    *key = *item = (struct naive_value){0};
    if (column->type == NAIVE_MAP) {
        reason = ls_naive_take_value(&text, span, key);
    }
    return reason == LS_ADMITTED ? ls_naive_take_value(column->items, span, item) : reason;
}

/* What stands in front of a block: how many items; and, where the count was negative, in how many
 * bytes. */
static enum ls_reason take_block(struct naive_span *span, int64_t *count, int64_t *size)
{
    *size = -1;
    enum ls_reason reason = ls_naive_take_long(span, count);
    if (reason != LS_ADMITTED || *count >= 0) {
        return reason;
    }
    reason = ls_naive_take_long(span, size);
    if (reason != LS_ADMITTED) {
        return reason;
    }
    if (*count == INT64_MIN || *size < 0 || *size > INT64_C(16) << 20) {
        return LS_REASON_DECODE_INVALID;
    }
    *count = -*count;
    return LS_ADMITTED;
}

enum ls_reason ls_naive_take_nested(const struct naive_column *column, struct naive_span *span,
                                    struct naive_value *out)
{
    const uint8_t *begin = span->at;
    int64_t count = 0;
    do {
        int64_t size;
        enum ls_reason reason = take_block(span, &count, &size);
        const uint8_t *first = span->at;
        for (int64_t i = 0; reason == LS_ADMITTED && i < count; i++) {
            struct naive_value key;
            struct naive_value item;
            reason = take_item(column, span, &key, &item);
        }
        if (reason != LS_ADMITTED) {
            return reason;
        }
        if (size >= 0 && span->at - first != size) {
            return LS_REASON_DECODE_INVALID;
        }
    } while (count);
    out->bytes = begin;
    out->size = (size_t)(span->at - begin);
    return LS_ADMITTED;
}

int ls_naive_nested_canonical(const struct naive_column *column, struct naive_value *value,
                              struct ls_arena *arena, struct ls_error *err)
{
    struct naive_span span = {value->bytes, value->bytes + value->size};
    struct ls_buf items;
    int64_t all = 0;
    int64_t count = 0;
    int64_t size;
    int rc = 0;
    ls_buf_init(&items, "nested items", NAIVE_NESTED_BYTES_MAX);
    do {
        take_block(&span, &count, &size);
        for (int64_t i = 0; rc == 0 && i < count; i++) {
            struct naive_value key;
            struct naive_value item;
            take_item(column, &span, &key, &item);
            rc = column->type == NAIVE_MAP ? ls_naive_put_bytes(&items, key.bytes, key.size, err)
                                           : 0;
            rc = rc < 0 ? rc : ls_naive_put_value(column->items, &item, &items, err);
        }
        all += count;
    } while (rc == 0 && count);
    rc = rc < 0 ? rc : ls_naive_put_items(&items, all, arena, value, err);
    ls_buf_clear(&items);
    return rc;
}

int ls_naive_record_of(avro_value_t *field, const struct naive_column *column,
                       struct ls_arena *arena, struct naive_value *out, struct ls_error *err)
{
    const struct naive_columns *fields = column->fields;
    struct ls_buf text;
    int rc = 0;
    ls_buf_init(&text, "record", NAIVE_NESTED_BYTES_MAX);
    for (size_t i = 0; rc == 0 && i < fields->count; i++) {
        avro_value_t inner;
        struct naive_value value = {.is_null = true};
        if (avro_value_get_by_index(field, i, &inner, NULL) == 0) {
            rc = ls_naive_value_of(&inner, &fields->items[i], arena, &value, err);
        }
        if (rc == 0 && value.is_null) {
            rc = ls_error_set(err, LS_E_DATA, "an item has no `%s`", fields->items[i].written);
        }
        rc = rc < 0 ? rc : ls_naive_put_value(&fields->items[i], &value, &text, err);
    }
    *out = (struct naive_value){.size = text.size};
    if (rc == 0) {
        out->bytes = (const uint8_t *)ls_arena_text(arena, (const char *)text.data, text.size, err);
        rc = out->bytes ? 0 : err->code;
    }
    ls_buf_clear(&text);
    return rc;
}

int ls_naive_nested_of(avro_value_t *field, const struct naive_column *column,
                       struct ls_arena *arena, struct naive_value *out, struct ls_error *err)
{
    struct ls_buf items;
    size_t count = 0;
    int rc = avro_value_get_size(field, &count) == 0
                 ? 0
                 : ls_error_set(err, LS_E_DATA, "`%s` is neither array nor map", column->written);
    ls_buf_init(&items, "nested items", NAIVE_NESTED_BYTES_MAX);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        avro_value_t item;
        const char *key = NULL;
        struct naive_value value;
        if (avro_value_get_by_index(field, i, &item, &key) != 0) {
            rc = ls_error_set(err, LS_E_DATA, "an item of `%s` cannot be read", column->written);
            break;
        }
        rc = column->type == NAIVE_MAP
                 ? ls_naive_put_bytes(&items, (const uint8_t *)key, strlen(key), err)
                 : 0;
        rc = rc < 0 ? rc : ls_naive_value_of(&item, column->items, arena, &value, err);
        rc = rc < 0 ? rc : ls_naive_put_value(column->items, &value, &items, err);
    }
    rc = rc < 0 ? rc : ls_naive_put_items(&items, (int64_t)count, arena, out, err);
    ls_buf_clear(&items);
    return rc;
}
