#include "core/base/csv.h"

#include "core/base/text.h"

#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

void ls_csv_begin(struct ls_csv *csv, const char *name, char *text, size_t size)
{
    size_t mark = sizeof byte_order_mark - 1;
    bool marked = size >= mark && memcmp(text, byte_order_mark, mark) == 0;
    *csv = (struct ls_csv){
        .name = name, .at = text + (marked ? mark : 0), .end = text + size, .line = 1, .column = 1};
}

static int wrong(const struct ls_csv *csv, uint64_t line, uint64_t column, const char *what,
                 struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "%s:%llu:%llu: %s", csv->name, (unsigned long long)line,
                        (unsigned long long)column, what);
}

static int wrong_here(const struct ls_csv *csv, const char *what, struct ls_error *err)
{
    return wrong(csv, csv->line, csv->column, what, err);
}

/* One byte on; a code point counts where it begins. */
static void step(struct ls_csv *csv)
{
    if (*csv->at == '\n') {
        csv->line++;
        csv->column = 1;
    } else {
        csv->column += ((unsigned char)*csv->at & 0xc0) != 0x80;
    }
    csv->at++;
}

static bool is_line_end(const struct ls_csv *csv)
{
    return csv->at[0] == '\n' ||
           (csv->at[0] == '\r' && csv->end - csv->at > 1 && csv->at[1] == '\n');
}

static int scan_plain(struct ls_csv *csv, struct ls_error *err)
{
    for (; csv->at < csv->end && *csv->at != ',' && !is_line_end(csv); step(csv)) {
        switch (*csv->at) {
        case '\0':
            return wrong_here(csv, "a NUL byte is no text", err);
        case '\r':
            return wrong_here(csv, "a line ends with CRLF or LF, and this CR has no LF behind it",
                              err);
        case '"':
            return wrong_here(csv,
                              "a quote stands inside a field that does not begin with one: put the "
                              "whole field in quotes, and this one twice",
                              err);
        default:
            break;
        }
    }
    return 0;
}

/* Behind the first quote; *size is what is left without quotes, at `begin`. */
static int scan_quoted(struct ls_csv *csv, const struct ls_csv_field *field, char *begin,
                       size_t *size, struct ls_error *err)
{
    char *out = begin;
    for (; csv->at < csv->end; step(csv)) {
        if (*csv->at == '\0') {
            return wrong_here(csv, "a NUL byte is no text", err);
        }
        if (*csv->at == '"') {
            step(csv);
            if (csv->at == csv->end || *csv->at != '"') {
                *size = (size_t)(out - begin);
                return 0;
            }
        }
        *out++ = *csv->at;
    }
    return wrong(csv, field->line, field->column, "the quote that begins this field is not closed",
                 err);
}

/* The comma or the line's end. */
static int scan_end(struct ls_csv *csv, struct ls_csv_field *field, struct ls_error *err)
{
    field->ends_line = csv->at == csv->end || *csv->at != ',';
    csv->field_due = !field->ends_line;
    if (csv->at == csv->end) {
        return 0;
    }
    if (*csv->at != ',' && !is_line_end(csv)) {
        return wrong_here(csv, "a comma or the line's end has to stand behind a closing quote",
                          err);
    }
    if (*csv->at == '\r') {
        step(csv);
    }
    step(csv);
    return 0;
}

int ls_csv_next(struct ls_csv *csv, struct ls_csv_field *out, struct ls_error *err)
{
    if (csv->at == csv->end && !csv->field_due) {
        return 0;
    }
    *out = (struct ls_csv_field){.text = csv->at, .line = csv->line, .column = csv->column};
    out->quoted = csv->at < csv->end && *csv->at == '"';
    int rc;
    if (out->quoted) {
        step(csv);
        out->text = csv->at;
        rc = scan_quoted(csv, out, csv->at, &out->size, err);
    } else {
        rc = scan_plain(csv, err);
        out->size = (size_t)(csv->at - out->text);
    }
    if (rc == 0 && out->size > LS_CSV_FIELD_MAX) {
        return ls_error_set(err, LS_E_DATA, "%s:%llu:%llu: a field has %zu bytes, at most %d",
                            csv->name, (unsigned long long)out->line,
                            (unsigned long long)out->column, out->size, LS_CSV_FIELD_MAX);
    }
    if (rc == 0 && !ls_utf8_valid(out->text, out->size)) {
        return wrong(csv, out->line, out->column, "the field is not UTF-8", err);
    }
    rc = rc < 0 ? rc : scan_end(csv, out, err);
    return rc < 0 ? rc : 1;
}
