/* The checks of `quality`: each has what it needs and no more, and fits the fields that it is of.
 */
#include "spec/resolve_internal.h"

#include <string.h>

static const char *check_name(const struct ls_spec_check *check)
{
    const struct ls_option *row = ls_spec_check_table.rows;
    return row->words[check->check]; /* the first row */
}

/* Where the value of an option stood. */
static struct ls_where place_of_option(const struct resolver *r, const struct ls_spec_check *check,
                                       const char *option)
{
    const struct ls_option *row = ls_spec_check_table.rows;
    while (strcmp(row->name, option) != 0) {
        row++;
    }
    return ls_spec_place(r->spec, (const char *)check + row->offset, check->where);
}

/* ---- which options a check or a flag has */

enum owner {
    OF_CHECKS = LS_CHECK_FLAG + 1, /* of all of them */
    OF_FLAGS,
    OF_MONOTONIC
};

static const struct {
    const char *option;
    int owner; /* a check's word, or one of these */
} owned[] = {{"field", OF_CHECKS},       {"min", LS_CHECK_RANGE},
             {"max", LS_CHECK_RANGE},    {"table", LS_CHECK_REFERENCE},
             {"values", LS_CHECK_SET},   {"like", LS_CHECK_PATTERN},
             {"when", OF_FLAGS},         {"monotonic", OF_FLAGS},
             {"events", OF_FLAGS},       {"per", OF_MONOTONIC},
             {"tolerance", OF_MONOTONIC}};

static bool is_owned(const struct ls_spec_check *check, int owner)
{
    bool flag = check->check == LS_CHECK_FLAG;
    return owner == OF_CHECKS      ? !flag
           : owner == OF_FLAGS     ? flag
           : owner == OF_MONOTONIC ? flag && check->monotonic
                                   : owner == check->check;
}

static bool owns_its_options(struct resolver *r, const struct ls_spec_check *check)
{
    const char *const *words = ls_spec_check_table.rows[0].words;
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        int owner = owned[i].owner;
        if (!ls_spec_check_given(check, owned[i].option) || is_owned(check, owner)) {
            continue;
        }
        char of[64];
        char hint[96];
        if (owner == OF_MONOTONIC) {
            snprintf(of, sizeof of, "`monotonic`");
            snprintf(hint, sizeof hint, "leave it out, or write `monotonic: event_time`, say");
        } else if (owner == OF_FLAGS || owner == OF_CHECKS) {
            snprintf(of, sizeof of, "a %s", owner == OF_FLAGS ? "flag" : "check");
            snprintf(hint, sizeof hint, "leave it out, or make two items of it");
        } else {
            snprintf(of, sizeof of, "`check: %s`", words[owner]);
            snprintf(hint, sizeof hint, "leave it out, or write %s", of);
        }
        PROBLEM(r, "LS2015", place_of_option(r, check, owned[i].option), hint, "`%s` belongs to %s",
                owned[i].option, of);
        return false;
    }
    return true;
}

static bool has_what_it_needs(struct resolver *r, const struct ls_spec_check *check)
{
    char buffer[LS_SUGGEST_MAX];
    const char *what = NULL;
    const char *hint = NULL;
    if (!check->field) {
        what = "a `field`";
        hint = "add `field: amount`, say";
    } else if (check->check == LS_CHECK_RANGE && !ls_spec_check_given(check, "min") &&
               !ls_spec_check_given(check, "max")) {
        what = "`min` or `max` or both";
        hint = "add `min: 0`, say";
    } else if (check->check == LS_CHECK_REFERENCE && !check->table) {
        what = "a `table`";
        hint = ls_resolve_suggest_reference(r, "", buffer);
    } else if (check->check == LS_CHECK_SET && check->values.count == 0) {
        what = "`values`";
        hint = "add `values: [US, DE]`, say";
    } else if (check->check == LS_CHECK_PATTERN && !check->like) {
        what = "`like`";
        hint = "add `like: \"[A-Z]{3}[0-9]{4}\"`, say";
    }
    if (what) {
        PROBLEM(r, "LS2015",
                ls_spec_check_given(check, "values") ? place_of_option(r, check, "values")
                                                     : check->where,
                hint, "`check: %s` needs %s", check_name(check), what);
    }
    return !what;
}

