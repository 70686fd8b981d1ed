#include "pipeline/stream/operator.h"

#include "core/base/mem.h"

static const struct ls_operator_kind *kind_of(const struct ls_view *view)
{
    switch (view->kind) {
    case LS_VIEW_SESSIONS:
        return &ls_operator_sessions;
    case LS_VIEW_JOIN:
        return &ls_operator_join;
    default:
        return &ls_operator_rolling;
    }
}

int ls_operator_new(const struct ls_view *view, struct ls_operator **out, struct ls_error *err)
{
    const struct ls_operator_kind *kind = kind_of(view);
    struct ls_operator *op = ls_mem_new(1, kind->size, err);
    *out = op;
    if (!op) {
        return err->code;
    }
    op->kind = kind;
    op->view = view;
    return 0;
}

void ls_operator_free(struct ls_operator *op)
{
    if (!op) {
        return;
    }
    op->kind->clear(op);
    for (unsigned k = 0; k < 2; k++) {
        struct ls_waiting *record;
        while ((record = ls_queue_take(&op->kept[k]))) {
            ls_mem_free(record);
        }
    }
    ls_ordered_clear(&op->waiting);
    ls_mem_free(op);
}

void ls_queue_append(struct ls_queue *queue, struct ls_waiting *record)
{
    record->next = NULL;
    if (queue->last) {
        queue->last->next = record;
    } else {
        queue->first = record;
    }
    queue->last = record;
}

struct ls_waiting *ls_queue_take(struct ls_queue *queue)
{
    struct ls_waiting *first = queue->first;
    if (first) {
        queue->first = first->next;
        queue->last = queue->first ? queue->last : NULL;
    }
    return first;
}

void ls_operator_drop(struct ls_operator *op, struct ls_waiting *record)
{
    ls_newcomers_remove(&op->newcomers, record);
    ls_mem_free(record);
}

void ls_operator_read(const struct ls_operator *op, const struct ls_waiting *record,
                      struct ls_contribution *out)
{
    out->source = record->source;
    out->event_time = record->place.event_time;
    out->id = record->place.id;
    out->id_size = record->place.id_size;
    out->key = NULL; /* the record's */
    out->key_size = record->key_size;
    out->joins = record->joins;
    (void)ls_contribution_get(op->view, record->contribution, out);
}

int ls_operator_advance(struct ls_operator *op, int64_t low, struct ls_emission *emission,
                        struct ls_error *err)
{
    struct ls_waiting *record;
    int rc = 0;
    while (rc == 0 && (record = ls_ordered_take(&op->waiting, low))) {
        rc = op->kind->take(op, record, emission, err);
    }
    return rc < 0 ? rc : op->kind->advance(op, low, emission, err);
}

/* ---- checkpoints: 1 and a record, until 0; then what the kind has */

static int put_record(const struct ls_operator *op, const struct ls_waiting *record,
                      struct ls_buf *out, struct ls_error *err)
{
    const uint64_t words[] = {1,
                              (uint64_t)(record->source - op->view->sources),
                              record->joins,
                              (uint64_t)record->place.event_time,
                              record->place.partition,
                              record->place.position};
    int rc = ls_checkpoint_put_words(out, words, sizeof words / sizeof *words, err);
    rc = rc < 0 ? rc : ls_checkpoint_put_bytes(out, record->place.id, record->place.id_size, err);
    rc = rc < 0 ? rc : ls_checkpoint_put_bytes(out, record->key, record->key_size, err);
    return rc < 0
               ? rc
               : ls_checkpoint_put_bytes(out, record->contribution, record->contribution_size, err);
}

static int put_all(struct ls_operator *op, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < op->waiting.count; i++) {
        rc = put_record(op, op->waiting.heap[i], out, err);
    }
    for (unsigned k = 0; k < 2; k++) {
        const struct ls_waiting *record = op->kept[k].first;
        for (; rc == 0 && record; record = record->next) {
            rc = put_record(op, record, out, err);
        }
    }
    return rc;
}

int ls_operator_put(struct ls_operator *op, bool whole, struct ls_buf *out, struct ls_error *err)
{
    int rc = whole ? put_all(op, out, err) : 0;
    while (rc == 0 && op->newcomers.first) {
        struct ls_waiting *record = op->newcomers.first;
        rc = whole ? 0 : put_record(op, record, out, err);
        ls_newcomers_remove(&op->newcomers, record);
    }
    rc = rc < 0 ? rc : ls_checkpoint_put(out, 0, err);
    return rc < 0 || !op->kind->put ? rc : op->kind->put(op, whole, out, err);
}

static int get_record(struct ls_operator *op, struct checkpoint_reader *r, struct ls_error *err)
{
    uint64_t words[5];
    size_t id_size;
    size_t key_size;
    size_t blob_size;
    ls_checkpoint_get_words(r, words, 5);
    const uint8_t *id = ls_checkpoint_get_bytes(r, &id_size);
    const uint8_t *key = ls_checkpoint_get_bytes(r, &key_size);
    const uint8_t *blob = ls_checkpoint_get_bytes(r, &blob_size);
    r->bad = r->bad || words[0] >= op->view->source_count;
    if (r->bad) {
        return 0;
    }
    const struct ls_view_source *source = &op->view->sources[words[0]];
    struct ls_place_in_order place = {.event_time = (int64_t)words[2],
                                      .id = id,
                                      .id_size = (uint32_t)id_size,
                                      .topic = source->topic_plan->rank,
                                      .partition = (uint32_t)words[3],
                                      .position = words[4]};
    struct ls_waiting *record = ls_waiting_restore(source, words[1] != 0, &place, key,
                                                   (uint32_t)key_size, blob, blob_size, err);
    int rc = record ? ls_ordered_add(&op->waiting, op->view, record, err) : err->code;
    if (rc < 0) {
        ls_mem_free(record);
    }
    return rc;
}

int ls_operator_get(struct ls_operator *op, struct checkpoint_reader *r, int64_t low,
                    struct ls_error *err)
{
    int rc = 0;
    while (rc == 0 && ls_checkpoint_get(r) == 1) {
        rc = get_record(op, r, err);
    }
    return rc < 0 || !op->kind->get ? rc : op->kind->get(op, r, low, err);
}

int ls_operator_settle(struct ls_operator *op, int64_t low, struct ls_error *err)
{
    struct ls_waiting *record;
    int rc = 0;
    while (rc == 0 && (record = ls_ordered_take(&op->waiting, low))) {
        if (op->kind->restore) {
            rc = op->kind->restore(op, record, low, err);
        } else {
            ls_mem_free(record);
        }
    }
    return rc < 0 || !op->kind->settle ? rc : op->kind->settle(op, low, err);
}
