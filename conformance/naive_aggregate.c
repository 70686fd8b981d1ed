/* Aggregates (P8) over the rows of one group, each with a loop of its own over all of them. */
#include "conformance/naive_aggregate.h"

#include <string.h>

/* ---- definition */

struct definition {
    const struct ls_spec_aggregate *spec;
    const struct naive_columns *fields;
    struct ls_arena *arena;
    struct naive_aggregate *out;
    struct naive_column *written;
    struct ls_error *err;
};

/* In cents: a whole number that stands for one with two places. */
static bool is_money(const struct naive_column *column)
{
    return column->type == NAIVE_LONG && column->scale == 2;
}

static int find_field(struct definition *d, const char *name, size_t *index,
                      const struct naive_column **out)
{
    *index = ls_naive_column_find(d->fields, name);
    if (*index == d->fields->count) {
        return ls_error_set(d->err, LS_E_DATA, "the column `%s` is over a field `%s` that is none",
                            d->spec->key, name);
    }
    *out = &d->fields->items[*index];
    return 0;
}

/* As a value of the field is written; `sum`: as their sum is. */
static int write_number(struct definition *d, const struct naive_column *field, const char *name,
                        bool sum, struct naive_column *out)
{
    bool scaled = field->type == NAIVE_SCALED;
    *out = (struct naive_column){
        .name = name, .type = NAIVE_LONG, .scale = field->scale, .precision = field->precision};
    if (scaled) {
        out->type = sum ? NAIVE_DECIMAL : NAIVE_SCALED;
    } else if (field->type == NAIVE_TIME) {
        out->type = NAIVE_TIME;
        out->logical = field->logical;
    }
    out->written = ls_arena_printf(d->arena, d->err, "%s%s", name, is_money(field) ? "_cents" : "");
    return out->written ? 0 : d->err->code;
}

/* As the field itself. */
static int write_value(struct definition *d)
{
    const struct naive_column *field = d->out->field;
    *d->written = *field;
    d->written->name = d->spec->key;
    d->written->physical = false;
    d->written->written = ls_arena_printf(d->arena, d->err, "%s%s", d->spec->key,
                                          is_money(field) ? "_cents" : "");
    return d->written->written ? 0 : d->err->code;
}

/* An array of records: a value, and how many it has or the sum of what they have. */
static int write_top(struct definition *d)
{
    struct naive_column *items = ls_arena_new(d->arena, 3, sizeof *items, d->err);
    struct naive_columns *fields = items ? ls_arena_new(d->arena, 1, sizeof *fields, d->err) : NULL;
    if (!fields) {
        return d->err->code;
    }
    items[0] = *d->out->field;
    items[0].written = items[0].name = "value";
    items[1] = (struct naive_column){.name = "count", .written = "count", .type = NAIVE_LONG};
    *fields = (struct naive_columns){items, 2};
    items[2] = (struct naive_column){.type = NAIVE_RECORD, .fields = fields};
    d->written->type = NAIVE_ARRAY;
    d->written->items = &items[2];
    d->out->entry = fields;
    return d->out->to ? write_number(d, d->out->to, "sum", true, &items[1]) : 0;
}

static int define_written(struct definition *d)
{
    const struct ls_member *function = d->out->function;
    *d->written = (struct naive_column){
        .name = d->spec->key, .written = d->spec->key, .type = NAIVE_LONG};
    if (function == &ls_member_avg || function == &ls_member_ratio) {
        d->written->type = NAIVE_DECIMAL;
        d->written->scale = (unsigned)d->spec->scale;
        return 0;
    }
    if (function == &ls_member_first || function == &ls_member_last) {
        return write_value(d);
    }
    if (function == &ls_member_top) {
        return write_top(d);
    }
    if (function == &ls_member_count || function == &ls_member_distinct) {
        return 0;
    }
    return write_number(d, d->out->field, d->spec->key, function == &ls_member_sum, d->written);
}

int ls_naive_aggregate_compile(const struct ls_spec_aggregate *spec,
                               const struct naive_columns *fields, struct ls_arena *arena,
                               struct naive_aggregate *out, struct naive_column *written,
                               struct ls_error *err)
{
    const struct ls_aggregate_field *settings = spec->function.settings;
    struct definition d = {spec, fields, arena, out, written, err};
    int rc = 0;
    *out = (struct naive_aggregate){.spec = spec, .function = spec->function.member};
    if (settings && settings->where_text) {
        rc = ls_naive_expr_parse(settings->where_text, fields, arena, &out->where, err);
    }
    if (rc == 0 && settings && settings->field) {
        rc = find_field(&d, settings->field, &out->index, &out->field);
    }
    if (rc == 0 && settings && settings->to) {
        rc = find_field(&d, settings->to, &out->to_index, &out->to);
    }
    return rc < 0 ? rc : define_written(&d);
}

