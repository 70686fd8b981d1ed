#include "pipeline/record/reference.h"

#include "core/avro/container.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

#define TABLE_BYTES_MAX ((size_t)4 << 30)

static struct ls_table_row *slot_of(const struct ls_reference_table *table, struct ls_id key)
{
    size_t at = (size_t)key.low & (table->slot_count - 1);
    while (table->slots[at].cells && !ls_id_equal(table->slots[at].key, key)) {
        at = (at + 1) & (table->slot_count - 1);
    }
    return &table->slots[at];
}

const struct ls_cell *ls_reference_row(const struct ls_reference_table *table, const uint8_t *id,
                                       size_t size)
{
    const struct ls_table_row *row = slot_of(table, ls_id_of(id, size));
    /* names are equal; the bytes decide */
    bool same = row->cells && row->cells[0].size == size &&
                memcmp(row->cells[0].bytes, id, size) == 0;
    return same ? row->cells : NULL;
}

/* Room for `needed` rows at half load. */
static int grow(struct ls_reference_table *table, size_t needed, struct ls_error *err)
{
    if (needed * 2 <= table->slot_count) {
        return 0;
    }
    struct ls_reference_table larger = *table;
    larger.slot_count = table->slot_count ? table->slot_count * 2 : 1024;
    while (needed * 2 > larger.slot_count) {
        larger.slot_count *= 2;
    }
    larger.slots = ls_mem_new(larger.slot_count, sizeof *larger.slots, err);
    if (!larger.slots) {
        return err->code;
    }
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].cells) {
            *slot_of(&larger, table->slots[i].key) = table->slots[i];
        }
    }
    ls_mem_free(table->slots);
    *table = larger;
    return 0;
}

static int add_row(struct ls_reference_table *table, const struct ls_cell *cells,
                   struct ls_error *err)
{
    struct ls_cell *row = ls_arena_new(&table->arena, table->layout->count, sizeof *row, err);
    if (!row) {
        return err->code;
    }
    memcpy(row, cells, table->layout->count * sizeof *row);
    for (size_t c = 0; c < table->layout->count; c++) {
        bool symbol = table->layout->columns[c].node->type ==
                      LS_AVRO_ENUM; /* its text belongs to the schema */
        if (row[c].bytes && !symbol) {
            row[c].bytes = (const uint8_t *)ls_arena_text(&table->arena, (const char *)row[c].bytes,
                                                          row[c].size, err);
            if (!row[c].bytes) {
                return err->code;
            }
        }
    }
    struct ls_id key = ls_id_of(row[0].bytes, row[0].size);
    struct ls_table_row *slot = slot_of(table, key);
    if (slot->cells) {
        return ls_error_set(err, LS_E_DATA, "the id `%.*s` stands in it twice",
                            (int)(row[0].size < 100 ? row[0].size : 100),
                            (const char *)row[0].bytes);
    }
    *slot = (struct ls_table_row){key, row};
    table->count++;
    return 0;
}

static int read_block(struct ls_reference_table *table, const struct ls_block *block,
                      struct ls_error *err)
{
    struct ls_cell cells[LS_SPEC_FIELDS_MAX + 1];
    int rc = grow(table, table->count + (size_t)block->count, err);
    struct ls_span span = {block->bytes, block->bytes + block->size};
    for (uint64_t i = 0; rc == 0 && i < block->count; i++) {
        const uint8_t *begin = span.at;
        enum ls_decode_status status = ls_datum_skip(table->schema->root, &span);
        if (status == LS_DECODE_OK) {
            status = ls_row_decode(table->layout, begin, (size_t)(span.at - begin), cells, NULL,
                                   NULL);
        }
        if (status != LS_DECODE_OK) {
            return ls_error_set(err, LS_E_DATA, "row %llu: %s",
                                (unsigned long long)(block->first_record + i),
                                ls_decode_status_text(status));
        }
        rc = add_row(table, cells, err);
    }
    if (rc == 0 && span.at != span.end) {
        rc = ls_error_set(err, LS_E_DATA, "the block at byte %llu has %zu bytes behind its rows",
                          (unsigned long long)block->offset, (size_t)(span.end - span.at));
    }
    return rc;
}

