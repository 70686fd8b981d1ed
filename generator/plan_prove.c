/* Contract G7: a record without a fault provably passes every check up to expiry. What can't be
 * proved is refused when the spec is loaded, because the truth would otherwise promise what nobody
 * knows. */
#include "core/base/civil.h"
#include "generator/plan_internal.h"

#include <stdio.h>
#include <string.h>

const struct ls_op *ls_plan_op_of(const struct ls_plan_type *type, size_t field)
{
    size_t k = type->ops.hidden_count + field;
    return k < type->ops.count ? &type->ops.items[k] : NULL;
}

const struct ls_op *ls_plan_op_seen(const struct ls_plan_type *type,
                                    const struct ls_spec_field *field)
{
    for (size_t i = 0; i < type->version->field_count; i++) {
        if (strcmp(type->version->fields[i]->column_name, field->column_name) == 0) {
            return ls_plan_op_of(type, i);
        }
    }
    return NULL;
}

static void prove_range(struct planner *p, const struct ls_spec_check *check,
                        const struct ls_plan_type *type, const struct ls_spec_field *field,
                        const struct ls_op *op)
{
    int64_t low = op->low;
    int64_t high = op->high;
    ls_spec_check_low(check, field, &low);
    ls_spec_check_high(check, field, &high);
    if (!op->bounded || op->low < low || op->high > high) {
        char made[2][LS_I128_TEXT_MAX];
        ls_decimal_format(op->low, field->scale, made[0]);
        ls_decimal_format(op->high, field->scale, made[1]);
        PROBLEM(p, "LS2201", ls_spec_place(p->spec, &check->field, check->where),
                "give the field a `min` and a `max` inside the check's, or widen the check",
                "`%s` of %s can be %s to %s, which this check does not always admit", field->name,
                type->spec->name, made[0], made[1]);
    }
}

#define IDS_PROVED_MAX (1 << 22) /* that are looked for in a table */

/* Ids of a template, `count` of them from number `first` on: how many the table knows. */
static uint64_t count_known(const struct ls_plan_table *table, const struct ls_id_template *id,
                            uint64_t first, uint64_t count)
{
    uint64_t known = 0;
    for (uint64_t n = first; n < first + count; n++) {
        uint8_t text[LS_ID_TEXT_MAX + LS_OP_SPOILT];
        known += ls_plan_table_knows(table, text, ls_id_write(id, n, text));
    }
    return known;
}

/* Does the table know all ids, or words, that the operation makes? */
static bool knows_all(const struct ls_plan_table *table, const struct ls_plan_type *type,
                      const struct ls_op *op)
{
    uint64_t ids = op->kind == LS_OP_ENTITY_ID          ? type->picks[op->pick].entity->count
                   : op->kind == LS_OP_MEMBER           ? (uint64_t)op->most
                   : op->kind == LS_OP_ATTRIBUTE_MEMBER ? (uint64_t)op->source->most
                                                        : 0;
    bool words = op->kind == LS_OP_CONST || op->kind == LS_OP_CHOICE ||
                 op->kind == LS_OP_ATTRIBUTE_CHOICE;
    for (size_t k = 0; words && k < op->word_count; k++) {
        words = ls_plan_table_knows(table, op->words[k].bytes, op->words[k].size);
    }
    return words || (ids && ids <= IDS_PROVED_MAX && count_known(table, &op->id, 0, ids) == ids);
}

/* An id that the fault makes up has to be unknown. */
static void prove_unknown(struct planner *p, const struct ls_spec_check *check,
                          const struct ls_plan_type *type, const struct ls_plan_table *table)
{
    const struct ls_spec_fault *fault = p->spec->faults->unknown_reference;
    const struct ls_plan_entity *entity = type->unknown_entity;
    if (fault && entity && strcmp(fault->field, check->field) == 0 &&
        count_known(table, &entity->id, entity->count, LS_RANGE_BEYOND_MAX) > 0) {
        PROBLEM(p, "LS2204", ls_spec_place(p->spec, &fault->field, fault->where),
                "leave the rows of ids above the population's out of the table",
                "`unknown_reference` makes ids of %s that the table `%s` knows", entity->spec->key,
                check->table);
    }
}

