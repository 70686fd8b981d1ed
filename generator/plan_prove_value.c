/* Contract G7, of single values: those that a field is made with are in the set, or match the
 * pattern, that a check asks for; and no fault makes one that such a check would notice first. */
#include "generator/plan_internal.h"
#include "generator/within.h"

#include <stdio.h>
#include <string.h>

/* ---- sets */

static bool has_number(const struct ls_spec_check *check, const struct ls_spec_field *field,
                       int64_t number)
{
    for (size_t i = 0; i < check->values.count; i++) {
        int64_t value;
        if (ls_spec_number(check->values.items[i], field, &value) && value == number) {
            return true;
        }
    }
    return false;
}

static bool has_text(const struct ls_spec_check *check, const struct ls_cell *text)
{
    for (size_t i = 0; i < check->values.count; i++) {
        const char *value = check->values.items[i];
        if (strlen(value) == text->size && memcmp(value, text->bytes, text->size) == 0) {
            return true;
        }
    }
    return false;
}

/* The numbers that an operation makes: its words, or all within its bounds. Number k; false behind
 * the last. */
static bool number_at(const struct ls_op *op, uint64_t k, int64_t *out)
{
    if (op->words) {
        *out = k < op->word_count ? op->words[k].number : 0;
        return k < op->word_count;
    }
    *out = (int64_t)((uint64_t)op->low + k);
    return k <= (uint64_t)op->high - (uint64_t)op->low;
}

static void not_in_set(struct planner *p, const struct ls_spec_check *check,
                       const struct ls_plan_type *type, const struct ls_spec_field *field,
                       const char *made)
{
    PROBLEM(p, "LS2201", ls_spec_place(p->spec, &check->values, check->where),
            "add it to `values`, or do not let it be made",
            "`%s` of %s can be `%s`, which is none of this check's `values`", field->name,
            type->spec->name, made);
}

void ls_plan_prove_set(struct planner *p, const struct ls_spec_check *check,
                       const struct ls_plan_type *type, const struct ls_spec_field *field,
                       const struct ls_op *op)
{
    if (ls_field_is_number(op->type)) {
        int64_t number;
        for (uint64_t k = 0; number_at(op, k, &number); k++) { /* ends with the first that lacks */
            if (!has_number(check, field, number)) {
                char made[LS_I128_TEXT_MAX];
                ls_decimal_format(number, field->scale, made);
                not_in_set(p, check, type, field, made);
                return;
            }
        }
        return;
    }
    if (!op->words || op->kind == LS_OP_WORDS) {
        PROBLEM(p, "LS2201", ls_spec_place(p->spec, &check->values, check->where),
                "let the field be a `choice` or a `const`",
                "nothing shows that each `%s` of %s is one of this check's `values`", field->name,
                type->spec->name);
        return;
    }
    for (size_t k = 0; k < op->word_count; k++) {
        if (!has_text(check, &op->words[k])) {
            not_in_set(p, check, type, field, (const char *)op->words[k].bytes);
            return;
        }
    }
}

/* ---- patterns */

#define ID_PARTS_MAX (LS_ID_TEXT_MAX + 1)

/* What ids and UUIDs look like, as a pattern. */
struct likeness {
    struct ls_pattern pattern;
    struct ls_pattern_part parts[ID_PARTS_MAX];
    bool sound; /* it has nothing but printable ASCII */
};

static void add_part(struct likeness *likeness, const char *letters, size_t count, unsigned least,
                     unsigned most)
{
    struct ls_pattern_part *part = &likeness->parts[likeness->pattern.count++];
    *part = (struct ls_pattern_part){.least = least, .most = most};
    for (size_t i = 0; i < count; i++) {
        uint8_t letter = (uint8_t)letters[i];
        likeness->sound = likeness->sound && letter >= ' ' && letter < 127;
        part->has[letter / 64 % 2] |= UINT64_C(1) << letter % 64;
    }
}

static void begin_likeness(struct likeness *likeness)
{
    likeness->pattern = (struct ls_pattern){.parts = likeness->parts};
    likeness->sound = true;
}

static unsigned digits_of(uint64_t number)
{
    unsigned digits = 1;
    for (; number >= 10; number /= 10) {
        digits++;
    }
    return digits;
}

/* Ids of the numbers up to `last`. */
static void like_ids(const struct ls_id_template *id, uint64_t last, struct likeness *out)
{
    unsigned most = digits_of(last);
    begin_likeness(out);
    for (size_t i = 0; i < id->before_size; i++) {
        add_part(out, id->before + i, 1, 1, 1);
    }
    add_part(out, "0123456789", 10, id->width, most > id->width ? most : id->width);
    for (size_t i = 0; i < id->behind_size; i++) {
        add_part(out, id->behind + i, 1, 1, 1);
    }
}

/* 8-4-4-4-12 digits, of version 4, variant 1. */
static void like_uuids(struct likeness *out)
{
    static const char form[] = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
    begin_likeness(out);
    for (const char *at = form; *at; at++) {
        if (*at == 'x') {
            add_part(out, "0123456789abcdef", 16, 1, 1);
        } else if (*at == 'v') {
            add_part(out, "89ab", 4, 1, 1);
        } else {
            add_part(out, at, 1, 1, 1);
        }
    }
}

