#include "core/config/layers.h"

#include "core/base/file.h"
#include "core/base/file_system.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* What is there instead of what was asked for: names for a message, cut where they grow many. */
struct names {
    char text[400];
    size_t length;
};

static void names_add(struct names *names, const char *name)
{
    size_t size = strlen(name);
    if (names->length + size + sizeof ", , ..." > sizeof names->text) {
        snprintf(names->text + names->length, sizeof names->text - names->length, ", ...");
        names->length = sizeof names->text; /* nothing fits behind it */
        return;
    }
    names->length += (size_t)snprintf(names->text + names->length,
                                      sizeof names->text - names->length, "%s%s",
                                      names->length ? ", " : "", name);
}

/* The folder of a path: "." when it has no slash. */
static int folder_of(const char *path, char *out, struct ls_error *err)
{
    size_t size = strlen(path);
    if (size >= LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, path);
    }
    while (size > 0 && path[size - 1] != '/') {
        size--;
    }
    while (size > 1 && path[size - 1] == '/') {
        size--;
    }
    memcpy(out, size ? path : ".", size ? size : 1);
    out[size ? size : 1] = '\0';
    return 0;
}

int ls_layers_root(const struct ls_layers *layers, char *out, struct ls_error *err)
{
    char folder[LS_PATH_MAX];
    if (layers->config_root) {
        if (strlen(layers->config_root) >= LS_PATH_MAX) {
            return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                                LS_PATH_MAX, layers->config_root);
        }
        memcpy(out, layers->config_root, strlen(layers->config_root) + 1);
        return 0;
    }
    int rc = folder_of(layers->spec_path, folder, err);
    if (rc < 0) {
        return rc;
    }
    const char *slash = strrchr(folder, '/');
    const char *last = slash ? slash + 1 : folder;
    if (strcmp(last, ".") == 0 || strcmp(last, "..") == 0) {
        return ls_path_join(out, folder, "..", err);
    }
    return folder_of(folder, out, err);
}

/* As ls_path_join, without a "./" that nobody wrote. */
static int below(char *out, const char *folder, const char *name, struct ls_error *err)
{
    if (strcmp(folder, ".") != 0) {
        return ls_path_join(out, folder, name, err);
    }
    snprintf(out, LS_PATH_MAX, "%s", name);
    return 0;
}

struct loader {
    const struct ls_layers *layers;
    struct ls_arena *arena;
    struct ls_diag *diag;
    struct ls_error *err;
    struct ls_yaml *merged; /* NULL: nothing yet */
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct listing {
    struct loader *loader;
    const char **names;
    size_t count, capacity;
    int rc;
};

/* Notes the name of a YAML file, without its ending. */
static bool note_yaml(void *context, const char *name)
{
    struct listing *list = context;
    struct loader *l = list->loader;
    size_t length = strlen(name);
    if (length <= 5 || name[0] == '.' || strcmp(name + length - 5, ".yaml") != 0) {
        return true;
    }
    list->rc = ls_mem_grow(&list->names, &list->capacity, list->count + 1, sizeof *list->names,
                           l->err);
    const char *stem = list->rc < 0 ? NULL : ls_arena_text(l->arena, name, length - 5, l->err);
    list->rc = stem ? 0 : l->err->code;
    if (stem) {
        list->names[list->count++] = stem;
    }
    return stem != NULL;
}

/* The YAML files of a folder, sorted; none for a folder that cannot be read. */
static int names_in(struct loader *l, const char *folder, struct names *names)
{
    struct listing list = {.loader = l};
    *names = (struct names){"", 0};
    (void)ls_files->list(folder, note_yaml, &list);
    if (list.count > 0) {
        qsort(list.names, list.count, sizeof *list.names, compare_names);
    }
    for (size_t i = 0; i < list.count; i++) {
        names_add(names, list.names[i]);
    }
    ls_mem_free(list.names);
    return list.rc;
}

/* A layer's file: 1 with its map, 0 when it is missing or refused (then noted), or negative. */
static int load(struct loader *l, const char *path, struct ls_yaml **map)
{
    int errors = l->diag->errors;
    l->err->code = 0;
    *map = ls_yaml_load(path, l->arena, l->diag, l->err);
    if (!*map) {
        return l->diag->errors > errors ? 0 : l->err->code;
    }
    if ((*map)->kind != LS_YAML_MAP) {
        ls_diag_add(l->diag, LS_SEVERITY_ERROR, "LS1201", (*map)->where, "for example `seed: 1`",
                    "a layer is a map of options");
        return 0;
    }
    return 1;
}

static int lay(struct loader *l, struct ls_yaml *over)
{
    l->merged = l->merged ? ls_yaml_merge(l->merged, over, l->arena, l->err) : over;
    return l->merged ? 0 : l->err->code;
}

static void refuse_profiles(struct loader *l, const struct ls_yaml *map)
{
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->entries[i].key, "profiles") == 0) {
            ls_diag_add(l->diag, LS_SEVERITY_ERROR, "LS1202", map->entries[i].key_where,
                        "move them into the domain file", "profiles belong to a domain");
        }
    }
}

