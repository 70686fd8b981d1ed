#include "core/config/fixture_test.h"
#include "core/config/yaml_internal.h"

#include "core/base/file.h"
#include "core/base/mem.h"

#include <unistd.h>

/* null ~, booleans T F, integers i12, floats f1.5, text 'a', lists [], maps {} */
static void dump(struct fixture *f, const struct ls_yaml *node)
{
    static const char *const marks[] = {"~", "", "i", "f", "'"};
    bool map = node->kind == LS_YAML_MAP;
    if (!map && node->kind != LS_YAML_LIST) {
        const char *text = node->kind == LS_YAML_NULL      ? ""
                           : node->kind != LS_YAML_BOOLEAN ? node->text
                           : node->boolean                 ? "T"
                                                           : "F";
        ls_buf_appendf(&f->out, &f->err, "%s%s%s", marks[node->kind], text,
                       node->kind == LS_YAML_TEXT ? "'" : "");
        return;
    }
    ls_buf_append_text(&f->out, map ? "{" : "[", &f->err);
    for (size_t i = 0; i < node->count; i++) {
        ls_buf_append_text(&f->out, i ? "," : "", &f->err);
        if (map) {
            ls_buf_appendf(&f->out, &f->err, "%s:", node->entries[i].key);
        }
        dump(f, map ? node->entries[i].value : node->items[i]);
    }
    ls_buf_append_text(&f->out, map ? "}" : "]", &f->err);
}

static const struct {
    const char *text;
    const char *expected;
} scalars[] = {
    {"", "~"},
    {"~", "~"},
    {"null", "~"},
    {"Null", "~"},
    {"NULL", "~"},
    {"nULL", "'nULL'"},
    {"true", "T"},
    {"True", "T"},
    {"TRUE", "T"},
    {"false", "F"},
    {"False", "F"},
    {"FALSE", "F"},
    {"tRUE", "'tRUE'"},
    {"yes", "'yes'"},
    {"no", "'no'"},
    {"on", "'on'"},
    {"off", "'off'"},
    {"y", "'y'"},
    {"0", "i0"},
    {"-0", "i-0"},
    {"+12", "i+12"},
    {"0123", "i0123"},
    {"0o17", "i0o17"},
    {"0o18", "'0o18'"},
    {"0o", "'0o'"},
    {"-0o7", "'-0o7'"},
    {"0xfF", "i0xfF"},
    {"0x", "'0x'"},
    {"0xg", "'0xg'"},
    {"1_000", "'1_000'"},
    {"0b11", "'0b11'"},
    {"12:30:00", "'12:30:00'"},
    {"1.", "f1."},
    {".5", "f.5"},
    {"-1.5", "f-1.5"},
    {"1e3", "f1e3"},
    {"1E-3", "f1E-3"},
    {"1e", "'1e'"},
    {"1e+", "'1e+'"},
    {".", "'.'"},
    {".e3", "'.e3'"},
    {".inf", "f.inf"},
    {"-.INF", "f-.INF"},
    {"+.Inf", "f+.Inf"},
    {".iNF", "'.iNF'"},
    {".nan", "f.nan"},
    {".NaN", "f.NaN"},
    {"-.nan", "'-.nan'"},
    {"1.2.3", "'1.2.3'"},
    {"2026-01-01", "'2026-01-01'"},
    {"\"12\"", "'12'"},
    {"'true'", "'true'"},
    {"|-\n  12", "'12'"},
    {"! 12", "'12'"},
    {"!!str 12", "'12'"},
    {"!!int \"12\"", "i12"},
    {"!!float 12", "f12"},
    {"!!bool \"true\"", "T"},
    {"!!null \"\"", "~"},
    {"\"\\u00e9\"", "'\xc3\xa9'"},
};

static void scalars_are_of_the_core_schema(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
        again(f);
        char text[64];
        snprintf(text, sizeof text, "- %s\n", scalars[i].text);
        struct ls_yaml *root = parse(f, "t.yaml", text);
        assert_non_null(root);
        dump(f, root->items[0]);
        assert_string_equal(text_of(f), scalars[i].expected);
    }
}

