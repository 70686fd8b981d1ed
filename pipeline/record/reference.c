#include "pipeline/record/reference.h"

#include "core/avro/container.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <stdio.h>
#include <string.h>

#define TABLE_BYTES_MAX ((size_t)4 << 30)

#define KEY_INLINE 40
#define CACHE_LINE 64

/* A key with its rows: what a look-up reads stands in one line of the cache. */
struct ls_table_slot {
    const struct ls_table_row *rows; /* NULL: empty */
    uint64_t name;                   /* half of the key's */
    uint32_t count;
    uint32_t key_size;
    uint8_t key[KEY_INLINE]; /* its bytes; of a longer one those that it begins with */
};

_Static_assert(sizeof(struct ls_table_slot) == CACHE_LINE, "a slot is a line of the cache");

/* ---- look-ups */

static const struct ls_cell *key_of(const struct ls_reference_table *table,
                                    const struct ls_cell *cells)
{
    return &cells[table->spec->roles[LS_TABLE_KEY]];
}

static bool is_key_of(const struct ls_reference_table *table, const struct ls_table_slot *slot,
                      const uint8_t *key, size_t size)
{
    return slot->key_size == size &&
           memcmp(size <= KEY_INLINE ? slot->key : key_of(table, slot->rows->cells)->bytes, key,
                  size) == 0;
}

/* The slot of a key, or the empty one where it belongs. Names are compared first, the bytes decide.
 */
static struct ls_table_slot *slot_of(const struct ls_reference_table *table, uint64_t name,
                                     const uint8_t *key, size_t size)
{
    size_t at = (size_t)name & (table->slot_count - 1);
    for (;;) {
        struct ls_table_slot *slot = &table->slots[at];
        if (!slot->rows || (slot->name == name && is_key_of(table, slot, key, size))) {
            return slot;
        }
        at = (at + 1) & (table->slot_count - 1);
    }
}

struct ls_table_rows ls_reference_rows(const struct ls_reference_table *table, const uint8_t *key,
                                       size_t size)
{
    if (!table->slot_count) {
        return (struct ls_table_rows){NULL, 0};
    }
    const struct ls_table_slot *slot = slot_of(table, ls_id_of(key, size).low, key, size);
    return (struct ls_table_rows){slot->rows, slot->count};
}

void ls_reference_prefetch(const struct ls_reference_table *table, const uint8_t *key, size_t size)
{
    if (table->slot_count) {
        size_t at = (size_t)ls_id_of(key, size).low & (table->slot_count - 1);
        __builtin_prefetch(&table->slots[at]);
    }
}

