/* NUM-1 to NUM-5: arithmetic at its edges. */
#include "conformance/cases.h"

#include "core/base/mem.h"
#include "core/base/wide.h"

#include <stdio.h>
#include <string.h>

#define LL(number) ((long long)(number))
#define HUGE_VALUE (INT64_MAX / 4 * 3) /* two of them leave 64 bits, as does less than nothing */

static bool is_whole(const struct ls_spec_field *field)
{
    return field->type == LS_FIELD_LONG || field->type == LS_FIELD_MONEY;
}

/* Ids and clocks of records that a case balances against each other: none of them is a copy, late
 * or ahead, whatever the generator did to it. */
static void make_sound(struct ls_perturb *p, struct ls_log_record *record, char *id, size_t room,
                       int64_t time_ms)
{
    int size = snprintf(id, room, "own-%u-%u-%llu", p->topic, p->partition,
                        (unsigned long long)p->position);
    p->cells[LS_COLUMN_EVENT_ID] = (struct ls_cell){.bytes = (const uint8_t *)id,
                                                    .size = (uint32_t)size};
    p->cells[LS_COLUMN_EVENT_TIME].number = time_ms;
    p->cells[LS_COLUMN_INGEST_TIME].number = time_ms;
    record->timestamp_ms = time_ms;
}

/* The case's event type and field; NULL, and skipped, where there is none. */
static const struct ls_spec_event_type *choose(struct ls_verify *v, struct ls_case_result *r,
                                               const struct ls_spec_field **field, int *rc,
                                               struct ls_error *err)
{
    *rc = ls_verify_small(v, err);
    const struct ls_spec_event_type *type = *rc < 0 ? NULL : ls_verify_busiest(v, is_whole, field);
    if (*rc == 0 && !type) {
        *rc = ls_verify_skip(r, err, "no event type has a whole number of 64 bits, or money");
    }
    return type;
}

/* ---- NUM-1 */

struct balance {
    uint32_t topic, partition;
    const char *field;
    uint64_t *counts;  /* of the topic's sound records, by partition */
    uint64_t at, huge; /* so many in the partition so far; made huge */
    int64_t time_ms;
    char id[64];
};

static bool count_sound(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    struct balance *b = context;
    (void)record;
    b->counts[p->partition] += p->version && p->topic == b->topic;
    return false;
}

/* Fours of one time and one sum that is small; what is left of a partition is small anyway. */
static bool make_fours(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    struct balance *b = context;
    struct ls_cell *cell = ls_rewrite_cell(p, b->field);
    if (!p->version || p->topic != b->topic) {
        return false;
    }
    if (p->partition != b->partition) {
        b->partition = p->partition;
        b->at = 0;
        b->time_ms = INT64_MIN;
    }
    uint64_t place = b->at % 4;
    bool whole = b->at - place + 4 <= b->counts[p->partition];
    if (place == 0 && record->timestamp_ms > b->time_ms) {
        b->time_ms = record->timestamp_ms;
    }
    b->at++;
    make_sound(p, record, b->id, sizeof b->id, b->time_ms);
    if (cell) {
        int64_t small = (int64_t)(p->position % 9) - 4;
        *cell = (struct ls_cell){.number = !whole      ? small
                                           : place < 2 ? small + HUGE_VALUE
                                                       : small - HUGE_VALUE};
        b->huge += whole;
    }
    return true;
}

static int sum_in_orders(struct ls_verify *v, struct ls_case_result *r, const char *views,
                         const char *batch, struct ls_error *err)
{
    static const char *const orders[] = {"reverse", "sequential", "random:3"};
    struct ls_derived derived;
    struct ls_exit exit;
    const char *log = ls_verify_path(v, err, "cases/NUM-1/log");
    int rc = log ? ls_verify_derive(v, views, &derived, err) : err->code;
    for (size_t i = 0; rc == 0 && r->verdict != LS_VERDICT_FAIL && i < 3; i++) {
        const char *to = ls_verify_path(v, err, "cases/NUM-1/%s", orders[i]);
        struct ls_verify_run run = {.stream = true,
                                    .log = log,
                                    .to = to,
                                    .order = orders[i],
                                    .workers = i == 1 ? "1" : "7",
                                    .umask = -1,
                                    .extra = derived.options};
        rc = to ? ls_verify_run(v, &run, &exit, err) : err->code;
        rc = rc < 0 ? rc : ls_verify_compare(v, r, log, to, orders[i], batch, "batch", err);
    }
    ls_spec_free(derived.spec);
    return rc;
}

