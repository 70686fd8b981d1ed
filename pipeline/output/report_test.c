#include "pipeline/output/report.h"

#include "pipeline/kinds_test.h"
#include "pipeline/view/row.h"

#include <jansson.h>

enum { PARTITIONS = 2 };

static struct ls_record record; /* large */

static struct ls_partition_counts counts[TOPICS * PARTITIONS] = {
    {.raw = 7,
     .input_digest = {0x1, 0xabc},
     .by_reason = {[LS_ADMITTED] = 3, [LS_REASON_DECODE_INVALID] = 1, [LS_REASON_DUPLICATE] = 3}},
    {.raw = 2, .by_reason = {[LS_REASON_DUPLICATE] = 2}},
    {.raw = 1, .by_reason = {[LS_ADMITTED] = 1}},
};

static const struct ls_run_facts facts = {.mode = "stream",
                                          .records = 10,
                                          .elapsed_us = 4,
                                          .workers = 3,
                                          .emitted_by_watermark = 11,
                                          .emitted_by_flush = 12,
                                          .checkpoints = 13,
                                          .restarts = 14};

/* A run of three visits, of which one is late, and one row of a view. */
static void make_run(struct pipe *p, const char *folder, const struct ls_run_facts *of)
{
    struct ls_outputs *o;
    const struct ls_view *visits = &p->views->views[2];
    struct ls_view_row columns = {
        .results = {{.number = 2}, {.number = 6}, {.number = 1}}}; /* n, pages, who */
    struct ls_buf row;
    struct message m; /* the record points into it */
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, folder, NULL, &o, &p->base.err));
    for (int i = 0; i < 3; i++) {
        begin_message(p, &m, VISIT, i, INT64_C(1000) * i);
        ls_record_examine(p->plan, &p->plan->topics[VISIT], &m.raw, &record);
        clear_flags(&p->plan->topics[VISIT], &record);
        ls_record_normalize(&p->plan->topics[VISIT], 0, (uint64_t)i, 0, &record);
        FINE(p, ls_outputs_normalized(o, VISIT, 0, &record, &p->base.err));
    }
    FINE(p, ls_outputs_late(o, visits, VISIT, 0, 2, &record, 0, 0, 2000, &p->base.err));
    ls_buf_init(&row, "row", 1U << 16);
    FINE(p, ls_row_of_window(visits, 0, 2000, NULL, 0, &columns, &row, &p->base.err));
    FINE(p, ls_outputs_row(o, visits, row.data, row.size, NULL, &p->base.err));
    FINE(p, ls_outputs_finish(o, counts, of, &p->base.err));
    ls_buf_clear(&row);
    ls_outputs_free(o);
}

static json_t *load(const char *path)
{
    json_error_t problem;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
    if (!root) {
        fail_msg("%s: %s", path, problem.text);
    }
    return root;
}

static json_t *at(json_t *root, const char *const *path)
{
    for (; *path; path++) {
        json_t *next = json_object_get(root, *path);
        if (!next) {
            fail_msg("there is no `%s`", *path);
        }
        root = next;
    }
    return root;
}

#define AT(root, ...) at(root, (const char *const[]){__VA_ARGS__, NULL})

/* ---- SHA256SUMS */

struct sums {
    const char *text; /* the lines that are left */
};

/* The files come in byte order of their paths, as the lines do. */
static int check_sum(void *context, const char *name, struct ls_error *err)
{
    struct sums *sums = context;
    struct ls_buf bytes;
    struct ls_sha256 sha256;
    char hex[LS_HEX_MAX];
    char line[512];
    if (strcmp(name, "SHA256SUMS") == 0) {
        return 0;
    }
    ls_buf_init(&bytes, "file", 1U << 20);
    int rc = read_below("out/datasets", name, &bytes, err);
    assert_int_equal(rc, 0);
    ls_sha256_of(bytes.data, bytes.size, &sha256);
    snprintf(line, sizeof line, "%s  %s\n", ls_hex(sha256.bytes, LS_SHA256_SIZE, hex), name);
    assert_int_equal(strncmp(sums->text, line, strlen(line)), 0);
    sums->text += strlen(line);
    ls_buf_clear(&bytes);
    return rc;
}

