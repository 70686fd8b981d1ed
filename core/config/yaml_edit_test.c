#include "core/config/fixture_test.h"

#include "core/base/mem.h"

static struct ls_yaml *parsed(struct fixture *f, const char *name, const char *text)
{
    struct ls_yaml *root = parse(f, name, text);
    assert_non_null(root);
    return root;
}

/* In the order of the tree. */
static const char *json_of(struct fixture *f, const struct ls_yaml *node)
{
    json_t *json = ls_yaml_json(node);
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(json);
    f->out.size = 0;
    ls_buf_append_text(&f->out, text, &f->err);
    free(text);
    return text_of(f);
}

static void maps_merge_and_the_rest_is_replaced(void **state)
{
    static const struct {
        const char *under, *over, *expected;
    } cases[] = {
        {"{}", "{}", "{}"},
        {"{a: 1}", "{}", "{\"a\":1}"},
        {"{}", "{a: 1}", "{\"a\":1}"},
        {"{a: 1, b: 2}", "{b: 3, c: 4}", "{\"a\":1,\"b\":3,\"c\":4}"},
        {"{a: {x: 1, y: {z: 1}}}", "{a: {y: {w: 2}, v: 3}}",
         "{\"a\":{\"x\":1,\"y\":{\"z\":1,\"w\":2},\"v\":3}}"},
        {"{a: [1, 2, 3]}", "{a: [9]}", "{\"a\":[9]}"},
        {"{a: {x: 1}}", "{a: [9]}", "{\"a\":[9]}"},
        {"{a: {x: 1}}", "{a: ~}", "{\"a\":null}"},
        {"{a: 5}", "{a: {x: 1}}", "{\"a\":{\"x\":1}}"},
        {"[1]", "{a: 1}", "{\"a\":1}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        again(f);
        struct ls_yaml *under = parsed(f, "under", cases[i].under);
        struct ls_yaml *over = parsed(f, "over", cases[i].over);
        struct ls_yaml *merged = ls_yaml_merge(under, over, &f->arena, &f->err);
        assert_non_null(merged);
        assert_string_equal(json_of(f, merged), cases[i].expected);
    }
}

static void a_merge_keeps_places_and_changes_neither_tree(void **state)
{
    struct fixture *f = *state;
    struct ls_yaml *under = parsed(f, "under", "a: {x: 1, y: 2}\nb: 1\n");
    struct ls_yaml *over = parsed(f, "over", "\na: {y: 3}\n");
    struct ls_yaml *merged = ls_yaml_merge(under, over, &f->arena, &f->err);
    assert_string_equal(ls_yaml_at(merged, "a.x")->where.source->name, "under");
    assert_string_equal(ls_yaml_at(merged, "a.y")->where.source->name, "over");
    assert_int_equal(ls_yaml_at(merged, "a.y")->where.line, 2);
    assert_string_equal(ls_yaml_at(merged, "a")->where.source->name, "over");
    assert_string_equal(merged->entries[0].key_where.source->name, "over");
    assert_string_equal(merged->entries[1].key_where.source->name, "under");
    assert_string_equal(json_of(f, under), "{\"a\":{\"x\":1,\"y\":2},\"b\":1}");
    assert_string_equal(json_of(f, over), "{\"a\":{\"y\":3}}");
}

static void one_value_is_set(void **state)
{
    static const struct {
        const char *assignment, *expected;
    } cases[] = {
        {"a=5", "{\"a\":5,\"l\":[1,{\"k\":2}],\"m\":{\"x\":null}}"},
        {"b=text", "{\"a\":1,\"l\":[1,{\"k\":2}],\"m\":{\"x\":null},\"b\":\"text\"}"},
        {"b=", "{\"a\":1,\"l\":[1,{\"k\":2}],\"m\":{\"x\":null},\"b\":null}"},
        {"b=a=b", "{\"a\":1,\"l\":[1,{\"k\":2}],\"m\":{\"x\":null},\"b\":\"a=b\"}"},
        {"l[1].k={p: [1, 2]}", "{\"a\":1,\"l\":[1,{\"k\":{\"p\":[1,2]}}],\"m\":{\"x\":null}}"},
        {"l[0]=7", "{\"a\":1,\"l\":[7,{\"k\":2}],\"m\":{\"x\":null}}"},
        {"l=[]", "{\"a\":1,\"l\":[],\"m\":{\"x\":null}}"},
        {"m.y.z=1", "{\"a\":1,\"l\":[1,{\"k\":2}],\"m\":{\"x\":null,\"y\":{\"z\":1}}}"},
        {"m.x.z=1", "{\"a\":1,\"l\":[1,{\"k\":2}],\"m\":{\"x\":{\"z\":1}}}"},
        {"m.\"a.b\"='1'", "{\"a\":1,\"l\":[1,{\"k\":2}],\"m\":{\"x\":null,\"a.b\":\"1\"}}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        again(f);
        struct ls_yaml *root = parsed(f, "t", "a: 1\nl: [1, {k: 2}]\nm: {x: }\n");
        struct ls_yaml *set = ls_yaml_set(root, cases[i].assignment, &f->arena, &f->diag, &f->err);
        assert_non_null(set);
        assert_string_equal(json_of(f, set), cases[i].expected);
        assert_string_equal(json_of(f, root), "{\"a\":1,\"l\":[1,{\"k\":2}],\"m\":{\"x\":null}}");
    }
}

static void what_was_set_knows_its_place(void **state)
{
    struct fixture *f = *state;
    struct ls_yaml *root = parsed(f, "t", "l: [{k: 1}]\n");
    root = ls_yaml_set(root, "l[0].\"\xc3\xa9 x\".q={p: 5}", &f->arena, &f->diag, &f->err);
    assert_non_null(root);
    const struct ls_yaml *value = ls_yaml_at(root, "l[0].\"\xc3\xa9 x\".q.p");
    assert_non_null(value);
    assert_string_equal(value->where.path, "l[0].\"\xc3\xa9 x\".q.p");
    assert_string_equal(value->where.source->name, "--set");
    assert_int_equal(value->where.line, 1);
    assert_int_equal(value->where.column, 18);
    assert_string_equal(ls_yaml_at(root, "l[0].\"\xc3\xa9 x\"")->where.source->name, "--set");
    assert_string_equal(ls_yaml_at(root, "l")->where.source->name, "t");
    const struct ls_yaml *item = ls_yaml_at(root, "l[0]");
    assert_string_equal(item->entries[0].key_where.source->name, "t");
    assert_string_equal(item->entries[1].key_where.source->name, "--set");
    assert_string_equal(item->entries[1].key_where.path, "l[0].\"\xc3\xa9 x\"");
}

static void what_cannot_be_set_is_refused(void **state)
{
    static const struct {
        const char *assignment, *expected;
    } cases[] = {
        {"", "LS1204 1:1"},        {"a", "LS1204 1:1"},
        {"=5", "LS1204 1:1"},      {".a=5", "LS1204 1:1"},
        {"a..b=5", "LS1204 1:1"},  {"a[x]=5", "LS1204 1:1"},
        {"a[0=5", "LS1204 1:1"},   {"\"a=5", "LS1204 1:1"},
        {"a.b=5", "LS1205 1:1"},   {"a[0]=5", "LS1205 1:1"},
        {"l[2]=5", "LS1205 1:1"},  {"l.a=5", "LS1205 1:1"},
        {"q[0]=5", "LS1205 1:1"},  {"[0]=5", "LS1205 1:1"},
        {"a=[1, 2", "LS1001 1:8"}, {"a={b: 1, b: 2}", "LS1002 1:10"},
        {"a=\xff", "LS1001 1:3"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        again(f);
        struct ls_yaml *root = parsed(f, "t", "a: 1\nl: [1, {k: 2}]\n");
        assert_null(ls_yaml_set(root, cases[i].assignment, &f->arena, &f->diag, &f->err));
        assert_int_equal(f->diag.errors, 1);
        const struct ls_problem *p = &f->diag.problems[0];
        char found[64];
        snprintf(found, sizeof found, "%s %d:%d", p->rule, p->where.line, p->where.column);
        assert_string_equal(found, cases[i].expected);
    }
}

static void depth_is_limited_through_set(void **state)
{
    struct fixture *f = *state;
    struct ls_yaml *root = parsed(f, "t", "{}");
    for (unsigned depth = 62; depth <= 70; depth++) {
        f->out.size = 0;
        for (unsigned i = 0; i < depth; i++) {
            ls_buf_append_text(&f->out, i ? ".a" : "a", &f->err);
        }
        ls_buf_append_text(&f->out, "=[1]", &f->err);
        const char *text = text_of(f);
        bool fits = depth + 1 <= LS_YAML_DEPTH_MAX;
        struct ls_yaml *set = ls_yaml_set(root, text, &f->arena, &f->diag, &f->err);
        assert_int_equal(set != NULL, fits);
    }
}

static void shown_trees_read_back(void **state)
{
    static const char *const cases[] = {
        "{}",
        "[]",
        "12",
        "text",
        "~",
        "''",
        "'...'",
        "'---'",
        "a: 1\nb: [x, {c: d, e: [1, [2, 3]]}, [], {}]\n",
        "{null: ~, 'true': 'true', '12': '12', x: 1.50, y: 0x1F, z: .inf, w: !!float 12}",
        "{a: 'x: y', b: 'x #y', c: ' x', d: 'x ', e: '- x', f: 'x:', g: '', h: 'it''s', '': 1}",
        "{a: \"line\\nbreak\\ttab\\x01\\x7f\\x85\\u2028\\ufeff\\uffff\"}",
        "{a: \"\\U0001F600 \\\"q\\\" \\\\ \xc3\xa9\"}",
        "[[[[1], 2], 3], {a: {b: {c: {d: 1}}}}]",
        "{\"x: y\": {\"[a]\": 1}, '? k': 2, '#': 3, '<<': 4, '${secret:x}': '${secret:x}'}",
        "a: |\n  two\n  lines\nb: 2026-01-01\nc: 12:30:00\n",
        "{a: '~', b: 'null', c: 'NULL', d: 'no', e: 'False', f: '0o17', g: '.nan', h: '-'}",
        "{a: 'x, y', 'b]': '[x', '{c}': ['x}', 'y{z'], d: [x, ~, '']}",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int form = 0; form <= 2; form++) {
            again(f);
            struct ls_yaml *root = parsed(f, "t\nx.yaml", cases[i]);
            int rc = form == 2 ? ls_yaml_flow(root, &f->out, &f->err)
                               : ls_yaml_show(root, form, &f->out, &f->err);
            assert_int_equal(rc, 0);
            assert_true(form != 2 || !strchr(text_of(f), '\n'));
            struct ls_yaml *back = ls_yaml_parse("back", (const char *)f->out.data, f->out.size,
                                                 &f->arena, &f->diag, &f->err);
            if (!back) {
                fail_msg("%s", f->diag.problems[0].text);
            }
            json_t *before = ls_yaml_json(root);
            json_t *after = ls_yaml_json(back);
            assert_true(json_equal(before, after));
            json_decref(before);
            json_decref(after);
        }
    }
}

static void what_cannot_be_seen_is_escaped(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"it's", "it's\n"},
        {"\"a\\nb\\tc\\x01\\x7f\\x85\\u2028\"", "\"a\\nb\\tc\\x01\\x7f\\x85\\u2028\"\n"},
        {"\"\\ufeff\\ufffe\\uffff\"", "\"\\ufeff\\ufffe\\uffff\"\n"},
        {"\"\\u00e9 \\U0001F600\"", "\"\xc3\xa9 \xf0\x9f\x98\x80\"\n"},
        {"'12'", "\"12\"\n"},
        {"'a: b'", "\"a: b\"\n"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        again(f);
        struct ls_yaml *list = ls_arena_new(&f->arena, 1, sizeof *list, &f->err);
        struct ls_yaml *root = parsed(f, "t", cases[i].text);
        list->kind = LS_YAML_LIST;
        list->items = &root;
        list->count = 1;
        assert_int_equal(ls_yaml_show(list, false, &f->out, &f->err), 0);
        assert_string_equal(text_of(f) + 2, cases[i].expected);
    }
}

static void shown_values_name_their_origins(void **state)
{
    struct fixture *f = *state;
    struct ls_yaml *under = parsed(f, "platform.yaml", "seed: 1\npipeline:\n  max_skew: 10s\n");
    struct ls_yaml *over = parsed(f, "domain.yaml",
                                  "pipeline: {by: [a], none: [], password: '${secret:x}'}\n");
    struct ls_yaml *merged = ls_yaml_merge(under, over, &f->arena, &f->err);
    merged = ls_yaml_set(merged, "seed=2", &f->arena, &f->diag, &f->err);
    assert_int_equal(ls_yaml_show(merged, true, &f->out, &f->err), 0);
    assert_string_equal(text_of(f), "seed: 2  # --set:1:6\n"
                                    "pipeline:\n"
                                    "  max_skew: 10s  # platform.yaml:3:13\n"
                                    "  by:\n"
                                    "    - a  # domain.yaml:1:17\n"
                                    "  none: []  # domain.yaml:1:27\n"
                                    "  password: ${secret:x}  # domain.yaml:1:41\n");
}

static void numbers_in_json_are_exact(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"9007199254740992", "9007199254740992"},
        {"9007199254740993", "\"9007199254740993\""},
        {"-9007199254740992", "-9007199254740992"},
        {"-9007199254740993", "\"-9007199254740993\""},
        {"99999999999999999999", "\"99999999999999999999\""},
        {"0x10", "16"},
        {"0.5", "\"0.5\""},
        {"1_000", "\"1_000\""},
        {"true", "true"},
        {"~", "null"},
        {"'12'", "\"12\""},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        again(f);
        assert_string_equal(json_of(f, parsed(f, "t", cases[i].text)), cases[i].expected);
    }
}

