#include "conformance/target.h"

#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TARGET_BYTES_MAX (16U << 20)

const char ls_target_reference[] =
    "lockstep_target: 1\n"
    "name: reference\n"
    "stream: ['{lockstep}', run, stream, '{spec}', --from, '{log}', --reference, '{reference}', "
    "--to, '{to}', --state, '{state}', '{options}']\n"
    "batch: ['{lockstep}', run, batch, '{spec}', --from, '{log}', --reference, '{reference}', "
    "--to, '{to}', '{options}']\n"
    "backfill: ['{lockstep}', run, batch, '{spec}', --from, '{log}', --reference, '{reference}', "
    "--into, '{to}', --window, '{window}',\n"
    "  --reason, backfill, '{options}']\n"
    "replay: ['{lockstep}', replay, '{spec}', --quarantine, '{quarantine}', --reference, "
    "'{reference}', --to, '{log}', '{options}']\n"
    "workers: [--workers, '{n}']\n"
    "batch_size: [--batch, '{n}']\n"
    "order: [--order, '{n}']\n"
    "checkpoint_records: [--checkpoint-records, '{n}']\n"
    "as_of: [--as-of, '{n}']\n"
    "lateness: [--lateness, '{n}']\n"
    "restarts: true\n";

#define KNOB(word, text)                                                                           \
    {                                                                                              \
#word, LS_OPTION_NODE, LS_OPTION_DEPLOYMENT, offsetof(struct ls_target, word),             \
            .summary = text                                                                        \
    }

static const struct ls_option rows[] = {
    {"lockstep_target", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, offsetof(struct ls_target, version),
     .minimum = "1", .maximum = "1", .summary = "The version of the format.", .example = "1"},
    {"name", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_target, name),
     .summary = "The target's name.", .example = "flink"},
    {"stream", LS_OPTION_NODE, LS_OPTION_REQUIRED, offsetof(struct ls_target, stream),
     .summary = "Words of the command that runs it as a stream.",
     .example = "[./stream.sh, '{log}', '{to}', '{state}']"},
    {"batch", LS_OPTION_NODE, LS_OPTION_REQUIRED, offsetof(struct ls_target, batch),
     .summary = "Words of the command that runs it as a batch.",
     .example = "[./batch.sh, '{log}', '{to}']"},
    {"backfill", LS_OPTION_NODE, LS_OPTION_DEPLOYMENT, offsetof(struct ls_target, backfill),
     .summary =
         "Words of the command that makes the rows of views in {window}, which is A..B, anew "
         "in the folder {to} of a batch run (P15).",
     .example = "[./backfill.sh, '{log}', '{to}', '{window}']"},
    {"replay", LS_OPTION_NODE, LS_OPTION_DEPLOYMENT, offsetof(struct ls_target, replay),
     .summary = "Words of the command that writes the records in the quarantine of the run "
                "{quarantine} that pass now as the log {log}.",
     .example = "[./replay.sh, '{quarantine}', '{log}']"},
    {"upgraded", LS_OPTION_NODE, 0, offsetof(struct ls_target, upgraded),
     .summary = "Words of the stream command of another version of it, which is given the {state} "
                "of this one.",
     .example = "[./stream-2.sh, '{log}', '{to}', '{state}']"},
    KNOB(workers, "Words that set the number of workers {n}."),
    KNOB(batch_size, "Words that set how many records are read at once."),
    KNOB(order, "Words that set the interleaving of partitions."),
    KNOB(checkpoint_records, "Words that ask for a checkpoint after every {n} records."),
    KNOB(lateness, "Words that have the batch judge no lateness: {n} is `off` (P14)."),
    KNOB(as_of, "Words that have the batch see only what came before the time {n} (P13)."),
    {"restarts", LS_OPTION_FLAG, 0, offsetof(struct ls_target, restarts), .fallback = "false",
     .summary = "Killed and started again with the same {state}, it goes on."},
    {"grows", LS_OPTION_FLAG, 0, offsetof(struct ls_target, grows), .fallback = "true",
     .summary = "With restarts: it also goes on over a log that has more than before."},
    {"timeout", LS_OPTION_DURATION, 0, offsetof(struct ls_target, timeout_ms), .fallback = "10m",
     .minimum = "1s", .summary = "How long one run may take."},
    {"level", LS_OPTION_WORD, 0, offsetof(struct ls_target, level), .fallback = "bytes",
     .words = ls_level_words,
     .summary = "What two of its runs have to share: the bytes of their files, or their rows."},
    {.name = NULL},
};
const struct ls_table ls_target_table = {"target",
                                         "A pipeline that the suite judges.",
                                         sizeof(struct ls_target),
                                         offsetof(struct ls_target, where),
                                         SIZE_MAX,
                                         rows};

