/* Joins bounded in time: both sides sorted by key and order, and merged. Of the right side as much
 * is held as one left record may want. */
#include "core/avro/decode.h"
#include "core/base/mem.h"
#include "pipeline/batch/scan_internal.h"

#include <string.h>

struct scan {
    const struct ls_view *view;
    struct ls_scan_rows *rows;
    struct ls_merge *lefts, *rights;
    struct ls_sorted right; /* the next one; valid while has_right */
    bool has_right;
    struct ls_buf key; /* of the left records being joined */
    uint8_t **held;    /* values of right records of that key: owned; [begin, end) */
    size_t begin, end, capacity;
};

static int next_right(struct scan *s, struct ls_error *err)
{
    int rc = ls_merge_next(s->rights, &s->right, err);
    s->has_right = rc > 0;
    return rc < 0 ? rc : 0;
}

static int64_t time_of(const struct scan *s, const uint8_t *value)
{
    struct ls_contribution c;
    struct ls_place_in_order place;
    ls_scan_get_value(s->view, value, &c, &place);
    return place.event_time;
}

static void let_go(struct scan *s)
{
    while (s->begin < s->end) {
        ls_mem_free(s->held[s->begin++]);
    }
    s->begin = s->end = 0;
}

/* How the next right record's key lies to the left one's: keys are their own end, so a comparison
 * of what both have decides, or they are the same. */
static int order_of_right(const struct scan *s, uint32_t *key_size)
{
    struct ls_contribution c;
    struct ls_place_in_order place;
    ls_scan_get_value(s->view, s->right.value, &c, &place);
    *key_size = c.key_size;
    size_t common = c.key_size < s->key.size ? c.key_size : s->key.size;
    int order = memcmp(s->right.key, s->key.data, common);
    return order ? order : (c.key_size > s->key.size) - (c.key_size < s->key.size);
}

/* Right records of the key up to a time are held. */
static int hold_until(struct scan *s, int64_t time_ms, struct ls_error *err)
{
    int rc = 0;
    while (rc == 0 && s->has_right) {
        uint32_t key_size;
        int order = order_of_right(s, &key_size);
        if (order > 0 || (order == 0 && time_of(s, s->right.value) > time_ms)) {
            return 0;
        }
        if (order == 0) {
            rc = ls_mem_grow(&s->held, &s->capacity, s->end + 1, sizeof(uint8_t *), err);
            uint8_t *copy = rc < 0
                                ? NULL
                                : (uint8_t *)ls_mem_copy(s->right.value, s->right.value_size, err);
            if (!copy) {
                return err->code;
            }
            s->held[s->end++] = copy;
        }
        rc = next_right(s, err);
    }
    return rc;
}

static int write_pair(struct scan *s, const struct ls_sorted *left, const uint8_t *right,
                      struct ls_error *err)
{
    const struct ls_view *view = s->view;
    struct ls_scan_rows *rows = s->rows;
    struct ls_contribution c;
    struct ls_place_in_order place;
    struct ls_place_in_order other = {0};
    struct ls_span key = {left->key, left->key + left->key_size};
    const uint8_t *entity;
    size_t entity_size;
    for (size_t k = 0; k < view->kept_count; k++) {
        c.kept[k] = (struct ls_cell){.is_null = true};
    }
    ls_scan_get_value(view, left->value, &c, &place);
    if (right) {
        ls_scan_get_value(view, right, &c, &other);
    }
    (void)ls_get_bytes(&key, &entity, &entity_size);
    rows->key.size = 0;
    int rc = ls_view_evaluate(view, c.kept, place.id, place.id_size, &rows->row, err);
    rc = rc < 0 ? rc
                : ls_row_of_pair(view, place.event_time, place.id, place.id_size, other.id,
                                 other.id_size, entity, (uint32_t)entity_size, &rows->row,
                                 &rows->bytes, err);
    rc = rc < 0 ? rc : ls_scan_put_place(&rows->key, &place, err);
    rc = rc < 0 || !right ? rc : ls_scan_put_place(&rows->key, &other, err);
    return rc < 0 ? rc : ls_scan_rows_add(rows, err);
}

static int join_left(struct scan *s, const struct ls_sorted *left, const struct ls_contribution *c,
                     int64_t time_ms, struct ls_error *err)
{
    size_t pairs = 0;
    int rc = 0;
    if (s->key.size != c->key_size || memcmp(s->key.data, left->key, c->key_size) != 0) {
        let_go(s);
        s->key.size = 0;
        rc = ls_buf_append(&s->key, left->key, c->key_size, err);
    }
    rc = rc < 0 || !c->joins ? rc : hold_until(s, time_ms + s->view->within_ms, err);
    while (s->begin < s->end && time_of(s, s->held[s->begin]) < time_ms) {
        ls_mem_free(s->held[s->begin++]); /* the next left one is not earlier */
    }
    /* What is held came for this one or an earlier one: it is in time. */
    for (size_t i = s->begin; rc == 0 && c->joins && i < s->end; i++) {
        rc = write_pair(s, left, s->held[i], err);
        pairs++;
    }
    return rc < 0 || pairs || !s->view->keep_left ? rc : write_pair(s, left, NULL, err);
}

static int scan_all(struct scan *s, struct ls_error *err)
{
    struct ls_sorted left;
    int rc = next_right(s, err);
    while (rc >= 0 && (rc = ls_merge_next(s->lefts, &left, err)) > 0) {
        struct ls_contribution c;
        struct ls_place_in_order place;
        ls_scan_get_value(s->view, left.value, &c, &place);
        rc = join_left(s, &left, &c, place.event_time, err);
    }
    return rc;
}

int ls_scan_join(const struct ls_scan_job *job, struct ls_error *err)
{
    struct scan *s = ls_mem_new(1, sizeof *s, err);
    if (!s) {
        return err->code;
    }
    s->view = job->view;
    ls_buf_init(&s->key, "a join's key", SCAN_ROW_MAX);
    int rc = ls_scan_rows_new(job, &s->rows, err);
    rc = rc < 0 ? rc : ls_scan_merge(job, false, &s->lefts, err);
    rc = rc < 0 ? rc : ls_scan_merge(job, true, &s->rights, err);
    rc = rc < 0 ? rc : scan_all(s, err);
    rc = rc < 0 ? rc : ls_scan_rows_write(job, s->rows, err);
    let_go(s);
    ls_merge_free(s->lefts);
    ls_merge_free(s->rights);
    ls_scan_rows_free(s->rows);
    ls_buf_clear(&s->key);
    ls_mem_free(s->held);
    ls_mem_free(s);
    return rc;
}
