#include "conformance/case_tools.h"

#include "core/base/mem.h"
#include "core/base/text.h"
#include "spec/heartbeat.h"

#include <stdio.h>
#include <string.h>

/* ---- the clock */

void ls_case_clock_begin(struct ls_case_clock *clock, const struct ls_perturb *p)
{
    if (!clock->begun || clock->topic != p->topic || clock->partition != p->partition) {
        *clock = (struct ls_case_clock){
            .begun = true, .topic = p->topic, .partition = p->partition};
    }
}

/* P3 for a time that stands for the record's clock. */
static bool is_near(const struct ls_perturb *p, const struct ls_log_record *record, int64_t time_ms)
{
    ls_i128 skew = (ls_i128)time_ms - record->timestamp_ms;
    skew = skew < 0 ? -skew : skew;
    return record->timestamp_ms == -1 || skew <= p->spec->pipeline->max_skew_ms;
}

static bool is_heartbeat(const struct ls_perturb *p, const struct ls_log_record *record)
{
    return p->spec->topics->heartbeat_ms && !record->key && record->value &&
           ls_heartbeat_is(record->value, record->value_size);
}

bool ls_case_clock_of(struct ls_perturb *p, const struct ls_log_record *record, int64_t *time_ms)
{
    const struct ls_spec_pipeline *pipeline = p->spec->pipeline;
    if (is_heartbeat(p, record)) {
        return ls_heartbeat_read(record->value, record->value_size, time_ms) == LS_DECODE_OK &&
               is_near(p, record, *time_ms);
    }
    if (!ls_perturb_decode(p, record)) {
        return false;
    }
    int64_t event = p->cells[LS_COLUMN_EVENT_TIME].number;
    int64_t ingest = p->cells[LS_COLUMN_INGEST_TIME].number;
    *time_ms = pipeline->clock == LS_CLOCK_EVENT_TIME ? event : ingest;
    return is_near(p, record, ingest) && (ls_i128)event - ingest <= pipeline->max_ahead_ms;
}

void ls_case_clock_see(struct ls_case_clock *clock, struct ls_perturb *p,
                       const struct ls_log_record *record)
{
    int64_t time_ms;
    if (ls_case_clock_of(p, record, &time_ms) && (!clock->has || time_ms > clock->highest)) {
        clock->has = true;
        clock->highest = time_ms;
    }
}

int64_t ls_case_delay(const struct ls_perturb *p)
{
    return ls_spec_watermark_delay(p->spec, ls_spec_event_type_at(p->spec, p->topic));
}

/* ---- the truth */

void ls_case_truth_close(struct ls_case_truth *truth)
{
    if (truth->is_open) {
        ls_avro_file_close(&truth->file);
        truth->is_open = false;
    }
}

static int next_touched(struct ls_case_truth *truth, struct ls_error *err)
{
    int rc = ls_avro_file_next(&truth->file, err);
    truth->has_next = rc > 0 && ls_avro_file_long(&truth->file, "position", &truth->next);
    return rc < 0 ? rc : 0;
}

static int open_truth(struct ls_case_truth *truth, const struct ls_perturb *p, struct ls_error *err)
{
    ls_case_truth_close(truth);
    truth->topic = p->topic;
    truth->partition = p->partition;
    if (snprintf(truth->path, sizeof truth->path, "%s/%s/%u.avro", truth->folder,
                 ls_spec_event_type_at(p->spec, p->topic)->topic,
                 p->partition) >= (int)sizeof truth->path) {
        return ls_error_set(err, LS_E_USAGE, "a path is too long: %.60s...", truth->folder);
    }
    int rc = ls_avro_file_open(truth->path, &truth->file, err);
    truth->is_open = true;
    return rc < 0 ? rc : next_touched(truth, err);
}

int ls_case_untouched(struct ls_case_truth *truth, struct ls_perturb *p,
                      const struct ls_log_record *record, struct ls_error *err)
{
    int rc = 0;
    if (!truth->is_open || truth->topic != p->topic || truth->partition != p->partition) {
        rc = open_truth(truth, p, err);
    }
    while (rc == 0 && truth->has_next && truth->next < (int64_t)p->position) {
        rc = next_touched(truth, err);
    }
    if (rc < 0 || (truth->has_next && truth->next == (int64_t)p->position)) {
        return rc;
    }
    return record->key && ls_perturb_decode(p, record);
}

