/* The files that a verification leaves, from results made by hand. */
#include "conformance/verify_internal.h"

#include "conformance/fixture_test.h"

#include <jansson.h>

#define HOSTILE "<script>alert(\"1\")</script> & 'x' \\ ]]>"

static const struct ls_case cases[] = {
    {.id = "ONE", .title = "a < b & c", .text = "what & why"},
    {.id = "TWO", .title = "two", .text = "the second <case>"},
    {.id = "THREE", .title = "three", .text = "third", .knob = "order"},
    {.id = "FOUR", .title = "four", .text = "fourth"},
};

/* What a broken target prints: a NUL, controls, halves of characters, what XML has not. */
static const char broken[] = "a\0b\x1b[1m\x7f\xff\xc3(c\x80\xe2\x82\xed\xa0\x80\xef\xbf\xbf\xc3\xa9"
                             "\xf0\x9f\x98\x80.\xe2\x82";
static const char mended[] = {'a',    '?',    'b',    '?', '[', '1',    'm',    '?',
                              '?',    '?',    '(',    'c', '?', '?',    '?',    '?',
                              '?',    '?',    '?',    '?', '?', '\xc3', '\xa9', '\xf0',
                              '\x9f', '\x98', '\x80', '.', '?', '?',    '\0'};

static struct ls_case_result results[4];
static struct ls_spec_event_type type = {.topic = "raw.shop.sale"};
static struct ls_schema schema = {.crc64 = 0x123};
static struct ls_spec spec;
static struct ls_target target;
static struct ls_verify_job job;
static struct ls_verify_result result;
static struct ls_verify verify;

static void put_detail(struct ls_case_result *r, const void *bytes, size_t size)
{
    ls_buf_init(&r->detail, "detail", 1U << 16);
    check(ls_buf_append(&r->detail, bytes, size, &err));
}

static int setup(void **state)
{
    int rc = make_folder(state);
    type.version_count = 1;
    type.versions[0].schema = &schema;
    spec = (struct ls_spec){
        .domain = HOSTILE, .seed = -7, .event_types = {.count = 1, .items = &type}};
    target = (struct ls_target){.name = HOSTILE};
    job = (struct ls_verify_job){.spec = &spec,
                                 .target = &target,
                                 .version = "1 < 2",
                                 .events = 1000,
                                 .case_events = 100,
                                 .out = "run",
                                 .seed = INT64_MAX};
    memset(results, 0, sizeof results);
    for (size_t i = 0; i < 4; i++) {
        results[i].which = &cases[i];
        results[i].verdict = (enum ls_verdict)i;
        results[i].elapsed_us = 1234567 * (i + 1);
    }
    results[0].counts[0].name = "records";
    results[0].counts[0].count = 1234;
    results[0].counts[1].name = "none";
    results[0].count_count = 2;
    put_detail(&results[1], HOSTILE "\n\tline", strlen(HOSTILE) + 6);
    put_detail(&results[2], "no `order`\n", 11);
    /* what a broken target prints: a NUL, controls, half characters, what XML has not */
    put_detail(&results[3], broken, sizeof broken - 1);
    result = (struct ls_verify_result){.verdict = LS_VERDICT_FAIL,
                                       .case_count = 4,
                                       .cases = results,
                                       .generated_per_second = 3000000};
    result.truth.raw = 1500;
    result.truth.by_outcome[LS_ADMITTED] = 1499;
    result.truth.by_outcome[LS_REASON_DUPLICATE] = 1;
    verify = (struct ls_verify){.job = &job, .result = &result};
    check(ls_verify_report(&verify, &err));
    return rc;
}

static int teardown(void **state)
{
    for (size_t i = 0; i < 4; i++) {
        ls_buf_clear(&results[i].detail);
    }
    return remove_folder(state);
}

static json_t *load(const char *path)
{
    json_error_t where;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (!root) {
        fail_msg("%s:%d: %s", path, where.line, where.text);
    }
    return root;
}

static const char *text_in(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    assert_non_null(text);
    return text;
}

static json_int_t number_in(const json_t *object, const char *name)
{
    assert_true(json_is_integer(json_object_get(object, name)));
    return json_integer_value(json_object_get(object, name));
}