static const char *const placeholders[] = {"{lockstep}", "{spec}",       "{log}", "{reference}",
                                           "{to}",       "{state}",      "{n}",   "{window}",
                                           "{options}",  "{quarantine}", NULL};

static bool is_list_of_words(const struct ls_yaml *node)
{
    bool sound = node->kind == LS_YAML_LIST && node->count > 0;
    for (size_t i = 0; sound && i < node->count; i++) {
        enum ls_yaml_kind kind = node->items[i]->kind;
        sound = kind != LS_YAML_LIST && kind != LS_YAML_MAP && kind != LS_YAML_NULL;
    }
    return sound;
}

/* A whole word like {lgo}: braces within other text (a program's own JSON) are its own. */
static bool is_unknown_placeholder(const char *word)
{
    size_t size = strlen(word);
    for (const char *const *known = placeholders; *known; known++) {
        if (strcmp(word, *known) == 0) {
            return false;
        }
    }
    return size > 2 && word[0] == '{' && word[size - 1] == '}' && ls_is_name(word + 1, size - 2);
}

static void check_words(const struct ls_yaml *node, const char *name, bool is_knob,
                        struct ls_diag *diag)
{
    bool has_number = false;
    if (!node) {
        return;
    }
    if (!is_list_of_words(node)) {
        ls_diag_add(diag, LS_SEVERITY_ERROR, "LS2401", node->where,
                    "write ['{lockstep}', run, stream], say", "`%s` is no list of words", name);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const char *word = node->items[i]->text;
        has_number |= strstr(word, "{n}") != NULL;
        if (is_unknown_placeholder(word)) {
            const char *meant = ls_did_you_mean(word, placeholders);
            char hint[64];
            snprintf(hint, sizeof hint, "did you mean \"%s\"?", meant ? meant : "");
            ls_diag_add(diag, LS_SEVERITY_ERROR, "LS2402", node->items[i]->where,
                        meant ? hint : "`lockstep explain LS2402` lists them",
                        "`%s` is nothing that the suite fills in", word);
        }
    }
    if (is_knob && !has_number) {
        ls_diag_add(diag, LS_SEVERITY_ERROR, "LS2403", node->where, "write [--option, '{n}'], say",
                    "`%s` has no {n}: the knob would turn nothing", name);
    }
}

/* The folder that the file is in, by a path that holds in any folder. */
static const char *folder_of(const char *path, struct ls_arena *arena, struct ls_error *err)
{
    char here[LS_PATH_MAX] = "";
    const char *slash = strrchr(path, '/');
    int size = slash ? (int)(slash - path) : 0;
    if (path[0] != '/' && !getcwd(here, sizeof here)) {
        ls_error_errno(err, LS_E_IO, errno, "this process's folder has no name");
        return NULL;
    }
    return ls_arena_printf(arena, err, "%s%s%.*s", here, path[0] == '/' || !slash ? "" : "/", size,
                           path);
}

