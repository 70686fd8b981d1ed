/* From a field of the spec to an operation. */
#include "core/base/civil.h"
#include "generator/plan_internal.h"
#include "spec/resolve.h"

#include <string.h>

void ls_plan_bounds(const struct ls_spec_field *field, int64_t *low, int64_t *high)
{
    ls_spec_field_limits(field, low, high);
    if (ls_spec_field_given(field, "min")) {
        ls_spec_quantity(&field->minimum, field, low);
    }
    if (ls_spec_field_given(field, "max")) {
        ls_spec_quantity(&field->maximum, field, high);
    }
}

/* A letter of 8-4-4-4-12 hex digits? */
static bool fits_uuid(size_t at, uint8_t letter)
{
    bool digit = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f') ||
                 (letter >= 'A' && letter <= 'F');
    return at == 8 || at == 13 || at == 18 || at == 23 ? letter == '-' : digit;
}

static bool is_uuid(const struct ls_cell *text)
{
    size_t at = 0;
    while (at < text->size && fits_uuid(at, text->bytes[at])) {
        at++;
    }
    return at == text->size && at == LS_UUID_SIZE;
}

/* Is each text of a pattern a UUID? */
static bool makes_uuids(const struct ls_pattern *pattern)
{
    size_t at = 0;
    for (size_t k = 0; k < pattern->count && at <= LS_UUID_SIZE; k++) {
        const struct ls_pattern_part *part = &pattern->parts[k];
        for (unsigned time = 0; time < part->most; time++, at++) {
            for (size_t b = 0; b < part->count; b++) {
                if (part->least < part->most || !fits_uuid(at, part->bytes[b])) {
                    return false;
                }
            }
        }
    }
    return at == LS_UUID_SIZE;
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
    if (ls_field_expr_type(type) == LS_EXPR_TEXT) {
        fits = value->kind == LS_YAML_TEXT;
        *word = ls_plan_text_cell(fits ? value->text : "");
        fits = fits && (type != LS_FIELD_UUID || is_uuid(word));
        out->text_max = word->size;
    } else if (type == LS_FIELD_BOOLEAN) {
        fits = value->kind == LS_YAML_BOOLEAN;
        word->number = value->boolean;
    } else if (ls_plan_is_time(type)) {
        fits = value->kind == LS_YAML_TEXT &&
               ls_time_parse(value->text, strlen(value->text), &word->number);
        word->number = type == LS_FIELD_DATE ? ls_floor_div(word->number, 86400000) : word->number;
    } else if (value->text && !value->quoted && ls_read_decimal(value->text, &decimal)) {
        quantity.number = decimal;
        fits = ls_spec_quantity(&quantity, field, &word->number);
    }
    out->low = out->high = word->number;
    if (!fits) {
        PROBLEM(p, "LS2018", value->where, ls_field_type_hint(type), "this is no value of type %s",
                ls_field_type_words[type]);
    }
    return fits;
}

bool ls_plan_template(struct planner *p, const struct ls_template *t, struct ls_where where,
                      struct ls_id_template *out)
{
    *out = ls_id_template_of(t->before, t->before_size, t->width, t->behind, t->behind_size);
    size_t size = t->before_size + t->behind_size + LS_ID_DIGITS_MAX;
    if (size > LS_ID_TEXT_MAX) {
        PROBLEM(p, "LS2004", where, "shorten the text round the number",
                "an id of this template has %zu bytes with %d digits, at most %d", size,
                LS_ID_DIGITS_MAX, LS_ID_TEXT_MAX);
        return false;
    }
    return true;
}

static bool op_id(struct planner *p, const struct ls_source_text *text, struct ls_op *out)
{
    struct ls_template t;
    ls_template_parse(text->text, &t); /* checked when the spec was loaded */
    out->kind = LS_OP_ID;
    out->of_session = t.of_session;
    bool fits = ls_plan_template(p, &t, text->where, &out->id);
    out->text_max = ls_id_text_max(&out->id);
    return fits;
}

