/* Reference tables as the pipeline will have them: what contract G7 wants proved of them is proved
 * from their rows. Tables whose rows are simply all entities of a population are known without. */
#include "core/base/mem.h"
#include "generator/plan_internal.h"

#include <stdlib.h>
#include <string.h>

bool ls_plan_table_is_simple(const struct ls_spec_reference *table)
{
    return table->has_own_ids && table->roles[LS_TABLE_KEY] == 0 &&
           table->roles[LS_TABLE_ID] == 0 && !ls_spec_table_has(table, LS_TABLE_FROM) &&
           !ls_spec_table_has(table, LS_TABLE_HAPPENS) && !ls_spec_table_has(table, LS_TABLE_KNOWN);
}

const struct ls_plan_table *ls_plan_table(const struct planner *p,
                                          const struct ls_spec_reference *table)
{
    const struct ls_spec_reference *first = p->spec->reference.items;
    return &p->tables[table - first];
}

/* ---- rows and their cells */

void ls_plan_table_cell(const struct ls_plan_table *table, uint64_t row, size_t column,
                        uint8_t *text, struct ls_cell *out)
{
    const struct ls_plan_entity *entity = table->entity;
    if (!entity) {
        *out = table->file.rows[row].cells[column];
    } else if (table->spec->has_own_ids && column == 0) {
        *out = (struct ls_cell){.bytes = text,
                                .size = (uint32_t)ls_id_write(&entity->id, row, text)};
    } else {
        ls_attribute_value(&entity->attributes[column - table->spec->has_own_ids], row, text, out);
    }
}

#define TEXT_SIZE (LS_OP_TEXT_MAX + LS_OP_SPOILT)

/* The cells that say what a row is to the table; those of texts in room[2]. */
static void role_cells(const struct ls_plan_table *table, uint64_t row, struct ls_cell *cells,
                       uint8_t room[2][TEXT_SIZE])
{
    for (int role = 0; role < LS_TABLE_ROLES; role++) {
        if (ls_spec_table_has(table->spec, (enum ls_table_role)role)) {
            size_t column = table->spec->roles[role];
            ls_plan_table_cell(table, row, column, room[role == LS_TABLE_ID], &cells[column]);
        }
    }
}

static uint64_t place_of(const struct ls_plan_table *table, uint64_t row)
{
    return table->entity ? row : table->file.rows[row].line;
}

/* Why the pipeline would refuse the table. */
static void tell_problem(struct planner *p, const struct ls_plan_table *table,
                         enum ls_dated_problem problem, const struct ls_dated both[2])
{
    struct ls_cell cells[2][LS_SPEC_FIELDS_MAX + 1];
    uint8_t room[2][2][TEXT_SIZE];
    struct ls_error told;
    const struct ls_spec_reference *spec = table->spec;
    const struct ls_cell *const rows[2] = {cells[0], cells[1]};
    const uint64_t places[2] = {place_of(table, both[0].row), place_of(table, both[1].row)};
    for (int k = 0; k < 2; k++) {
        role_cells(table, both[k].row, cells[k], room[k]);
    }
    ls_dated_refuse(spec, problem, rows, places, &told);
    PROBLEM(
        p, "LS2205",
        ls_spec_place(p->spec, spec->file ? (const void *)&spec->file : &spec->from, spec->where),
        spec->file ? "correct the file" : "change the attributes that say so",
        "the table `%s` would be refused: %s", spec->key, told.text);
}

static bool fill_rows(struct planner *p, struct ls_plan_table *table)
{
    uint64_t rows = table->entity ? table->entity->count : table->file.count;
    struct ls_dated both[2];
    table->rows = ls_mem_new((size_t)rows, sizeof *table->rows, p->err);
    if (!table->rows) {
        return false;
    }
    for (; table->count < rows; table->count++) {
        struct ls_cell cells[LS_SPEC_FIELDS_MAX + 1];
        uint8_t room[2][TEXT_SIZE];
        role_cells(table, table->count, cells, room);
        ls_dated_of(table->spec, cells, table->count, &table->rows[table->count]);
        table->rows[table->count].cells = NULL; /* made when they are wanted */
    }
    enum ls_dated_problem problem = ls_dated_in_force(
        table->rows, &table->count, INT64_MAX, ls_spec_table_has(table->spec, LS_TABLE_HAPPENS),
        both);
    if (problem != LS_DATED_FINE) {
        table->count = 0;
        tell_problem(p, table, problem, both);
    }
    return problem == LS_DATED_FINE;
}

