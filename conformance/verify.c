#include "conformance/verify_internal.h"

#include "conformance/cases.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/obs/clock.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VERIFY_BYTES_MAX (256U << 20)
#define DETAIL_MAX       (1U << 20)

const char *ls_verdict_name(enum ls_verdict verdict)
{
    static const char *const names[] = {"PASS", "FAIL", "SKIP", "INCONCLUSIVE"};
    return names[verdict];
}

size_t ls_verdict_count(const struct ls_verify_result *result, enum ls_verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < result->case_count; i++) {
        count += result->cases[i].verdict == verdict;
    }
    return count;
}

const char *ls_verify_path(struct ls_verify *v, struct ls_error *err, const char *format, ...)
{
    char name[LS_PATH_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    return ls_arena_printf(&v->arena, err, "%s/%s", v->job->out, name);
}

/* ---- running this program and the target */

static int add_words(struct ls_command *command, const char *const *words, struct ls_error *err)
{
    size_t count = 0;
    while (command->arguments[count]) {
        count++;
    }
    for (; words && *words; words++) {
        if (count + 1 >= LS_ARGUMENTS_MAX) {
            return ls_error_set(err, LS_E_USAGE, "a command has more than %d words",
                                LS_ARGUMENTS_MAX);
        }
        command->arguments[count++] = *words;
        command->arguments[count] = NULL;
    }
    return 0;
}

/* "program first second" as words. */
static int add_program(struct ls_verify *v, struct ls_command *command, struct ls_error *err)
{
    const char *words[16] = {NULL};
    size_t count = 0;
    for (const char *at = v->job->lockstep; *at && count < 15;) {
        size_t size = strcspn(at, " ");
        words[count++] = ls_arena_text(&v->arena, at, size, err);
        at += size + strspn(at + size, " ");
    }
    return add_words(command, words, err);
}

int ls_verify_own(struct ls_verify *v, const char *const *words, const char *output,
                  struct ls_exit *exit, struct ls_error *err)
{
    struct ls_command command = {.umask = -1, .stop = v->job->stop, .output = output};
    int rc = add_program(v, &command, err);
    rc = rc < 0 ? rc : add_words(&command, words, err);
    return rc < 0 ? rc : ls_process_run(&command, 0, exit, err);
}

int ls_verify_generate(struct ls_verify *v, const char *log, const char *truth, uint64_t events,
                       const char *const *extra, struct ls_exit *exit, struct ls_error *err)
{
    struct ls_command command = {0};
    const char *to = ls_arena_printf(&v->arena, err, "log:%s", log);
    const char *number = ls_arena_printf(&v->arena, err, "%llu", (unsigned long long)events);
    const char *output = ls_arena_printf(&v->arena, err, "%s.txt", log);
    if (!to || !number || !output) {
        return err->code;
    }
    const char *const words[] = {"generate", v->job->spec_path, "--to", to,  "--truth",
                                 truth,      "--events",        number, NULL};
    int rc = add_words(&command, words, err);
    rc = rc < 0 ? rc : add_words(&command, v->job->spec_options, err);
    rc = rc < 0 ? rc : add_words(&command, extra, err);
    return rc < 0 ? rc : ls_verify_own(v, command.arguments, output, exit, err);
}

static int wrap(struct ls_command *command, const char *const *wrapper, struct ls_error *err)
{
    const struct ls_command plain = *command;
    command->arguments[0] = NULL;
    int rc = add_words(command, wrapper, err);
    return rc < 0 ? rc : add_words(command, plain.arguments, err);
}

int ls_verify_command(struct ls_verify *v, const struct ls_verify_run *run,
                      struct ls_command *command, struct ls_error *err)
{
    size_t base = 0;
    size_t more = 0;
    while (v->job->spec_options && v->job->spec_options[base]) {
        base++;
    }
    while (run->extra && run->extra[more]) {
        more++;
    }
    const char **options = ls_arena_new(&v->arena, base + more + 1, sizeof *options, err);
    struct ls_target_run target_run = {
        .lockstep = v->job->lockstep,
        .spec = v->job->spec_path,
        .log = run->from ? run->from
                         : ls_arena_printf(&v->arena, err, "log:%s",
                                           run->quarantine ? run->to : run->log),
        .reference = run->reference ? run->reference
                                    : ls_arena_printf(&v->arena, err, "%s/reference", run->log),
        .to = run->rows ? run->rows : run->to,
        .direct = run->from != NULL,
        .state = ls_arena_printf(&v->arena, err, "%s/state", run->to),
        .spec_options = options,
        .workers = run->workers,
        .batch_size = run->batch_size,
        .order = run->order,
        .checkpoint_records = run->checkpoint_records,
        .as_of = run->as_of,
        .lateness = run->lateness,
        .window = run->window,
        .quarantine = run->quarantine,
        .upgraded = run->upgraded};
    *command = (struct ls_command){.environment = run->environment,
                                   .folder = run->folder,
                                   .umask = run->umask,
                                   .files_max = run->files_max,
                                   .file_size_max = run->file_size_max,
                                   .memory_max = run->memory_max,
                                   .stop = v->job->stop};
    command->output = ls_arena_printf(&v->arena, err, "%s.txt", run->to);
    if (!options || !target_run.log || !target_run.reference || !target_run.state ||
        !command->output) {
        return err->code;
    }
    memcpy(options, v->job->spec_options ? v->job->spec_options : options, base * sizeof *options);
    for (size_t i = 0; i < more; i++) {
        options[base + i] = run->extra[i];
    }
    const struct ls_target *target = v->job->target;
    int rc = run->quarantine ? ls_target_replay(target, &target_run, &v->arena, command, err)
             : run->window
                 ? ls_target_backfill(target, &target_run, &v->arena, command, err)
                 : ls_target_command(target, run->stream, &target_run, &v->arena, command, err);
    rc = rc < 0 || !run->from ? rc : add_words(command, v->job->properties, err);
    rc = rc < 0 ? rc : add_words(command, run->more, err);
    return rc < 0 || !run->wrapper ? rc : wrap(command, run->wrapper, err);
}

/* Of a command that ended with 0. */
static int check_datasets(const struct ls_verify_run *run, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, run->to, "datasets", err);
    return rc < 0 || ls_path_is_folder(path)
               ? rc
               : ls_error_set(err, LS_E_DATA,
                              "the %s command ended with 0 and left no folder %s ({to}/datasets, "
                              "docs/targets.md)",
                              run->stream ? "stream" : "batch", path);
}

