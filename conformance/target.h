/* Targets (contract C6): what the suite judges. Commands, what they read and write, what they
 * claim; nothing else is known of one.
 *
 * In a command, {lockstep} {spec} {log} {reference} {to} {state} {window} {quarantine} are filled
 * in; a knob's words are added when a case turns it. */
#ifndef LS_CONFORMANCE_TARGET_H
#define LS_CONFORMANCE_TARGET_H

#include "conformance/compare.h"
#include "conformance/process.h"
#include "core/config/option.h"

struct ls_target {
    int64_t version;
    const char *name;
    const struct ls_yaml *stream, *batch; /* lists of words */
    const struct ls_yaml *upgraded;       /* the stream command of another version of it, or NULL */
    const struct ls_yaml *workers, *batch_size, *order,
        *checkpoint_records;                 /* knobs: lists of words with {n}; NULL: it has none */
    const struct ls_yaml *as_of, *lateness;  /* likewise, of the batch command: a time; `off` */
    const struct ls_yaml *backfill, *replay; /* lists of words; NULL: it can't */
    bool restarts;           /* killed and started again with the same {state}, it goes on, */
    bool grows;              /* also over a log that has more than before */
    const char *const *more; /* words behind the stream command; NULL: none */
    int64_t timeout_ms;
    int level;          /* enum ls_level */
    const char *folder; /* of its file, by its whole path; NULL: the reference pipeline */
    struct ls_where where;
    struct ls_arena arena;
    struct ls_diag diag;
};

extern const struct ls_table ls_target_table;

/* The reference pipeline: this program's own run stream and run batch. */
extern const char ls_target_reference[];

/* Reads a target file; `path` NULL gives the reference pipeline. Problems: LS_E_DATA with the
 * report in `report`. */
int ls_target_load(const char *path, struct ls_target **out, struct ls_buf *report,
                   struct ls_error *err);
void ls_target_free(struct ls_target *target);

/* Has the reference pipeline's stream take another way, which these words say (borrowed, ending
 * with NULL): one that ends for good with the log that it is given. */
void ls_target_divert(struct ls_target *target, const char *name, const char *const *words);

/* The program that each command begins with: LS_E_NOINPUT when it is missing, LS_E_DATA when it
 * cannot be executed. */
int ls_target_check_programs(const struct ls_target *target, struct ls_error *err);

/* What a run is given. */
struct ls_target_run {
    const char *lockstep; /* program, for {lockstep}; words separated by spaces are several */
    const char *spec, *log, *reference, *to, *state;
    const char *const *spec_options; /* --set and so on, ends with NULL: added where a command has
                                        the word {options} */
    const char *workers, *batch_size, *order, *checkpoint_records; /* NULL: not turned */
    const char *as_of, *lateness;
    const char *window;     /* "A..B", for {window} */
    const char *quarantine; /* folder of a run, for {quarantine}; `log` is to be written */
    bool upgraded;          /* as a stream: by the words of `upgraded`, */
    bool direct;            /* and without the words of ls_target_divert */
};

/* Does the target have the knob? "restarts", "grows", "workers", "batch_size", "order",
 * "checkpoint_records", "as_of", "lateness"; or, for "{options}", the word in both commands; or the
 * command "upgraded", "backfill" or "replay". */
bool ls_target_has(const struct ls_target *target, const char *knob);

/* Fills command->arguments for a run; the strings live in `arena`. A program with a slash in its
 * name is looked for from the target's folder. */
int ls_target_command(const struct ls_target *target, bool stream, const struct ls_target_run *run,
                      struct ls_arena *arena, struct ls_command *command, struct ls_error *err);

/* Likewise for the other commands: that makes the rows of a range anew in a run that is there;
 * that writes the records of a run's quarantine that pass now as a log. */
int ls_target_backfill(const struct ls_target *target, const struct ls_target_run *run,
                       struct ls_arena *arena, struct ls_command *command, struct ls_error *err);
int ls_target_replay(const struct ls_target *target, const struct ls_target_run *run,
                     struct ls_arena *arena, struct ls_command *command, struct ls_error *err);

#endif
