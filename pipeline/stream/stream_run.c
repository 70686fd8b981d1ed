#include "pipeline/stream/stream_run.h"

#include "core/base/draw.h"
#include "core/base/mem.h"
#include "core/obs/clock.h"
#include "pipeline/stream/checkpoint.h"

#include <pthread.h>
#include <string.h>

struct run;

struct worker {
    struct run *run;
    unsigned number;
    pthread_t thread;
    uint64_t draws;
    uint64_t taken;
    int rc;
    struct ls_error err;
};

struct run {
    const struct ls_stream_job *job;
    struct ls_log *log;
    struct ls_stream *stream;
    struct ls_outputs *outputs;
    struct ls_checkpoints *checkpoints;
    size_t part_count;
    struct ls_log_reader **readers; /* [part] */
    int64_t limit;                  /* data time up to which partitions are read in this round */
    bool stop;
    struct worker *workers;
    pthread_mutex_t gate; /* held while workers are started */
    bool refused;         /* fewer were started than the barriers wait for: none of them begins */
    pthread_barrier_t begin, end;
    uint64_t done, total;
};

/* ---- one worker's share of a round */

static bool exhausted(const struct run *run, size_t part)
{
    const struct ls_stream_partition *p = &run->stream->parts[part];
    return p->position >= ls_log_count(run->log, p->topic, p->partition);
}

static int read_batch(struct worker *w, size_t part, size_t count_max)
{
    const struct ls_log_record *records;
    size_t count;
    int rc = ls_log_read(w->run->readers[part], count_max, &records, &count, &w->err);
    rc = rc < 0 ? rc : ls_stream_take(w->run->stream, w->number, part, records, count, &w->err);
    w->taken += rc < 0 ? 0 : count;
    return rc;
}

/* Partitions of this worker, in the order that the job wants. */
static size_t nth_part(const struct worker *w, size_t k)
{
    unsigned workers = w->run->job->workers;
    size_t mine = (w->run->part_count - w->number + workers - 1) / workers;
    k = w->run->job->order == LS_ORDER_REVERSE ? mine - 1 - k : k;
    return w->number + k * workers;
}

static size_t part_total(const struct worker *w)
{
    unsigned workers = w->run->job->workers;
    return w->number < w->run->part_count ? (w->run->part_count - w->number + workers - 1) / workers
                                          : 0;
}

static bool may_read(const struct run *run, size_t part)
{
    const struct ls_stream_partition *p = &run->stream->parts[part];
    return !exhausted(run, part) && (!p->has_clock || p->highest <= run->limit);
}

static int round_in_turn(struct worker *w)
{
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < part_total(w); k++) {
        size_t part = nth_part(w, k);
        rc = may_read(w->run, part) ? read_batch(w, part, w->run->job->batch) : 0;
    }
    return rc;
}

static int round_sequential(struct worker *w)
{
    for (size_t k = 0; k < part_total(w); k++) {
        if (!exhausted(w->run, nth_part(w, k))) {
            return read_batch(w, nth_part(w, k), w->run->job->batch);
        }
    }
    return 0;
}

static int round_random(struct worker *w)
{
    uint64_t key = ls_stream_key(w->run->job->order_seed, "interleaving");
    size_t total = part_total(w);
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < total; k++) {
        size_t part = nth_part(w, (size_t)ls_below(ls_word(key, w->number, w->draws++), total));
        size_t count = 1 +
                       (size_t)ls_below(ls_word(key, w->number, w->draws++), w->run->job->batch);
        rc = exhausted(w->run, part) ? 0 : read_batch(w, part, count);
    }
    return rc;
}

static void work_a_round(struct worker *w)
{
    switch (w->run->job->order) {
    case LS_ORDER_ROUND:
    case LS_ORDER_REVERSE:
        w->rc = round_in_turn(w);
        break;
    case LS_ORDER_SEQUENTIAL:
        w->rc = round_sequential(w);
        break;
    case LS_ORDER_RANDOM:
        w->rc = round_random(w);
        break;
    }
}

static void *worker_main(void *argument)
{
    struct worker *w = argument;
    pthread_mutex_lock(&w->run->gate); /* until all are there, or one was refused */
    bool refused = w->run->refused;
    pthread_mutex_unlock(&w->run->gate);
    while (!refused) {
        pthread_barrier_wait(&w->run->begin);
        if (w->run->stop) {
            return NULL;
        }
        work_a_round(w);
        pthread_barrier_wait(&w->run->end);
    }
    return NULL;
}

/* ---- rounds */

/* Readers are held together in data time (P10): nobody runs further ahead than a limit of the
 * slowest partition that still has records. */
