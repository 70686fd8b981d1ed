/* From the faults of the spec to what is asked for each event. */
#include "core/avro/frame.h"
#include "generator/plan_internal.h"

#include <stdio.h>
#include <string.h>

#define RATE_WHOLE_MAX (UINT64_C(1) << 32) /* so that products of two rates are exact */

/* The range check of a field, which the fault breaks: the first that names it. */
static const struct ls_spec_check *check_of(const struct ls_spec *spec, const char *field,
                                            enum ls_check_word word)
{
    const struct ls_spec_check *checks = spec->quality.items;
    for (size_t i = 0; i < spec->quality.count; i++) {
        if (checks[i].check == (int)word && strcmp(checks[i].field, field) == 0) {
            return &checks[i];
        }
    }
    return NULL;
}

static uint64_t all_types(const struct planner *p)
{
    size_t count = p->spec->event_types.count;
    return count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
}

static uint64_t types_of(const struct planner *p, const struct ls_spec_fault *fault)
{
    uint64_t types = 0;
    for (size_t i = 0; i < fault->events.count; i++) {
        types |= UINT64_C(1) << ls_spec_event_type(p->spec, fault->events.items[i])->index;
    }
    return types ? types : all_types(p);
}

/* The column of a version that a fault acts on by its field's name; -1 where it does not strike the
 * event type, where this version does not have the field, or where readers do not see it. */
static int column_of(const struct planner *p, const struct ls_spec_fault *fault,
                     const struct ls_plan_type *type)
{
    const struct ls_spec_field *field = fault ? ls_spec_field(type->spec, fault->field) : NULL;
    if (!field || !(types_of(p, fault) >> type->spec->index & 1)) {
        return -1;
    }
    for (size_t i = 0; i < type->version->field_count; i++) {
        if (type->version->fields[i] == field) {
            return LS_COLUMN_PAYLOAD + (int)i;
        }
    }
    return -1;
}

static const struct ls_spec_field *field_of_column(const struct ls_plan_type *type, int column)
{
    return type->version->fields[column - LS_COLUMN_PAYLOAD];
}

static void plan_range(const struct ls_spec_check *check, const struct ls_spec_field *field,
                       struct ls_plan_type *out)
{
    out->range_has_low = check && ls_spec_check_low(check, field, &out->range_low);
    out->range_has_high = check && ls_spec_check_high(check, field, &out->range_high);
}

/* The least of the bounds that the range checks of the field set. */
static void plan_conflict(struct planner *p, const struct ls_spec_field *field,
                          struct ls_plan_type *out)
{
    const struct ls_spec_check *checks = p->spec->quality.items;
    int64_t low;
    ls_spec_field_limits(field, &low, &out->conflict_high);
    for (size_t i = 0; i < p->spec->quality.count; i++) {
        int64_t high;
        if (checks[i].check == LS_CHECK_RANGE &&
            strcmp(checks[i].field, p->spec->faults->conflict->field) == 0 &&
            ls_spec_check_high(&checks[i], field, &high) && high < out->conflict_high) {
            out->conflict_high = high;
        }
    }
}

/* The population whose ids the column has; a number above all of them makes an id that no table
 * has. */
static void plan_unknown(struct planner *p, struct ls_plan_type *type)
{
    const struct ls_spec_fault *fault = p->spec->faults->unknown_reference;
    const struct ls_op *op = ls_plan_op_of(type,
                                           (size_t)(type->unknown_column - LS_COLUMN_PAYLOAD));
    if (op->kind == LS_OP_ENTITY_ID && !op->source) {
        type->unknown_entity = type->picks[op->pick].entity;
        return;
    }
    PROBLEM(p, "LS2203", ls_spec_place(p->spec, &fault->field, fault->where),
            "let the field be `ref: ENTITY.id`, or name the event types where it is in `events`",
            "`unknown_reference` needs an entity's id, which `%s` of %s is not", fault->field,
            type->spec->name);
}

static void plan_missing(struct planner *p, const struct ls_plan_type *type)
{
    const struct ls_spec_fault *fault = p->spec->faults->missing;
    if (!type->version->fields[type->missing_column - LS_COLUMN_PAYLOAD]->is_nullable) {
        PROBLEM(p, "LS2203", ls_spec_place(p->spec, &fault->field, fault->where),
                "say `null: never` for the field: null by a fault alone",
                "`missing` needs a nullable field, which `%s` of %s is not", fault->field,
                type->spec->name);
    }
}

