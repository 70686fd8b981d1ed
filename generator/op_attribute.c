/* Values of entities, by their numbers. */
#include "generator/op_internal.h"

#include <assert.h>

/* Bounds were proved, and no attribute is null. */
static void compute_attribute(const struct ls_op *attribute, uint64_t n, struct ls_cell *out)
{
    struct ls_cell cells[LS_OP_INPUTS_MAX];
    struct ls_expr_value value;
    for (size_t i = 0; i < attribute->input_count; i++) {
        const struct ls_op_input *input = &attribute->inputs[i];
        ls_attribute_value(input->op, input->of_owner ? n % attribute->owners : n, NULL, &cells[i]);
    }
    ls_expr_eval(attribute->expr, cells, &value);
    if (attribute->bounded) {
        value.number *= attribute->factor;
        value.number = value.number < attribute->low ? attribute->low : value.number;
        value.number = value.number > attribute->high ? attribute->high : value.number;
    }
    *out = (struct ls_cell){.number = (int64_t)value.number, .bytes = value.bytes};
    out->size = value.size;
}

void ls_attribute_value(const struct ls_op *attribute, uint64_t n, uint8_t *text,
                        struct ls_cell *out)
{
    struct ls_cell *cells = out;
    uint64_t owner = n % attribute->owners;
    switch (attribute->kind) {
    case LS_OP_CONST:
        *cells = attribute->words[0];
        break;
    case LS_OP_CHOICE:
        *cells = attribute->words[ls_op_chosen(attribute, n)];
        break;
    case LS_OP_EXPR:
        compute_attribute(attribute, n, out);
        break;
    case LS_OP_ENTITY_ID:
        ls_op_keep_text(out, text, ls_id_write(&attribute->id, owner, text));
        break;
    case LS_OP_ATTRIBUTE:
    case LS_OP_ATTRIBUTE_CHOICE:
    case LS_OP_ATTRIBUTE_DRAWN:
    case LS_OP_ATTRIBUTE_MEMBER:
    case LS_OP_ATTRIBUTE_DERIVED:
        ls_attribute_value(attribute->source, owner, text, out);
        break;
    case LS_OP_ID:
        ls_op_keep_text(out, text, ls_id_write(&attribute->id, n, text));
        break;
    case LS_OP_MEMBER:
        ls_op_keep_text(out, text, ls_id_write(&attribute->id, ls_op_member(attribute, n), text));
        break;
    case LS_OP_SEQUENCE:
        ls_op_keep_number(out, ls_op_sequence(attribute, n / attribute->owners));
        break;
    case LS_OP_PATTERN:
    case LS_OP_WORDS:
    case LS_OP_UUID:
        ls_op_keep_text(out, text, ls_op_draw_text(attribute, n, text));
        break;
    default:
        assert(attribute->kind == LS_OP_NUMBER);
        ls_op_keep_number(
            out, ls_op_as_time(attribute,
                               ls_distribution_draw(&attribute->distribution, attribute->key, n)));
        break;
    }
}
