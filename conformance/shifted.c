#include "conformance/shifted.h"

#include "conformance/rewrite.h"
#include "conformance/rows.h"
#include "core/avro/container.h"
#include "core/base/file.h"

#include <string.h>

#define BLOCK_RECORDS 1000

struct shifting {
    const char *from, *to;
    int64_t shift_ms;
    uint64_t rows;
};

static void shift_row(struct ls_rows *rows, int64_t shift_ms)
{
    for (size_t i = 0; i < rows->layout->count; i++) {
        int64_t moved;
        if (!rows->cells[i].is_null && ls_column_is_time(&rows->layout->columns[i]) &&
            !__builtin_add_overflow(rows->cells[i].number, shift_ms, &moved)) {
            rows->cells[i].number = moved;
        }
    }
}

static int copy_rows(struct shifting *s, struct ls_rows *rows, struct ls_container_writer *writer,
                     struct ls_error *err)
{
    int rc;
    while ((rc = ls_rows_next(rows, err)) > 0) {
        uint8_t *room = NULL;
        rc = ls_rows_decode(rows, err);
        if (rc == 0) {
            shift_row(rows, s->shift_ms);
            rc = ls_container_reserve(writer, ls_row_size_max(rows->layout, rows->cells), &room,
                                      err);
        }
        if (rc == 0) {
            const uint8_t *end = ls_row_encode(rows->layout, rows->cells, room);
            rc = ls_container_commit(writer, (size_t)(end - room), err);
        }
        if (rc < 0) {
            return rc;
        }
        s->rows++;
    }
    return rc < 0 ? rc : ls_container_finish(writer, false, err);
}

static int shift_file(void *context, const char *relative, struct ls_error *err)
{
    struct shifting *s = context;
    struct ls_rows rows = {0};
    struct ls_buf schema;
    struct ls_container_writer *writer = NULL;
    char from[LS_PATH_MAX];
    char to[LS_PATH_MAX];
    size_t size = strlen(relative);
    if (strncmp(relative, "quarantine/", 11) == 0 || size < 5 ||
        strcmp(relative + size - 5, ".avro") != 0) {
        return 0;
    }
    ls_buf_init(&schema, "a file's schema", LS_SCHEMA_TEXT_MAX);
    int rc = ls_path_join(from, s->from, relative, err);
    rc = rc < 0 ? rc : ls_path_join(to, s->to, relative, err);
    rc = rc < 0 ? rc : ls_folder_make_above(to, err);
    if (rc == 0) {
        rc = ls_rows_open(from, &rows, err);
        rc = rc < 0 ? rc : ls_rows_layout(&rows, err);
        rc = rc < 0 ? rc : ls_container_read_schema(from, &schema, err);
        const char *text = rc < 0 ? NULL : ls_buf_text(&schema, err);
        rc = text ? ls_container_create(to, relative, text, BLOCK_RECORDS, &writer, err)
                  : err->code;
        rc = rc < 0 ? rc : copy_rows(s, &rows, writer, err);
        ls_rows_close(&rows);
    }
    ls_container_writer_free(writer);
    ls_buf_clear(&schema);
    return rc;
}

int ls_shift_datasets(const char *from, const char *to, int64_t shift_ms, uint64_t *rows,
                      struct ls_error *err)
{
    struct shifting shifting = {from, to, shift_ms, 0};
    int rc = ls_tree_walk(from, shift_file, &shifting, err);
    *rows = shifting.rows;
    return rc;
}
