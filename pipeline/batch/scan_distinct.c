/* How many distinct values each window has, where windows overlap. A value is in a range of windows
 * with each of its records; ranges that touch are one. At its first window the count is one more,
 * behind its last one less: these differences, added up from window to window, are the counts.
 * Nothing is written for each window that a value is in. */
#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "pipeline/batch/scan_internal.h"

#include <string.h>

#define DIFFERENCES 4096 /* gathered before they are sorted; a power of two */

struct difference {
    int64_t window, amount;
};

struct sweep {
    const struct ls_scan_job *job;
    struct ls_merge *merge;
    struct ls_sorter *differences; /* key: group, column, window */
    struct ls_sorter *out;
    struct ls_buf key;     /* of the value whose range is open: group, column, value */
    struct ls_buf scratch; /* of what is added to a sorter */
    size_t head;           /* of the key: group and column */
    int64_t first, last;   /* the range */
    struct difference gathered[DIFFERENCES]; /* by window; amount 0: none */
};

int ls_scan_add_span(struct ls_scan_part *part, const struct ls_contribution *c, uint64_t column,
                     const struct ls_buf *value, int64_t first, int64_t last, struct ls_error *err)
{
    uint8_t words[12];
    uint8_t size = (uint8_t)value->size; /* at most LS_DISTINCT_INLINE; keeps values apart */
    ls_key_u64(words, column);
    part->key.size = 0;
    int rc = ls_buf_append(&part->key, c->key, c->key_size, err);
    rc = rc < 0 ? rc : ls_buf_append(&part->key, words, 8, err);
    rc = rc < 0 ? rc : ls_buf_append(&part->key, &size, 1, err);
    rc = rc < 0 ? rc : ls_buf_append(&part->key, value->data, value->size, err);
    ls_key_i64(words, first);
    rc = rc < 0 ? rc : ls_buf_append(&part->key, words, 8, err);
    ls_put_u32(ls_put_u64(words, (uint64_t)last), c->key_size + 8);
    return rc < 0 ? rc
                  : ls_sorter_add(part->spans, part->key.data, part->key.size, words, sizeof words,
                                  err);
}

/* ---- ranges to differences */

static int add_difference(struct sweep *s, struct difference *d, struct ls_error *err)
{
    uint8_t words[8];
    if (d->amount == 0) {
        return 0;
    }
    ls_key_i64(words, d->window);
    s->scratch.size = 0;
    int rc = ls_buf_append(&s->scratch, s->key.data, s->head, err);
    rc = rc < 0 ? rc : ls_buf_append(&s->scratch, words, sizeof words, err);
    ls_put_u64(words, (uint64_t)d->amount);
    rc = rc < 0 ? rc
                : ls_sorter_add(s->differences, s->scratch.data, s->scratch.size, words,
                                sizeof words, err);
    d->amount = 0;
    return rc;
}

static int gather(struct sweep *s, int64_t window, int64_t amount, struct ls_error *err)
{
    struct difference *d = &s->gathered[(uint64_t)window & (DIFFERENCES - 1)];
    int rc = d->window == window ? 0 : add_difference(s, d, err);
    d->window = window;
    d->amount += amount;
    return rc;
}

static int end_range(struct sweep *s, struct ls_error *err)
{
    int rc = s->key.size ? gather(s, s->first, 1, err) : 0;
    return rc < 0 || !s->key.size ? rc : gather(s, s->last + 1, -1, err);
}

static int end_list(struct sweep *s, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < DIFFERENCES; i++) {
        rc = add_difference(s, &s->gathered[i], err);
    }
    return rc;
}

