#include "cli/args.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

static const struct ls_option *find_row(const struct ls_table *table, const char *name, size_t size)
{
    for (const struct ls_option *row = table ? table->rows : NULL; row && row->name; row++) {
        if (strlen(row->name) == size && memcmp(row->name, name, size) == 0) {
            return row;
        }
    }
    return NULL;
}

static int unknown_option(const struct cli *cli, const char *given, struct ls_error *err)
{
    const char *names[66];
    size_t count = 0;
    for (const struct ls_option *row = cli->command->options ? cli->command->options->rows : NULL;
         row && row->name && count < 64; row++) {
        names[count++] = row->name;
    }
    names[count++] = "help";
    names[count] = NULL;
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(given, "="), given);
    const char *near = ls_did_you_mean(word, names);
    return ls_error_set(err, LS_E_USAGE,
                        "`%s` has no option --%s%s%s%s; `lockstep %s --help` lists them",
                        cli->command->name, word, near ? ": did you mean --" : "", near ? near : "",
                        near ? "?" : "", cli->command->name);
}

static int add_text(struct cli *cli, struct ls_names *names, const char *text, struct ls_error *err)
{
    const char **items = ls_arena_new(&cli->arena, names->count + 2, sizeof *items, err);
    if (!items) {
        return err->code;
    }
    if (names->count) {
        memcpy(items, names->items, names->count * sizeof *items);
    }
    items[names->count++] = text;
    names->items = items;
    return 0;
}

static int set_option(struct cli *cli, const struct ls_option *row, const char *text,
                      struct ls_error *err)
{
    void *place = (char *)cli->options + row->offset;
    if (row->flags & LS_OPTION_REPEATED) {
        return add_text(cli, place, text, err);
    }
    return ls_option_from_text(row, text, place, &cli->arena, err);
}

/* `name`: what stands behind the dashes. */
static int parse_option(struct cli *cli, const char *name, int argc, char **argv, int *at,
                        struct ls_error *err)
{
    size_t size = strcspn(name, "=");
    const struct ls_option *row = find_row(cli->command->options, name, size);
    if (!row) {
        return unknown_option(cli, name, err);
    }
    if (name[size] == '=') {
        return set_option(cli, row, name + size + 1, err);
    }
    if (row->type == LS_OPTION_FLAG) {
        return set_option(cli, row, "true", err);
    }
    if (*at + 1 >= argc) {
        return ls_error_set(err, LS_E_USAGE, "%s needs a value", argv[*at]);
    }
    return set_option(cli, row, argv[++*at], err);
}

static int set_defaults(struct cli *cli, struct ls_error *err)
{
    const struct ls_table *table = cli->command->options;
    cli->options = ls_arena_new(&cli->arena, 1, table ? table->size : 1, err);
    if (!cli->options) {
        return err->code;
    }
    for (const struct ls_option *row = table ? table->rows : NULL; row && row->name; row++) {
        int rc = row->fallback ? set_option(cli, row, row->fallback, err) : 0;
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int check_required(const struct cli *cli, int argc, char **argv, struct ls_error *err)
{
    for (const struct ls_option *row = cli->command->options ? cli->command->options->rows : NULL;
         row && row->name; row++) {
        bool given = !(row->flags & LS_OPTION_REQUIRED);
        for (int i = 0; i < argc && !given; i++) {
            given = strncmp(argv[i], "--", 2) == 0 &&
                    strcspn(argv[i] + 2, "=") == strlen(row->name) &&
                    memcmp(argv[i] + 2, row->name, strlen(row->name)) == 0;
        }
        if (!given) {
            return ls_error_set(err, LS_E_USAGE, "--%s is missing: lockstep %s %s", row->name,
                                cli->command->name, cli->command->synopsis);
        }
    }
    return 0;
}

int args_parse(struct cli *cli, int argc, char **argv, enum args_wish *wish, struct ls_error *err)
{
    bool only_subjects = false;
    *wish = ARGS_RUN;
    int rc = set_defaults(cli, err);
    for (int i = 0; rc == 0 && i < argc; i++) {
        if (only_subjects || argv[i][0] != '-' || argv[i][1] == '\0') {
            if (cli->subject_count == cli->command->subjects_max ||
                cli->subject_count == CLI_SUBJECTS_MAX) {
                return ls_error_set(err, LS_E_USAGE, "`%s` is one word too many: lockstep %s %s",
                                    argv[i], cli->command->name, cli->command->synopsis);
            }
            cli->subjects[cli->subject_count++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            only_subjects = true;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *wish = ARGS_HELP;
        } else if (strncmp(argv[i], "--", 2) == 0) {
            rc = parse_option(cli, argv[i] + 2, argc, argv, &i, err);
        } else if (!argv[i][2] && find_row(cli->command->options, argv[i] + 1, 1)) {
            bool is_property = argv[i][1] == 'X';
            rc = parse_option(cli, argv[i] + 1, argc, argv, &i, err);
            if (rc == 0 && is_property && strcmp(argv[i], "list") == 0) {
                *wish = ARGS_PROPERTIES;
            }
        } else {
            return ls_error_set(err, LS_E_USAGE, "`%s` is no option: options begin with --",
                                argv[i]);
        }
    }
    if (rc < 0 || *wish != ARGS_RUN) {
        return *wish != ARGS_RUN ? 0 : rc;
    }
    if (cli->subject_count < cli->command->subjects_min) {
        return ls_error_set(err, LS_E_USAGE, "something is missing: lockstep %s %s",
                            cli->command->name, cli->command->synopsis);
    }
    return check_required(cli, argc, argv, err);
}
