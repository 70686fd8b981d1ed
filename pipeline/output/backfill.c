#include "pipeline/output/backfill.h"

#include "core/base/civil.h"
#include "core/base/mem.h"
#include "core/config/json_text.h"
#include "pipeline/output/replace.h"
#include "pipeline/output/run_lock.h"
#include "pipeline/view/row.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define JSON_BYTES_MAX (256U << 20)

struct ls_backfill {
    const char *into;
    const struct ls_record_plan *plan;
    const struct ls_views *views;
    const struct ls_scope *scope;
    int lock;                    /* -1: not taken */
    char temporary[LS_PATH_MAX]; /* INTO/backfill.tmp */
    char range[LS_PATH_MAX];     /* INTO/backfill.tmp/range */
    json_t *manifest;            /* INTO's, and what becomes of it */
};

/* ---- documents */

static int read_json(const char *folder, const char *name, json_t **out, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    json_error_t where;
    *out = NULL;
    ls_buf_init(&text, name, JSON_BYTES_MAX);
    int rc = ls_path_join(path, folder, name, err);
    rc = rc < 0 ? rc : ls_file_read(path, &text, err);
    if (rc == 0) {
        *out = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &where);
        rc = *out ? 0 : ls_error_set(err, LS_E_DATA, "%s: %s", path, where.text);
    }
    ls_buf_clear(&text);
    return rc;
}

/* The place of what a file of INTO is to become. */
static int next_path(const struct ls_backfill *b, const char *name, char path[LS_PATH_MAX],
                     struct ls_error *err)
{
    int rc = ls_replace_path(path, b->into, name, err);
    return rc < 0 ? rc : ls_folder_make_above(path, err);
}

static int write_next(const struct ls_backfill *b, const char *name, const struct ls_buf *text,
                      struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = next_path(b, name, path, err);
    return rc < 0 ? rc : ls_file_replace(path, text->data, text->size, err);
}

static int write_json(const struct ls_backfill *b, const char *name, const json_t *root,
                      struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, name, JSON_BYTES_MAX);
    int rc = ls_json_text(root, JSON_INDENT(2), &text, err);
    rc = rc < 0 ? rc : ls_buf_append_text(&text, "\n", err);
    rc = rc < 0 ? rc : write_next(b, name, &text, err);
    ls_buf_clear(&text);
    return rc;
}

static const char *text_at(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text ? text : "";
}

/* ---- what may be gone into */

static int refuse(const struct ls_backfill *b, struct ls_error *err, const char *why)
{
    return ls_error_set(err, LS_E_USAGE, "--into: %s %s", b->into, why);
}

static int check_run(const struct ls_backfill *b, struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX] = "";
    char hex[LS_HEX_MAX];
    const json_t *m = b->manifest;
    const json_t *lateness = json_object_get(m, "lateness");
    if (strcmp(text_at(m, "mode"), "batch") != 0) {
        return refuse(b, err,
                      "holds no batch run: a streaming run's files belong to its checkpoints; put "
                      "the range beside it with --to");
    }
    if (strcmp(text_at(m, "window"), "all") != 0) {
        return refuse(b, err, "holds a range itself: give the folder of a run of everything");
    }
    ls_hex(b->plan->spec->hash.bytes, LS_SHA256_SIZE, hex);
    if (strcmp(text_at(m, "spec_sha256"), hex) != 0) {
        return refuse(b, err,
                      "was written by another spec, and a definition is never overwritten by "
                      "another one: run everything again");
    }
    if (b->scope->has_as_of) {
        ls_time_format(b->scope->as_of_ms, time);
    }
    if (strcmp(text_at(json_object_get(m, "as_of"), "time"), time) != 0 ||
        (lateness != NULL) != b->scope->lateness_off) {
        return refuse(b, err,
                      "is the answer to another question: --as-of and --lateness have to be what "
                      "they were");
    }
    return 0;
}

static int take_lock(struct ls_backfill *b, struct ls_error *err)
{
    int rc = ls_path_is_folder(b->into) ? ls_run_lock(b->into, &b->lock, err)
                                        : refuse(b, err, "is no folder of a run");
    return rc > 0 ? refuse(b, err, "is worked in by another process") : rc;
}

static int open_run(struct ls_backfill *b, struct ls_error *err)
{
    int rc = ls_path_join(b->temporary, b->into, LS_REPLACE_TEMPORARY, err);
    rc = rc < 0 ? rc : ls_path_join(b->range, b->temporary, "range", err);
    rc = rc < 0 ? rc : take_lock(b, err);
    rc = rc < 0 ? rc : ls_replace_finish(b->into, err);
    rc = rc < 0 ? rc : ls_tree_remove(b->temporary, err);
    rc = rc < 0 ? rc : read_json(b->into, "manifest.json", &b->manifest, err);
    if (rc == LS_E_NOINPUT) {
        rc = refuse(b, err, "has no manifest.json: no run has ended there");
    }
    return rc < 0 ? rc : check_run(b, err);
}

