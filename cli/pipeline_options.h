/* What `run stream` and `run batch` share: from a spec and a log to a plan that can run. */
#ifndef LS_CLI_PIPELINE_OPTIONS_H
#define LS_CLI_PIPELINE_OPTIONS_H

#include "cli/cli.h"
#include "pipeline/output/outputs.h"

struct pipeline {
    struct ls_spec *spec;
    struct ls_reference reference;
    struct ls_record_plan *plan;
    struct ls_views *views;
};

/* `reference` NULL: the folder `reference` of the file log that `from` names. The log has to be
 * there, finished unless `growing`, and `to` must be none: a run's manifest would replace the
 * log's. Clear also after an error. */
int pipeline_open(struct cli *cli, const struct spec_options *options, const char *from,
                  bool growing, const char *to, const char *reference, struct pipeline *out,
                  struct ls_error *err);
/* The same with tables that have no row: for what reads rows that were made. The log may be
 * growing. */
int pipeline_open_shapes(struct cli *cli, const struct spec_options *options, const char *from,
                         const char *to, struct pipeline *out, struct ls_error *err);
/* And without a log. */
int pipeline_open_spec(struct cli *cli, const struct spec_options *options, struct pipeline *out,
                       struct ls_error *err);

/* Likewise of a finished log, with the reference rows that were known before a time. */
int pipeline_open_as_of(struct cli *cli, const struct spec_options *options, const char *from,
                        const char *to, const char *reference, int64_t as_of_ms,
                        struct pipeline *out, struct ls_error *err);
/* Likewise without a log: `reference` NULL is LS_E_USAGE where the spec has tables that are made
 * from populations. */
int pipeline_open_plan(struct cli *cli, const struct spec_options *options, const char *reference,
                       struct pipeline *out, struct ls_error *err);
void pipeline_clear(struct pipeline *pipeline);

/* A run empties TO/datasets: LS_E_USAGE where a file or folder lies there. */
int pipeline_check_place(const char *place, const char *to, struct ls_error *err);

/* Likewise where the log, the reference tables (NULL: the log's) or
 * its own state (NULL: below TO) lie there. */
int pipeline_check_places(const char *from, const char *reference, const char *to,
                          const char *state, struct ls_error *err);

/* A log that is made of what lies in a run's folder: LS_E_USAGE where `to`, log:DIR, is in that
 * folder or above it. */
int pipeline_check_apart(const char *run, const char *to, struct ls_error *err);

/* Puts behind the error with which a run ended what to do about it; answers `rc`. */
int pipeline_advise(int rc, struct ls_error *err);

/* Progress of a run; the context is a struct ls_progress. */
int pipeline_progress(void *context, uint64_t done, uint64_t total, struct ls_error *err);

#endif
