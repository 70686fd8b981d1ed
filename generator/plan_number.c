/* Numbers and times as operations: drawn, counted, walking. */
#include "generator/plan_internal.h"

#define QUANTITY_MAX (INT64_C(1) << 52)

bool ls_plan_is_time(enum ls_field_type type)
{
    return type == LS_FIELD_DATE || ls_field_expr_type(type) == LS_EXPR_TIME;
}

bool ls_plan_has_bounds(enum ls_field_type type)
{
    return ls_field_expr_type(type) == LS_EXPR_NUMBER || ls_plan_is_time(type);
}

/* Times are drawn as milliseconds after the spec's start. */
static bool plan_time(struct planner *p, struct ls_op *out)
{
    int64_t unit = out->type == LS_FIELD_DATE ? 86400000 : 1;
    struct ls_op_time *time = ls_plan_alloc(p, 1, sizeof *time);
    out->time = time;
    if (time) {
        *time = (struct ls_op_time){p->spec->start_ms, unit};
    }
    return time != NULL;
}

bool ls_plan_number(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    bool time = ls_plan_is_time(out->type);
    int64_t low = out->low;
    int64_t high = out->high;
    out->kind = LS_OP_NUMBER;
    if (time) {
        low = -QUANTITY_MAX;
        high = QUANTITY_MAX;
    }
    if (!ls_distribution_compile(&field->source, time ? LS_UNIT_DURATION : LS_UNIT_NUMBER,
                                 field->scale, low, high, &p->plan->arena, p->diag,
                                 &out->distribution, p->err) ||
        (time && !plan_time(p, out))) {
        return false;
    }
    ls_distribution_bounds(&out->distribution, &out->low, &out->high);
    if (time) {
        out->low = ls_floor_div(out->low + out->time->origin_ms, out->time->unit_ms);
        out->high = ls_floor_div(out->high + out->time->origin_ms, out->time->unit_ms);
    }
    return true;
}

/* A quantity in the field's unit; for a time, a duration. */
static bool quantity_of(struct planner *p, const struct ls_quantity *quantity,
                        const struct ls_spec_field *field, int64_t *out)
{
    enum ls_field_type type = (enum ls_field_type)field->type;
    bool fits = ls_plan_is_time(type) ? ls_spec_duration(quantity, out)
                                      : ls_spec_quantity(quantity, field, out);
    if (!fits) {
        PROBLEM(p, "LS2018", quantity->where,
                ls_plan_is_time(type) ? "a time comes so long after the spec's start: 0s, 1d"
                                      : ls_field_type_hint(type),
                "this is no value of type %s", ls_field_type_words[type]);
        return false;
    }
    if (*out < -QUANTITY_MAX || *out > QUANTITY_MAX) {
        PROBLEM(p, "LS2018", quantity->where, "take one that is nearer to 0",
                "the value is farther from 0 than 2^52");
        return false;
    }
    return true;
}

/* A population has a last one: what its type cannot hold would be the same for all behind it. */
static bool holds_last(struct planner *p, const struct ls_source_sequence *settings, uint64_t count,
                       const struct ls_op *op)
{
    uint64_t number = (count - 1) / op->owners;
    ls_i128 last = op->first + (ls_i128)op->step * (ls_i128)number;
    bool fits = last >= INT64_MIN / 4 && last <= INT64_MAX / 4;
    if (fits && op->time) {
        last = ls_floor_div((int64_t)last + op->time->origin_ms, op->time->unit_ms);
    }
    if (!fits || last < op->low || last > op->high) {
        PROBLEM(p, "LS2018", settings->step.where,
                "begin nearer to 0, or lower `step` or the `count` of the entity",
                "number %llu of the sequence is none that type %s holds",
                (unsigned long long)number, ls_field_type_words[op->type]);
        return false;
    }
    return true;
}

/* `count`: of the population that it numbers; 0: of events without end. */
bool ls_plan_sequence(struct planner *p, const struct ls_spec_field *field, uint64_t count,
                      struct ls_op *out)
{
    const struct ls_source_sequence *settings = field->source.settings;
    out->kind = LS_OP_SEQUENCE;
    if (!quantity_of(p, &settings->first, field, &out->first) ||
        !quantity_of(p, &settings->step, field, &out->step) ||
        (ls_plan_is_time(out->type) && !plan_time(p, out))) {
        return false;
    }
    if (count && !holds_last(p, settings, count, out)) {
        return false;
    }
    if (count) {
        struct ls_cell ends[2];
        ls_attribute_value(out, 0, NULL, &ends[0]);
        ls_attribute_value(out, count - 1, NULL, &ends[1]);
        bool rises = ends[0].number < ends[1].number;
        out->low = ends[!rises].number;
        out->high = ends[rises].number;
    }
    return true;
}

