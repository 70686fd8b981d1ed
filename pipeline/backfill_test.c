/* Ranges put into runs (contract P15): range by range an old answer becomes the new one, byte for
 * byte, and the same ranges of the old log bring the old one back. */
#include "pipeline/output/backfill.h"

#include "core/sim/disk.h"
#include "pipeline/output/replace.h"
#include "pipeline/random_views_test.h"
#include "pipeline/runs_test.h"

#include <jansson.h>
#include <limits.h>

enum { SPECS = 16, LOGS = 2, RANGES = 4, SEEDS = 150 };

static int run_batch_to(struct pipe *p, const char *from, const char *to,
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
    return ls_batch_run(&job, &result, &p->base.err);
}

static int backfill(struct pipe *p, const char *from, const char *into, int64_t from_ms,
                    int64_t to_ms)
{
    const struct ls_scope scope = {
        .is_range = true, .from_ms = from_ms, .to_ms = to_ms, .reason = "a \"test\""};
    struct ls_backfill *b;
    int rc = ls_backfill_open(into, p->plan, p->views, &scope, &b, &p->base.err);
    rc = rc < 0 ? rc : run_batch_to(p, from, ls_backfill_range(b), &scope);
    rc = rc < 0 ? rc : ls_backfill_put(b, &p->base.err);
    ls_backfill_free(b);
    return rc;
}

/* ---- what comes of it */

static void must_be_same(struct pipe *p, const char *a, const char *b, uint64_t seed)
{
    const char *different = difference(p, a, b);
    if (different[0]) {
        fail_msg("seed %llu: %s and %s differ in %s", (unsigned long long)seed, a, b, different);
    }
}

static json_t *load(struct pipe *p, const char *folder, const char *name)
{
    struct ls_buf text;
    ls_buf_init(&text, name, 1U << 20);
    FINE(p, read_below(folder, name, &text, &p->base.err));
    json_t *root = json_loadb((const char *)text.data, text.size, 0, NULL);
    assert_non_null(root);
    ls_buf_clear(&text);
    return root;
}

/* The manifest, the sums and the summary tell of the files that are there. */
static void check_claims(struct pipe *p, const char *run, size_t backfills)
{
    char path[128];
    json_t *manifest = load(p, run, "manifest.json");
    json_t *summary = load(p, run, "summary.json");
    struct ls_buf sums;
    ls_buf_init(&sums, "sums", 1U << 20);
    FINE(p, read_below(run, "datasets/SHA256SUMS", &sums, &p->base.err));
    const char *text = ls_buf_text(&sums, &p->base.err);
    const char *name;
    json_t *output;
    size_t lines = 0;
    json_object_foreach(json_object_get(manifest, "outputs"), name, output)
    {
        struct ls_sha256 sha256;
        uint64_t size;
        char hex[LS_HEX_MAX];
        char line[512];
        snprintf(path, sizeof path, "%s/datasets/%s", run, name);
        FINE(p, ls_file_sha256(path, &sha256, &size, &p->base.err));
        ls_hex(sha256.bytes, LS_SHA256_SIZE, hex);
        assert_string_equal(json_string_value(json_object_get(output, "sha256")), hex);
        assert_int_equal(json_integer_value(json_object_get(output, "bytes")), size);
        snprintf(line, sizeof line, "%s  %s\n", hex, name);
        assert_non_null(strstr(text, line));
        lines++;
        const char *slash = strchr(name, '/');
        if (strncmp(name, "views/", 6) == 0 || strncmp(name, "alerts/", 7) == 0) {
            char view[128];
            snprintf(view, sizeof view, "%.*s", (int)(strlen(slash + 1) - strlen(".avro")),
                     slash + 1);
            const json_t *views = json_object_get(summary, "views");
            assert_true(json_equal(json_object_get(json_object_get(views, view), "rows"),
                                   json_object_get(output, "records")));
        }
    }
    for (const char *at = text; *at; at++) {
        lines -= *at == '\n';
    }
    assert_int_equal(lines, 0);
    assert_int_equal(json_array_size(json_object_get(manifest, "backfills")), backfills);
    ls_buf_clear(&sums);
    json_decref(manifest);
    json_decref(summary);
}

static void begin_spec(struct pipe *p, struct draws *d)
{
    struct author a;
    write_views(&a, d);
    plan_kinds(p, ls_buf_text(&a.text, &a.err), NULL);
    ls_buf_clear(&a.text);
}

/* A log, a shorter one, and the runs `old` and `new` of everything in each; `run` is as `old`. */
static void begin_runs(struct pipe *p, struct draws *d)
{
    uint32_t partitions = 1 + (uint32_t)below(d, 2);
    FINE(p, ls_tree_remove("log", &p->base.err));
    write_log(p, d, partitions, false);
    write_shorter(p, d, partitions);
    FINE(p, run_batch_to(p, "log:shorter", "old", NULL));
    FINE(p, run_batch_to(p, "log:log", "new", NULL));
    FINE(p, run_batch_to(p, "log:shorter", "run", NULL));
}

