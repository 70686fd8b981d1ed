/* Hashes, each for one purpose: murmur2 chooses partitions (G6), CRC-32C guards checkpoints, xxHash
 * keys memory, SHA-256 names content. */
#ifndef LS_BASE_HASH_H
#define LS_BASE_HASH_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kafka's murmur2 (seed 0x9747b28c), as its Java producer computes it. */
uint32_t ls_murmur2(const void *bytes, size_t size);

/* The partition of a key among `partitions` >= 1 (G6). */
static inline uint32_t ls_partition_of(const void *key, size_t size, uint32_t partitions)
{
    return (ls_murmur2(key, size) & UINT32_C(0x7fffffff)) % partitions;
}

/* CRC-32C (Castagnoli), continued from `crc`; begin with 0. */
uint32_t ls_crc32c(uint32_t crc, const void *bytes, size_t size);

/* A 128-bit name of some bytes for use in memory and checkpoints (XXH3). Equal names are taken for
 * equal bytes: the chance of an accident among 10^12 names is below 10^-14; somebody who wants a
 * collision can make one. */
struct ls_id {
    uint64_t high;
    uint64_t low;
};
struct ls_id ls_id_of(const void *bytes, size_t size);

static inline bool ls_id_equal(struct ls_id a, struct ls_id b)
{
    return a.high == b.high && a.low == b.low;
}

#define LS_SHA256_SIZE 32

struct ls_sha256 {
    uint8_t bytes[LS_SHA256_SIZE];
};

/* One call. */
void ls_sha256_of(const void *bytes, size_t size, struct ls_sha256 *out);

/* In pieces: new, any number of adds, end (which frees). The handle is NULL with `err` filled when
 * memory is refused. */
struct ls_sha256_stream;
struct ls_sha256_stream *ls_sha256_new(struct ls_error *err);
void ls_sha256_add(struct ls_sha256_stream *stream, const void *bytes, size_t size);
void ls_sha256_end(struct ls_sha256_stream *stream, struct ls_sha256 *out);

#define LS_HEX_MAX (2 * LS_SHA256_SIZE + 1)

/* Lower-case hex digits and a NUL; `out` has room for 2 * size + 1. Returns out. */
char *ls_hex(const uint8_t *bytes, size_t size, char *out);

/* Reads what ls_hex writes: 2 * size lower-case digits and the end of the text behind them. */
bool ls_unhex(const char *text, uint8_t *bytes, size_t size);

#endif
