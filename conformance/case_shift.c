/* WIN-1, WIN-4, TIM-1: the same log at other times. */
#include "conformance/cases.h"

#include "conformance/rewrite.h"
#include "conformance/shifted.h"
#include "core/base/wide.h"

#include <assert.h>

#define DAY_MS      INT64_C(86400000)
#define YEAR_1_MS   INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define YEAR_10K_MS INT64_C(253402300800000) /* 10000-01-01T00:00:00Z */

/* ---- by how much */

/* The least common multiple, or 0 where it is more than a thousand years. */
static int64_t multiple_of(int64_t a, int64_t b)
{
    ls_u128 product = (ls_u128)a * (ls_u128)b / ls_gcd((ls_u128)a, (ls_u128)b);
    return product <= (ls_u128)(DAY_MS * 365000) ? (int64_t)product : 0;
}

static int64_t step_of_view(const struct ls_spec_view *view)
{
    if (view->window.member == &ls_member_tumbling) {
        return ((const struct ls_window_tumbling *)view->window.settings)->size_ms;
    }
    if (view->window.member == &ls_member_hopping) {
        return ((const struct ls_window_hopping *)view->window.settings)->every_ms;
    }
    return view->rolling && view->rolling->step_ms ? view->rolling->step_ms : 1;
}

/* What times can be moved by without any window beginning elsewhere in the log; 0: nothing. */
static int64_t step_of(const struct ls_spec *spec)
{
    const struct ls_items *lists[] = {&spec->pipeline->views, &spec->pipeline->alerts};
    int64_t step = 1;
    for (size_t l = 0; l < 2; l++) {
        const struct ls_spec_view *views = lists[l]->items;
        for (size_t i = 0; step && i < lists[l]->count; i++) {
            step = multiple_of(step, step_of_view(&views[i]));
        }
    }
    return step;
}

static bool has_times(const struct ls_spec_reference *table)
{
    bool has = table->roles[LS_TABLE_FROM] != LS_COLUMN_LACKING ||
               table->roles[LS_TABLE_TO] != LS_COLUMN_LACKING ||
               table->roles[LS_TABLE_HAPPENS] != LS_COLUMN_LACKING;
    for (size_t i = 0; !has && i < table->field_count; i++) {
        has = table->fields[i]->type == LS_FIELD_TIMESTAMP ||
              table->fields[i]->type == LS_FIELD_LOCAL_TIMESTAMP;
    }
    return has;
}

static bool is_time(const struct ls_spec_view *view, const char *name)
{
    const struct ls_spec_field *field = ls_spec_field(view->sources[0], name);
    return field && (field->type == LS_FIELD_TIMESTAMP || field->type == LS_FIELD_LOCAL_TIMESTAMP);
}

/* What is ordered by the bytes of times comes in another order at other times. */
static bool orders_by_times(const struct ls_spec_view *view)
{
    const struct ls_spec_aggregate *columns = view->select.items;
    bool orders = false;
    for (size_t i = 0; !orders && i < view->by.count; i++) {
        orders = is_time(view, view->by.items[i]);
    }
    for (size_t i = 0; !orders && i < view->select.count; i++) {
        const struct ls_aggregate_field *of = columns[i].function.settings;
        orders = columns[i].function.member == &ls_member_top && is_time(view, of->field);
    }
    return orders;
}

/* Why a log at another time is another log to this spec; NULL when it is not. */
static const char *bound_to_its_time(const struct ls_spec *spec)
{
    const struct ls_spec_reference *tables = spec->reference.items;
    const struct ls_spec_view *views = spec->pipeline->views.items;
    for (size_t i = 0; i < spec->reference.count; i++) {
        if (has_times(&tables[i])) {
            return "the spec's reference tables tell of times: a log at another time has other "
                   "values";
        }
    }
    for (size_t i = 0; i < spec->pipeline->views.count; i++) {
        if (orders_by_times(&views[i])) {
            return "a view groups by times or ranks them, by their bytes";
        }
    }
    return step_of(spec) ? NULL : "the sizes of the spec's windows have no common multiple";
}

/* ---- the same log at another time */

struct move {
    int64_t shift_ms;
    int64_t edge_ms; /* times just about it are counted */
    uint64_t before, about;
    uint64_t rows; /* compared */
};

