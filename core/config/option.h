/* One option table, five products. A row says what an option is called, what it holds, its unit,
 * default, bounds and meaning. From the rows come: the binding of YAML (and of command lines) to
 * structs, the validation with its messages, `--help`, the reference pages, and the JSON Schema.
 * option_test.c fails when two of them disagree.
 *
 * Rows are constant data. The struct that a table fills is plain C, its members named by offsetof
 * in the rows. */
#ifndef LS_CONFIG_OPTION_H
#define LS_CONFIG_OPTION_H

#include "core/base/draw.h"
#include "core/base/hash.h"
#include "core/config/yaml.h"

enum ls_option_type {
    LS_OPTION_FLAG,     /* true, false                       → bool */
    LS_OPTION_INTEGER,  /* 12, 200_000, -3                   → int64_t */
    LS_OPTION_TEXT,     /* any scalar that is text or number → const char * */
    LS_OPTION_NAME,     /* [A-Za-z_][A-Za-z0-9_]*            → const char * */
    LS_OPTION_WORD,     /* one of `words`                    → int, the index */
    LS_OPTION_DURATION, /* 300ms, 20s, 1h30m, 7d             → int64_t, milliseconds */
    LS_OPTION_RATE,     /* 90/s, 5/m, 200_000/h              → struct ls_rate */
    LS_OPTION_SIZE,     /* 512, 64KiB, 1GiB                  → int64_t, bytes */
    LS_OPTION_RATIO, /* 1/200, 0.5, 1                     → struct ls_ratio, in lowest terms, 0 .. 1
                      */
    LS_OPTION_DECIMAL, /* 24.90, -1, 1_000.5                → struct ls_decimal */
    LS_OPTION_QUANTITY, /* a decimal or a duration: what it must be, the reader of the value knows →
                           struct ls_quantity */
    LS_OPTION_TIME,     /* 2026-01-01T00:00:00Z, 2026-01-01  → int64_t, ms since the epoch */
    LS_OPTION_TIME_OF_DAY, /* 18:00, 06:30:15             → int64_t, ms since midnight */
    LS_OPTION_QUANTITIES,  /* a list of quantities            → struct ls_quantities */
    LS_OPTION_NAMES,       /* a list of names, or one name      → struct ls_names */
    LS_OPTION_TEXTS,       /* a list of what is text or number, or one → struct ls_names */
    LS_OPTION_WEIGHTS,     /* {web: 3, app: 5}, or a list of equal ones → struct ls_weights */
    LS_OPTION_NODE,        /* any value, read by the caller     → const struct ls_yaml * */
    LS_OPTION_TABLE, /* a map bound by `table`            → pointer to its struct, NULL when absent
                        (see LS_OPTION_DEFAULTED) */
    LS_OPTION_LIST,  /* a list of maps bound by `table`   → struct ls_items */
    LS_OPTION_MAP,   /* a map from names to such maps     → struct ls_items; a struct begins with
                        `const char *key`. Where the table has a FAMILY row, a scalar that is one of
                        its words is short for a map with that word alone: {orders: count} */
    LS_OPTION_LISTS,  /* a map from names to lists of maps bound by `table` → struct ls_items of
                         struct  ls_list_entry */
    LS_OPTION_FAMILY, /* one of a family's words as a key of this same map → struct ls_pick; `name`
                         is only for messages */
    LS_OPTION_ONE_OF  /* a map with exactly one key, a word of the family; or a scalar equal to a
                         word → struct ls_pick */
};

enum ls_option_flags {
    LS_OPTION_REQUIRED = 1,
    LS_OPTION_DEPLOYMENT =
        2, /* can change no byte of an output; not hashed. Every other option is semantic */
    LS_OPTION_DEFAULTED =
        4, /* TABLE: when absent, bound as an empty map, so that the pointer is never NULL */
    LS_OPTION_SECRET =
        8, /* TEXT: may be `${secret:name}`; shown and messaged as that, never resolved here */
    LS_OPTION_MAIN = 16, /* in a family member's table: the row that takes the value when the word
                           is given a scalar or a list */
    LS_OPTION_REPEATED =
        32, /* command line only, TEXT: may be given several times → struct ls_names */
    LS_OPTION_WAS_NAME = 64 /* NAMES: was a NAME before, and one name is hashed as it was then */
};

