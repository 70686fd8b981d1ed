/* The records of one partition, kept in memory from the first reading of the log for the second,
 * where they fit: a log on a disk is read once, one behind a network is sent once. */
#ifndef LS_BATCH_KEPT_H
#define LS_BATCH_KEPT_H

#include "core/log/log.h"

struct ls_kept;

/* Room for `memory` bytes, of which only what is used is touched. Free with ls_kept_free. */
int ls_kept_new(size_t memory, struct ls_kept **out, struct ls_error *err);
void ls_kept_free(struct ls_kept *kept); /* NULL is legal */

/* Forgets what there is, for another partition. */
void ls_kept_begin(struct ls_kept *kept);

/* A copy of the next record; once one does not fit, there is nothing until ls_kept_begin. */
void ls_kept_add(struct ls_kept *kept, const struct ls_log_record *record);

bool ls_kept_is_empty(const struct ls_kept *kept); /* nothing was added yet */

/* Are the first `count` records of the partition here? */
bool ls_kept_has(const struct ls_kept *kept, uint64_t count);

/* The records in their order: *at is 0 before the first. Valid until ls_kept_begin. */
const struct ls_log_record *ls_kept_next(const struct ls_kept *kept, size_t *at);

#endif
