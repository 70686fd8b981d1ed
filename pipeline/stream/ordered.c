#include "pipeline/stream/ordered.h"

#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <string.h>

struct ls_waiting *ls_waiting_restore(const struct ls_view_source *source, bool joins,
                                      const struct ls_place_in_order *place, const uint8_t *key,
                                      uint32_t key_size, const uint8_t *blob, size_t blob_size,
                                      struct ls_error *err)
{
    struct ls_waiting *record = ls_mem_new(
        1, sizeof *record + place->id_size + key_size + blob_size, err);
    if (!record) {
        return NULL;
    }
    uint8_t *at = record->bytes;
    record->place = *place;
    record->source = source;
    record->joins = joins;
    record->place.id = at;
    memcpy(at, place->id, place->id_size);
    record->key = at += place->id_size;
    record->key_size = key_size;
    if (key_size) {
        memcpy(at, key, key_size);
    }
    record->contribution = at += key_size;
    record->contribution_size = blob_size;
    if (blob_size) {
        memcpy(at, blob, blob_size);
    }
    return record;
}

struct ls_waiting *ls_waiting_new(const struct ls_view *view, const struct ls_contribution *c,
                                  const struct ls_place_in_order *place, struct ls_buf *scratch,
                                  struct ls_error *err)
{
    scratch->size = 0;
    if (ls_contribution_put(view, c, scratch, err) < 0) {
        return NULL;
    }
    return ls_waiting_restore(c->source, c->joins, place, c->key, c->key_size, scratch->data,
                              scratch->size, err);
}

void ls_newcomers_add(struct ls_newcomers *newcomers, struct ls_waiting *record)
{
    record->is_new = true;
    record->newer = NULL;
    record->older = newcomers->first;
    if (newcomers->first) {
        newcomers->first->newer = record;
    }
    newcomers->first = record;
}

void ls_newcomers_remove(struct ls_newcomers *newcomers, struct ls_waiting *record)
{
    if (!record->is_new) {
        return;
    }
    if (record->newer) {
        record->newer->older = record->older;
    } else {
        newcomers->first = record->older;
    }
    if (record->older) {
        record->older->newer = record->newer;
    }
    record->is_new = false;
    record->newer = record->older = NULL;
}

void ls_ordered_clear(struct ls_ordered *ordered)
{
    for (size_t i = 0; i < ordered->count; i++) {
        ls_mem_free(ordered->heap[i]);
    }
    ls_mem_free(ordered->heap);
    *ordered = (struct ls_ordered){0};
}

static bool before(const struct ls_ordered *o, size_t a, size_t b)
{
    return ls_order(&o->heap[a]->place, &o->heap[b]->place) < 0;
}

static void swap(struct ls_ordered *o, size_t a, size_t b)
{
    struct ls_waiting *other = o->heap[a];
    o->heap[a] = o->heap[b];
    o->heap[b] = other;
}

int ls_ordered_add(struct ls_ordered *o, const struct ls_view *view, struct ls_waiting *record,
                   struct ls_error *err)
{
    if (o->count == LS_ORDERED_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "view %s: more than %llu records wait for the watermark of a partition "
                            "that is behind the others",
                            view->spec->name, (unsigned long long)LS_ORDERED_MAX);
    }
    int rc = ls_mem_grow(&o->heap, &o->capacity, o->count + 1, sizeof(struct ls_waiting *), err);
    if (rc < 0) {
        return rc;
    }
    size_t at = o->count++;
    o->heap[at] = record;
    for (; at > 0 && before(o, at, (at - 1) / 2); at = (at - 1) / 2) {
        swap(o, at, (at - 1) / 2);
    }
    return 0;
}

struct ls_waiting *ls_ordered_take(struct ls_ordered *o, int64_t low)
{
    if (o->count == 0 || o->heap[0]->place.event_time - LS_MUTANT(TIE_RELEASED) >= low) {
        return NULL;
    }
    struct ls_waiting *first = o->heap[0];
    o->heap[0] = o->heap[--o->count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < o->count; child++) {
            least = before(o, child, least) ? child : least;
        }
        if (least == at) {
            return first;
        }
        swap(o, at, least);
        at = least;
    }
}
