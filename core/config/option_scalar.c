/* One row and one scalar: its form by the row's type, its bounds, and what to say about it. */
#include "core/base/civil.h"
#include "core/base/text.h"
#include "core/config/option_internal.h"

#include <assert.h>
#include <string.h>

bool ls_option_is_scalar(enum ls_option_type type)
{
    return type <= LS_OPTION_TIME_OF_DAY;
}

size_t ls_option_size(enum ls_option_type type)
{
    switch (type) {
    case LS_OPTION_FLAG:
        return sizeof(bool);
    case LS_OPTION_WORD:
        return sizeof(int);
    case LS_OPTION_INTEGER:
    case LS_OPTION_DURATION:
    case LS_OPTION_SIZE:
    case LS_OPTION_TIME:
    case LS_OPTION_TIME_OF_DAY:
        return sizeof(int64_t);
    case LS_OPTION_RATE:
        return sizeof(struct ls_rate);
    case LS_OPTION_RATIO:
        return sizeof(struct ls_ratio);
    case LS_OPTION_DECIMAL:
        return sizeof(struct ls_decimal);
    case LS_OPTION_QUANTITY:
        return sizeof(struct ls_quantity);
    case LS_OPTION_QUANTITIES:
        return sizeof(struct ls_quantities);
    case LS_OPTION_NAMES:
    case LS_OPTION_TEXTS:
        return sizeof(struct ls_names);
    case LS_OPTION_WEIGHTS:
        return sizeof(struct ls_weights);
    case LS_OPTION_LIST:
    case LS_OPTION_MAP:
    case LS_OPTION_LISTS:
        return sizeof(struct ls_items);
    case LS_OPTION_FAMILY:
    case LS_OPTION_ONE_OF:
        return sizeof(struct ls_pick);
    case LS_OPTION_TEXT:
    case LS_OPTION_NAME:
    case LS_OPTION_NODE:
    case LS_OPTION_TABLE:
        break;
    }
    return sizeof(void *);
}

static enum ls_reading read_quantity(const char *text, struct ls_quantity *out)
{
    size_t length = strlen(text);
    char last = length ? text[length - 1] : '0';
    if (last >= '0' && last <= '9') {
        out->is_duration = false;
        return ls_reading_decimal(text, &out->number);
    }
    int64_t ms = 0;
    enum ls_reading reading = ls_reading_duration(text, &ms);
    out->is_duration = true;
    out->number = (struct ls_decimal){ms, 0};
    return reading;
}

static enum ls_reading read_time(const struct ls_option *row, const char *text, int64_t *out)
{
    size_t size = strlen(text);
    bool sound = row->type == LS_OPTION_TIME ? ls_time_parse(text, size, out)
                                             : ls_time_of_day_parse(text, size, out);
    return sound ? LS_READING_OK : LS_READING_WRONG;
}

static enum ls_reading read_word(const char *const *words, const char *text, int *out)
{
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return LS_READING_OK;
        }
    }
    return LS_READING_WRONG;
}

/* Text, names and words: what is a number to YAML is no name, but may be text. */
static enum ls_reading read_text(const struct ls_option *row, const struct ls_yaml *node, void *out)
{
    if (row->type == LS_OPTION_WORD) {
        return node->kind == LS_YAML_TEXT ? read_word(row->words, node->text, out)
                                          : LS_READING_WRONG;
    }
    if (row->type == LS_OPTION_NAME &&
        (node->kind != LS_YAML_TEXT || !ls_is_name(node->text, strlen(node->text)))) {
        return LS_READING_WRONG;
    }
    memcpy(out, &node->text, sizeof node->text);
    return node->kind == LS_YAML_BOOLEAN ? LS_READING_WRONG : LS_READING_OK;
}

bool ls_option_is_quoted_number(const struct ls_yaml *node)
{
    bool ignored;
    enum ls_yaml_kind kind = node->quoted ? ls_yaml_resolve(node->text, &ignored) : LS_YAML_TEXT;
    return kind == LS_YAML_INTEGER || kind == LS_YAML_FLOAT;
}

