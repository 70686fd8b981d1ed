#include "core/config/fixture_test.h"
#include "core/config/sample_test.h"

static struct sample sample;

/* Binds a text to the sample. */
static int bind(struct fixture *f, const char *text)
{
    again(f);
    const struct ls_yaml *root = parse(f, "t.yaml", text);
    return root ? ls_bind(&sample_table, root, &sample, &f->arena, &f->diag, NULL, NULL, &f->err)
                : f->err.code;
}

static void check_scalars(const struct sample *s)
{
    assert_false(s->strict);
    assert_true(s->loud);
    assert_int_equal(s->count, 200000);
    assert_int_equal(s->any, -3);
    assert_string_equal(s->title, "12.50");
    assert_string_equal(s->name, "a_1");
    assert_int_equal(s->mode, 2);
    assert_int_equal(s->gap_ms, 90000);
    assert_int_equal(s->shift_ms, -7200000);
    assert_int_equal(s->rate.count, 1);
    assert_int_equal(s->rate.per_ms, 12000);
    assert_int_equal(s->memory_bytes, 1048576);
    assert_int_equal(s->share.part, 2);
    assert_int_equal(s->share.whole, 3);
    assert_true(s->price.value == 2490 && s->price.scale == 2);
    assert_true(s->least.is_duration && s->least.number.value == 300000);
    assert_int_equal(s->least.where.line, 3);
    assert_int_equal(s->start_ms, 1767225600000);
    assert_int_equal(s->daily_ms, 64800250);
}

static void check_lists(const struct sample *s)
{
    assert_int_equal(s->marks.count, 2);
    assert_false(s->marks.items[0].is_duration);
    assert_true(s->marks.items[1].number.value == 2000);
    assert_string_equal(s->marks.items[1].where.path, "marks[1]");
    assert_int_equal(s->by.count, 2);
    assert_string_equal(s->by.items[1], "b");
    assert_string_equal(s->by.where[1].path, "by[1]");
    assert_int_equal(s->texts.count, 2);
    assert_string_equal(s->texts.items[0], "x y");
    assert_string_equal(s->texts.items[1], "1.50");
    assert_string_equal(s->texts.where[1].path, "texts[1]");
    assert_int_equal(s->mix.count, 2);
    assert_string_equal(s->mix.words[0], "web");
    assert_int_equal(s->mix.weights[1], 5);
    assert_string_equal(s->mix.where[1].path, "mix.app");
    assert_int_equal(s->extra->kind, LS_YAML_LIST);
    assert_int_equal(s->limits->horizon_ms, 1000);
    assert_int_equal(s->limits->memory_bytes, 2 << 20);
    assert_null(s->limits->note);
    assert_int_equal(s->defaults->horizon_ms, 600000);
    assert_string_equal(s->broker->password, "${secret:p}");
    assert_int_equal(s->broker->threads, 2);
    assert_int_equal(s->broker->tags.count, 1);
    assert_string_equal(s->broker->tags.items[0], "plain");
}

static void check_items(const struct sample *s)
{
    const struct sample_step *step = s->steps.items;
    assert_int_equal(s->steps.count, 1);
    assert_string_equal(s->steps.where[0].path, "steps[0]");
    assert_string_equal(step->set, "a");
    assert_string_equal(step->source.member->word, "zipf");
    assert_true(((struct sample_zipf *)step->source.settings)->s.value == 2);
    const struct sample_column *column = s->columns.items;
    assert_int_equal(s->columns.count, 2);
    assert_string_equal(column[0].key, "n");
    assert_string_equal(column[0].function.member->word, "count");
    assert_int_equal(column[0].given, 1);
    assert_string_equal(column[1].key, "s");
    assert_string_equal(*(const char *const *)column[1].function.settings, "amount");
    assert_int_equal(column[1].scale, 2);
    assert_int_equal(column[1].given, 3);
    assert_string_equal(column[1].where.path, "columns.s");
    const struct ls_list_entry *list = s->lists.items;
    assert_string_equal(list->key, "q");
    step = list->items.items;
    assert_int_equal(list->items.count, 1);
    assert_string_equal(step->set, "z");
    assert_string_equal(step->source.member->word, "const"); /* its default */
}