static void set_limit(struct run *run)
{
    int64_t slowest = INT64_MAX;
    for (size_t i = 0; i < run->part_count; i++) {
        const struct ls_stream_partition *p = &run->stream->parts[i];
        if (!exhausted(run, i)) {
            int64_t clock = p->has_clock ? p->highest : INT64_MIN;
            slowest = clock < slowest ? clock : slowest;
        }
    }
    bool held = run->job->ahead_ms > 0 && slowest != INT64_MIN &&
                slowest < INT64_MAX - run->job->ahead_ms;
    run->limit = held ? slowest + run->job->ahead_ms : INT64_MAX;
}

static int one_round(struct run *run, struct ls_error *err)
{
    unsigned workers = run->job->workers;
    set_limit(run);
    if (workers == 1) {
        work_a_round(&run->workers[0]);
    } else {
        pthread_barrier_wait(&run->begin);
        pthread_barrier_wait(&run->end);
    }
    run->done = 0;
    for (unsigned i = 0; i < workers; i++) {
        run->done += run->workers[i].taken;
        if (run->workers[i].rc < 0) {
            *err = run->workers[i].err;
            return run->workers[i].rc;
        }
    }
    return ls_stream_emit(run->stream, err);
}

static bool all_exhausted(const struct run *run)
{
    for (size_t i = 0; i < run->part_count; i++) {
        if (!exhausted(run, i)) {
            return false;
        }
    }
    return true;
}

static int rounds(struct run *run, struct ls_error *err)
{
    const struct ls_stream_job *job = run->job;
    uint64_t saved_ns = ls_clock_ns();
    uint64_t saved_done = 0;
    int rc = 0;
    while (rc == 0 && !all_exhausted(run)) {
        rc = one_round(run, err);
        bool due = (job->checkpoint_ms &&
                    ls_clock_ns() - saved_ns >= (uint64_t)job->checkpoint_ms * 1000000) ||
                   (job->checkpoint_records && run->done - saved_done >= job->checkpoint_records);
        if (rc == 0 && due) {
            rc = ls_checkpoints_save(run->checkpoints, run->stream, err);
            saved_ns = ls_clock_ns();
            saved_done = run->done;
        }
        if (rc == 0 && job->progress) {
            rc = job->progress(job->context, run->done, run->total, err);
            if (rc == LS_E_INTERRUPTED) {
                struct ls_error save_error; /* drained: what was read is kept */
                if (ls_checkpoints_save(run->checkpoints, run->stream, &save_error) < 0) {
                    *err = save_error;
                    rc = save_error.code;
                }
            }
        }
    }
    return rc;
}

static int run_with_threads(struct run *run, struct ls_error *err)
{
    unsigned workers = run->job->workers;
    unsigned started = 0;
    int rc = 0;
    pthread_barrier_init(&run->begin, NULL, workers + 1);
    pthread_barrier_init(&run->end, NULL, workers + 1);
    pthread_mutex_init(&run->gate, NULL);
    pthread_mutex_lock(&run->gate);
    for (; rc == 0 && started < workers; started += rc == 0) {
        struct worker *w = &run->workers[started];
        if (pthread_create(&w->thread, NULL, worker_main, w) != 0) {
            rc = ls_error_set(err, LS_E_NOMEM, "the system refuses to start worker %u", started);
        }
    }
    run->refused = rc < 0;
    pthread_mutex_unlock(&run->gate);
    if (rc == 0) {
        rc = rounds(run, err);
        run->stop = true;
        pthread_barrier_wait(&run->begin);
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(run->workers[i].thread, NULL);
    }
    pthread_mutex_destroy(&run->gate);
    pthread_barrier_destroy(&run->begin);
    pthread_barrier_destroy(&run->end);
    return rc;
}

/* ---- begin and end */

/* A reader of a partition from where the state stands: behind the record that it read last, which
 * must be the one that is there. */
static int open_reader(struct run *run, const struct ls_stream_partition *p,
                       struct ls_log_reader **reader, struct ls_error *err)
{
    const struct ls_log_record *record;
    size_t count = 0;
    uint64_t begin = p->position ? p->position - 1 : 0;
    int rc = ls_log_reader_new(run->log, p->topic, p->partition, begin, reader, err);
    if (rc < 0 || p->position == 0) {
        return rc;
    }
    rc = ls_log_read(*reader, 1, &record, &count, err);
    if (rc == 0 && !ls_id_equal(ls_log_digest((struct ls_id){0, 0}, record), p->last)) {
        rc = ls_error_set(err, LS_E_DATA,
                          "the checkpoint is of another log: record %llu of partition %u of %s is "
                          "not the one that was read; give another --state, or remove %s to begin "
                          "anew",
                          (unsigned long long)begin, p->partition,
                          run->job->plan->topics[p->topic].type->topic, run->job->state);
    }
    return rc;
}

