/* Contract G7 goes as far as expiry, so it covers the normalize steps: none may fail for a record
 * without a fault. Names mean here what they mean to the pipeline, with the bounds that the
 * generator keeps. A step that does not compile is the pipeline's to report. */
#include "core/base/civil.h"
#include "core/base/mem.h"
#include "generator/plan_internal.h"

#include <string.h>

/* What is known of a column as the steps so far left it. */
struct column {
    const char *name;
    enum ls_field_type type;
    unsigned scale;
    int64_t precision; /* of a decimal */
    bool bounded;
    ls_i128 low, high;
};

struct walk {
    struct planner *p;
    const struct ls_plan_type *type;
    struct ls_diag *diag; /* the pipeline's problems: not shown */
    struct column *columns;
    size_t count;
    const struct ls_spec_lookup *lookup; /* of the step, where it has one */
};

static struct column *find_column(struct walk *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->columns[i].name, name) == 0) {
            return &w->columns[i];
        }
    }
    return NULL;
}

/* What a table's column holds. */
static struct column of_table(const struct walk *w, const struct ls_spec_reference *table,
                              size_t at)
{
    const struct ls_spec_field *field = table->fields[at];
    int64_t low;
    int64_t high;
    bool bounded = ls_plan_table_bounds(ls_plan_table(w->p, table), at, &low, &high);
    return (struct column){.type = field->type == LS_FIELD_ENUM ? LS_FIELD_STRING
                                                                : (enum ls_field_type)field->type,
                           .scale = field->scale,
                           .precision = field->precision,
                           .bounded = bounded,
                           .low = low,
                           .high = high};
}

static bool symbol_of(const struct column *column, struct ls_expr_symbol *symbol)
{
    *symbol = (struct ls_expr_symbol){.type = ls_field_expr_type(column->type),
                                      .scale = column->scale,
                                      .nullable = true,
                                      .bounded = column->bounded,
                                      .low = column->low,
                                      .high = column->high,
                                      .unusable = ls_field_passes_through(column->type)};
    return true;
}

static bool find_symbol(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct walk *w = context;
    const struct column *column = find_column(w, name);
    const struct ls_spec_reference *table = w->lookup ? w->lookup->reference : NULL;
    size_t size = table ? strlen(table->key) : 0;
    if (column || !table || strncmp(name, table->key, size) != 0 || name[size] != '.') {
        return column && symbol_of(column, symbol);
    }
    size_t at = ls_spec_table_column(table, name + size + 1);
    if (at == LS_COLUMN_LACKING) {
        return false;
    }
    struct column taken = of_table(w, table, at);
    return symbol_of(&taken, symbol);
}

static void begin_columns(struct walk *w)
{
    const struct ls_spec_event_type *spec = w->type->spec;
    const struct column envelope[] = {
        {.name = "event_id", .type = LS_FIELD_STRING},
        {"event_time", LS_FIELD_TIMESTAMP, 0, 0, true, LS_TIME_MIN_MS, LS_TIME_MAX_MS},
        {"ingest_time", LS_FIELD_TIMESTAMP, 0, 0, true, LS_TIME_MIN_MS, LS_TIME_MAX_MS},
        {.name = "source", .type = LS_FIELD_STRING},
        {"schema_version", LS_FIELD_INT, 0, 0, true, w->type->version->number,
         w->type->version->number},
        {.name = "entity_id", .type = LS_FIELD_STRING}};
    w->count = LS_COLUMN_PAYLOAD;
    memcpy(w->columns, envelope, sizeof envelope);
    for (size_t i = 0; i < spec->field_count; i++) {
        const struct ls_spec_field *field = spec->fields[i];
        /* where the version lacks it, it is null: any bounds are right, and 1 divides */
        struct column column = {field->name,
                                (enum ls_field_type)field->type,
                                field->scale,
                                field->precision,
                                true,
                                1,
                                1};
        const struct ls_op *op = ls_plan_op_seen(w->type, field);
        if (op) {
            int by = op->cell == w->type->conflict_column; /* one up or one down */
            column.bounded = op->bounded;
            column.low = (ls_i128)op->low - by;
            column.high = (ls_i128)op->high + by;
        }
        w->columns[w->count++] = column;
    }
}

static bool look_up(struct walk *w, const struct ls_spec_normalize *step, struct column *out)
{
    const struct ls_spec_reference *table = step->lookup->reference;
    *out = of_table(w, table, ls_spec_table_column(table, step->lookup->take));
    return true;
}

