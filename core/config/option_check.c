/* What a table must be so that its products can be made: for the tests of those who write tables.
 */
#include "core/base/text.h"
#include "core/config/bind_internal.h"
#include "core/config/option_catalog.h"

#include <string.h>

struct checker {
    struct ls_arena arena;
    struct ls_diag diag;
    const struct ls_table *table;
    struct ls_error *err;
};

static int wrong(struct checker *c, const char *row, const char *what)
{
    return ls_error_set(c->err, LS_E_BUG, "table \"%s\", row \"%s\": %s", c->table->name, row,
                        what);
}

/* Keys of one map: names of rows and words of families, each once. */
static int check_keys(struct checker *c)
{
    for (const struct ls_option *row = c->table->rows; row->name; row++) {
        for (const struct ls_option *other = c->table->rows; other < row; other++) {
            bool families = row->type == LS_OPTION_FAMILY && other->type == LS_OPTION_FAMILY;
            bool names = row->type != LS_OPTION_FAMILY && other->type != LS_OPTION_FAMILY;
            if (names && strcmp(row->name, other->name) == 0) {
                return wrong(c, row->name, "the name is there twice");
            }
            for (size_t i = 0; families && row->family->members[i]; i++) {
                if (ls_family_member(other->family, row->family->members[i]->word)) {
                    return wrong(c, row->name, "two families share a word");
                }
            }
        }
        for (size_t i = 0; row->type == LS_OPTION_FAMILY && row->family->members[i]; i++) {
            if (ls_table_row(c->table, row->family->members[i]->word)) {
                return wrong(c, row->name, "a word is the name of another row");
            }
        }
    }
    return 0;
}

static int check_bound(struct checker *c, const struct ls_option *row, const char *bound)
{
    struct ls_yaml node = {.kind = LS_YAML_TEXT, .text = bound};
    struct ls_quantity out; /* the largest of the types with bounds */
    bool bounded = row->type == LS_OPTION_INTEGER || row->type == LS_OPTION_DURATION ||
                   row->type == LS_OPTION_SIZE || row->type == LS_OPTION_DECIMAL ||
                   row->type == LS_OPTION_RATE;
    if (bound && (!bounded || ls_option_scalar(row, &node, &out) != LS_READING_OK)) {
        return wrong(c, row->name, "a bound cannot be read");
    }
    return 0;
}

static int check_fallback(struct checker *c, const struct ls_option *row)
{
    struct ls_binder b = {&c->arena, &c->diag, c->err, true, false, NULL};
    struct ls_yaml map = {.kind = LS_YAML_MAP};
    if (!row->fallback) {
        return 0;
    }
    if (row->flags & LS_OPTION_REQUIRED) {
        return wrong(c, row->name, "it is required and has a default");
    }
    void *out = ls_arena_new(&c->arena, 1, ls_option_size(row->type), c->err);
    return out ? ls_bind_default(&b, row, &map, out) : c->err->code;
}

/* What the messages and pages show has to be right: the row binds its own example. */
static int check_example(struct checker *c, const struct ls_option *row)
{
    struct ls_binder b = {&c->arena, &c->diag, c->err, true, false, NULL};
    bool family = row->type == LS_OPTION_FAMILY;
    struct ls_buf text;
    json_t *json = NULL;
    if (!row->example && !row->table) {
        return 0;
    }
    ls_buf_init(&text, "option example", 1U << 16);
    int rc = family ? 0 : ls_buf_appendf(&text, c->err, "%s: ", row->name);
    rc = rc < 0 ? rc : ls_option_example(row, &text, c->err);
    if (rc == 0) {
        struct ls_yaml_input input = {NULL, (const char *)text.data, text.size, 1, "", 0};
        const struct ls_yaml *map = ls_yaml_compose(&input, &c->arena, &c->diag, c->err);
        void *out = ls_arena_new(&c->arena, 1, ls_option_size(row->type), c->err);
        rc = !map || !out ? c->err->code
             : family     ? ls_bind_one_of(&b, row, map, out, &json)
                          : ls_bind_value(&b, row, map->entries[0].value, out, &json);
    }
    if (c->diag.errors) {
        rc = wrong(c, row->name, c->diag.problems[0].text);
    }
    json_decref(json);
    ls_buf_clear(&text);
    return rc;
}

