/* Reference tables, and what normalize steps take from them. */
#include "spec/resolve_internal.h"

#include <stdio.h>
#include <string.h>

static const char *reference_name_at(const void *things, size_t i)
{
    return ((const struct ls_spec_reference *)things)[i].key;
}

const struct ls_spec_reference *ls_resolve_reference(struct resolver *r, const char *const *name,
                                                     struct ls_where otherwise)
{
    const struct ls_spec_reference *table = ls_spec_reference(r->spec, *name);
    if (!table) {
        PROBLEM(r, "LS2014", ls_spec_place(r->spec, name, otherwise),
                ls_resolve_suggest_reference(r, *name, (char[LS_SUGGEST_MAX]){0}),
                "there is no reference table `%s`", *name);
    }
    return table;
}

const char *ls_resolve_suggest_reference(const struct resolver *r, const char *word,
                                         char buffer[LS_SUGGEST_MAX])
{
    const char *known = ls_resolve_suggest(word, reference_name_at, r->spec->reference.items,
                                           r->spec->reference.count, buffer);
    return known ? known : "declare one under `reference`";
}

static const char *column_name_at(const void *things, size_t i)
{
    return ((const struct ls_spec_field *const *)things)[i]->name;
}

static const char *suggest_column(const struct ls_spec_reference *table, const char *name,
                                  char buffer[LS_SUGGEST_MAX])
{
    return ls_resolve_suggest(name, column_name_at, table->fields, table->field_count, buffer);
}

/* ---- columns */

/* Those of a file. */
static int resolve_columns(struct resolver *r, struct ls_spec_reference *table)
{
    static const enum ls_field_type types[] = {LS_FIELD_STRING,    LS_FIELD_INT,   LS_FIELD_LONG,
                                               LS_FIELD_BOOLEAN,   LS_FIELD_MONEY, LS_FIELD_DECIMAL,
                                               LS_FIELD_TIMESTAMP, LS_FIELD_DATE};
    struct ls_spec_column *columns = table->columns.items;
    if (table->columns.count == 0 || table->columns.count > LS_SPEC_FIELDS_MAX) {
        PROBLEM(r, "LS2034", ls_spec_place(r->spec, &table->columns, table->where),
                "add `columns: [{name: currency, type: string}, ...]`",
                "a table that is a file has 1 to %d `columns`, this one %zu", LS_SPEC_FIELDS_MAX,
                table->columns.count);
        return 0;
    }
    table->fields = ls_arena_new(&r->spec->arena, table->columns.count, sizeof *table->fields,
                                 r->err);
    for (size_t i = 0; table->fields && i < table->columns.count; i++) {
        struct ls_spec_field *field = &columns[i].field;
        field->is_column = true;
        field->type = (int)types[columns[i].type_word];
        field->column_name = field->name;
        field->is_nullable = true;
        ls_resolve_digits(r, field);
        if (ls_spec_table_column(table, field->name) != LS_COLUMN_LACKING) {
            PROBLEM(r, "LS2001", ls_spec_place(r->spec, &field->name, field->where),
                    "declare it once", "there is a column `%s` already", field->name);
        }
        table->fields[table->field_count++] = field;
    }
    return table->fields ? 0 : r->err->code;
}

/* What the column with a population's ids is called: as `key` or `id` say where that is no
 * attribute; NULL: neither is, and there is none. */
static const char *const *own_ids_of(const struct ls_spec_reference *table)
{
    return !ls_spec_attribute(table->entity, table->key_column)        ? &table->key_column
           : table->id && !ls_spec_attribute(table->entity, table->id) ? &table->id
                                                                       : NULL;
}

/* The ids of a population, and its attributes. */
static int resolve_attributes(struct resolver *r, struct ls_spec_reference *table)
{
    const struct ls_spec_field *attributes = table->entity->attributes.items;
    size_t count = table->entity->attributes.count;
    const char *const *own = own_ids_of(table);
    struct ls_spec_field *ids = ls_arena_new(&r->spec->arena, 1, sizeof *ids, r->err);
    table->fields = ids ? ls_arena_new(&r->spec->arena, count + 1, sizeof *table->fields, r->err)
                        : NULL;
    if (!table->fields) {
        return r->err->code;
    }
    if (own) {
        *ids = (struct ls_spec_field){
            .name = *own, .column_name = *own, .type = LS_FIELD_STRING, .where = table->where};
        table->has_own_ids = true;
        table->fields[table->field_count++] = ids;
    }
    for (size_t k = 0; k < count; k++) {
        const char *column = attributes[k].column_name; /* NULL of one too many */
        if (own && column && strcmp(column, *own) == 0) {
            PROBLEM(r, "LS2001", ls_spec_place(r->spec, own, table->where),
                    "choose another name for the ids, or name the attribute as the spec does",
                    "`%s` is the column of an attribute of %s", *own, table->entity->key);
        }
        table->fields[table->field_count++] = &attributes[k];
    }
    return 0;
}

/* ---- what the columns are to the table */

static bool is_time(int type)
{
    return type == LS_FIELD_TIMESTAMP || type == LS_FIELD_DATE;
}