struct ls_rate {
    uint64_t count;  /* events */
    uint64_t per_ms; /* in so many milliseconds; in lowest terms */
};
struct ls_decimal {
    ls_i128 value;  /* times 10^-scale */
    unsigned scale; /* places as written, at most 18 */
};
struct ls_quantity {
    bool is_duration;
    struct ls_decimal number; /* of a duration: milliseconds, scale 0 */
    struct ls_where where;
};
struct ls_quantities {
    size_t count;
    const struct ls_quantity *items;
};
struct ls_names {
    size_t count;
    const char *const *items;
    const struct ls_where *where; /* of each */
};
struct ls_weights {
    size_t count;
    const char *const *words;
    const uint64_t *weights; /* sum at least 1, at most 2^32 */
    const struct ls_where *where;
};
struct ls_items {
    size_t count;
    void *items;                  /* structs of table->size bytes each */
    const struct ls_where *where; /* of each */
};

struct ls_list_entry {
    const char *key;
    struct ls_items items;
};

/* Where the values of a bound struct stood in a person's files. */
struct ls_place;
struct ls_places {
    const struct ls_place *last; /* in the arena of the binding */
};

struct ls_table;

struct ls_member {
    const char *word;
    const char *summary;
    const struct ls_table *table; /* what may stand behind the word; with a LS_OPTION_MAIN row also
                                     in its short form. NULL: nothing (null or {}) */
};
struct ls_family {
    const char *name; /* "value source" */
    const char *summary;
    const struct ls_member *const *members; /* sorted by word, ends with NULL */
};
struct ls_pick {
    const struct ls_member *member; /* NULL when the option is absent */
    void *settings;                 /* struct of member->table */
    struct ls_where where;
};

struct ls_option {
    const char *name;
    enum ls_option_type type;
    unsigned flags;
    size_t offset;
    const char *fallback; /* the default as a person would write it; NULL: absent (zero, NULL) */
    const char *
        minimum; /* likewise written; NULL: unbounded. For INTEGER, DURATION, SIZE, DECIMAL, RATE */
    const char *maximum;
    const char *const *words;       /* WORD: ends with NULL */
    const struct ls_table *table;   /* TABLE, LIST, MAP, LISTS */
    const struct ls_family *family; /* FAMILY, ONE_OF */
    const char *summary;            /* one line, for people */
    const char *example; /* a value that the row takes, as a person would write it, or NULL; of a
                            FAMILY an entry: "uniform: [1, 20]" */
};

struct ls_table {
    const char *name; /* "event type": for messages and as the title of its reference section */
    const char *summary;
    size_t size;         /* of the struct */
    size_t where_offset; /* of a `struct ls_where` member that gets the map's place; SIZE_MAX for
                            none */
    size_t given_offset; /* of a uint64_t member whose bit k says that row k was given; SIZE_MAX for
                            none. At most 64 rows */
    const struct ls_option *rows; /* ends with a row whose name is NULL */
};

