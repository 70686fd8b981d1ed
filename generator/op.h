/* One operation makes one value of an event: draws or computes it, writes its Avro bytes, and keeps
 * it in a cell where an expression or a fault will read it.
 *
 * Hidden operations (values of entities that expressions name) are run like any other, into bytes
 * that nobody looks at. */
#ifndef LS_GENERATOR_OP_H
#define LS_GENERATOR_OP_H

#include "core/avro/encode.h"
#include "core/base/pattern.h"
#include "core/expr/expr.h"
#include "generator/choices.h"
#include "generator/distribution.h"
#include "generator/id.h"
#include "generator/walk.h"

#define LS_PLAN_PICKS_MAX    16    /* entities that one event type uses */
#define LS_PLAN_CELLS_MAX    160   /* columns and hidden values of one event type */
#define LS_PLAN_TEXTS_MAX    16384 /* bytes of the texts among hidden values */
#define LS_OP_TEXT_MAX       4096  /* bytes of a text that is drawn */
#define LS_UUID_SIZE         36
#define LS_OP_PARTS_SIZE_MAX 16384 /* bytes of the items of an array or a map */
#define LS_OP_INPUTS_MAX     (2 * LS_SPEC_FIELDS_MAX)
#define LS_OP_COST_MAX       1000 /* values that are made for one attribute */

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
    LS_OP_ATTRIBUTE_DRAWN,  /* a text that is drawn */
    LS_OP_ATTRIBUTE_MEMBER,
    LS_OP_ATTRIBUTE_DERIVED, /* one that is computed, or is its owner's */
    LS_OP_ENTITY_ID,
    LS_OP_ID,
    LS_OP_NUMBER, /* a distribution */
    LS_OP_SEQUENCE,
    LS_OP_WALK,
    LS_OP_EVENT_TIME,
    LS_OP_CHOICE_BY, /* a piece by weights that another cell decides */
    LS_OP_PATTERN,
    LS_OP_WORDS,
    LS_OP_UUID,
    LS_OP_MEMBER, /* the id of any one of so many entities */
    LS_OP_ARRAY,
    LS_OP_MAP,
    LS_OP_EXPR
};

/* How a value is written. */
enum ls_put {
    LS_PUT_LONG,
    LS_PUT_BOOLEAN,
    LS_PUT_TEXT,
    LS_PUT_DECIMAL,
    LS_PUT_FLOAT, /* the number over 10^scale, rounded to the nearest */
    LS_PUT_DOUBLE /* likewise */
};

struct ls_op;
struct ls_op_event;

/* A drawn number as a time: milliseconds after the start, as whole units of the type. */
struct ls_op_time {
    int64_t origin_ms;
    int64_t unit_ms; /* 1, or a day */
};

/* What one episode does to a value. */
struct ls_op_shift {
    unsigned episode;  /* its number, from 1 on */
    int64_t add;       /* at its full height */
    int64_t times_q16; /* of the value itself, -2^16 or more */
};

static inline ls_i128 ls_op_shifted(const struct ls_op_shift *shift, int64_t number,
                                    uint32_t height)
{
    ls_i128 whole = shift->add + ((ls_i128)number * shift->times_q16 >> 16);
    return number + (whole * height >> 16);
}

/* What an attribute's expression reads: an attribute of the same entity, or of its owner. */
struct ls_op_input {
    const struct ls_op *op;
    bool of_owner;
};

/* The items of an array or a map: one operation for each place or key, all of them ordinary ones
 * of the event, whose cells nobody reads. */
struct ls_op_parts {
    struct ls_op *items;
    size_t count; /* at most LS_SPEC_ITEMS_MAX */
    size_t least; /* array: how many there are at least */
    /* map: each key as encoded, the stream that says whether it is there, and how often it is */
    const struct ls_op_key {
        const uint8_t *bytes;
        size_t size;
        uint64_t key;
    } * keys;
    struct ls_ratio present;
};

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
    const struct ls_op *source; /* of an attribute: the entity's operation, or the owner's */
    uint64_t owners;            /* of an entity's operation: how many there are for its entity to
                                   belong to; 1: none */
    const struct ls_op_input *inputs; /* likewise, expr: its cells */
    size_t input_count;
    unsigned cost; /* likewise: how many values are made for it */
    /* values of an attribute by entity number, where they are known and small */
    const uint8_t *known_words; /* indices */
    const int32_t *known_numbers;
    struct ls_distribution distribution;
    struct ls_id_template id;
    const struct ls_op_time *time;    /* number, sequence: or NULL */
    const struct ls_walk *walk;       /* round the number of `source`, or `first` */
    int64_t first, step;              /* sequence; walk */
    const struct ls_op_shift *shifts; /* by episodes */
    size_t shift_count;
    const struct ls_pattern *pattern;
    int64_t least, most;            /* words: how many; member: of how many */
    const struct ls_choices *cases; /* choice by: of each word of the other cell, then the rest */
    uint16_t by;                    /* that cell */
    size_t case_count;
    struct ls_op_parts *parts; /* array, map */
    const struct ls_expr *expr;
    ls_i128 factor;              /* expr: to the field's scale */
    const struct ls_cell *words; /* choice: a cell for each; const: one */
    size_t word_count;
    uint64_t null_key;
    struct ls_ratio nullable_share;
    const struct ls_spec_field *field; /* of a hidden one: the field that it is of a step before */
    enum ls_field_type type;
    unsigned scale;    /* numbers: decimal places */
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
    uint64_t indices[LS_SPEC_STEPS_MAX];  /* its own, then those of the steps before, backwards */
    int64_t times[LS_SPEC_STEPS_MAX];     /* event_time of each */
    unsigned episodes[LS_SPEC_STEPS_MAX]; /* number of the one that each happens in, from 1 on; 0:
                                             none */
    uint32_t heights[LS_SPEC_STEPS_MAX];  /* of that, 0 .. LS_EPISODE_WHOLE */
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

/* The text of a pattern, of words or of a UUID; out has op->text_max bytes and one more. */
size_t ls_op_draw_text(const struct ls_op *op, uint64_t index, uint8_t *out);

/* Bytes that the value takes at most. */
size_t ls_op_size_max(const struct ls_op *op);

/* The value of an entity's attribute for its number n; `text` has room for attribute->text_max
 * bytes and LS_OP_SPOILT more. */
void ls_attribute_value(const struct ls_op *attribute, uint64_t n, uint8_t *text,
                        struct ls_cell *out);

/* op_nested.c: an array or a map, without the branch of its union. */
uint8_t *ls_op_put_array(const struct ls_op *op, struct ls_op_event *event, uint8_t *at);
uint8_t *ls_op_put_map(const struct ls_op *op, struct ls_op_event *event, uint8_t *at);

/* Chooses how the operation is made, once everything else of it is known. */
void ls_op_finish(struct ls_op *op);

/* The pieces of an operation's words; out[op->word_count]. */
void ls_pieces_make(const struct ls_op *op, struct ls_piece *out);

#endif