static void check_picks(const struct sample *s)
{
    assert_string_equal(s->source.member->word, "zipf");
    assert_int_equal(((struct sample_zipf *)s->source.settings)->n, 7);
    assert_string_equal(s->source.where.path, "zipf");
    assert_string_equal(s->second.member->word, "sum");
    assert_string_equal(s->window.member->word, "all");
    assert_null(s->window.settings);
    assert_int_equal(s->where.line, 1);
    assert_true(s->given & 1);
    assert_false(s->given & (1 << 22)); /* defaults */
}

static void every_type_fills_its_member(void **state)
{
    static const char text[] =
        "{strict: false, loud: true, count: 200_000, any: -3, title: 12.50, name: a_1,\n"
        " mode: both, gap: 1m30s, shift: -2h, rate: 5/m, memory: 1MiB, share: 4/6,\n"
        " price: 24.90, least: 5m, start: 2026-01-01, daily: 18:00:00.25,\n"
        " marks: [1, 2s], by: [a, b], texts: [x y, 1.50],\n"
        " mix: {web: 3, app: 5}, extra: [x], limits: {horizon: 1s, memory: 2MiB},\n"
        " broker: {uri: 'kafka://h', password: '${secret:p}'}, steps: [{set: a, zipf: 2}],\n"
        " columns: {n: count, s: {sum: amount, scale: 2}}, lists: {q: [{set: z}]},\n"
        " zipf: {s: 1.05, n: 7}, sum: x}\n";
    struct fixture *f = *state;
    assert_int_equal(bind(f, text), 0);
    assert_string_equal(problems(f), "");
    check_scalars(&sample);
    check_lists(&sample);
    check_items(&sample);
    check_picks(&sample);
}

