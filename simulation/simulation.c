#include "simulation/simulation.h"

#include "core/avro/container.h"
#include "core/base/mem.h"
#include "core/log/sim_log.h"
#include "core/sim/disk.h"
#include "generator/generate.h"
#include "pipeline/batch/batch_run.h"
#include "pipeline/output/collect.h"
#include "simulation/checkpoints.h"
#include "simulation/schedule.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BATCH_MEMORY ((size_t)2 << 20)
#define RUNS_MAX     200 /* far more than all hard mishaps and stages */
#define WORKERS_MAX  5
#define STAGES_MAX   3
#define LOG          "log"
#define STREAM       "stream"
#define TOPICS       "topics"
#define STATE        "kept/state"

struct world {
    const struct ls_simulation_job *job;
    struct ls_simulation_result *out;
    struct ls_sim sim;
    struct ls_disk *disk;
    struct ls_sim_schedule schedule;
    struct ls_plan *plan;
    struct ls_reference reference;
    struct ls_record_plan *record_plan;
    struct ls_views *views;
    struct ls_buf report;
    struct ls_sim_checkpoints checkpoints;
    unsigned stage, stages; /* of the log's range */
    unsigned workers;
    bool topics; /* what the stream writes goes to a log */
};

static void fail(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct world *w, const char *format, ...)
{
    va_list args;
    if (!w->out->failed) {
        va_start(args, format);
        vsnprintf(w->out->text, sizeof w->out->text, format, args);
        va_end(args);
    }
    w->out->failed = true;
}

/* ---- the log, and the answers */

/* The folder of the batch run over the range of a stage. */
static const char *batch_folder(unsigned stage, char out[LS_ANSWER_MAX])
{
    snprintf(out, LS_ANSWER_MAX, "batch-%u", stage);
    return out;
}

static int make_log(struct world *w, struct ls_error *err)
{
    struct ls_generated made;
    const struct ls_generate settings = {.plan = w->plan,
                                         .to = "log:" LOG,
                                         .reference_folder = LOG "/reference",
                                         .events = w->job->events,
                                         .until_ms = INT64_MAX,
                                         .threads = 1};
    return ls_generate(&settings, &made, err);
}

/* A file that the spec names lies on the machine's disk, and is read on this one. */
static int copy_table(struct world *w, const struct ls_spec_reference *table, struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "reference table", LS_REFERENCE_BYTES_MAX);
    ls_disk_mount(NULL);
    int rc = ls_file_read(table->path, &text, err);
    ls_disk_mount(w->disk);
    rc = rc < 0 ? rc : ls_folder_make_above(table->path, err);
    rc = rc < 0 ? rc : ls_file_replace(table->path, text.data, text.size, err);
    ls_buf_clear(&text);
    return rc;
}

static int copy_tables(struct world *w, struct ls_error *err)
{
    const struct ls_items *tables = &w->job->spec->reference;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < tables->count; i++) {
        const struct ls_spec_reference *table = &(
            (const struct ls_spec_reference *)tables->items)[i];
        rc = table->path ? copy_table(w, table, err) : 0;
    }
    return rc;
}

static int make_answers(struct world *w, struct ls_error *err)
{
    int rc = 0;
    for (unsigned stage = 1; rc == 0 && stage <= w->stages; stage++) {
        char folder[LS_ANSWER_MAX];
        struct ls_batch_result result;
        const struct ls_batch_job job = {.plan = w->record_plan,
                                         .views = w->views,
                                         .from = "sim:" LOG,
                                         .to = batch_folder(stage, folder),
                                         .workers = 1,
                                         .memory = BATCH_MEMORY};
        ls_sim_log_set(&w->sim, stage, w->stages);
        rc = ls_batch_run(&job, &result, err);
    }
    return rc;
}

