/* What the files of the YAML tree share. */
#ifndef LS_CONFIG_YAML_INTERNAL_H
#define LS_CONFIG_YAML_INTERNAL_H

#include "core/config/yaml.h"

/* A text to compose, which may be a part of a line of its source. */
struct ls_yaml_input {
    const struct ls_source *source; /* NULL: the nodes have no place */
    const char *text;
    size_t size;
    int column;       /* of the first byte in its line, from 1 */
    const char *path; /* of the root */
    unsigned depth;   /* levels above the root */
};

/* The root, LS_YAML_NULL for an empty document; NULL as ls_yaml_parse. */
struct ls_yaml *ls_yaml_compose(const struct ls_yaml_input *input, struct ls_arena *arena,
                                struct ls_diag *diag, struct ls_error *err);

/* What a plain scalar is by the YAML 1.2 core schema; *boolean is set for LS_YAML_BOOLEAN. */
enum ls_yaml_kind ls_yaml_resolve(const char *text, bool *boolean);

/* Paths: "event_types[2].min"; a key that is not of letters, digits, _ and - is quoted, with \" and
 * \\ and \xHH for control characters: topics."raw.x".delay */
const char *ls_yaml_path_key(const char *base, const char *key, struct ls_arena *arena,
                             struct ls_error *err);
const char *ls_yaml_path_item(const char *base, size_t index, struct ls_arena *arena,
                              struct ls_error *err);

/* The last key of a path with the numbers behind it: "metrics[0]" of event_types[2].metrics[0]. */
const char *ls_yaml_path_last(const char *path);

struct ls_yaml_step {
    bool is_item;
    size_t index;
    char key[LS_YAML_KEY_MAX + 1];
};

/* Reads the step at *at and moves behind it, up to the end or a `=`; `first` for the one that has
 * no dot before it. */
bool ls_yaml_path_step(const char **at, bool first, struct ls_yaml_step *step);

/* The entries sorted by key, those of one key in the order written. Free with ls_mem_free. */
const struct ls_yaml_entry **ls_yaml_sorted(const struct ls_yaml *map, struct ls_error *err);

/* Looks a key up among sorted entries. */
const struct ls_yaml_entry *ls_yaml_find(const struct ls_yaml_entry *const *sorted, size_t count,
                                         const char *key);

#endif
