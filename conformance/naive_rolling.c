/* Rolling features (P7): for each record a look back over its group. */
#include "conformance/naive_view_internal.h"

/* floor(time / step) */
static int64_t pane(int64_t time, int64_t step)
{
    return ls_naive_window_start(time, step, 0) / step;
}

static bool is_in_sight(const struct ls_spec_rolling *rolling, int64_t time, int64_t now)
{
    if (rolling->step_ms) {
        int64_t panes = rolling->over_ms / rolling->step_ms;
        return pane(time, rolling->step_ms) > pane(now, rolling->step_ms) - panes;
    }
    return time > now - rolling->over_ms;
}

size_t ls_naive_look_back(const struct ls_spec_rolling *rolling,
                          const struct naive_counting *counting, size_t at)
{
    const struct naive_seen *now = counting->seen[at];
    size_t first = at;
    while (rolling && first > 0 && ls_naive_key_order(counting->seen[first - 1], now) == 0 &&
           is_in_sight(rolling, counting->seen[first - 1]->time_ms, now->time_ms)) {
        first--;
    }
    return at - first + 1;
}

static int make_row(struct naive_making *m, const struct naive_counting *counting, size_t at,
                    struct naive_row_of *out)
{
    const struct naive_seen *seen = counting->seen[at];
    size_t count = ls_naive_look_back(m->view->spec->rolling, counting, at);
    struct naive_value *others;
    struct naive_value *row = ls_naive_row(m, seen, &others);
    if (!row) {
        return m->err->code;
    }
    row[0] = seen->row[NAIVE_EVENT_TIME];
    row[1] = seen->row[NAIVE_EVENT_ID];
    *out = (struct naive_row_of){seen, row};
    int rc = ls_naive_select_run(&m->select, counting->rows + at + 1 - count, count, counting->room,
                                 &m->view->arena, others, m->err);
    return rc < 0 ? ls_naive_of_record(m, seen) : rc;
}

int ls_naive_make_rolling(struct naive_making *m)
{
    static const struct naive_column first[] = {
        {.name = "event_time", .written = "event_time", .type = NAIVE_TIME},
        {.name = "event_id", .written = "event_id", .type = NAIVE_STRING}};
    struct naive_counting counting = {0};
    struct naive_row_of *rows = NULL;
    int rc = ls_naive_define(m, first, NULL, 0, &m->source.fields);
    rc = rc < 0 ? rc : ls_naive_counting(m, &m->seen, &counting);
    if (rc == 0) {
        rows = ls_arena_new(&m->view->arena, counting.count, sizeof *rows, m->err);
        rc = rows ? 0 : m->err->code;
    }
    for (size_t i = 0; rc == 0 && i < counting.count; i++) {
        rc = make_row(m, &counting, i, &rows[i]);
    }
    rc = rc < 0 ? rc : ls_naive_add_in_order(m, rows, counting.count);
    ls_naive_counting_clear(&counting);
    return rc;
}
