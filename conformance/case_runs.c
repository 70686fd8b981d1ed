/* What several cases do: runs of a log of their own, views of their own, rows looked at. */
#include "conformance/verify_internal.h"

#include "core/log/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
        rc = ls_log_read(reader, LS_SMALL_EVENTS, &records, &count, err);
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

/* Has some view or alert rule records to be made of? Event types of later steps of a session come
 * late. */
static bool shows_something(const struct ls_verify *v)
{
    const struct ls_spec *spec = v->job->spec;
    const struct ls_items *const lists[] = {&spec->pipeline->views, &spec->pipeline->alerts};
    bool some = spec->pipeline->views.count + spec->pipeline->alerts.count == 0;
    for (size_t k = 0; k < 2; k++) {
        const struct ls_spec_view *views = lists[k]->items;
        for (size_t i = 0; !some && i < lists[k]->count; i++) {
            some = true;
            for (size_t s = 0; s < views[i].source_count; s++) {
                const struct ls_spec_event_type *types = spec->event_types.items;
                some &= v->small_counts[views[i].sources[s] - types] >= LS_SMALL_EVENTS / 50;
            }
        }
    }
    return some;
}

/* As many events as show something, if so many are allowed. */
static int generate_small(struct ls_verify *v, const char *truth, struct ls_error *err)
{
    struct ls_exit exit;
    int rc = 0;
    for (uint64_t events = LS_SMALL_EVENTS; rc == 0; events *= 4) {
        bool all = events >= v->job->case_events;
        rc = ls_tree_remove(v->small_log, err);
        rc = rc < 0 ? rc : ls_tree_remove(truth, err);
        rc = rc < 0 ? rc
                    : ls_verify_generate(v, v->small_log, truth, all ? v->job->case_events : events,
                                         NULL, &exit, err);
        rc = rc < 0 ? rc : measure(v, err);
        if (rc == 0 && (all || shows_something(v))) {
            break;
        }
    }
    return rc;
}

int ls_verify_small(struct ls_verify *v, struct ls_error *err)
{
    struct ls_exit exit;
    if (v->has_small) {
        return 0;
    }
    v->small_log = ls_verify_path(v, err, "cases/small/log");
    v->small_batch = ls_verify_path(v, err, "cases/small/batch");
    const char *truth = ls_verify_path(v, err, "cases/small/truth");
    if (!v->small_log || !v->small_batch || !truth) {
        return err->code;
    }
    struct ls_verify_run batch = {.log = v->small_log, .to = v->small_batch, .umask = -1};
    int rc = ls_path_is_folder(v->small_log) /* a run that failed before */
                 ? ls_error_set(err, LS_E_DATA,
                                "the run that this case builds on failed before: see the first "
                                "case that says so, and cases/small of this run")
                 : generate_small(v, truth, err);
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
