/* The part of a run that one machine makes: the records of partitions p with p % count == number
 * (contract G8). */
#ifndef LS_LOG_SHARD_H
#define LS_LOG_SHARD_H

#include <stdbool.h>
#include <stdint.h>

struct ls_shard {
    uint32_t number, count; /* count 0: all */
};

static inline bool ls_shard_has(const struct ls_shard *shard, uint32_t partition)
{
    return shard->count == 0 || partition % shard->count == shard->number;
}

#define LS_SHARD_TEXT_MAX 24

/* "1/8"; empty for all. */
void ls_shard_format(const struct ls_shard *shard, char out[LS_SHARD_TEXT_MAX]);

/* Reads K/N with K < N; false where the text is none. */
bool ls_shard_read(const char *text, struct ls_shard *out);

#endif
