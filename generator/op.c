#include "generator/op_internal.h"

#include "core/base/quotient.h"

#include <assert.h>
#include <string.h>

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

static uint8_t *put_number(const struct ls_op *op, int64_t number, uint8_t *at)
{
    switch (op->put) {
    case LS_PUT_BOOLEAN:
        return ls_put_boolean(at, number != 0);
    case LS_PUT_DECIMAL:
        return ls_put_decimal(at, number);
    case LS_PUT_FLOAT:
        return ls_put_u32(at, ls_quotient_32(number, op->scale));
    case LS_PUT_DOUBLE:
        return ls_put_u64(at, ls_quotient_64(number, op->scale));
    default:
        return ls_put_long(at, number);
    }
}

static uint8_t *put_cell(const struct ls_op *op, const struct ls_cell *cell,
                         struct ls_lengths *lengths, uint8_t *at)
{
    if (cell->is_null) {
        *at = op->null_branch;
        return at + 1;
    }
    at = put_branch(op, at);
    if (op->put == LS_PUT_TEXT) {
        note(lengths, at);
        return ls_put_bytes(at, cell->bytes, cell->size);
    }
    return put_number(op, cell->number, at);
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
    size_t size = 1 + (size_t)LS_AVRO_LONG_MAX + op->text_max; /* branch, number or length, text */
    for (size_t k = 0; op->parts && k < op->parts->count; k++) {
        size += ls_op_size_max(&op->parts->items[k]) +
                (op->parts->keys ? op->parts->keys[k].size : 0);
    }
    return size;
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
        ls_op_keep_number(out, number);
    }
    if (!writes) {
        return at;
    }
    at = put_branch(op, at);
    return op->put == LS_PUT_LONG ? ls_put_long(at, number) : put_number(op, number, at);
}

static ALWAYS_INLINE uint8_t *run_id(const struct ls_op *op, uint64_t n, struct ls_cell *out,
                                     struct ls_lengths *lengths, bool writes, uint8_t *at)
{
    if (!writes) {
        size_t size = ls_id_write(&op->id, n, at);
        ls_op_keep_text(out, at, size);
        return at + size;
    }
    size_t size;
    at = put_branch(op, at);
    note(lengths, at);
    at = ls_id_put(&op->id, n, at, &size);
    if (op->keeps) {
        ls_op_keep_text(out, at - size, size);
    }
    return at;
}