enum ls_reading ls_option_scalar(const struct ls_option *row, const struct ls_yaml *node, void *out)
{
    if (node->kind == LS_YAML_NULL || node->kind == LS_YAML_LIST || node->kind == LS_YAML_MAP) {
        return LS_READING_WRONG;
    }
    if (row->type == LS_OPTION_FLAG) {
        memcpy(out, &node->boolean, sizeof node->boolean);
        return node->kind == LS_YAML_BOOLEAN ? LS_READING_OK : LS_READING_WRONG;
    }
    if (row->type == LS_OPTION_TEXT || row->type == LS_OPTION_NAME || row->type == LS_OPTION_WORD) {
        return read_text(row, node, out);
    }
    if (node->kind == LS_YAML_BOOLEAN || ls_option_is_quoted_number(node)) {
        return LS_READING_WRONG;
    }
    switch (row->type) {
    case LS_OPTION_INTEGER:
        return ls_reading_integer(node->text, out);
    case LS_OPTION_DURATION:
        return ls_reading_duration(node->text, out);
    case LS_OPTION_RATE:
        return ls_reading_rate(node->text, out);
    case LS_OPTION_SIZE:
        return ls_reading_size(node->text, out);
    case LS_OPTION_RATIO:
        return ls_reading_ratio(node->text, out);
    case LS_OPTION_DECIMAL:
        return ls_reading_decimal(node->text, out);
    case LS_OPTION_QUANTITY:
        ((struct ls_quantity *)out)->where = node->where;
        return read_quantity(node->text, out);
    default:
        assert(row->type == LS_OPTION_TIME || row->type == LS_OPTION_TIME_OF_DAY);
        return read_time(row, node->text, out);
    }
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_rates(const struct ls_rate *a, const struct ls_rate *b)
{
    ls_u128 left = (ls_u128)a->count * b->per_ms;
    ls_u128 right = (ls_u128)b->count * a->per_ms;
    return (left > right) - (left < right);
}

static int compare_decimals(const struct ls_decimal *a, const struct ls_decimal *b)
{
    ls_i128 left = a->value * ls_pow10(18 - a->scale); /* fits: a reader made it */
    ls_i128 right = b->value * ls_pow10(18 - b->scale);
    return (left > right) - (left < right);
}

/* value against a bound as it is written in the row. */
static int compare_bound(const struct ls_option *row, const void *value, const char *bound)
{
    struct ls_yaml node = {.kind = LS_YAML_TEXT, .text = bound};
    union {
        int64_t integer;
        struct ls_rate rate;
        struct ls_decimal decimal;
        struct ls_quantity largest; /* of what the reader may write */
    } limit;
    enum ls_reading reading = ls_option_scalar(row, &node, &limit);
    assert(reading == LS_READING_OK);
    (void)reading;
    if (row->type == LS_OPTION_RATE) {
        return compare_rates(value, &limit.rate);
    }
    if (row->type == LS_OPTION_DECIMAL) {
        return compare_decimals(value, &limit.decimal);
    }
    int64_t integer;
    memcpy(&integer, value, sizeof integer);
    return compare_i64(integer, limit.integer);
}

bool ls_option_in_bounds(const struct ls_option *row, const void *value)
{
    const char *minimum = row->minimum;
    if (!minimum && row->type == LS_OPTION_DURATION) {
        minimum = "0";
    }
    return (!minimum || compare_bound(row, value, minimum) >= 0) &&
           (!row->maximum || compare_bound(row, value, row->maximum) <= 0);
}

const char *ls_option_held(enum ls_option_type type)
{
    static const char *const held[LS_OPTION_TIME + 1] = {
        [LS_OPTION_INTEGER] = "integers have 64 bits: 9_223_372_036_854_775_807 is the greatest",
        [LS_OPTION_SIZE] = "sizes are whole bytes, in 63 bits",
        [LS_OPTION_DURATION] = "durations are whole milliseconds, in 64 bits",
        [LS_OPTION_RATE] = "numbers have 18 decimal places at most",
        [LS_OPTION_RATIO] = "the part is not greater than the whole, and the whole is not 0",
        [LS_OPTION_DECIMAL] = "numbers have 18 decimal places at most",
        [LS_OPTION_QUANTITY] =
            "durations are whole milliseconds, and numbers have 18 decimal places at most"};
    assert(ls_option_is_scalar(type));
    return held[type];
}

bool ls_option_takes(const struct ls_option *row, const char *text)
{
    const struct ls_yaml node = {.kind = LS_YAML_TEXT, .text = text};
    struct ls_quantity value; /* the largest of what the readers write */
    return !ls_option_is_scalar(row->type) ||
           (ls_option_scalar(row, &node, &value) == LS_READING_OK &&
            ls_option_in_bounds(row, &value));
}

/* A value out of bounds that are said needs no example. */
static int refuse_text(const struct ls_option *row, const char *text, enum ls_reading reading,
                       struct ls_error *err)
{
    char name[LS_OPTION_LABEL_MAX];
    char quote[LS_QUOTE_MAX];
    struct ls_buf expected;
    struct ls_buf example;
    ls_buf_init(&expected, "option description", 4096);
    ls_buf_init(&example, "option example", 4096);
    const char *known = row->type == LS_OPTION_WORD ? ls_did_you_mean(text, row->words) : NULL;
    int rc = ls_option_describe(row, &expected, err);
    bool unbounded = !row->minimum && !row->maximum;
    if (rc == 0 && !known &&
        (reading == LS_READING_WRONG || (reading == LS_READING_OK && unbounded))) {
        rc = ls_option_example(row, &example, err);
    }
    const char *kind = rc < 0 ? NULL : ls_buf_text(&expected, err);
    const char *held = reading == LS_READING_RANGE ? ls_option_held(row->type) : NULL;
    const char *hint = known                  ? known
                       : kind && example.size ? ls_buf_text(&example, err)
                       : held                 ? held
                                              : "";
    rc = !kind || !hint
             ? err->code
             : ls_error_set(err, LS_E_USAGE, "%s: expected %s, got \"%s\"%s%s",
                            ls_option_label(row, name), kind,
                            row->flags & LS_OPTION_SECRET ? "..." : ls_quote(text, quote),
                            known          ? "; did you mean "
                            : example.size ? "; for example "
                            : *hint        ? "; "
                                           : "",
                            hint);
    ls_buf_clear(&example);
    ls_buf_clear(&expected);
    return rc;
}

int ls_option_from_text(const struct ls_option *row, const char *text, void *out,
                        struct ls_arena *arena, struct ls_error *err)
{
    assert(ls_option_is_scalar(row->type));
    struct ls_yaml node = {.kind = LS_YAML_TEXT, .text = text};
    if (row->type == LS_OPTION_TEXT || row->type == LS_OPTION_NAME) {
        node.text = ls_arena_text(arena, text, strlen(text), err);
        if (!node.text) {
            return err->code;
        }
    } else if (row->type == LS_OPTION_FLAG) {
        node.kind = ls_yaml_resolve(text, &node.boolean);
    }
    enum ls_reading reading = ls_option_scalar(row, &node, out);
    if (reading == LS_READING_OK && ls_option_in_bounds(row, out)) {
        return 0;
    }
    return refuse_text(row, text, reading, err);
}
