/* WIN-2, WIN-3, WIN-7, WIN-8: inputs and views that windows have to get right. */
#include "conformance/cases.h"

#include "core/base/wide.h"

#include <stdio.h>

#define LL(number) ((long long)(number))

/* ---- WIN-2 */

struct slides {
    int64_t size_ms, every_ms;
    uint64_t members; /* records of all rows */
    struct ls_case_result *result;
};

static int check_slide(const struct ls_rows *rows, void *context, struct ls_error *err)
{
    struct slides *s = context;
    int64_t start = ls_rows_number(rows, "window_start", 0);
    int64_t end = ls_rows_number(rows, "window_end", 0);
    s->members += (uint64_t)ls_rows_number(rows, "n", 0);
    bool sound = end - start == s->size_ms &&
                 ls_floor_div(start - 1, s->every_ms) * s->every_ms == start - 1;
    return sound ? 0
                 : ls_verify_fail(s->result, err, "%s: row %llu is of no window: %lld to %lld",
                                  rows->file.path, (unsigned long long)rows->count - 1, LL(start),
                                  LL(end));
}

static int run_win_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    const char *batch;
    int rc = ls_verify_small(v, err);
    const struct ls_spec_event_type *type = rc < 0 ? NULL : ls_verify_busiest(v, NULL, NULL);
    if (!type) {
        return rc < 0 ? rc : ls_verify_skip(r, err, "the log has no records");
    }
    int64_t unit = (v->small_last_ms - v->small_first_ms) / 70 + 1;
    struct slides slides[2] = {{7 * unit, 3 * unit, 0, r}, {3 * unit, 7 * unit, 0, r}};
    const char *views = ls_arena_printf(
        &v->arena, err,
        "[{name: slides, from: %s, window: {hopping: {size: %lldms, every: %lldms, offset: 1ms}}, "
        "select: {n: count, who: {distinct: entity_id}, first: {first: event_id}}}, "
        "{name: gaps, from: %s, window: {hopping: {size: %lldms, every: %lldms, offset: 1ms}}, "
        "select: {n: count, who: {distinct: entity_id}}}, "
        "{name: keyed, from: %s, window: {hopping: {size: %lldms, every: %lldms}}, "
        "by: [entity_id], select: {n: count, last: {last: event_id}}}]",
        type->name, LL(7 * unit), LL(3 * unit), type->name, LL(3 * unit), LL(7 * unit), type->name,
        LL(7 * unit), LL(3 * unit));
    rc = views ? ls_verify_own_views(v, r, views, NULL, NULL, &batch, err) : err->code;
    rc = rc < 0 ? rc : ls_verify_rows(batch, "slides", check_slide, &slides[0], err);
    rc = rc < 0 ? rc : ls_verify_rows(batch, "gaps", check_slide, &slides[1], err);
    uint64_t records = v->small_counts[type->index];
    ls_verify_count(r, "records in a second window",
                    slides[0].members > records ? slides[0].members - records : 0, true);
    ls_verify_count(
        r, "between windows",
        slides[1].members && slides[1].members < records ? records - slides[1].members : 0, true);
    return rc;
}

const struct ls_case ls_case_win_2 = {
    .id = "WIN-2",
    .title = "a slide that does not divide the size, and one above it",
    .text =
        "The spec is given views of its busiest event type with windows of 7 units every 3, and "
        "of 3 units every 7. A record is in two or three of the first, and in one or none of\n"
        "the second; where it is in none it is not late either. Stream, batch and the naive "
        "recomputation agree.",
    .knob = "{options}",
    .run = run_win_2,
};

/* ---- WIN-3 */

struct silence {
    int64_t middle_ms, length_ms;
    struct ls_case_result *result;
    uint64_t rows;
};

static bool after_silence(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    const struct silence *s = context;
    if (record->timestamp_ms < s->middle_ms) {
        return false;
    }
    ls_rewrite_shift(p, record, s->length_ms);
    return true;
}

static int check_in_silence(const struct ls_rows *rows, void *context, struct ls_error *err)
{
    struct silence *s = context;
    int64_t start = ls_rows_number(rows, "window_start", 0);
    int64_t end = ls_rows_number(rows, "window_end", 0);
    s->rows++;
    return start < s->middle_ms + s->length_ms / 4 || end > s->middle_ms + s->length_ms / 4 * 3
               ? 0
               : ls_verify_fail(s->result, err, "%s: row %llu is of a window without records",
                                rows->file.path, (unsigned long long)rows->count - 1);
}

/* How far apart its windows begin and how long they are, whichever is more; 0 for another view. */
static int64_t window_of(const struct ls_spec_view *view, int64_t *every_ms)
{
    if (view->window.member == &ls_member_tumbling) {
        const struct ls_window_tumbling *window = view->window.settings;
        *every_ms = window->size_ms;
        return window->size_ms;
    }
    if (view->window.member == &ls_member_hopping) {
        const struct ls_window_hopping *window = view->window.settings;
        *every_ms = window->every_ms;
        return window->size_ms > window->every_ms ? window->size_ms : window->every_ms;
    }
    return 0;
}

