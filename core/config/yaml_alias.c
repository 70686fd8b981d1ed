/* Anchors, and the copies that aliases stand for. */
#include "core/base/mem.h"
#include "core/config/yaml_compose.h"

#include <string.h>

/* A name is looked up among all that came before. */
#define ANCHORS_MAX 1000

bool ls_compose_anchor(struct ls_composer *c, const yaml_char_t *name, struct ls_where where,
                       size_t *index)
{
    *index = SIZE_MAX;
    if (!name) {
        return true;
    }
    if (c->anchor_count == ANCHORS_MAX) {
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1005", where, NULL,
                    "the document has more than %d anchors", ANCHORS_MAX);
        return false;
    }
    int rc = ls_mem_grow(&c->anchors, &c->anchor_capacity, c->anchor_count + 1, sizeof *c->anchors,
                         c->err);
    const char *text = (const char *)name;
    char *copy = rc < 0 ? NULL : ls_arena_text(c->arena, text, strlen(text), c->err);
    if (!copy) {
        c->rc = c->err->code;
        return false;
    }
    *index = c->anchor_count++;
    c->anchors[*index] = (struct ls_anchor){copy, NULL};
    return true;
}

void ls_compose_anchor_set(struct ls_composer *c, size_t index, struct ls_yaml *node)
{
    if (index != SIZE_MAX) {
        c->anchors[index].node = node;
    }
}

static struct ls_yaml *copy_node(struct ls_composer *c, const struct ls_yaml *from,
                                 const char *path, unsigned depth);

static bool copy_children(struct ls_composer *c, const struct ls_yaml *from, struct ls_yaml *to,
                          unsigned depth)
{
    bool map = from->kind == LS_YAML_MAP;
    to->count = from->count;
    if (map) {
        to->entries = ls_compose_take(c, from->count, sizeof *to->entries);
    } else {
        to->items = ls_compose_take(c, from->count, sizeof(struct ls_yaml *));
    }
    if (!to->entries && !to->items) {
        return false;
    }
    for (size_t i = 0; i < from->count; i++) {
        const char *path = ls_compose_path(c, &to->where, map ? from->entries[i].key : NULL, i);
        const struct ls_yaml *child = map ? from->entries[i].value : from->items[i];
        struct ls_yaml *copy = path ? copy_node(c, child, path, depth + 1) : NULL;
        if (!copy) {
            return false;
        }
        if (map) {
            to->entries[i] = from->entries[i];
            to->entries[i].key_where.path = path;
            to->entries[i].value = copy;
        } else {
            to->items[i] = copy;
        }
    }
    return true;
}

static struct ls_yaml *copy_node(struct ls_composer *c, const struct ls_yaml *from,
                                 const char *path, unsigned depth)
{
    struct ls_where where = from->where;
    where.path = path;
    if (from->count && !ls_compose_depth(c, depth, where)) {
        return NULL;
    }
    struct ls_yaml *to = ls_compose_new(c, from->kind, where);
    if (!to) {
        return NULL;
    }
    to->boolean = from->boolean;
    to->quoted = from->quoted;
    to->text = from->text;
    return from->count == 0 || copy_children(c, from, to, depth) ? to : NULL;
}

struct ls_yaml *ls_compose_alias(struct ls_composer *c, const yaml_event_t *event, const char *path,
                                 unsigned depth)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct ls_where where = ls_compose_where(c, event->start_mark, path);
    for (size_t i = c->anchor_count; i > 0; i--) {
        const struct ls_anchor *anchor = &c->anchors[i - 1];
        if (strcmp(anchor->name, name) != 0) {
            continue;
        }
        if (anchor->node) {
            return copy_node(c, anchor->node, path, depth);
        }
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1005", where, NULL,
                    "the alias *%s stands inside what it stands for", name);
        return NULL;
    }
    ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1005", where,
                "quote a text that begins with an asterisk; an anchor stands before its aliases",
                "the alias *%s has no anchor &%s", name, name);
    return ls_compose_new(c, LS_YAML_NULL, where);
}
