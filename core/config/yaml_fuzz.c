/* Any bytes as a document: parsed, laid over itself, changed by one --set, written as JSON and as
 * YAML that must read back as the same tree, and bound to a table with every kind of option. */
#include "core/config/sample_test.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_buf out;
    struct ls_error err;
};

/* The semantic part, or NULL when there were problems. */
static json_t *bind(struct run *run, const struct ls_yaml *root)
{
    struct sample sample;
    json_t *semantic = NULL;
    int errors = run->diag.errors;
    int rc = ls_bind(&sample_table, root, &sample, &run->arena, &run->diag, NULL, &semantic,
                     &run->err);
    assert(rc == 0 || rc == LS_E_DATA);
    if (run->diag.errors > errors) {
        json_decref(semantic);
        return NULL;
    }
    return semantic;
}

/* What is shown reads back: the same tree, and the same meaning. */
static void read_back(struct run *run, struct ls_yaml *root)
{
    run->out.size = 0;
    int rc = ls_yaml_show(root, true, &run->out, &run->err);
    assert(rc == 0);
    (void)rc;
    struct ls_yaml *back = ls_yaml_parse("back", (const char *)run->out.data, run->out.size,
                                         &run->arena, &run->diag, &run->err);
    assert(back || run->out.size > LS_YAML_BYTES_MAX);
    if (!back) {
        return;
    }
    json_t *before = ls_yaml_json(root);
    json_t *after = ls_yaml_json(back);
    assert(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    json_t *meant = bind(run, root);
    json_t *read = bind(run, back);
    assert(!meant == !read && (!meant || json_equal(meant, read)));
    json_decref(meant);
    json_decref(read);
}

/* The first line of the text, as an assignment. */
static struct ls_yaml *set(struct run *run, struct ls_yaml *root, const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    size_t length = end ? (size_t)(end - data) : size;
    char *line = ls_arena_text(&run->arena, (const char *)data, length, &run->err);
    return line ? ls_yaml_set(root, line, &run->arena, &run->diag, &run->err) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run run; /* the diagnostics are large */
    ls_arena_init(&run.arena, "fuzzed tree", 512U << 20);
    ls_diag_init(&run.diag);
    ls_buf_init(&run.out, "shown tree", 64U << 20);
    struct ls_yaml *root = size ? ls_yaml_parse("fuzz", (const char *)data, size, &run.arena,
                                                &run.diag, &run.err)
                                : NULL;
    if (root) {
        struct ls_yaml *merged = ls_yaml_merge(root, root, &run.arena, &run.err);
        assert(merged);
        read_back(&run, merged);
        struct ls_yaml *changed = set(&run, merged, data, size);
        if (changed) {
            read_back(&run, changed);
        }
    }
    run.out.size = 0;
    int rc = ls_diag_render(&run.diag, false, &run.out, &run.err);
    assert(rc == 0);
    (void)rc;
    ls_diag_clear(&run.diag);
    ls_arena_clear(&run.arena);
    ls_buf_clear(&run.out);
    return 0;
}
