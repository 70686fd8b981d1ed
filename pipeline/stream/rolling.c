/* Rolling features and alert rules: a row for each record, or for each at which an alert changes,
 * of what its group comes to up to it. */
#include "pipeline/stream/rolling.h"

#include "core/base/mem.h"

#include <string.h>

/* ---- groups */

int ls_rolling_group(struct rolling *r, const uint8_t *key, size_t size, struct rolling_group **out,
                     struct ls_error *err)
{
    *out = ls_rolling_find(r, key, size);
    if (*out) {
        return 0;
    }
    int rc = ls_key_reserve(&r->groups, err);
    struct rolling_group *group = rc < 0 ? NULL : ls_mem_new(1, sizeof *group + size, err);
    if (!group) {
        return err->code;
    }
    if (size) {
        memcpy(group->bytes, key, size);
    }
    group->keyed = (struct ls_keyed){group->bytes, (uint32_t)size};
    ls_key_add(&r->groups, &group->keyed);
    *out = group;
    return 0;
}

void ls_rolling_release(struct rolling *r, struct rolling_group *group)
{
    if (!group->raised && !group->raised_dirty && !group->span && !group->panes) {
        ls_key_remove(&r->groups, &group->keyed);
        ls_mem_free(group);
    }
}

/* ---- rows */

static void set_raised(struct rolling *r, struct rolling_group *group, bool raised)
{
    group->raised = raised;
    if (!group->raised_dirty) {
        group->raised_dirty = true;
        group->next_dirty = r->raised_dirty;
        r->raised_dirty = group;
    }
}

/* Does the group's alert change at this record? 1, 0 or negative. */
static int changes(struct rolling *r, struct rolling_group *group, const struct ls_waiting *record,
                   const struct ls_view_row *row, struct ls_error *err)
{
    const struct ls_view *view = r->op.view;
    const struct ls_expr *condition = group->raised && view->clear ? view->clear : view->when;
    int holds = ls_view_condition(view, condition, record->place.id, record->place.id_size, row,
                                  err);
    if (holds < 0) {
        return holds;
    }
    bool change = group->raised && !view->clear ? !holds : holds;
    if (change) {
        set_raised(r, group, !group->raised);
    }
    return change;
}

static int write_row(struct rolling *r, struct rolling_group *group,
                     const struct ls_waiting *record, const struct ls_contribution *c,
                     struct ls_emission *e, struct ls_error *err)
{
    const struct ls_view *view = r->op.view;
    const struct ls_place_in_order *place = &record->place;
    int rc = view->step_ms ? ls_panes_results(r, group, &e->row, &e->tops, err)
                           : ls_span_results(view, group->span, &e->row, &e->tops, err);
    rc = rc < 0 ? rc : ls_view_evaluate(view, c->kept, place->id, place->id_size, &e->row, err);
    int wanted = rc < 0                        ? rc
                 : view->kind == LS_VIEW_ALERT ? changes(r, group, record, &e->row, err)
                                               : 1;
    if (wanted <= 0) {
        return wanted;
    }
    rc = ls_row_of_record(view, place->event_time, place->id, place->id_size, group->keyed.key,
                          group->keyed.key_size, group->raised, &e->row, &e->bytes, err);
    return rc < 0 ? rc
                  : ls_emission_write(e, view, place->event_time, group->keyed.key,
                                      group->keyed.key_size, err);
}

/* A record joins its group; the state keeps it where it looks back to the millisecond. */
static int add(struct rolling *r, struct ls_waiting *record, const struct ls_contribution *c,
               struct ls_buf *scratch, struct rolling_group **group, struct ls_error *err)
{
    const struct ls_view *view = r->op.view;
    int rc = ls_rolling_group(r, record->key, record->key_size, group, err);
    if (rc == 0 && !view->step_ms) {
        rc = ls_span_add(view, *group, record, c, scratch, err);
    } else if (rc == 0) {
        rc = ls_panes_add(r, *group, &record->place, c, scratch, err);
    }
    return rc;
}

static int take(struct ls_operator *op, struct ls_waiting *record, struct ls_emission *emission,
                struct ls_error *err)
{
    struct rolling *r = (struct rolling *)op;
    struct rolling_group *group;
    struct ls_contribution c;
    int64_t time_ms = record->place.event_time;
    int rc = 0;
    ls_operator_read(op, record, &c);
    if (op->view->step_ms) {
        ls_panes_pass(r, time_ms);
    } else {
        rc = ls_span_pass(r, time_ms, &emission->scratch, err);
    }
    rc = rc < 0 ? rc : add(r, record, &c, &emission->scratch, &group, err);
    rc = rc < 0 ? rc : write_row(r, group, record, &c, emission, err);
    if (rc == 0 && !op->view->step_ms) {
        ls_queue_append(&op->kept[0], record);
    } else {
        ls_operator_drop(op, record);
    }
    return rc;
}