static int make_world(struct world *w, struct ls_error *err)
{
    const struct ls_spec *spec = w->job->spec;
    int rc = ls_disk_new(&w->sim, &w->disk, err);
    if (rc < 0) {
        return rc;
    }
    ls_disk_mount(w->disk);
    rc = copy_tables(w, err);
    rc = rc < 0 ? rc : ls_plan_new(spec, &w->plan, &w->report, err);
    rc = rc < 0 ? rc : make_log(w, err);
    rc = rc < 0 ? rc : ls_reference_load(spec, LOG "/reference", INT64_MAX, &w->reference, err);
    rc = rc < 0 ? rc : ls_record_plan_new(spec, &w->reference, &w->record_plan, &w->report, err);
    rc = rc < 0 ? rc : ls_views_new(w->record_plan, &w->views, &w->report, err);
    rc = rc < 0 ? rc : make_answers(w, err);
    return rc < 0 ? rc : ls_disk_settle(w->disk, err);
}

static void clear_world(struct world *w)
{
    ls_sim_log_set(NULL, 0, 0);
    ls_views_free(w->views);
    ls_record_plan_free(w->record_plan);
    ls_reference_free(&w->reference);
    ls_plan_free(w->plan);
    ls_buf_clear(&w->report);
    ls_disk_mount(NULL);
    ls_disk_free(w->disk);
}

/* ---- what has to hold */

static bool same_datasets(const struct world *w, unsigned stage)
{
    char folder[LS_ANSWER_MAX];
    char path[64];
    snprintf(path, sizeof path, "%s/datasets", batch_folder(stage, folder));
    return stage >= 1 && ls_disk_same(w->disk, STREAM "/datasets", path);
}

/* The manifest of the batch run, but for its mode. 0 or 1; or a code. */
static int same_manifest(const struct world *w, struct ls_error *err)
{
    static const char mode[] = "\"mode\": \"";
    const char *texts[2] = {NULL, NULL};
    char folder[LS_ANSWER_MAX];
    char path[64];
    struct ls_buf files[2];
    snprintf(path, sizeof path, "%s/manifest.json", batch_folder(w->stage, folder));
    const char *const paths[] = {STREAM "/manifest.json", path};
    int rc = 0;
    for (int i = 0; i < 2; i++) {
        ls_buf_init(&files[i], "run manifest", 64U << 20);
        rc = rc < 0 ? rc : ls_file_read(paths[i], &files[i], err);
        texts[i] = rc < 0 ? NULL : ls_buf_text(&files[i], err);
        rc = texts[i] ? rc : err->code;
    }
    if (rc == 0) {
        const char *at[2] = {strstr(texts[0], mode), strstr(texts[1], mode)};
        rc = at[0] && at[1] && at[0] - texts[0] == at[1] - texts[1] &&
             memcmp(texts[0], texts[1], (size_t)(at[0] - texts[0])) == 0 &&
             strcmp(strchr(at[0], ','), strchr(at[1], ',')) == 0;
    }
    ls_buf_clear(&files[0]);
    ls_buf_clear(&files[1]);
    return rc;
}

/* Does the summary say that the run was told to stop before the log had ended? */
static bool was_stopped(const char *path)
{
    struct ls_buf text;
    struct ls_error err;
    ls_buf_init(&text, "summary", 1U << 20);
    bool read = ls_file_read(path, &text, &err) == 0;
    const char *found = read ? ls_buf_text(&text, &err) : NULL;
    bool stopped = found && strstr(found, "\"stopped\": true");
    ls_buf_clear(&text);
    return stopped;
}

/* ---- what is said of topics: their rows as datasets are the batch run's, but that views and alert
 * rules may lack their ends until nothing comes any more */

/* NULL where there is none. */
static json_t *read_json(const char *path)
{
    struct ls_buf text;
    struct ls_error err;
    ls_buf_init(&text, "a document", 64U << 20);
    json_t *json = ls_file_read(path, &text, &err) == 0
                       ? json_loadb((const char *)text.data, text.size, 0, NULL)
                       : NULL;
    ls_buf_clear(&text);
    return json;
}

