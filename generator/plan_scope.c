/* What names mean in an event type: values of entities, and fields of this event or of an earlier
 * one of its session; where no column holds them, as hidden operations. */
#include "core/base/civil.h"
#include "generator/plan_internal.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 32 /* of expressions compiled within one another */

/* Which of the type's picks an entity is; it becomes one where it is none yet. -1 when there are
 * too many. */
static int pick_of(struct planner *p, struct ls_plan_type *type, const char *name, size_t size,
                   unsigned back, struct ls_where where)
{
    for (size_t i = 0; i < type->pick_count; i++) {
        const char *key = type->picks[i].entity->spec->key;
        if (strlen(key) == size && memcmp(key, name, size) == 0 &&
            (i == 0 || type->picks[i].back == back)) { /* the first is the whole session's */
            return (int)i;
        }
    }
    for (size_t e = 0; e < p->plan->entity_count; e++) {
        const char *key = p->plan->entities[e].spec->key;
        if (strlen(key) != size || memcmp(key, name, size) != 0) {
            continue;
        }
        if (type->pick_count == LS_PLAN_PICKS_MAX) {
            PROBLEM(p, "LS2010", where, "leave out what nobody reads",
                    "an event type uses at most %d entities", LS_PLAN_PICKS_MAX);
            return -1;
        }
        type->picks[type->pick_count] = (struct ls_plan_pick){&p->plan->entities[e], back};
        return (int)type->pick_count++;
    }
    return -1;
}

const struct ls_op *ls_plan_attribute(const struct ls_plan_entity *entity, const char *name)
{
    const struct ls_spec_field *attributes = entity->spec->attributes.items;
    for (size_t i = 0; i < entity->attribute_count; i++) {
        if (strcmp(attributes[i].name, name) == 0) {
            return &entity->attributes[i];
        }
    }
    return NULL;
}

void ls_plan_take(const struct ls_op *source, struct ls_op *out)
{
    out->type = source->type;
    out->scale = source->scale;
    out->bounded = source->bounded;
    out->low = source->low;
    out->high = source->high;
    out->text_max = source->text_max;
    out->id = source->id;
    out->kind = LS_OP_ENTITY_ID; /* an id of another template */
    if (source->kind == LS_OP_ID) {
        return;
    }
    out->source = source;
    out->known_words = source->known_words;
    out->known_numbers = source->known_numbers;
    switch (source->kind) {
    case LS_OP_CONST:
    case LS_OP_CHOICE:
        out->words = source->words;
        out->word_count = source->word_count;
        out->kind = source->kind == LS_OP_CONST ? LS_OP_CONST : LS_OP_ATTRIBUTE_CHOICE;
        break;
    case LS_OP_PATTERN:
    case LS_OP_WORDS:
    case LS_OP_UUID:
        out->kind = LS_OP_ATTRIBUTE_DRAWN;
        break;
    case LS_OP_MEMBER:
        out->kind = LS_OP_ATTRIBUTE_MEMBER;
        break;
    case LS_OP_NUMBER:
    case LS_OP_SEQUENCE:
        out->kind = LS_OP_ATTRIBUTE;
        break;
    default:
        out->kind = LS_OP_ATTRIBUTE_DERIVED;
        break;
    }
}

/* ENTITY.id or ENTITY.ATTRIBUTE. */
bool ls_plan_ref(struct planner *p, const char *text, struct ls_where where,
                 struct ls_plan_type *type, unsigned back, struct ls_op *out)
{
    const char *dot = strchr(text, '.');
    int pick = dot ? pick_of(p, type, text, (size_t)(dot - text), back, where) : -1;
    if (pick < 0) {
        return false;
    }
    const struct ls_plan_entity *entity = type->picks[pick].entity;
    out->pick = (uint16_t)pick;
    out->type = LS_FIELD_STRING;
    out->kind = LS_OP_ENTITY_ID;
    if (strcmp(dot + 1, "id") == 0) {
        out->id = entity->id;
        out->text_max = ls_id_text_max(&entity->id);
        return true;
    }
    const struct ls_op *attribute = ls_plan_attribute(entity, dot + 1);
    if (attribute) {
        ls_plan_take(attribute, out);
    }
    return attribute != NULL;
}

