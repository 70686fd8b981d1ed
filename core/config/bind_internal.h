/* What the files of the binder share. The functions return 0, also after a problem that they noted,
 * or a negative code. *json gets a new reference, or NULL: when no JSON is wanted, or the value was
 * refused. */
#ifndef LS_CONFIG_BIND_INTERNAL_H
#define LS_CONFIG_BIND_INTERNAL_H

#include "core/config/option_internal.h"

struct ls_binder {
    struct ls_arena *arena;
    struct ls_diag *diag;
    struct ls_error *err;
    bool semantic;            /* JSON is wanted */
    bool deployment;          /* inside a deployment option */
    struct ls_places *places; /* NULL: not wanted */
};

static inline bool ls_bind_wants_json(const struct ls_binder *b)
{
    return b->semantic && !b->deployment;
}

int ls_bind_table(struct ls_binder *b, const struct ls_table *table, const struct ls_yaml *map,
                  void *out, json_t **json);

/* Keeps the place of a value that was written, for ls_place_of. */
int ls_bind_place(struct ls_binder *b, const void *member, struct ls_where where);

/* A value at its place in the struct. Any type but LS_OPTION_FAMILY. */
int ls_bind_value(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                  void *out, json_t **json);

int ls_bind_scalar(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                   void *out, json_t **json);
int ls_bind_quantities(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                       struct ls_quantities *out, json_t **json);
int ls_bind_names(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                  struct ls_names *out, json_t **json);
int ls_bind_weights(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                    struct ls_weights *out, json_t **json);
int ls_bind_items(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                  struct ls_items *out, json_t **json);
int ls_bind_one_of(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                   struct ls_pick *out, json_t **json);

/* Notes a word that is none of the row's family (LS1105). */
int ls_bind_no_word(struct ls_binder *b, const struct ls_option *row, const char *word,
                    struct ls_where where);

/* What stands behind a family's word; *json is {word: settings}. */
int ls_bind_pick(struct ls_binder *b, const struct ls_member *member, const struct ls_yaml *node,
                 struct ls_where where, struct ls_pick *out, json_t **json);

/* Takes a row that was not given to its default. */
int ls_bind_default(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *map,
                    void *out);

/* Puts a value under its name into *object, unless it is the row's default. Takes the value. */
int ls_bind_keep(struct ls_binder *b, const struct ls_option *row, json_t *value, json_t *object);

/* References in the scalars of a value: `${env:...}` in a semantic option (LS1106), `${secret:...}`
 * in one that takes none (LS1107). True when there are none of them. */
bool ls_bind_references(struct ls_binder *b, const struct ls_option *row,
                        const struct ls_yaml *node);

/* Puts environment variables in the place of `${env:NAME}`; the text stays as it is when one is not
 * to be had, which is noted. */
int ls_bind_environment(struct ls_binder *b, const struct ls_yaml *node, const char **text);

/* Notes that a value is not what the row takes (LS1102), or out of its range (LS1103). */
int ls_bind_wrong(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node);
int ls_bind_range(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                  const char *hint);

/* What a value is called for the person who wrote it: its key, which is the family's word where the
 * option is not written, and an item's number. */
const char *ls_bind_name(const struct ls_option *row, const struct ls_yaml *node);

/* "for example `count: 200_000`", or NULL where there is no example; in the arena. A `name` of
 * NULL: of the value alone. */
int ls_bind_example(struct ls_binder *b, const char *name, const struct ls_option *row,
                    const char **hint);

/* "one of: tumbling; for example `window: {tumbling: 1m}`": the words of the row's family; in the
 * arena. NULL with `err` filled. */
const char *ls_bind_words(struct ls_binder *b, const struct ls_option *row);

/* "a, b, c", cut where it grows long; in the arena. */
const char *ls_bind_join(struct ls_binder *b, const char *const *words);

/* The error of a refused JSON value. */
int ls_bind_nomem(struct ls_binder *b);

#endif
