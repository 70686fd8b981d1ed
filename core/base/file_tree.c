/* Folders with all that is in them. */
#include "core/base/file.h"
#include "core/base/file_system.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct names {
    char **names;
    size_t count, capacity;
    int rc;
    struct ls_error *err;
};

static bool note_name(void *context, const char *name)
{
    struct names *list = context;
    list->rc = ls_mem_grow(&list->names, &list->capacity, list->count + 1, sizeof *list->names,
                           list->err);
    char *copy = list->rc < 0 ? NULL : ls_mem_copy(name, strlen(name), list->err);
    list->rc = copy ? 0 : list->err->code;
    if (copy) {
        list->names[list->count++] = copy;
    }
    return copy != NULL;
}

/* The names in a folder, without "." and "..", in no order. */
static int names_of(const char *path, char ***names, size_t *count, struct ls_error *err)
{
    struct names list = {.err = err};
    if (ls_files->list(path, note_name, &list) < 0) {
        list.rc = ls_error_errno(err, errno == ENOENT ? LS_E_NOINPUT : LS_E_IO, errno,
                                 "cannot open %s", path);
    }
    *names = list.names;
    *count = list.count;
    return list.rc;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ls_mem_free(names[i]);
    }
    ls_mem_free(names);
}

/* A path that grows and shrinks while a tree is walked: with one for all levels, the depth of a
 * tree costs no stack to speak of. */
struct cursor {
    char path[LS_PATH_MAX];
    size_t size;
};

static int cursor_push(struct cursor *cursor, const char *name, struct ls_error *err)
{
    size_t size = strlen(name);
    size_t slash = cursor->size > 0;
    if (cursor->size + slash + size >= sizeof cursor->path) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX - 1, cursor->size ? cursor->path : name);
    }
    if (slash) {
        cursor->path[cursor->size] = '/';
    }
    memcpy(cursor->path + cursor->size + slash, name, size + 1);
    cursor->size += slash + size;
    return 0;
}

static void cursor_pop(struct cursor *cursor, size_t size)
{
    cursor->size = size;
    cursor->path[size] = '\0';
}

static int remove_at(struct cursor *at, struct ls_error *err)
{
    struct ls_file_status status;
    if (ls_files->look(at->path, false, &status) < 0) {
        return errno == ENOENT || errno == ENOTDIR
                   ? 0
                   : ls_error_errno(err, LS_E_IO, errno, "cannot look at %s", at->path);
    }
    if (!status.is_folder) {
        return ls_file_remove(at->path, err);
    }
    char **names;
    size_t count;
    size_t size = at->size;
    int rc = names_of(at->path, &names, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = cursor_push(at, names[i], err);
        if (rc == 0) {
            rc = remove_at(at, err);
            cursor_pop(at, size);
        }
    }
    names_free(names, count);
    if (rc == 0 && ls_files->remove_folder(at->path) < 0) {
        rc = ls_error_errno(err, LS_E_IO, errno, "cannot remove %s", at->path);
    }
    return rc;
}

int ls_tree_remove(const char *path, struct ls_error *err)
{
    struct cursor at = {.size = 0};
    int rc = cursor_push(&at, path, err);
    return rc < 0 ? rc : remove_at(&at, err);
}

/* ---- syncing */

/* Of one folder. One that is not ours may be closed to us, or on something that cannot be synced:
 * then no name in it is of our making. */
static int sync_folder(const char *path, bool ours, struct ls_error *err)
{
    int fd;
    do {
        fd = ls_files->open(path, O_RDONLY | O_DIRECTORY, 0);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return !ours && errno == EACCES
                   ? 0
                   : ls_error_errno(err, LS_E_IO, errno, "cannot open %s", path);
    }
    int rc;
    do {
        rc = ls_files->sync(fd);
    } while (rc < 0 && errno == EINTR);
    if (rc < 0) {
        rc = !ours && (errno == EINVAL || errno == EROFS)
                 ? 0
                 : ls_error_errno(err, LS_E_IO, errno, "cannot sync %s", path);
    }
    ls_file_close(fd);
    return rc;
}

static int sync_at(struct cursor *at, struct ls_error *err)
{
    char **names;
    size_t count;
    size_t size = at->size;
    int rc = names_of(at->path, &names, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct ls_file_status status;
        rc = cursor_push(at, names[i], err);
        if (rc == 0) {
            bool folder = ls_files->look(at->path, false, &status) == 0 && status.is_folder;
            rc = folder ? sync_at(at, err) : 0;
            cursor_pop(at, size);
        }
    }
    names_free(names, count);
    return rc < 0 ? rc : sync_folder(at->path, true, err);
}