static bool is_text(int type)
{
    return type == LS_FIELD_STRING || type == LS_FIELD_ENUM || type == LS_FIELD_UUID;
}

static void resolve_role(struct resolver *r, struct ls_spec_reference *table, const char *word,
                         enum ls_table_role role, const char *name, struct ls_where where)
{
    if (!name) {
        return;
    }
    bool wants_text = role == LS_TABLE_KEY || role == LS_TABLE_ID;
    char hint[LS_SUGGEST_MAX];
    size_t at = ls_spec_table_column(table, name);
    if (at == LS_COLUMN_LACKING) {
        PROBLEM(r, "LS2034", where, suggest_column(table, name, hint),
                "`%s` names no column of the table `%s`: `%s`", word, table->key, name);
        return;
    }
    int type = table->fields[at]->type;
    if (wants_text ? !is_text(type) : !is_time(type)) {
        PROBLEM(r, "LS2034", where,
                wants_text ? "name a column of type string" : "name a column of type timestamp",
                "`%s` needs a %s, `%s` is of type %s", word, wants_text ? "text" : "time", name,
                ls_field_type_words[type]);
        return;
    }
    table->roles[role] = at;
}

static void resolve_roles(struct resolver *r, struct ls_spec_reference *table)
{
    const struct {
        const char *word;
        enum ls_table_role role;
        const char *const *name;
    } roles[] = {{"key", LS_TABLE_KEY, &table->key_column},
                 {"happens", LS_TABLE_HAPPENS, &table->happens},
                 {"known", LS_TABLE_KNOWN, &table->known},
                 {"id", LS_TABLE_ID, &table->id}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        resolve_role(r, table, roles[i].word, roles[i].role, *roles[i].name,
                     ls_spec_place(r->spec, roles[i].name, table->where));
    }
    if (!table->id) {
        table->roles[LS_TABLE_ID] = table->roles[LS_TABLE_KEY];
    }
    for (size_t k = 0; k < table->valid.count && table->valid.count == 2; k++) {
        resolve_role(r, table, "valid", k ? LS_TABLE_TO : LS_TABLE_FROM, table->valid.items[k],
                     table->valid.where[k]);
    }
}

static void check_validity(struct resolver *r, const struct ls_spec_reference *table)
{
    struct ls_where where = ls_spec_place(r->spec, &table->valid, table->where);
    if (table->valid.count && table->valid.count != 2) {
        PROBLEM(r, "LS2034", where, "write `valid: [valid_from, valid_to]`",
                "`valid` needs two columns, and has %zu", table->valid.count);
    }
    if (table->valid.count && table->happens) {
        PROBLEM(r, "LS2034", ls_spec_place(r->spec, &table->happens, table->where),
                "leave one of them out",
                "rows hold for a time (`valid`) or happen at one "
                "(`happens`), not both");
    }
    if ((table->valid.count || table->happens) && !table->id) {
        PROBLEM(r, "LS2034", table->where, "add `id: row_id`",
                "a key may have several rows, so `id` has to say which are one row, restated");
    }
}

static int resolve_source(struct resolver *r, struct ls_spec_reference *table)
{
    if (!table->from == !table->file) {
        PROBLEM(r, "LS2034", table->where,
                table->from ? "leave one of them out"
                            : "write `from: entities.product`, or `file: reference/fx.csv`",
                "a reference table is either made from a population (`from`) or given (`file`)");
        return 0;
    }
    if (table->file) {
        bool absolute = *table->file == '/';
        table->path = ls_arena_printf(&r->spec->arena, r->err, "%s%s",
                                      absolute ? "" : r->spec->folder, table->file);
        return table->path ? resolve_columns(r, table) : r->err->code;
    }
    if (table->columns.count) {
        PROBLEM(r, "LS2034", ls_spec_place(r->spec, &table->columns, table->where), "leave it out",
                "the columns of a population are its attributes");
    }
    if (strncmp(table->from, "entities.", 9) != 0) {
        char hint[LS_SUGGEST_MAX];
        bool entity = ls_spec_entity(r->spec, table->from) != NULL;
        snprintf(hint, sizeof hint, "did you mean `entities.%s`?", table->from);
        PROBLEM(r, "LS2014", ls_spec_place(r->spec, &table->from, table->where),
                entity ? hint : "write `from: entities.product`, say", "`%s` names no population",
                table->from);
        return 0;
    }
    table->entity = ls_resolve_entity(r, table->from + 9, &table->from, table->where);
    return table->entity ? resolve_attributes(r, table) : 0;
}

int ls_resolve_references(struct resolver *r)
{
    struct ls_spec_reference *tables = r->spec->reference.items;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->spec->reference.count; i++) {
        for (int role = 0; role < LS_TABLE_ROLES; role++) {
            tables[i].roles[role] = LS_COLUMN_LACKING;
        }
        rc = resolve_source(r, &tables[i]);
        if (rc == 0 && tables[i].field_count) {
            check_validity(r, &tables[i]);
            resolve_roles(r, &tables[i]);
        }
    }
    return rc;
}