static void test_sums(void **state)
{
    struct pipe *p = *state;
    struct ls_buf text;
    ls_buf_init(&text, "sums", 1U << 20);
    make_run(p, "out", &facts);
    FINE(p, ls_file_read("out/datasets/SHA256SUMS", &text, &p->base.err));
    struct sums sums = {ls_buf_text(&text, &p->base.err)};
    FINE(p, ls_tree_walk("out/datasets", check_sum, &sums, &p->base.err));
    assert_string_equal(sums.text, "");
    ls_buf_clear(&text);
}

/* ---- summary.json */

static void test_summary(void **state)
{
    struct pipe *p = *state;
    make_run(p, "out", &facts);
    json_t *root = load("out/summary.json");
    static const struct {
        const char *path[6];
        json_int_t value;
    } numbers[] = {
        {{"version"}, 1},
        {{"topics", "raw.demo.sale", "raw"}, 9},
        {{"topics", "raw.demo.sale", "normalized"}, 3},
        {{"topics", "raw.demo.sale", "heartbeats"}, 0},
        {{"topics", "raw.demo.sale", "quarantined", "DECODE_INVALID"}, 1},
        {{"topics", "raw.demo.sale", "quarantined", "DUPLICATE"}, 5},
        {{"topics", "raw.demo.visit", "raw"}, 1},
        {{"topics", "raw.demo.visit", "normalized"}, 1},
        {{"views", "all", "rows"}, 0},
        {{"views", "all", "late"}, 0},
        {{"views", "visits", "rows"}, 1},
        {{"views", "visits", "late"}, 1},
        {{"windows", "by_watermark"}, 11},
        {{"windows", "by_flush"}, 12},
        {{"run", "workers"}, 3},
        {{"run", "elapsed_us"}, 4},
        {{"run", "records_per_second"}, 2500000}, /* 10 in 4 us */
        {{"run", "checkpoints"}, 13},
        {{"run", "restarts"}, 14},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_t *value = at(root, numbers[i].path);
        assert_true(json_is_integer(value));
        assert_int_equal(json_integer_value(value), numbers[i].value);
    }
    assert_string_equal(json_string_value(AT(root, "mode")), "stream");
    /* only what there was */
    assert_int_equal(json_object_size(AT(root, "topics", "raw.demo.sale", "quarantined")), 2);
    assert_int_equal(json_object_size(AT(root, "topics", "raw.demo.visit", "quarantined")), 0);
    assert_int_equal(json_object_size(AT(root, "topics")), 2);
    assert_int_equal(json_object_size(AT(root, "views")), 3);
    json_decref(root);
}

/* Views of several topics: late rows of all of them count, and of no other view. */
static void test_late_rows_of_views(void **state)
{
    static const struct {
        const char *view;
        uint32_t topic, partition;
        int rows;
    } late[] = {
        {"one", SALE, 0, 1},   {"both", SALE, 0, 2},  {"both", VISIT, 1, 3},
        {"pairs", SALE, 1, 4}, {"last", VISIT, 0, 5}, {"rule", VISIT, 1, 6},
    };
    static const struct {
        const char *view;
        json_int_t rows;
    } expected[] = {{"one", 1}, {"both", 5}, {"none", 0}, {"pairs", 4}, {"last", 5}, {"rule", 6}};
    struct pipe *p = *state;
    struct ls_outputs *o;
    struct message m;
    plan_kinds(
        p,
        "  views:\n"
        "    - {name: one, from: sale, window: {tumbling: 1s}, select: {n: count}}\n"
        "    - {name: both, from: [visit, sale], window: {session: 1s}, select: {n: count}}\n"
        "    - {name: none, from: [sale, visit], rolling: {over: 1s}, select: {n: count}}\n"
        "    - {name: pairs, join: {left: sale, right: visit, within: 1s}, select: {x: "
        "{expr: left.kind}}}\n"
        "    - {name: last, from: visit, window: {tumbling: 1s}, select: {n: count}}\n"
        "  alerts:\n"
        "    - {name: rule, from: [sale, visit], when: vip, severity: INFO}\n",
        NULL);
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &o, &p->base.err));
    for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
        begin_message(p, &m, late[i].topic, 1, 0);
        ls_record_examine(p->plan, &p->plan->topics[late[i].topic], &m.raw, &record);
        for (int k = 0; k < late[i].rows; k++) {
            FINE(p, ls_outputs_late(o, view_of(p, late[i].view), late[i].topic, late[i].partition,
                                    (uint64_t)k, &record, 0, 0, 0, &p->base.err));
        }
    }
    FINE(p, ls_outputs_finish(o, counts, &facts, &p->base.err));
    ls_outputs_free(o);
    json_t *root = load("out/summary.json");
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(json_integer_value(AT(root, "views", expected[i].view, "late")),
                         expected[i].rows);
    }
    json_decref(root);
}

