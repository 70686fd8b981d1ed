#include "generator/op.h"

#include <assert.h>
#include <string.h>

#define ALWAYS_INLINE __attribute__((always_inline)) inline

/* ---- choices */

int ls_choices_new(const uint64_t *weights, size_t count, struct ls_arena *arena,
                   struct ls_choices *out, struct ls_error *err)
{
    size_t rows = (count + 3) / 4 * 4;
    uint64_t *limits = ls_arena_new(arena, rows, sizeof *limits, err);
    if (!limits) {
        return err->code;
    }
    uint64_t total = 0;
    uint64_t sum = 0;
    *out = (struct ls_choices){.count = count, .limits = limits};
    for (size_t k = 0; k < count; k++) {
        total += weights[k];
        out->last = weights[k] ? k : out->last;
    }
    for (size_t k = 0; k < rows; k++) {
        limits[k] = UINT64_MAX;
        sum += k < count ? weights[k] : 0;
        if (k < out->last) { /* word * total / 2^64 < sum, rounded down */
            limits[k] = (uint64_t)((((ls_u128)sum << 64) + total - 1) / total);
        }
    }
    return 0;
}

/* ---- ids */

/* Eight decimal digits of n < 10^8 as text, the first in the lowest byte: halves, quarters, digits,
 * each step for all of them at once. */
static ALWAYS_INLINE uint64_t digits_8(uint32_t n)
{
    uint64_t x = n / 10000 | (uint64_t)(n % 10000) << 32;
    uint64_t hundreds = (x * 10486 >> 20) & UINT64_C(0x7f0000007f);
    x = hundreds | (x - 100 * hundreds) << 16;
    uint64_t tens = (x * 103 >> 10) & UINT64_C(0xf000f000f000f);
    x = tens | (x - 10 * tens) << 8;
    return x | UINT64_C(0x3030303030303030);
}

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

/* The lowest `count` digits, at most 16; eight bytes are spoilt at most behind the first. */
static ALWAYS_INLINE void put_digits(uint8_t *at, uint64_t n, unsigned count)
{
    if (count <= 8) {
        ls_put_u64(at, digits_8((uint32_t)n) >> 8 * (8 - count));
        return;
    }
    ls_put_u64(at, digits_8((uint32_t)(n / 100000000)) >> 8 * (16 - count));
    ls_put_u64(at + count - 8, digits_8((uint32_t)(n % 100000000)));
}

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
        put_digits(at, n, count);
    } else {
        put_digits(at, n / powers[16], count - 16);
        put_digits(at + count - 16, n % powers[16], 16);
    }
    at += count;
    ls_copy_short(at, (const uint8_t *)t->behind, t->behind_size);
    return (size_t)(at - out) + t->behind_size;
}

