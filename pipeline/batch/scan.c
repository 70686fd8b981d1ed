#include "pipeline/batch/scan.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"

#include <string.h>

#define WINDOW_KEY 16 /* end, start */
#define INPUT_SIZE 9  /* present (1), number (8) */
#define ROW_MAX    (1U << 20)

int ls_scan_part_new(const struct ls_view *view, const char *folder, size_t memory,
                     struct ls_scan_part *out, struct ls_error *err)
{
    bool both = view->distinct_count > 0;
    *out = (struct ls_scan_part){0};
    out->key = ls_mem_new(1, WINDOW_KEY + LS_GROUP_KEY_MAX + 16 + LS_DISTINCT_INLINE, err);
    int rc = out->key ? ls_sorter_new(view->spec->name, folder, both ? memory / 2 : memory,
                                      &out->records, err)
                      : err->code;
    return rc < 0 || !both
               ? rc
               : ls_sorter_new(view->spec->name, folder, memory / 2, &out->distinct, err);
}

void ls_scan_part_clear(struct ls_scan_part *part)
{
    ls_sorter_free(part->records);
    ls_sorter_free(part->distinct);
    ls_mem_free(part->key);
    *part = (struct ls_scan_part){0};
}

/* A group's key is its own end (Avro binary of a fixed list of fields), so window and group are a
 * prefix of what follows. */
static int add_distinct(const struct ls_view *view, struct ls_scan_part *part,
                        const struct ls_contribution *c, size_t prefix, struct ls_error *err)
{
    uint64_t k = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        if (view->columns[i].kind != LS_AGGREGATE_DISTINCT) {
            continue;
        }
        if (c->inputs[i].present) {
            uint8_t *at = ls_key_u64(part->key + prefix, k);
            at += ls_distinct_name(&c->inputs[i], at);
            rc = ls_sorter_add(part->distinct, part->key, (size_t)(at - part->key), NULL, 0, err);
        }
        k++;
    }
    return rc;
}

int ls_scan_add(const struct ls_view *view, struct ls_scan_part *part,
                const struct ls_contribution *c, struct ls_error *err)
{
    uint8_t value[LS_VIEW_COLUMNS_MAX * INPUT_SIZE];
    uint8_t *out = value;
    for (size_t i = 0; i < view->column_count; i++) {
        *out++ = c->inputs[i].present;
        out = ls_put_u64(out, (uint64_t)c->inputs[i].number);
    }
    uint8_t *at = ls_key_i64(ls_key_i64(part->key, c->end), c->start);
    memcpy(at, c->key, c->key_size);
    size_t prefix = WINDOW_KEY + c->key_size;
    int rc = ls_sorter_add(part->records, part->key, prefix, value, (size_t)(out - value), err);
    return rc < 0 || !part->distinct ? rc : add_distinct(view, part, c, prefix, err);
}

struct scan {
    const struct ls_view *view;
    struct ls_merge *records, *distinct;
    struct ls_sorted value; /* of distinct: the next one; valid while has_value */
    bool has_value;
    uint8_t *key; /* of the group being scanned */
    size_t key_size;
    struct ls_aggregate aggregates[LS_VIEW_COLUMNS_MAX];
    struct ls_buf last, row;
};

static int add_record(struct scan *s, const struct ls_sorted *item, struct ls_error *err)
{
    const uint8_t *at = item->value;
    for (size_t i = 0; i < s->view->column_count; i++, at += INPUT_SIZE) {
        bool counts = at[0] && s->view->columns[i].kind != LS_AGGREGATE_DISTINCT;
        if (counts && !ls_aggregate_add(&s->aggregates[i], (int64_t)ls_get_u64(at + 1))) {
            return ls_error_set(err, LS_E_DATA, "view %s: the sum of column %s leaves 128 bits",
                                s->view->spec->name, s->view->columns[i].name);
        }
    }
    return 0;
}

static size_t nth_distinct(const struct ls_view *view, uint64_t k)
{
    size_t i = 0;
    for (; i < view->column_count; i++) {
        if (view->columns[i].kind == LS_AGGREGATE_DISTINCT && k-- == 0) {
            break;
        }
    }
    return i;
}

