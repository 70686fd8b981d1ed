/* From topics back to datasets: the rows that a streaming run wrote to topics of a log (contract
 * P6), as the files that it would have written. */
#ifndef LS_OUTPUT_COLLECT_H
#define LS_OUTPUT_COLLECT_H

#include "pipeline/output/outputs.h"

struct ls_collect_job {
    const struct ls_record_plan *plan; /* reference tables without a row will do */
    const struct ls_views *views;
    const char *from; /* the log's URI */
    const char *to;   /* folder that gets datasets/ */
    int (*progress)(void *context, uint64_t done, uint64_t total,
                    struct ls_error *err); /* may be NULL; a negative answer ends it */
    void *context;
};

struct ls_collected {
    uint64_t rows;
    size_t datasets;
    bool finished; /* the log is: nothing that was open is missing */
};

/* Writes datasets/ with SHA256SUMS. LS_E_DATA for a log that is not of this spec's outputs, or a
 * record that is no row. */
int ls_collect(const struct ls_collect_job *job, struct ls_collected *out, struct ls_error *err);

#endif
