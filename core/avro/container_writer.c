#include "core/avro/container_internal.h"
#include "core/avro/encode.h"
#include "core/base/mem.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>

#define LARGE_BLOCK    (64U << 10) /* bytes */
#define BLOCK_SOFT_MAX (LS_CONTAINER_BLOCK_MAX / 2)
_Static_assert(LS_CONTAINER_RECORD_MAX <= BLOCK_SOFT_MAX, "a record fits a block of its own");

struct ls_container_writer {
    int fd;
    char *path;
    uint8_t sync[LS_CONTAINER_SYNC_SIZE];
    unsigned records_per_block;
    uint64_t kept;     /* bytes that are there already, and compared instead of written */
    uint64_t written;  /* bytes of the file; with `out`: header and full blocks */
    struct ls_buf out; /* full blocks that are not in the file yet, or the end of the last one */
    uint64_t records;  /* in full blocks, those in `out` included */
    struct ls_buf pending;
    uint32_t pending_count;
    struct ls_sha256_stream *sum; /* of what is in the file; NULL: nobody asks for it */
    struct ls_sha256 sha256;      /* of the finished file, with its size */
    uint64_t summed;              /* 0: it is not known */
    bool finished;
    bool named;             /* the folder was synced */
    struct ls_error failed; /* of the write that failed, after which nothing is written */
};

static int make_header(const char *name, const char *schema_text, struct ls_buf *header,
                       uint8_t *sync, struct ls_error *err)
{
    struct ls_buf seed;
    struct ls_sha256 digest;
    size_t text_size = strlen(schema_text);
    ls_buf_init(&seed, "container name and schema", LS_CONTAINER_HEADER_MAX);
    int rc = ls_buf_appendf(&seed, err, "lockstep container 1\n%s\n", name);
    rc = rc < 0 ? rc : ls_buf_append(&seed, schema_text, text_size, err);
    rc = rc < 0 ? rc : ls_buf_reserve(header, text_size + 100, err);
    if (rc == 0) {
        ls_sha256_of(seed.data, seed.size, &digest);
        memcpy(sync, digest.bytes, LS_CONTAINER_SYNC_SIZE);
        uint8_t *at = header->data;
        memcpy(at, LS_CONTAINER_MAGIC, LS_CONTAINER_MAGIC_SIZE);
        at = ls_put_long(at + LS_CONTAINER_MAGIC_SIZE, 2);
        at = ls_put_bytes(at, "avro.codec", strlen("avro.codec"));
        at = ls_put_bytes(at, "null", strlen("null"));
        at = ls_put_bytes(at, "avro.schema", strlen("avro.schema"));
        at = ls_put_bytes(at, schema_text, text_size);
        at = ls_put_long(at, 0);
        memcpy(at, sync, LS_CONTAINER_SYNC_SIZE);
        header->size = (size_t)(at + LS_CONTAINER_SYNC_SIZE - header->data);
    }
    ls_buf_clear(&seed);
    return rc;
}

/* A writer without a file yet. */
static int writer_new(const char *path, unsigned records_per_block,
                      struct ls_container_writer **out, struct ls_error *err)
{
    assert(records_per_block >= 1);
    *out = NULL;
    struct ls_container_writer *writer = ls_mem_new(1, sizeof *writer, err);
    if (!writer) {
        return err->code;
    }
    writer->fd = -1;
    writer->records_per_block = records_per_block;
    ls_buf_init(&writer->out, "container output", LS_CONTAINER_BLOCK_MAX + LS_CONTAINER_IO_SIZE);
    ls_buf_init(&writer->pending, "container block", BLOCK_SOFT_MAX + LS_CONTAINER_RECORD_MAX + 1);
    writer->path = ls_mem_copy(path, strlen(path), err);
    if (!writer->path) {
        ls_container_writer_free(writer);
        return err->code;
    }
    *out = writer;
    return 0;
}

/* Keeps the error of a failed write, sync or cut: what is in the file is not known after it. */
static int failed(struct ls_container_writer *writer, const struct ls_error *err)
{
    writer->failed = *err;
    return err->code;
}