static ALWAYS_INLINE uint8_t *run_null(const struct ls_op *op, struct ls_cell *out, bool writes,
                                       uint8_t *at)
{
    if (op->keeps || !writes) {
        ls_op_keep_null(out);
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
        ls_op_keep_text(out, value.bytes, value.size);
        out->number = (int64_t)value.number;
    } else {
        ls_i128 number = value.number * op->factor;
        ls_op_keep_number(out, (int64_t)(number < op->low    ? op->low
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

/* ---- times, walks, episodes */

static __attribute__((noinline)) int64_t make_attribute(const struct ls_op *source, uint64_t n)
{
    return source->kind == LS_OP_SEQUENCE
               ? ls_op_sequence(source, n / source->owners)
               : ls_op_as_time(source, ls_distribution_draw(&source->distribution, source->key, n));
}

static ALWAYS_INLINE int64_t attribute_number(const struct ls_op *op, uint64_t n)
{
    return op->known_numbers ? op->known_numbers[n] : make_attribute(op->source, n);
}

static ALWAYS_INLINE int64_t clamp(const struct ls_op *op, int64_t number)
{
    return number < op->low ? op->low : number > op->high ? op->high : number;
}

static int64_t shifted(const struct ls_op *op, const struct ls_op_event *event, int64_t number)
{
    ls_i128 out = number;
    unsigned episode = event->episodes[op->back];
    for (size_t k = 0; episode && k < op->shift_count; k++) {
        if (op->shifts[k].episode == episode) {
            out = ls_op_shifted(&op->shifts[k], number, event->heights[op->back]);
        }
    }
    return out < op->low ? op->low : out > op->high ? op->high : (int64_t)out;
}

static ALWAYS_INLINE int64_t walk_at(const struct ls_op *op, const struct ls_op_event *event)
{
    uint64_t n = event->picks[op->pick];
    int64_t middle = op->source ? attribute_number(op, n) : op->first;
    int64_t number = ls_walk_at(op->walk, ls_mix(op->key + n), event->times[op->back], middle);
    return event->episodes[op->back] ? shifted(op, event, number) : clamp(op, number);
}

static ALWAYS_INLINE int64_t number_at(const struct ls_op *op, const struct ls_op_event *event)
{
    int64_t number = ls_distribution_draw(&op->distribution, op->key, event->indices[op->back]);
    number = op->time ? ls_op_as_time(op, number) : number;
    return op->shift_count ? shifted(op, event, number) : number;
}

/* `drawn` draws it: the operation itself, or the entity's. */
static uint8_t *run_drawn(const struct ls_op *op, const struct ls_op *drawn, uint64_t index,
                          struct ls_cell *out, struct ls_lengths *lengths, bool writes, uint8_t *at)
{
    uint8_t text[LS_OP_TEXT_MAX + 1]; /* and a space */
    size_t size = ls_op_draw_text(drawn, index, text);
    if (writes) {
        at = put_branch(op, at);
        note(lengths, at);
        at = ls_put_long(at, (int64_t)size);
    }
    memcpy(at, text, size);
    if (op->keeps || !writes) {
        ls_op_keep_text(out, at, size);
    }
    return at + size;
}

/* Whatever an entity's operation gives. */
static uint8_t *run_derived(const struct ls_op *op, uint64_t n, struct ls_cell *out,
                            struct ls_lengths *lengths, bool writes, uint8_t *at)
{
    uint8_t text[LS_OP_TEXT_MAX + LS_OP_SPOILT];
    struct ls_cell value;
    ls_attribute_value(op->source, n, text, &value);
    if (writes) {
        at = put_cell(op, &value, lengths, at);
    } else if (value.bytes) {
        memcpy(at, value.bytes, value.size);
        at += value.size;
    }
    if (op->keeps || !writes) {
        value.bytes = value.bytes ? at - value.size : NULL; /* the text's own place */
        *out = value;
    }
    return at;
}

static uint8_t *run_nested(const struct ls_op *op, struct ls_op_event *event, bool writes,
                           uint8_t *at)
{
    if (!writes) { /* nothing names it */
        ls_op_keep_null(&event->cells[op->cell]);
        return at;
    }
    at = put_branch(op, at);
    return op->kind == LS_OP_ARRAY ? ls_op_put_array(op, event, at) : ls_op_put_map(op, event, at);
}

/* Which word another cell decides the weights for: that of its own choice. */
static size_t case_of(const struct ls_op *op, const struct ls_op_event *event)
{
    const struct ls_cell *other = &event->cells[op->by];
    uint64_t k = (uint64_t)other->number;
    size_t which = other->is_null || k >= op->case_count ? op->case_count : (size_t)k;
    return ls_choose(&op->cases[which], ls_word(op->key, event->indices[op->back], 0));
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
        return run_word(op, op->words, ls_op_chosen(op, event->indices[op->back]), out, lengths,
                        writes, at);
    case LS_OP_ATTRIBUTE_CHOICE: {
        size_t k = op->known_words ? op->known_words[n] : ls_op_chosen(source, n);
        return run_word(op, op->words, k, out, lengths, writes, at);
    }
    case LS_OP_ATTRIBUTE:
        return run_number(op, attribute_number(op, n), out, writes, at);
    case LS_OP_ATTRIBUTE_MEMBER:
        return run_id(op, ls_op_member(source, n), out, lengths, writes, at);
    case LS_OP_ATTRIBUTE_DRAWN:
        return run_drawn(op, source, n, out, lengths, writes, at);
    case LS_OP_ATTRIBUTE_DERIVED:
        return run_derived(op, n, out, lengths, writes, at);
    case LS_OP_ENTITY_ID:
        return run_id(op, n, out, lengths, writes, at);
    case LS_OP_ID:
        return run_id(op, op->of_session ? event->session : event->indices[op->back], out, lengths,
                      writes, at);
    case LS_OP_NUMBER:
        return run_number(op, number_at(op, event), out, writes, at);
    case LS_OP_SEQUENCE:
        return run_number(op, ls_op_sequence(op, event->indices[op->back]), out, writes, at);
    case LS_OP_WALK:
        return run_number(op, walk_at(op, event), out, writes, at);
    case LS_OP_EVENT_TIME:
        return run_number(op, event->times[op->back], out, writes, at);
    case LS_OP_CHOICE_BY:
        return run_word(op, op->words, case_of(op, event), out, lengths, writes, at);
    case LS_OP_MEMBER:
        return run_id(op, ls_op_member(op, event->indices[op->back]), out, lengths, writes, at);
    case LS_OP_PATTERN:
    case LS_OP_WORDS:
    case LS_OP_UUID:
        return run_drawn(op, op, event->indices[op->back], out, lengths, writes, at);
    case LS_OP_ARRAY:
    case LS_OP_MAP:
        return run_nested(op, event, writes, at);
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

static uint8_t *make_choice_of_four(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    uint64_t word = ls_word(op->key, event->indices[op->back], 0);
    return put_piece(op, ls_choose_of_four(&op->choices, word), at);
}

static uint8_t *make_choice(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    return put_piece(op, ls_op_chosen(op, event->indices[op->back]), at);
}

static uint8_t *make_choice_or_null(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    if (ls_hit(ls_word(op->null_key, event->indices[op->back], 0), op->nullable_share)) {
        *at = op->null_branch;
        return at + 1;
    }
    uint64_t word = ls_word(op->key, event->indices[op->back], 0);
    return put_piece(op,
                     op->choices.count <= 4 ? ls_choose_of_four(&op->choices, word)
                                            : ls_choose(&op->choices, word),
                     at);
}

static uint8_t *make_attribute_choice(const struct ls_op *op, struct ls_op_event *event,
                                      uint8_t *at)
{
    uint64_t n = event->picks[op->pick];
    const struct ls_op *source = op->source;
    size_t k = op->known_words ? op->known_words[n]
               : source->choices.count > 4
                   ? ls_op_chosen(source, n)
                   : ls_choose_of_four(&source->choices, ls_word(source->key, n, 0));
    return put_piece(op, k, at);
}

static uint8_t *make_id(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    size_t size;
    return ls_id_put(&op->id, event->indices[op->back], put_branch(op, at), &size);
}

static uint8_t *make_entity_id(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    size_t size;
    return ls_id_put(&op->id, event->picks[op->pick], put_branch(op, at), &size);
}

static uint8_t *make_number(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    int64_t number = number_at(op, event);
    ls_op_keep_number(&event->cells[op->cell], number);
    return ls_put_long(put_branch(op, at), number);
}

static uint8_t *make_walk(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    int64_t number = walk_at(op, event);
    ls_op_keep_number(&event->cells[op->cell], number);
    return ls_put_long(put_branch(op, at), number);
}

static uint8_t *make_known(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    int64_t number = op->known_numbers[event->picks[op->pick]];
    ls_op_keep_number(&event->cells[op->cell], number);
    return ls_put_long(put_branch(op, at), number);
}

static uint8_t *make_narrow(const struct ls_op *op, struct ls_op_event *event, uint8_t *at)
{
    int64_t number;
    ls_expr_eval_narrow(op->expr, event->cells, &number);
    number *= (int64_t)op->factor;
    number = number < op->low ? op->low : number > op->high ? op->high : number;
    ls_op_keep_number(&event->cells[op->cell], number);
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
               : op->choices.count <= 4           ? make_choice_of_four
                                                  : make_choice;
    case LS_OP_ATTRIBUTE_CHOICE:
        return op->keeps || op->may_be_null || !has_short_pieces(op) ? make_any
                                                                     : make_attribute_choice;
    case LS_OP_ENTITY_ID:
        return op->keeps || op->may_be_null ? make_any : make_entity_id;
    case LS_OP_ID:
        return op->keeps || op->may_be_null || op->of_session ? make_any : make_id;
    case LS_OP_NUMBER:
        return op->may_be_null || op->put != LS_PUT_LONG ? make_any : make_number;
    case LS_OP_WALK:
        return op->may_be_null || op->put != LS_PUT_LONG ? make_any : make_walk;
    case LS_OP_ATTRIBUTE:
        return op->may_be_null || op->put != LS_PUT_LONG || !op->known_numbers ? make_any
                                                                               : make_known;
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
