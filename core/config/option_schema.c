/* JSON Schema (2020-12). What it can say, it says as the binder judges: the values that only the
 * binder refuses are those out of bounds that are written as text (durations, rates, sizes with a
 * unit), and references.
 */
#include "core/config/option_schema.h"
#include "core/config/option_catalog.h"
#include "core/config/option_internal.h"

#include <string.h>

static json_t *reference(const struct ls_catalog *catalog, const struct ls_table *table)
{
    return ls_json_put(json_object(), "$ref",
                       json_sprintf("#/$defs/%s", ls_catalog_id(catalog, table, NULL)));
}

static json_t *texts_schema(void)
{
    static const char *const types[] = {"array", "string", "number"};
    json_t *type = json_array();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        type = ls_json_push(type, json_string(types[i]));
    }
    json_t *schema = ls_json_put(json_object(), "type", type);
    return ls_json_put(schema, "items", ls_json_typed_two("string", "number"));
}

static json_t *weights_schema(void)
{
    static const struct ls_option weight = {
        .type = LS_OPTION_INTEGER, .minimum = "0", .maximum = "4294967296"};
    json_t *schema = ls_json_typed_two("object", "array");
    schema = ls_json_put(schema, "additionalProperties", ls_schema_scalar(&weight));
    return ls_json_put(schema, "items", ls_json_typed_two("string", "number"));
}

static json_t *required_word(const char *word)
{
    return ls_json_put(json_object(), "required", json_pack("[s]", word));
}

/* Exactly one of a family's words as a key, or at most one. */
static json_t *one_word(const struct ls_family *family, bool required)
{
    json_t *choices = json_array();
    json_t *none = json_object();
    for (size_t i = 0; family->members[i]; i++) {
        choices = ls_json_push(choices, required_word(family->members[i]->word));
        none = ls_json_put(none, family->members[i]->word, json_false());
    }
    if (required) {
        json_decref(none);
    } else {
        choices = ls_json_push(choices, ls_json_put(json_object(), "properties", none));
    }
    return ls_json_put(json_object(), "oneOf", choices);
}

static bool needs_no_settings(const struct ls_member *member)
{
    return !member->table || ls_table_is_optional(member->table);
}

static json_t *row_schema(const struct ls_catalog *catalog, const struct ls_option *row);

static json_t *no_map(void)
{
    return ls_json_put(
        json_object(), "type",
        json_pack("[s, s, s, s, s]", "string", "number", "boolean", "array", "null"));
}

/* The short form of a member: its main row's value. */
static json_t *main_schema(const struct ls_catalog *catalog, const struct ls_option *main,
                           bool only)
{
    json_t *schema = row_schema(catalog, main);
    if (only || !ls_option_takes_map(main->type)) {
        return schema;
    }
    return ls_json_put(json_object(), "allOf",
                       ls_json_push(ls_json_push(json_array(), no_map()), schema));
}

static json_t *member_schema(const struct ls_catalog *catalog, const struct ls_member *member)
{
    if (!member->table) {
        return ls_json_put(ls_json_typed_two("null", "object"), "additionalProperties",
                           json_false());
    }
    bool only;
    const struct ls_option *main = ls_table_main(member->table, &only);
    json_t *forms = json_array();
    if (!main || !only || !ls_option_takes_map(main->type)) {
        forms = ls_json_push(forms, reference(catalog, member->table));
    }
    if (main && ls_table_is_enough(member->table, main)) {
        forms = ls_json_push(forms, main_schema(catalog, main, only));
    }
    if (ls_table_is_optional(member->table)) {
        forms = ls_json_push(forms, ls_json_typed("null"));
    }
    return ls_json_put(ls_json_put(json_object(), "anyOf", forms), "description",
                       json_string(member->summary));
}

static json_t *add_words(json_t *properties, const struct ls_catalog *catalog,
                         const struct ls_family *family)
{
    for (size_t i = 0; family->members[i]; i++) {
        properties = ls_json_put(properties, family->members[i]->word,
                                 member_schema(catalog, family->members[i]));
    }
    return properties;
}

/* The words that stand alone; *some when there are any. */
static json_t *add_bare_words(json_t *words, const struct ls_family *family, bool *some)
{
    for (size_t i = 0; family->members[i]; i++) {
        if (needs_no_settings(family->members[i])) {
            words = ls_json_push(words, json_string(family->members[i]->word));
            *some = true;
        }
    }
    return words;
}

/* `schema`, or one of `words` when there are some. */
static json_t *or_words(json_t *schema, json_t *words, bool some)
{
    if (!some) {
        json_decref(words);
        return schema;
    }
    json_t *forms = ls_json_push(ls_json_push(json_array(), schema),
                                 ls_json_put(json_object(), "enum", words));
    return ls_json_put(json_object(), "anyOf", forms);
}

static json_t *one_of_schema(const struct ls_catalog *catalog, const struct ls_family *family)
{
    json_t *map = ls_json_put(one_word(family, true), "type", json_string("object"));
    map = ls_json_put(map, "properties", add_words(json_object(), catalog, family));
    map = ls_json_put(map, "additionalProperties", json_false());
    bool some = false;
    json_t *words = add_bare_words(json_array(), family, &some);
    return or_words(map, words, some);
}

