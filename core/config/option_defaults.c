/* A tree with the defaults of its options written in: for people. */
#include "core/config/option_internal.h"
#include "core/config/yaml_compose.h"

#include <string.h>

static const struct ls_source nowhere = {"default", "", 0};

struct writer {
    struct ls_arena *arena;
    struct ls_diag *diag;
    struct ls_error *err;
};

static struct ls_yaml *with_defaults(struct writer *w, const struct ls_table *table,
                                     struct ls_yaml *map);

static void place_nowhere(struct ls_yaml *node)
{
    node->where = (struct ls_where){.source = &nowhere};
    for (size_t i = 0; i < node->count; i++) {
        place_nowhere(node->kind == LS_YAML_MAP ? node->entries[i].value : node->items[i]);
    }
}

static struct ls_yaml *default_node(struct writer *w, const struct ls_option *row)
{
    bool text = row->type == LS_OPTION_TEXT || row->type == LS_OPTION_NAME ||
                row->type == LS_OPTION_WORD;
    struct ls_yaml *node;
    if (text) {
        node = ls_arena_new(w->arena, 1, sizeof *node, w->err);
        if (node) {
            *node = (struct ls_yaml){.kind = LS_YAML_TEXT, .text = row->fallback};
        }
    } else {
        struct ls_yaml_input input = {NULL, row->fallback, strlen(row->fallback), 1, "", 0};
        node = ls_yaml_compose(&input, w->arena, w->diag, w->err);
    }
    if (node) {
        place_nowhere(node);
    }
    return node;
}

/* The items of a list, or the values of a map, each with its defaults. */
static struct ls_yaml *each_with_defaults(struct writer *w, const struct ls_table *table,
                                          struct ls_yaml *node, bool lists)
{
    struct ls_yaml *out = ls_arena_new(w->arena, 1, sizeof *out, w->err);
    bool map = node->kind == LS_YAML_MAP;
    if (!out) {
        return NULL;
    }
    *out = *node;
    out->items = map ? NULL : ls_arena_new(w->arena, node->count, sizeof *out->items, w->err);
    out->entries = map ? ls_arena_new(w->arena, node->count, sizeof *out->entries, w->err) : NULL;
    if (!out->items && !out->entries) {
        return NULL;
    }
    for (size_t i = 0; i < node->count; i++) {
        struct ls_yaml *value = map ? node->entries[i].value : node->items[i];
        if (lists && value->kind == LS_YAML_LIST) {
            value = each_with_defaults(w, table, value, false);
        } else if (!lists && value->kind == LS_YAML_MAP) {
            value = with_defaults(w, table, value);
        }
        if (!value) {
            return NULL;
        }
        if (map) {
            out->entries[i] = node->entries[i];
            out->entries[i].value = value;
        } else {
            out->items[i] = value;
        }
    }
    return out;
}

/* What stands behind a family's word, unless a map there is the value of one row. */
static struct ls_yaml *settings_with_defaults(struct writer *w, const struct ls_member *member,
                                              struct ls_yaml *node)
{
    bool only = false;
    const struct ls_option *main = member && member->table ? ls_table_main(member->table, &only)
                                                           : NULL;
    bool is_value = main && only && ls_option_takes_map(main->type);
    return member && member->table && node->kind == LS_YAML_MAP && !is_value
               ? with_defaults(w, member->table, node)
               : node;
}

static struct ls_yaml *one_of_with_defaults(struct writer *w, const struct ls_family *family,
                                            struct ls_yaml *node)
{
    struct ls_yaml *out = ls_arena_new(w->arena, 1, sizeof *out, w->err);
    struct ls_yaml_entry *entry = ls_arena_new(w->arena, 1, sizeof *entry, w->err);
    if (!out || !entry) {
        return NULL;
    }
    *out = *node;
    *entry = node->entries[0];
    entry->value = settings_with_defaults(w, ls_family_member(family, entry->key), entry->value);
    out->entries = entry;
    return entry->value ? out : NULL;
}

