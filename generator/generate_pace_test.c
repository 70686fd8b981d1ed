#include "core/obs/clock.h"
#include "generator/generate_fixture_test.h"

#define MS UINT64_C(1000000)

static struct ls_pace pace_of(const char *text)
{
    struct ls_pace pace;
    struct ls_error err;
    assert_int_equal(ls_pace_read(text, &pace, &err), 0);
    return pace;
}

/* Bytes of every sink, whatever the pace and the threads; and with heartbeats. */
static void a_pace_changes_no_byte(void **state)
{
    struct maker *m = *state;
    struct place place;
    static const char *const kinds[] = {"log", "csv"};
    static const char *const paces[] = {"x1000", "200000/s", "x1000000"};
    plan_fine(m, sample_spec, SETS("topics.heartbeat=1s"));
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        generate_whole_at(m, kinds[k], "whole");
        for (unsigned n = 0; n < sizeof paces / sizeof *paces; n++) {
            struct ls_pace pace = pace_of(paces[n]);
            struct ls_generate job = job_at(m, kinds[k], "a", &place);
            job.pace = &pace;
            job.threads = 1 + n;
            struct ls_generated made = generate(m, &job);
            assert_int_equal(made.events, RUN);
            assert_int_equal(made.pace.count, RUN);
            check_same_folders(m, "a", "whole");
            remove_folder(m, "a");
        }
        remove_folder(m, "whole");
    }
}

static struct ls_generated run_to_null(struct maker *m, const char *text, uint64_t events,
                                       int64_t for_ms)
{
    struct ls_pace pace = pace_of(text);
    const struct ls_generate job = {.plan = m->plan,
                                    .to = "null:",
                                    .events = events,
                                    .until_ms = m->base.spec->start_ms + for_ms,
                                    .threads = 2,
                                    .pace = &pace};
    return generate(m, &job);
}

static void what_was_wanted_is_told(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("arrival=[{rate: 100/s}]"));
    struct ls_pacer_told told = run_to_null(m, "3000/s", 301, 3600000).pace;
    assert_int_equal(told.count, 301);
    assert_int_equal(told.wanted_ns, 100 * MS);
    assert_true(told.taken_ns + told.max_ns >= 100 * MS);
    assert_true(told.p50_ns <= told.p99_ns && told.p99_ns <= told.p999_ns &&
                told.p999_ns <= told.max_ns);
    told = run_to_null(m, "x20", 101, 3600000).pace; /* a second of them */
    assert_int_equal(told.wanted_ns, 50 * MS);
    const struct ls_generate job = {
        .plan = m->plan, .to = "null:", .events = 100, .until_ms = INT64_MAX, .threads = 2};
    assert_int_equal(generate(m, &job).pace.count, 0);
}

/* A shard's events leave at the moments that they have in the whole run; a slice's first one at
 * once. */
static void shards_keep_the_times_and_slices_begin_at_once(void **state)
{
    struct maker *m = *state;
    struct ls_pace pace = pace_of("x10");
    plan_fine(m, sample_spec,
              SETS("arrival=[{silence: 1s, rate: 1000/s, for: 2s}, {rate: 100/s}]"));
    struct ls_generate job = {.plan = m->plan,
                              .to = "null:",
                              .events = 10,
                              .until_ms = INT64_MAX,
                              .shard = {1, 2},
                              .threads = 1,
                              .pace = &pace};
    uint64_t before = ls_clock_ns();
    generate(m, &job);
    assert_true(ls_clock_ns() - before >= 100 * MS);
    job = (struct ls_generate){.plan = m->plan,
                               .to = "null:",
                               .first = 100000,
                               .end = 100002,
                               .slice = true,
                               .until_ms = INT64_MAX,
                               .threads = 1,
                               .pace = &pace};
    struct ls_generated made = generate(m, &job); /* 1,000 s behind the start, divided by ten */
    assert_int_equal(made.pace.count, 2);
    assert_int_equal(made.pace.wanted_ns, MS);
}

