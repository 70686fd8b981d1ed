#include "pipeline/batch/replay.h"

#include "core/avro/container.h"
#include "core/avro/row.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/batch/replay_known.h"
#include "pipeline/output/outputs.h"

#include <stdio.h>
#include <string.h>

#define SUMS           "SHA256SUMS"
#define SUMS_BYTES_MAX (64U << 20)
#define HEX            ((size_t)2 * LS_SHA256_SIZE)
#define SORT_MEMORY    ((size_t)64 << 20)

/* Columns of a quarantined record. */
enum { REASON, DETAIL, TOPIC, TIMESTAMP, KEY, HEADERS, VALUE, PARTITION, POSITION, COLUMNS };

struct replay {
    const struct ls_replay *job;
    char datasets[LS_PATH_MAX];
    struct ls_buf sums;     /* the text of their SHA256SUMS */
    struct ls_buf identity; /* the spec, and every byte that the log is made of */
    uint32_t partitions[LS_SPEC_EVENT_TYPES_MAX]; /* of each topic: those with a quarantine */
    uint32_t partitions_max;
    struct ls_log *log;
    struct ls_replay_counts *counts;
    struct ls_record *record; /* large */
    /* of the partition at hand */
    size_t topic;
    uint32_t partition;
    uint64_t row, asked;
    struct ls_known *known;
};

static int path_of(const struct replay *r, const char *kind, size_t topic, uint32_t partition,
                   char out[LS_PATH_MAX], struct ls_error *err)
{
    char name[LS_PATH_MAX];
    snprintf(name, sizeof name, "%s/%s/%u.avro", kind, r->job->plan->topics[topic].type->topic,
             partition);
    return ls_path_join(out, r->datasets, name, err);
}

/* ---- rows of a file */

typedef int row_function(struct replay *r, const struct ls_layout *layout,
                         const struct ls_cell *cells, struct ls_error *err);

static int each_in_block(struct replay *r, const struct ls_layout *layout, struct ls_cell *cells,
                         const struct ls_block *block, row_function *each, struct ls_error *err)
{
    struct ls_span span = {block->bytes, block->bytes + block->size};
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < block->count; i++) {
        const uint8_t *row = span.at;
        enum ls_decode_status status = ls_datum_skip(layout->schema->root, &span);
        if (status == LS_DECODE_OK) {
            status = ls_row_decode(layout, row, (size_t)(span.at - row), cells, NULL, NULL);
        }
        rc = status == LS_DECODE_OK ? each(r, layout, cells, err)
                                    : ls_error_set(err, LS_E_DATA, "row %llu: %s",
                                                   (unsigned long long)(block->first_record + i),
                                                   ls_decode_status_text(status));
        r->row++;
    }
    return rc;
}

/* Of the partition at hand. */
static int each_row(struct replay *r, const char *kind, row_function *each, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_container_reader *reader;
    struct ls_schema *schema = NULL;
    struct ls_layout *layout = NULL;
    struct ls_cell *cells = NULL;
    struct ls_block block;
    size_t size;
    int rc = path_of(r, kind, r->topic, r->partition, path, err);
    rc = rc < 0 ? rc : ls_container_open(path, &reader, err);
    if (rc < 0) {
        return rc;
    }
    const char *text = ls_container_schema(reader, &size);
    rc = ls_schema_parse(text, size, &schema, err);
    rc = rc < 0 ? rc : ls_layout_new(schema, &layout, err);
    if (rc == 0) {
        cells = ls_mem_new(layout->count, sizeof *cells, err);
        rc = cells ? 0 : err->code;
    }
    r->row = 0;
    while (rc == 0 && (rc = ls_container_next(reader, &block, err)) == 1) {
        rc = each_in_block(r, layout, cells, &block, each, err);
    }
    ls_mem_free(cells);
    ls_layout_free(layout);
    ls_schema_free(schema);
    ls_container_reader_free(reader);
    return rc;
}

/* ---- what there is */

static int find_datasets(struct replay *r, struct ls_error *err)
{
    static const char *const below[] = {"datasets", "."};
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        char path[LS_PATH_MAX];
        int rc = ls_path_join(r->datasets, r->job->from, below[i], err);
        rc = rc < 0 ? rc : ls_path_join(path, r->datasets, "quarantine", err);
        if (rc < 0) {
            return rc;
        }
        if (ls_path_is_folder(path)) {
            rc = ls_path_join(path, r->datasets, SUMS, err);
            rc = rc < 0 ? rc : ls_file_read(path, &r->sums, err);
            return rc != LS_E_NOINPUT
                       ? rc
                       : ls_error_set(err, LS_E_DATA,
                                      "%s has no " SUMS ": the run has not ended, and its "
                                      "quarantine may not be whole",
                                      r->datasets);
        }
    }
    return ls_error_set(err, LS_E_NOINPUT, "%s holds no quarantine: give the folder of a run",
                        r->job->from);
}

