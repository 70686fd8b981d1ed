#include "pipeline/batch/repeats.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"

#include <string.h>

/* by_id:       key id (16), position (8)
 * by_position: key position (8); value number of the id among the repeated ones (8) */
struct ls_repeats {
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
    r->count_max = memory / 4 / sizeof *r->ids;
    int rc = ls_sorter_new("repeated ids", folder, memory / 2, &r->by_id, err);
    rc = rc < 0
             ? rc
             : ls_sorter_new("repeated ids by position", folder, memory / 4, &r->by_position, err);
    if (rc < 0) {
        ls_repeats_free(r);
        return rc;
    }
    *out = r;
    return 0;
}

void ls_repeats_free(struct ls_repeats *r)
{
    if (r) {
        ls_merge_free(r->found);
        ls_sorter_free(r->by_id);
        ls_sorter_free(r->by_position);
        ls_mem_free(r->ids);
        ls_mem_free(r);
    }
}

int ls_repeats_add(struct ls_repeats *r, uint64_t position, struct ls_id id, struct ls_error *err)
{
    uint8_t key[24];
    ls_key_u64(ls_key_u64(ls_key_u64(key, id.high), id.low), position);
    return ls_sorter_add(r->by_id, key, sizeof key, NULL, 0, err);
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
    int rc = compare_neighbours(r, err);
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
