/* From a field of the spec to an operation. */
#include "core/base/civil.h"
#include "generator/plan_internal.h"
#include "spec/resolve.h"

#include <stdio.h>
#include <string.h>

static struct ls_cell text_cell(const char *text)
{
    return (struct ls_cell){.bytes = (const uint8_t *)text, .size = (uint32_t)strlen(text)};
}

static void bounds_of_field(const struct ls_spec_field *field, int64_t *low, int64_t *high)
{
    *low = field->type == LS_FIELD_INT ? INT32_MIN : INT64_MIN;
    *high = field->type == LS_FIELD_INT ? INT32_MAX : INT64_MAX;
    if (ls_spec_field_given(field, "min")) {
        ls_spec_quantity(&field->minimum, (enum ls_field_type)field->type, low);
    }
    if (ls_spec_field_given(field, "max")) {
        ls_spec_quantity(&field->maximum, (enum ls_field_type)field->type, high);
    }
}

/* Numbers and times do. */
static bool has_bounds(enum ls_field_type type)
{
    return ls_field_expr_type(type) == LS_EXPR_NUMBER || type == LS_FIELD_TIMESTAMP;
}

static bool op_const(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    struct ls_cell *word = ls_plan_alloc(p, 1, sizeof *word);
    const struct ls_yaml *value = ((const struct ls_source_const *)field->source.settings)->value;
    struct ls_decimal decimal;
    struct ls_quantity quantity = {.where = value->where};
    bool fits = false;
    out->kind = LS_OP_CONST;
    out->words = word;
    out->word_count = 1;
    if (!word) {
        return false;
    }
    enum ls_field_type type = (enum ls_field_type)field->type;
    if (type == LS_FIELD_STRING) {
        fits = value->kind == LS_YAML_TEXT;
        *word = text_cell(fits ? value->text : "");
        out->text_max = word->size;
    } else if (type == LS_FIELD_BOOLEAN) {
        fits = value->kind == LS_YAML_BOOLEAN;
        word->number = value->boolean;
    } else if (type == LS_FIELD_TIMESTAMP) {
        fits = value->kind == LS_YAML_TEXT &&
               ls_time_parse(value->text, strlen(value->text), &word->number);
    } else if (value->text && !value->quoted && ls_read_decimal(value->text, &decimal)) {
        quantity.number = decimal;
        fits = ls_spec_quantity(&quantity, type, &word->number);
    }
    out->low = out->high = word->number;
    if (!fits) {
        PROBLEM(p, "LS2018", value->where, NULL, "this is no value of type %s",
                ls_field_type_words[type]);
    }
    return fits;
}

static bool op_choice(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    const struct ls_weights *weights =
        &((const struct ls_source_choice *)field->source.settings)->weights;
    out->kind = LS_OP_CHOICE;
    out->word_count = weights->count;
    struct ls_cell *words = ls_plan_alloc(p, weights->count, sizeof *words);
    out->words = words;
    if (!words || ls_choices_new(weights->weights, weights->count, &p->plan->arena, &out->choices,
                                 p->err) < 0) {
        return false;
    }
    for (size_t i = 0; i < weights->count; i++) {
        words[i] = text_cell(weights->words[i]);
        out->text_max = words[i].size > out->text_max ? words[i].size : out->text_max;
        words[i].number = (int64_t)i;
        if (field->type == LS_FIELD_BOOLEAN) {
            bool yes = strcmp(weights->words[i], "true") == 0;
            words[i] = (struct ls_cell){.number = yes};
            if (!yes && strcmp(weights->words[i], "false") != 0) {
                PROBLEM(p, "LS2018", weights->where[i], "write {true: 1, false: 9}",
                        "`%s` is no boolean", weights->words[i]);
                return false;
            }
        }
    }
    return true;
}

static bool template_of(struct planner *p, const char *text, struct ls_where where,
                        struct ls_op *out)
{
    struct ls_template t;
    ls_template_parse(text, &t); /* checked when the spec was loaded */
    out->id = ls_id_template_of(t.before, t.before_size, t.width, t.behind, t.behind_size);
    out->of_session = t.of_session;
    if (t.before_size + t.behind_size + LS_ID_DIGITS_MAX > LS_ID_TEXT_MAX) {
        PROBLEM(p, "LS2004", where, NULL, "an id is longer than %d bytes", LS_ID_TEXT_MAX);
        return false;
    }
    return true;
}

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
            PROBLEM(p, "LS2010", where, NULL, "an event type uses at most %d entities",
                    LS_PLAN_PICKS_MAX);
            return -1;
        }
        type->picks[type->pick_count] = (struct ls_plan_pick){&p->plan->entities[e], back};
        return (int)type->pick_count++;
    }
    return -1;
}

