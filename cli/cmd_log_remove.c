#include "cli/commands.h"
#include "cli/log_options.h"
#include "core/base/text.h"
#include "core/log/log.h"

#include <string.h>

struct options {
    struct ls_names properties;
};

static const struct ls_option rows[] = {
    KAFKA_OPTION_ROW(options, properties),
    {.name = NULL},
};
static const struct ls_table table = {"log remove", "",       sizeof(struct options),
                                      SIZE_MAX,     SIZE_MAX, rows};

static int run(struct cli *cli, struct ls_error *err)
{
    const char *uri = cli->subjects[0];
    struct ls_log *log;
    char grouped[LS_GROUPED_MAX];
    size_t topics;
    if (strncmp(uri, "log:", 4) == 0) {
        return ls_error_set(err, LS_E_USAGE,
                            "%s is a folder, and not on a cluster: remove %s yourself", uri,
                            uri + 4);
    }
    int rc = ls_log_open(uri, true, &log, err);
    if (rc < 0) {
        return rc;
    }
    uint64_t records = ls_log_records(log);
    ls_log_topics(log, &topics);
    ls_log_close(log);
    rc = ls_log_remove(uri, err);
    if (rc == 0) {
        cli_print("removed %zu topic%s with %s records, and what was said of them\n", topics,
                  topics == 1 ? "" : "s", ls_grouped(records, grouped));
    }
    return rc;
}

const struct command command_log_remove = {
    .name = "log remove",
    .synopsis = "URI [-X KEY=VALUE]",
    .summary = "Removes the topics of a log from its cluster.",
    .examples = "  lockstep log remove kafka://127.0.0.1:9092/shop\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
