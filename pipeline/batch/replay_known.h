/* Which rows of a quarantine have an id that the same run has normalized, of one partition: by
 * sorting, in bounded memory. Ids are compared by their SHA-256. */
#ifndef LS_BATCH_REPLAY_KNOWN_H
#define LS_BATCH_REPLAY_KNOWN_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct ls_known;

/* `folder` for what does not fit into `memory`. */
int ls_known_new(const char *folder, size_t memory, struct ls_known **out, struct ls_error *err);
void ls_known_free(struct ls_known *known);

/* Row number `row` has this id. */
int ls_known_ask(struct ls_known *known, const void *id, size_t size, uint64_t row,
                 struct ls_error *err);

/* The run has normalized a record of this id. */
int ls_known_see(struct ls_known *known, const void *id, size_t size, struct ls_error *err);

/* All was asked and seen. */
int ls_known_settle(struct ls_known *known, struct ls_error *err);

/* Of rows in ascending order: 1 where the id was asked for and seen, 0, or a negative code. */
int ls_known_row(struct ls_known *known, uint64_t row, struct ls_error *err);

#endif