static void every_problem_is_noted_in_its_place(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"{}", "LS1104 1:1; LS1105 1:1"},
        {"[1]", "LS1102 1:1"},
        {"{cout: 5, nevr: {}}", "LS1101 1:2 cout; LS1101 1:11 nevr"},
        {"{count: 5, never: {}, \"x y\": 1, <<: {a: 1}}",
         "LS1101 1:23 \"x y\"; LS1101 1:33 \"<<\""},
        {"{count: 5, never: {}, zipf: 1, count2: 1}", "LS1105 1:23 zipf; LS1101 1:32 count2"},
        {"{count: ~, never: 1}", "LS1102 1:9 count; LS1102 1:19 never"},
        {"{count: 0, never: {a: 1}, any: 99999999999999999999}",
         "LS1103 1:9 count; LS1102 1:19 never; LS1103 1:32 any"},
        {"{count: '5', never: {}, any: 1.0, strict: yes, title: true, name: 1x, mode: fsat}",
         "LS1102 1:9 count; LS1102 1:30 any; LS1102 1:43 strict; LS1102 1:55 title; "
         "LS1102 1:67 name; LS1102 1:77 mode"},
        {"{count: 5, never: {}, gap: -1s, shift: -3h, rate: 0/s, memory: -1, share: 3/2,\n"
         " price: 5000, least: x, start: 2026-02-30, daily: 24:00}",
         "LS1103 1:28 gap; LS1103 1:40 shift; LS1103 1:51 rate; LS1102 1:64 memory; "
         "LS1103 1:75 share; LS1103 2:9 price; LS1102 2:22 least; LS1102 2:32 start; "
         "LS1102 2:51 daily"},
        {"{count: 5, never: {}, gap: '20s', rate: '90/s', share: '1/2', least: '5m', memory: '5',"
         " price: '2.5', mode: 'fast'}",
         "LS1102 1:84 memory; LS1102 1:96 price"},
        {"{count: 5, never: {}, marks: 1, by: {}, mix: 5, steps: {}, columns: [], limits: []}",
         "LS1102 1:30 marks; LS1102 1:37 by; LS1102 1:46 mix; LS1102 1:56 steps; "
         "LS1102 1:69 columns; LS1102 1:81 limits"},
        {"{count: 5, never: {}, marks: [x, 1, [2]], by: [a, 1, b c], mix: {a: x, b: -1, c: 1}}",
         "LS1102 1:31 marks[0]; LS1102 1:37 marks[2]; LS1102 1:51 by[1]; LS1102 1:54 by[2]; "
         "LS1102 1:69 mix.a; LS1103 1:75 mix.b"},
        {"{count: 5, never: {}, mix: {}, choice2: 1}", "LS1103 1:28 mix; LS1101 1:32 choice2"},
        {"{count: 5, choice: {a: 4294967296, b: 1}}", "LS1103 1:20 choice"},
        {"{count: 5, never: {}, steps: [{}, 5, {set: 1}, {set: a, never: , zipf: 1}]}",
         "LS1104 1:31 steps[0]; LS1102 1:35 steps[1]; LS1102 1:44 steps[2].set; "
         "LS1105 1:66 steps[3].zipf"},
        {"{count: 5, never: {}, columns: {a b: count, c: cuont, d: 5, e: sum, f: [], g: {}}}",
         "LS1102 1:33 columns.\"a b\"; LS1105 1:48 columns.c; LS1102 1:58 columns.d; "
         "LS1104 1:64 columns.e; LS1102 1:72 columns.f; LS1105 1:79 columns.g"},
        {"{count: 5, never: {}, lists: {a: {}, b: [x]}}",
         "LS1102 1:34 lists.a; LS1102 1:42 lists.b[0]"},
        {"{count: 5, never: {}, window: {}, any: x}", "LS1105 1:31 window; LS1102 1:40 any"},
        {"{count: 5, never: {}, window: tumblign}", "LS1105 1:31 window"},
        {"{count: 5, never: {}, window: session}", "LS1104 1:31 window"},
        {"{count: 5, never: {}, window: 5}", "LS1102 1:31 window"},
        {"{count: 5, never: {}, window: {all: 5}}", "LS1102 1:37 window.all"},
        {"{count: 5, never: {}, window: {sesion: {gap: 1}}}", "LS1105 1:32 window.sesion"},
        {"{count: 5, never: {}, window: {session: 5m}}", "LS1102 1:41 window.session"},
        {"{count: 5, never: {}, window: {all: , session: }}", "LS1105 1:31 window"},
        {"{count: 5, zipf: [1]}", "LS1102 1:18 zipf"},
        {"{count: 5, zipf: }", "LS1104 1:18 zipf"},
        {"{count: 5, zipf: {n: 1}}", "LS1104 1:18 zipf"},
        {"{count: 5, uniform: {bounds: [1]}, title: '${env:HOME}', extra: {a: ['${env:X}'],"
         " '${env:Y}': 1}}",
         "LS1106 1:43 title; LS1106 1:70 extra.a[0]; LS1106 1:83 extra.\"${env:Y}\""},
        {"{count: 5, never: {}, title: 'a${secret:x}b', broker: {uri: '${secret:x}'}}",
         "LS1107 1:30 title; LS1107 1:61 broker.uri"},
        {"{count: 5, never: {}, broker: {uri: 'x${env:LS_TEST_UNSET}', password: '${env:}'}}",
         "LS1108 1:37 broker.uri; LS1108 1:72 broker.password"},
    };
    struct fixture *f = *state;
    unsetenv("LS_TEST_UNSET");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(bind(f, cases[i].text), 0);
        assert_string_equal(problems(f), cases[i].expected);
    }
}

