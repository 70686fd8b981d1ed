#include "core/obs/metrics.h"

#include "core/base/file.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct ls_error err;

/* Everything that the format has a rule for. */
static int write_all(struct ls_metrics *m)
{
    ls_metrics_begin(m, &err);
    ls_metrics_family(m, "a_total", LS_METRIC_COUNTER, "What it is.");
    ls_metrics_count(m, NULL, 0);
    ls_metrics_family(m, "no_sample", LS_METRIC_GAUGE, "Is not written.");
    ls_metrics_family(m, "b:c_seconds", LS_METRIC_GAUGE, "A \\ and\na \"line\".");
    ls_metrics_thousandths(m, LS_LABELS({"x", ""}), 1);
    ls_metrics_thousandths(m, LS_LABELS({"x", "\"q\"\\\n"}, {"y2", "\xc3\xa4"}), -1500);
    ls_metrics_count(m, LS_LABELS({"x", "most"}), UINT64_MAX);
    ls_metrics_thousandths(m, LS_LABELS({"x", "least"}), INT64_MIN);
    return ls_metrics_end(m);
}

static const char all[] = "# HELP a_total What it is.\n"
                          "# TYPE a_total counter\n"
                          "a_total 0\n"
                          "# HELP b:c_seconds A \\\\ and\\na \"line\".\n"
                          "# TYPE b:c_seconds gauge\n"
                          "b:c_seconds{x=\"\"} 0.001\n"
                          "b:c_seconds{x=\"\\\"q\\\"\\\\\\n\",y2=\"\xc3\xa4\"} -1.500\n"
                          "b:c_seconds{x=\"most\"} 18446744073709551615\n"
                          "b:c_seconds{x=\"least\"} -9223372036854775.808\n";

static void the_format_is_prometheus(void **state)
{
    (void)state;
    struct ls_metrics m;
    ls_metrics_init(&m);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(write_all(&m), 0);
        assert_int_equal(m.text.size, sizeof all - 1);
        assert_memory_equal(m.text.data, all, sizeof all - 1);
    }
    ls_metrics_clear(&m);
}

static void a_refused_allocation_is_told_at_the_end(void **state)
{
    (void)state;
    int rc = LS_E_NOMEM;
    for (unsigned long n = 1; rc != 0; n++) {
        struct ls_metrics m;
        ls_metrics_init(&m);
        ls_mem_refuse(n);
        rc = write_all(&m);
        ls_mem_refuse(0);
        assert_true(rc == 0 ? n > 1 : rc == LS_E_NOMEM && err.code == rc);
        ls_metrics_clear(&m);
    }
}

static void a_file_is_replaced_whole(void **state)
{
    (void)state;
    char folder[] = "/tmp/metrics_test.XXXXXX";
    char path[64];
    struct ls_buf read;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run.prom", folder);
    ls_buf_init(&read, "read", 100);
    assert_int_equal(ls_metrics_save(path, "longer 12\n", 10, &err), 0);
    assert_int_equal(ls_metrics_save(path, "new 1\n", 6, &err), 0);
    assert_int_equal(ls_file_read(path, &read, &err), 0);
    assert_int_equal(read.size, 6);
    assert_memory_equal(read.data, "new 1\n", 6);
    ls_buf_clear(&read);
    snprintf(path, sizeof path, "%s/run.prom.tmp", folder);
    assert_false(ls_path_exists(path));
    snprintf(path, sizeof path, "%s/no/run.prom", folder);
    assert_int_equal(ls_metrics_save(path, "new 1\n", 6, &err), LS_E_IO);
    /* what cannot be renamed is not left behind */
    snprintf(path, sizeof path, "%s/a", folder);
    assert_int_equal(ls_folder_make(path, &err), 0);
    assert_int_equal(ls_metrics_save(path, "new 1\n", 6, &err), LS_E_IO);
    snprintf(path, sizeof path, "%s/a.tmp", folder);
    assert_false(ls_path_exists(path));
    assert_int_equal(ls_tree_remove(folder, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_format_is_prometheus),
        cmocka_unit_test(a_refused_allocation_is_told_at_the_end),
        cmocka_unit_test(a_file_is_replaced_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
