#include "cli/args.h"
#include "cli/commands.h"
#include "cli/log_options.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/wide.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static atomic_bool print_failed;
static bool error_was_told;
static const char *own_name; /* how child processes call this program; NULL: by its path */

/* The first is heard when the program looks; the second ends it as if there were no handler. */
static void on_signal(int signal_number)
{
    if (interrupted) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    interrupted = signal_number;
}

void cli_error_was_told(void)
{
    error_was_told = true;
}

int cli_interrupted(struct ls_error *err)
{
    return interrupted ? ls_error_set(err, LS_E_INTERRUPTED, "interrupted") : 0;
}

void cli_print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (vfprintf(stdout, format, args) < 0) {
        atomic_store(&print_failed, true);
    }
    va_end(args);
}

unsigned cli_threads(int64_t wanted)
{
    long processors = wanted > 0 ? (long)wanted : sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : (unsigned)processors;
}

bool cli_read_seeds(const char *text, uint64_t *first, uint64_t *last)
{
    const char *dots = strstr(text, "..");
    ls_i128 a = 0;
    ls_i128 b = 0;
    if (!dots || !ls_decimal_parse(text, (size_t)(dots - text), 0, &a) ||
        !ls_decimal_parse(dots + 2, strlen(dots + 2), 0, &b) || a < 0 || b < a || b > INT64_MAX) {
        return false;
    }
    *first = (uint64_t)a;
    *last = (uint64_t)b;
    return true;
}

void cli_print_buf(struct ls_buf *text)
{
    if (text->size && fwrite(text->data, 1, text->size, stdout) != text->size) {
        atomic_store(&print_failed, true);
    }
    ls_buf_clear(text);
}

void cli_print_diagnostics(struct ls_buf *report)
{
    if (report->size) {
        fwrite(report->data, 1, report->size, stderr);
    }
    ls_buf_clear(report);
}

int cli_layers(struct cli *cli, const char *path, const struct spec_options *options,
               struct ls_layers *out, struct ls_error *err)
{
    static const struct ls_option seed_row = {
        .name = "seed", .type = LS_OPTION_INTEGER, .minimum = "0", .example = "20260101"};
    int64_t ignored;
    const char **sets = ls_arena_new(&cli->arena, options->sets.count + 2, sizeof *sets, err);
    if (!sets) {
        return err->code;
    }
    size_t count = options->sets.count;
    if (count) {
        memcpy(sets, options->sets.items, count * sizeof *sets);
    }
    if (options->seed) { /* read here, so that a wrong one is not told as one of --set */
        int rc = ls_option_from_text(&seed_row, options->seed, &ignored, &cli->arena, err);
        if (rc < 0) {
            return rc;
        }
        sets[count] = ls_arena_printf(&cli->arena, err, "seed=%s", options->seed);
        if (!sets[count]) {
            return err->code;
        }
    }
    *out = (struct ls_layers){path, options->config_root, options->environment, options->profile,
                              sets};
    return 0;
}

int cli_load_spec_at(struct cli *cli, const char *path, const struct spec_options *options,
                     struct ls_spec **out, struct ls_error *err)
{
    struct ls_layers layers;
    struct ls_buf report;
    int rc = cli_layers(cli, path, options, &layers, err);
    if (rc < 0) {
        return rc;
    }
    ls_buf_init(&report, "diagnostics", 16U << 20);
    rc = ls_spec_load(&layers, out, &report, err);
    cli_print_diagnostics(&report);
    return rc;
}

int cli_load_spec(struct cli *cli, const struct spec_options *options, struct ls_spec **out,
                  struct ls_error *err)
{
    return cli_load_spec_at(cli, cli->subjects[0], options, out, err);
}

/* "run" of "run stream". */
bool cli_is_full(const struct ls_error *err)
{
    static const int full[] = {ENOSPC, EDQUOT, EFBIG};
    bool found = false;
    for (size_t i = 0; err->code == LS_E_IO && i < sizeof full / sizeof *full; i++) {
        struct ls_error one; /* ": " and the system's word */
        ls_error_errno(&one, LS_E_IO, full[i], "%s", "");
        found = found || strstr(err->text, one.text);
    }
    return found;
}

static bool is_group(const char *word)
{
    size_t size = strlen(word);
    for (const struct command *const *c = commands; *c; c++) {
        if (strncmp((*c)->name, word, size) == 0 && (*c)->name[size] == ' ') {
            return true;
        }
    }
    return false;
}

