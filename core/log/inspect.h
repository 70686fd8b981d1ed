/* Looking at a log for its own sake: what a topic holds, and whether it is what the log promises.
 */
#ifndef LS_LOG_INSPECT_H
#define LS_LOG_INSPECT_H

#include "core/log/log.h"

struct ls_log_inspection {
    uint64_t records;       /* of the ranges; where all were read, those in front of any damage */
    uint64_t bytes;         /* stored */
    int64_t first_ms;       /* lowest and highest timestamp of what was read; without a record */
    int64_t last_ms;        /* first_ms is the greater of the two */
    uint32_t damaged;       /* partitions that are not what the log promises */
    struct ls_error damage; /* of the first of these: which file, and where in it */
};

struct ls_log_inspect {
    const struct ls_log *log;
    bool all; /* read every record; else the first and the last of each partition */
    /* Called now and then with the records read so far, of all calls; a negative answer ends the
     * inspection with it. NULL: none. */
    int (*progress)(void *context, uint64_t done, struct ls_error *err);
    void *context;
    uint64_t done;
};

/* Looks at every partition of a topic, also behind a damaged one. Damage is an answer, 0: the codes
 * are for what has nothing to do with the log. */
int ls_log_inspect(struct ls_log_inspect *job, uint32_t topic, struct ls_log_inspection *out,
                   struct ls_error *err);

#endif
