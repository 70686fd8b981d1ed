/* Rows: the flat view of a record that the pipeline and the dataset writers work with.
 *
 * A layout lists the columns of a record schema: one per leaf field, nested records flattened in
 * order ("payload.amount_cents"). A field that is null or one other type is one nullable column.
 * Arrays, maps, other unions and nullable records are one column of type LS_AVRO_ARRAY, _MAP,
 * _UNION or _RECORD whose cell spans their (checked) encoding, without the branch of a nullable.
 * Records that contain themselves with nothing in between cannot be laid out, nor schemas with more
 * than LS_LAYOUT_FIELDS_MAX fields.
 *
 * A short decimal (ls_node_is_decimal) is a number, times 10^scale: it is written as short as it
 * can be. Decimals of more digits, and those in fixed, are the bytes they are.
 *
 * Decoding fills one cell per column and allocates nothing; cells of strings, bytes and spans point
 * into the decoded bytes and live as long as those. */
#ifndef LS_AVRO_ROW_H
#define LS_AVRO_ROW_H

#include "core/avro/decode.h"
#include "core/base/cell.h"

#define LS_LAYOUT_FIELDS_MAX 4096 /* columns and nested records */

struct ls_column {
    const char *path;           /* "payload.amount_cents" */
    const char *name;           /* the last part of the path */
    const struct ls_node *node; /* of the value, never the nullable union around it */
    const struct ls_field *field;
    bool nullable;
    uint8_t null_branch; /* 0 or 1, where nullable */
    bool physical; /* the field, or one whose record holds it, carries "lockstep.physical": true;
                      left out of the logical digest (B3) */
};

struct ls_layout {
    const struct ls_schema *schema; /* borrowed; must outlive the layout */
    size_t count;
    const struct ls_column *columns;
    struct ls_layout_memory *memory;
};

/* LS_E_DATA for a schema that is no record or cannot be laid out. Free with ls_layout_free. */
int ls_layout_new(const struct ls_schema *schema, struct ls_layout **out, struct ls_error *err);
void ls_layout_free(struct ls_layout *layout);

/* The column with this path or, failing that, the only one with this name; -1 when there is none or
 * more than one. */
int ls_layout_find(const struct ls_layout *layout, const char *path_or_name);

/* Decodes exactly one datum that fills the span, and takes what ls_datum_skip takes. `cells` has
 * room for layout->count; every member of each is set. On failure *offset is where, in bytes from
 * the start, and *column which column was being read (layout->count for bytes that trail); the
 * cells before it are set. Both may be NULL. */
enum ls_decode_status ls_row_decode(const struct ls_layout *layout, const uint8_t *bytes,
                                    size_t size, struct ls_cell *cells, size_t *offset,
                                    size_t *column);

/* Room that ls_row_encode needs for these cells, in bytes. */
size_t ls_row_size_max(const struct ls_layout *layout, const struct ls_cell *cells);

/* Encodes the cells, which must fit their columns (types, UTF-8, ranges: asserted in debug builds);
 * returns the place behind. Spans are copied as they are. */
uint8_t *ls_row_encode(const struct ls_layout *layout, const struct ls_cell *cells, uint8_t *at);

/* The same without the physical columns and in canonical form (B3): map entries in byte order of
 * their keys (entries of one key stay in their order), one block without a stated size for the
 * items of each array and map that has any, the shortest varints and decimals, one NaN. Appended to
 * `out`; on
 * failure `out` is as before. LS_E_BUG for a span that is no sound encoding. */
int ls_row_canonical(const struct ls_layout *layout, const struct ls_cell *cells,
                     struct ls_buf *out, struct ls_error *err);

#endif
