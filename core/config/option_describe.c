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

static const struct {
    const char *name;
    const char *example;
} types[] = {
    [LS_OPTION_FLAG] = {"true or false", NULL},
    [LS_OPTION_INTEGER] = {"integer", "200_000"},
    [LS_OPTION_TEXT] = {"text", NULL},
    [LS_OPTION_NAME] = {"name", "order_placed"},
    [LS_OPTION_WORD] = {"one of: ", NULL},
    [LS_OPTION_DURATION] = {"duration", "300ms, 20s or 1h30m"},
    [LS_OPTION_RATE] = {"rate", "90/s, 0.5/s or 200_000/h"},
    [LS_OPTION_SIZE] = {"size", "512, 64KiB or 1GiB"},
    [LS_OPTION_RATIO] = {"ratio 0 .. 1", "1/200 or 0.05"},
    [LS_OPTION_DECIMAL] = {"decimal number", "24.90"},
    [LS_OPTION_QUANTITY] = {"number or duration", "24.90 or 20s"},
    [LS_OPTION_TIME] = {"time", "2026-01-01 or 2026-01-01T18:30:00Z"},
    [LS_OPTION_TIME_OF_DAY] = {"time of day", "18:00 or 06:30:15"},
    [LS_OPTION_QUANTITIES] = {"list of numbers or durations", "[1, 20.5]"},
    [LS_OPTION_NAMES] = {"name or list of names", "[country, tier]"},
    [LS_OPTION_WEIGHTS] = {"map from words to whole weights, or list of words", "{web: 3, app: 5}"},
    [LS_OPTION_NODE] = {"any value", NULL},
    [LS_OPTION_TABLE] = {"map", NULL},
    [LS_OPTION_LIST] = {"list of maps", NULL},
    [LS_OPTION_MAP] = {"map from names to maps", NULL},
    [LS_OPTION_LISTS] = {"map from names to lists of maps", NULL},
    [LS_OPTION_FAMILY] = {"", NULL},
    [LS_OPTION_ONE_OF] = {"", NULL},
};

const char *ls_option_example(const struct ls_option *row)
{
    return row->example ? row->example : types[row->type].example;
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
    if (row->minimum && row->maximum && strcmp(row->minimum, row->maximum) == 0) {
        return ls_buf_appendf(out, err, " %s", row->minimum);
    }
    if (row->minimum && row->maximum) {
        return ls_buf_appendf(out, err, " %s .. %s", row->minimum, row->maximum);
    }
    if (row->minimum) {
        return ls_buf_appendf(out, err, " of at least %s", row->minimum);
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
