/* Reference tables: read, and what of them is in force (P11). */
#include "conformance/naive_internal.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* ---- what a row says of itself */

static bool time_of(const struct naive_table *table, const char *name,
                    const struct naive_value *values, int64_t *out)
{
    size_t at = name ? ls_naive_column_find(&table->columns, name) : table->columns.count;
    if (at == table->columns.count || values[at].is_null) {
        return false;
    }
    bool is_day = table->columns.items[at].type == NAIVE_INT;
    *out = is_day ? values[at].number * 86400000 : values[at].number;
    return true;
}

static struct naive_value text_of(const struct naive_table *table, const char *name,
                                  const struct naive_value *values)
{
    const struct naive_value *value = &values[ls_naive_column_find(&table->columns, name)];
    return (struct naive_value){.bytes = value->bytes, .size = value->size};
}

static void describe(const struct naive_table *table, struct naive_value *values, size_t number,
                     struct naive_row *out)
{
    const struct ls_spec_reference *spec = table->spec;
    const char *begin = spec->valid.count ? spec->valid.items[0] : spec->happens;
    const char *end = spec->valid.count ? spec->valid.items[1] : NULL;
    *out = (struct naive_row){.values = values, .number = number};
    out->key = text_of(table, spec->key_column, values);
    out->id = text_of(table, spec->id ? spec->id : spec->key_column, values);
    out->has_known = time_of(table, spec->known, values, &out->known);
    out->has_begin = time_of(table, begin, values, &out->begin);
    out->has_end = time_of(table, end, values, &out->end);
    out->never = spec->happens ? !out->has_begin
                               : out->has_begin && out->has_end && out->begin == out->end;
}

bool ls_naive_row_holds(const struct naive_row *row, ls_i128 time)
{
    return !(row->has_begin && time < row->begin) && !(row->has_end && time >= row->end);
}

/* ---- in force */

/* What was always known comes first. */
static int by_id(const void *a, const void *b)
{
    const struct naive_row *left = a;
    const struct naive_row *right = b;
    int order = ls_naive_value_order(&left->id, &right->id);
    if (order == 0) {
        order = (int)left->has_known - (int)right->has_known;
    }
    return order ? order : (left->known > right->known) - (left->known < right->known);
}

static int by_key(const void *a, const void *b)
{
    const struct naive_row *left = a;
    const struct naive_row *right = b;
    int order = ls_naive_value_order(&left->key, &right->key);
    if (order == 0) {
        order = (int)left->has_begin - (int)right->has_begin;
    }
    if (order == 0) {
        order = (left->begin > right->begin) - (left->begin < right->begin);
    }
    return order ? order : (left->number > right->number) - (left->number < right->number);
}

/* What was known before the time (P13). */
static void forget_later(struct naive_table *table, int64_t as_of)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->count; i++) {
        if (!table->rows[i].has_known || table->rows[i].known < as_of) {
            table->rows[kept++] = table->rows[i];
        }
    }
    table->count = kept;
}

static int keep_in_force(struct naive_table *table, struct ls_error *err)
{
    struct naive_row *rows = table->rows;
    size_t kept = 0;
    if (table->count) {
        qsort(rows, table->count, sizeof *rows, by_id);
    }
    for (size_t i = 0; i < table->count; i++) {
        bool is_last = i + 1 == table->count ||
                       ls_naive_value_order(&rows[i].id, &rows[i + 1].id) != 0;
        if (!is_last && by_id(&rows[i], &rows[i + 1]) == 0) {
            return ls_error_set(err, LS_E_DATA, "two rows have the id `%.*s` (P11)",
                                (int)rows[i].id.size, (const char *)rows[i].id.bytes);
        }
        if (is_last && !rows[i].never) {
            rows[kept++] = rows[i];
        }
    }
    table->count = kept;
    if (kept) {
        qsort(rows, kept, sizeof *rows, by_key);
    }
    for (size_t i = 1; i < kept && !table->spec->happens; i++) {
        if (ls_naive_value_order(&rows[i - 1].key, &rows[i].key) == 0 &&
            (!rows[i].has_begin || ls_naive_row_holds(&rows[i - 1], rows[i].begin))) {
            return ls_error_set(err, LS_E_DATA, "two rows of the key `%.*s` hold at once (P11)",
                                (int)rows[i].key.size, (const char *)rows[i].key.bytes);
        }
    }
    return 0;
}