static int run_num_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    uint64_t counts[LS_SPEC_PARTITIONS_MAX] = {0};
    const struct ls_spec_field *field;
    const char *batch;
    uint64_t changed;
    int rc;
    const struct ls_spec_event_type *type = choose(v, r, &field, &rc, err);
    if (!type) {
        return rc;
    }
    struct balance balance = {
        .topic = type->index, .partition = UINT32_MAX, .field = field->name, .counts = counts};
    const char *count = ls_verify_path(v, err, "cases/NUM-1/count");
    int64_t unit = (v->small_last_ms - v->small_first_ms) / 16 + 1;
    const char *views = ls_arena_printf(
        &v->arena, err,
        "[{name: sums, from: %s, window: {hopping: {size: %lldms, every: %lldms}}, select: {n: "
        "count, total: {sum: %s}, mean: {avg: %s, scale: 3}, rate: {ratio: {of: %s, to: %s}, "
        "scale: 2}}}, "
        "{name: whole, from: %s, window: {session: 365d}, select: {total: {sum: %s}}}]",
        type->name, LL(2 * unit), LL(unit), field->name, field->name, field->name, field->name,
        type->name, field->name);
    rc = count && views ? ls_rewrite_log(v->job->spec, v->small_log, count, count_sound, &balance,
                                         &changed, err)
                        : err->code;
    rc = rc < 0 ? rc : ls_verify_own_views(v, r, views, make_fours, &balance, &batch, err);
    rc = rc < 0 || r->verdict == LS_VERDICT_FAIL ? rc : sum_in_orders(v, r, views, batch, err);
    ls_verify_count(r, "huge values", balance.huge, true);
    return rc;
}

const struct ls_case ls_case_num_1 = {
    .id = "NUM-1",
    .title = "sums in any order",
    .text = "A number becomes so huge that two of a sign leave 64 bits, in fours whose sum is "
            "small. In whatever order they are added up, sums, averages and ratios are those of\n"
            "the naive recomputation.",
    .knob = "{options}",
    .run = run_num_1,
};

/* ---- NUM-3 */

struct extremes {
    const char *field;
    bool greatest; /* nothing but the greatest */
    uint64_t made;
};

static bool make_extreme(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    static const int64_t edges[] = {INT64_MAX, INT64_MIN, -1, 0, INT64_MAX - 1, INT64_MIN + 1, 1};
    struct extremes *x = context;
    struct ls_cell *cell = ls_rewrite_cell(p, x->field);
    (void)record;
    if (cell) {
        *cell = (struct ls_cell){.number = x->greatest ? INT64_MAX : edges[p->position % 7]};
        x->made++;
    }
    return cell != NULL;
}

/* A run that has to end by itself, with an error that names the view. */
static int run_overflow(struct ls_verify *v, struct ls_case_result *r,
                        const struct ls_verify_run *run, const char *mode, struct ls_exit *exit,
                        struct ls_error *err)
{
    int rc = ls_verify_run(v, run, exit, err);
    if (rc == 0) {
        return ls_verify_fail(r, err, "%s: a sum does not fit its type, and the run ended well",
                              mode);
    }
    if (rc != LS_E_DATA || exit->timed_out) {
        return rc;
    }
    struct ls_error said = *err;
    return !exit->exited
               ? ls_verify_fail(r, err, "%s: a sum does not fit its type, and the run died: %s",
                                mode, said.text)
           : !strstr(said.text, "overflow")
               ? ls_verify_fail(r, err, "%s: the run ended without naming the view `overflow`: %s",
                                mode, said.text)
               : 0;
}

