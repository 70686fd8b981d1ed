/* What the writer and the reader of container files share. */
#ifndef LS_AVRO_CONTAINER_INTERNAL_H
#define LS_AVRO_CONTAINER_INTERNAL_H

#include "core/avro/container.h"

#define LS_CONTAINER_MAGIC      "Obj\x01"
#define LS_CONTAINER_MAGIC_SIZE 4
#define LS_CONTAINER_IO_SIZE    (1U << 18) /* bytes that one read or write is about */

/* In front of a block's records: two longs. */
#define LS_BLOCK_HEAD_MAX 20

/* An entry of the header's map; points into the header's bytes. */
struct ls_container_meta {
    const uint8_t *key;
    const uint8_t *value;
    size_t key_size;
    size_t value_size;
};

struct ls_container_header {
    struct ls_buf bytes; /* of the file's beginning; at least `size` of them */
    struct ls_container_meta *metas;
    size_t meta_count;
    size_t meta_capacity;
    const uint8_t *sync;
    size_t size; /* of the header in the file */
};

void ls_container_header_init(struct ls_container_header *header);
void ls_container_header_clear(struct ls_container_header *header);

/* Reads and checks a file's header. `path` is for messages. */
int ls_container_header_read(struct ls_container_header *header, int fd, const char *path,
                             struct ls_error *err);

/* Refuses every codec but "null". */
int ls_container_header_codec(const struct ls_container_header *header, const char *path,
                              struct ls_error *err);

/* NULL where there is none. */
const struct ls_container_meta *ls_container_header_find(const struct ls_container_header *header,
                                                         const void *key, size_t size);

#endif
