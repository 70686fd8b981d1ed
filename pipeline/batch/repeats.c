#include "pipeline/batch/repeats.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"

#include <string.h>

struct seen {
    struct ls_id id;
    uint64_t position;
};

/* Most ids are nobody's repetition. While all of them have room in memory, bits that two ids meet
 * at tell which may be, and those alone are sorted.
 *
 * by_id:       key id (16), position (8)
 * by_position: key position (8); value number of the id among the repeated ones (8) */
struct ls_repeats {
    const char *folder;
    size_t memory;
    struct seen *seen;
    size_t seen_count, seen_max;
    bool sorting; /* they had no room, and all are in by_id */
    struct ls_sorter *by_id, *by_position;
    struct ls_merge *found;
    struct ls_sorted next; /* the next repeated one; valid while has_next */
    bool has_next;
    struct ls_repeat *ids;
    size_t count, count_max;
};

int ls_repeats_new(const char *folder, size_t memory, struct ls_repeats **out, struct ls_error *err)
{
    *out = NULL;
    struct ls_repeats *r = ls_mem_new(1, sizeof *r, err);
    if (!r) {
        return err->code;
    }
    size_t none = 0;
    r->folder = folder;
    r->memory = memory;
    r->count_max = memory / 4 / sizeof *r->ids;
    r->seen_max = memory / 4 / sizeof *r->seen;
    int rc = ls_mem_grow(&r->seen, &none, r->seen_max, sizeof *r->seen, err);
    rc = rc < 0 ? rc : ls_repeats_begin(r, err);
    if (rc < 0) {
        ls_repeats_free(r);
        return rc;
    }
    *out = r;
    return 0;
}

static void forget(struct ls_repeats *r)
{
    ls_merge_free(r->found);
    ls_sorter_free(r->by_id);
    ls_sorter_free(r->by_position);
    ls_mem_free(r->ids);
    r->found = NULL;
    r->by_id = r->by_position = NULL;
    r->ids = NULL;
    r->seen_count = r->count = 0;
    r->sorting = false;
}

int ls_repeats_begin(struct ls_repeats *r, struct ls_error *err)
{
    forget(r);
    int rc = ls_sorter_new("repeated ids", r->folder, r->memory / 4, &r->by_id, err);
    return rc < 0 ? rc
                  : ls_sorter_new("repeated ids by position", r->folder, r->memory / 4,
                                  &r->by_position, err);
}

void ls_repeats_free(struct ls_repeats *r)
{
    if (r) {
        forget(r);
        ls_mem_free(r->seen);
        ls_mem_free(r);
    }
}

static int add_to_sort(struct ls_repeats *r, const struct seen *seen, struct ls_error *err)
{
    uint8_t key[24];
    ls_key_u64(ls_key_u64(ls_key_u64(key, seen->id.high), seen->id.low), seen->position);
    return ls_sorter_add(r->by_id, key, sizeof key, NULL, 0, err);
}

/* Those kept go where the others will. */
static int give_up_keeping(struct ls_repeats *r, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->seen_count; i++) {
        rc = add_to_sort(r, &r->seen[i], err);
    }
    r->sorting = true;
    return rc;
}

int ls_repeats_add(struct ls_repeats *r, uint64_t position, struct ls_id id, struct ls_error *err)
{
    const struct seen seen = {id, position};
    if (!r->sorting && r->seen_count < r->seen_max) {
        r->seen[r->seen_count++] = seen;
        return 0;
    }
    int rc = r->sorting ? 0 : give_up_keeping(r, err);
    return rc < 0 ? rc : add_to_sort(r, &seen, err);
}

/* Two bits for each of so many places: an id was seen there; another one was. */
static void mark(uint8_t *places, size_t mask, struct ls_id id)
{
    size_t place = (size_t)id.low & mask;
    uint8_t *byte = &places[place / 4];
    unsigned shift = place % 4 * 2;
    *byte |= (uint8_t)((*byte >> shift & 1 ? 3 : 1) << shift);
}

static bool is_marked_twice(const uint8_t *places, size_t mask, struct ls_id id)
{
    size_t place = (size_t)id.low & mask;
    return places[place / 4] >> place % 4 * 2 & 2;
}

/* Of the ids that were kept, those that may be repeated. */
static int sort_suspects(struct ls_repeats *r, struct ls_error *err)
{
    size_t places_count = 64;
    while (places_count < 16 * r->seen_count) {
        places_count *= 2;
    }
    uint8_t *places = ls_mem_new(places_count / 4, 1, err);
    int rc = places ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < r->seen_count; i++) {
        mark(places, places_count - 1, r->seen[i].id);
    }
    for (size_t i = 0; rc == 0 && i < r->seen_count; i++) {
        rc = is_marked_twice(places, places_count - 1, r->seen[i].id)
                 ? add_to_sort(r, &r->seen[i], err)
                 : 0;
    }
    ls_mem_free(places);
    return rc;
}

static int note(struct ls_repeats *r, const uint8_t position[8], struct ls_error *err)
{
    uint8_t number[8];
    ls_put_u64(number, r->count);
    return ls_sorter_add(r->by_position, position, 8, number, sizeof number, err);
}

/* Neighbours with one id. */
static int compare_neighbours(struct ls_repeats *r, struct ls_error *err)
{
    struct ls_merge *merge;
    struct ls_sorted item;
    uint8_t before[24];
    bool has_before = false;
    bool repeated = false; /* the one before, as it is known by now */
    int rc = ls_merge_new(&r->by_id, 1, &merge, err);
    while (rc >= 0 && r->count <= r->count_max && (rc = ls_merge_next(merge, &item, err)) > 0) {
        bool same = has_before && memcmp(before, item.key, 16) == 0;
        r->count += repeated && !same;
        rc = same && !repeated ? note(r, before + 16, err) : 0;
        rc = rc < 0 || !same ? rc : note(r, item.key + 16, err);
        repeated = same;
        has_before = true;
        memcpy(before, item.key, sizeof before);
    }
    r->count += repeated;
    ls_merge_free(merge);
    ls_sorter_free(r->by_id);
    r->by_id = NULL;
    return rc;
}

static int next(struct ls_repeats *r, struct ls_error *err)
{
    int rc = ls_merge_next(r->found, &r->next, err);
    r->has_next = rc > 0;
    return rc < 0 ? rc : 0;
}

int ls_repeats_find(struct ls_repeats *r, struct ls_error *err)
{
    int rc = r->sorting ? 0 : sort_suspects(r, err);
    rc = rc < 0 ? rc : compare_neighbours(r, err);
    if (rc < 0 || r->count > r->count_max) {
        return rc < 0 ? rc : 0;
    }
    r->ids = ls_mem_new(r->count, sizeof *r->ids, err);
    rc = r->ids ? ls_merge_new(&r->by_position, 1, &r->found, err) : err->code;
    rc = rc < 0 ? rc : next(r, err);
    return rc < 0 ? rc : 1;
}

int ls_repeats_at(struct ls_repeats *r, uint64_t position, struct ls_repeat **out,
                  struct ls_error *err)
{
    int rc = 0;
    *out = NULL;
    while (rc == 0 && r->has_next && ls_key_get_u64(r->next.key) < position) {
        rc = next(r, err);
    }
    if (rc == 0 && r->has_next && ls_key_get_u64(r->next.key) == position) {
        *out = &r->ids[ls_get_u64(r->next.value)];
        rc = next(r, err);
    }
    return rc;
}