/* ---- reading */

static int read_row(const struct ls_avro_file *file, const struct naive_columns *columns,
                    struct ls_arena *arena, struct naive_value **out, struct ls_error *err)
{
    *out = ls_arena_new(arena, columns->count, sizeof **out, err);
    int rc = *out ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < columns->count; i++) {
        avro_value_t field;
        if (avro_value_get_by_name(&file->value, columns->items[i].written, &field, NULL) != 0) {
            return ls_error_set(err, LS_E_DATA, "there is no field `%s`",
                                columns->items[i].written);
        }
        rc = ls_naive_value_of(&field, &columns->items[i], arena, &(*out)[i], err);
    }
    return rc;
}

static int read_avro(struct naive_world *world, const struct naive_table *table, const char *path,
                     struct naive_value ***rows, size_t *count, struct ls_error *err)
{
    struct ls_avro_file file;
    size_t capacity = 0;
    int rc = ls_avro_file_open(path, &file, err);
    if (rc < 0) {
        return rc;
    }
    while ((rc = ls_avro_file_next(&file, err)) == 1) {
        rc = ls_mem_grow(rows, &capacity, *count + 1, sizeof **rows, err);
        rc = rc < 0 ? rc : read_row(&file, &table->columns, &world->arena, &(*rows)[*count], err);
        if (rc < 0) {
            break;
        }
        ++*count;
    }
    ls_avro_file_close(&file);
    return rc;
}

static int load_table(struct naive_world *world, struct naive_table *table, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct naive_value **rows = NULL;
    const char *name = table->spec->path;
    int rc = ls_naive_table_columns(table->spec, &world->arena, &table->columns, err);
    if (rc == 0 && name) {
        rc = ls_naive_csv_read(name, &table->columns, &world->arena, &rows, &table->count, err);
    } else if (rc == 0) {
        name = ls_arena_printf(&world->arena, err, "%s.avro", table->spec->key);
        rc = name ? ls_path_join(path, world->job->reference, name, err) : err->code;
        name = path;
        rc = rc < 0 ? rc : read_avro(world, table, path, &rows, &table->count, err);
    }
    if (rc == 0) {
        table->rows = ls_arena_new(&world->arena, table->count, sizeof *table->rows, err);
        rc = table->rows ? 0 : err->code;
    }
    for (size_t i = 0; rc == 0 && i < table->count; i++) {
        describe(table, rows[i], i, &table->rows[i]);
    }
    ls_mem_free(rows);
    if (rc == 0 && world->scope.as_of) {
        forget_later(table, *world->scope.as_of);
    }
    rc = rc < 0 ? rc : keep_in_force(table, err);
    return rc < 0 && name ? ls_error_prefix(err, "%s", name) : rc;
}

int ls_naive_tables_load(struct naive_world *world, struct ls_error *err)
{
    const struct ls_spec_reference *specs = world->spec->reference.items;
    world->table_count = world->spec->reference.count;
    world->tables = ls_arena_new(&world->arena, world->table_count, sizeof *world->tables, err);
    int rc = world->tables ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < world->table_count; i++) {
        world->tables[i].spec = &specs[i];
        rc = load_table(world, &world->tables[i], err);
    }
    return rc;
}

/* ---- asking */

const struct naive_table *ls_naive_table(const struct naive_world *world, const char *name)
{
    for (size_t i = 0; i < world->table_count; i++) {
        if (strcmp(world->tables[i].spec->key, name) == 0) {
            return &world->tables[i];
        }
    }
    return NULL;
}

static int against_key(const void *key, const void *row)
{
    return ls_naive_value_order(key, &((const struct naive_row *)row)->key);
}

const struct naive_row *ls_naive_table_rows(const struct naive_table *table,
                                            const struct naive_value *key, size_t *count)
{
    const struct naive_value text = {.bytes = key->bytes, .size = key->size};
    const struct naive_row *end = table->rows + table->count;
    const struct naive_row *first = key->is_null || !table->count
                                        ? NULL
                                        : bsearch(&text, table->rows, table->count,
                                                  sizeof *table->rows, against_key);
    for (*count = 0; first && first > table->rows && against_key(&text, first - 1) == 0;) {
        first--;
    }
    while (first && first + *count < end && against_key(&text, first + *count) == 0) {
        ++*count;
    }
    return first;
}
