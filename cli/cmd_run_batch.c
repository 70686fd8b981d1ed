#include "cli/commands.h"
#include "cli/run_summary.h"
#include "cli/run_watch.h"
#include "core/base/civil.h"
#include "pipeline/batch/batch_run.h"

#include <stdio.h>
#include <string.h>

struct options {
    struct spec_options spec;
    struct watch_options watch;
    const char *from, *to, *reference, *as_of;
    int64_t workers, memory;
    int lateness; /* of switch_words */
};

static const char *const switch_words[] = {"on", "off", NULL};

static const struct ls_option rows[] = {
    {"from", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, from),
     .summary = "The log: log:DIR."},
    {"to", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, to),
     .summary = "Folder for datasets/, manifest.json and summary.json."},
    {"reference", LS_OPTION_TEXT, 0, offsetof(struct options, reference),
     .summary = "Folder of reference tables [the log's own]."},
    {"as-of", LS_OPTION_TEXT, 0, offsetof(struct options, as_of),
     .summary = "Only what had come before this time: 2026-01-01T18:30:00Z or 2026-01-01.",
     .example = "2026-01-01T18:30:00Z"},
    {"lateness", LS_OPTION_WORD, 0, offsetof(struct options, lateness), .fallback = "on",
     .words = switch_words,
     .summary = "off: nothing is late or too old, and the summary tells what lateness costs."},
    {"workers", LS_OPTION_INTEGER, 0, offsetof(struct options, workers), .fallback = "0",
     .minimum = "0", .maximum = "64",
     .summary = "Threads; 0 for one a processor. The bytes are the same."},
    {"memory", LS_OPTION_SIZE, 0, offsetof(struct options, memory), .fallback = "1GiB",
     .minimum = "16MiB", .summary = "For sorting; what does not fit is spilled below TO."},
    WATCH_OPTION_ROWS(options, watch),
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

static int set_scope(const struct options *o, struct ls_scope *out, struct ls_error *err)
{
    *out = ls_scope_all;
    out->lateness_off = o->lateness != 0;
    out->has_as_of = o->as_of != NULL;
    return o->as_of ? read_time("--as-of", o->as_of, strlen(o->as_of), &out->as_of_ms, err) : 0;
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

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_scope scope;
    struct pipeline pipeline = {0};
    struct run_watch watch;
    if (ls_log_is_uri(o->to)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--to: a batch writes files, not topics: give a folder instead of %s",
                            o->to);
    }
    const struct run_places places = {.to = o->to, .about = o->to};
    int rc = set_scope(o, &scope, err);
    if (rc < 0) {
        return rc;
    }
    rc = run_watch_open(&watch, &o->watch, "batch", o->to, err);
    rc = rc < 0 ? rc
                : pipeline_open_as_of(cli, &o->spec, o->from, o->to, o->reference,
                                      scope.has_as_of ? scope.as_of_ms : INT64_MAX, &pipeline, err);
    rc = rc < 0 ? rc : pipeline_check_places(o->from, o->reference, o->to, NULL, err);
    rc = rc < 0 ? rc : run_batch(o, &pipeline, &scope, o->to, &watch, err);
    rc = run_watch_end(&watch, rc, err);
    rc = rc < 0 ? rc : run_summary_print(&pipeline, &places, 0, err);
    pipeline_clear(&pipeline);
    return rc;
}

const struct command command_run_batch = {
    .name = "run batch",
    .synopsis = "SPEC --from URI --to DIR [options]",
    .summary = "Turns a log into datasets as a batch: sorted and scanned, from all records.",
    .examples = "  lockstep run batch fixtures/domains/ecommerce.yaml --from log:/tmp/shop --to "
                "/tmp/batch\n"
                "  lockstep run batch fixtures/domains/market.yaml --from log:/tmp/market --to "
                "/tmp/yesterday --as-of 2026-01-05T18:00:00Z\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