static int write_bytes(struct ls_container_writer *writer, const struct ls_buf *bytes,
                       struct ls_error *err)
{
    if (ls_file_write_again(writer->fd, bytes->data, bytes->size, writer->written, writer->kept,
                            writer->path, err) < 0) {
        return failed(writer, err);
    }
    writer->written += bytes->size;
    if (writer->sum) {
        ls_sha256_add(writer->sum, bytes->data, bytes->size);
    }
    return 0;
}

/* `again`: the file is there, and is made once more. */
static int begin(const char *path, const char *name, const char *schema_text,
                 unsigned records_per_block, bool again, struct ls_container_writer **out,
                 struct ls_error *err)
{
    struct ls_buf header;
    struct ls_container_writer *writer;
    *out = NULL;
    ls_buf_init(&header, "container header", LS_CONTAINER_HEADER_MAX);
    int rc = writer_new(path, records_per_block, &writer, err);
    rc = rc < 0 ? rc : make_header(name, schema_text, &header, writer->sync, err);
    if (rc == 0) {
        writer->fd = ls_file_open(path, again ? O_RDWR : O_RDWR | O_CREAT | O_TRUNC, 0666, err);
        rc = writer->fd < 0 ? writer->fd : ls_file_size(writer->fd, &writer->kept, path, err);
        rc = rc < 0 ? rc : write_bytes(writer, &header, err);
    }
    if (rc == 0) {
        *out = writer;
    } else {
        ls_container_writer_free(writer);
    }
    ls_buf_clear(&header);
    return rc;
}

int ls_container_create(const char *path, const char *name, const char *schema_text,
                        unsigned records_per_block, struct ls_container_writer **out,
                        struct ls_error *err)
{
    return begin(path, name, schema_text, records_per_block, false, out, err);
}

int ls_container_retrace(const char *path, const char *name, const char *schema_text,
                         unsigned records_per_block, struct ls_container_writer **out,
                         struct ls_error *err)
{
    return begin(path, name, schema_text, records_per_block, true, out, err);
}

/* Whether the file begins with this header and is as long as the state says. */
static int check_file(const struct ls_container_writer *writer, const struct ls_buf *header,
                      const struct ls_container_state *state, struct ls_error *err)
{
    struct ls_buf found;
    uint64_t size;
    if (ls_file_size(writer->fd, &size, writer->path, err) < 0) {
        return err->code;
    }
    if (state->file_size < header->size || size < state->file_size) {
        return ls_error_set(err, LS_E_DATA,
                            "%s has %llu bytes; %llu were expected, %zu of them header: it was "
                            "changed since the checkpoint",
                            writer->path, (unsigned long long)size,
                            (unsigned long long)state->file_size, header->size);
    }
    ls_buf_init(&found, "container header", LS_CONTAINER_HEADER_MAX);
    int rc = ls_buf_reserve(&found, header->size, err);
    rc = rc < 0 ? rc
                : ls_file_read_at(writer->fd, found.data, header->size, 0, &found.size,
                                  writer->path, err);
    if (rc == 0 &&
        (found.size != header->size || memcmp(found.data, header->data, header->size) != 0)) {
        rc = ls_error_set(err, LS_E_DATA,
                          "%s has another header than its name and schema give: it is another "
                          "dataset's",
                          writer->path);
    }
    ls_buf_clear(&found);
    return rc;
}

static int take_state(struct ls_container_writer *writer, const struct ls_container_state *state,
                      struct ls_error *err)
{
    if (state->pending_count >= writer->records_per_block) {
        return ls_error_set(err, LS_E_DATA,
                            "%s: the checkpoint has %u pending records; a block of %u would have "
                            "been written",
                            writer->path, state->pending_count, writer->records_per_block);
    }
    int rc = ls_buf_append(&writer->pending, state->pending, state->pending_size, err);
    rc = rc < 0 ? rc : ls_file_cut(writer->fd, state->file_size, writer->path, err);
    if (rc == 0) {
        writer->pending_count = state->pending_count;
        writer->written = state->file_size;
        writer->records = state->records;
    }
    return rc;
}

