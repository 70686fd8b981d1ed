/* The normalize steps: each sees the row that the steps before it left. Flags see the last one. */
#include "conformance/naive_internal.h"

#include <string.h>

struct compiler {
    const struct naive_world *world;
    struct naive_topic *topic;
    struct ls_arena *arena;
    struct naive_columns now; /* of the row before the step; room for NAIVE_ROW_MAX */
    struct ls_error *err;
};

static int unclear(struct compiler *c, const char *name, const char *what)
{
    return ls_error_set(c->err, LS_E_DATA,
                        "the naive recomputation cannot follow a step of normalize.%s: `%s` %s",
                        c->topic->type->name, name, what);
}

/* The columns that an expression sees: those of the row, and behind them those of a table, as
 * TABLE.COLUMN. */
static const struct naive_columns *frozen(struct compiler *c, const struct naive_table *table)
{
    size_t more = table ? table->columns.count : 0;
    struct naive_columns *copy = ls_arena_new(c->arena, 1, sizeof *copy, c->err);
    struct naive_column *items = copy ? ls_arena_new(c->arena, c->now.count + more, sizeof *items,
                                                     c->err)
                                      : NULL;
    if (!items) {
        return NULL;
    }
    memcpy(items, c->now.items, c->now.count * sizeof *items);
    for (size_t i = 0; i < more; i++) {
        struct naive_column *item = &items[c->now.count + i];
        *item = table->columns.items[i];
        item->name = ls_arena_printf(c->arena, c->err, "%s.%s", table->spec->key, item->name);
        if (!item->name) {
            return NULL;
        }
    }
    *copy = (struct naive_columns){items, c->now.count + more};
    return copy;
}

/* A field that a step names. */
static int find_field(struct compiler *c, const char *name, size_t *out)
{
    *out = ls_naive_column_find(&c->now, name);
    return *out < c->now.count ? 0 : unclear(c, name, "is no field");
}

/* The table of a step, the field with its key, and the one with a time. */
static int find_rows(struct compiler *c, const char *table, const char *key, const char *at,
                     struct naive_step *step)
{
    step->table = ls_naive_table(c->world, table);
    if (!step->table) {
        return unclear(c, table, "is no table");
    }
    int rc = find_field(c, key, &step->key);
    rc = rc < 0 ? rc : find_field(c, at ? at : "event_time", &step->at);
    step->at_is_day = rc == 0 && c->now.items[step->at].type == NAIVE_INT;
    return rc;
}

static int find_column(struct compiler *c, const struct naive_step *step, const char *name,
                       size_t *out)
{
    *out = ls_naive_column_find(&step->table->columns, name);
    return *out < step->table->columns.count ? 0 : unclear(c, name, "is no column of the table");
}

/* What the field is after `set`: from an expression's kind, at its own scale unless one is said. */
static int compile_expr(struct compiler *c, const struct ls_spec_normalize *spec,
                        struct naive_step *step, struct naive_column *column)
{
    static const enum naive_type types[] = {[NAIVE_KIND_BOOLEAN] = NAIVE_BOOLEAN,
                                            [NAIVE_KIND_NUMBER] = NAIVE_LONG,
                                            [NAIVE_KIND_TEXT] = NAIVE_STRING,
                                            [NAIVE_KIND_TIME] = NAIVE_TIME};
    const struct ls_spec_lookup *lookup = spec->lookup;
    int rc = lookup ? find_rows(c, lookup->table, lookup->key, lookup->at, step) : 0;
    const struct naive_columns *columns = rc < 0 ? NULL : frozen(c, step->table);
    rc = columns ? ls_naive_expr_parse(spec->expr, columns, c->arena, &step->expr, c->err)
                 : c->err->code;
    if (rc < 0) {
        return rc;
    }
    step->width = c->now.count;
    if (columns->count > NAIVE_ROW_MAX) {
        return unclear(c, spec->set, "sees too wide a row");
    }
    enum naive_kind kind = ls_naive_expr_kind(step->expr);
    bool has_scale = ls_naive_expr_scale(step->expr, &step->scale);
    if (kind == NAIVE_KIND_NULL) {
        return unclear(c, spec->set, "is always null");
    }
    if (ls_spec_normalize_scaled(spec)) {
        step->scale = (unsigned)spec->scale;
    } else if (!has_scale) {
        return unclear(c, spec->set, "is a quotient without a scale");
    }
    if (kind == NAIVE_KIND_NUMBER && step->scale != 0 && step->scale != 2) {
        return unclear(c, spec->set, "is neither whole nor money");
    }
    step->kind = NAIVE_STEP_EXPR;
    column->type = types[kind];
    column->scale = kind == NAIVE_KIND_NUMBER ? step->scale : 0;
    return 0;
}

