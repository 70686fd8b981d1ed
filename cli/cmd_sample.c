#include "cli/commands.h"
#include "cli/event_print.h"

struct options {
    struct spec_options spec;
    int64_t count, at;
    bool json;
};

static const struct ls_option rows[] = {
    {"n", LS_OPTION_INTEGER, 0, offsetof(struct options, count), .fallback = "5", .minimum = "1",
     .maximum = "1000000", .summary = "How many events."},
    {"at", LS_OPTION_INTEGER, 0, offsetof(struct options, at), .fallback = "0", .minimum = "0",
     .summary = "The first of them: any, at no cost.", .example = "1_000_000"},
    {"json", LS_OPTION_FLAG, 0, offsetof(struct options, json), .fallback = "false",
     .summary = "A line of JSON an event."},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"sample", "",       sizeof(struct options),
                                      SIZE_MAX, SIZE_MAX, rows};

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    return events_print(cli, cli->subjects[0], &o->spec, (uint64_t)o->at, (uint64_t)o->count,
                        o->json, err);
}

const struct command command_sample = {
    .name = "sample",
    .synopsis = "SPEC [-n N] [--at EVENT] [--json]",
    .summary = "Shows a few of a spec's events readably, with what is wrong with them.",
    .examples = "  lockstep sample fixtures/domains/ecommerce.yaml\n"
                "  lockstep sample fixtures/domains/ecommerce.yaml --at 1000000000 -n 1 --json\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
