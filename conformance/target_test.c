#include "conformance/target.h"

#include "conformance/fixture_test.h"

#include "core/base/mem.h"

static struct ls_buf report;

static int load(const char *path, struct ls_target **target)
{
    ls_buf_init(&report, "report", 1U << 20);
    return ls_target_load(path, target, &report, &err);
}

#define HEAD     "lockstep_target: 1\nname: mine\n"
#define COMMANDS "stream: [a, '{log}']\nbatch: [b]\n"

/* One mistake each: its line in the file, its rule, and what the message says. */
static const struct {
    const char *text;
    int line, column;
    const char *rule, *said;
} wrong[] = {
    {"name: mine\n" COMMANDS, 1, 1, "LS1104", "lockstep_target"},
    {"lockstep_target: 2\nname: mine\n" COMMANDS, 1, 18, "LS1103", "lockstep_target"},
    {"lockstep_target: one\nname: mine\n" COMMANDS, 1, 18, "LS1102", "lockstep_target"},
    {"lockstep_target: 1\n" COMMANDS, 1, 1, "LS1104", "name"},
    {"lockstep_target: 1\nname: two words\n" COMMANDS, 2, 7, "LS1102", "name"},
    {"lockstep_target: 1\nname: '<script>'\n" COMMANDS, 2, 7, "LS1102", "name"},
    {HEAD "batch: [b]\n", 1, 1, "LS1104", "stream"},
    {HEAD "stream: [a]\n", 1, 1, "LS1104", "batch"},
    {HEAD "stream: a --from x\nbatch: [b]\n", 3, 9, "LS2401", "`stream` is no list of words"},
    {HEAD "stream: []\nbatch: [b]\n", 3, 9, "LS2401", "`stream` is no list of words"},
    {HEAD "stream: {a: b}\nbatch: [b]\n", 3, 9, "LS2401", "`stream` is no list of words"},
    {HEAD "stream: [a]\nbatch: [b, [c]]\n", 4, 8, "LS2401", "`batch` is no list of words"},
    {HEAD "stream: [a]\nbatch: [b, {c: d}]\n", 4, 8, "LS2401", "`batch` is no list of words"},
    {HEAD "stream: [a]\nbatch: [b, ~]\n", 4, 8, "LS2401", "`batch` is no list of words"},
    {HEAD COMMANDS "workers: 4\n", 5, 10, "LS2401", "`workers` is no list of words"},
    {HEAD COMMANDS "workers: [--workers, 4]\n", 5, 10, "LS2403", "`workers` has no {n}"},
    {HEAD COMMANDS "batch_size: [x]\n", 5, 13, "LS2403", "`batch_size` has no {n}"},
    {HEAD COMMANDS "order: [x]\n", 5, 8, "LS2403", "`order` has no {n}"},
    {HEAD COMMANDS "checkpoint_records: [x]\n", 5, 21, "LS2403", "`checkpoint_records` has no"},
    {HEAD COMMANDS "replay: {a: b}\n", 5, 9, "LS2401", "`replay` is no list of words"},
    {HEAD COMMANDS "backfill: x\n", 5, 11, "LS2401", "`backfill` is no list of words"},
    {HEAD COMMANDS "lateness: [x]\n", 5, 11, "LS2403", "`lateness` has no {n}"},
    {HEAD COMMANDS "as_of: [x]\n", 5, 8, "LS2403", "`as_of` has no {n}"},
    {HEAD "stream: [a, '{lgo}']\nbatch: [b]\n", 3, 13, "LS2402", "did you mean \"{log}\"?"},
    {HEAD "stream: [a]\nbatch: [b, '{verbose}']\n", 4, 12, "LS2402", "`{verbose}` is nothing"},
    {HEAD COMMANDS "restart: true\n", 5, 1, "LS1101", "did you mean \"restarts\"?"},
    {HEAD COMMANDS "restarts: maybe\n", 5, 11, "LS1102", "restarts"},
    {HEAD COMMANDS "timeout: 500ms\n", 5, 10, "LS1103", "timeout"},
    {HEAD COMMANDS "timeout: 10\n", 5, 10, "LS1102", "timeout"},
    {HEAD COMMANDS "name: other\n", 5, 1, "LS1002", "name"},
    {HEAD "stream: [a\n", 4, 1, "LS1001", ""},
    {"- a\n", 1, 1, "LS1102", ""},
    {"lockstep: 1\ndomain: shop\nseed: 1\n", 1, 11, "LS2404", "this is a spec"},
};