static bool read_rows(const char *path, struct ls_buf *rows, uint64_t *count)
{
    struct ls_container_reader *reader;
    struct ls_block block;
    struct ls_error err;
    int rc = ls_container_open(path, &reader, &err);
    bool opened = rc == 0;
    for (rc = opened; rc > 0; *count += rc > 0 ? block.count : 0) {
        rc = ls_container_next(reader, &block, &err);
        rc = rc > 0 && ls_buf_append(rows, block.bytes, block.size, &err) < 0 ? -1 : rc;
    }
    if (opened) {
        ls_container_reader_free(reader);
    }
    return opened && rc == 0;
}

/* Are the rows of a file so many, and the first of another one? */
static bool begins(const char *part, uint64_t records, const char *whole)
{
    struct ls_buf rows[2];
    uint64_t counts[2] = {0, 0};
    ls_buf_init(&rows[0], "rows", 64U << 20);
    ls_buf_init(&rows[1], "rows", 64U << 20);
    bool read = read_rows(part, &rows[0], &counts[0]) && read_rows(whole, &rows[1], &counts[1]);
    bool same = read && counts[0] == records && counts[0] <= counts[1] &&
                rows[0].size <= rows[1].size &&
                (rows[0].size == 0 || memcmp(rows[0].data, rows[1].data, rows[0].size) == 0);
    ls_buf_clear(&rows[0]);
    ls_buf_clear(&rows[1]);
    return same;
}

/* One dataset as the topics have it, and as the manifest tells of it. */
static bool is_dataset(const struct world *w, const char *answer, const char *name, bool finished,
                       const json_t *said, const json_t *right)
{
    char paths[2][LS_PATH_MAX];
    bool open = !finished && (strncmp(name, "views/", 6) == 0 || strncmp(name, "alerts/", 7) == 0);
    snprintf(paths[0], sizeof paths[0], "%s/datasets/%s", STREAM, name);
    snprintf(paths[1], sizeof paths[1], "%s/datasets/%s", answer, name);
    if (open) {
        json_int_t records = json_integer_value(json_object_get(said, "records"));
        return !said || begins(paths[0], (uint64_t)records, paths[1]);
    }
    return ls_disk_same(w->disk, paths[0], paths[1]) &&
           (!said ||
            (json_equal(json_object_get(said, "records"), json_object_get(right, "records")) &&
             json_equal(json_object_get(said, "logical"), json_object_get(right, "logical"))));
}

/* Is it the answer of a stage that is in STREAM, and that the manifest, if there is one, tells of?
 */
static bool is_answer(const struct world *w, unsigned stage, const json_t *manifest, bool finished)
{
    static const char *const same[] = {"job_sha256", "spec_sha256", "inputs"};
    char answer[LS_ANSWER_MAX];
    char path[64];
    const char *name;
    json_t *right;
    snprintf(path, sizeof path, "%s/manifest.json", batch_folder(stage, answer));
    json_t *batch = read_json(path);
    bool is = batch && stage >= 1;
    for (size_t i = 0; is && manifest && i < sizeof same / sizeof *same; i++) {
        is = json_equal(json_object_get(manifest, same[i]), json_object_get(batch, same[i]));
    }
    const json_t *outputs = json_object_get(manifest, "outputs");
    json_object_foreach(json_object_get(batch, "outputs"), name, right)
    {
        const json_t *said = json_object_get(outputs, name);
        is = is && !said == !manifest && is_dataset(w, answer, name, finished, said, right);
    }
    json_decref(batch);
    return is;
}

static int collect(struct world *w, struct ls_error *err)
{
    struct ls_collected collected;
    const struct ls_collect_job job = {
        .plan = w->record_plan, .views = w->views, .from = "log:" TOPICS, .to = STREAM};
    return ls_collect(&job, &collected, err);
}