int ls_container_resume(const char *path, const char *name, const char *schema_text,
                        unsigned records_per_block, const struct ls_container_state *state,
                        struct ls_container_writer **out, struct ls_error *err)
{
    struct ls_buf header;
    struct ls_container_writer *writer;
    *out = NULL;
    if (!ls_path_exists(path)) {
        return ls_error_set(err, LS_E_NOINPUT, "%s is missing: it cannot be gone on with", path);
    }
    ls_buf_init(&header, "container header", LS_CONTAINER_HEADER_MAX);
    int rc = writer_new(path, records_per_block, &writer, err);
    rc = rc < 0 ? rc : make_header(name, schema_text, &header, writer->sync, err);
    if (rc == 0) {
        writer->fd = ls_file_open(path, O_RDWR, 0, err);
        rc = writer->fd < 0 ? writer->fd : check_file(writer, &header, state, err);
    }
    rc = rc < 0 ? rc : take_state(writer, state, err);
    if (rc == 0) {
        *out = writer;
    } else {
        ls_container_writer_free(writer);
    }
    ls_buf_clear(&header);
    return rc;
}

static int refuse_failed(const struct ls_container_writer *writer, struct ls_error *err)
{
    if (writer->failed.code) {
        *err = writer->failed;
    }
    return writer->failed.code;
}

static int write_out(struct ls_container_writer *writer, struct ls_error *err)
{
    int rc = writer->out.size ? write_bytes(writer, &writer->out, err) : 0;
    writer->out.size = rc < 0 ? writer->out.size : 0;
    return rc;
}

/* The pending records as a block behind what `out` holds. Those of a large block are written from
 * where they are, not copied. */
