#include "core/avro/decode_internal.h"

#include "core/base/civil.h"
#include "core/base/json.h"
#include "core/base/shortest.h"
#include "core/base/wide.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MS_PER_DAY     86400000
#define DECIMAL_BYTES  16 /* what an ls_i128 holds */
#define DECIMAL_DIGITS 40 /* more than 2^127 has */

struct writer {
    struct ls_span *span; /* over a datum that was checked */
    bool readable;
    struct ls_buf *out;
    struct ls_error *err;
};

static int write_value(struct writer *writer, const struct ls_node *node);

static int put(struct writer *writer, const char *text)
{
    return ls_buf_append_text(writer->out, text, writer->err);
}

static int put_integer(struct writer *writer, int64_t number)
{
    char text[20];
    char *at = text + sizeof text;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0) {
        *--at = '-';
    }
    return ls_buf_append(writer->out, at, (size_t)(text + sizeof text - at), writer->err);
}

/* What JSON has no number for is a string. */
static int put_float(struct writer *writer, uint64_t bits, bool is_double)
{
    bool negative = is_double ? bits >> 63 : bits >> 31;
    uint64_t magnitude = bits & (is_double ? UINT64_MAX >> 1 : UINT32_MAX >> 1);
    uint64_t infinity = is_double ? UINT64_C(0x7ff0000000000000) : UINT64_C(0x7f800000);
    if (magnitude >= infinity) {
        return put(writer, magnitude > infinity ? "\"NaN\""
                           : negative           ? "\"-Infinity\""
                                                : "\"Infinity\"");
    }
    char text[LS_SHORTEST_TEXT_MAX];
    size_t size = is_double ? ls_shortest_64(bits, text) : ls_shortest_32((uint32_t)bits, text);
    return ls_buf_append(writer->out, text, size, writer->err);
}

/* An ISO string in the form of the logical type, or the number where the time is outside the years
 * that ls_time_format knows. */
static int put_time(struct writer *writer, int64_t number, int64_t time_ms, int microseconds,
                    const char *logical)
{
    char text[LS_TIME_TEXT_MAX];
    if (time_ms < LS_TIME_MIN_MS || time_ms > LS_TIME_MAX_MS) {
        return put_integer(writer, number);
    }
    size_t size = ls_time_format(time_ms, text) - 1; /* without the Z */
    bool date = strcmp(logical, "date") == 0;
    bool micros = strstr(logical, "micros") != NULL;
    bool local = strncmp(logical, "local-", 6) == 0;
    int rc = put(writer, "\"");
    rc = rc < 0 ? rc : ls_buf_append(writer->out, text, date ? 10 : size, writer->err);
    if (rc == 0 && micros) {
        rc = ls_buf_appendf(writer->out, writer->err, "%03d", microseconds);
    }
    return rc < 0 ? rc : put(writer, date || local ? "\"" : "Z\"");
}

static int put_number(struct writer *writer, const struct ls_node *node, int64_t number)
{
    const char *logical = writer->readable ? node->logical : NULL;
    if (logical && strcmp(logical, "date") == 0) {
        return put_time(writer, number, number * MS_PER_DAY, 0, logical);
    }
    if (logical && strstr(logical, "timestamp-millis")) {
        return put_time(writer, number, number, 0, logical);
    }
    if (logical && strstr(logical, "timestamp-micros")) {
        int64_t rest = (number % 1000 + 1000) % 1000;
        return put_time(writer, number, number / 1000 - (number % 1000 < 0), (int)rest, logical);
    }
    return put_integer(writer, number);
}

/* Two's complement, most significant byte first. */
static int put_decimal(struct writer *writer, const uint8_t *bytes, size_t size, unsigned scale)
{
    ls_u128 value = size && bytes[0] > 0x7f ? ~(ls_u128)0 : 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | bytes[i];
    }
    bool negative = size && bytes[0] > 0x7f;
    value = negative ? -value : value;
    char reversed[DECIMAL_DIGITS];
    unsigned digits = 0;
    do {
        reversed[digits++] = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value);
    int rc = put(writer, negative ? "\"-" : "\"");
    for (unsigned place = digits > scale ? digits : scale + 1; rc == 0 && place > 0; place--) {
        char digit = place > digits ? '0' : reversed[place - 1];
        rc = ls_buf_append(writer->out, &digit, 1, writer->err);
        if (rc == 0 && place - 1 == scale && scale) {
            rc = put(writer, ".");
        }
    }
    return rc < 0 ? rc : put(writer, "\"");
}

