#include "conformance/rows.h"

#include "core/avro/container.h"
#include "core/avro/decode.h"
#include "core/base/mem.h"
#include "core/config/json_text.h"

int ls_rows_open(const char *path, struct ls_rows *rows, struct ls_error *err)
{
    struct ls_buf text;
    *rows = (struct ls_rows){0};
    ls_buf_init(&rows->encoded, "a row", LS_CONTAINER_RECORD_MAX);
    ls_buf_init(&text, "a file's schema", LS_SCHEMA_TEXT_MAX);
    int rc = ls_avro_file_open(path, &rows->file, err);
    rc = rc < 0 ? rc : ls_container_read_schema(path, &text, err);
    if (rc == 0) {
        rc = ls_schema_parse((const char *)text.data, text.size, &rows->schema, err);
        rc = rc < 0 ? ls_error_prefix(err, "%s", path) : 0;
    }
    ls_buf_clear(&text);
    rows->writer = avro_writer_memory("", 0);
    return rc < 0 ? rc : !rows->writer ? ls_error_nomem(err, sizeof rows->writer) : 0;
}

void ls_rows_close(struct ls_rows *rows)
{
    ls_avro_file_close(&rows->file);
    ls_layout_free(rows->layout);
    ls_mem_free(rows->cells);
    ls_schema_free(rows->schema);
    ls_buf_clear(&rows->encoded);
    if (rows->writer) {
        avro_writer_free(rows->writer);
    }
    rows->schema = NULL;
    rows->layout = NULL;
    rows->cells = NULL;
    rows->writer = NULL;
}

int ls_rows_next(struct ls_rows *rows, struct ls_error *err)
{
    size_t size = 0;
    int rc = ls_avro_file_next(&rows->file, err);
    rows->encoded.size = 0;
    if (rc <= 0) {
        return rc;
    }
    if (avro_value_sizeof(&rows->file.value, &size) != 0) {
        return ls_error_set(err, LS_E_DATA, "%s: %s", rows->file.path, avro_strerror());
    }
    rc = ls_buf_reserve(&rows->encoded, size + 1, err); /* 1: a row may be nothing */
    if (rc < 0) {
        return rc;
    }
    avro_writer_memory_set_dest(rows->writer, (const char *)rows->encoded.data, (int64_t)size);
    if (size && avro_value_write(rows->writer, &rows->file.value) != 0) {
        return ls_error_set(err, LS_E_DATA, "%s: %s", rows->file.path, avro_strerror());
    }
    rows->encoded.size = size;
    rows->count++;
    return 1;
}

int ls_rows_layout(struct ls_rows *rows, struct ls_error *err)
{
    int rc = ls_layout_new(rows->schema, &rows->layout, err);
    if (rc == 0) {
        rows->cells = ls_mem_new(rows->layout->count + 1, sizeof *rows->cells, err);
        rc = rows->cells ? 0 : err->code;
    }
    return rc < 0 ? ls_error_prefix(err, "%s", rows->file.path) : 0;
}

int ls_rows_decode(struct ls_rows *rows, struct ls_error *err)
{
    enum ls_decode_status status = ls_row_decode(rows->layout, rows->encoded.data,
                                                 rows->encoded.size, rows->cells, NULL, NULL);
    return status == LS_DECODE_OK
               ? 0
               : ls_error_set(err, LS_E_DATA, "%s: record %llu: %s", rows->file.path,
                              (unsigned long long)rows->count - 1, ls_decode_status_text(status));
}

int64_t ls_rows_number(const struct ls_rows *rows, const char *column, int64_t otherwise)
{
    int at = ls_layout_find(rows->layout, column);
    return at < 0 || rows->cells[at].is_null ? otherwise : rows->cells[at].number;
}

json_t *ls_row_json(const struct ls_schema *schema, const uint8_t *bytes, size_t size,
                    bool readable, struct ls_error *err)
{
    struct ls_buf text;
    json_error_t where;
    json_t *row = NULL;
    int rc = 0;
    struct ls_span span = {bytes, bytes + size};
    ls_buf_init(&text, "a row as JSON", (size_t)8 * LS_CONTAINER_RECORD_MAX);
    enum ls_decode_status status = ls_datum_json(schema->root, &span, readable, &text, &rc, err);
    if (status != LS_DECODE_OK) {
        ls_error_set(err, LS_E_DATA, "a row does not decode: %s", ls_decode_status_text(status));
    } else if (rc == 0) {
        row = json_loadb((const char *)text.data, text.size, JSON_DECODE_ANY | JSON_ALLOW_NUL,
                         &where);
        if (!row) {
            ls_error_set(err, LS_E_DATA, "a row cannot be shown: %s", where.text);
        }
    }
    ls_buf_clear(&text);
    return row;
}

int ls_show(const json_t *value, struct ls_buf *out, struct ls_error *err)
{
    size_t begin = out->size;
    int rc = ls_json_text(value, JSON_ENCODE_ANY, out, err);
    if (rc < 0) {
        return rc;
    }
    if (out->size - begin <= LS_SHOWN_MAX) {
        return 0;
    }
    out->size = begin + LS_SHOWN_MAX;
    while ((out->data[out->size] & 0xc0) == 0x80) { /* inside a character */
        out->size--;
    }
    return ls_buf_append_text(out, "...", err);
}
