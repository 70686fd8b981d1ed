#include "core/avro/schema_internal.h"

#include "core/base/mem.h"

#include <string.h>

#define ARENA_MAX (64U << 20)

static const char *const type_names[] = {
    "null",   "boolean", "int",  "long",  "float", "double", "bytes",
    "string", "record",  "enum", "array", "map",   "union",  "fixed",
};

const char *ls_avro_type_name(enum ls_avro_type type)
{
    return type_names[type];
}

const struct ls_node *ls_node_nullable(const struct ls_node *node, unsigned *null_branch)
{
    if (node->type != LS_AVRO_UNION || node->count != 2) {
        return NULL;
    }
    bool first = node->children[0]->type == LS_AVRO_NULL;
    if (!first && node->children[1]->type != LS_AVRO_NULL) {
        return NULL;
    }
    *null_branch = first ? 0 : 1;
    return node->children[first ? 1 : 0];
}

struct ls_node *ls_schema_node(struct ls_schema_parser *parser, enum ls_avro_type type,
                               const json_t *json)
{
    static const char *const none[] = {NULL};
    struct ls_node *node = ls_arena_new(parser->arena, 1, sizeof *node, parser->err);
    if (node) {
        node->type = type;
        node->json = json;
        node->aliases = none;
    }
    return node;
}

/* A text in place of a schema: a primitive type or the name of a type defined before. */
static int parse_name(struct ls_schema_parser *parser, const json_t *json, const char *name,
                      const char *space, const struct ls_place *place, const struct ls_node **out)
{
    for (int type = LS_AVRO_NULL; type <= LS_AVRO_STRING; type++) {
        if (strcmp(name, type_names[type]) == 0) {
            struct ls_node *node = ls_schema_node(parser, (enum ls_avro_type)type, json);
            if (node) {
                ls_schema_logical(node);
            }
            *out = node;
            return node ? 0 : parser->err->code;
        }
    }
    const char *full_name = ls_full_name(parser, name, space, place);
    if (!full_name) {
        return parser->err->code;
    }
    *out = ls_names_find(&parser->names, full_name);
    if (!*out) { /* inside a namespace there is no other way to name a type that has none */
        *out = ls_names_find(&parser->names, name);
    }
    if (!*out) {
        return ls_schema_refuse(parser->err, place,
                                "unknown type \"%.200s\": a primitive type, or a named type "
                                "defined earlier in the text, was expected",
                                full_name);
    }
    return 0;
}

static int parse_union(struct ls_schema_parser *parser, const json_t *json, const char *space,
                       unsigned depth, const struct ls_place *place, const struct ls_node **out)
{
    struct ls_node *node = ls_schema_node(parser, LS_AVRO_UNION, json);
    size_t count = json_array_size(json);
    const struct ls_node **branches = ls_arena_new(parser->arena, count, sizeof *branches,
                                                   parser->err);
    if (!node || !branches) {
        return parser->err->code;
    }
    unsigned seen = 0; /* a bit for each unnamed type */
    for (size_t i = 0; i < count; i++) {
        struct ls_place here = {.above = place, .index = i};
        int rc = ls_schema_type(parser, json_array_get(json, i), space, depth + 1, &here,
                                &branches[i]);
        if (rc < 0) {
            return rc;
        }
        const struct ls_node *branch = branches[i];
        if (branch->type == LS_AVRO_UNION) {
            return ls_schema_refuse(parser->err, &here, "a union may not contain a union directly");
        }
        bool twice = !branch->name && (seen & 1U << branch->type);
        for (size_t j = 0; branch->name && j < i; j++) {
            twice = twice || branches[j] == branch;
        }
        if (twice) {
            return ls_schema_refuse(parser->err, &here,
                                    "the union has a branch of type %.200s already",
                                    branch->name ? branch->name : type_names[branch->type]);
        }
        seen |= 1U << branch->type;
    }
    node->count = count;
    node->children = branches;
    *out = node;
    return 0;
}

/* Array and map: one child, under `key`. */
static int parse_items(struct ls_schema_parser *parser, struct ls_node *node, const char *key,
                       const char *space, unsigned depth, const struct ls_place *place)
{
    const struct ls_node **child = ls_arena_new(parser->arena, 1, sizeof *child, parser->err);
    if (!child) {
        return parser->err->code;
    }
    const json_t *json = json_object_get(node->json, key);
    if (!json) {
        return ls_schema_refuse(parser->err, place, "%s needs \"%s\"",
                                node->type == LS_AVRO_MAP ? "a map" : "an array", key);
    }
    struct ls_place here = {.above = place, .key = key};
    node->count = 1;
    node->children = child;
    return ls_schema_type(parser, json, space, depth + 1, &here, child);
}

