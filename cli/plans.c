#include "cli/plans.h"

#include "pipeline/output/outputs.h"

#include <stdio.h>

int cli_plan(const struct ls_spec *spec, struct ls_plan **out, struct ls_error *err)
{
    struct ls_buf report;
    ls_buf_init(&report, "diagnostics", 16U << 20);
    int rc = ls_plan_new(spec, out, &report, err);
    if (report.size) {
        fwrite(report.data, 1, report.size, stderr);
    }
    ls_buf_clear(&report);
    return rc;
}

int cli_check_plans(const struct ls_spec *spec, struct ls_buf *report, struct ls_error *err)
{
    struct ls_error second;
    struct ls_plan *plan = NULL;
    struct ls_record_plan *record_plan = NULL;
    struct ls_views *views = NULL;
    struct ls_reference shapes;
    int rc = ls_plan_new(spec, &plan, report, err);
    int rest = ls_reference_load(spec, NULL, INT64_MAX, &shapes, &second);
    rest = rest < 0 ? rest : ls_record_plan_new(spec, &shapes, &record_plan, report, &second);
    rest = rest < 0 ? rest : ls_views_new(record_plan, &views, report, &second);
    if (rc == 0 && rest < 0) {
        *err = second;
        rc = rest;
    }
    ls_views_free(views);
    ls_record_plan_free(record_plan);
    ls_reference_free(&shapes);
    ls_plan_free(plan);
    return rc;
}
