/* What the decoders share: the varint reader, and the walk over one value. */
#ifndef LS_AVRO_DECODE_INTERNAL_H
#define LS_AVRO_DECODE_INTERNAL_H

#include "core/avro/decode.h"
#include "core/avro/encode.h"
#include "core/base/wide.h"

#define LS_VARINT_INT_MAX  5 /* bytes */
#define LS_VARINT_LONG_MAX 10

static inline int64_t ls_unzigzag(uint64_t raw)
{
    return (int64_t)(raw >> 1) ^ -(int64_t)(raw & 1);
}

/* A varint byte by byte: at most `size_max` bytes, and at most `last_max`, less than 0x80, in the
 * last of them.
 * (Takes the place by value, so that a caller can keep it in a register.) */
enum ls_decode_status ls_varint_slow(const uint8_t *at, const uint8_t *end, unsigned size_max,
                                     uint8_t last_max, uint64_t *raw, unsigned *size);

/* A varint of at most eight bytes where eight can be read: the bytes up to the one that ends it,
 * squeezed together without a loop. 0 when it is longer, else its size. */
static inline unsigned ls_varint_word(const uint8_t *at, uint64_t *raw)
{
    uint64_t word = ls_get_u64(at);
    uint64_t ends = ~word & UINT64_C(0x8080808080808080);
    if (!ends) {
        return 0;
    }
    word &= ends ^ (ends - 1);
    word &= UINT64_C(0x7f7f7f7f7f7f7f7f);
    word = (word & UINT64_C(0x007f007f007f007f)) | (word & UINT64_C(0x7f007f007f007f00)) >> 1;
    word = (word & UINT64_C(0x00003fff00003fff)) | (word & UINT64_C(0x3fff00003fff0000)) >> 2;
    *raw = (word & UINT64_C(0x000000000fffffff)) | (word & UINT64_C(0x0fffffff00000000)) >> 4;
    return (unsigned)__builtin_ctzll(ends) / 8 + 1;
}

static inline enum ls_decode_status ls_read_long(const uint8_t **at, const uint8_t *end,
                                                 int64_t *value)
{
    uint64_t raw;
    if (*at < end && **at < 0x80) {
        *value = ls_unzigzag(*(*at)++);
        return LS_DECODE_OK;
    }
    unsigned size = end - *at >= 8 ? ls_varint_word(*at, &raw) : 0;
    if (!size) {
        enum ls_decode_status status = ls_varint_slow(*at, end, LS_VARINT_LONG_MAX, 1, &raw, &size);
        if (status) {
            return status;
        }
    }
    *at += size;
    *value = ls_unzigzag(raw);
    return LS_DECODE_OK;
}

static inline enum ls_decode_status ls_read_int(const uint8_t **at, const uint8_t *end,
                                                int64_t *value)
{
    uint64_t raw;
    if (*at < end && **at < 0x80) {
        *value = ls_unzigzag(*(*at)++);
        return LS_DECODE_OK;
    }
    unsigned size = end - *at >= 8 ? ls_varint_word(*at, &raw) : 0;
    if (!size || size > LS_VARINT_INT_MAX || raw > UINT32_MAX) {
        enum ls_decode_status status = ls_varint_slow(*at, end, LS_VARINT_INT_MAX, 0x0f, &raw,
                                                      &size);
        if (status) {
            return status;
        }
    }
    *at += size;
    *value = ls_unzigzag(raw);
    return LS_DECODE_OK;
}

/* The length and the bytes of `bytes` and `string`; `at` stays in front of the length on failure.
 */
static inline enum ls_decode_status ls_read_bytes(const uint8_t **at, const uint8_t *end,
                                                  const uint8_t **bytes, size_t *size)
{
    const uint8_t *from = *at;
    int64_t length;
    enum ls_decode_status status = ls_read_long(&from, end, &length);
    if (status) {
        return status;
    }
    if (length < 0 || length > LS_DECODE_LENGTH_MAX) {
        return LS_DECODE_LENGTH;
    }
    if (length > end - from) {
        return LS_DECODE_TRUNCATED;
    }
    *bytes = from;
    *size = (size_t)length;
    *at = from + length;
    return LS_DECODE_OK;
}

/* A short decimal (ls_node_is_decimal), however many of its leading bytes say nothing. */
static inline enum ls_decode_status ls_read_decimal_bytes(const uint8_t **at, const uint8_t *end,
                                                          unsigned precision, int64_t *number)
{
    const uint8_t *from = *at;
    const uint8_t *bytes;
    size_t size;
    enum ls_decode_status status = ls_read_bytes(&from, end, &bytes, &size);
    if (status) {
        return status;
    }
    if (size == 0 || size > 16) {
        return LS_DECODE_DECIMAL;
    }
    ls_i128 limit = ls_pow10(precision);
    ls_i128 value = bytes[0] > 0x7f ? -1 : 0;
    for (size_t i = 0; i < size; i++) {
        value = (ls_i128)((ls_u128)value << 8 | bytes[i]);
    }
    if (value <= -limit || value >= limit) {
        return LS_DECODE_DECIMAL;
    }
    *number = (int64_t)value;
    *at = from;
    return LS_DECODE_OK;
}

/* One block of an array or a map. */
struct ls_items {
    uint64_t count;       /* 0 at the end of the array or map */
    const uint8_t *begin; /* the count's first byte */
    const uint8_t *first; /* the first item */
    int64_t size;         /* of the items, as the block claims; -1 where it does not */
};

enum ls_decode_status ls_items_begin(struct ls_span *span, struct ls_items *items);

/* After the last item: whether the claimed size was true. */
enum ls_decode_status ls_items_end(struct ls_span *span, const struct ls_items *items);

/* As ls_datum_skip for a value that is `depth` deep in its datum (the root is 1 deep), of which
 * *items_left items and records of no size may still come. */
enum ls_decode_status ls_value_skip(const struct ls_node *node, struct ls_span *span,
                                    unsigned depth, uint32_t *items_left);

#endif
