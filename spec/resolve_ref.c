/* What fields refer to: ENTITY.id, ENTITY.ATTRIBUTE, or EVENT_TYPE.FIELD of an earlier step; and
 * where a walk goes around. */
#include "spec/resolve_internal.h"

#include <stdio.h>
#include <string.h>

/* Can a field of type `to` hold what one of type `from` has? A long or a text of any kind does not
 * fit all others. */
static bool holds(const struct ls_spec_field *to, const struct ls_spec_field *from)
{
    enum ls_field_type a = (enum ls_field_type)to->type;
    enum ls_field_type b = (enum ls_field_type)from->type;
    bool narrow = a == LS_FIELD_INT || a == LS_FIELD_DATE || a == LS_FIELD_UUID ||
                  a == LS_FIELD_DECIMAL || ls_field_passes_through(a) || ls_field_passes_through(b);
    return (!narrow || a == b) && ls_field_expr_type(a) == ls_field_expr_type(b) &&
           to->scale == from->scale && to->precision >= from->precision;
}

/* "type decimal of 9 digits, 4 of them places". */
static const char *type_text(const struct ls_spec_field *field, char out[96])
{
    if (field->type == LS_FIELD_DECIMAL) {
        snprintf(out, 96, "type decimal of %lld digits, %u of them places",
                 (long long)field->precision, field->scale);
    } else {
        snprintf(out, 96, "type %s", ls_field_type_words[field->type]);
    }
    return out;
}

/* "write `type: long`". */
static const char *type_hint(const struct ls_spec_field *field, char out[96])
{
    if (field->type == LS_FIELD_DECIMAL) {
        snprintf(out, 96, "write `type: decimal, precision: %lld, scale: %u`",
                 (long long)field->precision, field->scale);
    } else {
        int type = field->type == LS_FIELD_ENUM ? LS_FIELD_STRING : field->type;
        snprintf(out, 96, "write `type: %s`", ls_field_type_words[type]);
    }
    return out;
}

static bool in_all_versions(const struct ls_spec_event_type *type,
                            const struct ls_spec_field *field)
{
    for (size_t v = 0; v < type->version_count; v++) {
        if (!ls_spec_field_in(field, type->versions[v].number)) {
            return false;
        }
    }
    return true;
}

/* A field that all versions of an event type have; NULL, and the problem noted, when there is none.
 */
static const struct ls_spec_field *field_before(struct resolver *r,
                                                const struct ls_spec_event_type *before,
                                                const char *name, struct ls_where where)
{
    const char *names[3 * LS_SPEC_FIELDS_MAX + 1];
    size_t count = 0;
    bool partly = false;
    for (size_t i = 0; i < before->every_count && count + 1 < sizeof names / sizeof *names; i++) {
        const struct ls_spec_field *field = before->every[i];
        bool same = strcmp(field->name, name) == 0;
        if (!in_all_versions(before, field)) {
            partly = partly || same;
        } else if (same) {
            return field;
        } else {
            names[count++] = field->name;
        }
    }
    char hint[LS_SUGGEST_MAX];
    names[count] = NULL;
    PROBLEM(r, "LS2011", where, ls_suggest(name, names, hint), "`%s` has no field `%s`%s",
            before->name, name, partly ? " in all its versions" : "");
    return NULL;
}

static void check_type(struct resolver *r, const struct ls_spec_field *f,
                       const struct ls_spec_field *from)
{
    if (!holds(f, from)) {
        char fit[96];
        char is[96];
        char wanted[96];
        const struct ls_source_text *source = f->source.settings;
        PROBLEM(r, "LS2011", source->where, type_hint(from, fit), "`%s` is of %s, the field of %s",
                source->text, type_text(from, is), type_text(f, wanted));
    }
}

/* A field of an earlier event of the same lifecycle. */
static void check_ref_before(struct resolver *r, const struct ls_spec_field *f,
                             const struct ls_spec_event_type *before, const char *name)
{
    const struct ls_source_text *source = f->source.settings;
    const struct ls_spec_field *field = field_before(r, before, name, source->where);
    if (field) {
        check_type(r, f, field);
    }
    if (field && f->nullable.part) {
        PROBLEM(r, "LS2011", ls_spec_place(r->spec, &f->nullable, f->where),
                "write `null: never`: it is null where that event's is",
                "`%s` is what it was in the earlier event, and not null more often", f->name);
    }
}

