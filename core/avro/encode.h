/* Writing Avro binary into memory that is known to be large enough. Each function returns the place
 * behind what it wrote.
 *
 * Room: LS_AVRO_LONG_MAX bytes for a long, that plus the size for bytes and strings. */
#ifndef LS_AVRO_ENCODE_H
#define LS_AVRO_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LS_AVRO_LONG_MAX 10

static inline uint64_t ls_zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

/* int and long: zigzag, then seven bits a byte, least significant first. */
static inline uint8_t *ls_put_long(uint8_t *at, int64_t value)
{
    uint64_t rest = ls_zigzag(value);
    while (rest > 0x7f) {
        *at++ = (uint8_t)(rest | 0x80);
        rest >>= 7;
    }
    *at++ = (uint8_t)rest;
    return at;
}

/* bytes and string */
static inline uint8_t *ls_put_bytes(uint8_t *at, const void *bytes, size_t size)
{
    at = ls_put_long(at, (int64_t)size);
    if (size) {
        memcpy(at, bytes, size);
    }
    return at + size;
}

static inline uint8_t *ls_put_boolean(uint8_t *at, bool value)
{
    *at = value;
    return at + 1;
}

/* Little-endian words: float and double (their bits), fingerprints. */
static inline uint8_t *ls_put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

static inline uint8_t *ls_put_u64(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

static inline uint32_t ls_get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t ls_get_u64(const uint8_t *at)
{
    return ls_get_u32(at) | (uint64_t)ls_get_u32(at + 4) << 32;
}

#endif
