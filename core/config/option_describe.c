/* Rows and values in words. */
#include "core/config/option_internal.h"

#include <string.h>

const char *ls_quote(const char *text, char out[LS_QUOTE_MAX])
{
    size_t length = strlen(text);
    size_t kept = length;
    if (kept > 60) {
        kept = 60;
        while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80) {
            kept--;
        }
    }
    for (size_t i = 0; i < kept; i++) {
        unsigned char c = (unsigned char)text[i];
        out[i] = c < 0x20 || c == 0x7f ? ' ' : text[i];
    }
    memcpy(out + kept, "...", 4);
    if (kept == length) {
        out[kept] = '\0';
    }
    return out;
}

const char *ls_option_label(const struct ls_option *row, char out[LS_OPTION_LABEL_MAX])
{
    snprintf(out, LS_OPTION_LABEL_MAX, "%s%s", row->name[1] ? "--" : "-", row->name);
    for (char *at = out; *at; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    return out;
}

#define EXAMPLES_MAX 3

static const struct {
    const char *name;
    const char *examples[EXAMPLES_MAX + 1];
    const char *before, *behind; /* round the example of an item */
} types[] = {
    [LS_OPTION_FLAG] = {.name = "true or false"},
    [LS_OPTION_INTEGER] = {.name = "integer", .examples = {"200_000"}},
    [LS_OPTION_TEXT] = {.name = "text"},
    [LS_OPTION_NAME] = {.name = "name", .examples = {"order_placed"}},
    [LS_OPTION_WORD] = {.name = "one of: "},
    [LS_OPTION_DURATION] = {.name = "duration", .examples = {"300ms", "20s", "1h30m"}},
    [LS_OPTION_RATE] = {.name = "rate", .examples = {"90/s", "0.5/s", "200_000/h"}},
    [LS_OPTION_SIZE] = {.name = "size", .examples = {"512", "64KiB", "1GiB"}},
    [LS_OPTION_RATIO] = {.name = "ratio 0 .. 1", .examples = {"1/200", "0.05"}},
    [LS_OPTION_DECIMAL] = {.name = "decimal number", .examples = {"24.90"}},
    [LS_OPTION_QUANTITY] = {.name = "number or duration", .examples = {"24.90", "20s"}},
    [LS_OPTION_TIME] = {.name = "time", .examples = {"2026-01-01", "2026-01-01T18:30:00Z"}},
    [LS_OPTION_TIME_OF_DAY] = {.name = "time of day", .examples = {"18:00", "06:30:15"}},
    [LS_OPTION_QUANTITIES] = {.name = "list of numbers or durations", .examples = {"[1, 20.5]"}},
    [LS_OPTION_NAMES] = {.name = "name or list of names", .examples = {"[country, tier]"}},
    [LS_OPTION_TEXTS] = {.name = "text or list of texts", .examples = {"[US, DE]"}},
    [LS_OPTION_WEIGHTS] = {.name = "map from words to whole weights, or list of words",
                           .examples = {"{web: 3, app: 5}"}},
    [LS_OPTION_NODE] = {.name = "any value"},
    [LS_OPTION_TABLE] = {.name = "map", .before = "", .behind = ""},
    [LS_OPTION_LIST] = {.name = "list of maps", .before = "[", .behind = "]"},
    [LS_OPTION_MAP] = {.name = "map from names to maps", .before = "{NAME: ", .behind = "}"},
    [LS_OPTION_LISTS] = {.name = "map from names to lists of maps",
                         .before = "{NAME: [",
                         .behind = "]}"},
    [LS_OPTION_FAMILY] = {.name = ""},
    [LS_OPTION_ONE_OF] = {.name = ""},
};

static int examples_of_type(const struct ls_option *row, struct ls_buf *out, struct ls_error *err)
{
    const char *fitting[EXAMPLES_MAX];
    size_t count = 0;
    for (const char *const *example = types[row->type].examples; *example; example++) {
        fitting[count] = *example;
        count += ls_option_takes(row, *example);
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = ls_buf_appendf(out, err, "%s%s", i ? (i + 1 < count ? ", " : " or ") : "", fitting[i]);
    }
    return rc;
}

/* "rate: 1/200"; of a family its example alone, which is an entry. */
static int example_entry(const struct ls_option *row, struct ls_buf *out, struct ls_error *err)
{
    if (row->type == LS_OPTION_FAMILY) {
        return row->example ? ls_buf_append_text(out, row->example, err) : 0;
    }
    int rc = ls_buf_appendf(out, err, "%s: ", row->name);
    return rc < 0                           ? rc
           : row->fallback && !row->example ? ls_buf_append_text(out, row->fallback, err)
                                            : ls_option_example(row, out, err);
}

/* What has to be there; or the first row, where nothing has to. */
static int example_map(const struct ls_table *table, struct ls_buf *out, struct ls_error *err)
{
    bool optional = ls_table_is_optional(table);
    bool first = true;
    int rc = ls_buf_append_text(out, "{", err);
    for (const struct ls_option *row = table->rows; rc == 0 && row->name; row++) {
        if (optional ? row != table->rows : !ls_option_is_needed(row)) {
            continue;
        }
        rc = ls_buf_append_text(out, first ? "" : ", ", err);
        rc = rc < 0 ? rc : example_entry(row, out, err);
        first = false;
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "}", err);
}

int ls_option_example(const struct ls_option *row, struct ls_buf *out, struct ls_error *err)
{
    if (row->example) {
        return ls_buf_append_text(out, row->example, err);
    }
    if (!row->table) {
        return examples_of_type(row, out, err);
    }
    int rc = ls_buf_append_text(out, types[row->type].before, err);
    rc = rc < 0 ? rc : example_map(row->table, out, err);
    return rc < 0 ? rc : ls_buf_append_text(out, types[row->type].behind, err);
}

static int describe_family(const struct ls_family *family, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err, "%s, one of: ", family->name);
    for (size_t i = 0; rc == 0 && family->members[i]; i++) {
        rc = ls_buf_appendf(out, err, "%s%s", i ? ", " : "", family->members[i]->word);
    }
    return rc;
}

static int describe_bounds(const struct ls_option *row, struct ls_buf *out, struct ls_error *err)
{
    bool from_nothing = row->type == LS_OPTION_DURATION && row->maximum;
    const char *minimum = row->minimum ? row->minimum : from_nothing ? "0" : NULL;
    if (minimum && row->maximum && strcmp(minimum, row->maximum) == 0) {
        return ls_buf_appendf(out, err, " %s", minimum);
    }
    if (minimum && row->maximum) {
        return ls_buf_appendf(out, err, " %s .. %s", minimum, row->maximum);
    }
    if (minimum) {
        return ls_buf_appendf(out, err, " of at least %s", minimum);
    }
    return row->maximum ? ls_buf_appendf(out, err, " of at most %s", row->maximum) : 0;
}

int ls_option_describe(const struct ls_option *row, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, types[row->type].name, err);
    for (size_t i = 0; rc == 0 && row->type == LS_OPTION_WORD && row->words[i]; i++) {
        rc = ls_buf_appendf(out, err, "%s%s", i ? ", " : "", row->words[i]);
    }
    if (rc == 0 && row->table) {
        rc = ls_buf_appendf(out, err, " (%s)", row->table->name);
    }
    if (rc == 0 && row->family) {
        rc = describe_family(row->family, out, err);
    }
    return rc < 0 ? rc : describe_bounds(row, out, err);
}
