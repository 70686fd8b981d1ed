/* Shared by the parts of the compiler of record plans. */
#ifndef LS_RECORD_PLAN_INTERNAL_H
#define LS_RECORD_PLAN_INTERNAL_H

#include "pipeline/record/plan.h"

struct planner {
    const struct ls_spec *spec;
    struct ls_record_plan *plan;
    struct ls_topic_plan *topic;
    struct ls_diag *diag;
    struct ls_error *err;
    uint64_t flagged; /* bit k: item k of `quality` is a flag that some topic has */
};

#define PROBLEM(p, rule, where, hint, ...)                                                         \
    ls_diag_add((p)->diag, LS_SEVERITY_ERROR, rule, where, hint, __VA_ARGS__)

/* plan.c: a column as the steps so far left it, to change it; NULL when there is none. And what
 * expressions see of one. */
struct ls_normal_column *ls_plan_column(struct ls_topic_plan *topic, const char *name);
void ls_normal_symbol_of(const struct ls_normal_column *column, unsigned slot,
                         struct ls_expr_symbol *symbol);

/* normalize.c: the steps of the planner's topic, over the columns that there are. */
int ls_plan_steps(struct planner *p);

/* plan_flag.c: the flags of the topic, as columns behind those that its steps leave; and, once all
 * topics are planned, whether each flag is of any. */
int ls_plan_flags(struct planner *p);
int ls_plan_flags_used(struct planner *p);

#endif
