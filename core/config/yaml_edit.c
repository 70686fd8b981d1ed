/* Trees laid over each other, and one value set by hand. */
#include "core/base/mem.h"
#include "core/config/yaml_internal.h"

#include <string.h>

/* What an overlay does to the entries below it: those of one key merge, the others come behind. */
static int merge_entries(struct ls_yaml *merged, const struct ls_yaml *under,
                         const struct ls_yaml *over, const struct ls_yaml_entry **sorted,
                         struct ls_arena *arena, struct ls_error *err)
{
    for (size_t i = 0; i < under->count; i++) {
        merged->entries[i] = under->entries[i];
    }
    merged->count = under->count;
    for (size_t i = 0; i < over->count; i++) {
        const struct ls_yaml_entry *entry = &over->entries[i];
        const struct ls_yaml_entry *below = ls_yaml_find(sorted, under->count, entry->key);
        if (!below) {
            merged->entries[merged->count++] = *entry;
            continue;
        }
        struct ls_yaml_entry *to = &merged->entries[below - under->entries];
        *to = *entry;
        to->value = ls_yaml_merge(below->value, entry->value, arena, err);
        if (!to->value) {
            return err->code;
        }
    }
    return 0;
}

struct ls_yaml *ls_yaml_merge(struct ls_yaml *under, struct ls_yaml *over, struct ls_arena *arena,
                              struct ls_error *err)
{
    if (under->kind != LS_YAML_MAP || over->kind != LS_YAML_MAP || under->count == 0) {
        return over;
    }
    if (over->count == 0) {
        return under;
    }
    const struct ls_yaml_entry **sorted = ls_yaml_sorted(under, err);
    if (!sorted) {
        return NULL;
    }
    struct ls_yaml *merged = ls_arena_new(arena, 1, sizeof *merged, err);
    if (merged) {
        merged->kind = LS_YAML_MAP;
        merged->where = over->where;
        merged->entries = ls_arena_new(arena, under->count + over->count, sizeof *merged->entries,
                                       err);
    }
    bool done = merged && merged->entries &&
                merge_entries(merged, under, over, sorted, arena, err) == 0;
    ls_mem_free(sorted);
    return done ? merged : NULL;
}

struct setter {
    const char *assignment;
    struct ls_where where; /* of the step that is being taken */
    struct ls_yaml *value;
    struct ls_arena *arena;
    struct ls_diag *diag;
    struct ls_error *err;
};

/* NULL after a problem that was noted, or with `err` filled. */
static struct ls_yaml *set_at(struct setter *s, const struct ls_yaml *node, const char *at,
                              const char *path);

static struct ls_yaml *copy_of(struct setter *s, const struct ls_yaml *node, const char *path)
{
    struct ls_yaml *copy = ls_arena_new(s->arena, 1, sizeof *copy, s->err);
    if (copy && node) {
        *copy = *node;
    } else if (copy) {
        copy->kind = LS_YAML_MAP;
        copy->where = s->where;
        copy->where.path = path;
    }
    return copy;
}

static struct ls_yaml *set_entry(struct setter *s, const struct ls_yaml *map, const char *key,
                                 const char *at, const char *path)
{
    struct ls_yaml *copy = copy_of(s, map, path);
    struct ls_yaml_entry *entries = copy ? ls_arena_new(s->arena, copy->count + 1, sizeof *entries,
                                                        s->err)
                                         : NULL;
    const char *below = entries ? ls_yaml_path_key(path, key, s->arena, s->err) : NULL;
    if (!below) {
        return NULL;
    }
    if (copy->count) {
        memcpy(entries, copy->entries, copy->count * sizeof *entries);
    }
    copy->entries = entries;
    size_t i = 0;
    while (i < copy->count && strcmp(entries[i].key, key) != 0) {
        i++;
    }
    if (i == copy->count) {
        entries[i].key = ls_arena_text(s->arena, key, strlen(key), s->err);
        copy->count++;
    }
    entries[i].key_where = s->where;
    entries[i].key_where.path = below;
    entries[i].value = entries[i].key ? set_at(s, entries[i].value, at, below) : NULL;
    return entries[i].value ? copy : NULL;
}

