/* The whole recomputation, over logs of the generator. What the generator knows that it did (G7) is
 * a second opinion on every fate; a run of the program, where LOCKSTEP_PROGRAM names it, is what
 * the recomputation is for. */
#include "conformance/naive_fixture_test.h"
#include "conformance/process.h"
#include "generator/generate.h"

/* The shipped domain, with few products, all its faults often, and a horizon that some outlive. */
static const char *const sets[] = {"entities.product.count=40",
                                   "topics.partitions=3",
                                   "arrival=[{rate: 5/s}]",
                                   "faults.late.rate=1/20",
                                   "faults.duplicate.rate=1/40",
                                   "faults.duplicate.gap={uniform: [1, 3000]}",
                                   "faults.conflict.rate=1/200",
                                   "faults.truncated.rate=1/200",
                                   "faults.corrupt.rate=1/200",
                                   "faults.out_of_range.rate=1/100",
                                   "faults.missing.rate=1/100",
                                   "faults.clock_ahead.rate=1/200",
                                   NULL};

struct made {
    const char *spec_path;
    char folder[64];
    char log[96], reference[112], datasets[112];
    struct ls_spec *spec;
    struct ls_plan *plan;
    struct ls_generated generated;
    struct ls_naive job;
    struct ls_buf out;
    struct ls_error err;
};

static int made_setup(void **state)
{
    struct made *m = calloc(1, sizeof *m);
    if (!m) {
        return -1;
    }
    strcpy(m->folder, "/tmp/naive_test_XXXXXX");
    assert_non_null(mkdtemp(m->folder));
    snprintf(m->log, sizeof m->log, "%s/log", m->folder);
    snprintf(m->reference, sizeof m->reference, "%s/reference", m->log);
    snprintf(m->datasets, sizeof m->datasets, "%s/run/datasets", m->folder);
    ls_buf_init(&m->out, "test text", 1U << 20);
    m->spec_path = LS_SOURCE_DIR "/fixtures/domains/ecommerce.yaml";
    struct ls_layers layers = {.spec_path = m->spec_path, .sets = sets};
    int rc = ls_spec_load(&layers, &m->spec, &m->out, &m->err);
    rc = rc < 0 ? rc : ls_plan_new(m->spec, &m->plan, &m->out, &m->err);
    if (rc < 0) {
        print_error("%.*s\n", (int)m->out.size, (const char *)m->out.data);
    }
    assert_int_equal(rc, 0);
    m->job = (struct ls_naive){m->spec, m->log, m->reference, m->datasets, false};
    *state = m;
    return 0;
}

static int made_teardown(void **state)
{
    struct made *m = *state;
    ls_tree_remove(m->folder, &m->err);
    ls_plan_free(m->plan);
    ls_spec_free(m->spec);
    ls_buf_clear(&m->out);
    free(m);
    return 0;
}

#define MADE_TEST(test) cmocka_unit_test_setup_teardown(test, made_setup, made_teardown)

static void generate(struct made *m, uint64_t events)
{
    char to[112];
    snprintf(to, sizeof to, "log:%s", m->log);
    struct ls_generate job = {.plan = m->plan,
                              .to = to,
                              .reference_folder = m->reference,
                              .events = events,
                              .until_ms = INT64_MAX,
                              .threads = 1};
    if (ls_generate(&job, &m->generated, &m->err) < 0) {
        fail_msg("%s", m->err.text);
    }
}

static void fates_are_those_of_the_truth(void **state)
{
    struct made *m = *state;
    struct naive_world world;
    uint64_t all[LS_REASON_COUNT] = {0};
    generate(m, 6000);
    int rc = ls_naive_world_load(&m->job, &world, &m->err);
    if (rc < 0) {
        fail_msg("%s", m->err.text);
    }
    for (size_t t = 0; t < world.topic_count; t++) {
        uint64_t counts[LS_REASON_COUNT] = {0};
        for (size_t p = 0; p < world.topics[t].partition_count; p++) {
            const struct naive_partition *partition = &world.topics[t].partitions[p];
            for (size_t i = 0; i < partition->count; i++) {
                counts[partition->records[i].outcome]++;
            }
        }
        for (size_t r = 0; r < LS_REASON_COUNT; r++) {
            if (counts[r] != m->generated.totals[t].by_outcome[r]) {
                fail_msg("%s: %d are %s, should be %d", world.topics[t].type->name, (int)counts[r],
                         ls_reasons[r].name, (int)m->generated.totals[t].by_outcome[r]);
            }
            all[r] += counts[r];
        }
    }
    static const enum ls_reason wanted[] = {LS_REASON_DECODE_TRUNCATED,
                                            LS_REASON_DECODE_INVALID,
                                            LS_REASON_CLOCK_SKEW,
                                            LS_REASON_NOT_NULL,
                                            LS_REASON_RANGE,
                                            LS_REASON_EXPIRED,
                                            LS_REASON_DUPLICATE,
                                            LS_REASON_DUPLICATE_CONFLICT};
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_true(all[wanted[i]] > 0); /* or nothing was shown */
    }
    ls_arena_clear(&world.arena);
}