static void the_verdict_has_its_fields(void **state)
{
    (void)state;
    static const char *const verdicts[] = {"PASS", "FAIL", "SKIP", "INCONCLUSIVE"};
    json_t *root = load("run/verdict.json");
    assert_int_equal(number_in(root, "version"), 1);
    assert_string_equal(text_in(root, "verdict"), "FAIL");
    assert_string_equal(text_in(root, "level"), "bytes");
    assert_string_equal(text_in(root, "domain"), HOSTILE);
    assert_string_equal(text_in(root, "target"), HOSTILE);
    const json_t *truth = json_object_get(root, "truth");
    assert_int_equal(json_object_size(truth), LS_REASON_COUNT);
    assert_int_equal(number_in(truth, "ADMITTED"), 1499);
    assert_int_equal(number_in(truth, "DUPLICATE"), 1);
    assert_int_equal(number_in(truth, "RANGE"), 0);
    assert_int_equal(number_in(json_object_get(root, "rates"), "generate"), 3000000);
    const json_t *list = json_object_get(root, "cases");
    assert_int_equal(json_array_size(list), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *one = json_array_get(list, i);
        assert_string_equal(text_in(one, "id"), cases[i].id);
        assert_string_equal(text_in(one, "verdict"), verdicts[i]);
        assert_int_equal(number_in(one, "elapsed_us"), 1234567 * (i + 1));
        assert_true(json_is_object(json_object_get(one, "counts")));
    }
    const json_t *counts = json_object_get(json_array_get(list, 0), "counts");
    assert_int_equal(number_in(counts, "records"), 1234);
    assert_int_equal(number_in(counts, "none"), 0);
    assert_string_equal(text_in(json_array_get(list, 1), "detail"), HOSTILE "\n\tline");
    assert_string_equal(text_in(json_array_get(list, 3), "detail"), mended);
    json_decref(root);
}

static void heartbeats_are_told_where_there_are_any(void **state)
{
    (void)state;
    char *page = text_of("run/report.html");
    assert_null(strstr(page, "HEARTBEAT"));
    free(page);
    result.truth.heartbeats = 77;
    check(ls_verify_report(&verify, &err));
    json_t *root = load("run/verdict.json");
    assert_int_equal(number_in(json_object_get(root, "truth"), "HEARTBEAT"), 77);
    json_decref(root);
    check_file_says("run/report.html", "<td>HEARTBEAT<br>");
    check_file_says("run/report.html", "<td class=\"n\">77</td>");
}

static void another_level_is_told(void **state)
{
    (void)state;
    result.level = LS_LEVEL_LOGICAL;
    check(ls_verify_report(&verify, &err));
    json_t *root = load("run/verdict.json");
    assert_string_equal(text_in(root, "level"), "logical");
    json_decref(root);
    check_file_says("run/report.html", "give the same rows?");
}

static void the_manifest_has_no_times(void **state)
{
    (void)state;
    json_t *root = load("run/manifest.json");
    assert_int_equal(number_in(root, "lockstep_run"), 1);
    assert_int_equal(number_in(root, "format_version"), LS_FORMAT_VERSION);
    assert_string_equal(text_in(root, "domain"), HOSTILE);
    assert_int_equal(strlen(text_in(root, "spec_sha256")), 64);
    assert_int_equal(number_in(root, "seed"), -7);
    assert_int_equal(number_in(root, "events"), 1000);
    assert_string_equal(text_in(json_object_get(root, "schemas"), "raw.shop.sale"),
                        "0000000000000123");
    assert_int_equal(json_array_size(json_object_get(root, "cases")), 4);
    char *first = text_of("run/manifest.json");
    results[0].elapsed_us++;
    result.generated_per_second++;
    check(ls_verify_report(&verify, &err));
    char *second = text_of("run/manifest.json");
    assert_string_equal(first, second);
    free(first);
    free(second);
    json_decref(root);
}

/* A scanner for what these files are made of: elements that nest, attributes in quotes, the four
 * entities, characters that XML has. */
