#include "pipeline/record/normalize.h"

#include "core/base/mutant.h"
#include "pipeline/record/plan_internal.h"

#include <stdio.h>
#include <string.h>

/* One `set` while it is planned. */
struct step {
    struct planner *p;
    const struct ls_spec_normalize *spec;
    struct ls_record_set *set;
    struct ls_normal_column *column;                                 /* what comes of it */
    const char *names[LS_RECORD_CELLS_MAX + LS_SPEC_FIELDS_MAX + 2]; /* for did-you-mean */
};

static struct ls_where place(const struct step *s, const void *member)
{
    return ls_spec_place(s->p->spec, member, s->spec->where);
}

/* ---- cells */

/* A cell of the step's own; LS_RECORD_CELLS_MAX, and the problem noted, when there is none left. */
static size_t new_cell(struct planner *p, struct ls_where where)
{
    if (p->topic->cell_count == LS_RECORD_CELLS_MAX) {
        PROBLEM(p, "LS2010", where, "leave out what nobody reads",
                "a topic has at most %d columns and steps", LS_RECORD_CELLS_MAX);
        return LS_RECORD_CELLS_MAX;
    }
    return p->topic->cell_count++;
}

/* The field that a step names, where it is of a type that fits; NULL, and the problem noted. */
static const struct ls_normal_column *find_field(struct step *s, const char *name,
                                                 struct ls_where where, unsigned types,
                                                 const char *what, const char *hint)
{
    const struct ls_normal_column *column = ls_plan_column(s->p->topic, name);
    char suggestion[LS_SUGGEST_MAX];
    if (!column) {
        PROBLEM(s->p, "LS2301", where, ls_normal_suggest(s->p->topic, name, suggestion),
                "there is no field `%s` %s", name, what);
        return NULL;
    }
    if (!(types >> column->type & 1)) {
        PROBLEM(s->p, "LS2301", where, hint, "`%s` is of type %s: no field %s", name,
                ls_field_type_words[column->type], what);
        return NULL;
    }
    return column;
}

#define TYPE(t) (1U << LS_FIELD_##t)
#define TEXTS   (TYPE(STRING) | TYPE(ENUM) | TYPE(UUID))
#define TIMES   (TYPE(TIMESTAMP) | TYPE(DATE))
#define LOCALS  (TYPE(LOCAL_TIMESTAMP) | TYPE(TIMESTAMP))
#define WHOLES  (TYPE(INT) | TYPE(LONG))
#define NUMBERS (WHOLES | TYPE(MONEY) | TYPE(DECIMAL))

/* ---- look-ups */

/* Table, key, and the time where the table has times. */
static bool plan_rows(struct step *s, const struct ls_spec_reference *table, const char *const *key,
                      const char *const *at, bool has_time)
{
    struct ls_record_lookup *out = &s->set->lookup;
    out->table = ls_reference_find(s->p->plan->reference, table->key);
    out->at_cell = LS_COLUMN_LACKING;
    const struct ls_normal_column *field = find_field(
        s, *key, place(s, key), TEXTS, "to look up with",
        "name the field that holds a key of the table");
    if (!field) {
        return false;
    }
    out->key_cell = field->cell;
    if (has_time) {
        field = find_field(s, *at && !LS_MUTANT(AT_IGNORED) ? *at : "event_time", place(s, at),
                           TIMES, "with the time to look up at",
                           "name a field of type timestamp or date");
        out->at_cell = field ? field->cell : 0;
        out->at_type = field ? (int)field->type : 0;
    }
    return field != NULL;
}

/* The cell for a column of the step's table; LS_RECORD_CELLS_MAX when there is none left. */
static size_t take_column(struct step *s, size_t column)
{
    struct ls_record_lookup *lookup = &s->set->lookup;
    for (size_t i = 0; i < lookup->take_count; i++) {
        if (lookup->takes[i].column == column) {
            return lookup->takes[i].cell;
        }
    }
    size_t cell = new_cell(s->p, s->spec->where);
    lookup->takes[lookup->take_count++] = (struct ls_record_take){column, cell};
    return cell;
}

/* As a field of a record: an enum is its text, and there may be no such row. */
static struct ls_normal_column as_column(const struct ls_spec_field *field)
{
    return (struct ls_normal_column){
        .type = field->type == LS_FIELD_ENUM ? LS_FIELD_STRING : (enum ls_field_type)field->type,
        .scale = field->scale,
        .precision = (unsigned)field->precision,
        .nullable = true};
}