struct ls_op *ls_plan_op_of_cell(struct ls_plan_type *type, unsigned cell)
{
    for (size_t i = 0; i < type->ops.count; i++) {
        if (type->ops.items[i].cell == cell) {
            return &type->ops.items[i];
        }
    }
    return NULL;
}

bool ls_plan_op_nullable(const struct ls_op *op)
{
    return op->may_be_null || (op->expr && ls_expr_nullable(op->expr));
}

static void symbol_of(const struct ls_op *op, struct ls_expr_symbol *symbol)
{
    *symbol = (struct ls_expr_symbol){ls_field_expr_type(op->type),
                                      op->scale,
                                      ls_plan_op_nullable(op),
                                      op->cell,
                                      op->bounded,
                                      op->low,
                                      op->high,
                                      ls_field_passes_through(op->type)};
}

/* Adds a hidden value behind the others, all of which run before the columns. */
static void hide(struct plan_scope *s, struct ls_op *op)
{
    struct ls_ops *ops = &s->type->ops;
    op->cell = (uint16_t)(s->type->column_count + ops->hidden_count);
    if (op->cell == LS_PLAN_CELLS_MAX) {
        op->cell--; /* another one's, in a plan that is refused */
        if (s->p->crowded != s->type) {
            s->p->crowded = s->type;
            PROBLEM(s->p, "LS2010", s->where, "compute with fewer of them, or in other event types",
                    "`%s` has %zu columns and names %zu values of entities and earlier events, at "
                    "most %d together",
                    s->type->spec->name, s->type->column_count, ops->hidden_count + 1,
                    LS_PLAN_CELLS_MAX);
        }
        return;
    }
    struct ls_op *at = &ops->items[ops->hidden_count++];
    memmove(at + 1, at, (ops->count++ - (size_t)(at - ops->items)) * sizeof *op);
    *at = *op;
}

/* A value of an entity. */
static bool hidden_ref(struct plan_scope *s, const char *name, struct ls_op *op)
{
    struct ls_ops *ops = &s->type->ops;
    *op = (struct ls_op){0};
    if (!strchr(name, '.') || !ls_plan_ref(s->p, name, s->where, s->type, s->back, op)) {
        return false;
    }
    for (size_t i = 0; i < ops->hidden_count; i++) {
        const struct ls_op *known = &ops->items[i];
        if (!known->field && known->kind == op->kind && known->pick == op->pick &&
            known->source == op->source && known->id.before == op->id.before) {
            *op = *known;
            return true;
        }
    }
    hide(s, op);
    return true;
}

/* The operation of a field of an event so many steps back: the same draws, at its index. */
static bool op_before(struct planner *p, const struct ls_spec_event_type *before,
                      const struct ls_spec_field *field, unsigned back, struct ls_plan_type *type,
                      struct ls_op *out)
{
    char path[512];
    snprintf(path, sizeof path, "event_types.%s.%s", before->name, field->name);
    return ls_plan_op(p, field, path, type, back, 0, out);
}

/* Of an event so many steps back, whose version is not known here. */
static void check_versions(struct plan_scope *s, const struct ls_spec_event_type *named,
                           const struct ls_spec_field *field)
{
    for (size_t v = 0; v < named->version_count; v++) {
        if (!ls_spec_field_in(field, named->versions[v].number)) {
            PROBLEM(s->p, "LS2011", s->where,
                    "refer to a field that is the same before and after the change",
                    "what `%s` takes from `%s` is computed from `%s`, which is not in both "
                    "versions of it",
                    s->type->spec->name, named->name, field->name);
            return;
        }
    }
}

bool ls_plan_is_above(const struct ls_spec_event_type *type, const struct ls_spec_field *field,
                      const struct ls_spec_field *below)
{
    for (size_t i = 0; i < type->every_count; i++) {
        if (type->every[i] == field || type->every[i] == below) {
            return type->every[i] != below;
        }
    }
    return false;
}

