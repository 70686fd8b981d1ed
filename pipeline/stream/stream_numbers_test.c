#include "pipeline/stream/stream_numbers.h"

#include "pipeline/stream/stream_run.h"
#include "pipeline/watched_test.h"

static struct ls_stream_job job_to(const struct pipe *p, const char *to, const char *state,
                                   const struct ls_run_watch *watch)
{
    return (struct ls_stream_job){.plan = p->plan,
                                  .views = p->views,
                                  .from = "log:log",
                                  .to = to,
                                  .state = state,
                                  .workers = 2,
                                  .batch = 16,
                                  .checkpoint_records = 100,
                                  .watch = watch};
}

/* The datasets are the same, watched or not; and the numbers are those of the run. */
static void a_run_may_be_watched(void **state)
{
    struct pipe *p = *state;
    struct watched w;
    struct ls_stream_result result;
    plan_kinds(p, kinds_views, NULL);
    write_watched_log(p);
    begin_watched(&w);
    struct ls_stream_job job = job_to(p, "plain", "plain.state", NULL);
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    job = job_to(p, "watched", "watched.state", &w.watch);
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    assert_string_equal(difference(p, "plain/datasets", "watched/datasets"), "");
    assert_true(w.times > 5);
    assert_int_equal(w.records, result.records);
    assert_int_equal(w.raw, result.records);
    assert_int_equal(w.ended, WATCHED_PARTS);
    assert_int_equal(w.rows, w.emitted);
    assert_int_equal(w.emitted, result.facts.emitted_by_watermark + result.facts.emitted_by_flush);
    assert_true(w.clocks && w.late > 10 && w.quarantined > 40);
    assert_true(w.panes > 1 && w.groups > 0 && w.waiting > 1 && w.bytes > 0 && w.ids > 10);
    assert_true(w.lag > 0 && w.lag < result.records);
    assert_int_equal(w.last.written, result.facts.checkpoints);
    assert_int_equal(w.last.number, result.facts.checkpoints);
    assert_true(w.last.written > 2 && w.last.bytes > 0 && w.last.chain_bytes > w.last.bytes);
    assert_int_equal(w.last.damaged, 0);
}

static int interrupt(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    (void)context;
    return done * 2 > total ? ls_error_set(err, LS_E_INTERRUPTED, "interrupted") : 0;
}

/* Counts of a job go on, those of a run begin anew; a checkpoint that is passed over is told. */
static void a_run_that_goes_on_counts_on(void **state)
{
    struct pipe *p = *state;
    struct watched w;
    struct ls_stream_result result;
    plan_kinds(p, kinds_views, NULL);
    write_watched_log(p);
    begin_watched(&w);
    struct ls_stream_job job = job_to(p, "out", "state", &w.watch);
    job.progress = interrupt;
    assert_int_equal(ls_stream_run(&job, &result, &p->base.err), LS_E_INTERRUPTED);
    uint64_t first = w.records;
    uint64_t last = w.last.number;
    assert_true(w.lag > 0 && w.raw == first);
    char newest[64];
    snprintf(newest, sizeof newest, "state/%012llu.ckpt", (unsigned long long)last);
    FINE(p, ls_file_replace(newest, "torn", 4, &p->base.err));
    const struct ls_journal_options options = {
        .path = "lines", .level = LS_JOURNAL_INFO, .rate = 1, .json = true};
    begin_watched(&w);
    FINE(p, ls_journal_open(&options, &w.watch.journal, &p->base.err));
    job.progress = NULL;
    FINE(p, ls_stream_run(&job, &result, &p->base.err));
    FINE(p, ls_journal_close(w.watch.journal, &p->base.err));
    assert_int_equal(w.last.damaged, 1);
    assert_int_equal(w.last.restarts, 1);
    assert_true(w.records == result.records && w.records < w.raw);
    struct ls_buf text;
    ls_buf_init(&text, "lines", 1U << 20);
    FINE(p, ls_file_read("lines", &text, &p->base.err));
    static const char *const events[] = {"checkpoint_damaged", "checkpoint_restored",
                                         "checkpoint_taken", "record_quarantined", "record_late"};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (!strstr(ls_buf_text(&text, &p->base.err), events[i])) {
            fail_msg("no %s in\n%s", events[i], (char *)text.data);
        }
    }
    ls_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(a_run_may_be_watched),
        PIPE_TEST(a_run_that_goes_on_counts_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
