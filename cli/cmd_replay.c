#include "cli/commands.h"
#include "cli/pipeline_options.h"
#include "core/base/text.h"
#include "pipeline/batch/replay.h"

struct options {
    struct spec_options spec;
    const char *quarantine, *to, *reference;
};

static const struct ls_option rows[] = {
    {"quarantine", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, quarantine),
     .summary = "Folder of the run whose quarantine it is."},
    {"to", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, to),
     .summary = "The log to write: log:DIR."},
    {"reference", LS_OPTION_TEXT, 0, offsetof(struct options, reference),
     .summary = "Folder of the reference tables that are made from populations, if there are any."},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"replay", "",       sizeof(struct options),
                                      SIZE_MAX, SIZE_MAX, rows};

static void print_topic(const char *topic, const struct ls_replay_counts *counts)
{
    char grouped[LS_GROUPED_MAX];
    cli_print("  %-32s %s quarantined, ", topic, ls_grouped(counts->read, grouped));
    cli_print("%s replayed", ls_grouped(counts->replayed, grouped));
    for (int reason = 0; reason < LS_REASON_COUNT; reason++) {
        if (counts->left[reason]) {
            cli_print(", %s %s", ls_grouped(counts->left[reason], grouped),
                      reason == LS_ADMITTED ? "heartbeats" : ls_reasons[reason].name);
        }
    }
    if (counts->known) {
        cli_print(", %s with an id that is normalized", ls_grouped(counts->known, grouped));
    }
    cli_print("\n");
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct pipeline pipeline = {0};
    int rc = pipeline_check_apart(o->quarantine, o->to, err);
    rc = rc < 0 ? rc : pipeline_open_plan(cli, &o->spec, o->reference, &pipeline, err);
    struct ls_replay_counts *counts = rc < 0 ? NULL
                                             : ls_arena_new(&cli->arena, pipeline.plan->topic_count,
                                                            sizeof *counts, err);
    if (counts) {
        const struct ls_replay job = {pipeline.plan, o->quarantine, o->to};
        rc = ls_replay_run(&job, counts, err);
    }
    for (size_t t = 0; rc == 0 && counts && t < pipeline.plan->topic_count; t++) {
        print_topic(pipeline.plan->topics[t].type->topic, &counts[t]);
    }
    pipeline_clear(&pipeline);
    return rc < 0 || counts ? rc : err->code;
}

const struct command command_replay = {
    .name = "replay",
    .synopsis = "SPEC --quarantine DIR --to log:DIR [options]",
    .summary = "Writes the quarantined records of a run that pass now, after a fix, as a log.",
    .examples = "  lockstep replay mended.yaml --quarantine /tmp/batch --to log:/tmp/again "
                "--reference /tmp/shop/reference\n"
                "  lockstep run batch mended.yaml --from log:/tmp/again --to /tmp/more "
                "--reference /tmp/shop/reference\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