static int append_block(struct ls_container_writer *writer, struct ls_error *err)
{
    const struct ls_buf *pending = &writer->pending;
    struct ls_buf *out = &writer->out;
    bool large = pending->size >= LARGE_BLOCK;
    size_t size_max = LS_BLOCK_HEAD_MAX + (large ? 0 : pending->size) + LS_CONTAINER_SYNC_SIZE;
    if (out->size + size_max > LS_CONTAINER_IO_SIZE && write_out(writer, err) < 0) {
        return err->code;
    }
    int rc = ls_buf_reserve(out, size_max, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_long(out->data + out->size, writer->pending_count);
    if (large) {
        at = ls_put_long(at, (int64_t)pending->size);
        out->size = (size_t)(at - out->data);
        rc = write_out(writer, err);
        rc = rc < 0 ? rc : write_bytes(writer, pending, err);
        if (rc < 0) {
            return rc;
        }
        at = out->data;
    } else {
        at = ls_put_bytes(at, pending->data, pending->size);
    }
    memcpy(at, writer->sync, LS_CONTAINER_SYNC_SIZE);
    out->size = (size_t)(at + LS_CONTAINER_SYNC_SIZE - out->data);
    return 0;
}

static int close_block(struct ls_container_writer *writer, struct ls_error *err)
{
    int rc = append_block(writer, err);
    if (rc == 0) {
        writer->records += writer->pending_count;
        writer->pending_count = 0;
        writer->pending.size = 0;
    }
    return rc;
}

int ls_container_reserve(struct ls_container_writer *writer, size_t size_max, uint8_t **room,
                         struct ls_error *err)
{
    assert(!writer->finished);
    if (size_max > LS_CONTAINER_RECORD_MAX) {
        return ls_error_set(err, LS_E_DATA, "%s: a record of %zu bytes; the limit is %u",
                            writer->path, size_max, LS_CONTAINER_RECORD_MAX);
    }
    int rc = refuse_failed(writer, err);
    rc = rc < 0 ? rc : ls_buf_reserve(&writer->pending, size_max + 1, err); /* never no room */
    if (rc == 0) {
        *room = writer->pending.data + writer->pending.size;
    }
    return rc;
}

int ls_container_commit(struct ls_container_writer *writer, size_t size, struct ls_error *err)
{
    struct ls_buf *pending = &writer->pending;
    assert(!writer->finished && size <= pending->capacity - pending->size);
    int rc = refuse_failed(writer, err);
    if (rc < 0) {
        return rc;
    }
    if (pending->size + size > BLOCK_SOFT_MAX) { /* there are others before it */
        size_t before = pending->size;
        rc = close_block(writer, err);
        if (rc < 0) {
            return rc;
        }
        memmove(pending->data, pending->data + before, size);
    }
    pending->size += size;
    writer->pending_count++;
    if (writer->pending_count == writer->records_per_block) {
        rc = close_block(writer, err);
        if (rc < 0) { /* the record was not taken */
            pending->size -= size;
            writer->pending_count--;
        }
    }
    return rc;
}

int ls_container_append(struct ls_container_writer *writer, const void *record, size_t size,
                        struct ls_error *err)
{
    uint8_t *room = NULL;
    int rc = ls_container_reserve(writer, size, &room, err);
    if (rc < 0) {
        return rc;
    }
    if (size) {
        memcpy(room, record, size);
    }
    return ls_container_commit(writer, size, err);
}

static int sync_file(struct ls_container_writer *writer, struct ls_error *err)
{
    int rc = ls_file_sync(writer->fd, writer->path, err);
    if (rc == 0 && !writer->named) {
        rc = ls_file_sync_folder_of(writer->path, err);
        writer->named = rc == 0;
    }
    return rc < 0 ? failed(writer, err) : 0;
}

int ls_container_end_block(struct ls_container_writer *writer, struct ls_error *err)
{
    assert(!writer->finished);
    int rc = refuse_failed(writer, err);
    return rc < 0 || !writer->pending_count ? rc : close_block(writer, err);
}

int ls_container_flush(struct ls_container_writer *writer, bool sync,
                       struct ls_container_state *state, struct ls_error *err)
{
    assert(!writer->finished);
    int rc = refuse_failed(writer, err);
    rc = rc < 0 ? rc : write_out(writer, err);
    if (rc == 0 && sync) {
        rc = sync_file(writer, err);
    }
    if (rc == 0) {
        *state = (struct ls_container_state){
            .file_size = writer->written,
            .records = writer->records,
            .pending_count = writer->pending_count,
            .pending = writer->pending.data,
            .pending_size = writer->pending.size,
        };
    }
    return rc;
}

int ls_container_finish(struct ls_container_writer *writer, bool sync, struct ls_error *err)
{
    assert(!writer->finished);
    int rc = refuse_failed(writer, err);
    rc = rc < 0 ? rc : write_out(writer, err);
    uint64_t full = writer->written;
    if (rc == 0 && writer->pending_count) {
        rc = append_block(writer, err);
        rc = rc < 0 ? rc : write_out(writer, err);
    }
    if (rc == 0 && writer->sum) {
        ls_sha256_end(writer->sum, &writer->sha256);
        writer->sum = NULL;
        writer->summed = writer->written;
    }
    rc = rc < 0 ? rc : ls_file_end_again(writer->written, writer->kept, writer->path, err);
    writer->written = full; /* reopening cuts it off again */
    if (rc == 0 && sync) {
        rc = sync_file(writer, err);
    }
    writer->finished = rc == 0;
    return rc;
}

int ls_container_sum(struct ls_container_writer *writer, struct ls_error *err)
{
    struct ls_buf header;
    assert(!writer->sum && !writer->records);
    ls_buf_init(&header, "container header", LS_CONTAINER_HEADER_MAX);
    int rc = ls_buf_reserve(&header, writer->written, err);
    rc = rc < 0 ? rc
                : ls_file_read_at(writer->fd, header.data, writer->written, 0, &header.size,
                                  writer->path, err);
    if (rc == 0) {
        writer->sum = ls_sha256_new(err);
        rc = writer->sum ? 0 : err->code;
    }
    if (rc == 0) {
        ls_sha256_add(writer->sum, header.data, header.size);
    }
    ls_buf_clear(&header);
    return rc;
}

bool ls_container_sum_of(const struct ls_container_writer *writer, struct ls_sha256 *out,
                         uint64_t *size)
{
    if (!writer->finished || !writer->summed) {
        return false;
    }
    *out = writer->sha256;
    *size = writer->summed;
    return true;
}

int ls_container_reopen(struct ls_container_writer *writer, struct ls_error *err)
{
    assert(writer->finished);
    int rc = refuse_failed(writer, err);
    if (rc == 0 && ls_file_cut(writer->fd, writer->written, writer->path, err) < 0) {
        rc = failed(writer, err);
    }
    writer->finished = rc < 0;
    writer->summed = 0;
    return rc;
}

void ls_container_writer_free(struct ls_container_writer *writer)
{
    if (writer) {
        if (writer->fd >= 0) {
            ls_file_close(writer->fd);
        }
        if (writer->sum) {
            ls_sha256_end(writer->sum, &writer->sha256);
        }
        ls_buf_clear(&writer->out);
        ls_buf_clear(&writer->pending);
        ls_mem_free(writer->path);
        ls_mem_free(writer);
    }
}
