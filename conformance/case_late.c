/* WM: a log with one late event in ten. */
#include "conformance/cases.h"

static const char *const much_late[] = {"--set", "faults.late.rate=1/10", NULL};

static int late_log(struct ls_verify *v, struct ls_case_result *r, const char **log,
                    const char **truth, struct ls_error *err)
{
    struct ls_exit exit;
    *log = ls_verify_path(v, err, "cases/%s/log", r->which->id);
    *truth = ls_verify_path(v, err, "cases/%s/truth", r->which->id);
    return *log && *truth
               ? ls_verify_generate(v, *log, *truth, v->job->case_events, much_late, &exit, err)
               : err->code;
}

static int run_wm_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const orders[] = {"sequential", "random:11", "random:12", NULL};
    struct ls_exit exit;
    const char *log;
    const char *truth;
    int rc = late_log(v, r, &log, &truth, err);
    const char *batch = rc < 0 ? NULL : ls_verify_path(v, err, "cases/WM-2/batch");
    if (!batch) {
        return err->code;
    }
    struct ls_verify_run b = {.log = log, .to = batch, .umask = -1, .extra = much_late};
    rc = ls_verify_run(v, &b, &exit, err);
    uint64_t done = 0;
    for (const char *const *order = orders; rc == 0 && r->verdict == LS_VERDICT_PASS && *order;
         order++, done++) {
        const char *to = ls_verify_path(v, err, "cases/WM-2/order-%s", *order);
        struct ls_verify_run a = {
            .stream = true, .log = log, .to = to, .umask = -1, .order = *order, .extra = much_late};
        rc = to ? ls_verify_run(v, &a, &exit, err) : err->code;
        rc = rc < 0 ? rc : ls_verify_compare(v, r, log, to, *order, batch, "batch", err);
    }
    ls_verify_count(r, "interleavings", done, true);
    return rc;
}

const struct ls_case ls_case_wm_2 = {
    .id = "WM-2",
    .title = "interleaving does not decide lateness",
    .text =
        "One event in ten is late. However the stream interleaves its partitions, the same records "
        "have to be late: a watermark belongs to a record and its partition, not to the moment.",
    .knob = "order",
    .fault = "late",
    .run = run_wm_2,
};

static int run_wm_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_truth_check check = {0};
    struct ls_origin origin = {v->job->spec, NULL};
    char datasets[LS_PATH_MAX];
    struct ls_exit exit;
    const char *log;
    const char *truth;
    int rc = late_log(v, r, &log, &truth, err);
    const char *stream = rc < 0 ? NULL : ls_verify_path(v, err, "cases/WM-5/stream");
    const char *batch = stream ? ls_verify_path(v, err, "cases/WM-5/batch") : NULL;
    if (!batch) {
        return err->code;
    }
    struct ls_verify_run a = {
        .stream = true, .log = log, .to = stream, .umask = -1, .extra = much_late};
    struct ls_verify_run b = {.log = log, .to = batch, .umask = -1, .extra = much_late};
    origin.log = log;
    rc = ls_verify_run(v, &a, &exit, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &b, &exit, err);
    rc = rc < 0 ? rc : ls_verify_compare(v, r, log, stream, "stream", batch, "batch", err);
    rc = rc < 0 ? rc : ls_path_join(datasets, batch, "datasets", err);
    rc = rc < 0 ? rc : ls_truth_check(&origin, truth, datasets, &check, &r->detail, err);
    if (rc == LS_DIFFERS) {
        r->verdict = LS_VERDICT_FAIL;
        rc = 0;
    }
    ls_verify_count(r, "late events", check.late, true);
    ls_verify_count(r, "expired", check.by_outcome[LS_REASON_EXPIRED], true);
    return rc;
}

const struct ls_case ls_case_wm_5 = {
    .id = "WM-5",
    .title = "a batch over truly late data",
    .text = "One event in ten is late, some beyond the dedupe horizon. The batch run, which sees "
            "everything at once, has to leave out what the stream had to leave out.",
    .fault = "late",
    .run = run_wm_5,
};
