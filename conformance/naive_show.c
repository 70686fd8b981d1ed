/* Values and differences for people. */
#include "conformance/naive_internal.h"
#include "core/base/civil.h"

#include <stdarg.h>
#include <stdio.h>

#define SHOWN_MAX         80 /* bytes of a text */
#define RECORDS_SHOWN_MAX 10

int ls_naive_differ(struct naive_report *report, struct ls_error *err, const char *format, ...)
{
    char line[2048];
    va_list args;
    if (ls_naive_is_full(report)) {
        return 0;
    }
    report->count++;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    int rc = ls_buf_appendf(report->out, err, "%s\n", line);
    if (rc == 0 && ls_naive_is_full(report)) {
        rc = ls_buf_appendf(report->out, err,
                            "the first %d differences are told, and nothing behind them was "
                            "compared\n",
                            NAIVE_DIFFERENCES_MAX);
    }
    return rc;
}

static int show_text(const struct naive_value *value, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, "'", err);
    for (size_t i = 0; rc == 0 && i < value->size && i < SHOWN_MAX; i++) {
        uint8_t c = value->bytes[i];
        rc = c < 0x20 || c == 0x7f ? ls_buf_appendf(out, err, "\\x%02x", c)
                                   : ls_buf_append(out, &c, 1, err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, value->size > SHOWN_MAX ? "...'" : "'", err);
}

static int show_bytes(const struct naive_value *value, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err, "%zu bytes ", value->size);
    for (size_t i = 0; rc == 0 && i < value->size && i < SHOWN_MAX / 2; i++) {
        rc = ls_buf_appendf(out, err, "%02x", value->bytes[i]);
    }
    return rc < 0 || value->size <= SHOWN_MAX / 2 ? rc : ls_buf_append_text(out, "...", err);
}

/* "-12.34"; with the bytes behind it where they are not the shortest. */
static int show_decimal(const struct naive_column *column, const struct naive_value *value,
                        struct ls_buf *out, struct ls_error *err)
{
    char digits[64];
    size_t at = sizeof digits;
    uint8_t shortest[16];
    if (value->size == 0 || value->size > 16) {
        return show_bytes(value, out, err);
    }
    ls_i128 number = ls_naive_decimal_number(value->bytes, value->size);
    ls_u128 rest = number < 0 ? 0 - (ls_u128)number : (ls_u128)number;
    unsigned places = 0;
    while (rest || places <= column->scale) {
        if (places == column->scale && places) {
            digits[--at] = '.';
        }
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
        places++;
    }
    int rc = ls_buf_append_text(out, number < 0 ? "-" : "", err);
    rc = rc < 0 ? rc : ls_buf_append(out, digits + at, sizeof digits - at, err);
    if (rc == 0 && ls_naive_decimal_bytes(number, shortest) != value->size) {
        rc = ls_buf_append_text(out, " in ", err);
        rc = rc < 0 ? rc : show_bytes(value, out, err);
    }
    return rc;
}

/* "[{value 'DE', count 3}, {value 'US', count 1}]" */
static int show_records(const struct naive_column *column, const struct naive_value *value,
                        struct ls_buf *out, struct ls_error *err)
{
    const struct naive_columns *fields = column->items->fields;
    struct naive_span span = {value->bytes, value->bytes + value->size};
    int64_t count = 0;
    ls_naive_take_long(&span, &count);
    int rc = ls_buf_append_text(out, "[", err);
    for (int64_t i = 0; rc == 0 && i < count && i < RECORDS_SHOWN_MAX; i++) {
        rc = ls_buf_append_text(out, i ? ", {" : "{", err);
        for (size_t f = 0; rc == 0 && f < fields->count; f++) {
            struct naive_value inner = {0};
            ls_naive_take_value(&fields->items[f], &span, &inner);
            rc = ls_buf_appendf(out, err, "%s%s ", f ? ", " : "", fields->items[f].written);
            rc = rc < 0 ? rc : ls_naive_show(&fields->items[f], &inner, out, err);
        }
        rc = rc < 0 ? rc : ls_buf_append_text(out, "}", err);
    }
    rc = rc < 0 || count <= RECORDS_SHOWN_MAX
             ? rc
             : ls_buf_appendf(out, err, " and %lld more", (long long)(count - RECORDS_SHOWN_MAX));
    return rc < 0 ? rc : ls_buf_append_text(out, "]", err);
}

int ls_naive_show(const struct naive_column *column, const struct naive_value *value,
                  struct ls_buf *out, struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX];
    uint8_t bytes[16];
    struct naive_value shown = {.bytes = bytes};
    if (value->is_null) {
        return ls_buf_append_text(out, "null", err);
    }
    switch (column->type) {
    case NAIVE_BOOLEAN:
        return ls_buf_append_text(out, value->number ? "true" : "false", err);
    case NAIVE_TIME:
        ls_time_format(value->number, time);
        return ls_buf_append_text(out, time, err);
    case NAIVE_ENUM:
    case NAIVE_STRING:
        return show_text(value, out, err);
    case NAIVE_ARRAY:
        return column->items->fields ? show_records(column, value, out, err)
                                     : show_bytes(value, out, err);
    case NAIVE_BYTES:
    case NAIVE_MAP:
    case NAIVE_RECORD:
    case NAIVE_HEADERS:
        return show_bytes(value, out, err);
    case NAIVE_DECIMAL:
        return show_decimal(column, value, out, err);
    case NAIVE_SCALED:
        shown.size = ls_naive_decimal_bytes(value->number, bytes);
        return show_decimal(column, &shown, out, err);
    case NAIVE_FLOAT:
    case NAIVE_DOUBLE:
        return ls_buf_appendf(out, err, "the bits %llx", (unsigned long long)value->number);
    default:
        return ls_buf_appendf(out, err, "%lld", (long long)value->number);
    }
}