/* Counts where a sorted value differs from the one before it. */
static int count_distinct(struct scan *s, struct ls_error *err)
{
    int rc = 0;
    s->last.size = 0;
    while (rc == 0 && s->has_value && s->value.key_size >= s->key_size + 8 &&
           memcmp(s->value.key, s->key, s->key_size) == 0) {
        const uint8_t *rest = s->value.key + s->key_size;
        size_t size = s->value.key_size - s->key_size;
        if (s->last.size != size || memcmp(s->last.data, rest, size) != 0) {
            s->aggregates[nth_distinct(s->view, ls_key_get_u64(rest))].count++;
            s->last.size = 0;
            rc = ls_buf_append(&s->last, rest, size, err);
        }
        int next = rc < 0 ? rc : ls_merge_next(s->distinct, &s->value, err);
        s->has_value = next > 0;
        rc = next < 0 ? next : rc;
    }
    return rc;
}

static int end_group(struct scan *s,
                     int (*row)(void *context, const uint8_t *row, size_t size,
                                struct ls_error *err),
                     void *context, struct ls_error *err)
{
    int rc = s->distinct ? count_distinct(s, err) : 0;
    s->row.size = 0;
    rc = rc < 0 ? rc
                : ls_view_row(s->view, ls_key_get_i64(s->key + 8), ls_key_get_i64(s->key),
                              s->key + WINDOW_KEY, s->key_size - WINDOW_KEY, s->aggregates, &s->row,
                              err);
    memset(s->aggregates, 0, sizeof s->aggregates);
    return rc < 0 ? rc : row(context, s->row.data, s->row.size, err);
}

static int scan_all(struct scan *s,
                    int (*row)(void *context, const uint8_t *row, size_t size,
                               struct ls_error *err),
                    void *context, struct ls_error *err)
{
    struct ls_sorted item;
    int rc = 0;
    while (rc >= 0 && (rc = ls_merge_next(s->records, &item, err)) > 0) {
        bool same = s->key_size == item.key_size && memcmp(s->key, item.key, item.key_size) == 0;
        if (!same && s->key_size) {
            rc = end_group(s, row, context, err);
        }
        if (!same) {
            memcpy(s->key, item.key, item.key_size);
            s->key_size = item.key_size;
        }
        rc = rc < 0 ? rc : add_record(s, &item, err);
    }
    return rc < 0 || !s->key_size ? rc : end_group(s, row, context, err);
}

static int open_merges(struct scan *s, struct ls_scan_part *const *parts, size_t count,
                       struct ls_error *err)
{
    struct ls_sorter **sorters = ls_mem_new(count, sizeof(struct ls_sorter *), err);
    if (!sorters) {
        return err->code;
    }
    for (size_t i = 0; i < count; i++) {
        sorters[i] = parts[i]->records;
    }
    int rc = ls_merge_new(sorters, count, &s->records, err);
    for (size_t i = 0; i < count; i++) {
        sorters[i] = parts[i]->distinct;
    }
    if (rc == 0 && s->view->distinct_count) {
        rc = ls_merge_new(sorters, count, &s->distinct, err);
        rc = rc < 0 ? rc : ls_merge_next(s->distinct, &s->value, err);
        s->has_value = rc > 0;
        rc = rc < 0 ? rc : 0;
    }
    ls_mem_free(sorters);
    return rc;
}

int ls_scan(const struct ls_view *view, struct ls_scan_part *const *parts, size_t count,
            int (*row)(void *context, const uint8_t *row, size_t size, struct ls_error *err),
            void *context, struct ls_error *err)
{
    struct scan *s = ls_mem_new(1, sizeof *s, err);
    if (!s) {
        return err->code;
    }
    s->view = view;
    ls_buf_init(&s->last, "a distinct value", LS_GROUP_KEY_MAX);
    ls_buf_init(&s->row, "a view's row", ROW_MAX);
    s->key = ls_mem_new(1, WINDOW_KEY + LS_GROUP_KEY_MAX, err);
    int rc = s->key ? open_merges(s, parts, count, err) : err->code;
    rc = rc < 0 ? rc : scan_all(s, row, context, err);
    ls_merge_free(s->records);
    ls_merge_free(s->distinct);
    ls_buf_clear(&s->last);
    ls_buf_clear(&s->row);
    ls_mem_free(s->key);
    ls_mem_free(s);
    return rc;
}