static int unknown_command(int argc, char **argv, struct ls_error *err)
{
    const char *names[65];
    char firsts[64][32]; /* "run" of "run stream" */
    size_t count = 0;
    bool group = is_group(argv[0]);
    size_t prefix = strlen(argv[0]) + 1;
    if (group && argc == 1) {
        return ls_error_set(err, LS_E_USAGE, "`%s` needs one more word: `lockstep help %s`",
                            argv[0], argv[0]);
    }
    for (const struct command *const *c = commands; *c && count < 64; c++) {
        bool inside = strncmp((*c)->name, argv[0], prefix - 1) == 0 &&
                      (*c)->name[prefix - 1] == ' ';
        if (group && inside) {
            names[count++] = (*c)->name + prefix;
        } else if (!group) {
            snprintf(firsts[count], sizeof *firsts, "%.*s", (int)strcspn((*c)->name, " "),
                     (*c)->name);
            names[count] = firsts[count];
            count++;
        }
    }
    names[count] = NULL;
    const char *word = group ? argv[1] : argv[0];
    const char *near = ls_did_you_mean(word, names);
    if (group && !near) {
        char all[200];
        return ls_error_set(err, LS_E_USAGE,
                            "there is no verb `%s %s`: behind `%s` stands one of %s", argv[0], word,
                            argv[0], ls_join(names, all, sizeof all));
    }
    return ls_error_set(err, LS_E_USAGE,
                        "there is no verb `%s%s%s`%s%s%s; `lockstep help` lists them",
                        group ? argv[0] : "", group ? " " : "", word,
                        near ? ": did you mean `" : "", near ? near : "", near ? "`?" : "");
}

const struct command *cli_find_command(int argc, char **argv, int *used, struct ls_error *err)
{
    for (const struct command *const *c = commands; *c; c++) {
        const char *space = strchr((*c)->name, ' ');
        size_t first = space ? (size_t)(space - (*c)->name) : strlen((*c)->name);
        if (strlen(argv[0]) != first || memcmp(argv[0], (*c)->name, first) != 0) {
            continue;
        }
        if (!space || (argc > 1 && strcmp(argv[1], space + 1) == 0)) {
            *used = space ? 2 : 1;
            return *c;
        }
    }
    unknown_command(argc, argv, err);
    return NULL;
}

int cli_help_text(const struct command *command, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err, "%s\n\nUsage: lockstep %s%s%s\n\nExamples:\n%s",
                            command->summary, command->name, *command->synopsis ? " " : "",
                            command->synopsis, command->examples);
    if (rc == 0 && command->options) {
        rc = ls_buf_append_text(out, "\nOptions:\n", err);
        rc = rc < 0 ? rc : ls_table_help(command->options, out, err);
    }
    return rc;
}

static int print_help(const struct command *command, struct ls_error *err)
{
    struct ls_buf out;
    ls_buf_init(&out, "help", 1U << 20);
    int rc = cli_help_text(command, &out, err);
    cli_print_buf(&out);
    return rc;
}

static int run_command(const struct command *command, int argc, char **argv, struct ls_error *err)
{
    struct cli cli = {.command = command, .self = own_name};
    enum args_wish wish;
    ls_arena_init(&cli.arena, "command line", 16U << 20);
    int rc = args_parse(&cli, argc, argv, &wish, err);
    if (rc == 0 && wish != ARGS_RUN) {
        rc = wish == ARGS_HELP ? print_help(cli.command, err) : log_options_print(err);
    } else if (rc == 0) {
        rc = log_options_set(&cli, err);
        rc = rc < 0 ? rc : cli.command->run(&cli, err);
    }
    ls_arena_clear(&cli.arena);
    return rc;
}

static int run(int argc, char **argv, struct ls_error *err)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        return run_command(&command_help, 0, NULL, err);
    }
    if (strcmp(argv[1], "--version") == 0) {
        return run_command(&command_version, 0, NULL, err);
    }
    if (argc == 3 && is_group(argv[1]) &&
        (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
        return run_command(&command_help, 1, argv + 1, err);
    }
    int used = 0;
    const struct command *command = cli_find_command(argc - 1, argv + 1, &used, err);
    return command ? run_command(command, argc - 1 - used, argv + 1 + used, err) : err->code;
}

/* A descriptor of ours that is closed would be given to the next file, and what is printed would go
 * into that. */
static void occupy_closed_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0) {
            return; /* then the next file cannot be opened either */
        }
    }
}

static bool reader_has_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

int cli_main(int argc, char **argv, const char *self)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* the write fails, and the error says which */
    signal(SIGXFSZ, SIG_IGN);
    occupy_closed_descriptors();
    struct ls_error err = {0};
    own_name = self;
    int rc = run(argc, argv, &err);
    bool lost = fflush(stdout) != 0 || ferror(stdout) || atomic_load(&print_failed);
    if (rc >= 0 && lost) {
        rc = ls_error_set(&err, reader_has_gone() ? LS_E_PIPE : LS_E_IO,
                          "cannot write to the standard output");
    }
    if (rc < 0 && rc != LS_E_PIPE && !error_was_told) {
        fprintf(stderr, "lockstep: %s\n", err.text);
    }
    return rc < 0 ? -rc : rc;
}