static bool move_record(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    struct move *m = context;
    ls_rewrite_shift(p, record, m->shift_ms);
    m->before += record->timestamp_ms < m->edge_ms;
    m->about += record->timestamp_ms >= m->edge_ms - DAY_MS &&
                record->timestamp_ms < m->edge_ms + DAY_MS;
    return true;
}

/* What the run over the moved log left, brought back, is what it left of the log as it was. */
static int compare_moved(struct ls_verify *v, struct ls_case_result *r, const char *name,
                         const char *batch, struct move *m, struct ls_error *err)
{
    char datasets[2][LS_PATH_MAX];
    const char *back = ls_verify_path(v, err, "cases/%s/%s-back", r->which->id, name);
    const char *plain = ls_verify_path(v, err, "cases/%s/%s-plain", r->which->id, name);
    struct ls_comparison comparison = {.left = "moved and brought back",
                                       .right = "as it was",
                                       .level = (enum ls_level)v->job->target->level};
    uint64_t plain_rows;
    int rc = back && plain ? ls_path_join(datasets[0], batch, "datasets", err) : err->code;
    rc = rc < 0 ? rc : ls_path_join(datasets[1], v->small_batch, "datasets", err);
    rc = rc < 0 ? rc : ls_shift_datasets(datasets[0], back, -m->shift_ms, &m->rows, err);
    rc = rc < 0 ? rc : ls_shift_datasets(datasets[1], plain, 0, &plain_rows, err);
    rc = rc < 0 ? rc : ls_compare(back, plain, &comparison, &r->detail, err);
    if (rc == LS_DIFFERS) {
        r->verdict = LS_VERDICT_FAIL;
    }
    return rc < 0 ? rc : 0;
}

/* Both runs of the small log with its middle at `edge`, or a little before. */
static int move_to(struct ls_verify *v, struct ls_case_result *r, const char *name, int64_t edge_ms,
                   const char *const *environment, struct move *m, struct ls_error *err)
{
    int64_t step = step_of(v->job->spec);
    int64_t middle = v->small_first_ms + (v->small_last_ms - v->small_first_ms) / 2;
    const char *log = ls_verify_path(v, err, "cases/%s/%s-log", r->which->id, name);
    const char *batch;
    uint64_t changed;
    if (!log) {
        return err->code;
    }
    assert(step > 0); /* bound_to_its_time has seen to it */
    *m = (struct move){.shift_ms = ls_floor_div(edge_ms - middle, step) * step, .edge_ms = edge_ms};
    struct ls_verify_run run = {.log = log, .umask = -1, .environment = environment};
    int rc = ls_rewrite_log(v->job->spec, v->small_log, log, move_record, m, &changed, err);
    rc = rc < 0 ? rc : ls_verify_both(v, r, name, run, &batch, err);
    return rc < 0 || r->verdict == LS_VERDICT_FAIL ? rc : compare_moved(v, r, name, batch, m, err);
}

static int run_win_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct move move = {0};
    const char *why = bound_to_its_time(v->job->spec);
    if (why) {
        return ls_verify_skip(r, err, why);
    }
    int rc = ls_verify_small(v, err);
    rc = rc < 0 ? rc : move_to(v, r, "1970", 0, NULL, &move, err);
    ls_verify_count(r, "records before 1970", move.before, true);
    ls_verify_count(r, "rows", move.rows, true);
    return rc;
}

const struct ls_case ls_case_win_1 = {
    .id = "WIN-1",
    .title = "windows before 1970",
    .text = "All times of a log are moved back to 1970 and before it, by a multiple of every "
            "window's size. Windows are aligned by floor division, so all times of the datasets\n"
            "have to move by the same, and nothing else may change.",
    .no_kafka = "Kafka's clients take no record of a time before 1970: judge it without --log",
    .run = run_win_1,
};

