#include "pipeline/view/row.h"

#include "core/avro/decode.h"
#include "core/avro/encode.h"
#include "core/base/civil.h"
#include "core/base/mutant.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- sets */

static int top_result(const struct ls_view *view, const struct ls_view_column *column,
                      const struct ls_counts *counts, struct ls_aggregate_result *out,
                      struct ls_buf *tops, struct ls_error *err)
{
    struct ls_top top;
    size_t begin = tops->size;
    int rc = ls_top_new(column->k, &top, err);
    rc = rc < 0 ? rc : ls_counts_top(counts, column->to != NULL, &top, err);
    rc = rc < 0 ? rc
                : ls_top_put(&top, column->to && column->to->type == LS_FIELD_DECIMAL, tops, err);
    ls_top_clear(&top);
    *out = (struct ls_aggregate_result){.size = (uint32_t)(tops->size - begin)};
    return rc == LS_E_DATA
               ? ls_error_prefix(err, "view %s: column %s", view->spec->name, column->name)
               : rc;
}

int ls_set_result(const struct ls_view *view, const struct ls_view_column *column,
                  const struct ls_counts *counts, struct ls_aggregate_result *out,
                  struct ls_buf *tops, struct ls_error *err)
{
    switch (column->kind) {
    case LS_AGGREGATE_TOP:
        return top_result(view, column, counts, out, tops, err);
    case LS_AGGREGATE_QUANTILE:
        return ls_counts_quantile(counts, column->q, out, err);
    default:
        *out = (struct ls_aggregate_result){.number = (ls_i128)counts->live};
        return 0;
    }
}

void ls_row_settle_tops(const struct ls_view *view, struct ls_view_row *row,
                        const struct ls_buf *tops)
{
    size_t begin = 0;
    for (size_t i = 0; i < view->column_count; i++) {
        if (view->columns[i].kind == LS_AGGREGATE_TOP) {
            row->results[i].bytes = tops->data + begin;
            begin += row->results[i].size;
        }
    }
}

/* ---- expressions */

static int expression_fails(const struct ls_view *view, const char *what, const char *why,
                            const uint8_t *id, uint32_t id_size, struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "view %s: %s %s at the record with event_id %.*s",
                        view->spec->name, what, why, (int)(id_size < 64 ? id_size : 64),
                        (const char *)id);
}

static struct ls_cell cell_of(const struct ls_view_column *column,
                              const struct ls_aggregate_result *result)
{
    struct ls_cell cell = {.is_null = result->is_null,
                           .number = (int64_t)result->number,
                           .bytes = result->bytes,
                           .size = result->size};
    bool symbol = column->input && column->input->type == LS_FIELD_ENUM &&
                  (column->kind == LS_AGGREGATE_FIRST || column->kind == LS_AGGREGATE_LAST);
    if (symbol && !cell.is_null) {
        const char *text = column->input->symbols->symbols[cell.number];
        cell.bytes = (const uint8_t *)text;
        cell.size = (uint32_t)strlen(text);
    }
    return cell;
}

/* False when it leaves 128 bits. */
static bool evaluate(const struct ls_view_column *column, const struct ls_view_row *row,
                     struct ls_aggregate_result *result)
{
    struct ls_expr_value value;
    enum ls_expr_status status = ls_expr_eval(column->expr, row->cells, &value);
    *result = (struct ls_aggregate_result){.is_null = status == LS_EXPR_DIVISION_BY_ZERO ||
                                                      value.is_null};
    if (!result->is_null) {
        result->number = value.number;
        result->bytes = value.bytes;
        result->size = value.size;
    }
    return status != LS_EXPR_OVERFLOW;
}

/* The columns that are expressions. NULL, or why *failed ends the run. */
static const char *evaluate_all(const struct ls_view *view, struct ls_view_row *row,
                                const struct ls_view_column **failed)
{
    for (size_t i = 0; i < view->column_count; i++) {
        const struct ls_view_column *column = *failed = &view->columns[i];
        struct ls_aggregate_result *result = &row->results[i];
        if (column->kind == LS_AGGREGATE_EXPR && !evaluate(column, row, result)) {
            return "leaves 128 bits";
        }
        if (column->is_used) {
            if (result->overflows || !ls_fits_i64(result->number)) {
                return "does not fit 64 bits";
            }
            row->cells[i] = cell_of(column, result);
        }
    }
    return NULL;
}

