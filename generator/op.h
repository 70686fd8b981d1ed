/* One operation makes one value of an event: draws or computes it, writes its Avro bytes, and keeps
 * it in a cell where an expression or a fault will read it.
 *
 * Hidden operations (values of entities that expressions name) are run like any other, into bytes
 * that nobody looks at. */
#ifndef LS_GENERATOR_OP_H
#define LS_GENERATOR_OP_H

#include "core/avro/encode.h"
#include "core/expr/expr.h"
#include "generator/distribution.h"

#define LS_ID_TEXT_MAX    128 /* bytes of one id made from a template */
#define LS_ID_DIGITS_MAX  20
#define LS_PLAN_PICKS_MAX 16    /* entities that one event type uses */
#define LS_PLAN_CELLS_MAX 160   /* columns and hidden values of one event type */
#define LS_PLAN_TEXTS_MAX 16384 /* bytes of the ids among hidden values */
#define LS_OP_SPOILT      32    /* bytes behind a value that making it may overwrite */

/* An id template: before, the number padded to a width, behind. Made by ls_id_template_of. */
#define LS_ID_HEAD_MAX 16
struct ls_id_template {
    const char *before;
    size_t before_size;
    unsigned width; /* at least 1 */
    const char *behind;
    size_t behind_size;
    /* numbers below `limit` have as many digits as the width says, and nothing behind them: the
     * head, which is their length as encoded and what is before, and the digits are all */
    uint64_t limit;
    uint8_t head[LS_ID_HEAD_MAX];
    size_t head_size;
};

struct ls_id_template ls_id_template_of(const char *before, size_t before_size, unsigned width,
                                        const char *behind, size_t behind_size);

/* Bytes of the longest id. */
static inline size_t ls_id_text_max(const struct ls_id_template *t)
{
    return t->before_size + (t->width > LS_ID_DIGITS_MAX ? t->width : LS_ID_DIGITS_MAX) +
           t->behind_size;
}

/* Writes the id, of at most LS_ID_TEXT_MAX bytes; LS_OP_SPOILT more may be spoilt. Returns its
 * size. */
size_t ls_id_write(const struct ls_id_template *t, uint64_t n, uint8_t *out);

/* Writes the id as a string of Avro: length and bytes. Returns the place behind; *size is that of
 * the id. */
uint8_t *ls_id_put(const struct ls_id_template *t, uint64_t n, uint8_t *at, size_t *size);

/* Which of some things a word chooses by their weights: the first whose cumulative weight, as a
 * share of all words, is above it. */
struct ls_choices {
    size_t count;
    size_t last;            /* the last one with a weight */
    const uint64_t *limits; /* the first word that is behind each but the last; then UINT64_MAX, so
                               that they come in fours */
};

/* LS_E_NOMEM. The weights have a sum of 1 .. 2^32. */
int ls_choices_new(const uint64_t *weights, size_t count, struct ls_arena *arena,
                   struct ls_choices *out, struct ls_error *err);

/* Halves, and then a count, none of which branches on the word. */
static inline size_t ls_choose(const struct ls_choices *choices, uint64_t word)
{
    const uint64_t *from = choices->limits;
    size_t fours = (choices->count + 3) / 4;
    for (; fours > 1; fours -= fours / 2) {
        from += word >= from[fours / 2 * 4 - 1] ? fours / 2 * 4 : 0;
    }
    size_t k = (size_t)(from - choices->limits);
    k += (size_t)(word >= from[0]) + (size_t)(word >= from[1]) + (size_t)(word >= from[2]) +
         (size_t)(word >= from[3]);
    return k < choices->last ? k : choices->last;
}

/* A value as encoded, with the branch of its union; one that is longer is written from its cell. */
#define LS_PIECE_MAX 31
struct ls_piece {
    uint8_t size; /* above LS_PIECE_MAX: longer */
    uint8_t bytes[LS_PIECE_MAX];
};

enum ls_op_kind {
    LS_OP_CONST,            /* piece 0 */
    LS_OP_CHOICE,           /* a piece by weight */
    LS_OP_ATTRIBUTE_CHOICE, /* the piece that an entity's attribute chose */
    LS_OP_ATTRIBUTE,        /* a number */
    LS_OP_ENTITY_ID,
    LS_OP_ID,
    LS_OP_NUMBER, /* a distribution */
    LS_OP_EXPR
};

