#include "generator/generate.h"

#include "core/log/log.h"
#include "generator/generate_fixture_test.h"

#include <signal.h>
#include <sys/resource.h>

static struct ls_generate job_of(const struct maker *m, const char *name, struct place *place)
{
    return job_at(m, "log", name, place);
}

static struct ls_generated generate_whole(struct maker *m, const char *name)
{
    return generate_whole_at(m, "log", name);
}

/* ---- a whole run */

static void a_run_writes_what_the_generator_makes(void **state)
{
    struct maker *m = *state;
    uint64_t positions[3][3] = {0};
    struct ls_log *log;
    plan_fine(m, sample_spec, NULL);
    make_run(m, RUN);
    struct ls_generated made = generate_whole(m, "a");
    assert_int_equal(made.events, RUN);
    assert_int_equal(made.type_count, 3);
    assert_false(made.was_complete);
    assert_int_equal(ls_log_open("log:a/log", false, &log, &m->base.err), 0);
    uint64_t bytes = 0;
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_log_reader *reader;
        const struct ls_log_record *r;
        size_t count;
        bytes += e->value_size;
        uint64_t position = positions[e->type][e->partition]++;
        if (i % 37) {
            continue; /* each reader seeks: some will do */
        }
        assert_int_equal(
            ls_log_reader_new(log, e->type, e->partition, position, &reader, &m->base.err), 0);
        assert_int_equal(ls_log_read(reader, 1, &r, &count, &m->base.err), 0);
        assert_int_equal(count, 1);
        assert_true(r->timestamp_ms == e->timestamp_ms && r->key_size == e->key_size &&
                    r->value_size == e->value_size && !r->headers);
        assert_memory_equal(r->key, e->key, e->key_size);
        assert_memory_equal(r->value, e->value, e->value_size);
        ls_log_reader_free(reader);
    }
    assert_int_equal(made.value_bytes, bytes);
    for (uint32_t t = 0; t < 3; t++) {
        uint64_t raw = 0;
        for (uint32_t p = 0; p < 3; p++) {
            assert_int_equal(ls_log_count(log, t, p), positions[t][p]);
            raw += positions[t][p];
        }
        assert_int_equal(made.totals[t].raw, raw);
    }
    ls_log_close(log);
    assert_true(ls_path_exists("a/truth/totals.json"));
    assert_true(ls_path_exists("a/log/reference/products.avro"));
    assert_true(ls_path_exists("a/log/reference/customers.avro"));
}

static void runs_are_equal_whatever_the_threads(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec, NULL);
    generate_whole(m, "a");
    struct ls_generate job = job_of(m, "b", &place);
    job.threads = 3;
    generate(m, &job);
    check_same_folders(m, "a", "b");
}

static void nothing_is_written_to_null(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    struct ls_generated whole = generate_whole(m, "a");
    const struct ls_generate job = {
        .plan = m->plan, .to = "null:", .events = RUN, .until_ms = INT64_MAX, .threads = 2};
    struct ls_generated made = generate(m, &job);
    assert_memory_equal(made.totals, whole.totals, sizeof made.totals);
    assert_int_equal(made.value_bytes, whole.value_bytes);
    assert_int_equal(made.events, RUN);
}

static void a_slice_holds_those_events_alone(void **state)
{
    struct maker *m = *state;
    struct place place;
    struct ls_log *log;
    plan_fine(m, sample_spec, NULL);
    make_run(m, RUN);
    struct ls_generate job = job_of(m, "a", &place);
    job.slice = true;
    job.first = 3001;
    job.end = 4567;
    struct ls_generated made = generate(m, &job);
    assert_int_equal(made.events, 1566);
    assert_false(ls_path_exists("a/truth"));
    uint64_t counts[3][3] = {0};
    for (size_t i = 3001; i < 4567; i++) {
        counts[m->run.events[i].type][m->run.events[i].partition]++;
    }
    assert_int_equal(ls_log_open("log:a/log", false, &log, &m->base.err), 0);
    for (uint32_t t = 0; t < 3; t++) {
        for (uint32_t p = 0; p < 3; p++) {
            assert_int_equal(ls_log_count(log, t, p), counts[t][p]);
        }
    }
    ls_log_close(log);
    job.resume = true;
    check_refused(m, &job, LS_E_USAGE, "a slice cannot be resumed");
    job.slice = false; /* nor is it taken for a run of as many events */
    job.events = 1566;
    check_refused(m, &job, LS_E_DATA, "another run");
}