/* ---- records that are kept and made */

int ls_case_keep(struct ls_case_kept *kept, const struct ls_log_record *record,
                 struct ls_error *err)
{
    const struct {
        const uint8_t **at;
        const uint8_t *bytes;
        size_t size;
    } parts[] = {{&kept->record.key, record->key, record->key_size},
                 {&kept->record.headers, record->headers, record->headers_size},
                 {&kept->record.value, record->value, record->value_size}};
    kept->record = *record;
    kept->bytes = ls_mem_new(record->key_size + record->headers_size + record->value_size + 1, 1,
                             err);
    uint8_t *at = kept->bytes;
    for (size_t i = 0; at && i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].bytes) {
            memcpy(at, parts[i].bytes, parts[i].size);
            *parts[i].at = at;
            at += parts[i].size;
        }
    }
    return at ? 0 : err->code;
}

void ls_case_forget(struct ls_case_kept *kept)
{
    ls_mem_free(kept->bytes);
    kept->bytes = NULL;
}

int ls_case_append(struct ls_perturb *p, const struct ls_log_record *like, struct ls_error *err)
{
    struct ls_log_record record = *like;
    int rc = ls_perturb_encode(p, &record, err);
    return rc < 0 ? rc : ls_perturb_append(p, &record, err);
}

int ls_case_append_sent(struct ls_perturb *p, const struct ls_log_record *like, int64_t sent_ms,
                        struct ls_error *err)
{
    struct ls_log_record record = *like;
    record.timestamp_ms = sent_ms;
    p->cells[LS_COLUMN_INGEST_TIME].number = sent_ms;
    return ls_case_append(p, &record, err);
}

void ls_case_rename(struct ls_perturb *p, const char *more, char room[LS_CASE_ID_MAX])
{
    struct ls_cell *id = &p->cells[LS_COLUMN_EVENT_ID];
    id->size = (uint32_t)snprintf(room, LS_CASE_ID_MAX, "%.*s%s",
                                  (int)(id->size < 200 ? id->size : 200), (const char *)id->bytes,
                                  more);
    id->bytes = (const uint8_t *)room;
}

bool ls_case_draw(const struct ls_perturb *p, uint64_t key, uint64_t one_in)
{
    return ls_below(ls_word(key, p->number, (uint64_t)p->topic << 32 | p->partition), one_in) == 0;
}

bool ls_case_has_mixed_flag(const struct ls_spec *spec)
{
    const struct ls_spec_check *checks = spec->quality.items;
    bool mixed = false;
    for (size_t i = 0; i < spec->quality.count; i++) {
        mixed |= checks[i].monotonic && strcmp(checks[i].per, "entity_id") != 0;
    }
    return mixed;
}

/* ---- logs and runs */

int ls_case_make_log(struct ls_verify *v, struct ls_case_result *result,
                     const struct ls_perturbation *perturbation, struct ls_case_runs *runs,
                     struct ls_error *err)
{
    runs->log = ls_verify_path(v, err, "cases/%s/log", result->which->id);
    int rc = runs->log ? ls_verify_base(v, result, err) : err->code;
    return rc < 0 || result->verdict != LS_VERDICT_PASS
               ? rc
               : ls_perturb_log_as(v->job->spec, v->base_log, runs->log, perturbation, err);
}

int ls_case_run(struct ls_verify *v, struct ls_case_result *result, const struct ls_case_runs *runs,
                const char *name, struct ls_verify_run run, struct ls_error *err)
{
    struct ls_exit exit;
    run.umask = -1;
    run.log = runs->log;
    run.to = ls_verify_path(v, err, "cases/%s/%s", result->which->id, name);
    int rc = run.to ? ls_verify_run(v, &run, &exit, err) : err->code;
    return rc < 0
               ? rc
               : ls_verify_compare(v, result, runs->log, run.to, name, runs->batch, "batch", err);
}

