/* The columns that a view selects: aggregates over records of a group, and expressions over one
 * record and the columns before. */
#include "conformance/naive_view_internal.h"

#include <string.h>

static struct naive_columns scope_before(const struct naive_select *select, size_t column)
{
    return (struct naive_columns){select->scope.items, select->field_count + column};
}

/* ---- definition */

static int unclear(const struct ls_spec_aggregate *spec, const char *what, struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "the naive recomputation cannot follow the column `%s`: %s",
                        spec->key, what);
}

/* The type is the expression's. */
static int compile_expr(const struct ls_spec_aggregate *spec, const struct naive_columns *scope,
                        struct ls_arena *arena, struct naive_selected *out,
                        struct naive_column *written, struct ls_error *err)
{
    static const enum naive_type types[] = {[NAIVE_KIND_BOOLEAN] = NAIVE_BOOLEAN,
                                            [NAIVE_KIND_NUMBER] = NAIVE_LONG,
                                            [NAIVE_KIND_TEXT] = NAIVE_STRING,
                                            [NAIVE_KIND_TIME] = NAIVE_TIME};
    const struct ls_aggregate_field *settings = spec->function.settings;
    int rc = ls_naive_expr_parse(settings->field, scope, arena, &out->expr, err);
    if (rc < 0) {
        return rc;
    }
    enum naive_kind kind = ls_naive_expr_kind(out->expr);
    if (kind == NAIVE_KIND_NULL) {
        return unclear(spec, "it is always null", err);
    }
    if (!ls_naive_expr_scale(out->expr, &out->scale)) {
        out->scale = (unsigned)spec->scale;
    }
    *written = (struct naive_column){.name = spec->key, .written = spec->key, .type = types[kind]};
    if (kind == NAIVE_KIND_NUMBER && out->scale > 0) {
        written->type = NAIVE_DECIMAL;
        written->scale = out->scale;
    }
    return 0;
}

/* What later expressions see: a number, whatever it is written as; of an array nothing; and no
 * field that is called so. */
static void put_in_scope(struct naive_select *select, size_t column,
                         const struct naive_column *written)
{
    const struct naive_columns fields = scope_before(select, 0);
    size_t hidden = ls_naive_column_find(&fields, written->name);
    struct naive_column *out = &select->scope.items[select->field_count + column];
    if (hidden < fields.count) {
        fields.items[hidden].name = "";
    }
    *out = *written;
    out->type = written->type == NAIVE_DECIMAL ? NAIVE_SCALED : written->type;
    out->name = written->type == NAIVE_ARRAY ? "" : written->name;
}

static void mark_used(struct naive_select *select, const struct naive_expr *expr)
{
    for (size_t i = 0; i < select->count; i++) {
        select->items[i].is_used = select->items[i].is_used ||
                                   ls_naive_expr_uses(expr, select->field_count + i);
    }
}

int ls_naive_select_compile(const struct ls_spec_view *spec, const struct naive_columns *fields,
                            struct ls_arena *arena, struct naive_select *out,
                            struct naive_column *written, struct ls_error *err)
{
    const struct ls_spec_aggregate *columns = spec->select.items;
    size_t count = spec->select.count;
    size_t all = fields->count + count;
    *out = (struct naive_select){.count = count, .field_count = fields->count};
    out->items = ls_arena_new(arena, count, sizeof *out->items, err);
    out->scope.items = ls_arena_new(arena, all, sizeof *out->scope.items, err);
    out->cells = ls_arena_new(arena, all, sizeof *out->cells, err);
    if (!out->items || !out->scope.items || !out->cells) {
        return err->code;
    }
    memcpy(out->scope.items, fields->items, fields->count * sizeof *fields->items);
    out->scope.count = all;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct naive_columns scope = scope_before(out, i);
        struct naive_selected *item = &out->items[i];
        if (columns[i].function.member == &ls_member_column) {
            rc = compile_expr(&columns[i], &scope, arena, item, &written[i], err);
            mark_used(out, item->expr);
        } else {
            rc = ls_naive_aggregate_compile(&columns[i], fields, arena, &item->aggregate,
                                            &written[i], err);
        }
        if (rc == 0) {
            put_in_scope(out, i, &written[i]);
        }
    }
    return rc;
}

