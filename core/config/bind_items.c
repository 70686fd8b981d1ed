/* Lists of maps, maps of maps, maps of lists of maps. */
#include "core/base/text.h"
#include "core/config/bind_internal.h"

#include <string.h>

static const struct ls_yaml nothing = {.kind = LS_YAML_NULL, .text = ""};

/* The member that a scalar names, where the table has a family. */
static const struct ls_option *family_row(const struct ls_table *table)
{
    for (const struct ls_option *row = table->rows; row->name; row++) {
        if (row->type == LS_OPTION_FAMILY) {
            return row;
        }
    }
    return NULL;
}

/* A word of the table's family alone, `orders: count`, is short for `orders: {count: {}}`. */
static int bind_word(struct ls_binder *b, const struct ls_option *row,
                     const struct ls_option *family, const struct ls_yaml *node, void *out,
                     json_t **json)
{
    for (const struct ls_option *at = family; at->name; at++) {
        if (at->type != LS_OPTION_FAMILY || !ls_family_member(at->family, node->text)) {
            continue;
        }
        struct ls_yaml value = nothing;
        value.where = node->where;
        struct ls_yaml_entry entry = {node->text, node->where, &value};
        struct ls_yaml map = {
            .kind = LS_YAML_MAP, .count = 1, .entries = &entry, .where = node->where};
        return ls_bind_table(b, row->table, &map, out, json);
    }
    return ls_bind_no_word(b, family, node->text, node->where);
}

/* One map, into a struct of the row's table. */
static int bind_one(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                    void *out, json_t **json)
{
    *json = NULL;
    if (node->kind == LS_YAML_MAP) {
        return ls_bind_table(b, row->table, node, out, json);
    }
    const struct ls_option *family = row->type == LS_OPTION_MAP ? family_row(row->table) : NULL;
    if (family && node->kind == LS_YAML_TEXT) {
        return bind_word(b, row, family, node, out, json);
    }
    const struct ls_option item = {.name = row->name, .type = LS_OPTION_TABLE, .table = row->table};
    return ls_bind_wrong(b, &item, node);
}

/* Appends to the JSON list, under a key as [key, item]; takes the item. */
static int append(struct ls_binder *b, json_t *list, const char *key, json_t *item)
{
    if (!list || !item) {
        json_decref(item);
        return 0;
    }
    if (key) {
        item = json_pack("[s, o]", key, item);
    }
    return !item || json_array_append_new(list, item) < 0 ? ls_bind_nomem(b) : 0;
}

/* Room for the items; *list gets an empty JSON list when one is wanted. */
static int begin(struct ls_binder *b, size_t count, size_t size, struct ls_items *out,
                 struct ls_where **where, json_t **list)
{
    *list = NULL;
    out->items = ls_arena_new(b->arena, count, size, b->err);
    *where = ls_arena_new(b->arena, count, sizeof **where, b->err);
    if (!out->items || !*where) {
        return b->err->code;
    }
    out->count = count;
    out->where = *where;
    bool wanted = ls_bind_wants_json(b);
    return wanted && !(*list = json_array()) ? ls_bind_nomem(b) : 0;
}

static int finish(int rc, json_t *list, json_t **json)
{
    if (rc < 0) {
        json_decref(list);
        return rc;
    }
    *json = list;
    return 0;
}

static int bind_list(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                     struct ls_items *out, json_t **json)
{
    *json = NULL;
    if (node->kind != LS_YAML_LIST) {
        struct ls_option list = {.name = row->name, .type = LS_OPTION_LIST, .table = row->table};
        list.example = row->type == LS_OPTION_LIST ? row->example : NULL; /* else of the map */
        return ls_bind_wrong(b, &list, node);
    }
    struct ls_where *where;
    json_t *list;
    size_t size = row->table->size;
    int rc = begin(b, node->count, size, out, &where, &list);
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        json_t *item;
        where[i] = node->items[i]->where;
        rc = bind_one(b, row, node->items[i], (char *)out->items + i * size, &item);
        rc = rc < 0 ? rc : append(b, list, NULL, item);
    }
    return finish(rc, list, json);
}

static void check_key(struct ls_binder *b, const struct ls_option *row,
                      const struct ls_yaml_entry *entry)
{
    char quote[LS_QUOTE_MAX];
    if (!ls_is_name(entry->key, strlen(entry->key))) {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1102", entry->key_where, LS_NAME_HINT,
                    "%s: the key \"%s\" is no name", row->name, ls_quote(entry->key, quote));
    }
}

/* The struct of a map's item begins with its key. */
static int bind_map(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                    struct ls_items *out, json_t **json)
{
    bool lists = row->type == LS_OPTION_LISTS;
    if (node->kind != LS_YAML_MAP) {
        return ls_bind_wrong(b, row, node);
    }
    struct ls_where *where;
    json_t *list;
    size_t size = lists ? sizeof(struct ls_list_entry) : row->table->size;
    int rc = begin(b, node->count, size, out, &where, &list);
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        const struct ls_yaml_entry *entry = &node->entries[i];
        char *item = (char *)out->items + i * size;
        json_t *value = NULL;
        where[i] = entry->key_where;
        check_key(b, row, entry);
        rc = ls_bind_place(b, item, entry->key_where);
        if (rc == 0) {
            rc = lists ? bind_list(b, row, entry->value,
                                   &((struct ls_list_entry *)(void *)item)->items, &value)
                       : bind_one(b, row, entry->value, item, &value);
        }
        memcpy(item, &entry->key, sizeof entry->key);
        rc = rc < 0 ? rc : append(b, list, entry->key, value);
    }
    return finish(rc, list, json);
}

int ls_bind_items(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                  struct ls_items *out, json_t **json)
{
    return row->type == LS_OPTION_LIST ? bind_list(b, row, node, out, json)
                                       : bind_map(b, row, node, out, json);
}
