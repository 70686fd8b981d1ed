/* What several cases do: runs of a log of their own, views of their own, rows looked at. */
#include "conformance/verify_internal.h"

#include "core/log/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int ls_verify_skip(struct ls_case_result *result, struct ls_error *err, const char *why)
{
    result->verdict = LS_VERDICT_SKIP;
    return ls_buf_appendf(&result->detail, err, "%s\n", why);
}

int ls_verify_fail(struct ls_case_result *result, struct ls_error *err, const char *format, ...)
{
    char text[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    result->verdict = LS_VERDICT_FAIL;
    return ls_buf_appendf(&result->detail, err, "%s\n", text);
}

/* ---- the small log */

#define SMALL_LEAST   4000  /* events */
#define SMALL_MOST    64000 /* the naive recomputation has them all in memory */
#define SMALL_RECORDS 100   /* of an event type */
#define READ_BATCH    1024

static int measure_partition(struct ls_verify *v, const struct ls_log *log, uint32_t topic,
                             uint32_t partition, struct ls_error *err)
{
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count = 1;
    int rc = ls_log_reader_new(log, topic, partition, 0, &reader, err);
    if (rc < 0) {
        return rc;
    }
    while (rc == 0 && count) {
        rc = ls_log_read(reader, READ_BATCH, &records, &count, err);
        for (size_t i = 0; rc == 0 && i < count; i++) {
            int64_t at = records[i].timestamp_ms;
            v->small_first_ms = at < v->small_first_ms ? at : v->small_first_ms;
            v->small_last_ms = at > v->small_last_ms ? at : v->small_last_ms;
        }
    }
    ls_log_reader_free(reader);
    return rc;
}

static int measure(struct ls_verify *v, struct ls_error *err)
{
    struct ls_log *log;
    size_t topics;
    const char *uri = ls_arena_printf(&v->arena, err, "log:%s", v->small_log);
    int rc = uri ? ls_log_open(uri, false, &log, err) : err->code;
    if (rc < 0) {
        return rc;
    }
    const struct ls_log_topic *list = ls_log_topics(log, &topics);
    v->small_first_ms = INT64_MAX;
    v->small_last_ms = INT64_MIN;
    for (size_t t = 0; t < topics && t < LS_SPEC_EVENT_TYPES_MAX; t++) {
        v->small_counts[t] = 0;
        for (uint32_t p = 0; rc == 0 && p < list[t].partitions; p++) {
            v->small_counts[t] += ls_log_count(log, (uint32_t)t, p);
            rc = measure_partition(v, log, (uint32_t)t, p, err);
        }
    }
    ls_log_close(log);
    return rc;
}

/* Has the log something of each event type that the view reads, and may a window end in it? */
static bool is_enough_for(const struct ls_verify *v, const struct ls_spec_view *view)
{
    int64_t size = view->window.member == &ls_member_tumbling
                       ? ((const struct ls_window_tumbling *)view->window.settings)->size_ms
                   : view->window.member == &ls_member_hopping
                       ? ((const struct ls_window_hopping *)view->window.settings)->size_ms
                       : 0;
    bool enough = true;
    for (size_t s = 0; enough && s < view->source_count; s++) {
        const struct ls_spec_event_type *type = view->sources[s];
        enough = v->small_counts[type->index] >= SMALL_RECORDS &&
                 v->small_last_ms - v->small_first_ms >=
                     size + ls_spec_watermark_delay(v->job->spec, type);
    }
    return enough;
}

static bool is_enough(const struct ls_verify *v)
{
    const struct ls_items *views = &v->job->spec->pipeline->views;
    const struct ls_spec_view *list = views->items;
    bool enough = views->count == 0;
    for (size_t i = 0; !enough && i < views->count; i++) {
        enough = is_enough_for(v, &list[i]);
    }
    return enough;
}

static int make_small(struct ls_verify *v, const char *truth, struct ls_error *err)
{
    struct ls_exit exit;
    uint64_t most = v->job->case_events < SMALL_MOST ? v->job->case_events : SMALL_MOST;
    int rc = 0;
    for (uint64_t events = SMALL_LEAST;; events *= 2) {
        events = events < most ? events : most;
        rc = ls_verify_generate(v, v->small_log, truth, events, NULL, &exit, err);
        rc = rc < 0 ? rc : measure(v, err);
        if (rc < 0 || events == most || is_enough(v)) {
            return rc;
        }
        rc = ls_tree_remove(v->small_log, err);
        rc = rc < 0 ? rc : ls_tree_remove(truth, err);
        if (rc < 0) {
            return rc;
        }
    }
}

int ls_verify_small(struct ls_verify *v, struct ls_error *err)
{
    struct ls_exit exit;
    if (v->has_small) {
        return 0;
    }
    if (v->small_log) {
        v->lacks_base = true;
        return ls_error_set(err, LS_E_DATA,
                            "the run that this case builds on failed before: see the first case "
                            "that says so, and %s/cases/small",
                            v->job->out);
    }
    v->small_log = ls_verify_path(v, err, "cases/small/log");
    v->small_batch = ls_verify_path(v, err, "cases/small/batch");
    const char *truth = ls_verify_path(v, err, "cases/small/truth");
    if (!v->small_log || !v->small_batch || !truth) {
        return err->code;
    }
    struct ls_verify_run batch = {.log = v->small_log, .to = v->small_batch, .umask = -1};
    int rc = make_small(v, truth, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &batch, &exit, err);
    v->has_small = rc == 0;
    return rc;
}

struct prefix {
    int64_t end_ms;
    uint32_t topic, partition;
    bool ended;
    uint64_t records;
};

static int take_prefix(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                       struct ls_error *err)
{
    struct prefix *x = context;
    if (p->position == 0 || p->topic != x->topic || p->partition != x->partition) {
        x->topic = p->topic;
        x->partition = p->partition;
        x->ended = false;
    }
    x->ended |= record->timestamp_ms >= x->end_ms;
    x->records += !x->ended;
    return x->ended ? 0 : ls_perturb_append(p, record, err);
}

int ls_verify_prefix(struct ls_verify *v, const char *log, int quarters, uint64_t *records,
                     struct ls_error *err)
{
    struct prefix prefix = {.end_ms = INT64_MAX};
    if (quarters < 4) {
        prefix.end_ms = v->small_first_ms + (v->small_last_ms - v->small_first_ms) / 4 * quarters;
    }
    int rc = ls_perturb_log(v->job->spec, v->small_log, log, take_prefix, &prefix, err);
    *records += prefix.records;
    return rc;
}

const struct ls_spec_event_type *ls_verify_busiest(const struct ls_verify *v,
                                                   bool (*suits)(const struct ls_spec_field *),
                                                   const struct ls_spec_field **field)
{
    const struct ls_spec *spec = v->job->spec;
    const struct ls_spec_event_type *best = NULL;
    for (size_t t = 0; t < spec->event_types.count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(spec, t);
        size_t f = 0;
        while (suits && f < type->field_count && !suits(type->fields[f])) {
            f++;
        }
        bool has = !suits || f < type->field_count;
        if (has && v->small_counts[t] > (best ? v->small_counts[best->index] : 0)) {
            best = type;
            if (field) {
                *field = type->fields[f];
            }
        }
    }
    return best;
}

/* ---- runs */

int ls_verify_both(struct ls_verify *v, struct ls_case_result *result, const char *name,
                   struct ls_verify_run run, const char **batch, struct ls_error *err)
{
    struct ls_exit exit;
    const char *stream = ls_verify_path(v, err, "cases/%s/%s-stream", result->which->id, name);
    *batch = ls_verify_path(v, err, "cases/%s/%s-batch", result->which->id, name);
    if (!stream || !*batch) {
        return err->code;
    }
    run.stream = true;
    run.to = stream;
    int rc = ls_verify_run(v, &run, &exit, err);
    run.stream = false;
    run.to = *batch;
    rc = rc < 0 ? rc : ls_verify_run(v, &run, &exit, err);
    return rc < 0 ? rc
                  : ls_verify_compare(v, result, run.log, stream, "stream", *batch, "batch", err);
}

int ls_verify_as_before(struct ls_verify *v, struct ls_case_result *result, const char *name,
                        struct ls_verify_run run, struct ls_error *err)
{
    const char *batch;
    run.log = v->small_log;
    int rc = ls_verify_both(v, result, name, run, &batch, err);
    return rc < 0 || result->verdict == LS_VERDICT_FAIL
               ? rc
               : ls_verify_compare(v, result, run.log, batch, name, v->small_batch, "batch", err);
}

int ls_verify_naive(struct ls_verify *v, struct ls_case_result *result, const struct ls_spec *spec,
                    const char *log, const char *run, struct ls_naive_counts *counts,
                    struct ls_error *err)
{
    char reference[LS_PATH_MAX];
    char datasets[LS_PATH_MAX];
    int rc = ls_path_join(reference, log, "reference", err);
    rc = rc < 0 ? rc : ls_path_join(datasets, run, "datasets", err);
    struct ls_naive naive = {spec, log, reference, datasets,
                             v->job->target->level == LS_LEVEL_LOGICAL};
    rc = rc < 0 ? rc : ls_naive_check(&naive, counts, &result->detail, err);
    if (rc == LS_DIFFERS) {
        result->verdict = LS_VERDICT_FAIL;
    }
    return rc < 0 ? rc : 0;
}

bool ls_verify_on_path(const char *program)
{
    char path[LS_PATH_MAX];
    const char *at = getenv("PATH");
    bool found = false;
    while (!found && at && *at) {
        size_t size = strcspn(at, ":");
        int length = snprintf(path, sizeof path, "%.*s/%s", (int)size, at, program);
        found = length > 0 && length < LS_PATH_MAX && access(path, X_OK) == 0;
        at += size + (at[size] == ':');
    }
    return found;
}

/* ---- views of a case's own */

int ls_verify_derive(struct ls_verify *v, const char *views, struct ls_derived *derived,
                     struct ls_error *err)
{
    struct ls_layers layers = *v->job->layers;
    struct ls_buf report;
    size_t count = 0;
    while (layers.sets && layers.sets[count]) {
        count++;
    }
    const char **sets = ls_arena_new(&v->arena, count + 5, sizeof *sets, err);
    const char *own = ls_arena_printf(&v->arena, err, "pipeline.views=%s", views);
    *derived = (struct ls_derived){0};
    if (!sets || !own) {
        return err->code;
    }
    const char *const more[] = {"quality=[]", "normalize={}", "pipeline.alerts=[]", own};
    memcpy(sets, layers.sets ? layers.sets : sets, count * sizeof *sets);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        sets[count + i] = more[i];
        derived->options[2 * i] = "--set";
        derived->options[2 * i + 1] = more[i];
    }
    layers.sets = sets;
    ls_buf_init(&report, "diagnostics", 1U << 20);
    int rc = ls_spec_load(&layers, &derived->spec, &report, err);
    if (rc == LS_E_DATA) {
        const char *why = ls_buf_text(&report, err);
        rc = ls_error_set(err, LS_E_BUG, "the spec does not load with the views of a case: %s",
                          why ? why : "");
    }
    ls_buf_clear(&report);
    return rc;
}

