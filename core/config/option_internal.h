/* What the files of the option tables share. */
#ifndef LS_CONFIG_OPTION_INTERNAL_H
#define LS_CONFIG_OPTION_INTERNAL_H

#include "core/config/option.h"
#include "core/config/yaml_internal.h"

enum ls_reading {
    LS_READING_OK,
    LS_READING_WRONG, /* not of this form */
    LS_READING_RANGE  /* of this form, but not to be held: too large, too fine */
};

enum ls_reading ls_reading_integer(const char *text, int64_t *out);
enum ls_reading ls_reading_duration(const char *text, int64_t *ms);
enum ls_reading ls_reading_rate(const char *text, struct ls_rate *out);
enum ls_reading ls_reading_size(const char *text, int64_t *bytes);
enum ls_reading ls_reading_ratio(const char *text, struct ls_ratio *out);
enum ls_reading ls_reading_decimal(const char *text, struct ls_decimal *out);

/* Is it read from one scalar? */
bool ls_option_is_scalar(enum ls_option_type type);

/* The bytes that a value of the type takes in a struct. */
size_t ls_option_size(enum ls_option_type type);

/* Reads a scalar option's value from a node, without the bounds of the row. `out` gets text that
 * the node owns. */
enum ls_reading ls_option_scalar(const struct ls_option *row, const struct ls_yaml *node,
                                 void *out);

/* Is the value that was read within the row's bounds? Durations are not negative unless the minimum
 * is. */
bool ls_option_in_bounds(const struct ls_option *row, const void *value);

/* Is the text, unquoted, a value of a scalar row, within its bounds? */
bool ls_option_takes(const struct ls_option *row, const char *text);

/* What a number of the type has to be, to be held: for those that are of its form and are not. */
const char *ls_option_held(enum ls_option_type type);

/* A quoted text that would be a number without its quotes: YAML's types differ, ours do. */
bool ls_option_is_quoted_number(const struct ls_yaml *node);

/* The row's name on a command line: "--max-diffs"; of one letter "-n". */
#define LS_OPTION_LABEL_MAX 64
const char *ls_option_label(const struct ls_option *row, char out[LS_OPTION_LABEL_MAX]);

/* Appends an example of a value: the row's; else those of its type that lie in the row's bounds;
 * for maps and lists of them one made of what is required in the table. Appends nothing when there
 * is none. */
int ls_option_example(const struct ls_option *row, struct ls_buf *out, struct ls_error *err);

#define LS_NAME_HINT                                                                               \
    "a name is of letters, digits and _, begins with no digit, and has 200 bytes at most"

/* Quotes at most some 60 bytes of a text on one line. */
#define LS_QUOTE_MAX 96
const char *ls_quote(const char *text, char out[LS_QUOTE_MAX]);

/* The row of a name (rows of families have none), or NULL. */
const struct ls_option *ls_table_row(const struct ls_table *table, const char *name);
/* The row that takes a short form, or NULL; *only when there is no other row. */
const struct ls_option *ls_table_main(const struct ls_table *table, bool *only);
const struct ls_member *ls_family_member(const struct ls_family *family, const char *word);

/* Can a map be the value of such a row? */
bool ls_option_takes_map(enum ls_option_type type);

/* Must the option be given: it is required, or something in its table is that is always there? */
bool ls_option_is_needed(const struct ls_option *row);

/* May the table be read from an empty map, or from one in which the row alone is given? */
bool ls_table_is_optional(const struct ls_table *table);
bool ls_table_is_enough(const struct ls_table *table, const struct ls_option *row);

/* Canonical JSON of a value that was read; NULL when memory is refused. */
json_t *ls_semantic_scalar(const struct ls_option *row, const void *value);
json_t *ls_semantic_quantity(const struct ls_quantity *quantity);
json_t *ls_semantic_node(const struct ls_yaml *node);

#endif
