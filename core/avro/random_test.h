/* Random values of a schema for the tests of this folder. */
#ifndef LS_AVRO_RANDOM_TEST_H
#define LS_AVRO_RANDOM_TEST_H

#include "core/avro/encode.h"
#include "core/avro/random_schema_test.h"

/* How values are encoded. */
enum random_form {
    RANDOM_PLAIN,  /* as every encoder does it: one block an array or map */
    RANDOM_STRANGE /* with several blocks, blocks with a size, and varints that are longer than they
                      need be */
};

static inline uint8_t *room_for(struct ls_buf *out, size_t size)
{
    struct ls_error err;
    assert_int_equal(ls_buf_reserve(out, size + 1, &err), 0);
    return out->data + out->size;
}

static inline void put_random_long(struct rng *rng, enum random_form form, int64_t number,
                                   unsigned size_max, struct ls_buf *out)
{
    uint8_t *from = room_for(out, LS_AVRO_LONG_MAX + 1);
    uint8_t *at = ls_put_long(from, number);
    if (form == RANDOM_STRANGE && at - from < (ptrdiff_t)size_max && rng_below(rng, 20) == 0) {
        at[-1] |= 0x80;
        *at++ = 0;
    }
    out->size += (size_t)(at - from);
}

/* At least `size` bytes behind `prefix`. */
static inline void put_random_text(struct rng *rng, const char *prefix, bool utf8, size_t size,
                                   struct ls_buf *out)
{
    static const char *const wide[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                       "\xed\x9f\xbf"};
    struct ls_buf text;
    struct ls_error err;
    ls_buf_init(&text, "random text", 1 << 20);
    assert_int_equal(ls_buf_append_text(&text, prefix, &err), 0);
    size += text.size;
    while (text.size < size) {
        if (!utf8) {
            uint8_t byte = (uint8_t)rng_word(rng);
            assert_int_equal(ls_buf_append(&text, &byte, 1, &err), 0);
        } else if (rng_below(rng, 12) == 0) {
            assert_int_equal(ls_buf_append_text(&text, wide[rng_below(rng, 4)], &err), 0);
        } else {
            char c = (char)(1 + rng_below(rng, 0x7f));
            assert_int_equal(ls_buf_append(&text, &c, 1, &err), 0);
        }
    }
    uint8_t *at = room_for(out, LS_AVRO_LONG_MAX + text.size);
    out->size = (size_t)(ls_put_bytes(at, text.data, text.size) - out->data);
    ls_buf_clear(&text);
}

static inline int64_t random_long(struct rng *rng)
{
    static const int64_t edges[] = {0,   -1,        1,         63,        64,       -64,
                                    -65, INT32_MIN, INT32_MAX, INT64_MIN, INT64_MAX};
    if (rng_below(rng, 4) == 0) {
        return edges[rng_below(rng, sizeof edges / sizeof *edges)];
    }
    return (int64_t)rng_word(rng) >> rng_below(rng, 64);
}

static inline void put_random_bits(struct rng *rng, bool is_double, struct ls_buf *out)
{
    static const uint64_t doubles[] = {0,
                                       UINT64_C(1) << 63,
                                       UINT64_C(0x7ff0000000000000),
                                       UINT64_C(0xfff0000000000000),
                                       UINT64_C(0x7ff8000000000000),
                                       UINT64_C(0xfff8000000000001),
                                       UINT64_C(0x3fb999999999999a)};
    uint64_t bits = rng_below(rng, 3) ? rng_word(rng) : doubles[rng_below(rng, 7)];
    uint8_t *at = room_for(out, 8);
    at = is_double ? ls_put_u64(at, bits) : ls_put_u32(at, (uint32_t)(bits >> 32));
    out->size = (size_t)(at - out->data);
}

static inline void random_value(struct rng *rng, enum random_form form, const struct ls_node *node,
                                unsigned depth, struct ls_buf *out);

