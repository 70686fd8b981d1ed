#include "pipeline/batch/flags.h"

#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <string.h>

#define GROUP 17 /* bytes of a key that say whose: flag, value of `per` */

/* by_group:    key flag (1), per (16), position (8); value value (8), event_time (8)
 * by_position: key position (8), flag (1) */
struct ls_flags {
    const struct ls_topic_plan *topic;
    struct ls_sorter *by_group, *by_position;
    struct ls_merge *found;
    struct ls_sorted next; /* the next one; valid while has_next */
    bool has_next;
};

int ls_flags_new(const struct ls_topic_plan *topic, const char *folder, size_t memory,
                 struct ls_flags **out, struct ls_error *err)
{
    *out = NULL;
    struct ls_flags *f = ls_mem_new(1, sizeof *f, err);
    if (!f) {
        return err->code;
    }
    f->topic = topic;
    int rc = ls_sorter_new("flags by entity", folder, memory / 4 * 3, &f->by_group, err);
    rc = rc < 0 ? rc : ls_sorter_new("flags by position", folder, memory / 4, &f->by_position, err);
    if (rc < 0) {
        ls_flags_free(f);
        return rc;
    }
    *out = f;
    return 0;
}

void ls_flags_free(struct ls_flags *f)
{
    if (f) {
        ls_merge_free(f->found);
        ls_sorter_free(f->by_group);
        ls_sorter_free(f->by_position);
        ls_mem_free(f);
    }
}

int ls_flags_add(struct ls_flags *f, uint64_t position, size_t flag, struct ls_id per,
                 int64_t value, int64_t event_time, struct ls_error *err)
{
    uint8_t key[GROUP + 8];
    uint8_t rest[16];
    key[0] = (uint8_t)flag;
    ls_key_u64(ls_key_u64(ls_key_u64(key + 1, per.high), per.low), position);
    ls_key_i64(ls_key_i64(rest, value), event_time);
    return ls_sorter_add(f->by_group, key, sizeof key, rest, sizeof rest, err);
}

static int note(struct ls_flags *f, const struct ls_sorted *item, struct ls_error *err)
{
    uint8_t key[9];
    memcpy(key, item->key + GROUP, 8);
    key[8] = item->key[0];
    return ls_sorter_add(f->by_position, key, sizeof key, NULL, 0, err);
}

/* The records of one value of `per` come in the order of their positions. What was greatest counts
 * up to a record that is more than the horizon ahead of all before it. */
static int scan(struct ls_flags *f, struct ls_merge *merge, int64_t horizon, struct ls_error *err)
{
    struct ls_sorted item;
    uint8_t group[GROUP];
    bool first = true;
    int64_t greatest = 0;
    int64_t latest = 0;
    int rc = 0;
    while (rc >= 0 && (rc = ls_merge_next(merge, &item, err)) > 0) {
        int64_t value = ls_key_get_i64(item.value);
        int64_t time = ls_key_get_i64(item.value + 8);
        bool other = first || memcmp(group, item.key, GROUP) != 0;
        if (other || (time > latest + horizon && !LS_MUTANT(FLAGS_FOR_EVER))) {
            memcpy(group, item.key, GROUP);
            greatest = value;
            latest = time;
            first = false;
            continue;
        }
        if (value < (ls_i128)greatest - f->topic->flags[item.key[0]].tolerance) {
            rc = note(f, &item, err);
        }
        greatest = value > greatest ? value : greatest;
        latest = time > latest ? time : latest;
    }
    return rc;
}

int ls_flags_decide(struct ls_flags *f, int64_t horizon, struct ls_error *err)
{
    struct ls_merge *merge = NULL;
    int rc = ls_merge_new(&f->by_group, 1, &merge, err);
    rc = rc < 0 ? rc : scan(f, merge, horizon, err);
    ls_merge_free(merge);
    ls_sorter_free(f->by_group);
    f->by_group = NULL;
    rc = rc < 0 ? rc : ls_merge_new(&f->by_position, 1, &f->found, err);
    rc = rc < 0 ? rc : ls_merge_next(f->found, &f->next, err);
    f->has_next = rc > 0;
    return rc < 0 ? rc : 0;
}

int ls_flags_at(struct ls_flags *f, uint64_t position, uint64_t *found, struct ls_error *err)
{
    int rc = 0;
    *found = 0;
    while (f->has_next && ls_key_get_u64(f->next.key) == position) {
        *found |= UINT64_C(1) << f->next.key[8];
        rc = ls_merge_next(f->found, &f->next, err);
        f->has_next = rc > 0;
    }
    return rc < 0 ? rc : 0;
}
