/* Questions about tables, and the defaults of their rows. */
#include "core/config/bind_internal.h"

#include <string.h>

const struct ls_option *ls_table_row(const struct ls_table *table, const char *name)
{
    for (const struct ls_option *row = table->rows; row->name; row++) {
        if (row->type != LS_OPTION_FAMILY && strcmp(row->name, name) == 0) {
            return row;
        }
    }
    return NULL;
}

const struct ls_option *ls_table_main(const struct ls_table *table, bool *only)
{
    const struct ls_option *main = NULL;
    for (const struct ls_option *row = table->rows; row->name; row++) {
        main = row->flags & LS_OPTION_MAIN ? row : main;
    }
    *only = main == table->rows && !main[1].name;
    return main;
}

const struct ls_member *ls_family_member(const struct ls_family *family, const char *word)
{
    for (size_t i = 0; family->members[i]; i++) {
        if (strcmp(family->members[i]->word, word) == 0) {
            return family->members[i];
        }
    }
    return NULL;
}

bool ls_option_takes_map(enum ls_option_type type)
{
    return type == LS_OPTION_WEIGHTS || type == LS_OPTION_NODE || type == LS_OPTION_TABLE ||
           type == LS_OPTION_MAP || type == LS_OPTION_LISTS || type == LS_OPTION_ONE_OF;
}

bool ls_option_is_needed(const struct ls_option *row)
{
    return (row->flags & LS_OPTION_REQUIRED) ||
           (row->type == LS_OPTION_TABLE && (row->flags & LS_OPTION_DEFAULTED) &&
            !ls_table_is_optional(row->table));
}

bool ls_table_is_optional(const struct ls_table *table)
{
    for (const struct ls_option *row = table->rows; row->name; row++) {
        if (ls_option_is_needed(row)) {
            return false;
        }
    }
    return true;
}

bool ls_table_is_enough(const struct ls_table *table, const struct ls_option *row)
{
    for (const struct ls_option *other = table->rows; other->name; other++) {
        if (other != row && ls_option_is_needed(other)) {
            return false;
        }
    }
    return true;
}

/* The tree of a default as a person would write it. */
static struct ls_yaml *fallback_node(struct ls_binder *b, const struct ls_option *row)
{
    if (!ls_option_is_scalar(row->type)) {
        struct ls_yaml_input input = {NULL, row->fallback, strlen(row->fallback), 1, "", 0};
        return ls_yaml_compose(&input, b->arena, b->diag, b->err);
    }
    struct ls_yaml *node = ls_arena_new(b->arena, 1, sizeof *node, b->err);
    if (node) {
        node->text = row->fallback;
        node->kind = LS_YAML_TEXT;
        if (row->type == LS_OPTION_FLAG) {
            node->kind = ls_yaml_resolve(node->text, &node->boolean);
        }
    }
    return node;
}

static int bind_fallback(struct ls_binder *b, const struct ls_option *row, void *out, json_t **json)
{
    int errors = b->diag->errors;
    *json = NULL;
    struct ls_yaml *node = fallback_node(b, row);
    int rc = !node                           ? b->err->code
             : row->type == LS_OPTION_FAMILY ? ls_bind_one_of(b, row, node, out, json)
                                             : ls_bind_value(b, row, node, out, json);
    if (b->diag->errors > errors) {
        json_decref(*json);
        *json = NULL;
        return ls_error_set(b->err, LS_E_BUG, "the default of the option %s cannot be read: %s",
                            row->name, row->fallback);
    }
    return rc;
}

int ls_bind_default(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *map,
                    void *out)
{
    json_t *json = NULL;
    int rc = 0;
    if (row->fallback) {
        rc = bind_fallback(b, row, out, &json);
    } else if (row->type == LS_OPTION_TABLE && (row->flags & LS_OPTION_DEFAULTED)) {
        struct ls_yaml empty = {.kind = LS_YAML_MAP, .where = map->where};
        const char *base = map->where.path ? map->where.path : "";
        empty.where.path = ls_yaml_path_key(base, row->name, b->arena, b->err);
        rc = empty.where.path ? ls_bind_value(b, row, &empty, out, &json) : b->err->code;
    }
    json_decref(json);
    return rc;
}

/* What an absent option is, as JSON; NULL for nothing. */
static int default_json(struct ls_binder *b, const struct ls_option *row, json_t **json)
{
    *json = NULL;
    if (row->fallback) {
        void *scratch = ls_arena_new(b->arena, 1, ls_option_size(row->type), b->err);
        return scratch ? bind_fallback(b, row, scratch, json) : b->err->code;
    }
    switch (row->type) {
    case LS_OPTION_QUANTITIES:
    case LS_OPTION_NAMES:
    case LS_OPTION_TEXTS:
    case LS_OPTION_WEIGHTS:
    case LS_OPTION_LIST:
    case LS_OPTION_MAP:
    case LS_OPTION_LISTS:
        *json = json_array();
        break;
    case LS_OPTION_TABLE:
        if (!(row->flags & LS_OPTION_DEFAULTED)) {
            return 0;
        }
        *json = json_object();
        break;
    default:
        return 0;
    }
    return *json ? 0 : ls_bind_nomem(b);
}

int ls_bind_keep(struct ls_binder *b, const struct ls_option *row, json_t *value, json_t *object)
{
    json_t *usual = NULL;
    int rc = value ? default_json(b, row, &usual) : 0;
    if (rc < 0 || !value || (usual && json_equal(value, usual))) {
        json_decref(value);
    } else if (row->type == LS_OPTION_FAMILY) { /* {word: settings} stands in this same map */
        rc = json_object_update(object, value) < 0 ? ls_bind_nomem(b) : 0;
        json_decref(value);
    } else if (json_object_set_new(object, row->name, value) < 0) {
        rc = ls_bind_nomem(b);
    }
    json_decref(usual);
    return rc;
}
