/* `--help`. */
#include "core/config/option_internal.h"

#include <string.h>

#define WIDTH      100
#define LEFT_MAX   32
#define LEFT_WHOLE 160

/* What stands for a value behind an option's name. */
static const char *const placeholders[] = {
    [LS_OPTION_FLAG] = "",
    [LS_OPTION_INTEGER] = "N",
    [LS_OPTION_TEXT] = "TEXT",
    [LS_OPTION_NAME] = "NAME",
    [LS_OPTION_WORD] = "WORD",
    [LS_OPTION_DURATION] = "DURATION",
    [LS_OPTION_RATE] = "RATE",
    [LS_OPTION_SIZE] = "SIZE",
    [LS_OPTION_RATIO] = "A/B",
    [LS_OPTION_DECIMAL] = "X",
    [LS_OPTION_QUANTITY] = "X",
    [LS_OPTION_TIME] = "TIME",
    [LS_OPTION_TIME_OF_DAY] = "HH:MM",
    [LS_OPTION_QUANTITIES] = "LIST",
    [LS_OPTION_NAMES] = "NAMES",
    [LS_OPTION_TEXTS] = "LIST",
    [LS_OPTION_WEIGHTS] = "MAP",
    [LS_OPTION_NODE] = "VALUE",
    [LS_OPTION_TABLE] = "MAP",
    [LS_OPTION_LIST] = "LIST",
    [LS_OPTION_MAP] = "MAP",
    [LS_OPTION_LISTS] = "MAP",
    [LS_OPTION_FAMILY] = "",
    [LS_OPTION_ONE_OF] = "WORD",
};

static void left_of(const struct ls_option *row, char out[LEFT_WHOLE])
{
    char label[LS_OPTION_LABEL_MAX];
    const char *value = placeholders[row->type];
    if (row->type == LS_OPTION_FAMILY) {
        snprintf(out, LEFT_WHOLE, "  (%.100s)", row->family->name);
    } else {
        snprintf(out, LEFT_WHOLE, "  %s%s%s", ls_option_label(row, label), *value ? " " : "",
                 value);
    }
}

/* The summary, and in brackets what a value must be and what it is when none is given. */
static int right_of(const struct ls_option *row, struct ls_buf *out, struct ls_error *err)
{
    bool described = row->type != LS_OPTION_FLAG && row->type != LS_OPTION_TEXT;
    bool required = row->flags & LS_OPTION_REQUIRED;
    out->size = 0;
    int rc = ls_buf_append_text(out, row->summary, err);
    if (rc < 0 || (!described && !required && !row->fallback)) {
        return rc;
    }
    rc = ls_buf_append_text(out, " (", err);
    if (rc == 0 && described) {
        rc = ls_option_describe(row, out, err);
    }
    if (rc == 0 && required) {
        rc = ls_buf_appendf(out, err, "%srequired", described ? "; " : "");
    }
    if (rc == 0 && row->fallback) {
        bool first = !described && !required;
        rc = ls_buf_appendf(out, err, "%sdefault %s", first ? "" : "; ",
                            *row->fallback ? row->fallback : "empty");
    }
    return rc < 0 ? rc : ls_buf_append_text(out, ")", err);
}

/* Words from `column` on, broken before WIDTH. */
static int wrap(const char *text, size_t column, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    size_t at = column;
    while (rc == 0 && *text) {
        size_t length = strcspn(text, " ");
        if (at > column && at + 1 + length > WIDTH) {
            rc = ls_buf_appendf(out, err, "\n%*s", (int)column, "");
            at = column;
        } else if (at > column) {
            rc = ls_buf_append_text(out, " ", err);
            at++;
        }
        rc = rc < 0 ? rc : ls_buf_append(out, text, length, err);
        at += length;
        text += length;
        text += strspn(text, " ");
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
}

int ls_table_help(const struct ls_table *table, struct ls_buf *out, struct ls_error *err)
{
    char left[LEFT_WHOLE];
    size_t column = 0;
    for (const struct ls_option *row = table->rows; row->name; row++) {
        left_of(row, left);
        size_t length = strlen(left);
        column = length <= LEFT_MAX && length > column ? length : column;
    }
    column += 2;
    struct ls_buf right;
    ls_buf_init(&right, "help text", 1U << 16);
    int rc = 0;
    for (const struct ls_option *row = table->rows; rc == 0 && row->name; row++) {
        left_of(row, left);
        rc = right_of(row, &right, err);
        const char *text = rc < 0 ? NULL : ls_buf_text(&right, err);
        if (!text) {
            rc = err->code;
            break;
        }
        bool own_line = strlen(left) + 2 > column;
        rc = own_line ? ls_buf_appendf(out, err, "%s\n%*s", left, (int)column, "")
                      : ls_buf_appendf(out, err, "%-*s", (int)column, left);
        rc = rc < 0 ? rc : wrap(text, column, out, err);
    }
    ls_buf_clear(&right);
    return rc;
}