int ls_backfill_open(const char *into, const struct ls_record_plan *plan,
                     const struct ls_views *views, const struct ls_scope *scope,
                     struct ls_backfill **out, struct ls_error *err)
{
    *out = NULL;
    struct ls_backfill *b = ls_mem_new(1, sizeof *b, err);
    if (!b) {
        return err->code;
    }
    b->into = into;
    b->plan = plan;
    b->views = views;
    b->scope = scope;
    b->lock = -1;
    int rc = open_run(b, err);
    if (rc < 0) {
        ls_backfill_free(b);
        return rc;
    }
    *out = b;
    return 0;
}

void ls_backfill_free(struct ls_backfill *b)
{
    struct ls_error unheard;
    if (!b) {
        return;
    }
    /* where nothing was begun, or it has yet to be finished, nothing goes */
    if (b->manifest && !ls_replace_is_decided(b->into)) {
        ls_tree_remove(b->temporary, &unheard);
    }
    ls_run_unlock(b->lock);
    json_decref(b->manifest);
    ls_mem_free(b);
}

const char *ls_backfill_range(const struct ls_backfill *b)
{
    return b->range;
}

/* ---- rows */

static void view_name(const struct ls_view *view, char out[LS_PATH_MAX])
{
    snprintf(out, LS_PATH_MAX, "%s/%s", ls_view_folder(view), view->spec->name);
}

/* Appends the rows of a block with from <= time < to. */
static int copy_block(const struct ls_view *view, const struct ls_block *block, int64_t from,
                      int64_t to, struct ls_dataset *out, struct ls_error *err)
{
    struct ls_span span = {block->bytes, block->bytes + block->size};
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < block->count; i++) {
        const uint8_t *row = span.at;
        if (ls_datum_skip(view->schema->root, &span) != LS_DECODE_OK) {
            return ls_error_set(err, LS_E_DATA, "row %llu is none of view %s",
                                (unsigned long long)(block->first_record + i), view->spec->name);
        }
        size_t size = (size_t)(span.at - row);
        int64_t time = ls_row_time(view, row, size);
        rc = time >= from && time < to ? ls_dataset_append_encoded(out, row, size, NULL, err) : 0;
    }
    return rc;
}

static int copy_rows(const char *path, const struct ls_view *view, int64_t from, int64_t to,
                     struct ls_dataset *out, struct ls_error *err)
{
    struct ls_container_reader *reader;
    struct ls_block block;
    int rc = ls_container_open(path, &reader, err);
    if (rc < 0) {
        return rc;
    }
    size_t size;
    const char *schema = ls_container_schema(reader, &size);
    if (strlen(view->schema->text) != size || memcmp(schema, view->schema->text, size) != 0) {
        rc = ls_error_set(err, LS_E_DATA,
                          "%s has another schema than the view: run everything "
                          "again",
                          path);
    }
    while (rc == 0 && (rc = ls_container_next(reader, &block, err)) == 1) {
        rc = copy_block(view, &block, from, to, out, err);
    }
    ls_container_reader_free(reader);
    return rc;
}

/* The file that the manifest tells of, and no other, or its rows would be taken for the run's. */
static int check_file(const char *path, const json_t *output, struct ls_error *err)
{
    struct ls_sha256 sha256;
    uint64_t size;
    char hex[LS_HEX_MAX];
    int rc = ls_file_sha256(path, &sha256, &size, err);
    return rc < 0 ||
                   strcmp(ls_hex(sha256.bytes, LS_SHA256_SIZE, hex), text_at(output, "sha256")) == 0
               ? rc
               : ls_error_set(err, LS_E_DATA,
                              "%s is not the file that the run's manifest tells of: run everything "
                              "again",
                              path);
}

/* What the manifest says of a file. */
static int describe(const char *path, const struct ls_dataset *set, json_t **out,
                    struct ls_error *err)
{
    struct ls_sha256 sha256;
    uint64_t size;
    char hex[LS_HEX_MAX];
    char logical[LS_LOGICAL_TEXT_MAX];
    int rc = ls_file_sha256(path, &sha256, &size, err);
    if (rc < 0) {
        return rc;
    }
    *out = json_pack("{s:I,s:I,s:s,s:s}", "records", (json_int_t)set->digest.records, "bytes",
                     (json_int_t)size, "sha256", ls_hex(sha256.bytes, LS_SHA256_SIZE, hex),
                     "logical", ls_logical_text(&set->digest, logical));
    return *out ? 0 : ls_error_nomem(err, 0);
}

