/* WIN-5, WIN-6: a row is written once, and when it is final. */
#include "conformance/cases.h"

#include "conformance/logical.h"
#include "core/base/hash.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES_MAX (1U << 20)

static bool has_windows(const struct ls_spec_view *view)
{
    return view->window.member != NULL;
}

/* ---- WIN-5 */

struct final_row {
    struct ls_sha256 key; /* of the group */
    int64_t start_ms, end_ms;
    uint64_t number;
};

struct finals {
    const struct ls_spec_view *view;
    struct final_row *rows;
    size_t count, room;
    struct ls_buf key;
};

/* Columns are window_start, window_end, those of the group's key, and the others. */
static int key_of(const struct ls_rows *rows, size_t keys, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    out->size = 0;
    for (size_t i = 2; rc == 0 && i < 2 + keys && i < rows->layout->count; i++) {
        const struct ls_cell *cell = &rows->cells[i];
        rc = ls_buf_appendf(out, err, "%d %lld %u ", cell->is_null,
                            (long long)(cell->is_null ? 0 : cell->number),
                            cell->is_null ? 0 : cell->size);
        rc = rc < 0 || cell->is_null ? rc : ls_buf_append(out, cell->bytes, cell->size, err);
    }
    return rc;
}

static int take_final(const struct ls_rows *rows, void *context, struct ls_error *err)
{
    struct finals *f = context;
    int rc = ls_mem_grow(&f->rows, &f->room, f->count + 1, sizeof *f->rows, err);
    rc = rc < 0 ? rc : key_of(rows, f->view->by.count, &f->key, err);
    if (rc < 0) {
        return rc;
    }
    struct final_row *row = &f->rows[f->count++];
    ls_sha256_of(f->key.data, f->key.size, &row->key);
    row->start_ms = ls_rows_number(rows, "window_start", INT64_MIN);
    row->end_ms = ls_rows_number(rows, "window_end", INT64_MIN);
    row->number = rows->count - 1;
    return 0;
}

static int by_group(const void *x, const void *y)
{
    const struct final_row *a = x;
    const struct final_row *b = y;
    int order = memcmp(&a->key, &b->key, sizeof a->key);
    if (order == 0) {
        order = (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
    }
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

/* Of one group, no window twice; and where windows do not overlap by what they are, none begins in
 * another. */
static int check_finals(struct ls_case_result *r, const struct finals *f, const char *run,
                        struct ls_error *err)
{
    bool apart = f->view->window.member != &ls_member_hopping;
    for (size_t i = 1; i < f->count; i++) {
        const struct final_row *a = &f->rows[i - 1];
        const struct final_row *b = &f->rows[i];
        if (memcmp(&a->key, &b->key, sizeof a->key) == 0 &&
            (a->start_ms == b->start_ms || (apart && b->start_ms < a->end_ms))) {
            return ls_verify_fail(
                r, err, "%s, view %s: row %llu and row %llu are of one group and window", run,
                f->view->name, (unsigned long long)a->number, (unsigned long long)b->number);
        }
    }
    return 0;
}

static int check_once(struct ls_case_result *r, const struct ls_spec_view *view, const char *run,
                      uint64_t *checked, struct ls_error *err)
{
    struct finals finals = {.view = view};
    ls_buf_init(&finals.key, "a group's key", KEY_BYTES_MAX);
    int rc = ls_verify_rows(run, view->name, take_final, &finals, err);
    if (rc == 0 && finals.count) {
        *checked += finals.count;
        qsort(finals.rows, finals.count, sizeof *finals.rows, by_group);
        rc = check_finals(r, &finals, run, err);
    }
    ls_mem_free(finals.rows);
    ls_buf_clear(&finals.key);
    return rc;
}

static int run_win_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    const struct ls_items *views = &v->job->spec->pipeline->views;
    const struct ls_spec_view *list = views->items;
    struct ls_exit exit;
    uint64_t checked = 0;
    const char *to = ls_verify_path(v, err, "cases/WIN-5/stream");
    int rc = to ? ls_verify_small(v, err) : err->code;
    if (rc < 0) {
        return rc;
    }
    struct ls_verify_run run = {.stream = true, /* as many steps as there can be */
                                .log = v->small_log,
                                .to = to,
                                .umask = -1,
                                .order = "random:5",
                                .batch_size = "7",
                                .checkpoint_records = "400"};
    rc = ls_verify_run(v, &run, &exit, err);
    rc = rc < 0 ? rc
                : ls_verify_compare(v, r, v->small_log, to, "stream", v->small_batch, "batch", err);
    for (size_t i = 0; rc == 0 && i < views->count; i++) {
        if (has_windows(&list[i])) {
            rc = check_once(r, &list[i], to, &checked, err);
            rc = rc < 0 ? rc : check_once(r, &list[i], v->small_batch, &checked, err);
        }
    }
    ls_verify_count(r, "rows of windows and sessions", checked, true);
    return rc;
}

const struct ls_case ls_case_win_5 = {
    .id = "WIN-5",
    .title = "one final row each",
    .text = "A stream that reads a few records at a time, with checkpoints in between where it can "
            "be told, writes one row for each group of a window: no window of a group is there\n"
            "twice, and where windows do not overlap no row's window begins in another's.",
    .run = run_win_5,
};

/* ---- WIN-6 */

/* The watermark of the last row of a normalized dataset, which is its greatest; INT64_MIN where
 * there is none. */
static int watermark_of(const char *run, const char *topic, unsigned partition, int64_t *out,
                        struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_rows rows;
    *out = INT64_MIN;
    if (snprintf(path, sizeof path, "%s/datasets/normalized/%s/%u.avro", run, topic, partition) >=
        LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, run);
    }
    int rc = ls_rows_open(path, &rows, err);
    rc = rc < 0 ? rc : ls_rows_layout(&rows, err);
    while (rc >= 0 && (rc = ls_rows_next(&rows, err)) > 0) {
        rc = ls_rows_decode(&rows, err);
        int64_t watermark = rc < 0 ? INT64_MIN : ls_rows_number(&rows, "watermark", INT64_MIN);
        *out = watermark > *out ? watermark : *out;
    }
    ls_rows_close(&rows);
    return rc;
}