static struct ls_yaml *set_item(struct setter *s, const struct ls_yaml *list, size_t index,
                                const char *at, const char *path)
{
    if (index >= list->count) {
        ls_diag_add(s->diag, LS_SEVERITY_ERROR, "LS1205", s->where,
                    "items are counted from 0; give the whole list to make it longer",
                    "%s has %zu item%s, and [%zu] is none of them", path, list->count,
                    list->count == 1 ? "" : "s", index);
        return NULL;
    }
    struct ls_yaml *copy = copy_of(s, list, path);
    struct ls_yaml **items = copy ? ls_arena_new(s->arena, copy->count, sizeof(struct ls_yaml *),
                                                 s->err)
                                  : NULL;
    const char *below = items ? ls_yaml_path_item(path, index, s->arena, s->err) : NULL;
    if (!below) {
        return NULL;
    }
    memcpy(items, copy->items, copy->count * sizeof(struct ls_yaml *));
    copy->items = items;
    items[index] = set_at(s, items[index], at, below);
    return items[index] ? copy : NULL;
}

static struct ls_yaml *set_at(struct setter *s, const struct ls_yaml *node, const char *at,
                              const char *path)
{
    if (*at == '=') {
        return s->value;
    }
    struct ls_yaml_step step;
    ls_yaml_path_step(&at, *path == '\0', &step); /* read before: it can be read */
    if (node && node->kind == LS_YAML_NULL) {
        node = NULL;
    }
    enum ls_yaml_kind wanted = step.is_item ? LS_YAML_LIST : LS_YAML_MAP;
    if (node ? node->kind != wanted : step.is_item) {
        ls_diag_add(s->diag, LS_SEVERITY_ERROR, "LS1205", s->where,
                    "a.b goes into a map, a[0] into a list that is there", "%s is no %s",
                    *path ? path : "the whole", step.is_item ? "list" : "map");
        return NULL;
    }
    return step.is_item ? set_item(s, node, step.index, at, path)
                        : set_entry(s, node, step.key, at, path);
}

/* Reads the path of an assignment: where its value begins, the path in its usual form, its depth.
 */
static bool read_target(const char *assignment, struct ls_arena *arena, const char **value,
                        const char **path, unsigned *depth, struct ls_error *err)
{
    const char *at = assignment;
    *path = "";
    *value = NULL;
    for (*depth = 0; *at != '='; (*depth)++) {
        struct ls_yaml_step step;
        if (*depth == LS_YAML_DEPTH_MAX || !ls_yaml_path_step(&at, *depth == 0, &step)) {
            return true;
        }
        *path = step.is_item ? ls_yaml_path_item(*path, step.index, arena, err)
                             : ls_yaml_path_key(*path, step.key, arena, err);
        if (!*path) {
            return false;
        }
    }
    *value = *depth ? at + 1 : NULL;
    return true;
}

static int columns_of(const char *from, const char *to)
{
    int columns = 0;
    for (; from < to; from++) {
        columns += ((unsigned char)*from & 0xc0) != 0x80;
    }
    return columns;
}

struct ls_yaml *ls_yaml_set(struct ls_yaml *root, const char *assignment, struct ls_arena *arena,
                            struct ls_diag *diag, struct ls_error *err)
{
    const struct ls_source *source = ls_diag_source(diag, "--set", assignment, strlen(assignment),
                                                    err);
    const char *value;
    const char *path;
    unsigned depth;
    if (!source || !read_target(assignment, arena, &value, &path, &depth, err)) {
        return NULL;
    }
    struct setter s = {assignment, {source, 1, 1, NULL}, NULL, arena, diag, err};
    if (!value) {
        ls_diag_add(diag, LS_SEVERITY_ERROR, "LS1204", s.where,
                    "for example `--set pipeline.dedupe.horizon=5m` or `--set arrival[0].for=1h`",
                    "this is no assignment of a value to a path");
        return NULL;
    }
    struct ls_yaml_input input = {source, value, strlen(value), 1 + columns_of(assignment, value),
                                  path,   depth};
    s.value = ls_yaml_compose(&input, arena, diag, err);
    return s.value ? set_at(&s, root, assignment, "") : NULL;
}
