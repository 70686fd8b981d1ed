/* A finished log once more, in another place: the same topics, records and identity. */
#ifndef LS_LOG_COPY_H
#define LS_LOG_COPY_H

#include "core/log/log.h"

/* Goes on with a copy of the same log that was interrupted; there is nothing to do where it is
 * finished. LS_E_DATA when something else is there. `progress` may be NULL: told of the records
 * copied so far, and a negative answer ends it. */
int ls_log_copy(const char *from, const char *to,
                int (*progress)(void *context, uint64_t done, uint64_t total, struct ls_error *err),
                void *context, struct ls_error *err);

#endif