static void what_is_not_there_is_told(void **state)
{
    struct made *m = *state;
    struct ls_naive_counts counts;
    generate(m, 300);
    assert_int_equal(ls_naive_check(&m->job, &counts, &m->out, &m->err), LS_E_NOINPUT);
    assert_int_equal(ls_folder_make(m->datasets, &m->err), 0);
    assert_int_equal(ls_naive_check(&m->job, &counts, &m->out, &m->err), LS_DIFFERS);
    assert_non_null(strstr(ls_buf_text(&m->out, &m->err),
                           "normalized/raw.ecommerce.page_viewed/0.avro: the file is missing\n"));
    assert_int_equal(counts.records, 300);
    assert_int_equal(counts.admitted + counts.quarantined, 300);
    assert_true(counts.view_rows > 0);
    assert_int_equal(ls_tree_remove(m->reference, &m->err), 0);
    assert_int_equal(ls_naive_check(&m->job, &counts, &m->out, &m->err), LS_E_NOINPUT);
}

static void only_a_whole_and_small_log_is_taken(void **state)
{
    struct made *m = *state;
    static const struct {
        const char *manifest;
        const char *wanted;
    } cases[] = {
        {"{\"complete\": true, \"topics\": ["
         "{\"name\": \"raw.ecommerce.page_viewed\", \"ends\": [1, 300000]}]}",
         "(LS_NAIVE_RECORDS_MAX)"},
        {"{\"complete\": true, \"topics\": ["
         "{\"name\": \"raw.ecommerce.page_viewed\", \"ends\": [-1]}]}",
         "(LS_NAIVE_RECORDS_MAX)"},
        {"{\"complete\": true, \"topics\": []}", "says nothing of the topic"},
        {"{\"complete\": false}", "is not complete"},
        {"{", "manifest.json"},
    };
    char path[128];
    generate(m, 30);
    snprintf(path, sizeof path, "%s/manifest.json", m->log);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_naive_counts counts;
        write_file(path, cases[i].manifest, strlen(cases[i].manifest));
        assert_int_equal(ls_naive_check(&m->job, &counts, &m->out, &m->err), LS_E_DATA);
        if (!strstr(m->err.text, cases[i].wanted)) {
            fail_msg("case %zu: %s", i, m->err.text);
        }
    }
}

static void refused_memory_is_an_error(void **state)
{
    struct made *m = *state;
    generate(m, 20);
    assert_int_equal(ls_folder_make(m->datasets, &m->err), 0);
    for (unsigned long n = 1;; n++) {
        struct ls_naive_counts counts;
        ls_buf_clear(&m->out);
        ls_mem_refuse(n);
        int rc = ls_naive_check(&m->job, &counts, &m->out, &m->err);
        ls_mem_refuse(0);
        if (rc == LS_DIFFERS) {
            assert_true(n > 10);
            break;
        }
        assert_int_equal(rc, LS_E_NOMEM);
    }
}

static void run_program(struct made *m, const char *program, const char *mode)
{
    char from[112];
    char to[112];
    char output[112];
    struct ls_exit exit_state;
    snprintf(from, sizeof from, "--from=log:%s", m->log);
    snprintf(to, sizeof to, "--to=%s/run", m->folder);
    snprintf(output, sizeof output, "%s/output", m->folder);
    struct ls_command command = {
        .arguments = {program, "run", mode, m->spec_path, from, to}, .output = output, .umask = -1};
    size_t count = 6;
    for (const char *const *set = sets; *set; set++) {
        command.arguments[count++] = "--set";
        command.arguments[count++] = *set;
    }
    if (ls_process_run(&command, 60000, &exit_state, &m->err) < 0) {
        fail_msg("%s", m->err.text);
    }
}

static void a_run_of_the_program_holds_what_it_should(void **state)
{
    struct made *m = *state;
    const char *program = getenv("LOCKSTEP_PROGRAM");
    static const char *const modes[] = {"stream", "batch"};
    struct ls_naive_counts counts;
    char path[256];
    if (!program) {
        skip();
    }
    generate(m, 6000);
    for (size_t i = 0; i < COUNT(modes); i++) {
        snprintf(path, sizeof path, "%s/run", m->folder);
        assert_int_equal(ls_tree_remove(path, &m->err), 0);
        run_program(m, program, modes[i]);
        int rc = ls_naive_check(&m->job, &counts, &m->out, &m->err);
        if (rc != 0) {
            fail_msg("%s: %s", modes[i], rc < 0 ? m->err.text : ls_buf_text(&m->out, &m->err));
        }
        assert_true(counts.late_rows > 10 && counts.view_rows > 10);
    }
    snprintf(path, sizeof path, "%s/views/stray.avro", m->datasets);
    write_file(path, "", 0);
    assert_int_equal(ls_naive_check(&m->job, &counts, &m->out, &m->err), LS_DIFFERS);
    assert_string_equal(ls_buf_text(&m->out, &m->err),
                        "views/stray.avro: the file should not be there\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MADE_TEST(fates_are_those_of_the_truth),
        MADE_TEST(what_is_not_there_is_told),
        MADE_TEST(only_a_whole_and_small_log_is_taken),
        MADE_TEST(refused_memory_is_an_error),
        MADE_TEST(a_run_of_the_program_holds_what_it_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