/* Only files that both runs have to share: what else there is stays as it was. */
static void compare_views(struct pipe *p, const char *run, const char *views, const char *rest,
                          uint64_t seed)
{
    static const char *const folders[] = {"views", "alerts", "normalized", "quarantine", "late"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char a[128];
        char b[128];
        snprintf(a, sizeof a, "%s/datasets/%s", run, folders[i]);
        snprintf(b, sizeof b, "%s/datasets/%s", i < 2 ? views : rest, folders[i]);
        if (ls_path_exists(b)) {
            must_be_same(p, a, b, seed);
        }
    }
}

static void test_range_by_range(void **state)
{
    struct pipe *p = *state;
    uint64_t changed = 0;
    for (uint64_t seed = 0; seed < (uint64_t)SPECS * LOGS; seed++) {
        struct draws d = {ls_stream_key(seed, "range by range"), 0};
        if (seed % LOGS == 0) {
            begin_spec(p, &d);
        }
        begin_runs(p, &d);
        int64_t middle = (one_in(&d, 2) ? below(&d, 20000) - 10000 : INT64_C(1767225600000)) +
                         below(&d, 20000);
        int64_t bounds[RANGES + 1] = {LS_TIME_MIN_MS, middle, middle + 1 + below(&d, 3000),
                                      middle + 3001 + below(&d, 9000), LS_TIME_MAX_MS};
        for (int i = 0; i < RANGES; i++) {
            FINE(p, backfill(p, "log:log", "run", bounds[i], bounds[i + 1]));
            check_claims(p, "run", (size_t)i + 1);
            changed += difference(p, "run/datasets", "old/datasets")[0] != '\0';
        }
        compare_views(p, "run", "new", "old", seed);
        for (int i = 0; i < RANGES; i++) { /* in another order */
            int at = (i + 2) % RANGES;
            FINE(p, backfill(p, "log:shorter", "run", bounds[at], bounds[at + 1]));
        }
        must_be_same(p, "run/datasets", "old/datasets", seed);
        assert_false(ls_path_exists("run/backfill.tmp"));
    }
    assert_true(changed > 40);
}

/* ---- in processes that die at any call, on disks that lose power */

struct world {
    struct ls_sim sim;
    struct ls_disk *disk;
};

static void die_in_backfill(struct pipe *p, struct world *w, enum ls_mishap way)
{
    w->sim.on = true;
    w->sim.hard_max = 1;
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        struct ls_ratio ratio = {i == (int)way, 900};
        w->sim.chances[i] = ls_chance_of(ratio);
    }
    (void)backfill(p, "log:log", "run", -1000000, 1000000);
    w->sim.on = false;
    FINE(p, ls_disk_restart(w->disk, &p->base.err));
}

static void test_cut_short(void **state)
{
    struct pipe *p = *state;
    unsigned found[3] = {0}; /* old, new, nothing that tells of it */
    struct draws d = {ls_stream_key(3, "cut short"), 0};
    plan_kinds(p, kinds_views, NULL);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world w;
        d.count = 0;
        ls_sim_begin(&w.sim, seed);
        FINE(p, ls_disk_new(&w.sim, &w.disk, &p->base.err));
        ls_disk_mount(w.disk);
        begin_runs(p, &d);
        FINE(p, run_batch_to(p, "log:shorter", "calm", NULL));
        FINE(p, backfill(p, "log:log", "calm", -1000000, 1000000));
        FINE(p, ls_disk_settle(w.disk, &p->base.err));
        die_in_backfill(p, &w, seed % 2 ? LS_MISHAP_KILLED : LS_MISHAP_POWER_LOST);
        if (ls_path_exists("run/datasets/SHA256SUMS") && ls_path_exists("run/manifest.json") &&
            ls_path_exists("run/summary.json")) {
            bool is_new = ls_disk_same(w.disk, "run/datasets/views", "calm/datasets/views");
            assert_true(is_new || ls_disk_same(w.disk, "run/manifest.json", "old/manifest.json"));
            must_be_same(p, "run/datasets", is_new ? "calm/datasets" : "old/datasets", seed);
            check_claims(p, "run", is_new);
            found[is_new]++;
        } else {
            found[2]++;
        }
        FINE(p, backfill(p, "log:log", "run", -1000000, 1000000));
        must_be_same(p, "run/datasets", "calm/datasets", seed);
        FINE(p, ls_disk_lose_power(w.disk, &p->base.err));
        must_be_same(p, "run/datasets", "calm/datasets", seed);
        ls_disk_mount(NULL);
        ls_disk_free(w.disk);
    }
    print_message("%u old, %u new, %u without\n", found[0], found[1], found[2]);
    assert_true(found[0] > 10 && found[1] > 3 && found[2] > 0);
}

/* ---- one at a time */

