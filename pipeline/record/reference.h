/* Reference tables in memory (contract P11): an input like the log, read whole when a run begins,
 * within a named limit. Read-only afterwards. What is kept are the rows in force, those of a key
 * side by side and in the order of time: a look-up is a hash of the key, then a binary search. */
#ifndef LS_RECORD_REFERENCE_H
#define LS_RECORD_REFERENCE_H

#include "core/avro/row.h"
#include "spec/table_file.h"

struct ls_table_row {
    int64_t begin, end;          /* it holds for begin <= t < end; or happens at `begin` */
    const struct ls_cell *cells; /* by the table's `fields` */
};

/* The rows of a key, by begin. */
struct ls_table_rows {
    const struct ls_table_row *rows;
    size_t count; /* 0: the key is unknown */
};

struct ls_table_slot;

struct ls_reference_table {
    const char *name;
    const struct ls_spec_reference *spec;
    struct ls_sha256 sha256; /* of the file */
    uint64_t file_rows;      /* in it */
    size_t count;            /* in force */
    struct ls_table_row *rows;
    struct ls_table_slot *slots; /* keys: open addressing, slot_count a power of two or 0 */
    void *slot_memory;           /* where they lie, each in one line of the cache */
    size_t slot_count;
    struct ls_schema *schema; /* of an Avro file: symbols of enums are its */
    struct ls_arena arena;
    struct ls_table_file file;
};

struct ls_reference {
    size_t count;
    struct ls_reference_table *tables; /* in the spec's order */
};

/* Reads FOLDER/TABLE.avro for each table that is made from a population, and the files that the
 * spec names. Rows with known < as_of are seen; INT64_MAX: all. LS_E_NOINPUT names the file that is
 * missing; `folder` NULL gives the tables' shapes without a row, which is what plans are made from;
 * LS_E_DATA a table of another shape than the spec's, two rows with one id that were known from one
 * time on, or two of one key that hold at one time. Free with ls_reference_free, also after an
 * error. */
int ls_reference_load(const struct ls_spec *spec, const char *folder, int64_t as_of,
                      struct ls_reference *out, struct ls_error *err);
void ls_reference_free(struct ls_reference *reference);

const struct ls_reference_table *ls_reference_find(const struct ls_reference *reference,
                                                   const char *name);

/* All rows of a key. */
struct ls_table_rows ls_reference_rows(const struct ls_reference_table *table, const uint8_t *key,
                                       size_t size);

/* For a look-up that is to come: the processor fetches the place meanwhile. */
void ls_reference_prefetch(const struct ls_reference_table *table, const uint8_t *key, size_t size);

/* INT64_MIN and INT64_MAX are no times: the row holds from ever, and for ever. */
static inline bool ls_table_row_holds(const struct ls_table_row *row, ls_i128 at)
{
    return (at >= row->begin || row->begin == INT64_MIN) &&
           (at < row->end || row->end == INT64_MAX);
}

/* The number of rows that begin at `at` or before it. */
size_t ls_table_rows_begun(struct ls_table_rows rows, int64_t at);

/* The cells of the row that holds at a time; NULL when there is none. */
const struct ls_cell *ls_table_rows_at(struct ls_table_rows rows, int64_t at);

#endif
