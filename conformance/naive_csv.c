/* Comma-separated values, letter by letter. What the pipeline refuses is not looked for. */
#include "conformance/naive_internal.h"
#include "core/base/civil.h"
#include "core/base/mem.h"

#include <string.h>

#define FILE_BYTES_MAX ((size_t)1 << 30)

struct text {
    const char *at, *end;
};

/* One field, without its quotes; whether nothing stood there, and whether the line ends behind it.
 */
static int take_field(struct text *t, struct ls_buf *out, bool *is_null, bool *ends_line,
                      struct ls_error *err)
{
    bool quoted = t->at < t->end && *t->at == '"';
    int rc = 0;
    *is_null = !quoted;
    out->size = 0;
    t->at += quoted;
    while (rc == 0 && t->at < t->end) {
        bool twice = t->end - t->at > 1 && t->at[0] == '"' && t->at[1] == '"';
        if (quoted && *t->at == '"' && !twice) {
            quoted = false;
            t->at++;
        } else if (!quoted && (*t->at == ',' || *t->at == '\n' || *t->at == '\r')) {
            break;
        } else {
            rc = ls_buf_append(out, t->at, 1, err);
            *is_null = false;
            t->at += twice && quoted ? 2 : 1;
        }
    }
    t->at += t->at < t->end && *t->at == '\r';
    *ends_line = t->at == t->end || *t->at == '\n';
    t->at += t->at < t->end;
    return rc;
}

static bool number_of(const char *text, size_t size, unsigned scale, int64_t *out)
{
    ls_i128 number = 0;
    bool negative = size && *text == '-';
    unsigned places = 0;
    bool behind_point = false;
    for (size_t i = negative || (size && *text == '+'); i < size; i++) {
        if (text[i] == '.') {
            behind_point = true;
        } else if (text[i] < '0' || text[i] > '9') {
            return false;
        } else if (!behind_point || places < scale) { /* more places are zeros */
            if (!ls_naive_multiply(number, 10, &number)) {
                return false;
            }
            number += text[i] - '0';
            places += behind_point;
        }
    }
    if (!ls_naive_times_ten(number, scale - places, &number)) {
        return false;
    }
    number = negative ? -number : number;
    *out = (int64_t)number;
    return number >= INT64_MIN && number <= INT64_MAX;
}

static int value_of(const struct naive_column *column, const char *text, size_t size,
                    struct ls_arena *arena, struct naive_value *out, struct ls_error *err)
{
    bool is_date = column->logical && strcmp(column->logical, "date") == 0;
    bool fits = true;
    *out = (struct naive_value){0};
    if (column->type == NAIVE_STRING) {
        out->bytes = (const uint8_t *)ls_arena_text(arena, text, size, err);
        out->size = size;
        return out->bytes ? 0 : err->code;
    }
    if (column->type == NAIVE_TIME || is_date) {
        fits = ls_time_parse(text, size, &out->number);
        out->number = is_date ? (out->number - (out->number < 0 ? 86399999 : 0)) / 86400000
                              : out->number;
    } else if (column->type == NAIVE_BOOLEAN) {
        out->number = text[0] == 't';
    } else {
        fits = number_of(text, size, column->scale, &out->number);
    }
    return fits ? 0
                : ls_error_set(err, LS_E_DATA, "`%.*s` is no value of `%s`", (int)size, text,
                               column->name);
}

/* Which column of the table each of the file's is; columns->count: none. */
static int take_heading(struct text *t, const struct naive_columns *columns, size_t *places,
                        size_t *width, struct ls_buf *field, struct ls_error *err)
{
    bool ends_line = false;
    bool is_null;
    int rc = 0;
    for (*width = 0; rc == 0 && !ends_line; ++*width) {
        rc = take_field(t, field, &is_null, &ends_line, err);
        const char *name = rc < 0 ? NULL : ls_buf_text(field, err);
        if (!name || *width == 1024) {
            return name ? ls_error_set(err, LS_E_DATA, "there are too many columns") : err->code;
        }
        places[*width] = ls_naive_column_find(columns, name);
    }
    return rc;
}

static int take_row(struct text *t, const struct naive_columns *columns, const size_t *places,
                    size_t width, struct ls_buf *field, struct ls_arena *arena,
                    struct naive_value **out, struct ls_error *err)
{
    bool ends_line;
    bool is_null;
    *out = ls_arena_new(arena, columns->count, sizeof **out, err);
    int rc = *out ? 0 : err->code;
    for (size_t k = 0; rc == 0 && k < width; k++) {
        rc = take_field(t, field, &is_null, &ends_line, err);
        const char *text = rc < 0 ? NULL : ls_buf_text(field, err);
        if (!text) {
            return err->code;
        }
        if (places[k] < columns->count && is_null) {
            (*out)[places[k]].is_null = true;
        } else if (places[k] < columns->count) {
            rc = value_of(&columns->items[places[k]], text, field->size, arena, &(*out)[places[k]],
                          err);
        }
    }
    return rc;
}

int ls_naive_csv_read(const char *path, const struct naive_columns *columns, struct ls_arena *arena,
                      struct naive_value ***rows, size_t *count, struct ls_error *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct ls_buf file;
    struct ls_buf field;
    size_t places[1024];
    size_t width = 0;
    size_t capacity = 0;
    ls_buf_init(&file, "reference table", FILE_BYTES_MAX);
    ls_buf_init(&field, "field", 1U << 20);
    int rc = ls_file_read(path, &file, err);
    const char *text = rc < 0 ? NULL : ls_buf_text(&file, err);
    struct text t = {text, text ? text + file.size : NULL};
    t.at += text && strncmp(text, mark, 3) == 0 ? 3 : 0;
    rc = text ? take_heading(&t, columns, places, &width, &field, err) : err->code;
    while (rc == 0 && t.at < t.end) {
        rc = ls_mem_grow(rows, &capacity, *count + 1, sizeof **rows, err);
        rc = rc < 0 ? rc
                    : take_row(&t, columns, places, width, &field, arena, &(*rows)[*count], err);
        *count += rc == 0;
    }
    ls_buf_clear(&field);
    ls_buf_clear(&file);
    return rc;
}
