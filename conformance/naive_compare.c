/* A file of a run against the rows that it should hold. */
#include "conformance/naive_internal.h"
#include "core/base/mem.h"

#include <string.h>

#define ROWS_BYTES_MAX ((size_t)4 << 30)

struct rows {
    struct naive_value **items;
    size_t count, capacity;
};

struct comparison {
    const struct naive_dataset *dataset;
    struct rows is; /* the file's rows */
    struct naive_report *report;
    struct ls_error *err;
};

/* ---- the rows of a file */

static int read_row(struct ls_avro_file *file, const struct naive_columns *columns,
                    struct ls_arena *arena, struct rows *rows, struct ls_error *err)
{
    int rc = ls_mem_grow(&rows->items, &rows->capacity, rows->count + 1, sizeof *rows->items, err);
    struct naive_value *row = rc < 0 ? NULL : ls_arena_new(arena, columns->count, sizeof *row, err);
    rc = row ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < columns->count; i++) {
        avro_value_t field;
        if (avro_value_get_by_index(&file->value, i, &field, NULL) != 0) {
            return ls_error_set(err, LS_E_DATA, "column %zu is missing", i + 1);
        }
        rc = ls_naive_value_of(&field, &columns->items[i], arena, &row[i], err);
    }
    if (rc == 0) {
        rows->items[rows->count++] = row;
    }
    return rc;
}

/* What the file holds as far as it can be read; LS_E_DATA where it can't. */
static int read_rows(const char *path, const struct naive_columns *columns, struct ls_arena *arena,
                     struct rows *rows, struct ls_error *err)
{
    struct ls_avro_file file;
    int rc = ls_avro_file_open(path, &file, err);
    if (rc < 0) {
        return rc;
    }
    while ((rc = ls_avro_file_next(&file, err)) == 1) {
        rc = read_row(&file, columns, arena, rows, err);
        if (rc < 0) {
            break;
        }
    }
    ls_avro_file_close(&file);
    return rc;
}

/* ---- the comparison */

static bool same_identity(const struct naive_dataset *dataset, const struct naive_value *a,
                          const struct naive_value *b)
{
    for (size_t i = 0; i < dataset->identity_count; i++) {
        size_t column = dataset->identity[i];
        if (ls_naive_value_order(&a[column], &b[column]) != 0) {
            return false;
        }
    }
    return true;
}

/* Is a row with this identity in rows[from, count)? */
static bool stands_behind(const struct naive_dataset *dataset, const struct naive_value *row,
                          struct naive_value *const *rows, size_t from, size_t count)
{
    while (from < count && !same_identity(dataset, rows[from], row)) {
        from++;
    }
    return from < count;
}

/* "window_start 2026-..., window_end 2026-..., category 'books'", as a C string in `out`. */
static int put_label(const struct naive_dataset *dataset, const struct naive_value *row,
                     struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < dataset->identity_count; i++) {
        const struct naive_column *column = &dataset->columns->items[dataset->identity[i]];
        rc = ls_buf_appendf(out, err, "%s%s ", i ? ", " : "", column->written);
        rc = rc < 0 ? rc : ls_naive_show(column, &row[dataset->identity[i]], out, err);
    }
    return rc < 0 || ls_buf_text(out, err) ? rc : err->code;
}

/* One line about a row; `number` 0: one that the file does not have. */
static int tell_row(struct comparison *c, size_t number, const struct naive_value *row,
                    const char *what)
{
    struct ls_buf label;
    ls_buf_init(&label, "row label", 1U << 20);
    int rc = put_label(c->dataset, row, &label, c->err);
    if (rc == 0 && number) {
        rc = ls_naive_differ(c->report, c->err, "%s: row %zu (%s)%s", c->dataset->path, number,
                             (const char *)label.data, what);
    } else if (rc == 0) {
        rc = ls_naive_differ(c->report, c->err, "%s: the row (%s)%s", c->dataset->path,
                             (const char *)label.data, what);
    }
    ls_buf_clear(&label);
    return rc;
}