static bool plan_lookup_of(struct step *s)
{
    const struct ls_spec_lookup *lookup = s->spec->lookup;
    size_t most = lookup->reference->field_count;
    s->set->lookup.takes = ls_arena_new(&s->p->plan->arena, most, sizeof *s->set->lookup.takes,
                                        s->p->err);
    return s->set->lookup.takes && plan_rows(s, lookup->reference, &lookup->key, &lookup->at,
                                             lookup->reference->valid.count > 0);
}

static bool plan_lookup(struct step *s)
{
    const struct ls_spec_reference *table = s->spec->lookup->reference;
    size_t column = ls_spec_table_column(table, s->spec->lookup->take);
    if (!plan_lookup_of(s)) {
        return false;
    }
    s->set->lookup.takes[s->set->lookup.take_count++] = (struct ls_record_take){column,
                                                                                s->set->cell};
    struct ls_normal_column taken = as_column(table->fields[column]);
    s->column->type = taken.type;
    s->column->scale = taken.scale;
    s->column->precision = taken.precision;
    s->column->nullable = true;
    return true;
}

/* ---- expressions: names are fields as the steps before left them, and TABLE.COLUMN of the step's
 * own look-up */

static bool step_symbol(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct step *s = context;
    const struct ls_normal_column *column = ls_plan_column(s->p->topic, name);
    if (column) {
        ls_normal_symbol_of(column, (unsigned)column->cell, symbol);
        return true;
    }
    const struct ls_spec_reference *table = s->spec->lookup ? s->spec->lookup->reference : NULL;
    size_t size = table ? strlen(table->key) : 0;
    if (!table || strncmp(name, table->key, size) != 0 || name[size] != '.') {
        return false;
    }
    size_t at = ls_spec_table_column(table, name + size + 1);
    if (at == LS_COLUMN_LACKING) {
        return false;
    }
    struct ls_normal_column taken = as_column(table->fields[at]);
    size_t cell = take_column(s, at);
    ls_normal_symbol_of(&taken, (unsigned)cell, symbol);
    return cell < LS_RECORD_CELLS_MAX;
}

static const char *step_suggest(const void *context, const char *name, char buffer[LS_SUGGEST_MAX])
{
    const struct step *s = context;
    return ls_suggest(name, s->names, buffer);
}

/* What an expression can name. */
static bool list_names(struct step *s)
{
    const struct ls_topic_plan *topic = s->p->topic;
    const struct ls_spec_reference *table = s->spec->lookup ? s->spec->lookup->reference : NULL;
    size_t count = 0;
    for (size_t i = 0; i < topic->column_count; i++) {
        s->names[count++] = topic->columns[i].name;
    }
    for (size_t i = 0; table && i < table->field_count; i++) {
        s->names[count] = ls_arena_printf(&s->p->plan->arena, s->p->err, "%s.%s", table->key,
                                          table->fields[i]->name);
        if (!s->names[count++]) {
            return false;
        }
    }
    s->names[count] = NULL;
    return true;
}

static bool plan_scale(struct step *s, const struct ls_expr *expr)
{
    bool scaled = ls_spec_normalize_scaled(s->spec);
    unsigned scale = ls_expr_scale(expr);
    unsigned wanted = scaled ? (unsigned)s->spec->scale : scale;
    if (wanted != 0 && wanted != 2) {
        PROBLEM(s->p, "LS2302",
                ls_spec_place(s->p->spec, &s->spec->scale, place(s, &s->spec->expr)),
                "add `scale: 2` (money) or `scale: 0` (a whole number)",
                "the result has %u decimal place%s", wanted, wanted == 1 ? "" : "s");
        return false;
    }
    s->column->type = wanted == 2 ? LS_FIELD_MONEY : LS_FIELD_LONG;
    s->column->scale = wanted;
    s->set->divide = scale > wanted ? ls_pow10(scale - wanted) : 1;
    s->set->multiply = scale < wanted ? ls_pow10(wanted - scale) : 1;
    return true;
}

static bool plan_expression(struct step *s)
{
    static const enum ls_field_type types[] = {[LS_EXPR_BOOLEAN] = LS_FIELD_BOOLEAN,
                                               [LS_EXPR_NUMBER] = LS_FIELD_LONG,
                                               [LS_EXPR_TEXT] = LS_FIELD_STRING,
                                               [LS_EXPR_TIME] = LS_FIELD_TIMESTAMP};
    bool scaled = ls_spec_normalize_scaled(s->spec);
    struct ls_expr_scope scope = {step_symbol, step_suggest, s};
    struct ls_expr *expr;
    if ((s->spec->lookup && !plan_lookup_of(s)) || !list_names(s) ||
        ls_expr_compile(s->spec->expr, place(s, &s->spec->expr), scaled ? (int)s->spec->scale : -1,
                        &scope, &s->p->plan->arena, s->p->diag, &expr, s->p->err) < 0 ||
        !expr) {
        return false;
    }
    s->set->expr = expr;
    s->set->divide = s->set->multiply = 1;
    s->column->type = types[ls_expr_type(expr)];
    s->column->nullable = ls_expr_nullable(expr);
    return ls_expr_type(expr) != LS_EXPR_NUMBER || plan_scale(s, expr);
}

