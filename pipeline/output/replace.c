#include "pipeline/output/replace.h"

#include "core/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define LIST           "replace.list"
#define LIST_BYTES_MAX (16U << 20)
#define CHUNK          ((size_t)1 << 16)

/* In the order in which they come; they go in the other. */
static const char *const claims[] = {"datasets/SHA256SUMS", "manifest.json", "summary.json"};
enum { CLAIMS = sizeof claims / sizeof *claims };

static int too_long(const char *folder, struct ls_error *err)
{
    return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...", LS_PATH_MAX,
                        folder);
}

int ls_replace_path(char *out, const char *folder, const char *path, struct ls_error *err)
{
    return snprintf(out, LS_PATH_MAX, "%s/" LS_REPLACE_TEMPORARY "/next/%s", folder, path) <
                   LS_PATH_MAX
               ? 0
               : too_long(folder, err);
}

/* ---- into the old ones' places */

static int copy_bytes(int from, int to, const char *from_path, const char *to_path,
                      struct ls_error *err)
{
    uint8_t bytes[CHUNK];
    size_t got = CHUNK;
    int rc = 0;
    for (uint64_t at = 0; rc == 0 && got == CHUNK; at += got) {
        rc = ls_file_read_at(from, bytes, CHUNK, at, &got, from_path, err);
        rc = rc < 0 ? rc : ls_file_write(to, bytes, got, to_path, err);
    }
    return rc < 0 ? rc : ls_file_sync(to, to_path, err);
}

static int copy_file(const char *from_path, const char *to_path, struct ls_error *err)
{
    int from = ls_file_open(from_path, O_RDONLY, 0, err);
    if (from < 0) {
        return from;
    }
    int to = ls_file_open(to_path, O_WRONLY | O_CREAT | O_TRUNC, 0666, err);
    int rc = to < 0 ? to : copy_bytes(from, to, from_path, to_path, err);
    if (to >= 0) {
        ls_file_close(to);
    }
    ls_file_close(from);
    return rc;
}

/* Copied beside the old one first: a rename lasts as a whole within a folder alone. */
static int put(const char *folder, const char *path, struct ls_error *err)
{
    char from[LS_PATH_MAX];
    char beside[LS_PATH_MAX];
    char to[LS_PATH_MAX];
    int rc = ls_replace_path(from, folder, path, err);
    rc = rc < 0 ? rc : ls_path_join(to, folder, path, err);
    if (rc == 0 && snprintf(beside, sizeof beside, "%s.next.tmp", to) >= (int)sizeof beside) {
        rc = too_long(folder, err);
    }
    rc = rc < 0 ? rc : copy_file(from, beside, err);
    rc = rc < 0 ? rc : ls_file_rename(beside, to, err);
    return rc < 0 ? rc : ls_file_sync_folder_of(to, err);
}

static int remove_claims(const char *folder, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = CLAIMS; rc == 0 && i-- > 0;) {
        char path[LS_PATH_MAX];
        rc = ls_path_join(path, folder, claims[i], err);
        rc = rc < 0 ? rc : ls_file_remove(path, err);
        rc = rc < 0 ? rc : ls_file_sync_folder_of(path, err);
    }
    return rc;
}

static int put_all(const char *folder, const char *lines, struct ls_error *err)
{
    int rc = remove_claims(folder, err);
    for (const char *line = lines; rc == 0 && *line;) {
        char path[LS_PATH_MAX];
        int size = (int)strcspn(line, "\n");
        snprintf(path, sizeof path, "%.*s", size, line);
        rc = put(folder, path, err);
        line += size + (line[size] == '\n');
    }
    for (size_t i = 0; rc == 0 && i < CLAIMS; i++) {
        rc = put(folder, claims[i], err);
    }
    return rc;
}

/* ---- the list */

/* Synced also where it is missing: it may come back, if whoever removed it died before this. */
static int remove_list(const char *path, struct ls_error *err)
{
    int rc = ls_file_remove(path, err);
    return rc < 0 ? rc : ls_file_sync_folder_of(path, err);
}

bool ls_replace_is_decided(const char *folder)
{
    char path[LS_PATH_MAX];
    struct ls_error unheard;
    return ls_path_join(path, folder, LIST, &unheard) == 0 && ls_path_exists(path);
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
    bool decided = rc == 0;
    if (decided) {
        const char *lines = ls_buf_text(&text, err);
        rc = lines ? put_all(folder, lines, err) : err->code;
    }
    ls_buf_clear(&text);
    return rc < 0 && (decided || rc != LS_E_NOINPUT) ? rc : remove_list(path, err);
}

static int must_be_there(const char *folder, const char *path, struct ls_error *err)
{
    char next[LS_PATH_MAX];
    int rc = ls_replace_path(next, folder, path, err);
    return rc == 0 && !ls_path_exists(next)
               ? ls_error_set(err, LS_E_DATA, "%s is gone: something else works in %s", next,
                              folder)
               : rc;
}

int ls_replace_decide(const char *folder, const char *const *paths, size_t count,
                      struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    int rc = ls_path_join(path, folder, LIST, err);
    ls_buf_init(&text, LIST, LIST_BYTES_MAX);
    for (size_t i = 0; rc == 0 && i < count + CLAIMS; i++) {
        rc = must_be_there(folder, i < count ? paths[i] : claims[i - count], err);
        rc = rc < 0 || i >= count ? rc : ls_buf_appendf(&text, err, "%s\n", paths[i]);
    }
    rc = rc < 0 ? rc : ls_tree_sync_names(folder, err);
    rc = rc < 0 ? rc : ls_file_replace(path, text.data, text.size, err);
    ls_buf_clear(&text);
    return rc < 0 ? rc : ls_replace_finish(folder, err);
}

int ls_replace_discard(const char *folder, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, folder, LIST, err);
    if (rc == 0 && ls_path_is_folder(folder)) {
        rc = remove_list(path, err);
    }
    rc = rc < 0 ? rc : ls_path_join(path, folder, LS_REPLACE_TEMPORARY, err);
    return rc < 0 ? rc : ls_tree_remove(path, err);
}