size_t ls_table_rows_begun(struct ls_table_rows rows, int64_t at)
{
    size_t low = 0;
    size_t high = rows.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows.rows[middle].begin <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct ls_cell *ls_table_rows_at(struct ls_table_rows rows, int64_t at)
{
    size_t begun = ls_table_rows_begun(rows, at);
    const struct ls_table_row *row = begun ? &rows.rows[begun - 1] : NULL;
    return row && (ls_table_row_holds(row, at) || LS_MUTANT(VALIDITY_IGNORED)) ? row->cells : NULL;
}

const struct ls_reference_table *ls_reference_find(const struct ls_reference *reference,
                                                   const char *name)
{
    for (size_t i = 0; i < reference->count; i++) {
        if (strcmp(reference->tables[i].name, name) == 0) {
            return &reference->tables[i];
        }
    }
    return NULL;
}

/* ---- rows as they are read */

struct loader {
    struct ls_reference_table *table;
    struct ls_dated *rows;
    size_t count, capacity;
    struct ls_layout *layout; /* of an Avro file */
    struct ls_error *err;
};

static int add_row(struct loader *l, const struct ls_cell *cells)
{
    int rc = ls_mem_grow(&l->rows, &l->capacity, l->count + 1, sizeof *l->rows, l->err);
    if (rc == 0) {
        struct ls_dated *row = &l->rows[l->count++];
        ls_dated_of(l->table->spec, cells, l->table->file_rows++, row);
        row->known = LS_MUTANT(RESTATEMENT_IGNORED) ? ~row->known : row->known;
    }
    return rc;
}

/* Cells that outlive the block that they were read from. */
static const struct ls_cell *keep_cells(struct loader *l, const struct ls_cell *cells)
{
    size_t count = l->layout->count;
    struct ls_arena *arena = &l->table->arena;
    struct ls_cell *row = ls_arena_new(arena, count, sizeof *row, l->err);
    if (!row) {
        return NULL;
    }
    memcpy(row, cells, count * sizeof *row);
    for (size_t c = 0; c < count; c++) {
        bool symbol = l->layout->columns[c].node->type ==
                      LS_AVRO_ENUM; /* its text belongs to the schema */
        if (row[c].bytes && !symbol) {
            row[c].bytes = (const uint8_t *)ls_arena_text(arena, (const char *)row[c].bytes,
                                                          row[c].size, l->err);
            if (!row[c].bytes) {
                return NULL;
            }
        }
    }
    return row;
}

static int read_block(struct loader *l, const struct ls_block *block)
{
    struct ls_cell cells[LS_SPEC_FIELDS_MAX + 1];
    int rc = 0;
    struct ls_span span = {block->bytes, block->bytes + block->size};
    for (uint64_t i = 0; rc == 0 && i < block->count; i++) {
        const uint8_t *begin = span.at;
        enum ls_decode_status status = ls_datum_skip(l->table->schema->root, &span);
        if (status == LS_DECODE_OK) {
            status = ls_row_decode(l->layout, begin, (size_t)(span.at - begin), cells, NULL, NULL);
        }
        if (status != LS_DECODE_OK) {
            return ls_error_set(l->err, LS_E_DATA, "row %llu: %s",
                                (unsigned long long)(block->first_record + i),
                                ls_decode_status_text(status));
        }
        const struct ls_cell *kept = keep_cells(l, cells);
        rc = kept ? add_row(l, kept) : l->err->code;
    }
    if (rc == 0 && span.at != span.end) {
        rc = ls_error_set(l->err, LS_E_DATA, "the block at byte %llu has %zu bytes behind its rows",
                          (unsigned long long)block->offset, (size_t)(span.end - span.at));
    }
    return rc;
}

/* The table has to have the shape that the spec gives it. */
static int check_schema(struct loader *l, const struct ls_spec *spec,
                        const struct ls_container_reader *reader)
{
    struct ls_buf expected;
    size_t size;
    const char *text = ls_container_schema(reader, &size);
    ls_buf_init(&expected, "reference schema", LS_SCHEMA_TEXT_MAX);
    int rc = ls_spec_derive_reference(spec, l->table->spec, &expected, l->err);
    if (rc == 0 && (expected.size != size || memcmp(expected.data, text, size) != 0)) {
        rc = ls_error_set(l->err, LS_E_DATA,
                          "its columns are not those that the spec gives the table: make it again "
                          "with this spec");
    }
    rc = rc < 0 ? rc : ls_schema_parse(text, size, &l->table->schema, l->err);
    rc = rc < 0 ? rc : ls_layout_new(l->table->schema, &l->layout, l->err);
    ls_buf_clear(&expected);
    return rc;
}

static int hash_file(const char *path, struct ls_sha256 *out, struct ls_error *err)
{
    struct ls_buf bytes;
    ls_buf_init(&bytes, "reference table", LS_REFERENCE_BYTES_MAX);
    int rc = ls_file_read(path, &bytes, err);
    if (rc == 0) {
        ls_sha256_of(bytes.data, bytes.size, out);
    }
    ls_buf_clear(&bytes);
    return rc;
}

static int read_avro(struct loader *l, const struct ls_spec *spec, const char *folder)
{
    char path[LS_PATH_MAX];
    struct ls_container_reader *reader = NULL;
    struct ls_block block;
    if (snprintf(path, sizeof path, "%s/%s.avro", folder, l->table->name) >= (int)sizeof path) {
        return ls_error_set(l->err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, folder);
    }
    int rc = hash_file(path, &l->table->sha256, l->err);
    rc = rc < 0 ? rc : ls_container_open(path, &reader, l->err);
    rc = rc < 0 ? rc : check_schema(l, spec, reader);
    while (rc == 0 && (rc = ls_container_next(reader, &block, l->err)) == 1) {
        rc = read_block(l, &block);
    }
    ls_container_reader_free(reader);
    return rc;
}

static int read_file(struct loader *l)
{
    struct ls_table_file *file = &l->table->file;
    int rc = ls_table_file_read(l->table->spec, file, l->err);
    l->table->sha256 = file->sha256;
    for (size_t i = 0; rc == 0 && i < file->count; i++) {
        rc = add_row(l, file->rows[i].cells);
    }
    return rc;
}

/* ---- rows in force */

/* Where a row stands, for people: its line in a file, else its number. */
static uint64_t place_of(const struct loader *l, uint64_t row)
{
    return l->table->spec->file ? l->table->file.rows[row].line : row;
}

static int keep_in_force(struct loader *l, int64_t as_of)
{
    struct ls_reference_table *table = l->table;
    struct ls_dated both[2];
    bool at_once = ls_spec_table_has(table->spec, LS_TABLE_HAPPENS);
    as_of = LS_MUTANT(KNOWN_IGNORED) ? INT64_MAX : as_of;
    enum ls_dated_problem problem = ls_dated_in_force(l->rows, &l->count, as_of, at_once, both);
    if (problem != LS_DATED_FINE) {
        const uint64_t places[2] = {place_of(l, both[0].row), place_of(l, both[1].row)};
        const struct ls_cell *const cells[2] = {both[0].cells, both[1].cells};
        return ls_dated_refuse(table->spec, problem, cells, places, l->err);
    }
    table->slot_count = 1;
    while (table->slot_count < 2 * l->count) {
        table->slot_count *= 2;
    }
    table->slot_memory = ls_mem_new(table->slot_count + 1, sizeof *table->slots, l->err);
    table->rows = table->slot_memory ? ls_mem_new(l->count, sizeof *table->rows, l->err) : NULL;
    if (!table->rows) {
        return l->err->code;
    }
    size_t past = (uintptr_t)table->slot_memory % CACHE_LINE;
    table->slots = (void *)((uint8_t *)table->slot_memory + (past ? CACHE_LINE - past : 0));
    table->count = l->count;
    for (size_t i = 0; i < l->count; i++) {
        const struct ls_dated *row = &l->rows[i];
        const struct ls_cell *key = key_of(table, row->cells);
        struct ls_table_slot *slot = slot_of(table, row->key.low, key->bytes, key->size);
        table->rows[i] = (struct ls_table_row){row->begin, row->end, row->cells};
        if (!slot->rows) {
            *slot = (struct ls_table_slot){
                .rows = &table->rows[i], .name = row->key.low, .key_size = key->size};
            memcpy(slot->key, key->bytes, key->size < KEY_INLINE ? key->size : KEY_INLINE);
        }
        slot->count++;
    }
    return 0;
}

static int load_table(const struct ls_spec *spec, const struct ls_spec_reference *declared,
                      const char *folder, int64_t as_of, struct ls_reference_table *table,
                      struct ls_error *err)
{
    struct loader l = {.table = table, .err = err};
    table->name = declared->key;
    table->spec = declared;
    ls_arena_init(&table->arena, "reference table", TABLE_BYTES_MAX);
    if (!folder) {
        return 0;
    }
    int rc = declared->file ? read_file(&l) : read_avro(&l, spec, folder);
    rc = rc < 0 ? rc : keep_in_force(&l, as_of);
    ls_layout_free(l.layout);
    ls_mem_free(l.rows);
    return rc < 0 ? ls_error_prefix(err, "reference table %s", declared->key) : rc;
}

int ls_reference_load(const struct ls_spec *spec, const char *folder, int64_t as_of,
                      struct ls_reference *out, struct ls_error *err)
{
    const struct ls_spec_reference *declared = spec->reference.items;
    *out = (struct ls_reference){0};
    out->tables = ls_mem_new(spec->reference.count, sizeof *out->tables, err);
    int rc = out->tables ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < spec->reference.count; i++) {
        out->count = i + 1;
        rc = load_table(spec, &declared[i], folder, as_of, &out->tables[i], err);
    }
    return rc;
}

void ls_reference_free(struct ls_reference *reference)
{
    for (size_t i = 0; i < reference->count; i++) {
        struct ls_reference_table *table = &reference->tables[i];
        ls_schema_free(table->schema);
        ls_mem_free(table->rows);
        ls_mem_free(table->slot_memory);
        ls_arena_clear(&table->arena);
        ls_table_file_clear(&table->file);
    }
    ls_mem_free(reference->tables);
    *reference = (struct ls_reference){0};
}
