/* A map to the struct of a table. */
#include "core/base/text.h"
#include "core/config/bind_internal.h"

#include <assert.h>
#include <string.h>

struct filling {
    const struct ls_table *table;
    const struct ls_yaml *map;
    char *out;
    json_t *object;     /* NULL when no JSON is wanted */
    uint64_t given;     /* bit k: row k was given */
    uint64_t suggested; /* bit k: an unknown key was taken for a slip of row k */
};

static uint64_t bit(size_t row)
{
    assert(row < 64);
    return UINT64_C(1) << row;
}

/* The row that an entry's key belongs to, with the member when it is a family's word. */
static const struct ls_option *row_of(const struct ls_table *table, const char *key,
                                      const struct ls_member **member)
{
    *member = NULL;
    const struct ls_option *named = ls_table_row(table, key);
    for (const struct ls_option *row = table->rows; !named && row->name; row++) {
        if (row->type == LS_OPTION_FAMILY && (*member = ls_family_member(row->family, key))) {
            return row;
        }
    }
    return named;
}

/* Every key that the table knows, ending with NULL; in the arena. */
static const char *const *known_keys(struct ls_binder *b, const struct ls_table *table)
{
    size_t count = 0;
    for (const struct ls_option *row = table->rows; row->name; row++) {
        count++;
        for (size_t i = 0; row->type == LS_OPTION_FAMILY && row->family->members[i]; i++) {
            count++;
        }
    }
    const char **keys = ls_arena_new(b->arena, count + 1, sizeof *keys, b->err);
    size_t n = 0;
    for (const struct ls_option *row = table->rows; keys && row->name; row++) {
        if (row->type != LS_OPTION_FAMILY) {
            keys[n++] = row->name;
            continue;
        }
        for (size_t i = 0; row->family->members[i]; i++) {
            keys[n++] = row->family->members[i]->word;
        }
    }
    return keys;
}

static const char *article(const char *noun)
{
    return strchr("aeiou", *noun) ? "an" : "a";
}

static bool is_there(const struct ls_option *row, const struct ls_yaml *map)
{
    if (row->type != LS_OPTION_FAMILY) {
        return ls_yaml_get(map, row->name) != NULL;
    }
    for (size_t i = 0; i < map->count; i++) {
        if (ls_family_member(row->family, map->entries[i].key)) {
            return true;
        }
    }
    return false;
}

/* The one required row that is missing and that no message is about yet; NULL for none, or several.
 */
static const struct ls_option *only_missing(const struct filling *f)
{
    const struct ls_option *only = NULL;
    for (const struct ls_option *row = f->table->rows; row->name; row++) {
        bool suggested = f->suggested & bit((size_t)(row - f->table->rows));
        if ((row->flags & LS_OPTION_REQUIRED) && !suggested && !is_there(row, f->map)) {
            if (only) {
                return NULL;
            }
            only = row;
        }
    }
    return only;
}

/* What there is, and what of it is missing: likely that is meant, and a message of its own would be
 * one too many. */
static const char *list_known(struct ls_binder *b, struct filling *f, const char *const *keys)
{
    const struct ls_option *missing = only_missing(f);
    const char *list = ls_bind_join(b, keys);
    if (!list || !missing) {
        return list ? ls_arena_printf(b->arena, b->err, "known here: %s", list) : NULL;
    }
    f->suggested |= bit((size_t)(missing - f->table->rows));
    const bool family = missing->type == LS_OPTION_FAMILY;
    const char *name = family ? missing->family->name : missing->name;
    return ls_arena_printf(b->arena, b->err,
                           family ? "known here: %s; %s %s is missing"
                                  : "known here: %s; %s\"%s\" is missing",
                           list, family ? article(name) : "", name);
}

/* The row that a key is the name of, but which takes its family's words as keys. */
static const struct ls_option *family_named(const struct ls_table *table, const char *key)
{
    for (const struct ls_option *row = table->rows; row->name; row++) {
        if (row->type == LS_OPTION_FAMILY && strcmp(row->name, key) == 0) {
            return row;
        }
    }
    return NULL;
}

static int note_unknown(struct ls_binder *b, struct filling *f, const struct ls_yaml_entry *entry)
{
    char quote[LS_QUOTE_MAX];
    const char *const *keys = known_keys(b, f->table);
    const struct ls_option *family = family_named(f->table, entry->key);
    const char *near = keys && !family ? ls_did_you_mean(entry->key, keys) : NULL;
    const char *hint = NULL;
    if (near) {
        const struct ls_member *member;
        f->suggested |= bit((size_t)(row_of(f->table, near, &member) - f->table->rows));
        hint = ls_arena_printf(b->arena, b->err, "did you mean \"%s\"?", near);
    } else if (family) {
        f->suggested |= bit((size_t)(family - f->table->rows));
        hint = ls_bind_words(b, family);
    } else if (strcmp(entry->key, "<<") == 0) {
        hint = "YAML 1.2 has no merge keys: layers and profiles do that here";
    } else if (keys) {
        hint = list_known(b, f, keys);
    }
    if (!hint) {
        return b->err->code;
    }
    ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1101", entry->key_where, hint,
                "\"%s\" is no option of %s", ls_quote(entry->key, quote), f->table->name);
    return 0;
}

