/* Features that look back by whole panes: a group has a state for each pane that had a record, so
 * that what is remembered grows with panes, not with records. A row is what the panes before and
 * the record's own come to. */
#include "core/base/mem.h"
#include "pipeline/stream/rolling.h"

#include <stdlib.h>
#include <string.h>

struct rolling_panes {
    struct rolling_pane *first, *last; /* in order; the last one is the newest record's */
    struct ls_group_state before;      /* all but the last; see `stale` */
    bool stale;
};

static void *memory_of(const struct ls_group_state *state)
{
    return state->numbers; /* where ls_group_state_init began */
}

static int panes_new(const struct ls_view *view, struct rolling_panes **out, struct ls_error *err)
{
    struct rolling_panes *panes = ls_mem_new(1, sizeof *panes + ls_group_state_size(view), err);
    *out = panes;
    if (!panes) {
        return err->code;
    }
    ls_group_state_init(view, panes + 1, &panes->before);
    return 0;
}

static void panes_free(const struct ls_view *view, struct rolling_panes *panes)
{
    ls_group_state_clear(view, &panes->before);
    ls_mem_free(panes);
}

/* ---- dirty panes */

static void make_dirty(struct rolling *r, struct rolling_pane *pane)
{
    if (pane->dirty) {
        return;
    }
    pane->dirty = true;
    pane->before_dirty = NULL;
    pane->next_dirty = r->dirty_panes;
    if (r->dirty_panes) {
        r->dirty_panes->before_dirty = pane;
    }
    r->dirty_panes = pane;
}

static void make_clean(struct rolling *r, struct rolling_pane *pane)
{
    if (!pane->dirty) {
        return;
    }
    *(pane->before_dirty ? &pane->before_dirty->next_dirty : &r->dirty_panes) = pane->next_dirty;
    if (pane->next_dirty) {
        pane->next_dirty->before_dirty = pane->before_dirty;
    }
    pane->dirty = false;
}

/* ---- panes come and go */

static void pane_free(struct rolling *r, struct rolling_pane *pane)
{
    make_clean(r, pane);
    ls_group_state_clear(r->op.view, &pane->state);
    ls_mem_free(pane);
}

/* A pane behind all others of its group. */
static int pane_new(struct rolling *r, struct rolling_group *group, int64_t number,
                    struct rolling_pane **out, struct ls_error *err)
{
    const struct ls_view *view = r->op.view;
    struct rolling_pane *pane = ls_mem_new(1, sizeof *pane + ls_group_state_size(view), err);
    int rc = !pane ? err->code : group->panes ? 0 : panes_new(view, &group->panes, err);
    if (rc < 0) {
        ls_mem_free(pane);
        return rc;
    }
    ls_group_state_init(view, pane + 1, &pane->state);
    pane->number = number;
    pane->group = group;
    *(group->panes->last ? &group->panes->last->next : &group->panes->first) = pane;
    group->panes->last = pane;
    group->panes->stale = true;
    *out = pane;
    return 0;
}

static void join_all(struct rolling *r, struct rolling_pane *pane)
{
    *(r->last_pane ? &r->last_pane->next_of_all : &r->first_pane) = pane;
    r->last_pane = pane;
}

static int64_t pane_at(const struct ls_view *view, int64_t time_ms)
{
    return ls_floor_div(time_ms, view->step_ms);
}

int ls_panes_add(struct rolling *r, struct rolling_group *group,
                 const struct ls_place_in_order *place, const struct ls_contribution *c,
                 struct ls_buf *scratch, struct ls_error *err)
{
    const struct ls_view *view = r->op.view;
    int64_t number = pane_at(view, place->event_time);
    struct rolling_pane *pane = group->panes ? group->panes->last : NULL;
    int rc = 0;
    if (!pane || pane->number != number) {
        rc = pane_new(r, group, number, &pane, err);
        if (rc == 0) {
            join_all(r, pane);
        }
    }
    if (rc == 0) {
        make_dirty(r, pane);
        rc = ls_group_add(view, &pane->state, c, place, scratch, err);
    }
    return rc;
}

void ls_panes_pass(struct rolling *r, int64_t time_ms)
{
    const struct ls_view *view = r->op.view;
    int64_t last = pane_at(view, time_ms) - view->over_ms / view->step_ms;
    while (r->first_pane && r->first_pane->number <= last) {
        struct rolling_pane *pane = r->first_pane;
        struct rolling_group *group = pane->group;
        r->first_pane = pane->next_of_all;
        r->last_pane = r->first_pane ? r->last_pane : NULL;
        group->panes->first = pane->next; /* it is the group's first, too */
        group->panes->stale = true;
        pane_free(r, pane);
        if (!group->panes->first) {
            panes_free(view, group->panes);
            group->panes = NULL;
            ls_rolling_release(r, group);
        }
    }
}

