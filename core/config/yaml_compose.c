/* From libyaml's events to a tree. */
#include "core/config/yaml_compose.h"
#include "core/base/mem.h"

#include <string.h>

static bool next_event(struct ls_composer *c, yaml_event_t *event)
{
    if (yaml_parser_parse(&c->parser, event)) {
        return true;
    }
    ls_compose_syntax(c);
    return false;
}

static bool push(struct ls_composer *c, struct ls_yaml_entry entry)
{
    int rc = ls_mem_grow(&c->stack, &c->stack_capacity, c->stack_count + 1, sizeof *c->stack,
                         c->err);
    if (rc < 0) {
        c->rc = rc;
        return false;
    }
    c->stack[c->stack_count++] = entry;
    return true;
}

/* Two entries of one key: the later one is named. */
static bool refuse_duplicates(struct ls_composer *c, const struct ls_yaml *map)
{
    if (map->count < 2) {
        return true;
    }
    const struct ls_yaml_entry **sorted = ls_yaml_sorted(map, c->err);
    if (!sorted) {
        c->rc = c->err->code;
        return false;
    }
    const struct ls_yaml_entry *first = sorted[0];
    for (size_t i = 1; i < map->count; i++) {
        if (strcmp(first->key, sorted[i]->key) != 0) {
            first = sorted[i];
            continue;
        }
        char hint[96];
        snprintf(hint, sizeof hint, "it is given before at %d:%d: keep one of the two",
                 first->key_where.line, first->key_where.column);
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1002", sorted[i]->key_where, hint,
                    "the key \"%s\" is given twice in one map", sorted[i]->key);
    }
    ls_mem_free(sorted);
    return true;
}

/* Moves what was pushed since `base` into the collection. */
static bool close_collection(struct ls_composer *c, struct ls_yaml *node, size_t base)
{
    const struct ls_yaml_entry *entries = c->stack ? c->stack + base : NULL;
    node->count = c->stack_count - base;
    c->stack_count = base;
    if (node->count == 0) {
        return true;
    }
    if (node->kind == LS_YAML_MAP) {
        node->entries = ls_compose_take(c, node->count, sizeof *node->entries);
        if (!node->entries) {
            return false;
        }
        memcpy(node->entries, entries, node->count * sizeof *entries);
        return refuse_duplicates(c, node);
    }
    node->items = ls_compose_take(c, node->count, sizeof(struct ls_yaml *));
    if (!node->items) {
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        node->items[i] = entries[i].value;
    }
    return true;
}

/* The tags of the core schema, and what a node with one must be. */
static const struct {
    const char *tag;
    enum ls_yaml_kind kind;
} core_tags[] = {
    {YAML_NULL_TAG, LS_YAML_NULL},   {YAML_BOOL_TAG, LS_YAML_BOOLEAN},
    {YAML_INT_TAG, LS_YAML_INTEGER}, {YAML_FLOAT_TAG, LS_YAML_FLOAT},
    {YAML_STR_TAG, LS_YAML_TEXT},    {YAML_SEQ_TAG, LS_YAML_LIST},
    {YAML_MAP_TAG, LS_YAML_MAP},
};

static void check_tag(struct ls_composer *c, const yaml_char_t *given, struct ls_yaml *node)
{
    const char *tag = (const char *)given;
    bool scalar = node->kind != LS_YAML_LIST && node->kind != LS_YAML_MAP;
    if (!tag || strcmp(tag, "!") == 0) {
        if (tag && scalar) {
            node->kind = LS_YAML_TEXT;
            node->quoted = true;
        }
        return;
    }
    for (size_t i = 0; i < sizeof core_tags / sizeof *core_tags; i++) {
        if (strcmp(tag, core_tags[i].tag) != 0) {
            continue;
        }
        enum ls_yaml_kind kind = core_tags[i].kind;
        bool boolean = false;
        enum ls_yaml_kind found = scalar ? ls_yaml_resolve(node->text, &boolean) : node->kind;
        if (kind == found || (kind == LS_YAML_TEXT && scalar) ||
            (kind == LS_YAML_FLOAT && found == LS_YAML_INTEGER)) {
            node->kind = kind;
            node->boolean = boolean;
            node->quoted = kind == LS_YAML_TEXT;
            return;
        }
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1004", node->where, "leave the tag out",
                    "the tag !!%s does not fit this value", tag + strlen("tag:yaml.org,2002:"));
        return;
    }
    ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1004", node->where,
                "leave the tag out: options know the types of their values",
                "the tag %.80s is not one of YAML's core schema", tag);
}

/* A scalar's text. NUL would end it early, so that what is read is not what stands there. */
static const char *scalar_text(struct ls_composer *c, const yaml_event_t *event,
                               struct ls_where where)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (memchr(text, '\0', length)) {
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1008", where, "leave it out",
                    "a text holds the character NUL");
    }
    char *copy = ls_arena_text(c->arena, text, length, c->err);
    if (!copy) {
        c->rc = c->err->code;
    }
    return copy;
}

static struct ls_yaml *compose_scalar(struct ls_composer *c, const yaml_event_t *event,
                                      const char *path)
{
    struct ls_where where = ls_compose_where(c, event->start_mark, path);
    struct ls_yaml *node = ls_compose_new(c, LS_YAML_TEXT, where);
    node = node && (node->text = scalar_text(c, event, where)) ? node : NULL;
    if (!node) {
        return NULL;
    }
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (!node->quoted) {
        node->kind = ls_yaml_resolve(node->text, &node->boolean);
    }
    check_tag(c, event->data.scalar.tag, node);
    size_t anchor;
    if (!ls_compose_anchor(c, event->data.scalar.anchor, where, &anchor)) {
        return NULL;
    }
    ls_compose_anchor_set(c, anchor, node);
    return node;
}

