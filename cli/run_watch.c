#include "cli/run_watch.h"

#include "core/base/text.h"
#include "core/obs/clock.h"

#include <stdio.h>
#include <string.h>

#define SECOND_NS UINT64_C(1000000000)
#define FILE_NS   (5 * SECOND_NS)

enum { AUTO }; /* of watch_level_words, whose others are one more than enum ls_journal_level */
enum { JSON = 1 };
const char *const watch_level_words[] = {"auto", "error", "warn", "info", NULL};
const char *const watch_format_words[] = {"text", "json", NULL};

/* ---- while it works */

static bool wants_metrics(const struct run_watch *w)
{
    return w->options->metrics || w->server;
}

/* Metrics are no reason to end a run: that they are missing is told once. */
static void tell_once(struct run_watch *w, bool *told, const struct ls_error *why)
{
    const struct ls_journal_field field = ls_field_text("reason", why->text);
    if (!*told) {
        ls_journal_write(w->journal, LS_JOURNAL_WARN, "metrics_failed", why->text, &field, 1);
    }
    *told = true;
}

static void save_metrics(struct run_watch *w)
{
    struct ls_error err;
    if (w->options->metrics && ls_metrics_save(w->options->metrics, w->metrics.text.data,
                                               w->metrics.text.size, &err) < 0) {
        tell_once(w, &w->file_failed, &err);
    }
    w->saved_ns = ls_clock_ns();
}

static void publish_metrics(struct run_watch *w, const struct ls_run_numbers *numbers)
{
    struct ls_error err;
    struct ls_run_moment now = {.version = LS_VERSION, .wall_ms = ls_clock_wall_ms()};
    ls_process_usage(&now.usage);
    int rc = ls_run_metrics(numbers, &now, &w->metrics, &err);
    if (rc == 0 && w->server) {
        rc = ls_metrics_server_publish(w->server, w->metrics.text.data, w->metrics.text.size, &err);
    }
    if (rc < 0) {
        tell_once(w, &w->server_failed, &err);
    } else if (ls_clock_ns() - w->saved_ns >= FILE_NS) {
        save_metrics(w);
    }
}

static void sum_up(const struct ls_run_numbers *n, struct ls_run_totals *out)
{
    *out = (struct ls_run_totals){.records = n->records,
                                  .checkpoints = n->checkpoints.written,
                                  .restarts = n->checkpoints.restarts,
                                  .damaged = n->checkpoints.damaged,
                                  .elapsed_ns = n->elapsed_ns};
    for (size_t i = 0; i < n->plan->topic_count * n->partitions; i++) {
        const struct ls_partition_counts *c = &n->parts[i].counts;
        out->normalized += c->by_reason[LS_ADMITTED];
        out->quarantined += c->raw - c->heartbeats - c->by_reason[LS_ADMITTED];
    }
    for (size_t v = 0; v < n->views->count; v++) {
        out->rows += n->of_views[v].rows;
        out->late += n->of_views[v].late;
    }
}

static bool is_due(void *context)
{
    const struct run_watch *w = context;
    return ls_clock_ns() - w->shown_ns >= SECOND_NS;
}

static void show(void *context, const struct ls_run_numbers *numbers)
{
    struct run_watch *w = context;
    w->shown_ns = ls_clock_ns();
    sum_up(numbers, &w->totals);
    ls_journal_settle(w->journal);
    if (wants_metrics(w)) {
        publish_metrics(w, numbers);
    }
}

/* ---- begin */

static int open_journal(struct run_watch *w, struct ls_error *err)
{
    const struct watch_options *o = w->options;
    bool to_stderr = !o->log || strcmp(o->log, "-") == 0;
    bool asked = o->log || o->log_format == JSON;
    struct ls_journal_options options = {.path = to_stderr ? NULL : o->log,
                                         .json = o->log_format == JSON,
                                         .level = asked ? LS_JOURNAL_INFO : LS_JOURNAL_WARN,
                                         .rate = (unsigned)o->log_rate};
    if (o->log_level != AUTO) {
        options.level = (enum ls_journal_level)(o->log_level - 1);
    }
    w->stderr_is_json = to_stderr && options.json;
    int rc = ls_journal_open(&options, &w->journal, err);
    return rc < 0 ? ls_error_prefix(err, "--log") : rc;
}

static int open_metrics(struct run_watch *w, struct ls_error *err)
{
    const struct watch_options *o = w->options;
    int rc = o->metrics ? ls_metrics_save(o->metrics, "", 0, err) : 0;
    if (rc < 0) {
        return ls_error_prefix(err, "--metrics");
    }
    rc = o->metrics_port ? ls_metrics_server_start(o->metrics_port, &w->server, err) : 0;
    if (rc < 0) {
        return ls_error_prefix(err, "--metrics-port");
    }
    if (w->server) {
        char message[LS_ADDRESS_TEXT_MAX + 64];
        const char *address = ls_metrics_server_address(w->server);
        const struct ls_journal_field field = ls_field_text("address", address);
        snprintf(message, sizeof message, "metrics are at http://%s/metrics", address);
        ls_journal_write(w->journal, LS_JOURNAL_INFO, "metrics_served", message, &field, 1);
    }
    return 0;
}