static int load(const char *path, struct ls_target *target, struct ls_error *err)
{
    struct ls_arena arena;
    struct ls_diag diag;
    ls_arena_init(&arena, "target", TARGET_BYTES_MAX);
    ls_diag_init(&diag);
    err->code = 0;
    struct ls_yaml *tree = path ? ls_yaml_load(path, &arena, &diag, err)
                                : ls_yaml_parse("reference target", ls_target_reference,
                                                strlen(ls_target_reference), &arena, &diag, err);
    int rc = tree || diag.errors ? 0 : err->code;
    const struct ls_yaml *other = tree ? ls_yaml_get(tree, "lockstep") : NULL;
    if (other && !ls_yaml_get(tree, "lockstep_target")) { /* else every line would be wrong */
        ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS2404", other->where,
                    "a target file says `lockstep_target: 1`; the spec stands before --target",
                    "this is a spec, and a target file is wanted");
    }
    if (tree && !diag.errors) {
        rc = ls_bind(&ls_target_table, tree, target, &arena, &diag, NULL, NULL, err);
    }
    if (rc == 0 && !diag.errors) {
        check_words(target->stream, "stream", false, &diag);
        check_words(target->batch, "batch", false, &diag);
        check_words(target->backfill, "backfill", false, &diag);
        check_words(target->replay, "replay", false, &diag);
        check_words(target->upgraded, "upgraded", false, &diag);
        check_words(target->workers, "workers", true, &diag);
        check_words(target->batch_size, "batch_size", true, &diag);
        check_words(target->order, "order", true, &diag);
        check_words(target->checkpoint_records, "checkpoint_records", true, &diag);
        check_words(target->as_of, "as_of", true, &diag);
        check_words(target->lateness, "lateness", true, &diag);
    }
    if (rc == 0 && !diag.errors && path) {
        target->folder = folder_of(path, &arena, err);
        rc = target->folder ? 0 : err->code;
    }
    target->arena = arena;
    target->diag = diag;
    return rc;
}

int ls_target_load(const char *path, struct ls_target **out, struct ls_buf *report,
                   struct ls_error *err)
{
    *out = NULL;
    struct ls_target *target = ls_mem_new(1, sizeof *target, err);
    if (!target) {
        return err->code;
    }
    int rc = load(path, target, err);
    if (rc == 0 && target->diag.errors) {
        rc = ls_diag_render(&target->diag, false, report, err);
        rc = rc < 0 ? rc
                    : ls_error_set(err, LS_E_DATA, "%s has %d error%s", path, target->diag.errors,
                                   target->diag.errors == 1 ? "" : "s");
    }
    if (rc < 0) {
        ls_target_free(target);
        return rc;
    }
    *out = target;
    return 0;
}

void ls_target_free(struct ls_target *target)
{
    if (target) {
        ls_diag_clear(&target->diag);
        ls_arena_clear(&target->arena);
        ls_mem_free(target);
    }
}

static const struct ls_yaml *knob_of(const struct ls_target *target, const char *knob)
{
    return strcmp(knob, "workers") == 0      ? target->workers
           : strcmp(knob, "upgraded") == 0   ? target->upgraded
           : strcmp(knob, "batch_size") == 0 ? target->batch_size
           : strcmp(knob, "order") == 0      ? target->order
           : strcmp(knob, "as_of") == 0      ? target->as_of
           : strcmp(knob, "lateness") == 0   ? target->lateness
           : strcmp(knob, "backfill") == 0   ? target->backfill
           : strcmp(knob, "replay") == 0     ? target->replay
                                             : target->checkpoint_records;
}

static bool has_word(const struct ls_yaml *words, const char *word)
{
    size_t i = 0;
    while (i < words->count && strcmp(words->items[i]->text, word) != 0) {
        i++;
    }
    return i < words->count;
}

bool ls_target_has(const struct ls_target *target, const char *knob)
{
    if (strcmp(knob, "{options}") == 0) {
        return has_word(target->stream, knob) && has_word(target->batch, knob);
    }
    if (strcmp(knob, "restarts") == 0 || strcmp(knob, "grows") == 0) {
        return target->restarts && (knob[0] == 'r' || target->grows);
    }
    return knob_of(target, knob) != NULL;
}

void ls_target_divert(struct ls_target *target, const char *name, const char *const *words)
{
    target->name = name;
    target->more = words;
    target->grows = false;
}

