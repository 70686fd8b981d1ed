/* Batch runs over other than everything (contract P13 to P15), over hostile logs and views of every
 * kind: what they answer is what the naive recomputation finds, and stands to a run over everything
 * as the contract says. A failure names its seed. */
#include "pipeline/random_views_test.h"

#include "pipeline/runs_test.h"

#include <jansson.h>

enum { SPECS = 24, LOGS = 3 /* of each spec */ };

static void run_scope(struct pipe *p, const char *from, const char *to,
                      const struct ls_scope *scope)
{
    struct ls_batch_result result;
    const struct ls_batch_job job = {.plan = p->plan,
                                     .views = p->views,
                                     .from = from,
                                     .to = to,
                                     .workers = 1,
                                     .memory = 1,
                                     .scope = scope};
    FINE(p, ls_batch_run(&job, &result, &p->base.err));
}

static struct ls_naive_counts naive_says(struct pipe *p, uint64_t seed, const char *datasets,
                                         const struct ls_naive_scope *scope)
{
    struct ls_naive_counts counts;
    const struct ls_naive naive = {p->base.spec, "log", "tables", datasets, false};
    p->base.report.size = 0;
    int rc = ls_naive_check_scope(&naive, scope, &counts, &p->base.report, &p->base.err);
    if (rc != 0) {
        fail_msg("seed %llu: %s", (unsigned long long)seed,
                 rc < 0 ? p->base.err.text : ls_buf_text(&p->base.report, &p->base.err));
    }
    return counts;
}

static void must_be_same(struct pipe *p, uint64_t seed, const char *a, const char *b)
{
    const char *different = difference(p, a, b);
    if (different[0]) {
        fail_msg("seed %llu: %s and %s differ in %s", (unsigned long long)seed, a, b, different);
    }
}

/* A time at or beside that of a record of log:log. */
static int64_t time_at_random(struct pipe *p, struct draws *d, uint32_t partitions)
{
    struct ls_log *log;
    int64_t found = 0;
    int64_t met = 0;
    FINE(p, ls_log_open("log:log", false, &log, &p->base.err));
    for (uint32_t i = 0; i < TOPICS * partitions; i++) {
        struct ls_log_reader *reader;
        const struct ls_log_record *records;
        size_t count;
        FINE(p, ls_log_reader_new(log, i / partitions, i % partitions, 0, &reader, &p->base.err));
        FINE(p, ls_log_read(reader, LARGE, &records, &count, &p->base.err));
        for (size_t k = 0; k < count; k++) {
            found = records[k].timestamp_ms != -1 && one_in(d, ++met) ? records[k].timestamp_ms
                                                                      : found;
        }
        ls_log_reader_free(reader);
    }
    ls_log_close(log);
    return found + below(d, 3) - 1;
}

/* Some with monotonic flags, whose fates are found by sorting. */
static void begin_spec(struct pipe *p, struct draws *d, const char *const *sets)
{
    struct author a;
    if (one_in(d, 4)) {
        pipe_plan(p, pipe_spec, sets);
        return;
    }
    write_views(&a, d);
    plan_kinds(p, ls_buf_text(&a.text, &a.err), sets);
    ls_buf_clear(&a.text);
}

static uint32_t begin_case(struct pipe *p, struct draws *d)
{
    uint32_t partitions = 1 + (uint32_t)below(d, 2);
    FINE(p, ls_tree_remove("log", &p->base.err));
    write_log(p, d, partitions, false);
    return partitions;
}

/* ---- P13 */

static bool is_final(const char *run)
{
    char path[64];
    snprintf(path, sizeof path, "%s/manifest.json", run);
    json_t *root = json_load_file(path, 0, NULL);
    bool final = json_is_true(json_object_get(json_object_get(root, "as_of"), "final"));
    json_decref(root);
    return final;
}

