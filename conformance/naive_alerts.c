/* Alert rules (P7): the groups one after another, each cleared at first; its records in the total
 * order, each with the features that it has, and a row wherever the state changes. */
#include "conformance/naive_view_internal.h"

static const char *const transitions[] = {"RAISED", "CLEARED"};
static const char *const severities[] = {"INFO", "WARNING", "CRITICAL"};

struct alerts {
    struct naive_making *m;
    struct naive_counting counting;
    struct naive_expr *when, *clear;
    struct naive_value *features; /* of one record, as conditions need them */
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

/* Records of the group up to this one. */
struct moment {
    const struct naive_seen *now;
    const struct naive_value *const *rows;
    size_t count;
};

static int add_row(struct alerts *a, const struct moment *moment, bool raised)
{
    struct naive_making *m = a->m;
    struct naive_value *others;
    struct naive_value *row = ls_naive_row(m, moment->now, &others);
    if (!row) {
        return m->err->code;
    }
    row[0] = moment->now->row[NAIVE_EVENT_TIME];
    row[1] = moment->now->row[NAIVE_EVENT_ID];
    others[0] = symbol(transitions, raised ? 0 : 1);
    others[1] = symbol(severities, m->view->spec->severity);
    a->rows[a->count++] = (struct naive_row_of){moment->now, row};
    return ls_naive_select_run(&m->select, moment->rows, moment->count, a->counting.room,
                               &m->view->arena, others + 2, m->err);
}

/* 1: the record changes the state of its group. */
static int changes(struct alerts *a, const struct moment *moment, bool raised)
{
    struct naive_making *m = a->m;
    int rc = ls_naive_select_judge(&m->select, moment->rows, moment->count, a->counting.room,
                                   &m->view->arena, a->features, m->err);
    if (rc < 0) {
        return rc;
    }
    if (raised && a->clear) {
        return ls_naive_expr_holds(a->clear, m->select.cells, m->err);
    }
    rc = ls_naive_expr_holds(a->when, m->select.cells, m->err);
    return rc < 0 ? rc : rc != raised;
}

static int make_rows(struct alerts *a)
{
    struct naive_making *m = a->m;
    const struct naive_counting *c = &a->counting;
    bool raised = false;
    a->features = ls_arena_new(&m->view->arena, m->select.count, sizeof *a->features, m->err);
    a->rows = a->features ? ls_arena_new(&m->view->arena, c->count, sizeof *a->rows, m->err) : NULL;
    if (!a->rows) {
        return m->err->code;
    }
    for (size_t i = 0; i < c->count; i++) {
        size_t count = ls_naive_look_back(m->view->spec->rolling, c, i);
        const struct moment moment = {c->seen[i], c->rows + i + 1 - count, count};
        raised = raised && ls_naive_key_order(c->seen[i - 1], c->seen[i]) == 0;
        int rc = changes(a, &moment, raised);
        if (rc == 1) {
            raised = !raised;
            rc = add_row(a, &moment, raised);
        }
        if (rc < 0) {
            return ls_naive_of_record(m, c->seen[i]);
        }
    }
    return 0;
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