int run_watch_open(struct run_watch *w, const struct watch_options *options, const char *mode,
                   const char *to, struct ls_error *err)
{
    const char *const places[] = {options->metrics, options->log};
    *w = (struct run_watch){.options = options, .mode = mode};
    ls_metrics_init(&w->metrics);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof places / sizeof *places; i++) {
        rc = places[i] ? pipeline_check_place(places[i], to, err) : 0;
    }
    rc = rc < 0 ? rc : open_journal(w, err);
    rc = rc < 0 ? rc : open_metrics(w, err);
    w->watch = (struct ls_run_watch){w->journal, is_due, show, w};
    ls_progress_begin(&w->progress, w->stderr_is_json ? NULL : stderr, mode,
                      strcmp(mode, "batch") == 0 ? "records read" : "records");
    return rc;
}

void run_watch_begin(struct run_watch *w, const struct pipeline *pipeline, const char *from,
                     const char *to)
{
    char job[LS_HEX_MAX];
    char spec[LS_HEX_MAX];
    char message[LS_ERROR_TEXT_MAX];
    const struct ls_record_plan *plan = pipeline->plan;
    ls_hex(plan->job.bytes, LS_SHA256_SIZE, job);
    ls_hex(plan->spec->hash.bytes, LS_SHA256_SIZE, spec);
    const struct ls_journal_field fields[] = {
        ls_field_text("mode", w->mode),       ls_field_text("domain", plan->spec->domain),
        ls_field_text("version", LS_VERSION), ls_field_count("format_version", LS_FORMAT_VERSION),
        ls_field_text("job_sha256", job),     ls_field_text("spec_sha256", spec),
        ls_field_text("from", from),          ls_field_text("to", to),
    };
    snprintf(message, sizeof message, "%s run of %s (job %.12s, lockstep %s) from %s to %s",
             w->mode, plan->spec->domain, job, LS_VERSION, from, to);
    ls_journal_write(w->journal, LS_JOURNAL_INFO, "run_began", message, fields,
                     sizeof fields / sizeof *fields);
}

/* ---- end */

static void tell_end(const struct run_watch *w)
{
    char grouped[4][LS_GROUPED_MAX];
    char message[256];
    const struct ls_run_totals *t = &w->totals;
    uint64_t ms = t->elapsed_ns / 1000000;
    const struct ls_journal_field fields[] = {
        ls_field_count("records", t->records),
        ls_field_count("normalized", t->normalized),
        ls_field_count("quarantined", t->quarantined),
        ls_field_count("rows", t->rows),
        ls_field_count("late", t->late),
        ls_field_count("elapsed_ms", ms),
        ls_field_count("checkpoints", t->checkpoints),
        ls_field_count("restarts", t->restarts),
        ls_field_count("damaged", t->damaged),
        ls_field_json("stopped", w->stopped ? "true" : "false", w->stopped ? 4 : 5),
    };
    snprintf(message, sizeof message, "%s: %s records, %s normalized, %s quarantined, %s rows",
             w->stopped ? "stopped" : "done", ls_grouped(t->records, grouped[0]),
             ls_grouped(t->normalized, grouped[1]), ls_grouped(t->quarantined, grouped[2]),
             ls_grouped(t->rows, grouped[3]));
    ls_journal_write(w->journal, LS_JOURNAL_INFO, "run_ended", message, fields,
                     sizeof fields / sizeof *fields);
}

/* On stderr the program says it itself, unless that is JSON. */
static void tell_failure(const struct run_watch *w, int rc, const struct ls_error *err)
{
    const struct ls_journal_field fields[] = {ls_field_number("exit_status", -rc),
                                              ls_field_text("reason", err->text)};
    bool to_file = w->options->log && strcmp(w->options->log, "-") != 0;
    if (to_file || w->stderr_is_json) {
        ls_journal_write(w->journal, LS_JOURNAL_ERROR, "run_failed", err->text, fields,
                         sizeof fields / sizeof *fields);
    }
    if (w->stderr_is_json && w->journal) {
        cli_error_was_told();
    }
}

int run_watch_end(struct run_watch *w, int rc, struct ls_error *err)
{
    struct ls_error lost;
    ls_progress_end(&w->progress);
    if (w->metrics.text.size) {
        save_metrics(w);
    }
    ls_metrics_server_stop(w->server);
    if (rc < 0) {
        tell_failure(w, rc, err);
    } else {
        tell_end(w);
    }
    if (ls_journal_close(w->journal, &lost) < 0) {
        fprintf(stderr, "lockstep: warning: %s\n", lost.text);
    }
    ls_metrics_clear(&w->metrics);
    return rc;
}