static void test_as_of(void **state)
{
    struct pipe *p = *state;
    uint64_t finals = 0;
    uint64_t seed = 0;
    for (int i = 0; i < SPECS; i++) {
        struct draws d = {ls_stream_key((uint64_t)i, "as of"), 0};
        begin_spec(p, &d, i % 2 ? SETS("topics.heartbeat=1s") : NULL);
        for (int k = 0; k < LOGS; k++, seed++) {
            uint32_t partitions = begin_case(p, &d);
            int64_t time_ms = time_at_random(p, &d, partitions);
            const struct ls_scope scope = {.has_as_of = true, .as_of_ms = time_ms};
            run_scope(p, "log:log", "then", &scope);
            const struct ls_naive_scope then = {.as_of = &time_ms};
            naive_says(p, seed, "then/datasets", &then);
            write_shorter(p, &d, partitions);
            run_scope(p, "log:shorter", "before", &scope);
            if (is_final("before")) { /* no later record changes the answer */
                must_be_same(p, seed, "before/datasets", "then/datasets");
                assert_true(is_final("then"));
                finals++;
            }
        }
    }
    assert_true(finals > 5);
}

/* ---- P14 */

static json_t *summary_of(const char *run)
{
    char path[64];
    snprintf(path, sizeof path, "%s/summary.json", run);
    json_t *root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    return root;
}

static json_int_t number_at(const json_t *root, const char *a, const char *b)
{
    return json_integer_value(json_object_get(json_object_get(root, a), b));
}

struct costs {
    json_int_t expired, regained, late_views, expired_views;
};

/* Of each topic: records that expire are told; true where those that are admitted for it are all
 * that the run has more. (They are not where an id has several times, and one was forgotten.) */
static bool check_topics(uint64_t seed, const json_t *judged, const json_t *root,
                         struct costs *seen)
{
    const json_t *costs = json_object_get(json_object_get(root, "lateness_cost"), "topics");
    const char *name;
    json_t *value;
    bool all = true;
    json_object_foreach(json_object_get(judged, "topics"), name, value)
    {
        const json_t *own = json_object_get(root, "topics");
        json_int_t regained = number_at(costs, name, "regained");
        json_int_t expired = number_at(costs, name, "expired");
        if (expired != number_at(value, "quarantined", "EXPIRED")) {
            fail_msg("seed %llu: in %s %lld records expired, of which %lld are told",
                     (unsigned long long)seed, name,
                     (long long)number_at(value, "quarantined", "EXPIRED"), (long long)expired);
        }
        assert_int_equal(number_at(json_object_get(own, name), "quarantined", "EXPIRED"), 0);
        all = all && number_at(own, name, "normalized") ==
                         json_integer_value(json_object_get(value, "normalized")) + regained;
        seen->expired += expired;
        seen->regained += regained;
    }
    return all;
}

/* What the run without lateness says that it costs is what the run with it leaves out. */
static void check_costs(uint64_t seed, struct costs *seen)
{
    json_t *judged = summary_of("on");
    json_t *root = summary_of("off");
    const json_t *costs = json_object_get(json_object_get(root, "lateness_cost"), "views");
    const char *name;
    json_t *value;
    bool all = check_topics(seed, judged, root, seen);
    json_object_foreach(json_object_get(judged, "views"), name, value)
    {
        json_int_t late = json_integer_value(json_object_get(value, "late"));
        if (all && late != number_at(costs, name, "late")) {
            fail_msg("seed %llu: %lld rows are late for %s, of which %lld are told",
                     (unsigned long long)seed, (long long)late, name,
                     (long long)number_at(costs, name, "late"));
        }
        assert_int_equal(number_at(json_object_get(root, "views"), name, "late"), 0);
        seen->late_views += all ? late : 0;
        seen->expired_views += number_at(costs, name, "expired");
    }
    json_decref(root);
    json_decref(judged);
}

