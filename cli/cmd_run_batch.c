#include "cli/commands.h"
#include "cli/run_summary.h"
#include "cli/run_watch.h"
#include "pipeline/batch/batch_run.h"

struct options {
    struct spec_options spec;
    struct watch_options watch;
    const char *from, *to, *reference;
    int64_t workers, memory;
};

static const struct ls_option rows[] = {
    {"from", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, from),
     .summary = "The log: log:DIR."},
    {"to", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, to),
     .summary = "Folder for datasets/, manifest.json and summary.json."},
    {"reference", LS_OPTION_TEXT, 0, offsetof(struct options, reference),
     .summary = "Folder of reference tables [the log's own]."},
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

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct pipeline pipeline = {0};
    struct run_watch watch;
    struct ls_batch_result result;
    if (ls_log_is_uri(o->to)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--to: a batch writes files, not topics: give a folder instead of %s",
                            o->to);
    }
    const struct run_places places = {.to = o->to, .about = o->to};
    int rc = run_watch_open(&watch, &o->watch, "batch", o->to, err);
    rc = rc < 0 ? rc
                : pipeline_open(cli, &o->spec, o->from, false, o->to, o->reference, &pipeline, err);
    rc = rc < 0 ? rc : pipeline_check_places(o->from, o->reference, o->to, NULL, err);
    if (rc == 0) {
        struct ls_batch_job job = {.plan = pipeline.plan,
                                   .views = pipeline.views,
                                   .from = o->from,
                                   .to = o->to,
                                   .workers = cli_threads(o->workers),
                                   .memory = (size_t)o->memory,
                                   .progress = pipeline_progress,
                                   .context = &watch.progress,
                                   .watch = &watch.watch};
        run_watch_begin(&watch, &pipeline, o->from, o->to);
        rc = ls_batch_run(&job, &result, err);
    }
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
                "/tmp/batch\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
