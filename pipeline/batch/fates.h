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

/* A record that passed the checks. */
struct ls_candidate {
    uint64_t position;
    struct ls_id id, payload;
    int64_t event_time;
    int64_t floor;       /* its watermark less the horizon */
    const void *carried; /* what `admitted` is to get, or NULL */
    size_t carried_size; /* at most LS_FATES_CARRIED_MAX */
};
#define LS_FATES_CARRIED_MAX 2048

/* In any order. */
int ls_fates_add(struct ls_fates *fates, const struct ls_candidate *candidate,
                 struct ls_error *err);

/* Told of a record that is admitted, with what its candidate carried; in no order that means
 * anything. Returns 0 or a negative code, which ends the decision. */
typedef int ls_fates_admitted(void *context, uint64_t position, int64_t event_time,
                              const uint8_t *carried, size_t size, struct ls_error *err);

/* All candidates are known: decides. `admitted` may be NULL. */
int ls_fates_decide(struct ls_fates *fates, ls_fates_admitted *admitted, void *context,
                    struct ls_error *err);

/* The fate of the candidate at a position; positions must rise from call to call. *floor is set for
 * LS_REASON_EXPIRED. */
int ls_fates_at(struct ls_fates *fates, uint64_t position, enum ls_reason *fate, int64_t *floor,
                struct ls_error *err);

#endif