static bool op_pattern(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    const struct ls_source_text *text = field->source.settings;
    struct ls_pattern *pattern = ls_plan_alloc(p, 1, sizeof *pattern);
    out->kind = LS_OP_PATTERN;
    out->pattern = pattern;
    if (!pattern ||
        !ls_pattern_compile(text->text, text->where, &p->plan->arena, p->diag, pattern, p->err)) {
        return false;
    }
    out->text_max = pattern->text_max;
    if (out->text_max == 0) {
        PROBLEM(p, "LS2026", text->where, "write [A-Z]{3}, say, or `const: \"\"`",
                "a text of the pattern `%s` is always empty", text->text);
        return false;
    }
    if (out->type == LS_FIELD_UUID && !makes_uuids(pattern)) {
        PROBLEM(p, "LS2018", text->where, "write `uuid`, or let the type be string",
                "not every text of the pattern is a UUID");
        return false;
    }
    return true;
}

static bool op_member(struct planner *p, const struct ls_source_text *source, struct ls_op *out)
{
    const struct ls_spec_entity *entity = ls_spec_entity(p->spec, source->text);
    struct ls_template t;
    ls_template_parse(entity->id, &t);
    out->kind = LS_OP_MEMBER;
    out->id = ls_id_template_of(t.before, t.before_size, t.width, t.behind, t.behind_size);
    out->text_max = ls_id_text_max(&out->id);
    out->most = entity->growth ? entity->growth->to : entity->count;
    return true;
}

static bool make_op(struct planner *p, const struct ls_spec_field *field, struct ls_plan_type *type,
                    unsigned back, uint64_t count, struct ls_op *out)
{
    const struct ls_member *m = field->source.member;
    const struct ls_source_text *text = field->source.settings; /* of id, ref and expr */
    if (m == &ls_member_const) {
        return op_const(p, field, out);
    }
    if (m == &ls_member_choice) {
        const struct ls_source_choice *choice = field->source.settings;
        return ls_plan_choice(p, field, &choice->weights, out);
    }
    if (m == &ls_member_choice_by) {
        return ls_plan_choice_by(p, field, type, back, out);
    }
    if (m == &ls_member_bernoulli) {
        return ls_plan_bernoulli(p, field, out);
    }
    if (m == &ls_member_id) {
        return op_id(p, text, out);
    }
    if (m == &ls_member_pattern) {
        return op_pattern(p, field, out);
    }
    if (m == &ls_member_words) {
        return ls_plan_words(p, field, out);
    }
    if (m == &ls_member_member) {
        return op_member(p, text, out);
    }
    if (m == &ls_member_uuid) {
        out->kind = LS_OP_UUID;
        out->text_max = LS_UUID_SIZE;
        return true;
    }
    if (m == &ls_member_sequence) {
        return ls_plan_sequence(p, field, count, out);
    }
    if (m == &ls_member_walk) {
        return ls_plan_walk(p, field, type, back, out);
    }
    if (m == &ls_member_ref) {
        return type ? ls_plan_any_ref(p, text, type, back, out) : ls_plan_owner_ref(p, text, out);
    }
    if (m == &ls_member_expr) {
        return type ? ls_plan_expression(p, field, type, back, out)
                    : ls_plan_computed(p, field, out);
    }
    return ls_plan_number(p, field, out);
}

bool ls_plan_op(struct planner *p, const struct ls_spec_field *field, const char *path,
                struct ls_plan_type *type, unsigned back, uint64_t count, struct ls_op *out)
{
    out->type = (enum ls_field_type)field->type;
    out->scale = field->scale;
    out->back = (uint16_t)back;
    out->owners = p->entity && p->entity->owner ? p->entity->owner->count : 1;
    out->cost = 1;
    out->key = ls_plan_key(p, "%s", path);
    out->null_key = ls_plan_key(p, "%s.null", path);
    out->nullable_share = field->nullable;
    out->may_be_null = field->nullable.part > 0;
    ls_plan_bounds(field, &out->low, &out->high);
    out->bounded = ls_plan_has_bounds(out->type);
    if (ls_spec_item(field)) {
        return ls_plan_nested(p, field, path, out);
    }
    if (!make_op(p, field, type, back, count, out)) {
        out->low = out->high = 0; /* its problem is none of the expressions with it */
        return false;
    }
    /* what comes from a step before was shifted there */
    return !type || out->back > back || ls_plan_shifts(p, field, type, out);
}