int ls_panes_results(struct rolling *r, const struct rolling_group *group, struct ls_view_row *row,
                     struct ls_buf *tops, struct ls_error *err)
{
    const struct ls_view *view = r->op.view;
    struct rolling_panes *panes = group->panes;
    int rc = 0;
    if (panes->stale) {
        ls_group_state_clear(view, &panes->before);
        for (const struct rolling_pane *pane = panes->first; rc == 0 && pane != panes->last;
             pane = pane->next) {
            rc = ls_group_merge(view, &panes->before, &pane->state, err);
        }
        panes->stale = rc < 0;
    }
    if (rc == 0 && !memory_of(&r->merged)) {
        void *memory = ls_mem_new(1, ls_group_state_size(view), err);
        if (!memory) {
            return err->code;
        }
        ls_group_state_init(view, memory, &r->merged);
    }
    if (rc == 0) {
        ls_group_state_clear(view, &r->merged);
        rc = ls_group_merge(view, &r->merged, &panes->before, err);
    }
    rc = rc < 0 ? rc : ls_group_merge(view, &r->merged, &panes->last->state, err);
    return rc < 0 ? rc : ls_group_results(view, &r->merged, row, tops, err);
}

void ls_panes_clear(struct rolling *r)
{
    while (r->first_pane) {
        struct rolling_pane *pane = r->first_pane;
        r->first_pane = pane->next_of_all;
        pane_free(r, pane);
    }
    for (size_t i = 0; i < r->groups.slot_count; i++) {
        struct rolling_group *group = ls_rolling_at(r, i);
        if (group && group->panes) {
            panes_free(r->op.view, group->panes);
        }
    }
    if (memory_of(&r->merged)) {
        ls_group_state_clear(r->op.view, &r->merged);
        ls_mem_free(memory_of(&r->merged));
    }
}

/* ---- checkpoints: 1, pane, key and state, until 0 */

static int put_pane(const struct rolling *r, const struct rolling_pane *pane, struct ls_buf *out,
                    struct ls_error *err)
{
    const uint64_t words[] = {1, (uint64_t)pane->number};
    int rc = ls_checkpoint_put_words(out, words, 2, err);
    rc = rc < 0
             ? rc
             : ls_checkpoint_put_bytes(out, pane->group->bytes, pane->group->keyed.key_size, err);
    return rc < 0 ? rc : ls_group_state_put(r->op.view, &pane->state, out, err);
}

int ls_panes_put(struct rolling *r, bool whole, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (const struct rolling_pane *pane = r->first_pane; whole && rc == 0 && pane;
         pane = pane->next_of_all) {
        rc = put_pane(r, pane, out, err);
    }
    while (rc == 0 && r->dirty_panes) {
        rc = whole ? 0 : put_pane(r, r->dirty_panes, out, err);
        make_clean(r, r->dirty_panes);
    }
    return rc < 0 ? rc : ls_checkpoint_put(out, 0, err);
}

/* Few panes to a group, and the latest mostly. */
static struct rolling_pane *find_pane(const struct rolling_group *group, int64_t number)
{
    struct rolling_pane *pane = group->panes ? group->panes->first : NULL;
    while (pane && pane->number != number) {
        pane = pane->next;
    }
    return pane;
}

int ls_panes_get(struct rolling *r, struct checkpoint_reader *reader, struct ls_error *err)
{
    int rc = 0;
    while (rc == 0 && ls_checkpoint_get(reader) == 1) {
        struct rolling_group *group;
        int64_t number = (int64_t)ls_checkpoint_get(reader);
        size_t size;
        const uint8_t *key = ls_checkpoint_get_bytes(reader, &size);
        rc = reader->bad ? 0 : ls_rolling_group(r, key, size, &group, err);
        if (rc < 0 || reader->bad) {
            return rc;
        }
        struct rolling_pane *pane = find_pane(group, number);
        if (!pane) {
            rc = pane_new(r, group, number, &pane, err);
            if (rc == 0) {
                join_all(r, pane);
            }
        }
        rc = rc < 0 ? rc : ls_group_state_get(r->op.view, reader, &pane->state, err);
    }
    return rc;
}

static int by_number(const void *a, const void *b)
{
    const struct rolling_pane *x = *(struct rolling_pane *const *)a;
    const struct rolling_pane *y = *(struct rolling_pane *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Both lists anew, in order; panes that no record sees any more are gone. */
int ls_panes_settle(struct rolling *r, int64_t low, struct ls_error *err)
{
    size_t count = 0;
    for (const struct rolling_pane *pane = r->first_pane; pane; pane = pane->next_of_all) {
        count++;
    }
    struct rolling_pane **all = ls_mem_new(count, sizeof(struct rolling_pane *), err);
    if (!all) {
        return err->code;
    }
    count = 0;
    for (struct rolling_pane *pane = r->first_pane; pane; pane = pane->next_of_all) {
        all[count++] = pane;
        pane->group->panes->first = pane->group->panes->last = NULL;
    }
    if (count) {
        qsort(all, count, sizeof(struct rolling_pane *), by_number);
    }
    r->first_pane = r->last_pane = NULL;
    for (size_t i = 0; i < count; i++) {
        struct rolling_panes *panes = all[i]->group->panes;
        all[i]->next = all[i]->next_of_all = NULL;
        *(panes->last ? &panes->last->next : &panes->first) = all[i];
        panes->last = all[i];
        join_all(r, all[i]);
    }
    ls_mem_free(all);
    if (low != INT64_MIN) {
        ls_panes_pass(r, low);
    }
    return 0;
}
