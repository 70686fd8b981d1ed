#include "generator/truth.h"

#include "core/avro/container.h"
#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "generator/truth_episode.h"

#include <stdio.h>
#include <string.h>

const char ls_truth_schema[] =
    "{\"type\":\"record\",\"name\":\"truth\",\"namespace\":\"lockstep\",\"fields\":["
    "{\"name\":\"position\",\"type\":\"long\"},{\"name\":\"event_id\",\"type\":\"string\"},"
    "{\"name\":\"faults\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},{\"name\":"
    "\"outcome\",\"type\":\"string\"}]}";

#define ROW_MAX 1024

struct partition {
    uint64_t position;
    int64_t watermark_delay_ms;
    bool has_clock;
    int64_t highest;
    struct ls_container_writer *writer;
};

struct ls_truth {
    const struct ls_plan *plan;
    char *folder;
    struct partition *partitions; /* [type * count + partition] */
    struct ls_truth_totals *totals;
    int64_t first_ms, last_ms; /* of all event_times */
};

static int open_writer(struct ls_truth *truth, size_t type, uint32_t partition,
                       struct ls_error *err)
{
    char path[LS_PATH_MAX];
    char name[LS_PATH_MAX];
    const char *topic = truth->plan->types[type].spec->topic;
    struct partition *p = &truth->partitions[type * truth->plan->partitions + partition];
    if (snprintf(path, sizeof path, "%s/%s/%u.avro", truth->folder, topic, partition) >=
            (int)sizeof path ||
        snprintf(name, sizeof name, "truth/%s/%u", topic, partition) >= (int)sizeof name) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, truth->folder);
    }
    int rc = ls_folder_make_above(path, err);
    return rc < 0 ? rc
                  : ls_container_create(path, name, ls_truth_schema, LS_TRUTH_RECORDS_PER_BLOCK,
                                        &p->writer, err);
}

int ls_truth_new(const struct ls_plan *plan, const char *folder, struct ls_truth **out,
                 struct ls_error *err)
{
    struct ls_truth *truth = ls_mem_new(1, sizeof *truth, err);
    if (!truth) {
        return err->code;
    }
    int rc = 0;
    truth->plan = plan;
    truth->first_ms = INT64_MAX;
    truth->last_ms = INT64_MIN;
    truth->totals = ls_mem_new(plan->type_count, sizeof *truth->totals, err);
    truth->partitions = truth->totals ? ls_mem_new(plan->type_count * plan->partitions,
                                                   sizeof *truth->partitions, err)
                                      : NULL;
    if (truth->partitions && folder) {
        truth->folder = ls_mem_copy(folder, strlen(folder), err);
    }
    if (!truth->partitions || (folder && !truth->folder)) {
        rc = err->code;
    }
    for (size_t t = 0; rc == 0 && t < plan->type_count; t++) {
        int64_t delay = ls_spec_watermark_delay(plan->spec, plan->types[t].spec);
        for (uint32_t p = 0; rc == 0 && p < plan->partitions; p++) {
            truth->partitions[t * plan->partitions + p].watermark_delay_ms = delay;
            rc = folder ? open_writer(truth, t, p, err) : 0;
        }
    }
    if (rc < 0) {
        ls_truth_free(truth);
        return rc;
    }
    *out = truth;
    return 0;
}

/* Of faults that are noticed before a clock is read. */
static enum ls_reason outcome_of_bytes(enum ls_fault fault)
{
    switch (fault) {
    case LS_FAULT_WRONG_FRAME:
    case LS_FAULT_EMPTY:
        return LS_REASON_FRAME_INVALID;
    case LS_FAULT_UNKNOWN_SCHEMA:
        return LS_REASON_SCHEMA_UNKNOWN;
    case LS_FAULT_TRUNCATED:
        return LS_REASON_DECODE_TRUNCATED;
    case LS_FAULT_CORRUPT:
    case LS_FAULT_OVERSIZED:
        return LS_REASON_DECODE_INVALID;
    default:
        return LS_ADMITTED;
    }
}