static int advance(struct ls_operator *op, int64_t low, struct ls_emission *emission,
                   struct ls_error *err)
{
    struct rolling *r = (struct rolling *)op;
    if (low == INT64_MIN || low == INT64_MAX) {
        return 0;
    }
    if (op->view->step_ms) {
        ls_panes_pass(r, low);
        return 0;
    }
    return ls_span_pass(r, low, &emission->scratch, err);
}

/* ---- checkpoints: which alerts changed (1, raised, key; until 0), then the panes */

static int put_raised(struct rolling_group *group, struct ls_buf *out, struct ls_error *err)
{
    const uint64_t words[] = {1, group->raised};
    int rc = ls_checkpoint_put_words(out, words, 2, err);
    return rc < 0 ? rc : ls_checkpoint_put_bytes(out, group->bytes, group->keyed.key_size, err);
}

static int put(struct ls_operator *op, bool whole, struct ls_buf *out, struct ls_error *err)
{
    struct rolling *r = (struct rolling *)op;
    int rc = 0;
    for (size_t i = 0; whole && rc == 0 && i < r->groups.slot_count; i++) {
        struct rolling_group *group = ls_rolling_at(r, i);
        rc = group && group->raised ? put_raised(group, out, err) : 0;
    }
    while (rc == 0 && r->raised_dirty) {
        struct rolling_group *group = r->raised_dirty;
        rc = whole ? 0 : put_raised(group, out, err);
        r->raised_dirty = group->next_dirty;
        group->raised_dirty = false;
        ls_rolling_release(r, group);
    }
    rc = rc < 0 ? rc : ls_checkpoint_put(out, 0, err);
    return rc < 0 ? rc : ls_panes_put(r, whole, out, err);
}

static int get(struct ls_operator *op, struct checkpoint_reader *reader, int64_t low,
               struct ls_error *err)
{
    struct rolling *r = (struct rolling *)op;
    int rc = 0;
    (void)low;
    while (rc == 0 && ls_checkpoint_get(reader) == 1) {
        struct rolling_group *group;
        bool raised = ls_checkpoint_get(reader) != 0;
        size_t size;
        const uint8_t *key = ls_checkpoint_get_bytes(reader, &size);
        rc = reader->bad ? 0 : ls_rolling_group(r, key, size, &group, err);
        if (rc == 0 && !reader->bad) {
            group->raised = raised;
            ls_rolling_release(r, group);
        }
    }
    return rc < 0 ? rc : ls_panes_get(r, reader, err);
}

/* Its row was written; it is part of what later ones look back to. */
static int restore(struct ls_operator *op, struct ls_waiting *record, int64_t low,
                   struct ls_error *err)
{
    struct rolling *r = (struct rolling *)op;
    struct rolling_group *group;
    struct ls_contribution c;
    struct ls_buf scratch;
    int rc = 0;
    if (op->view->step_ms || record->place.event_time <= low - op->view->over_ms) {
        ls_mem_free(record);
        return 0;
    }
    ls_buf_init(&scratch, "a value of a view", SIZE_MAX);
    ls_operator_read(op, record, &c);
    rc = add(r, record, &c, &scratch, &group, err);
    ls_buf_clear(&scratch);
    if (rc < 0) {
        ls_mem_free(record);
        return rc;
    }
    ls_queue_append(&op->kept[0], record);
    return 0;
}

static int settle(struct ls_operator *op, int64_t low, struct ls_error *err)
{
    return op->view->step_ms ? ls_panes_settle((struct rolling *)op, low, err) : 0;
}

static size_t groups(const struct ls_operator *op)
{
    return ((const struct rolling *)op)->groups.count;
}

static void clear(struct ls_operator *op)
{
    struct rolling *r = (struct rolling *)op;
    ls_panes_clear(r);
    for (size_t i = 0; i < r->groups.slot_count; i++) {
        if (ls_rolling_at(r, i)) {
            ls_span_free(op->view, ls_rolling_at(r, i)->span);
        }
        ls_mem_free(ls_rolling_at(r, i));
    }
    ls_key_clear(&r->groups);
}

const struct ls_operator_kind ls_operator_rolling = {.size = sizeof(struct rolling),
                                                     .take = take,
                                                     .advance = advance,
                                                     .put = put,
                                                     .get = get,
                                                     .restore = restore,
                                                     .settle = settle,
                                                     .groups = groups,
                                                     .clear = clear};
