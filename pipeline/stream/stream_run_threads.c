/* Runs scheduled over threads: a round is every worker's, all at the same time. */
#include "core/base/draw.h"
#include "core/base/mem.h"
#include "core/obs/clock.h"
#include "pipeline/stream/scheduler.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#define WAIT_MS_MAX 50U

struct threads;

struct worker {
    struct threads *threads;
    unsigned number;
    pthread_t thread;
    uint64_t draws;
    int rc;
    struct ls_error err;
};

struct threads {
    const struct ls_stream_job *job;
    struct ls_stream_run *run; /* whose round it is */
    struct worker *workers;
    bool stop;
    pthread_mutex_t gate; /* held while workers are started */
    bool refused;         /* fewer were started than the barriers wait for: none of them begins */
    pthread_barrier_t begin, end;
};

/* ---- one worker's share of a round */

static size_t part_total(const struct worker *w)
{
    size_t parts = ls_stream_run_parts(w->threads->run);
    unsigned workers = w->threads->job->workers;
    return w->number < parts ? (parts - w->number + workers - 1) / workers : 0;
}

/* Partitions of this worker, in the order that the job wants. */
static size_t nth_part(const struct worker *w, size_t k)
{
    k = w->threads->job->order == LS_ORDER_REVERSE ? part_total(w) - 1 - k : k;
    return w->number + k * w->threads->job->workers;
}

static int round_in_turn(struct worker *w)
{
    struct ls_stream_run *run = w->threads->run;
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < part_total(w); k++) {
        size_t part = nth_part(w, k);
        rc = ls_stream_run_may_read(run, part)
                 ? ls_stream_run_read(run, part, w->threads->job->batch, &w->err)
                 : 0;
    }
    return rc;
}

static int round_sequential(struct worker *w)
{
    struct ls_stream_run *run = w->threads->run;
    for (size_t k = 0; k < part_total(w); k++) {
        if (ls_stream_run_has_more(run, nth_part(w, k))) {
            return ls_stream_run_read(run, nth_part(w, k), w->threads->job->batch, &w->err);
        }
    }
    return 0;
}

static int round_random(struct worker *w)
{
    const struct ls_stream_job *job = w->threads->job;
    struct ls_stream_run *run = w->threads->run;
    uint64_t key = ls_stream_key(job->order_seed, "interleaving");
    size_t total = part_total(w);
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < total; k++) {
        size_t part = nth_part(w, (size_t)ls_below(ls_word(key, w->number, w->draws++), total));
        size_t count = 1 + (size_t)ls_below(ls_word(key, w->number, w->draws++), job->batch);
        rc = ls_stream_run_has_more(run, part) ? ls_stream_run_read(run, part, count, &w->err) : 0;
    }
    return rc;
}

static void work_a_round(struct worker *w)
{
    switch (w->threads->job->order) {
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
    pthread_mutex_lock(&w->threads->gate); /* until all are there, or one was refused */
    bool refused = w->threads->refused;
    pthread_mutex_unlock(&w->threads->gate);
    while (!refused) {
        pthread_barrier_wait(&w->threads->begin);
        if (w->threads->stop) {
            return NULL;
        }
        work_a_round(w);
        pthread_barrier_wait(&w->threads->end);
    }
    return NULL;
}

/* ---- what the runner asks */

static int threads_round(void *context, struct ls_stream_run *run, struct ls_error *err)
{
    struct threads *t = context;
    t->run = run;
    if (t->job->workers == 1) {
        work_a_round(&t->workers[0]);
    } else {
        pthread_barrier_wait(&t->begin);
        pthread_barrier_wait(&t->end);
    }
    for (unsigned i = 0; i < t->job->workers; i++) {
        if (t->workers[i].rc < 0) {
            *err = t->workers[i].err;
            return t->workers[i].rc;
        }
    }
    return 0;
}

static bool threads_is_due(void *context, uint64_t since_ns, uint64_t since_records)
{
    const struct ls_stream_job *job = ((const struct threads *)context)->job;
    return since_records > 0 &&
           ((job->checkpoint_ms && since_ns >= (uint64_t)job->checkpoint_ms * 1000000) ||
            (job->checkpoint_records && since_records >= job->checkpoint_records));
}

static uint64_t threads_now_ns(void *context)
{
    (void)context;
    return ls_clock_ns();
}

/* Briefly, so that whoever wants to stop the run is heard soon. */
static void threads_wait(void *context, uint64_t ms)
{
    (void)context;
    ls_clock_sleep_ms(ms < WAIT_MS_MAX ? (unsigned)ms : WAIT_MS_MAX);
}

static int threads_name(void *context, struct ls_id *name, struct ls_error *err)
{
    (void)context;
    return getentropy(name, sizeof *name) < 0
               ? ls_error_errno(err, LS_E_IO, errno, "the system gives no random name")
               : 0;
}

/* ---- threads */

/* As many as there are workers, or none. */
static int start(struct threads *t, unsigned *started, struct ls_error *err)
{
    int rc = 0;
    pthread_mutex_lock(&t->gate);
    for (; rc == 0 && *started < t->job->workers; *started += rc == 0) {
        struct worker *w = &t->workers[*started];
        if (pthread_create(&w->thread, NULL, worker_main, w) != 0) {
            rc = ls_error_set(err, LS_E_NOMEM, "the system refuses to start worker %u", *started);
        }
    }
    t->refused = rc < 0;
    pthread_mutex_unlock(&t->gate);
    return rc;
}

static int run_with_threads(struct threads *t, const struct ls_stream_scheduler *scheduler,
                            struct ls_stream_result *out, struct ls_error *err)
{
    unsigned started = 0;
    pthread_barrier_init(&t->begin, NULL, t->job->workers + 1);
    pthread_barrier_init(&t->end, NULL, t->job->workers + 1);
    pthread_mutex_init(&t->gate, NULL);
    int rc = start(t, &started, err);
    if (rc == 0) {
        rc = ls_stream_run_by(t->job, scheduler, out, err);
        t->stop = true;
        pthread_barrier_wait(&t->begin);
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(t->workers[i].thread, NULL);
    }
    pthread_mutex_destroy(&t->gate);
    pthread_barrier_destroy(&t->begin);
    pthread_barrier_destroy(&t->end);
    return rc;
}

int ls_stream_run(const struct ls_stream_job *job, struct ls_stream_result *out,
                  struct ls_error *err)
{
    struct threads t = {.job = job, .workers = ls_mem_new(job->workers, sizeof *t.workers, err)};
    const struct ls_stream_scheduler scheduler = {
        &t,           job->workers, threads_round, threads_is_due, threads_now_ns,
        threads_wait, threads_name};
    *out = (struct ls_stream_result){0};
    if (!t.workers) {
        return err->code;
    }
    for (unsigned i = 0; i < job->workers; i++) {
        t.workers[i].threads = &t;
        t.workers[i].number = i;
    }
    int rc = job->workers > 1 ? run_with_threads(&t, &scheduler, out, err)
                              : ls_stream_run_by(job, &scheduler, out, err);
    ls_mem_free(t.workers);
    return rc;
}