static int attribute_index(const struct ls_plan_entity *entity, const char *name)
{
    const struct ls_spec_field *attributes = entity->spec->attributes.items;
    for (size_t i = 0; i < entity->attribute_count; i++) {
        if (strcmp(attributes[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* The value that an entity's operation makes. */
static void take_attribute(const struct ls_op *source, struct ls_op *out)
{
    out->type = source->type;
    out->bounded = source->bounded;
    out->low = source->low;
    out->high = source->high;
    out->text_max = source->text_max;
    out->id = source->id;
    out->kind = LS_OP_ENTITY_ID; /* an id of another template */
    if (source->kind != LS_OP_ID) {
        out->source = source;
        out->known_words = source->known_words;
        out->known_numbers = source->known_numbers;
        out->words = source->words;
        out->word_count = source->word_count;
        out->kind = source->kind == LS_OP_CONST    ? LS_OP_CONST
                    : source->kind == LS_OP_CHOICE ? LS_OP_ATTRIBUTE_CHOICE
                                                   : LS_OP_ATTRIBUTE;
    }
}

/* ENTITY.id or ENTITY.ATTRIBUTE. */
static bool op_ref(struct planner *p, const char *text, struct ls_where where,
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
    int attribute = attribute_index(entity, dot + 1);
    if (attribute < 0) {
        return false;
    }
    take_attribute(&entity->attributes[attribute], out);
    return true;
}

/* What names mean in an expression of an event type: fields above, and attributes of entities as
 * hidden cells. In one of an event so many steps back, its fields are hidden cells too. */
struct scope {
    struct planner *p;
    struct ls_plan_type *type;
    const struct ls_spec_event_type *named; /* whose fields are meant */
    unsigned back;
    struct ls_where where;
};

static struct ls_op *op_of_cell(struct ls_plan_type *type, unsigned cell)
{
    for (size_t i = 0; i < type->ops.count; i++) {
        if (type->ops.items[i].cell == cell) {
            return &type->ops.items[i];
        }
    }
    return NULL;
}

static bool is_nullable(const struct ls_op *op)
{
    return op->may_be_null || (op->expr && ls_expr_nullable(op->expr));
}

static void symbol_of(const struct ls_op *op, struct ls_expr_symbol *symbol)
{
    *symbol = (struct ls_expr_symbol){ls_field_expr_type(op->type),
                                      ls_field_scale(op->type),
                                      is_nullable(op),
                                      op->cell,
                                      op->bounded,
                                      op->low,
                                      op->high};
}

/* Adds a hidden value behind the others, all of which run before the columns. */
static struct ls_op *hide(struct ls_plan_type *type, struct ls_op *op)
{
    struct ls_ops *ops = &type->ops;
    if (type->column_count + ops->hidden_count >= LS_PLAN_CELLS_MAX) {
        return NULL;
    }
    op->cell = (uint16_t)(type->column_count + ops->hidden_count);
    struct ls_op *at = &ops->items[ops->hidden_count++];
    memmove(at + 1, at, (ops->count++ - (size_t)(at - ops->items)) * sizeof *op);
    *at = *op;
    return at;
}

/* A value of an entity. */
static struct ls_op *hidden_ref(struct scope *s, const char *name)
{
    struct ls_ops *ops = &s->type->ops;
    struct ls_op op = {0};
    if (!strchr(name, '.') || !op_ref(s->p, name, s->where, s->type, s->back, &op)) {
        return NULL;
    }
    for (size_t i = 0; i < ops->hidden_count; i++) {
        struct ls_op *known = &ops->items[i];
        if (!known->field && known->pick == op.pick && known->source == op.source &&
            known->id.before == op.id.before) {
            return known;
        }
    }
    return hide(s->type, &op);
}

static const struct ls_spec_field *field_named(const struct ls_spec_event_type *type,
                                               const char *name)
{
    const struct ls_items *lists[] = {&type->attributes, &type->dimensions, &type->metrics};
    for (size_t l = 0; l < 3; l++) {
        const struct ls_spec_field *fields = lists[l]->items;
        for (size_t i = 0; i < lists[l]->count; i++) {
            if (strcmp(fields[i].name, name) == 0) {
                return &fields[i];
            }
        }
    }
    return NULL;
}

/* The operation of a field of an event so many steps back: the same draws, at its index. */
static bool op_before(struct planner *p, const struct ls_spec_event_type *before,
                      const struct ls_spec_field *field, unsigned back, struct ls_plan_type *type,
                      struct ls_op *out)
{
    char path[512];
    snprintf(path, sizeof path, "event_types.%s.%s", before->name, field->name);
    return ls_plan_op(p, field, path, type, back, out);
}

static struct ls_op *hidden_field(struct scope *s, const char *name)
{
    const struct ls_spec_field *field = field_named(s->named, name);
    struct ls_ops *ops = &s->type->ops;
    struct ls_op op = {0};
    for (size_t i = 0; field && i < ops->hidden_count; i++) {
        if (ops->items[i].field == field && ops->items[i].back == s->back) {
            return &ops->items[i];
        }
    }
    if (!field || !op_before(s->p, s->named, field, s->back, s->type, &op)) {
        return NULL;
    }
    op.field = field;
    return hide(s->type, &op);
}

static const struct ls_op *own_field(const struct scope *s, const char *name)
{
    for (size_t i = 0; i < s->type->version->field_count; i++) {
        if (strcmp(s->type->version->fields[i]->name, name) == 0) {
            return op_of_cell(s->type, LS_COLUMN_PAYLOAD + (unsigned)i);
        }
    }
    return NULL;
}

static bool find_symbol(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct scope *s = context;
    const struct ls_op *op = s->back ? hidden_field(s, name) : own_field(s, name);
    op = op ? op : hidden_ref(s, name);
    if (op) {
        symbol_of(op, symbol);
    }
    return op != NULL;
}

static bool fit_expression(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    struct ls_where where = ((const struct ls_source_text *)field->source.settings)->where;
    enum ls_field_type type = (enum ls_field_type)field->type;
    if (ls_expr_type(out->expr) != ls_field_expr_type(type)) {
        PROBLEM(p, "LS2019", where, NULL, "the expression gives %s, the field is of type %s",
                ls_expr_type_name(ls_expr_type(out->expr)), ls_field_type_words[type]);
        return false;
    }
    if (ls_expr_nullable(out->expr) && !field->is_nullable) {
        PROBLEM(p, "LS2019", where, "make the field nullable: `null: never` or `nullable: ...`",
                "the expression can be null, because a field in it can");
        return false;
    }
    if (!ls_expr_safe(out->expr)) {
        PROBLEM(p, "LS2202", where, "give the fields in it a `min` and a `max`",
                "how large the expression gets cannot be told");
        return false;
    }
    if (!has_bounds(type)) {
        return true;
    }
    unsigned scale = ls_field_scale(type);
    ls_i128 low;
    ls_i128 high;
    if (ls_expr_scale(out->expr) > scale) {
        PROBLEM(p, "LS2019", where, NULL, "the expression has %u decimal places, the field %u",
                ls_expr_scale(out->expr), scale);
        return false;
    }
    out->factor = ls_pow10(scale - ls_expr_scale(out->expr));
    if (!ls_expr_bounds(out->expr, &low, &high) || ls_mul_overflows(low, out->factor, &low) ||
        ls_mul_overflows(high, out->factor, &high)) {
        PROBLEM(p, "LS2202", where, "give the fields in it a `min` and a `max`",
                "how large the expression gets cannot be told");
        return false;
    }
    out->narrow = ls_expr_narrow(out->expr) && ls_fits_i64(low) && ls_fits_i64(high);
    out->low = low > out->low ? (low < out->high ? (int64_t)low : out->high) : out->low;
    out->high = high < out->high ? (high > out->low ? (int64_t)high : out->low) : out->high;
    return true;
}

/* A text is a constant or a cell: there is no operator that makes a longer one. */
struct widest {
    struct ls_plan_type *type;
    struct ls_op *out;
};

static void take_widest(void *context, unsigned slot)
{
    struct widest *w = context;
    const struct ls_op *op = op_of_cell(w->type, slot);
    w->out->text_max = op->text_max > w->out->text_max ? op->text_max : w->out->text_max;
}

/* The event type so many steps back in the lifecycle. */
static const struct ls_spec_event_type *type_back(const struct ls_plan_type *type, unsigned back)
{
    const struct ls_spec_event_type *at = type->spec;
    for (; back; back--) {
        at = at->step->follows_step->event_type;
    }
    return at;
}

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

/* What an expression of the type can name: the fields so far, and values of entities. */
static bool list_names(struct planner *p, const struct ls_plan_type *type,
                       const char *names[LS_SPEC_FIELDS_MAX + ENTITY_VALUES_MAX + 1])
{
    size_t count = 0;
    if (!p->entity_values && !list_entity_values(p)) {
        return false;
    }
    for (size_t i = 0; i < type->ops.count; i++) {
        if (type->ops.items[i].cell < type->column_count) {
            names[count++] =
                type->version->fields[type->ops.items[i].cell - LS_COLUMN_PAYLOAD]->name;
        }
    }
    for (size_t i = 0; p->entity_values[i]; i++) {
        names[count++] = p->entity_values[i];
    }
    names[count] = NULL;
    return true;
}

static bool op_expr(struct planner *p, const struct ls_spec_field *field, struct ls_plan_type *type,
                    unsigned back, struct ls_op *out)
{
    const struct ls_source_text *source = field->source.settings;
    const char *names[LS_SPEC_FIELDS_MAX + ENTITY_VALUES_MAX + 1];
    struct scope s = {p, type, type_back(type, back), back, source->where};
    struct ls_expr_scope scope = {find_symbol, names, &s};
    struct ls_expr *expr;
    out->kind = LS_OP_EXPR;
    out->text_max = strlen(source->text);
    if (!list_names(p, type, names) ||
        ls_expr_compile(source->text, source->where, -1, &scope, &p->plan->arena, p->diag, &expr,
                        p->err) < 0 ||
        !expr) {
        return false;
    }
    out->expr = expr;
    struct widest widest = {type, out};
    ls_expr_slots(expr, take_widest, &widest);
    return fit_expression(p, field, out);
}

static bool op_number(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    out->kind = LS_OP_NUMBER;
    if (!ls_distribution_compile(&field->source, LS_UNIT_NUMBER, ls_field_scale(out->type),
                                 out->low, out->high, &p->plan->arena, p->diag, &out->distribution,
                                 p->err)) {
        return false;
    }
    ls_distribution_bounds(&out->distribution, &out->low, &out->high);
    return true;
}

/* ENTITY.id, ENTITY.ATTRIBUTE, or EVENT_TYPE.FIELD of a step before. */
static bool op_any_ref(struct planner *p, const struct ls_source_text *source,
                       struct ls_plan_type *type, unsigned back, struct ls_op *out)
{
    const char *dot = strchr(source->text, '.');
    const struct ls_spec_event_type *from = type_back(type, back);
    char name[256];
    snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - source->text) : 0, source->text);
    const struct ls_spec_event_type *before = NULL;
    unsigned more = ls_spec_entity(p->spec, name) ? 0 : ls_spec_step_before(from, name, &before);
    if (more) {
        const struct ls_spec_field *field = field_named(before, dot + 1);
        return field && op_before(p, before, field, back + more, type, out);
    }
    return op_ref(p, source->text, source->where, type, back, out);
}

bool ls_plan_op(struct planner *p, const struct ls_spec_field *field, const char *path,
                struct ls_plan_type *type, unsigned back, struct ls_op *out)
{
    const struct ls_member *m = field->source.member;
    const struct ls_source_text *text = field->source.settings; /* of id, ref and expr */
    out->type = (enum ls_field_type)field->type;
    out->back = (uint16_t)back;
    out->key = ls_plan_key(p, "%s", path);
    out->null_key = ls_plan_key(p, "%s.null", path);
    out->nullable_share = field->nullable;
    out->may_be_null = field->nullable.part > 0;
    /* narrowed below; what has a problem keeps these, which is none of expressions with it */
    bounds_of_field(field, &out->low, &out->high);
    out->bounded = has_bounds(out->type);
    if (m == &ls_member_const) {
        return op_const(p, field, out);
    }
    if (m == &ls_member_choice) {
        return op_choice(p, field, out);
    }
    if (m == &ls_member_id) {
        out->kind = LS_OP_ID;
        bool fits = template_of(p, text->text, text->where, out);
        out->text_max = ls_id_text_max(&out->id);
        return fits;
    }
    if (m == &ls_member_ref) {
        return op_any_ref(p, text, type, back, out);
    }
    return m == &ls_member_expr ? op_expr(p, field, type, back, out) : op_number(p, field, out);
}