static int compile_lookup(struct compiler *c, const struct ls_spec_normalize *step_spec,
                          struct naive_step *step, struct naive_column *column)
{
    const struct ls_spec_lookup *spec = step_spec->lookup;
    step->kind = NAIVE_STEP_LOOKUP;
    int rc = find_rows(c, spec->table, spec->key, spec->at, step);
    rc = rc < 0 ? rc : find_column(c, step, spec->take, &step->take);
    if (rc < 0) {
        return rc;
    }
    const struct naive_column *taken = &step->table->columns.items[step->take];
    column->type = taken->type == NAIVE_ENUM ? NAIVE_STRING : taken->type;
    column->scale = taken->scale;
    column->precision = taken->precision;
    column->logical = taken->logical;
    return 0;
}

static int compile_utc(struct compiler *c, const struct ls_spec_normalize *spec,
                       struct naive_step *step, struct naive_column *column)
{
    const struct ls_spec_lookup *zone = spec->zone;
    step->kind = NAIVE_STEP_UTC;
    column->type = NAIVE_TIME;
    int rc = find_field(c, spec->to_utc, &step->from);
    if (rc == 0 && !zone) {
        return find_field(c, spec->offset, &step->offset);
    }
    rc = rc < 0 ? rc : find_rows(c, zone->table, zone->key, NULL, step);
    return rc < 0 ? rc : find_column(c, step, zone->take, &step->take);
}

/* What comes of it is of the number's own type. */
static int compile_adjust(struct compiler *c, const struct ls_spec_normalize *spec,
                          struct naive_step *step, struct naive_column *column)
{
    const struct ls_spec_adjust *by = spec->by;
    step->kind = NAIVE_STEP_ADJUST;
    int rc = find_field(c, spec->adjust, &step->from);
    rc = rc < 0 ? rc : find_rows(c, by->table, by->key, by->at, step);
    rc = rc < 0 ? rc : find_column(c, step, by->factor.items[0], &step->numerator);
    rc = rc < 0 ? rc : find_column(c, step, by->factor.items[1], &step->denominator);
    if (rc < 0) {
        return rc;
    }
    *column = c->now.items[step->from];
    column->name = spec->set;
    step->high = column->type == NAIVE_INT ? INT32_MAX : INT64_MAX;
    step->low = -step->high - 1;
    if (column->type == NAIVE_SCALED) {
        ls_naive_times_ten(1, column->precision, &step->high);
        step->low = -(--step->high);
    }
    return 0;
}

static int compile_set(struct compiler *c, const struct ls_spec_normalize *spec,
                       struct naive_step *step)
{
    struct naive_column column = {.name = spec->set};
    int rc = spec->expr     ? compile_expr(c, spec, step, &column)
             : spec->lookup ? compile_lookup(c, spec, step, &column)
             : spec->to_utc ? compile_utc(c, spec, step, &column)
                            : compile_adjust(c, spec, step, &column);
    if (rc < 0) {
        return rc;
    }
    column.written = ls_arena_printf(c->arena, c->err, "%s%s", spec->set,
                                     column.scale && column.type == NAIVE_LONG ? "_cents" : "");
    step->adds = step->column == c->now.count;
    c->now.items[step->column] = column;
    c->now.count += step->adds;
    return column.written ? 0 : c->err->code;
}

static int compile_drop(struct compiler *c, const struct ls_spec_normalize *spec,
                        struct naive_step *step)
{
    step->kind = NAIVE_STEP_DROP;
    if (step->column == c->now.count) {
        return unclear(c, spec->drop, "is no field");
    }
    struct naive_column *at = &c->now.items[step->column];
    memmove(at, at + 1, (c->now.count - step->column - 1) * sizeof *at);
    c->now.count--;
    return 0;
}

