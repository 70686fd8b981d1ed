/* Columns, and the schema of an event type with its fingerprint, made from the spec's field lists
 * alone. */
#include "conformance/naive_internal.h"

#include <string.h>

int ls_naive_value_order(const struct naive_value *a, const struct naive_value *b)
{
    if (a->is_null || b->is_null) {
        return (int)b->is_null - (int)a->is_null;
    }
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    size_t size = a->size < b->size ? a->size : b->size;
    int order = size ? memcmp(a->bytes, b->bytes, size) : 0;
    if (order == 0 && a->size != b->size) {
        order = a->size < b->size ? -1 : 1;
    }
    return order < 0 ? -1 : order > 0;
}

size_t ls_naive_column_find(const struct naive_columns *columns, const char *name)
{
    size_t i = 0;
    while (i < columns->count && strcmp(columns->items[i].name, name) != 0) {
        i++;
    }
    return i;
}

struct naive_value ls_naive_text_value(const char *text)
{
    return (struct naive_value){.bytes = (const uint8_t *)text, .size = strlen(text)};
}

static struct naive_column scalar_of(const struct ls_spec_field *field)
{
    static const enum naive_type types[] = {[LS_FIELD_BOOLEAN] = NAIVE_BOOLEAN,
                                            [LS_FIELD_ENUM] = NAIVE_ENUM,
                                            [LS_FIELD_INT] = NAIVE_INT,
                                            [LS_FIELD_LONG] = NAIVE_LONG,
                                            [LS_FIELD_MONEY] = NAIVE_LONG,
                                            [LS_FIELD_STRING] = NAIVE_STRING,
                                            [LS_FIELD_TIMESTAMP] = NAIVE_TIME,
                                            [LS_FIELD_DATE] = NAIVE_INT,
                                            [LS_FIELD_LOCAL_TIMESTAMP] = NAIVE_TIME,
                                            [LS_FIELD_UUID] = NAIVE_STRING,
                                            [LS_FIELD_DECIMAL] = NAIVE_SCALED,
                                            [LS_FIELD_FLOAT] = NAIVE_FLOAT,
                                            [LS_FIELD_DOUBLE] = NAIVE_DOUBLE,
                                            [LS_FIELD_BYTES] = NAIVE_BYTES,
                                            [LS_FIELD_ARRAY] = NAIVE_ARRAY,
                                            [LS_FIELD_MAP] = NAIVE_MAP};
    struct naive_column column = {.name = field->name,
                                  .written = field->column_name,
                                  .type = types[field->type],
                                  .scale = field->type == LS_FIELD_MONEY ? 2
                                           : field->type == LS_FIELD_DECIMAL
                                               ? (unsigned)field->decimal_scale
                                               : 0,
                                  .precision = (unsigned)field->precision,
                                  .nullable = field->is_nullable};
    column.logical = field->type == LS_FIELD_DATE              ? "date"
                     : field->type == LS_FIELD_LOCAL_TIMESTAMP ? "local-timestamp-millis"
                     : field->type == LS_FIELD_UUID            ? "uuid"
                                                               : NULL;
    if (field->type == LS_FIELD_ENUM) {
        column.symbols = field->symbols;
        column.symbol_count = field->symbol_count;
        column.avro_name = field->avro_name;
    }
    return column;
}

static int column_of(const struct ls_spec_field *field, struct ls_arena *arena,
                     struct naive_column *out, struct ls_error *err)
{
    *out = scalar_of(field);
    if (field->type != LS_FIELD_ARRAY && field->type != LS_FIELD_MAP) {
        return 0;
    }
    struct naive_column *items = ls_arena_new(arena, 1, sizeof *items, err);
    if (items) {
        *items = scalar_of(field->source.settings);
    }
    out->items = items;
    return items ? 0 : err->code;
}

/* A record's fields stand in its place. `around` has the records so far. */
static int add_columns(const struct ls_items *items, int64_t version,
                       const struct naive_column *around, struct ls_arena *arena,
                       struct naive_columns *out, struct ls_error *err)
{
    const struct ls_spec_field *fields = items->items;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < items->count; i++) {
        struct naive_column inner = *around;
        if (fields[i].type == LS_FIELD_RECORD) {
            const struct ls_source_fields *of = fields[i].source.settings;
            inner.record_names[inner.depth] = fields[i].avro_name;
            inner.records[inner.depth++] = fields[i].name;
            rc = add_columns(&of->fields, version, &inner, arena, out, err);
        } else if (version >= fields[i].since && (!fields[i].until || version < fields[i].until)) {
            struct naive_column *column = &out->items[out->count++];
            rc = column_of(&fields[i], arena, column, err);
            memcpy(column->records, around->records, sizeof column->records);
            memcpy(column->record_names, around->record_names, sizeof column->record_names);
            column->depth = around->depth;
        }
    }
    return rc;
}