/* Fills `out` (zeroed by this call, table->size bytes) from a map. Every problem goes to `diag`
 * with place, path, rule and hint: unknown keys with did-you-mean (LS1101), wrong types (LS1102),
 * out of bounds (LS1103), missing required ones (LS1104), no word or two words of a family
 * (LS1105), `${env:...}` in a semantic option (LS1106), `${secret:...}` in one that takes none
 * (LS1107). Returns 0 also then: look at diag->errors. LS_E_NOMEM otherwise, LS_E_DATA when the
 * arena is full, LS_E_BUG for a default that its own row refuses.
 *
 * A null is no value: it is refused but behind a family's word, and in a NODE. Quotes matter where
 * YAML's types differ: "12" is no INTEGER, "20s" is a DURATION as 20s is. In a deployment TEXT
 * `${env:NAME}` is replaced by the environment variable (LS1108 when it is not set).
 *
 * *semantic, when not NULL, gets a new JSON object with the semantic options that differ from their
 * defaults, in canonical typed form (durations in ms, sizes in bytes, rates and ratios as "a/b" in
 * lowest terms, decimals without trailing zeros as strings, times in ms, words and text as text),
 * so that two spellings of one value hash alike. Where the order in which names were written can
 * show in an output it is kept: MAP and LISTS as [[key, {...}], ...], WEIGHTS as [[word, weight],
 * ...], and a map in a NODE as {"map": [[key, value], ...]}.
 *
 * *places, when not NULL, gets the place of every value, for ls_place_of. */
int ls_bind(const struct ls_table *table, const struct ls_yaml *map, void *out,
            struct ls_arena *arena, struct ls_diag *diag, struct ls_places *places,
            json_t **semantic, struct ls_error *err);

/* Where the value stood that was bound to this member (its address in a bound struct; of an item of
 * a MAP, its `key`): `otherwise` when it was not written. Looks at every value: for messages. */
struct ls_where ls_place_of(const struct ls_places *places, const void *member,
                            struct ls_where otherwise);

/* A copy of a map, as the person wrote it and right or wrong, with the defaults of what is absent
 * from it and from the maps below that the table knows; their place is the source "default". To be
 * read, not to be bound: an option with its default is not the same as one that was not given. NULL
 * with `err` filled. `diag` is of the map. */
struct ls_yaml *ls_table_defaults(const struct ls_table *table, struct ls_yaml *map,
                                  struct ls_arena *arena, struct ls_diag *diag,
                                  struct ls_error *err);

/* One option from a command line. LS_E_USAGE with a message that names the option, what was given
 * and what is expected. For the scalar types. */
int ls_option_from_text(const struct ls_option *row, const char *text, void *out,
                        struct ls_arena *arena, struct ls_error *err);

/* The row's type for people: "duration", "one of: web, app", "integer 1 .. 64". Appended to `out`.
 */
int ls_option_describe(const struct ls_option *row, struct ls_buf *out, struct ls_error *err);

/* `--help`: two columns, wrapped at 100; names as they are given on a command line ("--events N").
 */
int ls_table_help(const struct ls_table *table, struct ls_buf *out, struct ls_error *err);

/* A reference in Markdown: sections for the table, and for the tables and families below it, each
 * once, with anchors. */
int ls_table_reference(const struct ls_table *table, struct ls_buf *out, struct ls_error *err);

/* JSON Schema (2020-12) of documents that the table reads. New reference, or NULL when memory is
 * refused. */
json_t *ls_table_schema(const struct ls_table *table);

/* For tests: can the products of this table and of all below it be made? LS_E_BUG with what is
 * wrong in which row: names and words that collide, bounds and defaults that cannot be read, an
 * example that is refused, a table or words that do not fit the type, an offset outside of the
 * struct, a family that is not sorted. */
int ls_table_check(const struct ls_table *table, struct ls_error *err);

/* Canonical JSON text of a semantic part: sorted keys, no spaces. And its SHA-256. */
int ls_semantic_text(const json_t *semantic, struct ls_buf *out, struct ls_error *err);
int ls_semantic_digest(const json_t *semantic, struct ls_sha256 *out, struct ls_error *err);

/* The scalar readers, for values of LS_OPTION_NODE. False when the text is no such value. Digits
 * may be grouped by underscores. */
bool ls_read_integer(const char *text, int64_t *out);
bool ls_read_duration(const char *text, int64_t *ms);
bool ls_read_rate(const char *text, struct ls_rate *out);
bool ls_read_size(const char *text, int64_t *bytes);
bool ls_read_ratio(const char *text, struct ls_ratio *out);
bool ls_read_decimal(const char *text, struct ls_decimal *out);

#endif