int ls_naive_steps_compile(const struct naive_world *world, struct naive_topic *topic,
                           struct ls_arena *arena, struct ls_error *err)
{
    static const struct naive_column physical[] = {
        {.name = "partition", .written = "partition", .type = NAIVE_INT, .physical = true},
        {.name = "position", .written = "position", .type = NAIVE_LONG, .physical = true},
        {.name = "watermark", .written = "watermark", .type = NAIVE_TIME, .physical = true}};
    const struct ls_items *items = topic->type->normalize;
    const struct ls_spec_normalize *specs = items ? items->items : NULL;
    struct compiler c = {world, topic, arena, {NULL, topic->event.count}, err};
    topic->step_count = items ? items->count : 0;
    if (topic->event.count + topic->step_count + LS_SPEC_FLAGS_MAX + 3 > NAIVE_ROW_MAX) {
        return unclear(&c, topic->type->name, "makes too wide a row");
    }
    topic->steps = ls_arena_new(arena, topic->step_count, sizeof *topic->steps, err);
    c.now.items = topic->steps ? ls_arena_new(arena, NAIVE_ROW_MAX, sizeof *c.now.items, err)
                               : NULL;
    if (!c.now.items) {
        return err->code;
    }
    memcpy(c.now.items, topic->event.items, topic->event.count * sizeof *c.now.items);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < topic->step_count; i++) {
        struct naive_step *step = &topic->steps[i];
        step->column = ls_naive_column_find(&c.now, specs[i].set ? specs[i].set : specs[i].drop);
        rc = specs[i].set ? compile_set(&c, &specs[i], step) : compile_drop(&c, &specs[i], step);
    }
    rc = rc < 0 ? rc : ls_naive_flags_compile(world, topic, &c.now, arena, err);
    memcpy(c.now.items + c.now.count, physical, sizeof physical);
    c.now.count += sizeof physical / sizeof physical[0];
    topic->row = c.now;
    return rc;
}

static bool run_lookup(const struct naive_step *step, const struct naive_value *row,
                       struct naive_value *out)
{
    const struct naive_value *found = ls_naive_look_up(step, row);
    if (found) {
        *out = found[step->take];
        out->number = out->bytes ? 0 : out->number; /* an enum becomes its text */
    }
    return true;
}

static bool run_offset(const struct naive_step *step, const struct naive_value *row,
                       struct naive_value *out)
{
    const struct naive_value *local = &row[step->from];
    const struct naive_value *offset = &row[step->offset];
    ls_i128 utc = (ls_i128)local->number - offset->number;
    if (local->is_null || offset->is_null) {
        return true;
    }
    *out = (struct naive_value){.number = (int64_t)utc};
    return utc >= INT64_MIN && utc <= INT64_MAX;
}

/* A text is text and a number a long, whatever column they came from. */
static bool run_expr(const struct naive_step *step, const struct naive_value *row,
                     struct naive_value *out)
{
    struct naive_value wide[NAIVE_ROW_MAX];
    if (step->table) {
        size_t more = step->table->columns.count;
        const struct naive_value *found = ls_naive_look_up(step, row);
        memcpy(wide, row, step->width * sizeof *row);
        for (size_t i = 0; i < more; i++) {
            wide[step->width + i] = found ? found[i] : (struct naive_value){.is_null = true};
        }
        row = wide;
    }
    struct naive_result result = ls_naive_expr_value(step->expr, step->scale, row);
    if (result.failed) {
        return false;
    }
    if (result.is_null) {
        return true;
    }
    if (ls_naive_expr_kind(step->expr) == NAIVE_KIND_TEXT) {
        *out = (struct naive_value){.bytes = result.bytes, .size = result.size};
        return true;
    }
    *out = (struct naive_value){.number = (int64_t)result.number};
    return result.number >= INT64_MIN && result.number <= INT64_MAX;
}

static bool step_value(const struct naive_step *step, const struct naive_value *row,
                       struct naive_value *out)
{
    *out = (struct naive_value){.is_null = true};
    switch (step->kind) {
    case NAIVE_STEP_LOOKUP:
        return run_lookup(step, row, out);
    case NAIVE_STEP_UTC:
        return step->table ? ls_naive_zone_read(step, row, out) : run_offset(step, row, out);
    case NAIVE_STEP_ADJUST:
        return ls_naive_adjust(step, row, out);
    default:
        return run_expr(step, row, out);
    }
}

bool ls_naive_steps_run(const struct naive_topic *topic, const struct naive_value *event,
                        struct naive_value *row)
{
    size_t count = topic->event.count;
    memcpy(row, event, count * sizeof *row);
    for (size_t i = 0; i < topic->step_count; i++) {
        const struct naive_step *step = &topic->steps[i];
        struct naive_value value;
        if (step->kind == NAIVE_STEP_DROP) {
            count--;
            memmove(row + step->column, row + step->column + 1,
                    (count - step->column) * sizeof *row);
        } else if (step_value(step, row, &value)) {
            row[step->column] = value;
            count += step->adds;
        } else {
            return false;
        }
    }
    return true;
}
