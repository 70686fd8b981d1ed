/* Arrays and maps of scalars. The value of one is its encoding in the one form that says nothing
 * twice: a single block without a size, if there is any item, every number as short as it can be.
 */
#include "conformance/naive_internal.h"

#include <string.h>

#define NESTED_BYTES_MAX (32U << 20)

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

static int put_long(struct ls_buf *out, int64_t number, struct ls_error *err)
{
    uint64_t bits = number < 0 ? ~((uint64_t)number << 1) : (uint64_t)number << 1;
    int rc = 0;
    for (bool more = true; rc == 0 && more; bits >>= 7) {
        more = bits > 0x7f;
        uint8_t byte = (uint8_t)((bits & 0x7f) | (more ? 0x80 : 0));
        rc = ls_buf_append(out, &byte, 1, err);
    }
    return rc;
}

static int put_sized(struct ls_buf *out, const uint8_t *bytes, size_t size, struct ls_error *err)
{
    int rc = put_long(out, (int64_t)size, err);
    return rc < 0 || !size ? rc : ls_buf_append(out, bytes, size, err);
}

static int put_value(const struct naive_column *column, const struct naive_value *value,
                     struct ls_buf *out, struct ls_error *err)
{
    uint8_t bytes[16];
    size_t size = 0;
    switch (column->type) {
    case NAIVE_STRING:
    case NAIVE_BYTES:
        return put_sized(out, value->bytes, value->size, err);
    case NAIVE_SCALED:
        size = ls_naive_decimal_bytes(value->number, bytes);
        return put_sized(out, bytes, size, err);
    case NAIVE_BOOLEAN:
    case NAIVE_FLOAT:
    case NAIVE_DOUBLE:
        size = column->type == NAIVE_BOOLEAN ? 1 : column->type == NAIVE_FLOAT ? 4 : 8;
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)((uint64_t)value->number >> (8 * i));
        }
        return ls_buf_append(out, bytes, size, err);
    default:
        return put_long(out, value->number, err);
    }
}

/* `items` behind their number, then the end. */
static int finish(const struct ls_buf *items, int64_t count, struct ls_arena *arena,
                  struct naive_value *out, struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "nested value", NESTED_BYTES_MAX);
    int rc = count ? put_long(&text, count, err) : 0;
    rc = rc < 0 || !count ? rc : ls_buf_append(&text, items->data, items->size, err);
    rc = rc < 0 ? rc : put_long(&text, 0, err);
    *out = (struct naive_value){.size = text.size};
    if (rc == 0) {
        out->bytes = (const uint8_t *)ls_arena_text(arena, (const char *)text.data, text.size, err);
        rc = out->bytes ? 0 : err->code;
    }
    ls_buf_clear(&text);
    return rc;
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
    ls_buf_init(&items, "nested items", NESTED_BYTES_MAX);
    do {
        take_block(&span, &count, &size);
        for (int64_t i = 0; rc == 0 && i < count; i++) {
            struct naive_value key;
            struct naive_value item;
            take_item(column, &span, &key, &item);
            rc = column->type == NAIVE_MAP ? put_sized(&items, key.bytes, key.size, err) : 0;
            rc = rc < 0 ? rc : put_value(column->items, &item, &items, err);
        }
        all += count;
    } while (rc == 0 && count);
    rc = rc < 0 ? rc : finish(&items, all, arena, value, err);
    ls_buf_clear(&items);
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
    ls_buf_init(&items, "nested items", NESTED_BYTES_MAX);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        avro_value_t item;
        const char *key = NULL;
        struct naive_value value;
        if (avro_value_get_by_index(field, i, &item, &key) != 0) {
            rc = ls_error_set(err, LS_E_DATA, "an item of `%s` cannot be read", column->written);
            break;
        }
        rc = column->type == NAIVE_MAP ? put_sized(&items, (const uint8_t *)key, strlen(key), err)
                                       : 0;
        rc = rc < 0 ? rc : ls_naive_value_of(&item, column->items, arena, &value, err);
        rc = rc < 0 ? rc : put_value(column->items, &value, &items, err);
    }
    rc = rc < 0 ? rc : finish(&items, (int64_t)count, arena, out, err);
    ls_buf_clear(&items);
    return rc;
}
