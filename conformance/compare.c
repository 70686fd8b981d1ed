#include "conformance/compare.h"

#include "conformance/divergence.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define STEP (1U << 18)

struct listing {
    char **paths;
    size_t count, capacity;
};

static int note(void *context, const char *relative, struct ls_error *err)
{
    struct listing *list = context;
    int rc = ls_mem_grow(&list->paths, &list->capacity, list->count + 1, sizeof *list->paths, err);
    char *copy = rc < 0 ? NULL : ls_mem_copy(relative, strlen(relative), err);
    if (!copy) {
        return err->code;
    }
    list->paths[list->count++] = copy;
    return 0;
}

static void listing_free(struct listing *list)
{
    for (size_t i = 0; i < list->count; i++) {
        ls_mem_free(list->paths[i]);
    }
    ls_mem_free(list->paths);
}

/* 0 same, 1 different. */
static int same_bytes(const char *a, const char *b, uint64_t *bytes, struct ls_error *err)
{
    static const int closed = -1;
    int files[2] = {closed, closed};
    uint8_t *buffers = ls_mem_new(2, STEP, err);
    int rc = buffers ? 0 : err->code;
    files[0] = rc < 0 ? closed : ls_file_open(a, O_RDONLY, 0, err);
    files[1] = files[0] < 0 ? closed : ls_file_open(b, O_RDONLY, 0, err);
    rc = files[1] < 0 ? err->code : 0;
    size_t got[2] = {STEP, STEP};
    for (uint64_t at = 0; rc == 0 && got[0] == STEP; at += STEP) {
        rc = ls_file_read_at(files[0], buffers, STEP, at, &got[0], a, err);
        rc = rc < 0 ? rc : ls_file_read_at(files[1], buffers + STEP, STEP, at, &got[1], b, err);
        if (rc == 0 && (got[0] != got[1] || memcmp(buffers, buffers + STEP, got[0]) != 0)) {
            rc = 1;
        }
        *bytes += got[0];
    }
    for (int i = 0; i < 2; i++) {
        if (files[i] >= 0) {
            close(files[i]);
        }
    }
    ls_mem_free(buffers);
    return rc;
}

static bool is_dataset(const char *path)
{
    size_t size = strlen(path);
    return size > 5 && strcmp(path + size - 5, ".avro") == 0;
}

/* The first dataset that differs is told of; another file (a list of checksums differs whenever
 * anything does) only when no dataset does. */
static int note_difference(struct ls_comparison *out, const char *path, const char *a,
                           const char *b, struct ls_buf *report, struct ls_error *err)
{
    bool first = out->files_differ++ == 0;
    if (!first && (is_dataset(out->first) || !is_dataset(path))) {
        return 0;
    }
    size_t size = strlen(path) < sizeof out->first - 1 ? strlen(path) : sizeof out->first - 1;
    memcpy(out->first, path, size);
    out->first[size] = '\0';
    report->size = out->report_begin;
    if (!a || !b) {
        return ls_buf_appendf(report, err, "%s is missing in %s\n", path,
                              a ? out->right : out->left);
    }
    return ls_divergence(path, a, b, out->left, out->right, report, err);
}

static int compare_one(struct ls_comparison *out, const char *a, const char *b, const char *path,
                       struct ls_buf *report, struct ls_error *err)
{
    char whole[2][LS_PATH_MAX];
    int rc = ls_path_join(whole[0], a, path, err);
    rc = rc < 0 ? rc : ls_path_join(whole[1], b, path, err);
    rc = rc < 0 ? rc : same_bytes(whole[0], whole[1], &out->bytes, err);
    out->files++;
    return rc > 0 ? note_difference(out, path, whole[0], whole[1], report, err) : rc;
}

static int compare_lists(struct ls_comparison *out, const char *a, const char *b,
                         const struct listing *x, const struct listing *y, struct ls_buf *report,
                         struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0, j = 0; rc == 0 && (i < x->count || j < y->count);) {
        int order = i == x->count ? 1 : j == y->count ? -1 : strcmp(x->paths[i], y->paths[j]);
        if (order == 0) {
            rc = compare_one(out, a, b, x->paths[i], report, err);
        } else {
            const char *path = order < 0 ? x->paths[i] : y->paths[j];
            rc = note_difference(out, path, order < 0 ? path : NULL, order < 0 ? NULL : path,
                                 report, err);
        }
        i += order <= 0;
        j += order >= 0;
    }
    return rc;
}

int ls_compare_bytes(const char *a, const char *b, struct ls_comparison *out, struct ls_buf *report,
                     struct ls_error *err)
{
    struct listing x = {0};
    struct listing y = {0};
    const char *names[] = {out->left, out->right};
    *out = (struct ls_comparison){.left = names[0] ? names[0] : "A",
                                  .right = names[1] ? names[1] : "B",
                                  .report_begin = report->size};
    int rc = ls_tree_walk(a, note, &x, err);
    rc = rc < 0 ? rc : ls_tree_walk(b, note, &y, err);
    rc = rc < 0 ? rc : compare_lists(out, a, b, &x, &y, report, err);
    listing_free(&x);
    listing_free(&y);
    return rc < 0 ? rc : out->files_differ ? LS_DIFFERS : 0;
}