/* From the expression's scale to the column's, as the pipeline does it. False where the result may
 * leave 64 bits. */
static bool fit(const struct ls_expr *expr, unsigned wanted, struct column *out)
{
    unsigned scale = ls_expr_scale(expr);
    if (!ls_expr_bounds(expr, &out->low, &out->high)) {
        return false;
    }
    if (scale > wanted) {
        out->low = ls_div_half_even(out->low, ls_pow10(scale - wanted));
        out->high = ls_div_half_even(out->high, ls_pow10(scale - wanted));
    } else if (ls_mul_overflows(out->low, ls_pow10(wanted - scale), &out->low) ||
               ls_mul_overflows(out->high, ls_pow10(wanted - scale), &out->high)) {
        return false;
    }
    out->bounded = true;
    return ls_fits_i64(out->low) && ls_fits_i64(out->high);
}

/* A step whose result might be none: false, so that the steps behind it are not asked. */
static bool refuse(struct walk *w, const struct ls_spec_normalize *step, const void *member,
                   const char *why, const char *hint)
{
    PROBLEM(w->p, "LS2202", ls_spec_place(w->p->spec, member, step->where), hint,
            "`%s` of %s may have no value: %s", step->set, w->type->spec->name, why);
    return false;
}

/* False where the step does not compile, or memory was refused. */
static bool calculate(struct walk *w, const struct ls_spec_normalize *step, struct column *out)
{
    static const enum ls_field_type types[] = {[LS_EXPR_BOOLEAN] = LS_FIELD_BOOLEAN,
                                               [LS_EXPR_NUMBER] = LS_FIELD_LONG,
                                               [LS_EXPR_TEXT] = LS_FIELD_STRING,
                                               [LS_EXPR_TIME] = LS_FIELD_TIMESTAMP};
    bool scaled = ls_spec_normalize_scaled(step);
    struct ls_expr_scope scope = {find_symbol, NULL, w};
    struct ls_expr *expr;
    if (ls_expr_compile(step->expr, step->where, scaled ? (int)step->scale : -1, &scope,
                        &w->p->plan->arena, w->diag, &expr, w->p->err) < 0 ||
        !expr) {
        return false;
    }
    enum ls_expr_type type = ls_expr_type(expr);
    unsigned wanted = type != LS_EXPR_NUMBER ? 0
                      : scaled               ? (unsigned)step->scale
                                             : ls_expr_scale(expr);
    bool number = type == LS_EXPR_NUMBER || type == LS_EXPR_TIME;
    *out = (struct column){.type = wanted == 2 ? LS_FIELD_MONEY : types[type], .scale = wanted};
    if (!ls_expr_safe(expr) || (number && !fit(expr, wanted, out))) {
        return refuse(
            w, step, &step->expr, "a divisor of 0, or a number too large",
            "give the fields in it a `min` and a `max` with which no divisor can be 0 and "
            "the result has 18 digits at most");
    }
    return true;
}

/* ---- local times */

static bool read_local(struct walk *w, const struct ls_spec_normalize *step, struct column *out)
{
    const struct column *local = find_column(w, step->to_utc);
    const struct column *field = step->offset ? find_column(w, step->offset) : NULL;
    struct column offset = field ? *field : (struct column){0};
    if (step->zone) {
        const struct ls_spec_reference *table = step->zone->reference;
        offset = of_table(w, table, ls_spec_table_column(table, step->zone->take));
    }
    if (!local || (step->offset && (!field || !ls_field_is_number(field->type)))) {
        return false; /* the pipeline tells */
    }
    *out = (struct column){.type = LS_FIELD_TIMESTAMP,
                           .bounded = true,
                           .low = local->low - offset.high,
                           .high = local->high - offset.low};
    if (!local->bounded || !offset.bounded || !ls_fits_i64(out->low) || !ls_fits_i64(out->high)) {
        return refuse(w, step, &step->to_utc, "a time too far from 1970",
                      "give the fields in it a `min` and a `max`");
    }
    return true;
}

/* ---- adjustments */

static ls_i128 size_of(ls_i128 number)
{
    return number < 0 ? -number : number;
}

/* How much the factors of one key can come to, whichever of them a record sees: products of all
 * above and of all below, and of each as it rounds up where it is above 1. */
struct growth {
    ls_i128 above, below, times;
    bool sound; /* none has a 0 below, and products fit */
};

