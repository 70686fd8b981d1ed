#include "core/config/fixture_test.h"
#include "core/config/sample_test.h"

#include "core/base/mem.h"

/* The text of the semantic part of a document bound to the sample; NULL with `err` filled. */
static const char *semantic_of(struct fixture *f, const char *text)
{
    struct sample sample;
    json_t *semantic = NULL;
    again(f);
    const struct ls_yaml *root = parse(f, "t.yaml", text);
    int rc = root ? ls_bind(&sample_table, root, &sample, &f->arena, &f->diag, NULL, &semantic,
                            &f->err)
                  : f->err.code;
    rc = rc < 0 ? rc : ls_semantic_text(semantic, &f->out, &f->err);
    json_decref(semantic);
    return rc < 0 ? NULL : ls_buf_text(&f->out, &f->err);
}

static void the_semantic_part_is_canonical(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"{count: 5, never: {}}", "{\"count\":5,\"never\":{}}"},
        /* two spellings of one value; the defaults written out; deployment options */
        {"{never: , count: 5, strict: true, title: none, mode: exact, gap: 20s, rate: 5400/m,\n"
         " memory: 65536, share: 0/9, by: [entity_id], window: all, loud: true, marks: [], daily: "
         "06:30:00,\n"
         " steps: [], columns: {}, lists: {}, defaults: {horizon: 600s, memory: 1GiB},\n"
         " broker: {uri: x, threads: 7}}",
         "{\"count\":5,\"never\":{}}"},
        {"{count: 5, never: {}, limits: {}, broker: {uri: x}}",
         "{\"count\":5,\"limits\":{},\"never\":{}}"},
        {"{count: 5, never: {}, limits: {memory: 2MiB, horizon: 10m, note: 1.0}}",
         "{\"count\":5,\"limits\":{\"note\":\"1.0\"},\"never\":{}}"},
        {"{count: 0x5, zipf: 1.050, strict: false, any: 0, title: '', name: n, mode: fast,\n"
         " gap: 0.5s, shift: 1m, rate: 0.5/s, memory: 1KiB, share: 0.50, price: 24.90}",
         "{\"any\":0,\"count\":5,\"gap\":500,\"memory\":1024,\"mode\":\"fast\",\"name\":\"n\","
         "\"price\":\"24.9\",\"rate\":\"1/2000\",\"share\":\"1/2\",\"shift\":60000,"
         "\"strict\":false,\"title\":\"\",\"zipf\":{\"s\":\"1.05\"}}"},
        {"{count: 5, const: x, least: 300000, start: 2026-01-01T00:00:00Z, by: a,\n"
         " daily: 18:00}",
         "{\"by\":[\"a\"],\"const\":{\"value\":\"x\"},\"count\":5,\"daily\":64800000,"
         "\"least\":\"300000\",\"start\":1767225600000}"},
        {"{count: 5, never: ~, texts: [b c, 1.50, a]}",
         "{\"count\":5,\"never\":{},\"texts\":[\"b c\",\"1.50\",\"a\"]}"},
        {"{count: 5, const: {value: 1.50}, least: 5m, marks: [1.0, 1s]}",
         "{\"const\":{\"value\":{\"map\":[[\"value\",\"1.50\"]]}},\"count\":5,"
         "\"least\":300000,\"marks\":[\"1\",1000]}"},
        {"{count: 5, const: {b: 1, a: [~, true, '1', 12345678901234567890]}}",
         "{\"const\":{\"value\":{\"map\":[[\"b\",1],[\"a\",[null,true,\"1\","
         "\"12345678901234567890\"]]]}},\"count\":5}"},
        /* the order of names is kept where it may show */
        {"{count: 5, choice: {web: 3, app: 5}, mix: [b, a]}",
         "{\"choice\":{\"weights\":[[\"web\",3],[\"app\",5]]},\"count\":5,"
         "\"mix\":[[\"b\",1],[\"a\",1]]}"},
        {"{count: 5, never: ~, sum: f, columns: {n: count, m: {sum: {field: x}, scale: 1}}}",
         "{\"columns\":[[\"n\",{\"count\":{}}],[\"m\",{\"scale\":1,\"sum\":{\"field\":\"x\"}}]],"
         "\"count\":5,\"never\":{},\"sum\":{\"field\":\"f\"}}"},
        {"{count: 5, never: ~, lists: {z: [{set: a}, {set: b, const: 1}], a: []}}",
         "{\"count\":5,\"lists\":[[\"z\",[{\"set\":\"a\"},{\"set\":\"b\"}]],[\"a\",[]]],"
         "\"never\":{}}"},
        {"{count: 5, never: ~, window: {tumbling: 1m}}",
         "{\"count\":5,\"never\":{},\"window\":{\"tumbling\":{\"size\":60000}}}"},
        {"{count: 5, never: ~, window: {tumbling: {size: 60s, offset: 0s}}}",
         "{\"count\":5,\"never\":{},\"window\":{\"tumbling\":{\"size\":60000}}}"},
        {"{count: 5, never: ~, steps: [{set: a, never: ~, steps: [{set: b, uniform: [1, 2s]}]}]}",
         "{\"count\":5,\"never\":{},\"steps\":[{\"never\":{},\"set\":\"a\",\"steps\":"
         "[{\"set\":\"b\",\"uniform\":{\"bounds\":[\"1\",2000]}}]}]}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = semantic_of(f, cases[i].text);
        assert_non_null(text);
        assert_string_equal(text, cases[i].expected);
        assert_string_equal(problems(f), "");
    }
}