/* The envelope, and the fields that are there at the version, in the spec's order. */
static int columns_of(const struct ls_spec_event_type *type, int64_t version,
                      struct ls_arena *arena, struct naive_columns *out, struct ls_error *err)
{
    static const struct naive_column envelope[NAIVE_PAYLOAD] = {
        [NAIVE_EVENT_ID] = {.name = "event_id", .type = NAIVE_STRING},
        [NAIVE_EVENT_TIME] = {.name = "event_time", .type = NAIVE_TIME},
        [NAIVE_INGEST_TIME] = {.name = "ingest_time", .type = NAIVE_TIME},
        [NAIVE_SOURCE] = {.name = "source", .type = NAIVE_STRING},
        [NAIVE_SCHEMA_VERSION] = {.name = "schema_version", .type = NAIVE_INT},
        [NAIVE_ENTITY_ID] = {.name = "entity_id", .type = NAIVE_STRING}};
    const struct ls_items *lists[] = {&type->attributes, &type->dimensions, &type->metrics};
    const struct naive_column none = {0};
    out->items = ls_arena_new(arena, NAIVE_PAYLOAD + LS_SPEC_FIELDS_MAX, sizeof *out->items, err);
    if (!out->items) {
        return err->code;
    }
    for (out->count = 0; out->count < NAIVE_PAYLOAD; out->count++) {
        out->items[out->count] = envelope[out->count];
        out->items[out->count].written = envelope[out->count].name;
    }
    int rc = 0;
    for (size_t l = 0; rc == 0 && l < 3; l++) {
        rc = add_columns(lists[l], version, &none, arena, out, err);
    }
    return rc;
}

/* Avro's schema resolution goes by name. */
static int place_columns(struct naive_version *version, const struct naive_columns *readers,
                         struct ls_arena *arena, struct ls_error *err)
{
    version->places = ls_arena_new(arena, readers->count, sizeof *version->places, err);
    if (!version->places) {
        return err->code;
    }
    for (size_t i = 0; i < readers->count; i++) {
        version->places[i] = ls_naive_column_find(&version->columns, readers->items[i].name);
    }
    return 0;
}

int ls_naive_versions(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                      struct ls_arena *arena, struct naive_version **out, size_t *count,
                      struct ls_error *err)
{
    const struct ls_spec_schema_change *change = spec->faults->schema_change;
    const bool changes = change && strcmp(change->event, type->name) == 0;
    const int64_t numbers[] = {type->schema_version, changes ? change->to : 0};
    *count = changes ? 2 : 1;
    *out = ls_arena_new(arena, *count, sizeof **out, err);
    int rc = *out ? 0 : err->code;
    for (size_t v = 0; rc == 0 && v < *count; v++) {
        (*out)[v].number = numbers[v];
        rc = columns_of(type, numbers[v], arena, &(*out)[v].columns, err);
    }
    for (size_t v = 0; rc == 0 && v < *count; v++) {
        rc = place_columns(&(*out)[v], &(*out)[*count - 1].columns, arena, err);
    }
    return rc;
}

int ls_naive_table_columns(const struct ls_spec_reference *table, struct ls_arena *arena,
                           struct naive_columns *out, struct ls_error *err)
{
    out->count = table->field_count;
    out->items = ls_arena_new(arena, out->count, sizeof *out->items, err);
    for (size_t i = 0; out->items && i < out->count; i++) {
        out->items[i] = scalar_of(table->fields[i]); /* none is nested */
    }
    return out->items ? 0 : err->code;
}

