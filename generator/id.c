#include "generator/id.h"

#include <string.h>

static const uint64_t powers[LS_ID_DIGITS_MAX] = {1,
                                                  10,
                                                  100,
                                                  1000,
                                                  10000,
                                                  100000,
                                                  1000000,
                                                  10000000,
                                                  100000000,
                                                  1000000000,
                                                  UINT64_C(10000000000),
                                                  UINT64_C(100000000000),
                                                  UINT64_C(1000000000000),
                                                  UINT64_C(10000000000000),
                                                  UINT64_C(100000000000000),
                                                  UINT64_C(1000000000000000),
                                                  UINT64_C(10000000000000000),
                                                  UINT64_C(100000000000000000),
                                                  UINT64_C(1000000000000000000),
                                                  UINT64_C(10000000000000000000)};

struct ls_id_template ls_id_template_of(const char *before, size_t before_size, unsigned width,
                                        const char *behind, size_t behind_size)
{
    struct ls_id_template t = {before, before_size, width ? width : 1, behind, behind_size, 0, {0},
                               0};
    size_t size = before_size + t.width;
    if (behind_size == 0 && t.width <= 16 && size < 64 && before_size < sizeof t.head) {
        t.limit = powers[t.width];
        t.head[0] = (uint8_t)(2 * size);
        memcpy(t.head + 1, before, before_size);
        t.head_size = 1 + before_size;
    }
    return t;
}

size_t ls_id_write(const struct ls_id_template *t, uint64_t n, uint8_t *out)
{
    ls_copy_short(out, (const uint8_t *)t->before, t->before_size);
    uint8_t *at = out + t->before_size;
    unsigned count = t->width;
    while (count < LS_ID_DIGITS_MAX && n >= powers[count]) {
        count++;
    }
    if (count <= 16) {
        ls_put_digits(at, n, count);
    } else {
        ls_put_digits(at, n / powers[16], count - 16);
        ls_put_digits(at + count - 16, n % powers[16], 16);
    }
    at += count;
    ls_copy_short(at, (const uint8_t *)t->behind, t->behind_size);
    return (size_t)(at - out) + t->behind_size;
}

uint8_t *ls_id_put_long(const struct ls_id_template *t, uint64_t n, uint8_t *at, size_t *size)
{
    uint8_t text[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    *size = ls_id_write(t, n, text);
    return ls_put_bytes(at, text, *size);
}