/* ---- normalize steps */

/* A column that a step names; LS_COLUMN_LACKING, and the problem noted, when there is none. */
static size_t find_column(struct resolver *r, const struct ls_spec_reference *table,
                          const char *name, struct ls_where where)
{
    char hint[LS_SUGGEST_MAX];
    size_t at = ls_spec_table_column(table, name);
    if (at == LS_COLUMN_LACKING) {
        PROBLEM(r, "LS2016", where, suggest_column(table, name, hint),
                "the table `%s` has no column `%s`", table->key, name);
    }
    return at;
}

/* A table whose columns are known, or NULL. */
static const struct ls_spec_reference *find_table(struct resolver *r, const char *const *name,
                                                  struct ls_where otherwise)
{
    const struct ls_spec_reference *table = ls_resolve_reference(r, name, otherwise);
    return table && table->field_count ? table : NULL;
}

void ls_resolve_lookup(struct resolver *r, struct ls_spec_lookup *lookup, bool with_expr)
{
    const struct ls_spec_reference *table = find_table(r, &lookup->table, lookup->where);
    lookup->reference = table;
    if (!lookup->take != with_expr) {
        PROBLEM(r, "LS2016",
                with_expr ? ls_spec_place(r->spec, &lookup->take, lookup->where) : lookup->where,
                with_expr ? "leave it out: the expression names what it takes, as TABLE.COLUMN"
                          : "add `take: category`, say",
                with_expr ? "`take` stands beside an `expr`" : "a look-up needs `take`");
        return;
    }
    if (table && table->happens && !table->valid.count) {
        PROBLEM(r, "LS2016", ls_spec_place(r->spec, &lookup->table, lookup->where),
                "let the table say `valid`, or use it in `adjust`",
                "rows of `%s` happen at a time, and none of them holds for a record", table->key);
        return;
    }
    if (table && lookup->take) {
        find_column(r, table, lookup->take, ls_spec_place(r->spec, &lookup->take, lookup->where));
    }
    if (table && lookup->at && !table->valid.count) {
        PROBLEM(r, "LS2016", ls_spec_place(r->spec, &lookup->at, lookup->where),
                "leave it out, or let the table say `valid: [FROM, TO]`",
                "rows of `%s` hold always: there is nothing to look up at a time", table->key);
    }
}

void ls_resolve_zone(struct resolver *r, struct ls_spec_lookup *zone)
{
    if (zone->at) {
        PROBLEM(r, "LS2016", ls_spec_place(r->spec, &zone->at, zone->where), "leave it out",
                "the local time says at which time the row of a `zone` holds");
        return;
    }
    int errors = r->diag->errors;
    ls_resolve_lookup(r, zone, false);
    const struct ls_spec_reference *table = zone->reference;
    if (!table || r->diag->errors > errors) {
        return;
    }
    const struct ls_spec_field *taken = table->fields[ls_spec_table_column(table, zone->take)];
    if (!table->valid.count) {
        PROBLEM(r, "LS2016", ls_spec_place(r->spec, &zone->table, zone->where),
                "let the table say `valid: [FROM, TO]`, in UTC, or look up an `offset` first",
                "rows of `%s` hold always: a zone's offset changes", table->key);
    } else if (taken->type != LS_FIELD_INT && taken->type != LS_FIELD_LONG) {
        PROBLEM(r, "LS2016", ls_spec_place(r->spec, &zone->take, zone->where),
                "name a column of type int or long: milliseconds that local time is ahead",
                "an offset is a whole number, `%s` is of type %s", zone->take,
                ls_field_type_words[taken->type]);
    }
}

static void resolve_factor(struct resolver *r, const struct ls_spec_adjust *by)
{
    struct ls_where where = ls_spec_place(r->spec, &by->factor, by->where);
    if (by->factor.count != 2) {
        PROBLEM(r, "LS2016", where, "write `factor: [numerator, denominator]`",
                "`factor` needs two columns, and has %zu", by->factor.count);
        return;
    }
    for (size_t k = 0; k < 2; k++) {
        size_t at = find_column(r, by->reference, by->factor.items[k], by->factor.where[k]);
        int type = at == LS_COLUMN_LACKING ? LS_FIELD_LONG : by->reference->fields[at]->type;
        if (type != LS_FIELD_INT && type != LS_FIELD_LONG) {
            PROBLEM(r, "LS2016", by->factor.where[k], "name a column of type int or long",
                    "a factor is of whole numbers, `%s` is of type %s", by->factor.items[k],
                    ls_field_type_words[type]);
        }
    }
}

void ls_resolve_adjust(struct resolver *r, struct ls_spec_adjust *by)
{
    by->reference = find_table(r, &by->table, by->where);
    if (!by->reference) {
        return;
    }
    if (!by->reference->happens) {
        PROBLEM(r, "LS2016", ls_spec_place(r->spec, &by->table, by->where),
                "let the table say `happens: ex_time`",
                "nothing says when what rows of `%s` tell of happens", by->table);
        return;
    }
    resolve_factor(r, by);
}
