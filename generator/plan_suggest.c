/* What to write instead of a name that means nothing. */
#include "generator/plan_internal.h"

#include <stdio.h>

#define ENTITY_VALUES_MAX (LS_SPEC_ENTITIES_MAX * (LS_SPEC_FIELDS_MAX + 1))

static bool list_entity_values(struct planner *p)
{
    size_t count = 0;
    p->entity_values = ls_plan_alloc(p, ENTITY_VALUES_MAX + 1, sizeof *p->entity_values);
    for (size_t e = 0; p->entity_values && e < p->plan->entity_count; e++) {
        const struct ls_plan_entity *entity = &p->plan->entities[e];
        const struct ls_spec_field *attributes = entity->spec->attributes.items;
        for (size_t i = 0; i <= entity->attribute_count; i++) {
            const char *name = i < entity->attribute_count ? attributes[i].name : "id";
            p->entity_values[count] = ls_arena_printf(&p->plan->arena, p->err, "%s.%s",
                                                      entity->spec->key, name);
            if (!p->entity_values[count++]) {
                return false;
            }
        }
    }
    return p->entity_values != NULL;
}

/* A field that is there, but not for the one that names it. */
static const char *suggest_order(const struct plan_scope *s, const struct ls_spec_field *field,
                                 char out[LS_SUGGEST_MAX])
{
    const char *text = field == s->field ? "a value cannot be made from itself: name another field"
                       : !s->back && !ls_spec_field_in(field, s->type->version->number)
                           ? "`%.180s` is in other versions of the schema: see `since` and `until`"
                           : "`%.180s` stands below: move it above `%.180s`";
    snprintf(out, LS_SUGGEST_MAX, text, field->name, s->field->name);
    return out;
}

const char *ls_plan_suggest(const void *context, const char *name, char out[LS_SUGGEST_MAX])
{
    const struct plan_scope *s = context;
    const struct ls_spec_event_type *named = ls_plan_type_back(s->type, s->back);
    const struct ls_spec_field *field = ls_spec_field_ever(named, name);
    const char *names[LS_SPEC_FIELDS_MAX + ENTITY_VALUES_MAX + 1];
    size_t count = 0;
    if (field) {
        return suggest_order(s, field, out);
    }
    if (!s->p->entity_values && !list_entity_values(s->p)) {
        return NULL;
    }
    for (size_t i = 0; i < named->every_count && count < LS_SPEC_FIELDS_MAX; i++) {
        names[count] = named->every[i]->name;
        count += ls_plan_is_above(named, named->every[i], s->field);
    }
    for (size_t i = 0; s->p->entity_values[i]; i++) {
        names[count++] = s->p->entity_values[i];
    }
    names[count] = NULL;
    return ls_suggest(name, names, out);
}