static void prove_reference(struct planner *p, const struct ls_spec_check *check,
                            const struct ls_plan_type *type, const struct ls_spec_field *field,
                            const struct ls_op *op)
{
    const struct ls_spec_reference *table = ls_spec_reference(p->spec, check->table);
    bool simple = ls_plan_table_is_simple(table);
    const struct ls_plan_entity *picked = type->picks[op->pick].entity;
    bool own_id = op->kind == LS_OP_ENTITY_ID && !op->source && op->id.before == picked->id.before;
    if (!(simple ? own_id && picked->spec == table->entity
                 : knows_all(ls_plan_table(p, table), type, op))) {
        PROBLEM(p, "LS2201", ls_spec_place(p->spec, &check->field, check->where),
                simple ? "let the field be `ref: ENTITY.id` of the table's population"
                       : "let the table have a row for each id, or word, that the field can be",
                "nothing shows that each `%s` of %s stands in the table `%s`", field->name,
                type->spec->name, check->table);
    } else if (!simple && type->unknown_column >= 0) {
        prove_unknown(p, check, type, ls_plan_table(p, table));
    }
}

static void prove_not_null(struct planner *p, const struct ls_spec_check *check,
                           const struct ls_plan_type *type, const struct ls_spec_field *field,
                           const struct ls_op *op)
{
    if (!op) {
        PROBLEM(p, "LS2201", ls_spec_place(p->spec, &check->field, check->where),
                "leave the check out, or let the field be there in both versions",
                "records of version %lld of %s have no `%s`, which is null to readers",
                (long long)type->version->number, type->spec->name, field->name);
    } else if (ls_plan_op_nullable(op)) {
        PROBLEM(p, "LS2201", ls_spec_place(p->spec, &check->field, check->where),
                "say `null: never` instead of `nullable`",
                "`%s` of %s is null now and then by itself", field->name, type->spec->name);
    }
}

/* What a version lacks is null to readers, which the other checks pass. */
static void prove_check(struct planner *p, const struct ls_spec_check *check,
                        const struct ls_plan_type *type)
{
    const struct ls_spec_field *field = check->check == LS_CHECK_FLAG
                                            ? NULL
                                            : ls_spec_field(type->spec, check->field);
    const struct ls_op *op = field ? ls_plan_op_seen(type, field) : NULL;
    if (!field) {
        return;
    }
    if (check->check == LS_CHECK_NOT_NULL) {
        prove_not_null(p, check, type, field, op);
    } else if (op && check->check == LS_CHECK_RANGE) {
        prove_range(p, check, type, field, op);
    } else if (op && check->check == LS_CHECK_REFERENCE) {
        prove_reference(p, check, type, field, op);
    } else if (op && check->check == LS_CHECK_SET) {
        ls_plan_prove_set(p, check, type, field, op);
    } else if (op) {
        ls_plan_prove_pattern(p, check, type, field, op);
    }
}

/* A conflict's number is one up, or one down where up is too far: either passes the range checks.
 */
static void prove_conflict(struct planner *p, const struct ls_plan_type *type)
{
    const struct ls_spec_check *checks = p->spec->quality.items;
    const char *name = p->spec->faults->conflict->field;
    const struct ls_op *op = ls_plan_op_of(type,
                                           (size_t)(type->conflict_column - LS_COLUMN_PAYLOAD));
    const struct ls_spec_field *field =
        type->version->fields[type->conflict_column - LS_COLUMN_PAYLOAD];
    int64_t low;
    int64_t high;
    ls_spec_field_limits(field, &low, &high);
    for (size_t i = 0; i < p->spec->quality.count; i++) {
        int64_t at_least;
        if (checks[i].check == LS_CHECK_RANGE && strcmp(checks[i].field, name) == 0 &&
            ls_spec_check_low(&checks[i], field, &at_least) && at_least > low) {
            low = at_least;
        }
    }
    if (op->high >= type->conflict_high && low >= type->conflict_high) {
        PROBLEM(p, "LS2204",
                ls_spec_place(p->spec, &p->spec->faults->conflict->field,
                              p->spec->faults->conflict->where),
                "widen the range check",
                "the range of `%s` of %s has no second value for a conflict", name,
                type->spec->name);
    }
    ls_plan_prove_conflict_in_sets(p, type, field, op);
}

