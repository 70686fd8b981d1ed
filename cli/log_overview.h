/* What a log holds, one line a topic: for `log show` and `log check`; and how far one is read. */
#ifndef LS_CLI_LOG_OVERVIEW_H
#define LS_CLI_LOG_OVERVIEW_H

#include "cli/cli.h"
#include "core/log/inspect.h"

/* How far a verb has come through the records of a log: what libraries call, with this as its
 * context. */
struct log_progress {
    struct ls_progress line;
    uint64_t total;
};
int log_progress_tell(void *context, uint64_t done, struct ls_error *err);

struct log_overview {
    uint64_t records, partitions, damaged; /* partitions */
    struct ls_error damage;                /* the first */
};

/* Inspects every topic and prints it; as JSON the document's head and its topics, without the end.
 * `line`, which the job's progress shows, is wiped before each topic; NULL where there is none. */
int log_overview_print(struct ls_log_inspect *job, const char *uri, bool json,
                       struct ls_progress *line, struct log_overview *out, struct ls_error *err);

#endif
