#include "core/avro/container_internal.h"
#include "core/avro/decode_internal.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#include <string.h>

#define FIRST_READ 4096U
#define METAS_MAX  1000U /* entries of the map */

const struct ls_container_meta *ls_container_header_find(const struct ls_container_header *header,
                                                         const void *key, size_t size)
{
    for (size_t i = 0; i < header->meta_count; i++) {
        const struct ls_container_meta *meta = &header->metas[i];
        if (meta->key_size == size && memcmp(meta->key, key, size) == 0) {
            return meta;
        }
    }
    return NULL;
}

/* One entry of the map. What is wrong with it other than its bytes is told in *rc. */
static enum ls_decode_status parse_meta(struct ls_container_header *header, struct ls_span *span,
                                        const char *path, int *rc, struct ls_error *err)
{
    struct ls_container_meta meta;
    enum ls_decode_status status = ls_get_string(span, &meta.key, &meta.key_size);
    status = status ? status : ls_get_bytes(span, &meta.value, &meta.value_size);
    if (status) {
        return status;
    }
    if (ls_container_header_find(header, meta.key, meta.key_size)) {
        *rc = ls_error_set(err, LS_E_DATA, "%s: its header has a key twice", path);
    } else if (header->meta_count == METAS_MAX) {
        *rc = ls_error_set(err, LS_E_DATA, "%s: its header has more than %u entries", path,
                           METAS_MAX);
    } else {
        *rc = ls_mem_grow(&header->metas, &header->meta_capacity, header->meta_count + 1,
                          sizeof *header->metas, err);
    }
    if (*rc == 0) {
        header->metas[header->meta_count++] = meta;
    }
    return LS_DECODE_OK;
}

/* The header as far as it was read. */
static enum ls_decode_status parse(struct ls_container_header *header, const char *path, int *rc,
                                   struct ls_error *err)
{
    struct ls_span span = {.at = header->bytes.data + LS_CONTAINER_MAGIC_SIZE,
                           .end = header->bytes.data + header->bytes.size};
    struct ls_items items;
    header->meta_count = 0;
    do {
        enum ls_decode_status status = ls_items_begin(&span, &items);
        for (uint64_t i = 0; !status && i < items.count; i++) {
            status = parse_meta(header, &span, path, rc, err);
            if (*rc < 0) {
                return LS_DECODE_OK;
            }
        }
        status = status ? status : ls_items_end(&span, &items);
        if (status) {
            return status;
        }
    } while (items.count);
    if (span.end - span.at < LS_CONTAINER_SYNC_SIZE) {
        return LS_DECODE_TRUNCATED;
    }
    header->sync = span.at;
    header->size = (size_t)(span.at - header->bytes.data) + LS_CONTAINER_SYNC_SIZE;
    return LS_DECODE_OK;
}

int ls_container_header_codec(const struct ls_container_header *header, const char *path,
                              struct ls_error *err)
{
    const struct ls_container_meta *codec = ls_container_header_find(header, "avro.codec",
                                                                     strlen("avro.codec"));
    if (codec && (codec->value_size != 4 || memcmp(codec->value, "null", 4) != 0)) {
        bool named = ls_is_name((const char *)codec->value, codec->value_size);
        return ls_error_set(err, LS_E_DATA,
                            "%s is written with the codec \"%.*s\"; write it again with the codec "
                            "\"null\"",
                            path, named ? (int)codec->value_size : 1,
                            named ? (const char *)codec->value : "?");
    }
    return 0;
}

/* Reads more and more of the file until the header is whole. */
int ls_container_header_read(struct ls_container_header *header, int fd, const char *path,
                             struct ls_error *err)
{
    struct ls_buf *bytes = &header->bytes;
    for (size_t wanted = FIRST_READ; wanted <= LS_CONTAINER_HEADER_MAX; wanted *= 2) {
        size_t got = 0;
        size_t more = wanted - bytes->size;
        int rc = ls_buf_reserve(bytes, more, err);
        rc = rc < 0 ? rc
                    : ls_file_read_at(fd, bytes->data + bytes->size, more, bytes->size, &got, path,
                                      err);
        if (rc < 0) {
            return rc;
        }
        bytes->size += got;
        if (bytes->size < LS_CONTAINER_MAGIC_SIZE ||
            memcmp(bytes->data, LS_CONTAINER_MAGIC, LS_CONTAINER_MAGIC_SIZE) != 0) {
            return ls_error_set(err, LS_E_DATA, "%s is no Avro container file", path);
        }
        enum ls_decode_status status = parse(header, path, &rc, err);
        if (rc < 0) {
            return rc;
        }
        if (!status && !ls_container_header_find(header, "avro.schema", strlen("avro.schema"))) {
            return ls_error_set(err, LS_E_DATA, "%s: its header has no schema", path);
        }
        if (!status) {
            return 0;
        }
        if (status != LS_DECODE_TRUNCATED || got < more) {
            return ls_error_set(err, LS_E_DATA, "%s: its header is damaged: %s", path,
                                ls_decode_status_text(status));
        }
    }
    return ls_error_set(err, LS_E_DATA, "%s: its header has more than %u bytes", path,
                        LS_CONTAINER_HEADER_MAX);
}

void ls_container_header_init(struct ls_container_header *header)
{
    *header = (struct ls_container_header){0};
    ls_buf_init(&header->bytes, "container header", LS_CONTAINER_HEADER_MAX);
}

void ls_container_header_clear(struct ls_container_header *header)
{
    ls_buf_clear(&header->bytes);
    ls_mem_free(header->metas);
}
