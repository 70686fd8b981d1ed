#include "core/avro/row_internal.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"

#include <string.h>

#define ARENA_MAX (64U << 20)

/* Built in two walks over the schema: the first counts, the second fills. */
struct builder {
    struct ls_arena *arena;
    struct ls_column *columns; /* NULL in the first walk */
    struct ls_row_op *ops;
    size_t fields;
    size_t columns_count;
    uint32_t items_of_none;
    size_t size_base;
    uint32_t *sized;
    size_t sized_count;
    struct ls_error *err;
};

/* Where a walk is. */
struct room {
    const char *prefix; /* "payload.", or "" */
    unsigned depth;     /* of the record */
    bool physical;
};

static bool is_physical(const struct ls_field *field)
{
    return json_is_true(json_object_get(field->json, "lockstep.physical"));
}

/* The most bytes of a value without its text or span. */
static size_t size_base_of(const struct ls_node *node)
{
    switch (node->type) {
    case LS_AVRO_BOOLEAN:
        return 1;
    case LS_AVRO_INT:
    case LS_AVRO_LONG:
    case LS_AVRO_ENUM:
    case LS_AVRO_BYTES:
    case LS_AVRO_STRING: /* and decimals: eight bytes hold 18 digits */
        return LS_AVRO_LONG_MAX;
    case LS_AVRO_FLOAT:
        return 4;
    case LS_AVRO_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

/* Is a cell of this type written with bytes of its own? */
static bool is_sized(const struct ls_row_op *op)
{
    switch (op->type) {
    case LS_AVRO_BYTES:
    case LS_AVRO_STRING:
    case LS_AVRO_FIXED:
    case LS_AVRO_RECORD:
    case LS_AVRO_ARRAY:
    case LS_AVRO_MAP:
    case LS_AVRO_UNION:
        return true;
    default:
        return false;
    }
}

static const struct ls_symbol *symbols_of(struct builder *builder, const struct ls_node *node)
{
    struct ls_symbol *symbols = ls_arena_new(builder->arena, node->count, sizeof *symbols,
                                             builder->err);
    for (size_t i = 0; symbols && i < node->count; i++) {
        symbols[i].text = (const uint8_t *)node->symbols[i];
        symbols[i].size = (uint32_t)strlen(node->symbols[i]);
    }
    return symbols;
}

static int fill_column(struct builder *builder, const struct ls_field *field,
                       const struct room *room)
{
    struct ls_column *column = &builder->columns[builder->columns_count];
    struct ls_row_op *op = &builder->ops[builder->columns_count];
    unsigned null_branch = 0;
    const struct ls_node *other = ls_node_nullable(field->type, &null_branch);
    const struct ls_node *node = other ? other : field->type;
    const char *path = ls_arena_printf(builder->arena, builder->err, "%s%s", room->prefix,
                                       field->name);
    if (!path) {
        return builder->err->code;
    }
    *column = (struct ls_column){
        .path = path,
        .name = path + strlen(room->prefix),
        .node = node,
        .field = field,
        .nullable = other != NULL,
        .null_branch = (uint8_t)null_branch,
        .physical = room->physical || is_physical(field),
    };
    *op = (struct ls_row_op){
        .type = (uint8_t)(ls_node_is_decimal(node) ? LS_ROW_DECIMAL : (int)node->type),
        .nullable = column->nullable,
        .null_byte = (uint8_t)(2 * null_branch),
        .value_byte = (uint8_t)(2 * (1 - null_branch)),
        .depth = (uint8_t)(room->depth + 1 + column->nullable),
        .physical = column->physical,
        .size = (uint32_t)(node->type == LS_AVRO_ENUM ? node->count
                           : ls_node_is_decimal(node) ? node->precision
                                                      : node->size),
        .node = node,
    };
    if (node->type == LS_AVRO_ENUM) {
        op->symbols = symbols_of(builder, node);
        if (!op->symbols) {
            return builder->err->code;
        }
    }
    builder->size_base += column->nullable + size_base_of(node);
    if (is_sized(op)) {
        builder->sized[builder->sized_count++] = (uint32_t)builder->columns_count;
    }
    return 0;
}

/* Whether a value of the type takes no bytes. Only called for what has been walked over, so the
 * recursion ends. */
static bool is_sizeless(const struct ls_node *node)
{
    if (node->type == LS_AVRO_FIXED) {
        return node->size == 0;
    }
    bool sizeless = node->type == LS_AVRO_NULL || node->type == LS_AVRO_RECORD;
    for (size_t i = 0; sizeless && node->type == LS_AVRO_RECORD && i < node->count; i++) {
        sizeless = is_sizeless(node->fields[i].type);
    }
    return sizeless;
}

static int walk(struct builder *builder, const struct ls_node *record, const struct room *room)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < record->count; i++) {
        const struct ls_field *field = &record->fields[i];
        if (++builder->fields > LS_LAYOUT_FIELDS_MAX) {
            return ls_error_set(builder->err, LS_E_DATA,
                                "%.200s has more than %d fields, those of nested records included",
                                record->name, LS_LAYOUT_FIELDS_MAX);
        }
        unsigned depth = room->depth + 1;
        if (depth + (field->type->type == LS_AVRO_UNION) > LS_DECODE_DEPTH_MAX) {
            return ls_error_set(builder->err, LS_E_DATA,
                                "%.200s is nested more than %d deep, or contains itself, and has "
                                "no rows",
                                record->name, LS_DECODE_DEPTH_MAX);
        }
        if (field->type->type == LS_AVRO_RECORD) {
            struct room below = {
                .prefix = "", .depth = depth, .physical = room->physical || is_physical(field)};
            if (builder->columns) {
                below.prefix = ls_arena_printf(builder->arena, builder->err, "%s%s.", room->prefix,
                                               field->name);
            }
            rc = below.prefix ? walk(builder, field->type, &below) : builder->err->code;
            continue;
        }
        rc = builder->columns ? fill_column(builder, field, room) : 0;
        builder->columns_count++;
    }
    if (rc == 0 && builder->columns) {
        builder->items_of_none += is_sizeless(record);
    }
    return rc;
}

