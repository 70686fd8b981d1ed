/* What a spec says of a thing, as it says it. */
#include "cli/describe_words.h"

#include <string.h>

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(word, *words) == 0) {
            return true;
        }
    }
    return false;
}

/* The item of a list of maps that has this name; NULL: none. */
static const struct ls_yaml *named(const struct ls_yaml *list, const char *key, const char *name)
{
    for (size_t i = 0; list && list->kind == LS_YAML_LIST && i < list->count; i++) {
        const struct ls_yaml *value = ls_yaml_get(list->items[i], key);
        if (value && strcmp(value->text, name) == 0) {
            return list->items[i];
        }
    }
    return NULL;
}

static void put_value(struct describe_out *out, const char *between, const char *key,
                      const struct ls_yaml *value)
{
    struct ls_buf flow;
    ls_buf_init(&flow, "settings on one line", LS_YAML_BYTES_MAX);
    describe_put_text(out, between);
    describe_put_text(out, key);
    describe_put(out, ": ");
    out->rc = out->rc < 0 ? out->rc : ls_yaml_flow(value, &flow, out->err);
    const char *text = out->rc < 0 ? NULL : ls_buf_text(&flow, out->err);
    if (text) {
        describe_put_text(out, text);
    } else {
        out->rc = out->rc < 0 ? out->rc : out->err->code;
    }
    ls_buf_clear(&flow);
}

/* The attribute that a reference names; NULL: it is an id, or a field of an earlier event. */
static const struct ls_yaml *attribute_of(const struct ls_spec *spec, const char *reference)
{
    char entity[LS_YAML_KEY_MAX + 1];
    size_t size = strcspn(reference, ".");
    if (reference[size] != '.' || size >= sizeof entity) {
        return NULL;
    }
    memcpy(entity, reference, size);
    entity[size] = '\0';
    const struct ls_yaml *map = ls_yaml_get(ls_yaml_get(spec->tree, "entities"), entity);
    return named(ls_yaml_get(map, "attributes"), "name", reference + size + 1);
}

static void put_entries(struct describe_out *out, const struct ls_spec *spec,
                        const struct ls_yaml *map, const char *between, const char *const *without)
{
    for (size_t i = 0; map && map->kind == LS_YAML_MAP && i < map->count; i++) {
        const char *key = map->entries[i].key;
        const struct ls_yaml *value = map->entries[i].value;
        if (is_one_of(key, without)) {
            continue;
        }
        put_value(out, between, key, value);
        between = ", ";
        if (strcmp(key, "ref") == 0 && value->kind == LS_YAML_TEXT) {
            put_entries(out, spec, attribute_of(spec, value->text), " = ", without);
        }
    }
}

/* What the spec says of a field, in a list of fields or in a record among them; NULL: not there. */
static const struct ls_yaml *find_field(const struct ls_yaml *list, const struct ls_items *items,
                                        const struct ls_spec_field *field)
{
    const struct ls_spec_field *fields = items->items;
    const struct ls_yaml *found = NULL;
    for (size_t i = 0; !found && i < items->count; i++) { /* versions may share a name */
        if (&fields[i] == field) {
            return list->items[i];
        }
        if (ls_spec_is_record(&fields[i])) {
            const struct ls_source_fields *inner = fields[i].source.settings;
            found = find_field(ls_yaml_get(list->items[i], "fields"), &inner->fields, field);
        }
    }
    return found;
}

void describe_put_field(struct describe_out *out, const char *before, const struct ls_spec *spec,
                        const struct ls_spec_event_type *type, const struct ls_spec_field *field)
{
    static const char *const without[] = {"name", "type", NULL};
    const struct {
        const char *name;
        const struct ls_items *items;
    } lists[] = {{"attributes", &type->attributes},
                 {"dimensions", &type->dimensions},
                 {"metrics", &type->metrics}};
    const struct ls_yaml *map = named(ls_yaml_get(spec->tree, "event_types"), "name", type->name);
    const struct ls_yaml *found = NULL;
    for (size_t l = 0; !found && l < sizeof lists / sizeof *lists; l++) {
        found = find_field(ls_yaml_get(map, lists[l].name), lists[l].items, field);
    }
    put_entries(out, spec, found, before, without);
}

void describe_put_type(struct describe_out *out, const struct ls_spec *spec,
                       const struct ls_spec_event_type *type)
{
    static const char *const without[] = {"event", NULL};
    if (type->weight) {
        describe_put(out, "weight: %lld", (long long)type->weight);
    }
    if (type->step) {
        const char *key = type->lifecycle->key;
        const struct ls_yaml *lifecycle = ls_yaml_get(ls_yaml_get(spec->tree, "lifecycles"), key);
        const struct ls_yaml *step = named(ls_yaml_get(lifecycle, "steps"), "event", type->name);
        describe_put_text(out, type->weight ? ", step of " : "step of ");
        describe_put_text(out, key);
        put_entries(out, spec, step, ", ", without);
    }
}

void describe_put_section(struct describe_out *out, const char *before, const struct ls_spec *spec,
                          const char *section, const char *key, const char *const *without)
{
    const struct ls_yaml *map = ls_yaml_get(spec->tree, section);
    put_entries(out, spec, key ? ls_yaml_get(map, key) : map, before, without);
}
