#include "simulation/seeds.h"

#include "core/obs/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 10

/* What a process tells of itself, in memory that all share. */
struct slot {
    atomic_uint_least64_t now;  /* the seed that it simulates */
    atomic_uint_least64_t done; /* seeds */
    pid_t pid;                  /* 0: it has ended */
    int died_of;                /* a signal; 0: none */
    int rc;                     /* of a seed that could not be simulated */
    struct ls_error err;
    struct ls_seeds_result sum;
};

struct shared {
    atomic_uint_least64_t failed; /* the first seed that has failed so far; UINT64_MAX: none */
    struct slot slots[LS_SEEDS_JOBS_MAX];
};

static void note_failure(struct shared *shared, uint64_t seed)
{
    uint64_t before = atomic_load(&shared->failed);
    while (seed < before && !atomic_compare_exchange_weak(&shared->failed, &before, seed)) {
    }
}

static void add(struct ls_seeds_result *sum, uint64_t seed, const struct ls_simulation_result *one)
{
    sum->seeds++;
    sum->runs += one->runs;
    sum->records += one->records;
    sum->steps += one->steps;
    sum->history.high += ls_mix(one->history.high + seed); /* in whatever order they come */
    sum->history.low += ls_mix(one->history.low ^ seed);
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        sum->fired[i] += one->fired[i];
    }
}

/* Every n-th seed, until one fails, here or before the next one elsewhere. */
static void work(const struct ls_seeds_job *job, struct shared *shared, unsigned number)
{
    struct slot *slot = &shared->slots[number];
    bool fine = true;
    for (uint64_t seed = job->first + number;
         fine && seed <= job->last && seed < atomic_load(&shared->failed); seed += job->jobs) {
        struct ls_simulation_result one;
        atomic_store(&slot->now, seed);
        slot->rc = job->simulate(job->context, seed, &one, &slot->err);
        fine = slot->rc == 0 && !one.failed;
        if (fine) {
            add(&slot->sum, seed, &one);
        } else {
            note_failure(shared, seed);
        }
        atomic_fetch_add(&slot->done, 1);
    }
}

static int start(const struct ls_seeds_job *job, struct shared *shared, struct ls_error *err)
{
    fflush(NULL); /* or children would write it again */
    for (unsigned i = 0; i < job->jobs; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            return ls_error_errno(err, LS_E_NOMEM, errno, "no process can be started");
        }
        if (pid == 0) {
            work(job, shared, i);
            _exit(0);
        }
        shared->slots[i].pid = pid;
    }
    return 0;
}

/* How many of the processes go on. One that died did so of the seed that it was at. */
static unsigned look_after(const struct ls_seeds_job *job, struct shared *shared)
{
    unsigned running = 0;
    for (unsigned i = 0; i < job->jobs; i++) {
        struct slot *slot = &shared->slots[i];
        int status = 0;
        if (slot->pid && waitpid(slot->pid, &status, WNOHANG) == slot->pid) {
            slot->pid = 0;
            slot->died_of = WIFSIGNALED(status)   ? WTERMSIG(status)
                            : WEXITSTATUS(status) ? SIGABRT /* a sanitizer's way */
                                                  : 0;
            if (slot->died_of) {
                note_failure(shared, atomic_load(&slot->now));
            }
        }
        running += slot->pid != 0;
    }
    return running;
}

static void stop(const struct ls_seeds_job *job, const struct shared *shared)
{
    for (unsigned i = 0; i < job->jobs; i++) {
        if (shared->slots[i].pid) {
            kill(shared->slots[i].pid, SIGKILL);
        }
    }
}

static int show(const struct ls_seeds_job *job, struct shared *shared, struct ls_error *err)
{
    uint64_t done = 0;
    for (unsigned i = 0; i < job->jobs; i++) {
        done += atomic_load(&shared->slots[i].done);
    }
    return job->progress ? job->progress(job->context, done, job->last - job->first + 1, err) : 0;
}

static int wait_for_all(const struct ls_seeds_job *job, struct shared *shared, int rc,
                        struct ls_error *err)
{
    bool stopped = false;
    while (look_after(job, shared) > 0) {
        rc = rc < 0 ? rc : show(job, shared, err);
        if (rc < 0 && !stopped) {
            stop(job, shared);
            stopped = true;
        }
        ls_clock_sleep_ms(POLL_MS);
    }
    return rc;
}

static int sum_up(const struct ls_seeds_job *job, struct shared *shared,
                  struct ls_seeds_result *out, struct ls_error *err)
{
    out->failed_seed = atomic_load(&shared->failed);
    out->failed = out->failed_seed != UINT64_MAX;
    for (unsigned i = 0; i < job->jobs; i++) {
        const struct slot *slot = &shared->slots[i];
        if (out->failed && atomic_load(&slot->now) == out->failed_seed) {
            out->died_of = slot->died_of;
            if (slot->rc < 0) {
                *err = slot->err;
                return slot->rc;
            }
        }
        out->seeds += slot->sum.seeds;
        out->runs += slot->sum.runs;
        out->records += slot->sum.records;
        out->steps += slot->sum.steps;
        out->history.high += slot->sum.history.high;
        out->history.low += slot->sum.history.low;
        for (int k = 0; k < LS_MISHAP_COUNT; k++) {
            out->fired[k] += slot->sum.fired[k];
        }
    }
    return 0;
}

int ls_simulate_seeds(const struct ls_seeds_job *job, struct ls_seeds_result *out,
                      struct ls_error *err)
{
    *out = (struct ls_seeds_result){0};
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return ls_error_errno(err, LS_E_NOMEM, errno, "no memory for processes to share");
    }
    atomic_store(&shared->failed, UINT64_MAX);
    int rc = start(job, shared, err);
    rc = wait_for_all(job, shared, rc, err);
    rc = rc < 0 ? rc : sum_up(job, shared, out, err);
    munmap(shared, sizeof *shared);
    return rc;
}
