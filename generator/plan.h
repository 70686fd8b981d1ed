/* The compiled spec: flat operations with their keys, tables and bounds, ready to make any event
 * from its index. Immutable; shared by threads. */
#ifndef LS_GENERATOR_PLAN_H
#define LS_GENERATOR_PLAN_H

#include "core/expr/expr.h"
#include "generator/arrival.h"
#include "generator/distribution.h"

#define LS_ID_TEXT_MAX      128 /* bytes of one id made from a template */
#define LS_ID_DIGITS_MAX    20
#define LS_RANGE_BEYOND_MAX 1000
#define LS_PLAN_PICKS_MAX   8   /* entities that one event type uses */
#define LS_PLAN_CELLS_MAX   160 /* columns and hidden attributes of one event type */

/* An id template: before, the number padded to a width, behind. */
struct ls_id_template {
    const char *before;
    size_t before_size;
    unsigned width;
    const char *behind;
    size_t behind_size;
};

/* Writes the id into out[LS_ID_TEXT_MAX]; returns its size. */
size_t ls_id_write(const struct ls_id_template *t, uint64_t n, uint8_t *out);

enum ls_op_kind {
    LS_OP_CONST,
    LS_OP_ID,
    LS_OP_NUMBER, /* a distribution */
    LS_OP_CHOICE,
    LS_OP_ENTITY_ID,
    LS_OP_ATTRIBUTE,
    LS_OP_EXPR
};

/* Makes one cell. */
struct ls_op {
    enum ls_op_kind kind;
    enum ls_field_type type;
    uint16_t cell; /* where the value goes */
    bool may_be_null;
    struct ls_ratio nullable;
    uint64_t key; /* the stream of its draws */
    uint64_t null_key;
    struct ls_distribution distribution;
    size_t word_count;     /* choice */
    const uint64_t *sums;  /* choice: cumulative weights */
    struct ls_cell *words; /* choice: a cell for each; const: one */
    struct ls_id_template id;
    uint16_t pick;      /* entity id, attribute: which of the type's picks */
    uint16_t attribute; /* attribute: which of the entity's */
    const struct ls_expr *expr;
    ls_i128 factor;    /* expr: to the field's scale */
    int64_t low, high; /* numbers: every value lies in these bounds */
    bool bounded;
    size_t text_max; /* bytes of a text: no value has more */
};

/* The values of an attribute for a small population, by entity number; both NULL where they are
 * made each time. Narrow, so that they stay in a cache. */
struct ls_attribute_table {
    const uint16_t *choices; /* indices into the operation's words */
    const int64_t *numbers;
};

struct ls_plan_entity {
    const struct ls_spec_entity *spec;
    uint64_t count;
    struct ls_zipf *zipf; /* NULL: uniform */
    uint64_t pick_key;
    struct ls_id_template id;
    size_t attribute_count;
    struct ls_op *attributes;
    struct ls_attribute_table *tables; /* of each attribute */
};

/* How a column is written. */
struct ls_put {
    enum ls_put_kind { LS_PUT_LONG, LS_PUT_BOOLEAN, LS_PUT_TEXT } kind;
    bool nullable;
    uint8_t null_branch, value_branch; /* as encoded */
};

struct ls_plan_type {
    const struct ls_spec_event_type *spec;
    size_t pick_count;
    const struct ls_plan_entity
        *picks[LS_PLAN_PICKS_MAX]; /* the first is what the event is about */
    size_t op_count;
    struct ls_op *ops;   /* hidden attributes first, then the payload's columns, in order */
    size_t column_count; /* of the layout */
    struct ls_put *puts, *puts_end; /* of each column from LS_COLUMN_PAYLOAD on */
    uint8_t *constant;              /* encoded: source and schema version */
    size_t constant_size;
    int range_column;              /* fault out_of_range: the column, or -1 */
    int64_t range_low, range_high; /* what the check allows; values outside are drawn next to it,
                                      up to LS_RANGE_BEYOND_MAX away */
    bool range_has_low, range_has_high;
    int missing_column;    /* or -1 */
    int conflict_column;   /* or -1 */
    int64_t conflict_high; /* the value may be raised up to this */
};

struct ls_plan_delay {
    bool present;
    struct ls_distribution distribution;
    uint64_t key;
};

/* Rates of part 0 never hit. */
struct ls_plan_fault {
    struct ls_ratio rate;
    uint64_t key;
};

struct ls_plan {
    const struct ls_spec *spec; /* borrowed */
    uint64_t seed;
    struct ls_arrival arrival;
    size_t entity_count;
    struct ls_plan_entity *entities;
    size_t type_count;
    struct ls_plan_type *types;
    uint64_t *type_sums;
    uint64_t type_key, event_id_key;
    uint32_t partitions;
    struct ls_plan_delay delay, late_delay;
    struct ls_plan_fault late, truncated, corrupt, out_of_range, missing, clock_ahead, jitter;
    int64_t clock_ahead_ms, jitter_max_ms;
    uint64_t block;                 /* slots of which one is a copy's; 0: no copies */
    struct ls_ratio conflict_share; /* of the copies */
    uint64_t copy_key, copy_kind_key;
    struct ls_plan_delay gap;
    uint64_t range_value_key, corrupt_place_key, truncated_place_key;
    struct ls_arena arena;
};

/* Compiles a spec for generating. What contract G7 wants proved and can't be is a problem (LS22xx)
 * in `report`, with LS_E_DATA. Free with ls_plan_free; the spec must outlive the plan. */
int ls_plan_new(const struct ls_spec *spec, struct ls_plan **out, struct ls_buf *report,
                struct ls_error *err);
void ls_plan_free(struct ls_plan *plan);

/* All values of an event: cells[op->cell] for each operation of its type, from the entities that
 * were picked (their numbers). texts[op->cell] has LS_ID_TEXT_MAX bytes for an id. */
void ls_ops_run(const struct ls_plan_type *type, const uint64_t *picks, uint64_t index,
                struct ls_cell *cells, uint8_t (*texts)[LS_ID_TEXT_MAX]);

/* One of them. `type` and `picks` may be NULL for an attribute's operation. */
void ls_op_run(const struct ls_op *op, const struct ls_plan_type *type, const uint64_t *picks,
               uint64_t index, struct ls_cell *cells, uint8_t *text);

/* The value of an attribute of entity number n. */
void ls_attribute_value(const struct ls_plan_entity *entity, size_t attribute, uint64_t n,
                        uint8_t *text, struct ls_cell *out);

/* Which entity event `index` is about. */
static inline uint64_t ls_entity_pick(const struct ls_plan_entity *entity, uint64_t index)
{
    return entity->zipf ? ls_zipf_draw(entity->zipf, entity->pick_key, index) - 1
                        : ls_below(ls_word(entity->pick_key, index, 0), entity->count);
}

/* The smallest k with word-as-a-share below sums[k] / sums[count - 1]: halves and then a count,
 * none of which branches on the word. */
static inline size_t ls_choose(const uint64_t *sums, size_t count, uint64_t word)
{
    uint64_t x = ls_below(word, sums[count - 1]);
    const uint64_t *from = sums;
    for (; count > 8; count -= count / 2) {
        from += x >= from[count / 2 - 1] ? count / 2 : 0;
    }
    size_t k = (size_t)(from - sums);
    for (size_t j = 0; j < count; j++) {
        k += x >= from[j];
    }
    return k;
}

#endif
