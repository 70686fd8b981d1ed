#include "core/avro/schema_internal.h"

#include "core/base/mem.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_place(const struct ls_place *place, char *out, size_t room)
{
    if (!place) {
        return 0;
    }
    int used = print_place(place->above, out, room);
    size_t at = (size_t)used < room ? (size_t)used : room - 1;
    int more = place->key
                   ? snprintf(out + at, room - at, "%s%s", place->above ? "." : "", place->key)
                   : snprintf(out + at, room - at, "[%zu]", place->index);
    return used + more;
}

/* Names and keys come from the document: none of them may break the line. */
static int one_line(struct ls_error *err)
{
    for (char *at = err->text; *at; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            *at = '?';
        }
    }
    return err->code;
}

int ls_schema_refuse(struct ls_error *err, const struct ls_place *place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ls_error_vset(err, LS_E_DATA, format, args);
    va_end(args);
    if (place) {
        char text[LS_ERROR_TEXT_MAX / 2];
        print_place(place, text, sizeof text);
        ls_error_prefix(err, "schema: at %s", text);
    } else {
        ls_error_prefix(err, "schema");
    }
    return one_line(err);
}

const char *ls_json_kind(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    default:
        return "null";
    }
}

bool ls_json_is_name(const json_t *json)
{
    return json_is_string(json) && ls_is_name(json_string_value(json), json_string_length(json));
}

/* Avro names joined by dots. */
static bool is_dotted_name(const char *text)
{
    for (;;) {
        size_t size = strcspn(text, ".");
        if (!ls_is_name(text, size)) {
            return false;
        }
        if (text[size] == '\0') {
            return true;
        }
        text += size + 1;
    }
}

const char *ls_full_name(struct ls_schema_parser *parser, const char *name, const char *space,
                         const struct ls_place *place)
{
    if (!is_dotted_name(name)) {
        ls_schema_refuse(parser->err, place,
                         "\"%.200s\" is no Avro name: letters, digits and _, no digit first, at "
                         "most 200 bytes; namespaces are joined by dots",
                         name);
        return NULL;
    }
    if (*space == '\0' || strchr(name, '.')) {
        return ls_arena_text(parser->arena, name, strlen(name), parser->err);
    }
    return ls_arena_printf(parser->arena, parser->err, "%s.%s", space, name);
}

static bool is_primitive(const char *name)
{
    for (int type = LS_AVRO_NULL; type <= LS_AVRO_STRING; type++) {
        if (strcmp(name, ls_avro_type_name((enum ls_avro_type)type)) == 0) {
            return true;
        }
    }
    return false;
}

const char *ls_definition_name(struct ls_schema_parser *parser, const json_t *json,
                               const char *space, const struct ls_place *place)
{
    const json_t *name = json_object_get(json, "name");
    const char *text = json_string_value(name);
    if (!text || strlen(text) != json_string_length(name)) {
        ls_schema_refuse(parser->err, place, "a record, enum or fixed needs \"name\", a string");
        return NULL;
    }
    const json_t *given = json_object_get(json, "namespace");
    if (given) {
        space = json_string_value(given);
        if (!space || strlen(space) != json_string_length(given) ||
            (*space && !is_dotted_name(space))) {
            ls_schema_refuse(parser->err, place,
                             "\"namespace\" is a string of Avro names joined by dots");
            return NULL;
        }
    }
    const char *full_name = ls_full_name(parser, text, space, place);
    if (!full_name) {
        return NULL;
    }
    const char *dot = strrchr(full_name, '.');
    if (is_primitive(dot ? dot + 1 : full_name)) {
        ls_schema_refuse(parser->err, place,
                         "\"%.200s\" cannot be defined: primitive types keep their names in every "
                         "namespace",
                         full_name);
        return NULL;
    }
    return full_name;
}

const char *ls_namespace_of(struct ls_schema_parser *parser, const char *full_name)
{
    const char *dot = strrchr(full_name, '.');
    size_t size = dot ? (size_t)(dot - full_name) : 0;
    return ls_arena_text(parser->arena, full_name, size, parser->err);
}

int ls_schema_aliases(struct ls_schema_parser *parser, const json_t *json, const char *space,
                      const struct ls_place *place, const char *const **out)
{
    const json_t *list = json_object_get(json, "aliases");
    struct ls_place list_place = {.above = place, .key = "aliases"};
    if (list && !json_is_array(list)) {
        return ls_schema_refuse(parser->err, &list_place, "aliases are an array of names");
    }
    size_t count = json_array_size(list);
    const char **aliases = ls_arena_new(parser->arena, count + 1, sizeof *aliases, parser->err);
    if (!aliases) {
        return parser->err->code;
    }
    for (size_t i = 0; i < count; i++) {
        struct ls_place here = {.above = &list_place, .index = i};
        const json_t *alias = json_array_get(list, i);
        const char *text = json_string_value(alias);
        if (!text || strlen(text) != json_string_length(alias) ||
            (!space && !ls_json_is_name(alias))) {
            return ls_schema_refuse(parser->err, &here,
                                    "an alias is a name: letters, digits and _, no digit first");
        }
        aliases[i] = space ? ls_full_name(parser, text, space, &here) : text;
        if (!aliases[i]) {
            return parser->err->code;
        }
    }
    *out = aliases;
    return 0;
}

/* Where `full_name` is, or would be, among the sorted names. */
static size_t names_lower_bound(const struct ls_names *names, const char *full_name)
{
    size_t low = 0;
    size_t high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(names->sorted[middle]->name, full_name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct ls_node *ls_names_find(const struct ls_names *names, const char *full_name)
{
    size_t at = names_lower_bound(names, full_name);
    bool found = at < names->count && strcmp(names->sorted[at]->name, full_name) == 0;
    return found ? names->sorted[at] : NULL;
}

int ls_names_add(struct ls_schema_parser *parser, const struct ls_node *node,
                 const struct ls_place *place)
{
    struct ls_names *names = &parser->names;
    if (ls_names_find(names, node->name)) {
        return ls_schema_refuse(parser->err, place, "\"%.200s\" is defined already", node->name);
    }
    int rc = ls_mem_grow(&names->defined, &names->defined_capacity, names->count + 1,
                         sizeof *names->defined, parser->err);
    if (rc == 0) {
        rc = ls_mem_grow(&names->sorted, &names->sorted_capacity, names->count + 1,
                         sizeof *names->sorted, parser->err);
    }
    if (rc < 0) {
        return rc;
    }
    size_t at = names_lower_bound(names, node->name);
    memmove(names->sorted + at + 1, names->sorted + at,
            (names->count - at) * sizeof *names->sorted);
    names->sorted[at] = node;
    names->defined[names->count++] = node;
    return 0;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int ls_find_twice(struct ls_arena *arena, const char *const *texts, size_t count,
                  const char **twice, struct ls_error *err)
{
    *twice = NULL;
    if (count < 2) {
        return 0;
    }
    const char **sorted = ls_arena_new(arena, count, sizeof *sorted, err);
    if (!sorted) {
        return err->code;
    }
    memcpy(sorted, texts, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_texts);
    for (size_t i = 1; i < count && !*twice; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            *twice = sorted[i];
        }
    }
    return 0;
}