int ls_verify_run(struct ls_verify *v, const struct ls_verify_run *run, struct ls_exit *exit,
                  struct ls_error *err)
{
    struct ls_command command;
    int rc = ls_verify_command(v, run, &command, err);
    if (rc == 0) {
        rc = ls_process_run(&command, (uint64_t)v->job->target->timeout_ms, exit, err);
        v->timed_out |= exit->timed_out;
    }
    return rc < 0 || run->quarantine || run->rows ? rc : check_datasets(run, err);
}

/* ---- what cases find */

void ls_verify_count(struct ls_case_result *result, const char *name, uint64_t count, bool needed)
{
    if (result->count_count < LS_COUNTS_MAX) {
        result->counts[result->count_count].name = name;
        result->counts[result->count_count++].count = count;
    }
    if (needed && count == 0 && result->verdict == LS_VERDICT_PASS) {
        result->verdict = LS_VERDICT_INCONCLUSIVE;
        result->missing = name;
    }
}

int ls_verify_compare(struct ls_verify *v, struct ls_case_result *result, const char *log,
                      const char *a, const char *left, const char *b, const char *right,
                      struct ls_error *err)
{
    char folders[2][LS_PATH_MAX];
    struct ls_origin origin = {v->job->spec, log};
    struct ls_comparison comparison = {.left = left,
                                       .right = right,
                                       .level = (enum ls_level)v->job->target->level,
                                       .origin = &origin};
    int rc = ls_path_join(folders[0], a, "datasets", err);
    rc = rc < 0 ? rc : ls_path_join(folders[1], b, "datasets", err);
    rc = rc < 0 ? rc : ls_compare(folders[0], folders[1], &comparison, &result->detail, err);
    if (comparison.held > v->result->level) {
        v->result->level = comparison.held;
    }
    if (rc == LS_DIFFERS || (rc == 0 && comparison.bytes == 0)) {
        result->verdict = rc == 0 ? LS_VERDICT_INCONCLUSIVE : LS_VERDICT_FAIL;
        rc = 0;
    }
    return rc;
}