static void documents_become_trees(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"", "{}"},
        {"# only a comment\n", "{}"},
        {"---\n", "{}"},
        {"--- ~\n", "~"},
        {"12\n", "i12"},
        {"a: 1\nb: {c: [x, 2.5]}\n", "{a:i1,b:{c:['x',f2.5]}}"},
        {"null: never\n1: one\n~: x\n\"\": y\n", "{null:'never',1:'one',~:'x',:'y'}"},
        {"\xef\xbb\xbf"
         "a: 1\nb: 2\n",
         "{a:i1,b:i2}"},
        {"a: 1\r\nb: 2\r\n", "{a:i1,b:i2}"},
        {"a: &x {k: [1]}\nb: *x\nc: [*x, *x]\n", "{a:{k:[i1]},b:{k:[i1]},c:[{k:[i1]},{k:[i1]}]}"},
        {"a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "{a:i1,b:i1,c:i2,d:i2}"},
        {"<<: {a: 1}\n", "{<<:{a:i1}}"},
        {"a: >\n  one\n  two\n", "{a:'one two\n'}"},
        {"!!map {a: !!seq [1]}\n", "{a:[i1]}"},
        {"%YAML 1.2\n---\na: yes\n...\n", "{a:'yes'}"},
        {"? a\n: b\n", "{a:'b'}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        again(f);
        struct ls_yaml *root = parse(f, "t.yaml", cases[i].text);
        assert_non_null(root);
        dump(f, root);
        assert_string_equal(text_of(f), cases[i].expected);
    }
}

static void problems_of_form_are_all_found_in_their_place(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"a: [1, 2\nb: 3\n", "LS1001 2:2"},
        {"a: 1\n\tb: 2\n", "LS1001 2:1"},
        {"a: b: c\n", "LS1001 1:5"},
        {"a: @x\n", "LS1001 1:4"},
        {"a: \"open\n", "LS1001 2:1"},
        {"a: \xff\n", "LS1001 1:4"},
        {"a: 1\n\xc3\xa9: \x01\n", "LS1001 2:4"},
        {"a: 1\na: 2\n", "LS1002 2:1 a"},
        {"{a: 1, c: 2, b: 3, c: 4, b: 5}", "LS1002 1:26 b; LS1002 1:20 c"},
        {"a: 1\nb: {x: 1, \xc3\xa9: 2, x: 3}\na: 2\na: 3\n",
         "LS1002 2:17 b.x; LS1002 3:1 a; LS1002 4:1 a"},
        {"k: {[1, 2]: x, {a: 1}: y, &q z: 1}\n", "LS1003 1:5 k; LS1003 1:16 k"},
        {"a: &x k\nb: {*x : 1}\n", "LS1003 2:5 b"},
        {"a: {? : 1}\n", "LS1003 1:7 a"},
        {"a: !point 1\nb: !!int x\nc: !!seq {}\nd: !!timestamp 2026-01-01\n",
         "LS1004 1:4 a; LS1004 2:4 b; LS1004 3:4 c; LS1004 4:4 d"},
        {"a: *x\nb: *y\n", "LS1005 1:4 a; LS1005 2:4 b"},
        {"a: &x [1, *x]\n", "LS1005 1:11 a[1]"},
        {"a: 1\n---\nb: 2\n", "LS1007 2:1"},
        {"a: \"x\\0y\"\n\"k\\0\": 1\n", "LS1008 1:4 a; LS1008 2:1"},
        {"a: 1\na: 2\nb: [\n", "LS1001 4:1"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        again(f);
        assert_null(parse(f, "t.yaml", cases[i].text));
        assert_string_equal(problems(f), cases[i].expected);
    }
}

static void a_problem_is_shown_with_line_caret_and_hint(void **state)
{
    struct fixture *f = *state;
    assert_null(parse(f, "t.yaml", "a: 1\nb: {\xc3\xa9: 1, \xc3\xa9: 2}\n"));
    assert_int_equal(ls_diag_render(&f->diag, false, &f->out, &f->err), 0);
    assert_string_equal(text_of(f),
                        "t.yaml:2:11: error: the key \"\xc3\xa9\" is given twice in one map "
                        "[LS1002]\n"
                        "     2 | b: {\xc3\xa9: 1, \xc3\xa9: 2}\n"
                        "       |           ^\n"
                        "       = in b.\"\xc3\xa9\"\n"
                        "       = it is given before at 2:5: keep one of the two\n"
                        "1 error, 0 warnings\n");
}

/* Every node is found again by its own path. */
static void find_all(struct ls_yaml *root, struct ls_yaml *node)
{
    assert_ptr_equal(ls_yaml_at(root, node->where.path), node);
    for (size_t i = 0; i < node->count; i++) {
        bool map = node->kind == LS_YAML_MAP;
        if (map) {
            assert_string_equal(node->entries[i].key_where.path,
                                node->entries[i].value->where.path);
        }
        find_all(root, map ? node->entries[i].value : node->items[i]);
    }
}

