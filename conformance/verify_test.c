/* Verifications of a target that copies what lies ready, by a program that "generates" likewise. */
#include "conformance/verify_fixture_test.h"

/* ---- verdicts of the plain comparison */

static void nothing(void)
{
}
static void a_byte(void)
{
    put_positions("ready/stream/datasets/normalized", "raw.shop.sale", 1, SALES / 2 - 1,
                  position_schema);
}
static void both_lose_the_last(void)
{
    a_byte();
    put_positions("ready/batch/datasets/normalized", "raw.shop.sale", 1, SALES / 2 - 1,
                  position_schema);
}
static void it_fails(void)
{
    put_text("run.sh", "echo it went wrong; exit 3\n");
}
static void it_is_killed(void)
{
    put_text("run.sh", "kill -9 $$\n");
}
static void it_hangs(void)
{
    target->timeout_ms = 20;
    put_text("run.sh", "sleep 100\n");
}
static void it_writes_nothing(void)
{
    put_text("run.sh", ":\n");
}
static void it_writes_no_dataset(void)
{
    put_text("run.sh", "mkdir -p $2/datasets\n");
}
static void it_leaves_a_file_out(void)
{
    put_text("run.sh", "mkdir -p $2; cp -r $1/. $2; rm $2/datasets/quarantine/*/1.avro\n");
}
static void no_input(void)
{
    put_input(0);
}
static void other_inputs(void)
{
    put_text("ready/batch/manifest.json", "{\"inputs\": [1, 2, 4]}");
}
static void no_manifest(void)
{
    check(ls_tree_remove("ready/batch/manifest.json", &err));
}
static void flush_alone(void)
{
    put_text("ready/stream/summary.json", "{\"windows\": {\"by_watermark\": 0, \"by_flush\": 9}}");
}
static void no_rows(void)
{
    put_text("ready/stream/summary.json", "{\"windows\": {\"by_watermark\": 0, \"by_flush\": 0}}");
}
static void other_summary(void)
{
    put_text("ready/stream/summary.json", "{\"windows\": 0}");
}
static void no_summary(void)
{
    check(ls_tree_remove("ready/stream/summary.json", &err));
}

static const struct {
    const char *what;
    void (*change)(void);
    enum ls_verdict verdict;
    const char *told;
} plain[] = {
    {"all is well", nothing, LS_VERDICT_PASS, ""},
    {"a target need leave no manifest", no_manifest, LS_VERDICT_PASS, ""},
    {"nor a summary", no_summary, LS_VERDICT_PASS, ""},
    {"a row less in the stream", a_byte, LS_VERDICT_FAIL,
     "normalized/raw.shop.sale/1.avro differs\n  row 600 is in batch and not in stream\n"},
    {"what both lose is known to the truth", both_lose_the_last, LS_VERDICT_FAIL,
     "raw.shop.sale, partition 1, position 599: the run says nothing, the truth ADMITTED\n"
     "  its input: raw.shop.sale, partition 1, position 599\n    timestamp "
     "2026-01-01T00:00:59.950Z"},
    {"the target fails", it_fails, LS_VERDICT_FAIL, "sh ended with status 3: it went wrong\n"},
    {"the target dies", it_is_killed, LS_VERDICT_FAIL, "sh ended with signal 9"},
    {"the target hangs", it_hangs, LS_VERDICT_INCONCLUSIVE, "(out of time)"},
    {"no folder of datasets", it_writes_nothing, LS_VERDICT_FAIL, "run/stream/datasets"},
    {"no datasets in it", it_writes_no_dataset, LS_VERDICT_FAIL, "avro is missing"},
    {"a dataset is left out", it_leaves_a_file_out, LS_VERDICT_FAIL, "1.avro is missing"},
    {"no input", no_input, LS_VERDICT_INCONCLUSIVE,
     "nothing was shown: records is 0: give more --events\n"},
    {"other inputs", other_inputs, LS_VERDICT_INCONCLUSIVE,
     "the two runs did not read the same records"},
    {"every window by the flush", flush_alone, LS_VERDICT_INCONCLUSIVE,
     "every window was emitted by the final flush alone"},
    {"no row by any", no_rows, LS_VERDICT_INCONCLUSIVE, "no view has a row: give more --events\n"},
    {"a summary of its own kind", other_summary, LS_VERDICT_PASS, ""},
};

