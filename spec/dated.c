#include "spec/dated.h"

#include "core/base/civil.h"

#include <stdlib.h>

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_id(struct ls_id a, struct ls_id b)
{
    int order = compare_u64(a.high, b.high);
    return order ? order : compare_u64(a.low, b.low);
}

static int by_id(const void *a, const void *b)
{
    const struct ls_dated *left = a;
    const struct ls_dated *right = b;
    int order = compare_id(left->id, right->id);
    order = order ? order : compare_i64(left->known, right->known);
    return order ? order : compare_u64(left->row, right->row);
}

static int by_key(const void *a, const void *b)
{
    const struct ls_dated *left = a;
    const struct ls_dated *right = b;
    int order = compare_id(left->key, right->key);
    order = order ? order : compare_i64(left->begin, right->begin);
    return order ? order : compare_u64(left->row, right->row);
}

/* What was found wrong so far: of all problems the one that who reads the table from its first row
 * on meets first. */
struct finding {
    enum ls_dated_problem problem;
    struct ls_dated *both; /* the lower row first */
};

static void note(struct finding *f, enum ls_dated_problem problem, const struct ls_dated *a,
                 const struct ls_dated *b)
{
    const struct ls_dated *low = a->row < b->row ? a : b;
    const struct ls_dated *high = low == a ? b : a;
    if (f->problem == LS_DATED_FINE || high->row < f->both[1].row ||
        (high->row == f->both[1].row && low->row < f->both[0].row)) {
        f->problem = problem;
        f->both[0] = *low;
        f->both[1] = *high;
    }
}

static void sort(struct ls_dated *rows, size_t count, int (*compare)(const void *, const void *))
{
    if (count) {
        qsort(rows, count, sizeof *rows, compare);
    }
}

/* Of each id the row that was known last, unless it is empty. */
static size_t replace(struct ls_dated *rows, size_t count, struct finding *found)
{
    size_t kept = 0;
    sort(rows, count, by_id);
    for (size_t i = 0; i < count; i++) {
        bool same = i + 1 < count && ls_id_equal(rows[i].id, rows[i + 1].id);
        if (same && rows[i].known == rows[i + 1].known) {
            note(found, LS_DATED_TWICE, &rows[i], &rows[i + 1]);
        }
        if (!same && rows[i].begin < rows[i].end) {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

enum ls_dated_problem ls_dated_in_force(struct ls_dated *rows, size_t *count, int64_t as_of,
                                        bool at_once, struct ls_dated both[2])
{
    struct finding found = {LS_DATED_FINE, both};
    size_t seen = 0;
    for (size_t i = 0; i < *count; i++) {
        if (rows[i].known < as_of || as_of == INT64_MAX) {
            rows[seen++] = rows[i];
        }
    }
    for (size_t i = 0; i < seen; i++) {
        if (rows[i].begin > rows[i].end) {
            note(&found, LS_DATED_BACKWARDS, &rows[i], &rows[i]);
        }
    }
    *count = found.problem == LS_DATED_FINE ? replace(rows, seen, &found) : 0;
    *count = found.problem == LS_DATED_FINE ? *count : 0;
    sort(rows, *count, by_key);
    for (size_t i = 1; !at_once && i < *count; i++) {
        if (ls_id_equal(rows[i - 1].key, rows[i].key) && rows[i].begin < rows[i - 1].end) {
            note(&found, LS_DATED_OVERLAP, &rows[i - 1], &rows[i]);
        }
    }
    return found.problem;
}

/* ---- from cells */

int64_t ls_dated_time(int type, const struct ls_cell *cell)
{
    return type == LS_FIELD_DATE ? cell->number * LS_DAY_MS : cell->number;
}

static int64_t time_of(const struct ls_spec_reference *table, enum ls_table_role role,
                       const struct ls_cell *cells, int64_t otherwise)
{
    size_t at = table->roles[role];
    return at == LS_COLUMN_LACKING || cells[at].is_null
               ? otherwise
               : ls_dated_time(table->fields[at]->type, &cells[at]);
}

void ls_dated_of(const struct ls_spec_reference *table, const struct ls_cell *cells, uint64_t row,
                 struct ls_dated *out)
{
    const struct ls_cell *key = &cells[table->roles[LS_TABLE_KEY]];
    const struct ls_cell *id = &cells[table->roles[LS_TABLE_ID]];
    *out = (struct ls_dated){.key = ls_id_of(key->bytes, key->size),
                             .id = ls_id_of(id->bytes, id->size),
                             .known = time_of(table, LS_TABLE_KNOWN, cells, INT64_MIN),
                             .begin = time_of(table, LS_TABLE_FROM, cells, INT64_MIN),
                             .end = time_of(table, LS_TABLE_TO, cells, INT64_MAX),
                             .row = row,
                             .cells = cells};
    if (ls_spec_table_has(table, LS_TABLE_HAPPENS)) { /* what never does is empty */
        out->begin = time_of(table, LS_TABLE_HAPPENS, cells, INT64_MAX);
    }
}

int ls_dated_refuse(const struct ls_spec_reference *table, enum ls_dated_problem problem,
                    const struct ls_cell *const cells[2], const uint64_t places[2],
                    struct ls_error *err)
{
    const char *rows = table->file ? "line" : "row";
    bool by_id = problem == LS_DATED_TWICE;
    const struct ls_cell *name = &cells[1][table->roles[by_id ? LS_TABLE_ID : LS_TABLE_KEY]];
    int size = (int)(name->size < 100 ? name->size : 100);
    if (problem == LS_DATED_BACKWARDS) {
        return ls_error_set(err, LS_E_DATA, "%s %llu, of the key `%.*s`, ends before it begins",
                            rows, (unsigned long long)places[0], size, (const char *)name->bytes);
    }
    return ls_error_set(
        err, LS_E_DATA, "%ss %llu and %llu %s `%.*s`%s", rows, (unsigned long long)places[0],
        (unsigned long long)places[1], by_id ? "both have the id" : "hold at one time for the key",
        size, (const char *)name->bytes,
        !by_id                                     ? ": let one of them end before the other begins"
        : ls_spec_table_has(table, LS_TABLE_KNOWN) ? " and are known from one time on: leave one "
                                                     "of them out, or let it be known later"
                                                   : ": leave one of them out");
}