int ls_view_evaluate(const struct ls_view *view, const struct ls_cell *kept, const uint8_t *id,
                     uint32_t id_size, struct ls_view_row *row, struct ls_error *err)
{
    const struct ls_view_column *failed;
    memcpy(row->cells + view->column_count, kept, view->kept_count * sizeof *kept);
    const char *why = evaluate_all(view, row, &failed);
    return why ? expression_fails(view, failed->name, why, id, id_size, err) : 0;
}

int ls_view_condition(const struct ls_view *view, const struct ls_expr *condition,
                      const uint8_t *id, uint32_t id_size, const struct ls_view_row *row,
                      struct ls_error *err)
{
    enum ls_expr_status status;
    bool yes = ls_expr_holds(condition, row->cells, &status);
    return status == LS_EXPR_OVERFLOW
               ? expression_fails(view, "a condition", "leaves 128 bits", id, id_size, err)
               : yes;
}

/* ---- bytes */

static int column_fails(const struct ls_view *view, const struct ls_view_column *column,
                        const char *why, int64_t time_ms, const uint8_t *key, size_t key_size,
                        struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX];
    char hex[2 * 64 + 1];
    ls_time_format(time_ms, time);
    ls_hex(key, key_size < 64 ? key_size : 64, hex);
    return ls_error_set(
        err, LS_E_DATA, "view %s: column %s of the %s %s, key %s (Avro, hex), %s", view->spec->name,
        column->name,
        view->kind == LS_VIEW_WINDOWS || view->kind == LS_VIEW_SESSIONS ? "window from" : "row of",
        time, hex, why);
}

static bool counts(const struct ls_view_column *column)
{
    return column->kind == LS_AGGREGATE_COUNT || column->kind == LS_AGGREGATE_DISTINCT;
}

static bool is_decimal(const struct ls_view_column *column)
{
    switch (column->kind) {
    case LS_AGGREGATE_AVG:
    case LS_AGGREGATE_RATIO:
        return true;
    case LS_AGGREGATE_EXPR:
        return ls_expr_type(column->expr) == LS_EXPR_NUMBER && column->scale > 0;
    case LS_AGGREGATE_COUNT:
    case LS_AGGREGATE_DISTINCT:
    case LS_AGGREGATE_TOP:
        return false;
    default:
        return column->input->type == LS_FIELD_DECIMAL;
    }
}

/* A final value that does not fit its type ends the run (P8). */
static bool fits(const struct ls_view_column *column, const struct ls_aggregate_result *result)
{
    bool in = is_decimal(column) ? ls_fits_decimal(result->number) : ls_fits_i64(result->number);
    return (in || LS_MUTANT(OVERFLOW_CUT)) && !result->overflows;
}

/* The value behind the branch of its union. */
static uint8_t *put_value(uint8_t *at, const struct ls_view_column *column,
                          const struct ls_aggregate_result *result)
{
    if (column->kind == LS_AGGREGATE_TOP) {
        if (result->size) {
            memcpy(at, result->bytes, result->size);
        }
        return at + result->size;
    }
    if (is_decimal(column)) {
        return ls_put_decimal(at, result->number);
    }
    if (column->kind == LS_AGGREGATE_EXPR) {
        enum ls_expr_type type = ls_expr_type(column->expr);
        return type == LS_EXPR_TEXT      ? ls_put_bytes(at, result->bytes, result->size)
               : type == LS_EXPR_BOOLEAN ? ls_put_boolean(at, result->number != 0)
                                         : ls_put_long(at, (int64_t)result->number);
    }
    bool field = column->kind == LS_AGGREGATE_FIRST || column->kind == LS_AGGREGATE_LAST;
    return field ? ls_put_field(at, column->input->type, (int64_t)result->number, result->bytes,
                                result->size)
                 : ls_put_long(at, (int64_t)result->number);
}