static const struct {
    const char *text;
    const char *message;
    const char *hint;
} said[] = {
    {"{cout: 5, never: {}}", "\"cout\" is no option of sample", "did you mean \"count\"?"},
    {"{count: 5, nevr: {}}", "\"nevr\" is no option of sample", "did you mean \"never\"?"},
    {"{count: 5, never: {}, zzzzzzzzzz: 1, <<: 1}", "\"zzzzzzzzzz\" is no option of sample",
     "known here: strict, loud, count, any, title, name, mode, gap, shift, rate, memory, "
     "share, price, least, start, daily, marks, by, texts, mix, extra, limits, defaults, broker, "
     "steps, "
     "columns, lists, choice, const, never, node, uniform, zipf, sum, width, window"},
    {"{count: 5, sometimes: {}}", "\"sometimes\" is no option of sample",
     "known here: strict, loud, count, any, title, name, mode, gap, shift, rate, memory, "
     "share, price, least, start, daily, marks, by, texts, mix, extra, limits, defaults, broker, "
     "steps, "
     "columns, lists, choice, const, never, node, uniform, zipf, sum, width, window; a value "
     "source is missing"},
    {"{count: 5, never: {}, broker: {address: x}}", "\"address\" is no option of broker",
     "known here: uri, password, threads, tags; \"uri\" is missing"},
    {"{count: 5, source: {never: {}}}", "\"source\" is no option of sample",
     "one of: choice, const, never, node, uniform, zipf"},
    {"{count: 0, never: {}}", "count: expected integer 1 .. 100_000_000, got 0", NULL},
    {"{count: '5', never: {}}", "count: expected integer 1 .. 100_000_000, got the text \"5\"",
     "leave the quotes out"},
    {"{never: {}}", "sample needs \"count\": integer 1 .. 100_000_000",
     "for example `count: 200_000`"},
    {"{count: 5}", "sample needs a value source, one of: choice, const, never, node, uniform, zipf",
     NULL},
    {"{count: 5, never: {}, mode: fsat}",
     "mode: expected one of: fast, exact, both, got "
     "\"fsat\"",
     "did you mean \"fast\"?"},
    {"{count: 5, never: {}, gap: \"20 s\\n\"}",
     "gap: expected duration 0 .. 1h, got "
     "\"20 s \"",
     "for example 300ms or 20s; units are ms, s, m, h and d"},
    {"{count: 5, never: {}, share: 80%}", "share: expected ratio 0 .. 1, got \"80%\"",
     "write 80/100"},
    {"{count: 5, never: {}, mix: {a: 0, b: 0}}",
     "mix: expected weights that come to 1 .. 4294967296 together, got 0",
     "for example {web: 3, app: 5}"},
    {"{count: 5, uniform: {}}", "uniform needs \"bounds\": list of numbers or durations",
     "for example [1, 20.5]"},
    {"{count: 5, never: {}, gap: -1s}", "gap: expected duration 0 .. 1h, got \"-1s\"", NULL},
    {"{count: 5, never: {}, gap: 90}", "gap: expected duration 0 .. 1h, got 90",
     "say the unit: 90ms, 90s"},
    {"{count: 5, never: {}, rate: 90}", "rate: expected rate 1/h .. 10_000/s, got 90",
     "say the unit: 90/s, 90/m, 90/h, 90/d"},
    {"{count: 5, never: {}, start: 2026-01-01T12:00:00}",
     "start: expected time, got \"2026-01-01T12:00:00\"",
     "did you mean \"2026-01-01T12:00:00Z\"? a time says its zone"},
    {"{count: 5, never: {}, by: [a, b-c]}", "by[1]: expected name, got \"b-c\"",
     "a name is of letters, digits and _, begins with no digit, and has 200 bytes at most"},
    {"{count: 5, never: {}, shift: -3h}", "shift: expected duration of at least -2h, got \"-3h\"",
     NULL},
    {"{count: 5, never: {}, gap: 1.5ms}", "gap: expected duration 0 .. 1h, got \"1.5ms\"",
     "durations are whole milliseconds, in 64 bits"},
    {"{count: 5, never: {}, any: 9223372036854775808}",
     "any: expected integer, got 9223372036854775808",
     "integers have 64 bits: 9_223_372_036_854_775_807 is the greatest"},
    {"{count: 5, never: {}, share: 3/2}", "share: expected ratio 0 .. 1, got \"3/2\"",
     "the part is not greater than the whole, and the whole is not 0"},
    {"{count: 5, never: {}, strict: on}", "strict: expected true or false, got \"on\"",
     "true or false; yes, no, on and off are text in YAML 1.2"},
    {"{count: 5, never: {}, title: true}", "title: expected text, got true", "put it in quotes"},
    {"{count: 5, never: {}, steps: [3]}", "steps[0]: expected map (step), got 3",
     "for example `{set: net}`"},
    {"{count: 5, never: {}, steps: [total]}", "steps[0]: expected map (step), got \"total\"",
     "write `{set: total}`"},
    {"{count: 5, never: {}, window: {session: 5m}}", "session: expected map (session), got \"5m\"",
     "write `session: {gap: 5m}`"},
    {"{count: 5, never: {}, window: {session: 5}}", "session: expected map (session), got 5",
     "for example `session: {gap: 30m}`"},
    {"{count: 5, never: {}, steps: {set: a}}", "steps: expected list of maps (step), got a map",
     "put the map into a list: a dash before it, or brackets round it"},
    {"{count: 5, never: {}, steps: {a: 1}}", "steps: expected list of maps (step), got a map",
     "for example `steps: [{set: net}]`"},
    {"{count: 5, uniform: 3}", "uniform: expected list of numbers or durations, got 3",
     "for example [1, 20.5]"},
    {"{count: 5, zipf: }", "\"zipf\" needs something behind it", "for example `zipf: 1.05`"},
    {"{count: 5, uniform: }", "\"uniform\" needs something behind it", "for example [1, 20.5]"},
    {"{count: 5, never: {}, window: {all: {}, session: {}}}",
     "window: expected a map with one window, got one with 2 keys",
     "one of: all, session, tumbling; for example `window: {tumbling: 1m}`"},
    {"{count: 5, never: {}, zipf: 1}",
     "\"zipf\" beside \"never\": there is one value source at "
     "most",
     "keep one of the two"},
    {"{count: 5, never: {}, window: {sesion: {}}}", "window: \"sesion\" is no window",
     "did you mean \"session\"?"},
    {"{count: 5, never: {}, window: qqqqq}", "window: \"qqqqq\" is no window",
     "one of: all, session, tumbling; for example `window: {tumbling: 1m}`"},
    {"{count: 5, never: {}, broker: {uri: x, password: [x]}}",
     "password: expected text, got a list", "for example `password: ${secret:kafka_password}`"},
    {"{count: 5, never: {}, broker: {uri: x, password: true}}",
     "password: expected text, got a value that is not shown here", "put it in quotes"},
};

