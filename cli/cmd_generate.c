#include "cli/commands.h"
#include "cli/plans.h"
#include "core/base/civil.h"
#include "core/base/text.h"
#include "generator/generate.h"

#include <stdio.h>
#include <string.h>

struct options {
    struct spec_options spec;
    const char *to;
    int64_t events, for_ms, until_ms, from_event, to_event, threads;
    const char *truth;
    bool resume;
};

static const struct ls_option rows[] = {
    {"to", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, to),
     .summary = "Where events go: log:DIR, or null: to write nothing."},
    {"events", LS_OPTION_INTEGER, 0, offsetof(struct options, events), .fallback = "-1",
     .minimum = "-1", .summary = "How many events, copies included."},
    {"for", LS_OPTION_DURATION, 0, offsetof(struct options, for_ms), .fallback = "0",
     .minimum = "0", .summary = "So much data time from the spec's start."},
    {"until", LS_OPTION_TIME, 0, offsetof(struct options, until_ms),
     .summary = "Until this data time."},
    {"threads", LS_OPTION_INTEGER, 0, offsetof(struct options, threads), .fallback = "0",
     .minimum = "0", .maximum = "256",
     .summary = "How many threads; 0 for one a processor. The bytes are the same."},
    {"truth", LS_OPTION_TEXT, 0, offsetof(struct options, truth),
     .summary = "Folder for the truth [DIR.truth, beside the log]."},
    {"resume", LS_OPTION_FLAG, 0, offsetof(struct options, resume), .fallback = "false",
     .summary = "Finishes a log that was interrupted, to the same bytes."},
    {"from-event", LS_OPTION_INTEGER, 0, offsetof(struct options, from_event), .fallback = "-1",
     .minimum = "-1", .summary = "A slice alone, from this event, without truth,"},
    {"to-event", LS_OPTION_INTEGER, 0, offsetof(struct options, to_event), .fallback = "-1",
     .minimum = "-1", .summary = "up to but not including this one."},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"generate", "",       sizeof(struct options),
                                      SIZE_MAX,   SIZE_MAX, rows};

static int on_progress(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    ls_progress_show(context, done, total);
    return cli_interrupted(err);
}

static void print_summary(const struct ls_plan *plan, const struct ls_generated *g, double seconds)
{
    char grouped[LS_GROUPED_MAX];
    cli_print("%s events", ls_grouped(g->events, grouped));
    cli_print(", %s bytes of values", ls_grouped(g->value_bytes, grouped));
    cli_print(", %s events/s\n", ls_grouped((uint64_t)((double)g->events / seconds), grouped));
    for (size_t t = 0; t < g->type_count; t++) {
        const struct ls_truth_totals *totals = &g->totals[t];
        if (!totals->raw) {
            continue;
        }
        cli_print("  %-32s %s raw, ", plan->types[t].spec->topic, ls_grouped(totals->raw, grouped));
        cli_print("%s admitted", ls_grouped(totals->by_outcome[LS_ADMITTED], grouped));
        for (int r = LS_ADMITTED + 1; r < LS_REASON_COUNT; r++) {
            if (totals->by_outcome[r]) {
                cli_print(", %s %s", ls_grouped(totals->by_outcome[r], grouped),
                          ls_reasons[r].name);
            }
        }
        cli_print("\n");
    }
}

/* The folder of a file log, or NULL. */
static const char *log_folder(const char *uri)
{
    return strncmp(uri, "log:", 4) == 0 ? uri + 4 : NULL;
}

static int set_bounds(const struct options *o, const struct ls_spec *spec, struct ls_generate *job,
                      struct ls_error *err)
{
    job->events = o->events < 0 ? UINT64_MAX : (uint64_t)o->events;
    job->until_ms = o->until_ms ? o->until_ms : INT64_MAX;
    if (o->for_ms && o->until_ms) {
        return ls_error_set(err, LS_E_USAGE, "--for and --until both say where to end: give one");
    }
    if (o->for_ms) {
        job->until_ms = spec->start_ms + o->for_ms;
    }
    job->slice = o->from_event >= 0 || o->to_event >= 0;
    if (job->slice && (o->from_event < 0 || o->to_event < 0)) {
        return ls_error_set(err, LS_E_USAGE, "a slice needs both --from-event and --to-event");
    }
    job->first = (uint64_t)o->from_event;
    job->end = (uint64_t)o->to_event;
    return 0;
}

static int generate(struct cli *cli, const struct options *o, const struct ls_spec *spec,
                    const struct ls_plan *plan, struct ls_error *err)
{
    struct ls_progress progress;
    struct ls_generated made;
    struct ls_generate job = {.plan = plan,
                              .to = o->to,
                              .threads = cli_threads(o->threads),
                              .resume = o->resume,
                              .progress = on_progress,
                              .context = &progress};
    const char *folder = log_folder(o->to);
    if (folder) {
        job.truth_folder = o->truth ? o->truth
                                    : ls_arena_printf(&cli->arena, err, "%s.truth", folder);
        job.reference_folder = ls_arena_printf(&cli->arena, err, "%s/reference", folder);
        if (!job.truth_folder || !job.reference_folder) {
            return err->code;
        }
    }
    int rc = set_bounds(o, spec, &job, err);
    if (rc < 0) {
        return rc;
    }
    ls_progress_begin(&progress, stderr, "generate");
    rc = ls_generate(&job, &made, err);
    double seconds = ls_progress_end(&progress);
    if (rc == 0 && made.was_complete) {
        cli_print("%s is finished already\n", o->to);
    } else if (rc == 0) {
        print_summary(plan, &made, seconds);
    } else if (rc == LS_E_INTERRUPTED && folder) {
        ls_error_set(err, rc,
                     "interrupted after %llu events; the log is partial: go on with --resume",
                     (unsigned long long)made.events);
    }
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    struct options *o = cli->options;
    struct ls_spec *spec;
    struct ls_plan *plan = NULL;
    int rc = cli_load_spec(cli, &o->spec, &spec, err);
    if (rc < 0) {
        return rc;
    }
    rc = cli_plan(spec, &plan, err);
    rc = rc < 0 ? rc : generate(cli, o, spec, plan, err);
    ls_plan_free(plan);
    ls_spec_free(spec);
    return rc;
}

const struct command command_generate = {
    .name = "generate",
    .synopsis = "SPEC --to URI [--events N | --for 20m | --until TIME] [options]",
    .summary = "Makes a spec's events, and the truth about what is wrong with them.",
    .examples =
        "  lockstep generate fixtures/domains/ecommerce.yaml --to log:/tmp/shop --events 1000000\n"
        "  lockstep generate fixtures/domains/ecommerce.yaml --to null: --events 10000000 "
        "--threads 1\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