static int run_win_4(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const struct {
        const char *name;
        int64_t edge_ms;
        const char *count;
        const char *environment[2]; /* a zone in which something happens then */
    } days[] = {
        {"leap-day", INT64_C(1709208000000), "records about a leap day", {"TZ=UTC", NULL}},
        {"summer-time",
         INT64_C(1774746000000),
         "records about a change to summer time",
         {"TZ=CET-1CEST,M3.5.0,M10.5.0/3", NULL}},
        {"leap-second",
         INT64_C(1483228800000),
         "records about a leap second",
         {"TZ=right/UTC", NULL}},
    };
    const char *why = bound_to_its_time(v->job->spec);
    if (why) {
        return ls_verify_skip(r, err, why);
    }
    uint64_t rows = 0;
    int rc = ls_verify_small(v, err);
    for (size_t i = 0; rc == 0 && r->verdict != LS_VERDICT_FAIL && i < sizeof days / sizeof *days;
         i++) {
        struct move move = {0};
        rc = move_to(v, r, days[i].name, days[i].edge_ms, days[i].environment, &move, err);
        ls_verify_count(r, days[i].count, move.about, true);
        rows += move.rows;
    }
    ls_verify_count(r, "rows", rows, true);
    return rc;
}

const struct ls_case ls_case_win_4 = {
    .id = "WIN-4",
    .title = "a leap day, summer time and a leap second change nothing",
    .text = "The log is moved to 2024-02-29, to a change to summer time and to a leap second, and "
            "the runs' own time zone is one that has it. Times are milliseconds since the\n"
            "epoch, each day of 86,400 seconds: but for their times, the datasets stay the same.",
    .run = run_win_4,
};

/* ---- TIM-1 */

struct edge {
    int64_t shift_ms, edge_ms;
    uint64_t inside, outside; /* of the years 1 to 9999, at the edge */
};

/* One event in three is of the first millisecond behind the edge, one of the last before it. */
static bool to_edge(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    struct edge *e = context;
    ls_rewrite_shift(p, record, e->shift_ms);
    if (p->version && p->position % 3) {
        bool behind = p->position % 3 == 1;
        p->cells[LS_COLUMN_EVENT_TIME].number = e->edge_ms - !behind;
        ++*(behind == (e->edge_ms == YEAR_1_MS) ? &e->inside : &e->outside);
    }
    return true;
}

static int at_edge(struct ls_verify *v, struct ls_case_result *r, const char *name, struct edge *e,
                   struct ls_naive_counts *counts, struct ls_error *err)
{
    const char *log = ls_verify_path(v, err, "cases/%s/%s-log", r->which->id, name);
    const char *batch;
    uint64_t changed;
    e->shift_ms = e->edge_ms - v->small_first_ms - (v->small_last_ms - v->small_first_ms) / 2;
    int rc = log ? ls_rewrite_log(v->job->spec, v->small_log, log, to_edge, e, &changed, err)
                 : err->code;
    rc = rc < 0 ? rc
                : ls_verify_both(v, r, name, (struct ls_verify_run){.log = log, .umask = -1},
                                 &batch, err);
    return rc < 0 || r->verdict == LS_VERDICT_FAIL
               ? rc
               : ls_verify_naive(v, r, v->job->spec, log, batch, counts, err);
}

static int run_tim_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct edge edges[] = {{.edge_ms = YEAR_1_MS}, {.edge_ms = YEAR_10K_MS}};
    struct ls_naive_counts counts[2] = {{0}};
    int rc = ls_verify_small(v, err);
    rc = rc < 0 ? rc : at_edge(v, r, "year-1", &edges[0], &counts[0], err);
    rc = rc < 0 || r->verdict == LS_VERDICT_FAIL
             ? rc
             : at_edge(v, r, "year-9999", &edges[1], &counts[1], err);
    ls_verify_count(r, "events at the beginning of year 1", edges[0].inside, true);
    ls_verify_count(r, "before it by 1 ms", edges[0].outside, true);
    ls_verify_count(r, "at the end of year 9999", edges[1].inside, true);
    ls_verify_count(r, "behind it by 1 ms", edges[1].outside, true);
    ls_verify_count(r, "admitted", counts[0].admitted + counts[1].admitted, true);
    return rc;
}

const struct ls_case ls_case_tim_1 = {
    .id = "TIM-1",
    .title = "the first and the last millisecond of the years 1 to 9999",
    .text = "The log is moved to the edges of what a time may be, half of it outside; one event in "
            "three is of the last millisecond in front of an edge, one of the first behind it.\n"
            "What lies outside is TIME_RANGE, and all the rest is computed as at any time: stream, "
            "batch and the naive recomputation agree.",
    .no_kafka = "Kafka's clients take no record of a time before 1970: judge it without --log",
    .run = run_tim_1,
};
