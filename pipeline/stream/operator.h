/* Ordered operators: views that see the records of all partitions in the one total order (contract
 * P7). Each kind is one row: sessions, rolling features and alert rules, joins. Their records wait
 * in `waiting`; what an operator makes of them is its own. */
#ifndef LS_STREAM_OPERATOR_H
#define LS_STREAM_OPERATOR_H

#include "pipeline/stream/checkpoint_bytes.h"
#include "pipeline/stream/emission.h"
#include "pipeline/stream/ordered.h"

/* Records in order, the first to go at the front. */
struct ls_queue {
    struct ls_waiting *first, *last;
};

struct ls_operator {
    const struct ls_operator_kind *kind;
    const struct ls_view *view;
    struct ls_ordered waiting;
    struct ls_queue kept[2]; /* records that had their turn and that the state needs */
    struct ls_newcomers newcomers;
};

/* A kind's struct begins with struct ls_operator. */
struct ls_operator_kind {
    size_t size; /* of its struct */
    /* A record's turn; it is the operator's now, also on failure. */
    int (*take)(struct ls_operator *op, struct ls_waiting *record, struct ls_emission *emission,
                struct ls_error *err);
    /* All records before `low` had their turn, and no other one will come. */
    int (*advance)(struct ls_operator *op, int64_t low, struct ls_emission *emission,
                   struct ls_error *err);
    /* Beside the records: what changed of the state since the last checkpoint (`whole`: all of it),
     * which counts as unchanged then. NULL: nothing. */
    int (*put)(struct ls_operator *op, bool whole, struct ls_buf *out, struct ls_error *err);
    /* Lays that over the state; later ones win. What was over at `low` is left out. */
    int (*get)(struct ls_operator *op, struct checkpoint_reader *r, int64_t low,
               struct ls_error *err);
    /* From a checkpoint, in order: a record that had its turn before `low`. It is the operator's.
     * NULL: the state does not need them. */
    int (*restore)(struct ls_operator *op, struct ls_waiting *record, int64_t low,
                   struct ls_error *err);
    /* Everything was restored; may be NULL. */
    int (*settle)(struct ls_operator *op, int64_t low, struct ls_error *err);
    /* How many groups have a state. */
    size_t (*groups)(const struct ls_operator *op);
    void (*clear)(struct ls_operator *op); /* what is not in `kept` */
};

extern const struct ls_operator_kind ls_operator_sessions, ls_operator_rolling, ls_operator_join;

/* For a view that is not of windows. */
int ls_operator_new(const struct ls_view *view, struct ls_operator **out, struct ls_error *err);
void ls_operator_free(struct ls_operator *op);

void ls_queue_append(struct ls_queue *queue, struct ls_waiting *record);
struct ls_waiting *ls_queue_take(struct ls_queue *queue); /* NULL: it is empty */

/* The operator needs the record no longer. */
void ls_operator_drop(struct ls_operator *op, struct ls_waiting *record);

/* What the record brings; texts are the record's. */
void ls_operator_read(const struct ls_operator *op, const struct ls_waiting *record,
                      struct ls_contribution *out);

/* Gives their turn to all records before `low`. */
int ls_operator_advance(struct ls_operator *op, int64_t low, struct ls_emission *emission,
                        struct ls_error *err);

int ls_operator_put(struct ls_operator *op, bool whole, struct ls_buf *out, struct ls_error *err);
int ls_operator_get(struct ls_operator *op, struct checkpoint_reader *r, int64_t low,
                    struct ls_error *err);
int ls_operator_settle(struct ls_operator *op, int64_t low, struct ls_error *err);

#endif