static int overflow(struct ls_verify *v, struct ls_case_result *r,
                    const struct ls_spec_event_type *type, const char *field, struct ls_error *err)
{
    struct extremes extremes = {.field = field, .greatest = true};
    struct ls_exit exits[2] = {{0}};
    struct ls_derived derived = {0};
    uint64_t changed;
    const char *log = ls_verify_path(v, err, "cases/NUM-3/overflow-log");
    const char *to = ls_verify_path(v, err, "cases/NUM-3/overflow");
    const char *views = ls_arena_printf(
        &v->arena, err,
        "[{name: overflow, from: %s, window: {tumbling: 365d}, select: {total: {sum: %s}}}]",
        type->name, field);
    int rc = log && to && views ? ls_verify_derive(v, views, &derived, err) : err->code;
    rc = rc < 0 ? rc
                : ls_rewrite_log(v->job->spec, v->small_log, log, make_extreme, &extremes, &changed,
                                 err);
    for (int stream = 0; rc == 0 && stream < 2; stream++) {
        struct ls_verify_run run = {
            .stream = stream, .log = log, .to = to, .umask = -1, .extra = derived.options};
        rc = run_overflow(v, r, &run, stream ? "stream" : "batch", &exits[stream], err);
        rc = rc < 0 ? rc : ls_tree_remove(to, err);
    }
    if (rc == 0 && r->verdict == LS_VERDICT_PASS && exits[0].status != exits[1].status) {
        rc = ls_verify_fail(r, err, "the batch run ended with status %d, the stream with %d",
                            exits[0].status, exits[1].status);
    }
    ls_verify_count(r, "runs that an overflow ended", rc == 0 ? 2 : 0, true);
    ls_spec_free(derived.spec);
    return rc;
}

static int run_num_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    const struct ls_spec_field *field;
    const char *batch;
    int rc;
    const struct ls_spec_event_type *type = choose(v, r, &field, &rc, err);
    if (!type) {
        return rc;
    }
    struct extremes extremes = {.field = field->name};
    const char *f = field->name;
    int64_t unit = (v->small_last_ms - v->small_first_ms) / 16 + 1;
    const char *views = ls_arena_printf(
        &v->arena, err,
        "[{name: edges, from: %s, window: {tumbling: %lldms}, select: {n: count, least: {min: %s}, "
        "most: {max: %s}, mean: {avg: %s, scale: 2}, kinds: {distinct: %s}, first: {first: %s}, "
        "last: {last: %s}, often: {top: {of: %s, k: 9}}, low: {quantile: %s, q: 1/1000}, "
        "middle: {quantile: %s, q: 1/2}, high: {quantile: %s, q: 1}, "
        "below: {count: {where: \"%s < 0\"}}}}]",
        type->name, LL(unit), f, f, f, f, f, f, f, f, f, f, f);
    rc = views ? ls_verify_own_views(v, r, views, make_extreme, &extremes, &batch, err) : err->code;
    ls_verify_count(r, "values at an edge", extremes.made, true);
    return rc < 0 || r->verdict == LS_VERDICT_FAIL ? rc : overflow(v, r, type, f, err);
}

const struct ls_case ls_case_num_3 = {
    .id = "NUM-3",
    .title = "the edges of 64 bits",
    .text = "A number becomes the least and the greatest of 64 bits and what is beside them, and "
            "views of it have to give what the naive recomputation gives; an average of such\n"
            "values needs a sum of 128 bits. Then each is the greatest: their sum does not fit its "
            "type, and both runs have to end, with one status and a message that names the view.",
    .knob = "{options}",
    .run = run_num_3,
};

/* ---- NUM-4, NUM-5 */

struct averages {
    struct ls_case_result *result;
    uint32_t topic;
    const char *field;
    int64_t factor; /* the average is in so many times the field's unit */
    char source[48], id[64];
    uint64_t rows, ties, below; /* below nothing */
};