bool ls_verify_find(const char *file, const char *path, uint64_t *out)
{
    json_t *root = json_load_file(file, 0, NULL);
    const json_t *at = root;
    char name[64];
    while (at && *path) {
        size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        at = json_object_get(at, name);
        path += size + (path[size] == '.');
    }
    bool found = json_is_integer(at);
    *out = (uint64_t)json_integer_value(at);
    json_decref(root);
    return found;
}

uint64_t ls_verify_number(const char *file, const char *path)
{
    uint64_t number;
    (void)ls_verify_find(file, path, &number);
    return number;
}

static json_t *inputs_of(const char *run)
{
    char path[LS_PATH_MAX];
    struct ls_error ignored;
    if (ls_path_join(path, run, "manifest.json", &ignored) < 0) {
        return NULL;
    }
    json_t *manifest = json_load_file(path, 0, NULL);
    json_t *inputs = json_incref(json_object_get(manifest, "inputs"));
    json_decref(manifest);
    return inputs;
}

int ls_verify_inputs(struct ls_case_result *result, const char *a, const char *b,
                     struct ls_error *err)
{
    json_t *x = inputs_of(a);
    json_t *y = inputs_of(b);
    int rc = 0;
    if (x && y && !json_equal(x, y)) {
        result->verdict = LS_VERDICT_INCONCLUSIVE;
        rc = ls_buf_appendf(&result->detail, err,
                            "the two runs did not read the same records: see `inputs` in the "
                            "manifests of %s and %s\n",
                            a, b);
    }
    json_decref(x);
    json_decref(y);
    return rc;
}

/* ---- the shared small log */

int ls_verify_base(struct ls_verify *v, struct ls_case_result *result, struct ls_error *err)
{
    if (v->has_base) {
        return 0;
    }
    if (v->base_log) {
        v->lacks_base = true;
        return ls_error_set(err, LS_E_DATA,
                            "the two runs that this case builds on failed or differed before: see "
                            "the first case that says so, and %s/cases/base",
                            v->job->out);
    }
    struct ls_exit exit;
    v->base_log = ls_verify_path(v, err, "cases/base/log");
    v->base_truth = ls_verify_path(v, err, "cases/base/truth");
    v->base_stream = ls_verify_path(v, err, "cases/base/stream");
    v->base_batch = ls_verify_path(v, err, "cases/base/batch");
    if (!v->base_log || !v->base_truth || !v->base_stream || !v->base_batch) {
        return err->code;
    }
    struct ls_verify_run stream = {
        .stream = true, .log = v->base_log, .to = v->base_stream, .umask = -1};
    struct ls_verify_run batch = {.log = v->base_log, .to = v->base_batch, .umask = -1};
    int rc = ls_verify_generate(v, v->base_log, v->base_truth, v->job->case_events, NULL, &exit,
                                err);
    rc = rc < 0 ? rc : ls_verify_run(v, &batch, &exit, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &stream, &exit, err);
    v->base_elapsed_us = exit.elapsed_us;
    rc = rc < 0 ? rc
                : ls_verify_compare(v, result, v->base_log, v->base_stream, "stream", v->base_batch,
                                    "batch", err);
    v->has_base = rc == 0 && result->verdict == LS_VERDICT_PASS;
    return rc;
}

