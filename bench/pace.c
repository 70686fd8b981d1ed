#include "bench/pace.h"

#include "core/base/mem.h"
#include "core/obs/pacer.h"
#include "generator/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#define PAIRS     7
#define SECONDS   3
#define RATE      50000
#define EVENTS    ((uint64_t)RATE * SECONDS)
#define SECOND_NS 1000000000

static int run_paced(const struct ls_plan *plan, struct ls_pacer_told *out, struct ls_error *err)
{
    const struct ls_pace pace = {true, SECOND_NS / RATE, 1};
    const struct ls_generate settings = {.plan = plan,
                                         .to = "null:",
                                         .events = EVENTS,
                                         .until_ms = INT64_MAX,
                                         .threads = 2,
                                         .pace = &pace};
    struct ls_generated made;
    int rc = ls_generate(&settings, &made, err);
    *out = made.pace;
    return rc;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* The same moments with the same timer slack: a sleep to each that is not over yet. */
static int run_bare(uint64_t events, struct ls_pacer_told *out, struct ls_error *err)
{
    struct ls_histogram *slip = ls_mem_new(1, sizeof *slip, err);
    if (!slip) {
        return err->code;
    }
    int slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    uint64_t begin = now_ns();
    for (uint64_t i = 0; i < events; i++) {
        uint64_t moment = begin + i * (SECOND_NS / RATE);
        uint64_t now = now_ns();
        if (now < moment) {
            const struct timespec until = {(time_t)(moment / SECOND_NS),
                                           (long)(moment % SECOND_NS)};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
            now = now_ns();
        }
        ls_histogram_add(slip, now - moment);
    }
    prctl(PR_SET_TIMERSLACK, slack, 0, 0, 0);
    *out = (struct ls_pacer_told){.count = slip->count,
                                  .p50_ns = ls_histogram_quantile(slip, 1, 2),
                                  .p99_ns = ls_histogram_quantile(slip, 99, 100),
                                  .p999_ns = ls_histogram_quantile(slip, 999, 1000),
                                  .max_ns = slip->max};
    ls_mem_free(slip);
    return 0;
}

static void print(const char *what, const struct ls_pacer_told *told)
{
    printf("  %-10s slip p50 %8.1f us, p99 %8.1f us, p99.9 %8.1f us, max %8.1f us", what,
           (double)told->p50_ns / 1e3, (double)told->p99_ns / 1e3, (double)told->p999_ns / 1e3,
           (double)told->max_ns / 1e3);
    if (told->taken_ns) {
        printf("; %.3f %% of the rate", (double)ls_pacer_kept(told) / 1e3);
    }
    printf("\n");
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

int ls_bench_pace(const struct ls_plan *plan, struct ls_error *err)
{
    double ratios[PAIRS];
    int rc = 0;
    printf("%d events/s into null:, %d s each, and a loop that only sleeps to the same moments\n",
           RATE, SECONDS);
    for (size_t pair = 0; rc == 0 && pair < PAIRS; pair++) {
        struct ls_pacer_told ours;
        struct ls_pacer_told bare;
        bool first = pair % 2 == 0;
        rc = first ? run_paced(plan, &ours, err) : run_bare(EVENTS, &bare, err);
        rc = rc < 0 ? rc : first ? run_bare(EVENTS, &bare, err) : run_paced(plan, &ours, err);
        if (rc == 0) {
            print("paced", &ours);
            print("bare loop", &bare);
            ratios[pair] = (double)ours.p999_ns / (double)bare.p999_ns;
        }
    }
    if (rc == 0) {
        qsort(ratios, PAIRS, sizeof *ratios, by_size);
        printf("%-28s p99.9 %.2f times the bare loop's (%.2f to %.2f)\n", "slip at a pace",
               ratios[PAIRS / 2], ratios[0], ratios[PAIRS - 1]);
        fflush(stdout);
    }
    return rc;
}

int ls_bench_bare(unsigned seconds, struct ls_error *err)
{
    struct ls_pacer_told bare;
    int rc = run_bare((uint64_t)RATE * seconds, &bare, err);
    if (rc == 0) {
        print("bare loop", &bare);
    }
    return rc;
}