struct writer {
    const struct ls_target_run *run;
    struct ls_arena *arena;
    struct ls_command *command;
    size_t count;
    struct ls_error *err;
};

static int add(struct writer *w, const char *word)
{
    if (w->count + 1 >= LS_ARGUMENTS_MAX) {
        return ls_error_set(w->err, LS_E_DATA, "a target's command has more than %d words",
                            LS_ARGUMENTS_MAX);
    }
    w->command->arguments[w->count++] = word;
    w->command->arguments[w->count] = NULL;
    return 0;
}

/* "a b" is two words: a program with its own first arguments. */
static int add_program(struct writer *w)
{
    const char *at = w->run->lockstep;
    int rc = 0;
    while (rc == 0 && *at) {
        size_t size = strcspn(at, " ");
        const char *word = ls_arena_text(w->arena, at, size, w->err);
        rc = word ? add(w, word) : w->err->code;
        at += size + strspn(at + size, " ");
    }
    return rc;
}

/* The value of the placeholder that begins at `at`, and its size; NULL for other text. */
static const char *placeholder(const struct writer *w, const char *at, const char *n, size_t *size)
{
    const struct {
        const char *name;
        const char *value;
    } known[] = {{"{spec}", w->run->spec},
                 {"{log}", w->run->log},
                 {"{reference}", w->run->reference},
                 {"{to}", w->run->to},
                 {"{state}", w->run->state},
                 {"{window}", w->run->window},
                 {"{quarantine}", w->run->quarantine},
                 {"{n}", n}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        *size = strlen(known[i].name);
        if (strncmp(at, known[i].name, *size) == 0) {
            return known[i].value ? known[i].value : "";
        }
    }
    return NULL;
}

static int add_filled(struct writer *w, const char *text, const char *n)
{
    struct ls_buf out;
    ls_buf_init(&out, "a word of a command", 1U << 16);
    int rc = 0;
    for (const char *at = text; rc == 0 && *at;) {
        size_t size;
        const char *value = placeholder(w, at, n, &size);
        rc = value ? ls_buf_append_text(&out, value, w->err) : ls_buf_append(&out, at, 1, w->err);
        at += value ? size : 1;
    }
    const char *word = rc < 0 ? NULL
                              : ls_arena_text(w->arena, (const char *)out.data, out.size, w->err);
    ls_buf_clear(&out);
    return word ? add(w, word) : w->err->code;
}

static int add_words(struct writer *w, const struct ls_yaml *words, const char *n)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < words->count; i++) {
        const char *text = words->items[i]->text;
        if (strcmp(text, "{lockstep}") == 0) {
            rc = add_program(w);
        } else if (strcmp(text, "{options}") == 0) {
            for (const char *const *option = w->run->spec_options; rc == 0 && option && *option;
                 option++) {
                rc = add(w, *option);
            }
        } else {
            rc = add_filled(w, text, n);
        }
    }
    return rc;
}

/* A program written as a path is looked for from the folder of the target's file, wherever the run
 * is made to stand. */
static int place_program(struct writer *w, const char *folder)
{
    const char **program = &w->command->arguments[0];
    if (!*program) {
        return ls_error_set(w->err, LS_E_DATA, "a target's command has no words");
    }
    if (!folder || (*program)[0] == '/' || !strchr(*program, '/')) {
        return 0;
    }
    *program = ls_arena_printf(w->arena, w->err, "%s/%s", folder, *program);
    return *program ? 0 : w->err->code;
}