/* False where memory was refused, or it cannot be read, which is noted. */
static bool read_file(struct planner *p, struct ls_plan_table *table)
{
    int rc = ls_table_file_read(table->spec, &table->file, p->err);
    if (rc < 0 && rc != LS_E_NOMEM) {
        PROBLEM(p, "LS2034", ls_spec_place(p->spec, &table->spec->file, table->spec->where),
                "correct the file, or what `columns` says of it", "the table cannot be read: %s",
                p->err->text);
        p->err->code = 0;
    }
    return rc == 0;
}

bool ls_plan_tables(struct planner *p)
{
    const struct ls_spec_reference *specs = p->spec->reference.items;
    bool sound = true;
    p->tables = ls_mem_new(p->spec->reference.count, sizeof *p->tables, p->err);
    for (size_t i = 0; p->tables && i < p->spec->reference.count; i++) {
        struct ls_plan_table *table = &p->tables[i];
        table->spec = &specs[i];
        for (size_t e = 0; e < p->plan->entity_count; e++) {
            const struct ls_plan_entity *entity = &p->plan->entities[e];
            table->entity = entity->spec == specs[i].entity ? entity : table->entity;
        }
        if (ls_plan_table_is_simple(&specs[i])) {
            continue;
        }
        if (table->entity && table->entity->count > LS_PLAN_TABLE_ROWS_MAX) {
            PROBLEM(p, "LS2010", ls_spec_place(p->spec, &specs[i].from, specs[i].where),
                    "let the population be smaller, or give the table as a file",
                    "a table whose rows have times, or a key that is an attribute, has at most %d "
                    "rows, `%s` %llu",
                    LS_PLAN_TABLE_ROWS_MAX, specs[i].key, (unsigned long long)table->entity->count);
            sound = false;
            continue;
        }
        bool filled = (table->entity || read_file(p, table)) && fill_rows(p, table);
        sound = sound && filled;
    }
    return sound && p->tables;
}

void ls_plan_tables_free(struct planner *p)
{
    for (size_t i = 0; p->tables && i < p->spec->reference.count; i++) {
        ls_table_file_clear(&p->tables[i].file);
        ls_mem_free(p->tables[i].rows);
    }
    ls_mem_free(p->tables);
    p->tables = NULL;
}

/* ---- what is known of them */

static int by_key(const void *a, const void *b)
{
    const struct ls_id *key = a;
    const struct ls_dated *row = b;
    return key->high != row->key.high ? (key->high > row->key.high ? 1 : -1)
           : key->low != row->key.low ? (key->low > row->key.low ? 1 : -1)
                                      : 0;
}

bool ls_plan_table_knows(const struct ls_plan_table *table, const uint8_t *key, size_t size)
{
    struct ls_id id = ls_id_of(key, size);
    return table->count && bsearch(&id, table->rows, table->count, sizeof *table->rows, by_key);
}

bool ls_plan_table_bounds(const struct ls_plan_table *table, size_t column, int64_t *low,
                          int64_t *high)
{
    const struct ls_spec_field *field = table->spec->fields[column];
    bool own = table->spec->has_own_ids && column == 0;
    if (table->entity) {
        const struct ls_op *op =
            own ? NULL : &table->entity->attributes[column - table->spec->has_own_ids];
        *low = op ? op->low : 0;
        *high = op ? op->high : 0;
        return op && op->bounded;
    }
    bool any = false;
    *low = *high = 1; /* without a value any bounds are right, and 1 divides */
    for (size_t i = 0; i < table->count; i++) {
        const struct ls_cell *cell = &table->file.rows[table->rows[i].row].cells[column];
        if (!cell->is_null) {
            *low = !any || cell->number < *low ? cell->number : *low;
            *high = !any || cell->number > *high ? cell->number : *high;
            any = true;
        }
    }
    return ls_plan_has_bounds((enum ls_field_type)field->type);
}