/* ---- local times */

static int64_t reach_of(const struct ls_reference_table *table, size_t column)
{
    int64_t reach = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct ls_cell *cell = &table->rows[i].cells[column];
        int64_t far = cell->is_null               ? 0
                      : cell->number == INT64_MIN ? INT64_MAX
                      : cell->number < 0          ? -cell->number
                                                  : cell->number;
        reach = far > reach ? far : reach;
    }
    return reach;
}

static bool plan_utc(struct step *s)
{
    const struct ls_spec_normalize *spec = s->spec;
    const struct ls_normal_column *local = find_field(s, spec->to_utc, place(s, &spec->to_utc),
                                                      LOCALS, "that `to_utc` takes",
                                                      "name a field of type local_timestamp");
    if (!local) {
        return false;
    }
    s->set->from_cell = local->cell;
    s->column->type = LS_FIELD_TIMESTAMP;
    s->column->nullable = true;
    if (spec->zone) {
        const struct ls_spec_reference *table = spec->zone->reference;
        bool sound = plan_rows(s, table, &spec->zone->key, &spec->zone->at, false);
        s->set->offset_column = ls_spec_table_column(table, spec->zone->take);
        s->set->reach_ms = sound ? reach_of(s->set->lookup.table, s->set->offset_column) : 0;
        return sound;
    }
    const struct ls_normal_column *offset = find_field(s, spec->offset, place(s, &spec->offset),
                                                       WHOLES, "with an offset",
                                                       "name a field of type int or long: "
                                                       "milliseconds that local time is ahead");
    s->set->offset_cell = offset ? offset->cell : 0;
    s->column->nullable = local->nullable || (offset && offset->nullable);
    return offset != NULL;
}

/* ---- adjustments */

static bool plan_adjusted(struct step *s)
{
    const struct ls_spec_normalize *spec = s->spec;
    const struct ls_spec_reference *table = spec->by->reference;
    const struct ls_normal_column *from = find_field(s, spec->adjust, place(s, &spec->adjust),
                                                     NUMBERS, "to adjust",
                                                     "name a field of type money, decimal, int or "
                                                     "long");
    if (!from || !plan_rows(s, table, &spec->by->key, &spec->by->at, true)) {
        return false;
    }
    const struct ls_spec_field as_field = {.type = (int)from->type,
                                           .precision = (int64_t)from->precision};
    ls_spec_field_limits(&as_field, &s->set->low, &s->set->high);
    s->set->from_cell = from->cell;
    for (size_t k = 0; k < 2; k++) {
        s->set->factor_columns[k] = ls_spec_table_column(table, spec->by->factor.items[k]);
    }
    s->column->type = from->type;
    s->column->scale = from->scale;
    s->column->precision = from->precision;
    s->column->nullable = true;
    return true;
}

/* ---- steps */

static bool says_expr(const struct ls_spec_normalize *step)
{
    return step->expr;
}

static bool says_lookup(const struct ls_spec_normalize *step)
{
    return step->lookup;
}

static bool says_to_utc(const struct ls_spec_normalize *step)
{
    return step->to_utc;
}

static bool says_adjust(const struct ls_spec_normalize *step)
{
    return step->adjust;
}

/* The functions of the language. The first that a step says is its own: an expression may have a
 * look-up beside it. */
static const struct function {
    bool (*is)(const struct ls_spec_normalize *step);
    bool (*plan)(struct step *s);
    bool (*evaluate)(const struct ls_record_set *set, struct ls_cell *cells);
} functions[] = {
    {says_expr, plan_expression, ls_set_expression},
    {says_lookup, plan_lookup, ls_set_lookup},
    {says_to_utc, plan_utc, ls_set_utc},
    {says_adjust, plan_adjusted, ls_set_adjusted},
};