static int parse_object(struct ls_schema_parser *parser, const json_t *json, const char *space,
                        unsigned depth, const struct ls_place *place, const struct ls_node **out)
{
    const json_t *type = json_object_get(json, "type");
    const char *word = json_string_value(type);
    if (!word || strlen(word) != json_string_length(type)) {
        return ls_schema_refuse(parser->err, place,
                                "a schema that is an object needs \"type\", a string");
    }
    if (strcmp(word, "record") == 0) {
        return ls_schema_definition(parser, LS_AVRO_RECORD, json, space, depth, place, out);
    }
    if (strcmp(word, "enum") == 0) {
        return ls_schema_definition(parser, LS_AVRO_ENUM, json, space, depth, place, out);
    }
    if (strcmp(word, "fixed") == 0) {
        return ls_schema_definition(parser, LS_AVRO_FIXED, json, space, depth, place, out);
    }
    bool array = strcmp(word, "array") == 0;
    if (array || strcmp(word, "map") == 0) {
        struct ls_node *node = ls_schema_node(parser, array ? LS_AVRO_ARRAY : LS_AVRO_MAP, json);
        *out = node;
        return node ? parse_items(parser, node, array ? "items" : "values", space, depth, place)
                    : parser->err->code;
    }
    struct ls_place here = {.above = place, .key = "type"};
    return parse_name(parser, json, word, space, &here, out);
}

int ls_schema_type(struct ls_schema_parser *parser, const json_t *json, const char *space,
                   unsigned depth, const struct ls_place *place, const struct ls_node **out)
{
    if (depth > LS_SCHEMA_DEPTH_MAX) {
        return ls_schema_refuse(parser->err, place, "types are nested more than %d deep",
                                LS_SCHEMA_DEPTH_MAX);
    }
    if (++parser->nodes > LS_SCHEMA_NODES_MAX) {
        return ls_schema_refuse(parser->err, place, "the schema mentions more than %d types",
                                LS_SCHEMA_NODES_MAX);
    }
    if (json_is_array(json)) {
        return parse_union(parser, json, space, depth, place, out);
    }
    if (json_is_object(json)) {
        return parse_object(parser, json, space, depth, place, out);
    }
    const char *name = json_string_value(json);
    if (!name || strlen(name) != json_string_length(json)) {
        return ls_schema_refuse(parser->err, place,
                                "a schema is a name, an array or an object; this is %s",
                                name ? "a string with a NUL in it" : ls_json_kind(json));
    }
    return parse_name(parser, json, name, space, place, out);
}

static int load_json(const char *text, size_t size, json_t **out, struct ls_error *err)
{
    if (size > LS_SCHEMA_TEXT_MAX) {
        return ls_schema_refuse(err, NULL, "the text has %zu bytes; the limit is %u", size,
                                LS_SCHEMA_TEXT_MAX);
    }
    json_error_t error;
    *out = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL,
                      &error);
    if (*out) {
        return 0;
    }
    if (json_error_code(&error) == json_error_out_of_memory) {
        return ls_error_nomem(err, size);
    }
    return ls_schema_refuse(err, NULL, "line %d, column %d: no sound JSON: %s", error.line,
                            error.column, error.text);
}

int ls_schema_parse(const char *text, size_t size, struct ls_schema **out, struct ls_error *err)
{
    *out = NULL;
    json_t *json;
    int rc = load_json(text, size, &json, err);
    if (rc < 0) {
        return rc;
    }
    struct ls_schema_memory *memory = ls_mem_new(1, sizeof *memory, err);
    struct ls_schema *schema = memory ? ls_mem_new(1, sizeof *schema, err) : NULL;
    if (!schema) {
        ls_mem_free(memory);
        json_decref(json);
        return err->code;
    }
    schema->memory = memory;
    memory->json = json;
    ls_arena_init(&memory->arena, "schema", ARENA_MAX);
    struct ls_schema_parser parser = {.arena = &memory->arena, .err = err};
    schema->text = ls_arena_text(&memory->arena, text, size, err);
    schema->text_size = size;
    rc = schema->text ? ls_schema_type(&parser, json, "", 1, NULL, &schema->root) : err->code;
    if (rc == 0) {
        rc = ls_schema_check_defaults(&parser.names, schema->root, err);
    }
    if (rc == 0) {
        rc = ls_schema_canonical(&parser.names, schema, err);
    }
    ls_mem_free(parser.names.defined);
    ls_mem_free(parser.names.sorted);
    if (rc < 0) {
        ls_schema_free(schema);
        return rc;
    }
    *out = schema;
    return 0;
}

void ls_schema_free(struct ls_schema *schema)
{
    if (schema) {
        ls_arena_clear(&schema->memory->arena);
        json_decref(schema->memory->json);
        ls_mem_free(schema->memory);
        ls_mem_free(schema);
    }
}
