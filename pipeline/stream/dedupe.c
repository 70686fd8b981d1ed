#include "pipeline/stream/dedupe.h"

#include "core/base/mem.h"

static struct ls_dedupe_entry *slot_of(const struct ls_dedupe *dedupe, struct ls_id id)
{
    size_t mask = dedupe->slot_count - 1;
    size_t at = (size_t)id.low & mask;
    while (dedupe->slots[at].event_time != INT64_MIN && !ls_id_equal(dedupe->slots[at].id, id)) {
        at = (at + 1) & mask;
    }
    return &dedupe->slots[at];
}

const struct ls_dedupe_entry *ls_dedupe_find(const struct ls_dedupe *dedupe, struct ls_id id,
                                             int64_t floor)
{
    if (dedupe->slot_count == 0) {
        return NULL;
    }
    const struct ls_dedupe_entry *entry = slot_of(dedupe, id);
    return entry->event_time != INT64_MIN && entry->event_time >= floor ? entry : NULL;
}

size_t ls_dedupe_live(const struct ls_dedupe *dedupe, int64_t floor)
{
    size_t live = 0;
    for (size_t i = 0; i < dedupe->slot_count; i++) {
        live += dedupe->slots[i].event_time != INT64_MIN && dedupe->slots[i].event_time >= floor;
    }
    return live;
}

/* A new table with what is still remembered, at most half full; so what is forgotten goes at the
 * latest when the table would grow. */
static int rebuild(struct ls_dedupe *dedupe, int64_t floor, struct ls_error *err)
{
    struct ls_dedupe larger = *dedupe;
    size_t live = ls_dedupe_live(dedupe, floor);
    larger.slot_count = 1024;
    while (larger.slot_count < 4 * live) {
        larger.slot_count *= 2;
    }
    if (larger.slot_count > LS_DEDUPE_SLOTS_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "the ids and entities to remember of one partition pass the limit of "
                            "%llu: shorten pipeline.dedupe.horizon",
                            (unsigned long long)LS_DEDUPE_SLOTS_MAX / 4);
    }
    larger.slots = ls_mem_new(larger.slot_count, sizeof *larger.slots, err);
    if (!larger.slots) {
        return err->code;
    }
    for (size_t i = 0; i < larger.slot_count; i++) {
        larger.slots[i].event_time = INT64_MIN;
    }
    larger.used = 0;
    for (size_t i = 0; i < dedupe->slot_count; i++) {
        const struct ls_dedupe_entry *entry = &dedupe->slots[i];
        if (entry->event_time != INT64_MIN && entry->event_time >= floor) {
            *slot_of(&larger, entry->id) = *entry;
            larger.used++;
        }
    }
    ls_mem_free(dedupe->slots);
    *dedupe = larger;
    return 0;
}

/* Room for one more, from those that no checkpoint needs any more where they are a half: between
 * two checkpoints too, memory follows what lives inside the horizon. */
static int reserve_fresh(struct ls_dedupe *dedupe, int64_t floor, struct ls_error *err)
{
    size_t kept = 0;
    if (dedupe->fresh_count < dedupe->fresh_capacity) {
        return 0;
    }
    for (size_t i = 0; i < dedupe->fresh_count; i++) {
        if (dedupe->fresh[i].event_time >= floor) {
            dedupe->fresh[kept++] = dedupe->fresh[i];
        }
    }
    dedupe->fresh_count = kept;
    return kept <= dedupe->fresh_capacity / 2 && kept < dedupe->fresh_capacity
               ? 0
               : ls_mem_grow(&dedupe->fresh, &dedupe->fresh_capacity, dedupe->fresh_capacity + 1,
                             sizeof *dedupe->fresh, err);
}

int ls_dedupe_insert(struct ls_dedupe *dedupe, const struct ls_dedupe_entry *entry, int64_t floor,
                     bool fresh, struct ls_error *err)
{
    int rc = 0;
    if ((dedupe->used + 1) * 2 > dedupe->slot_count) {
        rc = rebuild(dedupe, floor, err);
    }
    rc = rc < 0 || !fresh ? rc : reserve_fresh(dedupe, floor, err);
    if (rc < 0) {
        return rc;
    }
    if (fresh) {
        dedupe->fresh[dedupe->fresh_count++] = *entry;
    }
    struct ls_dedupe_entry *slot = slot_of(dedupe, entry->id);
    dedupe->used += slot->event_time == INT64_MIN;
    *slot = *entry;
    return 0;
}

void ls_dedupe_clear(struct ls_dedupe *dedupe)
{
    ls_mem_free(dedupe->slots);
    ls_mem_free(dedupe->fresh);
    *dedupe = (struct ls_dedupe){0};
}
