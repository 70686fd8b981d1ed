#include "core/base/mem.h"
#include "core/config/fixture_test.h"
#include "core/config/sample_test.h"

static const char *shown(struct fixture *f, const char *text, bool origins)
{
    again(f);
    struct ls_yaml *map = parse(f, "t.yaml", text);
    assert_non_null(map);
    map = ls_table_defaults(&sample_table, map, &f->arena, &f->diag, &f->err);
    assert_non_null(map);
    assert_int_equal(ls_yaml_show(map, origins, &f->out, &f->err), 0);
    return ls_buf_text(&f->out, &f->err);
}

/* What was written stays in front, with its place; each table below gets its own defaults. */
static void what_is_absent_is_written_in(void **state)
{
    struct fixture *f = *state;
    const char *text = shown(f,
                             "gap: 5s\n"
                             "limits: {horizon: 1s}\n"
                             "zipf: {s: 2}\n"
                             "columns: {a: {count: {}}, b: count}\n"
                             "lists: {x: [{name: y}]}\n"
                             "unknown: {z: 1}\n",
                             true);
    static const char *const parts[] = {
        "gap: 5s  # t.yaml:1:6\n",
        "limits:\n  horizon: 1s  # t.yaml:2:19\n  memory: 64MiB  # default\n",
        "zipf:\n  s: 2  # t.yaml:3:11\n  n: 100  # default\n",
        "  a:\n    count: {}  # t.yaml:4:22\n    scale: 0  # default\n  b: count  # t.yaml:4:30\n",
        "lists:\n  x:\n    - name: y  # t.yaml:5:20\n",
        "      const: 1  # default\n",
        "unknown:\n  z: 1  # t.yaml:6:14\n",
        "strict: true  # default\n",
        "defaults:\n  horizon: 10m  # default\n  memory: 64MiB  # default\n",
        "window: all  # default\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strstr(text, parts[i])) {
            fail_msg("`%s` is not in\n%s", parts[i], text);
        }
    }
    assert_ptr_equal(strstr(text, "gap:"), text);
    assert_null(strstr(text, "gap: 20s"));
}

/* A map that is the value of a word's only row is no map of options. */
static void values_are_left_alone(void **state)
{
    struct fixture *f = *state;
    const char *text = shown(f, "choice: {a: 1}\nlimits: nothing\nlists: 5\n", false);
    assert_non_null(strstr(text, "choice:\n  a: 1\nlimits: nothing\nlists: 5\n"));
}

static void refused_memory_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct ls_yaml *map = NULL;
    for (unsigned long n = 1; !map; n++) {
        again(f);
        map = parse(f, "t.yaml", "columns: {a: {count: {}}}\nsteps: [{name: x}]\n");
        assert_non_null(map);
        ls_mem_refuse(n);
        map = ls_table_defaults(&sample_table, map, &f->arena, &f->diag, &f->err);
        ls_mem_refuse(0);
        assert_int_equal(map ? 0 : f->err.code, map ? 0 : LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(what_is_absent_is_written_in),
        FIXTURE_TEST(values_are_left_alone),
        FIXTURE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
