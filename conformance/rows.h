/* The rows of a dataset file, read through libavro (contract C7) whatever codec it is written with.
 * The schema is the text of the file's header: libavro's own forgets logical types and properties.
 */
#ifndef LS_CONFORMANCE_ROWS_H
#define LS_CONFORMANCE_ROWS_H

#include "conformance/avro_file.h"
#include "core/avro/row.h"
#include "core/avro/schema.h"
#include "core/base/buf.h"

struct ls_rows {
    struct ls_avro_file file;
    struct ls_schema *schema;
    avro_writer_t writer;
    struct ls_buf encoded;    /* the current row in Avro binary: equal rows of one schema are equal
                                 bytes, but for the ways in which a map can be written */
    uint64_t count;           /* of rows so far, the current one among them */
    struct ls_layout *layout; /* made by ls_rows_layout, as are the cells */
    struct ls_cell *cells;    /* of the row that ls_rows_decode decoded */
};

/* LS_E_NOINPUT, LS_E_DATA with the path in the message. Close it also after an error. */
int ls_rows_open(const char *path, struct ls_rows *rows, struct ls_error *err);
void ls_rows_close(struct ls_rows *rows);

/* 1 and the next row, 0 at the end. */
int ls_rows_next(struct ls_rows *rows, struct ls_error *err);

/* Makes the layout of its rows, for those who decode them. LS_E_DATA with the path where the schema
 * has none. */
int ls_rows_layout(struct ls_rows *rows, struct ls_error *err);

/* Decodes the current row into rows->cells, which hold until the next one. LS_E_DATA with the path
 * when it is not sound. */
int ls_rows_decode(struct ls_rows *rows, struct ls_error *err);

/* A number of the decoded row; `otherwise` where there is no such column, or null in it. */
int64_t ls_rows_number(const struct ls_rows *rows, const char *column, int64_t otherwise);

/* A row as a JSON object, made of its encoding; with `readable` times are ISO strings. NULL with
 * `err` filled when it does not decode. The caller's to decref. */
json_t *ls_row_json(const struct ls_schema *schema, const uint8_t *bytes, size_t size,
                    bool readable, struct ls_error *err);

/* A value as JSON for people, cut at a character with "..." where it is longer than this. */
#define LS_SHOWN_MAX 1000
int ls_show(const json_t *value, struct ls_buf *out, struct ls_error *err);

#endif