/* Fours with a source of their own, and values on both sides of nothing. */
static bool make_groups(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    struct averages *a = context;
    struct ls_cell *cell = ls_rewrite_cell(p, a->field);
    if (!cell || p->topic != a->topic) {
        return false;
    }
    int size = snprintf(a->source, sizeof a->source, "four-%u-%llu", p->partition,
                        (unsigned long long)(p->position / 4));
    make_sound(p, record, a->id, sizeof a->id, record->timestamp_ms);
    p->cells[LS_COLUMN_SOURCE] = (struct ls_cell){.bytes = (const uint8_t *)a->source,
                                                  .size = (uint32_t)size};
    *cell = (struct ls_cell){.number = (int64_t)(p->position * p->position % 41) - 20};
    return true;
}

/* A decimal's bytes: two's complement, the most significant first. */
static ls_i128 decimal_of(const struct ls_cell *cell)
{
    ls_i128 value = cell->size && cell->bytes[0] & 0x80 ? -1 : 0;
    for (uint32_t i = 0; i < cell->size; i++) {
        value = value * 256 + cell->bytes[i];
    }
    return value;
}

/* window_start, window_end, source, then n, the sum, the average. */
static int check_average(const struct ls_rows *rows, void *context, struct ls_error *err)
{
    struct averages *a = context;
    const struct ls_cell *cells = rows->cells + 3;
    int64_t n = cells[0].number;
    if (n == 0 || cells[1].is_null || cells[2].is_null) {
        return 0;
    }
    int64_t sum = cells[1].number * a->factor;
    int64_t floor = ls_floor_div(sum, n);
    int64_t twice = 2 * (sum - floor * n);
    bool up = twice > n || (twice == n && floor % 2 != 0);
    a->rows++;
    a->ties += twice == n;
    a->below += sum < 0;
    return decimal_of(&cells[2]) == floor + up
               ? 0
               : ls_verify_fail(a->result, err,
                                "%s: row %llu: the average of %lld values whose sum is %lld is not "
                                "%lld / 10^k",
                                rows->file.path, (unsigned long long)rows->count - 1, LL(n),
                                LL(cells[1].number), LL(floor + up));
}

static int run_averages(struct ls_verify *v, struct ls_case_result *r, unsigned more,
                        struct ls_error *err)
{
    struct averages a = {.result = r, .factor = 1};
    const struct ls_spec_field *field;
    const char *batch;
    int rc;
    const struct ls_spec_event_type *type = choose(v, r, &field, &rc, err);
    if (!type) {
        return rc;
    }
    a.topic = type->index;
    a.field = field->name;
    for (unsigned i = 0; i < more; i++) {
        a.factor *= 10;
    }
    const char *f = field->name;
    const char *views = ls_arena_printf(
        &v->arena, err,
        "[{name: averages, from: %s, window: {tumbling: 365d}, by: [source], select: {n: {count: "
        "{where: \"%s is not null\"}}, total: {sum: %s}, mean: {avg: %s, scale: %u}}}]",
        type->name, f, f, f, field->scale + more);
    rc = views ? ls_verify_own_views(v, r, views, make_groups, &a, &batch, err) : err->code;
    rc = rc < 0 || r->verdict == LS_VERDICT_FAIL
             ? rc
             : ls_verify_rows(batch, "averages", check_average, &a, err);
    ls_verify_count(r, "averages", a.rows, true);
    ls_verify_count(r, "of less than nothing", a.below, true);
    ls_verify_count(r, "just between two numbers", a.ties, more == 0);
    return rc;
}

static int run_num_4(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    return run_averages(v, r, 0, err);
}

const struct ls_case ls_case_num_4 = {
    .id = "NUM-4",
    .title = "what lies between two decimals",
    .text =
        "Averages of four values at the scale of the values themselves: a quotient just between "
        "two goes to the even one, also below nothing. Held against the sum and the count\n"
        "beside it, and against the naive recomputation.",
    .knob = "{options}",
    .run = run_num_4,
};

static int run_num_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    return run_averages(v, r, 3, err);
}

const struct ls_case ls_case_num_5 = {
    .id = "NUM-5",
    .title = "averages are of exact sums",
    .text = "Averages with three more decimals than the values have: each is the quotient of the "
            "sum and the count beside it, rounded once.",
    .knob = "{options}",
    .run = run_num_5,
};