static void a_wrong_file_is_told_by_line_and_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ls_target *target;
        char place[64];
        put_text("t.yaml", wrong[i].text);
        int rc = load("t.yaml", &target);
        const char *text = ls_buf_text(&report, &err);
        snprintf(place, sizeof place, "t.yaml:%d:%d: error: ", wrong[i].line, wrong[i].column);
        if (rc != LS_E_DATA || target || !strstr(text, place) || !strstr(text, wrong[i].rule) ||
            !strstr(text, wrong[i].said) || !strstr(text, "\n1 error")) {
            fail_msg("case %zu (%s %s): %d\n%s", i, place, wrong[i].rule, rc, text);
        }
        ls_buf_clear(&report);
    }
}

static void every_mistake_is_told_at_once(void **state)
{
    (void)state;
    struct ls_target *target;
    put_text("t.yaml", HEAD "stream: []\nbatch: ['{to']\nworkers: [x]\norder: no\n");
    check_refused(load("t.yaml", &target), LS_E_DATA, "t.yaml has 3 errors");
    ls_buf_clear(&report);
}

static void a_missing_file_is_no_input(void **state)
{
    (void)state;
    struct ls_target *target;
    check_refused(load("none.yaml", &target), LS_E_NOINPUT, "none.yaml");
    assert_null(target);
    assert_int_equal(report.size, 0);
    ls_target_free(NULL);
}

/* The words of a run's command, a space behind each. */
static const char *command_of(const struct ls_target *target, bool stream,
                              const struct ls_target_run *run, struct ls_arena *arena)
{
    struct ls_command command = {.umask = -1};
    static char text[2000];
    size_t used = 0;
    check(ls_target_command(target, stream, run, arena, &command, &err));
    text[0] = '\0';
    for (size_t i = 0; command.arguments[i]; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s ", command.arguments[i]);
    }
    return text;
}

static const char *const options[] = {"--set", "a.b=c d", NULL};
static const struct ls_target_run plain = {.lockstep = "/bin/lockstep mutant",
                                           .spec = "/s.yaml",
                                           .log = "log:/l",
                                           .reference = "/l/reference",
                                           .to = "/t",
                                           .state = "/t/state",
                                           .spec_options = options};

static void the_reference_is_this_program(void **state)
{
    (void)state;
    struct ls_target *target;
    struct ls_arena arena;
    ls_arena_init(&arena, "command", 1U << 20);
    check(load(NULL, &target));
    assert_string_equal(target->name, "reference");
    assert_true(target->restarts);
    assert_int_equal(target->timeout_ms, 600000);
    assert_string_equal(command_of(target, true, &plain, &arena),
                        "/bin/lockstep mutant run stream /s.yaml --from log:/l --reference "
                        "/l/reference --to /t --state /t/state --set a.b=c d ");
    assert_string_equal(command_of(target, false, &plain, &arena),
                        "/bin/lockstep mutant run batch /s.yaml --from log:/l --reference "
                        "/l/reference --to /t --set a.b=c d ");
    static const char *const knobs[] = {"workers",   "batch_size", "order",    "checkpoint_records",
                                        "{options}", "as_of",      "lateness", "backfill",
                                        "replay"};
    for (size_t i = 0; i < COUNT(knobs); i++) {
        assert_true(ls_target_has(target, knobs[i]));
    }
    ls_target_free(target);
    ls_arena_clear(&arena);
}

static void ranges_and_replays_are_commands(void **state)
{
    (void)state;
    struct ls_target *target;
    struct ls_arena arena;
    struct ls_command command;
    struct ls_target_run run = plain;
    run.window = "A..B";
    ls_arena_init(&arena, "command", 1U << 20);
    put_text("t.yaml", HEAD COMMANDS "backfill: [./c, '{to}', 'w={window}']\n");
    check(load("t.yaml", &target));
    assert_true(ls_target_has(target, "backfill"));
    check(ls_target_backfill(target, &run, &arena, &command, &err));
    assert_string_equal(command.arguments[1], "/t");
    assert_string_equal(command.arguments[2], "w=A..B");
    assert_null(command.arguments[3]);
    ls_target_free(target);
    put_text("t.yaml", HEAD COMMANDS "replay: [./c, '{quarantine}', '{log}']\n");
    check(load("t.yaml", &target));
    run.quarantine = "/q";
    check(ls_target_replay(target, &run, &arena, &command, &err));
    assert_string_equal(command.arguments[1], "/q");
    assert_string_equal(command.arguments[2], "log:/l");
    ls_target_free(target);
    put_text("t.yaml", HEAD COMMANDS);
    check(load("t.yaml", &target));
    assert_false(ls_target_has(target, "backfill"));
    assert_false(ls_target_has(target, "replay"));
    ls_target_free(target);
    ls_arena_clear(&arena);
}

