/* Alert rules (P7): the groups one after another, each cleared at first; its records in the total
 * order, each with the features that it has, and a row wherever the state changes. */
#include "conformance/naive_view_internal.h"

static const char *const transitions[] = {"RAISED", "CLEARED"};
static const char *const severities[] = {"INFO", "WARNING", "CRITICAL"};

struct alerts {
    struct naive_making *m;
    struct naive_counting counting;
    struct naive_expr *when, *clear;
    struct naive_value *features; /* of one record */
    struct naive_row_of *rows;
    size_t count;
};

static struct naive_value symbol(const char *const *symbols, int index)
{
    struct naive_value value = ls_naive_text_value(symbols[index]);
    value.number = index;
    return value;
}

static int define(struct alerts *a)
{
    static const struct naive_column first[] = {
        {.name = "event_time", .written = "event_time", .type = NAIVE_TIME},
        {.name = "event_id", .written = "event_id", .type = NAIVE_STRING}};
    static const struct naive_column others[] = {{.name = "transition",
                                                  .written = "transition",
                                                  .type = NAIVE_ENUM,
                                                  .symbols = transitions,
                                                  .symbol_count = 2},
                                                 {.name = "severity",
                                                  .written = "severity",
                                                  .type = NAIVE_ENUM,
                                                  .symbols = severities,
                                                  .symbol_count = 3}};
    struct naive_making *m = a->m;
    const struct ls_spec_view *spec = m->view->spec;
    struct ls_arena *arena = &m->view->arena;
    int rc = ls_naive_define(m, first, others, 2, &m->source.fields);
    rc = rc < 0 ? rc
                : ls_naive_select_condition(&m->select, spec->when_text, arena, &a->when, m->err);
    if (rc == 0 && spec->clear_text) {
        rc = ls_naive_select_condition(&m->select, spec->clear_text, arena, &a->clear, m->err);
    }
    return rc;
}

static int add_row(struct alerts *a, const struct naive_seen *seen, bool raised)
{
    struct naive_making *m = a->m;
    struct naive_value *others;
    struct naive_value *row = ls_naive_row(m, seen, &others);
    if (!row) {
        return m->err->code;
    }
    row[0] = seen->row[NAIVE_EVENT_TIME];
    row[1] = seen->row[NAIVE_EVENT_ID];
    others[0] = symbol(transitions, raised ? 0 : 1);
    others[1] = symbol(severities, m->view->spec->severity);
    for (size_t i = 0; i < m->select.count; i++) {
        others[2 + i] = a->features[i];
    }
    a->rows[a->count++] = (struct naive_row_of){seen, row};
    return 0;
}

/* Does the record change the state of its group? */
static bool changes(const struct alerts *a, bool raised)
{
    const struct naive_value *cells = a->m->select.cells;
    if (raised && a->clear) {
        return ls_naive_expr_holds(a->clear, cells);
    }
    return ls_naive_expr_holds(a->when, cells) != raised;
}

static int make_rows(struct alerts *a)
{
    struct naive_making *m = a->m;
    const struct naive_counting *c = &a->counting;
    bool raised = false;
    int rc = 0;
    a->features = ls_arena_new(&m->view->arena, m->select.count, sizeof *a->features, m->err);
    a->rows = a->features ? ls_arena_new(&m->view->arena, c->count, sizeof *a->rows, m->err) : NULL;
    if (!a->rows) {
        return m->err->code;
    }
    for (size_t i = 0; rc == 0 && i < c->count; i++) {
        size_t count = ls_naive_look_back(m->view->spec->rolling, c, i);
        if (i == 0 || ls_naive_key_order(c->seen[i - 1], c->seen[i]) != 0) {
            raised = false;
        }
        rc = ls_naive_select_run(&m->select, c->rows + i + 1 - count, count, c->room,
                                 &m->view->arena, a->features, m->err);
        if (rc < 0) {
            return ls_naive_of_record(m, c->seen[i]);
        }
        if (changes(a, raised)) {
            raised = !raised;
            rc = add_row(a, c->seen[i], raised);
        }
    }
    return rc;
}

int ls_naive_make_alerts(struct naive_making *m)
{
    struct alerts a = {.m = m};
    int rc = define(&a);
    rc = rc < 0 ? rc : ls_naive_counting(m, &m->seen, &a.counting);
    rc = rc < 0 ? rc : make_rows(&a);
    rc = rc < 0 ? rc : ls_naive_add_in_order(m, a.rows, a.count);
    ls_naive_counting_clear(&a.counting);
    return rc;
}