void ls_plan_fault_columns(struct planner *p, struct ls_plan_type *type)
{
    const struct ls_spec_faults *faults = p->spec->faults;
    type->range_column = column_of(p, faults->out_of_range, type);
    type->missing_column = column_of(p, faults->missing, type);
    type->conflict_column = column_of(p, faults->conflict, type);
    type->unknown_column = column_of(p, faults->unknown_reference, type);
    /* without the check that notices it, that is what is told */
    if (type->unknown_column >= 0 &&
        check_of(p->spec, faults->unknown_reference->field, LS_CHECK_REFERENCE)) {
        plan_unknown(p, type);
    }
    if (type->range_column >= 0) {
        plan_range(check_of(p->spec, faults->out_of_range->field, LS_CHECK_RANGE),
                   field_of_column(type, type->range_column), type);
    }
    if (type->missing_column >= 0 && check_of(p->spec, faults->missing->field, LS_CHECK_NOT_NULL)) {
        plan_missing(p, type);
    }
    if (type->conflict_column >= 0) {
        const struct ls_spec_field *field = field_of_column(type, type->conflict_column);
        if (!ls_field_is_number((enum ls_field_type)field->type)) {
            PROBLEM(p, "LS2203",
                    ls_spec_place(p->spec, &faults->conflict->field, faults->conflict->where),
                    "name a field of type int, long, money or decimal",
                    "`conflict` needs a number to change, and `%s` of %s is of type %s",
                    faults->conflict->field, type->spec->name, ls_field_type_words[field->type]);
        }
        plan_conflict(p, field, type);
    }
}

static void plan_fault(struct planner *p, const struct ls_spec_fault *fault, const char *name,
                       struct ls_plan_fault *out)
{
    *out = (struct ls_plan_fault){.key = ls_plan_key(p, "faults.%s", name)};
    if (!fault) {
        return;
    }
    bool always = fault->at_ms == 0 && fault->for_ms == 0;
    out->chance = ls_chance_of(fault->rate);
    out->types = types_of(p, fault);
    out->from_ms = p->spec->start_ms + fault->at_ms;
    out->to_ms = fault->for_ms ? out->from_ms + fault->for_ms : INT64_MAX;
    out->narrow = !always || fault->entities.part < fault->entities.whole;
    out->entities = ls_chance_of(fault->entities);
    out->entity_key = ls_plan_key(p, "faults.%s.entities", name);
}

void ls_plan_delay(struct planner *p, const struct ls_pick *pick, enum ls_unit unit, int64_t low,
                   int64_t high, const char *name, struct ls_plan_delay *out)
{
    out->key = ls_plan_key(p, "%s", name);
    out->present = ls_distribution_compile(pick, unit, 0, low, high, &p->plan->arena, p->diag,
                                           &out->distribution, p->err);
}

/* One slot in `block` is a copy's: the nearest whole number to one over the rates of duplicates and
 * conflicts together. */
void ls_plan_copies(struct planner *p)
{
    const struct ls_spec_faults *f = p->spec->faults;
    struct ls_plan *plan = p->plan;
    if (!f->duplicate) {
        return;
    }
    struct ls_ratio d = f->duplicate->rate;
    struct ls_ratio c = f->conflict ? f->conflict->rate : (struct ls_ratio){0, 1};
    if (d.whole > RATE_WHOLE_MAX || c.whole > RATE_WHOLE_MAX) {
        const struct ls_spec_fault *fine = d.whole > RATE_WHOLE_MAX ? f->duplicate : f->conflict;
        PROBLEM(p, "LS2020", ls_spec_place(p->spec, &fine->rate, fine->where),
                "1/4294967296 is the least; 0 for none",
                "a rate of copies is finer than one in 2^32");
        return;
    }
    ls_u128 part = (ls_u128)d.part * c.whole + (ls_u128)c.part * d.whole;
    ls_u128 whole = (ls_u128)d.whole * c.whole;
    if (part == 0) {
        return;
    }
    if (part * 2 > whole) {
        PROBLEM(p, "LS2020", ls_spec_place(p->spec, &f->duplicate->rate, f->duplicate->where),
                "lower the rates", "more than half of the events would be copies");
        return;
    }
    plan->slots.block = (uint64_t)((whole + part / 2) / part);
    plan->conflict_share = ls_chance_of(
        (struct ls_ratio){(uint64_t)((ls_u128)c.part * d.whole), (uint64_t)part});
    plan->slots.copy_key = ls_plan_key(p, "faults.copy");
    plan->copy_kind_key = ls_plan_key(p, "faults.copy.kind");
    ls_plan_delay(p, &f->duplicate->distribution, LS_UNIT_NUMBER, 1, INT64_C(1) << 40,
                  "faults.duplicate.gap", &plan->gap);
}

