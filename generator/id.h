/* Ids made from a template and a number: "C00000017". */
#ifndef LS_GENERATOR_ID_H
#define LS_GENERATOR_ID_H

#include "core/avro/encode.h"

#define LS_ID_TEXT_MAX   128 /* bytes of one id */
#define LS_ID_DIGITS_MAX 20
#define LS_OP_SPOILT     32 /* bytes behind what is written that may be overwritten */

/* An id template: before, the number padded to a width, behind. Made by ls_id_template_of. */
#define LS_ID_HEAD_MAX 16
struct ls_id_template {
    const char *before;
    size_t before_size;
    unsigned width; /* at least 1 */
    const char *behind;
    size_t behind_size;
    /* numbers below `limit` have as many digits as the width says, and nothing behind them: the
     * head, which is their length as encoded and what is before, and the digits are all */
    uint64_t limit;
    uint8_t head[LS_ID_HEAD_MAX];
    size_t head_size;
};

struct ls_id_template ls_id_template_of(const char *before, size_t before_size, unsigned width,
                                        const char *behind, size_t behind_size);

/* Bytes of the longest id. */
static inline size_t ls_id_text_max(const struct ls_id_template *t)
{
    return t->before_size + (t->width > LS_ID_DIGITS_MAX ? t->width : LS_ID_DIGITS_MAX) +
           t->behind_size;
}

/* Writes the id, of at most LS_ID_TEXT_MAX bytes; LS_OP_SPOILT more may be spoilt. Returns its
 * size. */
size_t ls_id_write(const struct ls_id_template *t, uint64_t n, uint8_t *out);

/* Eight decimal digits of n < 10^8 as text, the first in the lowest byte: halves, quarters, digits,
 * each step for all of them at once. */
static inline uint64_t ls_digits_8(uint32_t n)
{
    uint64_t x = n / 10000 | (uint64_t)(n % 10000) << 32;
    uint64_t hundreds = (x * 10486 >> 20) & UINT64_C(0x7f0000007f);
    x = hundreds | (x - 100 * hundreds) << 16;
    uint64_t tens = (x * 103 >> 10) & UINT64_C(0xf000f000f000f);
    x = tens | (x - 10 * tens) << 8;
    return x | UINT64_C(0x3030303030303030);
}

/* The lowest `count` digits, at most 16; eight bytes are spoilt at most behind the first. */
static inline void ls_put_digits(uint8_t *at, uint64_t n, unsigned count)
{
    if (count <= 8) {
        ls_put_u64(at, ls_digits_8((uint32_t)n) >> 8 * (8 - count));
        return;
    }
    ls_put_u64(at, ls_digits_8((uint32_t)(n / 100000000)) >> 8 * (16 - count));
    ls_put_u64(at + count - 8, ls_digits_8((uint32_t)(n % 100000000)));
}

uint8_t *ls_id_put_long(const struct ls_id_template *t, uint64_t n, uint8_t *at, size_t *size);

/* Writes the id as a string of Avro: length and bytes. Returns the place behind; *size is that of
 * the id. */
static inline uint8_t *ls_id_put(const struct ls_id_template *t, uint64_t n, uint8_t *at,
                                 size_t *size)
{
    if (__builtin_expect(n >= t->limit, 0)) {
        return ls_id_put_long(t, n, at, size);
    }
    memcpy(at, t->head, LS_ID_HEAD_MAX);
    at += t->head_size;
    ls_put_digits(at, n, t->width);
    *size = t->before_size + t->width;
    return at + t->width;
}

#endif
