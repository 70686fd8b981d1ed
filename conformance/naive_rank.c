/* Aggregates (P8) that sort: different values, quantiles, the values with the most. */
#include "conformance/naive_aggregate.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define QUANTILE_BITS 8 /* of a value's magnitude that are kept */

static int by_value(const void *a, const void *b)
{
    return ls_naive_value_order(*(const struct naive_value *const *)a,
                                *(const struct naive_value *const *)b);
}

/* Puts the field's values in the place of the rows, without nulls, ascending. */
static size_t sort_values(const struct naive_aggregate *aggregate, const struct naive_value **rows,
                          size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct naive_value *value = &rows[i][aggregate->index];
        if (!value->is_null) {
            rows[used++] = value;
        }
    }
    if (used) {
        qsort(rows, used, sizeof *rows, by_value);
    }
    return used;
}

int64_t ls_naive_distinct(const struct naive_aggregate *aggregate, const struct naive_value **rows,
                          size_t count)
{
    int64_t distinct = 0;
    size_t used = sort_values(aggregate, rows, count);
    for (size_t i = 0; i < used; i++) {
        distinct += i == 0 || by_value(&rows[i - 1], &rows[i]) != 0;
    }
    return distinct;
}

/* The value of rank ceil(q * n) with its low bits cleared: nearer to zero, on both sides of it. */
void ls_naive_quantile(const struct naive_aggregate *aggregate, const struct naive_value **rows,
                       size_t count, struct naive_value *out)
{
    const struct ls_ratio *q = &aggregate->spec->q;
    size_t used = sort_values(aggregate, rows, count);
    out->is_null = used == 0;
    if (out->is_null) {
        return;
    }
    ls_u128 rank = ((ls_u128)q->part * used + q->whole - 1) / q->whole;
    int64_t value = rows[rank - 1]->number;
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    unsigned low = 0;
    while (magnitude >> low >= 1U << QUANTILE_BITS) {
        low++;
    }
    magnitude = magnitude >> low << low;
    out->number = value < 0 ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
}

/* ---- top */

struct ranked {
    const struct naive_value *value;
    const uint8_t *key; /* its Avro binary */
    size_t key_size;
    ls_i128 has; /* records, or what they sum up to */
};

static int by_key(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;
    size_t size = x->key_size < y->key_size ? x->key_size : y->key_size;
    int order = size ? memcmp(x->key, y->key, size) : 0;
    return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;
    if (x->has != y->has) {
        return x->has > y->has ? -1 : 1;
    }
    return by_key(a, b);
}

/* One entry a record. */
static int list_records(const struct naive_aggregate *a, const struct naive_value *const *rows,
                        size_t count, struct ls_buf *keys, struct ranked *out, size_t *out_count,
                        struct ls_error *err)
{
    size_t used = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct naive_value *value = &rows[i][a->index];
        if (value->is_null || (a->to && rows[i][a->to_index].is_null)) {
            continue;
        }
        size_t before = keys->size;
        rc = ls_naive_put_value(a->field, value, keys, err);
        out[used++] = (struct ranked){.value = value,
                                      .key_size = keys->size - before,
                                      .has = a->to ? rows[i][a->to_index].number : 1};
    }
    const uint8_t *key = keys->data; /* which stays where it is from now on */
    for (size_t i = 0; rc == 0 && i < used; i++) {
        out[i].key = key;
        key += out[i].key_size;
    }
    *out_count = used;
    return rc;
}

/* Equal values become one, with all that they have; then the greatest comes first. */
static size_t rank(struct ranked *ranked, size_t count)
{
    size_t used = 0;
    if (count) {
        qsort(ranked, count, sizeof *ranked, by_key);
    }
    for (size_t i = 0; i < count; i++) {
        if (used && by_key(&ranked[used - 1], &ranked[i]) == 0) {
            ranked[used - 1].has += ranked[i].has;
        } else {
            ranked[used++] = ranked[i];
        }
    }
    if (used) {
        qsort(ranked, used, sizeof *ranked, by_rank);
    }
    return used;
}

static int put_entry(const struct naive_aggregate *a, const struct ranked *ranked,
                     struct ls_arena *arena, struct ls_buf *out, struct ls_error *err)
{
    struct naive_value has = {.number = (int64_t)ranked->has};
    int rc = a->to ? ls_naive_put_sum(a, a->to, ranked->has, arena, &has, err) : 0;
    rc = rc < 0 ? rc : ls_naive_put_value(&a->entry->items[0], ranked->value, out, err);
    return rc < 0 ? rc : ls_naive_put_value(&a->entry->items[1], &has, out, err);
}

int ls_naive_top(const struct naive_aggregate *aggregate, const struct naive_value **rows,
                 size_t count, struct ls_arena *arena, struct naive_value *out,
                 struct ls_error *err)
{
    const struct ls_aggregate_field *settings = aggregate->spec->function.settings;
    struct ranked *ranked = ls_mem_new(count, sizeof *ranked, err);
    struct ls_buf keys;
    struct ls_buf items;
    size_t used = 0;
    ls_buf_init(&keys, "values of a top", NAIVE_NESTED_BYTES_MAX);
    ls_buf_init(&items, "entries of a top", NAIVE_NESTED_BYTES_MAX);
    int rc = ranked ? list_records(aggregate, rows, count, &keys, ranked, &used, err) : err->code;
    used = rc < 0 ? 0 : rank(ranked, used);
    used = used < (size_t)settings->k ? used : (size_t)settings->k;
    for (size_t i = 0; rc == 0 && i < used; i++) {
        rc = put_entry(aggregate, &ranked[i], arena, &items, err);
    }
    rc = rc < 0 ? rc : ls_naive_put_items(&items, (int64_t)used, arena, out, err);
    ls_buf_clear(&keys);
    ls_buf_clear(&items);
    ls_mem_free(ranked);
    return rc;
}
