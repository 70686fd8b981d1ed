#include "spec/table_file.h"

#include "core/base/civil.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <string.h>

#define TABLE_BYTES_MAX ((size_t)4 << 30)

struct reader {
    const struct ls_spec_reference *table;
    struct ls_table_file *out;
    struct ls_csv csv;
    size_t column_count;              /* of the first line */
    int field_of[LS_CSV_COLUMNS_MAX]; /* of each of its columns: which declared one, or -1 */
    struct ls_error *err;
};

static __attribute__((format(printf, 3, 4))) int
wrong(const struct reader *r, const struct ls_csv_field *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int rc = ls_error_vset(r->err, LS_E_DATA, format, args);
    va_end(args);
    ls_error_prefix(r->err, "%s:%llu:%llu", r->csv.name, (unsigned long long)field->line,
                    (unsigned long long)field->column);
    return rc;
}

/* ---- values */

static bool read_number(const struct ls_spec_field *column, const struct ls_csv_field *field,
                        int64_t *out)
{
    ls_i128 number;
    int64_t low;
    int64_t high;
    ls_spec_field_limits(column, &low, &high);
    bool fits = ls_decimal_parse(field->text, field->size, column->scale, &number) &&
                number >= low && number <= high;
    *out = fits ? (int64_t)number : 0;
    return fits;
}

static bool read_boolean(const struct ls_csv_field *field, int64_t *out)
{
    *out = field->size == 4 && memcmp(field->text, "true", 4) == 0;
    return *out || (field->size == 5 && memcmp(field->text, "false", 5) == 0);
}

static bool read_time(const struct ls_spec_field *column, const struct ls_csv_field *field,
                      int64_t *out)
{
    bool is_day = field->size == sizeof "2026-01-01" - 1;
    bool is_date = column->type == LS_FIELD_DATE;
    if (is_day != is_date || !ls_time_parse(field->text, field->size, out)) {
        return false;
    }
    *out = is_date ? ls_floor_div(*out, LS_DAY_MS) : *out;
    return true;
}

/* What is not null. */
static int read_value(const struct reader *r, const struct ls_spec_field *column,
                      const struct ls_csv_field *field, struct ls_cell *out)
{
    bool fits = true;
    switch ((enum ls_field_type)column->type) {
    case LS_FIELD_STRING:
        out->bytes = (const uint8_t *)ls_arena_text(&r->out->arena, field->text, field->size,
                                                    r->err);
        out->size = (uint32_t)field->size;
        return out->bytes ? 0 : r->err->code;
    case LS_FIELD_BOOLEAN:
        fits = read_boolean(field, &out->number);
        break;
    case LS_FIELD_TIMESTAMP:
    case LS_FIELD_DATE:
        fits = read_time(column, field, &out->number);
        break;
    default:
        fits = read_number(column, field, &out->number);
        break;
    }
    if (!fits) {
        return wrong(r, field, "`%.*s` is no value of `%s`, which is of type %s: %s",
                     (int)(field->size < 40 ? field->size : 40), field->text, column->name,
                     ls_field_type_words[column->type],
                     ls_field_type_hint((enum ls_field_type)column->type));
    }
    return 0;
}

/* ---- lines */

/* The next field, which has to be there. */
static int next(struct reader *r, struct ls_csv_field *field)
{
    int rc = ls_csv_next(&r->csv, field, r->err);
    return rc < 0 ? rc : 0;
}

