/* Which records of one partition are expired or duplicates, found by sorting: the candidates by id
 * and position, then the unlike ones by position (contract P4, P9: a recomputation from all records
 * of an id, with no memory of what lives at a time). */
#ifndef LS_BATCH_FATES_H
#define LS_BATCH_FATES_H

#include "core/base/hash.h"
#include "pipeline/batch/sort.h"
#include "spec/reason.h"

struct ls_fates;

int ls_fates_new(const char *folder, size_t memory, struct ls_fates **out, struct ls_error *err);
void ls_fates_free(struct ls_fates *fates);

/* A record that passed the checks, in any order. `floor` is its watermark less the horizon. */
int ls_fates_add(struct ls_fates *fates, uint64_t position, struct ls_id id, struct ls_id payload,
                 int64_t event_time, int64_t floor, struct ls_error *err);

/* All candidates are known: decides. */
int ls_fates_decide(struct ls_fates *fates, struct ls_error *err);

/* The fate of the candidate at a position; positions must rise from call to call. *floor is set for
 * LS_REASON_EXPIRED. */
int ls_fates_at(struct ls_fates *fates, uint64_t position, enum ls_reason *fate, int64_t *floor,
                struct ls_error *err);

#endif
