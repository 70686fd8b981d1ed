#include "pipeline/output/replay.h"

#include "core/avro/container.h"
#include "core/avro/row.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/output/outputs.h"

#include <stdio.h>
#include <string.h>

/* Columns of a quarantined record. */
enum { REASON, DETAIL, TOPIC, TIMESTAMP, KEY, HEADERS, VALUE, PARTITION, POSITION, COLUMNS };

struct replay {
    const struct ls_replay *job;
    char folder[LS_PATH_MAX]; /* quarantine */
    uint32_t partitions;
    struct ls_schema *schema;
    struct ls_layout *layout;
    struct ls_log *log;
    struct ls_replay_counts *counts;
    struct ls_record *record; /* large */
};

static int path_of(const struct replay *r, size_t topic, uint32_t partition, char out[LS_PATH_MAX],
                   struct ls_error *err)
{
    return snprintf(out, LS_PATH_MAX, "%s/%s/%u.avro", r->folder,
                    r->job->plan->topics[topic].type->topic, partition) < LS_PATH_MAX
               ? 0
               : ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                              LS_PATH_MAX, r->folder);
}

static int find_quarantine(struct replay *r, struct ls_error *err)
{
    static const char *const below[] = {"datasets/quarantine", "quarantine", "."};
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        char file[LS_PATH_MAX];
        int rc = ls_path_join(r->folder, r->job->from, below[i], err);
        for (size_t t = 0; rc == 0 && t < r->job->plan->topic_count; t++) {
            rc = path_of(r, t, 0, file, err);
            if (rc == 0 && ls_path_exists(file)) {
                return 0;
            }
        }
        if (rc < 0) {
            return rc;
        }
    }
    return ls_error_set(err, LS_E_NOINPUT,
                        "%s holds no quarantine of this spec's topics: give the folder of a run",
                        r->job->from);
}

/* How many there are of the topic that has most; and what names the log: the spec, and every byte
 * that it is made of. */
static int look_at_files(struct replay *r, struct ls_sha256 *identity, struct ls_error *err)
{
    struct ls_buf text;
    char hex[LS_HEX_MAX];
    ls_buf_init(&text, "what is replayed", 64U << 20);
    ls_hex(r->job->plan->job.bytes, LS_SHA256_SIZE, hex);
    int rc = ls_buf_appendf(&text, err, "lockstep replay 1\n%s\n", hex);
    for (size_t t = 0; rc == 0 && t < r->job->plan->topic_count; t++) {
        for (uint32_t p = 0; rc == 0; p++) {
            char path[LS_PATH_MAX];
            struct ls_sha256 sha256;
            uint64_t size;
            rc = path_of(r, t, p, path, err);
            if (rc < 0 || !ls_path_exists(path)) {
                break;
            }
            r->partitions = p + 1 > r->partitions ? p + 1 : r->partitions;
            rc = ls_file_sha256(path, &sha256, &size, err);
            ls_hex(sha256.bytes, LS_SHA256_SIZE, hex);
            rc = rc < 0 ? rc
                        : ls_buf_appendf(&text, err, "%s %s/%u\n", hex,
                                         r->job->plan->topics[t].type->topic, p);
        }
    }
    if (rc == 0) {
        ls_sha256_of(text.data, text.size, identity);
    }
    ls_buf_clear(&text);
    return rc;
}

static int open_log(struct replay *r, struct ls_error *err)
{
    const struct ls_record_plan *plan = r->job->plan;
    struct ls_log_topic topics[LS_SPEC_EVENT_TYPES_MAX];
    struct ls_sha256 sha256;
    char hex[LS_HEX_MAX];
    int rc = look_at_files(r, &sha256, err);
    if (rc < 0) {
        return rc;
    }
    for (size_t t = 0; t < plan->topic_count; t++) {
        topics[t] = (struct ls_log_topic){plan->topics[t].type->topic, r->partitions};
    }
    const struct ls_log_identity identity = {
        .domain = plan->spec->domain,
        .spec_sha256 = ls_hex(sha256.bytes, LS_SHA256_SIZE, hex),
        .events = UINT64_MAX,
        .until_ms = INT64_MAX};
    return ls_log_create(r->job->to, topics, plan->topic_count, &identity, LS_LOG_FRESH, &r->log,
                         err);
}

/* ---- records */

/* A fate that others had a part in, or the time. */
static bool is_others(enum ls_reason reason)
{
    return reason == LS_REASON_EXPIRED ||
           ((reason == LS_REASON_DUPLICATE || reason == LS_REASON_DUPLICATE_CONFLICT) &&
            !LS_MUTANT(DUPLICATES_REPLAYED));
}

