#include "generator/plan.h"

#include <string.h>

size_t ls_id_write(const struct ls_id_template *t, uint64_t n, uint8_t *out)
{
    uint8_t digits[24];
    size_t count = 0;
    do {
        digits[count++] = (uint8_t)('0' + n % 10);
        n /= 10;
    } while (n);
    uint8_t *at = out;
    memcpy(at, t->before, t->before_size);
    at += t->before_size;
    for (size_t pad = count; pad < t->width; pad++) {
        *at++ = '0';
    }
    while (count) {
        *at++ = digits[--count];
    }
    memcpy(at, t->behind, t->behind_size);
    return (size_t)(at - out) + t->behind_size;
}

static struct ls_cell expression_value(const struct ls_op *op, const struct ls_cell *cells)
{
    struct ls_expr_value value;
    if (ls_expr_eval(op->expr, cells, &value) != LS_EXPR_OK || value.is_null) {
        return (struct ls_cell){
            .is_null = true}; /* bounds were proved: only a null operand comes here */
    }
    if (!op->bounded) {
        return (struct ls_cell){
            .number = (int64_t)value.number, .bytes = value.bytes, .size = value.size};
    }
    ls_i128 number = value.number * op->factor;
    return (struct ls_cell){.number = (int64_t)(number < op->low    ? op->low
                                                : number > op->high ? op->high
                                                                    : number)};
}

static struct ls_cell id_cell(const struct ls_id_template *id, uint64_t n, uint8_t *text)
{
    return (struct ls_cell){.bytes = text, .size = (uint32_t)ls_id_write(id, n, text)};
}

struct ls_cell ls_attribute_value(const struct ls_plan_entity *entity, size_t attribute, uint64_t n,
                                  uint8_t *text)
{
    if (entity->tables[attribute]) {
        return entity->tables[attribute][n];
    }
    struct ls_cell cell;
    struct ls_op op = entity->attributes[attribute];
    op.cell = 0;
    ls_op_run(&op, NULL, NULL, n, &cell, text);
    return cell;
}

void ls_op_run(const struct ls_op *op, const struct ls_plan_type *type, const uint64_t *picks,
               uint64_t index, struct ls_cell *cells, uint8_t *text)
{
    struct ls_cell *out = &cells[op->cell];
    if (op->may_be_null && ls_hit(ls_word(op->null_key, index, 0), op->nullable)) {
        *out = (struct ls_cell){.is_null = true};
        return;
    }
    switch (op->kind) {
    case LS_OP_CONST:
        *out = op->words[0];
        break;
    case LS_OP_ID:
        *out = id_cell(&op->id, index, text);
        break;
    case LS_OP_NUMBER:
        *out = (struct ls_cell){.number = ls_distribution_draw(&op->distribution, op->key, index)};
        break;
    case LS_OP_CHOICE:
        *out = op->words[ls_choose(op->sums, op->word_count, ls_word(op->key, index, 0))];
        break;
    case LS_OP_ENTITY_ID:
        *out = id_cell(&type->picks[op->pick]->id, picks[op->pick], text);
        break;
    case LS_OP_ATTRIBUTE:
        *out = ls_attribute_value(type->picks[op->pick], op->attribute, picks[op->pick], text);
        break;
    case LS_OP_EXPR:
        *out = expression_value(op, cells);
        break;
    }
}
