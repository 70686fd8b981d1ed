/* Session windows (P5, P6): the records of each group that count, one behind another, and where
 * there is a gap a session ends. */
#include "conformance/naive_view_internal.h"

#include <stdlib.h>

/* A session with the group that it is of. */
struct session {
    const struct naive_seen *of;
    struct naive_value *row;
};

static int by_end(const void *a, const void *b)
{
    const struct session *x = a;
    const struct session *y = b;
    for (int i = 1; i >= 0; i--) { /* the end, then the start */
        if (x->row[i].number != y->row[i].number) {
            return x->row[i].number < y->row[i].number ? -1 : 1;
        }
    }
    return ls_naive_key_order(x->of, y->of);
}

/* The number of records from `first` on that make a session. */
static size_t session_size(const struct naive_counting *counting, size_t first, int64_t gap_ms)
{
    size_t end = first + 1;
    while (end < counting->count &&
           ls_naive_key_order(counting->seen[first], counting->seen[end]) == 0 &&
           counting->seen[end]->time_ms - counting->seen[end - 1]->time_ms < gap_ms) {
        end++;
    }
    return end - first;
}

static int make_session(struct naive_making *m, const struct naive_counting *counting, size_t first,
                        size_t count, int64_t gap_ms, struct session *out)
{
    struct naive_value *others;
    struct naive_value *row = ls_naive_row(m, counting->seen[first], &others);
    if (!row) {
        return m->err->code;
    }
    row[0].number = counting->seen[first]->time_ms;
    row[1].number = counting->seen[first + count - 1]->time_ms + gap_ms;
    *out = (struct session){counting->seen[first], row};
    int rc = ls_naive_select_run(&m->select, counting->rows + first, count, counting->room,
                                 &m->view->arena, others, m->err);
    return rc < 0 ? ls_naive_of_time(m, "session", row[0].number) : 0;
}

static int make_all(struct naive_making *m, const struct naive_counting *counting)
{
    const struct ls_window_session *window = m->view->spec->window.settings;
    struct session *sessions = ls_arena_new(&m->view->arena, counting->count, sizeof *sessions,
                                            m->err);
    size_t made = 0;
    int rc = sessions ? 0 : m->err->code;
    for (size_t i = 0; rc == 0 && i < counting->count;) {
        size_t count = session_size(counting, i, window->gap_ms);
        rc = make_session(m, counting, i, count, window->gap_ms, &sessions[made++]);
        i += count;
    }
    if (rc == 0 && made) {
        qsort(sessions, made, sizeof *sessions, by_end);
    }
    for (size_t i = 0; rc == 0 && i < made; i++) {
        rc = ls_naive_add_row(m, sessions[i].row);
    }
    return rc;
}

int ls_naive_make_sessions(struct naive_making *m)
{
    static const struct naive_column first[] = {
        {.name = "window_start", .written = "window_start", .type = NAIVE_TIME},
        {.name = "window_end", .written = "window_end", .type = NAIVE_TIME}};
    struct naive_counting counting = {0};
    int rc = ls_naive_define(m, first, NULL, 0, &m->source.fields);
    rc = rc < 0 ? rc : ls_naive_counting(m, &m->seen, &counting);
    rc = rc < 0 ? rc : make_all(m, &counting);
    ls_naive_counting_clear(&counting);
    return rc;
}
