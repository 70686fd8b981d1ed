/* RPL-2: a range of a run made anew, beside a live run. */
#include "conformance/cases.h"

#include "conformance/avro_file.h"
#include "conformance/logical.h"
#include "conformance/perturb.h"
#include "core/base/civil.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { BOUNDS = 4, RANGES = BOUNDS - 1, KEPT = 3 };
enum { SUM = 2 * LS_SHA256_SIZE + 2 }; /* of a line of SHA256SUMS: the digits, two spaces */

struct backfill {
    const char *older;            /* a log that lacks some records */
    const char *old, *run, *live; /* batch runs over it; a streaming run */
    int64_t bounds[BOUNDS];       /* of ranges that come to everything */
    uint64_t put, differ;         /* rows of the first range, views in which it is not as it was */
    uint64_t key, lost;
    struct ls_tree_sum kept[KEPT]; /* of `run`, before any range */
    uint64_t files, sums;          /* of those that were held; whose SHA256SUMS was */
    bool beside;                   /* the streaming run was at work all the while */
};

static int lose_some(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                     struct ls_error *err)
{
    struct backfill *b = context;
    if (ls_below(ls_word(b->key, p->position, (uint64_t)p->topic << 16 | p->partition), 30) == 0) {
        b->lost++;
        return 0;
    }
    return ls_perturb_append(p, record, err);
}

/* ---- what rows there should be */

/* The rows of a view's file, by the time that decides about ranges. */
static int digest_of(const char *run, const struct ls_spec_view *view, int64_t from, int64_t to,
                     struct ls_logical *out, struct ls_error *err)
{
    char name[LS_PATH_MAX];
    char path[LS_PATH_MAX];
    uint64_t schema;
    bool windows = view->window.member != NULL; /* A < end <= B */
    *out = (struct ls_logical){0};
    snprintf(name, sizeof name, "datasets/%s/%s.avro", view->when_text ? "alerts" : "views",
             view->name);
    int rc = ls_path_join(path, run, name, err);
    return rc < 0 ? rc
                  : ls_logical_of_part(path, windows ? "window_end" : "event_time", from + windows,
                                       to + windows, out, &schema, err);
}

static int check_part(struct ls_case_result *r, const struct backfill *b, const char *from_run,
                      const struct ls_spec_view *view, const char *where, int64_t from, int64_t to,
                      struct ls_error *err)
{
    struct ls_logical is;
    struct ls_logical should;
    struct ls_logical before;
    int rc = digest_of(b->run, view, from, to, &is, err);
    rc = rc < 0 ? rc : digest_of(from_run, view, from, to, &should, err);
    if (rc < 0 || memcmp(&is, &should, sizeof is) == 0) {
        return rc;
    }
    r->verdict = LS_VERDICT_FAIL;
    rc = digest_of(b->run, view, LS_TIME_MIN_MS, from, &before, err);
    return rc < 0
               ? rc
               : ls_buf_appendf(&r->detail, err,
                                "%s %s: the rows %s the range, from row %llu on, are not those "
                                "of %s: %llu instead of %llu, or others\n",
                                view->when_text ? "alerts" : "views", view->name, where,
                                (unsigned long long)before.records + 1, from_run,
                                (unsigned long long)is.records, (unsigned long long)should.records);
}

/* In the range the new answer, around it the old one. */
static int check_view(struct ls_verify *v, struct ls_case_result *r, struct backfill *b,
                      const struct ls_spec_view *view, struct ls_error *err)
{
    int64_t from = b->bounds[1];
    int64_t to = b->bounds[2];
    struct ls_logical old;
    struct ls_logical now;
    int rc = check_part(r, b, b->old, view, "before", b->bounds[0], from, err);
    rc = rc < 0 ? rc : check_part(r, b, v->base_batch, view, "of", from, to, err);
    rc = rc < 0 ? rc : check_part(r, b, b->old, view, "behind", to, b->bounds[3], err);
    rc = rc < 0 ? rc : digest_of(b->old, view, from, to, &old, err);
    rc = rc < 0 ? rc : digest_of(v->base_batch, view, from, to, &now, err);
    b->put += rc < 0 ? 0 : now.records;
    b->differ += rc == 0 && memcmp(&old, &now, sizeof old) != 0;
    return rc;
}

