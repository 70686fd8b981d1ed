/* One process at a time works in a run's folder: who writes its datasets, and who puts a range into
 * them. The lock is a file beside datasets/, which stays; what counts is who holds it. */
#ifndef LS_OUTPUT_RUN_LOCK_H
#define LS_OUTPUT_RUN_LOCK_H

#include "core/base/error.h"

/* Takes FOLDER/run.lock: *fd is to be closed by ls_run_unlock, also after an error. 1 where
 * somebody else has it. */
int ls_run_lock(const char *folder, int *fd, struct ls_error *err);

void ls_run_unlock(int fd);

#endif