static void check_markup(const char *path, const char *const *open_elements)
{
    char *text = text_of(path);
    char names[32][32];
    size_t depth = 0;
    assert_true(*text != '\0');
    for (const char *at = text; *at;) {
        if (*at == '<') {
            char name[32] = "";
            bool is_end = at[1] == '/';
            size_t quotes = 0;
            const char *begin = at + 1 + is_end;
            size_t size = strspn(begin, "abcdefghijklmnopqrstuvwxyz0123456789");
            const char *end = strchr(begin, '>');
            assert_true(end && size < sizeof name);
            memcpy(name, begin, size);
            for (const char *c = begin; c < end; c++) {
                assert_true(*c != '<');
                quotes += *c == '"';
            }
            assert_int_equal(quotes % 2, 0);
            bool is_void = end[-1] == '/' || *begin == '?' || *begin == '!';
            for (size_t i = 0; open_elements[i]; i++) {
                is_void |= strcmp(open_elements[i], name) == 0;
            }
            if (is_end) {
                assert_true(depth > 0);
                assert_string_equal(names[--depth], name);
            } else if (!is_void) {
                assert_true(depth < 32);
                memcpy(names[depth++], name, sizeof name);
            }
            at = end + 1;
            continue;
        }
        bool entity = strncmp(at, "&lt;", 4) == 0 || strncmp(at, "&gt;", 4) == 0 ||
                      strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&quot;", 6) == 0;
        if ((*at == '&' && !entity) || (*at > 0 && *at < 0x20 && *at != '\n' && *at != '\t')) {
            fail_msg("%s: `%.20s`", path, at);
        }
        at++;
    }
    assert_int_equal(depth, 0);
    assert_null(strstr(text, "<script"));
    check_says(text, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; 'x' \\ ]]&gt;");
    free(text);
}

static void junit_is_well_formed(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    check_markup("run/junit.xml", none);
    check_file_says("run/junit.xml", "tests=\"4\" failures=\"2\" skipped=\"1\">\n");
    check_file_says("run/junit.xml", "name=\"ONE\" time=\"1.234567\"></testcase>\n");
    check_file_says("run/junit.xml",
                    "name=\"TWO\" time=\"2.469134\"><failure message=\"FAIL\">&lt;");
    check_file_says("run/junit.xml", "name=\"THREE\" time=\"3.703701\"><skipped/></testcase>\n");
    check_file_says("run/junit.xml", "<failure message=\"INCONCLUSIVE\">a?b?[1m");
}

static void the_page_escapes_what_it_is_told(void **state)
{
    (void)state;
    static const char *const open_elements[] = {"meta", "br", NULL};
    check_markup("run/report.html", open_elements);
    check_file_says("run/report.html", "<span class=\"v FAIL\">FAIL</span></h1>");
    check_file_says("run/report.html", "a &lt; b &amp; c<br><small>1,234 records, 0 none</small>");
    check_file_says("run/report.html", "the second &lt;case&gt;");
    check_file_says("run/report.html", "as the truth has them and both runs gave them</h2>");
    check_file_says("run/report.html", "<td class=\"n\">1,499</td>");
    check_file_says("run/report.html", "<span class=\"v FAIL\">1 FAIL</span>");
    check_file_says("run/report.html", "seed -7, perturbed by seed 9223372036854775807; 1,000 ");
    check_file_says("run/report.html", "; Lockstep 1 &lt; 2.</p>");
    char *text = text_of("run/report.html");
    assert_true(strstr(text, "<b>TWO</b>") < strstr(text, "<b>FOUR</b>"));
    assert_true(strstr(text, "<b>FOUR</b>") < strstr(text, "<b>ONE</b>"));
    assert_null(strstr(text, "http"));           /* it needs nothing else */
    assert_null(strstr(text, "what &amp; why")); /* who passed needs no explanation */
    free(text);
    result.truth.wrong = 1;
    check(ls_verify_report(&verify, &err));
    check_file_says("run/report.html", "as the truth has them</h2>");
    result.truth.raw = 0;
    check(ls_verify_report(&verify, &err));
    text = text_of("run/report.html");
    assert_null(strstr(text, "Outcomes"));
    free(text);
}

static void each_case_has_its_report(void **state)
{
    (void)state;
    check_file_says("run/cases/ONE/report.txt",
                    "ONE PASS: a < b & c\n\nwhat & why\n\n1234 records\n0 none\n");
    check_file_says("run/cases/TWO/report.txt", HOSTILE "\n\tline");
    check_file_says("run/cases/FOUR/report.txt", "FOUR INCONCLUSIVE: four\n");
}

static void a_folder_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    put_text("file", "x");
    job.out = "file/run";
    assert_true(ls_verify_report(&verify, &err) < 0);
    check_says(err.text, "file");
}

#define REPORT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPORT_TEST(the_verdict_has_its_fields),
        REPORT_TEST(heartbeats_are_told_where_there_are_any),
        REPORT_TEST(another_level_is_told),
        REPORT_TEST(the_manifest_has_no_times),
        REPORT_TEST(junit_is_well_formed),
        REPORT_TEST(the_page_escapes_what_it_is_told),
        REPORT_TEST(each_case_has_its_report),
        REPORT_TEST(a_folder_that_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