static struct ls_yaml *compose_node(struct ls_composer *c, yaml_event_t *event, const char *path,
                                    unsigned depth);

static struct ls_yaml *compose_next(struct ls_composer *c, const char *path, unsigned depth)
{
    yaml_event_t event;
    return path && next_event(c, &event) ? compose_node(c, &event, path, depth) : NULL;
}

/* Sees to the key of an entry. False: no more is to be read; *key is NULL when it was refused. */
static bool compose_key(struct ls_composer *c, yaml_event_t *event, const struct ls_yaml *map,
                        unsigned depth, const char **key)
{
    *key = NULL;
    struct ls_where where = ls_compose_where(c, event->start_mark, map->where.path);
    if (event->type != YAML_SCALAR_EVENT) {
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1003", where,
                    event->type == YAML_ALIAS_EVENT ? "write the key out" : NULL,
                    "a key must be a plain or quoted text, and is %s",
                    event->type == YAML_ALIAS_EVENT            ? "an alias"
                    : event->type == YAML_SEQUENCE_START_EVENT ? "a list"
                                                               : "a map");
        return compose_node(c, event, map->where.path, depth + 1) != NULL;
    }
    const struct ls_yaml *node = compose_node(c, event, map->where.path, depth + 1);
    if (!node) {
        return false;
    }
    if (node->kind == LS_YAML_NULL && !*node->text) {
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1003", where, NULL, "the key is missing");
    } else if (strlen(node->text) > LS_YAML_KEY_MAX) {
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1006", where, NULL,
                    "the key is longer than %d bytes", LS_YAML_KEY_MAX);
    } else {
        *key = node->text;
    }
    return true;
}

static bool compose_entries(struct ls_composer *c, struct ls_yaml *map, unsigned depth)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(c, &event)) {
            return false;
        }
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return true;
        }
        struct ls_yaml_entry entry;
        entry.key_where = ls_compose_where(c, event.start_mark, NULL);
        if (!compose_key(c, &event, map, depth, &entry.key)) {
            return false;
        }
        const char *path = entry.key ? ls_compose_path(c, &map->where, entry.key, 0)
                                     : map->where.path;
        entry.key_where.path = path;
        entry.value = compose_next(c, path, depth + 1);
        if (!entry.value || (entry.key && !push(c, entry))) {
            return false;
        }
    }
}

static bool compose_items(struct ls_composer *c, struct ls_yaml *list, unsigned depth)
{
    for (size_t index = 0;; index++) {
        yaml_event_t event;
        if (!next_event(c, &event)) {
            return false;
        }
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return true;
        }
        const char *path = ls_compose_path(c, &list->where, NULL, index);
        struct ls_yaml_entry item = {0};
        if (!path) {
            yaml_event_delete(&event);
            return false;
        }
        item.value = compose_node(c, &event, path, depth + 1);
        if (!item.value || !push(c, item)) {
            return false;
        }
    }
}

static struct ls_yaml *compose_collection(struct ls_composer *c, const yaml_event_t *event,
                                          const char *path, unsigned depth)
{
    bool map = event->type == YAML_MAPPING_START_EVENT;
    struct ls_where where = ls_compose_where(c, event->start_mark, path);
    if (!ls_compose_depth(c, depth, where)) {
        return NULL;
    }
    struct ls_yaml *node = ls_compose_new(c, map ? LS_YAML_MAP : LS_YAML_LIST, where);
    size_t anchor;
    if (!node || !ls_compose_anchor(
                     c, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
                     where, &anchor)) {
        return NULL;
    }
    check_tag(c, map ? event->data.mapping_start.tag : event->data.sequence_start.tag, node);
    size_t base = c->stack_count;
    bool complete = map ? compose_entries(c, node, depth) : compose_items(c, node, depth);
    if (!complete || !close_collection(c, node, base)) {
        return NULL;
    }
    ls_compose_anchor_set(c, anchor, node);
    return node;
}

/* Composes what the event begins, and frees the event. */
static struct ls_yaml *compose_node(struct ls_composer *c, yaml_event_t *event, const char *path,
                                    unsigned depth)
{
    struct ls_yaml *node;
    if (event->type == YAML_SCALAR_EVENT) {
        node = compose_scalar(c, event, path);
    } else if (event->type == YAML_ALIAS_EVENT) {
        node = ls_compose_alias(c, event, path, depth);
    } else {
        node = compose_collection(c, event, path, depth);
    }
    yaml_event_delete(event);
    return node;
}

static struct ls_yaml *compose_empty(struct ls_composer *c)
{
    yaml_mark_t begin = {0, 0, 0};
    struct ls_yaml *node = ls_compose_new(c, LS_YAML_NULL,
                                          ls_compose_where(c, begin, c->input->path));
    if (node) {
        node->text = "";
    }
    return node;
}

struct ls_yaml *ls_compose_document(struct ls_composer *c)
{
    struct ls_yaml *root = NULL;
    yaml_event_t event;
    while (next_event(c, &event)) {
        yaml_event_type_t type = event.type;
        yaml_mark_t mark = event.start_mark;
        if (type == YAML_DOCUMENT_START_EVENT && root) {
            ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1007", ls_compose_where(c, mark, NULL),
                        "a file holds one document: leave out `---`, or write another file",
                        "a second document begins here");
            yaml_event_delete(&event);
            return NULL;
        }
        if (type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(&event);
            return root ? root : compose_empty(c);
        }
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
            type == YAML_DOCUMENT_END_EVENT) {
            yaml_event_delete(&event);
            continue;
        }
        root = compose_node(c, &event, c->input->path, c->input->depth + 1);
        if (!root) {
            return NULL;
        }
    }
    return NULL;
}