int ls_target_command(const struct ls_target *target, bool stream, const struct ls_target_run *run,
                      struct ls_arena *arena, struct ls_command *command, struct ls_error *err)
{
    struct writer w = {run, arena, command, 0, err};
    const struct ls_yaml *words = !stream         ? target->batch
                                  : run->upgraded ? target->upgraded
                                                  : target->stream;
    int rc = add_words(&w, words, "");
    const char *const *more = stream && !run->direct ? target->more : NULL;
    for (; rc == 0 && more && *more; more++) {
        rc = add(&w, *more);
    }
    rc = rc < 0 ? rc : place_program(&w, target->folder);
    rc = rc < 0 || !run->workers || !target->workers ? rc
                                                     : add_words(&w, target->workers, run->workers);
    if (!stream) {
        rc = rc < 0 || !run->as_of || !target->as_of ? rc
                                                     : add_words(&w, target->as_of, run->as_of);
        rc = rc < 0 || !run->lateness || !target->lateness
                 ? rc
                 : add_words(&w, target->lateness, run->lateness);
    } else {
        rc = rc < 0 || !run->batch_size || !target->batch_size
                 ? rc
                 : add_words(&w, target->batch_size, run->batch_size);
        rc = rc < 0 || !run->order || !target->order ? rc
                                                     : add_words(&w, target->order, run->order);
        rc = rc < 0 || !run->checkpoint_records || !target->checkpoint_records
                 ? rc
                 : add_words(&w, target->checkpoint_records, run->checkpoint_records);
    }
    return rc;
}

static int other_command(const struct ls_target *target, const struct ls_yaml *words,
                         const struct ls_target_run *run, struct ls_arena *arena,
                         struct ls_command *command, struct ls_error *err)
{
    struct writer w = {run, arena, command, 0, err};
    int rc = add_words(&w, words, "");
    return rc < 0 ? rc : place_program(&w, target->folder);
}

/* Is a file of that name on the PATH? */
static bool is_on_path(const char *program)
{
    const char *at = getenv("PATH");
    for (at = at ? at : "/bin:/usr/bin"; *at; at += *at == ':') {
        char path[LS_PATH_MAX];
        size_t size = strcspn(at, ":");
        int length = snprintf(path, sizeof path, "%.*s/%s", (int)size, at, program);
        if (length < (int)sizeof path && access(path, X_OK) == 0) {
            return true;
        }
        at += size;
    }
    return false;
}

static int check_program(const struct ls_target *target, const char *name,
                         const struct ls_yaml *words, struct ls_error *err)
{
    const char *program = words && words->count ? words->items[0]->text : "{}";
    char path[LS_PATH_MAX];
    if (strchr(program, '{')) { /* known when it is filled in */
        return 0;
    }
    if (!strchr(program, '/')) {
        return is_on_path(program) ? 0
                                   : ls_error_set(err, LS_E_NOINPUT,
                                                  "the target's %s command begins with `%s`, which "
                                                  "no folder of PATH has: write ./%s for a file "
                                                  "beside the target file",
                                                  name, program, program);
    }
    bool whole = program[0] == '/' || !target->folder;
    snprintf(path, sizeof path, "%s%s%s", whole ? "" : target->folder, whole ? "" : "/", program);
    if (!ls_path_exists(path)) {
        return ls_error_set(err, LS_E_NOINPUT,
                            "the target's %s command begins with %s, which is "
                            "missing",
                            name, path);
    }
    return access(path, X_OK) == 0 ? 0
                                   : ls_error_set(err, LS_E_DATA,
                                                  "the target's %s command begins with %s, which "
                                                  "cannot be executed: chmod +x %s",
                                                  name, path, path);
}

int ls_target_check_programs(const struct ls_target *target, struct ls_error *err)
{
    const struct {
        const char *name;
        const struct ls_yaml *words;
    } commands[] = {{"stream", target->stream},
                    {"batch", target->batch},
                    {"upgraded", target->upgraded},
                    {"backfill", target->backfill},
                    {"replay", target->replay}};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof commands / sizeof *commands; i++) {
        rc = check_program(target, commands[i].name, commands[i].words, err);
    }
    return rc;
}

int ls_target_backfill(const struct ls_target *target, const struct ls_target_run *run,
                       struct ls_arena *arena, struct ls_command *command, struct ls_error *err)
{
    return other_command(target, target->backfill, run, arena, command, err);
}

int ls_target_replay(const struct ls_target *target, const struct ls_target_run *run,
                     struct ls_arena *arena, struct ls_command *command, struct ls_error *err)
{
    return other_command(target, target->replay, run, arena, command, err);
}
