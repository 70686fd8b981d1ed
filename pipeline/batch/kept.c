#include "pipeline/batch/kept.h"

#include "core/base/mem.h"

#include <string.h>

/* Records stand one behind the other: the struct, then its bytes, up to where another may begin. */
struct ls_kept {
    uint8_t *bytes;
    size_t used, memory;
    uint64_t count;
    bool full;
};

int ls_kept_new(size_t memory, struct ls_kept **out, struct ls_error *err)
{
    size_t none = 0;
    *out = NULL;
    struct ls_kept *kept = ls_mem_new(1, sizeof *kept, err);
    if (!kept) {
        return err->code;
    }
    kept->memory = memory;
    int rc = ls_mem_grow(&kept->bytes, &none, memory, 1, err);
    if (rc < 0) {
        ls_mem_free(kept);
        return rc;
    }
    *out = kept;
    return 0;
}

void ls_kept_free(struct ls_kept *kept)
{
    if (kept) {
        ls_mem_free(kept->bytes);
        ls_mem_free(kept);
    }
}

void ls_kept_begin(struct ls_kept *kept)
{
    kept->used = 0;
    kept->count = 0;
    kept->full = false;
}

static size_t size_of(const struct ls_log_record *record)
{
    size_t size = sizeof *record + record->key_size + record->headers_size + record->value_size;
    return (size + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
}

static const uint8_t *copy(uint8_t **at, const uint8_t *bytes, size_t size)
{
    uint8_t *to = *at;
    if (size) {
        memcpy(to, bytes, size);
        *at += size;
    }
    return bytes ? to : NULL;
}

void ls_kept_add(struct ls_kept *kept, const struct ls_log_record *record)
{
    size_t size = size_of(record);
    kept->full |= size > kept->memory - kept->used;
    if (kept->full) {
        return;
    }
    struct ls_log_record own = *record;
    uint8_t *at = kept->bytes + kept->used + sizeof own;
    own.key = copy(&at, record->key, record->key_size);
    own.headers = copy(&at, record->headers, record->headers_size);
    own.value = copy(&at, record->value, record->value_size);
    memcpy(kept->bytes + kept->used, &own, sizeof own);
    kept->used += size;
    kept->count++;
}

bool ls_kept_is_empty(const struct ls_kept *kept)
{
    return kept->count == 0 && !kept->full;
}

bool ls_kept_has(const struct ls_kept *kept, uint64_t count)
{
    return !kept->full && kept->count >= count;
}

const struct ls_log_record *ls_kept_next(const struct ls_kept *kept, size_t *at)
{
    const struct ls_log_record *record = (const void *)(kept->bytes + *at);
    *at += size_of(record);
    return record;
}
