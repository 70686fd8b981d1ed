/* Shared by the parts of the compiler of plans. */
#ifndef LS_GENERATOR_PLAN_INTERNAL_H
#define LS_GENERATOR_PLAN_INTERNAL_H

#include "generator/plan.h"

struct planner {
    const struct ls_spec *spec;
    struct ls_plan *plan;
    struct ls_diag *diag;
    struct ls_error *err;       /* err->code is 0 until memory was refused or a limit was passed */
    const char **entity_values; /* "product.category": what expressions can name beside fields, for
                                   did-you-mean; ends with NULL, made when it is first wanted */
};

#define PROBLEM(p, rule, where, hint, ...)                                                         \
    ls_diag_add((p)->diag, LS_SEVERITY_ERROR, rule, where, hint, __VA_ARGS__)

void *ls_plan_alloc(struct planner *p, size_t count, size_t size);
uint64_t ls_plan_key(struct planner *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* plan_value.c: one field's source as an operation, for the event so many steps back. `type` is
 * NULL for an attribute of an entity. */
bool ls_plan_op(struct planner *p, const struct ls_spec_field *field, const char *path,
                struct ls_plan_type *type, unsigned back, struct ls_op *out);

/* plan_type.c: one version of an event type. */
bool ls_plan_type(struct planner *p, const struct ls_spec_event_type *spec,
                  const struct ls_spec_version *version, struct ls_plan_type *out);

/* plan_fault.c: which columns the faults that name a field act on in this type; copies; all other
 * faults, once types are planned. */
void ls_plan_fault_columns(struct planner *p, struct ls_plan_type *type);
void ls_plan_copies(struct planner *p);
bool ls_plan_faults(struct planner *p);
void ls_plan_delay(struct planner *p, const struct ls_pick *pick, enum ls_unit unit, int64_t low,
                   int64_t high, const char *name, struct ls_plan_delay *out);

/* plan_slot.c: rounds and interleavers, once copies are planned. */
bool ls_plan_slots(struct planner *p);

/* plan_prove.c: contract G7. */
void ls_plan_prove(struct planner *p);

/* What makes field number `field` of an event type. */
const struct ls_op *ls_plan_op_of(const struct ls_plan_type *type, size_t field);

/* plan_normalize.c: no step fails for a sound record. */
void ls_plan_prove_normalize(struct planner *p, const struct ls_plan_type *type);

#endif
