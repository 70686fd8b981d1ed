/* Runs of log:log as draws decide: interleavings, batch sizes, workers, checkpoints, kills, ranges
 * that grow. */
#ifndef LS_PIPELINE_RUNS_TEST_H
#define LS_PIPELINE_RUNS_TEST_H

#include "conformance/naive.h"
#include "pipeline/batch/batch_run.h"
#include "pipeline/hostile_test.h"
#include "pipeline/stream/stream_run.h"

/* What all logs together must have shown (contract C3). */
struct seen {
    uint64_t by_reason[LS_REASON_COUNT];
    uint64_t late, by_watermark, spilled, restarts, empty, heartbeats;
};

/* Ends a run at a draw of moments, as a kill would: what is not in the files is lost. Or it is
 * interrupted, and saves what it has read. */
static inline int kill_at_random(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    (void)done;
    (void)total;
    if (!one_in(context, 6)) {
        return 0;
    }
    return ls_error_set(err, one_in(context, 3) ? LS_E_INTERRUPTED : LS_E_IO, "killed by the test");
}

static inline struct ls_stream_job random_job(struct pipe *p, struct draws *d)
{
    static const size_t batches[] = {1, 2, 7, 64, 100000};
    static const unsigned workers[] = {1, 1, 1, 1, 1, 1, 2, 3, 7};
    return (struct ls_stream_job){.plan = p->plan,
                                  .views = p->views,
                                  .from = "log:log",
                                  .to = "stream",
                                  .state = "stream/state",
                                  .workers = workers[below(d, sizeof workers / sizeof *workers)],
                                  .batch = batches[below(d, sizeof batches / sizeof *batches)],
                                  .order = (enum ls_stream_order)below(d, 4),
                                  .order_seed = d->count,
                                  .ahead_ms = one_in(d, 2) ? 0 : 1 + below(d, 3000),
                                  .checkpoint_records = one_in(d, 3) ? 0
                                                                     : 1 + (uint64_t)below(d, 40),
                                  .context = d};
}

/* To the end, through kills and restarts. */
static inline void run_stream(struct pipe *p, struct draws *d, struct seen *seen)
{
    struct ls_stream_result result;
    bool kills = one_in(d, 2);
    int rc = -1;
    for (int attempt = 0; rc < 0; attempt++) {
        struct ls_stream_job job = random_job(p, d);
        job.progress = kills && attempt < 8 ? kill_at_random : NULL;
        rc = ls_stream_run(&job, &result, &p->base.err);
        if (rc < 0 && strcmp(p->base.err.text, "killed by the test") != 0) {
            fail_msg("%s", p->base.err.text);
        }
    }
    assert_int_equal(result.damaged, 0);
    seen->by_watermark += result.facts.emitted_by_watermark;
    seen->restarts += result.facts.restarts;
}

static inline void run_batch(struct pipe *p, struct draws *d, struct seen *seen)
{
    struct ls_batch_result result;
    const struct ls_batch_job job = {.plan = p->plan,
                                     .views = p->views,
                                     .from = "log:log",
                                     .to = "batch",
                                     .workers = 1 + (unsigned)below(d, 3),
                                     .memory = one_in(d, 3) ? LS_BATCH_MEMORY_MIN : 1};
    FINE(p, ls_batch_run(&job, &result, &p->base.err));
    seen->spilled += result.spilled_runs;
    assert_false(ls_path_exists("batch/sort.tmp"));
}

/* A log at log:shorter of the first records of each partition of log:log, of some none. */
static inline void write_shorter(struct pipe *p, struct draws *d, uint32_t partitions)
{
    struct ls_log *from;
    FINE(p, ls_tree_remove("shorter", &p->base.err));
    struct ls_log *to = begin_log(p, "log:shorter", partitions);
    FINE(p, ls_log_open("log:log", false, &from, &p->base.err));
    for (uint32_t i = 0; i < TOPICS * partitions; i++) {
        struct ls_log_reader *reader;
        const struct ls_log_record *records;
        uint32_t topic = i / partitions;
        uint32_t partition = i % partitions;
        int64_t all = (int64_t)ls_log_count(from, topic, partition);
        size_t left = one_in(d, 6) ? 0 : (size_t)below(d, all + 1);
        size_t count = 1;
        FINE(p, ls_log_reader_new(from, topic, partition, 0, &reader, &p->base.err));
        for (; left > 0 && count > 0; left -= count) {
            FINE(p, ls_log_read(reader, left, &records, &count, &p->base.err));
            for (size_t k = 0; k < count; k++) {
                FINE(p, ls_log_append(to, topic, partition, &records[k], &p->base.err));
            }
        }
        ls_log_reader_free(reader);
    }
    ls_log_close(from);
    end_log(p, to);
}

/* A whole run of a shorter log: its flush must leave nothing in the state (P6). */
static inline void run_shorter(struct pipe *p, struct draws *d)
{
    struct ls_stream_result result;
    struct ls_stream_job job = random_job(p, d);
    job.from = "log:shorter";
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
}

/* A third opinion, of code that shares nothing with the two (C7). */
static inline void check_naive(struct pipe *p, uint64_t seed)
{
    const struct ls_naive naive = {p->base.spec, "log", "tables", "batch/datasets", false};
    struct ls_naive_counts counts;
    p->base.report.size = 0;
    int rc = ls_naive_check(&naive, &counts, &p->base.report, &p->base.err);
    if (rc != 0) {
        fail_msg("seed %llu: %s", (unsigned long long)seed,
                 rc < 0 ? p->base.err.text : ls_buf_text(&p->base.report, &p->base.err));
    }
}

#endif