/* The sum of a file, as the run said it: 64 digits; NULL where it says nothing. */
static const char *find_sum(const struct replay *r, const char *name)
{
    const char *text = (const char *)r->sums.data;
    const char *end = text + r->sums.size;
    size_t size = strlen(name);
    for (const char *line = text; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next : end;
        if ((size_t)(next - line) == HEX + 2 + size && memcmp(next - size, name, size) == 0) {
            return line;
        }
        line = next + 1;
    }
    return NULL;
}

/* 1 for a file that is as the run left it, 0 where it left none. */
static int check_file(struct replay *r, const char *kind, size_t topic, uint32_t partition,
                      struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_sha256 sha256;
    uint64_t size;
    char hex[LS_HEX_MAX];
    int rc = path_of(r, kind, topic, partition, path, err);
    const char *sum = rc < 0 ? NULL : find_sum(r, path + strlen(r->datasets) + 1);
    if (!sum) {
        return rc;
    }
    rc = ls_file_sha256(path, &sha256, &size, err);
    if (rc < 0 && rc != LS_E_NOINPUT) {
        return rc;
    }
    if (rc < 0 || memcmp(sum, ls_hex(sha256.bytes, LS_SHA256_SIZE, hex), HEX) != 0) {
        return ls_error_set(err, LS_E_DATA, "%s is not the file that " SUMS " tells of", path);
    }
    rc = ls_buf_appendf(&r->identity, err, "%s %s\n", hex, path + strlen(r->datasets) + 1);
    return rc < 0 ? rc : 1;
}

static int check_schema(const struct replay *r, size_t topic, uint32_t partition,
                        struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    ls_buf_init(&text, "schema", SUMS_BYTES_MAX);
    int rc = path_of(r, "quarantine", topic, partition, path, err);
    rc = rc < 0 ? rc : ls_container_read_schema(path, &text, err);
    if (rc == 0 && (text.size != strlen(ls_quarantine_schema) ||
                    memcmp(text.data, ls_quarantine_schema, text.size) != 0)) {
        rc = ls_error_set(err, LS_E_DATA, "%s is no quarantine of a run", path);
    }
    ls_buf_clear(&text);
    return rc;
}

/* All that will be read, before anything is written. */
static int check_files(struct replay *r, struct ls_error *err)
{
    char hex[LS_HEX_MAX];
    ls_hex(r->job->plan->job.bytes, LS_SHA256_SIZE, hex);
    int rc = ls_buf_appendf(&r->identity, err, "lockstep replay 1\n%s\n", hex);
    for (size_t t = 0; rc >= 0 && t < r->job->plan->topic_count; t++) {
        uint32_t p = 0;
        while (rc >= 0 && (rc = check_file(r, "quarantine", t, p, err)) == 1) {
            rc = check_schema(r, t, p, err);
            rc = rc < 0 ? rc : check_file(r, "normalized", t, p, err);
            if (rc == 0) {
                rc = ls_error_set(err, LS_E_DATA, "%s tells of no normalized records beside %s/%u",
                                  SUMS, r->job->plan->topics[t].type->topic, p);
            }
            p++;
        }
        r->partitions[t] = p;
        r->partitions_max = p > r->partitions_max ? p : r->partitions_max;
    }
    return rc < 0 || r->partitions_max
               ? rc
               : ls_error_set(err, LS_E_NOINPUT,
                              "%s holds no quarantine of this spec's topics: give the folder of a "
                              "run",
                              r->job->from);
}

static int open_log(struct replay *r, struct ls_error *err)
{
    const struct ls_record_plan *plan = r->job->plan;
    struct ls_log_topic topics[LS_SPEC_EVENT_TYPES_MAX];
    struct ls_sha256 sha256;
    char hex[LS_HEX_MAX];
    for (size_t t = 0; t < plan->topic_count; t++) {
        topics[t] = (struct ls_log_topic){.name = plan->topics[t].type->topic,
                                          .partitions = r->partitions_max};
    }
    ls_sha256_of(r->identity.data, r->identity.size, &sha256);
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
    return reason == LS_REASON_EXPIRED || reason == LS_REASON_DUPLICATE ||
           reason == LS_REASON_DUPLICATE_CONFLICT;
}

static const uint8_t *bytes_or_null(const struct ls_cell *cell)
{
    return cell->is_null ? NULL : cell->bytes;
}

/* As it was read. */
static struct ls_log_record raw_of(const struct ls_cell *cells)
{
    bool has_headers = cells[HEADERS].size > 1; /* an empty array is one byte */
    return (struct ls_log_record){.timestamp_ms = cells[TIMESTAMP].number,
                                  .key = bytes_or_null(&cells[KEY]),
                                  .key_size = cells[KEY].size,
                                  .headers = has_headers ? cells[HEADERS].bytes : NULL,
                                  .headers_size = has_headers ? cells[HEADERS].size : 0,
                                  .value = bytes_or_null(&cells[VALUE]),
                                  .value_size = cells[VALUE].size};
}