static int open_readers(struct run *run, struct ls_error *err)
{
    run->readers = ls_mem_new(run->part_count, sizeof(struct ls_log_reader *), err);
    int rc = run->readers ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < run->part_count; i++) {
        const struct ls_stream_partition *p = &run->stream->parts[i];
        uint64_t end = ls_log_count(run->log, p->topic, p->partition);
        if (p->position > end) {
            return ls_error_set(err, LS_E_DATA,
                                "the checkpoint is past the end of partition %u of %s (%llu of "
                                "%llu records): the log is another",
                                p->partition, run->job->plan->topics[p->topic].type->topic,
                                (unsigned long long)p->position, (unsigned long long)end);
        }
        run->total += end - p->position;
        rc = open_reader(run, p, &run->readers[i], err);
    }
    return rc;
}

static int begin(struct run *run, struct ls_stream_result *out, struct ls_error *err)
{
    const struct ls_stream_job *job = run->job;
    uint32_t partitions = 0;
    struct ls_dataset_state *states = NULL;
    int rc = ls_log_open(job->from, false, &run->log, err);
    rc = rc < 0 ? rc : ls_record_plan_select(job->plan, run->log, &partitions, err);
    rc = rc < 0 ? rc
                : ls_stream_new(job->plan, job->views, partitions, job->workers, &run->stream, err);
    rc = rc < 0 ? rc : ls_checkpoints_open(job->state, &job->plan->job, &run->checkpoints, err);
    if (rc == 0) {
        rc = ls_checkpoints_restore(run->checkpoints, run->stream,
                                    ls_outputs_count(job->plan, job->views, partitions), &states,
                                    &out->damaged, err);
    }
    run->part_count = rc < 0 ? 0 : run->stream->partition_count;
    bool restored = rc > 0;
    rc = rc < 0 ? rc : open_readers(run, err); /* a log that is refused leaves the outputs alone */
    rc = rc < 0 ? rc
                : ls_outputs_open(job->plan, job->views, partitions, job->to,
                                  restored ? states : NULL, &run->outputs, err);
    if (rc < 0) {
        return rc;
    }
    run->stream->outputs = run->outputs;
    run->workers = ls_mem_new(job->workers, sizeof *run->workers, err);
    for (unsigned i = 0; run->workers && i < job->workers; i++) {
        run->workers[i].run = run;
        run->workers[i].number = i;
    }
    return run->workers ? 0 : err->code;
}

static int finish(struct run *run, struct ls_stream_result *out, uint64_t begin_ns,
                  struct ls_error *err)
{
    struct ls_stream *s = run->stream;
    int rc = ls_checkpoints_save(run->checkpoints, s, err);
    rc = rc < 0 ? rc : ls_stream_flush(s, err);
    struct ls_partition_counts *counts = rc < 0 ? NULL
                                                : ls_mem_new(run->part_count, sizeof *counts, err);
    if (!counts) {
        return err->code;
    }
    for (size_t i = 0; i < run->part_count; i++) {
        counts[i] = s->parts[i].counts;
    }
    out->records = run->done;
    out->facts = (struct ls_run_facts){.mode = "stream",
                                       .records = run->done,
                                       .elapsed_us = (ls_clock_ns() - begin_ns) / 1000,
                                       .workers = run->job->workers,
                                       .emitted_by_watermark = s->emitted_by_watermark,
                                       .emitted_by_flush = s->emitted_by_flush,
                                       .checkpoints = ls_checkpoints_written(run->checkpoints),
                                       .restarts = ls_checkpoints_restarts(run->checkpoints)};
    rc = ls_outputs_finish(run->outputs, counts, &out->facts, err);
    ls_mem_free(counts);
    return rc;
}

int ls_stream_run(const struct ls_stream_job *job, struct ls_stream_result *out,
                  struct ls_error *err)
{
    struct run run = {.job = job};
    uint64_t begin_ns = ls_clock_ns();
    memset(out, 0, sizeof *out);
    int rc = begin(&run, out, err);
    if (rc == 0) {
        rc = job->workers > 1 ? run_with_threads(&run, err) : rounds(&run, err);
    }
    rc = rc < 0 ? rc : finish(&run, out, begin_ns, err);
    for (size_t i = 0; run.readers && i < run.part_count; i++) {
        ls_log_reader_free(run.readers[i]);
    }
    ls_mem_free(run.readers);
    ls_mem_free(run.workers);
    ls_outputs_free(run.outputs);
    ls_stream_free(run.stream);
    ls_checkpoints_close(run.checkpoints);
    ls_log_close(run.log);
    return rc;
}
