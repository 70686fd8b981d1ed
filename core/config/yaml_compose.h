/* The state of reading one document: shared by yaml.c, yaml_alias.c and yaml_syntax.c. */
#ifndef LS_CONFIG_YAML_COMPOSE_H
#define LS_CONFIG_YAML_COMPOSE_H

#include "core/config/yaml_internal.h"

#include <yaml.h>

struct ls_anchor {
    const char *name;
    struct ls_yaml *node; /* NULL while the node is not complete */
};

struct ls_composer {
    yaml_parser_t parser;
    const struct ls_yaml_input *input;
    struct ls_arena *arena;
    struct ls_diag *diag;
    struct ls_error *err;
    struct ls_anchor *anchors;
    size_t anchor_count;
    size_t anchor_capacity;
    struct ls_yaml_entry *stack; /* the entries and items of the collections that are open */
    size_t stack_count;
    size_t stack_capacity;
    size_t nodes;
    size_t path_bytes;
    int rc; /* of a refused allocation */
};

/* The functions that return a pointer or bool give NULL or false when nothing more is to be read:
 * memory was refused (`rc` is set) or a limit reached (a problem is noted). */

struct ls_where ls_compose_where(const struct ls_composer *c, yaml_mark_t mark, const char *path);
void *ls_compose_take(struct ls_composer *c, size_t count, size_t size);
struct ls_yaml *ls_compose_new(struct ls_composer *c, enum ls_yaml_kind kind,
                               struct ls_where where);
bool ls_compose_depth(struct ls_composer *c, unsigned depth, struct ls_where where);

/* `key` or, when that is NULL, [index] behind a path. */
const char *ls_compose_path(struct ls_composer *c, const struct ls_where *base, const char *key,
                            size_t index);

/* Remembers the name that a node is given (NULL: none); the node is set when it is complete. */
bool ls_compose_anchor(struct ls_composer *c, const yaml_char_t *name, struct ls_where where,
                       size_t *index);
void ls_compose_anchor_set(struct ls_composer *c, size_t index, struct ls_yaml *node);

/* A copy of what the alias stands for, so that each use has its own path in messages. */
struct ls_yaml *ls_compose_alias(struct ls_composer *c, const yaml_event_t *event, const char *path,
                                 unsigned depth);

/* The one document of the stream; LS_YAML_NULL when there is none. */
struct ls_yaml *ls_compose_document(struct ls_composer *c);

/* Notes why the parser stopped. */
void ls_compose_syntax(struct ls_composer *c);

#endif