static int load_platform(struct loader *l, const char *root)
{
    char path[LS_PATH_MAX];
    struct ls_yaml *map;
    int rc = below(path, root, "platform.yaml", l->err);
    rc = rc < 0 ? rc : load(l, path, &map);
    if (rc <= 0) {
        return rc == LS_E_NOINPUT ? 0 : rc;
    }
    refuse_profiles(l, map);
    return lay(l, map);
}

static int load_environment(struct loader *l, const char *root)
{
    const char *name = l->layers->environment;
    char folder[LS_PATH_MAX];
    char file[LS_PATH_MAX];
    char path[LS_PATH_MAX];
    struct ls_yaml *map;
    if (!name) {
        return 0;
    }
    if (!*name || strchr(name, '/') || strlen(name) > 200) {
        return ls_error_set(l->err, LS_E_USAGE, "\"%.60s\" is no name of an environment", name);
    }
    snprintf(file, sizeof file, "%s.yaml", name);
    int rc = below(folder, root, "environments", l->err);
    rc = rc < 0 ? rc : ls_path_join(path, folder, file, l->err);
    rc = rc < 0 ? rc : load(l, path, &map);
    if (rc == LS_E_NOINPUT) {
        struct names names;
        rc = names_in(l, folder, &names);
        if (rc < 0) {
            return rc;
        }
        return ls_error_set(l->err, LS_E_NOINPUT, "there is no environment \"%s\" (%s): %s%s", name,
                            path, names.length ? "there are " : "the folder has none", names.text);
    }
    if (rc <= 0) {
        return rc;
    }
    refuse_profiles(l, map);
    return lay(l, map);
}

/* The entries of the domain file but `profiles`, which is checked. */
static int without_profiles(struct loader *l, const struct ls_yaml *map, struct ls_yaml **rest,
                            const struct ls_yaml **profiles)
{
    *profiles = NULL;
    *rest = ls_arena_new(l->arena, 1, sizeof **rest, l->err);
    struct ls_yaml_entry *entries = *rest ? ls_arena_new(l->arena, map->count, sizeof *entries,
                                                         l->err)
                                          : NULL;
    if (!entries) {
        return l->err->code;
    }
    **rest = *map;
    (*rest)->entries = entries;
    (*rest)->count = 0;
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->entries[i].key, "profiles") == 0) {
            *profiles = map->entries[i].value;
        } else {
            entries[(*rest)->count++] = map->entries[i];
        }
    }
    return 0;
}