/* ---- values */

static int must_have_ended(const struct naive_aggregate *aggregate, const char *what,
                           struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "`%s` does not fit %s: it must have ended the run",
                        aggregate->spec->key, what);
}

static int put_decimal(const struct naive_aggregate *aggregate, bool fits, ls_i128 number,
                       struct ls_arena *arena, struct naive_value *out, struct ls_error *err)
{
    int rc = fits ? ls_naive_decimal_value(number, arena, out, err) : LS_E_DATA;
    return rc == LS_E_DATA ? must_have_ended(aggregate, "38 digits", err) : rc;
}

int ls_naive_put_sum(const struct naive_aggregate *aggregate, const struct naive_column *field,
                     ls_i128 sum, struct ls_arena *arena, struct naive_value *out,
                     struct ls_error *err)
{
    if (field->type == NAIVE_SCALED) {
        return put_decimal(aggregate, true, sum, arena, out, err);
    }
    out->number = (int64_t)sum;
    return sum >= INT64_MIN && sum <= INT64_MAX ? 0 : must_have_ended(aggregate, "a long", err);
}

struct totals {
    int64_t count; /* of values that are not null */
    ls_i128 sum;
    int64_t least, greatest;
    const struct naive_value *first, *last;
};

static struct totals totals_of(const struct naive_value *const *rows, size_t count, size_t index)
{
    struct totals t = {.least = INT64_MAX, .greatest = INT64_MIN};
    for (size_t i = 0; i < count; i++) {
        const struct naive_value *value = &rows[i][index];
        if (!value->is_null) {
            t.count++;
            t.sum += value->number;
            t.least = value->number < t.least ? value->number : t.least;
            t.greatest = value->number > t.greatest ? value->number : t.greatest;
            t.first = t.first ? t.first : value;
            t.last = value;
        }
    }
    return t;
}

/* From the totals, of at least one value. */
static int of_totals(const struct naive_aggregate *a, const struct totals *t,
                     const struct naive_value *const *rows, size_t count, struct ls_arena *arena,
                     struct naive_value *out, struct ls_error *err)
{
    unsigned own = a->field->scale;
    int scale = (int)a->spec->scale;
    ls_i128 number = 0;
    bool fits;
    if (a->function == &ls_member_first || a->function == &ls_member_last) {
        *out = a->function == &ls_member_first ? *t->first : *t->last;
        return 0;
    }
    if (a->function == &ls_member_sum) {
        return ls_naive_put_sum(a, a->field, t->sum, arena, out, err);
    }
    if (a->function == &ls_member_avg) {
        fits = ls_naive_quotient(t->sum, t->count, scale - (int)own, &number);
        return put_decimal(a, fits, number, arena, out, err);
    }
    if (a->function == &ls_member_ratio) {
        struct totals to = totals_of(rows, count, a->to_index);
        out->is_null = to.sum == 0;
        fits = out->is_null ||
               ls_naive_quotient(t->sum, to.sum, scale + (int)a->to->scale - (int)own, &number);
        return out->is_null ? 0 : put_decimal(a, fits, number, arena, out, err);
    }
    out->number = a->function == &ls_member_min ? t->least : t->greatest;
    return 0;
}

int ls_naive_aggregate_run(const struct naive_aggregate *aggregate,
                           const struct naive_value *const *rows, size_t count,
                           const struct naive_value **room, struct ls_arena *arena,
                           struct naive_value *out, struct ls_error *err)
{
    const struct ls_member *function = aggregate->function;
    size_t used = 0;
    *out = (struct naive_value){0};
    for (size_t i = 0; i < count; i++) {
        int rc = aggregate->where ? ls_naive_expr_holds(aggregate->where, rows[i], err) : 1;
        if (rc < 0) {
            return rc;
        }
        if (rc) {
            room[used++] = rows[i];
        }
    }
    if (function == &ls_member_count || function == &ls_member_distinct) {
        bool all = function == &ls_member_count;
        out->number = all ? (int64_t)used : ls_naive_distinct(aggregate, room, used);
        return 0;
    }
    if (function == &ls_member_quantile) {
        ls_naive_quantile(aggregate, room, used, out);
        return 0;
    }
    if (function == &ls_member_top) {
        return ls_naive_top(aggregate, room, used, arena, out, err);
    }
    struct totals totals = totals_of(room, used, aggregate->index);
    out->is_null = totals.count == 0;
    return out->is_null ? 0 : of_totals(aggregate, &totals, room, used, arena, out, err);
}