static int put_type(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                    const struct naive_column *column, struct ls_buf *text, struct ls_error *err)
{
    static const char *const words[] = {
        [NAIVE_BOOLEAN] = "\"boolean\"", [NAIVE_INT] = "\"int\"",       [NAIVE_LONG] = "\"long\"",
        [NAIVE_TIME] = "\"long\"",       [NAIVE_STRING] = "\"string\"", [NAIVE_ENUM] = NULL,
        [NAIVE_SCALED] = "\"bytes\"",    [NAIVE_BYTES] = "\"bytes\"",   [NAIVE_FLOAT] = "\"float\"",
        [NAIVE_DOUBLE] = "\"double\""};
    if (column->items) {
        int rc = ls_buf_append_text(text,
                                    column->type == NAIVE_ARRAY ? "{\"type\":\"array\",\"items\":"
                                                                : "{\"type\":\"map\",\"values\":",
                                    err);
        rc = rc < 0 ? rc : put_type(spec, type, column->items, text, err);
        return rc < 0 ? rc : ls_buf_append_text(text, "}", err);
    }
    if (column->type != NAIVE_ENUM) {
        return ls_buf_append_text(text, words[column->type], err);
    }
    const char *own = column->avro_name;
    int rc = ls_buf_appendf(text, err, "{\"name\":\"%s.%s%s%s\",\"type\":\"enum\",\"symbols\":[",
                            spec->domain, own ? own : type->name, own ? "" : "_",
                            own ? "" : column->name);
    for (size_t i = 0; rc == 0 && i < column->symbol_count; i++) {
        rc = ls_buf_appendf(text, err, "%s\"%s\"", i ? "," : "", column->symbols[i]);
    }
    return rc < 0 ? rc : ls_buf_append_text(text, "]}", err);
}

/* Closes the records that end between two columns, and begins those that begin; then the comma. */
static int put_records(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                       const struct naive_column *before, const struct naive_column *column,
                       bool is_first, struct ls_buf *text, struct ls_error *err)
{
    size_t same = 0;
    int rc = 0;
    while (same < before->depth && same < column->depth &&
           strcmp(before->records[same], column->records[same]) == 0) {
        same++;
    }
    for (size_t i = before->depth; rc == 0 && i > same; i--) {
        rc = ls_buf_append_text(text, "]}}", err);
    }
    rc = rc < 0 || is_first ? rc : ls_buf_append_text(text, ",", err);
    for (size_t i = same; rc == 0 && i < column->depth; i++) {
        const char *own = column->record_names[i];
        rc = ls_buf_appendf(text, err,
                            "{\"name\":\"%s\",\"type\":{\"name\":\"%s.%s%s%s\","
                            "\"type\":\"record\",\"fields\":[",
                            column->records[i], spec->domain, own ? own : type->name,
                            own ? "" : "_", own ? "" : column->records[i]);
    }
    return rc;
}

static int put_field(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                     const struct naive_column *column, struct ls_buf *text, struct ls_error *err)
{
    int rc = ls_buf_appendf(text, err, "{\"name\":\"%s\",\"type\":%s", column->written,
                            column->nullable ? "[\"null\"," : "");
    rc = rc < 0 ? rc : put_type(spec, type, column, text, err);
    return rc < 0 ? rc : ls_buf_append_text(text, column->nullable ? "]}" : "}", err);
}

/* Avro specification, "Schema Fingerprints": the remainder of a division by the polynomial
 * c15d213aa4d7a795, bits low end first; here bit by bit. */
uint64_t ls_naive_fingerprint(const void *text, size_t size)
{
    const uint8_t *bytes = text;
    const uint64_t polynomial = UINT64_C(0xc15d213aa4d7a795);
    uint64_t crc = polynomial;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
        }
    }
    return crc;
}

int ls_naive_schema(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                    const struct naive_columns *columns, struct ls_buf *text, uint64_t *crc64,
                    struct ls_error *err)
{
    const struct naive_column none = {0};
    size_t start = text->size;
    int rc = ls_buf_appendf(text, err, "{\"name\":\"%s.%s\",\"type\":\"record\",\"fields\":[",
                            spec->domain, type->name);
    for (size_t i = 0; rc == 0 && i < columns->count; i++) {
        if (i == NAIVE_PAYLOAD) {
            rc = ls_buf_appendf(text, err,
                                ",{\"name\":\"payload\",\"type\":{\"name\":\"%s.%s%s\","
                                "\"type\":\"record\",\"fields\":[",
                                spec->domain, type->payload_name ? type->payload_name : type->name,
                                type->payload_name ? "" : "_payload");
        }
        bool is_first = i == 0 || i == NAIVE_PAYLOAD;
        rc = rc < 0 ? rc
                    : put_records(spec, type, is_first ? &none : &columns->items[i - 1],
                                  &columns->items[i], is_first, text, err);
        rc = rc < 0 ? rc : put_field(spec, type, &columns->items[i], text, err);
    }
    const struct naive_column *last = &columns->items[columns->count - 1];
    rc = rc < 0 ? rc : put_records(spec, type, last, &none, true, text, err);
    rc = rc < 0 ? rc : ls_buf_append_text(text, "]}}]}", err);
    if (rc == 0) {
        *crc64 = ls_naive_fingerprint(text->data + start, text->size - start);
    }
    return rc;
}
