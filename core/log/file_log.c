#include "core/log/file_log.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

const char ls_file_log_schema[] =
    "{\"type\":\"record\",\"name\":\"record\",\"namespace\":\"lockstep.log\",\"fields\":["
    "{\"name\":\"offset\",\"type\":\"long\"},"
    "{\"name\":\"timestamp\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"key\",\"type\":[\"null\",\"bytes\"]},"
    "{\"name\":\"headers\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
    "\"header\",\"fields\":["
    "{\"name\":\"key\",\"type\":\"string\"},{\"name\":\"value\",\"type\":[\"null\",\"bytes\"]}]}}},"
    "{\"name\":\"value\",\"type\":[\"null\",\"bytes\"]}]}";

struct file_log {
    struct ls_log base;
    char *folder;
    char *domain;
    char *spec_sha256;
    struct ls_log_identity identity;
    struct ls_container_writer ***writers; /* [topic][partition] */
    uint64_t **
        kept; /* records that were there when the log was resumed and are still to be passed over */
};

int ls_file_log_path(const char *folder, const char *topic, uint32_t partition, char *out,
                     struct ls_error *err)
{
    if (snprintf(out, LS_PATH_MAX, "%s/%s/%u.avro", folder, topic, partition) >= LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, folder);
    }
    return 0;
}

int ls_file_log_name(const char *topic, uint32_t partition, char *out, struct ls_error *err)
{
    if (snprintf(out, LS_PATH_MAX, "%s/%u", topic, partition) >= LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a topic's name is longer than %d bytes", LS_PATH_MAX);
    }
    return 0;
}

static struct file_log *file_log_new(const char *folder, const struct ls_log_topic *topics,
                                     size_t topic_count, struct ls_error *err)
{
    struct file_log *log = ls_mem_new(1, sizeof *log, err);
    if (log && (ls_log_init(&log->base, &ls_log_file, topics, topic_count, err) < 0 ||
                !(log->folder = ls_mem_copy(folder, strlen(folder), err)))) {
        ls_log_file.close(&log->base);
        return NULL;
    }
    return log;
}

static int writer_open(struct file_log *log, size_t t, uint32_t p, bool resume,
                       struct ls_error *err)
{
    char path[LS_PATH_MAX];
    char name[LS_PATH_MAX];
    struct ls_container_writer **writer = &log->writers[t][p];
    int rc = ls_file_log_path(log->folder, log->base.topics[t].name, p, path, err);
    rc = rc < 0 ? rc : ls_file_log_name(log->base.topics[t].name, p, name, err);
    rc = rc < 0 ? rc : ls_folder_make_above(path, err);
    struct ls_container_state state = {0};
    if (rc == 0 && resume && ls_container_measure(path, &state.records, &state.file_size, err) == 0) {
        log->kept[t][p] = state.records;
        return ls_container_resume(path, name, ls_file_log_schema, LS_FILE_LOG_RECORDS_PER_BLOCK,
                                   &state, writer, err);
    }
    /* fresh, or a file that was killed before its header was whole */
    return rc < 0 ? rc
                  : ls_container_create(path, name, ls_file_log_schema,
                                        LS_FILE_LOG_RECORDS_PER_BLOCK, writer, err);
}