/* An event type that is no step before this one. */
static void refuse_event(struct resolver *r, const struct ls_spec_field *f,
                         const struct ls_spec_event_type *type, const char *name)
{
    const struct ls_source_text *source = f->source.settings;
    const struct ls_spec_step *before = type && type->step ? type->step->follows_step : NULL;
    char hint[LS_SUGGEST_MAX];
    const char *names[LS_SPEC_STEPS_MAX + 1];
    size_t count = 0;
    for (; before; before = before->follows_step) {
        names[count++] = before->event;
    }
    names[count] = NULL;
    if (!r->order_unknown) {
        PROBLEM(r, "LS2011", source->where,
                count ? ls_suggest(name, names, hint)
                      : "only what follows another step takes values of earlier events",
                "`%s` is no step that comes before `%s`", name, type->name);
    }
}

/* "product.category" in two; false when it is not of this form. */
static bool split(const char *text, char name[256], const char **behind)
{
    const char *dot = strchr(text, '.');
    if (!dot || dot - text >= 256) {
        return false;
    }
    memcpy(name, text, (size_t)(dot - text));
    name[dot - text] = '\0';
    *behind = dot + 1;
    return true;
}

static const struct ls_spec_field *find_attribute(struct resolver *r,
                                                  const struct ls_spec_entity *entity,
                                                  const char *name, struct ls_where where)
{
    char buffer[LS_SUGGEST_MAX];
    const char *hint;
    const struct ls_spec_field *attribute = ls_resolve_attribute(entity, name, buffer, &hint);
    if (!attribute) {
        PROBLEM(r, "LS2011", where, hint, "the entity `%s` has no attribute `%s`", entity->key,
                name);
    }
    return attribute;
}

/* ENTITY.id or ENTITY.ATTRIBUTE, of the right type. */
static void check_ref(struct resolver *r, const struct ls_spec_field *f,
                      const struct ls_spec_entity *entity, const char *name)
{
    const struct ls_source_text *source = f->source.settings;
    if (strcmp(name, "id") == 0) {
        check_type(r, f, &(const struct ls_spec_field){.type = LS_FIELD_STRING});
        return;
    }
    const struct ls_spec_field *attribute = find_attribute(r, entity, name, source->where);
    if (attribute) {
        check_type(r, f, attribute);
    }
}

void ls_resolve_ref(struct resolver *r, const struct ls_spec_event_type *type,
                    const struct ls_spec_field *f)
{
    const struct ls_source_text *source = f->source.settings;
    const struct ls_spec_event_type *before;
    char name[256];
    const char *behind;
    if (!split(source->text, name, &behind)) {
        PROBLEM(r, "LS2011", source->where, "write product.id or product.category, say",
                "`%s` names no value of an entity", source->text);
        return;
    }
    const struct ls_spec_entity *entity = ls_spec_entity(r->spec, name);
    if (entity) {
        check_ref(r, f, entity, behind);
    } else if (ls_spec_step_before(type, name, &before)) {
        check_ref_before(r, f, before, behind);
    } else if (ls_spec_event_type(r->spec, name)) {
        refuse_event(r, f, type, name);
    } else {
        ls_resolve_entity(r, name, &source->text,
                          source->where); /* there is none, which it notes */
    }
}

void ls_resolve_owner_ref(struct resolver *r, const struct ls_spec_entity *entity,
                          const struct ls_spec_field *f)
{
    const struct ls_source_text *source = f->source.settings;
    char name[256];
    const char *behind;
    char hint[LS_SUGGEST_MAX];
    if (!entity->of) {
        PROBLEM(r, "LS2011", source->where, "say which population it belongs to: `of: exchange`",
                "`%s` belongs to no other population, whose values it could have", entity->key);
        return;
    }
    if (!entity->owner) {
        return; /* that it is none was told */
    }
    snprintf(hint, sizeof hint, "write `%.100s.id`, or `%.100s.ATTRIBUTE`", entity->of, entity->of);
    if (!split(source->text, name, &behind) || strcmp(name, entity->of) != 0) {
        PROBLEM(r, "LS2011", source->where, hint,
                "`%s` names no value of the population that `%s` "
                "belongs to",
                source->text, entity->key);
    } else {
        check_ref(r, f, entity->owner, behind);
    }
}

void ls_resolve_walk(struct resolver *r, const struct ls_spec_field *f)
{
    const struct ls_source_walk *walk = f->source.settings;
    struct ls_where where = ls_spec_place(r->spec, &walk->from, walk->where);
    char name[256];
    const char *behind;
    if (!walk->from) {
        return;
    }
    if (!split(walk->from, name, &behind)) {
        PROBLEM(r, "LS2011", where, "write instrument.base_price, say",
                "`%s` names no attribute of an entity", walk->from);
        return;
    }
    const struct ls_spec_entity *entity = ls_resolve_entity(r, name, &walk->from, walk->where);
    if (entity && strcmp(behind, "id") != 0) { /* which is no number: the generator tells */
        find_attribute(r, entity, behind, where);
    }
}
