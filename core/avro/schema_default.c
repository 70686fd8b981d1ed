#include "core/avro/schema_internal.h"

#include <string.h>

/* Defaults are read as json_t without const, since jansson walks over an object in no other way.
 * `steps` counts values checked and symbols compared, so that a record whose default fills its own
 * fields from their defaults, and so on, ends. */
struct checker {
    const struct ls_names *names;
    size_t names_met;
    size_t steps;
    struct ls_error *err;
};

static int check(struct checker *checker, const struct ls_node *node, json_t *value, unsigned depth,
                 const struct ls_place *place);

/* How many code points, or -1 when one is above U+00FF: the text of bytes has a code point a byte.
 */
static int64_t bytes_in_text(const json_t *value)
{
    const unsigned char *text = (const unsigned char *)json_string_value(value);
    int64_t count = 0;
    for (size_t i = 0; i < json_string_length(value); i++) {
        if (text[i] > 0xc3) { /* the lead byte of U+0100 and above */
            return -1;
        }
        count += (text[i] & 0xc0) != 0x80;
    }
    return count;
}

static bool is_symbol(const struct ls_node *node, const json_t *value)
{
    const char *text = json_string_value(value);
    for (size_t i = 0; text && i < node->count; i++) {
        if (strcmp(text, node->symbols[i]) == 0) {
            return strlen(text) == json_string_length(value);
        }
    }
    return false;
}

static bool fits_leaf(const struct ls_node *node, const json_t *value)
{
    switch (node->type) {
    case LS_AVRO_NULL:
        return json_is_null(value);
    case LS_AVRO_BOOLEAN:
        return json_is_boolean(value);
    case LS_AVRO_INT:
        return json_is_integer(value) && json_integer_value(value) >= INT32_MIN &&
               json_integer_value(value) <= INT32_MAX;
    case LS_AVRO_LONG:
        return json_is_integer(value);
    case LS_AVRO_FLOAT:
    case LS_AVRO_DOUBLE:
        return json_is_number(value);
    case LS_AVRO_STRING:
        return json_is_string(value);
    case LS_AVRO_BYTES:
        return json_is_string(value) && bytes_in_text(value) >= 0;
    case LS_AVRO_FIXED:
        return json_is_string(value) && bytes_in_text(value) == (int64_t)node->size;
    case LS_AVRO_ENUM:
        return is_symbol(node, value);
    default:
        return false;
    }
}

static int check_record(struct checker *checker, const struct ls_node *node, const json_t *value,
                        unsigned depth, const struct ls_place *place)
{
    size_t given = 0;
    for (size_t i = 0; i < node->count; i++) {
        const struct ls_field *field = &node->fields[i];
        json_t *member = json_object_get(value, field->name);
        given += member != NULL;
        member = member ? member : json_object_get(field->json, "default");
        if (!member) {
            return ls_schema_refuse(checker->err, place,
                                    "the default lacks the field \"%.200s\" of %.200s, which has "
                                    "no default of its own",
                                    field->name, node->name);
        }
        struct ls_place here = {.above = place, .key = field->name};
        int rc = check(checker, field->type, member, depth + 1, &here);
        if (rc < 0) {
            return rc;
        }
    }
    if (given != json_object_size(value)) {
        return ls_schema_refuse(checker->err, place,
                                "the default has a member that is no field of %.200s", node->name);
    }
    return 0;
}

static int check_items(struct checker *checker, const struct ls_node *node, const json_t *value,
                       unsigned depth, const struct ls_place *place)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < json_array_size(value); i++) {
        struct ls_place here = {.above = place, .index = i};
        rc = check(checker, node->children[0], json_array_get(value, i), depth + 1, &here);
    }
    return rc;
}

static int check_entries(struct checker *checker, const struct ls_node *node, json_t *value,
                         unsigned depth, const struct ls_place *place)
{
    int rc = 0;
    for (void *entry = json_object_iter(value); rc == 0 && entry;
         entry = json_object_iter_next(value, entry)) {
        struct ls_place here = {.above = place, .key = json_object_iter_key(entry)};
        rc = check(checker, node->children[0], json_object_iter_value(entry), depth + 1, &here);
    }
    return rc;
}

static int check(struct checker *checker, const struct ls_node *node, json_t *value, unsigned depth,
                 const struct ls_place *place)
{
    checker->steps += 1 + (node->type == LS_AVRO_ENUM ? node->count : 0);
    if (depth > LS_SCHEMA_DEPTH_MAX || checker->steps > LS_SCHEMA_DEFAULT_STEPS_MAX) {
        return ls_schema_refuse(checker->err, place,
                                "defaults are nested more than %d deep or have more than %u values",
                                LS_SCHEMA_DEPTH_MAX, LS_SCHEMA_DEFAULT_STEPS_MAX);
    }
    if (node->type == LS_AVRO_UNION && node->count) {
        return check(checker, node->children[0], value, depth + 1, place);
    }
    if (node->type == LS_AVRO_RECORD && json_is_object(value)) {
        return check_record(checker, node, value, depth, place);
    }
    if (node->type == LS_AVRO_ARRAY && json_is_array(value)) {
        return check_items(checker, node, value, depth, place);
    }
    if (node->type == LS_AVRO_MAP && json_is_object(value)) {
        return check_entries(checker, node, value, depth, place);
    }
    if (!fits_leaf(node, value)) {
        return ls_schema_refuse(
            checker->err, place, "the default, %s, does not fit the type %.200s",
            ls_json_kind(value), node->name ? node->name : ls_avro_type_name(node->type));
    }
    return 0;
}

static int walk(struct checker *checker, const struct ls_node *node, const struct ls_place *place);

static int walk_fields(struct checker *checker, const struct ls_node *node,
                       const struct ls_place *place)
{
    struct ls_place list = {.above = place, .key = "fields"};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        const struct ls_field *field = &node->fields[i];
        struct ls_place item = {.above = &list, .index = i};
        struct ls_place fallback = {.above = &item, .key = "default"};
        struct ls_place type = {.above = &item, .key = "type"};
        if (field->fallback) {
            rc = check(checker, field->type, json_object_get(field->json, "default"), 1, &fallback);
        }
        if (rc == 0) {
            rc = walk(checker, field->type, &type);
        }
    }
    return rc;
}

static int walk(struct checker *checker, const struct ls_node *node, const struct ls_place *place)
{
    if (node->name) {
        if (checker->names_met == checker->names->count ||
            checker->names->defined[checker->names_met] != node) {
            return 0; /* a reference */
        }
        checker->names_met++;
        return node->type == LS_AVRO_RECORD ? walk_fields(checker, node, place) : 0;
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && node->children && i < node->count; i++) {
        struct ls_place here = {.above = place, .index = i};
        if (node->type != LS_AVRO_UNION) {
            here.key = node->type == LS_AVRO_MAP ? "values" : "items";
        }
        rc = walk(checker, node->children[i], &here);
    }
    return rc;
}

int ls_schema_check_defaults(const struct ls_names *names, const struct ls_node *root,
                             struct ls_error *err)
{
    struct checker checker = {.names = names, .err = err};
    return walk(&checker, root, NULL);
}
