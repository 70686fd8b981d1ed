#include "generator/sink.h"

#include "core/base/text.h"
#include "generator/generate_fixture_test.h"

static void places_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *uri;
        const struct ls_sink_kind *kind;
        const char *place;
    } cases[] = {
        {"log:DIR", &ls_sink_log, "DIR"}, {"log:a:b/c", &ls_sink_log, "a:b/c"},
        {"avro:/x", &ls_sink_avro, "/x"}, {"jsonl:x", &ls_sink_jsonl, "x"},
        {"csv:-", &ls_sink_csv, "-"},     {"-", &ls_sink_stdout, ""},
        {"jsonl:-", &ls_sink_stdout, ""}, {"null:", &ls_sink_null, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error err;
        const char *place;
        assert_ptr_equal(ls_sink_find(cases[i].uri, &place, &err), cases[i].kind);
        assert_string_equal(place, cases[i].place);
    }
}

static void other_places_are_answered_with_what_to_write(void **state)
{
    (void)state;
#define ALL "write log:DIR, kafka://HOST:PORT[/PREFIX], avro:DIR, jsonl:DIR, csv:DIR, - or null:"
    static const struct {
        const char *uri, *answer;
    } cases[] = {{"", ALL},
                 {"DIR", "`DIR` is no place for events: " ALL},
                 {"log", ALL},
                 {"-x", ALL},
                 {"http://x", "`http://x` is no place for events: " ALL},
                 {"kafka:", "`kafka:` is no place for events: write kafka://HOST:PORT[/PREFIX]"},
                 {"lgo:DIR", "`lgo:DIR` is no place for events (did you mean `log:`?): " ALL},
                 {"json:DIR", "(did you mean `jsonl:`?): " ALL},
                 {"cvs:x", "(did you mean `csv:`?): " ALL},
                 {"log:", "`log:` is no place for events: write log:DIR"},
                 {"null:x", "`null:x` is no place for events: write null:"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error err;
        const char *place;
        assert_null(ls_sink_find(cases[i].uri, &place, &err));
        assert_int_equal(err.code, LS_E_USAGE);
        if (!ls_ends_with(err.text, cases[i].answer)) {
            fail_msg("%s", err.text);
        }
    }
    struct ls_error err;
    const char *place;
    ls_mem_refuse(1);
    assert_null(ls_sink_find("x", &place, &err));
    ls_mem_refuse(0);
    assert_int_equal(err.code, LS_E_NOMEM);
}

/* ---- the standard output: the tests' own is put aside */

static int begin_stdout(const char *path)
{
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    assert_true(kept >= 0 && fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
    close(fd);
    return kept;
}

static void end_stdout(int kept)
{
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    close(kept);
}

static struct ls_generate stdout_job(const struct maker *m)
{
    return (struct ls_generate){
        .plan = m->plan, .to = "-", .events = 3000, .until_ms = INT64_MAX, .threads = 1};
}

static size_t lines_of(struct maker *m, const char *path, struct ls_buf *text)
{
    size_t lines = 0;
    ls_buf_init(text, "test", 64U << 20);
    assert_int_equal(ls_file_read(path, text, &m->base.err), 0);
    for (size_t i = 0; i < text->size; i++) {
        lines += text->data[i] == '\n';
    }
    return lines;
}

static void stdout_gets_a_line_an_event(void **state)
{
    struct maker *m = *state;
    struct ls_generated made;
    struct ls_buf text;
    plan_fine(m, sample_spec, NULL);
    const struct ls_generate job = stdout_job(m);
    int kept = begin_stdout("out");
    int rc = ls_generate(&job, &made, &m->base.err);
    end_stdout(kept);
    assert_int_equal(rc, 0);
    assert_int_equal(made.damaged, 0);
    assert_int_equal(lines_of(m, "out", &text), 3000);
    const char *at = ls_buf_text(&text, &m->base.err);
    for (size_t i = 0; i < 3000; i++) { /* of all event types, in order */
        struct ls_event event = make(m, i);
        size_t size = strcspn(at, "\n");
        json_t *line = json_loadb(at, size, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(line);
        assert_string_equal(json_string_value(json_object_get(line, "topic")),
                            m->plan->types[event.type].spec->topic);
        assert_int_equal(json_integer_value(json_object_get(line, "partition")), event.partition);
        json_decref(line);
        at += size + 1;
    }
    ls_buf_clear(&text);
    assert_false(ls_path_exists("-"));
}

static void stdout_cannot_be_resumed(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    struct ls_generate job = stdout_job(m);
    job.resume = true;
    check_refused(m, &job, LS_E_USAGE, "cannot be resumed");
}

static void a_full_stdout_is_an_error(void **state)
{
    struct maker *m = *state;
    struct ls_generated made;
    plan_fine(m, sample_spec, NULL);
    const struct ls_generate job = stdout_job(m);
    int kept = begin_stdout("/dev/full");
    int rc = ls_generate(&job, &made, &m->base.err);
    end_stdout(kept);
    assert_int_equal(rc, LS_E_IO);
    assert_non_null(strstr(m->base.err.text, "cannot write the standard output"));
}

static void a_reader_that_goes_ends_the_run(void **state)
{
    struct maker *m = *state;
    struct ls_generated made;
    int ends[2];
    plan_fine(m, sample_spec, NULL);
    const struct ls_generate job = stdout_job(m);
    fflush(stdout);
    signal(SIGPIPE, SIG_IGN);
    int kept = dup(STDOUT_FILENO);
    assert_true(kept >= 0 && pipe(ends) == 0 && dup2(ends[1], STDOUT_FILENO) >= 0);
    close(ends[0]);
    close(ends[1]);
    int rc = ls_generate(&job, &made, &m->base.err);
    end_stdout(kept);
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(rc, LS_E_PIPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_found),
        cmocka_unit_test(other_places_are_answered_with_what_to_write),
        MAKER_TEST(stdout_gets_a_line_an_event),
        MAKER_TEST(stdout_cannot_be_resumed),
        MAKER_TEST(a_full_stdout_is_an_error),
        MAKER_TEST(a_reader_that_goes_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