static void problems_say_what_was_expected(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        assert_int_equal(bind(f, said[i].text), 0);
        assert_true(f->diag.count >= 1);
        assert_string_equal(f->diag.problems[0].text, said[i].message);
        if (said[i].hint) {
            assert_non_null(f->diag.problems[0].hint);
            assert_string_equal(f->diag.problems[0].hint, said[i].hint);
        } else {
            assert_null(f->diag.problems[0].hint);
        }
    }
}

static void deployment_text_takes_environment_variables(void **state)
{
    struct fixture *f = *state;
    setenv("LS_TEST_HOST", "h.example", 1);
    assert_int_equal(bind(f, "{count: 5, never: {}, broker: {uri: "
                             "'kafka://${env:LS_TEST_HOST}:${env:LS_TEST_HOST}/x'}}"),
                     0);
    assert_string_equal(problems(f), "");
    assert_string_equal(sample.broker->uri, "kafka://h.example:h.example/x");
}

/* Every value that was written has its place: of scalars, of items, of keys, of short forms. */
static void values_have_places(void **state)
{
    struct fixture *f = *state;
    struct ls_places places;
    struct ls_where none = {.line = -1};
    const struct ls_yaml *root = parse(f, "t.yaml",
                                       "count: 5\nnever: {}\nmix: {web: 3}\n"
                                       "broker:\n  uri: x\n");
    assert_non_null(root);
    assert_int_equal(
        ls_bind(&sample_table, root, &sample, &f->arena, &f->diag, &places, NULL, &f->err), 0);
    assert_int_equal(f->diag.errors, 0);
    const struct {
        const void *member;
        int line, column;
        const char *path;
    } cases[] = {{&sample.count, 1, 8, "count"},
                 {&sample.mix, 3, 6, "mix"},
                 {&sample.broker, 5, 3, "broker"},
                 {&sample.broker->uri, 5, 8, "broker.uri"},
                 {&sample.broker->threads, -1, 0, NULL}, /* a default */
                 {&sample, -1, 0, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_where where = ls_place_of(&places, cases[i].member, none);
        assert_int_equal(where.line, cases[i].line);
        assert_int_equal(where.column, cases[i].column);
        if (cases[i].path) {
            assert_string_equal(where.path, cases[i].path);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(every_type_fills_its_member),
        FIXTURE_TEST(every_problem_is_noted_in_its_place),
        FIXTURE_TEST(problems_say_what_was_expected),
        FIXTURE_TEST(values_have_places),
        FIXTURE_TEST(deployment_text_takes_environment_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
