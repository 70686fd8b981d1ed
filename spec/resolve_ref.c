/* Where a `ref` leads. */
#include "spec/resolve_internal.h"

#include <stdio.h>
#include <string.h>

/* Can a field of type `to` hold what one of type `from` has? A long or a text of any kind does not
 * fit all others. */
static bool holds(int to, int from)
{
    enum ls_field_type a = (enum ls_field_type)to;
    enum ls_field_type b = (enum ls_field_type)from;
    bool narrow = a == LS_FIELD_INT || a == LS_FIELD_DATE || a == LS_FIELD_UUID;
    return (!narrow || a == b) && ls_field_expr_type(a) == ls_field_expr_type(b) &&
           ls_field_scale(a) == ls_field_scale(b);
}

static void list_fields(const struct ls_spec_event_type *type,
                        const char *names[LS_SPEC_FIELDS_MAX + 1])
{
    const struct ls_items *lists[] = {&type->attributes, &type->dimensions, &type->metrics};
    size_t count = 0;
    for (size_t l = 0; l < 3; l++) {
        const struct ls_spec_field *fields = lists[l]->items;
        for (size_t i = 0; i < lists[l]->count && count < LS_SPEC_FIELDS_MAX; i++) {
            names[count++] = fields[i].name;
        }
    }
    names[count] = NULL;
}

/* A field of an earlier event of the same lifecycle. */
static void check_ref_before(struct resolver *r, const struct ls_spec_field *f,
                             const struct ls_spec_event_type *before, const char *name)
{
    const struct ls_source_text *source = f->source.settings;
    const struct ls_spec_field *field = ls_spec_field_ever(before, name);
    const char *names[LS_SPEC_FIELDS_MAX + 1];
    char hint[LS_SUGGEST_MAX];
    if (!field) {
        list_fields(before, names);
        PROBLEM(r, "LS2011", source->where, ls_suggest(name, names, hint), "`%s` has no field `%s`",
                before->name, name);
    } else if (field->since > before->schema_version || field->until) {
        PROBLEM(r, "LS2011", source->where, "name one without `since` and `until`",
                "`%s` has no field `%s` in all its versions", before->name, name);
    } else if (!holds(f->type, field->type)) {
        snprintf(hint, sizeof hint, "write `type: %s`", ls_field_type_words[field->type]);
        PROBLEM(r, "LS2011", source->where, hint, "`%s` is of type %s, the field of type %s",
                source->text, ls_field_type_words[field->type], ls_field_type_words[f->type]);
    } else if (f->nullable.part) {
        PROBLEM(r, "LS2011", ls_spec_place(r->spec, &f->nullable, f->where),
                "write `null: never`: it is null where that event's is",
                "`%s` is what it was in the earlier event, and not null more often", f->name);
    }
}

/* ENTITY.id or ENTITY.ATTRIBUTE, of the right type; or EVENT_TYPE.FIELD of an earlier step. */
void ls_resolve_ref(struct resolver *r, const struct ls_spec_event_type *type,
                    const struct ls_spec_field *f)
{
    const struct ls_source_text *source = f->source.settings;
    const char *text = source->text;
    const char *dot = strchr(text, '.');
    char name[256];
    if (!dot || (size_t)(dot - text) >= sizeof name) {
        PROBLEM(r, "LS2011", source->where, "write product.id or product.category, say",
                "`%s` names no value of an entity", text);
        return;
    }
    memcpy(name, text, (size_t)(dot - text));
    name[dot - text] = '\0';
    const struct ls_spec_event_type *before;
    if (!ls_spec_entity(r->spec, name) && ls_spec_step_before(type, name, &before)) {
        check_ref_before(r, f, before, dot + 1);
        return;
    }
    const struct ls_spec_entity *entity = ls_resolve_entity(r, name, &source->text, source->where);
    if (!entity) {
        return;
    }
    if (strcmp(dot + 1, "id") == 0) {
        if (f->type != LS_FIELD_STRING) {
            PROBLEM(r, "LS2011", source->where, "write `type: string`",
                    "`%s` is a string, the field is %s", text, ls_field_type_words[f->type]);
        }
        return;
    }
    char buffer[LS_SUGGEST_MAX];
    const char *hint;
    const struct ls_spec_field *attribute = ls_resolve_attribute(entity, dot + 1, buffer, &hint);
    if (!attribute) {
        PROBLEM(r, "LS2011", source->where, hint, "the entity `%s` has no attribute `%s`", name,
                dot + 1);
    } else if (!holds(f->type, attribute->type)) {
        char fit[64];
        snprintf(fit, sizeof fit, "write `type: %s`", ls_field_type_words[attribute->type]);
        PROBLEM(r, "LS2011", source->where, fit, "`%s` is of type %s, the field of type %s", text,
                ls_field_type_words[attribute->type], ls_field_type_words[f->type]);
    }
}