static int run_win_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    const struct ls_items *views = &v->job->spec->pipeline->views;
    const struct ls_spec_view *list = views->items;
    struct ls_naive_counts counts;
    struct silence silence = {.result = r};
    const char *batch;
    int64_t every;
    uint64_t empty = 0;
    uint64_t changed = 0;
    for (size_t i = 0; i < views->count; i++) {
        int64_t size = window_of(&list[i], &every);
        silence.length_ms = size > silence.length_ms ? size : silence.length_ms;
    }
    if (!silence.length_ms) {
        return ls_verify_skip(r, err, "the spec has no view with tumbling or hopping windows");
    }
    silence.length_ms *= 100; /* what is late or ahead reaches a little into it */
    const char *log = ls_verify_path(v, err, "cases/WIN-3/log");
    int rc = log ? ls_verify_small(v, err) : err->code;
    silence.middle_ms = v->small_first_ms + (v->small_last_ms - v->small_first_ms) / 2;
    rc = rc < 0 ? rc
                : ls_rewrite_log(v->job->spec, v->small_log, log, after_silence, &silence, &changed,
                                 err);
    rc = rc < 0 ? rc
                : ls_verify_both(v, r, "silence", (struct ls_verify_run){.log = log, .umask = -1},
                                 &batch, err);
    rc = rc < 0 || r->verdict == LS_VERDICT_FAIL
             ? rc
             : ls_verify_naive(v, r, v->job->spec, log, batch, &counts, err);
    for (size_t i = 0; rc == 0 && i < views->count; i++) {
        if (window_of(&list[i], &every)) {
            rc = ls_verify_rows(batch, list[i].name, check_in_silence, &silence, err);
            empty += (uint64_t)(silence.length_ms / 2 / every);
        }
    }
    ls_verify_count(r, "windows without records", changed ? empty : 0, true);
    ls_verify_count(r, "rows", silence.rows, true);
    return rc;
}

const struct ls_case ls_case_win_3 = {
    .id = "WIN-3",
    .title = "empty windows",
    .text = "From its middle on, the log comes later by a hundred windows. A window in which there "
            "is no record has no row, however many of them the silence holds; stream, batch and\n"
            "the naive recomputation agree.",
    .run = run_win_3,
};

/* ---- WIN-7 */

struct ties {
    const char *field;
    uint64_t times, values;
};

/* Three values alone, and times to the second. */
static bool tie(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    struct ties *t = context;
    (void)record;
    struct ls_cell *cell = ls_rewrite_cell(p, t->field);
    if (!p->version) {
        return false;
    }
    int64_t *time = &p->cells[LS_COLUMN_EVENT_TIME].number;
    *time = ls_floor_div(*time, 1000) * 1000;
    t->times++;
    if (cell) {
        *cell = (struct ls_cell){.number = (int64_t)(p->position / 2 % 3) * 10 - 10};
        t->values++;
    }
    return true;
}

static bool is_number(const struct ls_spec_field *field)
{
    return ls_field_is_number((enum ls_field_type)field->type);
}

static int run_win_7(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    const struct ls_spec_field *field;
    const char *batch;
    int rc = ls_verify_small(v, err);
    const struct ls_spec_event_type *type = rc < 0 ? NULL : ls_verify_busiest(v, is_number, &field);
    if (!type) {
        return rc < 0 ? rc : ls_verify_skip(r, err, "no event type has a number");
    }
    struct ties ties = {.field = field->name};
    int64_t unit = (v->small_last_ms - v->small_first_ms) / 20 + 1;
    const char *f = field->name;
    const char *views = ls_arena_printf(
        &v->arena, err,
        "[{name: tied, from: %s, window: {tumbling: %lldms}, select: {n: count, "
        "who: {distinct: entity_id}, values: {distinct: %s}, most: {top: {of: entity_id, k: 5}}, "
        "by_sum: {top: {of: entity_id, k: 5, by: %s}}, often: {top: {of: %s, k: 2}}, "
        "low: {quantile: %s, q: 1/3}, middle: {quantile: %s, q: 1/2}, high: {quantile: %s, q: 1}, "
        "first: {first: %s}, last: {last: event_id}}}, "
        "{name: at_once, from: %s, rolling: {over: %lldms}, by: [entity_id], select: {n: count, "
        "last: {last: %s}, most: {top: {of: %s}}}}]",
        type->name, LL(unit), f, f, f, f, f, f, f, type->name, LL(unit), f, f);
    rc = views ? ls_verify_own_views(v, r, views, tie, &ties, &batch, err) : err->code;
    ls_verify_count(r, "records of one of three values", ties.values, true);
    ls_verify_count(r, "times to the second", ties.times, true);
    return rc;
}