static json_t *list_of(json_t *item)
{
    return ls_json_put(ls_json_typed("array"), "items", item);
}

/* A map from names; an item of MAP may be a word of the table's families. */
static json_t *map_of(const struct ls_catalog *catalog, const struct ls_option *row)
{
    json_t *item = reference(catalog, row->table);
    if (row->type == LS_OPTION_LISTS) {
        item = list_of(item);
    } else {
        bool some = false;
        json_t *words = json_array();
        for (const struct ls_option *at = row->table->rows; at->name; at++) {
            if (at->type == LS_OPTION_FAMILY && ls_table_is_enough(row->table, at)) {
                words = add_bare_words(words, at->family, &some);
            }
        }
        item = or_words(item, words, some);
    }
    json_t *schema = ls_json_put(ls_json_typed("object"), "propertyNames",
                                 ls_json_pattern(json_object(), LS_NAME_PATTERN));
    return ls_json_put(schema, "additionalProperties", item);
}

static json_t *value_schema(const struct ls_catalog *catalog, const struct ls_option *row)
{
    static const struct ls_option quantity = {.type = LS_OPTION_QUANTITY};
    static const struct ls_option name = {.type = LS_OPTION_NAME};
    switch (row->type) {
    case LS_OPTION_QUANTITIES:
        return list_of(ls_schema_scalar(&quantity));
    case LS_OPTION_NAMES:
        return ls_json_put(ls_json_pattern(ls_json_typed_two("array", "string"), LS_NAME_PATTERN),
                           "items", ls_schema_scalar(&name));
    case LS_OPTION_TEXTS:
        return texts_schema();
    case LS_OPTION_WEIGHTS:
        return weights_schema();
    case LS_OPTION_NODE:
        return json_object();
    case LS_OPTION_TABLE:
        return reference(catalog, row->table);
    case LS_OPTION_LIST:
        return list_of(reference(catalog, row->table));
    case LS_OPTION_MAP:
    case LS_OPTION_LISTS:
        return map_of(catalog, row);
    case LS_OPTION_ONE_OF:
        return one_of_schema(catalog, row->family);
    default:
        return ls_schema_scalar(row);
    }
}

/* The default as YAML reads it. */
static json_t *default_value(const struct ls_option *row)
{
    if (row->type == LS_OPTION_TEXT || row->type == LS_OPTION_NAME || row->type == LS_OPTION_WORD) {
        return json_string(row->fallback);
    }
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_error err;
    ls_arena_init(&arena, "option default", 1U << 20);
    ls_diag_init(&diag);
    struct ls_yaml_input input = {NULL, row->fallback, strlen(row->fallback), 1, "", 0};
    const struct ls_yaml *node = ls_yaml_compose(&input, &arena, &diag, &err);
    json_t *value = node ? ls_yaml_json(node) : NULL;
    ls_diag_clear(&diag);
    ls_arena_clear(&arena);
    return value;
}

static json_t *row_schema(const struct ls_catalog *catalog, const struct ls_option *row)
{
    json_t *schema = value_schema(catalog, row);
    schema = ls_json_put(schema, "description",
                         row->example
                             ? json_sprintf("%s For example %s.", row->summary, row->example)
                             : json_string(row->summary));
    return row->fallback ? ls_json_put(schema, "default", default_value(row)) : schema;
}

static json_t *table_schema(const struct ls_catalog *catalog, const struct ls_table *table)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    json_t *families = json_array();
    for (const struct ls_option *row = table->rows; row->name; row++) {
        if (row->type == LS_OPTION_FAMILY) {
            properties = add_words(properties, catalog, row->family);
            families = ls_json_push(families,
                                    one_word(row->family, row->flags & LS_OPTION_REQUIRED));
            continue;
        }
        properties = ls_json_put(properties, row->name, row_schema(catalog, row));
        if (ls_option_is_needed(row)) {
            required = ls_json_push(required, json_string(row->name));
        }
    }
    bool some = json_array_size(families) > 0;
    json_t *schema = ls_json_put(ls_json_typed("object"), "title", json_string(table->name));
    schema = ls_json_put(schema, "description", json_string(table->summary));
    schema = ls_json_put(schema, "properties", properties);
    schema = ls_json_put(schema, "additionalProperties", json_false());
    schema = ls_json_put(schema, "required", required);
    if (some) {
        return ls_json_put(schema, "allOf", families);
    }
    json_decref(families);
    return schema;
}

json_t *ls_table_schema(const struct ls_table *table)
{
    struct ls_catalog catalog;
    struct ls_error err;
    if (ls_catalog_build(&catalog, table, &err) < 0) {
        return NULL;
    }
    json_t *definitions = json_object();
    for (size_t i = 0; i < catalog.count; i++) {
        const struct ls_catalog_entry *entry = &catalog.entries[i];
        if (entry->table) {
            definitions = ls_json_put(definitions, entry->id, table_schema(&catalog, entry->table));
        }
    }
    json_t *schema = ls_json_put(json_object(), "$schema",
                                 json_string("https://json-schema.org/draft/2020-12/schema"));
    schema = ls_json_put(schema, "title", json_string(table->name));
    schema = ls_json_put(schema, "$ref", json_sprintf("#/$defs/%s", catalog.entries[0].id));
    ls_catalog_clear(&catalog);
    return ls_json_put(schema, "$defs", definitions);
}
