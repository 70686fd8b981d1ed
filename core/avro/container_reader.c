#include "core/avro/container_internal.h"
#include "core/avro/decode.h"
#include "core/base/mem.h"

#include <fcntl.h>
#include <string.h>

#define SKIP_IO_SIZE 4096U /* enough for the head of a block, when its records are not read */

struct ls_container_reader {
    int fd;
    char *path;
    struct ls_container_header header;
    struct ls_buf window;   /* bytes of the file ... */
    uint64_t window_offset; /* ... from here */
    uint64_t offset;        /* of the next block */
    uint64_t first_record;  /* its first */
    bool torn;
};

static int refuse(const struct ls_container_reader *reader, const char *what, struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "%s: the block at byte %llu %s", reader->path,
                        (unsigned long long)reader->offset, what);
}

/* Looks at the file from `offset`: *bytes and *got tell what there is. *got is at least `wanted`,
 * except at the end of the file. What is read ahead comes in pieces of `io_size`, and memory grows
 * with what was found, not with what was wanted. */
static int look(struct ls_container_reader *reader, uint64_t offset, size_t wanted, size_t io_size,
                const uint8_t **bytes, size_t *got, struct ls_error *err)
{
    struct ls_buf *window = &reader->window;
    if (offset < reader->window_offset || offset > reader->window_offset + window->size) {
        window->size = 0;
        reader->window_offset = offset;
    }
    size_t skipped = (size_t)(offset - reader->window_offset);
    if (window->size - skipped < wanted && skipped) {
        memmove(window->data, window->data + skipped, window->size - skipped);
        window->size -= skipped;
        reader->window_offset = offset;
        skipped = 0;
    }
    while (window->size - skipped < wanted) {
        size_t missing = wanted - (window->size - skipped);
        size_t step = missing < window->size ? missing : window->size;
        step = step > io_size ? step : io_size;
        size_t read = 0;
        int rc = ls_buf_reserve(window, step, err);
        rc = rc < 0
                 ? rc
                 : ls_file_read_at(reader->fd, window->data + window->size, step,
                                   reader->window_offset + window->size, &read, reader->path, err);
        if (rc < 0) {
            return rc;
        }
        window->size += read;
        if (read < step) {
            break;
        }
    }
    *bytes = window->size ? window->data + skipped : NULL;
    *got = window->size - skipped;
    return 0;
}

int ls_container_open(const char *path, struct ls_container_reader **out, struct ls_error *err)
{
    *out = NULL;
    struct ls_container_reader *reader = ls_mem_new(1, sizeof *reader, err);
    if (!reader) {
        return err->code;
    }
    reader->fd = -1;
    ls_container_header_init(&reader->header);
    ls_buf_init(&reader->window, "container block",
                LS_CONTAINER_BLOCK_MAX + 2 * LS_CONTAINER_IO_SIZE);
    reader->path = ls_mem_copy(path, strlen(path), err);
    int rc = reader->path ? 0 : err->code;
    if (rc == 0) {
        reader->fd = ls_file_open(path, O_RDONLY, 0, err);
        rc = reader->fd < 0 ? reader->fd
                            : ls_container_header_read(&reader->header, reader->fd, path, err);
        rc = rc < 0 ? rc : ls_container_header_codec(&reader->header, path, err);
    }
    if (rc < 0) {
        ls_container_reader_free(reader);
        return rc;
    }
    reader->offset = reader->header.size;
    *out = reader;
    return 0;
}

int ls_container_read_schema(const char *path, struct ls_buf *text, struct ls_error *err)
{
    struct ls_container_header header;
    ls_container_header_init(&header);
    int fd = ls_file_open(path, O_RDONLY, 0, err);
    int rc = fd < 0 ? fd : ls_container_header_read(&header, fd, path, err);
    if (rc == 0) {
        const struct ls_container_meta *meta = ls_container_header_find(&header, "avro.schema",
                                                                        strlen("avro.schema"));
        rc = ls_buf_append(text, meta->value, meta->value_size, err);
    }
    if (fd >= 0) {
        ls_file_close(fd);
    }
    ls_container_header_clear(&header);
    return rc;
}

const uint8_t *ls_container_meta(const struct ls_container_reader *reader, const char *key,
                                 size_t *size)
{
    const struct ls_container_meta *meta = ls_container_header_find(&reader->header, key,
                                                                    strlen(key));
    *size = meta ? meta->value_size : 0;
    return meta ? meta->value : NULL;
}

const char *ls_container_schema(const struct ls_container_reader *reader, size_t *size)
{
    return (const char *)ls_container_meta(reader, "avro.schema", size);
}

