/* The types that have a name: records, enums, fixed. */
#include "core/avro/schema_internal.h"

#include <string.h>

static int parse_fixed(struct ls_schema_parser *parser, struct ls_node *node,
                       const struct ls_place *place)
{
    const json_t *size = json_object_get(node->json, "size");
    json_int_t value = json_integer_value(size);
    if (!json_is_integer(size) || value < 0 || value > LS_SCHEMA_FIXED_MAX) {
        return ls_schema_refuse(parser->err, place,
                                "a fixed needs \"size\", an integer from 0 to %u",
                                LS_SCHEMA_FIXED_MAX);
    }
    node->size = (size_t)value;
    return 0;
}

static int parse_enum(struct ls_schema_parser *parser, struct ls_node *node,
                      const struct ls_place *place)
{
    const json_t *json = json_object_get(node->json, "symbols");
    if (!json_is_array(json)) {
        return ls_schema_refuse(parser->err, place, "an enum needs \"symbols\", an array");
    }
    size_t count = json_array_size(json);
    const char **symbols = ls_arena_new(parser->arena, count, sizeof *symbols, parser->err);
    if (!symbols) {
        return parser->err->code;
    }
    struct ls_place list = {.above = place, .key = "symbols"};
    for (size_t i = 0; i < count; i++) {
        struct ls_place here = {.above = &list, .index = i};
        const json_t *symbol = json_array_get(json, i);
        if (!ls_json_is_name(symbol)) {
            return ls_schema_refuse(parser->err, &here,
                                    "a symbol is a name: letters, digits and _, no digit first");
        }
        symbols[i] = json_string_value(symbol);
    }
    const char *twice;
    if (ls_find_twice(parser->arena, symbols, count, &twice, parser->err) < 0) {
        return parser->err->code;
    }
    if (twice) {
        return ls_schema_refuse(parser->err, &list, "the symbol \"%.200s\" stands here twice",
                                twice);
    }
    node->count = count;
    node->symbols = symbols;
    const json_t *fallback = json_object_get(node->json, "default");
    if (!fallback) {
        return 0;
    }
    for (size_t i = 0; json_is_string(fallback) && i < count; i++) {
        if (strcmp(symbols[i], json_string_value(fallback)) == 0) {
            return 0;
        }
    }
    return ls_schema_refuse(parser->err, place, "the enum's default is none of its symbols");
}

static int parse_field(struct ls_schema_parser *parser, const json_t *json, const char *space,
                       unsigned depth, const struct ls_place *place, struct ls_field *field)
{
    const json_t *name = json_object_get(json, "name");
    if (!ls_json_is_name(name)) {
        return ls_schema_refuse(parser->err, place,
                                "a field is an object with a \"name\": letters, digits and _, no "
                                "digit first");
    }
    const json_t *type = json_object_get(json, "type");
    if (!type) {
        return ls_schema_refuse(parser->err, place, "the field \"%.200s\" needs a \"type\"",
                                json_string_value(name));
    }
    const json_t *order = json_object_get(json, "order");
    const char *word = json_string_value(order);
    if (order && (!word || (strcmp(word, "ascending") != 0 && strcmp(word, "descending") != 0 &&
                            strcmp(word, "ignore") != 0))) {
        return ls_schema_refuse(parser->err, place,
                                "\"order\" is \"ascending\", \"descending\" or \"ignore\"");
    }
    field->name = json_string_value(name);
    field->fallback = json_object_get(json, "default");
    field->json = json;
    int rc = ls_schema_aliases(parser, json, NULL, place, &field->aliases);
    if (rc < 0) {
        return rc;
    }
    struct ls_place here = {.above = place, .key = "type"};
    return ls_schema_type(parser, type, space, depth + 1, &here, &field->type);
}

static int parse_record(struct ls_schema_parser *parser, struct ls_node *node, unsigned depth,
                        const struct ls_place *place)
{
    const json_t *json = json_object_get(node->json, "fields");
    if (!json_is_array(json)) {
        return ls_schema_refuse(parser->err, place, "a record needs \"fields\", an array");
    }
    size_t count = json_array_size(json);
    struct ls_field *fields = ls_arena_new(parser->arena, count, sizeof *fields, parser->err);
    const char **names = ls_arena_new(parser->arena, count, sizeof *names, parser->err);
    const char *space = ls_namespace_of(parser, node->name);
    if (!fields || !names || !space) {
        return parser->err->code;
    }
    struct ls_place list = {.above = place, .key = "fields"};
    for (size_t i = 0; i < count; i++) {
        struct ls_place here = {.above = &list, .index = i};
        int rc = parse_field(parser, json_array_get(json, i), space, depth, &here, &fields[i]);
        if (rc < 0) {
            return rc;
        }
        names[i] = fields[i].name;
    }
    const char *twice;
    if (ls_find_twice(parser->arena, names, count, &twice, parser->err) < 0) {
        return parser->err->code;
    }
    if (twice) {
        return ls_schema_refuse(parser->err, &list, "the field \"%.200s\" stands here twice",
                                twice);
    }
    node->count = count;
    node->fields = fields;
    return 0;
}

int ls_schema_definition(struct ls_schema_parser *parser, enum ls_avro_type type,
                         const json_t *json, const char *space, unsigned depth,
                         const struct ls_place *place, const struct ls_node **out)
{
    struct ls_node *node = ls_schema_node(parser, type, json);
    const char *name = node ? ls_definition_name(parser, json, space, place) : NULL;
    const char *inner = name ? ls_namespace_of(parser, name) : NULL;
    if (!inner) {
        return parser->err->code;
    }
    node->name = name;
    *out = node;
    int rc = ls_schema_aliases(parser, json, inner, place, &node->aliases);
    if (rc == 0) {
        rc = ls_names_add(parser, node, place);
    }
    if (rc < 0) {
        return rc;
    }
    if (type == LS_AVRO_RECORD) {
        return parse_record(parser, node, depth, place);
    }
    rc = type == LS_AVRO_ENUM ? parse_enum(parser, node, place) : parse_fixed(parser, node, place);
    if (rc == 0) {
        ls_schema_logical(node);
    }
    return rc;
}