/* As it is where nothing was read yet. */
static int shape(const struct ls_spec *spec, const struct ls_spec_reference *declared,
                 struct ls_reference_table *table, struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "reference schema", LS_SCHEMA_TEXT_MAX);
    int rc = ls_spec_derive_reference(spec, declared, &text, err);
    rc = rc < 0 ? rc : ls_schema_parse((const char *)text.data, text.size, &table->schema, err);
    rc = rc < 0 ? rc : ls_layout_new(table->schema, &table->layout, err);
    ls_buf_clear(&text);
    return rc < 0 ? rc : grow(table, 1, err);
}

/* The table has to have the shape that the spec gives it. */
static int check_schema(const struct ls_spec *spec, const struct ls_spec_reference *declared,
                        struct ls_reference_table *table, const struct ls_container_reader *reader,
                        struct ls_error *err)
{
    struct ls_buf expected;
    size_t size;
    const char *text = ls_container_schema(reader, &size);
    ls_buf_init(&expected, "reference schema", LS_SCHEMA_TEXT_MAX);
    int rc = ls_spec_derive_reference(spec, declared, &expected, err);
    if (rc == 0 && (expected.size != size || memcmp(expected.data, text, size) != 0)) {
        rc = ls_error_set(err, LS_E_DATA,
                          "its columns are not those that the spec gives the table: make it again "
                          "with this spec");
    }
    rc = rc < 0 ? rc : ls_schema_parse(text, size, &table->schema, err);
    rc = rc < 0 ? rc : ls_layout_new(table->schema, &table->layout, err);
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

static int load_table(const struct ls_spec *spec, const struct ls_spec_reference *declared,
                      const char *folder, struct ls_reference_table *table, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_container_reader *reader = NULL;
    struct ls_block block;
    table->name = declared->key;
    ls_arena_init(&table->arena, "reference table", TABLE_BYTES_MAX);
    if (!folder) {
        return shape(spec, declared, table, err);
    }
    if (snprintf(path, sizeof path, "%s/%s.avro", folder, declared->key) >= (int)sizeof path) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, folder);
    }
    int rc = hash_file(path, &table->sha256, err);
    rc = rc < 0 ? rc : ls_container_open(path, &reader, err);
    rc = rc < 0 ? rc : check_schema(spec, declared, table, reader, err);
    rc = rc < 0 ? rc : grow(table, 1, err);
    while (rc == 0 && (rc = ls_container_next(reader, &block, err)) > 0) {
        rc = read_block(table, &block, err);
    }
    ls_container_reader_free(reader);
    return rc < 0 ? ls_error_prefix(err, "reference table %s", declared->key) : 0;
}

int ls_reference_load(const struct ls_spec *spec, const char *folder, struct ls_reference *out,
                      struct ls_error *err)
{
    const struct ls_spec_reference *declared = spec->reference.items;
    *out = (struct ls_reference){0};
    out->tables = ls_mem_new(spec->reference.count, sizeof *out->tables, err);
    int rc = out->tables ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < spec->reference.count; i++) {
        out->count = i + 1;
        rc = load_table(spec, &declared[i], folder, &out->tables[i], err);
    }
    return rc;
}

void ls_reference_free(struct ls_reference *reference)
{
    for (size_t i = 0; i < reference->count; i++) {
        ls_layout_free(reference->tables[i].layout);
        ls_schema_free(reference->tables[i].schema);
        ls_mem_free(reference->tables[i].slots);
        ls_arena_clear(&reference->tables[i].arena);
    }
    ls_mem_free(reference->tables);
    *reference = (struct ls_reference){0};
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