/* Whatever is said, if anything, is said of a stage from `least` on. */
static void check_topics(struct world *w, unsigned least, const char *when)
{
    struct ls_error err;
    json_t *manifest = read_json(STATE "/manifest.json");
    json_t *log = read_json(TOPICS "/manifest.json");
    bool finished = json_is_true(json_object_get(log, "complete"));
    bool said = manifest || finished ||
                (ls_path_exists(STATE "/summary.json") && !was_stopped(STATE "/summary.json"));
    finished = finished || json_is_true(json_object_get(manifest, "final"));
    bool is = !said;
    if (said && collect(w, &err) < 0) {
        fail(w, "what the stream wrote to topics cannot be collected%s: %.200s", when, err.text);
    }
    for (unsigned stage = w->stage; !is && !w->out->failed && stage >= least; stage--) {
        is = is_answer(w, stage, manifest, finished);
    }
    if (!is) {
        w->out->differs = finished && !same_datasets(w, w->stage);
        fail(w, "what is said of the topics%s does not hold%s", finished ? ", that they end," : "",
             when);
    } else if (ls_tree_remove(STREAM, &err) < 0) {
        fail(w, "%.200s", err.text);
    }
    json_decref(manifest);
    json_decref(log);
}

/* What a run has to say of topics at its end. */
static void check_topics_end(struct world *w, const char *when)
{
    json_t *log = read_json(TOPICS "/manifest.json");
    if (!ls_path_exists(STATE "/manifest.json")) {
        fail(w, "there is no manifest%s", when);
    } else if (w->stage == w->stages && !json_is_true(json_object_get(log, "complete"))) {
        fail(w, "the log of topics is not finished%s", when);
    }
    json_decref(log);
    check_topics(w, w->stage, when);
}

static void check_whole(struct world *w, const char *when)
{
    struct ls_error err;
    if (w->topics) {
        check_topics_end(w, when);
    } else if (!same_datasets(w, w->stage)) {
        w->out->differs = true;
        fail(w, "the streaming run's datasets are not the batch run's%s", when);
    } else if (same_manifest(w, &err) != 1) {
        fail(w, "the streaming run's manifest is not the batch run's%s", when);
    }
}

/* Whatever a process left: where sums, manifest or summary are, there are the datasets that they
 * tell of. */
static void check_claims(struct world *w)
{
    static const char *const claims[] = {STREAM "/datasets/SHA256SUMS", STREAM "/manifest.json",
                                         STREAM "/summary.json"};
    if (w->topics) {
        check_topics(w, w->stage > 1 ? w->stage - 1 : 1, "");
        return;
    }
    for (size_t i = 0; i < (was_stopped(STREAM "/summary.json") ? 2 : 3); i++) {
        if (ls_path_exists(claims[i]) && !same_datasets(w, w->stage) &&
            !same_datasets(w, w->stage - 1)) {
            w->out->differs = true;
            fail(w, "%s is there, and the datasets are not whole", claims[i]);
        }
    }
}

/* ---- runs */

static void choose_workers(struct world *w)
{
    unsigned workers = 1 + (unsigned)ls_sim_below(&w->sim, WORKERS_MAX);
    if (w->workers && w->workers != workers) {
        ls_sim_count(&w->sim, LS_MISHAP_OTHER_WORKERS);
    }
    w->workers = workers;
}

/* The runner has gone on since a checkpoint was due: it was taken. It may be told to stop. */
static int on_progress(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct world *w = context;
    (void)done;
    (void)total;
    if (w->schedule.was_due && !ls_disk_is_dead(w->disk)) {
        int rc = ls_sim_checkpoint_taken(&w->checkpoints, err);
        if (rc < 0) {
            return rc;
        }
    }
    w->schedule.was_due = false;
    return ls_sim_strikes(&w->sim, LS_MISHAP_STOPPED)
               ? ls_error_set(err, LS_E_INTERRUPTED, "told to stop")
               : 0;
}