static int take_range(struct sweep *s, const struct ls_sorted *item, struct ls_error *err)
{
    size_t size = item->key_size - 8;
    int64_t first = ls_key_get_i64(item->key + size);
    int64_t last = (int64_t)ls_get_u64(item->value);
    size_t head = ls_get_u32(item->value + 8);
    if (s->key.size == size && memcmp(s->key.data, item->key, size) == 0 && first <= s->last + 1) {
        s->last = last > s->last ? last : s->last;
        return 0;
    }
    int rc = end_range(s, err);
    if (rc == 0 && (s->head != head || memcmp(s->key.data, item->key, head) != 0)) {
        rc = end_list(s, err);
    }
    s->key.size = 0;
    s->head = head;
    s->first = first;
    s->last = last;
    return rc < 0 ? rc : ls_buf_append(&s->key, item->key, size, err);
}

static int scan_ranges(struct sweep *s, struct ls_error *err)
{
    struct ls_sorter **sorters = ls_mem_new(s->job->part_count, sizeof(struct ls_sorter *), err);
    struct ls_sorted item;
    if (!sorters) {
        return err->code;
    }
    for (size_t i = 0; i < s->job->part_count; i++) {
        sorters[i] = s->job->parts[i]->spans;
    }
    int rc = ls_merge_new(sorters, s->job->part_count, &s->merge, err);
    ls_mem_free(sorters);
    while (rc >= 0 && (rc = ls_merge_next(s->merge, &item, err)) > 0) {
        rc = take_range(s, &item, err);
    }
    rc = rc < 0 ? rc : end_range(s, err);
    rc = rc < 0 ? rc : end_list(s, err);
    ls_merge_free(s->merge);
    s->merge = NULL;
    return rc;
}

/* ---- differences to counts */

/* The windows from `first` to before `end` have `count` values each. */
static int hand_on(struct sweep *s, int64_t first, int64_t end, uint64_t count,
                   struct ls_error *err)
{
    uint8_t counted[24];
    uint8_t words[16];
    int rc = 0;
    ls_put_u64(ls_put_u64(ls_put_u64(counted, count), 0), 0);
    for (int64_t n = first; rc == 0 && count && n < end; n++) {
        ls_key_i64(ls_key_i64(words, n), n);
        s->scratch.size = 0;
        rc = ls_buf_append(&s->scratch, words, sizeof words, err);
        rc = rc < 0 ? rc : ls_buf_append(&s->scratch, s->key.data, s->key.size, err);
        rc = rc < 0 ? rc
                    : ls_sorter_add(s->out, s->scratch.data, s->scratch.size, counted,
                                    sizeof counted, err);
    }
    return rc;
}

static int scan_differences(struct sweep *s, struct ls_error *err)
{
    struct ls_sorted item;
    int64_t window = 0;
    uint64_t count = 0;
    s->key.size = 0;
    int rc = ls_merge_new(&s->differences, 1, &s->merge, err);
    while (rc >= 0 && (rc = ls_merge_next(s->merge, &item, err)) > 0) {
        size_t head = item.key_size - 8;
        int64_t next = ls_key_get_i64(item.key + head);
        rc = hand_on(s, window, next, count, err);
        if (rc == 0 && count == 0) { /* so it is behind the last window of a column */
            s->key.size = 0;
            rc = ls_buf_append(&s->key, item.key, head, err);
        }
        window = next;
        count += ls_get_u64(item.value);
    }
    return rc;
}

int ls_scan_distinct(const struct ls_scan_job *job, size_t memory, struct ls_sorter *out,
                     struct ls_error *err)
{
    struct sweep *s = ls_mem_new(1, sizeof *s, err);
    if (!s) {
        return err->code;
    }
    s->job = job;
    s->out = out;
    ls_buf_init(&s->key, "a value of a view", SCAN_ROW_MAX);
    ls_buf_init(&s->scratch, "a value of a view", SCAN_ROW_MAX);
    int rc = ls_sorter_new(job->view->spec->name, job->folder, memory, &s->differences, err);
    rc = rc < 0 ? rc : scan_ranges(s, err);
    rc = rc < 0 ? rc : scan_differences(s, err);
    ls_merge_free(s->merge);
    ls_sorter_free(s->differences);
    ls_buf_clear(&s->key);
    ls_buf_clear(&s->scratch);
    ls_mem_free(s);
    return rc;
}
