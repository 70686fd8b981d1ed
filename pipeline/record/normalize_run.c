/* What steps do to the cells of one record. */
#include "core/base/mutant.h"
#include "core/base/rational.h"
#include "pipeline/record/normalize.h"

static const struct ls_cell null_cell = {.is_null = true};

static bool keep_number(const struct ls_record_set *set, ls_i128 number, struct ls_cell *cells)
{
    cells[set->cell] = (struct ls_cell){.number = (int64_t)number};
    return ls_fits_i64(number);
}

/* ---- look-ups */

static struct ls_table_rows rows_of(const struct ls_record_lookup *lookup,
                                    const struct ls_cell *cells)
{
    const struct ls_cell *key = &cells[lookup->key_cell];
    return key->is_null ? (struct ls_table_rows){NULL, 0}
                        : ls_reference_rows(lookup->table, key->bytes, key->size);
}

/* The row for the record; NULL when there is none. */
static const struct ls_cell *row_of(const struct ls_record_lookup *lookup,
                                    const struct ls_cell *cells)
{
    struct ls_table_rows rows = rows_of(lookup, cells);
    if (!rows.count || lookup->at_cell == LS_COLUMN_LACKING) {
        return rows.count ? rows.rows->cells : NULL;
    }
    const struct ls_cell *at = &cells[lookup->at_cell];
    return at->is_null ? NULL : ls_table_rows_at(rows, ls_dated_time(lookup->at_type, at));
}

static void take(const struct ls_record_lookup *lookup, struct ls_cell *cells)
{
    const struct ls_cell *row = row_of(lookup, cells);
    for (size_t i = 0; i < lookup->take_count; i++) {
        cells[lookup->takes[i].cell] = row ? row[lookup->takes[i].column] : null_cell;
    }
}

bool ls_set_lookup(const struct ls_record_set *set, struct ls_cell *cells)
{
    take(&set->lookup, cells);
    return true;
}

/* ---- expressions */

bool ls_set_expression(const struct ls_record_set *set, struct ls_cell *cells)
{
    struct ls_expr_value value;
    struct ls_cell *out = &cells[set->cell];
    if (set->lookup.table) {
        take(&set->lookup, cells);
    }
    *out = null_cell;
    if (ls_expr_eval(set->expr, cells, &value) != LS_EXPR_OK) {
        return false;
    }
    if (value.is_null) {
        return true;
    }
    ls_i128 number = set->divide == 1 ? value.number : ls_div_half_even(value.number, set->divide);
    if (ls_mul_overflows(number, set->multiply, &number) || !ls_fits_i64(number)) {
        return false;
    }
    *out = (struct ls_cell){.number = (int64_t)number, .bytes = value.bytes, .size = value.size};
    return true;
}

/* ---- local times */

/* The time in UTC that a row's offset makes of a local time: false where it has none. */
static bool reading(const struct ls_record_set *set, const struct ls_table_row *row, int64_t local,
                    ls_i128 *out)
{
    const struct ls_cell *offset = &row->cells[set->offset_column];
    *out = (ls_i128)local - offset->number;
    return !offset->is_null;
}

/* The rows that a reading of the local time can lie in, or between. */
static struct ls_table_rows near(const struct ls_record_set *set, struct ls_table_rows rows,
                                 int64_t local)
{
    ls_i128 earliest = (ls_i128)local - set->reach_ms;
    ls_i128 latest = (ls_i128)local + set->reach_ms;
    size_t first = earliest < INT64_MIN ? 0 : ls_table_rows_begun(rows, (int64_t)earliest);
    size_t behind = latest > INT64_MAX ? rows.count : ls_table_rows_begun(rows, (int64_t)latest);
    first -= first > 0;
    return rows.count ? (struct ls_table_rows){rows.rows + first, behind - first} : rows;
}

/* The first row in whose validity its own reading lies: an hour that is shown twice is the first
 * one. Where there is none, the reading of a row that ends in front of it where the next one begins
 * behind that one's: the hour that is left out when a clock is put forward. */
static bool read_zone(const struct ls_record_set *set, struct ls_table_rows rows, int64_t local,
                      ls_i128 *out)
{
    ls_i128 next;
    bool found = false;
    for (size_t i = 0; i < rows.count && (!found || LS_MUTANT(LATER_READING)); i++) {
        ls_i128 utc;
        if (reading(set, &rows.rows[i], local, &utc) && ls_table_row_holds(&rows.rows[i], utc)) {
            *out = utc;
            found = true;
        }
    }
    for (size_t i = 0; i + 1 < rows.count && !found; i++) {
        int64_t change = rows.rows[i].end;
        found = rows.rows[i + 1].begin == change && reading(set, &rows.rows[i], local, out) &&
                reading(set, &rows.rows[i + 1], local, &next) && *out >= change && next < change;
    }
    return found;
}

bool ls_set_utc(const struct ls_record_set *set, struct ls_cell *cells)
{
    const struct ls_cell *local = &cells[set->from_cell];
    ls_i128 utc = 0;
    bool known = !local->is_null;
    if (known && set->lookup.table) {
        struct ls_table_rows rows = near(set, rows_of(&set->lookup, cells), local->number);
        known = read_zone(set, rows, local->number, &utc);
    } else if (known) {
        const struct ls_cell *offset = &cells[set->offset_cell];
        known = !offset->is_null;
        utc = (ls_i128)local->number - offset->number;
    }
    cells[set->cell] = null_cell;
    return !known || keep_number(set, utc, cells);
}

/* ---- adjustments */

/* A factor that is not known makes the product unknown. */
static bool lacks_factor(const struct ls_record_set *set, struct ls_table_rows rows, size_t first)
{
    for (size_t i = first; i < rows.count; i++) {
        if (rows.rows[i].cells[set->factor_columns[0]].is_null ||
            rows.rows[i].cells[set->factor_columns[1]].is_null) {
            return true;
        }
    }
    return false;
}

bool ls_set_adjusted(const struct ls_record_set *set, struct ls_cell *cells)
{
    const struct ls_cell *at = &cells[set->lookup.at_cell];
    const struct ls_cell from = cells[set->from_cell];
    cells[set->cell] = null_cell;
    if (from.is_null || at->is_null) {
        return true;
    }
    struct ls_table_rows rows = rows_of(&set->lookup, cells);
    struct ls_rational product = {from.number, 1};
    size_t first = ls_table_rows_begun(rows, ls_dated_time(set->lookup.at_type, at));
    if (lacks_factor(set, rows, first)) {
        return true;
    }
    for (size_t i = first; i < rows.count; i++) {
        int64_t up = rows.rows[i].cells[set->factor_columns[0]].number;
        int64_t down = rows.rows[i].cells[set->factor_columns[1]].number;
        if (down == 0 || !ls_rational_multiply(&product, up, down)) {
            return false;
        }
        if (LS_MUTANT(ROUNDED_EACH)) {
            product = (struct ls_rational){ls_rational_round(&product), 1};
        }
    }
    ls_i128 number = ls_rational_round(&product);
    if (number < set->low || number > set->high) {
        return false;
    }
    cells[set->cell] = (struct ls_cell){.number = (int64_t)number};
    return true;
}
