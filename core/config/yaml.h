/* YAML documents as trees that remember where everything stood.
 *
 * Scalars are resolved by the YAML 1.2 core schema and nothing else: `no` is text, `0o17` is
 * fifteen, `1_000` and `12:30:00` are text (typed options give some of that text a meaning: 1_000
 * as a number, 12:30:00 as a time of day; the tree does not). Refused: duplicate keys, keys that
 * are no scalars, more than one document, tags other than the core ones, aliases that expand to
 * more than LS_YAML_NODES_MAX nodes in all, and what passes the limits. Anchors are resolved: an
 * alias is a copy with the place of its anchor and a path of its own. `<<` is an ordinary key and
 * refused by whoever reads the map. */
#ifndef LS_CONFIG_YAML_H
#define LS_CONFIG_YAML_H

#include "core/base/diag.h"

#include <jansson.h>

#define LS_YAML_BYTES_MAX (4U << 20)
#define LS_YAML_DEPTH_MAX 64
#define LS_YAML_NODES_MAX 200000
#define LS_YAML_KEY_MAX                                                                            \
    200 /* bytes of a key: paths stay readable, and keys can be shown simply                       \
         */

enum ls_yaml_kind {
    LS_YAML_NULL,
    LS_YAML_BOOLEAN,
    LS_YAML_INTEGER, /* of any size: the text is what counts */
    LS_YAML_FLOAT,   /* likewise */
    LS_YAML_TEXT,
    LS_YAML_LIST,
    LS_YAML_MAP
};

struct ls_yaml;

struct ls_yaml_entry {
    const char *key;
    struct ls_where key_where;
    struct ls_yaml *value;
};

struct ls_yaml {
    enum ls_yaml_kind kind;
    bool boolean;
    bool quoted;      /* a scalar that was quoted or a block: always LS_YAML_TEXT */
    const char *text; /* a scalar as written, NUL-terminated (a NUL inside is refused); "" for
                         LS_YAML_NULL written as nothing */
    size_t count;     /* items or entries */
    struct ls_yaml **items;
    struct ls_yaml_entry *entries; /* in the order written */
    struct ls_where where;         /* `path` is the path in the document, which ls_yaml_at takes:
                                      event_types[2].metrics[0].min, topics."raw.x" */
};

/* Parses a text. Problems of form go to `diag` (rules LS10xx); the answer is NULL when there were
 * any, or with `err` filled when memory was refused. The tree lives in `arena`, its sources in the
 * diag. An empty document is an empty map. */
struct ls_yaml *ls_yaml_parse(const char *name, const char *text, size_t size,
                              struct ls_arena *arena, struct ls_diag *diag, struct ls_error *err);

/* Reads a file and parses it. A missing file is LS_E_NOINPUT in err->code, with nothing in `diag`;
 * one that is too large is a problem in `diag`. */
struct ls_yaml *ls_yaml_load(const char *path, struct ls_arena *arena, struct ls_diag *diag,
                             struct ls_error *err);

/* The value of a key, or NULL (also when `map` is no map). */
struct ls_yaml *ls_yaml_get(const struct ls_yaml *map, const char *key);

/* The node at a dotted path with [n] for list items, or NULL. */
struct ls_yaml *ls_yaml_at(struct ls_yaml *root, const char *path);

/* Lays `over` on `under`: maps merge by key, anything else replaces. Neither tree is changed; the
 * result shares their nodes. */
struct ls_yaml *ls_yaml_merge(struct ls_yaml *under, struct ls_yaml *over, struct ls_arena *arena,
                              struct ls_error *err);

/* A new tree with the value at a dotted path replaced by `text` read as a YAML value (flow
 * collections allowed) whose place is
 * "--set" line 1. Missing maps on the way are made; a path through a list must exist. Problems go
 * to `diag`. */
struct ls_yaml *ls_yaml_set(struct ls_yaml *root, const char *assignment, struct ls_arena *arena,
                            struct ls_diag *diag, struct ls_error *err);

/* The tree as written, as JSON: integers up to 2^53 as integers, every other number as the text
 * that it was written as (a double could not hold it, or not what was written). New reference, or
 * NULL when memory is refused. */
json_t *ls_yaml_json(const struct ls_yaml *node);

/* Writes the tree as YAML that reads back as the same tree; with `origins` each scalar is followed
 * by a comment with the file, line and column that set it, and the profile (`config show`). */
int ls_yaml_show(const struct ls_yaml *node, bool origins, struct ls_buf *out,
                 struct ls_error *err);

/* The same on one line, as {key: [1, 2]}, without an end of the line. */
int ls_yaml_flow(const struct ls_yaml *node, struct ls_buf *out, struct ls_error *err);

#endif
