/* One of a family's words, with what stands behind it. */
#include "core/base/text.h"
#include "core/config/bind_internal.h"

#include <string.h>

/* Which part of a member's table takes the node: the main row's value, or the table. */
static const struct ls_option *short_form(const struct ls_table *table, const struct ls_yaml *node)
{
    bool only;
    const struct ls_option *main = ls_table_main(table, &only);
    if (!main || !ls_table_is_enough(table, main)) {
        return NULL;
    }
    if (node->kind == LS_YAML_MAP) {
        return only && ls_option_takes_map(main->type) ? main : NULL;
    }
    return node->kind == LS_YAML_NULL && main->type != LS_OPTION_NODE ? NULL : main;
}

/* A word that stands alone, and needs something behind it. */
static int note_bare_word(struct ls_binder *b, const struct ls_member *member,
                          const struct ls_yaml *node)
{
    bool only;
    const struct ls_option *main = ls_table_main(member->table, &only);
    bool enough = main && ls_table_is_enough(member->table, main);
    struct ls_option row = {.name = member->word, .type = LS_OPTION_TABLE, .table = member->table};
    const char *hint;
    row = enough ? *main : row;
    int rc = ls_bind_example(b, member->word, &row, &hint);
    if (rc == 0) {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1104", node->where, hint,
                    "\"%s\" needs something behind it", member->word);
    }
    return rc;
}

/* The messages are about the word, not about the table that it shares with others. */
static int bind_settings(struct ls_binder *b, const struct ls_member *member,
                         const struct ls_yaml *node, void **settings, json_t **json)
{
    struct ls_table named = *member->table;
    const struct ls_table *table = &named;
    named.name = member->word;
    *settings = ls_arena_new(b->arena, 1, table->size, b->err);
    if (!*settings) {
        return b->err->code;
    }
    const struct ls_option *main = short_form(table, node);
    if (!main && node->kind == LS_YAML_NULL && !ls_table_is_optional(table)) {
        return note_bare_word(b, member, node);
    }
    if (!main && node->kind != LS_YAML_MAP && node->kind != LS_YAML_NULL) {
        const struct ls_option row = {
            .name = member->word, .type = LS_OPTION_TABLE, .table = table};
        return ls_bind_wrong(b, &row, node);
    }
    if (!main && node->kind == LS_YAML_MAP) {
        return ls_bind_table(b, table, node, *settings, json);
    }
    /* a short form is a map with one entry; nothing is a map with none */
    struct ls_yaml_entry entry = {main ? main->name : NULL, node->where, NULL};
    struct ls_yaml *value = main ? ls_arena_new(b->arena, 1, sizeof *value, b->err) : NULL;
    if (main && !value) {
        return b->err->code;
    }
    if (main) {
        *value = *node;
        entry.value = value;
    }
    struct ls_yaml map = {
        .kind = LS_YAML_MAP, .where = node->where, .entries = &entry, .count = main != NULL};
    return ls_bind_table(b, table, &map, *settings, json);
}

static int note_no_settings(struct ls_binder *b, const struct ls_member *member,
                            const struct ls_yaml *node)
{
    char hint[LS_QUOTE_MAX + 16];
    char quote[LS_QUOTE_MAX];
    snprintf(hint, sizeof hint, "write `%s: {}`", ls_quote(member->word, quote));
    ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1102", node->where, hint, "%s takes no settings",
                member->word);
    return 0;
}

int ls_bind_pick(struct ls_binder *b, const struct ls_member *member, const struct ls_yaml *node,
                 struct ls_where where, struct ls_pick *out, json_t **json)
{
    *json = NULL;
    *out = (struct ls_pick){.member = member, .where = where};
    json_t *settings = NULL;
    int rc = 0;
    if (member->table) {
        rc = bind_settings(b, member, node, &out->settings, &settings);
    } else if (node->kind != LS_YAML_NULL && (node->kind != LS_YAML_MAP || node->count)) {
        return note_no_settings(b, member, node);
    } else if (ls_bind_wants_json(b) && !(settings = json_object())) {
        rc = ls_bind_nomem(b);
    }
    if (rc < 0 || !settings) {
        json_decref(settings);
        return rc;
    }
    *json = json_pack("{s: o}", member->word, settings);
    return *json ? 0 : ls_bind_nomem(b);
}

/* The family's words, ending with NULL; in the arena. */
static const char *const *words_of(struct ls_binder *b, const struct ls_family *family)
{
    size_t count = 0;
    while (family->members[count]) {
        count++;
    }
    const char **words = ls_arena_new(b->arena, count + 1, sizeof *words, b->err);
    for (size_t i = 0; words && i < count; i++) {
        words[i] = family->members[i]->word;
    }
    return words;
}

const char *ls_bind_words(struct ls_binder *b, const struct ls_option *row)
{
    const char *const *words = words_of(b, row->family);
    const char *list = words ? ls_bind_join(b, words) : NULL;
    const char *example;
    if (!list || ls_bind_example(b, row->name, row, &example) < 0) {
        return NULL;
    }
    return ls_arena_printf(b->arena, b->err, "one of: %s%s%s", list, example ? "; " : "",
                           example ? example : "");
}

int ls_bind_no_word(struct ls_binder *b, const struct ls_option *row, const char *word,
                    struct ls_where where)
{
    const char *const *words = words_of(b, row->family);
    const char *near = words ? ls_did_you_mean(word, words) : NULL;
    const char *hint = near ? ls_arena_printf(b->arena, b->err, "did you mean \"%s\"?", near)
                            : ls_bind_words(b, row);
    if (!hint) {
        return b->err->code;
    }
    char quote[LS_QUOTE_MAX];
    bool named = row->type != LS_OPTION_FAMILY; /* nobody writes a family's own name */
    ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1105", where, hint, "%s%s\"%s\" is no %s",
                named ? row->name : "", named ? ": " : "", ls_quote(word, quote),
                row->family->name);
    return 0;
}

/* Or none. */
static int note_several_words(struct ls_binder *b, const struct ls_option *row,
                              const struct ls_yaml *node)
{
    const char *hint = ls_bind_words(b, row);
    if (!hint) {
        return b->err->code;
    }
    ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1105", node->where, hint,
                "%s: expected a map with one %s, got one with %zu keys", row->name,
                row->family->name, node->count);
    return 0;
}

int ls_bind_one_of(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                   struct ls_pick *out, json_t **json)
{
    static const struct ls_yaml nothing = {.kind = LS_YAML_NULL, .text = ""};
    const char *word = NULL;
    struct ls_where where = node->where;
    struct ls_yaml value = nothing;
    value.where = node->where;
    if (node->kind == LS_YAML_TEXT) {
        word = node->text;
    } else if (node->kind == LS_YAML_MAP && node->count == 1) {
        word = node->entries[0].key;
        where = node->entries[0].key_where;
        value = *node->entries[0].value;
    } else if (node->kind == LS_YAML_MAP) {
        return note_several_words(b, row, node);
    } else {
        return ls_bind_wrong(b, row, node);
    }
    const struct ls_member *member = ls_family_member(row->family, word);
    return member ? ls_bind_pick(b, member, &value, where, out, json)
                  : ls_bind_no_word(b, row, word, where);
}
