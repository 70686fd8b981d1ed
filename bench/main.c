/* lockstep-bench SPEC FOLDER: the ratios that ci/bench prints. SPEC is bench/order.yaml; files are
 * written below FOLDER. */
#include "bench/file_log.h"
#include "bench/order.h"

#include <stdio.h>

static int run(const char *path, const char *folder, struct ls_error *err)
{
    struct ls_layers layers = {.spec_path = path};
    struct ls_spec *spec = NULL;
    struct ls_plan *plan = NULL;
    struct ls_buf report;
    ls_buf_init(&report, "diagnostics", 1U << 20);
    int rc = ls_spec_load(&layers, &spec, &report, err);
    rc = rc < 0 ? rc : ls_plan_new(spec, &plan, &report, err);
    fwrite(report.data, 1, report.size, stderr);
    rc = rc < 0 ? rc : ls_bench_order(plan, err);
    rc = rc < 0 ? rc : ls_bench_file_log(plan, folder, err);
    ls_buf_clear(&report);
    ls_plan_free(plan);
    ls_spec_free(spec);
    return rc;
}

int main(int argc, char **argv)
{
    struct ls_error err = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: lockstep-bench SPEC FOLDER\n");
        return 64;
    }
    if (run(argv[1], argv[2], &err) < 0) {
        fprintf(stderr, "lockstep-bench: %s\n", err.text);
        return 1;
    }
    return 0;
}
