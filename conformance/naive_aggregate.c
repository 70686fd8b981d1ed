/* Aggregates (P8) over the rows of one group, each with a loop of its own over all of them. */
#include "conformance/naive_internal.h"

#include <stdlib.h>
#include <string.h>

int ls_naive_aggregate_compile(const struct ls_spec_aggregate *spec,
                               const struct naive_columns *columns, struct ls_arena *arena,
                               struct naive_aggregate *out, struct naive_column *written,
                               struct ls_error *err)
{
    const struct ls_member *function = spec->function.member;
    const struct ls_aggregate_field *settings = spec->function.settings;
    bool counts = function == &ls_member_count || function == &ls_member_distinct;
    bool known = counts || function == &ls_member_sum || function == &ls_member_min ||
                 function == &ls_member_max || function == &ls_member_avg;
    *out = (struct naive_aggregate){.spec = spec};
    *written = (struct naive_column){.name = spec->key, .written = spec->key, .type = NAIVE_LONG};
    if (!known) {
        return ls_error_set(err, LS_E_DATA, "the naive recomputation knows no aggregate `%s`",
                            function->word);
    }
    if (settings && settings->where_text) {
        int rc = ls_naive_expr_parse(settings->where_text, columns, arena, &out->where, err);
        if (rc < 0) {
            return rc;
        }
    }
    if (function == &ls_member_count) {
        return 0;
    }
    out->index = ls_naive_column_find(columns, settings->field);
    if (out->index == columns->count) {
        return ls_error_set(err, LS_E_DATA, "the column `%s` is over a field `%s` that is none",
                            spec->key, settings->field);
    }
    out->column = &columns->items[out->index];
    if (function == &ls_member_avg) {
        written->type = NAIVE_DECIMAL;
        written->scale = (unsigned)spec->scale;
    } else if (!counts) {
        bool time = out->column->type == NAIVE_TIME;
        bool scaled = out->column->type == NAIVE_SCALED;
        written->type = time                         ? NAIVE_TIME
                        : !scaled                    ? NAIVE_LONG
                        : function == &ls_member_sum ? NAIVE_DECIMAL
                                                     : NAIVE_SCALED;
        written->logical = time ? out->column->logical : NULL;
        written->scale = out->column->scale;
        written->precision = out->column->precision;
        written->written = ls_arena_printf(arena, err, "%s%s", spec->key,
                                           written->scale && !scaled ? "_cents" : "");
    }
    return written->written ? 0 : err->code;
}

static int by_value(const void *a, const void *b)
{
    return ls_naive_value_order(*(const struct naive_value *const *)a,
                                *(const struct naive_value *const *)b);
}

static int64_t count_distinct(const struct naive_value **values, size_t count)
{
    int64_t distinct = 0;
    if (count) {
        qsort(values, count, sizeof *values, by_value);
    }
    for (size_t i = 0; i < count; i++) {
        distinct += i == 0 || by_value(&values[i - 1], &values[i]) != 0;
    }
    return distinct;
}

static int put_decimal(ls_i128 number, struct ls_arena *arena, struct naive_value *out,
                       struct ls_error *err)
{
    uint8_t *bytes = ls_arena_new(arena, 16, 1, err);
    if (!bytes) {
        return err->code;
    }
    out->size = ls_naive_decimal_bytes(number, bytes);
    out->bytes = bytes;
    return 0;
}

/* sum / count at `scale` places, of values with places of their own. */
static int put_average(ls_i128 sum, size_t count, unsigned own, unsigned scale,
                       struct ls_arena *arena, struct naive_value *out, struct ls_error *err)
{
    ls_i128 divisor;
    ls_i128 average = 0;
    bool fits = ls_naive_times_ten(sum, scale, &sum) &&
                ls_naive_times_ten((ls_i128)count, own, &divisor) &&
                ls_naive_divide(sum, divisor, &average);
    return fits ? put_decimal(average, arena, out, err)
                : ls_error_set(err, LS_E_DATA, "an average does not fit 128 bits");
}

int ls_naive_aggregate_run(const struct naive_aggregate *aggregate,
                           const struct naive_value *const *rows, size_t count,
                           const struct naive_value **room, struct ls_arena *arena,
                           struct naive_value *out, struct ls_error *err)
{
    const struct ls_member *function = aggregate->spec->function.member;
    size_t used = 0;
    ls_i128 sum = 0;
    int64_t least = INT64_MAX;
    int64_t greatest = INT64_MIN;
    *out = (struct naive_value){0};
    for (size_t i = 0; i < count; i++) {
        const struct naive_value *value = &rows[i][aggregate->index];
        if ((aggregate->where && !ls_naive_expr_holds(aggregate->where, rows[i])) ||
            (aggregate->column && value->is_null)) {
            continue;
        }
        room[used++] = value;
        sum += value->number;
        least = value->number < least ? value->number : least;
        greatest = value->number > greatest ? value->number : greatest;
    }
    if (function == &ls_member_count || function == &ls_member_distinct) {
        out->number = function == &ls_member_count ? (int64_t)used : count_distinct(room, used);
        return 0;
    }
    out->is_null = used == 0;
    if (out->is_null) {
        return 0;
    }
    if (function == &ls_member_avg) {
        return put_average(sum, used, aggregate->column->scale, (unsigned)aggregate->spec->scale,
                           arena, out, err);
    }
    if (function == &ls_member_sum && aggregate->column->type == NAIVE_SCALED) {
        return put_decimal(sum, arena, out, err);
    }
    if (function == &ls_member_sum && (sum < INT64_MIN || sum > INT64_MAX)) {
        return ls_error_set(err, LS_E_DATA, "`%s` does not fit a long: it must have ended the run",
                            aggregate->spec->key);
    }
    out->number = function == &ls_member_sum   ? (int64_t)sum
                  : function == &ls_member_min ? least
                                               : greatest;
    return 0;
}
