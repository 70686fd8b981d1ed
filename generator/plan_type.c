/* From an event type of the spec, in one version, to its operations and their bytes. */
#include "core/avro/frame.h"
#include "generator/plan_internal.h"

#include <stdio.h>
#include <string.h>

static enum ls_put put_of(const struct ls_node *node)
{
    switch (node->type) {
    case LS_AVRO_STRING:
        return LS_PUT_TEXT;
    case LS_AVRO_BYTES:
        return node->logical ? LS_PUT_DECIMAL : LS_PUT_TEXT;
    case LS_AVRO_BOOLEAN:
        return LS_PUT_BOOLEAN;
    case LS_AVRO_FLOAT:
        return LS_PUT_FLOAT;
    case LS_AVRO_DOUBLE:
        return LS_PUT_DOUBLE;
    default: /* int, long, enum */
        return LS_PUT_LONG;
    }
}

/* How an operation's value is written, which its column says; the pieces of what is written again
 * and again. */
static bool plan_put(struct planner *p, const struct ls_node *node, struct ls_op *op)
{
    op->put = put_of(node);
    for (size_t k = 0; op->parts && k < op->parts->count; k++) {
        if (!plan_put(p, node->children[0], &op->parts->items[k])) {
            return false;
        }
        ls_op_finish(&op->parts->items[k]);
    }
    if (op->words) {
        struct ls_piece *pieces = ls_plan_alloc(p, op->word_count, sizeof *pieces);
        if (!pieces) {
            return false;
        }
        ls_pieces_make(op, pieces);
        op->pieces = pieces;
    }
    return true;
}

static bool plan_bytes(struct planner *p, const struct ls_plan_type *type, struct ls_op *op)
{
    const struct ls_column *column = &type->version->layout->columns[op->cell];
    op->nullable = column->nullable;
    op->null_branch = (uint8_t)(2 * column->null_branch);
    op->value_branch = (uint8_t)(2 * !column->null_branch);
    return plan_put(p, column->node, op);
}

static void keep(void *context, unsigned slot)
{
    const struct ls_ops *ops = context;
    for (size_t k = 0; k < ops->count; k++) {
        ops->items[k].keeps = ops->items[k].keeps || ops->items[k].cell == slot;
    }
}

static bool plan_constant(struct planner *p, struct ls_plan_type *type)
{
    size_t domain_size = strlen(p->spec->domain);
    type->head = ls_plan_alloc(p, 1, LS_OP_SPOILT);
    type->constant = ls_plan_alloc(p, 1, domain_size + LS_OP_SPOILT);
    if (!type->head || !type->constant) {
        return false;
    }
    *ls_put_single_object(type->head, type->version->schema->crc64) = 2 * LS_EVENT_ID_SIZE;
    uint8_t *at = ls_put_bytes(type->constant, p->spec->domain, domain_size);
    at = ls_put_long(at, type->version->number);
    type->constant_size = (size_t)(at - type->constant);
    return true;
}

/* Texts that are kept while an event is made: of hidden values, and of the column whose own value
 * a fault puts another in place of. */
static bool fit_texts(struct planner *p, const struct ls_plan_type *type)
{
    size_t hidden = 0;
    size_t replaced = 0;
    for (size_t k = 0; k < type->ops.count; k++) {
        const struct ls_op *op = &type->ops.items[k];
        bool drawn = !op->words || op->kind == LS_OP_WORDS; /* others stay where they are */
        size_t size = drawn ? op->text_max : 0;
        if (k < type->ops.hidden_count) {
            hidden += size;
        } else if (op->cell == type->missing_column || op->cell == type->unknown_column) {
            replaced = size > replaced ? size : replaced;
        }
    }
    if (hidden + replaced > LS_PLAN_TEXTS_MAX) {
        PROBLEM(p, "LS2010", type->spec->where, "shorten them, or name fewer in expressions",
                "the texts that an event type takes from entities and earlier events have %zu "
                "bytes, at most %zu",
                hidden, LS_PLAN_TEXTS_MAX - replaced);
        return false;
    }
    return true;
}

/* What all operations together need. */
static bool finish_type(struct planner *p, struct ls_plan_type *type)
{
    type->value_max = LS_SINGLE_OBJECT_SIZE + (size_t)LS_COLUMN_PAYLOAD * LS_AVRO_LONG_MAX +
                      LS_EVENT_ID_SIZE + LS_ID_TEXT_MAX + strlen(p->spec->domain) + LS_OP_SPOILT;
    for (size_t k = 0; k < type->ops.count; k++) {
        struct ls_op *op = &type->ops.items[k];
        if (op->expr) {
            ls_expr_slots(op->expr, keep, &type->ops);
        }
        if (op->kind == LS_OP_CHOICE_BY) {
            keep(&type->ops, op->by);
        }
        if (k >= type->ops.hidden_count) {
            if (!plan_bytes(p, type, op)) {
                return false;
            }
            type->value_max += ls_op_size_max(op);
            op->keeps = op->keeps || op->cell == type->conflict_column;
        }
        type->looks_back = type->looks_back || op->back || op->of_session;
    }
    for (size_t k = type->ops.hidden_count; k < type->ops.count; k++) {
        ls_op_finish(&type->ops.items[k]);
    }
    return fit_texts(p, type);
}

/* What an earlier event's field may be, by a share of its own or by what it is computed from. */
static void check_null(struct planner *p, const struct ls_spec_field *field, const struct ls_op *op)
{
    const struct ls_source_text *source = field->source.settings;
    if (field->source.member == &ls_member_ref && !field->is_nullable && ls_plan_op_nullable(op)) {
        PROBLEM(p, "LS2011", source->where, "make the field nullable: `null: never`",
                "`%s` is null now and then", source->text);
    }
}

bool ls_plan_type(struct planner *p, const struct ls_spec_event_type *spec,
                  const struct ls_spec_version *version, struct ls_plan_type *out)
{
    *out = (struct ls_plan_type){
        .spec = spec, .version = version, .column_count = version->layout->count};
    out->ops.items = ls_plan_alloc(p, LS_PLAN_CELLS_MAX, sizeof *out->ops.items);
    if (!out->ops.items || !plan_constant(p, out)) {
        return false;
    }
    for (size_t e = 0; e < p->plan->entity_count; e++) {
        if (p->plan->entities[e].spec == spec->entity_type) {
            out->picks[out->pick_count++] = (struct ls_plan_pick){&p->plan->entities[e], 0};
        }
    }
    bool sound = true;
    for (size_t i = 0; i < version->field_count; i++) {
        char path[512];
        struct ls_op op = {.cell = (uint16_t)(LS_COLUMN_PAYLOAD + i)};
        snprintf(path, sizeof path, "event_types.%s.%s", spec->name, version->fields[i]->name);
        bool made = ls_plan_op(p, version->fields[i], path, out, 0, 0, &op);
        sound = sound && made;
        if (made) {
            check_null(p, version->fields[i], &op);
        }
        out->ops.items[out->ops.count++] = op; /* a wrong one too: expressions below may name it */
    }
    ls_plan_fault_columns(p, out);
    return sound && finish_type(p, out);
}