static void another_version_has_words_of_its_own(void **state)
{
    (void)state;
    struct ls_target *target;
    struct ls_arena arena;
    struct ls_target_run run = plain;
    ls_arena_init(&arena, "command", 1U << 20);
    put_text("t.yaml", HEAD "stream: [one, '{to}']\nbatch: [b]\nupgraded: [two, '{state}']\n");
    check(load("t.yaml", &target));
    assert_true(ls_target_has(target, "upgraded"));
    assert_string_equal(command_of(target, true, &run, &arena), "one /t ");
    run.upgraded = true;
    assert_string_equal(command_of(target, true, &run, &arena), "two /t/state ");
    ls_target_free(target);
    put_text("t.yaml", HEAD "stream: [one]\nbatch: [b]\n");
    check(load("t.yaml", &target));
    assert_false(ls_target_has(target, "upgraded"));
    ls_target_free(target);
    ls_arena_clear(&arena);
}

static void words_are_filled_in(void **state)
{
    (void)state;
    static const struct {
        const char *stream;
        struct ls_target_run run; /* laid over `plain`: its knobs */
        const char *words;
    } cases[] = {
        {"[a, '{log}', '{to}']", {0}, "a log:/l /t "},
        {"[a, 'x={log}{to}{', '{\"k\": {to}}']", {0}, "a x=log:/l/t{ {\"k\": /t} "},
        {"[a, '{options}', '{spec}']", {0}, "a --set a.b=c d /s.yaml "},
        {"[a, 1, true, 1.50]", {0}, "a 1 true 1.50 "},
        {"[a, '']", {0}, "a  "},
        {"[a]", {.workers = "7"}, "a -j7 "},
        {"[a]", {.order = "reverse", .workers = "2"}, "a -j2 "}, /* no such knob here */
        {"[a]", {.batch_size = "64"}, "a --rows 64 64 "},
    };
    struct ls_arena arena;
    ls_arena_init(&arena, "command", 1U << 20);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_target *target;
        char text[400];
        struct ls_target_run run = plain;
        snprintf(text, sizeof text,
                 HEAD "stream: %s\nbatch: [b]\nworkers: ['-j{n}']\n"
                      "batch_size: [--rows, '{n}', '{n}']\n",
                 cases[i].stream);
        put_text("t.yaml", text);
        check(load("t.yaml", &target));
        run.workers = cases[i].run.workers;
        run.order = cases[i].run.order;
        run.batch_size = cases[i].run.batch_size;
        const char *words = command_of(target, true, &run, &arena);
        if (strcmp(words, cases[i].words) != 0) {
            fail_msg("%s gives `%s` instead of `%s`", cases[i].stream, words, cases[i].words);
        }
        assert_false(ls_target_has(target, "order"));
        assert_false(ls_target_has(target, "{options}")); /* the batch run is not told */
        assert_false(ls_target_has(target, "checkpoint_records"));
        assert_false(target->restarts);
        ls_target_free(target);
    }
    ls_arena_clear(&arena);
}

static void a_batch_turns_the_knobs_that_are_its(void **state)
{
    (void)state;
    struct ls_target *target;
    struct ls_arena arena;
    struct ls_target_run run = plain;
    run.workers = run.batch_size = run.order = run.checkpoint_records = run.as_of = run.lateness =
        "3";
    ls_arena_init(&arena, "command", 1U << 20);
    put_text("t.yaml", HEAD
             "stream: [s]\nbatch: [b]\nworkers: ['w{n}']\nbatch_size: ['b{n}']\n"
             "order: ['o{n}']\ncheckpoint_records: ['c{n}']\nas_of: ['t{n}']\nlateness: ['l{n}']\n"
             "timeout: 1m\n");
    check(load("t.yaml", &target));
    assert_string_equal(command_of(target, true, &run, &arena), "s w3 b3 o3 c3 ");
    assert_string_equal(command_of(target, false, &run, &arena), "b w3 t3 l3 ");
    assert_int_equal(target->timeout_ms, 60000);
    ls_target_free(target);
    ls_arena_clear(&arena);
}