/* Where the spec has them they are told of, also where there are none. */
static void test_heartbeats(void **state)
{
    struct pipe *p = *state;
    for (int with = 0; with < 2; with++) {
        pipe_plan(p, pipe_spec, with ? (const char *const[]){"topics.heartbeat=1s", NULL} : NULL);
        counts[0].heartbeats = with ? 4 : 0;
        counts[0].raw += counts[0].heartbeats;
        make_run(p, "out", &facts);
        json_t *root = load("out/summary.json");
        assert_int_equal(json_integer_value(AT(root, "topics", "raw.demo.sale", "heartbeats")),
                         with ? 4 : 0);
        assert_int_equal(json_integer_value(AT(root, "topics", "raw.demo.sale", "raw")),
                         with ? 13 : 9);
        json_decref(root);
        root = load("out/manifest.json");
        json_t *first = json_array_get(AT(root, "inputs", "raw.demo.sale"), 0);
        json_t *second = json_array_get(AT(root, "inputs", "raw.demo.sale"), 1);
        json_t *told = json_object_get(first, "heartbeats");
        assert_int_equal(told != NULL, with);
        assert_int_equal(json_integer_value(told), with ? 4 : 0);
        assert_int_equal(json_object_get(second, "heartbeats") != NULL, with);
        json_decref(root);
        counts[0].raw -= counts[0].heartbeats;
        counts[0].heartbeats = 0;
    }
}

static void test_rate_of_no_time(void **state)
{
    struct pipe *p = *state;
    const struct ls_run_facts none = {.mode = "batch"};
    make_run(p, "out", &none);
    json_t *root = load("out/summary.json");
    assert_int_equal(json_integer_value(AT(root, "run", "records_per_second")), 0);
    json_decref(root);
}

/* ---- manifest.json */

static void test_manifest(void **state)
{
    struct pipe *p = *state;
    char hex[LS_HEX_MAX];
    make_run(p, "out", &facts);
    json_t *root = load("out/manifest.json");
    assert_int_equal(json_integer_value(AT(root, "version")), 1);
    assert_int_equal(json_integer_value(AT(root, "format_version")), LS_FORMAT_VERSION);
    assert_string_equal(json_string_value(AT(root, "mode")), "stream");
    assert_string_equal(json_string_value(AT(root, "domain")), "demo");
    assert_string_equal(json_string_value(AT(root, "job_sha256")),
                        ls_hex(p->plan->job.bytes, LS_SHA256_SIZE, hex));
    assert_string_equal(json_string_value(AT(root, "spec_sha256")),
                        ls_hex(p->base.spec->hash.bytes, LS_SHA256_SIZE, hex));
    assert_int_equal(json_integer_value(AT(root, "reference", "shops", "rows")), 3);
    assert_string_equal(json_string_value(AT(root, "reference", "shops", "sha256")),
                        ls_hex(p->reference.tables[0].sha256.bytes, LS_SHA256_SIZE, hex));
    snprintf(hex, sizeof hex, "%016llx",
             (unsigned long long)p->plan->topics[SALE].type->schema->crc64);
    assert_string_equal(json_string_value(AT(root, "schemas", "raw.demo.sale")), hex);
    json_t *inputs = AT(root, "inputs", "raw.demo.sale");
    assert_int_equal(json_array_size(inputs), PARTITIONS);
    assert_int_equal(json_integer_value(AT(json_array_get(inputs, 0), "records")), 7);
    assert_string_equal(json_string_value(AT(json_array_get(inputs, 0), "digest")),
                        "00000000000000010000000000000abc");
    json_t *output = AT(root, "outputs", "normalized/raw.demo.visit/0.avro");
    assert_int_equal(json_integer_value(AT(output, "records")), 3);
    assert_int_equal(strncmp(json_string_value(AT(output, "logical")), "3:", 2), 0);
    struct ls_buf bytes;
    struct ls_sha256 sha256;
    ls_buf_init(&bytes, "file", 1U << 20);
    FINE(p, ls_file_read("out/datasets/normalized/raw.demo.visit/0.avro", &bytes, &p->base.err));
    ls_sha256_of(bytes.data, bytes.size, &sha256);
    assert_int_equal(json_integer_value(AT(output, "bytes")), bytes.size);
    assert_string_equal(json_string_value(AT(output, "sha256")),
                        ls_hex(sha256.bytes, LS_SHA256_SIZE, hex));
    ls_buf_clear(&bytes);
    assert_int_equal(json_object_size(AT(root, "outputs")), 17);
    json_decref(root);
}