static void a_run_has_to_be_bounded(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec, NULL);
    struct ls_generate job = job_of(m, "a", &place);
    job.events = UINT64_MAX;
    check_refused(m, &job, LS_E_USAGE, "endless");
    job.slice = true;
    job.first = 5;
    job.end = 4;
    check_refused(m, &job, LS_E_USAGE, "ends before it begins");
    plan_fine(m, sample_spec, SETS("arrival=[{rate: 100/s, for: 20s}]"));
    job = job_of(m, "a", &place);
    job.events = 2001;
    check_refused(m, &job, LS_E_DATA, "2001 events are wanted and the arrival phases hold 2000");
    assert_false(ls_path_exists("a"));
    job.events = UINT64_MAX;
    assert_int_equal(generate(m, &job).events, 2000);
    remove_folder(m, "a");
    job.until_ms = m->base.spec->start_ms + 5000;
    assert_int_equal(generate(m, &job).events, 500);
    remove_folder(m, "a");
    job.until_ms++; /* the event at 5 s, too */
    assert_int_equal(generate(m, &job).events, 501);
    remove_folder(m, "a");
    job.events = 77;
    assert_int_equal(generate(m, &job).events, 77);
    remove_folder(m, "a");
    job.until_ms = m->base.spec->start_ms;
    check_refused(m, &job, LS_E_USAGE, "nothing to do");
    job.until_ms = INT64_MIN;
    check_refused(m, &job, LS_E_USAGE, "nothing to do");
    assert_false(ls_path_exists("a"));
}

/* Contract P3 takes times of the years 1 to 9999: a record outside would be quarantined without
 * standing in the truth. */
static void times_stay_within_four_digits_of_years(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec, SETS("start=9999-12-31T23:59:00Z", "arrival=[{rate: 1/s}]"));
    struct ls_generate job = job_of(m, "a", &place);
    job.events = 60;
    generate(m, &job); /* the jitter of up to 500 ms stays inside */
    remove_folder(m, "a");
    job.events = 61;
    check_refused(m, &job, LS_E_DATA, "the year 9999");
    job.events = UINT64_MAX - 1;
    check_refused(m, &job, LS_E_DATA, "the year 9999");
}

/* ---- runs that end early */

static void interrupt(struct maker *m, const char *name, uint64_t at)
{
    interrupt_at(m, "log", name, at);
}

static void resume(struct maker *m, const char *name, unsigned threads)
{
    struct place place;
    struct ls_generate job = job_of(m, name, &place);
    job.resume = true;
    job.threads = threads;
    struct ls_generated made = generate(m, &job);
    assert_false(made.was_complete);
    assert_int_equal(made.events, RUN);
}

static void an_interrupted_run_is_resumed_to_the_same_bytes(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    generate_whole(m, "whole");
    static const uint64_t stops[] = {1, 2000, 9000, RUN};
    for (size_t k = 0; k < sizeof stops / sizeof *stops; k++) {
        interrupt(m, "a", stops[k]);
        resume(m, "a", 1 + (unsigned)k % 2);
        check_same_folders(m, "a", "whole");
        remove_folder(m, "a");
    }
}

/* Whole blocks of the log and of the truth were there when the writer was killed, to different
 * places of the run. */
