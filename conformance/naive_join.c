/* Joins (P5): for each left record a loop over the right ones of its key. */
#include "conformance/naive_view_internal.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

struct side {
    struct naive_source source;
    struct naive_seen_list seen;
    struct naive_counting counting;
    size_t *key; /* entity_id, and the fields of `on` */
};

struct join {
    struct naive_making *m;
    const struct ls_spec_join *spec;
    struct side left, right;
    struct naive_columns fields; /* left.FIELD, then right.FIELD */
    struct naive_value *pair;    /* of these fields */
};

/* ---- definition */

static int read_side(struct join *j, const struct naive_world *world, size_t index,
                     struct side *side)
{
    struct naive_making *m = j->m;
    struct ls_arena *arena = &m->view->arena;
    const struct ls_names *on = &j->spec->on;
    int rc = ls_naive_source(world, &m->view->spec->sources[index], 1, arena, &side->source,
                             m->err);
    side->key = rc < 0 ? NULL : ls_arena_new(arena, 1 + on->count, sizeof *side->key, m->err);
    if (!side->key) {
        return m->err->code;
    }
    side->key[0] = NAIVE_ENTITY_ID;
    for (size_t i = 0; i < on->count; i++) {
        side->key[1 + i] = ls_naive_column_find(&side->source.fields, on->items[i]);
        if (side->key[1 + i] == side->source.fields.count) {
            return ls_error_set(m->err, LS_E_DATA, "it is on a field `%s` that is none",
                                on->items[i]);
        }
    }
    rc = ls_naive_source_read(&side->source, NULL, side->key, 1 + on->count, m->view, &side->seen,
                              m->err);
    return rc < 0 ? rc : ls_naive_counting(m, &side->seen, &side->counting);
}

/* Keys are compared by their bytes, which say the same of equal types alone. */
static int check_keys(const struct join *j)
{
    for (size_t i = 0; i < j->spec->on.count; i++) {
        if (!ls_naive_same_type(&j->left.source.fields.items[j->left.key[1 + i]],
                                &j->right.source.fields.items[j->right.key[1 + i]])) {
            return ls_error_set(j->m->err, LS_E_DATA, "`%s` is not of one type on both sides",
                                j->spec->on.items[i]);
        }
    }
    return 0;
}

static int name_fields(struct join *j, const char *side, const struct naive_columns *from)
{
    for (size_t i = 0; i < from->count; i++) {
        struct naive_column *column = &j->fields.items[j->fields.count++];
        *column = from->items[i];
        column->name = ls_arena_printf(&j->m->view->arena, j->m->err, "%s.%s", side,
                                       from->items[i].name);
        if (!column->name) {
            return j->m->err->code;
        }
    }
    return 0;
}

static int define(struct join *j)
{
    static const struct naive_column first[] = {
        {.name = "event_time", .written = "event_time", .type = NAIVE_TIME},
        {.name = "left_event_id", .written = "left_event_id", .type = NAIVE_STRING}};
    static const struct naive_column others[] = {
        {.name = "right_event_id", .written = "right_event_id", .type = NAIVE_STRING},
        {.name = "entity_id", .written = "entity_id", .type = NAIVE_STRING}};
    struct ls_arena *arena = &j->m->view->arena;
    size_t count = j->left.source.fields.count + j->right.source.fields.count;
    j->fields.items = ls_arena_new(arena, count, sizeof *j->fields.items, j->m->err);
    j->pair = j->fields.items ? ls_arena_new(arena, count, sizeof *j->pair, j->m->err) : NULL;
    int rc = j->pair ? name_fields(j, "left", &j->left.source.fields) : j->m->err->code;
    rc = rc < 0 ? rc : name_fields(j, "right", &j->right.source.fields);
    rc = rc < 0 ? rc : ls_naive_define(j->m, first, others, 2, &j->fields);
    j->m->view->identity_count = 3;
    return rc;
}

/* ---- rows */

/* `right`: NULL for none. */
static int add_row(struct join *j, const struct naive_seen *left, const struct naive_seen *right)
{
    struct naive_making *m = j->m;
    struct naive_value *others;
    struct naive_value *row = ls_naive_row(m, left, &others);
    const struct naive_value *rows[] = {j->pair};
    const struct naive_value *room[1];
    size_t left_count = j->left.source.fields.count;
    size_t right_count = j->right.source.fields.count;
    if (!row) {
        return m->err->code;
    }
    memcpy(j->pair, left->row, left_count * sizeof *j->pair);
    for (size_t i = 0; i < right_count; i++) {
        j->pair[left_count + i] = right ? right->row[i] : (struct naive_value){.is_null = true};
    }
    row[0] = left->row[NAIVE_EVENT_TIME];
    row[1] = left->row[NAIVE_EVENT_ID];
    others[0] = j->pair[left_count + NAIVE_EVENT_ID];
    others[1] = left->row[NAIVE_ENTITY_ID];
    int rc = ls_naive_select_run(&m->select, rows, 1, room, &m->view->arena, others + 2, m->err);
    return rc < 0 ? ls_naive_of_record(m, left) : ls_naive_add_row(m, row);
}

/* The first of the right records, by key and order, whose key is not below the left's. */
static size_t first_right(const struct join *j, const struct naive_seen *left)
{
    size_t low = 0;
    size_t high = j->right.counting.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ls_naive_key_order(j->right.counting.seen[middle], left) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int pair_record(struct join *j, const struct naive_seen *left)
{
    const struct naive_counting *rights = &j->right.counting;
    size_t pairs = 0;
    int rc = 0;
    for (size_t i = left->is_keyless ? rights->count : first_right(j, left);
         rc == 0 && i < rights->count && ls_naive_key_order(rights->seen[i], left) == 0; i++) {
        int64_t behind = rights->seen[i]->time_ms - left->time_ms;
        if (behind >= 0 && behind <= j->spec->within_ms) {
            rc = add_row(j, left, rights->seen[i]);
            pairs++;
        }
    }
    return rc == 0 && pairs == 0 && j->spec->keep == LS_KEEP_LEFT ? add_row(j, left, NULL) : rc;
}

static int by_order(const void *a, const void *b)
{
    return ls_naive_seen_order(*(const struct naive_seen *const *)a,
                               *(const struct naive_seen *const *)b);
}

int ls_naive_make_join(struct naive_making *m, const struct naive_world *world)
{
    struct join j = {.m = m, .spec = m->view->spec->join};
    int rc = read_side(&j, world, 0, &j.left);
    rc = rc < 0 ? rc : read_side(&j, world, 1, &j.right);
    rc = rc < 0 ? rc : check_keys(&j);
    rc = rc < 0 ? rc : define(&j);
    struct naive_counting *lefts = &j.left.counting;
    if (rc == 0 && lefts->count) {
        qsort(lefts->seen, lefts->count, sizeof *lefts->seen, by_order);
    }
    for (size_t i = 0; rc == 0 && i < lefts->count; i++) {
        rc = pair_record(&j, lefts->seen[i]);
    }
    ls_naive_counting_clear(&j.left.counting);
    ls_naive_counting_clear(&j.right.counting);
    ls_mem_free(j.left.seen.items);
    ls_mem_free(j.right.seen.items);
    return rc;
}
