/* Trees as JSON. */
#include "core/config/option.h"
#include "core/config/yaml_internal.h"

/* The greatest integer up to which readers of JSON that hold numbers as doubles are exact. */
#define EXACT_MAX (INT64_C(1) << 53)

static json_t *scalar_json(const struct ls_yaml *node)
{
    int64_t value;
    switch (node->kind) {
    case LS_YAML_NULL:
        return json_null();
    case LS_YAML_BOOLEAN:
        return json_boolean(node->boolean);
    case LS_YAML_INTEGER:
        if (ls_read_integer(node->text, &value) && value >= -EXACT_MAX && value <= EXACT_MAX) {
            return json_integer(value);
        }
        return json_string(node->text);
    default:
        return json_string(node->text);
    }
}

static json_t *list_json(const struct ls_yaml *node)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < node->count; i++) {
        if (json_array_append_new(list, ls_yaml_json(node->items[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *map_json(const struct ls_yaml *node)
{
    json_t *map = json_object();
    for (size_t i = 0; map && i < node->count; i++) {
        const struct ls_yaml_entry *entry = &node->entries[i];
        if (json_object_set_new(map, entry->key, ls_yaml_json(entry->value)) < 0) {
            json_decref(map);
            return NULL;
        }
    }
    return map;
}

json_t *ls_yaml_json(const struct ls_yaml *node)
{
    if (node->kind == LS_YAML_MAP) {
        return map_json(node);
    }
    return node->kind == LS_YAML_LIST ? list_json(node) : scalar_json(node);
}
