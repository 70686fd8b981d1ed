#include "cli/commands.h"
#include "cli/log_overview.h"
#include "core/base/text.h"
#include "core/log/compare.h"

#include <stdio.h>

struct options {
    struct ls_names properties;
};

static const struct ls_option rows[] = {
    KAFKA_OPTION_ROW(options, properties),
    {.name = NULL},
};
static const struct ls_table table = {"log compare", "",       sizeof(struct options),
                                      SIZE_MAX,      SIZE_MAX, rows};

static int compare(const struct ls_log *a, const struct ls_log *b, struct ls_error *err)
{
    char grouped[2][LS_GROUPED_MAX];
    struct ls_log_compared found;
    struct log_progress progress = {.total = ls_log_records(a)};
    const struct ls_log_compare job = {a, b, log_progress_tell, &progress};
    ls_progress_begin(&progress.line, stderr, "compare", "records");
    int rc = ls_log_compare(&job, &found, err);
    ls_progress_end(&progress.line);
    if (rc == 0 && found.differ) {
        cli_print("Verdict: different: %s; %s records before it are the same\n", found.difference,
                  ls_grouped(found.records, grouped[0]));
        return LS_DIFFERS;
    }
    if (rc == 0) {
        cli_print("Verdict: the same, %s records in %s partition%s\n",
                  ls_grouped(found.records, grouped[0]), ls_grouped(found.partitions, grouped[1]),
                  found.partitions == 1 ? "" : "s");
    }
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    struct ls_log *logs[2] = {NULL, NULL};
    int rc = 0;
    for (int i = 0; rc == 0 && i < 2; i++) {
        rc = ls_log_open(cli->subjects[i], true, &logs[i], err);
    }
    rc = rc < 0 ? rc : compare(logs[0], logs[1], err);
    for (int i = 0; i < 2; i++) {
        if (rc >= 0 && !ls_log_is_complete(logs[i])) {
            fprintf(stderr, "lockstep: %s is not finished: what is there was compared\n",
                    cli->subjects[i]);
        }
        ls_log_close(logs[i]);
    }
    return rc;
}

const struct command command_log_compare = {
    .name = "log compare",
    .synopsis = "URI URI",
    .summary = "Are two logs the same, record by record, wherever they are kept?",
    .examples = "  lockstep log compare log:/tmp/shop kafka://127.0.0.1:9092/shop\n",
    .subjects_min = 2,
    .subjects_max = 2,
    .options = &table,
    .run = run,
};
