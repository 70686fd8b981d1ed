#include "pipeline/output/replace.h"

#include "core/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define LIST           "replace.list"
#define LIST_BYTES_MAX (16U << 20)

/* In the order in which they come; they go in the other. */
static const char *const claims[] = {"datasets/SHA256SUMS", "manifest.json", "summary.json"};
enum { CLAIMS = sizeof claims / sizeof *claims };

/* An end that a run takes for its own. */
int ls_replace_path(char *out, const char *folder, const char *path, struct ls_error *err)
{
    return snprintf(out, LS_PATH_MAX, "%s/%s.next.tmp", folder, path) < LS_PATH_MAX
               ? 0
               : ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                              LS_PATH_MAX, folder);
}

/* Both places; *there where the new file has not yet come to the old one's. */
static int places(const char *folder, const char *path, char from[LS_PATH_MAX],
                  char to[LS_PATH_MAX], bool *there, struct ls_error *err)
{
    int rc = ls_replace_path(from, folder, path, err);
    rc = rc < 0 ? rc : ls_path_join(to, folder, path, err);
    if (rc < 0) {
        return rc;
    }
    int fd = ls_file_open(from, O_RDONLY, 0, err);
    *there = fd >= 0;
    if (fd < 0) {
        return fd == LS_E_NOINPUT ? 0 : fd; /* what cannot be looked at is not moved already */
    }
    ls_file_close(fd);
    return 0;
}

/* Removes what tells of the old files, as far as something new is there to replace it. */
static int remove_claims(const char *folder, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = CLAIMS; rc == 0 && i-- > 0;) {
        char from[LS_PATH_MAX];
        char to[LS_PATH_MAX];
        bool there;
        rc = places(folder, claims[i], from, to, &there, err);
        if (rc == 0 && there) {
            rc = ls_file_remove(to, err);
            rc = rc < 0 ? rc : ls_file_sync_folder_of(to, err);
        }
    }
    return rc;
}

static int move(const char *folder, const char *path, struct ls_error *err)
{
    char from[LS_PATH_MAX];
    char to[LS_PATH_MAX];
    bool there;
    int rc = places(folder, path, from, to, &there, err);
    rc = rc < 0 || !there ? rc : ls_file_rename(from, to, err);
    /* also where it was moved before: by a process that may have died before this */
    return rc < 0 ? rc : ls_file_sync_folder_of(to, err);
}

static int move_all(const char *folder, const char *lines, struct ls_error *err)
{
    int rc = remove_claims(folder, err);
    for (const char *line = lines; rc == 0 && *line;) {
        char path[LS_PATH_MAX];
        int size = (int)strcspn(line, "\n");
        snprintf(path, sizeof path, "%.*s", size, line);
        rc = move(folder, path, err);
        line += size + (line[size] == '\n');
    }
    for (size_t i = 0; rc == 0 && i < CLAIMS; i++) {
        rc = move(folder, claims[i], err);
    }
    return rc;
}

/* Synced also where it is missing: it may come back, if whoever removed it died before this. */
static int remove_list(const char *path, struct ls_error *err)
{
    int rc = ls_file_remove(path, err);
    return rc < 0 ? rc : ls_file_sync_folder_of(path, err);
}

int ls_replace_finish(const char *folder, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    int rc = ls_path_join(path, folder, LIST, err);
    if (rc < 0) {
        return rc;
    }
    ls_buf_init(&text, LIST, LIST_BYTES_MAX);
    rc = ls_file_read(path, &text, err);
    if (rc == 0) {
        const char *lines = ls_buf_text(&text, err);
        rc = lines ? move_all(folder, lines, err) : err->code;
    }
    ls_buf_clear(&text);
    return rc < 0 && rc != LS_E_NOINPUT ? rc : remove_list(path, err);
}

int ls_replace_decide(const char *folder, const char *const *paths, size_t count,
                      struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    int rc = ls_path_join(path, folder, LIST, err);
    ls_buf_init(&text, LIST, LIST_BYTES_MAX);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = ls_buf_appendf(&text, err, "%s\n", paths[i]);
    }
    rc = rc < 0 ? rc : ls_tree_sync_names(folder, err);
    rc = rc < 0 ? rc : ls_file_replace(path, text.data, text.size, err);
    ls_buf_clear(&text);
    return rc < 0 ? rc : ls_replace_finish(folder, err);
}

int ls_replace_discard(const char *folder, const char *const *paths, size_t count,
                       struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, folder, LIST, err);
    if (rc == 0 && ls_path_is_folder(folder)) {
        rc = remove_list(path, err);
    }
    for (size_t i = 0; rc == 0 && i < count + CLAIMS; i++) {
        rc = ls_replace_path(path, folder, i < count ? paths[i] : claims[i - count], err);
        rc = rc < 0 ? rc : ls_file_remove(path, err);
    }
    return rc;
}