static void a_program_is_looked_for_beside_its_file(void **state)
{
    char here[LS_PATH_MAX];
    char wanted[2 * LS_PATH_MAX];
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    static const struct {
        const char *file, *program, *wanted; /* %s: the folder of the test */
    } cases[] = {
        {"t.yaml", "./run.sh", "%s/./run.sh "},
        {"inner/t.yaml", "./run.sh", "%s/inner/./run.sh "},
        {"./inner/t.yaml", "bin/run", "%s/./inner/bin/run "},
        {"inner/t.yaml", "run.sh", "run.sh "}, /* of PATH */
        {"inner/t.yaml", "/bin/run", "/bin/run "},
        {"inner/t.yaml", "'{lockstep}'", "/bin/lockstep mutant "},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_target *target;
        struct ls_arena arena;
        char text[200];
        ls_arena_init(&arena, "command", 1U << 20);
        snprintf(text, sizeof text, HEAD "stream: [%s]\nbatch: [b]\n", cases[i].program);
        put_text(cases[i].file, text);
        check(load(cases[i].file, &target));
        const char *words = command_of(target, true, &plain, &arena);
        const char *rest = strncmp(cases[i].wanted, "%s", 2) == 0 ? cases[i].wanted + 2 : NULL;
        snprintf(wanted, sizeof wanted, "%s%s", rest ? here : "", rest ? rest : cases[i].wanted);
        assert_string_equal(words, wanted);
        ls_target_free(target);
        ls_arena_clear(&arena);
    }
}

static void too_many_words_and_none_are_refused(void **state)
{
    (void)state;
    struct ls_target *target;
    struct ls_arena arena;
    struct ls_command command = {.umask = -1};
    struct ls_target_run bare = plain;
    char text[1000];
    size_t used = (size_t)snprintf(text, sizeof text, HEAD "batch: [b]\nstream: [a");
    for (int i = 0; i < LS_ARGUMENTS_MAX; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, ", b");
    }
    snprintf(text + used, sizeof text - used, "]\n");
    ls_arena_init(&arena, "command", 1U << 20);
    put_text("t.yaml", text);
    check(load("t.yaml", &target));
    check_refused(ls_target_command(target, true, &plain, &arena, &command, &err), LS_E_DATA,
                  "more than 128 words");
    ls_target_free(target);
    put_text("t.yaml", HEAD "stream: ['{options}']\nbatch: [b]\n");
    check(load("t.yaml", &target));
    bare.spec_options = NULL;
    command = (struct ls_command){.umask = -1};
    check_refused(ls_target_command(target, true, &bare, &arena, &command, &err), LS_E_DATA,
                  "has no words");
    ls_target_free(target);
    ls_arena_clear(&arena);
}

static int load_and_command(const char *path)
{
    struct ls_target *target;
    struct ls_arena arena;
    struct ls_command command = {.umask = -1};
    ls_arena_init(&arena, "command", 1U << 20);
    int rc = load(path, &target);
    rc = rc < 0 ? rc : ls_target_command(target, true, &plain, &arena, &command, &err);
    ls_target_free(target);
    ls_arena_clear(&arena);
    ls_buf_clear(&report);
    return rc;
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    put_text("good.yaml", HEAD "stream: [./a, '{log}']\nbatch: [b]\nworkers: [w, '{n}']\n");
    put_text("wrong.yaml", HEAD "stream: []\nbatch: ['{lgo}']\nworkers: [w]\n");
    static const struct {
        const char *path;
        int rc;
    } cases[] = {{"good.yaml", 0}, {"wrong.yaml", LS_E_DATA}, {NULL, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned long before = ls_mem_count();
        assert_int_equal(load_and_command(cases[i].path), cases[i].rc);
        unsigned long count = ls_mem_count() - before;
        for (unsigned long nth = 1; nth <= count; nth++) {
            ls_mem_refuse(nth);
            int rc = load_and_command(cases[i].path);
            ls_mem_refuse(0);
            if (rc != LS_E_NOMEM && (rc != LS_E_DATA || cases[i].rc == 0)) {
                fail_msg("refusing allocation %lu of %lu gives %d", nth, count, rc);
            }
        }
    }
}

/* What ships as an example says what the program uses. */
static void the_shipped_file_is_the_built_in_one(void **state)
{
    (void)state;
    struct ls_buf text;
    ls_buf_init(&text, "target", 1U << 16);
    check(ls_file_read(LS_SOURCE_DIR "/fixtures/targets/reference.yaml", &text, &err));
    const char *from = strstr(ls_buf_text(&text, &err), "lockstep_target:");
    assert_non_null(from);
    assert_string_equal(from, ls_target_reference);
    ls_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_wrong_file_is_told_by_line_and_rule),
        FOLDER_TEST(every_mistake_is_told_at_once),
        FOLDER_TEST(a_missing_file_is_no_input),
        FOLDER_TEST(the_reference_is_this_program),
        FOLDER_TEST(the_shipped_file_is_the_built_in_one),
        FOLDER_TEST(ranges_and_replays_are_commands),
        FOLDER_TEST(another_version_has_words_of_its_own),
        FOLDER_TEST(words_are_filled_in),
        FOLDER_TEST(a_batch_turns_the_knobs_that_are_its),
        FOLDER_TEST(a_program_is_looked_for_beside_its_file),
        FOLDER_TEST(too_many_words_and_none_are_refused),
        FOLDER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
