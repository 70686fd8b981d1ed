#include "pipeline/batch/batch_internal.h"

#include "pipeline/fixture_test.h"
#include "spec/heartbeat.h"

#include <jansson.h>

enum { AS_OF = 100000 };

/* What stands in a partition of visits: an ingest_time, and what is wrong with the record. */
struct entry {
    int64_t ingest_ms;
    enum { SOUND, SKEWED, OF_NO_SCHEMA, OUT_OF_SET, HEARTBEAT, SKEWED_HEARTBEAT } kind;
};

static void put_entry(struct pipe *p, struct ls_log *log, uint32_t partition, int id,
                      const struct entry *entry)
{
    struct message m;
    bool skewed = entry->kind == SKEWED || entry->kind == SKEWED_HEARTBEAT;
    begin_message(p, &m, VISIT, id, entry->ingest_ms);
    m.partition = partition;
    m.cells[PAGES].number = entry->kind == OUT_OF_SET ? 99 : 3;
    encode(p, &m);
    m.value[2] ^= entry->kind == OF_NO_SCHEMA;
    if (entry->kind == HEARTBEAT || entry->kind == SKEWED_HEARTBEAT) {
        m.raw.key = NULL;
        m.raw.key_size = 0;
        m.raw.value_size = ls_heartbeat_write(entry->ingest_ms, m.value);
    }
    m.raw.timestamp_ms += skewed ? 1000000 : 0;
    put(p, log, &m);
}

struct answer {
    json_t *manifest;
    json_int_t records[2]; /* of the partitions of visits */
    bool final[2];
};

static void read_answer(const char *path, struct answer *out)
{
    out->manifest = json_load_file(path, 0, NULL);
    const json_t *inputs = json_object_get(out->manifest, "inputs");
    const json_t *visits = json_object_get(inputs, "raw.demo.visit");
    for (size_t i = 0; i < 2; i++) {
        const json_t *part = json_array_get(visits, i);
        out->records[i] = json_integer_value(json_object_get(part, "records"));
        out->final[i] = json_is_true(json_object_get(part, "final"));
    }
}

struct calls {
    uint64_t done, total;
};

static int note_progress(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct calls *calls = context;
    assert_true(done <= total);
    *calls = (struct calls){done, total};
    (void)err;
    return 0;
}

static void run(struct pipe *p, const char *to, const struct ls_scope *scope, struct calls *calls)
{
    struct ls_batch_result result;
    const struct ls_batch_job job = {.plan = p->plan,
                                     .views = p->views,
                                     .from = "log:log",
                                     .to = to,
                                     .workers = 1,
                                     .memory = 1,
                                     .scope = scope,
                                     .progress = note_progress,
                                     .context = calls};
    FINE(p, ls_batch_run(&job, &result, &p->base.err));
}

/* What ends a partition: the first record with a sound clock at the time or later, whatever else is
 * wrong with it, and a heartbeat likewise. */
static void test_where_it_ends(void **state)
{
    static const struct {
        struct entry entries[4];
        size_t count, left;
        bool final;
    } cases[] = {
        {{{0}}, 0, 0, false},
        {{{1000, SOUND}, {AS_OF - 1, SOUND}}, 2, 2, false},
        {{{1000, SOUND}, {AS_OF, SOUND}, {2000, SOUND}}, 3, 1, true},
        {{{AS_OF, SOUND}}, 1, 0, true},
        {{{1000, SOUND}, {AS_OF + 1, SKEWED}, {2000, SOUND}}, 3, 3, false},
        {{{1000, SOUND}, {AS_OF, OF_NO_SCHEMA}, {2000, SOUND}}, 3, 3, false},
        {{{1000, SOUND}, {AS_OF + 1, OUT_OF_SET}, {2000, SOUND}}, 3, 1, true},
        {{{1000, SOUND}, {AS_OF, HEARTBEAT}, {2000, SOUND}}, 3, 1, true},
        {{{1000, SOUND}, {AS_OF, SKEWED_HEARTBEAT}, {AS_OF - 1, HEARTBEAT}}, 3, 3, false},
        {{{1000, SOUND}, {AS_OF + 9, SKEWED}, {1001, SOUND}, {AS_OF, SOUND}}, 4, 3, true},
    };
    struct pipe *p = *state;
    const struct ls_scope scope = {.has_as_of = true, .as_of_ms = AS_OF};
    pipe_plan(p, pipe_spec, SETS("topics.heartbeat=1s"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FINE(p, ls_tree_remove("log", &p->base.err));
        struct ls_log *log = begin_log(p, "log:log", 2);
        for (size_t k = 0; k < cases[i].count; k++) {
            put_entry(p, log, 1, (int)k, &cases[i].entries[k]);
        }
        end_log(p, log);
        struct calls calls = {0};
        struct answer answer;
        run(p, "out", &scope, &calls);
        read_answer("out/manifest.json", &answer);
        assert_int_equal(answer.records[0], 0);
        assert_false(answer.final[0]);
        if (answer.records[1] != (json_int_t)cases[i].left || answer.final[1] != cases[i].final) {
            fail_msg("case %zu: %lld records, %sfinal", i, (long long)answer.records[1],
                     answer.final[1] ? "" : "not ");
        }
        assert_int_equal(calls.done, 3 * cases[i].left); /* each is read three times */
        assert_true(calls.total == calls.done || cases[i].left == 0);
        json_decref(answer.manifest);
    }
}

/* The whole is final where each partition is. */
static void test_final(void **state)
{
    struct pipe *p = *state;
    const struct ls_scope scope = {.has_as_of = true, .as_of_ms = AS_OF};
    for (uint32_t reached = 0; reached < 4; reached++) {
        FINE(p, ls_tree_remove("log", &p->base.err));
        struct ls_log *log = begin_log(p, "log:log", 1);
        for (uint32_t topic = 0; topic < TOPICS; topic++) {
            struct message m;
            begin_message(p, &m, topic, (int)topic, AS_OF - !(reached >> topic & 1));
            put(p, log, &m);
        }
        end_log(p, log);
        struct calls calls = {0};
        run(p, "out", &scope, &calls);
        for (int i = 0; i < 2; i++) {
            json_t *root = json_load_file(i ? "out/summary.json" : "out/manifest.json", 0, NULL);
            const json_t *as_of = json_object_get(root, "as_of");
            assert_string_equal(json_string_value(json_object_get(as_of, "time")),
                                "1970-01-01T00:01:40.000Z");
            assert_int_equal(json_is_true(json_object_get(as_of, "final")), reached == 3);
            json_decref(root);
        }
    }
    struct calls calls = {0};
    run(p, "out", NULL, &calls); /* of everything nothing of it is said */
    json_t *root = json_load_file("out/manifest.json", 0, NULL);
    assert_null(json_object_get(root, "as_of"));
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PIPE_TEST(test_where_it_ends), PIPE_TEST(test_final)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
