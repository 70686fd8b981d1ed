/* csv:DIR: a header line, then a line an event; the columns are those of the type's layout
 * (core/avro/row.h), "payload.amount_cents" among them. Lines end with LF. A cell that holds a
 * comma, a quote or a line end stands in quotes, with its quotes doubled (RFC 4180). Null is an
 * empty cell, an empty text is "". Arrays, maps, records that may be null, and unions are JSON in
 * their cell; everything else is what its JSON is, a string's without its quotes. */
#include "core/avro/row.h"
#include "generator/sink_files.h"

#include <string.h>

#define CELL_MAX (64U << 20) /* bytes: far more than any value's */

/* Whether a datum of this type is JSON in its cell, whatever it holds. */
static bool is_composite(const struct ls_node *node)
{
    return node->type == LS_AVRO_ARRAY || node->type == LS_AVRO_MAP ||
           node->type == LS_AVRO_UNION || node->type == LS_AVRO_RECORD;
}

static bool needs_quotes(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r') {
            return true;
        }
    }
    return size == 0;
}

static int put_text(const uint8_t *text, size_t size, struct ls_buf *out, struct ls_error *err)
{
    if (!needs_quotes(text, size)) {
        return ls_buf_append(out, text, size, err);
    }
    int rc = ls_buf_append(out, "\"", 1, err);
    while (rc == 0 && size) {
        const uint8_t *quote = memchr(text, '"', size);
        size_t part = quote ? (size_t)(quote - text) + 1 : size;
        rc = ls_buf_append(out, text, part, err);
        rc = rc < 0 || !quote ? rc : ls_buf_append(out, "\"", 1, err);
        text += part;
        size -= part;
    }
    return rc < 0 ? rc : ls_buf_append(out, "\"", 1, err);
}

static int put_json(struct ls_typed_file *file, const struct ls_node *node, struct ls_span *datum,
                    struct ls_error *err)
{
    struct ls_buf *json = &file->cell;
    int rc;
    json->size = 0;
    ls_datum_json(node, datum, true, json, &rc, err);
    if (rc < 0) {
        return rc;
    }
    bool bare = !is_composite(node) && json->data[0] == '"';
    return put_text(json->data + bare, json->size - (bare ? 2 : 0), &file->text.text, err);
}

static int put_cell(struct ls_typed_file *file, const struct ls_column *column,
                    struct ls_span *datum, struct ls_error *err)
{
    int64_t branch;
    if (column->nullable && ls_get_long(datum, &branch) == LS_DECODE_OK &&
        branch == column->null_branch) {
        return 0;
    }
    if (column->node->type == LS_AVRO_STRING) {
        const uint8_t *text;
        size_t size;
        ls_get_string(datum, &text, &size);
        return put_text(text, size, &file->text.text, err);
    }
    return column->node->type == LS_AVRO_NULL ? 0 : put_json(file, column->node, datum, err);
}

static int csv_put(struct ls_typed_file *file, const struct ls_event *event,
                   const struct ls_span *datum, struct ls_error *err)
{
    const struct ls_layout *layout = file->type->spec->layout;
    struct ls_buf *out = &file->text.text;
    struct ls_span rest = *datum;
    int rc = 0;
    (void)event;
    for (size_t c = 0; rc == 0 && c < layout->count; c++) {
        rc = c ? ls_buf_append(out, ",", 1, err) : 0;
        rc = rc < 0 ? rc : put_cell(file, &layout->columns[c], &rest, err);
    }
    rc = rc < 0 ? rc : ls_buf_append(out, "\n", 1, err);
    return rc < 0 ? rc : ls_text_file_line(&file->text, err);
}

static int csv_open(struct ls_typed_file *file, struct ls_error *err)
{
    const struct ls_layout *layout = file->type->spec->layout;
    int rc = ls_files_open_text(file, err);
    ls_buf_init(&file->cell, "a cell of CSV", CELL_MAX);
    for (size_t c = 0; rc == 0 && c < layout->count; c++) {
        rc = ls_buf_appendf(&file->text.text, err, "%s%s", c ? "," : "", layout->columns[c].path);
    }
    return rc < 0 ? rc : ls_buf_append_text(&file->text.text, "\n", err);
}

static int open_sink(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                     struct ls_error *err)
{
    static const struct ls_files_format format = {
        .ending = "csv", .open = csv_open, .put = csv_put, .finish = ls_files_finish_text};
    return ls_files_open(&ls_sink_csv, &format, place, run, out, err);
}

const struct ls_sink_kind ls_sink_csv = {
    .prefix = "csv:",
    .form = "csv:DIR",
    .summary = "CSV, a file an event type",
    .in_folder = true,
    .domain_folders = true,
    .open = open_sink,
    .take = ls_files_take,
    .finish = ls_files_finish,
    .close = ls_files_close,
};