int ls_naive_select_condition(struct naive_select *select, const char *text, struct ls_arena *arena,
                              struct naive_expr **out, struct ls_error *err)
{
    int rc = ls_naive_expr_parse(text, &select->scope, arena, out, err);
    if (rc == 0) {
        mark_used(select, *out);
    }
    return rc;
}

/* ---- values */

static int must_have_ended(const char *column, const char *what, struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "`%s` does not fit %s: it must have ended the run", column,
                        what);
}

static int expr_value(const struct naive_selected *selected, const struct naive_column *column,
                      const struct naive_value *cells, struct ls_arena *arena, bool is_final,
                      struct naive_value *out, struct ls_error *err)
{
    struct naive_result result = ls_naive_expr_value(selected->expr, selected->scale, cells);
    bool is_long = result.number >= INT64_MIN && result.number <= INT64_MAX;
    *out = (struct naive_value){.is_null = result.is_null || result.by_zero};
    if (out->is_null) {
        return 0;
    }
    if (result.failed) {
        return must_have_ended(column->name, "128 bits", err);
    }
    if (column->type == NAIVE_SCALED) {
        int rc = ls_naive_decimal_value(result.number, arena, out, err);
        return rc != LS_E_DATA ? rc
               : is_final      ? must_have_ended(column->name, "38 digits", err)
                               : 0;
    }
    if (!is_long && is_final) {
        return must_have_ended(column->name, "a long", err);
    }
    if (column->type == NAIVE_STRING) {
        out->bytes = result.bytes;
        out->size = result.size;
    } else {
        out->number = (int64_t)result.number;
    }
    return 0;
}

/* The column's value as expressions see it. */
static int to_cell(const struct naive_selected *selected, const struct naive_column *column,
                   const struct naive_value *value, struct naive_value *cell, struct ls_error *err)
{
    *cell = *value;
    if (column->type != NAIVE_SCALED || value->is_null || !value->bytes) {
        return 0;
    }
    ls_i128 number = ls_naive_decimal_number(value->bytes, value->size);
    *cell = (struct naive_value){.number = (int64_t)number};
    if (selected->is_used && (number < INT64_MIN || number > INT64_MAX)) {
        return must_have_ended(column->name, "64 bits", err);
    }
    return 0;
}

static int run(struct naive_select *select, const struct naive_value *const *rows, size_t count,
               const struct naive_value **room, struct ls_arena *arena, bool is_row,
               struct naive_value *out, struct ls_error *err)
{
    int rc = 0;
    memcpy(select->cells, rows[count - 1], select->field_count * sizeof *select->cells);
    for (size_t i = 0; rc == 0 && i < select->count; i++) {
        const struct naive_selected *selected = &select->items[i];
        const struct naive_column *column = &select->scope.items[select->field_count + i];
        bool is_final = is_row || selected->is_used;
        if (selected->expr) {
            rc = expr_value(selected, column, select->cells, arena, is_final, &out[i], err);
        } else if (is_final) {
            rc = ls_naive_aggregate_run(&selected->aggregate, rows, count, room, arena, &out[i],
                                        err);
        }
        if (rc == 0 && is_final) {
            rc = to_cell(selected, column, &out[i], &select->cells[select->field_count + i], err);
        }
    }
    return rc;
}

int ls_naive_select_run(struct naive_select *select, const struct naive_value *const *rows,
                        size_t count, const struct naive_value **room, struct ls_arena *arena,
                        struct naive_value *out, struct ls_error *err)
{
    return run(select, rows, count, room, arena, true, out, err);
}

int ls_naive_select_judge(struct naive_select *select, const struct naive_value *const *rows,
                          size_t count, const struct naive_value **room, struct ls_arena *arena,
                          struct naive_value *out, struct ls_error *err)
{
    return run(select, rows, count, room, arena, false, out, err);
}