static void a_killed_run_is_resumed_to_the_same_bytes(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    generate_whole(m, "whole");
    static const size_t sizes[][2] = {
        {SIZE_MAX, 100}, {200000, SIZE_MAX}, {200000, 20000}, {0, 0}, {SIZE_MAX, SIZE_MAX}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        interrupt(m, "a", 1);
        copy_file(m, "whole/log/raw.shop.order/1.avro", "a/log/raw.shop.order/1.avro", sizes[k][0]);
        copy_file(m, "whole/truth/raw.shop.order/1.avro", "a/truth/raw.shop.order/1.avro",
                  sizes[k][1]);
        copy_file(m, "whole/log/reference/products.avro", "a/log/reference/products.avro",
                  sizes[k][1]);
        resume(m, "a", 1);
        check_same_folders(m, "a", "whole");
        remove_folder(m, "a");
    }
}

static void a_finished_run_is_left_alone(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec, NULL);
    generate_whole(m, "a");
    generate_whole(m, "whole");
    struct ls_generate job = job_of(m, "a", &place);
    check_refused(m, &job, LS_E_DATA, "there is a finished log");
    job.resume = true;
    assert_true(generate(m, &job).was_complete);
    check_same_folders(m, "a", "whole");
}

/* Truth that lies about from another run is not taken for this one's. */
static void the_truth_of_another_run_is_replaced(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("seed=8"));
    generate_whole(m, "a");
    remove_folder(m, "a/log");
    plan_fine(m, sample_spec, NULL);
    generate_whole(m, "whole");
    resume(m, "a", 1); /* there is no log: it is begun */
    check_same_folders(m, "a", "whole");
    remove_folder(m, "a");
    interrupt(m, "a", 2000);
    plan_fine(m, sample_spec, SETS("seed=8"));
    generate_whole(m, "b");
    remove_folder(m, "a/truth");
    assert_int_equal(rename("b/truth", "a/truth"), 0);
    plan_fine(m, sample_spec, NULL);
    resume(m, "a", 1);
    check_same_folders(m, "a", "whole");
}

static void another_run_is_not_resumed(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec, NULL);
    interrupt(m, "a", 2000);
    struct ls_generate job = job_of(m, "a", &place);
    job.resume = true;
    job.events++;
    check_refused(m, &job, LS_E_DATA, "another run");
    plan_fine(m, sample_spec, SETS("seed=8"));
    job = job_of(m, "a", &place);
    job.resume = true;
    check_refused(m, &job, LS_E_DATA, "another run");
    job.resume = false;
    check_refused(m, &job, LS_E_DATA, "partial log");
}