int ls_verify_variant(struct ls_verify *v, struct ls_case_result *result, const char *name,
                      struct ls_verify_run run, struct ls_error *err)
{
    struct ls_exit exit;
    run.to = ls_verify_path(v, err, "cases/%s/%s", result->which->id, name);
    run.log = run.log ? run.log : v->base_log;
    if (!run.to) {
        return err->code;
    }
    int rc = ls_verify_run(v, &run, &exit, err);
    return rc < 0
               ? rc
               : ls_verify_compare(v, result, run.log, run.to, name, v->base_batch, "batch", err);
}

/* ---- all cases */

static bool selected(const struct ls_verify_job *job, const struct ls_case *which)
{
    for (const char *const *pattern = job->cases; pattern && *pattern; pattern++) {
        if (ls_glob_match(*pattern, which->id)) {
            return true;
        }
    }
    return !job->cases;
}

/* Looks for the first of the words that a case needs and the target does not declare. */
static bool lacks(const struct ls_target *target, const struct ls_case *which, char knob[32])
{
    for (const char *at = which->knob; at && *at;) {
        int size = (int)strcspn(at, " ");
        snprintf(knob, 32, "%.*s", size, at);
        if (!ls_target_has(target, knob)) {
            return true;
        }
        at += size + (at[size] == ' ');
    }
    return false;
}

static bool has_fault(const struct ls_spec *spec, const char *name)
{
    const struct ls_spec_faults *faults = spec->faults;
    return (strcmp(name, "late") == 0 ? faults->late : faults->conflict) != NULL;
}

static void tell_case(const struct ls_verify_job *job, const struct ls_case_result *r)
{
    char line[600];
    size_t used = (size_t)snprintf(line, sizeof line, "%-12s %-7s %s", ls_verdict_name(r->verdict),
                                   r->which->id, r->which->title);
    for (size_t i = 0; i < r->count_count && used < sizeof line; i++) {
        char grouped[LS_GROUPED_MAX];
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s %s", i ? ", " : ": ",
                                 ls_grouped(r->counts[i].count, grouped), r->counts[i].name);
    }
    if (job->tell) {
        job->tell(job->context, line);
    }
}

/* A word as a shell takes it. */
static int append_word(struct ls_buf *out, const char *word, struct ls_error *err)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./:=,@%+-";
    bool quoted = !*word || word[strspn(word, plain)];
    int rc = ls_buf_append_text(out, quoted ? " '" : " ", err);
    for (; rc == 0 && *word; word++) {
        rc = *word == '\'' ? ls_buf_append_text(out, "'\\''", err)
                           : ls_buf_append(out, word, 1, err);
    }
    return rc < 0 || !quoted ? rc : ls_buf_append_text(out, "'", err);
}

/* The command that runs this case again on its own (C5), but for properties, which may be secret.
 */
static int append_reproducer(const struct ls_verify_job *job, struct ls_case_result *r,
                             struct ls_error *err)
{
    struct ls_buf *out = &r->detail;
    int rc = ls_buf_appendf(out, err, "to see it again: %s verify", job->lockstep);
    rc = rc < 0 ? rc : append_word(out, job->spec_path, err);
    for (const char *const *option = job->spec_options; rc == 0 && option && *option; option++) {
        rc = append_word(out, *option, err);
    }
    if (rc == 0 && job->target_path) {
        rc = ls_buf_append_text(out, " --target", err);
        rc = rc < 0 ? rc : append_word(out, job->target_path, err);
    }
    if (rc == 0 && job->kafka) {
        rc = ls_buf_append_text(out, " --log", err);
        rc = rc < 0 ? rc : append_word(out, job->kafka, err);
    }
    return rc < 0 ? rc
                  : ls_buf_appendf(out, err,
                                   " --cases %s --events %llu --case-events %llu --case-seed %llu "
                                   "--kills %u%s\n",
                                   r->which->id, (unsigned long long)job->events,
                                   (unsigned long long)job->case_events,
                                   (unsigned long long)job->seed, job->kills,
                                   job->properties && *job->properties ? ", with the same -X" : "");
}