static bool walk_from(struct planner *p, const struct ls_source_walk *settings,
                      struct ls_plan_type *type, unsigned back, struct ls_op *out, int64_t *low,
                      int64_t *high)
{
    struct ls_op middle = {0};
    struct ls_where where = ls_spec_place(p->spec, &settings->from, settings->where);
    if (!ls_plan_ref(p, settings->from, where, type, back, &middle)) {
        return false;
    }
    if (middle.kind != LS_OP_ATTRIBUTE || middle.type != out->type || middle.scale != out->scale) {
        PROBLEM(p, "LS2011", where, "let the attribute be drawn, and of the field's type",
                "`%s` is no number of type %s%s", settings->from, ls_field_type_words[out->type],
                middle.type == out->type && middle.scale != out->scale ? " with as many places"
                                                                       : "");
        return false;
    }
    if (middle.low < -QUANTITY_MAX || middle.high > QUANTITY_MAX) {
        PROBLEM(p, "LS2018", where, "give the attribute a `min` and a `max`",
                "`%s` may be above 2^52, which is too far for a walk", settings->from);
        return false;
    }
    out->source = middle.source;
    out->known_numbers = middle.known_numbers;
    out->pick = middle.pick;
    *low = middle.low;
    *high = middle.high;
    return true;
}

/* One of two ways to say a thing, not both and not neither. */
static bool one_of(struct planner *p, const struct ls_source_walk *settings, const char *a,
                   const char *b, const char *hint)
{
    bool both = ls_spec_walk_given(settings, a);
    if (both != ls_spec_walk_given(settings, b)) {
        return true;
    }
    PROBLEM(p, "LS2018", settings->where, both ? "keep one of the two" : hint,
            "a walk needs `%s` or `%s`%s", a, b, both ? ", not both" : "");
    return false;
}

/* What it goes around. */
static bool walk_middle(struct planner *p, const struct ls_source_walk *settings,
                        const struct ls_spec_field *field, struct ls_plan_type *type, unsigned back,
                        struct ls_op *out, int64_t *low, int64_t *high)
{
    if (!one_of(p, settings, "around", "from", "add `around: 20`, or `from: ENTITY.ATTRIBUTE`")) {
        return false;
    }
    if (ls_spec_walk_given(settings, "from")) {
        return walk_from(p, settings, type, back, out, low, high);
    }
    bool fits = quantity_of(p, &settings->around, field, &out->first);
    *low = *high = out->first;
    return fits;
}

/* How far it goes, and in which steps. */
static bool walk_reach(struct planner *p, const struct ls_source_walk *settings,
                       const struct ls_spec_field *field, struct ls_walk *walk)
{
    if (!one_of(p, settings, "within", "share",
                "add `within: 5`, or `share: 1/20` of its middle")) {
        return false;
    }
    walk->is_share = ls_spec_walk_given(settings, "share");
    if (walk->is_share) {
        uint64_t whole = settings->share.whole;
        walk->within = (int64_t)((((ls_u128)settings->share.part << 32) + whole - 1) / whole);
    } else if (!quantity_of(p, &settings->within, field, &walk->within)) {
        return false;
    }
    walk->tick = 1;
    if (ls_spec_walk_given(settings, "tick") &&
        !quantity_of(p, &settings->tick, field, &walk->tick)) {
        return false;
    }
    if (walk->within < 0) {
        PROBLEM(p, "LS2018", settings->within.where, "leave the sign out: it goes both ways",
                "`within` is below 0");
    }
    if (walk->tick < 1) {
        PROBLEM(p, "LS2018", settings->tick.where, "leave it out for the least that there is",
                "`tick` has to be above 0");
    }
    return walk->within >= 0 && walk->tick >= 1;
}

/* Into the bounds of the field. */
static int64_t into(int64_t value, const struct ls_op *op)
{
    return value < op->low ? op->low : value > op->high ? op->high : value;
}

/* Bounds of all walks round the middles from `low` to `high`: neither end falls where the middle
 * rises. */
static void bound_walk(const struct ls_walk *walk, int64_t low, int64_t high, struct ls_op *out)
{
    int64_t least = ls_walk_tick(walk, low - ls_walk_within(walk, low));
    int64_t greatest = ls_walk_tick(walk, high + ls_walk_within(walk, high));
    least = into(least, out);
    out->high = into(greatest, out);
    out->low = least;
}

bool ls_plan_walk(struct planner *p, const struct ls_spec_field *field, struct ls_plan_type *type,
                  unsigned back, struct ls_op *out)
{
    const struct ls_source_walk *settings = field->source.settings;
    struct ls_walk *walk = ls_plan_alloc(p, 1, sizeof *walk);
    int64_t low;
    int64_t high;
    out->kind = LS_OP_WALK;
    out->walk = walk;
    if (settings->name) {
        out->key = ls_plan_key(p, "walks.%s", settings->name);
    }
    if (!walk) {
        return false;
    }
    *walk = (struct ls_walk){.start_ms = p->spec->start_ms,
                             .over_ms = settings->over_ms,
                             .octaves = (unsigned)settings->octaves};
    if (!walk_middle(p, settings, field, type, back, out, &low, &high) ||
        !walk_reach(p, settings, field, walk)) {
        return false;
    }
    ls_walk_finish(walk);
    bound_walk(walk, low, high, out);
    return true;
}