/* Types without the column that a fault acts on are none that it strikes; nor are those that get it
 * with a new version: whether it strikes is asked before the version is known. */
static void leave_out_types(struct ls_plan *plan)
{
    for (size_t t = 0; t < plan->type_count; t++) {
        const struct ls_plan_type *type = &plan->types[t];
        uint64_t others = ~(UINT64_C(1) << t);
        plan->damage[LS_FAULT_OUT_OF_RANGE].types &= type->range_column < 0 ? others : UINT64_MAX;
        plan->damage[LS_FAULT_MISSING].types &= type->missing_column < 0 ? others : UINT64_MAX;
        plan->damage[LS_FAULT_UNKNOWN_REFERENCE].types &= type->unknown_column < 0 ? others
                                                                                   : UINT64_MAX;
    }
}

/* A fault that strikes an event type by its field. */
struct by_field {
    const struct ls_spec_fault *fault;
    const char *name;
    bool strikes;      /* any type */
    const char *check; /* that has to notice it */
    enum ls_check_word word;
    const char *what;
};

static void check_fault(struct planner *p, const struct by_field *by)
{
    const struct ls_spec_fault *fault = by->fault;
    struct ls_where where = ls_spec_place(p->spec, &fault->field, fault->where);
    if (!check_of(p->spec, fault->field, by->word)) {
        static const char *const rest[] = {[LS_CHECK_RANGE] = ", min: ..., max: ...",
                                           [LS_CHECK_NOT_NULL] = "",
                                           [LS_CHECK_REFERENCE] = ", table: ..."};
        char hint[256];
        snprintf(hint, sizeof hint, "add {check: %s, field: %.180s%s} to `quality`", by->check,
                 fault->field, rest[by->word]);
        PROBLEM(p, "LS2203", where, hint, "no %s check would notice %s `%s`", by->check, by->what,
                fault->field);
    } else if (!by->strikes) {
        PROBLEM(p, "LS2203",
                fault->events.count ? ls_spec_place(p->spec, &fault->events, where) : where,
                fault->events.count ? "name event types in `events` that have it"
                                    : "name a field that is in the old and the new version",
                "`%s` strikes nothing: no event type%s has `%s` in all the versions that are "
                "written",
                by->name, fault->events.count ? " of its `events`" : "", fault->field);
    }
}

/* What would never come, or what nothing would notice. */
static void check_faults(struct planner *p)
{
    const struct ls_spec_faults *f = p->spec->faults;
    const struct ls_plan *plan = p->plan;
    const struct by_field faults[] = {
        {f->out_of_range, "out_of_range", plan->damage[LS_FAULT_OUT_OF_RANGE].types != 0, "range",
         LS_CHECK_RANGE, "a wrong"},
        {f->missing, "missing", plan->damage[LS_FAULT_MISSING].types != 0, "not_null",
         LS_CHECK_NOT_NULL, "a missing"},
        {f->unknown_reference, "unknown_reference",
         plan->damage[LS_FAULT_UNKNOWN_REFERENCE].types != 0, "reference", LS_CHECK_REFERENCE,
         "an unknown"}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (faults[i].fault) {
            check_fault(p, &faults[i]);
        }
    }
}