const uint8_t *ls_container_sync(const struct ls_container_reader *reader)
{
    return reader->header.sync;
}

/* The file ends inside the block. What was read of it may be other bytes the next time. */
static int torn(struct ls_container_reader *reader, struct ls_error *err)
{
    reader->torn = true;
    reader->window.size = 0;
    return refuse(reader, "is cut off by the end of the file", err);
}

/* Reads and checks the two numbers in front of a block: 1, or 0 at the end of the file. */
static int read_head(struct ls_container_reader *reader, size_t io_size, struct ls_block *block,
                     size_t *head_size, struct ls_error *err)
{
    const uint8_t *bytes;
    size_t got;
    int64_t count = 0;
    int64_t size = 0;
    reader->torn = false;
    int rc = look(reader, reader->offset, LS_BLOCK_HEAD_MAX, io_size, &bytes, &got, err);
    if (rc < 0 || got == 0) {
        return rc;
    }
    struct ls_span span = {.at = bytes, .end = bytes + got};
    enum ls_decode_status status = ls_get_long(&span, &count);
    status = status ? status : ls_get_long(&span, &size);
    if (status == LS_DECODE_TRUNCATED) {
        return torn(reader, err);
    }
    if (status || size < 0 || size > LS_CONTAINER_BLOCK_MAX) {
        return refuse(reader, "has an impossible size", err);
    }
    /* Whether records take bytes depends on the schema alone: all do, or none. */
    if (count < 0 || count > (size ? size : LS_DECODE_ITEMS_MAX) || (size && !count)) {
        return refuse(reader, "has an impossible count of records", err);
    }
    *head_size = (size_t)(span.at - bytes);
    *block = (struct ls_block){.offset = reader->offset,
                               .first_record = reader->first_record,
                               .count = (uint64_t)count,
                               .size = (size_t)size};
    return 1;
}

/* Behind the block, whose sync marker is at `sync`. */
static int end_block(struct ls_container_reader *reader, const struct ls_block *block,
                     size_t head_size, const uint8_t *sync, struct ls_error *err)
{
    if (memcmp(sync, reader->header.sync, LS_CONTAINER_SYNC_SIZE) != 0) {
        return refuse(reader, "does not end in the file's sync marker", err);
    }
    reader->offset += head_size + block->size + LS_CONTAINER_SYNC_SIZE;
    reader->first_record += block->count;
    return 1;
}

int ls_container_next(struct ls_container_reader *reader, struct ls_block *block,
                      struct ls_error *err)
{
    const uint8_t *bytes;
    size_t head_size = 0;
    size_t got;
    int rc = read_head(reader, LS_CONTAINER_IO_SIZE, block, &head_size, err);
    if (rc <= 0) {
        return rc;
    }
    size_t wanted = head_size + block->size + LS_CONTAINER_SYNC_SIZE;
    rc = look(reader, reader->offset, wanted, LS_CONTAINER_IO_SIZE, &bytes, &got, err);
    if (rc < 0) {
        return rc;
    }
    if (got < wanted) {
        return torn(reader, err);
    }
    block->bytes = bytes + head_size;
    return end_block(reader, block, head_size, bytes + head_size + block->size, err);
}

int ls_container_next_skip(struct ls_container_reader *reader, struct ls_block *block,
                           struct ls_error *err)
{
    const uint8_t *sync;
    size_t head_size = 0;
    size_t got;
    int rc = read_head(reader, SKIP_IO_SIZE, block, &head_size, err);
    if (rc <= 0) {
        return rc;
    }
    rc = look(reader, reader->offset + head_size + block->size, LS_CONTAINER_SYNC_SIZE,
              SKIP_IO_SIZE, &sync, &got, err);
    if (rc < 0) {
        return rc;
    }
    return got < LS_CONTAINER_SYNC_SIZE ? torn(reader, err)
                                        : end_block(reader, block, head_size, sync, err);
}

bool ls_container_torn(const struct ls_container_reader *reader, uint64_t *whole_size)
{
    *whole_size = reader->offset;
    return reader->torn;
}

void ls_container_seek(struct ls_container_reader *reader, uint64_t offset, uint64_t first_record)
{
    reader->offset = offset;
    reader->first_record = first_record;
    reader->torn = false;
}

void ls_container_reader_free(struct ls_container_reader *reader)
{
    if (reader) {
        if (reader->fd >= 0) {
            ls_file_close(reader->fd);
        }
        ls_container_header_clear(&reader->header);
        ls_buf_clear(&reader->window);
        ls_mem_free(reader->path);
        ls_mem_free(reader);
    }
}