/* By times the last heartbeat leaves at its own; it has no slip. */
static void heartbeats_leave_at_their_times(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("topics.heartbeat=1s", "arrival=[{rate: 100/s}]"));
    uint64_t before = ls_clock_ns();
    struct ls_generated made = run_to_null(m, "x50", 10, 5001);
    assert_int_equal(made.events, 10);
    assert_int_equal(made.pace.count, 10);
    assert_true(ls_clock_ns() - before >= 100 * MS);
}

static int stop_while_waiting(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    unsigned *calls = context;
    assert_true(done <= total);
    return ++*calls == 5 ? ls_error_set(err, LS_E_INTERRUPTED, "stopped") : 0;
}

static void an_interrupt_is_heard_while_a_run_waits(void **state)
{
    struct maker *m = *state;
    struct place place;
    unsigned calls = 0;
    struct ls_pace pace = pace_of("1/m");
    plan_fine(m, sample_spec, NULL);
    generate_whole_at(m, "log", "whole");
    struct ls_generate job = job_at(m, "log", "a", &place);
    job.pace = &pace;
    job.progress = stop_while_waiting;
    job.context = &calls;
    uint64_t before = ls_clock_ns();
    struct ls_generated made;
    assert_int_equal(ls_generate(&job, &made, &m->base.err), LS_E_INTERRUPTED);
    assert_true(ls_clock_ns() - before < 30000 * MS);
    assert_int_equal(made.events, 1);
    assert_int_equal(made.pace.count, 1);
    job = job_at(m, "log", "a", &place); /* to the same bytes, at once */
    job.resume = true;
    generate(m, &job);
    check_same_folders(m, "a", "whole");
}

static void several_specs_take_a_rate_alone(void **state)
{
    struct maker *m = *state;
    struct maker other = {0};
    struct ls_generated made[2];
    struct ls_pace pace = pace_of("real");
    plan_fine(m, sample_spec, NULL);
    ls_buf_init(&other.base.report, "test report", 16U << 20);
    plan_fine(&other, sample_spec, SETS("domain=bank"));
    struct ls_generate jobs[2];
    for (size_t i = 0; i < 2; i++) {
        jobs[i] = (struct ls_generate){.plan = i ? other.plan : m->plan,
                                       .to = "null:",
                                       .events = 500,
                                       .until_ms = INT64_MAX,
                                       .threads = 1,
                                       .pace = &pace};
    }
    assert_int_equal(ls_generate_all(jobs, 2, made, &m->base.err), LS_E_USAGE);
    assert_non_null(strstr(m->base.err.text, "a rate such as 1000/s"));
    pace = pace_of("100000/s");
    assert_int_equal(ls_generate_all(jobs, 2, made, &m->base.err), 0);
    assert_int_equal(made[0].pace.count, 1000); /* one schedule for all */
    assert_int_equal(made[0].pace.wanted_ns, 999 * MS / 100);
    free(other.room);
    ls_plan_free(other.plan);
    ls_spec_free(other.base.spec);
    ls_buf_clear(&other.base.report);
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    unsigned refused = 0;
    struct ls_generated made;
    struct ls_pace pace = pace_of("x1000000");
    plan_fine(m, sample_spec, NULL);
    const struct ls_generate job = {.plan = m->plan,
                                    .to = "null:",
                                    .events = 100,
                                    .until_ms = INT64_MAX,
                                    .threads = 1,
                                    .pace = &pace};
    int rc;
    do {
        ls_mem_refuse(++refused);
        rc = ls_generate(&job, &made, &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    } while (rc != 0);
    assert_true(refused > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(a_pace_changes_no_byte),
        MAKER_TEST(what_was_wanted_is_told),
        MAKER_TEST(shards_keep_the_times_and_slices_begin_at_once),
        MAKER_TEST(heartbeats_leave_at_their_times),
        MAKER_TEST(an_interrupt_is_heard_while_a_run_waits),
        MAKER_TEST(several_specs_take_a_rate_alone),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
