/* Writing Avro binary into memory that is known to be large enough. Each function returns the place
 * behind what it wrote.
 *
 * Room: LS_AVRO_LONG_MAX bytes for a long, that plus the size for bytes and strings,
 * LS_AVRO_DECIMAL_MAX for a decimal; what is in the room behind the value may be overwritten.
 *
 * Little-endian words serve float and double (their bits) and fingerprints. */
#ifndef LS_AVRO_ENCODE_H
#define LS_AVRO_ENCODE_H

#include "core/base/wide.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LS_AVRO_LONG_MAX    10
#define LS_AVRO_DECIMAL_MAX 17

static inline uint64_t ls_zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

/* Eight bytes, the lowest first, by one store or load. */
static inline uint8_t *ls_put_u64(uint8_t *at, uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static inline uint64_t ls_get_u64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

static inline uint8_t *ls_put_u32(uint8_t *at, uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static inline uint32_t ls_get_u32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

/* int and long: zigzag, then seven bits a byte, least significant first. Values of two to eight
 * bytes are spread over a word, halves first; it spoils the room behind them. */
static inline uint8_t *ls_put_long(uint8_t *at, int64_t value)
{
    uint64_t rest = ls_zigzag(value);
    if (rest <= 0x7f) {
        *at = (uint8_t)rest;
        return at + 1;
    }
    if (rest >> 56 == 0) {
        unsigned more = (63 - (unsigned)__builtin_clzll(rest)) * 37 >> 8; /* floor(bits / 7) */
        rest = (rest & 0xfffffff) | (rest & UINT64_C(0xfffffff0000000)) << 4;
        rest = (rest & UINT64_C(0x3fff00003fff)) | (rest & UINT64_C(0xfffc0000fffc000)) << 2;
        rest = (rest & UINT64_C(0x7f007f007f007f)) | (rest & UINT64_C(0x3f803f803f803f80)) << 1;
        ls_put_u64(at, rest | (UINT64_C(0x8080808080808080) & ((UINT64_C(1) << 8 * more) - 1)));
        return at + more + 1;
    }
    while (rest > 0x7f) {
        *at++ = (uint8_t)(rest | 0x80);
        rest >>= 7;
    }
    *at++ = (uint8_t)rest;
    return at;
}

/* The same, for what most often takes six bytes: milliseconds of 1978 to 2039. */
static inline uint8_t *ls_put_time(uint8_t *at, int64_t time_ms)
{
    uint64_t rest = ls_zigzag(time_ms);
    if (__builtin_expect(rest - (UINT64_C(1) << 35) >= (UINT64_C(127) << 35), 0)) {
        return ls_put_long(at, time_ms);
    }
    rest = (rest & 0xfffffff) | (rest & UINT64_C(0xfffffff0000000)) << 4;
    rest = (rest & UINT64_C(0x3fff00003fff)) | (rest & UINT64_C(0xfffc0000fffc000)) << 2;
    rest = (rest & UINT64_C(0x7f007f007f007f)) | (rest & UINT64_C(0x3f803f803f803f80)) << 1;
    ls_put_u64(at, rest | UINT64_C(0x8080808080));
    return at + 6;
}

/* Most strings are short: two moves that may overlap cost less than a call. */
static inline void ls_copy_short(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size > 32) {
        memcpy(to, from, size);
    } else if (size >= 16) {
        uint64_t words[4];
        memcpy(words, from, 16);
        memcpy(words + 2, from + size - 16, 16);
        memcpy(to, words, 16);
        memcpy(to + size - 16, words + 2, 16);
    } else if (size >= 8) {
        uint64_t words[2];
        memcpy(words, from, 8);
        memcpy(words + 1, from + size - 8, 8);
        memcpy(to, words, 8);
        memcpy(to + size - 8, words + 1, 8);
    } else if (size >= 4) {
        uint32_t words[2];
        memcpy(words, from, 4);
        memcpy(words + 1, from + size - 4, 4);
        memcpy(to, words, 4);
        memcpy(to + size - 4, words + 1, 4);
    } else {
        for (size_t i = 0; i < size; i++) {
            to[i] = from[i];
        }
    }
}

/* bytes and string */
static inline uint8_t *ls_put_bytes(uint8_t *at, const void *bytes, size_t size)
{
    at = ls_put_long(at, (int64_t)size);
    ls_copy_short(at, bytes, size);
    return at + size;
}

/* A decimal in bytes: two's complement, most significant byte first, as short as it can be. */
static inline uint8_t *ls_put_decimal(uint8_t *at, ls_i128 value)
{
    size_t size = 1; /* so many bytes hold it, with its sign */
    while (size < 16 && (value >> (8 * size - 1)) != (value < 0 ? -1 : 0)) {
        size++;
    }
    *at++ = (uint8_t)(2 * size);
    for (size_t i = size; i > 0; i--) {
        *at++ = (uint8_t)(value >> (8 * (i - 1)));
    }
    return at;
}

static inline uint8_t *ls_put_boolean(uint8_t *at, bool value)
{
    *at = value;
    return at + 1;
}

#endif
