#include "core/avro/decode_internal.h"

#include "core/base/text.h"

const char *ls_decode_status_text(enum ls_decode_status status)
{
    static const char *const texts[] = {
        [LS_DECODE_OK] = "sound",
        [LS_DECODE_TRUNCATED] = "the bytes end inside the datum",
        [LS_DECODE_VARINT] = "an int or long has more bits than its type",
        [LS_DECODE_LENGTH] = "a length is negative, above the limit, or not what the block holds",
        [LS_DECODE_BOOLEAN] = "a boolean is neither 0 nor 1",
        [LS_DECODE_ENUM] = "an enum has no symbol with this index",
        [LS_DECODE_BRANCH] = "a union has no branch with this index",
        [LS_DECODE_UTF8] = "a string is not UTF-8",
        [LS_DECODE_DEPTH] = "the datum is nested too deep",
        [LS_DECODE_ITEMS] = "the datum has too many items of no size",
        [LS_DECODE_DECIMAL] = "a decimal is empty, or has more digits than its type",
        [LS_DECODE_TRAILING] = "bytes follow the datum",
    };
    return texts[status];
}

enum ls_decode_status ls_varint_slow(const uint8_t *at, const uint8_t *end, unsigned size_max,
                                     uint8_t last_max, uint64_t *raw, unsigned *size)
{
    uint64_t value = 0;
    for (unsigned i = 0;; i++) {
        if (at + i == end) {
            return LS_DECODE_TRUNCATED;
        }
        if (i == size_max - 1 && at[i] > last_max) {
            return LS_DECODE_VARINT;
        }
        value |= (uint64_t)(at[i] & 0x7f) << (7 * i);
        if (at[i] < 0x80) {
            *size = i + 1;
            *raw = value;
            return LS_DECODE_OK;
        }
    }
}

enum ls_decode_status ls_get_long(struct ls_span *span, int64_t *value)
{
    return ls_read_long(&span->at, span->end, value);
}

enum ls_decode_status ls_get_int(struct ls_span *span, int32_t *value)
{
    int64_t wide;
    enum ls_decode_status status = ls_read_int(&span->at, span->end, &wide);
    if (!status) {
        *value = (int32_t)wide;
    }
    return status;
}

enum ls_decode_status ls_get_bytes(struct ls_span *span, const uint8_t **bytes, size_t *size)
{
    return ls_read_bytes(&span->at, span->end, bytes, size);
}

enum ls_decode_status ls_get_string(struct ls_span *span, const uint8_t **bytes, size_t *size)
{
    const uint8_t *from = span->at;
    enum ls_decode_status status = ls_read_bytes(&span->at, span->end, bytes, size);
    if (!status && !ls_utf8_valid(*bytes, *size)) {
        span->at = from;
        return LS_DECODE_UTF8;
    }
    return status;
}

enum ls_decode_status ls_items_begin(struct ls_span *span, struct ls_items *items)
{
    const uint8_t *at = span->at;
    int64_t count;
    *items = (struct ls_items){.begin = at, .size = -1};
    enum ls_decode_status status = ls_read_long(&at, span->end, &count);
    if (status) {
        return status;
    }
    if (count < 0) {
        status = ls_read_long(&at, span->end, &items->size);
        if (status) {
            return status;
        }
        if (count == INT64_MIN || items->size < 0 || items->size > LS_DECODE_LENGTH_MAX) {
            return LS_DECODE_LENGTH;
        }
        count = -count;
    }
    items->count = (uint64_t)count;
    items->first = at;
    span->at = at;
    return LS_DECODE_OK;
}

enum ls_decode_status ls_items_end(struct ls_span *span, const struct ls_items *items)
{
    if (items->size >= 0 && span->at - items->first != items->size) {
        span->at = items->begin;
        return LS_DECODE_LENGTH;
    }
    return LS_DECODE_OK;
}

/* The items of one block. Whether an item has a size depends on its type alone: where the first has
 * none, none has. */
static enum ls_decode_status skip_items(const struct ls_node *node, const struct ls_items *items,
                                        struct ls_span *span, unsigned depth, uint32_t *items_left)
{
    for (uint64_t i = 0; i < items->count; i++) {
        const uint8_t *from = span->at;
        enum ls_decode_status status = LS_DECODE_OK;
        if (node->type == LS_AVRO_MAP) {
            const uint8_t *key;
            size_t size;
            status = ls_get_string(span, &key, &size);
        }
        if (!status) {
            status = ls_value_skip(node->children[0], span, depth + 1, items_left);
        }
        if (status) {
            return status;
        }
        if (span->at == from) {
            if (items->count > *items_left) {
                span->at = items->begin;
                return LS_DECODE_ITEMS;
            }
            *items_left -= (uint32_t)items->count;
            break;
        }
    }
    return LS_DECODE_OK;
}