/* What the others say while one works in the folder. */
static void check_alone(struct pipe *p, const char *what, int rc, int wanted, const char *words)
{
    if (rc != wanted || !strstr(p->base.err.text, words)) {
        fail_msg("%s: %d %s", what, rc, rc < 0 ? p->base.err.text : "");
    }
}

static int run_stream_to(struct pipe *p, const char *to)
{
    struct ls_stream_result result;
    const struct ls_stream_job job = {.plan = p->plan,
                                      .views = p->views,
                                      .from = "log:log",
                                      .to = to,
                                      .state = "state",
                                      .workers = 1,
                                      .batch = 64};
    return ls_stream_run(&job, &result, &p->base.err);
}

static int try_backfill(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct pipe *p = context;
    (void)done;
    (void)total;
    (void)err;
    check_alone(p, "into one that runs", backfill(p, "log:log", "run", -1000, 1000), LS_E_USAGE,
                "is worked in by another process");
    return 0;
}

static void test_one_at_a_time(void **state)
{
    struct pipe *p = *state;
    struct draws d = {ls_stream_key(5, "one at a time"), 0};
    const struct ls_scope scope = {.is_range = true, .from_ms = -1000, .to_ms = 1000};
    struct ls_batch_result result;
    struct ls_backfill *b;
    plan_kinds(p, kinds_views, NULL);
    begin_runs(p, &d);
    FINE(p, ls_backfill_open("run", p->plan, p->views, &scope, &b, &p->base.err));
    check_alone(p, "batch", run_batch_to(p, "log:log", "run", NULL), LS_E_DATA,
                "another run is working in run");
    check_alone(p, "stream", run_stream_to(p, "run"), LS_E_DATA, "another run is working in run");
    FINE(p, run_batch_to(p, "log:log", ls_backfill_range(b), &scope));
    FINE(p, ls_backfill_put(b, &p->base.err));
    ls_backfill_free(b);
    check_claims(p, "run", 1);
    const struct ls_batch_job job = {.plan = p->plan,
                                     .views = p->views,
                                     .from = "log:log",
                                     .to = "run",
                                     .workers = 1,
                                     .memory = 1,
                                     .progress = try_backfill,
                                     .context = p};
    FINE(p, ls_batch_run(&job, &result, &p->base.err));
    must_be_same(p, "run/datasets", "new/datasets", 0);
    FINE(p, run_stream_to(p, "run"));
    must_be_same(p, "run/datasets", "new/datasets", 0);
}

/* ---- refused */

static size_t count_backfills(struct pipe *p)
{
    json_t *manifest = load(p, "run", "manifest.json");
    size_t count = json_array_size(json_object_get(manifest, "backfills"));
    json_decref(manifest);
    return count;
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    struct draws d = {ls_stream_key(4, "refused"), 0};
    plan_kinds(p, kinds_views, NULL);
    begin_runs(p, &d);
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused += 1 + refused / 16) {
        ls_mem_refuse(refused + 1);
        rc = backfill(p, "log:log", "run", -1000000, 1000000);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        if (!ls_replace_is_decided("run")) {
            check_claims(p, "run", count_backfills(p));
            assert_false(ls_path_exists("run/backfill.tmp"));
        }
    }
    assert_true(refused > 100);
}

/* The rows are there, and are put in place with memory for less: what was decided upon by then is
 * finished by the next one. */
static void test_refused_memory_while_put(void **state)
{
    struct pipe *p = *state;
    struct draws d = {ls_stream_key(4, "refused"), 0};
    const struct ls_scope scope = {
        .is_range = true, .from_ms = -1000000, .to_ms = 1000000, .reason = "a \"test\""};
    plan_kinds(p, kinds_views, NULL);
    begin_runs(p, &d);
    unsigned long refused = 0;
    unsigned long total = ULONG_MAX; /* allocations of one that is not refused any */
    size_t decided = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM;
         refused += refused + 60 < total ? 1 + refused / 50 : 1) { /* each at the end */
        struct ls_backfill *b;
        FINE(p, ls_backfill_open("run", p->plan, p->views, &scope, &b, &p->base.err));
        FINE(p, run_batch_to(p, "log:log", ls_backfill_range(b), &scope));
        if (total == ULONG_MAX) {
            unsigned long before = ls_mem_count();
            FINE(p, ls_backfill_put(b, &p->base.err));
            total = ls_mem_count() - before;
            ls_backfill_free(b);
            continue;
        }
        ls_mem_refuse(refused + 1);
        rc = ls_backfill_put(b, &p->base.err);
        ls_mem_refuse(0);
        ls_backfill_free(b);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        decided += rc < 0 && ls_replace_is_decided("run");
    }
    assert_true(refused > 50 && decided > 0);
    check_claims(p, "run", decided + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_range_by_range), PIPE_TEST(test_cut_short), PIPE_TEST(test_one_at_a_time),
        PIPE_TEST(test_refused_memory), PIPE_TEST(test_refused_memory_while_put)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
