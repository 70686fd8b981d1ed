#include "pipeline/batch/batch_watch.h"

#include "core/obs/clock.h"

int ls_batch_watch_begin(struct ls_batch_watch *w, const struct ls_run_watch *watch,
                         struct ls_outputs *outputs, const struct ls_log *log, unsigned workers,
                         struct ls_error *err)
{
    *w = (struct ls_batch_watch){.outputs = outputs, .begin_ns = ls_clock_ns()};
    if (!watch) {
        return 0;
    }
    outputs->journal = watch->journal;
    int rc = ls_run_numbers_init(&w->numbers, outputs, "batch", err);
    for (size_t i = 0; rc == 0 && i < outputs->plan->topic_count * outputs->partitions; i++) {
        w->numbers.parts[i].end = ls_log_count(log, (uint32_t)(i / outputs->partitions),
                                               (uint32_t)(i % outputs->partitions));
    }
    w->numbers.workers = workers;
    w->watch = rc < 0 ? NULL : watch;
    return rc;
}

static void show(struct ls_batch_watch *w)
{
    w->numbers.elapsed_ns = ls_clock_ns() - w->begin_ns;
    w->watch->show(w->watch->context, &w->numbers);
}

static void show_if_due(struct ls_batch_watch *w)
{
    if (w->watch->is_due(w->watch->context)) {
        show(w);
    }
}

void ls_batch_watch_records(struct ls_batch_watch *w, size_t part,
                            const struct ls_partition_counts *counts, const int64_t *clock_ms)
{
    if (!w->watch) {
        return;
    }
    struct ls_partition_numbers *p = &w->numbers.parts[part];
    if (counts->raw > p->position) { /* an earlier pass counts nothing, but may have a clock */
        w->numbers.records += counts->raw - p->position;
        p->position = counts->raw;
        p->counts = *counts;
        p->has_clock = clock_ms != NULL;
        p->clock_ms = clock_ms ? *clock_ms : 0;
    }
    show_if_due(w);
}

void ls_batch_watch_partition(struct ls_batch_watch *w, size_t part)
{
    const struct ls_views *views = w->outputs->views;
    for (size_t v = 0; w->watch && v < views->count; v++) {
        w->numbers.of_views[v].late += ls_outputs_late_count(
            w->outputs, &views->views[v], (uint32_t)(part / w->outputs->partitions),
            (uint32_t)(part % w->outputs->partitions));
    }
}

void ls_batch_watch_view(struct ls_batch_watch *w, size_t view)
{
    if (w->watch) {
        w->numbers.of_views[view].rows = ls_outputs_row_count(w->outputs,
                                                              &w->outputs->views->views[view]);
        show_if_due(w);
    }
}

void ls_batch_watch_end(struct ls_batch_watch *w)
{
    if (w->watch) {
        show(w);
    }
    ls_run_numbers_clear(&w->numbers);
}
