#include "cli/commands.h"
#include "cli/run_summary.h"
#include "cli/run_watch.h"
#include "core/base/civil.h"
#include "pipeline/batch/batch_run.h"
#include "pipeline/output/backfill.h"

#include <stdio.h>
#include <string.h>

struct options {
    struct spec_options spec;
    struct watch_options watch;
    const char *from, *to, *reference, *as_of, *window, *into, *reason;
    int64_t workers, memory;
    int lateness; /* of switch_words */
    struct ls_names properties;
};

static const char *const switch_words[] = {"on", "off", NULL};

static const struct ls_option rows[] = {
    {"from", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, from),
     .summary = "The log: log:DIR or kafka://HOST:PORT/PREFIX."},
    {"to", LS_OPTION_TEXT, 0, offsetof(struct options, to),
     .summary = "Folder for datasets/, manifest.json and summary.json."},
    {"reference", LS_OPTION_TEXT, 0, offsetof(struct options, reference),
     .summary = "Folder of reference tables [the log's own]."},
    {"as-of", LS_OPTION_TEXT, 0, offsetof(struct options, as_of),
     .summary = "Only what had come before this time: 2026-01-01T18:30:00Z or 2026-01-01.",
     .example = "2026-01-01T18:30:00Z"},
    {"window", LS_OPTION_TEXT, 0, offsetof(struct options, window),
     .summary = "A..B: only rows of views whose window ends behind A and at B at the latest, or "
                "whose event_time is A or later and before B; no other datasets.",
     .example = "2026-01-01..2026-01-02"},
    {"into", LS_OPTION_TEXT, 0, offsetof(struct options, into),
     .summary = "Instead of --to, with --window and --reason: folder of a whole batch run, whose "
                "rows of the range are replaced."},
    {"reason", LS_OPTION_TEXT, 0, offsetof(struct options, reason),
     .summary = "Why, for the manifest [run]."},
    {"lateness", LS_OPTION_WORD, 0, offsetof(struct options, lateness), .fallback = "on",
     .words = switch_words,
     .summary = "off: nothing is late or too old, and the summary tells what lateness costs."},
    {"workers", LS_OPTION_INTEGER, 0, offsetof(struct options, workers), .fallback = "0",
     .minimum = "0", .maximum = "64",
     .summary = "Threads; 0 for one a processor. The bytes are the same."},
    {"memory", LS_OPTION_SIZE, 0, offsetof(struct options, memory), .fallback = "1GiB",
     .minimum = "16MiB", .summary = "For sorting; what does not fit is spilled below TO."},
    WATCH_OPTION_ROWS(options, watch),
    KAFKA_OPTION_ROW(options, properties),
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"run batch", "",       sizeof(struct options),
                                      SIZE_MAX,    SIZE_MAX, rows};

/* Times are written as in a spec. */
static int read_time(const char *option, const char *text, size_t size, int64_t *out,
                     struct ls_error *err)
{
    return ls_time_parse(text, size, out)
               ? 0
               : ls_error_set(err, LS_E_USAGE,
                              "%s: `%.*s` is no time: write 2026-01-01T18:30:00Z or 2026-01-01",
                              option, (int)size, text);
}

static int read_range(const char *text, struct ls_scope *out, struct ls_error *err)
{
    const char *dots = strstr(text, "..");
    if (!dots) {
        return ls_error_set(err, LS_E_USAGE,
                            "--window: `%s` is no range: write 2026-01-01..2026-01-02, or with "
                            "times of day",
                            text);
    }
    out->is_range = true;
    int rc = read_time("--window", text, (size_t)(dots - text), &out->from_ms, err);
    rc = rc < 0 ? rc : read_time("--window", dots + 2, strlen(dots + 2), &out->to_ms, err);
    return rc < 0 || out->from_ms < out->to_ms
               ? rc
               : ls_error_set(err, LS_E_USAGE, "--window: `%s` ends before it begins, or is empty",
                              text);
}

static int set_scope(const struct options *o, struct ls_scope *out, struct ls_error *err)
{
    *out = ls_scope_all;
    out->lateness_off = o->lateness != 0;
    out->has_as_of = o->as_of != NULL;
    out->reason = o->reason;
    int rc = o->as_of ? read_time("--as-of", o->as_of, strlen(o->as_of), &out->as_of_ms, err) : 0;
    return rc < 0 || !o->window ? rc : read_range(o->window, out, err);
}

