#include "core/config/fixture_test.h"
#include "core/config/yaml_internal.h"

/* Appends a text n times. */
static void repeat(struct fixture *f, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(ls_buf_append_text(&f->out, text, &f->err), 0);
    }
}

static struct ls_yaml *parse_out(struct fixture *f)
{
    return ls_yaml_parse("t.yaml", (const char *)f->out.data, f->out.size, &f->arena, &f->diag,
                         &f->err);
}

static void assert_refused(struct fixture *f, const char *rule)
{
    assert_null(parse_out(f));
    assert_int_equal(f->diag.errors, 1);
    assert_string_equal(f->diag.problems[0].rule, rule);
    again(f);
}

static void limits_are_kept(void **state)
{
    struct fixture *f = *state;
    repeat(f, "[", LS_YAML_DEPTH_MAX);
    repeat(f, "]", LS_YAML_DEPTH_MAX);
    assert_non_null(parse_out(f));
    again(f);
    repeat(f, "[", LS_YAML_DEPTH_MAX + 1);
    repeat(f, "]", LS_YAML_DEPTH_MAX + 1);
    assert_refused(f, "LS1006");
    repeat(f, "[", 100000);
    assert_refused(f, "LS1006");
    repeat(f, "- 1\n", LS_YAML_NODES_MAX - 1);
    assert_non_null(parse_out(f));
    again(f);
    repeat(f, "- 1\n", LS_YAML_NODES_MAX);
    assert_refused(f, "LS1006");
    repeat(f, "#2345678", LS_YAML_BYTES_MAX / 8);
    assert_non_null(parse_out(f));
    assert_int_equal(ls_buf_append_text(&f->out, "#", &f->err), 0);
    assert_refused(f, "LS1006");
    repeat(f, "k", LS_YAML_KEY_MAX);
    repeat(f, ": 1", 1);
    assert_non_null(parse_out(f));
    again(f);
    repeat(f, "k", LS_YAML_KEY_MAX + 1);
    repeat(f, ": 1", 1);
    assert_refused(f, "LS1006");
}

static void long_paths_are_limited(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 60; i++) {
        repeat(f, "{", 1);
        repeat(f, "k", LS_YAML_KEY_MAX);
        repeat(f, ": ", 1);
    }
    repeat(f, "[", 1);
    repeat(f, "1,", 10000);
    repeat(f, "]", 1);
    repeat(f, "}", 60);
    assert_refused(f, "LS1006");
}

static void aliases_are_limited(void **state)
{
    struct fixture *f = *state;
    repeat(f, "- &a0 [x, x, x, x, x, x, x, x, x, x]\n", 1);
    for (int i = 1; i < 30; i++) {
        assert_int_equal(ls_buf_appendf(&f->out, &f->err,
                                        "- &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n",
                                        i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1),
                         0);
    }
    assert_null(parse_out(f));
    assert_int_equal(f->diag.errors, 1);
    assert_string_equal(f->diag.problems[0].rule, "LS1006");
    assert_true(f->arena.used < (128U << 20));
    again(f);
    /* depth through aliases */
    repeat(f, "- &a0 [x]\n", 1);
    for (int i = 1; i < 70; i++) {
        assert_int_equal(ls_buf_appendf(&f->out, &f->err, "- &a%d [*a%d]\n", i, i - 1), 0);
    }
    assert_refused(f, "LS1006");
    repeat(f, "- &a x\n", 1001);
    assert_refused(f, "LS1005");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(limits_are_kept),
        FIXTURE_TEST(long_paths_are_limited),
        FIXTURE_TEST(aliases_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
