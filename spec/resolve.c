#include "spec/resolve_internal.h"

#include <stdio.h>
#include <string.h>

static const char *event_type_name_at(const void *things, size_t i)
{
    return ((const struct ls_spec_event_type *)things)[i].name;
}

struct ls_spec_event_type *ls_resolve_event_type(struct resolver *r, const char *const *name,
                                                 struct ls_where otherwise)
{
    struct ls_spec_event_type *type = ls_spec_event_type(r->spec, *name);
    if (!type) {
        char hint[LS_SUGGEST_MAX];
        PROBLEM(r, "LS2003", ls_spec_place(r->spec, name, otherwise),
                ls_resolve_suggest(*name, event_type_name_at, r->spec->event_types.items,
                                   r->spec->event_types.count, hint),
                "there is no event type `%s`", *name);
    }
    return type;
}

/* Event types share names of fields. */
static bool is_first(const char *const *names, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(names[i], names[at]) == 0) {
            return false;
        }
    }
    return true;
}

/* Does any event type have the field? Then the check or fault has something to act on. */
struct ls_spec_field *ls_resolve_field_anywhere(struct resolver *r, const char *const *name,
                                                struct ls_where otherwise)
{
    const char *names[LS_SPEC_FIELDS_MAX * 4 + 1];
    char hint[LS_SUGGEST_MAX];
    size_t count = 0;
    for (size_t t = 0; t < r->spec->event_types.count; t++) {
        struct ls_spec_event_type *type = ls_spec_event_type_at(r->spec, t);
        struct ls_spec_field *field = ls_spec_field(type, *name);
        if (field) {
            return field;
        }
        for (size_t i = 0; i < type->field_count && count < sizeof names / sizeof *names - 1; i++) {
            names[count] = type->fields[i]->name;
            count += is_first(names, count);
        }
    }
    names[count] = NULL;
    PROBLEM(r, "LS2013", ls_spec_place(r->spec, name, otherwise), ls_suggest(*name, names, hint),
            "no event type has a field `%s`", *name);
    return NULL;
}

/* What belongs to one of the functions of a step alone. */
static void check_companions(struct resolver *r, const struct ls_spec_normalize *step)
{
    const struct {
        const char *word, *owner;
        bool given, has_owner;
        const void *member;
    } companions[] = {{"scale", "expr", ls_spec_normalize_scaled(step), step->expr, &step->scale},
                      {"offset", "to_utc", step->offset, step->to_utc, &step->offset},
                      {"zone", "to_utc", step->zone, step->to_utc, &step->zone},
                      {"by", "adjust", step->by, step->adjust, &step->by}};
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++) {
        if (companions[i].given && !companions[i].has_owner) {
            PROBLEM(r, "LS2016", ls_spec_place(r->spec, companions[i].member, step->where),
                    "leave it out", "`%s` belongs to `%s`", companions[i].word,
                    companions[i].owner);
        }
    }
    if (step->to_utc && !step->offset == !step->zone) {
        PROBLEM(r, "LS2016", ls_spec_place(r->spec, &step->to_utc, step->where),
                step->zone ? "keep one of the two"
                           : "add `offset: FIELD`, or `zone: {table: ..., key: ..., take: ...}`",
                "`to_utc` needs either an `offset` or a `zone`");
    }
    if (step->adjust && !step->by) {
        PROBLEM(r, "LS2016", ls_spec_place(r->spec, &step->adjust, step->where),
                "add `by: {table: ..., key: ..., factor: [numerator, denominator]}`",
                "`adjust` needs `by`: where the factors are");
    }
}

static void resolve_step(struct resolver *r, struct ls_spec_normalize *step)
{
    bool sets = step->set != NULL;
    int functions = (step->expr || step->lookup) + (step->to_utc != NULL) + (step->adjust != NULL);
    if (sets == (step->drop != NULL) || functions != sets) {
        PROBLEM(r, "LS2016", step->where,
                "write {set: net, expr: ...}, {set: category, lookup: {...}} or {drop: coupon}",
                "a step is either a `set` with an `expr`, a `lookup`, `to_utc` or `adjust`, or a "
                "`drop`");
        return;
    }
    check_companions(r, step);
    if (sets && ls_resolve_reserved(step->set)) {
        PROBLEM(r, "LS2001", ls_spec_place(r->spec, &step->set, step->where), "choose another name",
                "`%s` is a field of the envelope", step->set);
    }
    if (step->lookup) {
        ls_resolve_lookup(r, step->lookup, step->expr);
    }
    if (step->zone) {
        ls_resolve_zone(r, step->zone);
    }
    if (step->by) {
        ls_resolve_adjust(r, step->by);
    }
}

