#include "pipeline/batch/batch_watch.h"

#include "pipeline/batch/batch_run.h"
#include "pipeline/watched_test.h"

static void run(struct pipe *p, const char *to, const struct ls_run_watch *watch,
                struct ls_batch_result *result)
{
    const struct ls_batch_job job = {.plan = p->plan,
                                     .views = p->views,
                                     .from = "log:log",
                                     .to = to,
                                     .workers = 2,
                                     .memory = LS_BATCH_MEMORY_MIN,
                                     .watch = watch};
    FINE(p, ls_batch_run(&job, result, &p->base.err));
}

/* The datasets are the same, watched or not; and the numbers are those of the run. */
static void a_run_may_be_watched(void **state)
{
    struct pipe *p = *state;
    struct watched w;
    struct ls_batch_result result;
    struct ls_buf text;
    plan_kinds(p, kinds_views, NULL);
    write_watched_log(p);
    begin_watched(&w);
    const struct ls_journal_options options = {
        .path = "lines", .level = LS_JOURNAL_INFO, .rate = 1};
    FINE(p, ls_journal_open(&options, &w.watch.journal, &p->base.err));
    run(p, "plain", NULL, &result);
    run(p, "watched", &w.watch, &result);
    FINE(p, ls_journal_close(w.watch.journal, &p->base.err));
    assert_string_equal(difference(p, "plain/datasets", "watched/datasets"), "");
    assert_true(w.times > WATCHED_PARTS + p->views->count);
    assert_int_equal(w.records, result.records);
    assert_int_equal(w.raw, result.records);
    assert_int_equal(w.ended, WATCHED_PARTS);
    assert_true(w.clocks && w.late > 10 && w.quarantined > 40 && w.rows > 100 && w.lag > 0);
    ls_buf_init(&text, "lines", 1U << 20);
    FINE(p, ls_file_read("lines", &text, &p->base.err));
    static const char *const words[] = {"quarantined DUPLICATE", "late for span",
                                        "alert many RAISED"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_non_null(strstr(ls_buf_text(&text, &p->base.err), words[i]));
    }
    ls_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PIPE_TEST(a_run_may_be_watched)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
