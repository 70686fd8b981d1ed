/* Which admitted records of one partition its monotonic flags find (contract P1), by sorting: by
 * flag, value of `per` and position, a scan, then those that are found by position (P9: no memory
 * of what lives at a time). */
#ifndef LS_BATCH_FLAGS_H
#define LS_BATCH_FLAGS_H

#include "core/base/hash.h"
#include "pipeline/batch/sort.h"
#include "pipeline/record/plan.h"

struct ls_flags;

/* `topic` must outlive it. */
int ls_flags_new(const struct ls_topic_plan *topic, const char *folder, size_t memory,
                 struct ls_flags **out, struct ls_error *err);
void ls_flags_free(struct ls_flags *flags);

/* One admitted record as one flag of the topic sees it, in any order. */
int ls_flags_add(struct ls_flags *flags, uint64_t position, size_t flag, struct ls_id per,
                 int64_t value, int64_t event_time, struct ls_error *err);

/* All of them are known: decides. */
int ls_flags_decide(struct ls_flags *flags, int64_t horizon, struct ls_error *err);

/* Which flags find the record at a position: bit k is flag k. Positions must rise from call to
 * call. */
int ls_flags_at(struct ls_flags *flags, uint64_t position, uint64_t *found, struct ls_error *err);

#endif
