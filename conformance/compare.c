#include "conformance/compare.h"

#include "conformance/divergence.h"
#include "conformance/logical.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <fcntl.h>
#include <string.h>

#define STEP (1U << 18)

const char *const ls_level_words[] = {"bytes", "logical", NULL};

struct listing {
    char **paths;
    size_t count, capacity;
};

/* Two folders under comparison. */
struct pair {
    const char *folders[2];
    struct listing lists[2];
    struct ls_comparison *comparison;
    size_t report_begin;
    char judged[LS_PATH_MAX]; /* logical level: the last dataset that was */
    struct ls_buf *report;
    struct ls_error *err;
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
            ls_file_close(files[i]);
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

static void name_first(struct ls_comparison *c, const char *path)
{
    size_t size = strlen(path) < sizeof c->first - 1 ? strlen(path) : sizeof c->first - 1;
    memcpy(c->first, path, size);
    c->first[size] = '\0';
}

static int tell(struct pair *p, const char *path, bool in_a, bool in_b)
{
    struct ls_comparison *c = p->comparison;
    struct ls_divergence which = {
        path, {{p->folders[0], p->folders[1]}, {c->left, c->right}}, c->origin};
    return in_a && in_b ? ls_divergence(&which, p->report, p->err)
                        : ls_buf_appendf(p->report, p->err, "%s is missing in %s\n", path,
                                         in_a ? c->right : c->left);
}

/* ---- the logical level */

/* How much of a path names its dataset: "normalized/TOPIC/" of "normalized/TOPIC/0.avro", or all.
 */
static size_t dataset_size(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t digits = strspn(name, "0123456789");
    return digits && strcmp(name + digits, ".avro") == 0 ? (size_t)(name - path) : strlen(path);
}

/* A dataset's digest on one side, and its schema, which has to be one. */
static int digest_of(struct pair *p, int side, size_t size, struct ls_logical *digest,
                     uint64_t *schema, struct ls_error *why)
{
    const struct listing *list = &p->lists[side];
    uint64_t files = 0;
    int rc = 0;
    *digest = (struct ls_logical){0};
    for (size_t i = 0; rc == 0 && i < list->count; i++) {
        char path[LS_PATH_MAX];
        uint64_t own = 0;
        if (strncmp(list->paths[i], p->judged, size) != 0 || dataset_size(list->paths[i]) != size) {
            continue;
        }
        rc = ls_path_join(path, p->folders[side], list->paths[i], why);
        rc = rc < 0 ? rc : ls_logical_of_file(path, digest, &own, why);
        if (rc == 0 && files++ && own != *schema) {
            rc = ls_error_set(why, LS_E_DATA, "%s has another schema than the files before it",
                              path);
        }
        *schema = own;
    }
    return rc < 0 || files ? rc : ls_error_set(why, LS_E_DATA, "there is no file of it");
}

/* Are the rows the same, where a file is not? Once for each dataset. */
static int judge_rows(struct pair *p, const char *path, bool in_a, bool in_b)
{
    struct ls_logical digests[2];
    uint64_t schemas[2] = {0};
    struct ls_error why;
    struct ls_comparison *c = p->comparison;
    size_t size = dataset_size(path);
    if (!is_dataset(path) || (strncmp(p->judged, path, size) == 0 && p->judged[size] == '\0')) {
        return 0;
    }
    memcpy(p->judged, path, size);
    p->judged[size] = '\0';
    for (int side = 0; side < 2; side++) {
        int rc = digest_of(p, side, size, &digests[side], &schemas[side], &why);
        if (rc == LS_E_NOMEM) {
            *p->err = why;
            return rc;
        }
        if (rc < 0 && c->differ++ == 0) {
            name_first(c, path);
            return ls_buf_appendf(p->report, p->err, "%s in %s: %s\n", p->judged,
                                  side ? c->right : c->left, why.text);
        }
        if (rc < 0) {
            return 0;
        }
    }
    if (memcmp(&digests[0], &digests[1], sizeof digests[0]) == 0 && schemas[0] == schemas[1]) {
        return 0;
    }
    if (c->differ++) {
        return 0;
    }
    name_first(c, path);
    int rc = ls_buf_appendf(p->report, p->err,
                            "%s: %llu rows in %s, %llu in %s, and they are not the same; a file:\n",
                            p->judged, (unsigned long long)digests[0].records, c->left,
                            (unsigned long long)digests[1].records, c->right);
    return rc < 0 ? rc : tell(p, path, in_a, in_b);
}

/* ---- bytes */

/* The first dataset that differs is told of; another file (a list of checksums differs whenever
 * anything does) only when no dataset does. */
static int note_difference(struct pair *p, const char *path, bool in_a, bool in_b)
{
    struct ls_comparison *c = p->comparison;
    if (c->level == LS_LEVEL_LOGICAL) {
        c->held = LS_LEVEL_LOGICAL;
        return judge_rows(p, path, in_a, in_b);
    }
    bool first = c->differ++ == 0;
    if (!first && (is_dataset(c->first) || !is_dataset(path))) {
        return 0;
    }
    name_first(c, path);
    p->report->size = p->report_begin;
    return tell(p, path, in_a, in_b);
}

static int compare_one(struct pair *p, const char *path)
{
    char whole[2][LS_PATH_MAX];
    int rc = ls_path_join(whole[0], p->folders[0], path, p->err);
    rc = rc < 0 ? rc : ls_path_join(whole[1], p->folders[1], path, p->err);
    rc = rc < 0 ? rc : same_bytes(whole[0], whole[1], &p->comparison->bytes, p->err);
    p->comparison->files++;
    return rc > 0 ? note_difference(p, path, true, true) : rc;
}

static int compare_lists(struct pair *p)
{
    const struct listing *x = &p->lists[0];
    const struct listing *y = &p->lists[1];
    int rc = 0;
    for (size_t i = 0, j = 0; rc == 0 && (i < x->count || j < y->count);) {
        int order = i == x->count ? 1 : j == y->count ? -1 : strcmp(x->paths[i], y->paths[j]);
        rc = order == 0  ? compare_one(p, x->paths[i])
             : order < 0 ? note_difference(p, x->paths[i], true, false)
                         : note_difference(p, y->paths[j], false, true);
        i += order <= 0;
        j += order >= 0;
    }
    return rc;
}

int ls_compare(const char *a, const char *b, struct ls_comparison *comparison,
               struct ls_buf *report, struct ls_error *err)
{
    struct pair p = {.folders = {a, b},
                     .comparison = comparison,
                     .report_begin = report->size,
                     .report = report,
                     .err = err};
    *comparison = (struct ls_comparison){.left = comparison->left ? comparison->left : "A",
                                         .right = comparison->right ? comparison->right : "B",
                                         .level = comparison->level,
                                         .origin = comparison->origin};
    int rc = ls_tree_walk(a, note, &p.lists[0], err);
    rc = rc < 0 ? rc : ls_tree_walk(b, note, &p.lists[1], err);
    rc = rc < 0 ? rc : compare_lists(&p);
    listing_free(&p.lists[0]);
    listing_free(&p.lists[1]);
    return rc < 0 ? rc : comparison->differ ? LS_DIFFERS : 0;
}
