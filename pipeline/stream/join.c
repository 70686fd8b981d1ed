/* Joins bounded in time, over records in order: left records wait until no match can come any more,
 * right ones as long as a left one may want them. */
#include "core/avro/decode.h"
#include "core/base/mem.h"
#include "pipeline/stream/key_table.h"
#include "pipeline/stream/operator.h"

#include <assert.h>
#include <string.h>

enum { LEFT, RIGHT }; /* sources, and queues */

/* The right records of one key, in order. */
struct match {
    struct ls_keyed keyed;
    struct ls_waiting *first, *last;
    uint8_t bytes[]; /* of the key */
};

struct join {
    struct ls_operator op;
    struct ls_key_table matches;
};

/* ---- keys */

static struct match *find(const struct join *j, const struct ls_waiting *record)
{
    return (struct match *)(void *)ls_key_find(&j->matches, record->key, record->key_size);
}

static int add_right(struct join *j, struct ls_waiting *record, struct ls_error *err)
{
    struct match *match = find(j, record);
    if (!match) {
        int rc = ls_key_reserve(&j->matches, err);
        match = rc < 0 ? NULL : ls_mem_new(1, sizeof *match + record->key_size, err);
        if (!match) {
            return err->code;
        }
        memcpy(match->bytes, record->key, record->key_size);
        match->keyed = (struct ls_keyed){match->bytes, record->key_size};
        ls_key_add(&j->matches, &match->keyed);
    }
    *(match->last ? &match->last->next_of_group : &match->first) = record;
    match->last = record;
    return 0;
}

/* The first of its key; with the last one the key goes. */
static void remove_right(struct join *j, const struct ls_waiting *record)
{
    struct match *match = find(j, record);
    match->first = record->next_of_group;
    if (!match->first) {
        ls_key_remove(&j->matches, &match->keyed);
        ls_mem_free(match);
    }
}

/* ---- rows */

static int write_pair(struct join *j, const struct ls_waiting *left, const struct ls_waiting *right,
                      struct ls_emission *e, struct ls_error *err)
{
    const struct ls_view *view = j->op.view;
    const struct ls_place_in_order *place = &left->place;
    struct ls_contribution c;
    struct ls_span key = {left->key, left->key + left->key_size};
    const uint8_t *entity;
    size_t entity_size;
    for (size_t k = 0; k < view->kept_count; k++) {
        c.kept[k] = (struct ls_cell){.is_null = true};
    }
    ls_operator_read(&j->op, left, &c);
    if (right) {
        ls_operator_read(&j->op, right, &c);
    }
    (void)ls_get_bytes(&key, &entity, &entity_size);
    int rc = ls_view_evaluate(view, c.kept, place->id, place->id_size, &e->row, err);
    rc = rc < 0 ? rc
                : ls_row_of_pair(view, place->event_time, place->id, place->id_size,
                                 right ? right->place.id : NULL, right ? right->place.id_size : 0,
                                 entity, (uint32_t)entity_size, &e->row, &e->bytes, err);
    return rc < 0 ? rc
                  : ls_emission_write(e, view, place->event_time, left->key, left->key_size, err);
}

static int decide(struct join *j, const struct ls_waiting *left, struct ls_emission *e,
                  struct ls_error *err)
{
    const struct ls_view *view = j->op.view;
    const struct match *match = left->joins ? find(j, left) : NULL;
    int64_t begin = left->place.event_time;
    bool found = false;
    int rc = 0;
    for (const struct ls_waiting *right = match ? match->first : NULL; rc == 0 && right;
         right = right->next_of_group) {
        assert(right->place.event_time <= begin + view->within_ms); /* a later one decides this */
        if (right->place.event_time >= begin) {
            rc = write_pair(j, left, right, e, err);
            found = true;
        }
    }
    return rc < 0 || found || !view->keep_left ? rc : write_pair(j, left, NULL, e, err);
}

/* All records before `time_ms` are here. */
static int pass(struct join *j, int64_t time_ms, struct ls_emission *e, struct ls_error *err)
{
    struct ls_queue *lefts = &j->op.kept[LEFT];
    struct ls_queue *rights = &j->op.kept[RIGHT];
    int rc = 0;
    while (rc == 0 && lefts->first &&
           lefts->first->place.event_time < time_ms - j->op.view->within_ms) {
        struct ls_waiting *left = ls_queue_take(lefts);
        rc = decide(j, left, e, err);
        ls_operator_drop(&j->op, left);
    }
    int64_t wanted = lefts->first && lefts->first->place.event_time < time_ms
                         ? lefts->first->place.event_time
                         : time_ms;
    while (rights->first && rights->first->place.event_time < wanted) {
        struct ls_waiting *right = ls_queue_take(rights);
        remove_right(j, right);
        ls_operator_drop(&j->op, right);
    }
    return rc;
}

/* Keeps a record; one that cannot match and is not to be kept goes. */
static int keep(struct join *j, struct ls_waiting *record, struct ls_error *err)
{
    struct ls_operator *op = &j->op;
    bool left = record->source == &op->view->sources[LEFT];
    int rc = 0;
    if (left ? record->joins || op->view->keep_left : record->joins) {
        rc = left ? 0 : add_right(j, record, err);
        if (rc == 0) {
            ls_queue_append(&op->kept[left ? LEFT : RIGHT], record);
            return 0;
        }
    }
    ls_operator_drop(op, record);
    return rc;
}

static int take(struct ls_operator *op, struct ls_waiting *record, struct ls_emission *emission,
                struct ls_error *err)
{
    struct join *j = (struct join *)op;
    int rc = pass(j, record->place.event_time, emission, err);
    if (rc < 0) {
        ls_operator_drop(op, record);
        return rc;
    }
    return keep(j, record, err);
}

static int advance(struct ls_operator *op, int64_t low, struct ls_emission *emission,
                   struct ls_error *err)
{
    return low == INT64_MIN ? 0 : pass((struct join *)op, low, emission, err);
}

/* What was decided, or is wanted by no left record that was not, is gone. */
static int restore(struct ls_operator *op, struct ls_waiting *record, int64_t low,
                   struct ls_error *err)
{
    if (record->place.event_time < low - op->view->within_ms) {
        ls_mem_free(record);
        return 0;
    }
    return keep((struct join *)op, record, err);
}

static size_t groups(const struct ls_operator *op)
{
    return ((const struct join *)op)->matches.count;
}

static void clear(struct ls_operator *op)
{
    struct join *j = (struct join *)op;
    for (size_t i = 0; i < j->matches.slot_count; i++) {
        ls_mem_free((struct match *)(void *)j->matches.slots[i]);
    }
    ls_key_clear(&j->matches);
}

const struct ls_operator_kind ls_operator_join = {.size = sizeof(struct join),
                                                  .take = take,
                                                  .advance = advance,
                                                  .restore = restore,
                                                  .groups = groups,
                                                  .clear = clear};