const struct ls_case ls_case_win_7 = {
    .id = "WIN-7",
    .title = "ties in distinct, top, quantile, first and last",
    .text = "A number of each record becomes one of three values and its time a whole second, and "
            "the spec is given views that rank them. What comes first among equals is fixed: by\n"
            "value in `top`, by event_id and so on in time. Stream, batch and the naive "
            "recomputation agree.",
    .knob = "{options}",
    .run = run_win_7,
};

/* ---- WIN-8 */

struct chains {
    uint32_t topic;
    int64_t delay_ms, gap_ms;
    uint64_t linked, apart;
    uint64_t count; /* of records in the partition so far */
    uint32_t partition;
    int64_t highest_ms, from_ms;
    char source[32];
    uint64_t rows_of[4]; /* sessions of so many records */
};

/* Three records are a group of their own: two so far apart that they are two sessions, and then one
 * between them, which links both, or is itself just the gap away from either. */
static bool chain(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    struct chains *c = context;
    if (!p->version || p->topic != c->topic) {
        return false;
    }
    if (p->partition != c->partition) {
        c->partition = p->partition;
        c->count = 0;
        c->highest_ms = INT64_MIN;
    }
    int64_t max_skew = p->spec->pipeline->max_skew_ms;
    int64_t clock = p->cells[LS_COLUMN_INGEST_TIME].number;
    int64_t skew = clock - record->timestamp_ms;
    if (max_skew && (skew > max_skew || -skew > max_skew)) {
        return false;
    }
    c->highest_ms = clock > c->highest_ms ? clock : c->highest_ms;
    uint64_t triple = c->count / 3;
    uint64_t place = c->count++ % 3;
    if (place == 0) {
        c->from_ms = c->highest_ms - c->delay_ms + 4 * c->gap_ms;
    }
    bool linked = triple % 2 == 0;
    int64_t reach = linked ? c->gap_ms : 2 * c->gap_ms;
    p->cells[LS_COLUMN_EVENT_TIME].number = c->from_ms + (place == 1   ? reach
                                                          : place == 2 ? reach / 2
                                                                       : 0);
    int size = snprintf(c->source, sizeof c->source, "chain-%u-%llu", p->partition,
                        (unsigned long long)triple);
    p->cells[LS_COLUMN_SOURCE] = (struct ls_cell){.bytes = (const uint8_t *)c->source,
                                                  .size = (uint32_t)size};
    c->linked += place == 2 && linked;
    c->apart += place == 2 && !linked;
    return true;
}

static int count_session(const struct ls_rows *rows, void *context, struct ls_error *err)
{
    struct chains *c = context;
    int64_t n = ls_rows_number(rows, "n", 0);
    (void)err;
    c->rows_of[n > 0 && n < 4 ? n : 0]++;
    return 0;
}

static int run_win_8(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    const char *batch;
    int rc = ls_verify_small(v, err);
    const struct ls_spec_event_type *type = rc < 0 ? NULL : ls_verify_busiest(v, NULL, NULL);
    if (!type) {
        return rc < 0 ? rc : ls_verify_skip(r, err, "the log has no records");
    }
    struct chains chains = {.topic = type->index,
                            .delay_ms = ls_spec_watermark_delay(v->job->spec, type),
                            .partition = UINT32_MAX};
    int64_t room = chains.delay_ms + v->job->spec->pipeline->max_ahead_ms;
    chains.gap_ms = room / 16 * 2; /* even: half of it is a whole number */
    if (chains.gap_ms == 0 || v->job->spec->pipeline->clock == LS_CLOCK_EVENT_TIME) {
        return ls_verify_skip(r, err,
                              "what comes out of order is late: the spec has neither a watermark "
                              "delay nor max_ahead to speak of, or its clock is event_time");
    }
    const char *views = ls_arena_printf(
        &v->arena, err,
        "[{name: chains, from: %s, window: {session: %lldms}, by: [source], "
        "select: {n: count, first: {first: event_id}, last: {last: event_id}}}]",
        type->name, LL(chains.gap_ms));
    rc = views ? ls_verify_own_views(v, r, views, chain, &chains, &batch, err) : err->code;
    rc = rc < 0 ? rc : ls_verify_rows(batch, "chains", count_session, &chains, err);
    ls_verify_count(r, "links that came last", chains.linked, true);
    ls_verify_count(r, "records just the gap away", chains.apart, true);
    ls_verify_count(r, "sessions of three", chains.rows_of[3], true);
    ls_verify_count(r, "of one", chains.rows_of[1], true);
    return rc;
}

const struct ls_case ls_case_win_8 = {
    .id = "WIN-8",
    .title = "sessions that merge",
    .text = "Records are put into threes: two that are a session each, and behind them one whose "
            "time is between, which links them into one; or which is just the gap away from both,\n"
            "and links nothing. Stream, batch and the naive recomputation agree.",
    .knob = "{options}",
    .run = run_win_8,
};
