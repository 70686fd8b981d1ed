/* The words and texts that checkpoints are made of: eight bytes a number, a size before a text. */
#ifndef LS_STREAM_CHECKPOINT_BYTES_H
#define LS_STREAM_CHECKPOINT_BYTES_H

#include "core/base/buf.h"

#include <stdbool.h>

/* A cursor over a checkpoint. Reading past the end sets `bad` and gives zeros: looked at once, at
 * the end. */
struct checkpoint_reader {
    const uint8_t *at, *end;
    bool bad;
};

/* 0, and bad, where it ends too soon. */
uint64_t ls_checkpoint_get(struct checkpoint_reader *r);
const uint8_t *ls_checkpoint_get_bytes(struct checkpoint_reader *r, size_t *size);
int ls_checkpoint_put(struct ls_buf *out, uint64_t value, struct ls_error *err);
int ls_checkpoint_put_bytes(struct ls_buf *out, const void *bytes, size_t size,
                            struct ls_error *err);

/* Several numbers. */
int ls_checkpoint_put_words(struct ls_buf *out, const uint64_t *words, size_t count,
                            struct ls_error *err);
void ls_checkpoint_get_words(struct checkpoint_reader *r, uint64_t *words, size_t count);

#endif