static void plain_has_its_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(plain); i++) {
        put_input(SALES);
        put_text("run.sh", "mkdir -p $2; cp -r $1/. $2\n");
        target->timeout_ms = 60000;
        plain[i].change();
        verify();
        const char *detail = detail_of(0);
        bool again = strstr(detail, "to see it again: sh generate.sh verify shop.yaml") != NULL;
        if (result.verdict != plain[i].verdict || result.cases[0].verdict != plain[i].verdict ||
            !strstr(detail, plain[i].told) || again != (plain[i].verdict == LS_VERDICT_FAIL)) {
            fail_msg("%s: %s: %s", plain[i].what, ls_verdict_name(result.verdict), detail);
        }
        char wanted[100];
        snprintf(wanted, sizeof wanted, "\"verdict\": \"%s\"", ls_verdict_name(result.verdict));
        check_file_says("run/verdict.json", wanted);
    }
}

static void the_truth_is_counted(void **state)
{
    (void)state;
    verify();
    assert_int_equal(result.truth.raw, SALES);
    assert_int_equal(result.truth.by_outcome[LS_ADMITTED], SALES);
    assert_int_equal(result.windows_by_watermark, 7);
    assert_int_equal(result.windows_by_flush, 2);
    assert_string_equal(result.cases[0].counts[0].name, "records");
    assert_int_equal(result.cases[0].counts[0].count, SALES);
    assert_int_equal(result.level, LS_LEVEL_BYTES);
}

static void rows_may_be_enough(void **state)
{
    (void)state;
    recode("ready/stream/datasets/normalized/raw.shop.sale/0.avro", "deflate", 100);
    verify();
    assert_int_equal(result.verdict, LS_VERDICT_FAIL); /* unless the target says so */
    check_says(detail_of(0),
               "the rows are equal, all 600: the files differ in how they are written");
    target->level = LS_LEVEL_LOGICAL;
    verify();
    assert_int_equal(result.verdict, LS_VERDICT_PASS);
    assert_int_equal(result.level, LS_LEVEL_LOGICAL);
    check_file_says("run/verdict.json", "\"level\": \"logical\"");
    a_byte();
    verify();
    assert_int_equal(result.verdict, LS_VERDICT_FAIL);
}

/* ---- what is run */

static void cases_are_chosen_by_pattern(void **state)
{
    (void)state;
    static const struct {
        const char *patterns[2];
        size_t count;
    } choices[] = {
        {{"PLAIN", NULL}, 1}, {{"ORD-*", NULL}, 10}, {{"PL*", "CRS-1"}, 2}, {{"plain", NULL}, 0}};
    for (size_t i = 0; i < COUNT(choices); i++) {
        ls_verify_result_clear(&result);
        patterns[0] = choices[i].patterns[0];
        patterns[1] = choices[i].patterns[1];
        if (choices[i].count == 0) {
            check_refused(ls_verify(&job, &result, &err), LS_E_NOMATCH, "no case matches");
        } else {
            verify();
            assert_int_equal(result.case_count, choices[i].count);
        }
    }
}

static void every_case_is_known_by_its_id_and_explained(void **state)
{
    (void)state;
    for (size_t i = 0; ls_cases[i]; i++) {
        assert_true(ls_cases[i]->title && ls_cases[i]->text && ls_cases[i]->run);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(ls_cases[k]->id, ls_cases[i]->id);
        }
    }
}

static void what_a_target_has_not_is_skipped(void **state)
{
    (void)state;
    patterns[0] = "ORD-8";
    patterns[1] = "CRS-1";
    verify();
    assert_int_equal(result.verdict, LS_VERDICT_INCONCLUSIVE); /* nothing was shown */
    assert_int_equal(result.cases[0].verdict, LS_VERDICT_SKIP);
    assert_string_equal(detail_of(0), "the target does not declare `workers`\n");
    assert_string_equal(detail_of(1), "the target does not declare `restarts`\n");
    patterns[0] = "PLAIN";
    verify();
    assert_int_equal(result.verdict, LS_VERDICT_PASS); /* what was skipped says nothing */
}

