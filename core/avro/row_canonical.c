/* The canonical form of rows (contract B3). Spans are walked over and written anew: their encoding
 * may have come from another engine, with other blocks and another order of entries. */
#include "core/avro/decode_internal.h"
#include "core/avro/row_internal.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define FLOAT_INFINITY  UINT32_C(0x7f800000)
#define FLOAT_NAN       UINT32_C(0x7fc00000)
#define DOUBLE_INFINITY UINT64_C(0x7ff0000000000000)
#define DOUBLE_NAN      UINT64_C(0x7ff8000000000000)

static uint32_t one_nan_float(uint32_t bits)
{
    return (bits & UINT32_MAX >> 1) > FLOAT_INFINITY ? FLOAT_NAN : bits;
}

static uint64_t one_nan_double(uint64_t bits)
{
    return (bits & UINT64_MAX >> 1) > DOUBLE_INFINITY ? DOUBLE_NAN : bits;
}

struct writer {
    struct ls_span *span; /* over a value that was checked */
    struct ls_buf *out;
    struct ls_error *err;
};

struct entry {
    const uint8_t *key;
    const uint8_t *value; /* its encoding */
    size_t key_size;
};

static int write_value(struct writer *writer, const struct ls_node *node);

static int put_long(struct writer *writer, int64_t number)
{
    uint8_t bytes[LS_AVRO_LONG_MAX];
    size_t size = (size_t)(ls_put_long(bytes, number) - bytes);
    return ls_buf_append(writer->out, bytes, size, writer->err);
}

/* A value that was checked: only its end is of interest. */
static void pass(struct ls_span *span, const struct ls_node *node)
{
    uint32_t items_left = LS_DECODE_ITEMS_MAX;
    ls_value_skip(node, span, 1, &items_left);
}

/* How many items the blocks from here hold. */
static uint64_t count_items(struct ls_span span, const struct ls_node *items_node)
{
    uint64_t count = 0;
    struct ls_items items;
    for (ls_items_begin(&span, &items); items.count; ls_items_begin(&span, &items)) {
        count += items.count;
        if (items.size >= 0) {
            span.at += items.size;
            continue;
        }
        for (uint64_t i = 0; i < items.count; i++) {
            const uint8_t *from = span.at;
            pass(&span, items_node);
            if (span.at == from) {
                break;
            }
        }
    }
    return count;
}

static int write_array(struct writer *writer, const struct ls_node *node)
{
    uint64_t count = count_items(*writer->span, node->children[0]);
    int rc = count ? put_long(writer, (int64_t)count) : 0;
    struct ls_items items;
    do {
        ls_items_begin(writer->span, &items);
        for (uint64_t i = 0; rc == 0 && i < items.count; i++) {
            const uint8_t *from = writer->span->at;
            rc = write_value(writer, node->children[0]);
            if (writer->span->at == from) {
                break; /* no item has a size */
            }
        }
    } while (rc == 0 && items.count);
    return rc < 0 ? rc : put_long(writer, 0);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    size_t common = a->key_size < b->key_size ? a->key_size : b->key_size;
    int order = common ? memcmp(a->key, b->key, common) : 0;
    if (order == 0 && a->key_size != b->key_size) {
        order = a->key_size < b->key_size ? -1 : 1;
    }
    return order ? order : (a->key > b->key) - (a->key < b->key); /* both are in one span */
}

static int collect_entries(struct writer *writer, const struct ls_node *node,
                           struct entry **entries, size_t *count)
{
    size_t capacity = 0;
    struct ls_items items;
    do {
        ls_items_begin(writer->span, &items);
        for (uint64_t i = 0; i < items.count; i++) {
            int rc = ls_mem_grow(entries, &capacity, *count + 1, sizeof **entries, writer->err);
            if (rc < 0) {
                return rc;
            }
            struct entry *entry = &(*entries)[(*count)++];
            ls_get_string(writer->span, &entry->key, &entry->key_size);
            entry->value = writer->span->at;
            pass(writer->span, node->children[0]);
        }
    } while (items.count);
    return 0;
}

static int write_map(struct writer *writer, const struct ls_node *node)
{
    struct entry *entries = NULL;
    size_t count = 0;
    int rc = collect_entries(writer, node, &entries, &count);
    if (rc == 0 && count) {
        qsort(entries, count, sizeof *entries, compare_entries);
        rc = put_long(writer, (int64_t)count);
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct ls_span value = {.at = entries[i].value, .end = writer->span->end};
        struct writer inner = {.span = &value, .out = writer->out, .err = writer->err};
        rc = put_long(writer, (int64_t)entries[i].key_size);
        rc = rc < 0 ? rc
                    : ls_buf_append(writer->out, entries[i].key, entries[i].key_size, writer->err);
        rc = rc < 0 ? rc : write_value(&inner, node->children[0]);
    }
    ls_mem_free(entries);
    return rc < 0 ? rc : put_long(writer, 0);
}