/* A view's file: the old rows before the range, those of the range, the old ones behind it. */
static int make_file(const struct ls_backfill *b, const struct ls_view *view, const char *path,
                     struct ls_error *err)
{
    char old[LS_PATH_MAX];
    char range[LS_PATH_MAX];
    char next[LS_PATH_MAX];
    char name[LS_PATH_MAX];
    const char *key = path + strlen("datasets/");
    struct ls_dataset set = {0};
    json_t *outputs = json_object_get(b->manifest, "outputs");
    json_t *output = NULL;
    view_name(view, name);
    int rc = ls_path_join(old, b->into, path, err);
    rc = rc < 0 ? rc : ls_path_join(range, b->range, path, err);
    rc = rc < 0 ? rc : next_path(b, path, next, err);
    rc = rc < 0 ? rc : check_file(old, json_object_get(outputs, key), err);
    rc = rc < 0 ? rc : ls_dataset_create_at(&set, next, name, view->layout, err);
    rc = rc < 0 ? rc : copy_rows(old, view, INT64_MIN, b->scope->from_ms, &set, err);
    rc = rc < 0 ? rc : copy_rows(range, view, b->scope->from_ms, b->scope->to_ms, &set, err);
    rc = rc < 0 ? rc : copy_rows(old, view, b->scope->to_ms, INT64_MAX, &set, err);
    rc = rc < 0 ? rc : ls_container_finish(set.writer, true, err);
    rc = rc < 0 ? rc : describe(next, &set, &output, err);
    if (rc == 0 && json_object_set_new(outputs, key, output) < 0) {
        rc = ls_error_nomem(err, 0);
    }
    ls_dataset_clear(&set);
    return rc;
}

/* ---- what is said of them */

static int write_sums(const struct ls_backfill *b, struct ls_error *err)
{
    struct ls_buf text;
    const char *name;
    json_t *output;
    int rc = 0;
    ls_buf_init(&text, "SHA256SUMS", JSON_BYTES_MAX);
    json_object_foreach(json_object_get(b->manifest, "outputs"), name, output)
    {
        rc = rc < 0 ? rc : ls_buf_appendf(&text, err, "%s  %s\n", text_at(output, "sha256"), name);
    }
    rc = rc < 0 ? rc : write_next(b, "datasets/SHA256SUMS", &text, err);
    ls_buf_clear(&text);
    return rc;
}

/* The manifest of the range is the last of the backfills. */
static int write_manifest(const struct ls_backfill *b, struct ls_error *err)
{
    json_t *entry;
    json_t *all = json_object_get(b->manifest, "backfills");
    int rc = read_json(b->range, "manifest.json", &entry, err);
    if (rc < 0) {
        return rc;
    }
    if (!all) {
        all = json_array();
        rc = json_object_set_new(b->manifest, "backfills", all) < 0 ? ls_error_nomem(err, 0) : 0;
    }
    if (rc < 0) {
        json_decref(entry);
    } else if (json_array_append_new(all, entry) < 0) {
        rc = ls_error_nomem(err, 0);
    }
    return rc < 0 ? rc : write_json(b, "manifest.json", b->manifest, err);
}

/* Counts of records are those of the run of everything; of rows, what there is. What lateness costs
 * is told of all of them together, which nobody has counted. */
static int write_summary(const struct ls_backfill *b, struct ls_error *err)
{
    json_t *summary;
    int rc = read_json(b->into, "summary.json", &summary, err);
    const json_t *outputs = json_object_get(b->manifest, "outputs");
    for (size_t v = 0; rc == 0 && v < b->views->count; v++) {
        const struct ls_view *view = &b->views->views[v];
        char key[LS_PATH_MAX];
        snprintf(key, sizeof key, "%s/%s.avro", ls_view_folder(view), view->spec->name);
        json_t *own = json_object_get(json_object_get(summary, "views"), view->spec->name);
        json_t *rows = json_object_get(json_object_get(outputs, key), "records");
        if (json_object_set(own, "rows", rows) < 0) {
            rc = ls_error_set(err, LS_E_DATA, "%s/summary.json says nothing of view %s", b->into,
                              view->spec->name);
        }
    }
    if (rc == 0) {
        (void)json_object_del(summary, "lateness_cost"); /* where there is one */
        rc = write_json(b, "summary.json", summary, err);
    }
    json_decref(summary);
    return rc;
}

int ls_backfill_put(struct ls_backfill *b, struct ls_error *err)
{
    struct ls_arena arena;
    ls_arena_init(&arena, "paths of views", JSON_BYTES_MAX);
    const char **paths = ls_arena_new(&arena, b->views->count, sizeof *paths, err);
    int rc = paths ? 0 : err->code;
    for (size_t v = 0; rc == 0 && v < b->views->count; v++) {
        const struct ls_view *view = &b->views->views[v];
        paths[v] = ls_arena_printf(&arena, err, "datasets/%s/%s.avro", ls_view_folder(view),
                                   view->spec->name);
        rc = paths[v] ? make_file(b, view, paths[v], err) : err->code;
    }
    rc = rc < 0 ? rc : write_sums(b, err);
    rc = rc < 0 ? rc : write_manifest(b, err);
    rc = rc < 0 ? rc : write_summary(b, err);
    rc = rc < 0 ? rc : ls_replace_decide(b->into, paths, b->views->count, err);
    ls_arena_clear(&arena);
    return rc;
}