static int check_views(struct ls_verify *v, struct ls_case_result *r, struct backfill *b,
                       struct ls_error *err)
{
    const struct ls_spec_pipeline *pipeline = v->job->spec->pipeline;
    const struct ls_items *lists[] = {&pipeline->views, &pipeline->alerts};
    int rc = 0;
    for (size_t l = 0; l < 2; l++) {
        const struct ls_spec_view *views = lists[l]->items;
        for (size_t i = 0; rc == 0 && i < lists[l]->count; i++) {
            rc = check_view(v, r, b, &views[i], err);
        }
    }
    return rc;
}

/* All ranges: the new answer's views. */
static int compare_views(struct ls_verify *v, struct ls_case_result *r, const struct backfill *b,
                         struct ls_error *err)
{
    static const char *const kinds[] = {"datasets/views", "datasets/alerts"};
    struct ls_origin origin = {v->job->spec, v->base_log};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < 2; i++) {
        char folders[2][LS_PATH_MAX];
        struct ls_comparison comparison = {.left = "all ranges",
                                           .right = "batch",
                                           .level = (enum ls_level)v->job->target->level,
                                           .origin = &origin};
        rc = ls_path_join(folders[0], b->run, kinds[i], err);
        rc = rc < 0 ? rc : ls_path_join(folders[1], v->base_batch, kinds[i], err);
        if (rc < 0 || !ls_path_is_folder(folders[1])) {
            continue;
        }
        rc = ls_compare(folders[0], folders[1], &comparison, &r->detail, err);
        r->verdict = rc == LS_DIFFERS ? LS_VERDICT_FAIL : r->verdict;
        rc = rc < 0 ? rc : 0;
    }
    return rc;
}

/* What no range may touch. */
static const char *const kept_kinds[] = {"datasets/normalized", "datasets/quarantine",
                                         "datasets/late"};

static int sum_kept(const struct backfill *b, struct ls_tree_sum sums[KEPT], struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < KEPT; i++) {
        char folder[LS_PATH_MAX];
        sums[i] = (struct ls_tree_sum){0};
        rc = ls_path_join(folder, b->run, kept_kinds[i], err);
        rc = rc < 0 || !ls_path_is_folder(folder) ? rc : ls_tree_sha256(folder, &sums[i], err);
    }
    return rc;
}

/* To the byte as it was. */
static int check_kept(struct ls_case_result *r, struct backfill *b, struct ls_error *err)
{
    struct ls_tree_sum now[KEPT];
    int rc = sum_kept(b, now, err);
    for (size_t i = 0; rc == 0 && i < KEPT; i++) {
        b->files += now[i].files;
        if (now[i].files != b->kept[i].files || now[i].bytes != b->kept[i].bytes ||
            memcmp(&now[i].sha256, &b->kept[i].sha256, sizeof now[i].sha256) != 0) {
            r->verdict = LS_VERDICT_FAIL;
            rc = ls_buf_appendf(&r->detail, err,
                                "%s is not as it was: %zu files of %llu bytes instead of %zu of "
                                "%llu, or others\n",
                                kept_kinds[i], now[i].files, (unsigned long long)now[i].bytes,
                                b->kept[i].files, (unsigned long long)b->kept[i].bytes);
        }
    }
    return rc;
}

/* A line of SHA256SUMS, without its end. */
static int check_sum(struct ls_case_result *r, struct backfill *b, const char *line,
                     struct ls_error *err)
{
    char name[LS_PATH_MAX];
    char path[LS_PATH_MAX];
    char hex[LS_HEX_MAX];
    struct ls_sha256 sha256;
    uint64_t size;
    bool sound = strlen(line) > SUM && memcmp(line + SUM - 2, "  ", 2) == 0;
    snprintf(name, sizeof name, "datasets/%s", sound ? line + SUM : "");
    int rc = ls_path_join(path, b->run, name, err);
    sound = sound && rc == 0 && ls_file_sha256(path, &sha256, &size, err) == 0 &&
            memcmp(line, ls_hex(sha256.bytes, LS_SHA256_SIZE, hex), SUM - 2) == 0;
    b->sums += sound;
    if (rc < 0 || sound) {
        return rc;
    }
    r->verdict = LS_VERDICT_FAIL;
    return ls_buf_appendf(&r->detail, err, "SHA256SUMS does not hold: %.200s\n", line);
}

