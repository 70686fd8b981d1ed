/* Tumbling and hopping windows (P5, P6): every record is put into a list once for each window that
 * it counts in; the list is sorted, and each run of equals is a row. */
#include "conformance/naive_view_internal.h"
#include "core/base/mem.h"

#include <stdlib.h>

struct entry {
    int64_t start;
    const struct naive_seen *seen;
};

struct windows {
    struct naive_making *m;
    struct ls_window_hopping cut;
    struct entry *entries;
    size_t count, capacity;
};

static struct ls_window_hopping cut_of(const struct ls_spec_view *spec)
{
    if (spec->window.member == &ls_member_hopping) {
        return *(const struct ls_window_hopping *)spec->window.settings;
    }
    const struct ls_window_tumbling *tumbling = spec->window.settings;
    return (struct ls_window_hopping){tumbling->size_ms, tumbling->size_ms, tumbling->offset_ms};
}

/* All windows that hold the record, the earliest first. */
static int put_record(struct windows *w, const struct naive_seen *seen)
{
    int64_t size = w->cut.size_ms;
    int64_t every = w->cut.every_ms;
    int64_t start = ls_naive_window_start(seen->time_ms, every, w->cut.offset_ms);
    int rc = 0;
    while (start - every + size > seen->time_ms) {
        start -= every;
    }
    for (; rc == 0 && start <= seen->time_ms; start += every) {
        if (start + size <= seen->time_ms) {
            continue; /* it lies in a gap */
        }
        if (start + size <= seen->watermark_ms) {
            rc = ls_naive_add_late(w->m, seen, start, start + size);
            continue;
        }
        rc = ls_mem_grow(&w->entries, &w->capacity, w->count + 1, sizeof *w->entries, w->m->err);
        if (rc == 0) {
            w->entries[w->count++] = (struct entry){start, seen};
        }
    }
    return rc;
}

/* All windows are of one size: by their starts they are by their ends. */
static int same_window(const struct entry *x, const struct entry *y)
{
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    return ls_naive_key_order(x->seen, y->seen);
}

static int by_window(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int order = same_window(x, y);
    return order ? order : ls_naive_seen_order(x->seen, y->seen);
}

static int make_row(struct windows *w, const struct entry *first,
                    const struct naive_value *const *rows, size_t count,
                    const struct naive_value **room)
{
    struct naive_making *m = w->m;
    struct naive_value *others;
    struct naive_value *row = ls_naive_row(m, first->seen, &others);
    if (!row) {
        return m->err->code;
    }
    row[0].number = first->start;
    row[1].number = first->start + w->cut.size_ms;
    int rc = ls_naive_select_run(&m->select, rows, count, room, &m->view->arena, others, m->err);
    return rc < 0 ? ls_naive_of_time(m, "window", first->start) : ls_naive_add_row(m, row);
}

static int make_rows(struct windows *w)
{
    struct naive_making *m = w->m;
    const struct naive_value **rows = ls_mem_new(w->count, sizeof(void *), m->err);
    const struct naive_value **room = rows ? ls_mem_new(w->count, sizeof(void *), m->err) : NULL;
    int rc = room ? 0 : m->err->code;
    if (rc == 0 && w->count) {
        qsort(w->entries, w->count, sizeof *w->entries, by_window);
    }
    for (size_t i = 0; rc == 0 && i < w->count; i++) {
        rows[i] = w->entries[i].seen->row;
    }
    for (size_t i = 0; rc == 0 && i < w->count;) {
        size_t end = i + 1;
        while (end < w->count && same_window(&w->entries[i], &w->entries[end]) == 0) {
            end++;
        }
        rc = make_row(w, &w->entries[i], rows + i, end - i, room);
        i = end;
    }
    ls_mem_free(rows);
    ls_mem_free(room);
    return rc;
}

int ls_naive_make_windows(struct naive_making *m)
{
    static const struct naive_column first[] = {
        {.name = "window_start", .written = "window_start", .type = NAIVE_TIME},
        {.name = "window_end", .written = "window_end", .type = NAIVE_TIME}};
    struct windows w = {.m = m, .cut = cut_of(m->view->spec)};
    int rc = ls_naive_define(m, first, NULL, 0, &m->source.fields);
    for (size_t i = 0; rc == 0 && i < m->seen.count; i++) {
        rc = put_record(&w, &m->seen.items[i]);
    }
    rc = rc < 0 ? rc : make_rows(&w);
    ls_mem_free(w.entries);
    return rc;
}
