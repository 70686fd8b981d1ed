#include "core/avro/row.h"

#include "core/avro/decode_internal.h"
#include "core/avro/row_internal.h"
#include "core/base/text.h"

#include <assert.h>
#include <string.h>

/* On the path of every event asserts are for debug builds alone. */
#ifdef LS_ROW_CHECKS
#define ROW_ASSERT(condition) assert(condition)
#else
#define ROW_ASSERT(condition) ((void)0)
#endif

/* Where a row is being read. No address inside it is given to a function that is not inlined, so
 * that both pointers stay in registers. */
struct reader {
    const uint8_t *at;
    const uint8_t *end;
};

static enum ls_decode_status skip_span(const struct ls_row_op *op, struct ls_span span,
                                       uint32_t *items_left, const uint8_t **stop)
{
    const uint8_t *from = span.at;
    enum ls_decode_status status = ls_value_skip(op->node, &span, op->depth, items_left);
    *stop = span.at;
    return !status && span.at - from > UINT32_MAX ? LS_DECODE_LENGTH : status;
}

static inline enum ls_decode_status read_span(const struct ls_row_op *op, struct reader *reader,
                                              uint32_t *items_left, struct ls_cell *cell)
{
    const struct ls_span span = {.at = reader->at, .end = reader->end};
    const uint8_t *stop;
    enum ls_decode_status status = skip_span(op, span, items_left, &stop);
    *cell = (struct ls_cell){.bytes = span.at, .size = (uint32_t)(stop - span.at)};
    reader->at = stop;
    return status;
}

static inline enum ls_decode_status read_text(const struct ls_row_op *op, struct reader *reader,
                                              struct ls_cell *cell)
{
    const uint8_t *at = reader->at;
    const uint8_t *bytes;
    size_t size;
    enum ls_decode_status status = ls_read_bytes(&at, reader->end, &bytes, &size);
    if (status) {
        return status;
    }
    if (op->type == LS_AVRO_STRING && !ls_utf8_valid(bytes, size)) {
        return LS_DECODE_UTF8;
    }
    *cell = (struct ls_cell){.bytes = bytes, .size = (uint32_t)size};
    reader->at = at;
    return LS_DECODE_OK;
}

static inline enum ls_decode_status read_decimal(const struct ls_row_op *op, struct reader *reader,
                                                 struct ls_cell *cell)
{
    const uint8_t *at = reader->at;
    int64_t number;
    enum ls_decode_status status = ls_read_decimal_bytes(&at, reader->end, op->size, &number);
    if (!status) {
        *cell = (struct ls_cell){.number = number};
        reader->at = at;
    }
    return status;
}

static inline enum ls_decode_status read_enum(const struct ls_row_op *op, struct reader *reader,
                                              struct ls_cell *cell)
{
    const uint8_t *at = reader->at;
    int64_t index;
    enum ls_decode_status status = ls_read_int(&at, reader->end, &index);
    if (status) {
        return status;
    }
    if (index < 0 || index >= op->size) {
        return LS_DECODE_ENUM;
    }
    *cell = (struct ls_cell){
        .number = index, .bytes = op->symbols[index].text, .size = op->symbols[index].size};
    reader->at = at;
    return LS_DECODE_OK;
}

/* Values of `size` bytes. */
static inline enum ls_decode_status read_plain(const struct ls_row_op *op, struct reader *reader,
                                               size_t size, struct ls_cell *cell)
{
    const uint8_t *at = reader->at;
    if (size > (size_t)(reader->end - at)) {
        return LS_DECODE_TRUNCATED;
    }
    *cell = (struct ls_cell){0};
    switch (op->type) {
    case LS_AVRO_BOOLEAN:
        if (*at > 1) {
            return LS_DECODE_BOOLEAN;
        }
        cell->number = *at;
        break;
    case LS_AVRO_FLOAT:
        cell->number = ls_get_u32(at);
        break;
    case LS_AVRO_DOUBLE:
        cell->number = (int64_t)ls_get_u64(at);
        break;
    default:
        cell->bytes = at;
        cell->size = (uint32_t)size;
    }
    reader->at = at + size;
    return LS_DECODE_OK;
}

static inline enum ls_decode_status read_value(const struct ls_row_op *op, struct reader *reader,
                                               uint32_t *items_left, struct ls_cell *cell)
{
    int64_t number;
    enum ls_decode_status status;
    switch (op->type) {
    case LS_AVRO_NULL:
        *cell = (struct ls_cell){.is_null = true};
        return LS_DECODE_OK;
    case LS_AVRO_INT:
        status = ls_read_int(&reader->at, reader->end, &number);
        *cell = (struct ls_cell){.number = status ? 0 : number};
        return status;
    case LS_AVRO_LONG:
        status = ls_read_long(&reader->at, reader->end, &number);
        *cell = (struct ls_cell){.number = status ? 0 : number};
        return status;
    case LS_AVRO_BOOLEAN:
        return read_plain(op, reader, 1, cell);
    case LS_AVRO_FLOAT:
        return read_plain(op, reader, 4, cell);
    case LS_AVRO_DOUBLE:
        return read_plain(op, reader, 8, cell);
    case LS_AVRO_FIXED:
        return read_plain(op, reader, op->size, cell);
    case LS_AVRO_BYTES:
    case LS_AVRO_STRING:
        return read_text(op, reader, cell);
    case LS_AVRO_ENUM:
        return read_enum(op, reader, cell);
    case LS_ROW_DECIMAL:
        return read_decimal(op, reader, cell);
    default:
        return read_span(op, reader, items_left, cell);
    }
}