static int run_case(struct ls_verify *v, const struct ls_case *which, struct ls_error *err)
{
    struct ls_case_result *r = &v->result->cases[v->result->case_count++];
    uint64_t begin = ls_clock_ns();
    *r = (struct ls_case_result){.which = which};
    ls_buf_init(&r->detail, "a case's report", DETAIL_MAX);
    v->timed_out = v->lacks_base = false;
    int rc = 0;
    char knob[32];
    if (v->job->budget_ms && v->result->case_count > 1 &&
        begin - v->begin_ns >= v->job->budget_ms * 1000000) {
        r->verdict = LS_VERDICT_INCONCLUSIVE;
        rc = ls_buf_appendf(&r->detail, err, "not begun: the budget of %llu ms was used up\n",
                            (unsigned long long)v->job->budget_ms);
    } else if (lacks(v->job->target, which, knob)) {
        r->verdict = LS_VERDICT_SKIP;
        rc = ls_buf_appendf(&r->detail, err, "the target does not declare `%s`\n", knob);
    } else if (which->kafka && !v->job->kafka) {
        rc = ls_verify_skip(r, err,
                            "this takes a Kafka cluster: give --log kafka://HOST:PORT/PREFIX, one "
                            "that is for tests (it judges this program's own streams)");
    } else if (which->no_kafka && v->job->kafka) {
        rc = ls_verify_skip(r, err, which->no_kafka);
    } else if (which->fault && !has_fault(v->job->spec, which->fault)) {
        r->verdict = LS_VERDICT_INCONCLUSIVE;
        rc = ls_buf_appendf(&r->detail, err,
                            "the spec has no fault `%s`, which this case needs: add it, or leave "
                            "this case out of --cases\n",
                            which->fault);
    } else {
        rc = which->run(v, r, err);
    }
    if (rc == LS_E_DATA || rc == LS_E_NOINPUT) { /* the target failed, or left nothing that can be
                                                    read: the case's finding, no failure of ours */
        struct ls_error why = *err;
        r->verdict = v->timed_out || v->lacks_base ? LS_VERDICT_INCONCLUSIVE : LS_VERDICT_FAIL;
        rc = ls_buf_appendf(&r->detail, err, "%s\n", why.text);
    } else if (rc == LS_E_IO && which->kafka) { /* the cluster's, which may be better by the next */
        struct ls_error why = *err;
        r->verdict = LS_VERDICT_INCONCLUSIVE;
        rc = ls_buf_appendf(&r->detail, err, "%s\n", why.text);
    } else if (rc == 0 && r->missing && r->verdict == LS_VERDICT_INCONCLUSIVE) {
        rc = ls_buf_appendf(&r->detail, err, "nothing was shown: %s is 0: give more --%s\n",
                            r->missing, which == &ls_case_plain ? "events" : "case-events");
    }
    if (rc == 0 && r->verdict == LS_VERDICT_FAIL) {
        rc = append_reproducer(v->job, r, err);
    }
    r->elapsed_us = (ls_clock_ns() - begin) / 1000;
    if (rc == 0) { /* interrupted, it has no verdict */
        tell_case(v->job, r);
    }
    return rc;
}

/* FAIL wins over INCONCLUSIVE, that over PASS; a case that was skipped says nothing, and nothing
 * but skipped ones is inconclusive. */