static int write_record(struct writer *writer, const struct ls_node *node)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = write_value(writer, node->fields[i].type);
    }
    return rc;
}

static int write_plain(struct writer *writer, const struct ls_node *node, size_t size)
{
    uint8_t word[8];
    const uint8_t *bytes = writer->span->at;
    writer->span->at += size;
    if (node->type == LS_AVRO_FLOAT) {
        ls_put_u32(word, one_nan_float(ls_get_u32(bytes)));
        bytes = word;
    } else if (node->type == LS_AVRO_DOUBLE) {
        ls_put_u64(word, one_nan_double(ls_get_u64(bytes)));
        bytes = word;
    }
    return ls_buf_append(writer->out, bytes, size, writer->err);
}

static int write_value(struct writer *writer, const struct ls_node *node)
{
    const uint8_t *bytes;
    size_t size;
    int64_t number = 0;
    int rc;
    switch (node->type) {
    case LS_AVRO_NULL:
        return 0;
    case LS_AVRO_BOOLEAN:
        return write_plain(writer, node, 1);
    case LS_AVRO_FLOAT:
        return write_plain(writer, node, 4);
    case LS_AVRO_DOUBLE:
        return write_plain(writer, node, 8);
    case LS_AVRO_FIXED:
        return write_plain(writer, node, node->size);
    case LS_AVRO_INT:
    case LS_AVRO_LONG:
    case LS_AVRO_ENUM:
        ls_get_long(writer->span, &number);
        return put_long(writer, number);
    case LS_AVRO_BYTES:
    case LS_AVRO_STRING:
        ls_get_bytes(writer->span, &bytes, &size);
        if (ls_node_is_decimal(node)) {
            ls_decimal_shorten(&bytes, &size);
        }
        rc = put_long(writer, (int64_t)size);
        return rc < 0 ? rc : ls_buf_append(writer->out, bytes, size, writer->err);
    case LS_AVRO_RECORD:
        return write_record(writer, node);
    case LS_AVRO_ARRAY:
        return write_array(writer, node);
    case LS_AVRO_MAP:
        return write_map(writer, node);
    case LS_AVRO_UNION:
        ls_get_long(writer->span, &number);
        rc = put_long(writer, number);
        return rc < 0 ? rc : write_value(writer, node->children[number]);
    }
    return 0;
}

static int write_span(const struct ls_row_op *op, const struct ls_cell *cell,
                      const struct ls_column *column, struct ls_buf *out, struct ls_error *err)
{
    struct ls_span span = {.at = cell->bytes, .end = cell->bytes + cell->size};
    struct ls_span checked = span;
    uint32_t items_left = LS_DECODE_ITEMS_MAX;
    enum ls_decode_status status = ls_value_skip(op->node, &checked, op->depth, &items_left);
    if (status || checked.at != checked.end) {
        return ls_error_set(err, LS_E_BUG, "the cell of %s holds no sound encoding: %s",
                            column->path,
                            ls_decode_status_text(status ? status : LS_DECODE_TRAILING));
    }
    struct writer writer = {.span = &span, .out = out, .err = err};
    return write_value(&writer, op->node);
}

static bool is_span(const struct ls_row_op *op)
{
    return op->type == LS_AVRO_RECORD || op->type == LS_AVRO_ARRAY || op->type == LS_AVRO_MAP ||
           op->type == LS_AVRO_UNION;
}

int ls_row_canonical(const struct ls_layout *layout, const struct ls_cell *cells,
                     struct ls_buf *out, struct ls_error *err)
{
    const struct ls_row_op *ops = layout->memory->ops;
    size_t size = out->size;
    /* Room for the whole row: no span is longer in canonical form. */
    int rc = ls_buf_reserve(out, ls_row_size_max(layout, cells) + 1, err);
    for (size_t i = 0; rc == 0 && i < layout->count; i++) {
        struct ls_cell cell = cells[i];
        if (ops[i].physical) {
            continue;
        }
        if (is_span(&ops[i]) && !cell.is_null) {
            if (ops[i].nullable) {
                rc = ls_buf_append(out, &ops[i].value_byte, 1, err);
            }
            rc = rc < 0 ? rc : write_span(&ops[i], &cell, &layout->columns[i], out, err);
            continue;
        }
        if (ops[i].type == LS_AVRO_FLOAT) {
            cell.number = one_nan_float((uint32_t)cell.number);
        } else if (ops[i].type == LS_AVRO_DOUBLE) {
            cell.number = (int64_t)one_nan_double((uint64_t)cell.number);
        }
        out->size = (size_t)(ls_row_put(&ops[i], &cell, out->data + out->size) - out->data);
    }
    if (rc < 0) {
        out->size = size;
    }
    return rc;
}