static void resolve_normalize(struct resolver *r)
{
    struct ls_list_entry *lists = r->spec->normalize.items;
    for (size_t i = 0; i < r->spec->normalize.count; i++) {
        struct ls_spec_event_type *type = ls_resolve_event_type(r, &lists[i].key,
                                                                r->spec->normalize.where[i]);
        struct ls_spec_normalize *steps = lists[i].items.items;
        if (type) {
            type->normalize = &lists[i].items;
        }
        for (size_t k = 0; k < lists[i].items.count; k++) {
            resolve_step(r, &steps[k]);
        }
    }
}

static void resolve_fault(struct resolver *r, const struct ls_spec_fault *fault, bool has_field)
{
    if (!fault) {
        return;
    }
    if (has_field) {
        ls_resolve_field_anywhere(r, &fault->field, fault->where);
    }
    for (size_t i = 0; i < fault->events.count; i++) {
        ls_resolve_event_type(r, &fault->events.items[i], fault->events.where[i]);
    }
}

static void resolve_hot_key(struct resolver *r, const struct ls_spec_hot_key *hot)
{
    const struct ls_spec_entity *entity = ls_resolve_entity(r, hot->entity, &hot->entity,
                                                            hot->where);
    bool strikes = !entity;
    for (size_t t = 0; t < r->spec->event_types.count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(r->spec, t);
        strikes = strikes || !type->entity_type || type->entity_type == entity;
    }
    if (!strikes) {
        PROBLEM(r, "LS2203", ls_spec_place(r->spec, &hot->entity, hot->where),
                "name the `entity` of an event type",
                "`hot_key` strikes nothing: no event type is "
                "about a %s",
                hot->entity);
    }
}

static void resolve_happenings(struct resolver *r)
{
    const struct ls_spec_faults *f = r->spec->faults;
    long long last = (long long)r->spec->topics->partitions - 1;
    if (f->outage && f->outage->partition > last) {
        char hint[96];
        snprintf(hint, sizeof hint, "write a number from 0 to %lld, or raise `topics.partitions`",
                 last);
        PROBLEM(r, "LS2025", ls_spec_place(r->spec, &f->outage->partition, f->outage->where), hint,
                "there is no partition %lld: the last of each topic is %lld",
                (long long)f->outage->partition, last);
    }
    if (f->hot_key && f->hot_key->entity) {
        resolve_hot_key(r, f->hot_key);
    }
    if (f->schema_change) {
        ls_resolve_event_type(r, &f->schema_change->event, f->schema_change->where);
    }
}

static void resolve_faults(struct resolver *r)
{
    const struct ls_spec_faults *f = r->spec->faults;
    const struct ls_spec_fault *const with_field[] = {f->conflict, f->out_of_range, f->missing,
                                                      f->unknown_reference};
    const struct ls_spec_fault *const others[] = {f->late,           f->duplicate,   f->truncated,
                                                  f->corrupt,        f->clock_ahead, f->clock_back,
                                                  f->unknown_schema, f->wrong_frame, f->empty,
                                                  f->oversized,      f->jitter};
    for (size_t i = 0; i < sizeof with_field / sizeof *with_field; i++) {
        resolve_fault(r, with_field[i], true);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        resolve_fault(r, others[i], false);
    }
    if (f->conflict && !f->duplicate) {
        PROBLEM(r, "LS2017", f->conflict->where, "add `duplicate: {rate: ..., gap: ...}`",
                "`conflict` needs `duplicate`: its copies lie at the same gaps");
    }
    resolve_happenings(r);
}

static int resolve_pipeline(struct resolver *r)
{
    struct ls_spec_pipeline *p = r->spec->pipeline;
    const struct ls_spec_topic_watermark *topics = p->watermark->topics.items;
    for (size_t i = 0; i < p->watermark->topics.count; i++) {
        ls_resolve_event_type(r, &topics[i].key, topics[i].where);
    }
    return ls_resolve_views(r);
}

int ls_spec_resolve(struct ls_spec *spec, struct ls_diag *diag, struct ls_error *err)
{
    struct resolver r = {.spec = spec, .diag = diag, .err = err};
    int rc = ls_resolve_every_field(&r);
    rc = rc < 0 ? rc : ls_resolve_entities(&r);
    ls_resolve_lifecycles(&r);
    rc = rc < 0 ? rc : ls_resolve_event_types(&r);
    ls_resolve_arrival(&r);
    if (rc < 0 || spec->event_types.count == 0) { /* the rest is about event types */
        return rc;
    }
    ls_resolve_episodes(&r);
    rc = ls_resolve_references(&r);
    rc = rc < 0 ? rc : ls_resolve_quality(&r);
    resolve_normalize(&r);
    resolve_faults(&r);
    return rc < 0 ? rc : resolve_pipeline(&r);
}
