/* The JSON Schema of values that are one scalar, and the bricks of which schemas are built. */
#include "core/config/option_schema.h"

#include "core/config/option_internal.h"

#define DIGITS "[0-9]+(_[0-9]+)*"
/* A number that is text to YAML: digits are grouped somewhere. */
#define GROUPED  "([0-9]+(_[0-9]+)+(\\." DIGITS ")?|[0-9]+\\.[0-9]+(_[0-9]+)+)"
#define NUMBER   DIGITS "(\\." DIGITS ")?"
#define DURATION "(" NUMBER "(ms|s|m|h|d))+"
#define DATE                                                                                       \
    "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]" \
    ")"
#define CLOCK "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,3})?)?"
#define ZONE  "(Z|[-+](0[0-9]|1[0-4]):[0-5][0-9])"

json_t *ls_json_put(json_t *object, const char *key, json_t *value)
{
    if (!object || json_object_set_new(object, key, value) < 0) {
        json_decref(object ? NULL : value);
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *ls_json_push(json_t *array, json_t *value)
{
    if (!array || json_array_append_new(array, value) < 0) {
        json_decref(array ? NULL : value);
        json_decref(array);
        return NULL;
    }
    return array;
}

json_t *ls_json_typed(const char *type)
{
    return ls_json_put(json_object(), "type", json_string(type));
}

json_t *ls_json_typed_two(const char *type, const char *other)
{
    return ls_json_put(json_object(), "type", json_pack("[s, s]", type, other));
}

/* A bound as an integer, where it is one. */
static bool whole_bound(const struct ls_option *row, const char *bound, int64_t *out)
{
    struct ls_decimal decimal;
    if (row->type == LS_OPTION_SIZE) {
        return ls_read_size(bound, out);
    }
    if (row->type == LS_OPTION_INTEGER) {
        return ls_read_integer(bound, out);
    }
    if (!ls_read_decimal(bound, &decimal)) {
        return false;
    }
    ls_i128 power = ls_pow10(decimal.scale);
    *out = (int64_t)(decimal.value / power);
    return decimal.value % power == 0 && ls_fits_i64(decimal.value / power);
}

static json_t *with_bounds(json_t *schema, const struct ls_option *row)
{
    int64_t bound;
    if (row->minimum && whole_bound(row, row->minimum, &bound)) {
        schema = ls_json_put(schema, "minimum", json_integer(bound));
    } else if (row->type == LS_OPTION_SIZE) {
        schema = ls_json_put(schema, "minimum", json_integer(0));
    }
    if (row->maximum && whole_bound(row, row->maximum, &bound)) {
        schema = ls_json_put(schema, "maximum", json_integer(bound));
    }
    return schema;
}

static json_t *with_range(json_t *schema, int minimum, int maximum)
{
    schema = ls_json_put(schema, "minimum", json_integer(minimum));
    return ls_json_put(schema, "maximum", json_integer(maximum));
}

json_t *ls_json_pattern(json_t *schema, const char *pattern)
{
    return ls_json_put(schema, "pattern", json_string(pattern));
}

static json_t *words_schema(const char *const *words)
{
    json_t *list = json_array();
    for (; *words; words++) {
        list = ls_json_push(list, json_string(*words));
    }
    return ls_json_put(json_object(), "enum", list);
}

/* Numbers in YAML's sense are numbers in JSON, so patterns are for what is text in both. */
json_t *ls_schema_scalar(const struct ls_option *row)
{
    bool negative = row->minimum && *row->minimum == '-';
    switch (row->type) {
    case LS_OPTION_FLAG:
        return ls_json_typed("boolean");
    case LS_OPTION_INTEGER:
        return with_bounds(
            ls_json_pattern(ls_json_typed_two("integer", "string"), "^[-+]?[0-9]+(_[0-9]+)+$"),
            row);
    case LS_OPTION_TEXT:
        return ls_json_typed_two("string", "number");
    case LS_OPTION_NAME:
        return ls_json_pattern(ls_json_typed("string"), LS_NAME_PATTERN);
    case LS_OPTION_WORD:
        return words_schema(row->words);
    case LS_OPTION_DURATION:
        return with_range(ls_json_pattern(ls_json_typed_two("string", "integer"),
                                          negative ? "^-?" DURATION "$" : "^" DURATION "$"),
                          0, 0);
    case LS_OPTION_RATE:
        return ls_json_pattern(ls_json_typed("string"), "^" NUMBER "/(ms|s|m|h|d)$");
    case LS_OPTION_SIZE:
        return with_bounds(ls_json_pattern(ls_json_typed_two("integer", "string"),
                                           "^(" NUMBER "(KiB|MiB|GiB|TiB|kB|MB|GB|B)|" GROUPED
                                           ")$"),
                           row);
    case LS_OPTION_RATIO:
        return with_range(ls_json_pattern(ls_json_typed_two("number", "string"),
                                          "^(" DIGITS "/" DIGITS "|" GROUPED ")$"),
                          0, 1);
    case LS_OPTION_DECIMAL:
        return with_bounds(
            ls_json_pattern(ls_json_typed_two("number", "string"), "^[-+]?" GROUPED "$"), row);
    case LS_OPTION_QUANTITY:
        return ls_json_pattern(ls_json_typed_two("number", "string"),
                               "^(-?" DURATION "|[-+]?" GROUPED ")$");
    case LS_OPTION_TIME_OF_DAY:
        return ls_json_pattern(ls_json_typed("string"), "^" CLOCK "$");
    default:
        return ls_json_pattern(ls_json_typed("string"), "^" DATE "(T" CLOCK ZONE ")?$");
    }
}
