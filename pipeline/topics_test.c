/* Rows in topics instead of files, collected again: whatever was read how often, killed where, the
 * datasets are the batch run's; and no row that a topic had is another one later. */
#include "pipeline/growing_test.h"
#include "pipeline/kinds_test.h"
#include "pipeline/output/collect.h"

enum { LOGS = 16 };

/* One run, in which the log may grow and which may be killed or told to stop. */
struct going {
    struct growing *g;
    unsigned rounds; /* until it is stopped; 0: never */
    int code;
};

static int on_round(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct going *going = context;
    (void)done;
    (void)total;
    if (!going->g->finished && one_in(going->g->d, 3)) {
        grow(going->g);
    }
    return going->rounds && --going->rounds == 0 ? ls_error_set(err, going->code, "stopped") : 0;
}

static struct ls_stream_job job_of(struct growing *g, struct going *going)
{
    struct ls_stream_job job = random_job(g->p, g->d);
    job.from = "log:growing";
    job.to = "log:topics";
    job.state = "topics.state";
    job.poll_ms = 1;
    job.progress = on_round;
    job.context = going;
    return job;
}

static struct ls_collected collect(struct pipe *p)
{
    struct ls_collected collected;
    const struct ls_collect_job job = {
        .plan = p->plan, .views = p->views, .from = "log:topics", .to = "collected"};
    FINE(p, ls_collect(&job, &collected, &p->base.err));
    return collected;
}

/* The digests of the first records of each partition of the topics. */
struct beginning {
    size_t count;
    uint64_t records[256];
    struct ls_id digests[256];
};

static void digest_topics(struct pipe *p, const struct beginning *before, struct beginning *out)
{
    struct ls_log *log;
    size_t topics;
    out->count = 0;
    FINE(p, ls_log_open("log:topics", true, &log, &p->base.err));
    (void)ls_log_topics(log, &topics);
    for (uint32_t t = 0; t < topics; t++) {
        for (uint32_t k = 0; k < ls_log_topics(log, &topics)[t].partitions; k++) {
            struct ls_log_reader *reader;
            const struct ls_log_record *records;
            size_t i = out->count++;
            size_t count = 1;
            uint64_t left = before ? before->records[i] : ls_log_count(log, t, k);
            assert_true(i < 256 && left <= ls_log_count(log, t, k));
            out->records[i] = left;
            out->digests[i] = (struct ls_id){0, 0};
            FINE(p, ls_log_reader_new(log, t, k, 0, &reader, &p->base.err));
            for (; left > 0; left -= count) {
                FINE(p, ls_log_read(reader, (size_t)left, &records, &count, &p->base.err));
                for (size_t n = 0; n < count; n++) {
                    out->digests[i] = ls_log_digest(out->digests[i], &records[n]);
                }
            }
            ls_log_reader_free(reader);
        }
    }
    ls_log_close(log);
}

static void check_beginning(struct pipe *p, const struct beginning *before)
{
    struct beginning now;
    digest_topics(p, before, &now);
    for (size_t i = 0; i < before->count; i++) {
        assert_true(ls_id_equal(now.digests[i], before->digests[i]));
    }
}

static void one_log(struct pipe *p, uint64_t seed, uint64_t *restarts)
{
    static struct beginning before; /* large */
    struct draws d = {ls_stream_key(seed, "topics"), 0};
    struct growing g;
    uint32_t partitions = 1 + (uint32_t)below(&d, GROWING_PARTITIONS_MAX);
    static const char *const gone[] = {"log", "topics", "topics.state", "collected"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        FINE(p, ls_tree_remove(gone[i], &p->base.err));
    }
    write_log(p, &d, partitions, false);
    begin_growing(&g, p, &d, partitions);
    before.count = 0;
    for (bool ended = false; !ended;) {
        struct ls_stream_result result;
        struct going going = {
            .g = &g,
            .rounds = one_in(&d, 4) ? 0 : 1 + (unsigned)below(&d, 15),
            .code = one_in(&d, 2) ? LS_E_INTERRUPTED : LS_E_IO,
        };
        struct ls_stream_job job = job_of(&g, &going);
        job.mode = one_in(&d, 2) ? LS_STREAM_ONCE : LS_STREAM_FOLLOW;
        int rc = ls_stream_run(&job, &result, &p->base.err);
        assert_true(rc == 0 || strcmp(p->base.err.text, "stopped") == 0);
        if (rc == 0) {
            assert_int_equal(result.facts.emitted_by_flush, 0);
            *restarts += result.facts.restarts;
            digest_topics(p, NULL, &before); /* all of it was saved */
            assert_false(collect(p).finished);
        } else if (before.count) {
            check_beginning(p, &before);
        }
        ended = rc == 0 && !result.stopped && g.finished;
    }
    struct ls_stream_result result;
    for (int killed = 1; killed >= 0; killed--) { /* before it ended, and not */
        struct going last = {.g = &g};
        struct ls_stream_job job = job_of(&g, &last);
        job.final = true;
        if (killed) {
            FINE(p, ls_stream_run(&job, &result, &p->base.err));
            FINE(p, ls_tree_remove("collected", &p->base.err));
        }
        FINE(p, ls_stream_run(&job, &result, &p->base.err));
    }
    check_beginning(p, &before);
    assert_true(collect(p).finished);
    run_batch_of_growing(&g);
    const char *different = difference(p, "collected/datasets", "batch/datasets");
    if (different[0]) {
        fail_msg("seed %llu: topics and batch differ in %s", (unsigned long long)seed, different);
    }
}