static void drop_column(struct planner *p, const struct ls_spec_normalize *step)
{
    struct ls_topic_plan *topic = p->topic;
    struct ls_normal_column *column = ls_plan_column(topic, step->drop);
    char hint[LS_SUGGEST_MAX];
    if (!column || column < topic->columns + LS_COLUMN_PAYLOAD) {
        PROBLEM(p, "LS2301", ls_spec_place(p->spec, &step->drop, step->where),
                column ? "leave the step out: every dataset has the fields of the envelope"
                       : ls_normal_suggest(topic, step->drop, hint),
                column ? "`%s` belongs to the envelope and stays"
                       : "there is no field `%s` to drop",
                step->drop);
        return;
    }
    size_t behind = (size_t)(topic->columns + topic->column_count - column - 1);
    memmove(column, column + 1, behind * sizeof *column);
    topic->column_count--;
}

/* Adds the column, or puts it in place of the one of its name. */
static int keep_column(struct planner *p, const struct ls_spec_normalize *step,
                       struct ls_normal_column column)
{
    struct ls_topic_plan *topic = p->topic;
    if (column.type == LS_FIELD_MONEY) {
        column.column_name = ls_arena_printf(&p->plan->arena, p->err, "%s_cents", step->set);
        if (!column.column_name) {
            return p->err->code;
        }
    }
    struct ls_normal_column *known = ls_plan_column(topic, step->set);
    for (size_t i = 0; i < topic->column_count; i++) {
        const struct ls_normal_column *other = &topic->columns[i];
        if (other != known && strcmp(other->column_name, column.column_name) == 0) {
            PROBLEM(p, "LS2001", ls_spec_place(p->spec, &step->set, step->where),
                    "choose another name, or drop that one first",
                    "`%s` is the column of `%s` in the dataset", column.column_name, other->name);
        }
    }
    *(known ? known : &topic->columns[topic->column_count++]) = column;
    return 0;
}

/* False when the step is wrong, or memory was refused. */
static bool set_column(struct planner *p, const struct ls_spec_normalize *spec)
{
    struct ls_record_set set = {.field = spec->set, .cell = new_cell(p, spec->where)};
    struct ls_normal_column column = {
        .name = spec->set, .column_name = spec->set, .cell = set.cell};
    struct step s = {.p = p, .spec = spec, .set = &set, .column = &column};
    const struct function *function = functions;
    while (!function->is(spec)) {
        function++;
    }
    set.evaluate = function->evaluate;
    if (set.cell == LS_RECORD_CELLS_MAX || !function->plan(&s)) {
        return false;
    }
    p->topic->sets[p->topic->set_count++] = set;
    return keep_column(p, spec, column) == 0;
}

/* ---- what a wrong step would have set is missing to those behind it, which are not asked: one
 * mistake is told once */

static bool is_word(char c)
{
    return ls_is_name(&c, 1) || (c >= '0' && c <= '9');
}

/* Does the text name the field? */
static bool mentions(const char *text, const char *name)
{
    size_t size = strlen(name);
    const char *at = text ? strstr(text, name) : NULL;
    while (at && ((at > text && is_word(at[-1])) || is_word(at[size]))) {
        at = strstr(at + 1, name);
    }
    return at != NULL;
}

static bool leans_on(const struct ls_spec_normalize *step, const char *name)
{
    const struct ls_spec_lookup *lookup = step->lookup ? step->lookup : step->zone;
    const char *const texts[] = {step->expr,
                                 step->drop,
                                 step->to_utc,
                                 step->offset,
                                 step->adjust,
                                 lookup ? lookup->key : NULL,
                                 lookup ? lookup->at : NULL,
                                 step->by ? step->by->key : NULL,
                                 step->by ? step->by->at : NULL};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (mentions(texts[i], name)) {
            return true;
        }
    }
    return false;
}

/* Does the step name a field that a wrong step before it, one of `lost`, would have set? */
static bool leans_on_lost(const struct planner *p, const struct ls_spec_normalize *step,
                          const char *const *lost, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!ls_normal_column(p->topic, lost[i]) && leans_on(step, lost[i])) {
            return true;
        }
    }
    return false;
}

int ls_plan_steps(struct planner *p)
{
    const struct ls_items *steps = p->topic->type->normalize;
    size_t count = steps ? steps->count : 0;
    size_t lost_count = 0;
    p->topic->sets = ls_arena_new(&p->plan->arena, count, sizeof *p->topic->sets, p->err);
    const char **lost = p->topic->sets ? ls_arena_new(&p->plan->arena, count, sizeof *lost, p->err)
                                       : NULL;
    for (size_t i = 0; lost && p->err->code == 0 && i < count; i++) {
        const struct ls_spec_normalize *step = &((const struct ls_spec_normalize *)steps->items)[i];
        bool skipped = leans_on_lost(p, step, lost, lost_count);
        if (step->drop && !skipped) {
            drop_column(p, step);
        } else if (step->set && (skipped || !set_column(p, step))) {
            lost[lost_count++] = step->set;
        }
    }
    return p->err->code;
}