static enum ls_verdict overall(const struct ls_verify_result *result)
{
    enum ls_verdict verdict = LS_VERDICT_INCONCLUSIVE;
    bool any = false;
    for (size_t i = 0; i < result->case_count; i++) {
        enum ls_verdict one = result->cases[i].verdict;
        if (one == LS_VERDICT_FAIL) {
            return one;
        }
        if (one == LS_VERDICT_PASS && !any) {
            verdict = LS_VERDICT_PASS;
        }
        if (one == LS_VERDICT_INCONCLUSIVE) {
            verdict = one;
            any = true;
        }
    }
    return verdict;
}

static int any_file(void *context, const char *relative, struct ls_error *err)
{
    (void)context;
    (void)relative;
    (void)err;
    return LS_E_DATA; /* one is enough */
}

/* Empties the run directory, which has to be one: a folder given by mistake keeps what it holds. */
static int empty(const char *folder, struct ls_error *err)
{
    char manifest[LS_PATH_MAX];
    int rc = ls_path_join(manifest, folder, "manifest.json", err);
    if (rc == 0 && ls_path_exists(folder) && ls_verify_number(manifest, "lockstep_run") != 1 &&
        (!ls_path_is_folder(folder) || ls_tree_walk(folder, any_file, NULL, err) < 0)) {
        return ls_error_set(err, LS_E_USAGE,
                            "%s holds something else than a run of `verify`, which would be lost: "
                            "give --out a folder that is new, empty or such a run",
                            folder);
    }
    rc = rc < 0 ? rc : ls_tree_remove(folder, err);
    return rc < 0 ? rc : ls_folder_make(folder, err);
}

/* Each pattern has to select a case: a misspelt one would leave out what was asked for. */
static int check_patterns(const struct ls_verify_job *job, struct ls_error *err)
{
    for (const char *const *pattern = job->cases; pattern && *pattern; pattern++) {
        size_t i = 0;
        while (ls_cases[i] && !ls_glob_match(*pattern, ls_cases[i]->id)) {
            i++;
        }
        if (!ls_cases[i]) {
            return ls_error_set(err, LS_E_NOMATCH,
                                "no case matches `%s`: `lockstep explain cases` lists them",
                                *pattern);
        }
    }
    return job->cases && !*job->cases
               ? ls_error_set(err, LS_E_NOMATCH,
                              "no case is named: `lockstep explain cases` lists them")
               : 0;
}

static int run_all(struct ls_verify *v, struct ls_error *err)
{
    size_t total = 0;
    while (ls_cases[total]) {
        total++;
    }
    if (check_patterns(v->job, err) < 0) {
        return err->code;
    }
    v->result->cases = ls_mem_new(total, sizeof *v->result->cases, err);
    int rc = v->result->cases ? empty(v->job->out, err) : err->code;
    rc = rc < 0 ? rc : ls_verify_begin(v, err);
    for (size_t i = 0; i < total; i++) {
        v->result->case_total += selected(v->job, ls_cases[i]);
    }
    for (size_t i = 0; rc == 0 && i < total; i++) {
        rc = selected(v->job, ls_cases[i]) ? run_case(v, ls_cases[i], err) : 0;
    }
    v->result->verdict = overall(v->result);
    return rc;
}

int ls_verify(const struct ls_verify_job *job, struct ls_verify_result *out, struct ls_error *err)
{
    struct ls_verify v = {.job = job, .result = out, .begin_ns = ls_clock_ns()};
    *out = (struct ls_verify_result){0};
    ls_arena_init(&v.arena, "verify", VERIFY_BYTES_MAX);
    int rc = run_all(&v, err);
    rc = rc < 0 ? rc : ls_verify_report(&v, err);
    ls_arena_clear(&v.arena);
    return rc;
}

void ls_verify_result_clear(struct ls_verify_result *result)
{
    for (size_t i = 0; i < result->case_count; i++) {
        ls_buf_clear(&result->cases[i].detail);
    }
    ls_mem_free(result->cases);
    *result = (struct ls_verify_result){0};
}
