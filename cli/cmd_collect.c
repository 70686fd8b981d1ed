#include "cli/commands.h"
#include "cli/pipeline_options.h"
#include "core/base/text.h"
#include "pipeline/output/collect.h"

#include <stdio.h>

struct options {
    struct spec_options spec;
    const char *from, *to;
    struct ls_names properties;
};

static const struct ls_option rows[] = {
    {"from", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, from),
     .summary = "The log that `run stream` wrote its rows to: log:DIR or kafka://..."},
    {"to", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, to),
     .summary = "Folder for datasets/."},
    KAFKA_OPTION_ROW(options, properties),
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"collect", "",       sizeof(struct options),
                                      SIZE_MAX,  SIZE_MAX, rows};

static int collect(const struct options *o, const struct pipeline *p, struct ls_error *err)
{
    char grouped[LS_GROUPED_MAX];
    struct ls_progress progress;
    struct ls_collected collected;
    const struct ls_collect_job job = {.plan = p->plan,
                                       .views = p->views,
                                       .from = o->from,
                                       .to = o->to,
                                       .progress = pipeline_progress,
                                       .context = &progress};
    ls_progress_begin(&progress, stderr, "collect", "rows");
    int rc = ls_collect(&job, &collected, err);
    ls_progress_end(&progress);
    if (rc == 0) {
        cli_print("%s rows in %zu datasets\n", ls_grouped(collected.rows, grouped),
                  collected.datasets);
    }
    if (rc == 0 && !collected.finished) {
        fprintf(stderr,
                "lockstep: no run has ended %s with --final: rows of what is open are "
                "missing\n",
                o->from);
    }
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct pipeline pipeline;
    if (ls_log_is_uri(o->to)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--to: datasets are files, not topics: give a folder instead of %s",
                            o->to);
    }
    int rc = pipeline_open_shapes(cli, &o->spec, o->from, o->to, &pipeline, err);
    rc = rc < 0 ? rc : pipeline_check_places(o->from, NULL, o->to, NULL, err);
    rc = rc < 0 ? rc : collect(o, &pipeline, err);
    pipeline_clear(&pipeline);
    return rc;
}

const struct command command_collect = {
    .name = "collect",
    .synopsis = "SPEC --from URI --to DIR",
    .summary = "Makes datasets of the rows that a streaming run wrote to topics.",
    .examples = "  lockstep run stream shop.yaml --from log:shop --to log:topics --final\n"
                "  lockstep collect shop.yaml --from log:topics --to collected\n"
                "  lockstep run batch shop.yaml --from log:shop --to batch\n"
                "  diff -r collected/datasets batch/datasets\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