static void prove_out_of_range(struct planner *p, const struct ls_plan_type *type)
{
    const struct ls_spec_field *field =
        type->version->fields[type->range_column - LS_COLUMN_PAYLOAD];
    int64_t bottom;
    int64_t top;
    ls_spec_field_limits(field, &bottom, &top);
    bool room = type->range_has_high ? type->range_high <= top - LS_RANGE_BEYOND_MAX
                                     : type->range_low >= -(top - LS_RANGE_BEYOND_MAX);
    if (!room) {
        PROBLEM(p, "LS2204",
                ls_spec_place(p->spec, &p->spec->faults->out_of_range->field,
                              p->spec->faults->out_of_range->where),
                "narrow the check", "there is no room outside the range of `%s` of %s", field->name,
                type->spec->name);
    }
    ls_plan_prove_range_first(p, field);
}

/* Times outside the years 1 to 9999 are quarantined (P3); that the last events keep inside is
 * checked where their number is known. */
static void prove_times(struct planner *p)
{
    const struct ls_plan *plan = p->plan;
    int64_t before = plan->jitter_max_ms > plan->clock_back_ms ? plan->jitter_max_ms
                                                               : plan->clock_back_ms;
    const struct ls_plan_delay *const delays[] = {&plan->delay, &plan->late_delay};
    for (size_t i = 0; i < 2; i++) {
        int64_t low;
        int64_t high = 0;
        if (delays[i]->present) {
            ls_distribution_bounds(&delays[i]->distribution, &low, &high);
        }
        before = high > before ? high : before;
    }
    if (p->spec->start_ms < LS_TIME_MIN_MS + before) {
        char text[LS_DURATION_TEXT_MAX];
        ls_duration_format(before, text);
        PROBLEM(p, "LS2204", ls_spec_place(p->spec, &p->spec->start_ms, p->spec->where),
                "raise `start`, or lower what is longest of delays and clock faults",
                "there are times up to %s before `start`, and none before the year 1 are taken",
                text);
    }
}

/* What an outage holds arrives at its end, with the jitter of then. */
static void prove_outage(struct planner *p)
{
    const struct ls_spec_outage *outage = p->spec->faults->outage;
    if (p->plan->outage.present &&
        p->plan->outage.to_ms > LS_TIME_MAX_MS - p->plan->jitter_max_ms) {
        PROBLEM(p, "LS2204", ls_spec_place(p->spec, &outage->for_ms, outage->where),
                "lower `for`, or begin earlier",
                "the outage ends behind the year 9999, where no time is sound");
    }
}

/* A clock that is wrong has to be so by more than what is taken for right. */
static void prove_skew(struct planner *p, const struct ls_spec_fault *fault, const char *way)
{
    int64_t least = p->spec->pipeline->max_skew_ms;
    if (fault && fault->by_ms <= least) {
        char made[LS_DURATION_TEXT_MAX];
        char bound[LS_DURATION_TEXT_MAX];
        ls_duration_format(fault->by_ms, made);
        ls_duration_format(least, bound);
        PROBLEM(p, "LS2204", ls_spec_place(p->spec, &fault->by_ms, fault->where),
                "raise `by`, or lower `max_skew` of the pipeline",
                "a clock %s by %s is within max_skew (%s): no fault at all", way, made, bound);
    }
}

/* A step's event_time is behind that of the step before by a millisecond at least: so many steps
 * before it, so many milliseconds it may be ahead of its arrival. */
static int64_t longest_chain(const struct ls_plan *plan)
{
    int64_t most = 0;
    for (size_t l = 0; l < plan->slots.lifecycle_count; l++) {
        const struct ls_lifecycle *lifecycle = &plan->slots.lifecycles[l];
        int64_t before[LS_SPEC_STEPS_MAX] = {0};
        for (size_t k = 0; k < lifecycle->step_count; k++) {
            int follows = lifecycle->steps[k].follows; /* one above */
            before[k] = follows < 0 ? 0 : before[follows] + 1;
            most = before[k] > most ? before[k] : most;
        }
    }
    return most;
}