/* A second word of a family whose word is there already. */
static void note_second_word(struct ls_binder *b, const struct filling *f,
                             const struct ls_option *row, const struct ls_yaml_entry *entry)
{
    struct ls_pick first;
    memcpy(&first, f->out + row->offset, sizeof first);
    ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1105", entry->key_where, "keep one of the two",
                "\"%s\" beside \"%s\": there is one %s at most", entry->key,
                first.member ? first.member->word : "another", row->family->name);
}

struct ls_place {
    const struct ls_place *before;
    const void *member;
    struct ls_where where;
};

int ls_bind_place(struct ls_binder *b, const void *member, struct ls_where where)
{
    if (!b->places || !where.source) { /* a default stands in no file */
        return 0;
    }
    struct ls_place *place = ls_arena_new(b->arena, 1, sizeof *place, b->err);
    if (!place) {
        return b->err->code;
    }
    *place = (struct ls_place){b->places->last, member, where};
    b->places->last = place;
    return 0;
}

static int bind_entry(struct ls_binder *b, struct filling *f, const struct ls_yaml_entry *entry)
{
    const struct ls_member *member;
    const struct ls_option *row = row_of(f->table, entry->key, &member);
    if (!row) {
        return note_unknown(b, f, entry);
    }
    uint64_t mask = bit((size_t)(row - f->table->rows));
    if (f->given & mask) {
        note_second_word(b, f, row, entry);
        return 0;
    }
    f->given |= mask;
    void *out = f->out + row->offset;
    json_t *json = NULL;
    bool deployment = b->deployment;
    b->deployment = deployment || (row->flags & LS_OPTION_DEPLOYMENT);
    int rc = ls_bind_place(b, out, entry->value->where);
    if (rc == 0) {
        rc = member ? ls_bind_pick(b, member, entry->value, entry->key_where, out, &json)
                    : ls_bind_value(b, row, entry->value, out, &json);
    }
    bool semantic = !b->deployment && f->object;
    b->deployment = deployment;
    if (rc < 0 || !semantic) {
        json_decref(json);
        return rc;
    }
    return ls_bind_keep(b, row, json, f->object);
}

static int note_missing(struct ls_binder *b, const struct filling *f, const struct ls_option *row)
{
    const char *hint;
    struct ls_buf text;
    ls_buf_init(&text, "option description", 1U << 16);
    bool alone = f->map->count == 0 && (row->flags & LS_OPTION_MAIN) &&
                 ls_table_is_enough(f->table, row);
    int rc = ls_bind_example(b, alone ? f->table->name : row->name, row, &hint);
    rc = rc < 0 ? rc : ls_option_describe(row, &text, b->err);
    const char *kind = rc < 0 ? NULL : ls_buf_text(&text, b->err);
    if (!kind) {
        rc = b->err->code;
    } else if (row->type == LS_OPTION_FAMILY) {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1105", f->map->where, hint, "%s needs %s %s",
                    f->table->name, article(kind), kind);
    } else {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1104", f->map->where, hint,
                    "%s needs \"%s\": %s", f->table->name, row->name, kind);
    }
    ls_buf_clear(&text);
    return rc;
}

static int fill(struct ls_binder *b, struct filling *f)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->map->count; i++) {
        rc = bind_entry(b, f, &f->map->entries[i]);
    }
    const struct ls_option *row = f->table->rows;
    for (size_t k = 0; rc == 0 && row[k].name; k++) {
        if (f->given & bit(k)) {
            continue;
        }
        if (!(row[k].flags & LS_OPTION_REQUIRED)) {
            rc = ls_bind_default(b, &row[k], f->map, f->out + row[k].offset);
        } else if (!(f->suggested & bit(k))) {
            rc = note_missing(b, f, &row[k]);
        }
    }
    return rc;
}

int ls_bind_table(struct ls_binder *b, const struct ls_table *table, const struct ls_yaml *map,
                  void *out, json_t **json)
{
    *json = NULL;
    memset(out, 0, table->size);
    struct filling f = {.table = table, .map = map, .out = out};
    if (table->where_offset != SIZE_MAX) {
        memcpy(f.out + table->where_offset, &map->where, sizeof map->where);
    }
    if (map->kind != LS_YAML_MAP) {
        const struct ls_option row = {.name = table->name, .type = LS_OPTION_TABLE, .table = table};
        return ls_bind_wrong(b, &row, map);
    }
    if (ls_bind_wants_json(b) && !(f.object = json_object())) {
        return ls_bind_nomem(b);
    }
    int rc = fill(b, &f);
    if (table->given_offset != SIZE_MAX) {
        memcpy(f.out + table->given_offset, &f.given, sizeof f.given);
    }
    if (rc < 0) {
        json_decref(f.object);
        return rc;
    }
    *json = f.object;
    return 0;
}

struct ls_where ls_place_of(const struct ls_places *places, const void *member,
                            struct ls_where otherwise)
{
    for (const struct ls_place *place = places->last; place; place = place->before) {
        if (place->member == member) {
            return place->where;
        }
    }
    return otherwise;
}

int ls_bind(const struct ls_table *table, const struct ls_yaml *map, void *out,
            struct ls_arena *arena, struct ls_diag *diag, struct ls_places *places,
            json_t **semantic, struct ls_error *err)
{
    struct ls_binder b = {arena, diag, err, semantic != NULL, false, places};
    json_t *json;
    if (places) {
        places->last = NULL;
    }
    int rc = ls_bind_table(&b, table, map, out, &json);
    if (rc == 0 && semantic && !json && !(json = json_object())) { /* the map is none */
        rc = ls_bind_nomem(&b);
    }
    if (semantic) {
        *semantic = json;
    }
    return rc;
}