static inline void random_blocks(struct rng *rng, enum random_form form, const struct ls_node *node,
                                 unsigned depth, struct ls_buf *out)
{
    uint64_t blocks = form == RANDOM_STRANGE ? rng_below(rng, 4) : rng_below(rng, 2);
    struct ls_buf items;
    struct ls_error err;
    blocks = depth > 8 ? 0 : blocks;
    ls_buf_init(&items, "random items", 1 << 26);
    for (; blocks; blocks--) {
        uint64_t most = rng_below(rng, 30) == 0 ? 100 : 5;
        int64_t count = 1 + (int64_t)rng_below(rng, depth > 3 ? 2 : most);
        items.size = 0;
        for (int64_t i = 0; i < count; i++) {
            if (node->type == LS_AVRO_MAP) {
                char unique[24]; /* others keep one of two entries with one key */
                snprintf(unique, sizeof unique, "%lld:", (long long)i);
                put_random_text(rng, form == RANDOM_PLAIN ? unique : "", true, rng_below(rng, 6),
                                &items);
            }
            random_value(rng, form, node->children[0], depth + 1, &items);
        }
        bool sized = form == RANDOM_STRANGE && rng_below(rng, 2);
        put_random_long(rng, form, sized ? -count : count, 10, out);
        if (sized) {
            put_random_long(rng, form, (int64_t)items.size, 10, out);
        }
        assert_int_equal(ls_buf_append(out, items.data, items.size, &err), 0);
    }
    put_random_long(rng, form, 0, 10, out);
    ls_buf_clear(&items);
}

static inline size_t random_branch(struct rng *rng, const struct ls_node *node, unsigned depth)
{
    size_t branch = (size_t)rng_below(rng, node->count);
    for (size_t i = 0; depth > 8 && i < node->count; i++) {
        branch = node->children[i]->type == LS_AVRO_NULL ? i : branch;
    }
    return branch;
}

/* Appends the encoding of a random value. */
static inline void random_value(struct rng *rng, enum random_form form, const struct ls_node *node,
                                unsigned depth, struct ls_buf *out)
{
    size_t branch;
    switch (node->type) {
    case LS_AVRO_NULL:
        break;
    case LS_AVRO_BOOLEAN:
        *room_for(out, 1) = (uint8_t)rng_below(rng, 2);
        out->size++;
        break;
    case LS_AVRO_INT:
        put_random_long(rng, form, (int32_t)random_long(rng), 5, out);
        break;
    case LS_AVRO_LONG:
        put_random_long(rng, form, random_long(rng), 10, out);
        break;
    case LS_AVRO_FLOAT:
    case LS_AVRO_DOUBLE:
        put_random_bits(rng, node->type == LS_AVRO_DOUBLE, out);
        break;
    case LS_AVRO_BYTES:
    case LS_AVRO_STRING:
        put_random_text(rng, "", node->type == LS_AVRO_STRING,
                        rng_below(rng, rng_below(rng, 10) ? 20 : 300), out);
        break;
    case LS_AVRO_FIXED:
        for (size_t i = 0; i < node->size; i++) {
            *room_for(out, 1) = (uint8_t)rng_word(rng);
            out->size++;
        }
        break;
    case LS_AVRO_ENUM:
        put_random_long(rng, form, (int64_t)rng_below(rng, node->count), 5, out);
        break;
    case LS_AVRO_RECORD:
        for (size_t i = 0; i < node->count; i++) {
            random_value(rng, form, node->fields[i].type, depth + 1, out);
        }
        break;
    case LS_AVRO_ARRAY:
    case LS_AVRO_MAP:
        random_blocks(rng, form, node, depth, out);
        break;
    case LS_AVRO_UNION:
        branch = random_branch(rng, node, depth);
        put_random_long(rng, form, (int64_t)branch, 5, out);
        random_value(rng, form, node->children[branch], depth + 1, out);
        break;
    }
}

#endif