/* ---- whether it fits a field */

static bool fits_type(const struct ls_spec_check *check, enum ls_field_type type)
{
    bool number = ls_field_is_number(type) && type != LS_FIELD_DATE;
    switch (check->check) {
    case LS_CHECK_RANGE:
        return ls_field_is_number(type);
    case LS_CHECK_REFERENCE:
        return type == LS_FIELD_STRING;
    case LS_CHECK_SET:
        return number || type == LS_FIELD_STRING || type == LS_FIELD_ENUM || type == LS_FIELD_UUID;
    case LS_CHECK_PATTERN:
        return type == LS_FIELD_STRING || type == LS_FIELD_UUID;
    default:
        return true;
    }
}

static bool check_type(struct resolver *r, const struct ls_spec_check *check,
                       const struct ls_spec_event_type *type, const struct ls_spec_field *field)
{
    static const char *const needs[] = {[LS_CHECK_RANGE] = "number",
                                        [LS_CHECK_REFERENCE] = "string",
                                        [LS_CHECK_SET] = "text or a number",
                                        [LS_CHECK_PATTERN] = "text"};
    static const char *const hints[] = {
        [LS_CHECK_RANGE] = "name a field of type int, long, money or decimal",
        [LS_CHECK_REFERENCE] = "name a field of type string, such as an id",
        [LS_CHECK_SET] = "name a field of type string, enum, int, long, money or decimal",
        [LS_CHECK_PATTERN] = "name a field of type string; `check: set` is for enums"};
    if (fits_type(check, (enum ls_field_type)field->type)) {
        return true;
    }
    PROBLEM(r, "LS2015", ls_spec_place(r->spec, &check->field, check->where), hints[check->check],
            "`check: %s` needs a %s, `%s` of %s is of type %s", check_name(check),
            needs[check->check], field->name, type->name, ls_field_type_words[field->type]);
    return false;
}

static bool check_bounds(struct resolver *r, const struct ls_spec_check *check,
                         const struct ls_spec_event_type *type, const struct ls_spec_field *field)
{
    static const char *const words[] = {"min", "max"};
    const struct ls_quantity *bounds[] = {&check->minimum, &check->maximum};
    int64_t values[2] = {INT64_MIN, INT64_MAX};
    for (int i = 0; i < 2; i++) {
        if (ls_spec_check_given(check, words[i]) &&
            !ls_spec_quantity(bounds[i], field, &values[i])) {
            PROBLEM(r, "LS2009", bounds[i]->where,
                    ls_field_type_hint((enum ls_field_type)field->type),
                    "`%s` is no value of `%s` of %s, which is of type %s", words[i], field->name,
                    type->name, ls_field_type_words[field->type]);
            return false;
        }
    }
    if (values[0] > values[1]) {
        PROBLEM(r, "LS2009", check->minimum.where, "lower `min`, or raise `max`",
                "`min` is above `max`");
    }
    return values[0] <= values[1];
}

static const char *symbol_at(const void *things, size_t i)
{
    return ((const struct ls_spec_field *)things)->symbols[i];
}

static bool is_value(const struct ls_spec_field *field, const char *text)
{
    int64_t ignored;
    size_t k = 0;
    if (field->type != LS_FIELD_ENUM) {
        return !ls_field_is_number((enum ls_field_type)field->type) ||
               ls_spec_number(text, field, &ignored);
    }
    while (k < field->symbol_count && strcmp(field->symbols[k], text) != 0) {
        k++;
    }
    return k < field->symbol_count;
}

static bool check_values(struct resolver *r, const struct ls_spec_check *check,
                         const struct ls_spec_event_type *type, const struct ls_spec_field *field)
{
    for (size_t i = 0; i < check->values.count; i++) {
        const char *value = check->values.items[i];
        char hint[LS_SUGGEST_MAX];
        if (!is_value(field, value)) {
            bool symbol = field->type == LS_FIELD_ENUM;
            PROBLEM(r, "LS2009", check->values.where[i],
                    symbol ? ls_resolve_suggest(value, symbol_at, field, field->symbol_count, hint)
                           : ls_field_type_hint((enum ls_field_type)field->type),
                    "`%s` is no value of `%s` of %s, which is of type %s", value, field->name,
                    type->name, ls_field_type_words[field->type]);
            return false;
        }
    }
    return true;
}