static int check_row(struct checker *c, const struct ls_option *row)
{
    bool tabled = row->type == LS_OPTION_TABLE || row->type == LS_OPTION_LIST ||
                  row->type == LS_OPTION_MAP || row->type == LS_OPTION_LISTS;
    bool picks = row->type == LS_OPTION_FAMILY || row->type == LS_OPTION_ONE_OF;
    if (!ls_is_name(row->name, strlen(row->name)) || strlen(row->name) >= LS_OPTION_LABEL_MAX - 3) {
        return wrong(c, row->name, "it is no name");
    }
    if (!row->summary || !*row->summary || strchr(row->summary, '\n')) {
        return wrong(c, row->name, "a summary is one line");
    }
    if (tabled != (row->table != NULL) || picks != (row->family != NULL) ||
        (row->type == LS_OPTION_WORD) != (row->words != NULL)) {
        return wrong(c, row->name, "its table, family or words do not fit its type");
    }
    if (row->offset + ls_option_size(row->type) > c->table->size) {
        return wrong(c, row->name, "it lies outside of the struct");
    }
    if ((row->flags & LS_OPTION_SECRET) && row->type != LS_OPTION_TEXT) {
        return wrong(c, row->name, "a secret is text");
    }
    int rc = check_bound(c, row, row->minimum);
    rc = rc < 0 ? rc : check_bound(c, row, row->maximum);
    return rc < 0 ? rc : check_fallback(c, row);
}

static int check_table(struct checker *c)
{
    size_t count = 0;
    size_t mains = 0;
    int rc = check_keys(c);
    for (const struct ls_option *row = c->table->rows; rc == 0 && row->name; row++) {
        rc = check_row(c, row);
        count++;
        mains += (row->flags & LS_OPTION_MAIN) != 0;
    }
    if (rc == 0 && (count > 64 || mains > 1)) {
        return wrong(c, "", count > 64 ? "more than 64 rows" : "more than one main row");
    }
    return rc;
}

static int check_family(const struct ls_family *family, struct ls_error *err)
{
    for (size_t i = 0; family->members[i]; i++) {
        if (i > 0 && strcmp(family->members[i - 1]->word, family->members[i]->word) >= 0) {
            return ls_error_set(err, LS_E_BUG, "family \"%s\": \"%s\" is not behind \"%s\"",
                                family->name, family->members[i]->word,
                                family->members[i - 1]->word);
        }
    }
    return 0;
}

int ls_table_check(const struct ls_table *table, struct ls_error *err)
{
    struct ls_catalog catalog;
    struct checker c = {.err = err};
    int rc = ls_catalog_build(&catalog, table, err);
    if (rc < 0) {
        return rc;
    }
    ls_arena_init(&c.arena, "checked defaults", 64U << 20);
    ls_diag_init(&c.diag);
    for (size_t i = 0; rc == 0 && i < catalog.count; i++) {
        c.table = catalog.entries[i].table;
        rc = c.table ? check_table(&c) : check_family(catalog.entries[i].family, err);
    }
    for (size_t i = 0; rc == 0 && i < catalog.count; i++) { /* they go through the tables below */
        c.table = catalog.entries[i].table;
        for (const struct ls_option *row = c.table ? c.table->rows : NULL; row && row->name;
             row++) {
            rc = rc < 0 ? rc : check_example(&c, row);
        }
    }
    ls_diag_clear(&c.diag);
    ls_arena_clear(&c.arena);
    ls_catalog_clear(&catalog);
    return rc;
}
