/* The low-level SHA-256 calls of OpenSSL, deprecated since 3.0, on purpose: the one-call form looks
 * the algorithm up each time (417 ns a record of 200 bytes against 171), a reused EVP context takes
 * 187 and needs an owner in every thread. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/base/hash.h"

#include "core/base/mem.h"

#include <openssl/sha.h>
#include <string.h>
#include <xxhash.h>

uint32_t ls_murmur2(const void *bytes, size_t size)
{
    const uint32_t m = UINT32_C(0x5bd1e995);
    const uint8_t *at = bytes;
    uint32_t h = UINT32_C(0x9747b28c) ^ (uint32_t)size;
    for (; size >= 4; size -= 4, at += 4) {
        uint32_t k = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                     (uint32_t)at[3] << 24;
        k *= m;
        k ^= k >> 24;
        h = (h * m) ^ (k * m);
    }
    if (size > 0) {
        for (size_t i = size; i-- > 0;) {
            h ^= (uint32_t)at[i] << (8 * i);
        }
        h *= m;
    }
    h ^= h >> 13;
    h *= m;
    return h ^ (h >> 15);
}

/* The remainder of half a byte, of which there are 16: a table that a reader can check. */
static uint32_t crc32c_half(uint32_t crc)
{
    static const uint32_t half[16] = {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
                                      0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
                                      0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
                                      0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
    return crc >> 4 ^ half[crc & 15];
}

#define CRC32C_MUCH 4096U /* bytes: below, the tables cost more than they save */

/* Eight bytes at a time: tables[k] has the remainders of a byte with k bytes behind it. */
static const uint8_t *crc32c_much(uint32_t *crc, const uint8_t *at, const uint8_t *end)
{
    uint32_t tables[8][256];
    for (uint32_t byte = 0; byte < 256; byte++) {
        tables[0][byte] = crc32c_half(crc32c_half(byte));
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int k = 1; k < 8; k++) {
            uint32_t before = tables[k - 1][byte];
            tables[k][byte] = before >> 8 ^ tables[0][before & 255];
        }
    }
    uint32_t sum = *crc;
    for (; end - at >= 8; at += 8) {
        sum ^= (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
               (uint32_t)at[3] << 24;
        sum = tables[7][sum & 255] ^ tables[6][sum >> 8 & 255] ^ tables[5][sum >> 16 & 255] ^
              tables[4][sum >> 24] ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^
              tables[0][at[7]];
    }
    *crc = sum;
    return at;
}

uint32_t ls_crc32c(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    const uint8_t *end = at + size;
    crc = ~crc;
    if (size >= CRC32C_MUCH) {
        at = crc32c_much(&crc, at, end);
    }
    for (; at < end; at++) {
        crc = crc32c_half(crc32c_half(crc ^ *at));
    }
    return ~crc;
}

struct ls_id ls_id_of(const void *bytes, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits(bytes, size);
    return (struct ls_id){hash.high64, hash.low64};
}

void ls_sha256_of(const void *bytes, size_t size, struct ls_sha256 *out)
{
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, size);
    SHA256_Final(out->bytes, &context);
}

struct ls_sha256_stream {
    SHA256_CTX context;
};

struct ls_sha256_stream *ls_sha256_new(struct ls_error *err)
{
    struct ls_sha256_stream *stream = ls_mem_new(1, sizeof *stream, err);
    if (stream) {
        SHA256_Init(&stream->context);
    }
    return stream;
}

void ls_sha256_add(struct ls_sha256_stream *stream, const void *bytes, size_t size)
{
    SHA256_Update(&stream->context, bytes, size);
}

void ls_sha256_end(struct ls_sha256_stream *stream, struct ls_sha256 *out)
{
    SHA256_Final(out->bytes, &stream->context);
    ls_mem_free(stream);
}

char *ls_hex(const uint8_t *bytes, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * size] = '\0';
    return out;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ls_unhex(const char *text, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(text[2 * i]);
        int low = high < 0 ? -1 : hex_value(text[2 * i + 1]);
        if (low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return text[2 * size] == '\0';
}
