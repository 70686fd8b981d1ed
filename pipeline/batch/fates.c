#include "pipeline/batch/fates.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <assert.h>
#include <string.h>

#define CARRIED 32 /* where it begins in a value */

/* by_id:       key id (16), position (8); value payload (16), event_time (8), floor (8), carried
 * by_position: key position (8); value reason (1), floor (8) */
struct ls_fates {
    struct ls_sorter *by_id, *by_position;
    struct ls_merge *decided;
    struct ls_sorted next; /* the next unlike one; valid while has_next */
    bool has_next;
};

int ls_fates_new(const char *folder, size_t memory, struct ls_fates **out, struct ls_error *err)
{
    *out = NULL;
    struct ls_fates *f = ls_mem_new(1, sizeof *f, err);
    if (!f) {
        return err->code;
    }
    int rc = ls_sorter_new("fates by id", folder, memory / 4 * 3, &f->by_id, err);
    rc = rc < 0 ? rc : ls_sorter_new("fates by position", folder, memory / 4, &f->by_position, err);
    if (rc < 0) {
        ls_fates_free(f);
        return rc;
    }
    *out = f;
    return 0;
}

void ls_fates_free(struct ls_fates *f)
{
    if (f) {
        ls_merge_free(f->decided);
        ls_sorter_free(f->by_id);
        ls_sorter_free(f->by_position);
        ls_mem_free(f);
    }
}

int ls_fates_add(struct ls_fates *f, const struct ls_candidate *c, struct ls_error *err)
{
    uint8_t key[24];
    uint8_t value[CARRIED + LS_FATES_CARRIED_MAX];
    assert(c->carried_size <= LS_FATES_CARRIED_MAX);
    ls_key_u64(ls_key_u64(ls_key_u64(key, c->id.high), c->id.low), c->position);
    uint8_t *at = ls_key_u64(ls_key_u64(value, c->payload.high), c->payload.low);
    at = ls_key_i64(ls_key_i64(at, c->event_time), c->floor);
    if (c->carried_size) {
        memcpy(at, c->carried, c->carried_size);
    }
    return ls_sorter_add(f->by_id, key, sizeof key, value, CARRIED + c->carried_size, err);
}

static int note(struct ls_fates *f, const uint8_t *position, enum ls_reason reason, int64_t floor,
                struct ls_error *err)
{
    uint8_t value[9];
    value[0] = (uint8_t)reason;
    ls_key_i64(value + 1, floor);
    return ls_sorter_add(f->by_position, position, 8, value, sizeof value, err);
}

/* The records of one id come in the order of their positions: the first that is admitted is
 * remembered while its event_time has not fallen behind the floor of the record that asks. */
int ls_fates_decide(struct ls_fates *f, ls_fates_admitted *admitted, void *context,
                    struct ls_error *err)
{
    struct ls_merge *merge = NULL;
    struct ls_sorted item;
    uint8_t id[16] = {0};
    uint8_t first_payload[16];
    int64_t first_time = 0;
    bool same = false;
    bool has_first = false;
    int rc = ls_merge_new(&f->by_id, 1, &merge, err);
    while (rc >= 0 && (rc = ls_merge_next(merge, &item, err)) > 0) {
        int64_t event_time = ls_key_get_i64(item.value + 16);
        int64_t floor = ls_key_get_i64(item.value + 24);
        same = same && memcmp(id, item.key, sizeof id) == 0;
        if (!same) {
            memcpy(id, item.key, sizeof id);
            same = true;
            has_first = false;
        }
        if (event_time < floor && !LS_MUTANT(NEVER_EXPIRES)) {
            rc = note(f, item.key + 16, LS_REASON_EXPIRED, floor, err);
        } else if (has_first && first_time >= floor) {
            bool equal = memcmp(first_payload, item.value, sizeof first_payload) == 0;
            rc = note(f, item.key + 16, equal ? LS_REASON_DUPLICATE : LS_REASON_DUPLICATE_CONFLICT,
                      0, err);
        } else {
            has_first = true;
            first_time = event_time;
            memcpy(first_payload, item.value, sizeof first_payload);
            rc = admitted ? admitted(context, ls_key_get_u64(item.key + 16), event_time,
                                     item.value + CARRIED, item.value_size - CARRIED, err)
                          : 0;
        }
    }
    ls_merge_free(merge);
    ls_sorter_free(f->by_id);
    f->by_id = NULL;
    rc = rc < 0 ? rc : ls_merge_new(&f->by_position, 1, &f->decided, err);
    rc = rc < 0 ? rc : ls_merge_next(f->decided, &f->next, err);
    f->has_next = rc > 0;
    return rc < 0 ? rc : 0;
}

int ls_fates_at(struct ls_fates *f, uint64_t position, enum ls_reason *fate, int64_t *floor,
                struct ls_error *err)
{
    *fate = LS_ADMITTED;
    if (!f->has_next || ls_key_get_u64(f->next.key) != position) {
        return 0;
    }
    *fate = (enum ls_reason)f->next.value[0];
    *floor = ls_key_get_i64(f->next.value + 1);
    int rc = ls_merge_next(f->decided, &f->next, err);
    f->has_next = rc > 0;
    return rc < 0 ? rc : 0;
}
