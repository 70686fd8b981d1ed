/* Reading a file log: bytes that nobody vouches for. */
#include "core/base/mem.h"
#include "core/log/file_log_internal.h"

#include <string.h>

#define RECORD_SIZE_MIN 5 /* each of its fields takes a byte */

struct file_reader {
    struct ls_log_reader base;
    struct ls_container_reader *container; /* NULL: not opened, there may be no file yet */
    bool placed;                           /* it stands at the position */
    char path[LS_PATH_MAX];
    struct ls_log_record *records; /* of the current block */
    size_t capacity;
    size_t count;
    size_t next;
    uint64_t seen; /* records of the file, up to the end of the current block */
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
    if (block->count > block->size / RECORD_SIZE_MIN) { /* no allocation because of what a count
                                                           says */
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
    reader->seen = block->first_record + block->count;
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
        reader->seen = block.first_record + block.count;
    }
    return rc;
}

/* Opens the file where that was not done; goes to the position where the range has it. */
static int open_and_place(struct file_reader *reader, struct ls_error *err)
{
    int rc = 0;
    if (!reader->container) {
        size_t size;
        rc = ls_container_open(reader->path, &reader->container, err);
        const char *schema = rc < 0 ? NULL : ls_container_schema(reader->container, &size);
        if (schema &&
            (size != strlen(ls_file_log_schema) || memcmp(schema, ls_file_log_schema, size) != 0)) {
            ls_container_reader_free(reader->container);
            reader->container = NULL;
            rc = ls_error_set(err, LS_E_DATA, "%s is an Avro file, but no partition of a file log",
                              reader->path);
        }
    }
    if (rc == 0 && !reader->placed && reader->base.position < *reader->base.end) {
        rc = reader->base.position ? seek_to(reader, reader->base.position, err) : 0;
        reader->placed = rc == 0;
    }
    return rc;
}

int ls_file_log_reader_new(const struct ls_log *base, uint32_t topic, uint32_t partition,
                           uint64_t position, struct ls_log_reader **out, struct ls_error *err)
{
    const struct file_log *log = (const struct file_log *)base;
    struct file_reader *reader = ls_mem_new(1, sizeof *reader, err);
    if (!reader) {
        return err->code;
    }
    reader->base = (struct ls_log_reader){&ls_log_file, position, &base->counts[topic][partition]};
    int rc = ls_file_log_path(log->folder, base->topics[topic].name, partition, reader->path, err);
    if (rc == 0 && (base->complete || *reader->base.end > 0)) {
        rc = open_and_place(reader, err);
    }
    if (rc < 0) {
        ls_file_log_reader_free(&reader->base);
        return rc;
    }
    *out = &reader->base;
    return 0;
}

int ls_file_log_read(struct ls_log_reader *base, size_t count_max,
                     const struct ls_log_record **records, size_t *count, struct ls_error *err)
{
    struct file_reader *reader = (struct file_reader *)base;
    *count = 0;
    if (base->position >= *base->end) {
        return 0;
    }
    if (!reader->placed && open_and_place(reader, err) < 0) {
        return err->code;
    }
    while (reader->next == reader->count) {
        struct ls_block block;
        int rc = ls_container_next(reader->container, &block, err);
        if (rc == 0) {
            rc = ls_error_set(
                err, LS_E_DATA, "%s ends after %llu records; its manifest promises %llu",
                reader->path, (unsigned long long)reader->seen, (unsigned long long)*base->end);
        } else if (rc > 0) {
            rc = block_decode(reader, &block, err);
            if (rc < 0) { /* the next call meets it again */
                ls_container_seek(reader->container, block.offset, block.first_record);
            }
        }
        if (rc < 0) {
            return rc;
        }
    }
    size_t left = reader->count - reader->next;
    left = left < count_max ? left : count_max;
    left = left < *base->end - base->position ? left : (size_t)(*base->end - base->position);
    *records = &reader->records[reader->next];
    *count = left;
    reader->next += left;
    base->position += left;
    return 0;
}

void ls_file_log_reader_free(struct ls_log_reader *base)
{
    struct file_reader *reader = (struct file_reader *)base;
    ls_container_reader_free(reader->container);
    ls_mem_free(reader->records);
    ls_mem_free(reader);
}