/* The branch of a nullable value. */
static inline enum ls_decode_status read_branch(const struct ls_row_op *op, struct reader *reader,
                                                bool *is_null)
{
    const uint8_t *at = reader->at;
    int64_t index;
    enum ls_decode_status status = ls_read_int(&at, reader->end, &index);
    if (status) {
        return status;
    }
    if (index != 0 && index != 1) {
        return LS_DECODE_BRANCH;
    }
    *is_null = 2 * index == op->null_byte;
    reader->at = at;
    return LS_DECODE_OK;
}

enum ls_decode_status ls_row_decode(const struct ls_layout *layout, const uint8_t *bytes,
                                    size_t size, struct ls_cell *cells, size_t *offset,
                                    size_t *column)
{
    struct reader reader = {.at = bytes, .end = bytes + size};
    uint32_t items_left = LS_DECODE_ITEMS_MAX - layout->memory->items_of_none;
    const struct ls_row_op *ops = layout->memory->ops;
    enum ls_decode_status status = LS_DECODE_OK;
    size_t i;
    for (i = 0; i < layout->count; i++) {
        bool is_null = false;
        if (ops[i].nullable) {
            status = read_branch(&ops[i], &reader, &is_null);
        }
        if (is_null) {
            cells[i] = (struct ls_cell){.is_null = true};
        } else if (!status) {
            status = read_value(&ops[i], &reader, &items_left, &cells[i]);
        }
        if (status) {
            break;
        }
    }
    if (!status && reader.at != reader.end) {
        status = LS_DECODE_TRAILING;
    }
    if (status && offset) {
        *offset = (size_t)(reader.at - bytes);
    }
    if (status && column) {
        *column = i;
    }
    return status;
}

size_t ls_row_size_max(const struct ls_layout *layout, const struct ls_cell *cells)
{
    const struct ls_layout_memory *memory = layout->memory;
    size_t size = memory->size_base;
    for (size_t i = 0; i < memory->sized_count; i++) {
        size += cells[memory->sized[i]].size;
    }
    return size;
}

#ifdef LS_ROW_CHECKS
static bool span_fits(const struct ls_row_op *op, const struct ls_cell *cell)
{
    struct ls_span span = {.at = cell->bytes, .end = cell->bytes + cell->size};
    uint32_t items_left = LS_DECODE_ITEMS_MAX;
    return !ls_value_skip(op->node, &span, op->depth, &items_left) && span.at == span.end;
}

static bool fits(const struct ls_row_op *op, const struct ls_cell *cell)
{
    switch (op->type) {
    case LS_AVRO_BOOLEAN:
        return cell->number == 0 || cell->number == 1;
    case LS_AVRO_INT:
        return cell->number >= INT32_MIN && cell->number <= INT32_MAX;
    case LS_AVRO_FLOAT:
        return cell->number >= 0 && cell->number <= UINT32_MAX;
    case LS_AVRO_STRING:
        return cell->size <= LS_DECODE_LENGTH_MAX && ls_utf8_valid(cell->bytes, cell->size);
    case LS_AVRO_BYTES:
        return cell->size <= LS_DECODE_LENGTH_MAX;
    case LS_AVRO_ENUM:
        return cell->number >= 0 && cell->number < op->size;
    case LS_ROW_DECIMAL:
        return cell->number > -ls_pow10(op->size) && cell->number < ls_pow10(op->size);
    case LS_AVRO_FIXED:
        return cell->size == op->size;
    case LS_AVRO_RECORD:
    case LS_AVRO_ARRAY:
    case LS_AVRO_MAP:
    case LS_AVRO_UNION:
        return span_fits(op, cell);
    default:
        return true;
    }
}
#endif

static inline uint8_t *put_value(const struct ls_row_op *op, const struct ls_cell *cell,
                                 uint8_t *at)
{
    ROW_ASSERT(fits(op, cell));
    switch (op->type) {
    case LS_AVRO_NULL:
        return at;
    case LS_AVRO_BOOLEAN:
        return ls_put_boolean(at, cell->number != 0);
    case LS_AVRO_INT:
    case LS_AVRO_LONG:
    case LS_AVRO_ENUM:
        return ls_put_long(at, cell->number);
    case LS_AVRO_FLOAT:
        return ls_put_u32(at, (uint32_t)cell->number);
    case LS_AVRO_DOUBLE:
        return ls_put_u64(at, (uint64_t)cell->number);
    case LS_AVRO_BYTES:
    case LS_AVRO_STRING:
        return ls_put_bytes(at, cell->bytes, cell->size);
    case LS_ROW_DECIMAL:
        return ls_put_decimal(at, cell->number);
    default:
        if (cell->size) {
            memcpy(at, cell->bytes, cell->size);
        }
        return at + cell->size;
    }
}

uint8_t *ls_row_put(const struct ls_row_op *op, const struct ls_cell *cell, uint8_t *at)
{
    if (op->nullable) {
        *at++ = cell->is_null ? op->null_byte : op->value_byte;
        if (cell->is_null) {
            return at;
        }
    }
    ROW_ASSERT(!cell->is_null || op->type == LS_AVRO_NULL);
    return put_value(op, cell, at);
}

uint8_t *ls_row_encode(const struct ls_layout *layout, const struct ls_cell *cells, uint8_t *at)
{
    const struct ls_row_op *ops = layout->memory->ops;
    for (size_t i = 0; i < layout->count; i++) {
        at = ls_row_put(&ops[i], &cells[i], at);
    }
    return at;
}
