/* Whether a spec that loads can also be generated and computed. */
#ifndef LS_CLI_PLANS_H
#define LS_CLI_PLANS_H

#include "generator/plan.h"
#include "spec/spec.h"

/* ls_plan_new, its diagnostics to stderr. */
int cli_plan(const struct ls_spec *spec, struct ls_plan **out, struct ls_error *err);

/* The generator's and the pipeline's view of it: both are asked, whatever the other says. 0, or
 * LS_E_DATA with the problems of both in `report` (appended; also warnings of one that is fine). */
int cli_check_plans(const struct ls_spec *spec, struct ls_buf *report, struct ls_error *err);

#endif