static void a_refused_document_has_a_semantic_part_too(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(semantic_of(f, "[1]"), "{}");
    assert_string_equal(semantic_of(f, "{count: x, name: n}"), "{\"name\":\"n\"}");
    assert_int_equal(f->diag.errors, 2);
}

static void the_digest_is_of_the_text(void **state)
{
    struct fixture *f = *state;
    json_t *semantic = json_pack("{s: i, s: s}", "b", 1, "a", "\xc3\xa9");
    struct ls_sha256 digest;
    struct ls_sha256 expected;
    assert_int_equal(ls_semantic_digest(semantic, &digest, &f->err), 0);
    ls_sha256_of("{\"a\":\"\xc3\xa9\",\"b\":1}", 16, &expected);
    assert_memory_equal(&digest, &expected, sizeof digest);
    json_decref(semantic);
}

static void *refusable(size_t size)
{
    struct ls_error err;
    return ls_mem_new(size, 1, &err);
}

/* JSON's allocations among them. */
static void refused_memory_is_an_error(void **state)
{
    static const char text[] = "{count: 5, choice: {a: 1}, columns: {n: count}, by: [x], mode: q, "
                               "steps: [{set: a, zipf: 1}], cuont: 1, window: {tumbling: 5m}, "
                               "lists: {a: [{set: b}]}, extra: {a: [1]}, marks: [1, 2s], "
                               "price: 1.50, share: 1/3, broker: {uri: 'x${env:PATH}'}}";
    struct fixture *f = *state;
    bool done = false;
    json_set_alloc_funcs(refusable, ls_mem_free);
    for (unsigned long n = 1; !done; n++) {
        ls_buf_clear(&f->out);
        ls_mem_refuse(n);
        done = semantic_of(f, text) != NULL;
        ls_mem_refuse(0);
        if (!done) {
            assert_int_equal(f->err.code, LS_E_NOMEM);
        }
        assert_true(n > 100 || !done);
    }
    json_set_alloc_funcs(malloc, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(the_semantic_part_is_canonical),
        FIXTURE_TEST(a_refused_document_has_a_semantic_part_too),
        FIXTURE_TEST(the_digest_is_of_the_text),
        FIXTURE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
