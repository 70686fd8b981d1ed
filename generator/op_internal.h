/* Shared by what makes values of events and what makes those of entities. */
#ifndef LS_GENERATOR_OP_INTERNAL_H
#define LS_GENERATOR_OP_INTERNAL_H

#include "generator/op.h"

#define ALWAYS_INLINE __attribute__((always_inline)) inline

/* ---- cells */

/* Cells are written member by member: a cell that is built elsewhere and copied would be read back
 * before it is stored. */
static ALWAYS_INLINE void ls_op_keep_number(struct ls_cell *out, int64_t number)
{
    out->number = number;
    out->bytes = NULL;
    out->size = 0;
    out->is_null = false;
}

static ALWAYS_INLINE void ls_op_keep_null(struct ls_cell *out)
{
    ls_op_keep_number(out, 0);
    out->is_null = true;
}

static ALWAYS_INLINE void ls_op_keep_text(struct ls_cell *out, const uint8_t *bytes, size_t size)
{
    out->number = 0;
    out->bytes = bytes;
    out->size = (uint32_t)size;
    out->is_null = false;
}

static inline int64_t ls_op_as_time(const struct ls_op *op, int64_t number)
{
    if (!op->time) {
        return number;
    }
    return ls_floor_div(number + op->time->origin_ms, op->time->unit_ms);
}

static inline int64_t ls_op_sequence(const struct ls_op *op, uint64_t index)
{
    ls_i128 number = op->first + (ls_i128)op->step * (ls_i128)index;
    number = number < INT64_MIN / 4 ? INT64_MIN / 4 : number;
    number = number > INT64_MAX / 4 ? INT64_MAX / 4 : number;
    int64_t made = ls_op_as_time(op, (int64_t)number);
    return made < op->low ? op->low : made > op->high ? op->high : made;
}

static ALWAYS_INLINE size_t ls_op_chosen(const struct ls_op *op, uint64_t index)
{
    return ls_choose(&op->choices, ls_word(op->key, index, 0));
}

static inline uint64_t ls_op_member(const struct ls_op *op, uint64_t index)
{
    return ls_below(ls_word(op->key, index, 0), (uint64_t)op->most);
}

#endif