/* A number that is as likely to have few binary digits as many, up to so many. */
static uint64_t of_any_size(struct ls_sim *sim, unsigned digits)
{
    return ls_sim_below(sim, UINT64_C(1) << ls_sim_below(sim, digits));
}

static int stream(struct world *w, struct ls_stream_result *result, struct ls_error *err)
{
    static const int64_t aheads[] = {0, 1, 1000, 60000, 86400000};
    static const size_t files[] = {0, 1, 2, 3, 7};
    const struct ls_stream_scheduler scheduler = ls_sim_scheduler(&w->schedule);
    choose_workers(w);
    bool follows = ls_sim_below(&w->sim, 3) == 0;
    bool last = follows || w->stage == w->stages;
    const struct ls_stream_job job = {
        .plan = w->record_plan,
        .views = w->views,
        .from = "sim:" LOG,
        .to = w->topics ? "log:" TOPICS : STREAM,
        .state = STATE,
        .mode = follows ? LS_STREAM_FOLLOW : LS_STREAM_BOUNDED,
        .final = last && (w->topics || ls_sim_below(&w->sim, 2) == 0),
        .poll_ms = 1 + (int64_t)ls_sim_below(&w->sim, 1000),
        .workers = w->workers,
        .ahead_ms = aheads[ls_sim_below(&w->sim, sizeof aheads / sizeof *aheads)],
        .checkpoint_files = files[ls_sim_below(&w->sim, sizeof files / sizeof *files)],
        .progress = on_progress,
        .context = w};
    ls_sim_schedule_begin(&w->schedule);
    bool refuses = ls_sim_strikes(&w->sim, LS_MISHAP_MEMORY_REFUSED);
    ls_mem_refuse(refuses ? 1 + (unsigned long)of_any_size(&w->sim, 15) : 0);
    ls_sim_calm(&w->sim, ls_sim_below(&w->sim, 2) ? of_any_size(&w->sim, 17) : 0);
    int rc = ls_stream_run_by(&job, &scheduler, result, err);
    ls_mem_refuse(0);
    return rc;
}

/* One process: from its start to its end, or its death. 1 when it came to the log's end. */
static int one_run(struct world *w, struct ls_error *world_err)
{
    struct ls_error err = {0};
    struct ls_stream_result result;
    unsigned hard_before = w->sim.hard_max;
    w->out->runs++;
    int rc = stream(w, &result, &err);
    bool dead = ls_disk_is_dead(w->disk);
    w->stage = ls_sim_log_stage();
    batch_folder(w->stage, w->out->answer);
    ls_sim_note(&w->sim, 1, (uint64_t)rc, dead, 0);
    w->out->records += rc == 0 ? result.records : 0;
    bool restored = rc == 0 || w->schedule.rounds > 0;
    if (w->checkpoints.unseen && result.damaged == 0 && restored) {
        fail(w, "the damage of checkpoint %llu was not noticed",
             (unsigned long long)w->checkpoints.damaged);
    }
    w->checkpoints.unseen = w->checkpoints.unseen && result.damaged == 0;
    if (rc < 0 && w->sim.hard_max == hard_before) {
        fail(w, "a run failed to which nothing was done: %s", err.text);
    }
    if (!dead && (rc == 0 || rc == LS_E_INTERRUPTED) &&
        ls_sim_checkpoint_taken(&w->checkpoints, world_err) < 0) {
        return world_err->code;
    }
    return rc == 0 && !dead && !result.stopped;
}

/* The process has died, failed, or stopped as it was told. */
static int after_death(struct world *w, struct ls_error *err)
{
    int rc = ls_disk_restart(w->disk, err);
    ls_sim_calm(&w->sim, 0);
    w->sim.on = false;
    check_claims(w);
    rc = rc < 0 ? rc : ls_sim_checkpoints_last(&w->checkpoints, err);
    w->sim.on = true;
    if (rc == 0) {
        fail(w, "checkpoint %llu was taken, and is lost", (unsigned long long)w->checkpoints.last);
    }
    return rc < 0 ? rc : ls_sim_checkpoints_damage(&w->checkpoints, err);
}

