/* What the verbs share: their table, their options, how a spec is found, how an error ends the
 * program. */
#ifndef LS_CLI_CLI_H
#define LS_CLI_CLI_H

#include "core/config/option.h"
#include "core/obs/progress.h"
#include "spec/spec.h"

struct cli;

struct command {
    const char *name;               /* "generate", "run stream" */
    const char *synopsis;           /* behind the name: "SPEC --to URI [options]" */
    const char *summary;            /* one line */
    const char *examples;           /* shown first by --help; lines */
    int subjects_min, subjects_max; /* words that are no options */
    const struct ls_table *options; /* NULL: none */
    /* 0, a positive answer (enum ls_code) or a negative code with `err` filled. */
    int (*run)(struct cli *cli, struct ls_error *err);
};

/* What the program's exit codes mean, a line each. */
extern const char cli_exit_codes[];

/* One verb's file each; see commands.c. */
extern const struct command *const commands[];

#define CLI_SUBJECTS_MAX 256

struct cli {
    const struct command *command;
    const char *self; /* how child processes call this program; NULL: by its path */
    void *options;    /* struct of command->options */
    int subject_count;
    const char *subjects[CLI_SUBJECTS_MAX];
    struct ls_arena arena; /* what the options' values live in */
};

/* The options that every verb with a SPEC takes; a verb's own struct begins with this. */
struct spec_options {
    const char *config_root;
    const char *environment;
    const char *profile;
    const char *seed;
    struct ls_names sets;
};

/* Of every verb that opens a log: what cli.c hands to Kafka before the verb runs. */
#define KAFKA_OPTION_ROW(struct_name, member)                                                      \
    {                                                                                              \
        "X", LS_OPTION_TEXT, LS_OPTION_REPEATED, offsetof(struct struct_name, member),             \
            .summary =                                                                             \
                "KEY=VALUE: a property for kafka://, of librdkafka's; `-X list` shows all.",       \
            .example = "sasl.username=shop"                                                        \
    }

#define SPEC_OPTION_ROWS(struct_name, member)                                                      \
    {"config-root", LS_OPTION_TEXT, 0, offsetof(struct struct_name, member.config_root),           \
     .summary = "Folder of platform.yaml and environments/ [the one above the spec's]."},          \
        {"env", LS_OPTION_TEXT, 0, offsetof(struct struct_name, member.environment),               \
         .summary = "environments/NAME.yaml over the platform."},                                  \
        {"profile", LS_OPTION_TEXT, 0, offsetof(struct struct_name, member.profile),               \
         .summary = "A profile of the spec over it."},                                             \
        {"seed", LS_OPTION_TEXT, 0, offsetof(struct struct_name, member.seed),                     \
         .summary = "The seed, instead of the spec's."},                                           \
    {                                                                                              \
        "set", LS_OPTION_TEXT, LS_OPTION_REPEATED, offsetof(struct struct_name, member.sets),      \
            .summary = "path=value over everything; may be repeated.",                             \
            .example = "topics.partitions=4"                                                       \
    }

/* The whole program. `self`: how child processes call it; NULL: by its path. */
int cli_main(int argc, char **argv, const char *self);

/* Loads the spec of subject 0, or of a path, with these options. Its diagnostics go to stderr. */
int cli_load_spec(struct cli *cli, const struct spec_options *options, struct ls_spec **out,
                  struct ls_error *err);
int cli_load_spec_at(struct cli *cli, const char *path, const struct spec_options *options,
                     struct ls_spec **out, struct ls_error *err);

/* The layers that a spec at `path` is made of; what they point to lives in the command's arena. */
int cli_layers(struct cli *cli, const char *path, const struct spec_options *options,
               struct ls_layers *out, struct ls_error *err);

/* Writes a text to stdout or stderr, and clears the buffer. */
void cli_print_buf(struct ls_buf *text);
void cli_print_diagnostics(struct ls_buf *report);

/* What --help says. */
int cli_help_text(const struct command *command, struct ls_buf *out, struct ls_error *err);

/* The command that the first words name, with how many words that are; else NULL with `err` filled:
 * LS_E_USAGE with what was meant. */
const struct command *cli_find_command(int argc, char **argv, int *used, struct ls_error *err);

/* "A..B": the seeds from A to B, both included. */
bool cli_read_seeds(const char *text, uint64_t *first, uint64_t *last);

/* The error with which the verb ends is in a log on stderr that is not for people: it is not said
 * again. */
void cli_error_was_told(void);

/* Does the error say that there was no room for what was to be written? */
bool cli_is_full(const struct ls_error *err);

/* Set by SIGINT and SIGTERM. Answers LS_E_INTERRUPTED once it is. */
int cli_interrupted(struct ls_error *err);

/* printf to stdout; a failed write is kept and ends the program with LS_E_IO (a full disk on stdout
 * is no success). */
void cli_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How many threads a run uses unless told: the processors of the machine. */
unsigned cli_threads(int64_t wanted);

#endif