/* Of those that are noticed after it. */
static enum ls_reason outcome_of_values(enum ls_fault fault)
{
    switch (fault) {
    case LS_FAULT_OUT_OF_RANGE:
        return LS_REASON_RANGE;
    case LS_FAULT_MISSING:
        return LS_REASON_NOT_NULL;
    case LS_FAULT_UNKNOWN_REFERENCE:
        return LS_REASON_REFERENCE_UNKNOWN;
    default:
        return LS_ADMITTED;
    }
}

static void move_clock(struct partition *p, int64_t clock)
{
    if (!p->has_clock || clock > p->highest) {
        p->highest = clock;
        p->has_clock = true;
    }
}

/* What the pipeline must decide, in the order of its checks (P1); the highest clock moves as its
 * watermark does (P2, P3). */
static enum ls_reason outcome_of(const struct ls_plan *plan, const struct ls_event *e,
                                 struct partition *p)
{
    const struct ls_spec_pipeline *pipe = plan->spec->pipeline;
    enum ls_reason reason = outcome_of_bytes((enum ls_fault)e->fault);
    if (reason != LS_ADMITTED) {
        return reason;
    }
    int64_t skew = e->ingest_time - e->timestamp_ms;
    if (skew > pipe->max_skew_ms || skew < -pipe->max_skew_ms) {
        return LS_REASON_CLOCK_SKEW;
    }
    if (e->event_time > e->ingest_time + pipe->max_ahead_ms) {
        return LS_REASON_CLOCK_AHEAD;
    }
    move_clock(p, pipe->clock == LS_CLOCK_INGEST_TIME ? e->ingest_time : e->event_time);
    reason = outcome_of_values((enum ls_fault)e->fault);
    if (reason != LS_ADMITTED) {
        return reason;
    }
    if (e->event_time < p->highest - p->watermark_delay_ms - pipe->dedupe->horizon_ms) {
        return LS_REASON_EXPIRED;
    }
    if (e->fault == LS_FAULT_DUPLICATE) {
        return LS_REASON_DUPLICATE;
    }
    return e->fault == LS_FAULT_CONFLICT ? LS_REASON_DUPLICATE_CONFLICT : LS_ADMITTED;
}

