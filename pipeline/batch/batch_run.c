#include "pipeline/batch/batch_internal.h"

#include "core/base/mem.h"
#include "core/obs/clock.h"
#include "pipeline/view/row.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- one view */

struct row_target {
    const struct ls_scope *scope;
    struct ls_outputs *outputs;
    const struct ls_view *view;
};

static int write_row(void *context, const uint8_t *row, size_t size, struct ls_error *err)
{
    const struct row_target *target = context;
    if (target->scope->is_range) {
        int64_t time = ls_row_time(target->view, row, size);
        if (time < target->scope->from_ms || time >= target->scope->to_ms) {
            return 0;
        }
    }
    return ls_outputs_row(target->outputs, target->view, row, size, NULL, err);
}

static int do_view(struct batch_worker *w, size_t v)
{
    struct batch_run *run = w->run;
    struct ls_scan_part *parts[LS_BATCH_WORKERS_MAX];
    for (unsigned i = 0; i < run->job->workers; i++) {
        parts[i] = &run->workers[i]->parts[v];
    }
    struct row_target target = {run->scope, run->outputs, &run->job->views->views[v]};
    const struct ls_scan_job job = {.view = target.view,
                                    .parts = parts,
                                    .part_count = run->job->workers,
                                    .folder = run->temporary,
                                    .memory = run->memory_each / 2,
                                    .row = write_row,
                                    .context = &target};
    int rc = ls_scan(&job, &w->err);
    pthread_mutex_lock(&run->lock);
    ls_batch_watch_view(&run->watch, v);
    pthread_mutex_unlock(&run->lock);
    return rc;
}

/* ---- workers */

static bool take(struct batch_run *run, size_t end, size_t *task)
{
    pthread_mutex_lock(&run->lock);
    bool some = !run->failed && run->next < end;
    *task = run->next;
    run->next += some;
    pthread_mutex_unlock(&run->lock);
    return some;
}

static void work(struct batch_worker *w, size_t end,
                 int (*task)(struct batch_worker *w, size_t number))
{
    size_t number;
    while (w->rc == 0 && take(w->run, end, &number)) {
        w->rc = task(w, number);
    }
    if (w->rc < 0) {
        pthread_mutex_lock(&w->run->lock);
        w->run->failed = true;
        pthread_mutex_unlock(&w->run->lock);
    }
}

static void *partitions_main(void *argument)
{
    struct batch_worker *w = argument;
    work(w, w->run->part_count, ls_batch_partition);
    return NULL;
}

static void *views_main(void *argument)
{
    struct batch_worker *w = argument;
    work(w, w->run->job->views->count, do_view);
    return NULL;
}

/* All workers do one kind of task until none is left. */
static int phase(struct batch_run *run, void *(*entry)(void *argument), struct ls_error *err)
{
    unsigned started = 0;
    run->next = 0;
    for (unsigned i = 1; i < run->job->workers; i++, started++) {
        if (pthread_create(&run->workers[i]->thread, NULL, entry, run->workers[i]) != 0) {
            break; /* fewer threads do the same work */
        }
    }
    entry(run->workers[0]);
    for (unsigned i = 1; i <= started; i++) {
        pthread_join(run->workers[i]->thread, NULL);
    }
    for (unsigned i = 0; i <= started; i++) {
        if (run->workers[i]->rc < 0) {
            *err = run->workers[i]->err;
            return run->workers[i]->rc;
        }
    }
    return 0;
}

static int worker_new(struct batch_run *run, struct batch_worker **out, struct ls_error *err)
{
    size_t views = run->job->views->count;
    struct batch_worker *w = ls_mem_new(1, sizeof *w, err);
    *out = w;
    if (!w) {
        return err->code;
    }
    w->run = run;
    w->parts = ls_mem_new(views, sizeof *w->parts, err);
    w->costs = w->parts ? ls_mem_new(views, sizeof *w->costs, err) : NULL;
    int rc = w->costs ? ls_kept_new(run->memory_each / LS_BATCH_KEPT_SHARE, &w->kept, err)
                      : err->code;
    for (size_t v = 0; rc == 0 && v < views; v++) {
        rc = ls_scan_part_new(&run->job->views->views[v], run->temporary,
                              run->memory_each / 2 / views, &w->parts[v], err);
    }
    return rc;
}

static void worker_free(struct batch_run *run, struct batch_worker *w)
{
    for (size_t v = 0; w && w->parts && v < run->job->views->count; v++) {
        ls_scan_part_clear(&w->parts[v]);
    }
    ls_kept_free(w ? w->kept : NULL);
    ls_repeats_free(w ? w->repeats : NULL);
    ls_mem_free(w ? w->parts : NULL);
    ls_mem_free(w ? w->costs : NULL);
    ls_mem_free(w);
}