static void the_worst_case_is_the_verdict(void **state)
{
    (void)state;
    patterns[0] = "PLAIN";
    patterns[1] = "ENV-1";
    flush_alone(); /* inconclusive for PLAIN alone */
    verify();
    assert_int_equal(result.cases[0].verdict, LS_VERDICT_INCONCLUSIVE);
    assert_int_equal(result.cases[1].verdict, LS_VERDICT_PASS);
    assert_int_equal(result.verdict, LS_VERDICT_INCONCLUSIVE);
    put_text("run.sh", "case $2 in *perturb-170) exit 1;; esac; mkdir -p $2; cp -r $1/. $2\n");
    verify();
    assert_int_equal(result.cases[1].verdict, LS_VERDICT_FAIL);
    assert_int_equal(result.verdict, LS_VERDICT_FAIL);
}

static int stop_at_once(struct ls_error *error)
{
    return ls_error_set(error, LS_E_INTERRUPTED, "interrupted");
}

static void it_can_be_stopped(void **state)
{
    (void)state;
    job.stop = stop_at_once;
    check_refused(ls_verify(&job, &result, &err), LS_E_INTERRUPTED, "interrupted");
}

static void the_command_to_see_it_again_is_whole(void **state)
{
    (void)state;
    static const char *const options[] = {"--set", "a.b='c d'", "--seed", "7", "--set", "", NULL};
    a_byte();
    job.spec_options = options;
    job.target_path = "/a folder/target.yaml";
    verify();
    check_says(
        detail_of(0),
        "to see it again: sh generate.sh verify shop.yaml --set 'a.b='\\''c d'\\''' --seed 7 "
        "--set '' --target '/a folder/target.yaml' --cases PLAIN --events 1200 --case-events "
        "1200 --case-seed 1 --kills 1\n");
    static const char *const secret[] = {"-X", "sasl.password=secret", NULL};
    job.target_path = NULL;
    job.kafka = "kafka://127.0.0.1:9092/test";
    job.properties = secret;
    verify();
    check_says(detail_of(0), "--seed 7 --set '' --log kafka://127.0.0.1:9092/test --cases PLAIN "
                             "--events 1200 --case-events 1200 --case-seed 1 --kills 1, with the "
                             "same -X\n");
}

static void the_run_directory_is_emptied_first(void **state)
{
    (void)state;
    put_text("run/old/file", "x");
    assert_int_equal(ls_verify(&job, &result, &err), LS_E_USAGE); /* somebody else's */
    assert_true(ls_path_exists("run/old/file"));
    ls_verify_result_clear(&result);
    check(ls_tree_remove("run", &err));
    check(ls_folder_make("run/empty", &err));
    verify();
    assert_false(ls_path_exists("run/empty"));
    ls_verify_result_clear(&result);
    put_text("run/old/file", "x");
    verify();
    assert_false(ls_path_exists("run/old"));
    assert_true(ls_path_exists("run/report.html"));
    assert_true(ls_path_exists("run/junit.xml"));
    assert_true(ls_path_exists("run/manifest.json"));
    assert_true(ls_path_exists("run/cases/PLAIN/report.txt"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        VERIFY_TEST(plain_has_its_verdicts),
        VERIFY_TEST(the_truth_is_counted),
        VERIFY_TEST(rows_may_be_enough),
        VERIFY_TEST(cases_are_chosen_by_pattern),
        VERIFY_TEST(every_case_is_known_by_its_id_and_explained),
        VERIFY_TEST(what_a_target_has_not_is_skipped),
        VERIFY_TEST(the_worst_case_is_the_verdict),
        VERIFY_TEST(it_can_be_stopped),
        VERIFY_TEST(the_command_to_see_it_again_is_whole),
        VERIFY_TEST(the_run_directory_is_emptied_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