/* What becomes of it now: LS_ADMITTED where it passes; r->record is filled but for others' fates.
 */
static enum ls_reason judge(struct replay *r, const struct ls_cell *cells)
{
    const struct ls_log_record raw = raw_of(cells);
    enum ls_reason reason = ls_reason_of((const char *)cells[REASON].bytes, cells[REASON].size);
    if (is_others(reason)) {
        return reason;
    }
    ls_record_examine(r->job->plan, &r->job->plan->topics[r->topic], &raw, r->record);
    return r->record->reason;
}

static int ask_row(struct replay *r, const struct ls_layout *layout, const struct ls_cell *cells,
                   struct ls_error *err)
{
    (void)layout;
    if (judge(r, cells) != LS_ADMITTED || r->record->is_heartbeat) {
        return 0;
    }
    const struct ls_cell *id = &r->record->cells[LS_COLUMN_EVENT_ID];
    r->asked++;
    return ls_known_ask(r->known, id->bytes, id->size, r->row, err);
}

static int see_row(struct replay *r, const struct ls_layout *layout, const struct ls_cell *cells,
                   struct ls_error *err)
{
    int column = ls_layout_find(layout, "event_id");
    return column < 0 ? ls_error_set(err, LS_E_DATA, "normalized records without event_id")
                      : ls_known_see(r->known, cells[column].bytes, cells[column].size, err);
}

static int replay_row(struct replay *r, const struct ls_layout *layout, const struct ls_cell *cells,
                      struct ls_error *err)
{
    struct ls_replay_counts *counts = &r->counts[r->topic];
    enum ls_reason reason = judge(r, cells);
    (void)layout;
    counts->read++;
    if (reason != LS_ADMITTED || r->record->is_heartbeat) {
        counts->left[reason]++;
        return 0;
    }
    int known = LS_MUTANT(KNOWN_REPLAYED) ? 0 : ls_known_row(r->known, r->row, err);
    if (known) {
        counts->known += known > 0;
        return known < 0 ? known : 0;
    }
    const struct ls_log_record raw = raw_of(cells);
    counts->replayed++;
    return ls_log_append(r->log, (uint32_t)r->topic, r->partition, &raw, err);
}

static int replay_partition(struct replay *r, const char *sorted, struct ls_error *err)
{
    r->asked = 0;
    int rc = ls_known_new(sorted, SORT_MEMORY, &r->known, err);
    rc = rc < 0 ? rc : each_row(r, "quarantine", ask_row, err);
    rc = rc < 0 || !r->asked ? rc : each_row(r, "normalized", see_row, err);
    rc = rc < 0 ? rc : ls_known_settle(r->known, err);
    rc = rc < 0 ? rc : each_row(r, "quarantine", replay_row, err);
    ls_known_free(r->known);
    r->known = NULL;
    return rc;
}

static int replay_all(struct replay *r, struct ls_error *err)
{
    char sorted[LS_PATH_MAX];
    struct ls_error unheard;
    int rc = ls_path_join(sorted, r->job->to + strlen("log:"), "sort.tmp", err);
    for (r->topic = 0; rc == 0 && r->topic < r->job->plan->topic_count; r->topic++) {
        for (r->partition = 0; rc == 0 && r->partition < r->partitions[r->topic]; r->partition++) {
            rc = replay_partition(r, sorted, err);
        }
    }
    int removed = ls_tree_remove(sorted, rc < 0 ? &unheard : err);
    return rc < 0 ? rc : removed;
}

int ls_replay_run(const struct ls_replay *job, struct ls_replay_counts *counts,
                  struct ls_error *err)
{
    struct replay r = {.job = job, .counts = counts};
    memset(counts, 0, job->plan->topic_count * sizeof *counts);
    ls_buf_init(&r.sums, SUMS, SUMS_BYTES_MAX);
    ls_buf_init(&r.identity, "what is replayed", SUMS_BYTES_MAX);
    r.record = ls_mem_new(1, sizeof *r.record, err);
    int rc = r.record ? find_datasets(&r, err) : err->code;
    rc = rc < 0 ? rc : check_files(&r, err);
    rc = rc < 0 ? rc : open_log(&r, err);
    rc = rc < 0 ? rc : replay_all(&r, err);
    rc = rc < 0 ? rc : ls_log_complete(r.log, err);
    ls_log_close(r.log);
    ls_buf_clear(&r.sums);
    ls_buf_clear(&r.identity);
    ls_mem_free(r.record);
    return rc;
}