static int build(struct ls_layout *layout, const struct ls_node *root, struct ls_error *err)
{
    const struct room room = {.prefix = "", .depth = 1};
    struct ls_layout_memory *memory = layout->memory;
    struct builder builder = {.arena = &memory->arena, .err = err};
    int rc = walk(&builder, root, &room);
    if (rc < 0) {
        return rc;
    }
    size_t count = builder.columns_count;
    struct builder filling = {.arena = &memory->arena, .err = err};
    filling.columns = ls_arena_new(&memory->arena, count, sizeof *filling.columns, err);
    filling.ops = ls_arena_new(&memory->arena, count, sizeof *filling.ops, err);
    filling.sized = ls_arena_new(&memory->arena, count, sizeof *filling.sized, err);
    if (!filling.columns || !filling.ops || !filling.sized) {
        return err->code;
    }
    rc = walk(&filling, root, &room);
    layout->count = count;
    layout->columns = filling.columns;
    memory->ops = filling.ops;
    memory->items_of_none = filling.items_of_none;
    memory->size_base = filling.size_base;
    memory->sized = filling.sized;
    memory->sized_count = filling.sized_count;
    return rc;
}

int ls_layout_new(const struct ls_schema *schema, struct ls_layout **out, struct ls_error *err)
{
    *out = NULL;
    if (schema->root->type != LS_AVRO_RECORD) {
        return ls_error_set(err, LS_E_DATA, "a row needs a record schema; this one is of type %s",
                            ls_avro_type_name(schema->root->type));
    }
    struct ls_layout_memory *memory = ls_mem_new(1, sizeof *memory, err);
    struct ls_layout *layout = memory ? ls_mem_new(1, sizeof *layout, err) : NULL;
    if (!layout) {
        ls_mem_free(memory);
        return err->code;
    }
    ls_arena_init(&memory->arena, "layout", ARENA_MAX);
    layout->schema = schema;
    layout->memory = memory;
    int rc = build(layout, schema->root, err);
    if (rc < 0) {
        ls_layout_free(layout);
        return rc;
    }
    *out = layout;
    return 0;
}

void ls_layout_free(struct ls_layout *layout)
{
    if (layout) {
        ls_arena_clear(&layout->memory->arena);
        ls_mem_free(layout->memory);
        ls_mem_free(layout);
    }
}

int ls_layout_find(const struct ls_layout *layout, const char *path_or_name)
{
    int found = -1;
    size_t named = 0;
    for (size_t i = 0; i < layout->count; i++) {
        if (strcmp(layout->columns[i].path, path_or_name) == 0) {
            return (int)i;
        }
        if (strcmp(layout->columns[i].name, path_or_name) == 0) {
            found = (int)i;
            named++;
        }
    }
    return named == 1 ? found : -1;
}
