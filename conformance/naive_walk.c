/* Avro binary, read value by value from bytes that nobody vouches for. */
#include "conformance/naive_internal.h"

#include <string.h>

#define LONG_BYTES_MAX 10
#define INT_BYTES_MAX  5 /* as many as 32 bits can need: Avro's own reader takes no more */
#define FRAME_SIZE     10

/* No reader is bound to take a longer string; the decoder of this program says so for itself. */
#define LENGTH_MAX (INT64_C(16) << 20)

static enum ls_reason take_number(struct naive_span *span, unsigned bytes_max, int64_t *out)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < bytes_max; i++) {
        if (span->at + i == span->end) {
            return LS_REASON_DECODE_TRUNCATED;
        }
        uint8_t byte = span->at[i];
        if (i == LONG_BYTES_MAX - 1 && byte > 1) {
            return LS_REASON_DECODE_INVALID; /* a 65th bit */
        }
        bits |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80)) {
            span->at += i + 1;
            uint64_t half = bits >> 1;
            *out = bits & 1 ? -(int64_t)half - 1 : (int64_t)half;
            return LS_ADMITTED;
        }
    }
    return LS_REASON_DECODE_INVALID;
}

enum ls_reason ls_naive_take_long(struct naive_span *span, int64_t *out)
{
    return take_number(span, LONG_BYTES_MAX, out);
}

/* An int; enum indexes and union branches are ints too. */
static enum ls_reason take_int(struct naive_span *span, int64_t *out)
{
    enum ls_reason reason = take_number(span, INT_BYTES_MAX, out);
    bool fits = reason != LS_ADMITTED || (*out >= INT32_MIN && *out <= INT32_MAX);
    return fits ? reason : LS_REASON_DECODE_INVALID;
}

enum ls_reason ls_naive_take_bytes(struct naive_span *span, const uint8_t **bytes, size_t *size)
{
    int64_t length;
    enum ls_reason reason = ls_naive_take_long(span, &length);
    if (reason != LS_ADMITTED) {
        return reason;
    }
    if (length < 0 || length > LENGTH_MAX) {
        return LS_REASON_DECODE_INVALID;
    }
    if (length > span->end - span->at) {
        return LS_REASON_DECODE_TRUNCATED;
    }
    *bytes = span->at;
    *size = (size_t)length;
    span->at += length;
    return LS_ADMITTED;
}

/* Reads the code point and asks whether its shortest encoding is what stood there. */
bool ls_naive_utf8(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint8_t first = bytes[i++];
        unsigned more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : 3;
        if (first >= 0x80 && more == 3 && first >> 3 != 30) {
            return false; /* a byte that begins nothing */
        }
        if (more > size - i) {
            return false;
        }
        uint32_t point = more == 0 ? first : first & (0x3fU >> more);
        for (unsigned k = 0; k < more; k++) {
            if (bytes[i] >> 6 != 2) {
                return false;
            }
            point = point << 6 | (bytes[i++] & 0x3f);
        }
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (point < least[more] || point > 0x10ffff || point >> 11 == 0xd800 >> 11) {
            return false; /* over-long, beyond Unicode, a surrogate */
        }
    }
    return true;
}

enum ls_reason ls_naive_unframe(const struct naive_value *value, uint64_t crc64,
                                struct naive_span *out)
{
    if (value->is_null || value->size < FRAME_SIZE || value->bytes[0] != 0xc3 ||
        value->bytes[1] != 0x01) {
        return LS_REASON_FRAME_INVALID;
    }
    for (unsigned i = 0; i < 8; i++) {
        if (value->bytes[2 + i] != (uint8_t)(crc64 >> (8 * i))) {
            return LS_REASON_SCHEMA_UNKNOWN;
        }
    }
    *out = (struct naive_span){value->bytes + FRAME_SIZE, value->bytes + value->size};
    return LS_ADMITTED;
}

static enum ls_reason take_scaled(const struct naive_column *column, struct naive_span *span,
                                  struct naive_value *out)
{
    const uint8_t *bytes;
    size_t size;
    enum ls_reason reason = ls_naive_take_bytes(span, &bytes, &size);
    if (reason != LS_ADMITTED) {
        return reason;
    }
    return ls_naive_decimal_of(bytes, size, column->precision, &out->number)
               ? LS_ADMITTED
               : LS_REASON_DECODE_INVALID;
}

/* The lowest byte first. */
static enum ls_reason take_bits(struct naive_span *span, unsigned size, int64_t *out)
{
    uint64_t bits = 0;
    if (span->end - span->at < size) {
        return LS_REASON_DECODE_TRUNCATED;
    }
    for (unsigned i = 0; i < size; i++) {
        bits |= (uint64_t)span->at[i] << (8 * i);
    }
    span->at += size;
    *out = (int64_t)bits;
    return LS_ADMITTED;
}

enum ls_reason ls_naive_take_value(const struct naive_column *column, struct naive_span *span,
                                   struct naive_value *out)
{
    enum ls_reason reason;
    switch (column->type) {
    case NAIVE_BOOLEAN:
        if (span->at == span->end) {
            return LS_REASON_DECODE_TRUNCATED;
        }
        out->number = *span->at++;
        return out->number > 1 ? LS_REASON_DECODE_INVALID : LS_ADMITTED;
    case NAIVE_BYTES:
    case NAIVE_DECIMAL:
        return ls_naive_take_bytes(span, &out->bytes, &out->size);
    case NAIVE_SCALED:
        return take_scaled(column, span, out);
    case NAIVE_FLOAT:
        return take_bits(span, 4, &out->number);
    case NAIVE_DOUBLE:
        return take_bits(span, 8, &out->number);
    case NAIVE_STRING:
        reason = ls_naive_take_bytes(span, &out->bytes, &out->size);
        if (reason == LS_ADMITTED && !ls_naive_utf8(out->bytes, out->size)) {
            reason = LS_REASON_DECODE_INVALID;
        }
        return reason;
    case NAIVE_ENUM:
        reason = take_int(span, &out->number);
        if (reason == LS_ADMITTED &&
            (out->number < 0 || (uint64_t)out->number >= column->symbol_count)) {
            reason = LS_REASON_DECODE_INVALID;
        }
        if (reason == LS_ADMITTED) {
            out->bytes = (const uint8_t *)column->symbols[out->number];
            out->size = strlen(column->symbols[out->number]);
        }
        return reason;
    case NAIVE_INT:
        return take_int(span, &out->number);
    default:
        return ls_naive_take_long(span, &out->number);
    }
}

static enum ls_reason take_any(const struct naive_column *column, struct naive_span *span,
                               struct naive_value *out)
{
    return column->items ? ls_naive_take_nested(column, span, out)
                         : ls_naive_take_value(column, span, out);
}

enum ls_reason ls_naive_walk(const struct naive_columns *columns, struct naive_span span,
                             struct naive_value *out)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct naive_column *column = &columns->items[i];
        out[i] = (struct naive_value){0};
        int64_t branch = 1;
        if (column->nullable) {
            enum ls_reason reason = take_int(&span, &branch);
            if (reason != LS_ADMITTED) {
                return reason;
            }
            if (branch != 0 && branch != 1) {
                return LS_REASON_DECODE_INVALID;
            }
        }
        out[i].is_null = branch == 0;
        enum ls_reason reason = branch ? take_any(column, &span, &out[i]) : LS_ADMITTED;
        if (reason != LS_ADMITTED) {
            return reason;
        }
    }
    return span.at == span.end ? LS_ADMITTED : LS_REASON_DECODE_INVALID;
}
