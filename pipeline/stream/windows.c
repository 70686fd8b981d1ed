#include "pipeline/stream/windows.h"

#include "core/base/mem.h"

#include <string.h>

void ls_windows_init(struct ls_windows *windows, const struct ls_view *view)
{
    *windows = (struct ls_windows){.view = view};
}

void ls_window_free(struct ls_window *window)
{
    if (window) {
        ls_arena_clear(&window->arena);
        ls_mem_free(window);
    }
}

void ls_windows_clear(struct ls_windows *windows)
{
    for (size_t i = 0; i < windows->count; i++) {
        ls_window_free(windows->open[i]);
    }
    ls_mem_free(windows->open);
    *windows = (struct ls_windows){.view = windows->view};
}

static int order(const struct ls_window *w, int64_t start, int64_t end)
{
    if (w->end != end) {
        return w->end < end ? -1 : 1;
    }
    return (w->start > start) - (w->start < start);
}

/* The place of a window, or where it belongs. Few are open at a time, and records mostly fall into
 * the last ones. */
static size_t place_of(const struct ls_windows *windows, int64_t start, int64_t end)
{
    size_t at = windows->count;
    while (at > 0 && order(windows->open[at - 1], start, end) >= 0) {
        at--;
    }
    return at;
}

static int window_at(struct ls_windows *windows, int64_t start, int64_t end, struct ls_window **out,
                     struct ls_error *err)
{
    size_t at = place_of(windows, start, end);
    if (at < windows->count && order(windows->open[at], start, end) == 0) {
        *out = windows->open[at];
        return 0;
    }
    int rc = ls_mem_grow(&windows->open, &windows->capacity, windows->count + 1,
                         sizeof(struct ls_window *), err);
    struct ls_window *window = rc < 0 ? NULL : ls_mem_new(1, sizeof *window, err);
    if (!window) {
        return err->code;
    }
    window->start = start;
    window->end = end;
    ls_arena_init(&window->arena, "the state of an open window", LS_WINDOW_BYTES_MAX);
    memmove(&windows->open[at + 1], &windows->open[at],
            (windows->count - at) * sizeof(struct ls_window *));
    windows->open[at] = window;
    windows->count++;
    *out = window;
    return 0;
}

static struct ls_group **slot_of(struct ls_group **slots, size_t slot_count, const uint8_t *key,
                                 size_t size)
{
    size_t at = (size_t)ls_id_of(key, size).low & (slot_count - 1);
    while (slots[at] && (slots[at]->key_size != size || memcmp(slots[at]->key, key, size) != 0)) {
        at = (at + 1) & (slot_count - 1);
    }
    return &slots[at];
}

static int grow_groups(struct ls_window *window, struct ls_error *err)
{
    if ((window->count + 1) * 2 <= window->slot_count) {
        return 0;
    }
    size_t slot_count = window->slot_count ? window->slot_count * 2 : 16;
    struct ls_group **slots = ls_arena_new(&window->arena, slot_count, sizeof(struct ls_group *),
                                           err);
    if (!slots) {
        return err->code;
    }
    for (size_t i = 0; i < window->slot_count; i++) {
        if (window->slots[i]) {
            *slot_of(slots, slot_count, window->slots[i]->key,
                     window->slots[i]->key_size) = window->slots[i];
        }
    }
    window->slots = slots;
    window->slot_count = slot_count;
    return 0;
}

