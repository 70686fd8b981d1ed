#include "pipeline/stream/windows.h"

#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <string.h>

void ls_windows_init(struct ls_windows *windows, const struct ls_view *view)
{
    *windows = (struct ls_windows){.view = view};
}

static void pane_free(const struct ls_view *view, struct ls_pane *pane)
{
    bool owns = view->set_count + view->pick_count > 0;
    for (size_t i = 0; owns && i < pane->groups.slot_count; i++) {
        if (ls_pane_group(pane, i)) {
            ls_group_state_clear(view, &ls_pane_group(pane, i)->state);
        }
    }
    ls_key_clear(&pane->groups);
    ls_arena_clear(&pane->arena);
    ls_mem_free(pane);
}

void ls_windows_forget(struct ls_windows *windows, int64_t done)
{
    size_t gone = 0;
    while (gone < windows->count && windows->panes[gone]->last <= done) {
        pane_free(windows->view, windows->panes[gone++]);
    }
    windows->count -= gone;
    if (gone && windows->count) {
        memmove(windows->panes, windows->panes + gone, windows->count * sizeof(struct ls_pane *));
    }
}

void ls_windows_clear(struct ls_windows *windows)
{
    ls_windows_forget(windows, INT64_MAX);
    ls_mem_free(windows->panes);
    *windows = (struct ls_windows){.view = windows->view};
}

/* ---- panes and their groups */

static int order(const struct ls_pane *pane, int64_t first, int64_t last)
{
    if (pane->last != last) {
        return pane->last < last ? -1 : 1;
    }
    return (pane->first > first) - (pane->first < first);
}

/* The place of a pane, or where it belongs. Few are open at a time, and records mostly fall into
 * the last ones. */
static size_t place_of(const struct ls_windows *windows, int64_t first, int64_t last)
{
    size_t at = windows->count;
    while (at > 0 && order(windows->panes[at - 1], first, last) >= 0) {
        at--;
    }
    return at;
}

static int pane_at(struct ls_windows *windows, int64_t first, int64_t last, struct ls_pane **out,
                   struct ls_error *err)
{
    size_t at = place_of(windows, first, last);
    if (at < windows->count && order(windows->panes[at], first, last) == 0) {
        *out = windows->panes[at];
        return 0;
    }
    int rc = ls_mem_grow(&windows->panes, &windows->capacity, windows->count + 1,
                         sizeof(struct ls_pane *), err);
    struct ls_pane *pane = rc < 0 ? NULL : ls_mem_new(1, sizeof *pane, err);
    if (!pane) {
        return err->code;
    }
    pane->first = first;
    pane->last = last;
    ls_arena_init(&pane->arena, "the state of an open window", LS_PANE_BYTES_MAX);
    memmove(&windows->panes[at + 1], &windows->panes[at],
            (windows->count - at) * sizeof(struct ls_pane *));
    windows->panes[at] = pane;
    windows->count++;
    *out = pane;
    return 0;
}

static int group_at(const struct ls_view *view, struct ls_pane *pane, const uint8_t *key,
                    size_t size, struct ls_group **out, struct ls_error *err)
{
    *out = (struct ls_group *)(void *)ls_key_find(&pane->groups, key, size);
    if (*out) {
        return 0;
    }
    int rc = ls_key_reserve(&pane->groups, err);
    struct ls_group *group = rc < 0 ? NULL : ls_arena_new(&pane->arena, 1, sizeof *group, err);
    void *state = group ? ls_arena_new(&pane->arena, 1, ls_group_state_size(view), err) : NULL;
    char *copy = state ? ls_arena_text(&pane->arena, (const char *)key, size, err) : NULL;
    if (!copy) {
        return err->code;
    }
    ls_group_state_init(view, state, &group->state);
    group->keyed = (struct ls_keyed){(const uint8_t *)copy, (uint32_t)size};
    ls_key_add(&pane->groups, &group->keyed);
    *out = group;
    return 0;
}

int ls_windows_group(struct ls_windows *windows, int64_t first, int64_t last, const uint8_t *key,
                     size_t key_size, struct ls_group **group, struct ls_error *err)
{
    struct ls_pane *pane = NULL;
    int rc = pane_at(windows, first, last, &pane, err);
    return rc < 0 ? rc : group_at(windows->view, pane, key, key_size, group, err);
}

int ls_windows_add(struct ls_windows *windows, int64_t first, int64_t last,
                   const struct ls_contribution *c, const struct ls_place_in_order *place,
                   struct ls_buf *scratch, struct ls_error *err)
{
    struct ls_group *group;
    int rc = ls_windows_group(windows, first, last, c->key, c->key_size, &group, err);
    if (rc < 0) {
        return LS_MUTANT(REFUSAL_IGNORED) ? 0 : rc;
    }
    group->dirty = true;
    return ls_group_add(windows->view, &group->state, c, place, scratch, err);
}