/* How many bytes two values begin with alike. */
static size_t alike(const struct naive_value *a, const struct naive_value *b)
{
    size_t i = 0;
    while (i < a->size && i < b->size && a->bytes[i] == b->bytes[i]) {
        i++;
    }
    return i;
}

static int tell_field(struct comparison *c, size_t number, const struct naive_value *is,
                      const struct naive_value *should, size_t column)
{
    struct ls_buf text;
    const struct naive_column *of = &c->dataset->columns->items[column];
    ls_buf_init(&text, "field difference", 1U << 20);
    int rc = ls_buf_appendf(&text, c->err, ": %s is ", of->written);
    rc = rc < 0 ? rc : ls_naive_show(of, &is[column], &text, c->err);
    rc = rc < 0 ? rc : ls_buf_append_text(&text, ", should be ", c->err);
    rc = rc < 0 ? rc : ls_naive_show(of, &should[column], &text, c->err);
    if (rc == 0 && of->type == NAIVE_BYTES) {
        rc = ls_buf_appendf(&text, c->err, " (the first %zu bytes are alike)",
                            alike(&is[column], &should[column]));
    }
    const char *what = rc < 0 ? NULL : ls_buf_text(&text, c->err);
    rc = what ? tell_row(c, number, should, what) : c->err->code;
    ls_buf_clear(&text);
    return rc;
}

static int compare_fields(struct comparison *c, size_t number, const struct naive_value *is,
                          const struct naive_value *should)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->dataset->columns->count; i++) {
        bool is_free = c->dataset->columns->items[i].is_free;
        if (!is_free && ls_naive_value_order(&is[i], &should[i]) != 0) {
            rc = tell_field(c, number, is, should, i);
        }
    }
    return rc;
}

/* Both in order; where they part, the one whose row the other has further down waits. */
static int compare_rows(struct comparison *c)
{
    const struct naive_dataset *d = c->dataset;
    size_t i = 0;
    size_t j = 0;
    int rc = 0;
    while (rc == 0 && !ls_naive_is_full(c->report) && (i < c->is.count || j < d->count)) {
        const struct naive_value *is = i < c->is.count ? c->is.items[i] : NULL;
        const struct naive_value *should = j < d->count ? d->rows[j] : NULL;
        if (is && should && same_identity(d, is, should)) {
            rc = compare_fields(c, ++i, is, should);
            j++;
            continue;
        }
        bool wanted = is && stands_behind(d, is, d->rows, j + (should != NULL), d->count);
        bool found = should && stands_behind(d, should, c->is.items, i + (is != NULL), c->is.count);
        if (wanted && found) {
            rc = tell_row(c, i + 1, is, " stands too early: the order is another (P6)");
            rc = rc < 0 ? rc : tell_row(c, 0, should, " should stand there");
            break;
        }
        if (is && !wanted) {
            rc = tell_row(c, ++i, is, " should not be there");
        }
        if (rc == 0 && should && !found) {
            rc = tell_row(c, 0, should, " is missing");
            j++;
        }
    }
    return rc;
}

int ls_naive_compare(const struct naive_dataset *dataset, const char *folder,
                     struct naive_report *report, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_arena arena;
    struct comparison c = {.dataset = dataset, .report = report, .err = err};
    bool same;
    int rc = ls_path_join(path, folder, dataset->path, err);
    if (rc < 0 || ls_naive_is_full(report)) {
        return rc;
    }
    if (!ls_path_exists(path)) {
        return ls_naive_differ(report, err, "%s: the file is missing", dataset->path);
    }
    rc = ls_naive_compare_header(dataset, path, &same, report, err);
    if (rc < 0 || !same) {
        return rc;
    }
    ls_arena_init(&arena, "rows of a dataset", ROWS_BYTES_MAX);
    rc = read_rows(path, dataset->columns, &arena, &c.is, err);
    if (rc == LS_E_DATA) { /* what cannot be read is a difference, and the rest is compared */
        rc = ls_naive_differ(report, err, "%s: row %zu cannot be read: %s", dataset->path,
                             c.is.count + 1, err->text);
    }
    rc = rc < 0 ? rc : compare_rows(&c);
    ls_mem_free(c.is.items);
    ls_arena_clear(&arena);
    return rc;
}