static int group_at(const struct ls_view *view, struct ls_window *window, const uint8_t *key,
                    size_t size, struct ls_group **out, struct ls_error *err)
{
    int rc = grow_groups(window, err);
    if (rc < 0) {
        return rc;
    }
    struct ls_group **slot = slot_of(window->slots, window->slot_count, key, size);
    if (*slot) {
        *out = *slot;
        return 0;
    }
    struct ls_group *group = ls_arena_new(&window->arena, 1, sizeof *group, err);
    if (!group) {
        return err->code;
    }
    group->key = (const uint8_t *)ls_arena_text(&window->arena, (const char *)key, size, err);
    group->key_size = (uint32_t)size;
    group->aggregates = group->key ? ls_arena_new(&window->arena, view->column_count,
                                                  sizeof *group->aggregates, err)
                                   : NULL;
    group->distinct = group->aggregates ? ls_arena_new(&window->arena, view->distinct_count,
                                                       sizeof *group->distinct, err)
                                        : NULL;
    if (!group->distinct) {
        return err->code;
    }
    *slot = group;
    window->count++;
    *out = group;
    return 0;
}

int ls_windows_group(struct ls_windows *windows, int64_t start, int64_t end, const uint8_t *key,
                     size_t key_size, struct ls_window **window, struct ls_group **group,
                     struct ls_error *err)
{
    int rc = window_at(windows, start, end, window, err);
    return rc < 0 ? rc : group_at(windows->view, *window, key, key_size, group, err);
}

static bool is_zero(struct ls_id id)
{
    return id.high == 0 && id.low == 0;
}

static struct ls_id *distinct_slot(struct ls_id *slots, size_t slot_count, struct ls_id value)
{
    size_t at = (size_t)value.low & (slot_count - 1);
    while (!is_zero(slots[at]) && !ls_id_equal(slots[at], value)) {
        at = (at + 1) & (slot_count - 1);
    }
    return &slots[at];
}

int ls_distinct_add(struct ls_window *window, struct ls_distinct *set, struct ls_id value,
                    struct ls_error *err)
{
    if (is_zero(value)) {
        set->count += !set->has_zero;
        set->has_zero = true;
        return 0;
    }
    if ((set->count + 1) * 2 > set->slot_count) {
        size_t slot_count = set->slot_count ? set->slot_count * 2 : 8;
        struct ls_id *slots = ls_arena_new(&window->arena, slot_count, sizeof *slots, err);
        if (!slots) {
            return err->code;
        }
        for (size_t i = 0; i < set->slot_count; i++) {
            if (!is_zero(set->slots[i])) {
                *distinct_slot(slots, slot_count, set->slots[i]) = set->slots[i];
            }
        }
        set->slots = slots;
        set->slot_count = slot_count;
    }
    struct ls_id *slot = distinct_slot(set->slots, set->slot_count, value);
    set->count += is_zero(*slot);
    *slot = value;
    return 0;
}

int ls_windows_add(struct ls_windows *windows, const struct ls_contribution *c,
                   struct ls_error *err)
{
    const struct ls_view *view = windows->view;
    struct ls_window *window;
    struct ls_group *group;
    int rc = ls_windows_group(windows, c->start, c->end, c->key, c->key_size, &window, &group, err);
    if (rc < 0) {
        return rc;
    }
    group->dirty = true;
    size_t k = 0;
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        const struct ls_input *input = &c->inputs[i];
        bool distinct = view->columns[i].kind == LS_AGGREGATE_DISTINCT;
        if (input->present && distinct) {
            uint8_t name[LS_DISTINCT_INLINE];
            uint32_t size = ls_distinct_name(input, name);
            rc = ls_distinct_add(window, &group->distinct[k], ls_id_of(name, size), err);
        } else if (input->present && !ls_aggregate_add(&group->aggregates[i], input->number)) {
            rc = ls_error_set(err, LS_E_DATA, "view %s: the sum of column %s leaves 128 bits",
                              view->spec->name, view->columns[i].name);
        }
        k += distinct;
    }
    return rc;
}

struct ls_window *ls_windows_take(struct ls_windows *windows, int64_t start, int64_t end)
{
    if (windows->count == 0 || order(windows->open[0], start, end) != 0) {
        return NULL;
    }
    struct ls_window *window = windows->open[0];
    windows->count--;
    memmove(windows->open, windows->open + 1, windows->count * sizeof(struct ls_window *));
    return window;
}