static enum ls_decode_status skip_blocks(const struct ls_node *node, struct ls_span *span,
                                         unsigned depth, uint32_t *items_left)
{
    for (;;) {
        struct ls_items items;
        enum ls_decode_status status = ls_items_begin(span, &items);
        if (status) {
            return status;
        }
        status = skip_items(node, &items, span, depth, items_left);
        if (!status) {
            status = ls_items_end(span, &items);
        }
        if (status || !items.count) {
            return status;
        }
    }
}

/* A record of no size costs an item too: records within records could be very many. */
static enum ls_decode_status skip_record(const struct ls_node *node, struct ls_span *span,
                                         unsigned depth, uint32_t *items_left)
{
    const uint8_t *from = span->at;
    for (size_t i = 0; i < node->count; i++) {
        enum ls_decode_status status = ls_value_skip(node->fields[i].type, span, depth + 1,
                                                     items_left);
        if (status) {
            return status;
        }
    }
    if (span->at == from) {
        if (*items_left == 0) {
            return LS_DECODE_ITEMS;
        }
        --*items_left;
    }
    return LS_DECODE_OK;
}

/* An index below `count`, at `span`; `refused` is what another index is called. */
static enum ls_decode_status get_index(struct ls_span *span, size_t count,
                                       enum ls_decode_status refused, size_t *index)
{
    const uint8_t *from = span->at;
    int32_t value;
    enum ls_decode_status status = ls_get_int(span, &value);
    if (status) {
        return status;
    }
    if (value < 0 || (size_t)value >= count) {
        span->at = from;
        return refused;
    }
    *index = (size_t)value;
    return LS_DECODE_OK;
}

static enum ls_decode_status skip_size(struct ls_span *span, size_t size)
{
    if (size > (size_t)(span->end - span->at)) {
        return LS_DECODE_TRUNCATED;
    }
    span->at += size;
    return LS_DECODE_OK;
}

enum ls_decode_status ls_value_skip(const struct ls_node *node, struct ls_span *span,
                                    unsigned depth, uint32_t *items_left)
{
    const uint8_t *bytes;
    size_t size; /* or index */
    int64_t number;
    enum ls_decode_status status;
    if (depth > LS_DECODE_DEPTH_MAX) {
        return LS_DECODE_DEPTH;
    }
    switch (node->type) {
    case LS_AVRO_NULL:
        return LS_DECODE_OK;
    case LS_AVRO_BOOLEAN:
        if (span->at == span->end) {
            return LS_DECODE_TRUNCATED;
        }
        if (*span->at > 1) {
            return LS_DECODE_BOOLEAN;
        }
        return skip_size(span, 1);
    case LS_AVRO_INT:
        return ls_read_int(&span->at, span->end, &number);
    case LS_AVRO_LONG:
        return ls_read_long(&span->at, span->end, &number);
    case LS_AVRO_FLOAT:
        return skip_size(span, 4);
    case LS_AVRO_DOUBLE:
        return skip_size(span, 8);
    case LS_AVRO_FIXED:
        return skip_size(span, node->size);
    case LS_AVRO_BYTES:
        return ls_node_is_decimal(node)
                   ? ls_read_decimal_bytes(&span->at, span->end, node->precision, &number)
                   : ls_get_bytes(span, &bytes, &size);
    case LS_AVRO_STRING:
        return ls_get_string(span, &bytes, &size);
    case LS_AVRO_ENUM:
        return get_index(span, node->count, LS_DECODE_ENUM, &size);
    case LS_AVRO_RECORD:
        return skip_record(node, span, depth, items_left);
    case LS_AVRO_ARRAY:
    case LS_AVRO_MAP:
        return skip_blocks(node, span, depth, items_left);
    case LS_AVRO_UNION:
        status = get_index(span, node->count, LS_DECODE_BRANCH, &size);
        return status ? status : ls_value_skip(node->children[size], span, depth + 1, items_left);
    }
    return LS_DECODE_OK;
}

enum ls_decode_status ls_datum_skip(const struct ls_node *node, struct ls_span *span)
{
    uint32_t items_left = LS_DECODE_ITEMS_MAX;
    return ls_value_skip(node, span, 1, &items_left);
}
