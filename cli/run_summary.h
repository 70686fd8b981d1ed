/* What a run came to, for a person: printed when `run stream` or `run batch` ends. Machines read
 * summary.json, which it is made from. */
#ifndef LS_CLI_RUN_SUMMARY_H
#define LS_CLI_RUN_SUMMARY_H

#include "cli/pipeline_options.h"

struct run_places {
    const char *to;    /* the folder of the datasets, or the log of topics */
    const char *state; /* NULL: the run keeps none */
    const char *about; /* the folder of summary.json and manifest.json */
    const char *into;  /* folder of the run that the rows in `to` were put into; NULL: none */
};

/* `damaged`: checkpoints that the run passed over. Fitted to the terminal, if stdout is one. */
int run_summary_print(const struct pipeline *pipeline, const struct run_places *places,
                      unsigned damaged, struct ls_error *err);

#endif
