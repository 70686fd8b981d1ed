/* Reference tables in memory (contract P11): an input like the log, read whole when a run begins,
 * within a named limit. Read-only afterwards. */
#ifndef LS_RECORD_REFERENCE_H
#define LS_RECORD_REFERENCE_H

#include "core/avro/row.h"
#include "spec/spec.h"

#define LS_REFERENCE_BYTES_MAX (UINT64_C(2) << 30) /* of one table's file */

struct ls_table_row {
    struct ls_id key;      /* of the id's text */
    struct ls_cell *cells; /* of the layout's columns; the first is the id */
};

struct ls_reference_table {
    const char *name;
    struct ls_schema *schema;
    struct ls_layout *layout;
    struct ls_sha256 sha256; /* of the file */
    size_t count;
    struct ls_table_row *slots; /* open addressing, slot_count a power of two; cells NULL: empty */
    size_t slot_count;
    struct ls_arena arena;
};

struct ls_reference {
    size_t count;
    struct ls_reference_table *tables; /* in the spec's order */
};

/* Reads FOLDER/TABLE.avro for each table that the spec declares. LS_E_NOINPUT names the one that is
 * missing; `folder` NULL gives the tables' shapes without a row, which is what plans are made from;
 * LS_E_DATA a table of another shape than the spec's, or with one id twice. Free with
 * ls_reference_free, also after an error. */
int ls_reference_load(const struct ls_spec *spec, const char *folder, struct ls_reference *out,
                      struct ls_error *err);
void ls_reference_free(struct ls_reference *reference);

const struct ls_reference_table *ls_reference_find(const struct ls_reference *reference,
                                                   const char *name);

/* The cells of an id's row; NULL when there is none. */
const struct ls_cell *ls_reference_row(const struct ls_reference_table *table, const uint8_t *id,
                                       size_t size);

#endif
