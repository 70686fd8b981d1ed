#include "cli/commands.h"
#include "cli/run_summary.h"
#include "cli/run_watch.h"
#include "cli/through.h"
#include "pipeline/stream/stream_run.h"

#include <stdio.h>
#include <string.h>

struct options {
    struct spec_options spec;
    struct watch_options watch;
    const char *from, *to, *state, *through, *reference, *order;
    int64_t workers, batch, checkpoint_ms, checkpoint_records, ahead_ms, poll_ms, state_max;
    bool once, follow, final;
    struct ls_names properties;
};

static const struct ls_option rows[] = {
    {"from", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, from),
     .summary = "The log: log:DIR or kafka://HOST:PORT/PREFIX."},
    {"to", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, to),
     .summary =
         "Folder for datasets/, manifest.json and summary.json; or log:DIR or kafka://..., whose "
         "topics get the same rows."},
    {"state", LS_OPTION_TEXT, 0, offsetof(struct options, state),
     .summary = "Folder of checkpoints [TO/state, with log:DIR DIR.state]; a run goes on from the "
                "last one there. With log:DIR manifest.json and summary.json are there too."},
    {"through", LS_OPTION_TEXT, 0, offsetof(struct options, through),
     .summary = "kafka://HOST:PORT[/PREFIX]: copies the log there, sends the rows to topics there, "
                "and makes the datasets of those; the topics stay."},
    {"once", LS_OPTION_FLAG, 0, offsetof(struct options, once), .fallback = "false",
     .summary = "Takes what is there of a log that may still be written, and ends; the next run "
                "goes on from there."},
    {"follow", LS_OPTION_FLAG, 0, offsetof(struct options, follow), .fallback = "false",
     .summary = "Goes on as the log grows, until its writer has finished it. The first Ctrl-C or "
                "SIGTERM saves what was read and ends with 0, a second one ends at once."},
    {"final", LS_OPTION_FLAG, 0, offsetof(struct options, final), .fallback = "false",
     .summary = "No more will come behind what this run reads: what is open is written to topics "
                "too, and the state goes no further."},
    {"poll", LS_OPTION_DURATION, 0, offsetof(struct options, poll_ms), .fallback = "200ms",
     .minimum = "1ms", .summary = "With --follow: time between two looks for more."},
    {"reference", LS_OPTION_TEXT, 0, offsetof(struct options, reference),
     .summary = "Folder of reference tables [the log's own]."},
    {"workers", LS_OPTION_INTEGER, 0, offsetof(struct options, workers), .fallback = "0",
     .minimum = "0", .maximum = "64",
     .summary = "Threads; 0 for one a processor. The bytes are the same."},
    {"batch", LS_OPTION_INTEGER, 0, offsetof(struct options, batch), .fallback = "1024",
     .minimum = "1", .maximum = "1000000", .summary = "Records that are read at once."},
    {"order", LS_OPTION_TEXT, 0, offsetof(struct options, order), .fallback = "round",
     .summary = "Interleaving of the partitions: round, reverse, sequential, random:SEED. The "
                "bytes are the same."},
    {"ahead", LS_OPTION_DURATION, 0, offsetof(struct options, ahead_ms), .fallback = "10m",
     .minimum = "1ms", .summary = "Data time that a partition is read ahead of the slowest."},
    {"state-max", LS_OPTION_SIZE, 0, offsetof(struct options, state_max), .fallback = "4GiB",
     .minimum = "1MiB",
     .summary = "Memory for what a run has to remember: ids, open windows, records that wait. One "
                "that needs more ends with 65."},
    {"checkpoint", LS_OPTION_DURATION, 0, offsetof(struct options, checkpoint_ms), .fallback = "5s",
     .minimum = "0", .summary = "Time between checkpoints; 0 for one at the end alone."},
    {"checkpoint-records", LS_OPTION_INTEGER, 0, offsetof(struct options, checkpoint_records),
     .fallback = "0", .minimum = "0", .summary = "Also after so many records."},
    WATCH_OPTION_ROWS(options, watch),
    KAFKA_OPTION_ROW(options, properties),
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"run stream", "",       sizeof(struct options),
                                      SIZE_MAX,     SIZE_MAX, rows};

static int set_order(const char *text, struct ls_stream_job *job, struct ls_error *err)
{
    static const struct {
        const char *word;
        enum ls_stream_order order;
    } words[] = {{"round", LS_ORDER_ROUND},
                 {"reverse", LS_ORDER_REVERSE},
                 {"sequential", LS_ORDER_SEQUENTIAL}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i].word) == 0) {
            job->order = words[i].order;
            return 0;
        }
    }
    int64_t seed;
    if (strncmp(text, "random:", 7) != 0 || !ls_read_integer(text + 7, &seed)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--order is round, reverse, sequential or random:SEED, not `%s`", text);
    }
    job->order = LS_ORDER_RANDOM;
    job->order_seed = (uint64_t)seed;
    return 0;
}

static const char *state_of(struct cli *cli, const struct options *o, struct ls_error *err)
{
    if (!o->state && ls_log_is_uri(o->to) && strncmp(o->to, "log:", 4) != 0) {
        ls_error_set(err, LS_E_USAGE,
                     "--state is missing: with rows on Kafka a folder has to be given for "
                     "checkpoints, manifest and summary");
        return NULL;
    }
    return o->state               ? o->state
           : ls_log_is_uri(o->to) ? ls_arena_printf(&cli->arena, err, "%s.state", o->to + 4)
                                  : ls_arena_printf(&cli->arena, err, "%s/state", o->to);
}

