/* The generator's order event against the same bytes by hand. */
#ifndef LS_BENCH_ORDER_H
#define LS_BENCH_ORDER_H

#include "generator/plan.h"

/* `plan` is that of bench/order.yaml. Bytes are compared first: LS_E_DATA where they differ. Prints
 * what it measured. */
int ls_bench_order(const struct ls_plan *plan, struct ls_error *err);

#endif