static void plan_damage(struct planner *p)
{
    const struct ls_spec_faults *f = p->spec->faults;
    static const char *const details[LS_FAULT_DUPLICATE] = {
        [LS_FAULT_TRUNCATED] = "place",      [LS_FAULT_CORRUPT] = "place",
        [LS_FAULT_OUT_OF_RANGE] = "value",   [LS_FAULT_UNKNOWN_REFERENCE] = "value",
        [LS_FAULT_UNKNOWN_SCHEMA] = "value", [LS_FAULT_WRONG_FRAME] = "value",
    };
    struct ls_plan *plan = p->plan;
    for (int kind = LS_FAULT_TRUNCATED; kind < LS_FAULT_DUPLICATE; kind++) {
        const char *name = ls_fault_name((enum ls_fault)kind);
        plan_fault(p, ls_fault_spec(f, (enum ls_fault)kind), name, &plan->damage[kind]);
        if (details[kind]) {
            plan->damage[kind].detail_key = ls_plan_key(p, "faults.%s.%s", name, details[kind]);
        }
        if (plan->damage[kind].chance.possible) {
            plan->damages[plan->damage_count++] = (struct ls_plan_damage){
                plan->damage[kind].key, plan->damage[kind].chance.last, (enum ls_fault)kind};
            plan->narrow_damage = plan->narrow_damage || plan->damage[kind].narrow;
        }
    }
    leave_out_types(plan);
    check_faults(p);
    plan->clock_ahead_ms = f->clock_ahead ? f->clock_ahead->by_ms : 0;
    plan->clock_back_ms = f->clock_back ? f->clock_back->by_ms : 0;
}

/* A frame of the type's own, and zeros behind it: they decode, and there are too many. */
static bool plan_oversized(struct planner *p)
{
    struct ls_plan *plan = p->plan;
    plan->oversized_size = (uint32_t)p->spec->faults->oversized->size;
    for (size_t t = 0; t < plan->type_count; t++) {
        for (struct ls_plan_type *type = &plan->types[t]; type;
             type = (struct ls_plan_type *)(uintptr_t)type->changed) {
            type->oversized = ls_plan_alloc(p, plan->oversized_size, 1);
            if (!type->oversized) {
                return false;
            }
            ls_put_single_object(type->oversized, type->version->schema->crc64);
        }
    }
    return true;
}

static void plan_happenings(struct planner *p)
{
    const struct ls_spec_faults *f = p->spec->faults;
    struct ls_plan *plan = p->plan;
    int64_t start = p->spec->start_ms;
    if (f->outage) {
        plan->outage = (struct ls_plan_span){true, start + f->outage->at_ms,
                                             start + f->outage->at_ms + f->outage->for_ms};
        plan->outage_partition = (uint32_t)f->outage->partition;
    }
    if (f->hot_key) {
        plan->hot = (struct ls_plan_span){true, start + f->hot_key->at_ms,
                                          start + f->hot_key->at_ms + f->hot_key->for_ms};
        plan->hot_share = ls_chance_of(f->hot_key->share);
        plan->hot_key = ls_plan_key(p, "faults.hot_key");
    }
    if (f->schema_change) {
        plan->change = (struct ls_plan_span){true, start + f->schema_change->at_ms,
                                             start + f->schema_change->at_ms +
                                                 f->schema_change->mixed_ms};
        plan->change_key = ls_plan_key(p, "faults.schema_change");
    }
}

bool ls_plan_faults(struct planner *p)
{
    const struct ls_spec_faults *f = p->spec->faults;
    struct ls_plan *plan = p->plan;
    plan_fault(p, f->late, "late", &plan->late);
    plan_fault(p, f->jitter, "jitter", &plan->jitter);
    plan->jitter_max_ms = f->jitter ? f->jitter->max_ms : 0;
    plan_damage(p);
    plan_happenings(p);
    if (p->spec->delay) {
        ls_plan_delay(p, &p->spec->delay->distribution, LS_UNIT_DURATION, 0, p->spec->delay->max_ms,
                      "delay", &plan->delay);
    }
    if (f->late) {
        ls_plan_delay(p, &f->late->distribution, LS_UNIT_DURATION, 0, f->late->max_ms,
                      "faults.late.delay", &plan->late_delay);
    }
    return !plan->damage[LS_FAULT_OVERSIZED].chance.possible || plan_oversized(p);
}
