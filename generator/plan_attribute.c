/* Attributes that are not drawn: what an entity has from the one that it belongs to, and what is
 * computed from its other attributes. */
#include "generator/plan_internal.h"

#include <string.h>

bool ls_plan_owner_ref(struct planner *p, const struct ls_source_text *source, struct ls_op *out)
{
    const struct ls_plan_entity *owner = p->entity->owner;
    const char *name = strchr(source->text, '.') + 1; /* checked when the spec was loaded */
    if (strcmp(name, "id") == 0) {
        out->kind = LS_OP_ENTITY_ID;
        out->id = owner->id;
        out->text_max = ls_id_text_max(&owner->id);
        return true;
    }
    const struct ls_op *attribute = ls_plan_attribute(owner, name);
    ls_plan_take(attribute, out);
    out->cost = attribute->cost + 1;
    return true;
}

/* What names mean to an attribute: those above it, and OWNER.ATTRIBUTE. */
struct inputs {
    struct planner *p;
    const struct ls_spec_field *field;
    size_t count;
    struct ls_op_input items[LS_OP_INPUTS_MAX];
    const char *names[LS_OP_INPUTS_MAX + 1]; /* for did-you-mean */
};

static const struct ls_op *find(const struct inputs *in, const char *name, bool *of_owner)
{
    const struct ls_plan_entity *entity = in->p->entity;
    const struct ls_plan_entity *owner = entity->owner;
    size_t size = owner ? strlen(owner->spec->key) : 0;
    *of_owner = owner && strncmp(name, owner->spec->key, size) == 0 && name[size] == '.';
    if (*of_owner) {
        return ls_plan_attribute(owner, name + size + 1);
    }
    const struct ls_op *found = ls_plan_attribute(entity, name);
    size_t own = (size_t)(in->field - (const struct ls_spec_field *)entity->spec->attributes.items);
    return found && (size_t)(found - entity->attributes) < own ? found : NULL;
}

static bool find_input(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct inputs *in = context;
    bool of_owner;
    size_t k = 0;
    const struct ls_op *op = find(in, name, &of_owner);
    if (!op) {
        return false;
    }
    while (k < in->count && (in->items[k].op != op || in->items[k].of_owner != of_owner)) {
        k++;
    }
    in->items[k] = (struct ls_op_input){op, of_owner};
    in->count += k == in->count;
    enum ls_expr_type type = ls_field_expr_type(op->type);
    *symbol = (struct ls_expr_symbol){.type = type,
                                      .scale = op->scale,
                                      .slot = (unsigned)k,
                                      .bounded = op->bounded,
                                      .low = op->low,
                                      .high = op->high,
                                      .unusable = type == LS_EXPR_TEXT
                                                      ? "an attribute is computed from numbers, "
                                                        "times and booleans"
                                                      : NULL};
    return true;
}

static const char *suggest(const void *context, const char *name, char out[LS_SUGGEST_MAX])
{
    const struct inputs *in = context;
    return ls_suggest(name, in->names, out);
}

static bool list_names(struct inputs *in)
{
    const struct ls_plan_entity *owner = in->p->entity->owner;
    const struct ls_spec_field *attributes = in->p->entity->spec->attributes.items;
    size_t count = 0;
    for (; &attributes[count] < in->field; count++) {
        in->names[count] = attributes[count].name;
    }
    attributes = owner ? owner->spec->attributes.items : NULL;
    for (size_t i = 0; owner && i < owner->attribute_count; i++) {
        in->names[count] = ls_arena_printf(&in->p->plan->arena, in->p->err, "%s.%s",
                                           owner->spec->key, attributes[i].name);
        if (!in->names[count++]) {
            return false;
        }
    }
    in->names[count] = NULL;
    return true;
}

bool ls_plan_computed(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    const struct ls_source_text *source = field->source.settings;
    struct inputs in = {.p = p, .field = field};
    struct ls_expr_scope scope = {find_input, suggest, &in};
    struct ls_expr *expr;
    out->kind = LS_OP_EXPR;
    out->text_max = strlen(source->text);
    if (!list_names(&in) || ls_expr_compile(source->text, source->where, -1, &scope,
                                            &p->plan->arena, p->diag, &expr, p->err) < 0) {
        return false;
    }
    struct ls_op_input *inputs = expr ? ls_plan_alloc(p, in.count, sizeof *inputs) : NULL;
    if (!inputs) {
        return false;
    }
    memcpy(inputs, in.items, in.count * sizeof *inputs);
    out->expr = expr;
    out->inputs = inputs;
    out->input_count = in.count;
    for (size_t k = 0; k < in.count; k++) {
        out->cost += inputs[k].op->cost;
    }
    if (out->cost > LS_OP_COST_MAX) {
        PROBLEM(p, "LS2106", source->where, "compute it from attributes that are drawn",
                "an attribute is computed through more than %d others", LS_OP_COST_MAX);
        return false;
    }
    return ls_plan_expression_fits(p, field, out);
}
