#include "pipeline/output/collect.h"

#include "core/base/file_system.h"
#include "pipeline/fixture_test.h"

#include <errno.h>

enum { PARTITIONS = 3, VISITS = 700 };

static struct ls_record record; /* large */
static const struct ls_partition_counts none[TOPICS * PARTITIONS];

/* The same rows, wherever they go: blocks of them end in them, and one dataset has none. */
static void write_rows(struct pipe *p, struct ls_outputs *o, bool final)
{
    const struct ls_run_facts facts = {.mode = "stream", .final = final};
    struct message m;
    for (int i = 0; i < VISITS; i++) {
        uint32_t partition = (uint32_t)(i % 2);
        begin_message(p, &m, VISIT, i, INT64_C(10) * i);
        ls_record_examine(p->plan, &p->plan->topics[VISIT], &m.raw, &record);
        clear_flags(&p->plan->topics[VISIT], &record);
        ls_record_normalize(&p->plan->topics[VISIT], partition, (uint64_t)i, 0, &record);
        FINE(p, ls_outputs_normalized(o, VISIT, partition, &record, &p->base.err));
    }
    FINE(p, ls_outputs_finish(o, none, &facts, &p->base.err));
    ls_outputs_free(o);
}

static const struct ls_topics_place place = {"log:topics", "said", "a", false, 0};

static void write_topics(struct pipe *p, bool final)
{
    struct ls_outputs *o;
    FINE(p, ls_outputs_open_topics(p->plan, p->views, PARTITIONS, &place, NULL, &o, &p->base.err));
    write_rows(p, o, final);
}

static int collect(struct pipe *p, const char *from, struct ls_collected *out)
{
    const struct ls_collect_job job = {
        .plan = p->plan, .views = p->views, .from = from, .to = "collected"};
    return ls_collect(&job, out, &p->base.err);
}

static void test_the_same_files(void **state)
{
    struct pipe *p = *state;
    struct ls_outputs *o;
    struct ls_collected collected;
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "written", NULL, &o, &p->base.err));
    write_rows(p, o, true);
    for (int finished = 0; finished < 2; finished++) {
        write_topics(p, finished);
        FINE(p, collect(p, "log:topics", &collected));
        assert_int_equal(collected.finished, finished);
    }
    assert_int_equal(collected.rows, VISITS);
    assert_int_equal(collected.datasets, 24);
    assert_string_equal(difference(p, "collected/datasets", "written/datasets"), "");
    assert_false(ls_path_exists("collected/manifest.json"));
}

static void refused(struct pipe *p, const char *from, int code, const char *part)
{
    struct ls_collected collected;
    assert_int_equal(collect(p, from, &collected), code);
    assert_int_equal(p->base.err.code, code);
    if (!strstr(p->base.err.text, part)) {
        fail_msg("`%s` does not say `%s`", p->base.err.text, part);
    }
    assert_false(ls_path_exists("collected/datasets/SHA256SUMS"));
}

static void test_other_logs(void **state)
{
    struct pipe *p = *state;
    end_log(p, begin_log(p, "log:events", 1));
    refused(p, "log:events", LS_E_DATA, "is a log of domain demo: collect reads what");
    refused(p, "log:nowhere", LS_E_NOINPUT, "there is no log in nowhere");
    write_topics(p, true);
    pipe_plan(p, pipe_spec, SETS("seed=2"));
    refused(p, "log:topics", LS_E_DATA, "collect them with the spec that made them");
}

/* A log as ours, of one topic that has this record. */
static void write_odd(struct pipe *p, const char *topic, uint32_t partitions, const void *value,
                      size_t size)
{
    char domain[LS_OUTPUTS_DOMAIN_MAX];
    char hex[LS_HEX_MAX];
    const struct ls_log_topic topics[] = {{.name = topic, .partitions = partitions}};
    const struct ls_log_identity identity = {
        .domain = ls_outputs_domain(p->plan, domain),
        .spec_sha256 = ls_hex(p->plan->spec->hash.bytes, LS_SHA256_SIZE, hex),
        .events = UINT64_MAX,
        .until_ms = INT64_MAX};
    const struct ls_log_record r = {.value = value, .value_size = size};
    struct ls_log *log;
    FINE(p, ls_tree_remove("odd", &p->base.err));
    FINE(p, ls_log_create("log:odd", topics, 1, &identity, LS_LOG_FRESH, &log, &p->base.err));
    FINE(p, ls_log_append(log, 0, 0, &r, &p->base.err));
    end_log(p, log);
}

