/* Texts that are drawn letter by letter, or word by word. */
#include "generator/op.h"

#include <string.h>

static size_t write_words(const struct ls_op *op, uint64_t base, uint8_t *out)
{
    uint64_t count = (uint64_t)op->least +
                     ls_below(ls_mix(base), (uint64_t)(op->most - op->least) + 1);
    uint8_t *at = out;
    for (uint64_t k = 1; k <= count; k++) {
        const struct ls_cell *word = &op->words[ls_choose(&op->choices, ls_mix(base + k))];
        memcpy(at, word->bytes, word->size);
        at += word->size;
        *at++ = ' ';
    }
    return (size_t)(at - out) - 1;
}

/* 8-4-4-4-12 hex digits, of version 4, variant 1. */
static size_t write_uuid(uint64_t base, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint64_t words[2] = {(ls_mix(base) & UINT64_C(0xffffffffffff0fff)) | UINT64_C(0x4000),
                               (ls_mix(base + 1) & UINT64_C(0x3fffffffffffffff)) |
                                   UINT64_C(0x8000000000000000)};
    size_t size = 0;
    for (size_t k = 0; k < 32; k++) {
        if (k == 8 || k == 12 || k == 16 || k == 20) {
            out[size++] = '-';
        }
        out[size++] = (uint8_t)digits[words[k / 16] >> (60 - 4 * (k % 16)) & 15];
    }
    return size;
}

size_t ls_op_draw_text(const struct ls_op *op, uint64_t index, uint8_t *out)
{
    uint64_t base = ls_mix(op->key + index);
    return op->kind == LS_OP_PATTERN ? ls_pattern_write(op->pattern, base, out)
           : op->kind == LS_OP_WORDS ? write_words(op, base, out)
                                     : write_uuid(base, out);
}
