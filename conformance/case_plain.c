/* The plain comparison, and the naive recomputation. */
#include "conformance/cases.h"

#include <stdio.h>

static uint64_t rate(uint64_t count, uint64_t elapsed_us)
{
    return elapsed_us ? (uint64_t)((ls_u128)count * 1000000 / elapsed_us) : 0;
}

/* Both runs against the truth. */
static int check_truth(struct ls_verify *v, struct ls_case_result *r, const char *log,
                       const char *truth, const char *run, struct ls_error *err)
{
    struct ls_origin origin = {v->job->spec, log};
    char datasets[LS_PATH_MAX];
    int rc = ls_path_join(datasets, run, "datasets", err);
    rc = rc < 0 ? rc : ls_truth_check(&origin, truth, datasets, &v->result->truth, &r->detail, err);
    if (rc == LS_DIFFERS) {
        r->verdict = LS_VERDICT_FAIL;
    }
    return rc < 0 ? rc : 0;
}

static int windows_of(struct ls_verify *v, struct ls_case_result *r, const char *stream,
                      struct ls_error *err)
{
    char summary[LS_PATH_MAX];
    int rc = ls_path_join(summary, stream, "summary.json", err);
    if (rc == 0) {
        const struct ls_spec_pipeline *pipeline = v->job->spec->pipeline;
        bool told = ls_verify_find(summary, "windows.by_watermark",
                                   &v->result->windows_by_watermark);
        v->result->windows_by_flush = ls_verify_number(summary, "windows.by_flush");
        ls_verify_count(r, "rows by watermark", v->result->windows_by_watermark, false);
        ls_verify_count(r, "by the final flush", v->result->windows_by_flush, false);
        if (told && v->result->windows_by_watermark == 0 &&
            (pipeline->views.count || pipeline->alerts.count)) {
            r->verdict = r->verdict == LS_VERDICT_PASS ? LS_VERDICT_INCONCLUSIVE : r->verdict;
            rc = ls_buf_append_text(
                &r->detail,
                v->result->windows_by_flush
                    ? "every window was emitted by the final flush alone: the input is too short "
                      "(give more --events), or a partition never gets a record\n"
                    : "no view has a row: give more --events\n",
                err);
        }
    }
    return rc;
}

static int sum_up(struct ls_verify *v, const char *log, const char *stream, const char *batch,
                  struct ls_error *err)
{
    char datasets[LS_PATH_MAX];
    struct ls_verify_result *result = v->result;
    int rc = ls_tree_sha256(log, &result->log_sum, err);
    rc = rc < 0 ? rc : ls_path_join(datasets, stream, "datasets", err);
    rc = rc < 0 ? rc : ls_tree_sha256(datasets, &result->stream_sum, err);
    rc = rc < 0 ? rc : ls_path_join(datasets, batch, "datasets", err);
    rc = rc < 0 ? rc : ls_tree_sha256(datasets, &result->batch_sum, err);
    result->has_sums = rc == 0;
    return rc;
}

static int run_plain(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_exit exits[3];
    const char *log = ls_verify_path(v, err, "log");
    const char *truth = ls_verify_path(v, err, "truth");
    const char *stream = ls_verify_path(v, err, "stream");
    const char *batch = ls_verify_path(v, err, "batch");
    if (!log || !truth || !stream || !batch) {
        return err->code;
    }
    struct ls_verify_run a = {.stream = true, .log = log, .to = stream, .umask = -1};
    struct ls_verify_run b = {.log = log, .to = batch, .umask = -1};
    int rc = ls_verify_generate(v, log, truth, v->job->events, NULL, &exits[0], err);
    rc = rc < 0 ? rc : ls_verify_run(v, &a, &exits[1], err);
    rc = rc < 0 ? rc : ls_verify_run(v, &b, &exits[2], err);
    rc = rc < 0 ? rc : sum_up(v, log, stream, batch, err);
    rc = rc < 0 ? rc : ls_verify_inputs(r, stream, batch, err);
    rc = rc < 0 ? rc : ls_verify_compare(v, r, log, stream, "stream", batch, "batch", err);
    rc = rc < 0 ? rc : check_truth(v, r, log, truth, stream, err);
    rc = rc < 0 || v->result->truth.wrong ? rc : check_truth(v, r, log, truth, batch, err);
    if (rc < 0) {
        return rc;
    }
    v->result->generated_per_second = rate(v->job->events, exits[0].elapsed_us);
    v->result->stream_per_second = rate(v->job->events, exits[1].elapsed_us);
    v->result->batch_per_second = rate(v->job->events, exits[2].elapsed_us);
    ls_verify_count(r, "records", v->result->truth.raw, true);
    ls_verify_count(r, "told by the truth", v->result->truth.rows, false);
    return windows_of(v, r, stream, err);
}

const struct ls_case ls_case_plain = {
    .id = "PLAIN",
    .title = "stream = batch = truth",
    .text = "The spec's events are generated once; a streaming run and a batch run each turn the "
            "log into datasets. The datasets have to be the same bytes, the two have to have\n"
            "read the same records, and every record's outcome has to be the one that the "
            "generator foretold.",
    .run = run_plain,
};

static int run_naive(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_naive_counts counts = {0};
    int rc = ls_verify_base(v, r, err);
    rc = rc < 0 || r->verdict == LS_VERDICT_FAIL
             ? rc
             : ls_verify_naive(v, r, v->job->spec, v->base_log, v->base_batch, &counts, err);
    ls_verify_count(r, "records", counts.records, true);
    ls_verify_count(r, "late rows", counts.late_rows, false);
    ls_verify_count(r, "view rows", counts.view_rows, true);
    return rc;
}

const struct ls_case ls_case_naive = {
    .id = "NAIVE",
    .title = "both = the naive recomputation",
    .text =
        "Everything is computed again from the log and the spec's words, slowly and plainly, by "
        "code that shares no arithmetic with the pipeline. So a defect in what both runs have in\n"
        "common shows too.",
    .run = run_naive,
};