/* A check of one event type's field. False when something is wrong with it. */
static bool check_field(struct resolver *r, const struct ls_spec_check *check,
                        const struct ls_spec_event_type *type, const struct ls_spec_field *field)
{
    return check_type(r, check, type, field) && check_bounds(r, check, type, field) &&
           check_values(r, check, type, field);
}

/* ---- the whole */

static bool check_repeats(struct resolver *r, const struct ls_spec_check *check)
{
    const struct ls_names *values = &check->values;
    for (size_t i = 0; i < values->count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(values->items[i], values->items[k]) == 0) {
                PROBLEM(r, "LS2015", values->where[i], "leave it out", "`%s` stands there twice",
                        values->items[i]);
                return false;
            }
        }
    }
    return true;
}

static int resolve_check(struct resolver *r, struct ls_spec_check *check)
{
    if (!has_what_it_needs(r, check) || !check_repeats(r, check)) {
        return 0;
    }
    if (check->table) {
        ls_resolve_reference(r, &check->table, check->where);
    }
    if (check->like &&
        !ls_pattern_compile(check->like, ls_spec_place(r->spec, &check->like, check->where),
                            &r->spec->arena, r->diag, &check->pattern, r->err)) {
        return r->err->code;
    }
    bool sound = ls_resolve_field_anywhere(r, &check->field, check->where) != NULL;
    for (size_t t = 0; sound && t < r->spec->event_types.count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(r->spec, t);
        const struct ls_spec_field *field = ls_spec_field(type, check->field);
        sound = !field || check_field(r, check, type, field);
    }
    return 0;
}

static void resolve_flag(struct resolver *r, const struct ls_spec_check *flag)
{
    if (ls_resolve_reserved(flag->flag)) {
        PROBLEM(r, "LS2001", place_of_option(r, flag, "flag"), "choose another name",
                "`%s` is a column of every normalized dataset", flag->flag);
    }
    if (!flag->when == !flag->monotonic) {
        PROBLEM(r, "LS2015", flag->when ? place_of_option(r, flag, "monotonic") : flag->where,
                flag->when ? "make two flags of it"
                           : "add `when: \"quantity >= 10\"` or `monotonic: event_time`, say",
                "a flag has either `when` or `monotonic`");
    }
    for (size_t i = 0; i < flag->events.count; i++) {
        ls_resolve_event_type(r, &flag->events.items[i], flag->events.where[i]);
    }
}

/* Is it one or the other? */
static bool is_one(struct resolver *r, struct ls_spec_check *item)
{
    bool check = ls_spec_check_given(item, "check");
    if (check == (item->flag != NULL)) {
        PROBLEM(r, "LS2015", check ? place_of_option(r, item, "flag") : item->where,
                check ? "make two items of it"
                      : "write {check: not_null, field: amount} or {flag: large, when: \"quantity "
                        ">= 10\"}, say",
                "an item of `quality` is either a `check` or a `flag`");
        return false;
    }
    item->check = check ? item->check : LS_CHECK_FLAG;
    return true;
}

int ls_resolve_quality(struct resolver *r)
{
    struct ls_spec_check *items = r->spec->quality.items;
    size_t flags = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->spec->quality.count; i++) {
        if (!is_one(r, &items[i]) || !owns_its_options(r, &items[i])) {
            continue;
        }
        if (items[i].check != LS_CHECK_FLAG) {
            rc = resolve_check(r, &items[i]);
        } else if (++flags == LS_SPEC_FLAGS_MAX + 1) {
            PROBLEM(r, "LS2010", items[i].where, "leave out what nobody reads",
                    "a spec has at most %d flags", LS_SPEC_FLAGS_MAX);
        } else {
            resolve_flag(r, &items[i]);
        }
    }
    return rc;
}