int ls_verify_own_views(struct ls_verify *v, struct ls_case_result *result, const char *views,
                        ls_rewrite_fn *each, void *context, const char **batch,
                        struct ls_error *err)
{
    struct ls_derived derived = {0};
    struct ls_naive_counts counts;
    uint64_t changed;
    const char *log = each ? ls_verify_path(v, err, "cases/%s/log", result->which->id)
                           : v->small_log;
    int rc = log ? ls_verify_derive(v, views, &derived, err) : err->code;
    if (rc == 0 && each) {
        rc = ls_rewrite_log(v->job->spec, v->small_log, log, each, context, &changed, err);
    }
    struct ls_verify_run run = {.log = log, .umask = -1, .extra = derived.options};
    rc = rc < 0 ? rc : ls_verify_both(v, result, "own", run, batch, err);
    rc = rc < 0 || result->verdict == LS_VERDICT_FAIL
             ? rc
             : ls_verify_naive(v, result, derived.spec, log, *batch, &counts, err);
    ls_spec_free(derived.spec);
    return rc;
}

int ls_verify_rows(const char *run, const char *view, ls_row_fn *each, void *context,
                   struct ls_error *err)
{
    struct ls_rows rows;
    char path[LS_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/datasets/views/%s.avro", run, view) >= LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, run);
    }
    int rc = ls_rows_open(path, &rows, err);
    rc = rc < 0 ? rc : ls_rows_layout(&rows, err);
    while (rc >= 0 && (rc = ls_rows_next(&rows, err)) > 0) {
        rc = ls_rows_decode(&rows, err);
        rc = rc < 0 ? rc : each(&rows, context, err);
    }
    ls_rows_close(&rows);
    return rc;
}
