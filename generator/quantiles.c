#include "generator/quantiles.h"

#include "core/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LS_QUANTILES_EXACT % 2 == 0, "half of a level goes on, which keeps the count exact");

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int append(struct ls_quantiles *q, size_t number, int64_t value, struct ls_error *err)
{
    assert(number < LS_QUANTILES_LEVELS_MAX);
    struct ls_quantiles_level *level = &q->levels[number];
    if (!level->values) {
        level->values = ls_mem_new(LS_QUANTILES_EXACT, sizeof *level->values, err);
        if (!level->values) {
            return err->code;
        }
        q->level_count = number + 1;
    }
    level->values[level->count++] = value;
    return 0;
}

/* Makes room in a level that is full, and in those above it. */
static int make_room(struct ls_quantiles *q, struct ls_error *err)
{
    size_t full = 0;
    while (full < q->level_count && q->levels[full].count == LS_QUANTILES_EXACT) {
        full++;
    }
    int rc = 0;
    for (; rc == 0 && full > 0; full--) { /* from above: what goes on finds its room */
        struct ls_quantiles_level *level = &q->levels[full - 1];
        qsort(level->values, level->count, sizeof *level->values, by_value);
        for (size_t i = level->odd; rc == 0 && i < level->count; i += 2) {
            rc = append(q, full, level->values[i], err);
        }
        level->count = 0;
        level->odd = !level->odd;
    }
    return rc;
}

int ls_quantiles_add(struct ls_quantiles *q, int64_t value, struct ls_error *err)
{
    assert(q->count < LS_QUANTILES_COUNT_MAX && !q->points);
    int rc = q->levels[0].count == LS_QUANTILES_EXACT ? make_room(q, err) : 0;
    rc = rc < 0 ? rc : append(q, 0, value, err);
    if (rc < 0) {
        return rc;
    }
    q->least = q->count && q->least < value ? q->least : value;
    q->greatest = q->count && q->greatest > value ? q->greatest : value;
    q->sum += value;
    q->count++;
    return 0;
}

static int by_point(const void *a, const void *b)
{
    const struct ls_quantiles_point *x = a;
    const struct ls_quantiles_point *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

int ls_quantiles_close(struct ls_quantiles *q, struct ls_error *err)
{
    size_t count = 0;
    for (size_t l = 0; l < q->level_count; l++) {
        count += q->levels[l].count;
    }
    q->points = ls_mem_new(count, sizeof *q->points, err);
    if (!q->points) {
        return err->code;
    }
    for (size_t l = 0; l < q->level_count; l++) {
        for (size_t i = 0; i < q->levels[l].count; i++) {
            q->points[q->point_count++] = (struct ls_quantiles_point){q->levels[l].values[i],
                                                                      UINT64_C(1) << l};
        }
        ls_mem_free(q->levels[l].values);
        q->levels[l] = (struct ls_quantiles_level){.values = NULL};
    }
    q->level_count = 0;
    qsort(q->points, count, sizeof *q->points, by_point);
    for (size_t i = 1; i < count; i++) {
        q->points[i].upto += q->points[i - 1].upto;
    }
    assert(count == 0 || q->points[count - 1].upto == q->count);
    return 0;
}

int64_t ls_quantiles_at(const struct ls_quantiles *q, struct ls_ratio share)
{
    assert(q->points && q->count);
    uint64_t rank = (uint64_t)(((ls_u128)q->count * share.part + share.whole - 1) / share.whole);
    if (rank <= 1 || rank >= q->count) {
        return rank <= 1 ? q->least : q->greatest;
    }
    size_t low = 0;
    size_t high = q->point_count -
                  1; /* the first that is at or behind the rank is in low .. high */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (q->points[middle].upto < rank) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return q->points[low].value;
}

uint64_t ls_quantiles_upto(const struct ls_quantiles *q, int64_t value)
{
    assert(q->points);
    if (q->count == 0 || value < q->least) {
        return 0;
    }
    if (value >= q->greatest) {
        return q->count;
    }
    size_t low = 0;
    size_t high = q->point_count; /* as many points are at most the value as low .. high says */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (q->points[middle].value <= value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? q->points[low - 1].upto : 0;
}

ls_i128 ls_quantiles_mean(const struct ls_quantiles *q, unsigned scale)
{
    assert(q->count && scale <= 9);
    return ls_div_half_even(q->sum * ls_pow10(scale), (ls_i128)q->count);
}

void ls_quantiles_clear(struct ls_quantiles *q)
{
    for (size_t l = 0; l < q->level_count; l++) {
        ls_mem_free(q->levels[l].values);
    }
    ls_mem_free(q->points);
    memset(q, 0, sizeof *q);
}
