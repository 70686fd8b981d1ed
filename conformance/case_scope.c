/* RPL: what is made once more, of a part of the input or of the time, must be what it was. */
#include "conformance/cases.h"

#include "conformance/perturb.h"
#include "core/base/civil.h"

/* ---- RPL-7 */

/* The time of a record in the middle of the log's first partition that has some. */
static int middle_of(const char *log, int64_t *out, struct ls_error *err)
{
    char uri[LS_PATH_MAX + 8];
    struct ls_log *opened;
    struct ls_log_reader *reader = NULL;
    const struct ls_log_record *record;
    size_t topics;
    size_t count = 0;
    int rc = snprintf(uri, sizeof uri, "log:%s", log) < (int)sizeof uri
                 ? ls_log_open(uri, false, &opened, err)
                 : ls_error_set(err, LS_E_USAGE, "a path is too long");
    if (rc < 0) {
        return rc;
    }
    const struct ls_log_topic *all = ls_log_topics(opened, &topics);
    for (size_t i = 0; rc == 0 && count == 0 && i < topics * all->partitions; i++) {
        uint32_t topic = (uint32_t)(i / all->partitions);
        uint32_t partition = (uint32_t)(i % all->partitions);
        uint64_t records = ls_log_count(opened, topic, partition);
        rc = ls_log_reader_new(opened, topic, partition, records / 2, &reader, err);
        rc = rc < 0 ? rc : ls_log_read(reader, 1, &record, &count, err);
        *out = rc == 0 && count ? record->timestamp_ms : 0;
        ls_log_reader_free(reader);
        reader = NULL;
    }
    ls_log_close(opened);
    return rc;
}

/* Holds a run against what the naive recomputation finds of the scope. */
static int check_scope(struct ls_verify *v, struct ls_case_result *r, const char *log,
                       const char *run, const struct ls_naive_scope *scope,
                       struct ls_naive_counts *counts, struct ls_error *err)
{
    char reference[LS_PATH_MAX];
    char datasets[LS_PATH_MAX];
    int rc = ls_path_join(reference, log, "reference", err);
    rc = rc < 0 ? rc : ls_path_join(datasets, run, "datasets", err);
    struct ls_naive naive = {v->job->spec, log, reference, datasets,
                             v->job->target->level == LS_LEVEL_LOGICAL};
    rc = rc < 0 ? rc : ls_naive_check_scope(&naive, scope, counts, &r->detail, err);
    if (rc == LS_DIFFERS) {
        r->verdict = LS_VERDICT_FAIL;
    }
    return rc < 0 ? rc : 0;
}

static int run_rpl_7(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    char text[LS_TIME_TEXT_MAX];
    int64_t time_ms = 0;
    struct ls_naive_counts counts = {0};
    const struct ls_naive_scope scope = {.as_of = &time_ms};
    struct ls_exit exit;
    const char *longer = ls_verify_path(v, err, "cases/RPL-7/log");
    const char *truth = longer ? ls_verify_path(v, err, "cases/RPL-7/truth") : NULL;
    const char *then = truth ? ls_verify_path(v, err, "cases/RPL-7/then") : NULL;
    const char *later = then ? ls_verify_path(v, err, "cases/RPL-7/later") : NULL;
    int rc = later ? ls_verify_base(v, r, err) : err->code;
    if (rc < 0 || r->verdict == LS_VERDICT_FAIL) {
        return rc;
    }
    rc = ls_verify_generate(v, longer, truth, v->job->case_events / 2 * 3, NULL, &exit, err);
    rc = rc < 0 ? rc : middle_of(v->base_log, &time_ms, err);
    ls_time_format(time_ms, text);
    struct ls_verify_run a = {.log = v->base_log, .to = then, .umask = -1, .as_of = text};
    struct ls_verify_run b = {.log = longer, .to = later, .umask = -1, .as_of = text};
    rc = rc < 0 ? rc : ls_verify_run(v, &a, &exit, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &b, &exit, err);
    rc = rc < 0 ? rc : check_scope(v, r, v->base_log, then, &scope, &counts, err);
    if (rc == 0 && r->verdict == LS_VERDICT_PASS) {
        rc = ls_verify_compare(v, r, longer, then, "then", later, "later", err);
        if (rc == 0 && r->verdict == LS_VERDICT_FAIL && counts.open) {
            r->verdict = LS_VERDICT_INCONCLUSIVE; /* P13: the first answer was not final */
        }
    }
    ls_verify_count(r, "records before", counts.records, true);
    ls_verify_count(r, "from then on", counts.cut, true);
    ls_verify_count(r, "partitions without one", counts.open, false);
    return rc;
}

const struct ls_case ls_case_rpl_7 = {
    .id = "RPL-7",
    .title = "as of a time, then and later",
    .text =
        "A batch run as of the middle of a log, and one as of the same time of a log that goes "
        "on for half as long again. Both have to leave the same datasets, and these have to be\n"
        "what the naive recomputation finds in what had come, and was known, before that time.",
    .knob = "as_of",
    .run = run_rpl_7,
};

/* ---- RPL-8 */

static int run_rpl_8(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const much_late[] = {"--set", "faults.late.rate=1/10", NULL};
    const struct ls_naive_scope scope = {.lateness_off = true};
    struct ls_naive_counts counts = {0};
    struct ls_exit exit;
    const char *log = ls_verify_path(v, err, "cases/RPL-8/log");
    const char *truth = log ? ls_verify_path(v, err, "cases/RPL-8/truth") : NULL;
    const char *to = truth ? ls_verify_path(v, err, "cases/RPL-8/batch") : NULL;
    if (!to) {
        return err->code;
    }
    struct ls_verify_run run = {
        .log = log, .to = to, .umask = -1, .lateness = "off", .extra = much_late};
    int rc = ls_verify_generate(v, log, truth, v->job->case_events, much_late, &exit, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &run, &exit, err);
    rc = rc < 0 ? rc : check_scope(v, r, log, to, &scope, &counts, err);
    ls_verify_count(r, "late records admitted", counts.late, true);
    ls_verify_count(r, "of them too old otherwise", counts.too_old, true);
    return rc;
}

const struct ls_case ls_case_rpl_8 = {
    .id = "RPL-8",
    .title = "as if everything had come in time",
    .text = "One event in ten is late, some beyond the dedupe horizon, and the batch run judges no "
            "lateness: every record has to count, and none may be admitted twice, however far the\n"
            "copies are apart, as the naive recomputation finds it.",
    .knob = "lateness",
    .fault = "late",
    .run = run_rpl_8,
};