static int run_pipeline(const struct options *o, const struct pipeline *p, const char *state,
                        const struct through *through, struct run_watch *watch,
                        struct ls_error *err)
{
    struct ls_stream_result result;
    struct ls_stream_job job = {.plan = p->plan,
                                .views = p->views,
                                .from = through ? through->from : o->from,
                                .to = through ? through->to : o->to,
                                .state = state,
                                .workers = cli_threads(o->workers),
                                .batch = (size_t)o->batch,
                                .mode = o->follow ? LS_STREAM_FOLLOW
                                        : o->once ? LS_STREAM_ONCE
                                                  : LS_STREAM_BOUNDED,
                                .final = o->final || through,
                                .poll_ms = o->poll_ms,
                                .ahead_ms = o->ahead_ms,
                                .state_max = (size_t)o->state_max,
                                .checkpoint_ms = o->checkpoint_ms,
                                .checkpoint_records = (uint64_t)o->checkpoint_records,
                                .progress = pipeline_progress,
                                .context = &watch->progress,
                                .watch = &watch->watch};
    int rc = set_order(o->order, &job, err);
    if (rc < 0) {
        return rc;
    }
    run_watch_begin(watch, p, o->from, o->to);
    rc = ls_stream_run(&job, &result, err);
    if (rc == LS_E_INTERRUPTED) {
        ls_error_set(err, rc,
                     "interrupted; the same command goes on from the last checkpoint in %s, if "
                     "there is one",
                     job.state);
    }
    watch->stopped = rc == 0 && result.stopped;
    if (watch->stopped && !watch->stderr_is_json) {
        fprintf(stderr, "lockstep: stopped; the same command goes on from here\n");
    }
    return rc;
}

static int check_modes(const struct options *o, struct ls_error *err)
{
    if (o->once && o->follow) {
        return ls_error_set(err, LS_E_USAGE,
                            "--once ends with what is there, --follow goes on: give one of them");
    }
    if (o->through && (o->once || o->follow || ls_log_is_uri(o->to))) {
        return ls_error_set(err, LS_E_USAGE,
                            "--through takes a whole log and makes datasets: leave --once and "
                            "--follow out, and give a folder with --to");
    }
    if (o->through && ls_log_check(o->through, err) < 0) {
        return ls_error_prefix(err, "--through");
    }
    return 0;
}

static int run_either(struct cli *cli, const struct options *o, const struct pipeline *p,
                      const char *state, struct run_watch *watch, struct ls_error *err)
{
    struct through through;
    if (!o->through) {
        return run_pipeline(o, p, state, NULL, watch, err);
    }
    int rc = through_open(cli, o->through, o->from, state, &through, err);
    rc = rc < 0 ? rc : run_pipeline(o, p, state, &through, watch, err);
    rc = rc < 0 ? rc : through_collect(&through, p, state, o->to, err);
    rc = rc < 0 || watch->stopped ? rc : through_end(cli, &through, state, err);
    through_close(&through);
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct pipeline pipeline = {0};
    struct run_watch watch;
    const char *state = state_of(cli, o, err);
    const struct run_places places = {
        .to = o->to, .state = state, .about = ls_log_is_uri(o->to) ? state : o->to};
    if (!state) {
        return err->code;
    }
    int rc = check_modes(o, err);
    if (rc < 0) {
        return rc;
    }
    bool growing = o->once || o->follow;
    rc = run_watch_open(&watch, &o->watch, "stream", o->to, err);
    rc = rc < 0
             ? rc
             : pipeline_open(cli, &o->spec, o->from, growing, o->to, o->reference, &pipeline, err);
    rc = rc < 0 ? rc : pipeline_check_places(o->from, o->reference, o->to, state, err);
    rc = rc < 0 ? rc : run_either(cli, o, &pipeline, state, &watch, err);
    rc = run_watch_end(&watch, rc < 0 ? pipeline_advise(rc, err) : rc, err);
    rc = rc < 0 ? rc : run_summary_print(&pipeline, &places, (unsigned)watch.totals.damaged, err);
    pipeline_clear(&pipeline);
    return rc;
}

const struct command command_run_stream = {
    .name = "run stream",
    .synopsis = "SPEC --from URI --to DIR [options]",
    .summary = "Turns a log into datasets as a stream: incremental, with checkpoints.",
    .examples = "  lockstep run stream shop.yaml --from log:shop --to out            "
                "# a finished log, to its end\n"
                "  lockstep run stream shop.yaml --from log:shop --to out --once     "
                "# what is there of one that is still written\n"
                "  lockstep run stream shop.yaml --from log:shop --to out --follow   "
                "# on and on, as it grows\n"
                "  lockstep run stream shop.yaml --from log:shop --to out --final    "
                "# no more will come\n"
                "  lockstep run stream shop.yaml --from log:shop --to log:topics     "
                "# rows to topics: see `lockstep help collect`\n"
                "Each goes on from where the one before it ended, in out/state.\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
