/* Are two logs the same, record by record, whatever they are kept in? */
#ifndef LS_LOG_COMPARE_H
#define LS_LOG_COMPARE_H

#include "core/log/log.h"

struct ls_log_compare {
    const struct ls_log *a, *b;
    /* Called now and then with the records compared so far; a negative answer ends it. NULL: none.
     */
    int (*progress)(void *context, uint64_t done, struct ls_error *err);
    void *context;
};

struct ls_log_compared {
    uint64_t records, partitions; /* that are the same */
    bool differ;
    char difference[400]; /* the first: where it is, and what it is of */
};

/* Topics by name, in any order; of each record its timestamp, key, headers and value. A difference
 * is an answer, 0. */
int ls_log_compare(const struct ls_log_compare *job, struct ls_log_compared *out,
                   struct ls_error *err);

#endif