static int begin(struct batch_run *run, struct ls_error *err)
{
    const struct ls_batch_job *job = run->job;
    int rc = ls_log_open(job->from, false, &run->log, err);
    rc = rc < 0 ? rc : ls_record_plan_select(job->plan, run->log, &run->partitions, err);
    rc = rc < 0 ? rc : ls_path_join(run->temporary, job->to, "sort.tmp", err);
    rc = rc < 0                 ? rc
         : run->scope->is_range ? ls_outputs_open_views(job->plan, job->views, run->partitions,
                                                        job->to, &run->outputs, err)
                                : ls_outputs_open(job->plan, job->views, run->partitions, job->to,
                                                  NULL, &run->outputs, err);
    rc = rc < 0 ? rc : ls_tree_remove(run->temporary, err); /* of a run that was killed */
    rc = rc < 0 ? rc
                : ls_batch_watch_begin(&run->watch, job->watch, run->outputs, run->log,
                                       job->workers, err);
    if (rc < 0) {
        return rc;
    }
    run->part_count = job->plan->topic_count * run->partitions;
    run->memory_each = job->memory / job->workers;
    run->counts = ls_mem_new(run->part_count, sizeof *run->counts, err);
    run->workers = run->counts ? ls_mem_new(job->workers, sizeof(struct batch_worker *), err)
                               : NULL;
    rc = run->workers ? 0 : err->code;
    for (unsigned i = 0; rc == 0 && i < job->workers; i++) {
        rc = worker_new(run, &run->workers[i], err);
    }
    for (size_t i = 0; i < run->part_count; i++) {
        run->total += ls_batch_readings(run->scope) * ls_log_count(run->log,
                                                                   (uint32_t)(i / run->partitions),
                                                                   (uint32_t)(i % run->partitions));
    }
    return rc;
}

static int finish(struct batch_run *run, struct ls_batch_result *out, uint64_t begin_ns,
                  struct ls_error *err)
{
    struct ls_lateness_cost *costs = run->workers[0]->costs; /* becomes everybody's */
    for (size_t i = 0; i < run->part_count; i++) {
        out->records += run->counts[i].raw;
    }
    for (unsigned i = 0; i < run->job->workers; i++) {
        for (size_t v = 0; v < run->job->views->count; v++) {
            out->spilled_runs += ls_sorter_runs(run->workers[i]->parts[v].records);
            if (i > 0) {
                costs[v].late += run->workers[i]->costs[v].late;
                costs[v].expired += run->workers[i]->costs[v].expired;
            }
        }
    }
    out->facts = (struct ls_run_facts){.mode = "batch",
                                       .scope = run->scope,
                                       .costs = costs,
                                       .records = out->records,
                                       .elapsed_us = (ls_clock_ns() - begin_ns) / 1000,
                                       .workers = run->job->workers,
                                       .threads = run->job->workers};
    return ls_outputs_finish(run->outputs, run->counts, &out->facts, err);
}

/* The folder of the sorters' runs, which went with the sorters; an error that is there already
 * stays. */
static int remove_temporary(const struct batch_run *run, int rc, struct ls_error *err)
{
    struct ls_error unheard;
    int removed = run->outputs ? ls_tree_remove(run->temporary, rc < 0 ? &unheard : err) : 0;
    return rc < 0 ? rc : removed;
}

int ls_batch_run(const struct ls_batch_job *job, struct ls_batch_result *out, struct ls_error *err)
{
    struct batch_run run = {.job = job, .scope = job->scope ? job->scope : &ls_scope_all};
    uint64_t begin_ns = ls_clock_ns();
    memset(out, 0, sizeof *out);
    pthread_mutex_init(&run.lock, NULL);
    int rc = begin(&run, err);
    rc = rc < 0 ? rc : phase(&run, partitions_main, err);
    rc = rc < 0 ? rc : phase(&run, views_main, err);
    rc = rc < 0 ? rc : finish(&run, out, begin_ns, err);
    ls_batch_watch_end(&run.watch);
    for (unsigned i = 0; run.workers && i < job->workers; i++) {
        worker_free(&run, run.workers[i]);
    }
    rc = remove_temporary(&run, rc, err);
    ls_mem_free(run.workers);
    ls_mem_free(run.counts);
    ls_outputs_free(run.outputs);
    ls_log_close(run.log);
    pthread_mutex_destroy(&run.lock);
    return rc;
}