/* Where there are sums, they are those of the files. */
static int check_sums(struct ls_case_result *r, struct backfill *b, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    ls_buf_init(&text, "SHA256SUMS", 64U << 20);
    int rc = ls_path_join(path, b->run, "datasets/SHA256SUMS", err);
    if (rc == 0 && ls_path_exists(path)) {
        rc = ls_file_read(path, &text, err);
        rc = rc < 0 || ls_buf_text(&text, err) ? rc : err->code;
        for (char *line = (char *)text.data; rc == 0 && *line;) {
            char *end = line + strcspn(line, "\n");
            bool last = !*end;
            *end = '\0';
            rc = check_sum(r, b, line, err);
            line = last ? end : end + 1;
        }
    }
    ls_buf_clear(&text);
    return rc;
}

/* ---- the case */

/* When a row of a view ends: of the one in place `share`/3 or the first one behind it that ends
 * later than `behind`; of the last one where there is none. */
static int end_of_row(const char *path, const char *field, uint64_t rows, uint64_t share,
                      int64_t behind, int64_t *out, struct ls_error *err)
{
    struct ls_avro_file file;
    int rc = ls_avro_file_open(path, &file, err);
    if (rc < 0) {
        return rc;
    }
    *out = behind;
    for (uint64_t row = 0; row <= rows * share / 3 || *out <= behind; row++) {
        rc = ls_avro_file_next(&file, err);
        if (rc <= 0) {
            break;
        }
        (void)ls_avro_file_long(&file, field, out);
    }
    ls_avro_file_close(&file);
    return rc < 0 ? rc : 0;
}

/* Cuts time in three where rows of a view end, one with windows if there is any. */
static int set_bounds(struct ls_verify *v, struct backfill *b, struct ls_error *err)
{
    const struct ls_items *views = &v->job->spec->pipeline->views;
    const struct ls_spec_view *all = views->items;
    const struct ls_spec_view *view = all;
    struct ls_logical rows;
    char name[LS_PATH_MAX];
    char path[LS_PATH_MAX];
    if (!views->count) {
        return 0;
    }
    for (size_t i = 0; i < views->count && !view->window.member; i++) {
        view = &all[i];
    }
    const char *field = view->window.member ? "window_end" : "event_time";
    snprintf(name, sizeof name, "datasets/views/%s.avro", view->name);
    int rc = ls_path_join(path, v->base_batch, name, err);
    rc = rc < 0 ? rc : digest_of(v->base_batch, view, LS_TIME_MIN_MS, LS_TIME_MAX_MS, &rows, err);
    b->bounds[0] = LS_TIME_MIN_MS;
    for (uint64_t i = 1; rc == 0 && i < RANGES; i++) {
        rc = end_of_row(path, field, rows.records, i, b->bounds[i - 1], &b->bounds[i], err);
    }
    b->bounds[RANGES] = LS_TIME_MAX_MS;
    if (b->bounds[1] == b->bounds[2]) { /* all rows end at one time */
        b->bounds[1]--;
    }
    return rc;
}

static int run_range(struct ls_verify *v, const struct backfill *b, int range, struct ls_error *err)
{
    char times[2][LS_TIME_TEXT_MAX];
    char window[2 * LS_TIME_TEXT_MAX + 2];
    struct ls_exit exit;
    ls_time_format(b->bounds[range], times[0]);
    ls_time_format(b->bounds[range + 1], times[1]);
    snprintf(window, sizeof window, "%s..%s", times[0], times[1]);
    const struct ls_verify_run run = {
        .log = v->base_log, .to = b->run, .umask = -1, .window = window};
    return ls_verify_run(v, &run, &exit, err);
}

static bool is_at_work(void *context)
{
    const struct backfill *b = context;
    char path[LS_PATH_MAX];
    struct ls_error unheard;
    return ls_path_join(path, b->live, "datasets", &unheard) == 0 && ls_path_exists(path);
}

/* The middle range is made anew while a streaming run reads the same log: it has begun, and is held
 * until the range is there. */