static int read_heading(struct reader *r)
{
    struct ls_csv_field field = {.line = 1, .column = 1};
    bool found[LS_SPEC_FIELDS_MAX] = {false};
    if (r->csv.at == r->csv.end) {
        return wrong(r, &field, "the file is empty: its first line has the names of the columns");
    }
    do {
        int rc = next(r, &field);
        if (rc < 0) {
            return rc;
        }
        if (r->column_count == LS_CSV_COLUMNS_MAX) {
            return wrong(r, &field, "there are more than %d columns", LS_CSV_COLUMNS_MAX);
        }
        int at = -1;
        for (size_t i = 0; i < r->table->field_count; i++) {
            const char *name = r->table->fields[i]->name;
            if (strlen(name) == field.size && memcmp(name, field.text, field.size) == 0) {
                at = (int)i;
            }
        }
        if (at >= 0 && found[at]) {
            return wrong(r, &field, "there are two columns `%s`", r->table->fields[at]->name);
        }
        if (at >= 0) {
            found[at] = true;
        }
        r->field_of[r->column_count++] = at;
    } while (!field.ends_line);
    for (size_t i = 0; i < r->table->field_count; i++) {
        if (!found[i]) {
            field = (struct ls_csv_field){.line = 1, .column = 1};
            return wrong(r, &field, "there is no column `%s`, which the spec declares",
                         r->table->fields[i]->name);
        }
    }
    return 0;
}

static bool names_rows(const struct ls_spec_reference *table, int at)
{
    return (size_t)at == table->roles[LS_TABLE_KEY] || (size_t)at == table->roles[LS_TABLE_ID];
}

static int read_line(struct reader *r, struct ls_cell *cells, uint64_t *line)
{
    struct ls_csv_field field;
    for (size_t k = 0; k < r->column_count; k++) {
        int rc = next(r, &field);
        if (rc < 0) {
            return rc;
        }
        if (field.ends_line != (k + 1 == r->column_count)) {
            return wrong(r, &field,
                         field.ends_line ? "the line ends behind %zu of %zu columns"
                                         : "the line goes on behind %zu of %zu columns",
                         k + 1, r->column_count);
        }
        *line = k == 0 ? field.line : *line;
        int at = r->field_of[k];
        if (at < 0) {
            continue;
        }
        bool is_null = field.size == 0 && !field.quoted;
        cells[at] = (struct ls_cell){.is_null = is_null};
        if (is_null && names_rows(r->table, at)) {
            return wrong(r, &field, "`%s` is empty: it tells which row this is",
                         r->table->fields[at]->name);
        }
        rc = is_null ? 0 : read_value(r, r->table->fields[at], &field, &cells[at]);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int read_lines(struct reader *r)
{
    struct ls_table_file *out = r->out;
    int rc = read_heading(r);
    while (rc == 0 && r->csv.at < r->csv.end) {
        struct ls_cell *cells = ls_arena_new(&out->arena, r->table->field_count, sizeof *cells,
                                             r->err);
        uint64_t line = 0;
        rc = cells ? read_line(r, cells, &line) : r->err->code;
        rc = rc < 0 ? rc
                    : ls_mem_grow(&out->rows, &out->capacity, out->count + 1, sizeof *out->rows,
                                  r->err);
        if (rc == 0) {
            out->rows[out->count++] = (struct ls_table_file_row){line, cells};
        }
    }
    return rc;
}

int ls_table_file_read(const struct ls_spec_reference *table, struct ls_table_file *out,
                       struct ls_error *err)
{
    struct ls_buf text;
    *out = (struct ls_table_file){0};
    ls_arena_init(&out->arena, "reference table", TABLE_BYTES_MAX);
    ls_buf_init(&text, "reference table", LS_REFERENCE_BYTES_MAX);
    struct reader *r = ls_mem_new(1, sizeof *r, err);
    int rc = r ? ls_file_read(table->path, &text, err) : err->code;
    rc = rc < 0 || ls_buf_text(&text, err) ? rc : err->code;
    if (rc == 0) {
        r->table = table;
        r->out = out;
        r->err = err;
        ls_sha256_of(text.data, text.size, &out->sha256);
        ls_csv_begin(&r->csv, table->path, (char *)text.data, text.size);
        rc = read_lines(r);
    }
    ls_mem_free(r);
    ls_buf_clear(&text);
    return rc;
}

void ls_table_file_clear(struct ls_table_file *file)
{
    ls_mem_free(file->rows);
    ls_arena_clear(&file->arena);
    *file = (struct ls_table_file){0};
}