static int write_row(const struct ls_truth *truth, struct partition *p, const struct ls_event *e,
                     enum ls_reason outcome, struct ls_error *err)
{
    const char *faults[5];
    size_t count = 0;
    if (e->late) {
        faults[count++] = "late";
    }
    if (e->jitter) {
        faults[count++] = "jitter";
    }
    if (e->held) {
        faults[count++] = "outage";
    }
    if (e->episode) {
        faults[count++] = truth->plan->episodes[e->episode - 1].name;
    }
    if (e->fault != LS_FAULT_NONE) {
        faults[count++] = ls_fault_name((enum ls_fault)e->fault);
    }
    uint8_t *room;
    int rc = ls_container_reserve(p->writer, ROW_MAX, &room, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_long(room, (int64_t)p->position);
    at = ls_put_bytes(at, e->event_id, LS_EVENT_ID_SIZE);
    if (count) {
        at = ls_put_long(at, (int64_t)count);
    }
    for (size_t i = 0; i < count; i++) {
        at = ls_put_bytes(at, faults[i], strlen(faults[i]));
    }
    *at++ = 0;
    at = ls_put_bytes(at, ls_reasons[outcome].name, strlen(ls_reasons[outcome].name));
    return ls_container_commit(p->writer, (size_t)(at - room), err);
}

static struct partition *partition_of(const struct ls_truth *truth, uint32_t type,
                                      uint32_t partition)
{
    return &truth->partitions[(size_t)type * truth->plan->partitions + partition];
}

void ls_truth_heartbeat(struct ls_truth *truth, uint32_t type, uint32_t partition, int64_t time_ms)
{
    struct partition *p = partition_of(truth, type, partition);
    truth->totals[type].raw++;
    truth->totals[type].heartbeats++;
    move_clock(p, time_ms);
    p->position++;
}

int ls_truth_take(struct ls_truth *truth, const struct ls_event *e, struct ls_error *err)
{
    struct partition *p = partition_of(truth, e->type, e->partition);
    struct ls_truth_totals *totals = &truth->totals[e->type];
    enum ls_reason outcome = outcome_of(truth->plan, e, p);
    truth->first_ms = e->event_time < truth->first_ms ? e->event_time : truth->first_ms;
    truth->last_ms = e->event_time > truth->last_ms ? e->event_time : truth->last_ms;
    totals->raw++;
    totals->by_outcome[outcome]++;
    totals->late += e->late;
    totals->jitter += e->jitter;
    bool touched = e->late || e->jitter || e->held || e->episode || e->fault != LS_FAULT_NONE ||
                   outcome != LS_ADMITTED;
    int rc = touched && p->writer ? write_row(truth, p, e, outcome, err) : 0;
    p->position++;
    return rc;
}

/* Reasons that only some specs can give are listed in their totals alone: a word that the language
 * learns changes no byte of a spec without it. */
static bool is_listed(const struct ls_spec *spec, int reason)
{
    const struct ls_spec_check *checks = spec->quality.items;
    int word = reason == LS_REASON_SET       ? LS_CHECK_SET
               : reason == LS_REASON_PATTERN ? LS_CHECK_PATTERN
                                             : -1;
    bool found = word < 0;
    for (size_t i = 0; i < spec->quality.count; i++) {
        found = found || checks[i].check == word;
    }
    return found;
}

static int write_totals(const struct ls_truth *truth, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    ls_buf_init(&text, "truth totals", 1U << 20);
    int rc = ls_path_join(path, truth->folder, "totals.json", err);
    rc = rc < 0 ? rc : ls_buf_append_text(&text, "{\n  \"version\": 1,\n  \"topics\": {", err);
    for (size_t t = 0; rc == 0 && t < truth->plan->type_count; t++) {
        const struct ls_truth_totals *totals = &truth->totals[t];
        rc = ls_buf_appendf(&text, err, "%s\n    \"%s\": {\"raw\": %llu, ", t ? "," : "",
                            truth->plan->types[t].spec->topic, (unsigned long long)totals->raw);
        if (rc == 0 && truth->plan->spec->topics->heartbeat_ms) {
            rc = ls_buf_appendf(&text, err, "\"heartbeats\": %llu, ",
                                (unsigned long long)totals->heartbeats);
        }
        rc = rc < 0
                 ? rc
                 : ls_buf_appendf(&text, err, "\"late\": %llu, \"jitter\": %llu, \"outcomes\": {",
                                  (unsigned long long)totals->late,
                                  (unsigned long long)totals->jitter);
        for (int r = 0; rc == 0 && r < LS_REASON_COUNT; r++) {
            rc = is_listed(truth->plan->spec, r)
                     ? ls_buf_appendf(&text, err, "%s\"%s\": %llu", r ? ", " : "",
                                      ls_reasons[r].name, (unsigned long long)totals->by_outcome[r])
                     : 0;
        }
        rc = rc < 0 ? rc : ls_buf_append_text(&text, "}}", err);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(&text, "\n  }\n}\n", err);
    rc = rc < 0 ? rc : ls_file_replace(path, text.data, text.size, err);
    ls_buf_clear(&text);
    return rc;
}

int ls_truth_finish(struct ls_truth *truth, struct ls_error *err)
{
    if (!truth->folder) {
        return 0;
    }
    for (size_t i = 0; i < truth->plan->type_count * truth->plan->partitions; i++) {
        int rc = ls_container_finish(truth->partitions[i].writer, true, err);
        if (rc < 0) {
            return rc;
        }
    }
    int rc = truth->plan->episode_count
                 ? ls_truth_episodes_write(truth->plan, truth->first_ms, truth->last_ms,
                                           truth->folder, err)
                 : 0;
    return rc < 0 ? rc : write_totals(truth, err);
}

const struct ls_truth_totals *ls_truth_totals(const struct ls_truth *truth, size_t type)
{
    return &truth->totals[type];
}

void ls_truth_free(struct ls_truth *truth)
{
    if (!truth) {
        return;
    }
    for (size_t i = 0; truth->partitions && i < truth->plan->type_count * truth->plan->partitions;
         i++) {
        ls_container_writer_free(truth->partitions[i].writer);
    }
    ls_mem_free(truth->partitions);
    ls_mem_free(truth->totals);
    ls_mem_free(truth->folder);
    ls_mem_free(truth);
}