static void test_topics_are_the_batch(void **state)
{
    struct pipe *p = *state;
    uint64_t restarts = 0;
    for (uint64_t seed = 0; seed < LOGS; seed++) {
        one_log(p, seed, &restarts);
    }
    assert_true(restarts > LOGS);
}

/* ---- of all kinds of views */

/* The key stands in the row, and the timestamp is one of its first columns. */
static void check_record(const struct ls_view *view, const struct ls_log_record *record)
{
    struct ls_cell cells[LS_RECORD_COLUMNS_MAX];
    const uint8_t *row = record->value + LS_SINGLE_OBJECT_SIZE;
    size_t size = record->value_size - LS_SINGLE_OBJECT_SIZE;
    bool of_windows = view->kind == LS_VIEW_WINDOWS || view->kind == LS_VIEW_SESSIONS;
    assert_int_equal(ls_frame_read(record->value, record->value_size).crc64, view->schema->crc64);
    assert_int_equal(ls_row_decode(view->layout, row, size, cells, NULL, NULL), LS_DECODE_OK);
    assert_int_equal(record->timestamp_ms, cells[of_windows].number);
    assert_string_equal(view->layout->columns[of_windows].name,
                        of_windows ? "window_end" : "event_time");
    assert_non_null(record->key);
    if (view->kind != LS_VIEW_JOIN && record->key_size) { /* a join's has more than the row */
        assert_non_null(memmem(row, size, record->key, record->key_size));
    }
}

static void test_rows_of_views(void **state)
{
    struct pipe *p = *state;
    struct ls_log *log;
    struct ls_stream_result result;
    struct draws d = {ls_stream_key(1, "kinds in topics"), 0};
    uint64_t rows[LS_VIEW_JOIN + 1] = {0};
    plan_kinds(p, kinds_views, NULL);
    write_log(p, &d, 2, false);
    struct ls_stream_job job = random_job(p, &d);
    job.to = "log:topics";
    job.state = "topics.state";
    job.final = true;
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    FINE(p, ls_log_open("log:topics", false, &log, &p->base.err));
    for (size_t v = 0; v < p->views->count; v++) {
        const struct ls_view *view = &p->views->views[v];
        char name[64];
        struct ls_log_reader *reader;
        const struct ls_log_record *records;
        size_t count = 1;
        snprintf(name, sizeof name, "%s.%s", view->kind == LS_VIEW_ALERT ? "alerts" : "analytics",
                 view->spec->name);
        int topic = ls_log_find_topic(log, name);
        assert_true(topic >= 0);
        FINE(p, ls_log_reader_new(log, (uint32_t)topic, 0, 0, &reader, &p->base.err));
        while (count) {
            FINE(p, ls_log_read(reader, SIZE_MAX, &records, &count, &p->base.err));
            for (size_t k = 0; k < count; k++) {
                check_record(view, &records[k]);
            }
            rows[view->kind] += count;
        }
        ls_log_reader_free(reader);
    }
    ls_log_close(log);
    for (size_t kind = 0; kind <= LS_VIEW_JOIN; kind++) {
        assert_true(rows[kind] > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_topics_are_the_batch),
        PIPE_TEST(test_rows_of_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