/* At most what the low watermark of a view is at the end of a run's input: what of it the admitted
 * records tell. */
static int low_watermark(const struct ls_spec *spec, const struct ls_spec_view *view,
                         const char *run, int64_t *low, struct ls_error *err)
{
    int rc = 0;
    *low = INT64_MAX;
    for (size_t s = 0; s < view->source_count; s++) {
        for (unsigned p = 0; rc == 0 && p < (unsigned)spec->topics->partitions; p++) {
            int64_t one;
            rc = watermark_of(run, view->sources[s]->topic, p, &one, err);
            *low = one < *low ? one : *low;
        }
    }
    return rc;
}

struct finished {
    int64_t low_ms;
    struct ls_logical digest;
    struct ls_buf canonical;
};

static int add_finished(const struct ls_rows *rows, void *context, struct ls_error *err)
{
    struct finished *f = context;
    if (ls_rows_number(rows, "window_end", INT64_MIN) > f->low_ms) {
        return 0;
    }
    f->canonical.size = 0;
    int rc = ls_row_canonical(rows->layout, rows->cells, &f->canonical, err);
    if (rc == 0) {
        ls_logical_add(&f->digest, f->canonical.data, f->canonical.size);
    }
    return rc;
}

/* What the watermark has passed is final: the whole log adds nothing to it and changes nothing. */
static int check_finished(struct ls_verify *v, struct ls_case_result *r,
                          const struct ls_spec_view *view, const char *run, uint64_t *finals,
                          struct ls_error *err)
{
    struct finished of[2] = {{0}};
    const char *const runs[] = {run, v->small_batch};
    int rc = low_watermark(v->job->spec, view, run, &of[0].low_ms, err);
    for (int i = 0; rc == 0 && i < 2; i++) {
        of[i].low_ms = of[0].low_ms;
        ls_buf_init(&of[i].canonical, "canonical row", KEY_BYTES_MAX);
        rc = ls_verify_rows(runs[i], view->name, add_finished, &of[i], err);
        ls_buf_clear(&of[i].canonical);
    }
    *finals += of[0].digest.records;
    if (rc == 0 && memcmp(&of[0].digest, &of[1].digest, sizeof of[0].digest) != 0) {
        rc = ls_verify_fail(r, err,
                            "view %s: of windows that end up to %lld, %s has %llu rows, and the "
                            "whole log gives %llu, or others",
                            view->name, (long long)of[0].low_ms, run,
                            (unsigned long long)of[0].digest.records,
                            (unsigned long long)of[1].digest.records);
    }
    return rc;
}

static int run_win_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    const struct ls_items *views = &v->job->spec->pipeline->views;
    const struct ls_spec_view *list = views->items;
    uint64_t finals = 0;
    uint64_t records = 0;
    int rc = ls_verify_small(v, err);
    for (int quarter = 1; rc == 0 && r->verdict != LS_VERDICT_FAIL && quarter < 4; quarter++) {
        const char *name = ls_arena_printf(&v->arena, err, "%d-of-4", quarter);
        const char *log = name ? ls_verify_path(v, err, "cases/WIN-6/%s-log", name) : NULL;
        const char *batch;
        rc = log ? ls_verify_prefix(v, log, quarter, &records, err) : err->code;
        struct ls_verify_run run = {.log = log, .umask = -1, .order = "sequential"};
        rc = rc < 0 ? rc : ls_verify_both(v, r, name, run, &batch, err);
        for (size_t i = 0; rc == 0 && r->verdict != LS_VERDICT_FAIL && i < views->count; i++) {
            rc = has_windows(&list[i]) ? check_finished(v, r, &list[i], batch, &finals, err) : 0;
        }
    }
    ls_verify_count(r, "records of prefixes", records, true);
    ls_verify_count(r, "final rows", finals, true);
    return rc;
}

const struct ls_case ls_case_win_6 = {
    .id = "WIN-6",
    .title = "what is written early is right for good",
    .text =
        "Stream and batch are run over a quarter of the log, a half, three quarters, and agree. "
        "The rows of windows and sessions that the watermark had passed by then are those\n"
        "that the whole log gives of these windows: nothing is added to them, and none is "
        "taken back.",
    .run = run_win_6,
};
