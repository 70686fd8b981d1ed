/* Values out of libavro's records. */
#include "conformance/naive_internal.h"

#include <string.h>

#define HEADERS_MAX (1U << 20)

static int wrong_type(const struct naive_column *column, struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "the field `%s` has another type than it should",
                        column->written);
}

static int keep_bytes(const void *bytes, size_t size, struct ls_arena *arena,
                      struct naive_value *out, struct ls_error *err)
{
    out->bytes = arena ? (const uint8_t *)ls_arena_text(arena, bytes ? bytes : "", size, err)
                       : bytes;
    out->size = size;
    return out->bytes || !arena ? 0 : err->code;
}

static int put_sized(struct ls_buf *text, const void *bytes, size_t size, struct ls_error *err)
{
    int rc = ls_buf_appendf(text, err, "%zu:", size);
    return rc < 0 ? rc : ls_buf_append(text, bytes, size, err);
}

/* Headers as one text that no other headers have: of each the key and "-" or "+" with the value,
 * sizes in front. */
static int headers_of(avro_value_t *field, const struct naive_column *column,
                      struct ls_arena *arena, struct naive_value *out, struct ls_error *err)
{
    struct ls_buf text;
    size_t count = 0;
    int rc = avro_value_get_size(field, &count) == 0 ? 0 : wrong_type(column, err);
    ls_buf_init(&text, "headers", HEADERS_MAX);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        avro_value_t header;
        avro_value_t key;
        avro_value_t value;
        avro_value_t branch;
        const char *word = NULL;
        const void *bytes = NULL;
        size_t word_size = 0;
        size_t size = 0;
        if (avro_value_get_by_index(field, i, &header, NULL) != 0 ||
            avro_value_get_by_name(&header, "key", &key, NULL) != 0 ||
            avro_value_get_by_name(&header, "value", &value, NULL) != 0 ||
            avro_value_get_string(&key, &word, &word_size) != 0 ||
            avro_value_get_current_branch(&value, &branch) != 0) {
            rc = wrong_type(column, err);
            break;
        }
        bool has_value = avro_value_get_bytes(&branch, &bytes, &size) == 0;
        rc = put_sized(&text, word, word_size - 1, err);
        rc = rc < 0 ? rc : ls_buf_append_text(&text, has_value ? "+" : "-", err);
        rc = rc < 0 || !has_value ? rc : put_sized(&text, bytes, size, err);
    }
    rc = rc < 0 ? rc : keep_bytes(text.data, text.size, arena, out, err);
    ls_buf_clear(&text);
    return rc;
}

static bool number_of(avro_value_t *field, enum naive_type type, int64_t *out)
{
    int32_t small;
    int truth;
    if (type == NAIVE_BOOLEAN) {
        bool read = avro_value_get_boolean(field, &truth) == 0;
        *out = read && truth;
        return read;
    }
    if (type == NAIVE_INT) {
        bool read = avro_value_get_int(field, &small) == 0;
        *out = read ? small : 0;
        return read;
    }
    if (type == NAIVE_FLOAT) {
        float value = 0;
        uint32_t bits;
        bool read = avro_value_get_float(field, &value) == 0;
        memcpy(&bits, &value, sizeof bits);
        *out = bits;
        return read;
    }
    if (type == NAIVE_DOUBLE) {
        double value = 0;
        bool read = avro_value_get_double(field, &value) == 0;
        memcpy(out, &value, sizeof *out);
        return read;
    }
    return avro_value_get_long(field, out) == 0;
}

static int enum_of(avro_value_t *field, const struct naive_column *column, struct naive_value *out,
                   struct ls_error *err)
{
    int index;
    if (avro_value_get_enum(field, &index) != 0 || index < 0 ||
        (size_t)index >= column->symbol_count) {
        return wrong_type(column, err);
    }
    *out = ls_naive_text_value(column->symbols[index]);
    out->number = index;
    return 0;
}

int ls_naive_value_of(avro_value_t *field, const struct naive_column *column,
                      struct ls_arena *arena, struct naive_value *out, struct ls_error *err)
{
    *out = (struct naive_value){0};
    avro_value_t branch = *field;
    if (avro_value_get_type(field) == AVRO_UNION &&
        avro_value_get_current_branch(field, &branch) != 0) {
        return wrong_type(column, err);
    }
    if (avro_value_get_type(&branch) == AVRO_NULL) {
        out->is_null = true;
        return 0;
    }
    const char *text;
    const void *bytes;
    size_t size;
    switch (column->type) {
    case NAIVE_STRING:
        if (avro_value_get_string(&branch, &text, &size) != 0) {
            return wrong_type(column, err);
        }
        return keep_bytes(text, size - 1, arena, out, err); /* libavro counts the NUL */
    case NAIVE_BYTES:
    case NAIVE_DECIMAL:
        if (avro_value_get_bytes(&branch, &bytes, &size) != 0) {
            return wrong_type(column, err);
        }
        return keep_bytes(bytes, size, arena, out, err);
    case NAIVE_SCALED:
        if (avro_value_get_bytes(&branch, &bytes, &size) != 0 ||
            !ls_naive_decimal_of(bytes, size, column->precision, &out->number)) {
            return wrong_type(column, err);
        }
        return 0;
    case NAIVE_ENUM:
        return enum_of(&branch, column, out, err);
    case NAIVE_ARRAY:
    case NAIVE_MAP:
        return ls_naive_nested_of(&branch, column, arena, out, err);
    case NAIVE_RECORD:
        return ls_naive_record_of(&branch, column, arena, out, err);
    case NAIVE_HEADERS:
        return headers_of(&branch, column, arena, out, err);
    default:
        return number_of(&branch, column->type, &out->number) ? 0 : wrong_type(column, err);
    }
}
