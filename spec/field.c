#include "spec/field.h"

#include "spec/spec.h"

const char *ls_field_type_hint(enum ls_field_type type)
{
    static const char *const hints[] = {
        [LS_FIELD_BOOLEAN] = "a boolean is true or false",
        [LS_FIELD_ENUM] = "an enum is one of the words of its choice",
        [LS_FIELD_INT] = "an int is a whole number of 32 bits, such as 20",
        [LS_FIELD_LONG] = "a long is a whole number of 64 bits, such as 20",
        [LS_FIELD_MONEY] = "money has two decimal places at most, such as 19.99",
        [LS_FIELD_STRING] = "a string is text: put a number in quotes",
        [LS_FIELD_TIMESTAMP] = "a timestamp is a time, such as 2026-01-01T00:00:00Z",
        [LS_FIELD_DATE] = "a date is a day, such as 2026-01-01",
        [LS_FIELD_LOCAL_TIMESTAMP] = "a local time is written as 2026-01-01T00:00:00Z",
        [LS_FIELD_UUID] = "a UUID is 32 hex digits, such as 6ba7b810-9dad-41d1-80b4-00c04fd430c8",
        [LS_FIELD_DECIMAL] = "a decimal has `precision` digits at most, `scale` of them places",
        [LS_FIELD_FLOAT] = "a float is a number with `places` decimal places at most, such as 1.5",
        [LS_FIELD_DOUBLE] =
            "a double is a number with `places` decimal places at most, such as 1.5",
        [LS_FIELD_BYTES] = "bytes are made as a text: put a number in quotes",
        [LS_FIELD_RECORD] = "a record has `fields`",
        [LS_FIELD_ARRAY] = "an array has `items`",
        [LS_FIELD_MAP] = "a map has `values`"};
    return hints[type];
}

enum ls_expr_type ls_field_expr_type(enum ls_field_type type)
{
    switch (type) {
    case LS_FIELD_BOOLEAN:
        return LS_EXPR_BOOLEAN;
    case LS_FIELD_ENUM:
    case LS_FIELD_STRING:
    case LS_FIELD_UUID:
    case LS_FIELD_BYTES:
    case LS_FIELD_RECORD:
    case LS_FIELD_ARRAY:
    case LS_FIELD_MAP:
        return LS_EXPR_TEXT;
    case LS_FIELD_LOCAL_TIMESTAMP:
    case LS_FIELD_TIMESTAMP:
        return LS_EXPR_TIME;
    default:
        return LS_EXPR_NUMBER;
    }
}

bool ls_spec_is_record(const struct ls_spec_field *field)
{
    return field->type == LS_FIELD_RECORD && field->source.member == &ls_member_fields;
}

struct ls_spec_field *ls_spec_item(const struct ls_spec_field *field)
{
    bool array = field->type == LS_FIELD_ARRAY && field->source.member == &ls_member_items;
    bool map = field->type == LS_FIELD_MAP && field->source.member == &ls_member_values;
    return array || map ? field->source.settings : NULL;
}

const char *ls_field_passes_through(enum ls_field_type type)
{
    static const char binary[] = "sums of binary fractions depend on their order: let the field "
                                 "be a decimal";
    switch (type) {
    case LS_FIELD_FLOAT:
    case LS_FIELD_DOUBLE:
        return binary;
    case LS_FIELD_BYTES:
        return "bytes only pass through: let the field be a string";
    case LS_FIELD_ARRAY:
    case LS_FIELD_MAP:
        return "arrays and maps only pass through: let it be a field of its own";
    case LS_FIELD_RECORD:
        return "a record has no value of its own: name one of its fields";
    default:
        return NULL;
    }
}

bool ls_field_is_number(enum ls_field_type type)
{
    return ls_field_expr_type(type) == LS_EXPR_NUMBER && !ls_field_passes_through(type);
}

void ls_spec_field_limits(const struct ls_spec_field *field, int64_t *low, int64_t *high)
{
    *high = INT64_MAX;
    *low = INT64_MIN;
    if (field->type == LS_FIELD_INT || field->type == LS_FIELD_DATE) {
        *high = INT32_MAX;
        *low = INT32_MIN;
    } else if (field->type == LS_FIELD_DECIMAL) {
        *high = (int64_t)ls_pow10((unsigned)field->precision) - 1;
        *low = -*high;
    }
}

/* At so many places; false where that loses digits, or does not fit. */
static bool scaled(const struct ls_decimal *number, unsigned scale, int64_t *out)
{
    ls_i128 value = number->value;
    if (number->scale <= scale) {
        if (ls_mul_overflows(value, ls_pow10(scale - number->scale), &value)) {
            return false;
        }
    } else {
        ls_i128 divisor = ls_pow10(number->scale - scale);
        if (value % divisor != 0) {
            return false;
        }
        value /= divisor;
    }
    *out = (int64_t)value;
    return ls_fits_i64(value);
}

bool ls_spec_duration(const struct ls_quantity *quantity, int64_t *out)
{
    return quantity->is_duration && scaled(&quantity->number, 0, out);
}

bool ls_spec_quantity(const struct ls_quantity *quantity, const struct ls_spec_field *field,
                      int64_t *out)
{
    int64_t low;
    int64_t high;
    if (ls_field_expr_type((enum ls_field_type)field->type) == LS_EXPR_TIME) {
        return ls_spec_duration(quantity, out);
    }
    ls_spec_field_limits(field, &low, &high);
    return !quantity->is_duration && scaled(&quantity->number, field->scale, out) && *out >= low &&
           *out <= high;
}

bool ls_spec_number(const char *text, const struct ls_spec_field *field, int64_t *out)
{
    struct ls_quantity quantity = {0};
    return ls_read_decimal(text, &quantity.number) && ls_spec_quantity(&quantity, field, out);
}