static void test_lateness_off(void **state)
{
    struct pipe *p = *state;
    const struct ls_scope off = {.lateness_off = true};
    const struct ls_naive_scope naive = {.lateness_off = true};
    struct costs seen = {0};
    uint64_t seed = 0;
    for (int i = 0; i < SPECS; i++) {
        struct draws d = {ls_stream_key((uint64_t)i, "lateness off"), 0};
        begin_spec(p, &d, i % 2 ? SETS("topics.heartbeat=1s") : NULL);
        for (int k = 0; k < LOGS; k++, seed++) {
            begin_case(p, &d);
            run_scope(p, "log:log", "on", NULL);
            run_scope(p, "log:log", "off", &off);
            const struct ls_naive_counts counts = naive_says(p, seed, "off/datasets", &naive);
            json_int_t before = seen.regained;
            check_costs(seed, &seen);
            assert_int_equal(seen.regained - before, counts.too_old);
        }
    }
    assert_true(seen.expired > seen.regained && seen.regained > 100);
    assert_true(seen.late_views > 1000 && seen.expired_views > 100);
}

/* ---- P15 */

/* A range whose bounds are at or beside those of rows: times of records, and ends of windows. */
static void range_at_random(struct pipe *p, struct draws *d, uint32_t partitions,
                            struct ls_scope *out)
{
    int64_t bounds[2];
    for (int i = 0; i < 2; i++) {
        const struct ls_view *view = &p->views->views[below(d, (int64_t)p->views->count)];
        int64_t time_ms = time_at_random(p, d, partitions) - (one_in(d, 2) ? below(d, 9000) : 0);
        if (view->kind == LS_VIEW_WINDOWS) {
            time_ms = ls_view_end(view, ls_floor_div(time_ms - view->offset_ms, view->every_ms));
        }
        bounds[i] = time_ms + below(d, 3) - 1;
    }
    *out = (struct ls_scope){.is_range = true,
                             .from_ms = bounds[0] < bounds[1] ? bounds[0] : bounds[1],
                             .to_ms = (bounds[0] < bounds[1] ? bounds[1] : bounds[0]) + 1};
}

static void test_ranges(void **state)
{
    struct pipe *p = *state;
    uint64_t rows = 0;
    uint64_t seed = 0;
    for (int i = 0; i < SPECS; i++) {
        struct draws d = {ls_stream_key((uint64_t)i, "ranges"), 0};
        begin_spec(p, &d, NULL);
        for (int k = 0; k < LOGS; k++, seed++) {
            uint32_t partitions = begin_case(p, &d);
            for (int n = 0; n < 4; n++) {
                struct ls_scope scope;
                range_at_random(p, &d, partitions, &scope);
                scope.lateness_off = one_in(&d, 4);
                const struct ls_naive_range range = {scope.from_ms, scope.to_ms};
                const struct ls_naive_scope naive = {.lateness_off = scope.lateness_off,
                                                     .range = &range};
                run_scope(p, "log:log", "part", &scope);
                rows += naive_says(p, seed, "part/datasets", &naive).view_rows;
            }
        }
    }
    assert_true(rows > 1000);
}

/* A right record behind the range belongs to a left one in it, one in the range to none before. */
static void test_range_of_pairs(void **state)
{
    static const struct {
        uint32_t topic;
        int64_t time_ms;
    } records[] = {{SALE, 900},  {SALE, 1000},  {VISIT, 1500}, {SALE, 1999},
                   {SALE, 2000}, {VISIT, 2500}, {VISIT, 3999}, {VISIT, 4000}};
    static const struct ls_scope scope = {.is_range = true, .from_ms = 1000, .to_ms = 2000};
    static const struct ls_naive_range range = {1000, 2000};
    static const struct ls_naive_scope naive = {.range = &range};
    struct pipe *p = *state;
    plan_kinds(p,
               "  views:\n"
               "    - {name: pairs, join: {left: sale, right: visit, within: 2s, keep: left}, "
               "select: {item: {expr: right.item}}}\n",
               NULL);
    struct ls_log *log = begin_log(p, "log:log", 1);
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        struct message m;
        begin_message(p, &m, records[i].topic, (int)i, records[i].time_ms);
        put(p, log, &m);
    }
    end_log(p, log);
    run_scope(p, "log:log", "part", &scope);
    assert_int_equal(naive_says(p, 0, "part/datasets", &naive).view_rows, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PIPE_TEST(test_as_of), PIPE_TEST(test_lateness_off),
                                       PIPE_TEST(test_ranges), PIPE_TEST(test_range_of_pairs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
