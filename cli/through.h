/* `run stream --through kafka://...`: the run of a file log takes the way through a cluster: the
 * log is copied there, the rows go to topics in transactions, and the datasets are made of those.
 */
#ifndef LS_CLI_THROUGH_H
#define LS_CLI_THROUGH_H

#include "cli/pipeline_options.h"

struct through {
    const char *cluster;
    const char *from, *to; /* the log of the copy, and that of the rows: in the command's arena */
    int lock;              /* -1: none */
};

/* Copies the log, or goes on with that; both logs have names that are drawn once for a state.
 * LS_E_DATA while another run works with the state. Close it, also after an error. */
int through_open(struct cli *cli, const char *cluster, const char *from, const char *state,
                 struct through *out, struct ls_error *err);

/* Behind the run: the rows as datasets in a folder, with what is said about the run. */
int through_collect(const struct through *through, const struct pipeline *pipeline,
                    const char *state, const char *to, struct ls_error *err);

/* And when it came to its end: its topics are removed, and the state is of nothing any more, so
 * that another run begins anew. */
int through_end(struct cli *cli, const struct through *through, const char *state,
                struct ls_error *err);
void through_close(struct through *through);

#endif