/* What depends on the machine stands in the summary alone (B2). */
static void test_reproducible(void **state)
{
    struct pipe *p = *state;
    struct ls_run_facts others = facts;
    others.elapsed_us = 99;
    others.workers = 1;
    others.checkpoints = others.restarts = 0;
    make_run(p, "one/x", &facts);
    make_run(p, "two/x", &others);
    assert_string_equal(difference(p, "one/x/datasets", "two/x/datasets"), "");
    assert_string_equal(difference(p, "one", "two"), "x/summary.json");
}

/* A report that cannot be written names the file, and leaves nothing half-written in its place. */
static void test_failures(void **state)
{
    static const char *const files[] = {"out/datasets/SHA256SUMS", "out/manifest.json",
                                        "out/summary.json"};
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct ls_outputs *o;
        FINE(p, ls_tree_remove("out", &p->base.err));
        FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &o, &p->base.err));
        FINE(p, ls_folder_make(files[i], &p->base.err)); /* in the way */
        assert_int_equal(ls_outputs_finish(o, counts, &facts, &p->base.err), LS_E_IO);
        assert_non_null(strstr(p->base.err.text, files[i]));
        for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
            char temporary[256];
            snprintf(temporary, sizeof temporary, "%s.tmp", files[k]);
            assert_false(ls_path_exists(temporary));
            assert_int_equal(ls_path_exists(files[k]), k <= i); /* in their order */
        }
        ls_outputs_free(o);
    }
}

/* All that a report can tell, and memory for less. */
static void test_refused_memory(void **state)
{
    static const struct ls_lateness_cost costs[8];
    static const struct ls_alert_delay delays[] = {{.rule = "one", .rows = 3}, {.rule = "two"}};
    static const struct ls_scope scope = {.has_as_of = true,
                                          .lateness_off = true,
                                          .is_range = true,
                                          .from_ms = -1,
                                          .to_ms = 1,
                                          .reason = "why"};
    struct pipe *p = *state;
    struct ls_run_facts all = facts;
    unsigned long refused = 0;
    all.mode = "batch";
    all.scope = &scope;
    all.costs = costs;
    all.delays = delays;
    all.delay_count = 2;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_outputs *o;
        FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &o, &p->base.err));
        ls_mem_refuse(refused + 1);
        rc = ls_outputs_finish(o, counts, &all, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        assert_int_equal(ls_path_exists("out/summary.json"), rc == 0);
        ls_outputs_free(o);
    }
    assert_true(refused > 3);
}

/* A dataset that went away while it was written. */
static void test_missing_dataset(void **state)
{
    struct pipe *p = *state;
    struct ls_outputs *o;
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &o, &p->base.err));
    assert_int_equal(unlink("out/datasets/views/shifted.avro"), 0);
    assert_true(ls_outputs_finish(o, counts, &facts, &p->base.err) < 0);
    assert_non_null(strstr(p->base.err.text, "out/datasets/views/shifted.avro"));
    assert_false(ls_path_exists("out/datasets/SHA256SUMS"));
    ls_outputs_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_sums),
        PIPE_TEST(test_summary),
        PIPE_TEST(test_late_rows_of_views),
        PIPE_TEST(test_heartbeats),
        PIPE_TEST(test_rate_of_no_time),
        PIPE_TEST(test_manifest),
        PIPE_TEST(test_reproducible),
        PIPE_TEST(test_failures),
        PIPE_TEST(test_refused_memory),
        PIPE_TEST(test_missing_dataset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