/* All is there; and all of it stays when power is lost now. */
static int after_end(struct world *w, struct ls_error *err)
{
    w->sim.on = false;
    check_whole(w, "");
    w->sim.on = true;
    if (w->out->failed || ls_sim_below(&w->sim, 2) == 0) {
        return ls_disk_restart(w->disk, err);
    }
    int rc = ls_disk_lose_power(w->disk, err);
    w->sim.on = false;
    check_whole(w, ", after the run had ended and power was lost");
    w->sim.on = true;
    return rc;
}

/* Runs until one has come to the end of the stage's range. */
static int run_stage(struct world *w, struct ls_error *err)
{
    int rc = 0;
    bool ended = false;
    ls_sim_log_set(&w->sim, w->stage, w->stages);
    while (rc == 0 && !ended && !w->out->failed) {
        rc = one_run(w, err);
        ended = rc > 0;
        if (rc >= 0 && !w->out->failed) {
            rc = ended ? after_end(w, err) : after_death(w, err);
            ended = ended && !ls_sim_strikes(&w->sim, LS_MISHAP_RUN_AGAIN);
        }
        if (w->out->runs > RUNS_MAX) {
            fail(w, "%d runs have not come to the end of the log", RUNS_MAX);
        }
    }
    return rc;
}

/* ---- the whole */

static int copy_file(void *context, const char *name, struct ls_error *err)
{
    const struct world *w = context;
    char path[LS_PATH_MAX];
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file", LS_CONTAINER_BLOCK_MAX);
    int rc = ls_file_read(name, &bytes, err);
    rc = rc < 0 ? rc : ls_path_join(path, w->job->keep, name, err);
    ls_disk_mount(NULL);
    rc = rc < 0 ? rc : ls_folder_make_above(path, err);
    rc = rc < 0 ? rc : ls_file_replace(path, bytes.data, bytes.size, err);
    ls_disk_mount(w->disk);
    ls_buf_clear(&bytes);
    return rc;
}

/* Leaves what the disk holds in the folder that is wanted. */
static int keep(struct world *w, struct ls_error *err)
{
    w->sim.on = false;
    int rc = ls_disk_is_dead(w->disk) ? ls_disk_restart(w->disk, err) : 0;
    return rc < 0 ? rc : ls_tree_walk(".", copy_file, w, err);
}

static int run_world(struct world *w, struct ls_error *err)
{
    int rc = 0;
    w->schedule.sim = w->checkpoints.sim = &w->sim;
    w->checkpoints.folder = STATE;
    w->sim.on = true;
    for (w->stage = 1; rc == 0 && !w->out->failed && w->stage <= w->stages; w->stage++) {
        batch_folder(w->stage, w->out->answer);
        rc = run_stage(w, err);
    }
    w->out->steps = w->sim.steps;
    w->out->history = w->sim.history;
    memcpy(w->out->fired, w->sim.fired, sizeof w->out->fired);
    return rc < 0 || !w->out->failed || !w->job->keep ? rc : keep(w, err);
}

int ls_simulate(const struct ls_simulation_job *job, struct ls_simulation_result *out,
                struct ls_error *err)
{
    struct world w = {.job = job, .out = out};
    memset(out, 0, sizeof *out);
    ls_buf_init(&w.report, "diagnostics", 16U << 20);
    ls_sim_begin(&w.sim, job->seed);
    w.topics = ls_sim_below(&w.sim, 3) == 0;
    w.sim.on = true;
    w.stages = 1;
    while (w.stages < STAGES_MAX && ls_sim_strikes(&w.sim, LS_MISHAP_RANGE_GROWN)) {
        w.stages++;
    }
    w.sim.on = false;
    int rc = make_world(&w, err);
    rc = rc < 0 ? rc : run_world(&w, err);
    clear_world(&w);
    return rc;
}
