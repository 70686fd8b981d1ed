#include "pipeline/output/sums.h"

#include "pipeline/fixture_test.h"

#include <unistd.h>

enum { PARTITIONS = 2 };

static struct ls_outputs *finished(struct pipe *p)
{
    static const struct ls_partition_counts none[TOPICS * PARTITIONS];
    const struct ls_run_facts facts = {.mode = "batch", .threads = 3};
    struct ls_outputs *o;
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &o, &p->base.err));
    FINE(p, ls_outputs_finish(o, none, &facts, &p->base.err));
    return o;
}

/* As if another process had begun the files: they have to be read. */
static void forget_sums(struct pipe *p, const struct ls_outputs *o)
{
    for (size_t i = 0; i < o->count; i++) {
        FINE(p, ls_container_reopen(o->sets[i].writer, &p->base.err));
        FINE(p, ls_container_finish(o->sets[i].writer, false, &p->base.err));
    }
}

/* By name, each that of its own file, whoever did them. */
static void test_threads(void **state)
{
    static const unsigned threads[] = {0, 1, 2, 5, 1000};
    struct pipe *p = *state;
    struct ls_outputs *o = finished(p);
    struct ls_sum *sums = calloc(o->count, sizeof *sums);
    assert_non_null(sums);
    assert_true(o->count > 5);
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        if (k == 1) {
            forget_sums(p, o);
        }
        memset(sums, 0, o->count * sizeof *sums);
        FINE(p, ls_sums_of(o, threads[k], sums, &p->base.err));
        for (size_t i = 0; i < o->count; i++) {
            char path[LS_PATH_MAX];
            struct ls_sha256 sha256;
            uint64_t size;
            assert_true(i == 0 || strcmp(sums[i - 1].set->name, sums[i].set->name) < 0);
            snprintf(path, sizeof path, "out/datasets/%s.avro", sums[i].set->name);
            FINE(p, ls_file_sha256(path, &sha256, &size, &p->base.err));
            assert_int_equal(sums[i].size, size);
            assert_memory_equal(sums[i].sha256.bytes, sha256.bytes, LS_SHA256_SIZE);
        }
    }
    free(sums);
    ls_outputs_free(o);
}

/* A file that is gone or has another size, or no memory to read it, is told by whoever met it. */
static void test_failures(void **state)
{
    struct pipe *p = *state;
    struct ls_outputs *o = finished(p);
    struct ls_sum *sums = calloc(o->count, sizeof *sums);
    char path[LS_PATH_MAX];
    assert_non_null(sums);
    snprintf(path, sizeof path, "out/datasets/%s.avro", o->sets[o->count - 1].name);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(ls_sums_of(o, 3, sums, &p->base.err), LS_E_IO);
    assert_non_null(strstr(p->base.err.text, path));
    forget_sums(p, o);
    ls_mem_refuse(1);
    int rc = ls_sums_of(o, 3, sums, &p->base.err);
    ls_mem_refuse(0);
    assert_int_equal(rc, LS_E_NOMEM);
    assert_int_equal(remove(path), 0);
    rc = ls_sums_of(o, 3, sums, &p->base.err);
    assert_true(rc < 0 && rc != LS_E_NOMEM);
    assert_int_equal(p->base.err.code, rc);
    assert_non_null(strstr(p->base.err.text, path));
    free(sums);
    ls_outputs_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_threads),
        PIPE_TEST(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