static int put_columns(const struct ls_view *view, int64_t time_ms, const uint8_t *key,
                       size_t key_size, const struct ls_view_row *row, struct ls_buf *out,
                       struct ls_error *err)
{
    for (size_t i = 0; i < view->column_count; i++) {
        const struct ls_view_column *column = &view->columns[i];
        const struct ls_aggregate_result *result = &row->results[i];
        if (!fits(column, result)) {
            return column_fails(view, column, "does not fit its type", time_ms, key, key_size, err);
        }
        int rc = ls_buf_reserve(out, result->size + (size_t)32, err);
        if (rc < 0) {
            return rc;
        }
        uint8_t *at = out->data + out->size;
        if (!counts(column) && column->kind != LS_AGGREGATE_TOP) {
            at = ls_put_long(at, !result->is_null);
        }
        at = result->is_null ? at : put_value(at, column, result);
        out->size = (size_t)(at - out->data);
    }
    int rc = ls_buf_reserve(out, LS_AVRO_LONG_MAX, err);
    if (rc == 0) {
        out->size = (size_t)(ls_put_long(out->data + out->size, view->spec->feature_version) -
                             out->data);
    }
    return rc;
}

int ls_row_of_window(const struct ls_view *view, int64_t start, int64_t end, const uint8_t *key,
                     size_t key_size, struct ls_view_row *row, struct ls_buf *out,
                     struct ls_error *err)
{
    const struct ls_view_column *failed;
    const char *why = evaluate_all(view, row, &failed);
    if (why) {
        return column_fails(view, failed, why, start, key, key_size, err);
    }
    out->size = 0;
    int rc = ls_buf_reserve(out, key_size + (size_t)2 * LS_AVRO_LONG_MAX, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_long(ls_put_long(out->data, start), end);
    if (key_size) {
        memcpy(at, key, key_size);
    }
    out->size = (size_t)(at - out->data) + key_size;
    return put_columns(view, start, key, key_size, row, out, err);
}

int ls_row_of_record(const struct ls_view *view, int64_t event_time, const uint8_t *id,
                     uint32_t id_size, const uint8_t *key, size_t key_size, bool raised,
                     const struct ls_view_row *row, struct ls_buf *out, struct ls_error *err)
{
    out->size = 0;
    int rc = ls_buf_reserve(out, id_size + key_size + (size_t)4 * LS_AVRO_LONG_MAX, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_bytes(ls_put_long(out->data, event_time), id, id_size);
    if (key_size) {
        memcpy(at, key, key_size);
    }
    at += key_size;
    if (view->kind == LS_VIEW_ALERT) {
        at = ls_put_long(at, !raised); /* RAISED, CLEARED */
        at = ls_put_long(at, view->spec->severity);
    }
    out->size = (size_t)(at - out->data);
    return put_columns(view, event_time, key, key_size, row, out, err);
}

int ls_row_of_pair(const struct ls_view *view, int64_t event_time, const uint8_t *left_id,
                   uint32_t left_size, const uint8_t *right_id, uint32_t right_size,
                   const uint8_t *entity, uint32_t entity_size, const struct ls_view_row *row,
                   struct ls_buf *out, struct ls_error *err)
{
    out->size = 0;
    int rc = ls_buf_reserve(
        out, left_size + right_size + entity_size + (size_t)5 * LS_AVRO_LONG_MAX, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_bytes(ls_put_long(out->data, event_time), left_id, left_size);
    at = ls_put_long(at, right_id != NULL);
    at = right_id ? ls_put_bytes(at, right_id, right_size) : at;
    at = ls_put_bytes(at, entity, entity_size);
    out->size = (size_t)(at - out->data);
    return put_columns(view, event_time, entity, entity_size, row, out, err);
}

/* ---- ranges */

int64_t ls_row_time(const struct ls_view *view, const uint8_t *row, size_t size)
{
    struct ls_span span = {row, row + size};
    int64_t time = 0;
    enum ls_decode_status status = ls_get_long(&span, &time); /* event_time or window_start */
    if (view->kind == LS_VIEW_WINDOWS || view->kind == LS_VIEW_SESSIONS) {
        status = status == LS_DECODE_OK ? ls_get_long(&span, &time) : status;
        time -= !LS_MUTANT(RANGE_SHIFTED);
    }
    assert(status == LS_DECODE_OK); /* it is a row */
    (void)status;
    return time;
}