int ls_tree_sync_names(const char *path, struct ls_error *err)
{
    struct cursor at = {.size = 0};
    int rc = sync_folder(path[0] == '/' ? "/" : ".", false, err);
    for (const char *end = path; rc == 0 && (end = strchr(end, '/')); end++) {
        cursor_pop(&at, 0);
        if (end > path) {
            memcpy(at.path, path, (size_t)(end - path));
            cursor_pop(&at, (size_t)(end - path));
            rc = sync_folder(at.path, false, err);
        }
    }
    cursor_pop(&at, 0);
    rc = rc < 0 ? rc : cursor_push(&at, path, err);
    return rc < 0 ? rc : sync_at(&at, err);
}

/* ---- walking */

struct walk {
    struct cursor at;
    size_t root; /* bytes of the path of the root, and the slash */
    char **paths;
    size_t count;
    size_t capacity;
};

static int collect(struct walk *walk, struct ls_error *err);

static int collect_entry(struct walk *walk, struct ls_error *err)
{
    struct ls_file_status status;
    const char *path = walk->at.path;
    if (ls_files->look(path, false, &status) < 0) {
        return ls_error_errno(err, LS_E_IO, errno, "cannot look at %s", path);
    }
    if (status.is_folder) {
        return collect(walk, err);
    }
    if (status.is_link && ls_files->look(path, true, &status) < 0) {
        return 0; /* a link to nothing */
    }
    if (!status.is_file) {
        return 0;
    }
    int rc = ls_mem_grow(&walk->paths, &walk->capacity, walk->count + 1, sizeof *walk->paths, err);
    if (rc < 0) {
        return rc;
    }
    char *copy = ls_mem_copy(path + walk->root, walk->at.size - walk->root, err);
    if (!copy) {
        return err->code;
    }
    walk->paths[walk->count++] = copy;
    return 0;
}

static int collect(struct walk *walk, struct ls_error *err)
{
    char **names;
    size_t count;
    size_t size = walk->at.size;
    int rc = names_of(walk->at.path, &names, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = cursor_push(&walk->at, names[i], err);
        if (rc == 0) {
            rc = collect_entry(walk, err);
            cursor_pop(&walk->at, size);
        }
    }
    names_free(names, count);
    return rc;
}

int ls_tree_walk(const char *path,
                 int (*each)(void *context, const char *relative, struct ls_error *err),
                 void *context, struct ls_error *err)
{
    struct walk walk = {.root = strlen(path) + 1};
    int rc = cursor_push(&walk.at, path, err);
    if (rc == 0) {
        rc = collect(&walk, err);
    }
    if (rc == 0 && walk.count) {
        qsort(walk.paths, walk.count, sizeof *walk.paths, compare_names);
    }
    for (size_t i = 0; rc >= 0 && i < walk.count; i++) {
        rc = each(context, walk.paths[i], err);
    }
    names_free(walk.paths, walk.count);
    return rc;
}

struct tree_hasher {
    const char *root;
    struct ls_tree_sum *sum;
    struct ls_sha256_stream *lines;
};

static int hash_file(void *context, const char *relative, struct ls_error *err)
{
    struct tree_hasher *h = context;
    struct ls_sha256 sum;
    char path[LS_PATH_MAX];
    char hex[LS_HEX_MAX];
    uint64_t size = 0;
    int rc = ls_path_join(path, h->root, relative, err);
    rc = rc < 0 ? rc : ls_file_sha256(path, &sum, &size, err);
    if (rc == 0) {
        ls_hex(sum.bytes, LS_SHA256_SIZE, hex);
        ls_sha256_add(h->lines, hex, strlen(hex));
        ls_sha256_add(h->lines, "  ", 2);
        ls_sha256_add(h->lines, relative, strlen(relative));
        ls_sha256_add(h->lines, "\n", 1);
        h->sum->files++;
        h->sum->bytes += size;
    }
    return rc;
}

int ls_tree_sha256(const char *path, struct ls_tree_sum *out, struct ls_error *err)
{
    struct tree_hasher h = {path, out, ls_sha256_new(err)};
    *out = (struct ls_tree_sum){0};
    if (!h.lines) {
        return err->code;
    }
    int rc = ls_tree_walk(path, hash_file, &h, err);
    ls_sha256_end(h.lines, &out->sha256);
    return rc;
}
