#include "cli/commands.h"
#include "cli/log_overview.h"
#include "core/base/text.h"

#include <stdio.h>

struct options {
    struct ls_names properties;
};

static const struct ls_option rows[] = {
    KAFKA_OPTION_ROW(options, properties),
    {.name = NULL},
};
static const struct ls_table table = {"log check", "",       sizeof(struct options),
                                      SIZE_MAX,    SIZE_MAX, rows};

/* 0, LS_INCONCLUSIVE for a log that nobody finished, or the damage. */
static int judge(const struct ls_log *log, const struct log_overview *overview,
                 struct ls_error *err)
{
    char grouped[2][LS_GROUPED_MAX];
    const char *records = ls_grouped(overview->records, grouped[0]);
    const char *partitions = ls_grouped(overview->partitions, grouped[1]);
    const char *plural = overview->partitions == 1 ? "" : "s";
    if (overview->damaged) {
        cli_print("Verdict: damaged, in %s of %s partition%s\n",
                  ls_grouped(overview->damaged, grouped[0]), partitions, plural);
        return ls_error_set(err, LS_E_DATA, "the first damage: %s", overview->damage.text);
    }
    if (!ls_log_is_complete(log)) {
        cli_print("Verdict: not finished; %s records in whole blocks of %s partition%s are sound\n",
                  records, partitions, plural);
        return LS_INCONCLUSIVE;
    }
    cli_print("Verdict: sound, %s records in %s partition%s\n", records, partitions, plural);
    return 0;
}

static int run(struct cli *cli, struct ls_error *err)
{
    struct ls_log *log;
    struct log_overview overview;
    struct log_progress progress;
    int rc = ls_log_open(cli->subjects[0], true, &log, err);
    if (rc < 0) {
        return rc;
    }
    progress.total = ls_log_records(log);
    struct ls_log_inspect job = {
        .log = log, .all = true, .progress = log_progress_tell, .context = &progress};
    ls_progress_begin(&progress.line, stderr, "check", "records");
    rc = log_overview_print(&job, cli->subjects[0], false, &progress.line, &overview, err);
    ls_progress_end(&progress.line);
    rc = rc < 0 ? rc : judge(log, &overview, err);
    ls_log_close(log);
    return rc;
}

const struct command command_log_check = {
    .name = "log check",
    .synopsis = "URI",
    .summary = "Reads a whole log: is its structure sound, is it finished? Judges no values.",
    .examples = "  lockstep log check log:/tmp/shop\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