static int writers_open(struct file_log *log, bool resume, struct ls_error *err)
{
    log->writers = ls_mem_new(log->base.topic_count, sizeof *log->writers, err);
    log->kept = log->writers ? ls_mem_new(log->base.topic_count, sizeof *log->kept, err) : NULL;
    if (!log->kept) {
        return err->code;
    }
    for (size_t t = 0; t < log->base.topic_count; t++) {
        uint32_t partitions = log->base.topics[t].partitions;
        log->writers[t] = ls_mem_new(partitions, sizeof **log->writers, err);
        log->kept[t] = log->writers[t] ? ls_mem_new(partitions, sizeof **log->kept, err) : NULL;
        if (!log->kept[t]) {
            return err->code;
        }
        for (uint32_t p = 0; p < partitions; p++) {
            int rc = writer_open(log, t, p, resume, err);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return 0;
}

static bool same_identity(const struct ls_file_manifest *m, const struct ls_log_identity *identity)
{
    return strcmp(m->domain, identity->domain) == 0 &&
           strcmp(m->spec_sha256, identity->spec_sha256) == 0 && m->events == identity->events &&
           m->until_ms == identity->until_ms;
}

/* What is at the place already: *resume says whether it is to be gone on with, *complete whether
 * nothing is left to do. */
static int look(const char *folder, const struct ls_log_identity *identity, enum ls_log_mode mode,
                bool *resume, bool *complete, struct ls_error *err)
{
    struct ls_file_manifest manifest;
    int rc = ls_file_manifest_read(folder, &manifest, err);
    *resume = rc == 0;
    *complete = rc == 0 && manifest.complete;
    if (rc == LS_E_NOINPUT) {
        rc = 0;
    } else if (rc == 0 && mode == LS_LOG_FRESH) {
        rc = ls_error_set(err, LS_E_DATA, "there is a %s log in %s already: remove it%s",
                          manifest.complete ? "finished" : "partial", folder,
                          manifest.complete || !same_identity(&manifest, identity)
                              ? ""
                              : ", or finish it with --resume");
    } else if (rc == 0 && !same_identity(&manifest, identity)) {
        rc = ls_error_set(err, LS_E_DATA,
                          "the log in %s is of another run (spec %.12s, domain %s): it cannot be "
                          "resumed with spec %.12s",
                          folder, manifest.spec_sha256, manifest.domain, identity->spec_sha256);
    }
    ls_file_manifest_clear(&manifest);
    return rc;
}

static int file_create(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                       const struct ls_log_identity *identity, enum ls_log_mode mode,
                       struct ls_log **out, struct ls_error *err)
{
    bool resume;
    bool complete;
    int rc = look(place, identity, mode, &resume, &complete, err);
    rc = rc < 0 ? rc : ls_folder_make(place, err);
    if (rc < 0) {
        return rc;
    }
    struct file_log *log = file_log_new(place, topics, topic_count, err);
    if (!log) {
        return err->code;
    }
    log->base.complete = complete;
    log->domain = ls_mem_copy(identity->domain, strlen(identity->domain), err);
    log->spec_sha256 = log->domain
                           ? ls_mem_copy(identity->spec_sha256, strlen(identity->spec_sha256), err)
                           : NULL;
    log->identity = *identity;
    log->identity.domain = log->domain;
    log->identity.spec_sha256 = log->spec_sha256;
    rc = log->spec_sha256 ? 0 : err->code;
    if (rc == 0 && !complete) {
        rc = resume ? 0
                    : ls_file_manifest_write(place, false, identity, log->base.topics, topic_count,
                                             NULL, err);
        rc = rc < 0 ? rc : writers_open(log, resume, err);
    }
    if (rc < 0) {
        ls_log_close(&log->base);
        return rc;
    }
    *out = &log->base;
    return 0;
}

static int file_append(struct ls_log *base, uint32_t topic, uint32_t partition,
                       const struct ls_log_record *record, struct ls_error *err)
{
    struct file_log *log = (struct file_log *)base;
    uint64_t *count = &base->counts[topic][partition];
    if (log->kept[topic][partition] > 0) {
        log->kept[topic][partition]--;
        ++*count;
        return 0;
    }
    size_t payload = record->key_size + record->headers_size + record->value_size;
    if (payload > LS_FILE_LOG_VALUE_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "a record of %zu bytes passes the log's limit of %u bytes", payload,
                            LS_FILE_LOG_VALUE_MAX);
    }
    uint8_t *room;
    int rc = ls_container_reserve(log->writers[topic][partition],
                                  payload + (size_t)8 * LS_AVRO_LONG_MAX, &room, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_long(room, (int64_t)*count);
    at = ls_put_long(at, record->timestamp_ms);
    at = ls_put_long(at, record->key != NULL);
    at = record->key ? ls_put_bytes(at, record->key, record->key_size) : at;
    if (record->headers) {
        memcpy(at, record->headers, record->headers_size);
        at += record->headers_size;
    } else {
        *at++ = 0; /* an array of nothing */
    }
    at = ls_put_long(at, record->value != NULL);
    at = record->value ? ls_put_bytes(at, record->value, record->value_size) : at;
    rc = ls_container_commit(log->writers[topic][partition], (size_t)(at - room), err);
    *count += rc == 0;
    return rc;
}

static int file_complete(struct ls_log *base, struct ls_error *err)
{
    struct file_log *log = (struct file_log *)base;
    for (size_t t = 0; t < base->topic_count; t++) {
        for (uint32_t p = 0; p < base->topics[t].partitions; p++) {
            if (log->kept[t][p]) {
                return ls_error_set(
                    err, LS_E_DATA,
                    "partition %u of %s holds %llu records more than this run makes", p,
                    base->topics[t].name, (unsigned long long)log->kept[t][p]);
            }
            int rc = ls_container_finish(log->writers[t][p], true, err);
            if (rc < 0) {
                return rc;
            }
        }
        char first[LS_PATH_MAX];
        int rc = ls_file_log_path(log->folder, base->topics[t].name, 0, first, err);
        rc = rc < 0 ? rc : ls_file_sync_folder_of(first, err);
        if (rc < 0) {
            return rc;
        }
    }
    int rc = ls_file_manifest_write(log->folder, true, &log->identity, base->topics,
                                    base->topic_count, base->counts, err);
    base->complete = rc == 0;
    return rc;
}

static int file_open(const char *place, bool partial, struct ls_log **out, struct ls_error *err)
{
    struct ls_file_manifest m;
    struct file_log *log = NULL;
    int rc = ls_file_manifest_read(place, &m, err);
    if (rc == LS_E_NOINPUT) {
        ls_error_prefix(err, "there is no log in %s", place);
    }
    if (rc == 0 && !m.complete && !partial) {
        rc = ls_error_set(err, LS_E_DATA,
                          "the log in %s was not finished: finish it with `generate --resume`",
                          place);
    }
    if (rc == 0) {
        log = file_log_new(place, m.topics, m.topic_count, err);
        rc = log ? 0 : err->code;
    }
    for (size_t t = 0; rc == 0 && t < m.topic_count; t++) {
        for (uint32_t p = 0; rc == 0 && p < m.topics[t].partitions; p++) {
            char path[LS_PATH_MAX];
            uint64_t size;
            log->base.counts[t][p] = m.ends[t][p];
            rc = m.complete ? 0 : ls_file_log_path(place, m.topics[t].name, p, path, err);
            rc = rc < 0 || m.complete ? rc : ls_container_measure(path, &log->base.counts[t][p], &size, err);
        }
    }
    if (rc == 0) {
        log->base.complete = m.complete;
        *out = &log->base;
    } else if (log) {
        ls_log_close(&log->base);
    }
    ls_file_manifest_clear(&m);
    return rc;
}

static void file_close(struct ls_log *base)
{
    struct file_log *log = (struct file_log *)base;
    for (size_t t = 0; log->writers && t < base->topic_count; t++) {
        for (uint32_t p = 0; log->writers[t] && p < base->topics[t].partitions; p++) {
            ls_container_writer_free(log->writers[t][p]);
        }
        ls_mem_free(log->writers[t]);
        ls_mem_free(log->kept ? log->kept[t] : NULL);
    }
    ls_mem_free(log->writers);
    ls_mem_free(log->kept);
    ls_mem_free(log->folder);
    ls_mem_free(log->domain);
    ls_mem_free(log->spec_sha256);
    ls_log_clear(base);
    ls_mem_free(log);
}

/* ---- reading */

struct file_reader {
    struct ls_log_reader base;
    struct ls_container_reader *container;
    char path[LS_PATH_MAX];
    struct ls_log_record *records; /* of the current block */
    size_t capacity;
    size_t count;
    size_t next;
};

static enum ls_decode_status optional_bytes(struct ls_span *span, const uint8_t **bytes,
                                            size_t *size)
{
    int64_t branch;
    enum ls_decode_status status = ls_get_long(span, &branch);
    *bytes = NULL;
    *size = 0;
    if (status != LS_DECODE_OK || branch == 0) {
        return status;
    }
    return branch == 1 ? ls_get_bytes(span, bytes, size) : LS_DECODE_BRANCH;
}

static enum ls_decode_status headers_span(struct ls_span *span, const uint8_t **bytes, size_t *size)
{
    const uint8_t *begin = span->at;
    if (span->at < span->end && *span->at == 0) {
        span->at++;
        *bytes = NULL;
        *size = 0;
        return LS_DECODE_OK;
    }
    int64_t count;
    enum ls_decode_status status;
    while ((status = ls_get_long(span, &count)) == LS_DECODE_OK && count != 0) {
        int64_t size_given;
        if (count < 0 &&
            (count == INT64_MIN || (status = ls_get_long(span, &size_given)) != LS_DECODE_OK)) {
            return status == LS_DECODE_OK ? LS_DECODE_LENGTH : status;
        }
        for (int64_t left = count < 0 ? -count : count; left > 0; left--) {
            const uint8_t *part;
            size_t part_size;
            status = ls_get_string(span, &part, &part_size);
            status = status == LS_DECODE_OK ? optional_bytes(span, &part, &part_size) : status;
            if (status != LS_DECODE_OK) {
                return status;
            }
        }
    }
    *bytes = begin;
    *size = (size_t)(span->at - begin);
    return status;
}

static enum ls_decode_status record_decode(struct ls_span *span, struct ls_log_record *record)
{
    enum ls_decode_status status = ls_get_long(span, &record->offset);
    status = status == LS_DECODE_OK ? ls_get_long(span, &record->timestamp_ms) : status;
    status = status == LS_DECODE_OK ? optional_bytes(span, &record->key, &record->key_size)
                                    : status;
    status = status == LS_DECODE_OK ? headers_span(span, &record->headers, &record->headers_size)
                                    : status;
    return status == LS_DECODE_OK ? optional_bytes(span, &record->value, &record->value_size)
                                  : status;
}

static int block_decode(struct file_reader *reader, const struct ls_block *block,
                        struct ls_error *err)
{
    if (block->count > block->size) { /* a record takes at least five bytes: no allocation because
                                         of what a count says */
        return ls_error_set(err, LS_E_DATA, "%s: block at byte %llu: %llu records in %zu bytes",
                            reader->path, (unsigned long long)block->offset,
                            (unsigned long long)block->count, block->size);
    }
    int rc = ls_mem_grow(&reader->records, &reader->capacity, (size_t)block->count,
                         sizeof *reader->records, err);
    if (rc < 0) {
        return rc;
    }
    struct ls_span span = {block->bytes, block->bytes + block->size};
    for (uint64_t i = 0; i < block->count; i++) {
        const uint8_t *begin = span.at;
        struct ls_log_record *record = &reader->records[i];
        enum ls_decode_status status = record_decode(&span, record);
        if (status != LS_DECODE_OK || record->offset != (int64_t)(block->first_record + i)) {
            return ls_error_set(
                err, LS_E_DATA, "%s: record %llu, in the block at byte %llu, byte %zu of it: %s",
                reader->path, (unsigned long long)(block->first_record + i),
                (unsigned long long)block->offset, (size_t)(begin - block->bytes),
                status != LS_DECODE_OK ? ls_decode_status_text(status) : "its offset is another");
        }
    }
    if (span.at != span.end) {
        return ls_error_set(
            err, LS_E_DATA, "%s: the block at byte %llu has %zu bytes behind its records",
            reader->path, (unsigned long long)block->offset, (size_t)(span.end - span.at));
    }
    reader->count = (size_t)block->count;
    reader->next = 0;
    return 0;
}

/* Skips whole blocks in front of the position without reading their records. */
static int seek_to(struct file_reader *reader, uint64_t position, struct ls_error *err)
{
    struct ls_block block;
    int rc;
    while ((rc = ls_container_next_skip(reader->container, &block, err)) > 0) {
        if (block.first_record + block.count > position) {
            ls_container_seek(reader->container, block.offset, block.first_record);
            rc = ls_container_next(reader->container, &block, err);
            rc = rc > 0 ? block_decode(reader, &block, err) : rc;
            if (rc == 0) {
                reader->next = (size_t)(position - block.first_record);
            }
            return rc;
        }
    }
    return rc;
}

static int file_reader_new(const struct ls_log *base, uint32_t topic, uint32_t partition,
                           uint64_t position, struct ls_log_reader **out, struct ls_error *err)
{
    const struct file_log *log = (const struct file_log *)base;
    struct file_reader *reader = ls_mem_new(1, sizeof *reader, err);
    if (!reader) {
        return err->code;
    }
    reader->base = (struct ls_log_reader){&ls_log_file, position, base->counts[topic][partition]};
    int rc = ls_file_log_path(log->folder, base->topics[topic].name, partition, reader->path, err);
    rc = rc < 0 ? rc : ls_container_open(reader->path, &reader->container, err);
    if (rc == 0) {
        size_t size;
        const char *schema = ls_container_schema(reader->container, &size);
        if (size != strlen(ls_file_log_schema) || memcmp(schema, ls_file_log_schema, size) != 0) {
            rc = ls_error_set(err, LS_E_DATA, "%s is an Avro file, but no partition of a file log",
                              reader->path);
        }
    }
    if (rc == 0 && position > 0 && position < reader->base.end) {
        rc = seek_to(reader, position, err);
    }
    if (rc < 0) {
        ls_log_file.reader_free(&reader->base);
        return rc;
    }
    *out = &reader->base;
    return 0;
}

static int file_read(struct ls_log_reader *base, size_t count_max,
                     const struct ls_log_record **records, size_t *count, struct ls_error *err)
{
    struct file_reader *reader = (struct file_reader *)base;
    *count = 0;
    if (base->position >= base->end) {
        return 0;
    }
    while (reader->next == reader->count) {
        struct ls_block block;
        int rc = ls_container_next(reader->container, &block, err);
        if (rc == 0) {
            rc = ls_error_set(
                err, LS_E_DATA, "%s ends after %llu records; its manifest promises %llu",
                reader->path, (unsigned long long)base->position, (unsigned long long)base->end);
        }
        rc = rc < 0 ? rc : block_decode(reader, &block, err);
        if (rc < 0) {
            return rc;
        }
    }
    size_t left = reader->count - reader->next;
    left = left < count_max ? left : count_max;
    left = left < base->end - base->position ? left : (size_t)(base->end - base->position);
    *records = &reader->records[reader->next];
    *count = left;
    reader->next += left;
    base->position += left;
    return 0;
}

static void file_reader_free(struct ls_log_reader *base)
{
    struct file_reader *reader = (struct file_reader *)base;
    ls_container_reader_free(reader->container);
    ls_mem_free(reader->records);
    ls_mem_free(reader);
}

const struct ls_log_kind ls_log_file = {
    .scheme = "log",
    .summary = "log:DIR, a folder of Avro container files",
    .create = file_create,
    .append = file_append,
    .complete = file_complete,
    .open = file_open,
    .close = file_close,
    .reader_new = file_reader_new,
    .read = file_read,
    .reader_free = file_reader_free,
};