static uint8_t *put_long_id(const struct ls_id_template *t, uint64_t n, uint8_t *at, size_t *size)
{
    uint8_t text[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    *size = ls_id_write(t, n, text);
    return ls_put_bytes(at, text, *size);
}

static ALWAYS_INLINE uint8_t *put_id(const struct ls_id_template *t, uint64_t n, uint8_t *at,
                                     size_t *size)
{
    if (__builtin_expect(n >= t->limit, 0)) {
        return put_long_id(t, n, at, size);
    }
    memcpy(at, t->head, LS_ID_HEAD_MAX);
    at += t->head_size;
    put_digits(at, n, t->width);
    *size = t->before_size + t->width;
    return at + t->width;
}

uint8_t *ls_id_put(const struct ls_id_template *t, uint64_t n, uint8_t *at, size_t *size)
{
    return put_id(t, n, at, size);
}

/* ---- cells */

/* Cells are written member by member: a cell that is built elsewhere and copied would be read back
 * before it is stored. */
static ALWAYS_INLINE void keep_number(struct ls_cell *out, int64_t number)
{
    out->number = number;
    out->bytes = NULL;
    out->size = 0;
    out->is_null = false;
}

static ALWAYS_INLINE void keep_null(struct ls_cell *out)
{
    keep_number(out, 0);
    out->is_null = true;
}

static ALWAYS_INLINE void keep_text(struct ls_cell *out, const uint8_t *bytes, size_t size)
{
    out->number = 0;
    out->bytes = bytes;
    out->size = (uint32_t)size;
    out->is_null = false;
}

/* ---- bytes */

static ALWAYS_INLINE void note(struct ls_lengths *lengths, const uint8_t *at)
{
    if (lengths) {
        lengths->at[lengths->count++] = (uint32_t)(at - lengths->begin);
    }
}

/* The branch of the union; nothing where there is none. */
static ALWAYS_INLINE uint8_t *put_branch(const struct ls_op *op, uint8_t *at)
{
    *at = op->value_branch;
    return at + op->nullable;
}

static uint8_t *put_cell(const struct ls_op *op, const struct ls_cell *cell,
                         struct ls_lengths *lengths, uint8_t *at)
{
    if (cell->is_null) {
        *at = op->null_branch;
        return at + 1;
    }
    at = put_branch(op, at);
    switch (op->put) {
    case LS_PUT_TEXT:
        note(lengths, at);
        return ls_put_bytes(at, cell->bytes, cell->size);
    case LS_PUT_BOOLEAN:
        return ls_put_boolean(at, cell->number != 0);
    case LS_PUT_LONG:
        break;
    }
    return ls_put_long(at, cell->number);
}

void ls_pieces_make(const struct ls_op *op, struct ls_piece *out)
{
    for (size_t k = 0; k < op->word_count; k++) {
        uint8_t bytes[2 * LS_AVRO_LONG_MAX + 2 * LS_PIECE_MAX];
        out[k].size = UINT8_MAX;
        if (op->put == LS_PUT_TEXT && op->words[k].size > LS_PIECE_MAX) {
            continue;
        }
        size_t size = (size_t)(put_cell(op, &op->words[k], NULL, bytes) - bytes);
        if (size <= LS_PIECE_MAX) {
            memcpy(out[k].bytes, bytes, size);
            out[k].size = (uint8_t)size;
        }
    }
}

size_t ls_op_size_max(const struct ls_op *op)
{
    return 1 + (size_t)LS_AVRO_LONG_MAX + op->text_max; /* branch, number or length, text */
}

/* ---- the kinds */

static ALWAYS_INLINE uint8_t *run_word(const struct ls_op *op, const struct ls_cell *words,
                                       size_t k, struct ls_cell *out, struct ls_lengths *lengths,
                                       bool writes, uint8_t *at)
{
    if (op->keeps || !writes) {
        *out = words[k];
    }
    if (!writes) {
        return at;
    }
    const struct ls_piece *piece = &op->pieces[k];
    if (__builtin_expect(piece->size > LS_PIECE_MAX, 0)) {
        return put_cell(op, &words[k], lengths, at);
    }
    if (op->put == LS_PUT_TEXT) {
        note(lengths, at + op->nullable);
    }
    memcpy(at, piece->bytes, LS_PIECE_MAX);
    return at + piece->size;
}

static ALWAYS_INLINE uint8_t *run_number(const struct ls_op *op, int64_t number,
                                         struct ls_cell *out, bool writes, uint8_t *at)
{
    if (op->keeps || !writes) {
        keep_number(out, number);
    }
    if (!writes) {
        return at;
    }
    at = put_branch(op, at);
    return op->put == LS_PUT_LONG ? ls_put_long(at, number) : ls_put_boolean(at, number != 0);
}

static ALWAYS_INLINE uint8_t *run_id(const struct ls_op *op, uint64_t n, struct ls_cell *out,
                                     struct ls_lengths *lengths, bool writes, uint8_t *at)
{
    if (!writes) {
        size_t size = ls_id_write(&op->id, n, at);
        keep_text(out, at, size);
        return at + size;
    }
    size_t size;
    at = put_branch(op, at);
    note(lengths, at);
    at = put_id(&op->id, n, at, &size);
    if (op->keeps) {
        keep_text(out, at - size, size);
    }
    return at;
}

static ALWAYS_INLINE uint8_t *run_null(const struct ls_op *op, struct ls_cell *out, bool writes,
                                       uint8_t *at)
{
    if (op->keeps || !writes) {
        keep_null(out);
    }
    *at = op->null_branch;
    return at + writes;
}

/* Bounds were proved: only a null operand gives no value. */
static uint8_t *run_wide(const struct ls_op *op, struct ls_op_event *event,
                         struct ls_lengths *lengths, bool writes, uint8_t *at)
{
    struct ls_expr_value value;
    struct ls_cell *out = &event->cells[op->cell];
    if (ls_expr_eval(op->expr, event->cells, &value) != LS_EXPR_OK || value.is_null) {
        return run_null(op, out, writes, at);
    }
    if (!op->bounded) {
        keep_text(out, value.bytes, value.size);
        out->number = (int64_t)value.number;
    } else {
        ls_i128 number = value.number * op->factor;
        keep_number(out, (int64_t)(number < op->low    ? op->low
                                   : number > op->high ? op->high
                                                       : number));
    }
    return writes ? put_cell(op, out, lengths, at) : at;
}

static ALWAYS_INLINE uint8_t *run_expression(const struct ls_op *op, struct ls_op_event *event,
                                             struct ls_lengths *lengths, bool writes, uint8_t *at)
{
    int64_t number;
    if (!op->narrow) {
        return run_wide(op, event, lengths, writes, at);
    }
    if (!ls_expr_eval_narrow(op->expr, event->cells, &number)) {
        return run_null(op, &event->cells[op->cell], writes, at);
    }
    number *= (int64_t)op->factor;
    number = number < op->low ? op->low : number > op->high ? op->high : number;
    return run_number(op, number, &event->cells[op->cell], writes, at);
}

static ALWAYS_INLINE size_t chosen(const struct ls_op *op, uint64_t index)
{
    return ls_choose(&op->choices, ls_word(op->key, index, 0));
}

/* `writes`: its bytes; otherwise the value alone, with the text of an id at `at`. */
static ALWAYS_INLINE uint8_t *run(const struct ls_op *op, struct ls_op_event *event,
                                  struct ls_lengths *lengths, bool writes, uint8_t *at)
{
    struct ls_cell *out = &event->cells[op->cell];
    if (op->may_be_null &&
        ls_hit(ls_word(op->null_key, event->indices[op->back], 0), op->nullable_share)) {
        return run_null(op, out, writes, at);
    }
    const struct ls_op *source = op->source;
    uint64_t n = event->picks[op->pick];
    switch (op->kind) {
    case LS_OP_CONST:
        return run_word(op, op->words, 0, out, lengths, writes, at);
    case LS_OP_CHOICE:
        return run_word(op, op->words, chosen(op, event->indices[op->back]), out, lengths, writes,
                        at);
    case LS_OP_ATTRIBUTE_CHOICE: {
        size_t k = op->known_words ? op->known_words[n] : chosen(source, n);
        return run_word(op, op->words, k, out, lengths, writes, at);
    }
    case LS_OP_ATTRIBUTE: {
        int64_t number = op->known_numbers
                             ? op->known_numbers[n]
                             : ls_distribution_draw(&source->distribution, source->key, n);
        return run_number(op, number, out, writes, at);
    }
    case LS_OP_ENTITY_ID:
        return run_id(op, n, out, lengths, writes, at);
    case LS_OP_ID:
        return run_id(op, op->of_session ? event->session : event->indices[op->back], out, lengths,
                      writes, at);
    case LS_OP_NUMBER:
        return run_number(
            op, ls_distribution_draw(&op->distribution, op->key, event->indices[op->back]), out,
            writes, at);
    case LS_OP_EXPR:
        break;
    }
    return run_expression(op, event, lengths, writes, at);
}

/* ---- makers: an operation without what it does not need */

static uint8_t *make_any(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    return run(op, event, NULL, true, at);
}

static ALWAYS_INLINE uint8_t *put_piece(const struct ls_op *op, size_t k, uint8_t *at)
{
    const struct ls_piece *piece = &op->pieces[k];
    memcpy(at, piece->bytes, LS_PIECE_MAX);
    return at + piece->size;
}

static uint8_t *make_choice(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    return put_piece(op, chosen(op, event->indices[op->back]), at);
}

static uint8_t *make_choice_or_null(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    if (ls_hit(ls_word(op->null_key, event->indices[op->back], 0), op->nullable_share)) {
        *at = op->null_branch;
        return at + 1;
    }
    return put_piece(op, chosen(op, event->indices[op->back]), at);
}

static uint8_t *make_attribute_choice(const struct ls_op *op, struct ls_op_event *event,
                                      uint8_t *at)
{
    uint64_t n = event->picks[op->pick];
    return put_piece(op, op->known_words ? op->known_words[n] : chosen(op->source, n), at);
}

static uint8_t *make_id(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    size_t size;
    return put_id(&op->id, event->indices[op->back], put_branch(op, at), &size);
}

static uint8_t *make_entity_id(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    size_t size;
    return put_id(&op->id, event->picks[op->pick], put_branch(op, at), &size);
}

static uint8_t *make_number(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    int64_t number = ls_distribution_draw(&op->distribution, op->key, event->indices[op->back]);
    keep_number(&event->cells[op->cell], number);
    return ls_put_long(at, number);
}

static uint8_t *make_narrow(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    int64_t number;
    ls_expr_eval_narrow(op->expr, event->cells, &number);
    number *= (int64_t)op->factor;
    number = number < op->low ? op->low : number > op->high ? op->high : number;
    keep_number(&event->cells[op->cell], number);
    return ls_put_long(at, number);
}

static bool has_short_pieces(const struct ls_op *op)
{
    for (size_t k = 0; k < op->word_count; k++) {
        if (op->pieces[k].size > LS_PIECE_MAX) {
            return false;
        }
    }
    return true;
}

static ls_op_maker maker_of(const struct ls_op *op)
{
    switch (op->kind) {
    case LS_OP_CHOICE:
        return op->keeps || !has_short_pieces(op) ? make_any
               : op->may_be_null                  ? make_choice_or_null
                                                  : make_choice;
    case LS_OP_ATTRIBUTE_CHOICE:
        return op->keeps || op->may_be_null || !has_short_pieces(op) ? make_any
                                                                     : make_attribute_choice;
    case LS_OP_ENTITY_ID:
        return op->keeps || op->may_be_null ? make_any : make_entity_id;
    case LS_OP_ID:
        return op->keeps || op->may_be_null || op->of_session ? make_any : make_id;
    case LS_OP_NUMBER:
        return op->may_be_null || op->nullable || op->put != LS_PUT_LONG ? make_any : make_number;
    case LS_OP_EXPR:
        return !op->narrow || op->may_be_null || op->nullable || op->put != LS_PUT_LONG
                   ? make_any
                   : make_narrow;
    default:
        return make_any;
    }
}

void ls_op_finish(struct ls_op *op)
{
    op->make = maker_of(op);
}

uint8_t *ls_ops_run(const struct ls_ops *ops, struct ls_op_event *event, uint8_t *at)
{
    const struct ls_op *op = ops->items;
    uint8_t *text = event->texts;
    for (const struct ls_op *end = op + ops->hidden_count; op < end; op++) {
        text = run(op, event, NULL, false, text);
    }
    for (const struct ls_op *end = ops->items + ops->count; op < end; op++) {
        at = op->make(op, event, at);
    }
    return at;
}

uint8_t *ls_ops_run_with(const struct ls_ops *ops, struct ls_op_event *event,
                         const struct ls_override *override, struct ls_lengths *lengths,
                         uint8_t *at)
{
    const struct ls_op *op = ops->items;
    uint8_t *text = event->texts;
    for (const struct ls_op *end = op + ops->hidden_count; op < end; op++) {
        text = run(op, event, NULL, false, text);
    }
    for (const struct ls_op *end = ops->items + ops->count; op < end; op++) {
        if (override && override->cell == op->cell) {
            /* what is computed from it keeps its own value */
            text = run(op, event, NULL, false, text);
            at = put_cell(op, &override->value, lengths, at);
        } else {
            at = run(op, event, lengths, true, at);
        }
    }
    return at;
}

void ls_attribute_value(const struct ls_op *attribute, uint64_t n, uint8_t *text,
                        struct ls_cell *out)
{
    struct ls_cell *cells = out;
    switch (attribute->kind) {
    case LS_OP_CONST:
        *cells = attribute->words[0];
        break;
    case LS_OP_CHOICE:
        *cells = attribute->words[chosen(attribute, n)];
        break;
    case LS_OP_ID:
        keep_text(out, text, ls_id_write(&attribute->id, n, text));
        break;
    default:
        assert(attribute->kind == LS_OP_NUMBER);
        keep_number(out, ls_distribution_draw(&attribute->distribution, attribute->key, n));
        break;
    }
}