/* Does all that an operation draws or numbers match? Words are looked at one by one. */
static bool draws_match(const struct ls_pattern *wide, const struct ls_plan_type *type,
                        const struct ls_op *op)
{
    const struct ls_op *drawn = op->source ? op->source : op; /* of an entity */
    struct likeness like;
    switch (drawn->kind) {
    case LS_OP_PATTERN:
        return ls_pattern_is_within(drawn->pattern, wide);
    case LS_OP_UUID:
        like_uuids(&like);
        break;
    case LS_OP_ENTITY_ID:
        like_ids(&op->id, type->picks[op->pick].entity->count - 1, &like);
        break;
    case LS_OP_MEMBER:
        like_ids(&drawn->id, (uint64_t)drawn->most - 1, &like);
        break;
    case LS_OP_ID:
        like_ids(&op->id, UINT64_MAX, &like);
        break;
    default:
        return false;
    }
    return like.sound && ls_pattern_is_within(&like.pattern, wide);
}

void ls_plan_prove_pattern(struct planner *p, const struct ls_spec_check *check,
                           const struct ls_plan_type *type, const struct ls_spec_field *field,
                           const struct ls_op *op)
{
    struct ls_where where = ls_spec_place(p->spec, &check->like, check->where);
    bool words = op->words && op->kind != LS_OP_WORDS;
    for (size_t k = 0; words && k < op->word_count; k++) {
        const struct ls_cell *word = &op->words[k];
        if (!ls_pattern_matches(&check->pattern, word->bytes, word->size)) {
            PROBLEM(p, "LS2201", where, "widen the pattern, or do not let it be made",
                    "`%s` of %s can be `%s`, which does not match this check's pattern",
                    field->name, type->spec->name, (const char *)word->bytes);
            return;
        }
    }
    if (!words && !draws_match(&check->pattern, type, op)) {
        PROBLEM(p, "LS2201", where,
                op->kind == LS_OP_ID ? "widen the pattern: the numbers of events may have 20 digits"
                                     : "let the source be such a `pattern` too, or widen this one",
                "nothing shows that each `%s` of %s matches the pattern `%s`", field->name,
                type->spec->name, check->like);
    }
}

/* ---- faults */

static bool is_of(const struct ls_spec_check *check, enum ls_check_word word,
                  const struct ls_spec_field *field)
{
    return check->check == (int)word && strcmp(check->field, field->name) == 0;
}

void ls_plan_prove_range_first(struct planner *p, const struct ls_spec_field *field)
{
    const struct ls_spec_check *checks = p->spec->quality.items;
    size_t i = 0;
    while (i < p->spec->quality.count && !is_of(&checks[i], LS_CHECK_RANGE, field)) {
        if (is_of(&checks[i], LS_CHECK_SET, field)) {
            PROBLEM(p, "LS2204", ls_spec_place(p->spec, &checks[i].check, checks[i].where),
                    "put it behind the range check",
                    "this check would refuse what `out_of_range` makes of `%s` before the range "
                    "check does",
                    field->name);
        }
        i++;
    }
}

/* A conflict's number that is not in the set, of all that the operation makes; false: none. */
static bool leaves_set(const struct ls_spec_check *check, const struct ls_plan_type *type,
                       const struct ls_spec_field *field, const struct ls_op *op, int64_t *out)
{
    int64_t number;
    for (uint64_t k = 0; number_at(op, k, &number); k++) {
        if (!has_number(check, field, number)) {
            return false; /* that is told, and there may be many of them */
        }
        *out = number < type->conflict_high ? number + 1 : number - 1;
        if (!has_number(check, field, *out)) {
            return true;
        }
    }
    return false;
}

void ls_plan_prove_conflict_in_sets(struct planner *p, const struct ls_plan_type *type,
                                    const struct ls_spec_field *field, const struct ls_op *op)
{
    const struct ls_spec_check *checks = p->spec->quality.items;
    const struct ls_spec_fault *conflict = p->spec->faults->conflict;
    int64_t number;
    for (size_t i = 0; i < p->spec->quality.count; i++) {
        if (is_of(&checks[i], LS_CHECK_SET, field) &&
            leaves_set(&checks[i], type, field, op, &number)) {
            char made[LS_I128_TEXT_MAX];
            ls_decimal_format(number, field->scale, made);
            PROBLEM(p, "LS2204", ls_spec_place(p->spec, &conflict->field, conflict->where),
                    "name a field without a set check, or add the number to its `values`",
                    "a conflict can make `%s` of `%s` of %s, which a set check refuses", made,
                    field->name, type->spec->name);
        }
    }
}

void ls_plan_prove_unknown(struct planner *p, const struct ls_plan_type *type,
                           const struct ls_spec_field *field)
{
    const struct ls_spec_check *checks = p->spec->quality.items;
    const struct ls_spec_fault *unknown = p->spec->faults->unknown_reference;
    struct likeness like;
    like_ids(&type->unknown_entity->id, type->unknown_entity->count + LS_RANGE_BEYOND_MAX - 1,
             &like);
    for (size_t i = 0; i < p->spec->quality.count; i++) {
        bool set = is_of(&checks[i], LS_CHECK_SET, field);
        bool narrow = is_of(&checks[i], LS_CHECK_PATTERN, field) &&
                      !(like.sound && ls_pattern_is_within(&like.pattern, &checks[i].pattern));
        if (set || narrow) {
            PROBLEM(p, "LS2204", ls_spec_place(p->spec, &unknown->field, unknown->where),
                    set ? "leave that check out" : "let its `like` take greater numbers too",
                    "`check: %s` of `%s` may refuse an unknown id before the reference check does",
                    set ? "set" : "pattern", field->name);
            return;
        }
    }
}