static void test_records_that_are_no_rows(void **state)
{
    struct pipe *p = *state;
    static const char topic[] = "analytics.all"; /* which is read first */
    uint8_t value[32] = {0};
    write_odd(p, "other", 1, "", 0);
    refused(p, "log:odd", LS_E_DATA, "log:odd has no topic analytics.all with 1 partition");
    write_odd(p, topic, 2, "", 0);
    refused(p, "log:odd", LS_E_DATA, "no topic analytics.all with 1 partition");
    pipe_plan(p, pipe_spec, SETS("pipeline.views=[]"));
    write_odd(p, "normalized.raw.demo.visit", 2, "", 0);
    refused(p, "log:odd", LS_E_DATA, "no topic normalized.raw.demo.sale with 2 partitions");
    pipe_plan(p, pipe_spec, NULL);
    write_odd(p, topic, 1, value, sizeof value);
    refused(p, "log:odd", LS_E_DATA,
            "record 0 of partition 0 of analytics.all: its value is no row of views/all");
    ls_put_single_object(value, p->views->views[1].schema->crc64); /* another view's */
    write_odd(p, topic, 1, value, sizeof value);
    refused(p, "log:odd", LS_E_DATA, "its value is no row of views/all");
    ls_put_single_object(value, p->views->views[0].schema->crc64);
    write_odd(p, topic, 1, value, LS_SINGLE_OBJECT_SIZE + 1);
    refused(p, "log:odd", LS_E_DATA, "record 0 of partition 0 of analytics.all: views/all: a row");
    write_odd(p, topic, 1, NULL, 0);
    refused(p, "log:odd", LS_E_DATA, "its value is no row of views/all");
}

static int enough(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    (void)context;
    assert_int_equal(total, VISITS);
    return done == total ? ls_error_set(err, LS_E_INTERRUPTED, "enough") : 0;
}

static void test_interrupted(void **state)
{
    struct pipe *p = *state;
    struct ls_collected collected;
    write_topics(p, true);
    const struct ls_collect_job job = {.plan = p->plan,
                                       .views = p->views,
                                       .from = "log:topics",
                                       .to = "collected",
                                       .progress = enough};
    assert_int_equal(ls_collect(&job, &collected, &p->base.err), LS_E_INTERRUPTED);
    assert_false(ls_path_exists("collected/datasets/SHA256SUMS"));
}

static int refused_sync(int fd)
{
    (void)fd;
    errno = EIO;
    return -1;
}

/* Datasets that could not be ended have no sums. */
static void test_refused_sync(void **state)
{
    struct pipe *p = *state;
    struct ls_collected collected;
    struct ls_file_system files = ls_system_files;
    files.sync = refused_sync;
    write_topics(p, true);
    ls_files = &files;
    int rc = collect(p, "log:topics", &collected);
    ls_files = &ls_system_files;
    assert_int_equal(rc, LS_E_IO);
    assert_false(ls_path_exists("collected/datasets/SHA256SUMS"));
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    int rc = LS_E_NOMEM;
    write_topics(p, true);
    for (unsigned long n = 1; rc < 0; n++) {
        struct ls_collected collected;
        ls_mem_refuse(n);
        rc = collect(p, "log:topics", &collected);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_the_same_files),           PIPE_TEST(test_other_logs),
        PIPE_TEST(test_records_that_are_no_rows), PIPE_TEST(test_interrupted),
        PIPE_TEST(test_refused_memory),           PIPE_TEST(test_refused_sync),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
