/* Rows of tables for a record: those that hold at its time, clocks that change, factors of what
 * happened later. Row by row, as the contract says it. */
#include "conformance/naive_internal.h"

static bool time_at(const struct naive_step *step, const struct naive_value *row, int64_t *out)
{
    const struct naive_value *at = &row[step->at];
    *out = step->at_is_day && !at->is_null ? at->number * 86400000 : at->number;
    return !at->is_null;
}

const struct naive_value *ls_naive_look_up(const struct naive_step *step,
                                           const struct naive_value *row)
{
    size_t count;
    int64_t time = 0;
    bool always = step->table->spec->valid.count == 0;
    const struct naive_row *rows = ls_naive_table_rows(step->table, &row[step->key], &count);
    if (!always && !time_at(step, row, &time)) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (always || ls_naive_row_holds(&rows[i], time)) {
            return rows[i].values;
        }
    }
    return NULL;
}

/* ---- clocks */

/* The time in UTC when a clock that is ahead as the row says showed the local time. */
static bool reading(const struct naive_step *step, const struct naive_row *row, int64_t local,
                    ls_i128 *out)
{
    const struct naive_value *offset = &row->values[step->take];
    *out = (ls_i128)local - offset->number;
    return !offset->is_null;
}

static bool find_reading(const struct naive_step *step, const struct naive_row *rows, size_t count,
                         int64_t local, ls_i128 *out)
{
    for (size_t i = 0; i < count; i++) {
        if (reading(step, &rows[i], local, out) && ls_naive_row_holds(&rows[i], *out)) {
            return true;
        }
    }
    for (size_t i = 1; i < count; i++) {
        const struct naive_row *before = &rows[i - 1];
        ls_i128 next;
        bool touch = before->has_end && rows[i].has_begin && before->end == rows[i].begin;
        if (touch && reading(step, before, local, out) && reading(step, &rows[i], local, &next) &&
            *out >= before->end && next < before->end) {
            return true;
        }
    }
    return false;
}

bool ls_naive_zone_read(const struct naive_step *step, const struct naive_value *row,
                        struct naive_value *out)
{
    size_t count;
    ls_i128 utc;
    const struct naive_value *local = &row[step->from];
    const struct naive_row *rows = ls_naive_table_rows(step->table, &row[step->key], &count);
    *out = (struct naive_value){.is_null = true};
    if (local->is_null || !find_reading(step, rows, count, local->number, &utc)) {
        return true;
    }
    *out = (struct naive_value){.number = (int64_t)utc};
    return utc >= INT64_MIN && utc <= INT64_MAX;
}

/* ---- factors */

static ls_i128 greatest_divisor(ls_i128 a, ls_i128 b)
{
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    return b == 0 ? a : greatest_divisor(b, a % b);
}

struct fraction {
    ls_i128 above, below; /* in lowest terms, the sign above */
};

static bool times(struct fraction *f, int64_t above, int64_t below)
{
    struct fraction by = {above, below};
    ls_i128 both = greatest_divisor(by.above, by.below);
    both = by.below < 0 ? -both : both;
    by.above /= both;
    by.below /= both;
    ls_i128 left = greatest_divisor(f->above, by.below);
    ls_i128 right = greatest_divisor(by.above, f->below);
    return ls_naive_multiply(f->above / left, by.above / right, &f->above) &&
           ls_naive_multiply(f->below / right, by.below / left, &f->below);
}

bool ls_naive_adjust(const struct naive_step *step, const struct naive_value *row,
                     struct naive_value *out)
{
    size_t count;
    int64_t time;
    const struct naive_value *from = &row[step->from];
    const struct naive_row *rows = ls_naive_table_rows(step->table, &row[step->key], &count);
    *out = (struct naive_value){.is_null = true};
    if (from->is_null || !time_at(step, row, &time)) {
        return true;
    }
    struct fraction product = {from->number, 1};
    bool is_known = true;
    bool fits = true;
    for (size_t i = 0; i < count; i++) {
        const struct naive_value *above = &rows[i].values[step->numerator];
        const struct naive_value *below = &rows[i].values[step->denominator];
        if (rows[i].begin <= time) {
            continue;
        }
        is_known = is_known && !above->is_null && !below->is_null;
        fits = fits && is_known && below->number != 0 &&
               times(&product, above->number, below->number);
    }
    ls_i128 number = 0;
    if (!is_known) {
        return true;
    }
    fits = fits && ls_naive_divide(product.above, product.below, &number) && number >= step->low &&
           number <= step->high;
    *out = (struct naive_value){.number = (int64_t)number};
    return fits;
}