static int check_usage(const struct options *o, struct ls_error *err)
{
    if (!o->to == !o->into) {
        return ls_error_set(err, LS_E_USAGE,
                            o->to ? "--to and --into are two places: give one"
                                  : "--to is missing: the folder to write");
    }
    if (o->into && (!o->window || !o->reason)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--into replaces the rows of a range, and its manifest tells why: give "
                            "--window A..B and --reason TEXT");
    }
    const char *place = o->to ? o->to : o->into;
    return ls_log_is_uri(place)
               ? ls_error_set(err, LS_E_USAGE,
                              "%s: a batch writes files, not topics: give a folder instead of %s",
                              o->to ? "--to" : "--into", place)
               : 0;
}

/* A run that is looked at, into a folder. */
static int run_batch(const struct options *o, struct pipeline *pipeline,
                     const struct ls_scope *scope, const char *to, struct run_watch *watch,
                     struct ls_error *err)
{
    struct ls_batch_result result;
    const struct ls_batch_job job = {.plan = pipeline->plan,
                                     .views = pipeline->views,
                                     .from = o->from,
                                     .to = to,
                                     .workers = cli_threads(o->workers),
                                     .memory = (size_t)o->memory,
                                     .scope = scope,
                                     .progress = pipeline_progress,
                                     .context = &watch->progress,
                                     .watch = &watch->watch};
    run_watch_begin(watch, pipeline, o->from, to);
    return ls_batch_run(&job, &result, err);
}

/* Beside what is there, then in its place. */
static int run_backfill(const struct options *o, struct pipeline *pipeline,
                        const struct ls_scope *scope, struct ls_backfill *backfill,
                        struct run_watch *watch, struct ls_error *err)
{
    int rc = run_batch(o, pipeline, scope, ls_backfill_range(backfill), watch, err);
    return rc < 0 ? rc : ls_backfill_put(backfill, err);
}

static int run_all(struct cli *cli, const struct options *o, const struct ls_scope *scope,
                   struct ls_error *err)
{
    struct run_places places = {.to = o->to ? o->to : o->into, .about = o->to};
    struct pipeline pipeline = {0};
    struct ls_backfill *backfill = NULL;
    struct run_watch watch;
    int rc = run_watch_open(&watch, &o->watch, "batch", places.to, err);
    rc = rc < 0
             ? rc
             : pipeline_open_as_of(cli, &o->spec, o->from, places.to, o->reference,
                                   scope->has_as_of ? scope->as_of_ms : INT64_MAX, &pipeline, err);
    rc = rc < 0 ? rc : pipeline_check_places(o->from, o->reference, places.to, NULL, err);
    if (rc == 0 && o->into) {
        rc = ls_backfill_open(o->into, pipeline.plan, pipeline.views, scope, &backfill, err);
    }
    if (rc == 0) {
        rc = backfill ? run_backfill(o, &pipeline, scope, backfill, &watch, err)
                      : run_batch(o, &pipeline, scope, o->to, &watch, err);
    }
    if (backfill) {
        const char *range = ls_backfill_range(backfill);
        places = (struct run_places){.to = range, .about = range, .into = o->into};
    }
    rc = run_watch_end(&watch, rc < 0 ? pipeline_advise(rc, err) : rc, err);
    rc = rc < 0 ? rc : run_summary_print(&pipeline, &places, 0, err);
    ls_backfill_free(backfill);
    pipeline_clear(&pipeline);
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_scope scope;
    int rc = check_usage(o, err);
    rc = rc < 0 ? rc : set_scope(o, &scope, err);
    return rc < 0 ? rc : run_all(cli, o, &scope, err);
}

const struct command command_run_batch = {
    .name = "run batch",
    .synopsis = "SPEC --from URI --to DIR [options]",
    .summary = "Turns a log into datasets as a batch: sorted and scanned, from all records.",
    .examples =
        "  lockstep run batch fixtures/domains/ecommerce.yaml --from log:/tmp/shop --to "
        "/tmp/batch\n"
        "  lockstep run batch fixtures/domains/market.yaml --from log:/tmp/market --to "
        "/tmp/yesterday --as-of 2026-01-05T18:00:00Z\n"
        "  lockstep run batch fixtures/domains/market.yaml --from log:/tmp/market --into "
        "/tmp/batch --window 2026-01-05..2026-01-06 --reason 'rates of the 5th corrected'\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