/* As large as any file may get, in bytes: a disk that is full. */
static void a_full_disk_is_an_error_and_can_be_resumed(void **state)
{
    struct maker *m = *state;
    struct rlimit before;
    struct place place;
    static const struct {
        rlim_t size;
        const char *part;
    } cases[] = {{100, "full/log/manifest.json"},
                 {700, "full/"},
                 {3000, "full/"},
                 {150000, "full/log/"},
                 {200000, "full/log/raw.shop."}};
    plan_fine(m, sample_spec, SETS("entities.product.count=1000"));
    generate_whole(m, "whole");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_generate job = job_of(m, "full", &place);
        const struct rlimit limit = {cases[k].size, before.rlim_max};
        struct ls_generated made;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        int rc = ls_generate(&job, &made, &m->base.err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(rc, LS_E_IO);
        if (!strstr(m->base.err.text, cases[k].part)) {
            fail_msg("`%s` does not say `%s`", m->base.err.text, cases[k].part);
        }
        resume(m, "full", 1);
        check_same_folders(m, "full", "whole");
        remove_folder(m, "full");
    }
    signal(SIGXFSZ, SIG_DFL);
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    struct place place;
    unsigned refused = 0;
    int rc;
    plan_fine(m, sample_spec, SETS("entities.product.count=50", "entities.customer.count=50"));
    generate_whole(m, "whole");
    do {
        struct ls_generated made;
        struct ls_generate job = job_of(m, "a", &place);
        job.resume = true; /* of what the refusal before left */
        ls_mem_refuse(++refused);
        rc = ls_generate(&job, &made, &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    } while (rc != 0);
    assert_true(refused > 100);
    check_same_folders(m, "a", "whole");
}

/* ---- several specs */

struct both {
    struct maker *first, second;
    struct place places[2];
    struct ls_generate jobs[2];
    struct ls_generated made[2];
};

static void both_begin(struct both *b, struct maker *m)
{
    *b = (struct both){.first = m};
    ls_buf_init(&b->second.base.report, "test report", 16U << 20);
    plan_fine(m, sample_spec, SETS("entities.product.count=100", "entities.customer.count=100"));
    plan_fine(&b->second, sample_spec,
              SETS("domain=bank", "topics.partitions=2", "entities.product.count=90",
                   "entities.customer.count=100"));
}

static void both_end(struct both *b)
{
    free(b->second.room);
    ls_plan_free(b->second.plan);
    ls_spec_free(b->second.base.spec);
    ls_buf_clear(&b->second.base.report);
}

/* Into the folder `name`: what is of one domain alone lies below its name. */
static void both_into(struct both *b, const char *kind, const char *name)
{
    const struct ls_plan *plans[] = {b->first->plan, b->second.plan};
    for (size_t i = 0; i < 2; i++) {
        struct place *place = &b->places[i];
        const char *domain = plans[i]->spec->domain;
        b->jobs[i] = job_at(b->first, kind, name, place);
        b->jobs[i].plan = plans[i];
        b->jobs[i].events = i ? 1500 : 2500;
        snprintf(place->truth, sizeof place->truth, "%s/%s/truth", name, domain);
        snprintf(place->reference, sizeof place->reference, "%s/%s/reference", name, domain);
    }
}

static int sum_up(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    uint64_t *last = context;
    (void)err;
    assert_true(total == 4000 && done > *last && done <= total);
    *last = done;
    return 0;
}

static void domains_are_made_as_if_alone(void **state)
{
    struct maker *m = *state;
    struct both b;
    uint64_t done = 0;
    static const char *const domains[] = {"shop", "bank"};
    both_begin(&b, m);
    both_into(&b, "log", "both");
    b.jobs[0].progress = sum_up;
    b.jobs[0].context = &done;
    assert_int_equal(ls_generate_all(b.jobs, 2, b.made, &m->base.err), 0);
    assert_int_equal(done, 4000);
    for (size_t i = 0; i < 2; i++) {
        struct ls_generated alone;
        both_into(&b, "log", domains[i]);
        assert_int_equal(ls_generate(&b.jobs[i], &alone, &m->base.err), 0);
        assert_int_equal(b.made[i].events, alone.events);
        assert_memory_equal(b.made[i].totals, alone.totals, sizeof alone.totals);
        for (size_t t = 0; t < 3; t++) {
            char topics[2][60];
            for (int k = 0; k < 2; k++) {
                snprintf(topics[k], sizeof topics[k], "%s/log/raw.%s.%s", k ? "both" : domains[i],
                         domains[i], b.jobs[i].plan->types[t].spec->name);
            }
            check_same_folders(m, topics[0], topics[1]);
        }
        char folders[2][40]; /* truth and reference tables */
        snprintf(folders[0], sizeof folders[0], "both/%s", domains[i]);
        snprintf(folders[1], sizeof folders[1], "%s/%s", domains[i], domains[i]);
        check_same_folders(m, folders[0], folders[1]);
    }
    both_end(&b);
}

static void domains_are_resumed_together(void **state)
{
    struct maker *m = *state;
    struct both b;
    static const char *const kinds[] = {"log", "avro", "jsonl", "csv"};
    both_begin(&b, m);
    for (size_t k = 0; k < 4; k++) {
        struct stop stop = {3000, 4000}; /* in the second one */
        both_into(&b, kinds[k], "whole");
        assert_int_equal(ls_generate_all(b.jobs, 2, b.made, &m->base.err), 0);
        both_into(&b, kinds[k], "a");
        b.jobs[0].progress = stop_there;
        b.jobs[0].context = &stop;
        assert_int_equal(ls_generate_all(b.jobs, 2, b.made, &m->base.err), LS_E_INTERRUPTED);
        both_into(&b, kinds[k], "a");
        b.jobs[0].resume = b.jobs[1].resume = true;
        struct ls_generated made;
        assert_int_equal(ls_generate(&b.jobs[0], &made, &m->base.err), LS_E_DATA);
        assert_int_equal(ls_generate_all(b.jobs, 2, b.made, &m->base.err), 0);
        assert_false(b.made[0].was_complete);
        check_same_folders(m, "a", "whole");
        assert_int_equal(ls_generate_all(b.jobs, 2, b.made, &m->base.err), 0);
        assert_true(b.made[0].was_complete && b.made[1].was_complete);
        remove_folder(m, "a");
        remove_folder(m, "whole");
    }
    both_end(&b);
}

static void two_specs_of_a_domain_are_refused(void **state)
{
    struct maker *m = *state;
    struct both b;
    both_begin(&b, m);
    both_into(&b, "log", "a");
    b.jobs[1].plan = b.jobs[0].plan;
    assert_int_equal(ls_generate_all(b.jobs, 2, b.made, &m->base.err), LS_E_USAGE);
    assert_non_null(strstr(m->base.err.text, "would share topics such as raw.shop.order"));
    assert_false(ls_path_exists("a"));
    both_end(&b);
}

static void an_output_of_one_domain_is_not_mixed_with_one_of_several(void **state)
{
    struct maker *m = *state;
    struct both b;
    struct ls_generated made;
    both_begin(&b, m);
    both_into(&b, "csv", "a");
    assert_int_equal(ls_generate(&b.jobs[0], &made, &m->base.err), 0);
    b.jobs[0].resume = b.jobs[1].resume = true;
    assert_int_equal(ls_generate_all(b.jobs, 2, b.made, &m->base.err), LS_E_DATA);
    assert_non_null(strstr(m->base.err.text, "of one domain"));
    remove_folder(m, "a");
    assert_int_equal(ls_generate_all(b.jobs, 2, b.made, &m->base.err), 0);
    assert_int_equal(ls_generate(&b.jobs[1], &made, &m->base.err), LS_E_DATA);
    assert_non_null(strstr(m->base.err.text, "of several domains, bank among them"));
    both_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(a_run_writes_what_the_generator_makes),
        MAKER_TEST(runs_are_equal_whatever_the_threads),
        MAKER_TEST(nothing_is_written_to_null),
        MAKER_TEST(a_slice_holds_those_events_alone),
        MAKER_TEST(a_run_has_to_be_bounded),
        MAKER_TEST(times_stay_within_four_digits_of_years),
        MAKER_TEST(an_interrupted_run_is_resumed_to_the_same_bytes),
        MAKER_TEST(a_killed_run_is_resumed_to_the_same_bytes),
        MAKER_TEST(a_finished_run_is_left_alone),
        MAKER_TEST(the_truth_of_another_run_is_replaced),
        MAKER_TEST(another_run_is_not_resumed),
        MAKER_TEST(a_full_disk_is_an_error_and_can_be_resumed),
        MAKER_TEST(refused_memory_is_an_error),
        MAKER_TEST(domains_are_made_as_if_alone),
        MAKER_TEST(domains_are_resumed_together),
        MAKER_TEST(two_specs_of_a_domain_are_refused),
        MAKER_TEST(an_output_of_one_domain_is_not_mixed_with_one_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
