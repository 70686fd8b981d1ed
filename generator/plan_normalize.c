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
    bool bounded;
    ls_i128 low, high;
};

struct walk {
    struct planner *p;
    const struct ls_plan_type *type;
    struct ls_diag *diag; /* the pipeline's problems: not shown */
    struct column *columns;
    size_t count;
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

static bool find_symbol(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct walk *w = context;
    const struct column *column = find_column(w, name);
    if (column) {
        *symbol = (struct ls_expr_symbol){.type = ls_field_expr_type(column->type),
                                          .scale = column->scale,
                                          .nullable = true,
                                          .slot = (unsigned)(column - w->columns),
                                          .bounded = column->bounded,
                                          .low = column->low,
                                          .high = column->high,
                                          .unusable = ls_field_passes_through(column->type)};
    }
    return column != NULL;
}

static void begin_columns(struct walk *w)
{
    const struct ls_spec_event_type *spec = w->type->spec;
    const struct column envelope[] = {
        {.name = "event_id", .type = LS_FIELD_STRING},
        {"event_time", LS_FIELD_TIMESTAMP, 0, true, LS_TIME_MIN_MS, LS_TIME_MAX_MS},
        {"ingest_time", LS_FIELD_TIMESTAMP, 0, true, LS_TIME_MIN_MS, LS_TIME_MAX_MS},
        {.name = "source", .type = LS_FIELD_STRING},
        {"schema_version", LS_FIELD_INT, 0, true, w->type->version->number,
         w->type->version->number},
        {.name = "entity_id", .type = LS_FIELD_STRING}};
    w->count = LS_COLUMN_PAYLOAD;
    memcpy(w->columns, envelope, sizeof envelope);
    for (size_t i = 0; i < spec->field_count; i++) {
        const struct ls_spec_field *field = spec->fields[i];
        /* where the version lacks it, it is null: any bounds are right, and 1 divides */
        struct column column = {
            field->name, (enum ls_field_type)field->type, field->scale, true, 1, 1};
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

/* What a table's column holds is what the entity's attribute gives. */
static bool look_up(const struct walk *w, const struct ls_spec_lookup *lookup, struct column *out)
{
    const struct ls_spec_reference *table = ls_spec_reference(w->p->spec, lookup->table);
    const struct ls_plan *plan = w->p->plan;
    for (size_t e = 0; e < plan->entity_count; e++) {
        const struct ls_plan_entity *entity = &plan->entities[e];
        const struct ls_spec_field *fields = entity->spec->attributes.items;
        for (size_t a = 0; entity->spec == table->entity && a < entity->attribute_count; a++) {
            if (strcmp(fields[a].name, lookup->take) == 0) {
                const struct ls_op *op = &entity->attributes[a];
                *out = (struct column){NULL, op->type, op->scale, op->bounded, op->low, op->high};
                out->type = op->type == LS_FIELD_ENUM ? LS_FIELD_STRING : op->type;
                return true;
            }
        }
    }
    return false;
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
        PROBLEM(w->p, "LS2202", ls_spec_place(w->p->spec, &step->expr, step->where),
                "give the fields in it a `min` and a `max` with which no divisor can be 0 and the "
                "result has 18 digits at most",
                "`%s` of %s may have no value: a divisor of 0, or a number too large", step->set,
                w->type->spec->name);
    }
    return true;
}

static bool set_column(struct walk *w, const struct ls_spec_normalize *step)
{
    struct column column;
    if (step->lookup ? !look_up(w, step->lookup, &column) : !calculate(w, step, &column)) {
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