static void check_profiles(struct loader *l, const struct ls_yaml *profiles)
{
    if (profiles->kind != LS_YAML_MAP) {
        ls_diag_add(l->diag, LS_SEVERITY_ERROR, "LS1203", profiles->where,
                    "for example `profiles: {load: {seed: 2}}`",
                    "profiles are a map from names to maps of options");
        return;
    }
    for (size_t i = 0; i < profiles->count; i++) {
        const struct ls_yaml *profile = profiles->entries[i].value;
        if (profile->kind != LS_YAML_MAP) {
            ls_diag_add(l->diag, LS_SEVERITY_ERROR, "LS1203", profile->where,
                        "for example `profiles: {load: {seed: 2}}`",
                        "the profile \"%s\" is no map of options", profiles->entries[i].key);
        } else if (ls_yaml_get(profile, "profiles")) {
            ls_diag_add(l->diag, LS_SEVERITY_ERROR, "LS1203", profile->where, NULL,
                        "the profile \"%s\" holds profiles", profiles->entries[i].key);
        }
    }
}

static int unknown_profile(struct loader *l, const struct ls_yaml *profiles)
{
    const char *name = l->layers->profile;
    struct names names = {"", 0};
    for (size_t i = 0; profiles && i < profiles->count; i++) {
        names_add(&names, profiles->entries[i].key);
    }
    return ls_error_set(l->err, LS_E_USAGE, "%s has no profile \"%s\": %s%s", l->layers->spec_path,
                        name, names.length ? "there are " : "it has none", names.text);
}

/* Lays the domain file, and its profile over it. */
static int load_domain(struct loader *l)
{
    const char *path = l->layers->spec_path;
    struct ls_yaml *map;
    int rc = load(l, path, &map);
    if (rc == LS_E_NOINPUT) {
        char folder[LS_PATH_MAX];
        struct names names;
        if (ls_path_is_folder(path)) {
            return ls_error_set(l->err, LS_E_NOINPUT, "%s is a folder: name a spec in it", path);
        }
        rc = folder_of(path, folder, l->err);
        rc = rc < 0 ? rc : names_in(l, folder, &names);
        if (rc < 0) {
            return rc;
        }
        return ls_error_set(l->err, LS_E_NOINPUT, "there is no spec %s%s%s", path,
                            names.length ? "; the folder has " : "", names.text);
    }
    if (rc <= 0) {
        return rc;
    }
    struct ls_yaml *rest;
    const struct ls_yaml *profiles;
    rc = without_profiles(l, map, &rest, &profiles);
    rc = rc < 0 ? rc : lay(l, rest);
    if (rc < 0) {
        return rc;
    }
    if (profiles) {
        check_profiles(l, profiles);
    }
    if (!l->layers->profile) {
        return 0;
    }
    struct ls_yaml *profile = ls_yaml_get(profiles, l->layers->profile);
    return profile ? lay(l, profile) : unknown_profile(l, profiles);
}

static int apply_sets(struct loader *l)
{
    const char *const *set = l->layers->sets;
    for (; set && *set; set++) {
        int errors = l->diag->errors;
        struct ls_yaml *root = ls_yaml_set(l->merged, *set, l->arena, l->diag, l->err);
        if (root) {
            l->merged = root;
        } else if (l->diag->errors == errors) {
            return l->err->code;
        }
    }
    return 0;
}

struct ls_yaml *ls_layers_load(const struct ls_layers *layers, struct ls_arena *arena,
                               struct ls_diag *diag, struct ls_error *err)
{
    struct loader l = {layers, arena, diag, err, NULL};
    int errors = diag->errors;
    char root[LS_PATH_MAX];
    int rc = ls_layers_root(layers, root, err);
    if (rc == 0 && layers->config_root && !ls_path_is_folder(root)) {
        rc = ls_error_set(err, LS_E_NOINPUT, "the config root %s is no folder", root);
    }
    rc = rc < 0 ? rc : load_platform(&l, root);
    rc = rc < 0 ? rc : load_environment(&l, root);
    rc = rc < 0 ? rc : load_domain(&l);
    rc = rc < 0 || !l.merged ? rc : apply_sets(&l);
    if (rc == 0) {
        err->code = 0; /* a layer that may be missing was */
    }
    return rc < 0 || diag->errors > errors ? NULL : l.merged;
}
