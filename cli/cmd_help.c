#include "cli/commands.h"
#include "cli/reference.h"

#include <string.h>

struct options {
    const char *reference;
};

static const struct ls_option rows[] = {
    {"reference", LS_OPTION_TEXT, 0, offsetof(struct options, reference),
     .summary =
         "Print a page of the reference as Markdown: spec, reasons, cases, target or commands."},
    {.name = NULL},
};
static const struct ls_table table = {"help", "", sizeof(struct options), SIZE_MAX, SIZE_MAX, rows};

static const char first_screen[] =
    "lockstep shows whether a stream and a batch of the same computation give the same bytes.\n"
    "\n"
    "Begin with\n"
    "\n"
    "  lockstep verify fixtures/domains/ecommerce.yaml --events 100000 --case-events 20000\n"
    "\n"
    "which generates events with faults on purpose, runs the reference pipeline both ways,\n"
    "compares, and tries to break it. A spec of your own: copy that file, then\n"
    "`lockstep config check my-spec.yaml`. A pipeline of your own: `lockstep verify --help`.\n"
    "\n"
    "Verbs:\n";

static const char last_lines[] =
    "\n"
    "`lockstep help VERB` tells more of one, `lockstep explain ID` of a case, reason or rule.\n"
    "A SPEC is a domain file; logs are URIs: log:DIR.\n"
    "`lockstep help exit-codes` lists the exit codes.\n";

/* enum ls_code, for people. */
const char cli_exit_codes[] = "  0    the same, or done\n"
                              "  1    it differs\n"
                              "  2    inconclusive: nothing was shown, empty input included\n"
                              "  3    schemas are incompatible\n"
                              "  4    the selection named nothing\n"
                              "  64   usage: the command line\n"
                              "  65   configuration or data, a named limit among it\n"
                              "  66   an input file or folder is missing\n"
                              "  70   a bug of this program\n"
                              "  71   the system refused memory or a thread\n"
                              "  74   reading or writing, a full disk among it\n"
                              "  130  interrupted\n"
                              "  141  whoever read the standard output has gone\n";

static void print_verbs(void)
{
    cli_print("%s", first_screen);
    for (const struct command *const *c = commands; *c; c++) {
        cli_print("  %-19s %s\n", (*c)->name, (*c)->summary);
    }
    cli_print("%s", last_lines);
}

/* The verbs that begin with a word: "log" has `log show` and `log check`. */
static bool print_group(const char *word)
{
    bool found = false;
    size_t size = strlen(word);
    for (const struct command *const *c = commands; *c; c++) {
        if (strncmp((*c)->name, word, size) == 0 && (*c)->name[size] == ' ') {
            cli_print("  %-19s %s\n", (*c)->name, (*c)->summary);
            found = true;
        }
    }
    return found;
}

static int print_one(struct cli *cli, struct ls_error *err)
{
    char *words[2] = {NULL, NULL};
    int used;
    struct ls_buf out;
    for (int i = 0; i < cli->subject_count; i++) {
        words[i] = ls_arena_text(&cli->arena, cli->subjects[i], strlen(cli->subjects[i]), err);
        if (!words[i]) {
            return err->code;
        }
    }
    const struct command *command = cli_find_command(cli->subject_count, words, &used, err);
    if (!command || used < cli->subject_count) {
        return cli->subject_count == 1 && print_group(words[0]) ? 0
               : command
                   ? ls_error_set(err, LS_E_USAGE, "`%s` is one word too many: lockstep help %s",
                                  words[used], command->name)
                   : err->code;
    }
    ls_buf_init(&out, "help", 1U << 20);
    int rc = cli_help_text(command, &out, err);
    cli_print_buf(&out);
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    if (o->reference) {
        return reference_print(o->reference, err);
    }
    if (cli->subject_count == 1 && strcmp(cli->subjects[0], "exit-codes") == 0) {
        cli_print("%s", cli_exit_codes);
        return 0;
    }
    if (cli->subject_count) {
        return print_one(cli, err);
    }
    print_verbs();
    return 0;
}

const struct command command_help = {
    .name = "help",
    .synopsis = "[VERB|exit-codes]",
    .summary = "Shows the verbs, or tells more of one.",
    .examples = "  lockstep help\n  lockstep help generate\n  lockstep help log show\n",
    .subjects_min = 0,
    .subjects_max = 2,
    .options = &table,
    .run = run,
};