static int run_beside(struct ls_verify *v, struct backfill *b, struct ls_error *err)
{
    struct ls_command command;
    struct ls_process process;
    struct ls_exit exit;
    struct ls_error unheard;
    uint64_t timeout_ms = (uint64_t)v->job->target->timeout_ms;
    const struct ls_verify_run live = {
        .stream = true, .log = v->base_log, .to = b->live, .umask = -1};
    int rc = ls_verify_command(v, &live, &command, err);
    rc = rc < 0 ? rc : ls_process_start(&command, &process, err);
    if (rc < 0) {
        return rc;
    }
    int begun = ls_process_until(&process, is_at_work, b, timeout_ms, &exit, err);
    if (begun < 0) {
        return begun;
    }
    if (begun) {
        ls_process_stop(&process);
    }
    rc = run_range(v, b, 1, err);
    if (begun && rc < 0) {
        bool killed;
        (void)ls_process_kill_after(&process, 0, &killed, &exit, &unheard);
    } else if (begun) {
        b->beside = true;
        ls_process_signal(&process, SIGCONT);
        rc = ls_process_wait(&process, timeout_ms, &exit, err);
    }
    return rc < 0 || (exit.exited && exit.status == 0)
               ? rc
               : ls_error_set(err, LS_E_DATA, "the run beside the backfill ended with %d: see %s",
                              exit.status, command.output);
}

static int prepare(struct ls_verify *v, struct backfill *b, struct ls_error *err)
{
    struct ls_exit exit;
    b->older = ls_verify_path(v, err, "cases/RPL-2/log");
    b->old = b->older ? ls_verify_path(v, err, "cases/RPL-2/old") : NULL;
    b->run = b->old ? ls_verify_path(v, err, "cases/RPL-2/run") : NULL;
    b->live = b->run ? ls_verify_path(v, err, "cases/RPL-2/stream") : NULL;
    if (!b->live) {
        return err->code;
    }
    const struct ls_verify_run old = {.log = b->older, .to = b->old, .umask = -1};
    const struct ls_verify_run again = {.log = b->older, .to = b->run, .umask = -1};
    int rc = ls_perturb_log(v->job->spec, v->base_log, b->older, lose_some, b, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &old, &exit, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &again, &exit, err);
    rc = rc < 0 ? rc : sum_kept(b, b->kept, err);
    return rc < 0 ? rc : set_bounds(v, b, err);
}

static int run_rpl_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct backfill b = {.key = ls_stream_key(v->job->seed, "RPL-2")};
    int rc = ls_verify_base(v, r, err);
    if (rc < 0 || r->verdict == LS_VERDICT_FAIL) {
        return rc;
    }
    rc = prepare(v, &b, err);
    bool cut = rc == 0 && b.bounds[2] > LS_TIME_MIN_MS; /* there are rows */
    if (cut) {
        rc = run_beside(v, &b, err);
        rc = rc < 0 ? rc : check_views(v, r, &b, err);
        rc = rc < 0 ? rc
                    : ls_verify_compare(v, r, v->base_log, b.live, "stream", v->base_batch, "batch",
                                        err);
        rc = rc < 0 ? rc : run_range(v, &b, 0, err);
        rc = rc < 0 ? rc : run_range(v, &b, 2, err);
        rc = rc < 0 ? rc : compare_views(v, r, &b, err);
        rc = rc < 0 ? rc : check_kept(r, &b, err);
        rc = rc < 0 ? rc : check_sums(r, &b, err);
    }
    ls_verify_count(r, "ranges", cut && rc == 0 ? RANGES : 0, true);
    ls_verify_count(r, "records that were missing", b.lost, true);
    ls_verify_count(r, "rows of the first range", b.put, true);
    ls_verify_count(r, "views that it changed", b.differ, true);
    ls_verify_count(r, "beside a live run", b.beside, true);
    ls_verify_count(r, "files that stayed", b.files, true);
    ls_verify_count(r, "sums that hold", b.sums, false);
    return rc;
}

const struct ls_case ls_case_rpl_2 = {
    .id = "RPL-2",
    .title = "ranges made anew in a run that is there, beside a live one",
    .text =
        "A batch run lacks records of the log. While a streaming run reads the whole log, the "
        "rows of a range are made anew in the batch run: it has to have the new answer's rows\n"
        "in the range and its own before and behind it, and the streaming run has to be as if "
        "alone. With two more ranges, that come to everything, the new answer's views are there;\n"
        "normalized records, quarantine and late rows are then to the byte what they were, and "
        "where "
        "there are SHA256SUMS they hold. The streaming run is held while the first range is made.",
    .knob = "backfill",
    .run = run_rpl_2,
};