static int run_batch(struct ls_verify *v, struct ls_case_result *result, struct ls_case_runs *runs,
                     struct ls_error *err)
{
    struct ls_exit exit;
    runs->batch = ls_verify_path(v, err, "cases/%s/batch", result->which->id);
    struct ls_verify_run run = {.log = runs->log, .to = runs->batch, .umask = -1};
    return runs->batch ? ls_verify_run(v, &run, &exit, err) : err->code;
}

int ls_case_perturbed(struct ls_verify *v, struct ls_case_result *result,
                      const struct ls_perturbation *perturbation, struct ls_case_runs *runs,
                      struct ls_error *err)
{
    int rc = ls_case_make_log(v, result, perturbation, runs, err);
    if (rc < 0 || result->verdict != LS_VERDICT_PASS) {
        return rc;
    }
    rc = run_batch(v, result, runs, err);
    return rc < 0
               ? rc
               : ls_case_run(v, result, runs, "stream",
                             (struct ls_verify_run){.stream = true, .batch_size = runs->batch_size},
                             err);
}

int ls_case_recomputed(struct ls_verify *v, struct ls_case_result *result,
                       const struct ls_perturbation *perturbation, struct ls_case_runs *runs,
                       struct ls_error *err)
{
    int rc = ls_case_perturbed(v, result, perturbation, runs, err);
    return rc < 0 || result->verdict != LS_VERDICT_PASS
               ? rc
               : ls_verify_naive(v, result, v->job->spec, runs->log, runs->batch, &runs->naive,
                                 err);
}

/* Begins the run and kills it, sooner each time that it ends before. */
static int kill_once(struct ls_verify *v, const struct ls_verify_run *run, uint64_t delay_us,
                     uint64_t *kills, struct ls_error *err)
{
    int rc = 0;
    for (int tries = 0; rc == 0 && *kills == 0 && tries < 8; tries++, delay_us /= 2) {
        struct ls_command command;
        struct ls_process process;
        struct ls_exit exit;
        bool killed = false;
        rc = ls_verify_command(v, run, &command, err);
        rc = rc < 0 ? rc : ls_process_start(&command, &process, err);
        rc = rc < 0 ? rc : ls_process_kill_after(&process, delay_us, &killed, &exit, err);
        *kills += killed;
    }
    return rc;
}

int ls_case_grown(struct ls_verify *v, struct ls_case_result *result,
                  const struct ls_perturbation *first, const struct ls_perturbation *second,
                  uint64_t *kills, struct ls_case_runs *runs, struct ls_error *err)
{
    struct ls_exit exit;
    int rc = ls_case_make_log(v, result, first, runs, err);
    if (rc < 0 || result->verdict != LS_VERDICT_PASS) {
        return rc;
    }
    bool own_batch = !runs->batch;
    const char *often = ls_arena_printf(&v->arena, err, "%llu",
                                        (unsigned long long)(v->job->case_events / 16 + 1));
    struct ls_verify_run run = {.stream = true,
                                .log = runs->log,
                                .to = ls_verify_path(v, err, "cases/%s/stream", result->which->id),
                                .umask = -1,
                                .batch_size = "64",
                                .checkpoint_records = often};
    rc = run.to && often ? ls_verify_run(v, &run, &exit, err) : err->code;
    rc = rc < 0 ? rc : ls_tree_remove(runs->log, err);
    rc = rc < 0 ? rc : ls_case_make_log(v, result, second, runs, err);
    rc = rc < 0 || !own_batch ? rc : run_batch(v, result, runs, err);
    rc = rc < 0 || !own_batch
             ? rc
             : ls_verify_naive(v, result, v->job->spec, runs->log, runs->batch, &runs->naive, err);
    rc = rc < 0 || !kills ? rc : kill_once(v, &run, exit.elapsed_us / 2, kills, err);
    return rc < 0 || result->verdict != LS_VERDICT_PASS
               ? rc
               : ls_case_run(v, result, runs, "stream", run, err);
}