static void grow(struct growth *g, int64_t up, int64_t down)
{
    ls_i128 above = up ? size_of(up) : 1;
    ls_i128 below = size_of(down);
    ls_i128 times = below ? (above + below - 1) / below : 1;
    g->sound = g->sound && below && !ls_mul_overflows(g->above, above, &g->above) &&
               !ls_mul_overflows(g->below, below, &g->below) &&
               !ls_mul_overflows(g->times, times, &g->times);
}

/* The most that any key's factors come to, for numbers up to `most`; false where one may have no
 * product. */
static bool greatest_growth(const struct ls_plan_table *table, const size_t columns[2],
                            ls_i128 most, ls_i128 *times)
{
    const struct growth none = {1, 1, 1, true};
    struct growth g = none;
    *times = 1;
    for (size_t i = 0; i < table->count; i++) {
        struct ls_cell factor[2];
        bool first = i == 0 || !ls_id_equal(table->rows[i - 1].key, table->rows[i].key);
        g = first ? none : g;
        for (int k = 0; k < 2; k++) {
            ls_plan_table_cell(table, table->rows[i].row, columns[k], NULL, &factor[k]);
        }
        if (!factor[0].is_null && !factor[1].is_null) {
            grow(&g, factor[0].number, factor[1].number);
        }
        ls_i128 product;
        if (!g.sound || ls_mul_overflows(g.above, most, &product)) {
            return false;
        }
        *times = g.times > *times ? g.times : *times;
    }
    return true;
}

static bool adjust(struct walk *w, const struct ls_spec_normalize *step, struct column *out)
{
    const struct ls_spec_reference *table = step->by->reference;
    const struct column *from = find_column(w, step->adjust);
    if (!from || !ls_field_is_number(from->type)) {
        return false; /* the pipeline tells */
    }
    size_t columns[2];
    for (int k = 0; k < 2; k++) {
        columns[k] = ls_spec_table_column(table, step->by->factor.items[k]);
    }
    struct ls_spec_field as_field = {.type = (int)from->type, .precision = from->precision};
    int64_t low;
    int64_t high;
    ls_i128 times;
    ls_spec_field_limits(&as_field, &low, &high);
    ls_i128 most = size_of(from->low) > size_of(from->high) ? size_of(from->low)
                                                            : size_of(from->high);
    *out = *from;
    if (!from->bounded || !greatest_growth(ls_plan_table(w->p, table), columns, most, &times) ||
        ls_mul_overflows(most, times, &out->high) || out->high > high || -out->high < low) {
        return refuse(
            w, step, &step->adjust,
            "the product is too large for its type or 128 bits, or a factor has a 0 below",
            "give the field a `min` and a `max`, or have fewer and smaller factors");
    }
    out->low = -out->high;
    return true;
}

static bool set_column(struct walk *w, const struct ls_spec_normalize *step)
{
    struct column column;
    w->lookup = step->lookup;
    bool made = step->expr     ? calculate(w, step, &column)
                : step->lookup ? look_up(w, step, &column)
                : step->to_utc ? read_local(w, step, &column)
                               : adjust(w, step, &column);
    if (!made) {
        return false;
    }
    column.name = step->set;
    struct column *known = find_column(w, step->set);
    if (!known) {
        known = &w->columns[w->count++];
    }
    *known = column;
    return true;
}

static void drop_column(struct walk *w, const char *name)
{
    struct column *column = find_column(w, name);
    if (column) {
        *column = w->columns[--w->count];
    }
}

void ls_plan_prove_normalize(struct planner *p, const struct ls_plan_type *type)
{
    const struct ls_items *steps = type->spec->normalize;
    if (!steps) {
        return;
    }
    size_t most = LS_COLUMN_PAYLOAD + type->spec->field_count + steps->count;
    struct walk w = {.p = p, .type = type, .columns = ls_plan_alloc(p, most, sizeof *w.columns)};
    w.diag = w.columns ? ls_mem_new(1, sizeof *w.diag, p->err) : NULL;
    if (!w.diag) {
        return;
    }
    ls_diag_init(w.diag);
    begin_columns(&w);
    for (size_t i = 0; i < steps->count; i++) {
        const struct ls_spec_normalize *step = &((const struct ls_spec_normalize *)steps->items)[i];
        if (step->drop) {
            drop_column(&w, step->drop);
        } else if (!set_column(&w, step)) {
            break;
        }
    }
    ls_diag_clear(w.diag);
    ls_mem_free(w.diag);
}