static struct ls_yaml *value_with_defaults(struct writer *w, const struct ls_option *row,
                                           struct ls_yaml *node)
{
    bool map = node->kind == LS_YAML_MAP;
    if (row->type == LS_OPTION_TABLE && map) {
        return with_defaults(w, row->table, node);
    }
    if ((row->type == LS_OPTION_LIST && node->kind == LS_YAML_LIST) ||
        ((row->type == LS_OPTION_MAP || row->type == LS_OPTION_LISTS) && map)) {
        return each_with_defaults(w, row->table, node, row->type == LS_OPTION_LISTS);
    }
    return row->type == LS_OPTION_ONE_OF && map && node->count == 1
               ? one_of_with_defaults(w, row->family, node)
               : node;
}

static struct ls_yaml *entry_with_defaults(struct writer *w, const struct ls_table *table,
                                           const struct ls_yaml_entry *entry)
{
    const struct ls_option *named = ls_table_row(table, entry->key);
    for (const struct ls_option *row = table->rows; !named && row->name; row++) {
        if (row->type == LS_OPTION_FAMILY && ls_family_member(row->family, entry->key)) {
            return settings_with_defaults(w, ls_family_member(row->family, entry->key),
                                          entry->value);
        }
    }
    return named ? value_with_defaults(w, named, entry->value) : entry->value;
}

static bool is_given(const struct ls_option *row, const struct ls_yaml *map)
{
    bool given = row->type != LS_OPTION_FAMILY && ls_yaml_get(map, row->name);
    for (size_t i = 0; row->type == LS_OPTION_FAMILY && row->family->members[i]; i++) {
        given = given || ls_yaml_get(map, row->family->members[i]->word);
    }
    return given;
}

/* The value of a row that was not given; NULL for none, or with w->err->code set. */
static struct ls_yaml *absent(struct writer *w, const struct ls_option *row)
{
    static struct ls_yaml empty = {.kind = LS_YAML_MAP, .where = {.source = &nowhere}};
    if (row->type == LS_OPTION_TABLE && (row->flags & LS_OPTION_DEFAULTED)) {
        return with_defaults(w, row->table, &empty);
    }
    return row->fallback ? default_node(w, row) : NULL;
}

static struct ls_yaml *with_defaults(struct writer *w, const struct ls_table *table,
                                     struct ls_yaml *map)
{
    size_t rows = 0;
    while (table->rows[rows].name) {
        rows++;
    }
    struct ls_yaml *out = ls_arena_new(w->arena, 1, sizeof *out, w->err);
    struct ls_yaml_entry *entries = ls_arena_new(w->arena, map->count + rows, sizeof *entries,
                                                 w->err);
    if (!out || !entries) {
        return NULL;
    }
    *out = *map;
    out->entries = entries;
    for (size_t i = 0; i < map->count; i++) {
        entries[i] = map->entries[i];
        entries[i].value = entry_with_defaults(w, table, &map->entries[i]);
        if (!entries[i].value) {
            return NULL;
        }
    }
    for (const struct ls_option *row = table->rows; row->name; row++) {
        struct ls_yaml *value = is_given(row, map) ? NULL : absent(w, row);
        if (value && row->type == LS_OPTION_FAMILY) { /* {WORD: settings} */
            entries[out->count++] = value->entries[0];
        } else if (value) {
            entries[out->count++] = (struct ls_yaml_entry){row->name, value->where, value};
        } else if (w->err->code) {
            return NULL;
        }
    }
    return out;
}

struct ls_yaml *ls_table_defaults(const struct ls_table *table, struct ls_yaml *map,
                                  struct ls_arena *arena, struct ls_diag *diag,
                                  struct ls_error *err)
{
    struct writer w = {arena, diag, err};
    err->code = 0;
    return with_defaults(&w, table, map);
}
