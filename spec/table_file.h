/* Reference tables that are files: comma-separated values (core/base/csv.h) with a line of names in
 * front. The generator reads them to prove things about them (contract G7), the pipeline to use
 * them. */
#ifndef LS_SPEC_TABLE_FILE_H
#define LS_SPEC_TABLE_FILE_H

#include "core/base/csv.h"
#include "spec/dated.h"
#include "spec/spec.h"

#define LS_REFERENCE_BYTES_MAX (UINT64_C(2) << 30) /* of one table's file */

struct ls_table_file_row {
    uint64_t line;         /* where it begins */
    struct ls_cell *cells; /* by the table's `fields` */
};

struct ls_table_file {
    size_t count;
    struct ls_table_file_row *rows;
    struct ls_sha256 sha256; /* of the file's bytes */
    size_t capacity;
    struct ls_arena arena;
};

/* Reads table->path; an empty field is null, and one of two quotes an empty text. LS_E_NOINPUT when
 * it is missing; LS_E_DATA, with line and column, for what is no text or has other columns than
 * declared, a value that is none of its column's type, and a key or id that is null. Clear it, also
 * after an error. */
int ls_table_file_read(const struct ls_spec_reference *table, struct ls_table_file *out,
                       struct ls_error *err);
void ls_table_file_clear(struct ls_table_file *file);

#endif
