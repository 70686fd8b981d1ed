#include "pipeline/stream/checkpoint_bytes.h"

#include "core/avro/encode.h"

int ls_checkpoint_put(struct ls_buf *out, uint64_t value, struct ls_error *err)
{
    uint8_t bytes[8];
    ls_put_u64(bytes, value);
    return ls_buf_append(out, bytes, sizeof bytes, err);
}

int ls_checkpoint_put_bytes(struct ls_buf *out, const void *bytes, size_t size,
                            struct ls_error *err)
{
    int rc = ls_checkpoint_put(out, size, err);
    return rc < 0 ? rc : ls_buf_append(out, bytes, size, err);
}

uint64_t ls_checkpoint_get(struct checkpoint_reader *r)
{
    if (r->bad || r->end - r->at < 8) {
        r->bad = true;
        return 0;
    }
    uint64_t value = ls_get_u64(r->at);
    r->at += 8;
    return value;
}

const uint8_t *ls_checkpoint_get_bytes(struct checkpoint_reader *r, size_t *size)
{
    uint64_t wanted = ls_checkpoint_get(r);
    if (r->bad || wanted > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        *size = 0;
        return r->at;
    }
    const uint8_t *bytes = r->at;
    *size = (size_t)wanted;
    r->at += wanted;
    return bytes;
}

int ls_checkpoint_put_words(struct ls_buf *out, const uint64_t *words, size_t count,
                            struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = ls_checkpoint_put(out, words[i], err);
    }
    return rc;
}

void ls_checkpoint_get_words(struct checkpoint_reader *r, uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        words[i] = ls_checkpoint_get(r);
    }
}
