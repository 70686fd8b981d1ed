/* Writing the file log against plain `write` of the same bytes. */
#ifndef LS_BENCH_FILE_LOG_H
#define LS_BENCH_FILE_LOG_H

#include "generator/plan.h"

/* Events of `plan` are made once, in memory; both ways then write them into files below `folder`,
 * synced, and remove them. Prints what it measured. */
int ls_bench_file_log(const struct ls_plan *plan, const char *folder, struct ls_error *err);

#endif
