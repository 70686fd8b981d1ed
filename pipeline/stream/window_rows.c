/* From open windows to rows. */
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/stream/windows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct emitter {
    const struct ls_view *view;
    struct ls_windows *const *workers;
    size_t worker_count;
    struct ls_emission *emission;
    struct ls_group **groups; /* of one window, in the panes of all workers */
    size_t count, capacity;
    struct ls_group_state merged;
};

static int by_key(const void *a, const void *b)
{
    return ls_keyed_order(&(*(struct ls_group *const *)a)->keyed,
                          &(*(struct ls_group *const *)b)->keyed);
}

/* The first window behind `done` that has a pane; false when there is none. */
static bool next_window(const struct emitter *e, int64_t done, int64_t *number)
{
    bool found = false;
    for (size_t w = 0; w < e->worker_count; w++) {
        const struct ls_windows *windows = e->workers[w];
        for (size_t i = 0; i < windows->count; i++) {
            const struct ls_pane *pane = windows->panes[i];
            int64_t first = pane->first > done ? pane->first : done + 1;
            if (pane->last > done && (!found || first < *number)) {
                *number = first;
                found = true;
            }
        }
    }
    return found;
}

static int gather(struct emitter *e, int64_t number, struct ls_error *err)
{
    int rc = 0;
    e->count = 0;
    for (size_t w = 0; rc == 0 && w < e->worker_count; w++) {
        const struct ls_windows *windows = e->workers[w];
        for (size_t i = 0; rc == 0 && i < windows->count; i++) {
            const struct ls_pane *pane = windows->panes[i];
            if (pane->first > number || pane->last < number) {
                continue;
            }
            rc = ls_mem_grow(&e->groups, &e->capacity, e->count + pane->groups.count,
                             sizeof(struct ls_group *), err);
            for (size_t k = 0; rc == 0 && k < pane->groups.slot_count; k++) {
                if (ls_pane_group(pane, k)) {
                    e->groups[e->count++] = ls_pane_group(pane, k);
                }
            }
        }
    }
    return rc;
}

/* The states of one group. */
static int write_group(struct emitter *e, int64_t number, struct ls_group *const *parts,
                       size_t count, struct ls_error *err)
{
    const struct ls_view *view = e->view;
    const struct ls_group_state *state = &parts[0]->state;
    int rc = 0;
    for (size_t i = 0; rc == 0 && count > 1 && i < count; i++) {
        rc = ls_group_merge(view, &e->merged, &parts[i]->state, err);
        state = &e->merged;
    }
    rc = rc < 0 ? rc : ls_group_results(view, state, &e->emission->row, &e->emission->tops, err);
    rc = rc < 0 ? rc
                : ls_row_of_window(view, ls_view_start(view, number), ls_view_end(view, number),
                                   parts[0]->keyed.key, parts[0]->keyed.key_size, &e->emission->row,
                                   &e->emission->bytes, err);
    if (count > 1) {
        ls_group_state_clear(view, &e->merged);
    }
    return rc < 0 ? rc
                  : ls_emission_write(e->emission, view, ls_view_end(view, number),
                                      parts[0]->keyed.key, parts[0]->keyed.key_size, err);
}

static int write_window(struct emitter *e, int64_t number, struct ls_error *err)
{
    int rc = gather(e, number, err);
    if (rc == 0) {
        assert(e->count > 0); /* a pane is made with its first group */
        qsort(e->groups, e->count, sizeof(struct ls_group *), by_key);
    }
    for (size_t i = 0, next; rc == 0 && i < e->count; i = next) {
        for (next = i + 1; next < e->count && by_key(&e->groups[i], &e->groups[next]) == 0;) {
            next++;
        }
        for (int k = 0; rc == 0 && k < 1 + LS_MUTANT(ROW_TWICE); k++) {
            rc = write_group(e, number, &e->groups[i], next - i, err);
        }
    }
    return rc;
}

int ls_windows_emit(struct ls_windows *const *workers, size_t count, int64_t done, int64_t low,
                    struct ls_emission *emission, struct ls_error *err)
{
    struct emitter e = {
        .view = workers[0]->view, .workers = workers, .worker_count = count, .emission = emission};
    void *merged = ls_mem_new(1, ls_group_state_size(e.view), err);
    int rc = merged ? 0 : err->code;
    int64_t number = 0;
    if (rc == 0) {
        ls_group_state_init(e.view, merged, &e.merged);
    }
    while (rc == 0 && next_window(&e, done, &number) && ls_view_end(e.view, number) <= low) {
        rc = write_window(&e, number, err);
        done = number;
        for (size_t w = 0; rc == 0 && w < count; w++) {
            ls_windows_forget(workers[w], done);
        }
    }
    ls_mem_free(merged);
    ls_mem_free(e.groups);
    return rc;
}
