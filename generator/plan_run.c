#include "core/avro/encode.h"
#include "generator/plan.h"

/* Eight decimal digits of n < 10^8 as text, the first in the lowest byte: halves, quarters, digits,
 * each step for all of them at once. */
static uint64_t digits_8(uint32_t n)
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
static void put_digits(uint8_t *at, uint64_t n, unsigned count)
{
    if (count <= 8) {
        ls_put_u64(at, digits_8((uint32_t)n) >> 8 * (8 - count));
        return;
    }
    ls_put_u64(at, digits_8((uint32_t)(n / 100000000)) >> 8 * (16 - count));
    ls_put_u64(at + count - 8, digits_8((uint32_t)(n % 100000000)));
}

size_t ls_id_write(const struct ls_id_template *t, uint64_t n, uint8_t *out)
{
    ls_copy_short(out, (const uint8_t *)t->before, t->before_size);
    uint8_t *at = out + t->before_size;
    unsigned count = t->width ? t->width : 1;
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

/* Cells are written member by member: a cell that is built elsewhere and copied would be read back
 * before it is stored. */
static void set_number(struct ls_cell *out, int64_t number)
{
    out->number = number;
    out->bytes = NULL;
    out->size = 0;
    out->is_null = false;
}

static void set_null(struct ls_cell *out)
{
    set_number(out, 0);
    out->is_null = true;
}

static void set_text(struct ls_cell *out, const uint8_t *bytes, size_t size)
{
    out->number = 0;
    out->bytes = bytes;
    out->size = (uint32_t)size;
    out->is_null = false;
}

static void run_expression(const struct ls_op *op, const struct ls_cell *cells, struct ls_cell *out)
{
    struct ls_expr_value value;
    if (ls_expr_eval(op->expr, cells, &value) != LS_EXPR_OK || value.is_null) {
        set_null(out); /* bounds were proved: only a null operand comes here */
    } else if (!op->bounded) {
        set_text(out, value.bytes, value.size);
        out->number = (int64_t)value.number;
    } else {
        ls_i128 number = value.number * op->factor;
        set_number(out, (int64_t)(number < op->low    ? op->low
                                  : number > op->high ? op->high
                                                      : number));
    }
}

/* Inlined into both its callers: one operation alone, and all of an event. */
static inline __attribute__((always_inline)) void run(const struct ls_op *op,
                                                      const struct ls_plan_type *type,
                                                      const uint64_t *picks, uint64_t index,
                                                      struct ls_cell *cells, uint8_t *text)
{
    struct ls_cell *out = &cells[op->cell];
    if (op->may_be_null && ls_hit(ls_word(op->null_key, index, 0), op->nullable)) {
        set_null(out);
        return;
    }
    switch (op->kind) {
    case LS_OP_CONST:
        *out = op->words[0];
        break;
    case LS_OP_ID:
        set_text(out, text, ls_id_write(&op->id, index, text));
        break;
    case LS_OP_NUMBER:
        set_number(out, ls_distribution_draw(&op->distribution, op->key, index));
        break;
    case LS_OP_CHOICE:
        *out = op->words[ls_choose(op->sums, op->word_count, ls_word(op->key, index, 0))];
        break;
    case LS_OP_ENTITY_ID:
        set_text(out, text, ls_id_write(&type->picks[op->pick]->id, picks[op->pick], text));
        break;
    case LS_OP_ATTRIBUTE:
        ls_attribute_value(type->picks[op->pick], op->attribute, picks[op->pick], text, out);
        break;
    case LS_OP_EXPR:
        run_expression(op, cells, out);
        break;
    }
}

void ls_op_run(const struct ls_op *op, const struct ls_plan_type *type, const uint64_t *picks,
               uint64_t index, struct ls_cell *cells, uint8_t *text)
{
    run(op, type, picks, index, cells, text);
}

void ls_ops_run(const struct ls_plan_type *type, const uint64_t *picks, uint64_t index,
                struct ls_cell *cells, uint8_t (*texts)[LS_ID_TEXT_MAX])
{
    const struct ls_op *end = type->ops + type->op_count;
    for (const struct ls_op *op = type->ops; op < end; op++) {
        run(op, type, picks, index, cells, texts[op->cell]);
    }
}

void ls_attribute_value(const struct ls_plan_entity *entity, size_t attribute, uint64_t n,
                        uint8_t *text, struct ls_cell *out)
{
    const struct ls_attribute_table *table = &entity->tables[attribute];
    const struct ls_op *op = &entity->attributes[attribute];
    if (table->choices) {
        *out = op->words[table->choices[n]];
    } else if (table->numbers) {
        set_number(out, table->numbers[n]);
    } else {
        ls_op_run(op, NULL, NULL, n, out, text); /* its cell is 0 */
    }
}
