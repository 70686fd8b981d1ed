/* Avro binary, written: as short as it can be. */
#include "conformance/naive_internal.h"

int ls_naive_put_long(struct ls_buf *out, int64_t number, struct ls_error *err)
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

int ls_naive_put_bytes(struct ls_buf *out, const uint8_t *bytes, size_t size, struct ls_error *err)
{
    int rc = ls_naive_put_long(out, (int64_t)size, err);
    return rc < 0 || !size ? rc : ls_buf_append(out, bytes, size, err);
}

int ls_naive_put_value(const struct naive_column *column, const struct naive_value *value,
                       struct ls_buf *out, struct ls_error *err)
{
    uint8_t bytes[16];
    size_t size = 0;
    switch (column->type) {
    case NAIVE_STRING:
    case NAIVE_BYTES:
    case NAIVE_DECIMAL:
        return ls_naive_put_bytes(out, value->bytes, value->size, err);
    case NAIVE_RECORD:
        return ls_buf_append(out, value->bytes, value->size, err);
    case NAIVE_SCALED:
        size = ls_naive_decimal_bytes(value->number, bytes);
        return ls_naive_put_bytes(out, bytes, size, err);
    case NAIVE_BOOLEAN:
    case NAIVE_FLOAT:
    case NAIVE_DOUBLE:
        size = column->type == NAIVE_BOOLEAN ? 1 : column->type == NAIVE_FLOAT ? 4 : 8;
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)((uint64_t)value->number >> (8 * i));
        }
        return ls_buf_append(out, bytes, size, err);
    default:
        return ls_naive_put_long(out, value->number, err);
    }
}

int ls_naive_put_items(const struct ls_buf *items, int64_t count, struct ls_arena *arena,
                       struct naive_value *out, struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "nested value", NAIVE_NESTED_BYTES_MAX);
    int rc = count ? ls_naive_put_long(&text, count, err) : 0;
    rc = rc < 0 || !count ? rc : ls_buf_append(&text, items->data, items->size, err);
    rc = rc < 0 ? rc : ls_naive_put_long(&text, 0, err);
    *out = (struct naive_value){.size = text.size};
    if (rc == 0) {
        out->bytes = (const uint8_t *)ls_arena_text(arena, (const char *)text.data, text.size, err);
        rc = out->bytes ? 0 : err->code;
    }
    ls_buf_clear(&text);
    return rc;
}
