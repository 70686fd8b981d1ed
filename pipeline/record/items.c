#include "pipeline/record/items.h"

#include "core/avro/encode.h"

#include <string.h>

/* A value without texts is eight bytes, any other the name of its bytes. */
static uint8_t *put_scalar(const struct ls_node *node, struct ls_span *span, uint8_t *at)
{
    static const size_t sizes[] = {
        [LS_AVRO_BOOLEAN] = 1, [LS_AVRO_FLOAT] = 4, [LS_AVRO_DOUBLE] = 8};
    uint8_t word[8] = {0};
    int64_t number = 0;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    switch (node->type) {
    case LS_AVRO_BOOLEAN:
    case LS_AVRO_FLOAT:
    case LS_AVRO_DOUBLE:
        memcpy(word, span->at, sizes[node->type]);
        span->at += sizes[node->type];
        memcpy(at, word, sizeof word);
        return at + sizeof word;
    case LS_AVRO_STRING:
    case LS_AVRO_BYTES:
        ls_get_bytes(span, &bytes, &size);
        if (ls_node_is_decimal(node)) {
            ls_decimal_shorten(&bytes, &size);
        }
        struct ls_id id = ls_id_of(bytes, size);
        return ls_put_u64(ls_put_u64(at, id.high), id.low);
    default: /* int, long, enum */
        ls_get_long(span, &number);
        return ls_put_u64(at, (uint64_t)number);
    }
}

struct ls_id ls_items_id(const struct ls_node *node, const struct ls_cell *cell)
{
    struct ls_span span = {.at = cell->bytes, .end = cell->bytes + cell->size};
    struct ls_id all = ls_id_of("", 0);
    int64_t count = 0;
    while (ls_get_long(&span, &count) == LS_DECODE_OK && count) {
        int64_t size;
        if (count < 0) {
            ls_get_long(&span, &size);
            count = -count;
        }
        for (; count > 0; count--) {
            uint8_t words[48]; /* what is in front, the key, the value */
            uint8_t *at = ls_put_u64(ls_put_u64(words, all.high), all.low);
            if (node->type == LS_AVRO_MAP) {
                const uint8_t *key;
                size_t key_size;
                ls_get_string(&span, &key, &key_size);
                struct ls_id id = ls_id_of(key, key_size);
                at = ls_put_u64(ls_put_u64(at, id.high), id.low);
            }
            at = put_scalar(node->children[0], &span, at);
            all = ls_id_of(words, (size_t)(at - words));
        }
    }
    return all;
}
