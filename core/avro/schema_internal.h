/* What the files of the schema parser share. */
#ifndef LS_AVRO_SCHEMA_INTERNAL_H
#define LS_AVRO_SCHEMA_INTERNAL_H

#include "core/avro/schema.h"
#include "core/base/arena.h"

struct ls_schema_memory {
    struct ls_arena arena;
    json_t *json;
};

/* A place in the document: "fields[2].type" is the chain "type" -> 2 -> "fields". */
struct ls_place {
    const struct ls_place *above; /* NULL at the document itself */
    const char *key;              /* NULL: an index */
    size_t index;
};

/* The named types. Definitions come in the order of the document, which is also the order in which
 * a walk over the tree first meets them: a walk that counts what it has met needs no other mark to
 * tell a definition from a reference. */
struct ls_names {
    const struct ls_node **defined;
    size_t defined_capacity;
    const struct ls_node **sorted; /* by full name */
    size_t sorted_capacity;
    size_t count;
};

struct ls_schema_parser {
    struct ls_arena *arena;
    struct ls_names names;
    size_t nodes;
    struct ls_error *err;
};

/* LS_E_DATA with the place in front of the message. */
int ls_schema_refuse(struct ls_error *err, const struct ls_place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A new node of the tree, or NULL with the error filled. */
struct ls_node *ls_schema_node(struct ls_schema_parser *parser, enum ls_avro_type type,
                               const json_t *json);

/* Parses any type, `depth` deep, inside the namespace `space` ("" is none). */
int ls_schema_type(struct ls_schema_parser *parser, const json_t *json, const char *space,
                   unsigned depth, const struct ls_place *place, const struct ls_node **out);

/* Parses the object of a record, enum or fixed, and remembers its name. */
int ls_schema_definition(struct ls_schema_parser *parser, enum ls_avro_type type,
                         const json_t *json, const char *space, unsigned depth,
                         const struct ls_place *place, const struct ls_node **out);

/* "a string", "an object" ... */
const char *ls_json_kind(const json_t *json);

/* A string that is one part of an Avro name. */
bool ls_json_is_name(const json_t *json);

/* The full name of `name` inside the namespace `space` ("" is none), or NULL with the error filled:
 * every part must be an Avro name. */
const char *ls_full_name(struct ls_schema_parser *parser, const char *name, const char *space,
                         const struct ls_place *place);

/* The full name that the object of a record, enum or fixed gives itself. */
const char *ls_definition_name(struct ls_schema_parser *parser, const json_t *json,
                               const char *space, const struct ls_place *place);

/* The namespace part of a full name; "" where there is none. NULL with the error filled. */
const char *ls_namespace_of(struct ls_schema_parser *parser, const char *full_name);

/* The names in `json`'s "aliases", as full names where `space` is not NULL. */
int ls_schema_aliases(struct ls_schema_parser *parser, const json_t *json, const char *space,
                      const struct ls_place *place, const char *const **out);

int ls_names_add(struct ls_schema_parser *parser, const struct ls_node *node,
                 const struct ls_place *place);
const struct ls_node *ls_names_find(const struct ls_names *names, const char *full_name);

/* The first text, in byte order, that stands in `texts` twice; *twice is NULL when there is none.
 */
int ls_find_twice(struct ls_arena *arena, const char *const *texts, size_t count,
                  const char **twice, struct ls_error *err);

/* Sets logical, precision and scale from the node's JSON object. */
void ls_schema_logical(struct ls_node *node);

/* Checks every default of the tree. */
int ls_schema_check_defaults(const struct ls_names *names, const struct ls_node *root,
                             struct ls_error *err);

/* Fills the canonical form and the fingerprints. */
int ls_schema_canonical(const struct ls_names *names, struct ls_schema *schema,
                        struct ls_error *err);

#endif