/* How a value is written. */
enum ls_put { LS_PUT_LONG, LS_PUT_BOOLEAN, LS_PUT_TEXT };

struct ls_op;
struct ls_op_event;

/* Writes the value of an ordinary event behind `at`. */
typedef uint8_t *(*ls_op_maker)(const struct ls_op *op, struct ls_op_event *event, uint8_t *at);

struct ls_op {
    ls_op_maker make;
    enum ls_op_kind kind;
    enum ls_put put;
    bool nullable;                     /* in the schema */
    uint8_t null_branch, value_branch; /* as encoded */
    bool may_be_null;                  /* by a draw */
    bool keeps;                        /* the cell is read later */
    bool narrow;                       /* expr: 64 bits will do */
    uint16_t cell;                     /* where the value is kept; of a column also its number */
    uint16_t pick;                     /* of an entity's value: which of the picks */
    uint16_t back;                     /* for the event so many steps before this one */
    bool of_session;                   /* an id: the session's number */
    uint64_t key;                      /* the stream of its draws */
    const struct ls_piece *pieces;
    struct ls_choices choices;
    const struct ls_op *source; /* of an attribute: the entity's operation */
    /* values of an attribute by entity number, where they are known and small */
    const uint8_t *known_words; /* indices */
    const int32_t *known_numbers;
    struct ls_distribution distribution;
    struct ls_id_template id;
    const struct ls_expr *expr;
    ls_i128 factor;              /* expr: to the field's scale */
    const struct ls_cell *words; /* choice: a cell for each; const: one */
    size_t word_count;
    uint64_t null_key;
    struct ls_ratio nullable_share;
    const struct ls_spec_field *field; /* of a hidden one: the field that it is of a step before */
    enum ls_field_type type;
    int64_t low, high; /* numbers: every value lies in these bounds */
    bool bounded;
    size_t text_max; /* bytes of a text: no value has more */
};

/* The operations of one event type; hidden ones come first. */
struct ls_ops {
    struct ls_op *items;
    size_t hidden_count, count;
};

/* What an event's values are made from, and where they are kept. */
struct ls_op_event {
    uint64_t indices[LS_SPEC_STEPS_MAX]; /* its own, then those of the steps before, backwards */
    uint64_t session;
    uint64_t picks[LS_PLAN_PICKS_MAX]; /* numbers of the entities */
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    uint8_t texts[LS_PLAN_TEXTS_MAX + LS_OP_SPOILT]; /* of hidden values */
};

/* Where in a value the lengths of its strings stand. */
struct ls_lengths {
    const uint8_t *begin;
    size_t count;
    uint32_t at[LS_PLAN_CELLS_MAX];
};

/* One column's value by fault, in place of its own. */
struct ls_override {
    uint16_t cell;
    struct ls_cell value;
};

/* Runs the operations in their order and writes the columns behind `at`, where there is room for
 * their bytes and LS_OP_SPOILT more. Returns the place behind. */
uint8_t *ls_ops_run(const struct ls_ops *ops, struct ls_op_event *event, uint8_t *at);

/* The same with an override (or NULL), and noting lengths (or NULL). */
uint8_t *ls_ops_run_with(const struct ls_ops *ops, struct ls_op_event *event,
                         const struct ls_override *override, struct ls_lengths *lengths,
                         uint8_t *at);

/* Bytes that the value takes at most. */
size_t ls_op_size_max(const struct ls_op *op);

/* The value of an entity's attribute for its number n; `text` has LS_ID_TEXT_MAX bytes and
 * LS_OP_SPOILT more. */
void ls_attribute_value(const struct ls_op *attribute, uint64_t n, uint8_t *text,
                        struct ls_cell *out);

/* Chooses how the operation is made, once everything else of it is known. */
void ls_op_finish(struct ls_op *op);

/* The pieces of an operation's words; out[op->word_count]. */
void ls_pieces_make(const struct ls_op *op, struct ls_piece *out);

#endif
