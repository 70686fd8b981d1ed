#include "generator/reference.h"

#include "core/avro/container.h"
#include "core/avro/encode.h"

#include <stdio.h>
#include <string.h>

#define RECORDS_PER_BLOCK 1024

static const struct ls_plan_entity *entity_of(const struct ls_plan *plan,
                                              const struct ls_spec_reference *table)
{
    for (size_t e = 0; e < plan->entity_count; e++) {
        if (plan->entities[e].spec == table->entity) {
            return &plan->entities[e];
        }
    }
    return NULL; /* cannot be: names are resolved when the spec is loaded */
}

static uint8_t *put_cell(uint8_t *at, enum ls_field_type type, const struct ls_cell *cell)
{
    if (type == LS_FIELD_STRING || type == LS_FIELD_UUID) {
        return ls_put_bytes(at, cell->bytes, cell->size);
    }
    if (type == LS_FIELD_DECIMAL) {
        return ls_put_decimal(at, cell->number);
    }
    return type == LS_FIELD_BOOLEAN ? ls_put_boolean(at, cell->number != 0)
                                    : ls_put_long(at, cell->number);
}

static int write_row(struct ls_container_writer *writer, const struct ls_spec_reference *table,
                     const struct ls_plan_entity *entity, uint64_t n, struct ls_error *err)
{
    uint8_t text[LS_OP_TEXT_MAX + LS_OP_SPOILT];
    const struct ls_spec_field *attributes = entity->spec->attributes.items;
    size_t room_size = LS_ID_TEXT_MAX + LS_AVRO_LONG_MAX + LS_OP_SPOILT;
    for (size_t a = 0; a < entity->attribute_count; a++) {
        room_size += ls_op_size_max(&entity->attributes[a]);
    }
    uint8_t *room;
    int rc = ls_container_reserve(writer, room_size, &room, err);
    if (rc < 0) {
        return rc;
    }
    size_t id_size;
    uint8_t *at = table->has_own_ids ? ls_id_put(&entity->id, n, room, &id_size) : room;
    for (size_t a = 0; a < entity->attribute_count; a++) {
        struct ls_cell cell;
        ls_attribute_value(&entity->attributes[a], n, text, &cell);
        at = put_cell(at, (enum ls_field_type)attributes[a].type, &cell);
    }
    return ls_container_commit(writer, (size_t)(at - room), err);
}

static int write_table(const struct ls_plan *plan, const struct ls_spec_reference *table,
                       const char *folder, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    char name[LS_PATH_MAX];
    struct ls_buf schema;
    struct ls_container_writer *writer = NULL;
    const struct ls_plan_entity *entity = entity_of(plan, table);
    ls_buf_init(&schema, "reference schema", LS_SCHEMA_TEXT_MAX);
    int rc = ls_spec_derive_reference(plan->spec, table, &schema, err);
    const char *text = rc < 0 ? NULL : ls_buf_text(&schema, err);
    if (!text ||
        snprintf(path, sizeof path, "%s/%s.avro", folder, table->key) >= (int)sizeof path ||
        snprintf(name, sizeof name, "reference/%s", table->key) >= (int)sizeof name) {
        rc = text ? ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                                 LS_PATH_MAX, folder)
                  : err->code;
    }
    rc = rc < 0 ? rc : ls_container_create(path, name, text, RECORDS_PER_BLOCK, &writer, err);
    for (uint64_t n = 0; rc == 0 && n < entity->count; n++) {
        rc = write_row(writer, table, entity, n, err);
    }
    rc = rc < 0 ? rc : ls_container_finish(writer, true, err);
    ls_container_writer_free(writer);
    ls_buf_clear(&schema);
    return rc;
}

int ls_reference_write(const struct ls_plan *plan, const char *folder, struct ls_error *err)
{
    const struct ls_spec_reference *tables = plan->spec->reference.items;
    int rc = ls_folder_make(folder, err);
    for (size_t i = 0; rc == 0 && i < plan->spec->reference.count; i++) {
        rc = tables[i].entity ? write_table(plan, &tables[i], folder, err) : 0;
    }
    return rc;
}