static const uint8_t *bytes_or_null(const struct ls_cell *cell)
{
    return cell->is_null ? NULL : cell->bytes;
}

static int replay_record(struct replay *r, size_t topic, uint32_t partition,
                         const struct ls_cell *cells, struct ls_error *err)
{
    const struct ls_topic_plan *plan = &r->job->plan->topics[topic];
    struct ls_replay_counts *counts = &r->counts[topic];
    bool has_headers = cells[HEADERS].size > 1; /* an empty array is one byte */
    const struct ls_log_record raw = {.timestamp_ms = cells[TIMESTAMP].number,
                                      .key = bytes_or_null(&cells[KEY]),
                                      .key_size = cells[KEY].size,
                                      .headers = has_headers ? cells[HEADERS].bytes : NULL,
                                      .headers_size = has_headers ? cells[HEADERS].size : 0,
                                      .value = bytes_or_null(&cells[VALUE]),
                                      .value_size = cells[VALUE].size};
    enum ls_reason reason = ls_reason_of((const char *)cells[REASON].bytes, cells[REASON].size);
    counts->read++;
    if (!is_others(reason)) {
        ls_record_examine(r->job->plan, plan, &raw, r->record);
        reason = r->record->reason;
        if (reason == LS_ADMITTED && !r->record->is_heartbeat) {
            counts->replayed++;
            return ls_log_append(r->log, (uint32_t)topic, partition, &raw, err);
        }
    }
    counts->left[reason]++;
    return 0;
}

static int replay_block(struct replay *r, size_t topic, uint32_t partition,
                        const struct ls_block *block, struct ls_error *err)
{
    struct ls_cell cells[COLUMNS];
    struct ls_span span = {block->bytes, block->bytes + block->size};
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < block->count; i++) {
        const uint8_t *row = span.at;
        enum ls_decode_status status = ls_datum_skip(r->schema->root, &span);
        if (status == LS_DECODE_OK) {
            status = ls_row_decode(r->layout, row, (size_t)(span.at - row), cells, NULL, NULL);
        }
        rc = status == LS_DECODE_OK ? replay_record(r, topic, partition, cells, err)
                                    : ls_error_set(err, LS_E_DATA, "row %llu: %s",
                                                   (unsigned long long)(block->first_record + i),
                                                   ls_decode_status_text(status));
    }
    return rc;
}

static int replay_file(struct replay *r, size_t topic, uint32_t partition, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_container_reader *reader;
    struct ls_block block;
    int rc = path_of(r, topic, partition, path, err);
    if (rc < 0 || !ls_path_exists(path)) {
        return rc;
    }
    rc = ls_container_open(path, &reader, err);
    if (rc < 0) {
        return rc;
    }
    size_t size;
    const char *schema = ls_container_schema(reader, &size);
    if (size != strlen(ls_quarantine_schema) || memcmp(schema, ls_quarantine_schema, size) != 0) {
        rc = ls_error_set(err, LS_E_DATA, "%s is no quarantine of a run", path);
    }
    while (rc == 0 && (rc = ls_container_next(reader, &block, err)) == 1) {
        rc = replay_block(r, topic, partition, &block, err);
    }
    ls_container_reader_free(reader);
    return rc;
}

int ls_replay_run(const struct ls_replay *job, struct ls_replay_counts *counts,
                  struct ls_error *err)
{
    struct replay r = {.job = job, .counts = counts};
    memset(counts, 0, job->plan->topic_count * sizeof *counts);
    r.record = ls_mem_new(1, sizeof *r.record, err);
    int rc = r.record ? find_quarantine(&r, err) : err->code;
    rc = rc < 0
             ? rc
             : ls_schema_parse(ls_quarantine_schema, strlen(ls_quarantine_schema), &r.schema, err);
    rc = rc < 0 ? rc : ls_layout_new(r.schema, &r.layout, err);
    rc = rc < 0 ? rc : open_log(&r, err);
    for (size_t t = 0; rc == 0 && t < job->plan->topic_count; t++) {
        for (uint32_t p = 0; rc == 0 && p < r.partitions; p++) {
            rc = replay_file(&r, t, p, err);
        }
    }
    rc = rc < 0 ? rc : ls_log_complete(r.log, err);
    ls_log_close(r.log);
    ls_layout_free(r.layout);
    ls_schema_free(r.schema);
    ls_mem_free(r.record);
    return rc;
}