static void large_maps_merge_in_time(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 99000; i++) {
        assert_int_equal(ls_buf_appendf(&f->out, &f->err, "k%d: 1\n", i), 0);
    }
    struct ls_yaml *root = ls_yaml_parse("t", (const char *)f->out.data, f->out.size, &f->arena,
                                         &f->diag, &f->err);
    assert_non_null(root);
    struct ls_yaml *merged = ls_yaml_merge(root, root, &f->arena, &f->err);
    assert_non_null(merged);
    assert_int_equal(merged->count, 99000);
}

static void refused_memory_is_an_error(void **state)
{
    struct fixture *f = *state;
    for (unsigned long n = 1;; n++) {
        again(f);
        struct ls_yaml *under = parsed(f, "under", "a: {x: 1, y: [1, {z: 2}]}\nb: 1\n");
        struct ls_yaml *over = parsed(f, "over", "a: {y: 3, l: [{k: 1}]}\n");
        f->err.code = 0;
        ls_mem_refuse(n);
        struct ls_yaml *merged = ls_yaml_merge(under, over, &f->arena, &f->err);
        struct ls_yaml *set = merged ? ls_yaml_set(merged, "a.l[0].k={q: 1}", &f->arena, &f->diag,
                                                   &f->err)
                                     : NULL;
        int rc = set ? ls_yaml_show(set, true, &f->out, &f->err) : f->err.code;
        ls_mem_refuse(0);
        if (rc == 0) {
            assert_true(n > 3);
            return;
        }
        assert_int_equal(rc, LS_E_NOMEM);
        assert_int_equal(f->diag.errors, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(maps_merge_and_the_rest_is_replaced),
        FIXTURE_TEST(a_merge_keeps_places_and_changes_neither_tree),
        FIXTURE_TEST(one_value_is_set),
        FIXTURE_TEST(what_was_set_knows_its_place),
        FIXTURE_TEST(what_cannot_be_set_is_refused),
        FIXTURE_TEST(depth_is_limited_through_set),
        FIXTURE_TEST(shown_trees_read_back),
        FIXTURE_TEST(what_cannot_be_seen_is_escaped),
        FIXTURE_TEST(shown_values_name_their_origins),
        FIXTURE_TEST(numbers_in_json_are_exact),
        FIXTURE_TEST(large_maps_merge_in_time),
        FIXTURE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
