/* What a run says of itself: SHA256SUMS, the audit manifest, the summary. */
#ifndef LS_OUTPUT_REPORT_H
#define LS_OUTPUT_REPORT_H

#include "pipeline/output/outputs.h"

/* Removes what an earlier run said of itself: before its datasets are touched, so that sums,
 * manifest and summary never stand beside others than their own. */
int ls_report_remove(const struct ls_outputs *o, struct ls_error *err);

/* SHA256SUMS alone. */
int ls_report_sums(const struct ls_outputs *o, struct ls_error *err);

int ls_report_write(const struct ls_outputs *o, const struct ls_partition_counts *counts,
                    const struct ls_run_facts *facts, struct ls_error *err);

#endif