static bool hidden_field(struct plan_scope *s, const char *name, struct ls_op *op)
{
    const struct ls_spec_event_type *named = ls_plan_type_back(s->type, s->back);
    const struct ls_spec_field *field = ls_spec_field_ever(named, name);
    struct ls_ops *ops = &s->type->ops;
    if (!field || !ls_plan_is_above(named, field, s->field)) {
        return false;
    }
    for (size_t i = 0; i < ops->hidden_count; i++) {
        if (ops->items[i].field == field && ops->items[i].back == s->back) {
            *op = ops->items[i];
            return true;
        }
    }
    if (s->p->depth == DEPTH_MAX) {
        PROBLEM(s->p, "LS2106", s->where, "compute it from fields that are drawn",
                "a value of an earlier event is computed through more than %d others", DEPTH_MAX);
        return false;
    }
    s->p->depth++;
    op_before(s->p, named, field, s->back, s->type, op); /* a wrong one too, as in ls_plan_type */
    s->p->depth--;
    if (s->p->err->code) {
        return false;
    }
    check_versions(s, named, field);
    op->field = field;
    hide(s, op);
    return true;
}

/* The event's own time. */
static bool hidden_time(struct plan_scope *s, struct ls_op *op)
{
    struct ls_ops *ops = &s->type->ops;
    for (size_t i = 0; i < ops->hidden_count; i++) {
        if (ops->items[i].kind == LS_OP_EVENT_TIME && ops->items[i].back == s->back) {
            *op = ops->items[i];
            return true;
        }
    }
    *op = (struct ls_op){.kind = LS_OP_EVENT_TIME,
                         .type = LS_FIELD_TIMESTAMP,
                         .back = (uint16_t)s->back,
                         .bounded = true,
                         .low = LS_TIME_MIN_MS,
                         .high = LS_TIME_MAX_MS};
    hide(s, op);
    return true;
}

static const struct ls_op *own_field(const struct plan_scope *s, const char *name)
{
    for (size_t i = 0; i < s->type->version->field_count; i++) {
        if (strcmp(s->type->version->fields[i]->name, name) == 0) {
            return ls_plan_op_of_cell(s->type, LS_COLUMN_PAYLOAD + (unsigned)i);
        }
    }
    return NULL;
}

bool ls_plan_find(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct plan_scope *s = context;
    struct ls_op hidden = {0};
    const struct ls_op *op = s->back ? NULL : own_field(s, name);
    if (!op && ((s->back && hidden_field(s, name, &hidden)) ||
                (strcmp(name, "event_time") == 0 ? hidden_time(s, &hidden)
                                                 : hidden_ref(s, name, &hidden)))) {
        op = &hidden;
    }
    if (op) {
        symbol_of(op, symbol);
    }
    return op != NULL;
}

/* The event type so many steps back in the lifecycle. */
const struct ls_spec_event_type *ls_plan_type_back(const struct ls_plan_type *type, unsigned back)
{
    const struct ls_spec_event_type *at = type->spec;
    for (; back; back--) {
        at = at->step->follows_step->event_type;
    }
    return at;
}

/* ENTITY.id, ENTITY.ATTRIBUTE, or EVENT_TYPE.FIELD of a step before. */
bool ls_plan_any_ref(struct planner *p, const struct ls_source_text *source,
                     struct ls_plan_type *type, unsigned back, struct ls_op *out)
{
    const char *dot = strchr(source->text, '.');
    const struct ls_spec_event_type *from = ls_plan_type_back(type, back);
    char name[256];
    snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - source->text) : 0, source->text);
    const struct ls_spec_event_type *before = NULL;
    unsigned more = ls_spec_entity(p->spec, name) ? 0 : ls_spec_step_before(from, name, &before);
    if (more) {
        const struct ls_spec_field *field = ls_spec_field_ever(before, dot + 1);
        return field && op_before(p, before, field, back + more, type, out);
    }
    return ls_plan_ref(p, source->text, source->where, type, back, out);
}
