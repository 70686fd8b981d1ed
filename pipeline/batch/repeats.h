/* The records of one partition whose id another one has too. All others are nobody's duplicates, so
 * that a pass over the partition in order can decide every fate when there are few of these
 * (contract P4: from the records of one id in offset order). */
#ifndef LS_BATCH_REPEATS_H
#define LS_BATCH_REPEATS_H

#include "core/base/hash.h"
#include "pipeline/batch/sort.h"

#include <stdbool.h>

struct ls_repeats;

/* What is known of an id that is repeated, as the pass goes on. */
struct ls_repeat {
    bool has_first;     /* a record with it was admitted */
    int64_t first_time; /* event_time of the last such one */
    struct ls_id payload;
};

/* For one partition after the other. `folder`, for temporary files, outlives it. */
int ls_repeats_new(const char *folder, size_t memory, struct ls_repeats **out,
                   struct ls_error *err);

/* The next partition: the one before is forgotten, its memory is kept. */
int ls_repeats_begin(struct ls_repeats *repeats, struct ls_error *err);

void ls_repeats_free(struct ls_repeats *repeats);

/* A record that may be admitted, in any order. */
int ls_repeats_add(struct ls_repeats *repeats, uint64_t position, struct ls_id id,
                   struct ls_error *err);

/* All are known. 1 where the repeated ids have room in memory, else 0: then nothing else is to be
 * asked. */
int ls_repeats_find(struct ls_repeats *repeats, struct ls_error *err);

/* The id of the record at a position, where it is repeated; else NULL. Positions must rise from
 * call to call. */
int ls_repeats_at(struct ls_repeats *repeats, uint64_t position, struct ls_repeat **out,
                  struct ls_error *err);

#endif
