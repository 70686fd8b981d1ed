/* Paths in a document, and finding things by key. */
#include "core/base/mem.h"
#include "core/config/yaml_internal.h"

#include <stdlib.h>
#include <string.h>

static const char plain_set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/* A quoted byte takes four characters at most. */
#define QUOTED_MAX (4 * LS_YAML_KEY_MAX + 3)

static const char *quoted(const char *key, char out[QUOTED_MAX])
{
    size_t length = strlen(key);
    if (length && strspn(key, plain_set) == length) {
        return key;
    }
    char *to = out;
    *to++ = '"';
    for (size_t i = 0; i < length && i < LS_YAML_KEY_MAX; i++) {
        unsigned char c = (unsigned char)key[i];
        if (c < 0x20 || c == 0x7f) {
            *to++ = '\\';
            *to++ = 'x';
            *to++ = "0123456789abcdef"[c >> 4];
            *to++ = "0123456789abcdef"[c & 15];
            continue;
        }
        if (c == '"' || c == '\\') {
            *to++ = '\\';
        }
        *to++ = key[i];
    }
    *to++ = '"';
    *to = '\0';
    return out;
}

const char *ls_yaml_path_key(const char *base, const char *key, struct ls_arena *arena,
                             struct ls_error *err)
{
    char text[QUOTED_MAX];
    return ls_arena_printf(arena, err, "%s%s%s", base, *base ? "." : "", quoted(key, text));
}

const char *ls_yaml_path_item(const char *base, size_t index, struct ls_arena *arena,
                              struct ls_error *err)
{
    return ls_arena_printf(arena, err, "%s[%zu]", base, index);
}

const char *ls_yaml_path_last(const char *path)
{
    const char *last = path;
    bool inside = false;
    for (; *path; path++) {
        inside ^= *path == '"';
        last = *path == '.' && !inside ? path + 1 : last;
        path += *path == '\\' && path[1];
    }
    return last;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* The character at *at of a quoted key, or a negative value. */
static int quoted_character(const char **at)
{
    const char *s = *at;
    if (*s == '\0') {
        return -1;
    }
    if (*s != '\\') {
        *at = s + 1;
        return (unsigned char)*s;
    }
    if (s[1] == '"' || s[1] == '\\') {
        *at = s + 2;
        return s[1];
    }
    if (s[1] != 'x' || hex_digit(s[2]) < 0 || hex_digit(s[3]) < 0) {
        return -1;
    }
    *at = s + 4;
    int c = hex_digit(s[2]) * 16 + hex_digit(s[3]);
    return c ? c : -1;
}

static bool key_step(const char **at, struct ls_yaml_step *step)
{
    size_t length = 0;
    const char *s = *at;
    bool in_quotes = *s == '"';
    s += in_quotes;
    while (in_quotes ? *s != '"' : *s && !strchr(".[=", *s)) {
        int c = in_quotes ? quoted_character(&s) : (unsigned char)*s++;
        if (c < 0 || length == LS_YAML_KEY_MAX) {
            return false;
        }
        step->key[length++] = (char)c;
    }
    step->key[length] = '\0';
    *at = s + in_quotes;
    return in_quotes || length > 0;
}

bool ls_yaml_path_step(const char **at, bool first, struct ls_yaml_step *step)
{
    const char *s = *at;
    step->is_item = *s == '[';
    if (!step->is_item) {
        if (!first && *s++ != '.') {
            return false;
        }
        *at = s;
        return key_step(at, step);
    }
    s++;
    if (*s < '0' || *s > '9') {
        return false;
    }
    for (step->index = 0; *s >= '0' && *s <= '9'; s++) {
        if (step->index > LS_YAML_NODES_MAX) {
            return false;
        }
        step->index = step->index * 10 + (size_t)(*s - '0');
    }
    *at = s + 1;
    return *s == ']';
}

struct ls_yaml *ls_yaml_get(const struct ls_yaml *map, const char *key)
{
    for (size_t i = 0; map && map->kind == LS_YAML_MAP && i < map->count; i++) {
        if (strcmp(map->entries[i].key, key) == 0) {
            return map->entries[i].value;
        }
    }
    return NULL;
}

struct ls_yaml *ls_yaml_at(struct ls_yaml *root, const char *path)
{
    struct ls_yaml_step step;
    for (bool first = true; root && *path; first = false) {
        if (!ls_yaml_path_step(&path, first, &step)) {
            return NULL;
        }
        if (!step.is_item) {
            root = ls_yaml_get(root, step.key);
        } else {
            bool there = root->kind == LS_YAML_LIST && step.index < root->count;
            root = there ? root->items[step.index] : NULL;
        }
    }
    return root;
}

static int compare_entries(const void *a, const void *b)
{
    const struct ls_yaml_entry *const *left = a;
    const struct ls_yaml_entry *const *right = b;
    int order = strcmp((*left)->key, (*right)->key);
    return order ? order : (*left > *right) - (*left < *right);
}

const struct ls_yaml_entry **ls_yaml_sorted(const struct ls_yaml *map, struct ls_error *err)
{
    const struct ls_yaml_entry **sorted = ls_mem_new(map->count, sizeof *sorted, err);
    if (!sorted) {
        return NULL;
    }
    for (size_t i = 0; i < map->count; i++) {
        sorted[i] = &map->entries[i];
    }
    qsort(sorted, map->count, sizeof *sorted, compare_entries);
    return sorted;
}

const struct ls_yaml_entry *ls_yaml_find(const struct ls_yaml_entry *const *sorted, size_t count,
                                         const char *key)
{
    while (count > 0) {
        size_t half = count / 2;
        int order = strcmp(key, sorted[half]->key);
        if (order == 0) {
            return sorted[half];
        }
        if (order > 0) {
            sorted += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return NULL;
}