static int put_bytes(struct writer *writer, const struct ls_node *node, const uint8_t *bytes,
                     size_t size)
{
    bool decimal = node->logical && strcmp(node->logical, "decimal") == 0;
    if (decimal && size <= DECIMAL_BYTES) {
        return put_decimal(writer, bytes, size, node->scale);
    }
    return ls_json_bytes(writer->out, bytes, size, writer->err);
}

static int write_record(struct writer *writer, const struct ls_node *node)
{
    int rc = put(writer, "{");
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        const struct ls_field *field = &node->fields[i];
        rc = put(writer, i ? ",\"" : "\"");
        rc = rc < 0 ? rc : put(writer, field->name);
        rc = rc < 0 ? rc : put(writer, "\":");
        rc = rc < 0 ? rc : write_value(writer, field->type);
    }
    return rc < 0 ? rc : put(writer, "}");
}

static int write_items(struct writer *writer, const struct ls_node *node)
{
    bool map = node->type == LS_AVRO_MAP;
    int rc = put(writer, map ? "{" : "[");
    struct ls_items items;
    bool first = true;
    do {
        ls_items_begin(writer->span, &items);
        for (uint64_t i = 0; rc == 0 && i < items.count; i++) {
            rc = first ? 0 : put(writer, ",");
            first = false;
            if (rc == 0 && map) {
                const uint8_t *key;
                size_t size;
                ls_get_string(writer->span, &key, &size);
                rc = ls_json_string(writer->out, key, size, writer->err);
                rc = rc < 0 ? rc : put(writer, ":");
            }
            rc = rc < 0 ? rc : write_value(writer, node->children[0]);
        }
    } while (rc == 0 && items.count);
    return rc < 0 ? rc : put(writer, map ? "}" : "]");
}

static int write_value(struct writer *writer, const struct ls_node *node)
{
    struct ls_span *span = writer->span;
    const uint8_t *bytes = span->at;
    size_t size = node->size;
    int64_t number = 0;
    switch (node->type) {
    case LS_AVRO_NULL:
        return put(writer, "null");
    case LS_AVRO_BOOLEAN:
        return put(writer, *span->at++ ? "true" : "false");
    case LS_AVRO_INT:
    case LS_AVRO_LONG:
        ls_get_long(span, &number);
        return put_number(writer, node, number);
    case LS_AVRO_FLOAT:
        span->at += 4;
        return put_float(writer, ls_get_u32(bytes), false);
    case LS_AVRO_DOUBLE:
        span->at += 8;
        return put_float(writer, ls_get_u64(bytes), true);
    case LS_AVRO_BYTES:
        ls_get_bytes(span, &bytes, &size);
        return put_bytes(writer, node, bytes, size);
    case LS_AVRO_FIXED:
        span->at += size;
        return put_bytes(writer, node, bytes, size);
    case LS_AVRO_STRING:
        ls_get_string(span, &bytes, &size);
        return ls_json_string(writer->out, bytes, size, writer->err);
    case LS_AVRO_ENUM:
        ls_get_long(span, &number);
        return ls_buf_appendf(writer->out, writer->err, "\"%s\"", node->symbols[number]);
    case LS_AVRO_RECORD:
        return write_record(writer, node);
    case LS_AVRO_ARRAY:
    case LS_AVRO_MAP:
        return write_items(writer, node);
    case LS_AVRO_UNION:
        ls_get_long(span, &number);
        return write_value(writer, node->children[number]);
    }
    return 0;
}

enum ls_decode_status ls_datum_json(const struct ls_node *node, struct ls_span *span, bool readable,
                                    struct ls_buf *out, int *rc, struct ls_error *err)
{
    struct ls_span checked = *span;
    *rc = 0;
    enum ls_decode_status status = ls_datum_skip(node, span);
    if (status) {
        return status;
    }
    checked.end = span->at;
    struct writer writer = {.span = &checked, .readable = readable, .out = out, .err = err};
    size_t size = out->size;
    *rc = write_value(&writer, node);
    assert(*rc < 0 || checked.at == checked.end);
    if (*rc < 0) {
        out->size = size;
    }
    return LS_DECODE_OK;
}