static void paths_lead_to_nodes(void **state)
{
    static const struct {
        const char *path;
        int line, column;
    } cases[] = {
        {"", 1, 1},
        {"event_types", 1, 14},
        {"event_types[1].metrics[0].min", 3, 22},
        {"\"a.b\".\"q\\\"\\\\\\x0a\"", 4, 20},
        {"\"\"[0]", 5, 6},
        {"again[1].metrics[0].min", 3, 22},
    };
    static const char *const nowhere[] = {"x",
                                          "event_types.a",
                                          "event_types[2]",
                                          "event_types[1",
                                          "event_types[]",
                                          "event_types..a",
                                          ".",
                                          "[0]",
                                          "a.b",
                                          "event_types[99999999999999999999]",
                                          "\"a.b",
                                          "\"a.b\"c",
                                          "\"\\q\"",
                                          "event_types[1]metrics",
                                          "again=",
                                          "\"\\x00\""};
    struct fixture *f = *state;
    struct ls_yaml *root = parse(f, "t.yaml",
                                 "event_types: &e\n"
                                 "  - {name: a}\n"
                                 "  - {metrics: [{min: 0.99}]}\n"
                                 "\"a.b\": {\"q\\\"\\\\\\n\": 1}\n"
                                 "\"\": [1]\n"
                                 "again: *e\n");
    assert_non_null(root);
    find_all(root, root);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_yaml *node = ls_yaml_at(root, cases[i].path);
        assert_non_null(node);
        assert_string_equal(node->where.path, cases[i].path);
        assert_int_equal(node->where.line, cases[i].line);
        assert_int_equal(node->where.column, cases[i].column);
        assert_string_equal(node->where.source->name, "t.yaml");
    }
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        assert_null(ls_yaml_at(root, nowhere[i]));
    }
    assert_null(ls_yaml_get(ls_yaml_get(root, "event_types"), "name"));
    assert_null(ls_yaml_get(NULL, "name"));
}

static void a_file_is_read_or_named(void **state)
{
    struct fixture *f = *state;
    char path[] = "/tmp/lockstep-yaml-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(ls_file_write(fd, "a: 1\n", 5, path, &f->err), 0);
    struct ls_yaml *root = ls_yaml_load(path, &f->arena, &f->diag, &f->err);
    assert_non_null(root);
    assert_string_equal(root->where.source->name, path);
    assert_int_equal(ftruncate(fd, LS_YAML_BYTES_MAX + 100000), 0);
    assert_null(ls_yaml_load(path, &f->arena, &f->diag, &f->err));
    assert_string_equal(problems(f), "LS1006 0:0");
    close(fd);
    unlink(path);
    again(f);
    assert_null(ls_yaml_load(path, &f->arena, &f->diag, &f->err));
    assert_int_equal(f->err.code, LS_E_NOINPUT);
    assert_int_equal(f->diag.errors, 0);
}

static void refused_memory_is_an_error(void **state)
{
    static const char text[] = "a: &x {b: [1, \"two\", {c: d}], e: f}\nb: *x\n";
    struct fixture *f = *state;
    for (unsigned long n = 1;; n++) {
        again(f);
        f->err.code = 0;
        ls_mem_refuse(n);
        struct ls_yaml *root = parse(f, "t.yaml", text);
        ls_mem_refuse(0);
        if (root) {
            assert_true(n > 4);
            return;
        }
        assert_int_equal(f->err.code, LS_E_NOMEM);
    }
}

static void the_last_step_of_a_path(void **state)
{
    static const char *const cases[][2] = {{"", ""},
                                           {"seed", "seed"},
                                           {"a.b", "b"},
                                           {"a.b[0]", "b[0]"},
                                           {"a[2].b[0][1]", "b[0][1]"},
                                           {"a.\"x.y\"", "\"x.y\""},
                                           {"a.\"x\\\".y\".c", "c"},
                                           {"a.\"x\\\\\".c", "c"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(ls_yaml_path_last(cases[i][0]), cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(scalars_are_of_the_core_schema),
        FIXTURE_TEST(documents_become_trees),
        FIXTURE_TEST(problems_of_form_are_all_found_in_their_place),
        FIXTURE_TEST(a_problem_is_shown_with_line_caret_and_hint),
        FIXTURE_TEST(paths_lead_to_nodes),
        FIXTURE_TEST(the_last_step_of_a_path),
        FIXTURE_TEST(a_file_is_read_or_named),
        FIXTURE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