/* Clocks that are a little apart are none that are wrong. */
static void prove_jitter(struct planner *p, const struct ls_spec_fault *jitter, int64_t ahead)
{
    const struct ls_spec_pipeline *pipe = p->spec->pipeline;
    bool skewed = jitter->max_ms > pipe->max_skew_ms;
    if (skewed || jitter->max_ms + ahead > pipe->max_ahead_ms) {
        char made[LS_DURATION_TEXT_MAX];
        char step[LS_DURATION_TEXT_MAX];
        char steps[80];
        char bound[LS_DURATION_TEXT_MAX];
        ls_duration_format(jitter->max_ms, made);
        ls_duration_format(ahead, step);
        snprintf(steps, sizeof steps, ", with %s by which steps may be ahead,", step);
        ls_duration_format(skewed ? pipe->max_skew_ms : pipe->max_ahead_ms, bound);
        PROBLEM(p, "LS2204", ls_spec_place(p->spec, &jitter->max_ms, jitter->where),
                "lower `max`, or raise `max_skew` and `max_ahead` of the pipeline",
                "jitter of up to %s%s is above %s (%s): it would be taken for a wrong clock", made,
                skewed || !ahead ? "" : steps, skewed ? "max_skew" : "max_ahead", bound);
    }
}

static void prove_clocks(struct planner *p)
{
    const struct ls_spec_faults *f = p->spec->faults;
    const struct ls_spec_pipeline *pipe = p->spec->pipeline;
    int64_t ahead = longest_chain(p->plan);
    if (f->jitter && ahead <= pipe->max_ahead_ms) {
        prove_jitter(p, f->jitter, ahead);
    }
    if (ahead > pipe->max_ahead_ms) {
        char text[LS_DURATION_TEXT_MAX];
        ls_duration_format(ahead, text);
        PROBLEM(p, "LS2204", ls_spec_place(p->spec, &pipe->max_ahead_ms, p->spec->where),
                "raise `max_ahead` to it, or higher",
                "a step of a lifecycle may be %s ahead of its arrival, which would be taken for a "
                "wrong clock",
                text);
    }
    prove_skew(p, f->clock_ahead, "ahead");
    prove_skew(p, f->clock_back, "back");
}

/* The fault unknown_schema changes the first byte of a fingerprint: no other version's is one that
 * could come of it. */
static void prove_fingerprint(struct planner *p, const struct ls_plan_type *type)
{
    const struct ls_spec_fault *fault = p->spec->faults->unknown_schema;
    const struct ls_spec_event_type *spec = type->spec;
    for (size_t v = 0; fault && v < spec->version_count; v++) {
        uint64_t difference = spec->versions[v].schema->crc64 ^ type->version->schema->crc64;
        if (difference != 0 && difference <= UINT8_MAX) {
            PROBLEM(p, "LS2204", fault->where, "rename a field of it",
                    "two versions of `%s` have fingerprints that differ in one byte alone",
                    spec->name);
        }
    }
}

static void prove_type(struct planner *p, const struct ls_plan_type *type)
{
    const struct ls_spec_check *checks = p->spec->quality.items;
    for (size_t i = 0; i < p->spec->quality.count; i++) {
        prove_check(p, &checks[i], type);
    }
    if (type->range_column >= 0) {
        prove_out_of_range(p, type);
    }
    if (type->conflict_column >= 0) {
        prove_conflict(p, type);
    }
    if (type->unknown_entity) {
        ls_plan_prove_unknown(p, type,
                              type->version->fields[type->unknown_column - LS_COLUMN_PAYLOAD]);
    }
    prove_fingerprint(p, type);
    ls_plan_prove_normalize(p, type);
}

void ls_plan_prove(struct planner *p)
{
    for (size_t t = 0; t < p->plan->type_count; t++) {
        for (const struct ls_plan_type *type = &p->plan->types[t]; type; type = type->changed) {
            prove_type(p, type);
        }
    }
    prove_times(p);
    prove_outage(p);
    prove_clocks(p);
}
